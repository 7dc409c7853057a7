"""Runs on many files, given up by force, and what they gave saved."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qualia import Core, Document
from qualia.events import Event, EventKind
from qualia.host import Bounds, expose
from qualia.host.about_pipelines import tree_of
from qualia.host.jobs import Job, Jobs
from qualia.pipeline import Plan, PlanStep
from qualia.protocol import Code
from qualia.protocol.places import Place
from tests.host.conftest import COUNT, MANIFEST, Talker, wait_for

Talk = Callable[[Place], Talker]
STUBBORN = COUNT.replace(
    'return {"words"', 'import builtins\n        builtins.toy_gate.wait(30)\n        return {"words"'
)
DRAW = """
from qualia.plugin import NoParams, Visualizer
from qualia.result import Artifact

class Toy(Visualizer[NoParams]):
    def render(self, params):
        return Artifact(media_type="text/html", data=b"<p>hello</p>", name="../hello.html")
"""


@pytest.fixture
def gate(plugin_dir: Path) -> Iterator[threading.Event]:
    """Return what a plugin that listens to nobody waits for."""
    import builtins

    place = plugin_dir / "toy_stubborn"
    place.mkdir()
    (place / "plugin.toml").write_text(MANIFEST.format(id="toy_stubborn"), encoding="utf-8")
    (place / "__init__.py").write_text(STUBBORN, encoding="utf-8")
    builtins.toy_gate = threading.Event()  # type: ignore[attr-defined]
    yield builtins.toy_gate  # type: ignore[attr-defined]
    builtins.toy_gate.set()  # type: ignore[attr-defined]
    del builtins.toy_gate  # type: ignore[attr-defined]


def test_each_file_of_a_folder_is_a_run_of_a_group(talker: Talker, project: Path) -> None:
    """Hidden files and those of other kinds are left out; what cannot be run is told, and the rest runs."""
    folder = project / "texts"
    folder.mkdir()
    for name in ("b.txt", "a.md", ".hidden.txt", "picture.png"):
        (folder / name).write_text("a b", encoding="utf-8")
    begun = talker.call("runs.start_many", plugin="toy_count", folder=str(folder))
    assert [each["path"] for each in begun["runs"]] == [str(folder / "a.md"), str(folder / "b.txt")]
    assert {talker.settled(each["run"])["state"] for each in begun["runs"]} == {"ok"}
    assert [each["group"] for each in talker.call("runs.list", group=begun["group"])] == [begun["group"]] * 2
    paths = [str(folder / "a.md"), str(folder / "gone.txt"), "b.txt"]
    part = talker.call("runs.start_many", plugin="toy_count", paths=paths)
    assert (len(part["runs"]), [each["path"] for each in part["left_out"]]) == (1, paths[1:])
    assert "there is no such file" in part["left_out"][0]["reason"]


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"plugin": "toy_count"}, "give paths or a folder"),
        ({"plugin": "toy_count", "paths": []}, "give 1 to 100 files, not 0"),
        ({"plugin": "toy_count", "paths": ["/a"] * 101}, "give 1 to 100 files, not 101"),
        ({"plugin": "toy_count", "folder": "texts"}, "give the whole path"),
        ({"plugin": "toy_count", "folder": "/gone/away"}, "no such file or directory"),
        ({"plugin": "toy_cuont", "paths": ["/a"]}, "there is no plugin"),
    ],
)
def test_a_group_that_cannot_be_is_refused_at_once(talker: Talker, params: dict[str, object], told: str) -> None:
    """Nothing of it is begun."""
    assert told in talker.refused("runs.start_many", **params)["message"]
    assert talker.call("runs.list") == []


def test_a_group_is_cancelled_together(core: Core, talk: Talk, project: Path) -> None:
    """Those under way and those that wait stop."""
    (project / "a.txt").write_text("a", encoding="utf-8")
    with expose(core, bounds=Bounds(at_once=1)) as served:
        client = talk(served.place)
        client.hello()
        client.call("subscribe")
        begun = client.call("runs.start_many", plugin="toy_wait", paths=[str(project / "a.txt")] * 3)
        client.event(lambda each: each["kind"] == "step_started")
        client.call("runs.cancel_group", group=begun["group"])
        assert {client.settled(each["run"])["state"] for each in begun["runs"]} == {"cancelled"}
        # A run does not wait long for a plugin that is slow to hear; its step is over when that one is.
        wait_for(lambda: steps_of(client, begun["runs"][0]["run"]) == ["cancelled"])
        assert "there is no group" in client.refused("runs.cancel_group", group="x")["message"]


def steps_of(client: Talker, run: str) -> list[str]:
    """Return the states of a run's steps."""
    return [each["state"] for each in client.call("runs.progress", run=run)["steps"]]


