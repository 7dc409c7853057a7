"""What a client can ask for, and what comes of it in the Core."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from qualia import Core, Document
from qualia.events import Event, EventKind
from qualia.health import HealthReport
from qualia.host import Bounds, Host, expose
from qualia.host.recent import BUCKET_S, BUCKETS, Recent
from qualia.operations import Offer, Operation, OperationContext, Progress, Steps
from qualia.plugin import param
from qualia.protocol import Code
from qualia.protocol.places import Place
from tests.host.conftest import BOOM, COUNT, Talker
from tests.host.reference import PAGE, table_in, table_of
from tests.plugins.catalogues import give_words

Talk = Callable[[Place], Talker]


def test_every_verb_is_in_the_reference(host: Host) -> None:
    """The page lists each verb with its params and its sentence, and no other."""
    if not PAGE.is_file():
        pytest.skip("there are no docs beside this copy")
    assert table_in(PAGE.read_text(encoding="utf-8")) == table_of(host)


def test_the_plugins_are_told_with_breaker_and_counts(core: Core, talker: Talker) -> None:
    """A list shows at once how each plugin is doing."""
    core.run("toy_count", Document("a b"))
    core.run("toy_count", Document("a b"))
    talker.event(lambda each: each["kind"] == "run_finished")
    talker.event(lambda each: each["kind"] == "run_finished")
    found = {each["id"]: each for each in talker.call("plugins.list")}
    assert {"toy_count", "toy_boom", "toy_wait"} <= set(found)
    one = found["toy_count"]
    assert (one["state"], one["breaker"]["state"], one["counts"]["calls"]) == ("loaded", "closed", 2)
    assert one["counts"]["cached"] == 1
    assert one["counts"]["p50_s"] > 0
    assert talker.call("plugins.inspect", plugin="toy_count")["params"] == []


def test_translations_stand_beside_the_english(talker: Talker, plugin_dir: Path) -> None:
    """Of the summary in lists, of params' help too when a plugin is inspected; texts themselves stay English."""
    place = plugin_dir / "toy_count"
    assert talker.call("plugins.inspect", plugin="toy_count")["translations"] == {}
    give_words(place, {"An analyzer for tests.": "Um analisador para testes.", "Something else.": "Outra coisa."})
    told = {"pt-BR": {"An analyzer for tests.": "Um analisador para testes."}}
    found = next(each for each in talker.call("plugins.list") if each["id"] == "toy_count")
    assert (found["summary"], found["translations"]) == ("An analyzer for tests.", told)
    assert talker.call("plugins.disable", plugin="toy_count")["translations"] == told
    talker.call("plugins.enable", plugin="toy_count")
    code = COUNT.replace("NoParams\n", "param\nfrom attrs import frozen\n").replace("NoParams", "Params")
    code = code.replace(
        "class Toy", '@frozen\nclass Params:\n    a: int = param(1, help="Something else.")\n\nclass Toy'
    )
    (place / "__init__.py").write_text(code, encoding="utf-8")
    talker.call("plugins.reload", plugin="toy_count")
    inspected = talker.call("plugins.inspect", plugin="toy_count")
    assert inspected["params"][0]["help"] == "Something else."
    assert inspected["translations"]["pt-BR"] == {**told["pt-BR"], "Something else.": "Outra coisa."}


