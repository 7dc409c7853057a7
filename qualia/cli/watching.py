"""``qualia watch-plugins``: a line for whatever happens to plugins while their files change."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from qualia._plugins.catalog import SHIPPED
from qualia._plugins.places import Places
from qualia._safe import safe_line
from qualia._values import to_plain
from qualia.cli.exit_codes import ExitCode
from qualia.cli.opening import open_core
from qualia.cli.output import Face, as_json
from qualia.cli.words import _, sentence_of, translated
from qualia.core import Core
from qualia.errors import PluginError, describe
from qualia.events import Event, EventKind

Heard = SimpleQueue[Event]

_PAUSE_S = 0.5
_CHANGES = (EventKind.PLUGIN_FOUND, EventKind.PLUGIN_REMOVED, EventKind.PLUGIN_RELOADED, EventKind.RELOAD_FAILED)


def watch_plugins(asked: argparse.Namespace, face: Face) -> int:
    """Watch until Ctrl-C, which is how it is meant to end; with ``--once`` until the first change was told.

    Raises:
        QualiaError: the folders or settings are wrong, or stdout cannot be written.
    """
    heard: Heard = SimpleQueue()
    code, is_over = ExitCode.OK, False
    with open_core(asked) as core:
        try:
            troubles = _load_own(core)
            core.subscribe(heard.put, wait=True)
            with core.watch(polling=asked.polling):
                for line in _beginning(core, asked, troubles):
                    face.data(line)
                while not (is_over and heard.empty()):
                    event = next_of(heard)
                    _tell(event, face, as_facts=asked.format == "json")
                    if asked.once and event.kind in _CHANGES:
                        is_over = True
                        code = max(code, ExitCode.FAILED if event.kind is EventKind.RELOAD_FAILED else ExitCode.OK)
        except KeyboardInterrupt:
            face.note(_("watching is over"))
    return code


def _load_own(core: Core) -> dict[str, PluginError]:
    """Load the plugins that do not ship, so that every change is one to what was loaded; return what cannot be."""
    troubles: dict[str, PluginError] = {}
    for info in core.plugins.values():
        if info.origin != SHIPPED and info.state == "enabled":
            try:
                core.plugins.params(info.id)
            except PluginError as error:
                troubles[info.id] = error
    return troubles


def _beginning(core: Core, asked: argparse.Namespace, troubles: Mapping[str, PluginError]) -> Iterator[str]:
    folders = Places.of(core.settings, [Path(each) for each in asked.plugin_dirs]).roots
    if asked.format == "json":
        facts = {"event": "watching", "plugins": len(core.plugins), "folders": [str(each) for each in folders]}
        yield as_json(facts, indent=None)
        for plugin, error in troubles.items():
            yield as_json({"event": EventKind.PLUGIN_FAILED.value, "plugin": plugin, **describe(error)}, indent=None)
        return
    named = ", ".join(map(str, folders))
    yield safe_line(_("watching {plugins} plugins in {folders}", plugins=len(core.plugins), folders=named))
    for plugin, error in troubles.items():
        told = safe_line(f"{_('failed')} {plugin}: {sentence_of(error)}")
        yield f"{clock(time.time())}  {told}"


def _tell(event: Event, face: Face, *, as_facts: bool) -> None:
    told = told_of(event)
    if as_facts and (told or event.kind is EventKind.PLUGIN_RETIRED):
        face.data(as_json(facts_of(event), indent=None))
    elif told and not as_facts:
        face.data(f"{clock(event.at_s)}  {told}")


def next_of(heard: Heard, *, within_s: float | None = None) -> Event:
    """Wait for an event.

    Args:
        heard: where events arrive.
        within_s: how long to wait at most; None as long as it takes.

    Raises:
        Empty: none came within that time.
        KeyboardInterrupt: Ctrl-C; where waiting cannot be interrupted it is heard after half a second.
    """
    if within_s is not None:
        return heard.get(timeout=within_s)
    while True:
        try:
            return heard.get(timeout=_PAUSE_S)
        except Empty:
            continue


def clock(at_s: float) -> str:
    """Return a moment as the time of day here."""
    return datetime.fromtimestamp(at_s, UTC).astimezone().strftime("%H:%M:%S")


def told_of(event: Event) -> str:
    """Return what happened to a plugin as one line; empty when it is nothing to tell."""
    facts: dict[str, Any] = {"plugin": event.plugin, **event.details}
    if event.kind is EventKind.PLUGIN_RELOADED:
        told = _("reloaded {plugin} {version}, generation {generation}", **facts)
    elif event.kind is EventKind.PLUGIN_LOADED:
        told = _("loaded {plugin}", **facts)
    elif event.kind is EventKind.PLUGIN_FOUND:
        told = _("found {plugin} {version} in {folder}", **facts)
    elif event.kind is EventKind.PLUGIN_REMOVED:
        told = _("removed {plugin}", **facts)
    elif event.kind is EventKind.PLUGIN_SLOW:
        place = event.details.get("place") or "?"
        told = _("slow {plugin}: after {seconds} s it stands at {place}", **_slow(event), place=place)
    elif event.kind is EventKind.WARNING:
        told = f"{_('warning')}: {translated(str(event.details.get('message', '')))}"
    elif event.kind is EventKind.RELOAD_FAILED:
        parts = (f"{_('failed')} {event.plugin}", event.details["place"], event.details["excerpt"], cause_of(event))
        told = f"{': '.join(part for part in parts if part)}; {kept_of(event)}"
    else:
        return ""
    return safe_line(told)


def _slow(event: Event) -> dict[str, Any]:
    return {"plugin": event.plugin, "seconds": f"{event.details.get('elapsed_s', 0.0):.0f}"}


def cause_of(event: Event) -> str:
    """Return why a plugin was not reloaded, without the place."""
    return translated(str(event.details.get("cause", "")))


def kept_of(event: Event) -> str:
    """Say what answers now that a plugin was not reloaded."""
    generation = event.details.get("generation", 0)
    if not generation:
        return _("nothing answers in its place")
    return _("generation {generation} goes on answering", generation=generation)


def facts_of(event: Event) -> dict[str, Any]:
    """Return an event as plain data."""
    at = datetime.fromtimestamp(event.at_s, UTC).isoformat()
    plain: Any = to_plain(event.details)
    return {"event": event.kind.value, "at": at, "plugin": event.plugin, **plain}
