"""Every single step that writes fails once, or is the last: what remains is always one whole state."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from qualia_ops.backup.create import create
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import BackupFailed, NoSpace
from qualia_ops.backup.reading import Sink, read_archive
from qualia_ops.backup.restore import restore
from qualia_ops.backup.retention import Policy
from qualia_ops.backup.store import snapshots
from qualia_ops.backup.upkeep import prune

from tests.ops.conftest import Finish, Look

STEPS = ("new_file whole_file write settle settle_all rename exchange make_folder make_link keep dress remove").split()
FAULTS = ("no space", "input/output error", "short write", "kill")
KILLED = 77
RUNS = 4


class Faulty(Disk):
    """A disk whose ``at``-th step goes wrong; counts them all when it is 0."""

    def __init__(self, at: int, fault: str) -> None:
        self.at, self.fault, self.count = at, fault, 0

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in STEPS:
            return found

        def step(*words: Any, **more: Any) -> Any:
            self.count += 1
            if self.count == self.at:
                self.fail(name, found, words)
            return found(*words, **more)

        return step

    def fail(self, name: str, found: Callable[..., Any], words: tuple[Any, ...]) -> None:
        if name == "write" and self.fault in ("short write", "kill"):
            os.write(words[0].fileno(), bytes(words[1])[: len(words[1]) // 2])
        if self.fault == "kill":
            os._exit(KILLED)
        number = errno.ENOSPC if self.fault == "no space" else errno.EIO
        raise OSError(number, os.strerror(number))


def in_a_child(work: Callable[[], object]) -> int:
    """Do something in a process of its own, which may die of it; return its code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BackupFailed as error:
            code = error.code
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def places(work: Callable[[Disk], object]) -> range:
    """Return the numbers of the steps that a piece of work takes."""
    counting = Faulty(0, "")
    work(counting)
    assert counting.count > 3
    return range(1, counting.count + 1)


pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork, and a kill needs a process"),
    pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning"),
]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a project so small that each of its steps can be tried."""
    folder = tmp_path / "work" / "small"
    (folder / "texts").mkdir(parents=True)
    (folder / "texts" / "one.txt").write_text("one\n")
    (folder / "texts" / "link").symlink_to("one.txt")
    (folder / ".env").write_text("A=b\n")
    return folder


@pytest.mark.parametrize("fault", FAULTS)
def test_creating_leaves_a_whole_archive_or_none(small: Path, tmp_path: Path, finish: Finish[Any], fault: str) -> None:
    """After each fault every archive that is listed is whole, and the next run succeeds without anybody's help."""
    folder = tmp_path / "archives"

    def made(at: int) -> object:
        return finish(create(small, folder, disk=Faulty(at, fault)))

    for place in places(lambda disk: finish(create(small, tmp_path / "counted", disk=disk))):
        if fault == "kill":
            assert in_a_child(partial(made, place)) == KILLED
        else:
            with suppress(BackupFailed):
                made(place)
        for each in snapshots(folder):
            finish(read_archive(each.path, Sink()))
        count = len(snapshots(folder))
        finish(create(small, folder))
        assert len(snapshots(folder)) == count + 1
        assert list(folder.glob(".*.part")) == []


def test_a_full_disk_has_its_own_code(small: Path, tmp_path: Path, finish: Finish[Any]) -> None:
    """No space while writing ends with 28, and nothing new is listed."""
    with pytest.raises(NoSpace) as caught:
        finish(create(small, tmp_path / "archives", disk=Faulty(2, "no space")))
    assert caught.value.code == 28
    assert snapshots(tmp_path / "archives") == ()


@pytest.mark.parametrize("can_exchange", [True, False], ids=["exchange", "renames"])
@pytest.mark.parametrize("fault", FAULTS)
def test_restoring_leaves_the_old_project_or_the_new_one(
    small: Path, tmp_path: Path, finish: Finish[Any], look: Look, fault: str, can_exchange: bool
) -> None:
    """After each fault the project is byte for byte one of the two, and the next restore succeeds."""
    folder = tmp_path / "archives"
    archive = finish(create(small, folder)).path
    new = look(small)

    def spoil() -> dict[str, Any]:
        (small / "texts" / "one.txt").write_text("spoilt\n")
        (small / "more.txt").write_text("more\n")
        return look(small)

    def disk(at: int) -> Faulty:
        made = Faulty(at, fault)
        if not can_exchange:
            made.__dict__["exchange"] = lambda _path, _other: False
        return made

    def restored(at: int) -> object:
        return finish(restore(archive, small, folder, disk=disk(at)))

    spoil()
    counting = disk(0)
    finish(restore(archive, small, folder, disk=counting))
    for place in range(1, counting.count + 1):
        old = spoil()
        if fault == "kill":
            assert in_a_child(partial(restored, place)) == KILLED
        else:
            with suppress(BackupFailed):
                restored(place)
        if can_exchange or small.exists():
            assert look(small) in (old, new)
        finish(restore(archive, small, folder))
        assert look(small) == new
        assert [path.name for path in small.parent.iterdir()] == ["small"]


@pytest.mark.parametrize("fault", FAULTS)
def test_pruning_never_loses_the_newest(small: Path, tmp_path: Path, finish: Finish[Any], fault: str) -> None:
    """After each fault the newest snapshot is there and whole."""
    folder = tmp_path / "archives"
    policy = Policy(last=1, daily=0, weekly=0, monthly=0, yearly=0)

    def pruned(at: int) -> object:
        return finish(prune(small, folder, policy, zone=UTC, disk=Faulty(at, fault)))

    for place in range(1, 6):
        while len(snapshots(folder)) < RUNS:
            finish(create(small, folder))
        newest = snapshots(folder)[0].id
        if fault == "kill":
            in_a_child(partial(pruned, place))
        else:
            with suppress(BackupFailed):
                pruned(place)
        there = {each.id: each for each in snapshots(folder)}
        finish(read_archive(there[newest].path, Sink()))