def test_a_failing_plugin_is_found_mended_and_closed_again(core: Core, talker: Talker, plugin_dir: Path) -> None:
    """Health names it with file and line; hot reload and a reset breaker bring it back."""
    runs = [talker.call("runs.start", plugin="toy_boom", text=f"text {number}")["run"] for number in range(5)]
    over = [talker.settled(run) for run in runs][-1]
    assert {each["state"] for each in talker.call("runs.list")} == {"failed"}
    assert over["error"]["error"] == "PluginFailed"
    assert "__init__.py:" in over["error"]["place"]
    report = HealthReport.from_plain(talker.call("health", fresh=True))
    assert report.status == "degraded"
    (boom,) = report.worst()
    assert (boom.plugin, boom.status, boom.facts["breaker"]) == ("toy_boom", "failing", "open")
    assert "no luck today" in boom.reason
    assert str(plugin_dir / "toy_boom" / "__init__.py:") in str(boom.facts["last_error_at"])
    (plugin_dir / "toy_boom" / "__init__.py").write_text(COUNT, encoding="utf-8")
    assert talker.call("plugins.reload", plugin="toy_boom")["generation"] == 2
    assert talker.call("breaker.reset", plugin="toy_boom")["breaker"]["state"] == "closed"
    again = talker.call("runs.start", plugin="toy_boom", text="text")["run"]
    assert talker.settled(again)["state"] == "ok"
    assert talker.call("plugins.rollback", plugin="toy_boom")["generation"] == 3
    (plugin_dir / "toy_boom" / "__init__.py").write_text(BOOM + "\n(", encoding="utf-8")
    refused = talker.refused("plugins.reload", plugin="toy_boom")
    assert refused["code"] == Code.PLUGIN


def test_a_plugin_is_switched_off_and_on(talker: Talker) -> None:
    """What a client decides is in force for the program."""
    assert talker.call("plugins.disable", plugin="toy_count")["state"] == "disabled"
    assert talker.call("plugins.enable", plugin="toy_count")["state"] in ("enabled", "loaded")
    assert talker.call("breaker.force_open", plugin="toy_count")["breaker"]["state"] == "forced_open"
    run = talker.call("runs.start", plugin="toy_count", text="a")["run"]
    assert talker.settled(run)["error"]["error"] == "CircuitHeld"
    unknown = talker.refused("plugins.enable", plugin="toy_cuont")
    assert (unknown["code"], unknown["data"]["near"][0]) == (Code.WRONG_INPUT, "toy_count")


def test_a_run_outlives_its_client(host: Host, talker: Talker, talk: Talk) -> None:
    """Who started it may go; who comes later finds it, its progress and its result."""
    run = talker.call("runs.start", plugin="toy_wait", text="a")["run"]
    talker.event(lambda each: each["kind"] == "step_started" and each["run"] == run)
    talker.close()
    other = talk(host.place)
    other.hello()
    other.call("subscribe")
    assert other.call("runs.show", run=run)["state"] == "running"
    progress = other.call("runs.progress", run=run)
    assert [(each["step"], each["state"]) for each in progress["steps"]] == [("toy_wait", "running")]
    assert "is running" in other.refused("runs.result", run=run)["message"]
    assert other.call("runs.cancel", run=run)["is_cancelling"] is True
    over = other.settled(run)
    assert (over["state"], over["error"]["error"]) == ("cancelled", "RunCancelled")
    assert other.call("runs.result", run=run)["result"] is None


