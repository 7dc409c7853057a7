"""Screens of the runs."""

from __future__ import annotations

from typing import Any

from tests.tui.seeing import FakeHost, Seen
from tests.tui.snapshots import Scene

FIRST, SECOND = "5f2c00aa11bb22cc", "9d3e00aa11bb22cc"


def entry(run_id: str, **more: Any) -> dict[str, Any]:
    """Return an entry of the history in short form."""
    return {
        "run_id": run_id,
        "name": "meeting",
        "document": "b952a670da6367304c37ed0c6d9f3952",
        "started_at": "2026-01-01T09:30:00+00:00",
        "elapsed_s": 0.42,
        "outcome": "ok",
        "error": "",
        "plugins": ["teams_cleaner", "word_frequency"],
        "steps": 2,
        "cached": 1,
        **more,
    }


def whole(run_id: str) -> dict[str, Any]:
    """Return all that the history has of a run."""
    made = {
        "plugin": "word_frequency",
        "version": "1.0.0",
        "code_hash": "1e22547f3eafc2a4225e08fb2738d9b0",
        "params": {"top": 100, "language": "auto"},
        "inputs": {"document": "b952a670da6367304c37ed0c6d9f3952"},
        "engine_version": "0.1.0",
    }
    step = {"step": "count", "plugin": "word_frequency", "outcome": "ok", "elapsed_s": 0.07, "cached": True}
    return {**entry(run_id), "steps": [{**step, "error": "", "provenance": made}]}


def compared(**more: Any) -> dict[str, Any]:
    """Return what tells two runs apart."""
    rows = [{"path": "total", "before": 120, "after": 121}]
    step = {
        "step": "count",
        "plugin": ["word_frequency", "word_frequency"],
        "outcome": ["ok", "ok"],
        "elapsed_s": [0.07, 0.09],
        "cached": [False, False],
        "error": ["", ""],
        "version": ["1.0.0", "1.1.0"],
        "code": ["1e22", "77aa"],
        "engine": ["0.1.0", "0.1.0"],
        "params": [{"path": "top", "before": 100, "after": 50}],
        "inputs": [],
        "host": [],
        "values": {"verdict": "different", "rows": rows, "more": True},
    }
    return {"first": entry(FIRST), "second": entry(SECOND), "same_document": True, "steps": [step], **more}


def host() -> FakeHost:
    """Return a host with a history, a run under way and one that was lost."""
    jobs = [
        {"run": "aa01", "kind": "run", "name": "meeting", "state": "running", "error": None},
        {"run": "aa02", "kind": "run", "name": "report", "state": "lost", "run_id": "", "error": None},
    ]
    failed = entry(
        SECOND,
        name="sentiment_analyzer",
        outcome="failed",
        error="PluginFailed: no luck today",
        steps=1,
        elapsed_s=75.0,
    )
    return FakeHost(
        {
            "history.list": [failed, entry(FIRST)],
            "runs.list": jobs,
            "history.show": lambda run_id: whole(run_id),
            "history.compare": compared(),
            "history.methods": {"paragraph": "The texts were analysed.", "citations": ["Qualia Core (2026)."]},
        }
    )


async def _table(seen: Seen) -> None:
    await seen.press("4")
    await seen.until("75,0 s" if seen.app.look.language == "pt-BR" else "75.0 s")


async def _compared(seen: Seen) -> None:
    await _table(seen)
    await seen.press("G", "c", "k", "c")
    await seen.until("B  2026")


def scenes() -> tuple[Scene, ...]:
    """Return the table, and two runs compared."""
    return Scene(name="runs", host=host, play=_table), Scene(name="runs-compared", host=host, play=_compared)
