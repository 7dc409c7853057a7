"""Every call to the system fails once, or is the last, in each of what backups do: what remains is one whole state.

Here a part of the calls is tried; ``BACKUP_TRIALS=all`` tries each.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from qualia_ops.backup.create import create
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import BackupFailed
from qualia_ops.backup.reading import Sink, read_archive
from qualia_ops.backup.restore import restore
from qualia_ops.backup.retention import Policy
from qualia_ops.backup.store import snapshots
from qualia_ops.backup.upkeep import prune, verify

from tests.ops.conftest import Finish, Look

CALLS = (
    "open read write lseek fsync fstat stat lstat replace rename mkdir unlink rmdir link symlink readlink chmod fchmod"
    " utime scandir listdir ftruncate pwrite pread"
).split()
FAULTS = ("no space", "input/output error", "short", "kill")
KILLED, UNFORESEEN = 77, 99
POLICY = Policy(last=1, daily=0, weekly=0, monthly=0, yearly=0)
EVERY = 1 if os.environ.get("BACKUP_TRIALS") == "all" else 9

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork, and each trial is a process"),
    pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning"),
]


class Calls:
    """Counts calls to the system; the ``at``-th goes wrong, none does when it is 0."""

    def __init__(self, at: int, fault: str) -> None:
        self.at, self.fault, self.count = at, fault, 0

    def install(self) -> None:
        for name in CALLS:
            setattr(os, name, self.wrapped(name, getattr(os, name)))
        setattr(io, "open", self.wrapped("open", io.open))  # noqa: B010 - mypy minds the plain form
        exchange, settle_all = Disk.exchange, Disk.settle_all
        setattr(Disk, "exchange", self.wrapped("renameat2", exchange))  # noqa: B010
        setattr(Disk, "settle_all", self.wrapped("syncfs", settle_all))  # noqa: B010

    def wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **more: Any) -> Any:
            self.count += 1
            if self.count != self.at:
                return real(*words, **more)
            if name == "read" and self.fault == "short":
                return real(words[0], max(1, words[1] // 2))
            if name == "write" and self.fault in ("short", "kill"):
                written = real(words[0], bytes(words[1])[: max(1, len(words[1]) // 2)])
                if self.fault == "short":
                    return written
            if self.fault == "kill":
                os._exit(KILLED)
            if self.fault == "short":
                return real(*words, **more)
            number = errno.ENOSPC if self.fault == "no space" else errno.EIO
            raise OSError(number, os.strerror(number), *words[:1])

        # What asks whether a call takes a descriptor, or follows links, asks for the call itself.
        for group in (os.supports_fd, os.supports_follow_symlinks, os.supports_dir_fd):
            if real in group:
                group.add(call)
        return call


def tried(work: Callable[[], object], at: int, fault: str) -> tuple[int, int]:
    """Do something in a process of its own, in which one call goes wrong; return its code and its number of calls."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code, calls = UNFORESEEN, Calls(at, fault)
        tell, leave = os.write, os._exit
        try:
            calls.install()
            work()
            code = 0
        except BackupFailed as error:
            code = error.code
        except BaseException:  # noqa: BLE001 - the code tells that nobody foresaw it
            import traceback

            calls.at = 0
            traceback.print_exc()
        finally:
            tell(writer, str(calls.count).encode())
            leave(code)
    os.close(writer)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    count = int(os.read(reader, 20) or b"0")
    os.close(reader)
    return code, count


