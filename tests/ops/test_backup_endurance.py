"""The same thing many times: kills at any moment, bits that flip anywhere, copies of a database that never rests.

Few of each are tried here; ``BACKUP_TRIALS=all`` tries a hundred kills, two hundred bits and a hundred copies.
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from qualia_ops.backup.create import create
from qualia_ops.backup.databases import copy_database, fault_of
from qualia_ops.backup.errors import ArchiveUnsafe
from qualia_ops.backup.reading import Sink, read_archive
from qualia_ops.backup.restore import restore, restore_elsewhere
from qualia_ops.backup.store import snapshots

from tests.ops.conftest import Finish, Look

ALL = os.environ.get("BACKUP_TRIALS") == "all"
KILLS, FILES, FLIPS, COPIES = (100, 400, 200, 100) if ALL else (4, 100, 40, 10)

pytestmark = pytest.mark.whole

STEPS = """
import sys
from pathlib import Path
from qualia_ops.backup.{module} import {name}
sys.stdin.readline()
for _step in {name}(*map(Path, sys.argv[1:])):
    pass
print("done", flush=True)
"""


def killed(code: str, *words: Path, after_s: float) -> bool:
    """Run code and kill it so long after it was told to begin; return whether it had ended before."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, *map(str, words)]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write("\n")
        child.stdin.flush()
        try:
            child.wait(after_s)
        except subprocess.TimeoutExpired:
            child.kill()
        return child.stdout.read() == "done\n"


@pytest.fixture
def many(project: Path) -> Path:
    """Return a project of some hundred files, so that writing it takes a while."""
    rng = random.Random(3)
    for number in range(FILES):
        path = project / "texts" / str(number % 9) / f"{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(rng.randbytes(rng.randint(0, 20_000)))
    return project


def test_kills_in_a_restore(many: Path, archives: Path, finish: Finish[Any], look: Look) -> None:
    """Killed at any moment the project is the old one or the new one, and the next restore clears up by itself."""
    archive = finish(create(many, archives)).path
    finish(restore(archive, many, archives))
    new = look(many)
    code = STEPS.format(module="restore", name="restore")
    begun = time.perf_counter()
    assert killed(code, archive, many, archives, after_s=60)
    longest_s = time.perf_counter() - begun
    outcomes = {"old": 0, "new": 0}
    rng = random.Random(5)
    for number in range(KILLS):
        (many / "texts" / "one.txt").write_text(f"spoilt {number}\n")
        (many / "more.txt").write_text("more\n")
        (many / "texts" / "1" / "1.txt").unlink(missing_ok=True)
        old = look(many)
        killed(code, archive, many, archives, after_s=rng.uniform(0, longest_s))
        now = look(many)
        assert now in (old, new)
        outcomes["old" if now == old else "new"] += 1
        finish(restore(archive, many, archives))
        assert look(many) == new
        assert [path.name for path in many.parent.iterdir()] == [many.name]
    # Of few, all may come before it begins or after it has ended.
    assert not ALL or min(outcomes.values()) > 0, outcomes


def test_kills_in_a_create(many: Path, archives: Path, finish: Finish[Any]) -> None:
    """Killed at any moment, what is listed is whole and the next run succeeds without anybody's help."""
    code = STEPS.format(module="create", name="create")
    rng = random.Random(7)
    for _number in range(KILLS // 3):
        killed(code, many, archives, after_s=rng.uniform(0, 0.6))
        finish(create(many, archives))
        for each in snapshots(archives):
            finish(read_archive(each.path, Sink()))
            each.path.unlink()
        assert list(archives.glob(".*.part")) == []


@pytest.mark.parametrize("compress", ["gz", "zst"])
def test_flipped_bits(compress: str, project: Path, archives: Path, finish: Finish[Any], tmp_path: Path) -> None:
    """Wherever a bit flips it is found, and a restore of it writes nothing."""
    if compress == "zst":
        pytest.importorskip("backports.zstd")
    path = finish(create(project, archives, compress=compress)).path
    data = path.read_bytes()
    rng = random.Random(11)
    for _number in range(FLIPS):
        flipped, place = bytearray(data), rng.randrange(len(data) * 8)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        with pytest.raises(ArchiveUnsafe):
            finish(read_archive(path, Sink()))
        with pytest.raises(ArchiveUnsafe):
            finish(restore_elsewhere(path, tmp_path / "to"))
        assert sorted(each.name for each in tmp_path.iterdir()) == ["work"]


def test_hot_copies(project: Path) -> None:
    """While another process writes without a rest, each copy is one state between two transactions, and whole."""
    path = project / ".qualia" / "history.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE pairs(a, b)")
    enough = threading.Event()
    rounds = 0

    def write() -> None:
        nonlocal rounds
        with closing(sqlite3.connect(path, timeout=30)) as db:
            while not enough.is_set():
                rounds += 1
                with db:
                    db.execute("INSERT INTO pairs VALUES (?, ?)", (rounds, "x" * 900))
                    db.execute("INSERT INTO pairs VALUES (?, ?)", (-rounds, "x" * 900))
                    if rounds % 500 == 0:
                        db.execute("DELETE FROM pairs")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(COPIES):
            copy = project.parent / f"copy-{number}.db"
            copy_database(path, copy)
            assert fault_of(copy) == ""
            with closing(sqlite3.connect(copy)) as db:
                assert db.execute("SELECT coalesce(sum(a), 0) FROM pairs").fetchone() == (0,)
            copy.unlink()
    finally:
        enough.set()
        writer.join(30)
    assert rounds > COPIES
