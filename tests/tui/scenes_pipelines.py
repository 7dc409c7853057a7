"""Screens of pipelines: what can be run, the form, the picker, a run, and what it gave."""

from __future__ import annotations

from tests.tui.pipelines_data import host, progress, told
from tests.tui.seeing import FakeHost, Seen
from tests.tui.snapshots import Scene


async def _listed(seen: Seen) -> None:
    await seen.press("3")
    await seen.until("word_frequency")
    await seen.until("frequency_chart")
    await seen.until("└ chart")


async def _form(seen: Seen) -> None:
    await _listed(seen)
    await seen.press("G", "enter")
    await seen.until("stop_words")
    await seen.press("s", "enter", "x")
    await seen.until("'100x'")


async def _picker(seen: Seen) -> None:
    await _listed(seen)
    await seen.press("enter", "f")
    await seen.until("notes.txt")
    await seen.press("enter")
    await seen.until("ana.vtt")


async def _run(seen: Seen) -> None:
    await _picker(seen)
    await seen.press("enter")
    await seen.until("files/ana.vtt")
    await seen.press("r")
    await seen.until("40%")


async def _mood(seen: Seen) -> None:
    await _run(seen)
    seen.host.say("job_changed", run="r1", state="ok", name="words", job="run")
    await seen.until("No todo, o texto soa levemente negativo.")


async def _words(seen: Seen) -> None:
    await _mood(seen)
    await seen.press("p")
    await seen.until("relatório")


def _begun() -> FakeHost:
    """Return a host whose run goes on until an event says otherwise."""
    seen = host(runs__start=told(), runs__show=told(state="ok"))
    states = iter((progress(),))
    seen.answers["runs.progress"] = lambda run: next(states, progress("ok"))
    return seen


def scenes() -> tuple[Scene, ...]:
    """Return the screens of pipelines."""
    return (
        Scene(name="pipelines", host=host, play=_listed),
        Scene(name="pipelines-form", host=host, play=_form),
        Scene(name="pipelines-picker", host=host, play=_picker),
        Scene(name="pipelines-run", host=_begun, play=_run),
        Scene(name="pipelines-mood", host=_begun, play=_mood),
        Scene(name="pipelines-words", host=_begun, play=_words),
    )
