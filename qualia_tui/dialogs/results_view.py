"""What steps gave, to be looked at: a step at a time, and of each one view at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from attrs import evolve, frozen
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from qualia_tui.lines import Line, Row, Span, line
from qualia_tui.model.amounts import count
from qualia_tui.model.outline import outline
from qualia_tui.model.results import MOST_ROWS, StepAnswer, View
from qualia_tui.model.texts import all_lines
from qualia_tui.widgets.bars import Bar
from qualia_tui.widgets.belonging import console_of
from qualia_tui.widgets.beside import beside
from qualia_tui.widgets.entry import FilterLine
from qualia_tui.widgets.grid import Grid
from qualia_tui.widgets.text_lines import TextLines
from qualia_tui.words import _

_MOST_LINES = 10_000
_TURN = 200
"""Rows or lines made before the keys have a turn."""


@frozen(kw_only=True)
class _Here:
    """Where somebody looks."""

    step: int = 0
    view: int = 0
    wanted: str = ""


class ResultsView(Widget):
    """Steps and their views as two lines of names, and below them what is looked at."""

    DEFAULT_CSS = """
    ResultsView { height: 1fr; layout: vertical; }
    ResultsView .rows { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "view(1)", "view", key_display="←→", id="results.view"),
        Binding("left,h", "view(-1)", show=False, id="results.view_before"),
        Binding("n", "step(1)", "step", key_display="n p", id="results.step"),
        Binding("p", "step(-1)", show=False, id="results.step_before"),
        Binding("slash", "filter", "filter", key_display="/", id="results.filter"),
        Binding("escape", "show_all", "show all", key_display="esc", id="filter.all"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._steps: tuple[StepAnswer, ...] = ()
        self._views: tuple[View, ...] = ()
        self._here: _Here = _Here()
        self._plain: tuple[Line, ...] | None = None

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Bar(classes="steps")
        yield Bar(classes="views")
        yield TextLines(classes="text")
        yield Grid(classes="rows")
        yield Bar(classes="more")
        yield FilterLine()

    @property
    def step(self) -> StepAnswer | None:
        """The step that is looked at; None for the run itself."""
        return self._steps[self._here.step - 1] if 0 < self._here.step <= len(self._steps) else None

    @property
    def place(self) -> tuple[int, int]:
        """The numbers of the step and the view that are looked at."""
        return self._here.step, self._here.view

    @property
    def steps(self) -> tuple[StepAnswer, ...]:
        """All steps."""
        return self._steps

    def show_run(self, lines: Sequence[Line]) -> None:
        """Show how the run itself is, where it is looked at."""
        self._plain = tuple(lines)
        if self._here.step == 0:
            self._draw()

    def show_steps(self, steps: Sequence[StepAnswer], *, at: int | None = None) -> None:
        """Show what steps gave.

        Args:
            steps: the steps.
            at: the number of the one to look at, from 1, or 0 for the run itself; None for the last that gave
                something.
        """
        self._steps = tuple(steps)
        good = [number for number, each in enumerate(self._steps, start=1) if each.result]
        is_well = len(good) == len(self._steps)
        self._go(evolve(_Here(), step=at if at is not None else good[-1] if good and is_well else 0))

    def texts(self) -> str:
        """Return what is looked at as one text."""
        if self.query_one(Grid).display:
            view = self._views[self._here.view]
            rows = (row for row in view.rows(self.size.width, self._here.wanted) if row is not None)
            return "\n".join("\t".join(cell.text for cell in row.cells) for row in rows)
        return "\n".join("".join(span.text for span in each) for each in self.query_one(".text", TextLines).lines)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what there is to choose from."""
        del parameters
        match action:
            case "view":
                return len(self._views) > 1
            case "step":
                return bool(self._steps)
            case "filter":
                return bool(self._views)
            case "show_all":
                # Without a filter escape leaves the dialog.
                return any(line.display for line in self.query(FilterLine))
            case _:
                return True

    def on_resize(self) -> None:
        """Draw it for the width there is."""
        self._draw()

    def on_filter_line_filtered(self, event: FilterLine.Filtered) -> None:
        """Show what the filter lets through."""
        event.stop()
        self._here = evolve(self._here, wanted=event.wanted)
        self._draw()

    def on_grid_chosen(self, event: Grid.Chosen) -> None:
        """Read a record in full."""
        event.stop()
        view = self._views[self._here.view]
        lines = tuple(all_lines(outline(view.whole(event.key)), max(20, self.size.width - 4)))
        console_of(self).read(view.title, lines)

    def action_view(self, by: int) -> None:
        """Look at the next view, or the one before."""
        if self._views:
            self._go(evolve(self._here, view=(self._here.view + by) % len(self._views)))

    def action_step(self, by: int) -> None:
        """Look at the next step, or the one before; before the first is the run itself."""
        places = len(self._steps) + 1
        self._go(_Here(step=(self._here.step + by) % places))

    def action_filter(self) -> None:
        """Look for something."""
        self.query_one(FilterLine).open()

    def action_show_all(self) -> None:
        """Show again what the filter leaves out."""
        self.query_one(FilterLine).action_clear()
        self.refresh_bindings()

    def take_focus(self) -> None:
        """Give the keys to what is looked at."""
        grid = self.query_one(Grid)
        (grid if grid.display else self.query_one(".text", TextLines)).focus()

    def _go(self, here: _Here) -> None:
        is_other_step = here.step != self._here.step or not self._views
        had_focus = self.has_focus_within
        self._here = here
        if is_other_step or not here.step:
            step = self.step
            self._views = () if step is None else step.views()
        self.query_one(".text", TextLines).scroll_lines(0)
        self.query_one(Grid).action_edge(0)
        self._draw()
        self.refresh_bindings()
        if had_focus and not isinstance(self.screen.focused, FilterLine):
            self.take_focus()

    def _draw(self) -> None:
        view = self._views[self._here.view] if self._here.view < len(self._views) else None
        names = [_("run"), *(each.step for each in self._steps)]
        self.query_one(".steps", Bar).show(_names(names, self._here.step, self.size.width))
        titles = [each.title for each in self._views]
        self.query_one(".views", Bar).show(_names(titles, self._here.view, self.size.width))
        is_table = view is not None and view.table is not None
        self.query_one(Grid).display = is_table
        self.query_one(".text", TextLines).display = not is_table
        beside(self, partial(self._fill, view), group="fill")

    async def _fill(self, view: View | None) -> None:
        if view is None:
            self.query_one(".text", TextLines).show(self._plain or ())
            self._say_more(0)
        elif view.table is None:
            await self._fill_text(view)
        else:
            await self._fill_rows(view)

    async def _fill_text(self, view: View) -> None:
        lines: list[Line] = []
        for number, each in enumerate(view.lines(max(20, self.size.width), self._here.wanted)):
            if each is not None:
                lines.append(each)
            if len(lines) == _MOST_LINES:
                break
            if number % _TURN == _TURN - 1:
                await asyncio.sleep(0)
        self.query_one(".text", TextLines).show(lines)
        self._say_more(len(lines) if len(lines) == _MOST_LINES else 0)

    async def _fill_rows(self, view: View) -> None:
        rows: list[Row] = []
        width = max(20, self.size.width)
        found = 0
        for number, row in enumerate(view.rows(width, self._here.wanted)):
            found += row is not None
            if row is not None and len(rows) < MOST_ROWS:
                rows.append(row)
            if number % _TURN == _TURN - 1:
                await asyncio.sleep(0)
        self.query_one(Grid).show_rows(
            view.columns(width), rows, empty=_("nothing fits") if self._here.wanted else _("there is nothing")
        )
        self._say_more(len(rows) if found > len(rows) else 0, found)

    def _say_more(self, shown: int, found: int | None = None) -> None:
        """Say when not everything is shown: nothing is left out silently."""
        told = ""
        if shown and found is not None:
            told = _("the first {shown} of {count}; / looks through all", shown=count(shown), count=count(found))
        elif shown:
            told = _("the first {shown} lines; save it to see everything", shown=count(shown))
        bar = self.query_one(".more", Bar)
        bar.display = bool(told)
        bar.show(line(told, "warn"))


def _names(names: Sequence[str], here: int, width: int) -> Line:
    """Return names side by side, the one that is looked at marked, as many before it left out as need be."""
    texts = [f"[{name}]" if place == here else f" {name} " for place, name in enumerate(names)]
    first = 0
    while first < here and sum(map(len, texts[first : here + 1])) > width - 2:
        first += 1
    lead = (Span("… ", "dim"),) if first else ()
    return (*lead, *(Span(text, "here" if place == here else "") for place, text in enumerate(texts) if place >= first))
