"""The health report as the console shows it: the verdict with its reasons, the plugins, and everything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from qualia_tui.lines import Column, Line, Row, Span, Style, line
from qualia_tui.model import amounts, facts
from qualia_tui.model.fact_names import fact_name
from qualia_tui.model.plugin_view import PluginFacts, plugin_facts, state_span
from qualia_tui.model.spark import graph
from qualia_tui.model.terms import term
from qualia_tui.model.texts import facts_lines, wrapped_lines
from qualia_tui.words import _, translated

_PLUGIN = "plugin:"
_GRAPH = 12
_COARSE_S = 600
_MARKS: Mapping[str, tuple[str, Style]] = {"ok": ("✓", "ok"), "degraded": ("!", "warn"), "failing": ("✗", "bad")}
_WEIGHTS: Mapping[str, int] = {"failing": 0, "degraded": 1}
_TERMS = frozenset({"state", "breaker"})
"""Facts that are words of the host's own."""


@frozen(kw_only=True)
class Trouble:
    """A component that is not as it should be."""

    name: str
    status: str
    reason: str
    remedy: str


def status_word(status: str) -> str:
    """Return what a status is called."""
    match status:
        case "ok":
            return _("healthy")
        case "degraded":
            return _("degraded")
        case "failing":
            return _("failing")
        case _:
            return _("unknown")


def mark(status: str) -> Span:
    """Return the mark of a status."""
    text, style = _MARKS.get(status, ("?", "dim"))
    return Span(text, style)


def troubles(report: facts.Plain) -> tuple[Trouble, ...]:
    """Return what is failing or degraded, the worst first."""
    found = [
        Trouble(
            name=facts.text(each, "name"),
            status=facts.text(each, "status"),
            reason=facts.text(each, "reason"),
            remedy=facts.text(each, "remedy"),
        )
        for each in facts.items(report, "components")
        if facts.text(each, "status") in _WEIGHTS
    ]
    return tuple(sorted(found, key=lambda each: _WEIGHTS[each.status]))


def verdict_line(report: facts.Plain) -> tuple[Line, Line]:
    """Return the verdict, and what stands at the right end of its line."""
    status = facts.text(report, "status")
    if not status:
        return line(_("the host has not told yet how it is"), "dim"), ()
    count = len(troubles(report))
    told = status_word(status)
    style = _MARKS.get(status, ("?", "dim"))[1]
    parts: Line = (mark(status), Span(" " + told, f"{style}"))
    if count == 1:
        parts = (*parts, Span("  " + _("one thing needs somebody"), "dim"))
    elif count:
        parts = (*parts, Span("  " + _("{count} things need somebody", count=count), "dim"))
    engine = facts.mapping(component(report, "engine"), "facts")
    age = _coarse_age(facts.number(engine, "uptime_s"))
    told = _("just started") if age == _("now") else _("up {age}", age=age)
    return parts, (Span(f"Qualia {facts.text(report, 'engine')}{f' · {told}' if age else ''}", "dim"),)


