"""The passages of a document that are counted: who says them, and to which part of the document they belong."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from attrs import evolve, frozen

from qualia.plugin import Document, Segment, UnsupportedInput
from qualia.text import joined_parts

Parts = Literal["speakers", "segments", "documents", "slices"]


@frozen(kw_only=True)
class Passage:
    """A stretch of the text with one speaker, in one part."""

    start: int
    end: int
    segment: Segment | None = None
    """None for what stands outside all segments."""
    part: int | None = None
    """Number of its part; None where it is in none, and where speakers are the parts."""
    is_whole: bool = True
    """Whether it counts in the whole; False for what overlapping segments say twice."""

    @property
    def speaker(self) -> str | None:
        """Who speaks; None when the document does not say."""
        return None if self.segment is None else self.segment.speaker


@frozen(kw_only=True)
class Part:
    """A part of a document."""

    name: str
    start: int
    end: int
    segment: Segment | None = None
    """The segment it is; None when it is none."""


def parts_of(document: Document, kind: Parts, *, slices: int) -> tuple[Part, ...]:
    """Return the parts of a document in order; none for speakers, who come with the passages.

    Raises:
        UnsupportedInput: it has no such parts.
    """
    if kind == "segments":
        if not document.segments:
            raise UnsupportedInput("parts=segments", "the document has no segments; parts=slices cuts any text")
        return tuple(
            Part(name=each.speaker or str(number), start=each.start, end=each.end, segment=each)
            for number, each in enumerate(sorted(document.segments, key=lambda each: (each.start, each.end)), 1)
        )
    if kind == "documents":
        found = joined_parts(document.text)
        if not found:
            reason = "the text has no line like '==> name <==', which tail -n +1 FILES and qualia.text.join_texts put"
            raise UnsupportedInput("parts=documents", reason)
        return tuple(Part(name=name, start=start, end=end) for name, start, end in found)
    return tuple(_slices(document.text, slices)) if kind == "slices" else ()


def _slices(text: str, number: int) -> Iterator[Part]:
    """Yield stretches of about equal length that begin at white space; fewer when the text is short."""
    space, start = re.compile(r"\s"), 0
    for slice_ in range(1, number + 1):
        found = space.search(text, max(start, len(text) * slice_ // number)) if slice_ < number else None
        end = found.start() if found else len(text)
        if end > start:
            yield Part(name=str(slice_), start=start, end=end)
        start = end


def passages(document: Document, parts: Sequence[Part], kind: Parts) -> list[Passage]:
    """Return the passages in the order of the text: all of it but the labels ``Name: `` before a segment of that name.

    Nobody said the labels. Where segments overlap, the whole is read once, and each segment again for its speaker.
    """
    ordered = sorted(document.segments, key=lambda each: (each.start, each.end))
    is_plain = all(left.end <= right.start for left, right in pairwise(ordered))
    found = list(_around(document.text, ordered, is_plain=is_plain))
    if not is_plain:
        found += [Passage(start=each.start, end=each.end, segment=each, is_whole=False) for each in ordered]
    if kind == "segments":
        return list(_by_segment(found, parts))
    return list(_divided(found, parts)) if parts else found


def _around(text: str, segments: Sequence[Segment], *, is_plain: bool) -> Iterator[Passage]:
    done = 0
    for each in segments:
        label = f"{each.speaker}: "
        has_label = each.speaker is not None and text.endswith(label, done, max(done, each.start))
        before = each.start - len(label) if has_label else each.start if is_plain else done
        if before > done and not text[done:before].isspace():
            yield Passage(start=done, end=before)
        if is_plain:
            yield Passage(start=each.start, end=each.end, segment=each)
            done = each.end
        else:
            done = max(done, each.start if has_label else before)
    if done < len(text):
        yield Passage(start=done, end=len(text))


def _by_segment(found: Sequence[Passage], parts: Sequence[Part]) -> Iterator[Passage]:
    numbers = {id(part.segment): number for number, part in enumerate(parts)}
    for each in found:
        yield each if each.segment is None else evolve(each, part=numbers[id(each.segment)])


def _divided(found: Sequence[Passage], parts: Sequence[Part]) -> Iterator[Passage]:
    """Yield the passages cut where parts begin and end; what stands between parts is the names of documents."""
    starts = [part.start for part in parts]
    for each in found:
        if each.start == each.end:
            yield each
        number = max(0, bisect_right(starts, each.start) - 1)
        while number < len(parts) and parts[number].start < each.end:
            part = parts[number]
            start, end = max(each.start, part.start), min(each.end, part.end)
            if end > start:
                yield evolve(each, start=start, end=end, part=number)
            number += 1
