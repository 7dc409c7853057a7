"""Results in a file that others use too: processes, threads, forked children, and who is warned about it."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from qualia._engine.cache import DiskCache
from tests.engine import places
from tests.engine.places import MIB, Clock, Place, answer, run_python

place = places.place


def test_clearing_forgets_what_others_have_open(place: Place) -> None:
    """Another process that has the file open finds it empty, and both go on with one new file."""
    ours, theirs = place.open(), place.open()
    ours.put("k", answer("x"))
    assert theirs.get("k") == answer("x")
    ours.clear()
    assert (theirs.get("k"), ours.get("k")) == (None, None)
    theirs.put("k", answer("y"))
    ours.put("l", answer("z"))
    assert (ours.get("k"), theirs.get("l"), place.warnings) == (answer("y"), answer("z"), [])


def test_closing_a_cleared_file_leaves_the_new_one_whole(place: Place) -> None:
    """Whoever still has the old file lets go of it without touching the log of the new one."""
    old, new = place.open(), place.open()
    old.put("k", answer("x"))
    new.clear()
    new.put("k", answer("y"))
    before = place.side("-wal").stat().st_ino
    old.close()
    assert (place.side("-wal").stat().st_ino, new.get("k")) == (before, answer("y"))


def test_a_folder_that_is_removed_is_made_again(place: Place) -> None:
    """Deleted while open, the cache begins anew without a word."""
    cache = place.open()
    cache.put("k", answer("x"))
    shutil.rmtree(place.path.parent)
    assert cache.get("k") is None
    cache.put("k", answer("y"))
    assert (cache.get("k"), place.open().get("k"), place.warnings) == (answer("y"), answer("y"), [])


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
def test_a_log_that_is_removed_costs_entries_only(place: Place, suffix: str) -> None:
    """After its log is gone, a cache in use and another that opens it agree on what is put."""
    cache = place.open()
    cache.put("k", answer("x"))
    place.side(suffix).unlink()
    other = place.open()
    other.put("l", answer("l"))
    cache.put("m", answer("m"))
    cache.put("m", answer("m"))
    assert cache.get("m") == answer("m")
    assert other.get("l") in (None, answer("l"))
    assert cache.get("k") in (None, answer("x"))


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(4000)])
def test_clearing_needs_no_healthy_file(place: Place, content: bytes) -> None:
    """What cannot be opened is removed all the same, with what was set aside before."""
    place.path.parent.mkdir()
    place.path.write_bytes(content)
    place.side(".damaged").write_bytes(b"older")
    place.side("-wal").write_bytes(b"log")
    cache = place.open()
    cache.clear()
    assert list(place.path.parent.iterdir()) == []
    cache.put("k", answer("x"))
    assert (cache.get("k"), place.warnings) == (answer("x"), [])


def test_two_that_find_the_damage_begin_one_new_file(place: Place) -> None:
    """Whoever comes second finds the first one's new file and does not set that aside too."""
    first, second = place.open(), place.open()
    first.put("k", answer("x"))
    second.get("k")
    first.close()
    place.path.write_bytes(b"x" * 40_000)
    place.side("-wal").unlink(missing_ok=True)
    third = place.open()
    for cache in (third, second, third, second):
        cache.put("k", answer("y"))
    assert (third.get("k"), second.get("k")) == (answer("y"), answer("y"))


def test_a_file_somebody_else_holds_is_waited_for_once(place: Place) -> None:
    """After one fruitless wait it is left alone for a while, so that a run is not slowed by every step."""
    cache = place.open()
    cache.put("k", answer("x"))
    holder = sqlite3.connect(place.path, isolation_level=None)
    cache._file.opened(to_write=False).execute("PRAGMA busy_timeout = 1")
    holder.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        cache.put("l", answer("y"))
    assert (cache.get("k"), cache.stats()[0].errors, len(place.warnings)) == (answer("x"), 1, 1)
    holder.execute("ROLLBACK")
    holder.close()
    place.clock.now_s += 31
    cache.put("l", answer("y"))
    assert cache.get("l") == answer("y")


def test_threads_may_share_it(place: Place) -> None:
    """Eight threads that put, get and clear see no error and no other key's value."""
    cache = place.open(400_000)
    wrong: list[str] = []
    start = threading.Barrier(8)

    def work(seed: int) -> None:
        dice = random.Random(seed)
        start.wait()
        for _ in range(150):
            key = str(dice.randrange(60))
            found = cache.get(key)
            if found is None:
                cache.put(key, answer(key * 2000, key))
            elif found.value != key * 2000:
                wrong.append(key)
            if dice.random() < 0.01:
                cache.clear()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (wrong, place.warnings) == ([], [])
    assert cache.stats()[0].errors == 0


def test_a_warning_that_is_an_error_leaves_the_cache_in_order(tmp_path: Path) -> None:
    """Whoever turns warnings into exceptions gets one, and can go on using the cache."""
    path = tmp_path / "cache.db"
    path.write_bytes(b"x" * 5000)
    calls: list[str] = []

    def warn(sentence: str) -> None:
        calls.append(sentence)
        raise UserWarning(sentence)

    cache = DiskCache(path, max_bytes=MIB, wall=Clock(), warn=warn)
    with pytest.raises(UserWarning, match="damaged"):
        cache.get("k")
    cache.put("k", answer("x"))
    assert (cache.get("k"), len(calls)) == (answer("x"), 1)
    cache.close()


def test_whoever_is_warned_may_use_the_cache(tmp_path: Path) -> None:
    """An observer that looks at the figures from inside a warning waits for nothing."""
    path = tmp_path / "cache.db"
    path.write_bytes(b"x" * 5000)
    seen: list[int] = []
    cache = DiskCache(path, max_bytes=MIB, wall=Clock(), warn=lambda _: seen.append(cache.stats()[0].damaged))
    cache.get("k")
    cache.close()
    assert seen == [1]


FORKED = """
import os, sys, threading, warnings
from pathlib import Path
from tests_disk import answer
from qualia._engine.cache import DiskCache
warnings.simplefilter("ignore")
told = []
cache = DiskCache(Path(sys.argv[1]), max_bytes=10**7, wall=lambda: 0.0, warn=told.append)
cache.put("k", answer("x"))
held = sys.argv[2] == "held"
if held:
    cache._lock.acquire()
child = os.fork()
if child == 0:
    before = cache.get("k")
    cache.put("l", answer("y"))
    right = before is None if held else (before == answer("x") and cache.get("l") == answer("y"))
    cache.close()
    os._exit(0 if right and not told else 1)
_, status = os.waitpid(child, 0)
if held:
    cache._lock.release()
print(status, cache.get("k") == answer("x"), (cache.get("l") == answer("y")) is not held)
cache.put("m", answer("z"))
print(cache.get("m") == answer("z"), told)
cache.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("state", ["idle", "held"])
def test_a_forked_child_can_use_it(place: Place, state: str) -> None:
    """A child opens the file for itself; forked while a thread was at work on it, it only misses and never waits."""
    assert run_python(FORKED, place.path, state).split() == ["0", "True", "True", "True", "[]"]
