"""What a host tells, as plain data that never differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.tui.seeing import BEGAN_S

AT_S = BEGAN_S + 7200
_SERIES = [0] * 20 + [1, 2, 1, 3, 4, 2, 1, 0, 0, 5, 6, 8, 3, 2, 1, 1, 0, 2, 4, 6, 7, 9, 5, 3, 2, 4, 6, 8, 4, 2]
_CALLS = [*_SERIES, *[0] * 5, 1, 2, 4, 3, 1]


def plugin(
    plugin_id: str,
    *,
    state: str = "loaded",
    breaker: str | None = "closed",
    calls: int = 0,
    errors: int = 0,
    took_s: float | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return what a host tells of a plugin."""
    place = f"/srv/interviews/plugins/{plugin_id}/core.py:41" if errors else ""
    summary = f"What {plugin_id} is for, in one sentence."
    error = f"plugin {plugin_id!r} failed at {place}: ValueError: the model file is empty" if errors else ""
    return {
        "id": plugin_id,
        "kind": "analyzer",
        "version": "2.1.0",
        "summary": summary,
        "produces": ["words/1"],
        "consumes": [],
        "accepts": ["text/plain"],
        "dependencies": ["numpy>=2"],
        "folder": f"/srv/interviews/plugins/{plugin_id}",
        "origin": "folder",
        "state": state,
        "reason": "",
        "lifecycle": "stable",
        "replaced_by": "",
        "consumes_when": {},
        "others": [],
        "generation": 1,
        "breaker": None if breaker is None else {"name": plugin_id, "state": breaker, "retry_after_s": 12.0},
        "counts": {
            "calls": calls,
            "errors": errors,
            "cached": calls // 3,
            "p50_s": took_s,
            "p95_s": None if took_s is None else took_s * 4,
            "last_error": error,
            "last_error_at": place,
            "last_error_when_s": AT_S - 300 if errors else None,
        },
        "series": {"bucket_s": 5.0, "calls": _CALLS, "errors": [0] * 59 + [errors]} if calls else None,
        "translations": {"pt-BR": {summary: f"Para que serve {plugin_id}, numa frase."}},
        **more,
    }


def plugins() -> list[dict[str, Any]]:
    """Return seven plugins, in every state."""
    reason = "libraries it needs are not installed: plotly"
    return [
        plugin("cleaner", state="disabled", breaker="closed"),
        plugin("frequency_chart", state="unavailable", breaker=None, kind="visualizer", reason=reason),
        plugin("sentiment", state="loaded", breaker="open", calls=60, errors=25, took_s=0.0084),
        plugin("speakers", state="failing", calls=3, took_s=2.5, reason="its last load failed: no class Speakers"),
        plugin("topics", state="loaded", breaker="forced_open", calls=1, took_s=0.31),
        plugin("transcript_cleaner", state="enabled", kind="document"),
        plugin("word_frequency", state="loaded", calls=1280, took_s=0.00042),
    ]


def component(name: str, status: str = "ok", reason: str = "", remedy: str = "", **known: Any) -> dict[str, Any]:
    """Return what a report tells of a component."""
    return {
        "name": name,
        "status": status,
        "reason": reason,
        "remedy": remedy,
        "since_s": BEGAN_S,
        "facts": known,
    }


def report(*, status: str = "degraded", parts: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return a report in which two things are not well."""
    open_told = "it is left alone after too many failures: ValueError: the model file is empty"
    disk_told = "the disk of /srv is 94 % full, 610 MB are free"
    told = parts or [
        component("engine", version="1.0.0", plugins=7, usable_plugins=4, uptime_s=7200.0),
        component("cache", bytes=12_300_000, limit_bytes=1_073_741_824, hits=420, misses=80),
        component("history", kept=True, bytes=231_000, latest_run_s=AT_S - 60),
        component(
            "disk",
            "degraded",
            disk_told,
            "make room; `qualia cache clear` frees what is kept",
            folder="/srv",
            free_bytes=610_000_000,
            total_bytes=10_000_000_000,
            used_percent=94,
        ),
        component("memory", used_bytes=34_000_000, limit_bytes=4_000_000_000, used_percent=0),
        component(
            "plugin:sentiment",
            "failing",
            open_told,
            "mend what fails, then reset its breaker",
            state="loaded",
            breaker="open",
        ),
        component("plugin:word_frequency", state="loaded", breaker="closed"),
        component("backups", newest_at_s=AT_S - 5400, verified=True, count=3),
        component("queue", running=1, waiting=0, most_waiting=100),
    ]
    return {"at_s": AT_S, "status": status, "engine": "1.0.0", "components": told}


def inspected(plugin_id: str = "sentiment", **more: Any) -> dict[str, Any]:
    """Return what a host tells when it is asked for one plugin alone."""
    found = next(each for each in plugins() if each["id"] == plugin_id)
    params = [
        {"name": "top", "kind": "int", "default": 20, "help": "Keep the N most frequent.", "ge": 1, "le": 200},
        {"name": "mode", "kind": "str", "default": "all", "help": "How much.", "choices": ["all", "some"]},
    ]
    failure = {
        "at_s": AT_S - 900,
        "what": "reload",
        "error": "",
        "cause": "SyntaxError: '(' was never closed",
        "place": "/srv/interviews/plugins/sentiment/core.py:7",
        "line": "    return score(text",
    }
    told = {
        "params": params,
        "trouble": "",
        "readme": "# Sentiment\n\nScores each sentence.\n",
        "manifest": 'id = "sentiment"\nkind = "analyzer"\n',
        "limits": {"timeout_s": 30, "memory_bytes": None},
        "failures": [failure],
    }
    helps = {"Keep the N most frequent.": "Mantém os N mais frequentes."}
    return {**found, **told, "translations": {"pt-BR": {**found["translations"]["pt-BR"], **helps}}, **more}


def past_runs() -> list[dict[str, Any]]:
    """Return two runs of the log."""
    begun = {"name": "sentiment", "document": "d1", "plugins": ["sentiment"], "steps": 1, "cached": 0}
    return [
        {**begun, "run_id": "b2", "started_at": "2026-01-01T11:55:00+00:00", "elapsed_s": 0.02, "outcome": "failed",
         "error": "plugin 'sentiment' failed at core.py:41: ValueError: the model file is empty"},
        {**begun, "run_id": "a1", "started_at": "2026-01-01T11:00:00+00:00", "elapsed_s": 0.0081, "outcome": "ok",
         "error": ""},
    ]  # fmt: skip


def answers(**more: Any) -> Mapping[str, Any]:
    """Return what a host answers, by verb; underscores stand for points."""
    told = {"health": report(), "plugins.list": plugins(), "plugins.inspect": inspected(), "history.list": past_runs()}
    return {**told, **{name.replace("__", "."): value for name, value in more.items()}}