def _coarse_age(value: float | None) -> str:
    """Return an age in tens of minutes at least: one that nobody waits for does not change with every minute."""
    return amounts.age(None if value is None else value // _COARSE_S * _COARSE_S)


def component(report: facts.Plain, name: str) -> facts.Plain:
    """Return a component by its name; an empty one when there is none."""
    nothing: facts.Plain = {}
    return next((each for each in facts.items(report, "components") if facts.text(each, "name") == name), nothing)


def trouble_lines(found: Sequence[Trouble], width: int, *, most: int) -> tuple[Line, ...]:
    """Return the reasons with their remedies, in as many lines as there may be.

    Args:
        found: what is not well, the worst first.
        width: characters there are.
        most: lines there may be; the last one says how many more there are.
    """
    lines: list[Line] = []
    for number, each in enumerate(found):
        told = tuple(_trouble(each, width))
        rest = len(found) - number
        if len(lines) + len(told) > most - (rest > 1):
            if lines:
                return (*lines, line("  " + _("{count} more: press w", count=rest), "dim"))
            return told[:most]
        lines.extend(told)
    return tuple(lines)


def _trouble(each: Trouble, width: int) -> Iterator[Line]:
    name = each.name.removeprefix(_PLUGIN) if each.name.startswith(_PLUGIN) else term(each.name)
    first, *rest = wrapped_lines(f"{name}: {translated(each.reason)}", width, indent=2) or ((Span("  " + name),),)
    yield (mark(each.status), Span(first[0].text[1:]))
    yield from rest
    if each.remedy:
        yield from wrapped_lines("→ " + translated(each.remedy), width, indent=4, style="accent")


def plugin_columns() -> tuple[Column, ...]:
    """Return the columns of the table of plugins."""
    return (
        Column(title="", width=1),
        Column(title=_("plugin"), width=18, grow=1),
        Column(title=_("state"), width=12),
        Column(title=_("calls"), width=8, right=True),
        Column(title=_("errors"), width=6, right=True),
        Column(title=_("median"), width=7, right=True, rank=2),
        Column(title=_("p95"), width=7, right=True, rank=3),
        Column(title=_("lately"), width=_GRAPH, rank=1),
        Column(title=_("last error"), width=30, grow=4, rank=4),
    )


class PluginRows:
    """The plugins as rows; one that is as it was is not composed again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[facts.Plain, str, Row]] = {}

    def of(self, report: facts.Plain, plugins: Mapping[str, facts.Plain]) -> tuple[Row, ...]:
        """Return every plugin as a row, by id. What the report has not seen yet, the list of plugins tells."""
        statuses = {facts.text(each, "name"): facts.text(each, "status") for each in facts.items(report, "components")}
        known, self._known = self._known, {}
        for key in sorted(plugins):
            told, status = plugins[key], statuses.get(_PLUGIN + key, "")
            before = known.get(key)
            if before is None or before[1] != status or before[0] != told:
                before = told, status, _row(plugin_facts(told), status)
            self._known[key] = before
        return tuple(row for _told, _status, row in self._known.values())


def _row(each: PluginFacts, status: str) -> Row:
    state = state_span(each)
    sign, _space, word = state.text.partition(" ")
    is_worse = status in _WEIGHTS and not each.is_troubled
    return Row(
        each.id,
        (
            mark(status) if is_worse else Span(sign, state.style),
            Span(each.id),
            Span(word, state.style),
            Span(amounts.count(each.calls)),
            Span(amounts.count(each.errors), "bad" if each.errors else "dim"),
            Span(amounts.duration(each.p50_s)),
            Span(amounts.duration(each.p95_s)),
            graph(each.series, each.failed, _GRAPH),
            Span(_last_error(each), "bad"),
        ),
    )


def _last_error(each: PluginFacts) -> str:
    return f"{file_of(each.place)} {each.last_error}".strip()


def plugin_line(plain: facts.Plain, at_s: float | None) -> Line:
    """Return what a table has no room for: the last error of a plugin, or why it cannot be used.

    Args:
        plain: what the host told of it.
        at_s: the host's time now, in seconds since 1970; None when nobody knows.
    """
    each = plugin_facts(plain)
    if each.last_error:
        when = each.last_error_when_s
        age = "" if at_s is None or when is None else amounts.ago(max(0.0, at_s - when))
        return (Span(f"{each.id} {age}: ", "dim"), Span(_last_error(each), "bad"))
    if each.reason:
        return (Span(f"{each.id}: ", "dim"), Span(translated(each.reason), "warn"))
    return ()


def file_of(place: str) -> str:
    """Return the end of a place in a file, its folder left out."""
    return place.replace("\\", "/").rpartition("/")[2]


def rest_lines(report: facts.Plain, width: int) -> tuple[Line, ...]:
    """Return how everything but the plugins is, several beside each other where they fit."""
    parts = sorted(facts.items(report, "components"), key=lambda part: _WEIGHTS.get(facts.text(part, "status"), 2))
    cells = [each for part in parts for each in _rest(part, report)]
    lines: list[Line] = []
    row: Line = ()
    used = 0
    for cell in cells:
        length = sum(len(span.text) for span in cell) + 3
        if row and used + length > width:
            lines.append(row)
            row, used = (), 0
        row, used = (*row, *cell, Span("   ")), used + length
    return (*lines, row) if row else tuple(lines)


def _rest(part: facts.Plain, report: facts.Plain) -> Iterator[Line]:
    name = facts.text(part, "name")
    if name.startswith(_PLUGIN) or name == "engine" or not name:
        return
    known = facts.mapping(part, "facts")
    told = told_of(name, known, facts.number(report, "at_s"))
    # Alerts are about what counts elsewhere, so their component is well; the mark says that there are some.
    status = "degraded" if name == "alerts" and facts.number(known, "raised") else facts.text(part, "status")
    yield (mark(status), Span(" " + term(name) + " ", "dim"), Span(told))


def told_of(name: str, known: facts.Plain, at_s: float | None) -> str:
    """Return the facts of a component in a few words.

    Args:
        name: the component's.
        known: its facts.
        at_s: when they were seen, in seconds since 1970; None when nobody knows.
    """
    number = facts.number
    match name:
        case "cache":
            used = amounts.percent(number(known, "bytes"), number(known, "limit_bytes"))
            hits, misses = number(known, "hits") or 0, number(known, "misses") or 0
            share = amounts.percent(hits, hits + misses)
            return ", ".join(
                (
                    f"{amounts.size(number(known, 'bytes'))} ({used})",
                    *((_("{share} found", share=share),) if share else ()),
                )
            )
        case "history":
            return amounts.size(number(known, "bytes")) if known.get("kept") else _("not kept")
        case "disk":
            free = amounts.size(number(known, "free_bytes"))
            return _("{size} free", size=free) if known.get("folder") else _("not used")
        case "memory":
            share = amounts.percent(number(known, "used_bytes"), number(known, "limit_bytes"))
            return f"{amounts.size(number(known, 'used_bytes'))} ({share})"
        case "queue":
            running, waiting = amounts.count(number(known, "running")), amounts.count(number(known, "waiting"))
            return _("{running} running, {waiting} waiting", running=running, waiting=waiting)
        case "backups":
            return _backups(known, at_s)
        case "alerts":
            return _alerts(known)
        case _:
            return _others(known)


def _alerts(known: facts.Plain) -> str:
    raised = facts.number(known, "raised")
    if raised is None:
        return _("nobody looks")
    which = facts.text(known, "which")
    return _("{count} raised: {which}", count=amounts.count(raised), which=which) if raised else _("none raised")


def _backups(known: facts.Plain, at_s: float | None) -> str:
    count, newest = facts.number(known, "count"), facts.number(known, "newest_at_s")
    if not count:
        return _("none")
    age = _coarse_age(max(0.0, at_s - newest)) if at_s is not None and newest is not None else "?"
    verified = _("verified") if known.get("verified") else _("not verified")
    if age == _("now"):
        return _("{count}, the newest just made, {verified}", count=amounts.count(count), verified=verified)
    return _("{count}, the newest {age} old, {verified}", count=amounts.count(count), age=age, verified=verified)


def _others(known: facts.Plain) -> str:
    return ", ".join(f"{name} {_plain(value)}" for name, value in list(known.items())[:3] if value not in (None, ""))


def _plain(value: object) -> str:
    return amounts.count(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def whole_report(report: facts.Plain, width: int) -> tuple[Line, ...]:
    """Return the whole report to read: every component with its reason, remedy and facts."""
    return tuple(_whole(facts.items(report, "components"), facts.number(report, "at_s"), width))


def _whole(parts: Iterable[facts.Plain], at_s: float | None, width: int) -> Iterator[Line]:
    for each in sorted(parts, key=lambda part: _WEIGHTS.get(facts.text(part, "status"), 2)):
        yield from component_lines(each, width, at_s=at_s)
        yield ()


def component_lines(each: facts.Plain, width: int, *, at_s: float | None) -> Iterator[Line]:
    """Yield all that is known of a component.

    Args:
        each: the component.
        width: characters there are.
        at_s: when it was looked at, in seconds since 1970; None when nobody knows.
    """
    name, status = facts.text(each, "name"), facts.text(each, "status")
    since = facts.number(each, "since_s")
    age = amounts.age(max(0.0, at_s - since)) if at_s is not None and since is not None else ""
    shown = name.removeprefix(_PLUGIN) if name.startswith(_PLUGIN) else term(name)
    told = "  " + _("for {age}", age=age) if age and age != _("now") else ""
    yield (mark(status), Span(f" {shown}", "title"), Span(f"  {status_word(status)}{told}", "dim"))
    yield from wrapped_lines(translated(facts.text(each, "reason")), width, indent=2)
    if facts.text(each, "remedy"):
        yield from wrapped_lines("→ " + translated(facts.text(each, "remedy")), width, indent=4, style="accent")
    known = {fact_name(key): _fact(key, value) for key, value in facts.mapping(each, "facts").items()}
    yield from ((Span("  "), *told) for told in facts_lines(known, width - 2))


def _fact(name: str, value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not isinstance(value, (int, float)):
        return term(str(value)) if name in _TERMS else translated(str(value))
    if name.endswith("_bytes") or name == "bytes":
        return amounts.size(value)
    if name.endswith("_s"):
        # What is measured from 1970 is a moment, anything else took so long.
        return amounts.moment(value) if value > 1e8 else amounts.duration(value)
    if name.endswith("_percent"):
        return f"{value:g} %"
    return amounts.count(value) if isinstance(value, int) else f"{value:g}"
