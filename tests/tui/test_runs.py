"""The runs: what is listed, what is told of one, and what is done with it again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from qualia.errors import InputError
from qualia_tui.model.runs_view import compared_lines, detail_lines, rows
from qualia_tui.model.state import JobFacts
from tests.tui.scenes_runs import FIRST, SECOND, compared, entry, host, whole
from tests.tui.seeing import FakeHost, ran, shown

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def texts(lines: Any) -> str:
    """Return lines as one text."""
    return "\n".join("".join(span.text for span in each) for each in lines)


def test_runs_under_way_stand_above_the_history() -> None:
    """What is running or lost comes first, and what the history tells of already is not shown twice."""
    jobs = (
        JobFacts(id="1", name="meeting", state="running"),
        JobFacts(id="2", name="meeting", state="ok", run_id=FIRST),
        JobFacts(id="3", name="report", state="lost"),
        JobFacts(id="4", name="old", state="failed", run_id=SECOND),
    )
    found = [row.key for row in rows([entry(FIRST), entry(SECOND)], jobs)]
    assert found == ["job:3", "job:1", FIRST, SECOND]


def test_the_filter_looks_at_names_outcomes_errors_and_plugins() -> None:
    """A word keeps the rows that have it, and after an exclamation mark those that have it not."""
    history = [entry(FIRST), entry(SECOND, outcome="failed", error="no luck", plugins=["toy"])]
    assert [row.key for row in rows(history, (), wanted="LUCK")] == [SECOND]
    assert [row.key for row in rows(history, (), wanted="!toy")] == [FIRST]
    assert [row.key for row in rows(history, (), wanted="word_freq")] == [FIRST]


@given(entry=json, answer=json)
def test_a_host_that_lost_its_mind_breaks_nothing(entry: Any, answer: Any) -> None:
    """Whatever a host answers is shown as far as it can be."""
    assert detail_lines(entry, 40)
    assert compared_lines(answer, 40)
    assert len(rows([entry] if isinstance(entry, dict) else [], ())) <= 1


def test_what_two_runs_share_is_left_out() -> None:
    """Only what differs is told, with both sides, and how many differences were not told."""
    told = texts(compared_lines(compared(), 78))
    assert "1.0.0" in told
    assert "77aa" in told
    assert "engine" not in told
    assert "and 3 more differences" in told


def test_details_tell_what_a_step_was_made_of() -> None:
    """Plugin, version, code, params and inputs of each step stand in the details."""
    told = texts(detail_lines(whole(FIRST), 78))
    for word in ("word_frequency 1.0.0", "1e22547f3eafc2a4", "top=100", "language=auto", "document=b952a670"):
        assert word in told


def test_enter_shows_all_of_a_run() -> None:
    """The run under the cursor is asked for and read over the screen."""

    async def work() -> None:
        async with shown(host()) as seen:
            await seen.press("4")
            await seen.until("meeting")
            await seen.press("G", "enter")
            await seen.until("1e22547f3eafc2a4")
            assert seen.host.heard("history.show") == [{"run_id": FIRST}]

    ran(work)


def test_two_marked_runs_are_compared() -> None:
    """The key marks the first run and compares it with the second; the mark is gone afterwards."""

    async def work() -> None:
        async with shown(host()) as seen:
            await seen.press("4")
            await seen.until("meeting")
            await seen.press("G", "c")
            await seen.until("→")
            await seen.press("k", "c")
            await seen.until("Two runs compared")
            assert seen.host.heard("history.compare") == [{"first": FIRST, "second": SECOND}]
            await seen.press("escape")
            assert "→" not in seen.text()

    ran(work)


def test_a_rerun_without_its_file_asks_for_one() -> None:
    """When the host does not know the text any more, the console asks for the file and tries again."""

    def rerun(run_id: str, path: str = "") -> Any:
        return {"run": "bb01"} if path else InputError("the text is not kept; name its file")

    async def work() -> None:
        fake: FakeHost = host()
        fake.answers["history.rerun"] = rerun
        async with shown(fake) as seen:
            await seen.press("4")
            await seen.until("meeting")
            await seen.press("G", "r")
            await seen.until("The file that it was run on")
            await seen.press(*"/a.txt", "enter")
            await seen.until("begun as bb01")
            assert fake.heard("history.rerun")[-1] == {"run_id": FIRST, "path": "/a.txt"}

    ran(work)


def test_methods_are_asked_for_in_the_language_spoken() -> None:
    """A console in Portuguese asks for the paragraph in Portuguese."""

    async def work() -> None:
        async with shown(host(), language="pt-BR") as seen:
            await seen.press("4")
            await seen.until("meeting")
            await seen.press("G", "t")
            await seen.until("The texts were analysed.")
            assert seen.host.heard("history.methods") == [{"run_id": FIRST, "language": "pt"}]

    ran(work)


def test_a_run_is_exported_where_somebody_says() -> None:
    """The form is chosen, the path offered and changed, and the file's whole path is told."""

    async def work() -> None:
        fake = host()
        fake.answers["history.export"] = {"path": "/srv/run.json", "format": "json", "bytes": 10}
        async with shown(fake) as seen:
            await seen.press("4")
            await seen.until("meeting")
            await seen.press("G", "e")
            await seen.until("Export as")
            await seen.press(*"json", "enter")
            await seen.until("Where to")
            await seen.press("enter")
            await seen.until("written to /srv/run.json")
            assert fake.heard("history.export") == [{"run_id": FIRST, "path": "run-5f2c00aa.json", "format": "json"}]

    ran(work)


