"""All that is known of one plugin, as lines to read: in short beside the table, and in full on a page of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qualia._values import is_mapping, is_sequence
from qualia_tui.lines import Line, Span, line
from qualia_tui.model import amounts, facts
from qualia_tui.model.plugin_view import PluginFacts, plugin_facts, state_span
from qualia_tui.model.spark import graph
from qualia_tui.model.terms import term
from qualia_tui.model.texts import Paragraph, cells, facts_lines, lines_of, wrapped_lines
from qualia_tui.words import _, translated

_GRAPH = 30


def short(each: PluginFacts, width: int, *, at_s: float | None) -> tuple[Line, ...]:
    """Return what fits beside the table.

    Args:
        each: the plugin.
        width: characters there are.
        at_s: the host's time now, in seconds since 1970; None when nobody knows.
    """
    about = " ".join(part for part in (each.version, term(each.kind)) if part)
    return (
        (Span(each.id, "title"), Span("  " + about, "dim")),
        *wrapped_lines(each.summary, width),
        (),
        *_doing(each, width, at_s),
    )


def _doing(each: PluginFacts, width: int, at_s: float | None) -> Iterator[Line]:
    """Yield how it is doing now."""
    yield (Span(_("state") + ": ", "dim"), state_span(each))
    if each.reason:
        yield from wrapped_lines(translated(each.reason), width, indent=2, style="bad")
    known = {
        _("breaker"): _breaker(each),
        _("calls"): _calls(each),
        _("errors"): amounts.count(each.errors),
        _("median"): amounts.duration(each.p50_s),
        _("95 of 100"): amounts.duration(each.p95_s),
        _("generation"): str(each.generation or ""),
    }
    yield from facts_lines(known, width)
    if each.series:
        yield (Span(_("lately") + " ", "dim"), graph(each.series, each.failed, min(_GRAPH, width - 12)))
    if each.last_error:
        age = ""
        if at_s is not None and each.last_error_when_s is not None:
            age = "  " + amounts.ago(max(0.0, at_s - each.last_error_when_s))
        yield ()
        yield (Span(_("last error"), "head"), Span(age, "dim"))
        yield from wrapped_lines(each.last_error, width, indent=2, style="bad")
        yield from _place(each.place, width)


def _breaker(each: PluginFacts) -> str:
    told = term(each.breaker)
    if each.breaker == "open" and each.retry_after_s is not None:
        return _("{state}, tried again in {after}", state=told, after=amounts.duration(each.retry_after_s))
    return told


def _calls(each: PluginFacts) -> str:
    if not each.cached:
        return amounts.count(each.calls)
    calls, cached = amounts.count(each.calls), amounts.count(each.cached)
    return _("{calls}, of them {cached} from the cache", calls=calls, cached=cached)


def full(told: facts.Plain, runs: Sequence[facts.Plain], width: int, *, at_s: float | None = None) -> tuple[Line, ...]:
    """Return the whole page.

    Args:
        told: what the host told when it was asked for this plugin alone.
        runs: its latest runs, the latest first.
        width: characters there are.
        at_s: the host's time now, in seconds since 1970; None when nobody knows.
    """
    each = plugin_facts(told)
    return (
        *short(each, width, at_s=at_s),
        *_headed(_("Failures to load"), _failures(facts.items(told, "failures"), width)),
        *_headed(_("Params"), _params(told, width)),
        *_headed(_("Runs"), _runs(runs, width)),
        *_headed(_("What it is"), _manifest(told, width)),
        *_headed(_("Limits"), facts_lines(_plain(facts.mapping(told, "limits")), width)),
        *_headed("README", _readme(facts.text(told, "readme"), width)),
        *_headed("plugin.toml", wrapped_lines(facts.text(told, "manifest"), width)),
    )


def _headed(title: str, lines: Iterator[Line] | Sequence[Line]) -> Iterator[Line]:
    found = tuple(lines)
    if found:
        yield from ((), line(title, "head"), *found)


def failure(each: facts.Plain, width: int) -> Iterator[Line]:
    """Yield a failure to load: what went wrong, where, and the line of source."""
    cause = facts.text(each, "cause") or facts.text(each, "error") or facts.text(each, "message")
    yield from wrapped_lines(translated(cause), width, indent=2, style="bad")
    yield from _place(facts.text(each, "place"), width)
    source = facts.text(each, "line") or facts.text(each, "excerpt")
    if source:
        yield (Span("  > ", "dim"), Span(source.strip()))


def _place(place: str, width: int) -> Iterator[Line]:
    """Yield a file with its line; where it does not fit it is folded between folders."""
    told = ""
    for part in re.findall(r"[^/]*/|[^/]+$", place):
        if told and cells(told + part) > width - 2:
            yield from wrapped_lines(told, width, indent=2, style="accent")
            told = ""
        told += part
    yield from wrapped_lines(told, width, indent=2, style="accent")


def _failures(failures: Sequence[facts.Plain], width: int) -> Iterator[Line]:
    for each in failures:
        yield line(amounts.moment(facts.number(each, "at_s")), "dim")
        yield from failure(each, width)


def _params(told: facts.Plain, width: int) -> Iterator[Line]:
    trouble = facts.text(told, "trouble")
    if trouble:
        yield from wrapped_lines(translated(trouble), width, style="bad")
    declared = facts.items(told, "params")
    if not declared and not trouble and told.get("params") is not None:
        yield line(_("it has none"), "dim")
    for each in declared:
        name, kind = facts.text(each, "name"), facts.text(each, "kind")
        about = f"{kind} = {_value(each.get('default'))}{_range(each)}"
        yield from lines_of(Paragraph(text=about, lead=(Span(f"{name}  ", "accent"),)), width)
        yield from wrapped_lines(facts.in_words(told, facts.text(each, "help")), width, indent=4, style="dim")


def _range(each: facts.Plain) -> str:
    choices = each.get("choices")
    if is_sequence(choices) and choices:
        return ", " + " | ".join(_value(choice) for choice in choices)
    least, most = facts.number(each, "ge"), facts.number(each, "le")
    if least is not None and most is not None:
        return ", " + _("{least} to {most}", least=f"{least:g}", most=f"{most:g}")
    if least is not None:
        return ", " + _("{least} or more", least=f"{least:g}")
    return ", " + _("{most} or less", most=f"{most:g}") if most is not None else ""


def _value(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _runs(runs: Sequence[facts.Plain], width: int) -> Iterator[Line]:
    for each in runs:
        outcome = facts.text(each, "outcome")
        mark, style = ("✓", "ok") if outcome == "ok" else ("✗", "bad")
        yield (
            Span(f"{mark} {term(outcome):<10} ", style),
            Span(_started(facts.text(each, "started_at")).ljust(20)),
            Span(f"{amounts.duration(facts.number(each, 'elapsed_s')):>8}  "),
            Span(facts.text(each, "name"), "accent"),
        )
        if facts.text(each, "error"):
            yield from wrapped_lines(translated(facts.text(each, "error")), width, indent=4, style="bad")


def _started(text: str) -> str:
    """Return a moment as the clock on the wall tells it; what is no moment stays as it is."""
    from datetime import datetime

    try:
        return amounts.moment(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError, OSError):
        return text[:19]


def _manifest(told: facts.Plain, width: int) -> Sequence[Line]:
    others = [f"{facts.text(each, 'version')} {facts.text(each, 'folder')}" for each in facts.items(told, "others")]
    known = {
        _("gives"): _list(told.get("produces")),
        _("needs"): _list(told.get("consumes")),
        _("reads"): _list(told.get("accepts")),
        _("libraries"): _list(told.get("dependencies")),
        _("folder"): facts.text(told, "folder"),
        _("comes from"): term(facts.text(told, "origin")),
        _("standing"): term(facts.text(told, "lifecycle")),
        _("replaced by"): facts.text(told, "replaced_by"),
        _("other versions"): ", ".join(others),
    }
    return facts_lines(known, width)


def _list(value: object) -> str:
    return ", ".join(str(each) for each in value) if is_sequence(value) else ""


def _plain(known: Mapping[str, Any]) -> Mapping[str, str]:
    told: dict[str, str] = {}
    for name, value in known.items():
        if is_mapping(value):
            told.update({f"{name}.{inner}": _value(each) for inner, each in value.items() if each is not None})
        elif value is not None:
            told[str(name)] = _list(value) if is_sequence(value) else _value(value)
    return told


def _readme(text: str, width: int) -> Iterator[Line]:
    for each in text.splitlines():
        if each.startswith("#"):
            yield line(each.lstrip("# "), "title")
        else:
            yield from wrapped_lines(each, width) or ((),)
