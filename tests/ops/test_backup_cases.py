"""What backups promise, case by case, mostly as somebody who types the commands meets it.

The same under many faults, kills and flipped bits is in the modules of the matrix and of endurance; what the history
promises is with the engine's tests of it.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from qualia_ops.backup.create import create
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import ArchiveUnsafe, NoSpace
from qualia_ops.backup.reading import Limits, Sink, read_archive, read_manifest
from qualia_ops.backup.restore import restore, restore_elsewhere
from qualia_ops.backup.retention import Dated, Policy, decide
from qualia_ops.backup.store import snapshots

from tests.cli.conftest import Run
from tests.ops.conftest import Finish, Look

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOTHING = [word for kind in ("last", "daily", "weekly", "monthly", "yearly") for word in (f"--keep-{kind}", "0")]


def fills(monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    """Let the disk be full after so many writes."""
    count, real = 0, Disk.write

    def write(self: Disk, file: Any, data: Any) -> None:
        nonlocal count
        count += 1
        if count > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, file, data)

    monkeypatch.setattr(Disk, "write", write)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_case_1_a_full_disk_while_creating(
    after: int, backup: Run, archives: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No space ends with 28, nothing new is listed, the next run clears up, and earlier snapshots are whole."""
    first = backup("create", "--format", "json").data["id"]
    with monkeypatch.context() as patch:
        fills(patch, after=after)
        ran = backup("create")
    assert (ran.code, "no space left" in ran.err) == (28, True)
    assert [each["id"] for each in backup("list", "--format", "json").data] == [first]
    assert backup("verify", "--all").code == 0
    assert backup("create").code == 0
    assert list(archives.glob(".*.part")) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a kill needs a process")
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_case_2_a_kill_while_creating(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """The next run succeeds without anybody's help, and what is listed is whole."""

    class Killed(Disk):
        def settle(self, what: Any) -> None:
            os._exit(9)

    child = os.fork()
    if child == 0:
        finish(create(project, archives, disk=Killed()))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert len(list(archives.glob(".*.part"))) == 1
    finish(create(project, archives))
    assert list(archives.glob(".*.part")) == []
    for each in snapshots(archives):
        finish(read_archive(each.path, Sink()))


HOLD = """
import sys
from pathlib import Path
from qualia_ops.backup.create import create
steps = create(Path(sys.argv[1]), Path(sys.argv[2]))
next(steps)
print("held", flush=True)
sys.stdin.readline()
for _step in steps:
    pass
print("done", flush=True)
"""


def test_case_3_two_at_once(backup: Run, project: Path, archives: Path) -> None:
    """The second ends within a second with 11 and names the first one's process, which goes on undisturbed."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-c", HOLD, str(project), str(archives)]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(words, env=env, text=True, **pipes) as first:
        assert first.stdin is not None and first.stdout is not None
        assert first.stdout.readline() == "held\n"
        begun = time.process_time()
        ran = backup("create")
        # Processor time, as somebody else may have the processor meanwhile: it does not wait for the lock.
        assert time.process_time() - begun < 1
        assert (ran.code, f"(process {first.pid})" in ran.err) == (11, True)
        first.stdin.write("\n")
        first.stdin.close()
        assert first.stdout.read() == "done\n"
    assert len(snapshots(archives)) == 1


def test_case_4_a_file_that_vanishes(
    backup: Run, project: Path, archives: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The snapshot is there and incomplete, which is 3, and names the path and what the system said."""
    from qualia_ops.backup import create as module
    from qualia_ops.backup import selection

    real = selection.select

    def select(*words: Any, **more: Any) -> Any:
        found = real(*words, **more)
        (project / "texts" / "one.txt").unlink()
        return found

    monkeypatch.setattr(module, "select", select)
    ran = backup("create", "--format", "json")
    assert (ran.code, ran.data["complete"]) == (3, False)
    [problem] = ran.data["problems"]
    assert problem == {"path": "texts/one.txt", "why": "it cannot be read (no such file or directory)"}
    assert backup("verify").code == 0


def test_case_5_a_database_somebody_writes_to(
    project: Path, archives: Path, finish: Finish[Any], tmp_path: Path
) -> None:
    """Restored it is whole and a state between two transactions; nothing that stood beside it is in the snapshot."""
    path, enough, begun = project / ".qualia" / "history.db", threading.Event(), threading.Event()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE pairs(a)")

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=30)) as db:
            number = 0
            while not enough.is_set():
                number += 1
                with db:
                    db.execute("INSERT INTO pairs VALUES (?)", (number,))
                    db.execute("INSERT INTO pairs VALUES (?)", (-number,))
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        made = finish(create(project, archives))
    finally:
        enough.set()
        writer.join(30)
    finish(restore_elsewhere(made.path, tmp_path / "to"))
    assert not {entry.path for entry in made.manifest.entries} & {".qualia/history.db-wal", ".qualia/history.db-shm"}
    with closing(sqlite3.connect(tmp_path / "to" / ".qualia" / "history.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT sum(a), count(*) > 0 FROM pairs").fetchone() == (0, 1)


def test_case_6_one_bit(backup: Run, project: Path, archives: Path, look: Look) -> None:
    """It is found with 13 and named, a restore of it ends before anything is touched, and other snapshots restore."""
    good = backup("create", "--format", "json").data["id"]
    bad = Path(backup("create", "--format", "json").data["path"])
    data = bytearray(bad.read_bytes())
    data[len(data) // 2] ^= 16
    bad.write_bytes(data)
    then = look(project)
    for words in (("verify", str(bad)), ("restore", str(bad), "--yes")):
        ran = backup(*words)
        assert (ran.code, bad.name in ran.err, "as far as" in ran.err or "digest" in ran.err) == (13, True, True)
    assert look(project) == then
    assert [path.name for path in project.parent.iterdir()] == [project.name]
    assert backup("restore", good, "--yes").code == 0


@pytest.mark.parametrize("keep", [0, 10, 1000, -1, -60, -700])
def test_case_7_a_manifest_that_is_cut_short(keep: int, backup: Run, archives: Path) -> None:
    """It is 13 wherever the end is missing, and nothing is removed."""
    path = Path(backup("create", "--format", "json").data["path"])
    path.write_bytes(path.read_bytes()[:keep])
    assert backup("verify", str(path)).code == 13
    assert backup("restore", str(path), "--yes").code == 13
    assert "unusable" in backup("list").out
    assert backup("prune", "--yes").code == 0
    assert path.exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a kill needs a process")
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("step", ["settle_all", "exchange"])
def test_case_8_a_kill_while_restoring(
    step: str, project: Path, archives: Path, finish: Finish[Any], look: Look
) -> None:
    """The project is the old one, and the next restore clears the leftover away."""
    archive = finish(create(project, archives)).path
    (project / "texts" / "one.txt").write_text("spoilt\n")
    then = look(project)
    disk = Disk()
    disk.__dict__[step] = lambda *_words: os._exit(9)
    child = os.fork()
    if child == 0:
        finish(restore(archive, project, archives, disk=disk))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert look(project) == then
    assert len(list(project.parent.iterdir())) == 2
    finish(restore(archive, project, archives))
    assert [path.name for path in project.parent.iterdir()] == [project.name]
    assert (project / "texts" / "one.txt").read_text() == "one\n"


def test_case_9_a_folder_that_became_a_link(backup: Run, project: Path, tmp_path: Path) -> None:
    """What it points to stays untouched, and the link is replaced by the folder."""
    backup()
    away = tmp_path / "away"
    (project / "texts").rename(away)
    (away / "one.txt").write_text("far\n")
    (project / "texts").symlink_to(away)
    assert backup("restore", "--yes").code == 0
    assert not (project / "texts").is_symlink()
    assert (project / "texts" / "one.txt").read_text() == "one\n"
    assert (away / "one.txt").read_text() == "far\n"


def strange(path: Path, *members: tuple[str, bytes, str]) -> Path:
    """Write what another program would: names, types and targets that lead out."""
    with tarfile.open(path, "w:gz") as tar:
        for name, kind, target in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            tar.addfile(info)
    return path


LONG = "/".join(["d" * 240] * 16)
STRANGE = {
    "a step up": [("project/../evil", tarfile.REGTYPE, "")],
    "an absolute path": [("/evil", tarfile.REGTYPE, "")],
    "a device": [("project/null", tarfile.CHRTYPE, "")],
    "a pipe": [("project/pipe", tarfile.FIFOTYPE, "")],
    "a hard link to a deeper link": [
        ("project/a/b/s", tarfile.SYMTYPE, "../../inside"),
        ("project/h", tarfile.LNKTYPE, "project/a/b/s"),
    ],
    "a chain of long links": [
        (f"project/{LONG}", tarfile.DIRTYPE, ""),
        ("project/x", tarfile.SYMTYPE, f"{LONG}/../.."),
    ],
    "a name twice": [("project/a", tarfile.REGTYPE, ""), ("project/a", tarfile.SYMTYPE, "/etc")],
}


@pytest.mark.parametrize("case", STRANGE)
def test_case_10_archives_of_strangers(case: str, backup: Run, tmp_path: Path) -> None:
    """They end with 13, nothing stands outside the folder they were to go to, and nothing is left beside it."""
    (tmp_path / "room").mkdir()
    archive = strange(tmp_path / "evil.tar.gz", *STRANGE[case])
    ran = backup("restore", str(archive), "--to", str(tmp_path / "room" / "to"), "--yes")
    assert (ran.code, "evil.tar.gz" in ran.err) == (13, True)
    assert list((tmp_path / "room").iterdir()) == []


def test_case_11_more_than_was_bargained_for(
    project: Path, archives: Path, finish: Finish[Any], tmp_path: Path
) -> None:
    """Number, size and ratio are looked at in the manifest, before a byte is written."""
    (project / "zeros").write_bytes(bytes(3_000_000))
    path = finish(create(project, archives)).path
    manifest = read_manifest(path)
    for limits in (
        Limits(entries=len(manifest.entries) - 1),
        Limits(total_bytes=manifest.size_bytes - 1),
        Limits(ratio=50, ratio_from_bytes=1_000_000),
    ):
        with pytest.raises(ArchiveUnsafe, match="more than"):
            finish(restore_elsewhere(path, tmp_path / "to", limits=limits))
    assert not (tmp_path / "to").exists()


def test_case_12_secrets(backup: Run, archives: Path, project: Path) -> None:
    """They are left out and named, no byte of them is in the archive, and insisted on without a key it is 2."""
    ran = backup("create", "--format", "json")
    assert (ran.data["secrets_are"], [each["path"] for each in ran.data["secrets"]]) == ("excluded", [".env"])
    with tarfile.open(ran.data["path"]) as tar:
        texts = [file.read() for member in tar if (file := tar.extractfile(member))]
    assert not any(b"hush-hush" in text for text in texts)
    refused = backup("create", "--include-secrets")
    assert (refused.code, "--recipient" in refused.err) == (2, True)
    assert len(snapshots(archives)) == 1


def test_case_13_a_wrong_key(backup: Run, project: Path, tmp_path: Path, look: Look) -> None:
    """Each command that needs the key ends with 12 in one sentence, and nothing is written."""
    pyrage = pytest.importorskip("pyrage")
    own, other = (pyrage.x25519.Identity.generate() for _number in range(2))
    (tmp_path / "own").write_text(f"{own}\n")
    (tmp_path / "other").write_text(f"{other}\n")
    made = backup("create", "--recipient", str(own.to_public()), "--format", "json")
    assert (made.code, made.data["secrets_are"]) == (0, "encrypted")
    then = look(project)
    to = str(tmp_path / "to")
    for words in (["verify"], ["show"], ["drill"], ["restore", "--yes"], ["restore", "--to", to, "--yes"]):
        for more in ([], ["--identity", str(tmp_path / "other")]):
            ran = backup(*words, *more)
            assert (ran.code, ran.err.count("\n"), ran.out) == (12, 1, "")
    all_of_them = backup("verify", "--all", "--format", "json")
    assert (all_of_them.code, [row["trouble"][:15] for row in all_of_them.data]) == (12, ["it is encrypted"])
    assert look(project) == then
    assert not Path(to).exists()
    listed = backup("list", "--format", "json").data
    assert [(each["encrypted"], each["files"]) for each in listed] == [(True, made.data["files"])]
    for words in (["verify"], ["show"], ["drill"], ["export", "latest", to], ["restore", "--yes"]):
        assert backup(*words, "--identity", str(tmp_path / "own")).code == 0


def test_case_14_names_and_kinds(
    project: Path, archives: Path, finish: Finish[Any], look: Look, tmp_path: Path
) -> None:
    """Names of every sort, empty and sparse files, links that lead nowhere and modes come back as they were."""
    for name in ("é.txt", "e\u0301.txt", "new\nline", "🎉", "x" * 255, os.fsdecode(b"\xff\xfe"), " ", "-rf", "a'\"b"):
        (project / name).write_bytes(os.fsencode(name))
        os.utime(project / name, ns=(1_234_567_891_234_567_891, 1_234_567_891_234_567_891))
    with (project / "sparse").open("wb") as file:
        file.truncate(20_000_000)
    (project / "hard").hardlink_to(project / "texts" / "one.txt")
    (project / "nowhere").symlink_to("not/there")
    (project / "tool").write_text("#!/bin/sh\n")
    (project / "tool").chmod(0o4755)
    (project / "closed").mkdir(0o500)
    then = look(project)
    finish(restore_elsewhere(finish(create(project, archives)).path, tmp_path / "to"))
    now = look(tmp_path / "to")
    left = {
        ".env",
        ".git",
        ".git/HEAD",
        ".qualia/cache.db",
        "plugins/toy/__pycache__",
        "plugins/toy/__pycache__/toy.pyc",
    }
    copied = {".qualia", ".qualia/backups", ".qualia/history.db"}
    assert {name: now[name] for name in now if name not in copied} == {
        name: then[name] for name in then if name not in left | copied
    }
    assert (tmp_path / "to" / "tool").stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Europe/Lisbon", "Australia/Lord_Howe"])
def test_case_15_clocks_that_go_back(zone: str, backup: Run) -> None:
    """The newest verified one stays, so does what lies ahead; rules that keep nothing are 2 and remove nothing."""
    night = datetime(2018, 11, 4, 2, tzinfo=UTC)
    there = [Dated(id=str(number), created_at=night + timedelta(minutes=20 * number)) for number in range(30)]
    there[3] = Dated(id="3", created_at=there[3].created_at, is_verified=True)
    there.append(Dated(id="ahead", created_at=night + timedelta(days=400)))
    verdicts = decide(there, Policy(last=1), now=night + timedelta(hours=10), zone=ZoneInfo(zone))
    kept = {verdict.id for verdict in verdicts if verdict.is_kept}
    assert {"3", "29", "ahead"} <= kept
    backup()
    refused = backup("prune", *NOTHING, "--yes")
    assert (refused.code, "keeps nothing" in refused.err) == (2, True)
    assert len(backup("list", "--format", "json").data) == 1


def test_a_restore_without_room_is_28(backup: Run, project: Path, monkeypatch: pytest.MonkeyPatch, look: Look) -> None:
    """A disk that fills up while a restore writes ends with 28; the project stays and nothing is left beside it."""
    backup()
    (project / "texts" / "one.txt").write_text("newer\n")
    then = look(project)

    def full(*_words: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Disk, "whole_file", full)
        assert backup("restore", "--yes").code == NoSpace.exit_code == 28
    assert look(project) == then
    assert [path.name for path in project.parent.iterdir()] == [project.name]