def test_a_pipeline_is_planned_run_and_run_again(talker: Talker, project: Path) -> None:
    """A pipeline file of the project is listed; its plan, progress and results are told step by step."""
    file = project / "pipelines" / "two.toml"
    file.parent.mkdir()
    steps = '[[steps]]\nplugin = "toy_count"\nid = "one"\n[[steps]]\nplugin = "toy_boom"\nid = "two"\nneeds = []\n'
    file.write_text(steps, encoding="utf-8")
    (project / "pipelines" / "wrong.toml").write_text("steps = 3", encoding="utf-8")
    listed = {each["name"]: each for each in talker.call("pipelines.list") if each["path"].startswith(str(project))}
    assert [each["id"] for each in listed["two"]["steps"]] == ["one", "two"]
    assert listed["wrong"]["trouble"]
    plan = talker.call("pipelines.plan", pipeline=str(file))
    assert [each["id"] for each in plan["steps"]] == ["one", "two"]
    document = project / "notes.txt"
    document.write_text("a b c", encoding="utf-8")
    run = talker.call("runs.start", pipeline=str(file), path=str(document), on_error="continue")["run"]
    facts = talker.settled(run)
    assert (facts["state"], facts["error"]["error"]) == ("failed", "PluginFailed")
    assert talker.call("history.show", run_id=facts["run_id"])["outcome"] == "failed"
    progress = talker.call("runs.progress", run=run)
    assert {each["step"]: each["state"] for each in progress["steps"]} == {"one": "ok", "two": "failed"}
    result = talker.call("runs.result", run=run)
    assert result["steps"][0]["result"]["value"] == {"words": 3}
    assert [each["status"] for each in result["steps"]] == ["ok", "failed"]
    assert [each["step"] for each in talker.call("runs.result", run=run, step="one")["steps"]] == ["one"]
    again = talker.call("runs.rerun", run=run)["run"]
    assert talker.settled(again)["state"] == "failed"
    assert [each["run"] for each in talker.call("runs.list")] == [again, run]


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"text": "a"}, "give a plugin or a pipeline"),
        ({"plugin": "toy_count"}, "give a text or a path"),
        ({"plugin": "toy_count", "path": "notes.txt"}, "give the whole path"),
        ({"pipeline": "a.toml", "text": "a"}, "give the whole path"),
        ({"pipeline": {"steps": []}, "text": "a"}, "it has no steps"),
        ({"plugin": "toy_coutn", "text": "a"}, "there is no plugin"),
        ({"plugin": "toy_count", "text": "a", "isolation": "moon"}, "isolation is one of"),
        ({"plugin": "toy_count", "text": "a", "timeout_s": "1"}, "must be a number"),
    ],
)
def test_what_cannot_be_run_is_refused_at_once(talker: Talker, params: dict[str, Any], told: str) -> None:
    """Nobody has to wait for a run to hear that it was asked for wrongly."""
    assert told in talker.refused("runs.start", **params)["message"]
    assert talker.call("runs.list") == []


def test_runs_wait_for_their_turn_and_too_many_are_refused(core: Core, talk: Talk) -> None:
    """As many run at once as the host takes on; one that waits is cancelled on the spot."""
    with expose(core, bounds=Bounds(at_once=1, waiting=1, kept=2)) as served:
        client = talk(served.place)
        client.hello()
        client.call("subscribe")
        first = client.call("runs.start", plugin="toy_wait", text="a")["run"]
        client.event(lambda each: each["kind"] == "step_started")
        second = client.call("runs.start", plugin="toy_wait", text="b")["run"]
        assert client.call("runs.show", run=second)["state"] == "waiting"
        assert "1 wait already" in client.refused("runs.start", plugin="toy_count", text="c")["message"]
        assert client.call("runs.cancel", run=second)["state"] == "cancelled"
        client.call("runs.cancel", run=first)
        client.settled(first)
        for number in range(4):
            client.settled(client.call("runs.start", plugin="toy_count", text=str(number))["run"])
        assert "forgot it by now" in client.refused("runs.show", run=first)["message"]
        assert len(client.call("runs.list")) <= 3


