"""Making snapshots: what goes in, what is left out, and that only whole ones count."""

from __future__ import annotations

import io
import json
import os
import socket
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from qualia_ops.backup.create import create
from qualia_ops.backup.databases import copy_database, fault_of
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import ArchiveUnsafe, BackupLocked
from qualia_ops.backup.lock import locked
from qualia_ops.backup.manifest import Entry, Rules, from_bytes, to_bytes
from qualia_ops.backup.packing import seal_bytes
from qualia_ops.backup.reading import Sink, read_archive, read_manifest
from qualia_ops.backup.store import find, snapshots
from qualia_ops.backup.tarred import header

from tests.ops.conftest import Finish

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_snapshot_is_an_archive_that_any_tar_lists(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """The standard library's tar reads every member, the manifest last, and the file is its owner's alone."""
    made = finish(create(project, archives, clock=lambda: AT))
    assert made.path.name.startswith("interviews-20260301T120000Z-")
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    with tarfile.open(made.path) as tar:
        names = tar.getnames()
        text = tar.extractfile("project/texts/ação.txt")
        assert text is not None and text.read() == b"dois\n" * 900
        manifest = tar.extractfile("manifest.json")
        assert manifest is not None and json.load(manifest)["schema"] == "qualia-backup/1"
    assert names[-1] == "manifest.json"
    assert [entry.path for entry in made.manifest.entries] == [name.removeprefix("project/") for name in names[:-1]]
    assert [path.name for path in archives.iterdir() if path.name != ".lock"] == [made.path.name]


def test_what_can_be_made_again_and_secrets_are_named_and_left_out(
    project: Path, archives: Path, finish: Finish[Any]
) -> None:
    """The manifest says what is missing and why, and no byte of a secret is in the archive."""
    (project / "server.key").write_text("hush-hush")
    (project / "notes.txt").write_text("-----BEGIN RSA PRIVATE KEY-----\nhush-hush")
    (project / "qualia.prod.toml").write_text('[alerts]\nwebhook_secret = "hush-hush"\n')
    (project / ".env.example").write_text("TOKEN=\n")
    (project / "kept").mkdir()
    (project / "kept" / "CACHEDIR.TAG").write_text("Signature: 8a477f597d28d172789f06886806bc55\n")
    manifest = finish(create(project, archives)).manifest
    left = {each.path: each.why for each in manifest.excluded}
    assert left == {
        ".git/": "git keeps it",
        ".qualia/backups/": "it is the folder of the backups",
        ".qualia/cache.db": "kept results can be computed again",
        "kept/": "it is marked as a cache",
        "plugins/toy/__pycache__/": "it can be made again",
    }
    assert {each.path: each.why for each in manifest.secrets} == {
        ".env": "its name is that of a secret",
        "notes.txt": "it begins as a private key does",
        "qualia.prod.toml": "it sets webhook_secret, which is a secret",
        "server.key": "its name is that of a secret",
    }
    assert ".env.example" in {entry.path for entry in manifest.entries}
    taken = Taken()
    finish(read_archive(find(archives, "latest"), taken))
    assert b"hush-hush" not in bytes(taken.data)


class Taken(Sink):
    def __init__(self) -> None:
        self.data = bytearray()

    def piece(self, data: memoryview) -> None:
        self.data += data


def test_rules_leave_out_and_bring_back(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """Patterns are read as in a .gitignore; the cache comes along when asked for; a secret never does."""
    rules = Rules(exclude=("*.json", "!keep.json", "/texts/none/"), include=(".git/", ".env"), with_cache=True)
    (project / "keep.json").write_text("1")
    manifest = finish(create(project, archives, rules=rules)).manifest
    paths = {entry.path for entry in manifest.entries}
    assert {".git/HEAD", ".qualia/cache.db", "keep.json"} <= paths
    assert not paths & {"results/wide.json", "texts/none", ".env"}
    rules = Rules(max_file_bytes=1000)
    left = finish(create(project, archives, rules=rules)).manifest.excluded
    assert "results/wide.json" in {each.path for each in left}
    assert from_bytes(to_bytes(manifest)) == manifest


def test_a_manifest_tells_versions_and_revision(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """The engine's version, those of the project's plugins, and the git revision are in it."""
    for words in (
        ["init", "-q"],
        ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "--allow-empty", "-m", "x"],
    ):
        subprocess.run(["git", "-C", str(project), *words], check=True, timeout=30)
    manifest = finish(create(project, archives, note="before the move")).manifest
    assert manifest.versions["plugin:toy"] == "1.2.0"
    assert len(manifest.revision) == 40
    assert manifest.note == "before the move"


def test_the_same_project_gives_the_same_bytes(project: Path, tmp_path: Path, finish: Finish[Any]) -> None:
    """Order and content of the members depend on nothing but the project."""
    bodies = []
    for folder in ("a", "b"):
        made = finish(create(project, tmp_path / folder, clock=lambda: AT))
        with tarfile.open(made.path) as tar:
            bodies.append([(each.name, each.size, each.chksum) for each in tar.getmembers()[:-1]])
    assert bodies[0] == bodies[1]


def test_names_and_kinds_of_every_sort(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """Twins in another normal form, bytes that are no UTF-8, newlines and long names go in; a socket is named."""
    names = ["é.txt", "e\u0301.txt", "new\nline", "🎉", "x" * 255, os.fsdecode(b"\xff\xfe")]
    for name in names:
        (project / name).write_bytes(os.fsencode(name))
    (project / "away").symlink_to("/etc/passwd")
    (project / "up").symlink_to("texts/../../..")
    (project / "back\\slash").touch()
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(project)
        try:
            server.bind("s.sock")
        finally:
            os.chdir(here)
        manifest = finish(create(project, archives)).manifest
    assert set(names) <= {entry.path for entry in manifest.entries}
    left = {each.path: each.why for each in manifest.excluded}
    assert left["away"] == "it is a link to an absolute place"
    assert left["up"] == "it is a link that leads out of the folder"
    assert left["s.sock"] == "it is a socket"
    assert [each.path for each in manifest.problems] == ["back\\slash"]


def test_what_cannot_be_read_makes_it_incomplete(
    project: Path, archives: Path, finish: Finish[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that vanished or changes all the time is named, and everything else is there."""
    work = create(project, archives)
    next(work)
    step = next(work)
    while step.told != "packing":
        step = next(work)
    (project / "texts" / "one.txt").unlink()
    (project / "results" / "wide.json").write_text("grown " * 3)
    manifest = finish(work).manifest
    assert [(each.path, each.why) for each in manifest.problems] == [
        ("texts/one.txt", "it cannot be read (no such file or directory)")
    ]
    assert not manifest.is_complete
    assert "texts/ação.txt" in {entry.path for entry in manifest.entries}


def test_a_file_longer_than_fits_in_memory_is_streamed(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """Its bytes and digest are right although it was never held whole."""
    data = bytes(range(256)) * 40_000
    (project / "long.bin").write_bytes(data)
    made = finish(create(project, archives))
    with tarfile.open(made.path) as tar:
        found = tar.extractfile("project/long.bin")
        assert found is not None and found.read() == data


def test_a_database_is_copied_while_somebody_writes(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """Each copy holds a state between two transactions and passes SQLite's own check."""
    path, enough = project / ".qualia" / "history.db", threading.Event()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE pairs(a, b)")

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=30)) as db:
            number = 0
            while not enough.is_set():
                number += 1
                with db:
                    db.execute("INSERT INTO pairs VALUES (?, ?)", (number, "x" * 500))
                    db.execute("INSERT INTO pairs VALUES (?, ?)", (-number, "x" * 500))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(20):
            copy = project.parent / f"copy-{number}.db"
            copy_database(path, copy)
            assert fault_of(copy) == ""
            with closing(sqlite3.connect(copy)) as db:
                assert db.execute("SELECT coalesce(sum(a), 0) FROM pairs").fetchone() == (0,)
        manifest = finish(create(project, archives)).manifest
    finally:
        enough.set()
        writer.join(30)
    assert {entry.path: entry.is_database for entry in manifest.entries}[".qualia/history.db"]
    assert not {".qualia/history.db-wal", ".qualia/history.db-shm"} & {entry.path for entry in manifest.entries}


def test_a_damaged_database_is_named_and_not_taken(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """A copy that fails the check does not count as one."""
    path = project / ".qualia" / "history.db"
    data = bytearray(path.read_bytes())
    data[4096:4200] = b"\xff" * 104
    path.write_bytes(data)
    manifest = finish(create(project, archives)).manifest
    assert [each.path for each in manifest.problems] == [".qualia/history.db"]


def test_a_second_backup_is_told_who_is_first(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """It ends at once with the code of a lock and the holder's process number; the lock dies with its holder."""
    with locked(archives), pytest.raises(BackupLocked) as caught:
        finish(create(project, archives))
    assert (caught.value.code, caught.value.holder) == (11, f" (process {os.getpid()})")
    code = "import sys, os; from pathlib import Path; from qualia_ops.backup.lock import locked\n"
    code += f"with locked(Path({str(archives)!r})): os._exit(9)"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=env, timeout=60, check=False).returncode == 9
    assert finish(create(project, archives)).path.is_file()


def test_what_reads_differently_never_gets_its_name(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """A disk that alters a byte on its way is found out, and nothing is left behind."""

    class Liar(Disk):
        def write(self, file: Any, data: Any) -> None:
            super().write(file, bytes(data)[:-1] + b"\x01")

    with pytest.raises(ArchiveUnsafe):
        finish(create(project, archives, disk=Liar()))
    assert [path.name for path in archives.iterdir()] == [".lock"]


def test_leftovers_of_a_run_that_was_killed_are_cleared(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """The next run removes them before it begins."""
    archives.mkdir()
    (archives / ".interviews-x.tar.gz.part").write_text("half")
    finish(create(project, archives))
    assert [path.name for path in archives.glob(".*.part")] == []


def test_a_manifest_is_read_without_the_files(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """Listing works although a file's bytes are damaged, and reading everything tells of that."""
    made = finish(create(project, archives))
    data = bytearray(made.path.read_bytes())
    data[300] ^= 1
    made.path.write_bytes(data)
    assert read_manifest(made.path) == made.manifest
    with pytest.raises(ArchiveUnsafe):
        finish(read_archive(made.path, Sink()))
    made.path.write_bytes(data[:-1])
    [found] = snapshots(archives)
    assert "cut short" in found.trouble


def test_every_flipped_bit_is_found(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """Wherever it is, in a file, a header, the manifest or the seal, the archive is refused."""
    path = finish(create(project, archives)).path
    data = path.read_bytes()
    places = {*range(0, len(data), max(1, len(data) // 150)), *range(len(data) - seal_bytes(), len(data))}
    assert len(places) >= 200
    for place in places:
        flipped = bytearray(data)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(flipped)
        with pytest.raises(ArchiveUnsafe):
            finish(read_archive(path, Sink()))


@pytest.mark.parametrize("is_wide", [False, True])
@pytest.mark.parametrize(
    "described",
    [
        Entry(path="a", kind="file", mode=0o644, mtime_ns=1_700_000_000_000_000_000, size=3),
        Entry(path="a" * 92, kind="file", mode=0o600, mtime_ns=0, size=8**11 - 1),
        Entry(path="a" * 93, kind="file", mode=0o600, mtime_ns=-5, size=8**11),
        Entry(path="ação/" * 40 + "é", kind="file", mode=0o777, mtime_ns=10**22),
        Entry(path="\udcff\n", kind="file", mode=0, mtime_ns=1),
        Entry(path="folder", kind="folder", mode=0o500, mtime_ns=0),
        Entry(path="link", kind="link", mode=0o777, mtime_ns=0, target="../" + "é" * 200),
    ],
)
def test_a_header_is_what_any_tar_reads(described: Entry, is_wide: bool) -> None:
    """Long names, those beyond ASCII and large sizes reach the standard library's tar as they are."""
    with tarfile.open(fileobj=io.BytesIO(header(described, is_wide=is_wide)), mode="r|") as tar:
        found = tar.next()
    assert found is not None
    assert (found.name, found.linkname) == (f"project/{described.path}", described.target)
    assert (found.size, found.mode) == (described.size, described.mode)
    kinds = {"file": found.isreg(), "folder": found.isdir(), "link": found.issym()}
    assert kinds[described.kind]
