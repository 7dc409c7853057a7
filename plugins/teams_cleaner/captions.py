"""What captions of every format have in common: names in front of what is said, and lines that roll."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from unicodedata import normalize

from .names import LONGEST_NAME, display_name, is_name, is_role, return_often
from .turns import Turn, one_line

Shown = tuple[float | None, float | None, list[str]]
"""When a caption begins and ends, and the lines it shows."""
_LABEL = re.compile(rf"\s*(?:>> ?)?(?:\[([^\[\]:]{{1,{LONGEST_NAME}}})\](:?)|([^:]{{1,{LONGEST_NAME}}}):(?![/\d]))\s*")
_LOOSE = re.compile(r"\s*([^:\s][^:\n]{0,59}?)\s*:\s")
_HEAD = 2 * LONGEST_NAME
_NONE: frozenset[str] = frozenset()
_FEWEST_ROLLING = 3


def label(line: str) -> tuple[str, str] | None:
    """Return the name a line begins with and the rest of the line; None when it begins with none.

    A name stands before a colon, or in square brackets: ``Ana: sim``, ``[Ana]: sim``, ``[Speaker 2] sim``.
    """
    found = _LABEL.match(line[:_HEAD])
    if found is None:
        return None
    boxed, colon, bare = found.groups()
    text = boxed or bare
    if not is_name(text, strict=True):
        return None
    name = display_name(text)
    # "[Applause]" is a sound; what is in brackets without a colon must be a role with a number.
    if name is None or (boxed and not colon and not (is_role(name) and name[-1].isdigit())):
        return None
    rest = line[found.end() :]
    return (name, rest) if boxed or not rest or line[found.end() - 1].isspace() else None


def loose_labels(firsts: Sequence[str]) -> frozenset[str]:
    """Return what stands before a colon so regularly that it must be a name, however it is written.

    People call themselves "iPhone de Ana" and "joao (he/him)". Such labels count when at least four in five of the
    lines have one, each of them more than once.
    """
    found = Counter(text for first in firsts if (text := loose_label(first)) is not None)
    return (
        frozenset(text for text, count in found.items() if count > 1) if found.total() * 5 >= len(firsts) * 4 else _NONE
    )


def loose_label(line: str) -> str | None:
    """Return what stands before the first colon of a line, when it could be called a name at all."""
    found = _LOOSE.match(line[:_HEAD])
    return found[1] if found is not None and any(char.isalpha() for char in found[1]) else None


def turns_of(begin_s: float | None, end_s: float | None, pieces: Iterable[tuple[str | None, str]]) -> Iterator[Turn]:
    """Make turns of the pieces of one caption that hold words; neighbours of one speaker are one turn."""
    spoken: list[tuple[str | None, list[str]]] = []
    for speaker, text in pieces:
        words = one_line(text)
        if words and spoken and spoken[-1][0] == speaker:
            spoken[-1][1].append(words)
        elif words:
            spoken.append((speaker, [words]))
    for speaker, parts in spoken:
        yield Turn(speaker, normalize("NFC", " ".join(parts)), begin_s, end_s)


def labelled(captions: Sequence[Shown]) -> tuple[list[Turn], bool]:
    """Return the turns of captions, and whether names stand in front of what is said.

    Names count when enough captions begin with one; a single "Note: " among a hundred is said by somebody.
    """
    firsts = [first for _, _, lines in captions if (first := next(filter(str.strip, lines), ""))]
    heads = Counter(found[0] for first in firsts if (found := label(first)) is not None)
    is_named = return_often(heads, heads.total(), len(firsts), most=max(heads.values(), default=0))
    loose = loose_labels(firsts)
    is_named = is_named or bool(loose)
    turns: list[Turn] = []
    for begin_s, end_s, lines in captions:
        turns.extend(turns_of(begin_s, end_s, _pieces(lines, loose) if is_named else [(None, "\n".join(lines))]))
    return turns, is_named


def _pieces(lines: Iterable[str], loose: frozenset[str]) -> Iterator[tuple[str | None, str]]:
    speaker: str | None = None
    for line in lines:
        if (found := label(line)) is not None:
            speaker, line = found
        elif loose and (text := loose_label(line)) in loose:
            speaker, line = display_name(text or ""), line.partition(":")[2]
        yield speaker, line


def unrolled(captions: Sequence[list[str]]) -> tuple[bool, list[list[str]], int]:
    """Return whether captions roll, their lines without what they repeat, and how many had nothing else.

    Live captions show the line before once more above each new line. They are told by that alone: at least half of
    the captions begin with the line the one before ended with, and some hold two lines.
    """
    shown = [[words for line in lines if (words := one_line(line))] for lines in captions]
    filled = [lines for lines in shown if lines]
    again = sum(1 for before, lines in pairwise(filled) if before[-1] == lines[0])
    is_tall = any(len(lines) > 1 for lines in filled)
    if again < _FEWEST_ROLLING or not is_tall or again * 2 < len(filled) - 1:
        return False, list(captions), 0
    result: list[list[str]] = []
    before: list[str] = []
    for lines in shown:
        fresh = lines[_overlap(before, lines) :]
        result.append(fresh)
        before = lines or before
    return True, result, sum(1 for lines, fresh in zip(shown, result, strict=True) if lines and not fresh)


def _overlap(before: list[str], lines: list[str]) -> int:
    """Return how many lines at the end of one caption the next begins with."""
    longest = min(len(before), len(lines))
    return next((size for size in range(longest, 0, -1) if before[-size:] == lines[:size]), 0)
