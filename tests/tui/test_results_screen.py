"""Runs on the screen: followed, stopped, forced, lost, repeated; what they gave is looked at, copied and saved."""

from __future__ import annotations

from typing import Any

import pytest

from qualia.errors import DocumentUnreadable
from qualia_tui.dialogs.results import Results, RunResults
from qualia_tui.model.doing import Doing, doing_lines
from qualia_tui.model.results import steps_of
from qualia_tui.model.state import JobFacts
from tests.tui.pipelines_data import host, outcome, progress, result, told
from tests.tui.seeing import FakeHost, Seen, ran, shown
from tests.tui.test_picker import Asked


def over(**more: Any) -> FakeHost:
    """Return a host whose run has ended well."""
    return host(runs__show=told(state="ok"), runs__progress=progress("ok"), **more)


async def opened(seen: Seen, *, state: str = "running") -> None:
    """Show a run."""
    await seen.press("3")
    await seen.until("live")
    Asked(seen, RunResults("r1", "words on ana.vtt", job=JobFacts(id="r1", name="words", state=state)))
    await seen.until("words on ana.vtt")


def said(doing: Doing, link: str = "live") -> str:
    """Return what is said of a run."""
    return "\n".join("".join(span.text for span in line) for line in doing_lines(doing, 76, link=link))


def test_what_events_told_before_is_asked_for() -> None:
    """Steps that were over before anybody looked are there, with what was kept and how far the last one is."""
    doing = Doing(job=JobFacts(id="r1")).with_progress(progress())
    assert said(doing).splitlines()[:3] == [
        "✓ clean  34 ms  teams_cleaner",
        "✓ count  kept from before  word_frequency",
        "▸ mood   ████████████·················· 40%  sentiment_analyzer",
    ]


def test_an_end_stays_an_end() -> None:
    """A list that was asked for before a run ended does not bring it back to life, nor forget its error."""
    error = {"error": "PluginFailed", "message": "no luck today"}
    doing = Doing(job=JobFacts(id="r1")).with_facts(told(state="failed", error=error))
    doing = doing.with_job(JobFacts(id="r1", state="running"))
    assert doing.job.state == "failed"
    assert "no luck today" in said(doing)


@pytest.mark.parametrize(
    ("state", "link", "sentence"),
    [
        ("running", "lost", "nobody knows how the run is until it answers again"),
        ("running", "stale", "nobody knows how the run is until it answers again"),
        ("lost", "live", "the host was ended while this was running"),
        ("cancelled", "live", "it was stopped, and gave nothing"),
    ],
)
def test_the_fate_of_a_run_is_told_truthfully(state: str, link: str, sentence: str) -> None:
    """Nobody says that a run goes on, or is over, who cannot know."""
    assert sentence in said(Doing(job=JobFacts(id="r1", state=state)), link).replace("\n", " ")


def test_steps_are_followed_as_they_happen() -> None:
    """Each step as it begins, goes on and ends; then the last result is there."""

    async def work() -> None:
        async with shown(host(runs__progress={"run": "r1", "state": "running", "step_count": 3, "steps": []})) as seen:
            await opened(seen)
            await seen.until("nothing has begun yet")
            seen.host.say("step_started", run="r1", step="clean", plugin="teams_cleaner")
            await seen.until("▸ clean")
            seen.host.say("step_finished", run="r1", step="clean", plugin="teams_cleaner", elapsed_s=0.5)
            seen.host.say("step_progress", run="r1", step="count", plugin="word_frequency", done=0.5)
            await seen.until("✓ clean  500 ms")
            await seen.until(" 50%")
            await seen.until("▸ running  1/3")
            seen.host.answers |= {"runs.show": told(state="ok"), "runs.progress": progress("ok")}
            seen.host.say("job_changed", run="r1", state="ok", name="words", job="run")
            await seen.until("No todo, o texto soa levemente negativo.")

    ran(work)


