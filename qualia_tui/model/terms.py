"""Single words that hosts tell, such as states and kinds, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from qualia_tui.words import _, speaking, spoken


def term(word: str) -> str:
    """Return what a word of a host is called; a word that is not known is left as it is."""
    return _terms(spoken()).get(word, word)


@cache
def _terms(language: str) -> Mapping[str, str]:
    with speaking(language):
        return {**_plugins(), **_parts(), **_outcomes()}


def _plugins() -> Mapping[str, str]:
    return {
        "enabled": _("enabled"),
        "loaded": _("loaded"),
        "failing": _("failing"),
        "disabled": _("disabled"),
        "unavailable": _("unavailable"),
        "closed": _("closed"),
        "open": _("open"),
        "half_open": _("on trial"),
        "forced_open": _("held open"),
        "document": _("document"),
        "analyzer": _("analyzer"),
        "visualizer": _("visualizer"),
        "shipped": _("shipped"),
        "folder": _("folder"),
        "installed": _("installed"),
        "stable": _("stable"),
        "experimental": _("experimental"),
        "deprecated": _("deprecated"),
    }


def _parts() -> Mapping[str, str]:
    return {
        "engine": _("engine"),
        "cache": _("cache"),
        "history": _("history"),
        "disk": _("disk"),
        "memory": _("memory"),
        "backups": _("backups"),
        "queue": _("queue"),
        "alerts": _("alerts"),
        "debug": _("debug"),
        "info": _("info"),
        "warning": _("warning"),
        "error": _("error"),
    }


def _outcomes() -> Mapping[str, str]:
    return {
        "ok": _("ok"),
        "failed": _("failed"),
        "cancelled": _("cancelled"),
        "lost": _("lost"),
        "running": _("running"),
        "waiting": _("waiting"),
        "skipped": _("skipped"),
    }
