"""The log of runs: what is kept, how it is found again, and that nothing done to its file harms a run."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import qualia
from qualia import CancelToken, Core, Document
from qualia._engine import database
from qualia._engine.database import Database, migrate
from qualia.errors import HistoryUnreadable, PluginFailed, QualiaWarning, RunCancelled
from qualia.history import APPLICATION_ID, MIGRATIONS, History, RunEntry, StepEntry
from qualia.result import Provenance

DAY_S = 86_400.0
NOW_S = 1_800_000_000.0
SOURCES = str(Path(qualia.__file__).parents[1])


class Clock:
    """A wall clock that tests set."""

    def __init__(self) -> None:
        self.now_s = NOW_S

    def __call__(self) -> float:
        return self.now_s


class Diary(History):
    """A history whose warnings and clock a test can look at."""

    def __init__(self, path: Path, **more: Any) -> None:
        self.told: list[str] = []
        self.clock = Clock()
        super().__init__(path, wall=self.clock, warn=self.told.append, **more)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Diary]]:
    """Open histories of one file; they are closed at the end."""
    opened: list[Diary] = []

    def open_one(path: Path | None = None, **more: Any) -> Diary:
        opened.append(Diary(tmp_path / "state" / "history.db" if path is None else path, **more))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def made(plugin: str = "words", **facts: Any) -> Provenance:
    """Return a provenance; what is not said does not matter."""
    known: dict[str, Any] = {
        "plugin": plugin,
        "version": "1.0.0",
        "code_hash": "c" * 64,
        "params": {"top": 3, "share": 1.0, "keep": ["a", ["b"]], "deep": {"x": (1, 2)}, "none": None, "on": True},
        "produces": "word-frequencies/1",
        "inputs": {"document": "d" * 64},
        "engine_version": "0.1.0",
        "started_at": datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
        "host": {"python": "3.11.7"},
    }
    return Provenance(**(known | facts))


def step(plugin: str = "words", **facts: Any) -> StepEntry:
    """Return a step that went well; what is not said does not matter."""
    known: dict[str, Any] = {"step": plugin, "plugin": plugin, "outcome": "ok", "elapsed_s": 0.25, "key": "k" * 64}
    return StepEntry(**(known | facts))


def entry(number: int = 0, at_s: float = NOW_S, **facts: Any) -> RunEntry:
    """Return a run; what is not said does not matter."""
    known: dict[str, Any] = {
        "run_id": f"run-{number}",
        "name": "words",
        "document": "d" * 64,
        "started_at": datetime.fromtimestamp(at_s, UTC),
        "elapsed_s": 0.5,
        "outcome": "ok",
        "steps": (step(),),
    }
    return RunEntry(**(known | facts))


def ids(runs: tuple[RunEntry, ...]) -> list[str]:
    """Return the runs' ids."""
    return [run.run_id for run in runs]


def python(code: str, *arguments: object, stdin: Any = None) -> subprocess.Popen[str]:
    """Start a fresh interpreter that sees the code under test."""
    return subprocess.Popen(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            f"import sys; sys.path.insert(0, {SOURCES!r})\n{code}",
            *map(str, arguments),
        ],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answers(started: list[subprocess.Popen[str]]) -> list[Any]:
    """Let processes that wait for a line go on together, and return the JSON each prints."""
    for each in started:
        if each.stdin is not None:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
    for each in started:
        if each.stdin is not None:
            each.stdin.write("go\n")
            each.stdin.flush()
    found = []
    for each in started:
        out, err = each.communicate(timeout=60)
        assert (each.returncode, err) == (0, ""), err
        found.append(json.loads(out))
    return found


# --------------------------------------------------------------------------------------------- what is kept and found


def test_a_run_comes_back_as_it_was_logged(make: Callable[..., Diary]) -> None:
    """Every field of a run, of its steps and of their provenance survives the file, types and all."""
    branch = made("chart", produces=None, upstream=(made("words", upstream=(made("clean", produces="document/1"),)),))
    steps = (
        step("words", provenance=made(), cached=True),
        step("chart", provenance=branch),
        step("mood", outcome="failed", error="plugin 'mood' failed: ção \U0001f600", elapsed_s=0.0, key=""),
        step("page", outcome="skipped", error="it needs 'mood'", elapsed_s=0.0, key=""),
    )
    run = entry(1, NOW_S + 0.123456, document=None, outcome="failed", error="ação", steps=steps)
    history = make()
    history.add(run)
    assert history.runs() == (run,)
    assert history.run("run-1") == run
    params = history.runs()[0].steps[0].provenance
    assert params is not None
    assert [type(each) for each in params.params.values()] == [
        int,
        float,
        tuple,
        type(made().params["deep"]),
        type(None),
        bool,
    ]
    assert hash(params) == hash(made())
    assert history.told == []


