"""What every format is read into, and what is done to it whichever it was: moments that grow, merging."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from math import floor
from operator import sub
from typing import Literal, NamedTuple

from attrs import frozen

Format = Literal[
    "webvtt", "srt", "sbv", "teams-docx", "meet", "zoom-chat", "whatsapp", "headed", "blocks", "bracketed",
    "parenthesised", "clock", "plain", "whisper", "deepgram", "aws", "azure",
]  # fmt: skip
_DAY_S = 86_400.0
_LONG = 1 << 20
_SPACE = re.compile(r"\s")


class Turn(NamedTuple):
    """What one speaker says without a break; a tuple, because a day of captions has a hundred thousand of them."""

    speaker: str | None
    """None when the source does not say."""
    text: str
    """The words alone, on one line."""
    begin_s: float | None = None
    """As the source counts; None when it gives no time."""
    end_s: float | None = None
    """None when the source gives no time and no timed turn follows."""

    @property
    def line(self) -> str:
        """The turn as a line of a transcript: ``Name: words``, or the words alone."""
        return self.text if self.speaker is None else f"{self.speaker}: {self.text}"


@frozen(kw_only=True)
class Removed:
    """A line that is not in the result, and why."""

    text: str
    reason: str


@frozen(kw_only=True)
class Transcript:
    """A source as it was read, before anything was cleaned."""

    format: Format
    turns: Sequence[Turn]
    cues: int
    """Cues or turns of the source, also those without words."""
    removed: tuple[Removed, ...] = ()
    """Text of the source that belongs to no turn."""
    variant: str | None = None
    """The program that wrote it, where its structure tells; None otherwise."""
    has_lengths: bool = True
    """Whether a turn lasts until the next; messages and turns that share a time of the source do not."""
    repeated: int = 0
    """Cues that only showed again what the cue before had shown."""


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space."""
    if len(text) > _LONG:
        # A list of all its words would take ten times the memory.
        return " ".join(_pieces(text))
    return " ".join(text.split())


def _pieces(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        space = _SPACE.search(text, at + _LONG)
        end = len(text) if space is None else space.start()
        if words := " ".join(text[at:end].split()):
            yield words
        at = end


def growing(turns: Sequence[Turn]) -> Sequence[Turn]:
    """Put each moment on the day nearest to the moment before, so that 00:01 comes two minutes after 23:59.

    A smaller step back is a line out of order and stays as it is.
    """
    begins = [begin_s for _, _, begin_s, _ in turns if begin_s is not None]
    is_forward = max(map(sub, begins, begins[1:]), default=0.0) < _DAY_S / 2
    if is_forward and not [1 for _, _, begin_s, end_s in turns if end_s is not None and end_s < (begin_s or 0.0)]:
        return turns
    return list(_grown(turns))


def _grown(turns: Iterable[Turn]) -> Iterator[Turn]:
    before_s: float | None = None
    for turn in turns:
        if turn.begin_s is None:
            yield turn
            continue
        begin_s = _on_nearest_day(turn.begin_s, before_s)
        end_s = None if turn.end_s is None else max(begin_s, _on_nearest_day(turn.end_s, begin_s))
        before_s = begin_s
        yield turn._replace(begin_s=begin_s, end_s=end_s)


def _on_nearest_day(moment_s: float, before_s: float | None) -> float:
    if before_s is None:
        return moment_s
    return moment_s + max(0, floor((before_s - moment_s) / _DAY_S + 0.5)) * _DAY_S


def closed(turns: Sequence[Turn]) -> Sequence[Turn]:
    """Let each turn without an end last until the next moment known; the last such turn keeps None."""
    if not [1 for _, _, _, end_s in turns if end_s is None]:
        return turns
    result: list[Turn] = []
    next_s: float | None = None
    for turn in reversed(turns):
        if turn.begin_s is not None:
            if turn.end_s is None and next_s is not None and next_s >= turn.begin_s:
                turn = turn._replace(end_s=next_s)
            next_s = turn.begin_s
        result.append(turn)
    return result[::-1]


def merged(turns: Iterable[Turn], *, gap_s: float) -> list[Turn]:
    """Join neighbouring turns of one speaker when at most ``gap_s`` seconds lie between them.

    Turns without times are joined whatever lies between; turns whose speaker is unknown are never joined.
    """
    result: list[Turn] = []
    group: list[Turn] = []
    speaker: str | None = None
    end_s: float | None = None
    # Moments are read from decimals: 3.6 - 1.6 must not miss a limit of 2.
    gap_s += 1e-6
    for turn in turns:
        own, _, begin_s, until_s = turn
        if own != speaker or speaker is None or not (end_s is None or begin_s is None or begin_s - end_s <= gap_s):
            if group:
                result.append(_joined(group, end_s))
            group, end_s, speaker = [], None, own
        group.append(turn)
        if end_s is None or (until_s is not None and until_s > end_s):
            end_s = until_s
    if group:
        result.append(_joined(group, end_s))
    return result


def _joined(group: list[Turn], end_s: float | None) -> Turn:
    first = group[0]
    if len(group) == 1:
        return first
    return Turn(first.speaker, " ".join([turn.text for turn in group]), first.begin_s, end_s)
