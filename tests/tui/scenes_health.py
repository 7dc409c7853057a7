"""What Health looks like: troubled, well, and before the host has told anything."""

from __future__ import annotations

from tests.tui.plain import answers, component, plugin, report
from tests.tui.seeing import FakeHost, Seen
from tests.tui.snapshots import Scene


def _well() -> FakeHost:
    parts = [
        component("engine", version="1.0.0", uptime_s=90_000.0),
        component("cache", bytes=0, limit_bytes=1_000_000, hits=0, misses=0),
        component("history", kept=False),
        component("plugin:word_frequency", state="loaded"),
    ]
    told = {"plugins__list": [plugin("word_frequency", calls=7, took_s=0.0123)]}
    return FakeHost(answers(health=report(status="ok", parts=parts), **told))


async def _down(seen: Seen) -> None:
    await seen.until("cleaner")
    await seen.press("j", "j")


async def _whole(seen: Seen) -> None:
    await seen.until("cleaner")
    await seen.press("w")


async def _nothing(seen: Seen) -> None:
    await seen.until("●")


def scenes() -> tuple[Scene, ...]:
    """Return the scenes."""
    return (
        Scene(name="health", host=lambda: FakeHost(answers()), play=_down),
        Scene(name="health-empty", host=lambda: FakeHost({"health": {}}), play=_nothing),
        Scene(name="health-well", host=_well, play=lambda seen: seen.until("word_frequency")),
        Scene(name="health-whole", host=lambda: FakeHost(answers()), play=_whole),
    )
