"""Results in a file that is damaged or out of reach: never an error, never a wrong value."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qualia._engine.cache import DiskCache
from qualia._engine.network import is_on_network
from tests.engine import places
from tests.engine.places import MIB, Clock, Place, answer, run_python

place = places.place

# ---------------------------------------------------------------------------------------------------------- damage


def flip(path: Path, dice: random.Random) -> None:
    """Turn one bit around."""
    size = path.stat().st_size
    if size:
        at = dice.randrange(size)
        with path.open("r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ (1 << dice.randrange(8))]))


def truncate(path: Path, dice: random.Random) -> None:
    """Cut the end off."""
    with path.open("r+b") as file:
        file.truncate(dice.randrange(path.stat().st_size + 1))


def zero(path: Path, dice: random.Random) -> None:
    """Write zeros over a stretch."""
    overwrite(path, dice, bytes(dice.randrange(1, 5000)))


def garble(path: Path, dice: random.Random) -> None:
    """Write noise over a stretch."""
    overwrite(path, dice, dice.randbytes(dice.randrange(1, 5000)))


def overwrite(path: Path, dice: random.Random, data: bytes) -> None:
    """Write bytes over a stretch; the file does not get longer."""
    size = path.stat().st_size
    at = dice.randrange(size + 1)
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data[: size - at])


def drop(path: Path, _: random.Random) -> None:
    """Remove the file."""
    path.unlink()


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of a cache with forty entries, half of them still in the log, as a kill leaves them."""
    folder = tmp_path_factory.mktemp("healthy")
    path = folder / "cache.db"
    files: dict[str, bytes] = {}
    for keys in (range(20), range(20, 40)):
        cache = DiskCache(path, max_bytes=MIB, wall=Clock(), warn=print)
        for number in keys:
            cache.put(str(number), answer(f"{number} " * (number * 20), str(number)))
        if keys.start:
            files = {each.name: each.read_bytes() for each in folder.iterdir()}
        cache.close()
    return files


@pytest.mark.whole
def test_a_thousand_corruptions_give_no_wrong_value_and_no_error(tmp_path: Path, healthy: dict[str, bytes]) -> None:
    """Files flipped, cut, zeroed, garbled or lost, closed or in use: the right value or a miss, and it goes on."""
    dice = random.Random(20260101)
    expected = {str(number): answer(f"{number} " * (number * 20), str(number)) for number in range(40)}
    wrong: list[tuple[int, str]] = []
    found = recovered = 0
    for round_ in range(1000):
        folder = tmp_path / str(round_)
        folder.mkdir()
        for name, content in healthy.items():
            (folder / name).write_bytes(content)
        cache = DiskCache(folder / "cache.db", max_bytes=MIB, wall=Clock(), warn=lambda _: None)
        in_use = dice.random() < 0.5
        if in_use:
            cache.get("0")
        # A mapped file that gets shorter kills whoever looks behind its end, whatever program that is.
        kinds = (flip, zero, garble, drop, truncate)
        for _ in range(dice.randint(1, 4)):
            path = folder / dice.choice(list(healthy))
            kind = dice.choice(kinds[:4] if in_use and path.suffix.endswith("-shm") else kinds)
            if path.exists():
                kind(path, dice)
        for key in dice.sample(list(expected), 4):
            got = cache.get(key)
            found += got is not None
            if got not in (None, expected[key]):
                wrong.append((round_, key))
        for _ in range(3):
            cache.put("new", answer("new"))
        recovered += cache.get("new") == answer("new")
        cache.stats()
        cache.close()
        shutil.rmtree(folder)
    assert wrong == []
    assert found > 500
    assert recovered == 1000


@pytest.mark.parametrize("kind", [flip, truncate, zero, garble], ids=lambda kind: kind.__name__)
def test_damage_is_counted_and_told_once(place: Place, kind: Callable[[Path, random.Random], None]) -> None:
    """Whatever happened to the body of every page, a cache in use recomputes, warns once a kind, and mends itself."""
    cache = place.open()
    for number in range(30):
        cache.put(str(number), answer("x" * 3000, str(number)))
    cache.close()
    dice = random.Random(3)
    for _ in range(40):
        kind(place.path, dice)
    cache = place.open()
    # What was put before the last damage is met is lost with the file, so it takes a second round.
    for number in (*range(30), *range(30)):
        if cache.get(str(number)) is None:
            cache.put(str(number), answer("x" * 3000, str(number)))
    assert [cache.get(str(number)) for number in range(30)] == [answer("x" * 3000, str(n)) for n in range(30)]
    assert cache.stats()[0].damaged > 0
    assert len(place.warnings) == len({warning.partition(" (")[0] for warning in place.warnings}) > 0


def rewrite(place: Place, statement: str, *values: object) -> None:
    """Change the file behind the cache's back."""
    db = sqlite3.connect(place.path, isolation_level=None)
    db.execute(statement, values)
    db.close()


