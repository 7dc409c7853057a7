"""What the system tells of this machine and this process. Nothing here opens a database or runs a plugin."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from attrs import field, frozen

_CGROUPS = Path("/sys/fs/cgroup")
_UNBOUNDED_BYTES = 2**60
"""What old cgroups without a limit say is a number near 2**63."""


def room(folder: Path) -> tuple[int, int]:
    """Return the bytes that are free for this user where a folder lies or will lie, and those there are.

    Raises:
        OSError: the file system does not tell.
    """
    usage = shutil.disk_usage(nearest_folder(folder))
    return usage.free, usage.used + usage.free


def nearest_folder(folder: Path) -> Path:
    """Return a folder, or the nearest one above it that is there."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def used_memory() -> int | None:
    """Return the bytes this process holds in memory; None where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None


def memory_limit() -> int | None:
    """Return the bytes of memory this process may use: the machine's, or its control group's; None: not known."""
    known = [*_machine_memory(), *_group_limits(_CGROUPS, Path("/proc/self/cgroup"))]
    return min(known, default=None)


def _machine_memory() -> Iterator[int]:
    with suppress(AttributeError, OSError, ValueError):
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _group_limits(root: Path, membership: Path) -> Iterator[int]:
    """Yield the limits of this process's control group and of those above it."""
    try:
        lines = membership.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        _number, _colon, rest = line.partition(":")
        controllers, _colon, path = rest.partition(":")
        if controllers in ("", "memory"):
            top, name = (root, "memory.max") if not controllers else (root / controllers, "memory.limit_in_bytes")
            own = top / path.lstrip("/")
            for folder in (own, *own.parents):
                with suppress(OSError, ValueError):
                    limit = int((folder / name).read_text(encoding="ascii"))
                    if 0 < limit < _UNBOUNDED_BYTES:
                        yield limit
                if folder == top:
                    break


def may_write(path: Path) -> bool:
    """Tell whether this process may change a file or folder."""
    return os.access(path, os.W_OK)


@frozen(kw_only=True)
class Readers:
    """Where facts come from: handed in, so that a test can have any machine it likes."""

    wall: Callable[[], float] = field(default=time.time)
    """Seconds since 1970."""
    monotonic: Callable[[], float] = field(default=time.monotonic)
    """Seconds that never go back."""
    room: Callable[[Path], tuple[int, int]] = field(default=room)
    used_memory: Callable[[], int | None] = field(default=used_memory)
    memory_limit: Callable[[], int | None] = field(default=memory_limit)
    may_write: Callable[[Path], bool] = field(default=may_write)
