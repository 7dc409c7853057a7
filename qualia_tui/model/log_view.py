"""The lines of a log that a filter lets through, kept while events come: each line is looked at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from attrs import field, frozen

from qualia_tui.lines import Column, Line, Row, Span, line
from qualia_tui.model import amounts
from qualia_tui.model.log import LEVELS, Level, LogLine, admits, sentence, subject
from qualia_tui.model.tail import Tail
from qualia_tui.model.terms import term
from qualia_tui.model.texts import facts_lines, figure, wrapped_lines
from qualia_tui.words import _, translated

MARKS = {"debug": "·", "info": " ", "warning": "!", "error": "✗"}
STYLES = {"debug": "dim", "info": "", "warning": "warn", "error": "bad"}
KEPT = 2_000
_SLACK = 500


@frozen(kw_only=True)
class Filter:
    """Which lines are shown."""

    level: Level = "info"
    """The least level."""
    plugin: str = ""
    """Lines of this plugin alone; empty for all."""
    wanted: str = ""
    """Part of a line, in any case; with ``!`` before it lines without it."""

    def admits(self, entry: LogLine) -> bool:
        """Return whether a line is let through."""
        if self.plugin and entry.plugin != self.plugin:
            return False
        return admits(entry, level=self.level, wanted=self.wanted)

    @property
    def next_level(self) -> Level:
        """The level after this one; the first after the last."""
        return LEVELS[(LEVELS.index(self.level) + 1) % len(LEVELS)]


@frozen(kw_only=True)
class Step:
    """How the lines differ from those before."""

    gone: int = 0
    """Lines that went from the beginning."""
    added: int = 0
    """Lines that came to the end."""
    is_anew: bool = False
    """Whether they are other lines altogether; the numbers say nothing then."""


@frozen
class _Kept:
    lines: list[LogLine] = field(factory=list[LogLine])
    tail: Tail = field(factory=Tail)


class LogView:
    """The lines that are let through, the latest last.

    Args:
        kept: how many lines there are at most.
    """

    def __init__(self, *, kept: int = KEPT) -> None:
        self.filter: Filter = Filter()
        self._most: int = kept
        self._kept: _Kept = _Kept()

    def __len__(self) -> int:
        """Return how many lines there are."""
        return len(self._kept.lines)

    def __getitem__(self, place: int) -> LogLine:
        """Return a line by its place, from 0."""
        return self._kept.lines[place]

    def take(self, log: Sequence[LogLine]) -> Step:
        """Take in what came since the last time; what was looked at before is not looked at again."""
        news = self._kept.tail.news(log)
        lines = self._kept.lines
        if news.is_anew:
            lines.clear()
        added = [entry for entry in news.lines if self.filter.admits(entry)]
        lines.extend(added)
        gone = 0
        # Some at a time: to take one from the beginning of a list moves all the others.
        if len(lines) > self._most + _SLACK:
            gone = len(lines) - self._most
            del lines[:gone]
        return Step(gone=gone, added=len(added), is_anew=news.is_anew)

    def narrow(self, wanted: Filter, log: Sequence[LogLine]) -> None:
        """Show what another filter lets through."""
        self.filter = wanted
        self._kept = _Kept()
        self.take(log)

    def page(self, first: int, lines: int) -> tuple[LogLine, ...]:
        """Return some lines from a place on."""
        return tuple(islice(self._kept.lines, max(0, first), max(0, first) + lines))


def columns() -> tuple[Column, ...]:
    """Return the columns of a log, from left to right."""
    return (
        Column(title="", width=1),
        Column(title=_("time"), width=8),
        Column(title=_("event"), width=16),
        Column(title=_("about"), width=18, rank=1),
        Column(title=_("details"), width=12, grow=1),
    )


def row(entry: LogLine) -> Row:
    """Return a line of the log as a row of a table."""
    style = STYLES[entry.level]
    return Row(
        f"{entry.seq}/{entry.kind}",
        (
            Span(MARKS[entry.level], style),
            Span(amounts.clock(entry.at_s), "dim"),
            Span(entry.kind, style),
            Span(subject(entry)),
            Span(sentence(entry), style),
        ),
    )


def details(entry: LogLine, width: int) -> tuple[Line, ...]:
    """Return all that is known of a line of the log.

    Args:
        entry: the line.
        width: cells there are; what is longer goes on in the next line.
    """
    known = {
        _("event"): entry.kind,
        _("level"): term(entry.level),
        _("time"): amounts.moment(entry.at_s),
        _("number"): str(entry.seq),
        _("plugin"): entry.plugin,
        _("step"): entry.step,
        _("run"): entry.run,
    }
    lines = [*facts_lines({name: value for name, value in known.items() if value}, width), ()]
    for name, value in entry.details.items():
        text = translated(value) if isinstance(value, str) else _plain(name, value)
        if not text:
            continue
        lines.append(line(name, "head"))
        lines.extend(wrapped_lines(text, width, indent=2))
    return tuple(lines)


def _plain(name: str, value: object) -> str:
    if name.endswith("_s") and isinstance(value, float):
        return amounts.duration(value)
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, (dict, list)):
        import json

        return json.dumps(value, ensure_ascii=False, indent=1, default=str)
    return figure(value)
