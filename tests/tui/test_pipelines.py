"""The section Pipelines: what can be run, what it would do, and running it, by keys alone."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Paste

from qualia.client import Client, HostUnreachable
from qualia.core import Core
from qualia.errors import InvalidPipeline
from qualia_tui.model.plan import branches, subject_columns, subject_rows, subjects, tree_of
from tests.tui.pipelines_data import PIPELINE, host, pipelines, plan, plugins, progress, told
from tests.tui.seeing import FakeHost, Seen, ran, shown


async def opened(seen: Seen) -> Seen:
    """Bring the section to the screen."""
    await seen.press("3")
    return await seen.until("words")


def test_pipelines_come_first_and_say_what_is_wrong() -> None:
    """Each with its kind, and what cannot be run with a mark and its reason."""
    rows = subject_rows(subjects(pipelines(), plugins()))
    assert [row.cells[0].text for row in rows] == [
        "words",
        "✗ broken",
        "frequency_chart",
        "✗ gone",
        "teams_cleaner",
        "word_frequency",
    ]
    assert rows[3].cells[3].text == "needs spacy; run: pip install spacy"
    assert {len(row.cells) for row in rows} == {len(subject_columns())}


def test_a_filter_narrows_what_can_be_run() -> None:
    """By name, kind or what it does; inverse after an exclamation mark."""
    found = subjects(pipelines(), plugins())
    assert [row.key for row in subject_rows(found, wanted="bars")] == ["plugin:frequency_chart"]
    assert [row.key for row in subject_rows(found, wanted="!plugin")] != []


def test_a_plan_is_a_tree() -> None:
    """Each step stands below the one it waits for, with what else it waits for."""
    assert [(row.branches, row.step, row.also) for row in tree_of(plan())] == [
        ("", "clean", ()),
        ("├ ", "count", ()),
        ("│ └ ", "chart", ()),
        ("└ ", "report", ("count",)),
    ]


@given(st.lists(st.integers(0, 6), max_size=30))
def test_branches_tell_how_deep_a_row_is(jumps: list[int]) -> None:
    """Two cells a level, and a row goes on downwards only if something of its level follows."""
    depths: list[int] = []
    for each in jumps:
        depths.append(min(each, depths[-1] + 1) if depths else 0)
    for place, depth in enumerate(depths):
        drawn = branches(depths, place)
        assert len(drawn) == 2 * depth
        if depth:
            rest = depths[place + 1 :]
            siblings = [
                each for each in rest[: next((i for i, e in enumerate(rest) if e < depth), None)] if each == depth
            ]
            assert drawn[-2] == ("├" if siblings else "└")


def test_the_plan_stands_beside_or_below() -> None:
    """Where there is room the plan of what the cursor is on is shown, and asked for once."""

    async def work() -> None:
        async with shown(host(), size=(120, 40)) as seen:
            await opened(seen)
            await seen.until("└ chart  frequency_chart")
            await seen.resize(80, 24)
            await seen.until("(added because it is needed)")
            await seen.press("down", "up")
            assert len(seen.host.heard("pipelines.plan")) == 1
            await seen.resize(60, 16)
            assert "└ chart" not in seen.text()

    ran(work)


def test_a_plan_that_cannot_be_made_says_why() -> None:
    """The reason stands in its place."""

    async def work() -> None:
        trouble = InvalidPipeline("words.toml", "it needs a plugin nobody has")
        async with shown(host(pipelines__plan=trouble)) as seen:
            await opened(seen)
            await seen.until("it needs a plugin nobody has")

    ran(work)


def test_what_is_broken_is_explained_and_not_run() -> None:
    """Enter on it shows its whole trouble."""

    async def work() -> None:
        async with shown(host()) as seen:
            await opened(seen)
            await seen.press("down", "enter")
            await seen.until("broken.toml: it has no steps")
            await seen.press("escape")
            assert seen.host.heard("runs.start") == []

    ran(work)


def test_a_filter_is_typed_after_a_slash() -> None:
    """Rows without what is typed are hidden, and come back."""

    async def work() -> None:
        async with shown(host()) as seen:
            await opened(seen)
            await seen.press("slash", *"chart")
            await seen.until(lambda text: "word_frequency" not in text and "frequency_chart" in text)
            await seen.press(*"zzz", "enter")
            await seen.until(lambda text: "nothing is called that" in text and "run it" not in text)
            await seen.press("escape")
            await seen.until("word_frequency")
            assert "r run it" in seen.lines()[-1]

    ran(work)


def test_a_pipeline_runs_on_a_file() -> None:
    """Chosen with keys, shown step by step, and its last result is on the screen when it is over."""

    async def work() -> None:
        async with shown(host()) as seen:
            await opened(seen)
            await seen.press("enter")
            await seen.until("nothing yet")
            await seen.press("r")
            await seen.until("choose what to run it on")
            await seen.press("f")
            await seen.until("notes.txt")
            await seen.press("enter")
            await seen.until("ana.vtt")
            await seen.press("enter")
            await seen.until("on: /srv/interviews/files/ana.vtt")
            await seen.press("r")
            await seen.until("words on ana.vtt")
            await seen.until("mood   ████████████")
            assert seen.host.heard("runs.start") == [{"pipeline": PIPELINE, "path": "/srv/interviews/files/ana.vtt"}]
            seen.host.answers |= {"runs.show": told(state="ok"), "runs.progress": progress("ok")}
            seen.host.say("job_changed", run="r1", state="ok", name="words", job="run")
            await seen.until("No todo, o texto soa levemente negativo.")
            assert len(seen.host.heard("runs.result")) == 1

    ran(work)


def test_the_next_run_begins_with_what_the_last_had() -> None:
    """What it was run on and the params are kept, and only params that differ from their defaults are sent."""

    async def work() -> None:
        async with shown(host(plugins__sample=told("r2"))) as seen:
            await opened(seen)
            await seen.press("G", "enter")
            await seen.until("List the N most frequent words.")
            await seen.press("enter", *["backspace"] * 3, *"20", "enter", "s")
            await seen.until("on: the built-in sample")
            await seen.press("r")
            await seen.until("word_frequency on the built-in sample")
            assert seen.host.heard("plugins.sample") == [
                {"plugin": "word_frequency", "language": "en", "params": {"top": 20}}
            ]
            await seen.press("escape", "r")
            await seen.until("* top")

    ran(work)


def test_a_folder_is_run_file_by_file() -> None:
    """Each file has its own run; those that failed say why, all of it below the table, those left out too."""
    runs = [told("r1", "running", path="/d/ana.vtt"), told("r2", "running", path="/d/bruno.vtt")]
    left_out = [{"path": "/d/empty.txt", "reason": "it is empty"}]
    many = {"group": "g1", "runs": runs, "left_out": left_out}
    reason = "a reason that is far too long for the column it stands in, to its very end"
    failed = {"error": "PluginFailed", "message": reason}
    listed = [told("r1", "running", group="g1"), told("r2", "running", group="g1")]

    async def work() -> None:
        async with shown(host(runs__start_many=many, runs__list=lambda group=None: listed)) as seen:
            await opened(seen)
            await seen.press("enter", "f")
            await seen.until("every file of this folder")
            await seen.press("up", "up", "enter")
            await seen.until("each file of /srv/interviews")
            await seen.press("r")
            await seen.until("0 of 2 are over  1 left out")
            await seen.until("× left out")
            seen.host.say("step_progress", run="r1", step="words", plugin="word_frequency", done=0.42)
            await seen.until("42%")
            listed[:] = [told("r1", "ok", group="g1"), told("r2", "failed", group="g1", error=failed)]
            seen.host.say("job_changed", run="r1", state="ok", name="words", job="run")
            seen.host.say("job_changed", run="r2", state="failed", name="words", job="run")
            await seen.until("a reason that is far")
            assert "2 of 2 are over  1 failed  1 left out" in seen.text()
            assert "to its very end" not in seen.text()
            await seen.press("down")
            await seen.until("to its very end")
            await seen.press("up")
            assert seen.host.heard("runs.start_many") == [{"pipeline": PIPELINE, "folder": "/srv/interviews"}]
            await seen.press("enter")
            await seen.until("words on ana.vtt")
            await seen.press("escape", "escape")
            await seen.until("2 of 2 are over  1 failed  words on interviews")
            await seen.press("o")
            await seen.until("a reason that is far")

    ran(work)


def test_all_of_a_folder_can_be_stopped() -> None:
    """After a question, every run of the group is asked to stop."""
    runs = [told("r1", "running", path="/d/ana.vtt")]
    many = {"group": "g1", "runs": list(runs), "left_out": []}

    async def work() -> None:
        async with shown(
            host(runs__start_many=many, runs__cancel_group=[], runs__list=lambda group=None: runs)
        ) as seen:
            await opened(seen)
            await seen.press("enter", "f")
            await seen.until("every file of this folder")
            await seen.press("up", "up", "enter", "r")
            await seen.until("0 of 1 are over")
            await seen.press("x")
            await seen.until("Ask all of them to stop?")
            await seen.press("right", "enter")
            assert seen.host.heard("runs.cancel_group") == [{"group": "g1"}]
            runs[:] = [told("r1", "cancelled", error={"error": "RunCancelled", "message": "'words' was cancelled"})]
            seen.host.say("step_failed", run="r1", step="words", plugin="word_frequency", error_type="RunCancelled")
            seen.host.say("job_changed", run="r1", state="cancelled", name="words", job="run")
            await seen.until("1 of 1 are over  1 stopped")
            assert "was cancelled" not in seen.text()

    ran(work)


def test_the_last_run_can_be_opened_again() -> None:
    """Leaving a run does not stop it; o opens it, and says so when there was none."""

    async def work() -> None:
        async with shown(host(plugins__sample=told("r2"))) as seen:
            await opened(seen)
            await seen.press("o")
            await seen.until("nothing was run from here yet")
            await seen.press("G", "enter", "s", "r")
            await seen.until("word_frequency on the built-in sample")
            await seen.press("escape")
            await seen.until("o opens it")
            await seen.press("o")
            await seen.until("clean")
            assert seen.host.heard("runs.cancel") == []

    ran(work)


def test_the_last_run_is_found_again_on_the_host_it_was_begun_on() -> None:
    """After the host came back it is there still; another host has nothing to do with it."""
    elsewhere = {"name": "diary", "project": "/srv/diary", "last": 0}

    async def work() -> None:
        async with shown(host(plugins__sample=told("r2"))) as seen:
            await opened(seen)
            await seen.press("G", "enter", "s", "r")
            await seen.until("word_frequency on the built-in sample")
            await seen.press("escape")
            await seen.until("o opens it")
            await seen.press("f5")
            await seen.until("o opens it")
            seen.app.attach(lambda: cast("Client", FakeHost(host().answers, told=elsewhere)))
            await seen.until("diary")
            await opened(seen)
            await seen.press("o")
            await seen.until("nothing was run from here yet")

    ran(work)


def test_a_console_that_only_looks_runs_nothing() -> None:
    """It says so."""

    async def work() -> None:
        async with shown(host(), read_only=True) as seen:
            await opened(seen)
            await seen.press("r")
            await seen.until("this console only looks")

    ran(work)


def test_what_the_host_refuses_is_said() -> None:
    """A run that cannot be begun leaves a sentence, not a screen."""

    async def work() -> None:
        refused = HostUnreachable("/srv/host.sock", "it does not answer")
        async with shown(host(plugins__sample=refused)) as seen:
            await opened(seen)
            await seen.press("G", "enter", "s", "r")
            await seen.until("it does not answer")

    ran(work)


def test_pipelines_are_read_again() -> None:
    """A new file is there after ctrl+r, and plans are asked for anew."""

    async def work() -> None:
        async with shown(host(pipelines__list=[])) as seen:
            await seen.press("3")
            await seen.until("word_frequency")
            seen.host.answers["pipelines.list"] = pipelines()
            await seen.press("ctrl+r")
            await seen.until("✗ broken")

    ran(work)


@pytest.mark.parametrize("text", ["um dois três", "one"])
def test_a_real_plugin_runs_on_a_pasted_text(text: str, reach: object, core: Core) -> None:
    """From the paste to the result, with a real host."""
    del core

    async def work() -> None:
        async with shown(reach) as seen:  # type: ignore[arg-type]
            await seen.press("3")
            await seen.until("toy_count")
            await seen.press("slash", *"toy_count", "enter", "enter")
            await seen.until("Keep the N most frequent words.")
            await seen.press("t")
            await seen.until("0 characters")
            seen.app.post_message(Paste(text))
            await seen.until(f"{len(text)} characters")
            await seen.press("ctrl+s")
            await seen.until(f"a pasted text of {len(text)} characters")
            await seen.press("r")
            await seen.until(f"words: {len(text.split())}")

    ran(work)


def test_a_real_pipeline_runs_on_a_real_file(reach: object, core: Core, project: Path) -> None:
    """A file of the project, picked by typing its name, with a pipeline of the project; the result is saved."""
    del core
    (project / "pipelines").mkdir()
    (project / "pipelines" / "one.toml").write_text('name = "one"\n[[steps]]\nplugin = "toy_count"\n', encoding="utf-8")
    (project / "text.txt").write_text("a b c d", encoding="utf-8")

    async def work() -> None:
        async with shown(reach) as seen:  # type: ignore[arg-type]
            await seen.press("3")
            await seen.until("one.toml")
            await seen.press("g", "enter")
            await seen.until("nothing yet")
            await seen.press("f")
            await seen.until("text.txt")
            await seen.press(*"text", "enter")
            await seen.until("on: ")
            await seen.press("r")
            await seen.until("words: 4")
            await seen.press("s")
            await seen.until("toy_count.json")
            await seen.press("enter")
            await seen.until("saved:")

    ran(work)
    assert '"words": 4' in (project / "toy_count.json").read_text(encoding="utf-8")


def test_a_plan_that_is_longer_than_its_room_says_so() -> None:
    """How many lines there are more; tab leads there."""
    rows = [{"step": f"step{n}", "plugin": "word_frequency", "depth": 0} for n in range(30)]
    plan = {"name": "words", "steps": [], "tree": rows, "mermaid": ""}

    async def work() -> None:
        async with shown(host(pipelines__plan=plan)) as seen:
            await opened(seen)
            await seen.until("↓ 26")
            await seen.press("tab", "G")
            await seen.until("step29")

    ran(work)