def test_a_job_that_is_forgotten_keeps_none_of_its_runs() -> None:
    """One job may begin several runs, and a host that runs for months holds on to none of them."""
    over = threading.Semaphore(0)
    jobs = Jobs(lambda job: over.release() if job.is_over else None, bounds=Bounds(at_once=1, kept=0))

    def work(_job: Job) -> None:
        for run_id in ("first", "second"):
            jobs.hear(Event(kind=EventKind.RUN_STARTED, at_s=0.0, monotonic_s=0.0, run_id=run_id))

    job = jobs.start(Job("run", "toy", work))
    assert over.acquire(timeout=30)
    assert (jobs.of_run("first"), jobs.of_run("second")) == (job, job)
    jobs.start(Job("run", "toy", lambda _job: None))
    assert (jobs.of_run("first"), jobs.of_run("second")) == (None, None)
    assert over.acquire(timeout=30)


def test_what_cannot_be_ended_is_told(gate: threading.Event, core: Core, talker: Talker) -> None:
    """A run is over when it is cancelled; a step that listens to nobody is named as long as it goes on."""
    run = talker.call("runs.start", plugin="toy_stubborn", text="a")["run"]
    talker.event(lambda each: each["kind"] == "step_started")
    talker.call("runs.cancel", run=run)
    assert talker.settled(run)["left"] == ["toy_stubborn"]
    forced = talker.call("runs.cancel", run=run, force=True)
    assert (forced["state"], forced["force"]) == ("cancelled", "goes_on")
    assert "isolation process" in forced["told"]
    gate.set()
    talker.event(lambda each: each["kind"].startswith("step_") and each["kind"] != "step_started")
    assert talker.call("runs.cancel", run=run, force=True)["force"] == "ended"


