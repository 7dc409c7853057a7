"""What Plugins looks like: the table, news in it, a filter, and the page of one plugin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.tui.plain import answers
from tests.tui.seeing import FakeHost, Seen
from tests.tui.snapshots import Scene

FAILED: Mapping[str, Any] = {
    "error": "PluginFailed",
    "message": "plugin 'sentiment' failed at core.py:7: SyntaxError: '(' was never closed",
    "cause": "SyntaxError: '(' was never closed",
    "place": "/srv/interviews/plugins/sentiment/core.py:7",
    "excerpt": "    return score(text",
    "generation": 1,
}


async def _table(seen: Seen) -> None:
    seen.host.say("plugin_loaded", plugin="topics")
    await seen.until("cleaner")
    await seen.press("2", "C", "j")


async def _news(seen: Seen) -> None:
    await _table(seen)
    seen.host.say("plugin_reloaded", plugin="word_frequency", generation=2, version="2.1.0")
    seen.host.say("reload_failed", plugin="sentiment", **FAILED)
    await seen.until("core.py:7")
    await seen.settled()


async def _filtered(seen: Seen) -> None:
    await _table(seen)
    await seen.press("slash", *"!_")


async def _page(seen: Seen) -> None:
    await _table(seen)
    await seen.press("enter")
    await seen.until("2.1.0")


def scenes() -> tuple[Scene, ...]:
    """Return the scenes."""
    return tuple(
        Scene(name=name, host=lambda: FakeHost(answers()), play=play)
        for name, play in (
            ("plugins", _table),
            ("plugins-filtered", _filtered),
            ("plugins-news", _news),
            ("plugins-page", _page),
        )
    )