def test_text_that_no_file_can_hold_is_written_out(make: Callable[..., Diary]) -> None:
    """Half a surrogate pair in a name or an error is no reason to lose the run."""
    history = make()
    history.add(entry(name="\ud800", error="\udfff", steps=(step(error="\udfff"),)))
    run = history.runs()[0]
    assert (run.name, run.error, run.steps[0].error) == ("\\ud800", "\\udfff", "\udfff")
    assert history.told == []


def test_there_is_no_run_before_the_first(make: Callable[..., Diary], tmp_path: Path) -> None:
    """Asking a history that nobody has written to gives nothing, and makes no file."""
    history = make()
    assert (history.runs(), history.run("run-1"), history.daily()) == ((), None, ())
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_a_history_without_runs(make: Callable[..., Diary], tmp_path: Path) -> None:
    """A file that another process has just made and not yet filled is read as empty."""
    path = tmp_path / "history.db"
    path.touch()
    assert make(path).runs() == ()


def test_the_same_run_is_logged_once(make: Callable[..., Diary]) -> None:
    """A run that is added twice counts once, in the list and in the daily counts."""
    history = make()
    history.add(entry(1))
    history.add(entry(1))
    assert ids(history.runs()) == ["run-1"]
    assert [day.steps for day in history.daily()] == [1]


def test_runs_that_started_at_the_same_moment_are_all_kept(make: Callable[..., Diary]) -> None:
    """Two runs of one microsecond are two runs; the one logged later counts as newer."""
    history = make()
    for number in range(3):
        history.add(entry(number))
    assert ids(history.runs()) == ["run-2", "run-1", "run-0"]
    assert {run.started_at for run in history.runs()} == {datetime.fromtimestamp(NOW_S, UTC)}


PLUGINS = ("words", "mood", "chart")
OUTCOMES = ("ok", "failed", "cancelled")
some_runs = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(OUTCOMES),
        st.sampled_from(("a" * 64, "a" * 12 + "b" * 52, None)),
        st.sets(st.sampled_from(PLUGINS)),
    ),
    max_size=12,
)
some_question = st.fixed_dictionaries(
    {},
    optional={
        "document": st.sampled_from(("a" * 64, "a" * 12 + "b" * 52, "c" * 64)),
        "plugin": st.sampled_from(PLUGINS),
        "outcome": st.sampled_from(OUTCOMES),
        "since": st.integers(0, 5),
        "until": st.integers(0, 5),
        "limit": st.integers(0, 4),
    },
)


@given(some_runs, st.lists(some_question, min_size=1, max_size=4))
def test_every_question_is_answered_as_by_looking_at_each_run(
    facts: list[tuple[int, Any, str | None, set[str]]], questions: list[dict[str, Any]]
) -> None:
    """Whatever is asked by document, plugin, outcome and time, the answer is what a plain search would find."""
    runs = [
        entry(
            n, NOW_S + second, outcome=outcome, document=document, steps=tuple(step(each) for each in sorted(plugins))
        )
        for n, (second, outcome, document, plugins) in enumerate(facts)
    ]
    moments = {name: datetime.fromtimestamp(NOW_S + name, UTC) for name in range(6)}
    with tempfile.TemporaryDirectory() as folder:
        history = Diary(Path(folder, "history.db"))
        for run in runs:
            history.add(run)
        for question in questions:
            asked: dict[str, Any] = {
                name: moments[value] if name in ("since", "until") else value for name, value in question.items()
            }
            # Of one moment the later logged is the newer.
            newest = [
                run for _, _, run in sorted(((run.started_at, n, run) for n, run in enumerate(runs)), reverse=True)
            ]
            wanted = [run for run in newest if fits(run, **asked)]
            assert history.runs(**asked) == tuple(wanted[: asked.get("limit", 50)])
        history.close()
        assert history.told == []


def fits(run: RunEntry, **asked: Any) -> bool:
    """Tell whether a run meets every condition."""
    return all(
        (
            asked.get("document", run.document) == run.document,
            "plugin" not in asked or asked["plugin"] in [each.plugin for each in run.steps],
            asked.get("outcome", run.outcome) == run.outcome,
            run.started_at >= asked.get("since", run.started_at),
            "until" not in asked or run.started_at < asked["until"],
        )
    )


