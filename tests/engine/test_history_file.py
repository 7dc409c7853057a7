"""The file of the log of runs: older and newer ones, several processes at it, and that no damage harms a run."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia._engine import database
from qualia._engine.database import Database, migrate
from qualia.errors import HistoryUnreadable
from qualia.history import APPLICATION_ID, MIGRATIONS
from tests.engine import diaries
from tests.engine.diaries import NOW_S, Diary, answers, entry, ids, python

make = diaries.make

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
