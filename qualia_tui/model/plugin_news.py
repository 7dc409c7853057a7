"""What has just happened to plugins, as events tell it: a mark for the row, and a sentence for the notice line."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from qualia_tui.lines import Span, Style
from qualia_tui.model import facts
from qualia_tui.model.health_view import file_of
from qualia_tui.model.log import LogLine
from qualia_tui.model.terms import term
from qualia_tui.words import _, translated


@frozen(kw_only=True)
class PluginNews:
    """One thing that happened to a plugin."""

    plugin: str
    kind: str
    """The event's."""
    mark: Span
    """What stands in the place of its state for a moment."""
    told: str
    style: Style
    failure: facts.Plain | None = None
    """Of a failed reload the place, the cause and the line of source; None of anything else."""


def news_of(lines: Iterable[LogLine]) -> tuple[PluginNews, ...]:
    """Return what lines of the log tell of plugins, in their order; most tell nothing."""
    return tuple(found for each in lines if each.plugin and (found := _news(each)) is not None)


def _news(each: LogLine) -> PluginNews | None:
    match each.kind:
        case "plugin_reloaded":
            number = facts.number(each.details, "generation")
            shown = "" if number is None else f" {number:.0f}"
            told = _("{plugin} was reloaded", plugin=each.plugin)
            return _good(each, Span("▸ " + _("reloaded") + shown, "accent"), told)
        case "plugin_found":
            return _good(each, Span("▸ " + _("found"), "accent"), _("{plugin} was found", plugin=each.plugin))
        case "plugin_removed":
            return _good(each, Span("▸ " + _("removed"), "warn"), _("{plugin} was taken away", plugin=each.plugin))
        case "reload_failed":
            return _failed(each)
        case "breaker_moved":
            return _moved(each)
        case _:
            return None


def _good(each: LogLine, mark: Span, told: str) -> PluginNews:
    return PluginNews(plugin=each.plugin, kind=each.kind, mark=mark, told=told, style=mark.style)


def not_reloaded(plugin: str, place: str, cause: str) -> str:
    """Return that a plugin could not be reloaded, in a sentence short enough for a line.

    Args:
        plugin: its id.
        place: where it failed, as file:line; empty when nobody knows.
        cause: why, in English.
    """
    told = f"{file_of(place)} {translated(cause)}".strip()
    return _("{plugin} could not be reloaded: {cause}", plugin=plugin, cause=told)


def _failed(each: LogLine) -> PluginNews:
    cause = facts.text(each.details, "cause") or facts.text(each.details, "message")
    told = not_reloaded(each.plugin, facts.text(each.details, "place"), cause)
    mark = Span("✗ " + _("not reloaded"), "bad")
    return PluginNews(plugin=each.plugin, kind=each.kind, mark=mark, told=told, style="bad", failure=each.details)


def _moved(each: LogLine) -> PluginNews:
    state = facts.text(each.details, "state")
    style = {"open": "bad", "closed": "ok"}.get(state, "warn")
    told = _("the breaker of {plugin} is {state} now", plugin=each.plugin, state=term(state))
    return PluginNews(plugin=each.plugin, kind=each.kind, mark=Span("▸ " + term(state), style), told=told, style=style)
