"""Read WebVTT: the block structure as the specification parses it, the text as meeting programs write it.

Blocks and times follow the parser of W3C's "WebVTT: The Web Video Text Tracks Format", sections 6.1 to 6.4. Where that
parser would drop what somebody said (a blank line inside a cue, a "<" that opens no tag) the words are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from .captions import labelled, turns_of, unrolled
from .cuetext import voices
from .names import display_name
from .turns import Removed, Transcript, Turn, one_line

_SIGNATURE = re.compile(r"\s*+WEBVTT(?=[ \t\n]|\Z)")
_STAMP = r"(?:[0-9]{1,6}:)?[0-5][0-9]:[0-5][0-9]\.[0-9]{3}(?![0-9])"
_TIMES = re.compile(rf"^[ \t\f]*+{_STAMP}[ \t\f]*+-->[ \t\f]*+{_STAMP}", re.MULTILINE)
# A line, or the rest of one, that holds no arrow.
_LINE = r"[^\n-]*+(?:-(?!->)[^\n-]*+)*+"
_LINES = rf"(?:(?=[^\n]){_LINE}(?:\n|\Z))"
_END = r"(?:\n|\Z)(?=\n|\Z)"
_BLOCK = re.compile(
    # Groups: begin and end of a cue, or a line of times that cannot be read; name and words of a cue that is one voice
    # on one line, the words of one without tags, or the whole text of any other; a block that is no cue.
    rf"""\n*+(?:{_LINES}?+
    (?:[ \t\f]*+({_STAMP})[ \t\f]*+-->[ \t\f]*+({_STAMP})[^\n]*+|((?=[^\n]*?-->)[^\n]*+))(?:\n|\Z)
    (?:<v[ ]([^<>&\n]++)>([^<>&\n]*+)</v>{_END}|([^<>&\n]++){_END}|({_LINES}*+))
    |({_LINES}++))""".replace("\n    ", ""),
    re.ASCII,
)
_MOST_ABOVE = 4
"""Lines that may stand above the first line of times where there is no signature."""
_CUE_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/[0-9]+-[0-9]+")
_TEAMS_ID = re.compile(rf"^{_CUE_ID.pattern}$", re.MULTILINE)
_STREAM_ID = re.compile(r"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$", re.MULTILINE)
_VOICE = re.compile(r"<v(?:[.\s][^<>]*+)?>")
_HEADER = re.compile(rf"\s*+WEBVTT(?=[ \t\n]|\Z)[^\n]*+(?:\n|\Z){_LINES}*+")
_COMMENT = re.compile(r"NOTE(?=[ \t\n]|\Z)|(?:STYLE|REGION)[ \t]*+(?=\n|\Z)")


@frozen
class Cues:
    """The cues of a file, each read as far as its text is plain."""

    turns: list[Turn]
    """One for each cue; one line of words where the text is plain."""
    raw: dict[int, list[str]]
    """The text of those that have tags, references or several lines, by their number, as it stands in the file."""
    removed: list[Removed]
    has_voices: bool


def is_webvtt(text: str) -> bool:
    """Tell whether a text is WebVTT, or a piece of it without its signature."""
    if _SIGNATURE.match(text):
        return True
    first = _TIMES.search(text) if "-->" in text else None
    # Captions that stand somewhere inside another text are not the text.
    return first is not None and len(text[: first.start()].split("\n")) <= _MOST_ABOVE


def read_webvtt(text: str) -> Transcript:
    """Read the turns of a WebVTT text whose lines end in a line feed: one for each voice of each cue.

    Names come from voice tags; in a file that has none, from ``Name: text`` inside the cues. Captions that roll, each
    cue showing the line before once more, lose what they repeat.
    """
    cues = read_cues(text)
    variant: str | None
    if cues.has_voices:
        variant = "teams" if _TEAMS_ID.search(text) else None
        turns, repeated = _spoken(cues), 0
    else:
        lines = [_shown(cues, at) for at in range(len(cues.turns))]
        is_rolling, lines, repeated = unrolled(lines) if cues.raw else (False, lines, 0)
        turns, is_named = labelled(
            [(cue.begin_s, cue.end_s, each) for cue, each in zip(cues.turns, lines, strict=True)]
        )
        variant = "youtube" if is_rolling else "zoom" if is_named else "stream" if _STREAM_ID.search(text) else None
    return Transcript(
        format="webvtt",
        turns=turns,
        cues=len(cues.turns),
        removed=tuple(cues.removed),
        variant=variant,
        repeated=repeated,
    )


def read_cues(text: str) -> Cues:
    """Return the cues of a text whose lines end in a line feed, and the text that belongs to no cue.

    Some programs leave a blank line below the times, or inside what is said before they close the voice: the next
    block then belongs to the cue above.
    """
    reading = _Reading()
    turns, keep = reading.turns, reading.turns.append
    names: dict[str, str | None] = {}
    minutes = _Minutes()
    # A named tuple made as the tuple it is takes half the time, and there is one for each cue; so are there two stamps,
    # whose milliseconds are added up as whole numbers, so that no digit is lost.
    new: Any = vars(tuple)["__new__"]
    last, end_s = "", 0.0
    for block in _BLOCK.finditer(text, _header_end(text)):
        begin, end, _, name, words, plain, content, other = block.groups()
        if begin is None:
            reading.add(content or words or plain or "", other)
            continue
        begin_s = end_s if begin == last else (minutes[begin[:-6]] + int(begin[-6:-4] + begin[-3:])) / 1000
        last, end_s = end, (minutes[end[:-6]] + int(end[-6:-4] + end[-3:])) / 1000
        if words is not None:
            speaker = names[name] if name in names else names.setdefault(name, display_name(name))
            # Printable text has no white space but the blank.
            if not words.isprintable() or "  " in words or words[:1] == " " or words[-1:] == " ":
                words = one_line(words)
            keep(new(Turn, (speaker, words, begin_s, end_s)))
        elif plain is not None:
            keep(Turn(None, one_line(plain), begin_s, end_s))
        else:
            reading.open(content)
            keep(Turn(None, "", begin_s, end_s))
    raw = reading.raw
    has_voices = bool(names) or any(_VOICE.search(part) for parts in raw.values() for part in parts)
    return Cues(turns, raw, reading.removed, has_voices)


class _Reading:
    """What was read so far, and whether the text of the cue read last goes on below a blank line."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.raw: dict[int, list[str]] = {}
        self.removed: list[Removed] = []
        self._is_bare = False
        self._voices = 0

    def open(self, content: str) -> None:
        """Take the text of a cue that is about to be kept."""
        content = _without_ids(content)
        self.raw[len(self.turns)] = [content]
        self._is_bare = not content.strip()
        self._voices = _opened(content)

    def add(self, content: str, other: str | None) -> None:
        """Take a block without times, or the content of one whose times cannot be read."""
        if other is None:
            self.removed.extend(_stray(content, "its times cannot be read"))
            return
        if _COMMENT.match(other):
            return
        other = _without_ids(other)
        parts = self.raw.get(len(self.turns) - 1)
        if parts is not None and (self._is_bare or self._voices > 0):
            parts.append(other)
            self._is_bare = self._is_bare and not other.strip()
            self._voices += _opened(other)
        else:
            self.removed.extend(_stray(other, "outside any cue"))


