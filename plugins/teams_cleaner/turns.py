"""What every format is read into, and what is done to it whichever it was: moments that grow, merging."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import floor
from typing import Literal

import attrs
from attrs import frozen

Format = Literal["webvtt", "bracketed", "parenthesised", "plain"]
_DAY_S = 86_400.0


@frozen(kw_only=True)
class Turn:
    """What one speaker says without a break."""

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
    turns: tuple[Turn, ...]
    cues: int
    """Cues or turns of the source, also those without words."""
    removed: tuple[Removed, ...] = ()
    """Text of the source that belongs to no turn."""


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())


def growing(turns: Iterable[Turn]) -> Iterator[Turn]:
    """Put each moment on the day nearest to the moment before, so that 00:01 comes two minutes after 23:59.

    A smaller step back is a line out of order and stays as it is.
    """
    before_s: float | None = None
    for turn in turns:
        if turn.begin_s is None:
            yield turn
            continue
        begin_s = _on_nearest_day(turn.begin_s, before_s)
        end_s = None if turn.end_s is None else max(begin_s, _on_nearest_day(turn.end_s, begin_s))
        before_s = begin_s
        yield attrs.evolve(turn, begin_s=begin_s, end_s=end_s)


def _on_nearest_day(moment_s: float, before_s: float | None) -> float:
    if before_s is None:
        return moment_s
    return moment_s + max(0, floor((before_s - moment_s) / _DAY_S + 0.5)) * _DAY_S


def closed(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """Let each turn without an end last until the next moment known; the last such turn keeps None."""
    result: list[Turn] = []
    next_s: float | None = None
    for turn in reversed(turns):
        if turn.begin_s is not None:
            if turn.end_s is None and next_s is not None and next_s >= turn.begin_s:
                turn = attrs.evolve(turn, end_s=next_s)
            next_s = turn.begin_s
        result.append(turn)
    return tuple(reversed(result))


def merged(turns: Iterable[Turn], *, gap_s: float) -> Iterator[Turn]:
    """Join neighbouring turns of one speaker when at most ``gap_s`` seconds lie between them.

    Turns without times are joined whatever lies between; turns whose speaker is unknown are never joined.
    """
    group: list[Turn] = []
    end_s: float | None = None
    for turn in turns:
        if group and not _joins(group[-1], end_s, turn, gap_s):
            yield _joined(group, end_s)
            group, end_s = [], None
        group.append(turn)
        end_s = turn.end_s if end_s is None or turn.end_s is None else max(end_s, turn.end_s)
    if group:
        yield _joined(group, end_s)


def _joins(before: Turn, end_s: float | None, turn: Turn, gap_s: float) -> bool:
    if turn.speaker is None or turn.speaker != before.speaker:
        return False
    if end_s is None or turn.begin_s is None:
        return True
    # Moments are read from decimals: 3.6 - 1.6 must not miss a limit of 2.
    return turn.begin_s - end_s <= gap_s + 1e-6


def _joined(group: list[Turn], end_s: float | None) -> Turn:
    if len(group) == 1:
        return group[0]
    return attrs.evolve(group[0], text=" ".join(turn.text for turn in group), end_s=end_s)