def test_a_value_under_another_key_is_never_served(place: Place) -> None:
    """Two entries whose bodies and sums are exchanged are both misses."""
    cache = place.open()
    cache.put("a", answer("a"))
    cache.put("b", answer("b"))
    db = sqlite3.connect(place.path, isolation_level=None)
    (first, *one), (second, *other) = db.execute("SELECT id, sum, body FROM entries").fetchall()
    db.executemany("UPDATE entries SET sum = ?, body = ? WHERE id = ?", [(*other, first), (*one, second)])
    db.close()
    assert (cache.get("a"), cache.get("b"), cache.stats()[0].damaged) == (None, None, 2)


@pytest.mark.parametrize("body", ["text", 7, 7.5, b"", b"\0" * 8])
def test_a_body_of_another_kind_is_a_miss(place: Place, body: object) -> None:
    """A column that holds something else than the bytes that were put is damage."""
    cache = place.open()
    cache.put("k", answer("x"))
    rewrite(place, "UPDATE entries SET body = ?, used_us = 'x'", body)
    assert (cache.get("k"), cache.stats()[0].damaged) == (None, 1)


def test_a_damaged_entry_goes_and_the_others_stay(place: Place) -> None:
    """The file is not begun anew for one bad entry, and that one can be put again."""
    cache = place.open()
    cache.put("a", answer("a"))
    cache.put("b", answer("b"))
    rewrite(place, "UPDATE entries SET sum = x'00' WHERE instr(body, ?)", b'"plain","a"')
    assert (cache.get("a"), cache.get("b"), cache.stats()[0].entries) == (None, answer("b"), 1)
    cache.put("a", answer("a"))
    assert cache.get("a") == answer("a")


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TABLE entries"],
        ["DROP INDEX entries_used", "ALTER TABLE entries RENAME body TO corpse"],
        ["PRAGMA user_version = 99"],
        ["PRAGMA application_id = 7"],
    ],
    ids=["no table", "other columns", "newer", "another program"],
)
def test_a_file_of_another_format_is_set_aside(place: Place, statements: list[str]) -> None:
    """It keeps its content under another name, and a new file is begun."""
    cache = place.open()
    cache.put("k", answer("x"))
    cache.close()
    for statement in statements:
        rewrite(place, statement)
    before = place.path.read_bytes()
    cache = place.open()
    assert cache.get("k") is None
    cache.put("k", answer("x"))
    assert cache.get("k") == answer("x")
    assert (place.side(".damaged").read_bytes(), len(place.warnings)) == (before, 1)


def test_another_programs_database_is_left_as_it_is(place: Place) -> None:
    """Nothing is written into it: it is set aside."""
    place.path.parent.mkdir()
    rewrite(place, "CREATE TABLE notes(text)")
    rewrite(place, "INSERT INTO notes VALUES('mine')")
    cache = place.open()
    cache.put("k", answer("x"))
    cache.put("k", answer("x"))
    db = sqlite3.connect(place.side(".damaged"))
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master")]
    db.close()
    assert (tables, cache.get("k")) == (["notes"], answer("x"))


def test_a_file_whose_figures_cannot_be_is_begun_anew(place: Place) -> None:
    """When it is full and nothing is in it that could go, it is not ours to fill."""
    cache = place.open(400_000)
    cache.put("k", answer("x"))
    rewrite(place, "CREATE TABLE squatter(data)")
    rewrite(place, "INSERT INTO squatter VALUES(zeroblob(390000))")
    for number in range(30):
        cache.put(str(number), answer("x" * 9000, str(number)))
    assert (cache.get("29"), cache.stats()[0].damaged, len(place.warnings)) == (answer("x" * 9000, "29"), 1, 1)


# ------------------------------------------------------------------------------------------- places out of reach


def unreachable_directory(place: Place) -> None:
    """Put a folder where the file belongs."""
    place.path.mkdir(parents=True)


def unreachable_symlink(place: Place) -> None:
    """Put a link where the file belongs."""
    place.path.parent.mkdir(parents=True)
    place.path.symlink_to(place.path.parent / "elsewhere")


def unreachable_pipe(place: Place) -> None:
    """Put a pipe where the file belongs: opening one waits for ever."""
    place.path.parent.mkdir(parents=True)
    os.mkfifo(place.path)


def unreachable_folder(place: Place) -> None:
    """Put a file where its folder belongs."""
    place.path.parent.write_text("no folder")


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
@pytest.mark.parametrize(
    "obstacle",
    [unreachable_directory, unreachable_symlink, unreachable_pipe, unreachable_folder],
    ids=lambda each: each.__name__.removeprefix("unreachable_"),
)
def test_what_stands_in_the_way_is_a_miss_until_it_is_gone(place: Place, obstacle: Callable[[Place], None]) -> None:
    """Puts and gets are quiet misses with a warning each kind; half a minute after it is gone the file is in use."""
    obstacle(place)
    cache = place.open()
    for _ in range(3):
        cache.put("k", answer("x"))
        assert cache.get("k") is None
    warnings, errors = len(place.warnings), cache.stats()[0].errors
    assert (warnings <= 2, errors <= 3) == (True, True)
    if place.path.parent.is_dir():
        (place.path.rmdir if place.path.is_dir() and not place.path.is_symlink() else place.path.unlink)()
    else:
        place.path.parent.unlink()
    cache.put("k", answer("x"))
    assert cache.get("k") is None
    place.clock.now_s += 31
    cache.put("k", answer("x"))
    assert (cache.get("k"), len(place.warnings)) == (answer("x"), warnings)


