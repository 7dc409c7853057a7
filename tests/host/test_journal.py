"""What a host writes down of its runs, and what the next one makes of it."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualia import Core
from qualia.errors import UnwritableOutput
from qualia.host import expose
from qualia.host.journal import NAME, Fate, Journal, fates
from qualia.protocol import Code
from qualia.protocol.places import Place
from tests.host.conftest import Talker

Talk = Callable[[Place], Talker]
TEXTS = st.text("abc", min_size=1, max_size=3)
STATES = st.sampled_from(["", "waiting", "running", "ok", "failed", "cancelled", "lost"])


def line(run: str, state: str, at_s: float = 1.0) -> bytes:
    """Return an entry of a journal."""
    return json.dumps({"run": run, "kind": "run", "name": "toy", "at_s": at_s, "state": state}).encode()


@given(st.lists(st.tuples(TEXTS, STATES), max_size=20), st.lists(st.binary(max_size=40), max_size=5), st.randoms())
def test_damage_costs_the_damaged_entries_alone(entries: list[tuple[str, str]], bad: list[bytes], mix: object) -> None:
    """Whatever else stands in a journal, each run of a whole entry is told once, with what was said of it last."""
    lines = [line(run, state) for run, state in entries]
    noise = [each for each in bad if b'"run"' not in each]
    found = fates([*noise, *(each for one in lines for each in (one, *noise))])
    assert {each.run: each.state for each in found} == dict(entries)
    assert len({each.run for each in found}) == len(found)


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["run", "kind", "name", "at_s", "asked", "run_id", "state", "x"]), inner)
        ),
    )
)
def test_any_json_is_read_without_harm(data: object) -> None:
    """Entries of the wrong shape are passed over, field by field."""
    for each in fates([json.dumps(data).encode(), line("a", "ok")]):
        assert isinstance(each.at_s, float)
        assert each.name


def test_a_half_written_line_is_no_harm() -> None:
    """A host that was killed while it wrote leaves the entries before it."""
    whole = line("a", "running")
    assert [each.run for each in fates([whole, line("b", "ok")[:-9]])] == ["a"]


def test_what_was_torn_off_does_not_harm_what_follows(tmp_path: Path) -> None:
    """A host that goes on with a journal whose last line is half writes whole lines behind it."""
    path = tmp_path / NAME
    path.write_bytes(line("a", "ok") + b"\n" + line("b", "ok")[:-9])
    journal = Journal(path)
    journal.resume()
    journal.note(Fate(run="c", kind="run", name="toy", at_s=2.0, state="running"))
    journal.close()
    assert [(each.run, each.state) for each in Journal(path).opened()] == [("a", "ok"), ("c", "running")]


def test_a_journal_stays_small_and_private(tmp_path: Path) -> None:
    """After any number of runs it holds the latest, and nobody else reads it."""
    journal = Journal(tmp_path / "state" / NAME)
    journal.resume()
    for number in range(9000):
        journal.note(Fate(run=f"{number:x}", kind="run", name="toy", at_s=float(number), state="ok"))
    journal.note(Fate(run="big", kind="run", name="toy", at_s=1e9, asked={"params": {"text": "x" * 100_000}}))
    journal.close()
    path = tmp_path / "state" / NAME
    assert path.stat().st_size < 1024 * 1024
    assert path.stat().st_mode & 0o077 == 0
    last = Journal(path).opened()[-1]
    assert (last.run, last.asked) == ("big", {})


def test_what_is_noted_while_it_begins_anew_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends in another thread just then is not lost with the old file, nor is one that began long ago."""
    journal = Journal(tmp_path / NAME)
    journal.resume()
    journal.note(Fate(run="long", kind="run", name="toy", at_s=0.0, state="running"))
    late = Fate(run="late", kind="run", name="toy", at_s=1e6, state="ok")
    other = threading.Thread(target=journal.note, args=(late,))

    def slowly(lines: Iterable[bytes]) -> list[Fate]:
        found = fates(lines)
        other.start()
        # It may be able to write now, in which case its line would be gone in a moment.
        other.join(0.05)
        return found

    with monkeypatch.context() as patch:
        patch.setattr("qualia.host.journal.fates", slowly)
        number = 0
        while other.ident is None:
            journal.note(Fate(run=f"{number:x}", kind="run", name="toy", at_s=float(number), state="ok"))
            number += 1
    other.join()
    journal.close()
    assert {"late", "long"} <= {each.run for each in Journal(tmp_path / NAME).opened()}


