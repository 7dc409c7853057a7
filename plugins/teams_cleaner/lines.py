"""Read transcripts whose turns begin with a line of a certain shape: a time and a name, or either alone.

The shape is told by counting: every line is held against every shape, and the shape that most lines have is the one the
file is written in. Nothing depends on the language of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from unicodedata import normalize

from attrs import evolve, frozen

from .captions import label, loose_label, loose_labels
from .names import display_name, is_name, return_often
from .notices import is_notice
from .turns import Format, Removed, Transcript, Turn, one_line

_TIME = r"(?:(\d{1,3}):)?(\d{1,3}):([0-5]\d)([.,]\d{1,3})?(?![\d:])"
_SPAN = rf"{_TIME}(?:\s*[-–—]\s*{_TIME})?"
_BRACKETED = re.compile(rf"\s*(?:\[{_SPAN}\]|\({_SPAN}\))\s*", re.ASCII)
_PARENTHESISED = re.compile(rf"\s*[(\[]{_SPAN}[)\]]\s*:", re.ASCII)
_CLOCK = re.compile(rf"\s*{_SPAN}(?:\s+-\s+|\s+|$)", re.ASCII)
_AT_END = re.compile(rf"(\s+)(?:-\s+)?(?:[(\[]{_SPAN}[)\]]|{_SPAN})\s*:?\s*$", re.ASCII)
_LONE_TIME = re.compile(rf"\s*(?:\[{_SPAN}\]|\({_SPAN}\)|{_SPAN})\s*$", re.ASCII)
_NAME = re.compile(r"([^:]{1,100}):(?![/\d])\s*")
_BLANK = re.compile(r"(?:\A|\n)\s*+")
_HEAD = 200
"""Characters at the beginning of a line among which a name and a time are looked for; bounds the time it takes."""
_LONGEST_NAME = 5
_FEWEST_TURNS = 2
_FEWEST_SHORT = 3
_FULL_TIME = re.compile(r"\s*\d{1,3}:[0-5]?\d:[0-5]\d", re.ASCII)


@frozen
class Head:
    """How a line begins that begins a turn."""

    format: Format
    speaker: str | None
    begin_s: float | None
    words: str
    end_s: float | None = None


Shape = Callable[[str], "Head | None"]


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that are not blank, without the white space in front of them."""
    return [line for line in _BLANK.sub("\n", text).split("\n") if line]


def read_lines(lines: Sequence[str]) -> Transcript | None:
    """Read lines of which those of one shape begin turns; None when the text as a whole is not written so."""
    return read_meet(lines) or _read_timed(lines) or _read_plain(lines)


def _read_timed(lines: Sequence[str]) -> Transcript | None:
    found = {kind: [shape(line) for line in lines] for kind, shape in _SHAPES.items()}
    counts = {kind: sum(1 for head in heads if head is not None) for kind, heads in found.items()}
    kind: Format = max(_SHAPES, key=lambda each: counts[each])
    named = sum(1 for line in lines if _named(line) is not None)
    # A time or two inside a plain transcript do not make it a timed one.
    if counts[kind] <= named or counts[kind] < _FEWEST[kind] or _preamble(found[kind]) * 2 > len(lines):
        return None
    heads = found[kind]
    if kind in ("headed", "blocks") and not _have_words(heads):
        return None
    if kind == "headed":
        wide = [headed(line, is_wide=True) for line in lines]
        heads = wide if 2 * sum(1 for head in wide if head is not None) > counts[kind] else heads
    elif kind == "clock":
        full = [
            head and (head if _FULL_TIME.match(line[:_HEAD]) else None) for line, head in zip(lines, heads, strict=True)
        ]
        if 2 * sum(1 for head in full if head is not None) >= counts[kind]:
            heads = full
        elif not _are_moments(heads):
            return None
        heads = _with_names(lines, heads)
    elif kind != "parenthesised":
        lone = (_lone(line) if head is None else head for line, head in zip(lines, heads, strict=True))
        heads = _with_names(lines, [head and evolve(head, format=kind) for head in lone])
    return transcript(lines, heads, kind)


def _read_plain(lines: Sequence[str]) -> Transcript | None:
    """Read ``Name: text``; None when the text as a whole does not look like a transcript.

    A name and a colon alone prove little, so there must be two turns at least, most lines must belong to one, and
    the turns must be frequent among the lines: a quarter of them, or fewer where speakers come back.
    """
    heads = [_named(line) for line in lines]
    speakers = Counter(head.speaker for head in heads if head is not None)
    turns = speakers.total()
    if turns < _FEWEST_TURNS or _preamble(heads) * 2 > len(lines):
        return None
    names = [name for name in speakers if name is not None]
    if not return_often(names, turns, len(lines), most=max(speakers.values())):
        return None
    return transcript(lines, heads, "plain")


