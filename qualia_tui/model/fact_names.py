"""What the facts of a health report are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from qualia_tui.words import _, speaking, spoken

_UNITS = ("_bytes", "_percent", "_s")


def fact_name(name: str) -> str:
    """Return what a fact is called; of one that is not known its own name, without its unit."""
    known = _names(spoken()).get(name)
    if known is not None:
        return known
    unit = next((each for each in _UNITS if name.endswith(each)), "")
    return name.removesuffix(unit).replace("_", " ") or name


@cache
def _names(language: str) -> Mapping[str, str]:
    with speaking(language):
        return {**_plugins(), **_stores(), **_rest()}


def _plugins() -> Mapping[str, str]:
    return {
        "state": _("state"),
        "version": _("version"),
        "generation": _("generation"),
        "breaker": _("breaker"),
        "failures": _("failures in a row"),
        "refused": _("refused calls"),
        "retry_after_s": _("tries again in"),
        "calls": _("calls"),
        "errors": _("errors"),
        "cached": _("kept results used"),
        "p50_s": _("median"),
        "p95_s": _("95 of 100"),
        "recent_calls": _("calls lately"),
        "recent_errors": _("errors lately"),
        "last_error": _("last error"),
        "last_error_at": _("it was at"),
        "last_error_when_s": _("it was on"),
        "opened_s": _("breaker opened"),
        "reload_error": _("reload failed"),
    }


def _stores() -> Mapping[str, str]:
    return {
        "bytes": _("size"),
        "limit_bytes": _("limit"),
        "entries": _("entries"),
        "hits": _("found"),
        "misses": _("not found"),
        "evictions": _("thrown away"),
        "damaged": _("damaged"),
        "memory_bytes": _("size in memory"),
        "memory_hits": _("found in memory"),
        "disk_bytes": _("size on disk"),
        "disk_hits": _("found on disk"),
        "kept": _("kept"),
        "latest_run_s": _("latest run"),
        "folder": _("folder"),
        "free_bytes": _("free"),
        "total_bytes": _("in all"),
        "used_percent": _("share used"),
        "used_bytes": _("used"),
    }


def _rest() -> Mapping[str, str]:
    return {
        "plugins": _("plugins"),
        "usable_plugins": _("usable plugins"),
        "uptime_s": _("up for"),
        "count": _("number"),
        "unverified": _("not verified"),
        "verified": _("verified"),
        "newest_at_s": _("newest"),
        "age_s": _("age"),
        "running": _("running"),
        "waiting": _("waiting"),
        "most_waiting": _("most that may wait"),
        "raised": _("raised"),
        "which": _("which"),
    }