def test_a_journal_on_a_full_disk_goes_on_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot begin anew there, and what happens from then on is written down all the same."""

    def full(path: Path, data: bytes, *, mode: int) -> Path:
        raise UnwritableOutput(str(path), f"no space left for {len(data)} bytes of {mode:o}")

    monkeypatch.setattr("qualia.host.journal.write_whole", full)
    journal = Journal(tmp_path / NAME)
    journal.begin([])
    for number in range(4500):
        journal.note(Fate(run=f"{number:x}", kind="run", name="toy", at_s=float(number), state="ok"))
    journal.close()
    assert len(Journal(tmp_path / NAME).opened()) == 4500


def test_a_journal_is_private_from_its_first_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other user can open it in between, and keep it open."""
    modes: list[int] = []
    replace = os.replace

    def seen(source: Path, target: Path) -> None:
        modes.append(source.stat().st_mode & 0o777)
        replace(source, target)

    monkeypatch.setattr("qualia._files.os.replace", seen)
    Journal(tmp_path / NAME).begin([])
    assert modes == [0o600]


def test_params_of_any_depth_are_no_harm(tmp_path: Path) -> None:
    """What is nested too deeply to be written is left out, and the run is known."""
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    journal = Journal(tmp_path / NAME)
    journal.resume()
    journal.note(Fate(run="deep", kind="run", name="toy", asked={"params": deep}))
    journal.close()
    assert [(each.run, each.asked) for each in Journal(tmp_path / NAME).opened()] == [("deep", {})]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_no_journal(tmp_path: Path) -> None:
    """A project from elsewhere cannot have a host wait for ever."""
    os.mkfifo(tmp_path / NAME)
    journal = Journal(tmp_path / NAME)
    assert journal.opened() == []
    journal.resume()
    journal.begin([])
    journal.note(Fate(run="a", kind="run", name="toy"))
    journal.close()


@pytest.mark.skipif(os.name == "nt", reason="links are for everybody on POSIX only")
def test_a_link_is_no_journal(tmp_path: Path) -> None:
    """A project from elsewhere cannot have a file of its user's written to."""
    mine = tmp_path / "mine.txt"
    mine.write_text("dear diary", encoding="utf-8")
    (tmp_path / NAME).symlink_to(mine)
    journal = Journal(tmp_path / NAME)
    journal.resume()
    journal.note(Fate(run="a", kind="run", name="toy"))
    journal.begin([Fate(run="a", kind="run", name="toy")])
    journal.close()
    assert mine.read_text(encoding="utf-8") == "dear diary"


def test_a_journal_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    """Its folder may be a file: runs go on, and nothing is known afterwards."""
    (tmp_path / "state").write_text("", encoding="utf-8")
    journal = Journal(tmp_path / "state" / NAME)
    assert journal.opened() == []
    journal.resume()
    journal.begin([Fate(run="a")])
    journal.note(Fate(run="a", kind="run", name="toy"))
    journal.close()


