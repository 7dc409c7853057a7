"""Plugins as a table: what is known of each, in which order, and which of them are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from attrs import evolve, frozen

from qualia._values import is_sequence
from qualia_tui.lines import Column, Row, Span, Style
from qualia_tui.model import amounts, facts
from qualia_tui.model.log import matches
from qualia_tui.model.spark import graph
from qualia_tui.model.terms import term
from qualia_tui.words import _

Key = Literal["name", "state", "breaker", "calls", "errors", "p50", "p95"]
LETTERS: Mapping[str, Key] = {
    "N": "name",
    "S": "state",
    "B": "breaker",
    "C": "calls",
    "E": "errors",
    "M": "p50",
    "P": "p95",
}
"""Which capital letter orders by what; headings show it."""
_GRAPH = 12
_STATES: Mapping[str, tuple[str, Style, int]] = {
    "failing": ("✗", "bad", 0),
    "unavailable": ("?", "warn", 1),
    "disabled": ("-", "dim", 2),
    "enabled": ("○", "", 3),
    "loaded": ("●", "ok", 4),
}
"""Mark, style, and place in the order of trouble."""
_BREAKERS: Mapping[str, tuple[str, Style, int]] = {
    "open": ("✗", "bad", 0),
    "forced_open": ("!", "warn", 1),
    "half_open": ("!", "warn", 2),
    "closed": ("", "dim", 3),
}


@frozen(kw_only=True)
class PluginFacts:
    """What a table tells of a plugin."""

    id: str
    kind: str = ""
    version: str = ""
    summary: str = ""
    state: str = ""
    reason: str = ""
    breaker: str = ""
    retry_after_s: float | None = None
    generation: int = 0
    calls: int = 0
    cached: int = 0
    errors: int = 0
    p50_s: float | None = None
    p95_s: float | None = None
    last_error: str = ""
    place: str = ""
    """Where the last error came from, as file:line."""
    last_error_when_s: float | None = None
    """When it was, in seconds since 1970; None when there was none."""
    series: tuple[float, ...] = ()
    """Calls by point of time, the latest last; empty when there were none lately."""
    failed: tuple[float, ...] = ()
    """How many of them failed."""

    @property
    def is_troubled(self) -> bool:
        """Whether somebody should look at it."""
        return self.state in {"failing", "unavailable"} or self.breaker not in {"closed", ""}


@frozen(kw_only=True)
class Order:
    """How a table is ordered."""

    key: Key = "name"
    is_down: bool = False
    """Whether the largest comes first."""

    def turned(self, key: Key) -> Order:
        """Return the order after its letter was pressed: by this column, the other way round the second time."""
        if key == self.key:
            return evolve(self, is_down=not self.is_down)
        return Order(key=key, is_down=key in {"calls", "errors", "p50", "p95"})


def plugin_facts(plain: facts.Plain) -> PluginFacts:
    """Read what a host tells of a plugin; what is of another shape is not known."""
    counts, breaker, series = (facts.mapping(plain, name) for name in ("counts", "breaker", "series"))
    place = facts.text(counts, "last_error_at")
    return PluginFacts(
        id=facts.text(plain, "id"),
        kind=facts.text(plain, "kind"),
        version=facts.text(plain, "version"),
        summary=facts.in_words(plain, facts.text(plain, "summary")),
        state=facts.text(plain, "state"),
        reason=facts.text(plain, "reason"),
        breaker=facts.text(breaker, "state"),
        retry_after_s=facts.number(breaker, "retry_after_s"),
        generation=whole(plain, "generation"),
        calls=whole(counts, "calls"),
        cached=whole(counts, "cached"),
        errors=whole(counts, "errors"),
        p50_s=facts.number(counts, "p50_s"),
        p95_s=facts.number(counts, "p95_s"),
        last_error=_cause(facts.text(counts, "last_error"), place),
        place=place,
        last_error_when_s=facts.number(counts, "last_error_when_s"),
        series=numbers(series.get("calls")),
        failed=numbers(series.get("errors")),
    )


def _cause(sentence: str, place: str) -> str:
    """Return what an error's sentence says after its place, which stands beside it already."""
    _before, found, after = sentence.partition(f"{place}: ") if place else ("", "", "")
    return after if found else sentence


