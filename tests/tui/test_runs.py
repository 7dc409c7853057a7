"""The runs: what is listed, what is told of one, and what is done with it again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("textual", reason="the console's toolkit is an extra")

from qualia.client import HostEvent
from qualia.protocol import HostRefused
from qualia_tui.model.runs_view import compared_lines, detail_lines, rows
from qualia_tui.model.state import JobFacts, Model
from qualia_tui.words import speaking
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


def test_a_run_under_way_says_when_it_was_asked_for(now: float) -> None:
    """Whoever comes later sees since when it goes on; events alone tell it, too."""
    listed, heard = Model(), Model()
    listed.learn("jobs", [{"run": "1", "kind": "run", "name": "meeting", "state": "running", "asked_at_s": now}])
    for state in ("waiting", "running"):
        at_s = now if state == "waiting" else now + 60
        details = {"job": "run", "name": "meeting", "state": state}
        heard.take(HostEvent(kind="job_changed", seq=1, run="1", at_s=at_s, details=details))
    for model in (listed, heard):
        assert [row.cells[1].text for row in rows([], model.jobs.values())] == ["2026-01-01 10:10"]


def test_a_host_without_a_history_says_so() -> None:
    """An app without a project keeps none: its own reason stands where the runs would."""

    async def work() -> None:
        refused = HostRefused("history.list", "no history is kept; give the host a project")
        async with shown(FakeHost({"history.list": refused}), language="pt-BR") as seen:
            await seen.press("4")
            await seen.until("nenhum histórico é guardado")
            assert len(seen.host.heard("history.list")) == 1

    ran(work)


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
    """Only what differs is told, with both sides, and that there is more."""
    told = texts(compared_lines(compared(), 78))
    assert "1.0.0" in told
    assert "77aa" in told
    assert "engine" not in told
    assert "and more differences" in told


def test_records_that_differ_are_told_by_their_fields() -> None:
    """A record of a result is shown as its fields, with numbers as the reader writes them."""
    answer = compared()
    row = {"path": "words[law]", "before": {"word": "law", "share": 0.25, "tags": ["a", "b"]}, "after": None}
    answer["steps"][0]["values"] = {"verdict": "different", "rows": [row]}
    assert "word=law, share=0.25" in texts(compared_lines(answer, 78))
    with speaking("pt-BR"):
        assert "share=0,25" in texts(compared_lines(answer, 78))


def test_a_step_that_only_one_run_has_is_told_as_that() -> None:
    """Nothing is said to be kept no more that never was, be it of a step that is missing or of one that failed."""
    answer = compared()
    step = {**answer["steps"][0], "values": {"verdict": "unknown"}}
    alone = texts(compared_lines({**answer, "steps": [{**step, "plugin": ["toy", None]}]}, 78))
    assert "only A has this step: toy" in alone
    assert "kept" not in alone
    failed = texts(
        compared_lines({**answer, "steps": [{**step, "outcome": ["ok", "failed"], "code": ["1e22", None]}]}, 78)
    )
    assert "1e22" not in failed
    assert "there are no two results to compare" in failed


def test_a_run_is_shown_with_its_file_while_the_host_knows_it() -> None:
    """The history keeps no names of files; of runs that the host began, its own list tells them."""
    jobs = (JobFacts(id="1", name="meeting", state="ok", run_id=FIRST, path="/srv/monday.txt"),)
    first, second = rows([entry(FIRST), entry(SECOND)], jobs)
    assert (first.cells[-1].text, second.cells[-1].text) == ("monday.txt", "b952a670d")
    assert [row.key for row in rows([entry(FIRST), entry(SECOND)], jobs, wanted="monday")] == [FIRST]


def test_where_there_is_room_details_stand_beside_the_runs() -> None:
    """On a wide screen the run under the cursor is told of at the right, and all columns are seen at the left."""

    async def work() -> None:
        async with shown(host(), size=(120, 40)) as seen:
            await seen.press("4")
            await seen.until("meeting")
            await seen.press("j", "j")
            await seen.until("no luck today")
            await seen.until(lambda text: "document" in text.splitlines()[2])

    ran(work)


def test_earlier_runs_are_asked_for_at_the_end_of_those_known() -> None:
    """The table begins with the latest runs; going to its end, or looking for something, brings earlier ones."""
    history = [entry(f"{number:016x}") for number in range(300)]
    earlier = [entry("e" * 16, name="long_ago")]

    async def work() -> None:
        fake = host()
        fake.answers["history.list"] = lambda **asked: earlier if asked.get("before") else history
        async with shown(fake) as seen:
            await seen.press("4")
            await seen.until("meeting")
            await seen.press("G")
            await seen.until(lambda _text: len(fake.heard("history.list")) > 1)
            assert fake.heard("history.list")[-1] == {"limit": 300, "brief": True, "before": f"{299:016x}", "text": ""}
            await seen.press("G")
            await seen.until("long_ago")
            await seen.press("g", "slash", *"long")
            await seen.until("long_ago")
            assert fake.heard("history.list")[-1]["text"].startswith("l")

    ran(work)


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


def test_what_the_history_cannot_tell_is_said() -> None:
    """A run under way, or lost with its host, has nothing to compare, cite or export: no key is silent."""

    async def work() -> None:
        async with shown(host()) as seen:
            await seen.press("4")
            await seen.until("lost")
            for key in ("c", "t", "e"):
                await seen.press("g", key)
                await seen.until("the history tells nothing of this run")
                seen.app.tell("")
            assert seen.host.heard("history.methods") == []

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
        reason = "it was on 9c6c, which is not kept; give its path or text"
        return {"run": "bb01"} if path else HostRefused("history.rerun", reason)

    async def work() -> None:
        fake: FakeHost = host()
        fake.answers["history.rerun"] = rerun
        fake.answers["runs.show"] = {"run": "bb01", "state": "ok"}
        fake.answers["runs.result"] = {"steps": [{"step": "count", "verdict": "same"}]}
        async with shown(fake) as seen:
            await seen.press("4")
            await seen.until("meeting")
            await seen.press("G", "r")
            await seen.until("The file that it was run on")
            await seen.press(*"/a.txt", "enter")
            await seen.until("run again: the results are the same")
            assert fake.heard("history.rerun")[-1] == {"run_id": FIRST, "path": "/a.txt"}

    ran(work)


def test_a_rerun_that_is_refused_asks_for_nothing() -> None:
    """Only a file that is not known is asked for; any other reason is said, as is what a rerun found."""

    async def work() -> None:
        fake: FakeHost = host()
        fake.answers["history.rerun"] = HostRefused("history.rerun", "it gave nothing")
        async with shown(fake) as seen:
            await seen.press("4")
            await seen.until("meeting")
            await seen.press("G", "r")
            await seen.until("it gave nothing")
            assert "The file" not in seen.text()
            fake.answers["history.rerun"] = {"run": "bb01"}
            fake.answers["runs.show"] = {"run": "bb01", "state": "ok"}
            fake.answers["runs.result"] = {"steps": [{"verdict": "different", "differences": ["the code differs"]}]}
            await seen.press("r")
            await seen.until("the results differ; the code differs")

    ran(work)


def test_who_may_only_look_is_asked_nothing_in_vain() -> None:
    """Keys that change something say so at once, before any question."""

    async def work() -> None:
        async with shown(host(), read_only=True) as seen:
            await seen.press("4")
            await seen.until("meeting")
            for key in ("r", "e"):
                await seen.press("G", key)
                await seen.until("this console only looks")
                await seen.press("4")
            assert seen.host.heard("history.rerun") == seen.host.heard("history.export") == []

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
            (asked,) = fake.heard("history.export")
            assert asked == {**asked, "run_id": FIRST, "format": "json", "language": "en"}
            assert asked["path"].startswith("/")
            assert asked["path"].endswith("/run-5f2c00aa.json")

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