def test_runs_without_an_end_are_lost_and_told_of(core: Core, project: Path, talk: Talk) -> None:
    """The next host lists them with their error, and says so once to whoever hears its events."""
    state = project / ".qualia"
    state.mkdir(exist_ok=True)
    file = project / "a.txt"
    file.write_text("a b c", encoding="utf-8")
    asked = {"plugin": "toy_count", "path": str(file)}
    now = 4e9
    entries = [
        {"run": "aa", "kind": "run", "name": "toy_count", "at_s": now, "asked": asked, "state": "running"},
        {"run": "bb", "kind": "run", "name": "toy_wait", "at_s": now + 1, "state": "waiting"},
        {"run": "cc", "kind": "run", "name": "toy_wait", "at_s": now + 2, "state": "ok"},
        {"run": "dd", "kind": "operation", "name": "count.up", "at_s": now + 3, "state": "running"},
    ]
    (state / NAME).write_text("".join(json.dumps(each) + "\n" for each in entries) + '{"run": "ee', encoding="utf-8")
    with expose(core, project=project) as served:
        client = talk(served.place)
        client.hello()
        client.call("subscribe", since=0)
        runs = client.call("runs.list")
        assert [(each["run"], each["state"]) for each in runs] == [("bb", "lost"), ("aa", "lost")]
        assert runs[0]["error"]["error"] == "RunLost"
        assert [each["state"] for each in client.call("operations.runs")] == ["lost"]
        told = [client.event(lambda each: each["kind"] == "job_changed") for _ in range(3)]
        assert {(each["run"], each["details"]["state"]) for each in told} == {
            ("aa", "lost"),
            ("bb", "lost"),
            ("dd", "lost"),
        }
        assert client.call("runs.result", run="bb")["result"] is None
        again = client.call("runs.rerun", run="aa")["run"]
        assert client.settled(again)["state"] == "ok"
        assert "is not kept" in client.refused("runs.rerun", run="bb")["message"]
    with expose(core, project=project) as served:
        client = talk(served.place)
        client.hello()
        client.call("subscribe", since=0)
        assert {each["run"] for each in client.call("runs.list")} == {"aa", "bb"}
        assert served.log.last == 0


def test_the_log_knows_better_than_a_journal_without_an_end(core: Core, project: Path, talk: Talk) -> None:
    """A run that ended just before its host was killed is not called lost."""
    from qualia import Document

    core.run("toy_count", Document("a b"))
    assert core.history is not None
    (entry,) = core.history.runs()
    known = {"run": "aa", "kind": "run", "name": "toy_count", "at_s": 4e9, "state": "running", "run_id": entry.run_id}
    (project / ".qualia" / NAME).write_text(json.dumps(known) + "\n", encoding="utf-8")
    with expose(core, project=project) as served:
        client = talk(served.place)
        client.hello()
        assert client.call("runs.list") == []
    assert [each.state for each in Journal(project / ".qualia" / NAME).opened()] == ["ok"]


@pytest.mark.parametrize("state", ["waiting", "running"])
def test_a_host_that_ends_as_it_should_loses_nothing(core: Core, project: Path, talk: Talk, state: str) -> None:
    """Runs that it cancels at its end are known as cancelled."""
    with expose(core, project=project) as served:
        client = talk(served.place)
        client.hello()
        client.call("subscribe")
        for _ in range(5 if state == "waiting" else 1):
            client.call("runs.start", plugin="toy_wait", text="a")
        client.event(lambda each: each["kind"] == "step_started")
    assert {each.state for each in Journal(project / ".qualia" / NAME).opened()} == {"cancelled"}


def test_a_state_is_told_once_and_never_an_earlier_one_after_it(core: Core, project: Path, talk: Talk) -> None:
    """Whoever began a run may be held up until it is over; what is told then, and kept, is how it is by then."""
    with expose(core, project=project) as served:
        client = talk(served.place)
        client.hello()
        client.call("subscribe")
        run = client.call("runs.start", plugin="toy_count", text="a")["run"]
        client.settled(run)
        served._tell_job(served._jobs.get("test", run, "run"))
        again = talk(served.place)
        again.hello()
        again.call("subscribe", since=0)
        served.log.add({"kind": "end", "run": run, "details": {}})
        told: list[str] = []
        while not told or told[-1] != "end":
            event = again.event(lambda each: each["run"] == run and each["kind"] in ("job_changed", "end"))
            told.append(event["details"].get("state", "end"))
        order = ["waiting", "running", "ok", "end"]
        assert told == sorted(set(told), key=order.index)


def test_a_damaged_entry_is_not_begun_again(core: Core, project: Path, talk: Talk) -> None:
    """What a file holds is checked as what a client says is."""
    state = project / ".qualia"
    state.mkdir()
    asked = {"plugin": "toy_count", "path": 7, "colour": "red"}
    entry = {"run": "odd", "kind": "run", "name": "toy", "at_s": time.time(), "state": "running", "asked": asked}
    (state / NAME).write_text(json.dumps(entry) + "\n", encoding="utf-8")
    with expose(core, project=project) as served:
        client = talk(served.place)
        client.hello()
        assert [each["state"] for each in client.call("runs.list")] == ["lost"]
        assert client.refused("runs.rerun", run="odd")["code"] == Code.WRONG_PARAMS
