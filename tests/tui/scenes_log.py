"""What the log looks like: followed, paused while more comes, and one event in full."""

from __future__ import annotations

from tests.tui.plain import answers
from tests.tui.scenes_plugins import FAILED
from tests.tui.seeing import FakeHost, Seen
from tests.tui.snapshots import Scene


async def _followed(seen: Seen) -> None:
    await seen.press("6")
    say = seen.host.say
    for number in range(12):
        run = f"r{number}"
        say("job_changed", run=run, job="run", name="word_frequency", state="running")
        say("run_finished", run=run, name="word_frequency", elapsed_s=0.0123 * (number + 1))
    say("plugin_reloaded", plugin="word_frequency", generation=2, version="2.1.0", code_hash="5f2c")
    say("reload_failed", plugin="sentiment", **FAILED)
    say("plugin_slow", plugin="topics", step="topics", elapsed_s=31.7, place="core.py:12")
    say("run_failed", run="r99", name="sentiment", error="plugin 'sentiment' failed at core.py:41: ValueError: no")
    say("breaker_moved", plugin="sentiment", before="closed", state="open")
    seen.host.link("stale")
    seen.host.link("live")
    say("warning", message="\x1b]0;hostile\x07 text \u202e")
    await seen.until("hostile")


async def _paused(seen: Seen) -> None:
    await _followed(seen)
    await seen.press("k", "k", "k")
    for _number in range(3):
        seen.host.say("cache_cleared")
    await seen.until("3")
    await seen.settled()


async def _event(seen: Seen) -> None:
    await _followed(seen)
    await seen.press(*"kkkkkkk", "enter")


async def _debug(seen: Seen) -> None:
    await _followed(seen)
    await seen.press("l", "l", "l")


def scenes() -> tuple[Scene, ...]:
    """Return the scenes."""
    return tuple(
        Scene(name=name, host=lambda: FakeHost(answers()), play=play)
        for name, play in (("log", _followed), ("log-all", _debug), ("log-event", _event), ("log-paused", _paused))
    )