def _without_ids(content: str) -> str:
    if "/" not in content:
        return content
    return "\n".join(line for line in content.split("\n") if not _CUE_ID.fullmatch(line))


def _opened(content: str) -> int:
    """Return how many more voices a text opens than it closes."""
    return len(_VOICE.findall(content)) - content.count("</v>")


class _Minutes(dict[str, int]):
    """How many milliseconds lie before a minute, by its digits ("00:59:")."""

    def __missing__(self, digits: str) -> int:
        hours, _, minutes = digits[:-1].rpartition(":")
        self[digits] = result = (int(hours or 0) * 60 + int(minutes)) * 60_000
        return result


def _header_end(text: str) -> int:
    """Return where the signature ends, with its line and what stands directly below it."""
    found = _HEADER.match(text)
    return 0 if found is None else found.end()


def _stray(text: str, reason: str) -> Iterator[Removed]:
    words = one_line(text)
    if words:
        yield Removed(text=words, reason=reason)


def _spoken(cues: Cues) -> list[Turn]:
    """Return a turn for each voice of each cue."""
    if not cues.raw:
        return [turn for turn in cues.turns if turn.text]
    turns: list[Turn] = []
    speaker: str | None = None
    for at, cue in enumerate(cues.turns):
        if at in cues.raw:
            pieces, speaker = voices("\n".join(cues.raw[at]), speaker)
            turns.extend(turns_of(cue.begin_s, cue.end_s, pieces))
        else:
            speaker = None
            if cue.text:
                turns.append(cue)
    return turns


def _shown(cues: Cues, at: int) -> list[str]:
    """Return the lines a cue shows, in a file without voices."""
    if at not in cues.raw:
        return [cues.turns[at].text]
    pieces, _ = voices("\n".join(cues.raw[at]), None)
    return "".join(text for _, text in pieces).split("\n")
