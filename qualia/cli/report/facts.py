"""What a report says about a transcript, taken from the cleaned document: who spoke, how much and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from attrs import frozen

from qualia._values import from_plain
from qualia.document import Document, Segment
from qualia.text import count_words


@frozen(kw_only=True)
class Speaker:
    """One speaker's part of the conversation."""

    name: str
    turns: int
    words: int
    seconds: float | None
    """How long they spoke; None without times."""
    share: float
    """Their part of all words, 0 to 1."""
    first_s: float | None
    """When they first spoke, in seconds; None without times."""


@frozen(kw_only=True)
class Removed:
    """A piece the cleaner left out."""

    text: str
    reason: str


@frozen(kw_only=True)
class Stretch:
    """When someone spoke."""

    speaker: str
    begin_s: float
    end_s: float


@frozen(kw_only=True)
class Facts:
    """A transcript in figures."""

    speakers: tuple[Speaker, ...]
    """Those who spoke most first; empty when the transcript names nobody."""
    turns: int
    words: int
    duration_s: float | None
    """From the start of the recording to the end of the last words; None without times."""
    stretches: tuple[Stretch, ...]
    """In the order of the transcript; empty without times or names."""
    removed: tuple[Removed, ...]


def facts_of(document: Document) -> Facts:
    """Return a document's figures: the cleaner's where its metadata has them, counted from the segments otherwise."""
    speakers = _noted(document.metadata.get("speakers"), tuple[Speaker, ...])
    if speakers is None:
        speakers = _counted(document)
    stretches = tuple(
        Stretch(speaker=each.speaker, begin_s=each.begin_s, end_s=each.end_s)
        for each in document.segments
        if each.speaker is not None and each.begin_s is not None and each.end_s is not None
    )
    return Facts(
        speakers=tuple(sorted(speakers, key=lambda each: (-each.words, each.name))),
        turns=sum(each.turns for each in speakers),
        words=_words("\n".join(document.text[each.start : each.end] for each in document.segments) or document.text),
        duration_s=_duration(document),
        stretches=stretches,
        removed=_noted(document.metadata.get("removed"), tuple[Removed, ...]) or (),
    )


def _noted(value: object, kind: Any) -> Any:
    """Read a cleaner's note; another cleaner may have written something else there, which is no fault."""
    try:
        return None if value is None else from_plain(value, kind)
    except ValueError:
        return None


def _words(text: str) -> int:
    return count_words(text, numbers=True).total()


def _counted(document: Document) -> tuple[Speaker, ...]:
    spoken = [each for each in document.segments if each.speaker]
    turns = Counter(name for name, _ in groupby(spoken, key=lambda each: each.speaker))
    words = {name: sum(_words(document.text[each.start : each.end]) for each in parts) for name, parts in _by(spoken)}
    total = sum(words.values())
    return tuple(
        Speaker(
            name=name,
            turns=turns[name],
            words=words[name],
            seconds=_seconds(parts),
            share=words[name] / total if total else 0.0,
            first_s=parts[0].begin_s,
        )
        for name, parts in _by(spoken)
    )


def _by(segments: Iterable[Segment]) -> Iterable[tuple[str, Sequence[Segment]]]:
    groups: dict[str, list[Segment]] = {}
    for segment in segments:
        groups.setdefault(str(segment.speaker), []).append(segment)
    return groups.items()


def _seconds(segments: Sequence[Segment]) -> float | None:
    if any(each.begin_s is None or each.end_s is None for each in segments):
        return None
    return sum(max(0.0, (each.end_s or 0.0) - (each.begin_s or 0.0)) for each in segments)


def _duration(document: Document) -> float | None:
    noted = document.metadata.get("duration_s")
    if isinstance(noted, (int, float)) and not isinstance(noted, bool):
        return float(noted)
    ends = [each.end_s for each in document.segments if each.end_s is not None]
    return max(ends, default=None)


def lanes(facts: Facts, *, most: int, steps: int) -> Mapping[str, tuple[tuple[int, int], ...]]:
    """Return when each speaker spoke, on a scale of ``steps``, at most ``most`` of them, in order of appearance.

    Stretches that touch on that scale are one, so that an hour of talk stays small. Each is (begin, end), and
    the shortest is one step long.
    """
    length = max(facts.duration_s or 0.0, max((each.end_s for each in facts.stretches), default=0.0))
    chosen = {each.name for each in facts.speakers[:most]}
    found: dict[str, list[tuple[int, int]]] = {}
    for each in facts.stretches:
        if each.speaker in chosen and length > 0:
            begin = min(steps - 1, max(0, round(each.begin_s / length * steps)))
            end = min(steps, max(begin + 1, round(each.end_s / length * steps)))
            found.setdefault(each.speaker, []).append((begin, end))
    return {name: _merged(sorted(parts)) for name, parts in found.items()}


def _merged(parts: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for begin, end in parts:
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return tuple(merged)