def test_each_day_is_summed_up_by_plugin_and_outcome(make: Callable[..., Diary]) -> None:
    """The daily counts tell how many steps, how many of them cached, and the seconds that were really spent."""
    history = make()
    history.add(entry(1, NOW_S - DAY_S, steps=(step(elapsed_s=9.0),)))
    history.add(entry(2, steps=(step(elapsed_s=1.0), step(elapsed_s=3.0), step(elapsed_s=7.0, cached=True))))
    history.add(entry(3, outcome="failed", steps=(step(outcome="failed", elapsed_s=0.0),)))
    today, yesterday = (datetime.fromtimestamp(NOW_S - ago, UTC).date().isoformat() for ago in (0, DAY_S))
    told = [(d.day, d.plugin, d.outcome, d.steps, d.cached, d.total_s, d.longest_s) for d in history.daily()]
    assert told == [
        (today, "words", "failed", 1, 0, 0.0, 0.0),
        (today, "words", "ok", 3, 1, 4.0, 3.0),
        (yesterday, "words", "ok", 1, 0, 9.0, 9.0),
    ]
    assert [day.day for day in history.daily(days=1)] == [today, today]


def test_the_file_is_for_its_owner_alone(make: Callable[..., Diary], tmp_path: Path) -> None:
    """The history and what SQLite puts beside it can be read by nobody else."""
    history = make()
    history.add(entry())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    assert modes == {"history.db": 0o600, "history.db-wal": 0o600, "history.db-shm": 0o600}


# ---------------------------------------------------------------------------------------------------------- retention


def test_old_runs_are_forgotten_at_the_first_write(make: Callable[..., Diary]) -> None:
    """A process forgets what is older than it should be when it first logs a run; the daily counts stay."""
    make().add(entry(1, NOW_S - 11 * DAY_S))
    history = make(keep_days=10)
    history.add(entry(2))
    assert ids(history.runs()) == ["run-2"]
    assert ids(history.runs(plugin="words")) == ["run-2"]
    assert [day.steps for day in history.daily()] == [1, 1]


def test_a_process_that_runs_for_days_forgets_once_a_day(make: Callable[..., Diary]) -> None:
    """Between two runs of one day nothing is looked up; on the next day it is."""
    history = make(keep_days=10)
    history.add(entry(1))
    history.add(entry(2, NOW_S - 11 * DAY_S))
    assert ids(history.runs()) == ["run-1", "run-2"]
    history.clock.now_s += DAY_S
    history.add(entry(3, history.clock.now_s))
    assert ids(history.runs()) == ["run-3", "run-1"]


def test_nothing_is_forgotten_when_runs_are_kept_for_ever(make: Callable[..., Diary]) -> None:
    """Zero days means that nothing is too old."""
    history = make(keep_days=0)
    history.add(entry(1, 0.0))
    history.add(entry(2))
    assert ids(history.runs()) == ["run-2", "run-1"]


def test_a_long_past_is_forgotten_bit_by_bit(make: Callable[..., Diary], monkeypatch: pytest.MonkeyPatch) -> None:
    """No run waits until years are deleted: each write takes its share until all is gone."""
    monkeypatch.setattr("qualia.history._PRUNED_AT_ONCE", 4)
    past = make()
    for number in range(10):
        past.add(entry(number, NOW_S - 20 * DAY_S + number))
    history = make(keep_days=10)
    left = []
    for number in range(10, 14):
        history.add(entry(number, NOW_S + number))
        left.append(len(history.runs(until=datetime.fromtimestamp(NOW_S - DAY_S, UTC))))
    assert left == [6, 2, 0, 0]


def test_forgetting_on_demand_tells_how_many(make: Callable[..., Diary], monkeypatch: pytest.MonkeyPatch) -> None:
    """`prune` forgets all runs older than asked, in as many bits as it takes, and says how many they were."""
    monkeypatch.setattr("qualia.history._PRUNED_AT_ONCE", 2)
    history = make()
    for number in range(6):
        history.add(entry(number, NOW_S - number * DAY_S))
    assert history.prune(keep_days=1.5) == 4
    assert history.prune(keep_days=1.5) == 0
    assert ids(history.runs()) == ["run-0", "run-1"]
    assert len(history.daily()) == 6


# --------------------------------------------------------------------------------------------------------- migrations


class Interrupted(sqlite3.Connection):
    """A connection on which one statement fails, counted from the first that changes anything."""

    left = 0

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if not sql.startswith("PRAGMA user_version") or "=" in sql:
            self.left -= 1
            if self.left == 0:
                raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, *arguments)