def test_what_is_raised_past_everybody_costs_one_run(core: Core, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin's KeyboardInterrupt ends its own run as failed, and those that wait have their turn."""
    raised: list[type[BaseException]] = []
    monkeypatch.setattr("threading.excepthook", lambda told: raised.append(told.exc_type))
    with expose(core, bounds=Bounds(at_once=1)) as served:
        client = talk(served.place)
        client.hello()
        client.call("subscribe")
        lost = client.call("runs.start", plugin="toy_leave", text="a")["run"]
        after = client.call("runs.start", plugin="toy_count", text="a")["run"]
        assert (client.settled(lost)["state"], client.settled(after)["state"]) == ("failed", "ok")
        assert raised == [KeyboardInterrupt]


def test_closing_the_host_cancels_its_runs(core: Core, talk: Talk) -> None:
    """A run that is under way is asked to stop, and the Core's own runs are not."""
    with expose(core) as served:
        client = talk(served.place)
        client.hello()
        client.call("subscribe")
        client.call("runs.start", plugin="toy_wait", text="a")
        client.event(lambda each: each["kind"] == "step_started")
    kinds: list[EventKind] = []
    core.subscribe(lambda event: kinds.append(event.kind), wait=True)
    core.run("toy_count", Document("a"))
    assert EventKind.RUN_FINISHED in kinds
    assert core.history is not None
    assert "cancelled" in [each.outcome for each in core.history.runs()]


def test_the_log_of_runs_is_read(core: Core, talker: Talker) -> None:
    """History is listed by what is asked for, and one run shown with its provenance."""
    core.run("toy_count", Document("a b"))
    (entry,) = talker.call("history.list", plugin="toy_count", since="2020-01-01T00:00:00+00:00")
    shown = talker.call("history.show", run_id=entry["run_id"])
    assert shown["steps"][0]["provenance"]["plugin"] == "toy_count"
    assert talker.call("history.daily")[0]["steps"] == 1
    assert "is no moment" in talker.refused("history.list", since="soon")["message"]
    assert "outcome is one of" in talker.refused("history.list", outcome="good")["message"]
    assert "limit is 1 to" in talker.refused("history.list", limit=0)["message"]
    assert "there is no run" in talker.refused("history.show", run_id="x")["message"]


def test_the_cache_is_told_of_and_cleared(core: Core, talker: Talker) -> None:
    """It is empty afterwards."""
    core.run("toy_count", Document("a b"))
    assert sum(each["entries"] for each in talker.call("cache.stats")) > 0
    assert sum(each["entries"] for each in talker.call("cache.clear")) == 0


def test_the_settings_are_shown(talker: Talker, project: Path) -> None:
    """Each with its value, folders as text."""
    shown = {each["name"]: each for each in talker.call("settings.show")}
    assert shown["max_failures"] == {"name": "max_failures", "value": 5, "secret": False}
    assert shown["state_dir"]["value"] == str(project / ".qualia")


@frozen
class Params:
    """What the operation below takes."""

    times: int = param(2, ge=1, le=9, help="How often.")


def _count(context: OperationContext[Params]) -> Steps:
    for number in range(context.params.times):
        yield Progress(f"step {number}", done=number / context.params.times)
    return {"counted": context.params.times, "project": str(context.project)}


def _endless(context: OperationContext[Any]) -> Steps:
    while True:
        yield Progress("on and on")


COUNT_UP = Operation(name="count.up", summary="Count.", run=_count, params=Params)
ENDLESS = Operation(name="endless", summary="Go on.", run=_endless, destructive=True)
LOOK = Operation(name="look", summary="Look.", run=_count, params=Params, looks=True)
TWICE = Operation(
    name="twice", summary="Look, or not.", run=_count, params=Params, destructive=True, looks=lambda p: p.times == 2
)


def _looks() -> tuple[Offer, ...]:
    return _offers((("count.up", "COUNT_UP"), ("look", "LOOK"), ("twice", "TWICE")))


def _offers(names: Iterable[tuple[str, str]] = (("count.up", "COUNT_UP"), ("endless", "ENDLESS"))) -> tuple[Offer, ...]:
    return tuple(
        Offer(name=name, distribution="toys", version="1", target=f"tests.host.test_verbs:{target}")
        for name, target in names
    )


def test_operations_are_run_watched_and_cancelled(core: Core, project: Path, talk: Talk) -> None:
    """What distributions bring is listed unloaded, run with checked params, and stopped where it yields."""
    with expose(core, project=project, offers=_offers) as served:
        client = talk(served.place)
        client.hello()
        client.call("subscribe")
        assert [each["operation"] for each in client.call("operations.list")] == ["count.up", "endless"]
        assert client.call("operations.show", operation="count.up")["params"][0]["name"] == "times"
        run = client.call("operations.run", operation="count.up", params={"times": 3})["run"]
        client.event(lambda each: each["run"] == run and each["details"].get("state") == "ok")
        result = client.call("operations.result", run=run)
        assert result["result"]["value"] == {"counted": 3, "project": str(project)}
        assert client.call("operations.progress", run=run)["done"] == 1.0
        assert (
            "must be at most 9"
            in client.refused("operations.run", operation="count.up", params={"times": 10})["message"]
        )
        assert "somebody's word" in client.refused("operations.run", operation="endless")["message"]
        run = client.call("operations.run", operation="endless", confirmed=True)["run"]
        client.event(lambda each: each["run"] == run and each["details"].get("state") == "running")
        assert "is running" in client.refused("operations.result", run=run)["message"]
        client.call("operations.cancel", run=run)
        client.event(lambda each: each["run"] == run and each["details"].get("state") == "cancelled")
        assert [each["name"] for each in client.call("operations.runs")] == ["endless", "count.up"]
        assert client.refused("operations.show", operation="gone")["data"]["error"] == "OperationUnavailable"
        assert "there is no run" in client.refused("runs.show", run=run)["message"]


def test_who_may_only_look_runs_what_only_looks(core: Core, project: Path, talk: Talk) -> None:
    """An operation says itself whether it changes nothing, also by its params; that needs nobody's word either."""
    with expose(core, project=project, offers=_looks) as served:
        client = talk(served.place)
        client.hello(read_only=True)
        client.call("subscribe")
        for operation in ("look", "twice"):
            run = client.call("operations.run", operation=operation)["run"]
            while client.call("operations.progress", run=run)["state"] in ("waiting", "running"):
                client.event(lambda each: each["kind"] == "job_changed")
            assert client.call("operations.result", run=run)["result"]["value"]["counted"] == 2
        for refused in ({"operation": "count.up"}, {"operation": "twice", "params": {"times": 3}, "confirmed": True}):
            assert client.refused("operations.run", **refused)["code"] == Code.NOT_ALLOWED
        assert len(client.call("operations.runs")) == 2
        names = ("count.up", "look", "twice")
        told = [client.call("operations.show", operation=name)["looks"] for name in names]
        assert told == ["never", "always", "sometimes"]
        other = talk(served.place)
        other.hello()
        assert "somebody's word" in other.refused("operations.run", operation="twice", params={"times": 3})["message"]


def test_a_plugin_is_shown_with_what_went_wrong_lately(core: Core, talker: Talker, plugin_dir: Path) -> None:
    """Its manifest and limits, its README, and each failure to load it with file, line and the line itself."""
    folder = plugin_dir / "toy_count"
    assert talker.call("plugins.inspect", plugin="toy_count")["series"] is None
    (folder / "README.md").write_text("# Counts\n", encoding="utf-8")
    (folder / "__init__.py").write_text(COUNT + "\nbroken = (\n", encoding="utf-8")
    assert talker.refused("plugins.reload", plugin="toy_count")["code"] == Code.PLUGIN
    talker.event(lambda each: each["kind"] == "reload_failed")
    shown = talker.call("plugins.inspect", plugin="toy_count")
    assert (shown["readme"], shown["limits"]["isolation"]) == ("# Counts\n", "inline")
    assert 'id = "toy_count"' in shown["manifest"]
    (failure,) = shown["failures"]
    assert (failure["what"], failure["line"]) == ("reload", "broken = (")
    assert failure["place"].endswith("__init__.py:8")
    core.run("toy_count", Document("a"))
    talker.event(lambda each: each["kind"] == "run_finished")
    series = next(each["series"] for each in talker.call("plugins.list") if each["id"] == "toy_count")
    assert (series["bucket_s"], sum(series["calls"]), len(series["errors"])) == (5.0, 1, 60)


@given(st.lists(st.tuples(st.floats(0, 400), st.booleans()), max_size=40))
def test_calls_are_counted_in_the_bucket_of_their_time(calls: list[tuple[float, bool]]) -> None:
    """A series has every call of the last five minutes once, failed ones among them, whatever came between."""
    now = [0.0]
    recent = Recent(lambda: now[0])
    for at_s, is_error in sorted(calls):
        now[0] = at_s
        kind = EventKind.STEP_FAILED if is_error else EventKind.STEP_FINISHED
        recent.hear(Event(kind=kind, at_s=at_s, monotonic_s=at_s, plugin="toy"))
    series = recent.series("toy")
    first = int(now[0] // BUCKET_S) - BUCKETS + 1
    kept = [is_error for at_s, is_error in calls if int(at_s // BUCKET_S) >= first]
    assert (series is None) == (not kept)
    if series is not None:
        assert (sum(series["calls"]), sum(series["errors"])) == (len(kept), sum(kept))
        assert series["calls"][-1] > 0