def test_cancel_asks_first_and_forces_second() -> None:
    """The first time a run is asked to stop; once it was asked, the same key offers to force it."""

    async def work() -> None:
        fake = host()
        asked: list[bool] = []

        def cancel(run: str, *, force: bool) -> dict[str, Any]:
            asked.append(force)
            fake.answers["runs.show"] = {"run": run, "is_cancelling": True}
            return {"run": run, "told": "it is gone" if force else ""}

        fake.answers |= {"runs.show": {"run": "aa01", "is_cancelling": False}, "runs.cancel": cancel}
        async with shown(fake) as seen:
            await seen.press("4")
            await seen.until("running")
            await seen.press("j" if "lost" in seen.lines()[3] else "g", "x")
            await seen.until("Stop this run?")
            await seen.press("right", "enter")
            await seen.until("asked to stop")
            await seen.press("x")
            await seen.until("Force the run to end?")
            await seen.press("right", "enter")
            await seen.until("it is gone")
            assert asked == [False, True]

    ran(work)


def test_the_cursor_of_a_question_stands_on_cancel() -> None:
    """Enter alone stops nothing."""

    async def work() -> None:
        fake = host()
        fake.answers["runs.show"] = {"run": "aa01", "is_cancelling": False}
        async with shown(fake) as seen:
            await seen.press("4")
            await seen.until("running")
            await seen.press("j" if "lost" in seen.lines()[3] else "g", "x")
            await seen.until("Stop this run?")
            await seen.press("enter")
            await seen.until(lambda text: "Stop this run?" not in text)
            assert fake.heard("runs.cancel") == []

    ran(work)


def test_what_a_run_gave_is_read_in_place() -> None:
    """The results that are kept are shown; of a run under way it is shown how far it is."""

    async def work() -> None:
        fake = host()
        step = {"step": "count", "plugin": "toy", "status": "ok", "reason": "", "result": {"value": {"total": 4711}}}
        fake.answers |= {
            "history.result": {"run_id": FIRST, "steps": [step]},
            "runs.list": [{"run": "aa01", "kind": "run", "name": "meeting", "state": "running", "error": None}],
            "runs.progress": {"state": "running"},
        }
        async with shown(fake) as seen:
            await seen.press("4")
            await seen.until("meeting")
            await seen.press("G", "v")
            await seen.until(lambda text: "4711" in text or "4,711" in text)
            await seen.press("p")
            await seen.until("✓ done  count")
            await seen.press("escape", "g", "v")
            await seen.until("x stop")

    ran(work)
