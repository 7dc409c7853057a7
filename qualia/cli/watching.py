"""``qualia watch-plugins``: a line for whatever happens to plugins while their files change."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from qualia._plugins.places import Places
from qualia._values import to_plain
from qualia.cli.exit_codes import ExitCode
from qualia.cli.opening import open_core
from qualia.cli.output import Face, as_json, safe_line
from qualia.cli.words import _, translated
from qualia.core import Core
from qualia.events import Event, EventKind

Heard = SimpleQueue[Event]

_PAUSE_S = 0.5
_CHANGES = (EventKind.PLUGIN_FOUND, EventKind.PLUGIN_REMOVED, EventKind.PLUGIN_RELOADED, EventKind.RELOAD_FAILED)
_TOLD = (*_CHANGES, EventKind.PLUGIN_SLOW, EventKind.WARNING)
_FACTS_ONLY = (EventKind.PLUGIN_RETIRED,)


def watch_plugins(asked: argparse.Namespace, face: Face) -> int:
    """Watch until Ctrl-C, which is how it is meant to end; with ``--once`` until the first change was told.

    Raises:
        QualiaError: the folders or settings are wrong, or stdout cannot be written.
    """
    as_facts = asked.format == "json"
    heard: Heard = SimpleQueue()
    code = ExitCode.OK
    with open_core(asked) as core:
        core.subscribe(heard.put, wait=True)
        try:
            with core.watch(polling=asked.polling):
                _tell(face, _beginning_facts(core, asked) if as_facts else _beginning(core, asked))
                while True:
                    event = next_of(heard)
                    told = told_of(event)
                    if as_facts and event.kind in (*_TOLD, *_FACTS_ONLY):
                        _tell(face, facts_of(event))
                    elif told and not as_facts:
                        _tell(face, f"{clock(event.at_s)}  {told}")
                    if event.kind is EventKind.RELOAD_FAILED and asked.once:
                        code = ExitCode.FAILED
                    if event.kind in _CHANGES and asked.once and heard.empty():
                        break
        except KeyboardInterrupt:
            face.note(_("watching is over"))
    return code


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
    message, place = str(event.details.get("message", "")), str(event.details.get("place", ""))
    cause = message.partition(f"{place}: ")[2] if place else ""
    return cause or translated(message)


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


def _beginning_facts(core: Core, asked: argparse.Namespace) -> dict[str, Any]:
    return {"event": "watching", "plugins": len(core.plugins), "folders": [str(each) for each in _folders(core, asked)]}


def _beginning(core: Core, asked: argparse.Namespace) -> str:
    folders = ", ".join(str(each) for each in _folders(core, asked))
    return safe_line(_("watching {plugins} plugins in {folders}", plugins=len(core.plugins), folders=folders))


def _folders(core: Core, asked: argparse.Namespace) -> tuple[Path, ...]:
    return Places.of(core.settings, [Path(each) for each in asked.plugin_dirs]).roots


def _tell(face: Face, told: str | dict[str, Any]) -> None:
    face.data(told if isinstance(told, str) else as_json(told, indent=None))