def test_a_run_is_stopped_in_two_steps() -> None:
    """It is asked to stop after a question; only then can it be forced, after another, and what goes on is told."""
    forced = told(state="cancelled", force="goes_on", left=["mood"], told="the run is over; a step goes on")

    def cancel(run: str, *, force: bool = False) -> dict[str, Any]:
        del run
        return forced if force else told(is_cancelling=True)

    async def work() -> None:
        async with shown(host(runs__cancel=cancel)) as seen:
            await opened(seen)
            await seen.press("X")
            assert seen.host.heard("runs.cancel") == []
            await seen.press("x")
            await seen.until("Ask it to stop?")
            await seen.press("enter")
            assert seen.host.heard("runs.cancel") == []
            await seen.press("x", "right", "enter")
            await seen.until("asked to stop; X no longer waits for it")
            seen.host.answers["runs.show"] = forced
            await seen.press("X")
            await seen.until("Stop waiting for it?")
            await seen.press("right", "enter")
            await seen.until("still at work, unheard")
            await seen.until("the run is over; a step goes on")
            assert seen.host.heard("runs.cancel") == [{"run": "r1"}, {"run": "r1", "force": True}]

    ran(work)


def test_a_run_whose_host_is_gone_is_lost() -> None:
    """While nobody answers nothing is claimed; another host that knows nothing of it means it was lost."""

    async def work() -> None:
        async with shown(host(runs__list=[told()])) as seen:
            await opened(seen)
            await seen.until("mood")
            seen.host.link("lost")
            await seen.until("the host cannot be heard now")
            seen.host.answers["runs.list"] = []
            seen.host.say("restarted")
            seen.host.link("live")
            await seen.until("✗ lost")
            await seen.until("the host was ended while this was running")

    ran(work)


def test_a_lost_run_is_run_again() -> None:
    """R begins the same again and follows that."""

    async def work() -> None:
        async with shown(host(runs__show=told(state="lost"), runs__rerun=told("r2"))) as seen:
            await opened(seen, state="lost")
            await seen.until("R again")
            seen.host.answers["runs.show"] = told("r2")
            await seen.press("R")
            await seen.until("▸ running")
            assert seen.host.heard("runs.rerun") == [{"run": "r1"}]
            assert seen.host.heard("runs.progress")[-1] == {"run": "r1"}

    ran(work)


def test_results_are_looked_at_by_step_and_view() -> None:
    """Keys n and p go from step to step, arrows from view to view, and a record is read in full."""

    async def work() -> None:
        async with shown(over()) as seen:
            await opened(seen, state="ok")
            await seen.until("[mood]")
            await seen.press("right")
            await seen.until("[sentences]")
            await seen.press("down", "enter")
            await seen.until("speaker: Bruno Sá")
            await seen.press("escape", "p")
            await seen.until("[count]")
            await seen.until("orçamento")
            await seen.press("p")
            await seen.until("00:05 Bruno Sá")
            await seen.press("left")
            await seen.until("made at")
            await seen.press("p")
            await seen.until("✓ clean  34 ms")

    ran(work)


def test_results_are_filtered() -> None:
    """Slash narrows rows; more than fit are counted, and a filter looks through all of them."""
    many = result("toy", None, [{"word": f"w{number}", "count": number} for number in range(1_500)])
    answer = {**told(state="ok"), "result": many, "steps": []}

    async def work() -> None:
        async with shown(over(runs__result=answer)) as seen:
            await opened(seen, state="ok")
            await seen.until("the first 1,000 of 1,500")
            await seen.press("slash", *"w1499")
            await seen.until(lambda text: "w1499" in text and "w0" not in text and "the first" not in text)

    ran(work)