def trials(work: Callable[[], object], fault: str, before: Callable[[], object] = lambda: None) -> Iterator[int]:
    """Try a piece of work with one call after another going wrong; yield the code of each."""
    before()
    code, count = tried(work, 0, fault)
    assert (code, count > 10) == (0, True)
    offset = FAULTS.index(fault)
    for at in range(1 + offset % EVERY, count + 1, EVERY):
        before()
        code, _count = tried(work, at, fault)
        assert code != UNFORESEEN, f"call {at} of {count}"
        if fault == "short":
            assert code == 0, f"call {at} of {count}"
        yield code


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a project so small that each call can be tried."""
    folder = tmp_path / "work" / "small"
    (folder / "texts").mkdir(parents=True)
    (folder / "texts" / "one.txt").write_text("one\n")
    (folder / "texts" / "long.bin").write_bytes(os.urandom(200_000))
    (folder / "texts" / "link").symlink_to("one.txt")
    (folder / ".env").write_text("A=b\n")
    return folder


def whole(folder: Path, finish: Finish[Any]) -> int:
    """Read each archive that is listed through; return how many there are."""
    there = snapshots(folder)
    for each in there:
        finish(read_archive(each.path, Sink()))
    return len(there)


@pytest.mark.parametrize("fault", FAULTS)
def test_create(small: Path, tmp_path: Path, finish: Finish[Any], fault: str) -> None:
    """Every archive that is listed is whole, the next run succeeds by itself, and a full disk ends with 28."""
    folder = tmp_path / "archives"
    codes = set()
    for code in trials(lambda: finish(create(small, folder)), fault):
        codes.add(code)
        count = whole(folder, finish)
        finish(create(small, folder))
        assert len(snapshots(folder)) == count + 1
        assert list(folder.glob(".*.part")) == []
        for each in snapshots(folder)[1:]:
            each.path.unlink()
    assert (28 in codes) == (fault == "no space")
    assert (KILLED in codes) == (fault == "kill")


@pytest.mark.parametrize("fault", FAULTS)
def test_verify(small: Path, tmp_path: Path, finish: Finish[Any], fault: str) -> None:
    """The archive stays as it is, no fault is taken for damage, and the next look finds it whole."""
    folder = tmp_path / "archives"
    path = finish(create(small, folder)).path
    data = path.read_bytes()
    for code in trials(lambda: finish(verify(path)), fault):
        assert code != 13
        assert path.read_bytes() == data
        finish(verify(path))
        assert snapshots(folder)[0].verified_at is not None


@pytest.mark.parametrize("fault", FAULTS)
def test_prune(small: Path, tmp_path: Path, finish: Finish[Any], fault: str) -> None:
    """The newest is there and whole, what is listed is whole, and the next run does what is left to do."""
    folder = tmp_path / "archives"

    def fill() -> None:
        while len(snapshots(folder)) < 3:
            finish(create(small, folder))

    fill()
    for _code in trials(lambda: finish(prune(small, folder, POLICY, zone=UTC)), fault, fill):
        newest = snapshots(folder)[0].id
        whole(folder, finish)
        done = finish(prune(small, folder, POLICY, zone=UTC))
        assert [each.id for each, _reasons in done.kept] == [newest]


@pytest.mark.parametrize("can_exchange", [True, False], ids=["exchange", "renames"])
@pytest.mark.parametrize("fault", FAULTS)
def test_restore(small: Path, tmp_path: Path, finish: Finish[Any], look: Look, fault: str, can_exchange: bool) -> None:
    """The project is byte for byte the old one or the new one, and the next restore succeeds and leaves nothing."""
    folder = tmp_path / "archives"
    archive = finish(create(small, folder)).path
    new = look(small)
    disk = Disk()
    if not can_exchange:
        disk.__dict__["exchange"] = lambda _path, _other: False
    old: dict[str, Any] = {}

    def spoil() -> None:
        (small / "texts" / "one.txt").write_text("spoilt\n")
        (small / "more.txt").write_text("more\n")
        old.clear()
        old.update(look(small))

    for _code in trials(lambda: finish(restore(archive, small, folder, disk=disk)), fault, spoil):
        if can_exchange or small.exists():
            assert look(small) in (old, new)
        finish(restore(archive, small, folder))
        assert look(small) == new
        assert [path.name for path in small.parent.iterdir()] == ["small"]