def read_meet(lines: Sequence[str]) -> Transcript | None:
    """Read Google Meet's transcripts: a time alone on a line, and below it turns ``Name: text``.

    What stands above the first such time (the notes) and what stands below the last turn, from the line on that
    says when it ended, is no speech.
    """
    lone = [at for at, line in enumerate(lines) if _lone(line) is not None]
    headed = [at for at in lone if at + 1 < len(lines) and _named_loosely(lines[at + 1]) is not None]
    if not headed or len(headed) * 3 < len(lone) * 2:
        return None
    first = headed[0]
    heads: list[Head | None] = [None] * len(lines)
    moment: float | None = None
    for at in range(first, len(lines)):
        if (time := _lone(lines[at])) is not None:
            moment, heads[at] = time.begin_s, Head("meet", None, time.begin_s, "")
        elif (head := _named_loosely(lines[at])) is not None:
            heads[at] = evolve(head, format="meet", begin_s=moment)
    named = Counter(head.speaker for head in heads if head is not None and head.speaker is not None)
    if not return_often(list(named), named.total(), len(lines) - first, most=max(named.values())):
        return None
    end = _trailer(lines, heads, first)
    below = [Removed(text=one_line(line), reason="after the last turn") for line in lines[end:]]
    kind: Format = "blocks" if "[" in lines[first] or "(" in lines[first] else "meet"
    result = transcript(lines[:end], heads[:end], kind, is_notes=True)
    cues = sum(1 for head in heads[:end] if head is not None and head.speaker is not None)
    return evolve(result, cues=cues, removed=(*result.removed, *below), has_lengths=False)


def _trailer(lines: Sequence[str], heads: Sequence[Head | None], first: int) -> int:
    """Return the line behind the last turn that holds a time as late as the last one; the end when there is none."""
    last = max(at for at, head in enumerate(heads) if head is not None)
    for at in range(last + 1, len(lines)):
        if len(lines[at]) <= _HEAD and re.search(r"(?<!\d)\d{1,2}:[0-5]\d:[0-5]\d(?!\d)", lines[at], re.ASCII):
            return at
    return len(lines)


def transcript(
    lines: Sequence[str], heads: Sequence[Head | None], kind: Format, *, is_notes: bool = False
) -> Transcript:
    """Put lines that begin no turn behind the turn above them; notices among them become turns of their own.

    Args:
        lines: those of the source that are not blank.
        heads: for each line, how it begins a turn; None where it begins none.
        kind: what the transcript is called.
        is_notes: whether what stands above the first turn is another text.
    """
    turns: list[tuple[Head, list[str]]] = []
    removed: list[Removed] = []
    current: list[str] | None = None
    for line, head in zip(lines, heads, strict=True):
        if head is not None:
            current = [head.words]
            turns.append((head, current))
        elif (current is not None or not is_notes) and len(line) <= _HEAD and is_notice(one_line(line), None):
            turns.append((Head(kind, None, None, line), [line]))
        elif current is not None:
            current.append(line)
        else:
            removed.append(Removed(text=one_line(line), reason="before the first turn"))
    spoken = ((head, normalize("NFC", one_line("\n".join(parts)))) for head, parts in turns)
    return Transcript(
        format=kind,
        turns=[Turn(head.speaker, text, head.begin_s, head.end_s) for head, text in spoken if text],
        cues=len(turns),
        removed=tuple(removed),
    )


def _preamble(heads: Iterable[Head | None]) -> int:
    at = 0
    for head in heads:
        if head is not None:
            break
        at += 1
    return at


def _have_words(heads: Sequence[Head | None]) -> bool:
    """Tell whether at least half of the heads that stand alone have a line below them."""
    alone = [at for at, head in enumerate(heads) if head is not None]
    return 2 * sum(1 for at in alone if at + 1 < len(heads) and heads[at + 1] is None) >= len(alone)


def _with_names(lines: Sequence[str], heads: list[Head | None]) -> list[Head | None]:
    """Return heads with the names that stand in front of the words, behind the time or on the line below it."""
    rests = [head for head in heads if head is not None]
    if rests and all(head.speaker is None and is_name(head.words, strict=True) for head in rests):
        return [head and Head(head.format, display_name(head.words), head.begin_s, "", head.end_s) for head in heads]
    loose = loose_labels([head.words if head.speaker is None else f"{head.speaker}: " for head in rests])
    heads = [head and _loosely_named(head, loose) for head in heads]
    below = [at for at, head in enumerate(heads) if head is not None and not head.words and head.speaker is None]
    named = {
        at: head for at in below if at + 1 < len(lines) and heads[at + 1] is None and (head := _named(lines[at + 1]))
    }
    if not named or len(named) * 2 < len(below):
        return heads
    result = list(heads)
    for at, name in named.items():
        head = heads[at]
        if head is not None:
            result[at] = None
            result[at + 1] = Head(head.format, name.speaker, head.begin_s, name.words, head.end_s)
    return result


