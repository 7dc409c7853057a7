"""Bringing snapshots back: the old project or the new one, never something in between."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from qualia_ops.backup.create import create
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import ArchiveUnsafe, BackupFailed, BackupLocked, NoSpace
from qualia_ops.backup.exchange import put_in_place, recover, sibling
from qualia_ops.backup.lock import locked
from qualia_ops.backup.restore import peek, restore, restore_elsewhere

from tests.ops.conftest import Finish, Look


@pytest.fixture
def archive(project: Path, archives: Path, finish: Finish[Any]) -> Path:
    """Return a snapshot of the project, which then changed."""
    path: Path = finish(create(project, archives)).path
    (project / "texts" / "one.txt").write_text("spoilt\n")
    (project / "results" / "wide.json").unlink()
    (project / "new").mkdir()
    (project / "new" / "later.txt").write_text("later\n")
    with closing(sqlite3.connect(project / ".qualia" / "history.db")) as db, db:
        db.execute("DELETE FROM runs")
    return path


def test_a_project_becomes_what_it_was(project: Path, archives: Path, finish: Finish[Any], look: Look) -> None:
    """Bytes, modes, times and links are those of the snapshot; what it leaves out stays as it is now."""
    (project / "texts" / "read-only").mkdir()
    (project / "texts" / "read-only" / "x").write_text("x")
    (project / "texts" / "read-only").chmod(0o500)
    then = look(project)
    archive = finish(create(project, archives)).path
    (project / "texts" / "one.txt").write_text("spoilt\n")
    (project / "texts" / "new.txt").write_text("new\n")
    (project / "latest.txt").unlink()
    (project / ".env").write_text("TOKEN=newer\n")
    done = finish(restore(archive, project, archives))
    now = look(project)
    assert (done.difference.added, done.difference.changed) == (
        ("latest.txt",),
        (".qualia/history.db", "texts/one.txt"),
    )
    assert done.difference.removed == ("texts/new.txt",)
    assert now.pop(".env")[3] == b"TOKEN=newer\n"
    then.pop(".env")
    copied = {".qualia/history.db"}
    assert {name: now[name] for name in now if name not in copied} == {
        name: then[name] for name in then if name not in copied
    }
    assert archive.is_file()
    assert [path.name for path in project.parent.iterdir()] == ["interviews"]
    with closing(sqlite3.connect(project / ".qualia" / "history.db")) as db:
        assert db.execute("SELECT count(*) FROM runs").fetchone() == (100,)


def test_what_stands_beside_an_old_database_does_not_outlive_it(
    project: Path, archives: Path, finish: Finish[Any]
) -> None:
    """A log of the database that goes would damage the one that comes; one of a database that stays, stays."""
    archive = finish(create(project, archives)).path
    (project / ".qualia" / "history.db-wal").write_bytes(b"of the old one")
    (project / ".qualia" / "cache.db-wal").write_bytes(b"of one that stays")
    finish(restore(archive, project, archives))
    assert not (project / ".qualia" / "history.db-wal").exists()
    assert (project / ".qualia" / "cache.db-wal").read_bytes() == b"of one that stays"


def test_a_look_ahead_changes_nothing(project: Path, archives: Path, archive: Path, look: Look) -> None:
    """The difference names what would come, change, go and stay."""
    then = look(project)
    _manifest, difference = peek(archive, project, archives)
    assert difference.added == ("results/wide.json",)
    assert difference.changed == (".qualia/history.db", "texts/one.txt")
    assert difference.removed == ("new", "new/later.txt")
    assert {".env", ".git", ".qualia/backups", ".qualia/cache.db"} <= set(difference.kept)
    assert look(project) == then


def test_single_files_come_back_and_nothing_else(
    project: Path, archives: Path, archive: Path, finish: Finish[Any]
) -> None:
    """A file and a folder that are named are brought back; a name the snapshot has not is refused."""
    finish(restore(archive, project, archives, only=("texts/one.txt", "results/")))
    assert (project / "texts" / "one.txt").read_text() == "one\n"
    assert (project / "results" / "wide.json").exists()
    assert (project / "new" / "later.txt").exists()
    with pytest.raises(BackupFailed, match="holds no 'nothing'"):
        finish(restore(archive, project, archives, only=("nothing",)))


def test_a_link_that_leads_away_is_not_followed(
    project: Path, archives: Path, archive: Path, finish: Finish[Any], tmp_path: Path
) -> None:
    """Where a folder has become a link to somewhere else, that place stays untouched."""
    away = tmp_path / "away"
    (project / "texts").rename(away)
    before = sorted(path.name for path in away.iterdir())
    (project / "texts").symlink_to(away)
    with pytest.raises(BackupFailed, match="is a link now"):
        finish(restore(archive, project, archives, only=("texts/one.txt",)))
    assert (away / "one.txt").read_text() == "spoilt\n"
    finish(restore(archive, project, archives))
    assert not (project / "texts").is_symlink()
    assert sorted(path.name for path in away.iterdir()) == before
    assert (away / "one.txt").read_text() == "spoilt\n"


def test_it_can_be_written_elsewhere(archive: Path, tmp_path: Path, finish: Finish[Any]) -> None:
    """A folder that is missing or empty takes it; one that holds something is refused."""
    finish(restore_elsewhere(archive, tmp_path / "deep"))
    assert (tmp_path / "deep" / "texts" / "one.txt").read_text() == "one\n"
    (tmp_path / "empty").mkdir()
    finish(restore_elsewhere(archive, tmp_path / "empty"))
    with pytest.raises(BackupFailed, match="not an empty folder"):
        finish(restore_elsewhere(archive, tmp_path / "deep"))


def test_the_former_project_can_be_kept(
    project: Path, archives: Path, archive: Path, finish: Finish[Any], look: Look
) -> None:
    """It stands beside the new one, as it was."""
    then = look(project)
    old = finish(restore(archive, project, archives, keep_old=True)).old
    assert look(old) == then


def test_a_damaged_archive_changes_nothing(
    project: Path, archives: Path, archive: Path, finish: Finish[Any], look: Look
) -> None:
    """It is refused before anything is written, with its own code."""
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 4
    archive.write_bytes(data)
    then = look(project)
    with pytest.raises(ArchiveUnsafe) as caught:
        finish(restore(archive, project, archives))
    assert caught.value.code == 13
    assert look(project) == then
    assert [path.name for path in project.parent.iterdir()] == ["interviews"]


def test_a_restore_waits_for_nobody(project: Path, archives: Path, archive: Path, finish: Finish[Any]) -> None:
    """While another backup is at work it ends at once."""
    with locked(archives), pytest.raises(BackupLocked):
        finish(restore(archive, project, archives))


class WithoutExchange(Disk):
    """A system that can only rename."""

    def exchange(self, path: Path, other: Path) -> bool:
        return False


def test_without_an_exchange_two_renames_do(project: Path, archives: Path, archive: Path, finish: Finish[Any]) -> None:
    """Where names cannot be exchanged the result is the same, and nothing is left beside it."""
    finish(restore(archive, project, archives, disk=WithoutExchange()))
    assert (project / "texts" / "one.txt").read_text() == "one\n"
    assert [path.name for path in project.parent.iterdir()] == ["interviews"]


@pytest.mark.parametrize("stop_at", range(1, 8))
def test_two_renames_that_were_cut_short_are_finished(tmp_path: Path, stop_at: int) -> None:
    """After a stop between any two steps the folder is the old one or the new one, and the rest is cleared away."""
    target = tmp_path / "it"
    target.mkdir()
    (target / "old").touch()
    staging = sibling(target)
    staging.mkdir()
    (staging / "new").touch()

    class Dying(WithoutExchange):
        steps = 0

        def rename(self, path: Path, to: Path) -> None:
            self._step()
            super().rename(path, to)

        def settle(self, what: Any) -> None:
            self._step()

        def remove(self, path: Path) -> None:
            self._step()
            super().remove(path)

        def _step(self) -> None:
            Dying.steps += 1
            if Dying.steps == stop_at:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        put_in_place(staging, target, Dying(), keep_old=False)
    recover(target, Disk())
    assert [path.name for path in target.iterdir()] in (["old"], ["new"])
    assert [path.name for path in tmp_path.iterdir()] == ["it"]


def test_space_is_looked_at_first(
    project: Path, archives: Path, archive: Path, finish: Finish[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk without room is told of before anything is written."""
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=10))
    with pytest.raises(NoSpace):
        finish(restore(archive, project, archives))
    assert [path.name for path in project.parent.iterdir()] == ["interviews"]


KILLED = """
import sys
from pathlib import Path
from qualia_ops.backup.restore import restore
for _step in restore(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])):
    pass
"""


def test_a_restore_that_was_killed_left_one_or_the_other(
    project: Path, archives: Path, archive: Path, finish: Finish[Any], look: Look
) -> None:
    """Killed from outside while it writes, it leaves the old project; the next restore clears up and succeeds."""
    then = look(project)
    code = KILLED.replace("    pass", "    print(_step.told, flush=True)")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-c", code, str(archive), str(project), str(archives)]
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith("comparing"):
                break
        child.kill()
    now = look(project)
    assert now == then or now["texts/one.txt"][3] == b"one\n"
    finish(restore(archive, project, archives))
    assert [path.name for path in project.parent.iterdir()] == ["interviews"]