NEXT = (*MIGRATIONS, ("ALTER TABLE runs ADD COLUMN host TEXT", "UPDATE runs SET host = 'here'"))


def state(path: Path) -> tuple[Any, ...]:
    """Return a file's version and what it is made of."""
    with sqlite3.connect(path) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        made_of = db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        rows = db.execute("SELECT * FROM runs").fetchall() if version else []
    db.close()
    return version, made_of, rows


def old_file(path: Path, versions: int) -> Path:
    """Make a file as an older version wrote it."""
    older = Database(path, NEXT[:versions], application_id=APPLICATION_ID, warn=pytest.fail)
    if versions:
        older.write(lambda db: db.execute("INSERT INTO runs VALUES(1, 'r', 'n', NULL, 1.0, 1.0, 'ok', '', '[]')"))
    older.close()
    if not versions:
        path.touch()
    return path


@pytest.mark.parametrize("version", [0, 1])
def test_a_failure_at_any_statement_of_a_migration_leaves_the_old_file(tmp_path: Path, version: int) -> None:
    """Whichever statement fails, the file is exactly what it was, and the next attempt succeeds."""
    before = state(old_file(tmp_path / "old.db", version))
    reference = tmp_path / "new.db"
    shutil.copy(tmp_path / "old.db", reference)
    with sqlite3.connect(reference, isolation_level=None) as db:
        migrate(db, NEXT[: version + 1], application_id=APPLICATION_ID)
    db.close()
    after = state(reference)
    assert after != before
    failures = 0
    for number in range(1, 50):
        path = tmp_path / f"{number}.db"
        shutil.copy(tmp_path / "old.db", path)
        db = sqlite3.connect(path, isolation_level=None, factory=Interrupted)
        db.left = number
        try:
            migrate(db, NEXT[: version + 1], application_id=APPLICATION_ID)
        except sqlite3.OperationalError:
            failures += 1
            assert state(path) == before
            migrate(db, NEXT[: version + 1], application_id=APPLICATION_ID)
        db.close()
        assert state(path) == after
    assert failures == len(NEXT[version]) + 4


KILLED = """
import os, shutil, sqlite3, json
from qualia._engine.database import migrate
from qualia.history import APPLICATION_ID, MIGRATIONS
folder = sys.argv[1]

class Mortal(sqlite3.Connection):
    left = 0
    def execute(self, sql, *arguments):
        self.left -= 1
        if self.left == 0:
            os._exit(9)
        return super().execute(sql, *arguments)

seen = []
for number in range(1, 40):
    path = f"{folder}/{number}.db"
    child = os.fork()
    if child == 0:
        db = sqlite3.connect(path, isolation_level=None, factory=Mortal)
        db.execute("PRAGMA journal_mode = WAL")
        db.left = number
        migrate(db, MIGRATIONS, application_id=APPLICATION_ID)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    db = sqlite3.connect(path)
    tables = db.execute("SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchone()[0]
    seen.append([code, db.execute("PRAGMA user_version").fetchone()[0], tables])
    db.close()
print(json.dumps(seen))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_at_any_statement_of_a_migration_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    """A process that dies in the middle leaves nothing half done."""
    seen = answers([python(KILLED, tmp_path)])[0]
    killed = [(version, tables) for code, version, tables in seen if code == 9]
    made_of = len(MIGRATIONS[0])
    assert set(killed) <= {(0, 0), (1, made_of)}
    assert len(killed) >= made_of + 4
    assert {(version, tables) for code, version, tables in seen if code == 0} == {(1, made_of)}


def test_a_file_of_an_older_version_is_brought_forward(tmp_path: Path) -> None:
    """What an older version logged is kept, and is there in the new form when the file is next written or read."""
    for use in ("write", "read"):
        path = old_file(tmp_path / f"{use}.db", 1)
        newer = Database(path, NEXT, application_id=APPLICATION_ID, warn=pytest.fail)
        if use == "write":
            newer.write(lambda db: db.execute("UPDATE runs SET name = 'm'"))
        assert newer.read("SELECT run_id, host FROM runs", ()) == [("r", "here")]
        newer.close()
        assert state(path)[0] == 2


def test_a_newer_file_is_read_and_not_written(make: Callable[..., Diary], tmp_path: Path) -> None:
    """A run on a file of a newer version warns once, with both versions, changes nothing, and can still look."""
    make(tmp_path / "history.db").add(entry(1))
    with sqlite3.connect(tmp_path / "history.db") as db:
        db.execute("PRAGMA user_version = 9")
    db.close()
    history = make(tmp_path / "history.db")
    history.add(entry(2))
    history.clock.now_s += 60
    history.add(entry(3))
    assert ids(history.runs()) == ["run-1"]
    assert len(history.told) == 1
    assert "format 9" in history.told[0] and "writes 1" in history.told[0]
    with pytest.raises(HistoryUnreadable, match="format 9 and this version writes 1"):
        history.prune(keep_days=1)


def test_a_newer_file_that_makes_no_sense_here_says_why(tmp_path: Path, make: Callable[..., Diary]) -> None:
    """When a newer version moved things, the error of reading names both versions."""
    make(tmp_path / "history.db").add(entry(1))
    with sqlite3.connect(tmp_path / "history.db") as db:
        db.execute("ALTER TABLE runs RENAME TO log")
        db.execute("PRAGMA user_version = 9")
    db.close()
    with pytest.raises(HistoryUnreadable, match="format 9 and this version knows 1"):
        make(tmp_path / "history.db").runs()


def test_another_programs_file_is_left_alone(tmp_path: Path, make: Callable[..., Diary]) -> None:
    """A database that is no history is neither changed nor set aside."""
    path = tmp_path / "history.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE recipes(name TEXT)")
    db.close()
    before = path.read_bytes()
    history = make(path)
    history.add(entry(1))
    assert path.read_bytes() == before
    assert [each.partition("(")[2] for each in history.told] == [
        "it is another program's file; name another state folder)"
    ]


# -------------------------------------------------------------------------------------------------- several processes

TOGETHER = """
import json, sqlite3, os
from pathlib import Path
from qualia._engine.database import Database
from qualia.history import APPLICATION_ID, MIGRATIONS
NEXT = (*MIGRATIONS, ("CREATE TABLE migrated(pid INTEGER)", f"INSERT INTO migrated VALUES({os.getpid()})"))
told = []
file = Database(Path(sys.argv[1]), NEXT, application_id=APPLICATION_ID, warn=told.append)
print("ready", flush=True)
input()
for number in range(20):
    row = (None, f"{os.getpid()}-{number}", "n", None, 1.0, 1.0, "ok", "", "[]")
    file.write(lambda db: db.execute("INSERT INTO runs VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)", row))
    file.read("SELECT count(*) FROM runs", ())
