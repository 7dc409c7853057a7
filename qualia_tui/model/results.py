"""What a run gave, as views: tables, bars, a timeline, a transcript, an outline of anything else, and provenance.

A view says what it shows for a width and a filter; nothing of it is made before it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from qualia._values import is_mapping
from qualia_tui.lines import Column, Line, Row
from qualia_tui.model import facts
from qualia_tui.model.artifacts import artifact_paragraphs, is_artifact
from qualia_tui.model.documents import transcript
from qualia_tui.model.headings import named
from qualia_tui.model.log import matches
from qualia_tui.model.moods import mood_paragraphs, mood_tables
from qualia_tui.model.outline import columns_of, is_table, outline, record_row, tables_in
from qualia_tui.model.provenance import provenance_paragraphs
from qualia_tui.model.tables import Table
from qualia_tui.model.texts import Paragraph, lines_of
from qualia_tui.model.wordlists import counts_table, word_tables
from qualia_tui.words import _, translated

MOST_ROWS = 1_000
"""Rows of a table that are shown at once; a filter looks through all."""
_MOST_TABLES = 10
_SHOWN = frozenset({"words", "speakers", "sentences", "timeline", "most_positive", "most_negative"})
_NOT_TOLD = ("text", "segments", "data", "metadata")


@frozen(kw_only=True)
class View:
    """One way to look at what a step gave."""

    key: str
    title: str
    paragraphs: Callable[[], Iterable[Paragraph]] | None = None
    """Gives its text; None for a table."""
    table: Table | None = None

    def lines(self, width: int, wanted: str) -> Iterator[Line | None]:
        """Yield the lines of a text; None in between, every so often, for paragraphs that the filter holds back."""
        for paragraph in self.paragraphs() if self.paragraphs is not None else ():
            if matches(wanted, paragraph.plain):
                yield from lines_of(paragraph, width)
            else:
                yield None

    def columns(self, width: int) -> tuple[Column, ...]:
        """Return a table's columns; none for a text."""
        return () if self.table is None else self.table.columns(width)

    def rows(self, width: int, wanted: str) -> Iterator[Row | None]:
        """Yield the rows of a table; None for each that the filter holds back."""
        table = self.table
        for number, item in enumerate(table.items if table is not None else ()):
            row = table.row(str(number), item, width) if table is not None else Row("", ())
            yield row if matches(wanted, *(cell.text for cell in row.cells)) else None

    def whole(self, key: str) -> Mapping[Any, Any]:
        """Return the record of a row, to be read in full."""
        return {} if self.table is None else self.table.items[int(key)]


@frozen(kw_only=True)
class StepAnswer:
    """What became of one step."""

    step: str
    plugin: str
    status: str
    """"ok", "failed" or "skipped"."""
    reason: str = ""
    """Why it has no result; in English."""
    result: facts.Plain = field(factory=dict[str, Any])
    """Value, provenance and what else a result has; empty without one."""
    differences: tuple[str, ...] = ()
    """How it differs from the run it repeats; empty when it repeats none, or nothing differs."""

    def views(self) -> tuple[View, ...]:
        """Return the ways to look at it, the most telling first."""
        if not self.result:
            return (View(key="reason", title=_("outcome"), paragraphs=self._told),)
        value = self.result.get("value")
        known = tuple(_views_of(value, facts.text(facts.mapping(self.result, "provenance"), "produces")))
        origin = View(key="origin", title=_("provenance"), paragraphs=lambda: provenance_paragraphs(self.result))
        if self.differences:
            told = [Paragraph(text=translated(each), lead=()) for each in self.differences]
            return (View(key="differences", title=_("differences"), paragraphs=lambda: told), *known, origin)
        return (*known, origin)

    def _told(self) -> Iterable[Paragraph]:
        yield Paragraph(text=translated(self.reason) or _("it gave nothing"), style="bad" if self.reason else "dim")


def steps_of(answer: object) -> tuple[StepAnswer, ...]:
    """Return what became of each step of a run.

    Args:
        answer: of ``runs.result`` or ``history.result``.
    """
    result = facts.mapping(answer, "result")
    if result:
        plugin = facts.text(facts.mapping(result, "provenance"), "plugin")
        return (StepAnswer(step=plugin, plugin=plugin, status="ok", result=result),)
    return tuple(_step(each) for each in facts.items(answer, "steps"))


def _step(told: facts.Plain) -> StepAnswer:
    error = facts.mapping(told, "error")
    return StepAnswer(
        step=facts.text(told, "step"),
        plugin=facts.text(told, "plugin"),
        status=facts.text(told, "status"),
        reason=facts.text(told, "reason") or facts.text(error, "message"),
        result=facts.mapping(told, "result"),
        differences=facts.texts(told, "differences"),
    )


def _views_of(value: object, produces: str) -> Iterator[View]:
    if is_artifact(value):
        yield View(key="file", title=_("file"), paragraphs=lambda: artifact_paragraphs(facts.plain(value)))
    elif not is_mapping(value):
        yield from _unknown(value)
    elif produces.startswith("document/"):
        yield from _document(value)
    elif produces.startswith("word-frequencies/"):
        yield from _known(word_tables(value))
        yield from _rest(value)
    elif produces.startswith("sentiment/"):
        yield View(key="mood", title=_("mood"), paragraphs=lambda: mood_paragraphs(value))
        yield from _known(mood_tables(value))
        yield from _rest(value)
    else:
        yield from _unknown(value)


def _document(value: facts.Plain) -> Iterator[View]:
    metadata = facts.mapping(value, "metadata")
    told = {name: each for name, each in value.items() if name not in _NOT_TOLD}
    told |= {name: each for name, each in metadata.items() if not is_table(each)}
    yield View(key="transcript", title=_("text"), paragraphs=lambda: transcript(value))
    yield from _tables(tables_in(metadata))
    yield View(key="facts", title=_("facts"), paragraphs=lambda: outline(told))


def _unknown(value: object) -> Iterator[View]:
    """Yield views of plain data of any shape."""
    counts = counts_table(value)
    if counts is not None:
        yield View(key="counts", title=_("bars"), table=counts)
    if not is_table(value):
        yield View(key="facts", title=_("facts"), paragraphs=lambda: outline(value))
    yield from _tables(tables_in(value))


def _rest(value: facts.Plain) -> Iterator[View]:
    """Yield what a record has beside its own tables."""
    yield from _tables((name, items) for name, items in tables_in(value) if name not in _SHOWN)
    told = {name: each for name, each in value.items() if each not in (None, "", (), [], {})}
    single = {name: each for name, each in told.items() if name not in _SHOWN and not is_table(each)}
    yield View(key="facts", title=_("facts"), paragraphs=lambda: outline(single))


def _known(tables: Iterable[tuple[str, Table]]) -> Iterator[View]:
    for name, table in tables:
        yield View(key=f"table-{name}", title=named(name), table=table)


def _tables(tables: Iterable[tuple[str, Sequence[Mapping[Any, Any]]]]) -> Iterator[View]:
    for number, (name, items) in enumerate(tables):
        if number == _MOST_TABLES:
            return
        yield View(key=f"table-{name}", title=named(name) or _("rows"), table=plain_table(items))


def plain_table(items: Sequence[Mapping[Any, Any]]) -> Table:
    """Return a list of records as a table."""
    columns = columns_of(items)
    names = [name for name, _column in columns]
    return Table(
        items=items,
        columns=lambda _width: tuple(column for _name, column in columns),
        row=lambda key, item, _width: record_row(key, item, names),
    )