def _loosely_named(head: Head, loose: Collection[str]) -> Head:
    if head.speaker is not None or (text := loose_label(head.words)) is None or text not in loose:
        return head
    return evolve(head, speaker=display_name(text), words=head.words.partition(":")[2])


def _are_moments(heads: Sequence[Head | None]) -> bool:
    """Tell a transcript from an agenda ("10:30 Review: ..."), where times without hours prove little.

    Names behind such times count only when they come back, at least three lines must have one, and they must grow.
    """
    known = [head for head in heads if head is not None]
    names = Counter(head.speaker for head in known if head.speaker is not None)
    if names and names.total() < 2 * len(names):
        return False
    moments = [head.begin_s or 0.0 for head in known]
    return len(known) >= _FEWEST_SHORT and all(before <= behind for before, behind in pairwise(moments))


def _bracketed(line: str) -> Head | None:
    found = _BRACKETED.match(line[:_HEAD])
    if found is None:
        return None
    begin_s, end_s = _moments(found)
    rest = line[found.end() :]
    return _behind_time("bracketed", begin_s, end_s, rest) if rest.strip() else None


def _clock(line: str) -> Head | None:
    found = _CLOCK.match(line[:_HEAD])
    if found is None or not (rest := line[found.end() :]).strip():
        return None
    return _behind_time("clock", *_moments(found), rest)


def _behind_time(kind: Format, begin_s: float | None, end_s: float | None, rest: str) -> Head:
    named = _NAME.match(rest[:_HEAD])
    if named and is_name(named[1].strip("[]*"), strict=False):
        return Head(kind, display_name(named[1].strip("[]*")), begin_s, rest[named.end() :].removeprefix("** "), end_s)
    boxed = label(rest)
    if boxed is not None:
        return Head(kind, boxed[0], begin_s, boxed[1], end_s)
    return Head(kind, None, begin_s, rest, end_s)


def _parenthesised(line: str) -> Head | None:
    start = line[:_HEAD]
    found = _PARENTHESISED.search(start)
    if found is None:
        return None
    name = display_name(start[: found.start()])
    if name and any(char.isalpha() for char in name) and ":" not in name and len(name.split()) <= _LONGEST_NAME:
        begin_s, end_s = _moments(found)
        return Head("parenthesised", name, begin_s, line[found.end() :], end_s)
    return None


def headed(line: str, *, is_wide: bool = False) -> Head | None:
    """Read a line that is a name and a time: ``Ana Lima  0:04``, ``[Speaker 2] (0:12 - 0:15)``."""
    if len(line) > _HEAD:
        return None
    found = _AT_END.search(line)
    if found is None:
        return None
    is_spaced = len(found[1].expandtabs(8)) > 1 or line.rstrip()[-1] in ")]:"
    if is_wide and not is_spaced:
        return None
    name = display_name(line[: found.start()].strip().strip("[]"))
    if name is None or len(name) > 80 or ":" in name or not any(char.isalpha() for char in name):
        return None
    if not is_spaced and not is_name(name, strict=True):
        return None
    begin_s, end_s = _moments(found)
    return Head("headed", name, begin_s, "", end_s)


def _lone(line: str) -> Head | None:
    found = _LONE_TIME.match(line) if len(line) <= _HEAD else None
    if found is None:
        return None
    begin_s, end_s = _moments(found)
    return Head("blocks", None, begin_s, "", end_s)


def _named(line: str) -> Head | None:
    found = _NAME.match(line[:_HEAD])
    if found and is_name(found[1], strict=True):
        return Head("plain", display_name(found[1]), None, line[found.end() :])
    return None


def _named_loosely(line: str) -> Head | None:
    found = _NAME.match(line[:_HEAD])
    if found and is_name(found[1], strict=False):
        return Head("plain", display_name(found[1]), None, line[found.end() :])
    return None


def _moments(found: re.Match[str]) -> tuple[float | None, float | None]:
    """Return the times of a match, the first that is there and the one behind it; each has four groups."""
    groups = [group for group in found.groups() if group is None or not group.isspace()]
    times = [groups[at : at + 4] for at in range(0, len(groups) - 3, 4)]
    known = [_seconds(*time) for time in times if time[1] is not None and time[2] is not None]
    return (known[0] if known else None), (known[1] if len(known) > 1 else None)


def _seconds(hours: str | None, minutes: str | None, seconds: str | None, fraction: str | None) -> float:
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return float(f"{whole}.{fraction[1:]}") if fraction else float(whole)


_SHAPES: Mapping[Format, Shape] = {
    "bracketed": _bracketed,
    "parenthesised": _parenthesised,
    "clock": _clock,
    "blocks": _lone,
    "headed": partial(headed, is_wide=False),
}
_FEWEST: Mapping[Format, int] = {"bracketed": 1, "parenthesised": 1, "clock": 2, "blocks": 1, "headed": 1}