file.close()
print(json.dumps(told))
"""


@pytest.mark.parametrize("version", [None, 0, 1])
def test_of_three_processes_that_start_at_once_one_migrates(tmp_path: Path, version: int | None) -> None:
    """On a missing, an empty or an old file, one process migrates, none meets a lock, and all they write is there."""
    path = tmp_path / "history.db"
    if version is not None:
        old_file(path, version)
    started = [python(TOGETHER, path, stdin=subprocess.PIPE) for _ in range(3)]
    assert answers(started) == [[], [], []]
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM migrated").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM runs").fetchone() == (60 + (version or 0),)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


WRITING = """
import json, os
from datetime import UTC, datetime
from pathlib import Path
from qualia._engine import database
from qualia.history import History, RunEntry, StepEntry
database._LOOK_AT_WAL_EVERY, database._WAL_BYTES = 16, 65536
told = []
history = History(Path(sys.argv[1]), wall=lambda: 1.8e9, warn=told.append, keep_days=1)
print("ready", flush=True)
input()
for number in range(150):
    steps = (StepEntry(step="a", plugin="a", outcome="ok", elapsed_s=0.5),)
    moment = datetime.fromtimestamp(1.8e9 + number, UTC)
    history.add(RunEntry(run_id=f"{os.getpid()}-{number}", name="a", document=None, started_at=moment, elapsed_s=1.0,
                         outcome="ok", steps=steps))
    if number % 10 == 0:
        history.runs(limit=5)
history.close()
print(json.dumps(told))
"""


def test_three_processes_write_at_once(tmp_path: Path, make: Callable[..., Diary]) -> None:
    """Everything three busy processes log arrives once, while each empties the write-ahead log now and then."""
    path = tmp_path / "history.db"
    assert answers([python(WRITING, path, stdin=subprocess.PIPE) for _ in range(3)]) == [[], [], []]
    history = make(path)
    assert len(set(ids(history.runs(limit=1_000)))) == 450
    assert [(day.steps, day.total_s) for day in history.daily(days=2)] == [(450, 225.0)]
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_the_write_ahead_log_does_not_grow_for_ever(
    make: Callable[..., Diary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that is never closed empties the log when it has grown long, readers beside it or not."""
    monkeypatch.setattr(database, "_LOOK_AT_WAL_EVERY", 8)
    monkeypatch.setattr(database, "_WAL_BYTES", 50_000)
    history = make()
    sizes = []
    for number in range(100):
        history.add(entry(number, NOW_S + number))
        history.runs(limit=1)
        sizes.append(Path(f"{tmp_path}/state/history.db-wal").stat().st_size)
    assert max(sizes) < 50_000 + 8 * 40_000
    assert 0 in sizes


