"""How plugins are, from what is known of them: no plugin is loaded or run to look."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from qualia._engine.blame import contained
from qualia._engine.breaker import CircuitBreaker
from qualia._engine.health import sentences as say
from qualia._engine.health.bounds import FEW_CALLS
from qualia._plugins.generation import Generation
from qualia.errors import PluginError, PluginFailed, PluginUnavailable
from qualia.health import PLUGIN, Component, Fact, Status
from qualia.plugin import Plugin
from qualia.registry import Entry, PluginInfo

Told = tuple[Status, str, str]
"""Status, reason and remedy."""
_WELL: Told = ("ok", "", "")


def plugin_component(entry: Entry, breaker: Callable[[str], CircuitBreaker], counts: Mapping[str, Fact]) -> Component:
    """Return how a plugin is, as its state, its breaker and its latest calls tell."""
    info = entry.info
    facts: dict[str, Fact] = {
        "state": info.state,
        "version": info.version,
        "generation": info.generation,
        "breaker": None,
        "failures": None,
        "refused": None,
        "retry_after_s": None,
        **counts,
    }
    if entry.generation is not None:
        try:
            now = breaker(info.id).status()
        except PluginError:
            # It was taken away since.
            pass
        else:
            facts |= {
                "breaker": now.state.value,
                "failures": now.failures,
                "refused": now.refused,
                "retry_after_s": now.retry_after_s,
            }
    status, reason, remedy = _judged(entry, info, facts)
    opened_s = facts["opened_s"] if status != "ok" and facts["breaker"] in ("open", "forced_open") else None
    since_s = opened_s if isinstance(opened_s, float) else None
    name = f"{PLUGIN}{info.id}"
    return Component(name=name, status=status, reason=reason, remedy=remedy, since_s=since_s, facts=facts)


def _judged(entry: Entry, info: PluginInfo, facts: Mapping[str, Fact]) -> Told:
    if info.state == "disabled":
        return _WELL
    if info.state == "unavailable":
        return _unavailable(entry, info)
    by_breaker = _by_breaker(facts)
    if info.state == "failing" and by_breaker[0] != "failing":
        return "failing", say.LAST_LOAD_FAILED.format(reason=info.reason), say.MEND_AND_RELOAD
    if by_breaker is _WELL and facts["reload_error"]:
        reason = say.OLD_ANSWERS.format(version=info.version, reason=facts["reload_error"])
        return "degraded", reason, say.MEND_FILES
    return by_breaker if by_breaker is not _WELL else _by_calls(facts)


def _unavailable(entry: Entry, info: PluginInfo) -> Told:
    error = entry.found.error
    if isinstance(error, PluginUnavailable):
        if info.kind is not None and "pip install" in error.remedy:
            # Nobody has said that this plugin shall work here: nothing is broken.
            return "unknown", say.LACKS_LIBRARY.format(reason=error.reason), error.remedy
        return "failing", say.CANNOT_BE_READ.format(reason=error.reason), error.remedy
    return "failing", say.CANNOT_BE_READ.format(reason=info.reason), say.VALIDATE.format(folder=info.folder)


def _by_breaker(facts: Mapping[str, Fact]) -> Told:
    error = facts["last_error"]
    if facts["breaker"] == "open":
        reason = say.BREAKER_OPEN.format(error=error) if error else say.BREAKER_OPEN_SILENT
        return "failing", reason, say.MEND_AND_RESET
    if facts["breaker"] == "half_open":
        return "degraded", say.BREAKER_ON_TRIAL, say.WAIT_FOR_TRIAL
    if facts["breaker"] == "forced_open":
        return "degraded", say.BREAKER_FORCED, say.RESET_BREAKER
    return _WELL


def _by_calls(facts: Mapping[str, Fact]) -> Told:
    calls, errors = facts["recent_calls"], facts["recent_errors"]
    if isinstance(calls, int) and isinstance(errors, int) and calls >= FEW_CALLS and errors * 2 > calls:
        reason = say.OFTEN_FAILS.format(errors=errors, calls=calls, error=facts["last_error"])
        return "degraded", reason, say.LOOK_AT_PLACE.format(place=facts["last_error_at"])
    return _WELL


def self_look(generation: Generation) -> Callable[[], Component] | None:
    """Return what asks a plugin how it is; None when it is not at work in this process, or has nothing to say."""
    plugin = generation.at_work
    own: object = getattr(type(plugin), "health", None)
    if plugin is None or own is vars(Plugin)["health"]:
        return None
    return lambda: _said(generation, lambda: plugin.health())


def _said(generation: Generation, ask: Callable[[], object]) -> Component:
    """Return what a plugin says of itself: nothing or an empty text when it is well, else what is wrong."""
    id_, name = generation.manifest.id, f"{PLUGIN}{generation.manifest.id}"
    try:
        told = contained(ask, id_, generation.folder)
    except PluginFailed as error:
        look = say.LOOK_AT_PLACE.format(place=error.place)
        return Component(
            name=name, status="failing", reason=say.SELF_LOOK_FAILED.format(reason=error.error), remedy=look
        )
    if told is None or told == "":
        return Component(name=name, status="ok")
    if not isinstance(told, str):
        wrong = f"it gave a {type(told).__name__} where a text belongs"
        return Component(name=name, status="unknown", reason=say.SELF_LOOK_FAILED.format(reason=wrong))
    reason = say.SAYS_SO.format(reason=" ".join(told.split())[:300])
    return Component(name=name, status="degraded", reason=reason)