def test_a_clock_that_goes_back_does_not_lengthen_the_wait(place: Place) -> None:
    """Set back a year meanwhile, the file is tried again at once."""
    unreachable_directory(place)
    cache = place.open()
    cache.put("k", answer("x"))
    place.path.rmdir()
    place.clock.now_s -= 365 * 86400
    cache.put("k", answer("x"))
    assert cache.get("k") == answer("x")


def test_a_full_disk_still_gives_what_is_there(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing can be written, puts are dropped with one warning and gets go on; later puts work again."""
    cache = place.open()
    cache.put("k", answer("x"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(cache, "_insert", full)
        for key in "abc":
            cache.put(key, answer(key))
        assert [cache.get(key) for key in "kabc"] == [answer("x"), None, None, None]
    place.clock.now_s += 31
    cache.put("a", answer("a"))
    assert (cache.get("a"), len(place.warnings), cache.stats()[0].errors) == (answer("a"), 1, 1)


LIMITED = """
import resource, sys
from pathlib import Path
from tests_disk import answer
from qualia._engine.cache import DiskCache
now = [1000.0]
warnings = []
cache = DiskCache(Path(sys.argv[1]), max_bytes=10**7, wall=lambda: now[0], warn=warnings.append)
cache.put("k", answer("x"))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
for number in range(20):
    cache.put(str(number), answer("x" * 20_000))
kept = [number for number in range(20) if cache.get(str(number))]
print(len(warnings), cache.get("k") == answer("x"), 0 < len(kept) < 20, cache.stats()[0].errors)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
now[0] += 31
cache.put("last", answer("y"))
print(cache.get("last") == answer("y"))
cache.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_files_that_may_not_grow_are_a_miss(place: Place) -> None:
    """Where writing fails half way through, what was there stays, one warning tells, and it goes on afterwards."""
    assert run_python(LIMITED, place.path).split() == ["1", "True", "True", "1", "True"]


READ_ONLY = """
import os, sys
from pathlib import Path
from tests_disk import answer
from qualia._engine.cache import DiskCache
if os.geteuid() == 0:
    # Another user may not be able to read the library, so what is imported late is imported now.
    Path.cwd().as_uri()
    os.seteuid(65534)
warnings = []
cache = DiskCache(Path(sys.argv[1]), max_bytes=10**7, wall=lambda: 0.0, warn=warnings.append)
for _ in range(3):
    cache.put("k", answer("y"))
    print(cache.get("k") in (None, answer("x")))
cache.clear()
print(len(warnings) <= 2)
cache.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize("exists", [True, False], ids=["file", "no file"])
def test_a_folder_that_may_not_be_written_is_a_miss(exists: bool, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without the right to write, results are computed and nothing is raised."""
    base = tmp_path_factory.mktemp("locked")
    # Whoever the other process runs as must get to the folder.
    for folder in (base, base.parent, base.parent.parent):
        folder.chmod(0o755)
    path = base / "cache.db"
    if exists:
        cache = DiskCache(path, max_bytes=MIB, wall=Clock(), warn=print)
        cache.put("k", answer("x"))
        cache.close()
        path.chmod(0o444)
    base.chmod(0o555)
    try:
        assert run_python(READ_ONLY, path).split() == ["True"] * 4
    finally:
        base.chmod(0o755)


NFS = "rootfs / ext4 rw 0 0\nserver:/home {0} nfs4 rw,vers=4.2 0 0\n"


def test_on_a_network_folder_no_memory_is_shared(place: Place) -> None:
    """There the journal is a plain file beside the cache; results are kept all the same."""
    cache = place.open(mounts=lambda: NFS.format(place.path.parent.parent))
    cache.put("k", answer("x"))
    assert (cache.get("k"), place.side("-wal").exists(), place.side("-shm").exists()) == (answer("x"), False, False)
    assert place.open(mounts=lambda: NFS.format(place.path.parent.parent)).get("k") == answer("x")


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ("", False),
        ("dev / ext4 rw 0 0", False),
        ("srv:/ /data nfs rw 0 0", True),
        ("srv:/ /data nfs rw 0 0\ndev /data/own ext4 rw 0 0", False),
        ("srv:/ /dat nfs rw 0 0", False),
        ("//srv/x /data/own cifs rw 0 0\n\nnonsense", True),
        ("srv /data/own fuse.sshfs rw 0 0", True),
        ("dev /data fuseblk rw 0 0", False),
        ("srv:/ / nfs rw 0 0", True),
        ("srv:/ /data/own\\040folder nfs rw 0 0", False),
        ("dev /data ext4 rw 0 0\nsrv:/ /data 9p rw 0 0", True),
    ],
)
def test_the_nearest_mount_decides_what_a_folder_lies_on(mounts: str, expected: bool) -> None:
    """Of all places mounted above a folder, the deepest holds, and of two at one place the later."""
    assert is_on_network(Path("/data/own/state"), mounts) is expected