def test_a_result_is_saved_and_its_path_copied() -> None:
    """The host writes it; what is there already is replaced only after a question."""

    def save(path: str, **_more: Any) -> dict[str, Any]:
        return {"path": path, "bytes": 2_345, "name": "mood.json", "media_type": "application/json"}

    about = {"name": "notes.txt", "media_type": "application/json", "bytes": 2_345, "data": "", "more": True}

    async def work() -> None:
        async with shown(over(runs__artifact=about, runs__save=save)) as seen:
            await opened(seen, state="ok")
            await seen.until("[mood]")
            await seen.press("s")
            await seen.until("/srv/interviews/notes.txt")
            await seen.press("enter")
            await seen.until("notes.txt is there already. Replace it?")
            await seen.press("enter")
            assert seen.host.heard("runs.save") == []
            await seen.press("s", "enter", "right", "enter")
            await seen.until("saved: /srv/interviews/notes.txt, 2.3 kB")
            (asked,) = seen.host.heard("runs.save")
            assert asked == {"run": "r1", "path": "/srv/interviews/notes.txt", "step": "mood", "overwrite": True}
            await seen.press("y")
            await seen.until("copied")
            assert seen.app.clipboard == "/srv/interviews/notes.txt"

    ran(work)


def test_what_cannot_be_saved_says_why() -> None:
    """The host's own sentence."""
    wrong = DocumentUnreadable("/x", "there is no such folder", "make it first")

    async def work() -> None:
        async with shown(over(runs__artifact=wrong)) as seen:
            await opened(seen, state="ok")
            await seen.until("[mood]")
            await seen.press("s")
            await seen.until("there is no such folder")

    ran(work)


def test_what_is_looked_at_is_copied() -> None:
    """Of a table its cells, with tabs between them."""

    async def work() -> None:
        async with shown(host()) as seen:
            Asked(seen, Results("an old run", steps_of(outcome())[1:2]))
            await seen.until("[words]")
            await seen.press("y")
            await seen.until("copied")
            assert seen.app.clipboard.startswith("orçamento\t12\t")
            await seen.press("s")
            await seen.until("the host keeps this result no longer")
            await seen.press("q")
            await seen.until("1 Health")

    ran(work)


def test_what_data_say_cannot_steer_the_terminal() -> None:
    """Escape sequences in results are shown as what they are."""
    evil = result("toy", None, {"a\x1b[2J": "b\x1b]52;c;ZXZpbA==\x07", "rows": [{"x\x9b": "\u202eyyyyyyyyyyyyyyyy"}]})

    async def work() -> None:
        async with shown(over(runs__result={**told(state="ok"), "result": evil, "steps": []})) as seen:
            await opened(seen, state="ok")
            await seen.until("\\u001b]52")
            assert "\x1b" not in seen.text()
            await seen.press("right")
            await seen.until("\\u202ey")

    ran(work)


def test_escape_takes_a_filter_off_before_it_leaves() -> None:
    """What a filter left out is back first; the second escape goes back."""

    async def work() -> None:
        async with shown(over()) as seen:
            await opened(seen, state="ok")
            await seen.until("No todo, o texto soa")
            await seen.press("slash", *"zzz", "enter")
            await seen.until(lambda text: "No todo" not in text)
            assert "esc show all" in seen.text()
            await seen.press("escape")
            await seen.until("No todo, o texto soa")
            await seen.press("escape")
            await seen.until("[3 Pipelines]")

    ran(work)


def test_only_what_was_just_saved_is_copied_as_a_path() -> None:
    """Whoever goes on to another view copies what stands there."""
    saved = {"path": "/srv/interviews/mood.json", "bytes": 812}
    about = {"name": "mood.json", "bytes": 812}

    async def work() -> None:
        async with shown(over(runs__save=saved, runs__artifact=about, files__list={"entries": []})) as seen:
            await opened(seen, state="ok")
            await seen.until("No todo, o texto soa")
            await seen.press("s")
            await seen.until("Save it as")
            await seen.press("enter")
            await seen.until("saved: /srv/interviews/mood.json")
            await seen.press("y")
            assert seen.app.clipboard == "/srv/interviews/mood.json"
            await seen.press("right", "y")
            assert "mood.json" not in seen.app.clipboard

    ran(work)