def test_a_run_that_does_not_react_is_left_behind(
    core: Core, talk: Talk, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forced to, the host waits for it no longer, and the next one has its turn; its late end changes nothing."""
    may_go_on = threading.Event()

    def reading(core: Core, text: str | None, path: str | None, title: str | None) -> Document:
        # As from a folder of a network that is gone.
        assert path is None or may_go_on.wait(30)
        return Document(text or "a b c", title=title)

    monkeypatch.setattr("qualia.host.about_runs.document_of", reading)
    with expose(core, bounds=Bounds(at_once=1)) as served:
        client = talk(served.place)
        client.hello()
        client.call("subscribe")
        stuck = client.call("runs.start", plugin="toy_count", path=str(project / "pipe.txt"))["run"]
        client.event(lambda each: each["run"] == stuck and each["details"].get("state") == "running")
        waiting = client.call("runs.start", plugin="toy_count", text="a b")["run"]
        forced = client.call("runs.cancel", run=stuck, force=True)
        assert (forced["state"], forced["force"]) == ("cancelled", "left_behind")
        assert client.settled(waiting)["state"] == "ok"
        may_go_on.set()
        assert client.call("runs.show", run=stuck)["state"] == "cancelled"


def test_what_a_run_gave_is_saved_and_never_over_something_else(talker: Talker, project: Path) -> None:
    """A path is whole, and what is there stays unless the client says otherwise."""
    run = talker.call("runs.start", plugin="toy_count", text="a b")["run"]
    talker.settled(run)
    sent = talker.call("runs.artifact", run=run)
    data = base64.b64decode(sent["data"])
    assert (sent["name"], sent["media_type"], sent["more"]) == ("toy_count.json", "application/json", False)
    assert b'"words": 2' in data
    assert talker.call("runs.artifact", run=run, most_bytes=3)["more"] is True
    target = project / "out.json"
    saved = talker.call("runs.save", run=run, path=str(target))
    assert (target.read_bytes(), saved["bytes"]) == (data, len(data))
    target.write_text("mine", encoding="utf-8")
    assert "is there already" in talker.refused("runs.save", run=run, path=str(target))["message"]
    assert target.read_text(encoding="utf-8") == "mine"
    talker.call("runs.save", run=run, path=str(target), overwrite=True)
    assert target.read_bytes() == data
    (project / "link").symlink_to(project / "away")
    assert "is there already" in talker.refused("runs.save", run=run, path=str(project / "link"))["message"]
    assert "it is no file" in talker.refused("runs.save", run=run, path="/dev/null", overwrite=True)["message"]
    assert "the whole path" in talker.refused("runs.save", run=run, path="out.json")["message"]
    assert talker.refused("runs.save", run=run, path="/\0")["code"] == Code.WRONG_INPUT
    assert talker.refused("runs.save", run=run, path=str(project / "no" / "where"))["code"] == Code.WRONG_INPUT


def test_an_artifact_names_a_file_and_no_folder(talker: Talker, plugin_dir: Path, core: Core) -> None:
    """A plugin chose its name; it leads nowhere else. Of several steps one has to be named."""
    place = plugin_dir / "toy_draw"
    place.mkdir()
    manifest = MANIFEST.format(id="toy_draw").replace("analyzer", "visualizer") + 'produces = ["text/html"]\n'
    (place / "plugin.toml").write_text(manifest, encoding="utf-8")
    (place / "__init__.py").write_text(DRAW, encoding="utf-8")
    core.reload("toy_draw")
    steps = [{"plugin": "toy_count"}, {"plugin": "toy_draw"}]
    run = talker.call("runs.start", pipeline={"steps": steps}, text="a b")["run"]
    assert talker.settled(run)["state"] == "ok"
    sent = talker.call("runs.artifact", run=run, step="toy_draw")
    assert (sent["name"], base64.b64decode(sent["data"])) == ("hello.html", b"<p>hello</p>")
    assert "name one of its steps: toy_count, toy_draw" in talker.refused("runs.artifact", run=run)["message"]
    assert "no result of a step 'x'" in talker.refused("runs.artifact", run=run, step="x")["message"]


def test_a_plugin_is_tried_on_a_sample(talker: Talker) -> None:
    """The conversation is there in both languages."""
    for language, words in (("en", 98), ("pt", 84)):
        run = talker.call("plugins.sample", plugin="toy_count", language=language)["run"]
        assert talker.settled(run)["state"] == "ok"
        assert talker.call("runs.result", run=run)["result"]["value"]["words"] == pytest.approx(words, abs=20)
    assert "language is en or pt" in talker.refused("plugins.sample", plugin="toy_count", language="xx")["message"]


def test_a_plan_is_a_tree_of_each_step_once() -> None:
    """A step hangs below the one it waits for last, and names the others it waits for."""
    needs = {"a": (), "b": ("a",), "c": ("a",), "d": ("a", "c"), "e": ()}
    steps = [PlanStep(id=name, plugin=name, params=None, document=None, needs=need) for name, need in needs.items()]
    rows = tree_of(Plan(name="p", steps=tuple(steps)))
    assert [(each["step"], each["depth"], each["parent"]) for each in rows] == [
        ("a", 0, None),
        ("b", 1, "a"),
        ("c", 1, "a"),
        ("d", 2, "c"),
        ("e", 0, None),
    ]
    assert [each["also"] for each in rows] == [[], [], [], ["a"], []]


def test_a_folder_is_listed_without_surprises(talker: Talker, project: Path) -> None:
    """Folders first, links told as such, nothing hidden unless asked for, and no more than asked for."""
    (project / "z").mkdir()
    (project / "a.txt").write_text("abc", encoding="utf-8")
    (project / "b").symlink_to(project / "z")
    (project / "c").symlink_to(project / "gone")
    os.mkfifo(project / "pipe")
    (project / os.fsdecode(b"\xff.txt")).write_text("x", encoding="utf-8")
    told = talker.call("files.list")
    assert (told["path"], told["parent"], told["more"]) == (str(project), str(project.parent), False)
    assert [(each["name"], each["kind"], each["link"]) for each in told["entries"]] == [
        ("b", "folder", True),
        ("z", "folder", False),
        ("a.txt", "file", False),
        ("c", "other", True),
        ("pipe", "other", False),
        ("\udcff.txt", "file", False),
    ]
    assert told["entries"][2]["bytes"] == 3
    assert ".qualia" in [each["name"] for each in talker.call("files.list", hidden=True)["entries"]]
    assert talker.call("files.list", limit=1)["more"] is True
    assert talker.call("files.list", path="/")["parent"] is None
    for path, sentence in (("z", "the whole path"), (str(project / "a.txt"), "not a directory"), ("/\0", "null")):
        assert sentence in talker.refused("files.list", path=path)["message"]


def test_what_no_file_can_be_is_refused_in_one_sentence(talker: Talker, project: Path) -> None:
    """A name, a time or a moment that nothing has is the caller's mistake, whatever the verb, and nothing is begun."""
    run = talker.call("runs.start", plugin="toy_count", text="a")["run"]
    run_id = talker.settled(run)["run_id"]
    half = str(project / "\ud800")
    asked: list[tuple[str, dict[str, Any]]] = [
        ("runs.save", {"run": run, "path": half}),
        ("history.export", {"run_id": run_id, "path": half}),
        ("history.export", {"run_id": run_id, "path": "/\0"}),
        ("history.export", {"run_id": run_id, "path": half, "format": "log"}),
        ("history.export", {"run_id": run_id, "path": "here"}),
        ("runs.start_many", {"plugin": "toy_count", "folder": half}),
        ("runs.start_many", {"plugin": "toy_count", "folder": "/\0"}),
        ("history.list", {"until": "0001-01-01"}),
        ("history.list", {"since": "9999-12-31T23:59:59-12:00"}),
        *(("runs.start", {"plugin": "toy_count", "text": "a", "timeout_s": wrong}) for wrong in (-1, 1e300, 10**400)),
    ]
    for verb, params in asked:
        told = talker.refused(verb, **params)
        assert told["code"] in (Code.WRONG_INPUT, Code.WRONG_PARAMS), (verb, told)
    assert len(talker.call("runs.list")) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_what_never_ends_is_not_read(talker: Talker, project: Path) -> None:
    """A pipe or a device would hold up a run, or what is asked, for ever: it is refused, and lists pass it over."""
    (project / "pipelines").mkdir()
    pipe = project / "pipelines" / "pipe.toml"
    os.mkfifo(pipe)
    one = {"name": "p", "steps": [{"id": "a", "plugin": "toy_count"}]}
    for path in (str(pipe), "/dev/zero"):
        assert "it is no file" in talker.refused("pipelines.plan", pipeline=path)["message"]
        assert "it is no file" in talker.refused("pipelines.plan", pipeline=one, path=path)["message"]
        run = talker.call("runs.start", plugin="toy_count", path=path)["run"]
        assert "it is no file" in talker.settled(run)["error"]["message"]
    assert talker.call("pipelines.list") == []


def test_names_of_any_length_leave_lists_readable(talker: Talker) -> None:
    """A list shows the beginning of a long name, and what could fill the host is refused."""
    one = {"name": "n" * 500_000, "steps": [{"id": "a", "plugin": "toy_count"}]}
    runs = [talker.call("runs.start", pipeline=one, text="a") for _ in range(3)]
    assert {len(each["name"]) for each in runs} == {200}
    for path in (f"/{'x' * 5000}", f"/{'x' * 3000}"):
        refused = talker.ask("runs.start", plugin="toy_count", path=path)
        facts = refused.get("error") or talker.settled(refused["result"]["run"])["error"]
        assert "file name too long" in facts["message"]
    refused = talker.refused("runs.start", pipeline={**one, "name": "n" * 1_100_000}, text="a")
    assert refused["code"] == Code.WRONG_INPUT
    assert "at most 1048576 bytes" in refused["message"]


def test_a_folder_with_too_many_files_or_none_says_so(talker: Talker, project: Path) -> None:
    """How many there are, and what runs them all, in words of no protocol."""
    folder = project / "many"
    folder.mkdir()
    asked = {"plugin": "toy_count", "folder": str(folder)}
    assert "no file of a kind that can be read is in it" in talker.refused("runs.start_many", **asked)["message"]
    for number in range(103):
        (folder / f"{number}.txt").write_text("a", encoding="utf-8")
    told = talker.refused("runs.start_many", **asked)["message"]
    assert "it holds 103 files, and 100 can be run together at most; run them with `qualia batch`" in told