def whole(plain: object, name: str) -> int:
    """Return a whole number of a mapping; 0 when there is none."""
    found = facts.number(plain, name)
    return int(found) if found is not None and -1e18 < found < 1e18 else 0


def numbers(value: object) -> tuple[float, ...]:
    """Return the numbers of a list; what is none counts as 0."""
    return tuple(_number(each) for each in value) if is_sequence(value) else ()


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0.0
    return float(value) if -1e18 < value < 1e18 else 0.0


def arranged(plugins: Mapping[str, facts.Plain], *, order: Order, wanted: str = "") -> tuple[PluginFacts, ...]:
    """Return the plugins that are shown, in their order.

    Args:
        plugins: what the host told of each.
        order: by what they are ordered; what nobody knows comes last, and equals are ordered by id.
        wanted: part of what the table says of one, in any case; after ``!`` those without it.
    """
    known = [plugin_facts(each) for each in plugins.values()]
    shown = sorted((each for each in known if _fits(each, wanted)), key=lambda each: each.id)
    value = _VALUES[order.key]
    told = [each for each in shown if value(each) is not None]
    told.sort(key=lambda each: value(each) or 0, reverse=order.is_down)
    return (*told, *(each for each in shown if value(each) is None))


_VALUES: Mapping[Key, Callable[[PluginFacts], float | None]] = {
    "name": lambda _each: 0,
    "state": lambda each: _STATES.get(each.state, ("", "", 9))[2],
    "breaker": lambda each: _BREAKERS[each.breaker][2] if each.breaker in _BREAKERS else None,
    "calls": lambda each: each.calls,
    "errors": lambda each: each.errors,
    "p50": lambda each: each.p50_s,
    "p95": lambda each: each.p95_s,
}


def _fits(each: PluginFacts, wanted: str) -> bool:
    told = (each.id, each.kind, each.state, state_span(each).text, each.breaker, each.summary, each.last_error)
    return matches(wanted, *told)


def state_span(each: PluginFacts) -> Span:
    """Return the state of a plugin as a mark and a word; an open breaker matters more."""
    if each.breaker in {"open", "forced_open", "half_open"} and each.state != "disabled":
        mark, style, _place = _BREAKERS[each.breaker]
        return Span(f"{mark} {term(each.breaker)}", style)
    mark, style, _place = _STATES.get(each.state, ("?", "", 9))
    return Span(f"{mark} {term(each.state)}" if each.state else "", style)


def columns(order: Order) -> tuple[Column, ...]:
    """Return the columns of the table, the one it is ordered by marked."""
    return (
        Column(title=_head(_("Name"), "name", order), width=20, grow=1),
        Column(title=_head(_("State"), "state", order), width=17),
        Column(title=_head(_("Breaker"), "breaker", order), width=14, rank=5),
        Column(title=_head(_("Calls"), "calls", order), width=9, right=True),
        Column(title=_head(_("Errors"), "errors", order), width=7, right=True, rank=1),
        Column(title=_head(_("Median"), "p50", order), width=8, right=True, rank=2),
        Column(title=_head(_("P95"), "p95", order), width=8, right=True, rank=3),
        Column(title=_("lately"), width=_GRAPH, rank=6),
    )


def _head(title: str, key: Key, order: Order) -> str:
    return title + ("▼" if order.is_down else "▲") if key == order.key else title


def plugin_row(each: PluginFacts, mark: Span | None = None) -> Row:
    """Return a plugin as a row.

    Args:
        each: what is known of it.
        mark: what has just happened to it, in the place of its state; None for nothing.
    """
    _mark, breaker_style, _place = _BREAKERS.get(each.breaker, ("", "", 9))
    return Row(
        each.id,
        (
            Span(each.id),
            mark or state_span(each),
            Span(term(each.breaker), breaker_style),
            Span(amounts.count(each.calls)),
            Span(amounts.count(each.errors), "bad" if each.errors else "dim"),
            Span(amounts.duration(each.p50_s)),
            Span(amounts.duration(each.p95_s)),
            graph(each.series, each.failed, _GRAPH),
        ),
    )