FORKED = """
import json, os
from datetime import UTC, datetime
from pathlib import Path
from qualia.history import History, RunEntry
told = []
history = History(Path(sys.argv[1]), wall=lambda: 1.8e9, warn=told.append)
def log(name, second):
    history.add(RunEntry(run_id=name, name=name, document=None, started_at=datetime.fromtimestamp(1.8e9 + second, UTC),
                         elapsed_s=1.0, outcome="ok"))
log("before", 0)
history.runs()
# Another thread of the parent may hold the lock at the moment of the fork.
with history._file._lock():
    child = os.fork()
    if child == 0:
        try:
            log("child", 1)
            seen = [run.run_id for run in history.runs()]
            history.close()
            os._exit(0 if seen == ["child", "before"] and not told else 3)
        finally:
            os._exit(4)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
log("after", 2)
print(json.dumps([code, [run.run_id for run in history.runs()], told]))
history.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_connections_of_its_own(tmp_path: Path) -> None:
    """Parent and child both go on logging after a fork, even if the parent's lock was held just then."""
    assert answers([python(FORKED, tmp_path / "history.db")]) == [[0, ["after", "child", "before"], []]]


# ---------------------------------------------------------------------------------------------- what befalls the file


def damage(path: Path, how: str) -> None:
    """Damage a file."""
    content = bytearray(path.read_bytes())
    if how == "truncated":
        del content[len(content) // 2 :]
    elif how == "zeroed":
        content[:] = bytes(len(content))
    elif how == "text":
        content = bytearray(b"this is no database, but it is quite long enough to be mistaken for one" * 100)
    else:
        content[100:400] = bytes(each ^ 0xFF for each in content[100:400])
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["truncated", "zeroed", "text", "scrambled"])
def test_a_damaged_file_is_set_aside_and_begun_anew(make: Callable[..., Diary], tmp_path: Path, how: str) -> None:
    """The run that meets the damage is logged in a new file, with one warning; the old one is kept."""
    path = tmp_path / "history.db"
    first = make(path)
    for number in range(50):
        first.add(entry(number, NOW_S + number))
    first.close()
    damage(path, how)
    damaged = path.read_bytes()
    history = make(path)
    for number in range(100, 103):
        history.add(entry(number, NOW_S + number))
    assert ids(history.runs())[:3] == ["run-102", "run-101", "run-100"]
    assert len(history.told) == 1 and "is kept as" in history.told[0]
    assert (tmp_path / "history.db.damaged-1").read_bytes()[: len(damaged) // 2] == damaged[: len(damaged) // 2]


def test_a_second_damage_does_not_replace_the_first(make: Callable[..., Diary], tmp_path: Path) -> None:
    """Each damaged file is kept under a name of its own."""
    path = tmp_path / "history.db"
    for number in (1, 2):
        path.write_text(f"no database {number}" * 100, encoding="utf-8")
        history = make(path)
        history.add(entry())
        history.close()
    kept = sorted(tmp_path.glob("*.damaged-?"))
    assert [each.read_text(encoding="utf-8")[:13] for each in kept] == ["no database 1", "no database 2"]


@pytest.mark.parametrize("how", ["zeroed", "text"])
def test_reading_a_damaged_file_says_so(make: Callable[..., Diary], tmp_path: Path, how: str) -> None:
    """Who asks is told that the history cannot be read, and the file is left as it is."""
    path = tmp_path / "history.db"
    first = make(path)
    first.add(entry())
    first.close()
    damage(path, how)
    before = path.read_bytes()
    with pytest.raises(HistoryUnreadable, match="cannot be used"):
        make(path).runs()
    assert path.read_bytes() == before


@pytest.mark.parametrize("steps", ["[", "[{}]", "[1]", "null", '[{"step": 1}]'])
def test_a_damaged_entry_says_so(make: Callable[..., Diary], steps: str) -> None:
    """An entry that is no run is told as such, not as a programming mistake."""
    history = make()
    history.add(entry())
    history._file.write(lambda db: db.execute("UPDATE runs SET steps = ?", (steps,)))
    with pytest.raises(HistoryUnreadable, match="an entry is damaged"):
        history.runs()


def test_a_file_that_is_gone_is_begun_anew(make: Callable[..., Diary], tmp_path: Path) -> None:
    """Somebody who deletes the history while it is open loses what was in it, and nothing else."""
    history = make()
    history.add(entry(1))
    history.runs()
    shutil.rmtree(tmp_path / "state")
    assert history.runs() == ()
    history.add(entry(2))
    assert ids(history.runs()) == ["run-2"]
    assert history.told == []


def test_a_file_put_in_its_place_is_used(make: Callable[..., Diary], tmp_path: Path) -> None:
    """A history restored from a backup while it is open is read and written from then on."""
    other = make(tmp_path / "backup.db")
    other.add(entry(1))
    other.close()
    history = make(tmp_path / "history.db")
    history.add(entry(2))
    history.runs()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{tmp_path}/history.db{suffix}").unlink()
    (tmp_path / "backup.db").replace(tmp_path / "history.db")
    assert ids(history.runs()) == ["run-1"]
    history.add(entry(3, NOW_S + 1))
    assert ids(history.runs()) == ["run-3", "run-1"]


def test_a_full_disk_is_told_once_and_tried_again_later(make: Callable[..., Diary]) -> None:
    """While nothing can be written runs are left out with one warning; once there is room they are logged again."""
    history = make()
    history.add(entry(1))
    assert history._file._writer is not None
    history._file._writer.execute("PRAGMA max_page_count = 1")
    history.add(entry(2, NOW_S + 1, error="x" * 100_000))
    history.add(entry(3, NOW_S + 2))
    assert [each.partition("(")[2] for each in history.told] == ["database or disk is full)"]
    assert ids(history.runs()) == ["run-1"]
    history.clock.now_s += 31
    history.add(entry(4, NOW_S + 3))
    assert ids(history.runs()) == ["run-4", "run-1"]
    assert len(history.told) == 1


def test_a_folder_that_cannot_be_made_is_told_once(make: Callable[..., Diary], tmp_path: Path) -> None:
    """A state folder that is a file keeps no history and fails no run."""
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    history = make()
    history.add(entry(1))
    history.clock.now_s += 31
    history.add(entry(2))
    assert len(history.told) == 1
    assert history.runs() == ()


def test_a_clock_that_goes_back_does_not_silence_the_history(make: Callable[..., Diary], tmp_path: Path) -> None:
    """The pause after a failure ends even if the clock is set back by hours meanwhile."""
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    history = make()
    history.add(entry(1))
    (tmp_path / "state").unlink()
    history.clock.now_s -= 7200
    history.add(entry(2))
    assert ids(history.runs()) == ["run-2"]


READ_ONLY = """
import json, os
from pathlib import Path
from datetime import UTC, datetime
from qualia.history import History, RunEntry
told = []
# Loaded now, because who has no rights may not be able to read the interpreter's own files.
Path("/").as_uri()
if os.geteuid() == 0:
    os.setuid(65534)
history = History(Path(sys.argv[1]), wall=lambda: 1.8e9, warn=told.append)
moment = datetime.fromtimestamp(1.8e9, UTC)
for name in ("a", "b"):
    history.add(RunEntry(run_id=name, name=name, document=None, started_at=moment, elapsed_s=1.0, outcome="ok"))
print(json.dumps([[run.run_id for run in history.runs()], len(told)]))
history.close()
"""


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs permissions as POSIX has them")
def test_a_history_in_a_folder_that_cannot_be_written_is_read(make: Callable[..., Diary]) -> None:
    """Where nothing may be written, a run warns once, and what was logged before can be looked at."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "history.db")
        history = make(path)
        history.add(entry(1))
        history.close()
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        try:
            assert answers([python(READ_ONLY, path)]) == [[["run-1"], 1]]
        finally:
            Path(folder).chmod(0o755)


# ----------------------------------------------------------------------------------------------------- runs of a Core


def test_a_run_logs_what_each_step_gave(
    write: Callable[..., Path], make_core: Callable[..., Core], tmp_path: Path
) -> None:
    """A run that went well is logged with its document and each step's provenance; the second time as cached."""
    write("words", "return WordFrequencies(words=(), total=0, distinct=0)", produces="word-frequencies/1")
    write("chart", kind="visualizer", consumes=["word-frequencies/1"])
    core = make_core(state_dir=tmp_path / "state")
    document = Document("a text")
    results = [core.run("chart", document) for _ in range(2)]
    assert core.history is not None
    second, first = core.history.runs()
    assert (first.name, first.document, first.outcome, first.error) == ("chart", document.id, "ok", "")
    assert [(each.step, each.outcome, each.cached) for each in first.steps] == [
        ("words", "ok", False),
        ("chart", "ok", False),
    ]
    assert [each.cached for each in second.steps] == [True, True]
    assert [run.steps[1].provenance for run in (first, second)] == [each.provenance for each in results]
    assert first.steps[1].key == results[0].key
    assert first.run_id != second.run_id


@pytest.mark.parametrize("on_error", ["raise", "continue"])
def test_a_run_that_fails_logs_what_failed_and_what_was_left_out(
    write: Callable[..., Path], make_core: Callable[..., Core], tmp_path: Path, on_error: Any
) -> None:
    """Each step stands in the log with what became of it and why."""
    write("fine")
    write("broken", "raise ValueError('no such mood')", produces="sentiment/1")
    write("chart", kind="visualizer", consumes=["sentiment/1"])
    core = make_core(state_dir=tmp_path / "state", parallel_steps=1)
    pipeline = {"name": "both", "steps": [{"plugin": "fine"}, {"plugin": "broken"}, {"plugin": "chart"}]}
    if on_error == "raise":
        with pytest.raises(PluginFailed):
            core.run_pipeline(pipeline, Document("a text"))
    else:
        core.run_pipeline(pipeline, Document("a text"), on_error="continue")
    assert core.history is not None
    (run,) = core.history.runs()
    assert (run.name, run.outcome) == ("both", "failed")
    assert "no such mood" in run.error
    assert [(each.step, each.outcome) for each in run.steps] == [
        ("fine", "ok"),
        ("broken", "failed"),
        ("chart", "skipped"),
    ]
    fine, broken, chart = run.steps
    assert fine.provenance is not None and broken.provenance is None and chart.provenance is None
    assert "no such mood" in broken.error and "broken" in chart.error
    assert [(day.plugin, day.outcome) for day in core.history.daily()] == [
        ("broken", "failed"),
        ("chart", "skipped"),
        ("fine", "ok"),
    ]


def test_a_run_that_is_cancelled_logs_how_far_it_came(
    write: Callable[..., Path], make_core: Callable[..., Core], tmp_path: Path
) -> None:
    """A cancelled run keeps the steps that were done, and tells which were not."""
    write("first", "return WordFrequencies(words=(), total=0, distinct=0)", produces="word-frequencies/1")
    write("second", kind="visualizer", consumes=["word-frequencies/1"])
    core = make_core(state_dir=tmp_path / "state")
    token = CancelToken()
    core.subscribe(lambda event: token.cancel() if (event.kind, event.step) == ("step_finished", "first") else None)
    with pytest.raises(RunCancelled):
        core.run("second", Document("a text"), cancel=token)
    assert core.history is not None
    (run,) = core.history.runs()
    assert run.outcome == "cancelled"
    first, second = run.steps
    assert (first.step, first.outcome) == ("first", "ok")
    assert (second.step, second.outcome) in (("second", "failed"), ("second", "skipped"))


def test_a_run_never_fails_because_of_its_history(
    write: Callable[..., Path], make_core: Callable[..., Core], tmp_path: Path
) -> None:
    """With a history that cannot be used a run gives its result all the same, and one warning."""
    write("fine")
    state_dir = tmp_path / "state"
    (state_dir / "history.db").mkdir(parents=True)
    core = make_core(state_dir=state_dir)
    with pytest.warns(QualiaWarning, match="cannot be written"):
        first = core.run("fine", Document("one"))
    # A second warning would be an error here.
    second = core.run("fine", Document("three"))
    assert [first.value, second.value] == [{"characters": 3}, {"characters": 5}]


def test_no_history_is_kept_unless_there_is_a_place_for_it(make_core: Callable[..., Core], tmp_path: Path) -> None:
    """Without a state folder, or with the history switched off, a Core has none."""
    assert make_core().history is None
    assert make_core(state_dir=tmp_path, history=False).history is None


def test_runs_older_than_the_setting_are_forgotten(
    write: Callable[..., Path], make_core: Callable[..., Core], tmp_path: Path
) -> None:
    """``history_keep_days`` is what a Core's own writing keeps to."""
    write("fine")
    core = make_core(state_dir=tmp_path / "state", history_keep_days=2.0)
    assert core.history is not None
    core.history.add(evolve(entry(1), started_at=datetime.now(UTC) - timedelta(days=3)))
    core.run("fine", Document("a text"))
    assert [run.name for run in core.history.runs()] == ["fine"]
