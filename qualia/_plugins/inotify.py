"""News from Linux about folders, asked for directly.

`watchfiles` looks for news every few milliseconds: a watch that answers within 30 ms then costs some 0.25 % of a
processor while nothing happens, and it brings asyncio into the process. Linux wakes a thread when there is news and
not before.
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Mapping

SOMEWHERE = ""
"""The path of a change when the system only knows that there was one."""

_EVENT = struct.Struct("iIII")
_OVERFLOW = 0x4000
# Modified, attributes, closed after writing, moved from and to, created, deleted, and the folder itself deleted, moved.
_NEWS = 0x2 | 0x4 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800
_ONLY_FOLDERS = 0x1000000
_PASSED_OVER = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ELOOP, errno.ENAMETOOLONG)
_REMEDIES: Mapping[int, str] = {
    errno.ENOSPC: "all watches are taken; raise fs.inotify.max_user_watches",
    errno.EMFILE: "all instances are taken; raise fs.inotify.max_user_instances",
}
_READ_BYTES = 64 * 1024


class Inotify:
    """News from inotify(7), for each folder by itself; see `Hints`.

    Args:
        step_ms: news is handed on when there was no more of it for so long.
        debounce_ms: and after so long in any case.

    Raises:
        OSError: the system grants no further instance.
    """

    def __init__(self, *, step_ms: int, debounce_ms: int) -> None:
        self._step_s: float = step_ms / 1000
        self._debounce_s: float = debounce_ms / 1000
        self._libc: ctypes.CDLL = ctypes.CDLL(None, use_errno=True)
        self._bell: int = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        try:
            self._fd: int = self._checked(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        except OSError:
            os.close(self._bell)
            raise
        self._ready: select.poll = select.poll()
        self._ready.register(self._fd, select.POLLIN)
        self._ready.register(self._bell, select.POLLIN)
        self._places: dict[int, str] = {}
        self._closing: threading.Lock = threading.Lock()
        self._is_closed: bool = False

    def arm(self, places: Iterable[str], beside: Iterable[str]) -> bool:
        """Watch exactly these folders. Asked again for a folder it watches, Linux watches it on."""
        before, now = self._places, dict[int, str]()
        for place in (*beside, *places):
            number = self._libc.inotify_add_watch(self._fd, os.fsencode(place), _NEWS | _ONLY_FOLDERS)
            if number >= 0:
                now[number] = place
            elif ctypes.get_errno() not in _PASSED_OVER:
                self._checked(number)
        self._places = now
        for number in before.keys() - now.keys():
            self._libc.inotify_rm_watch(self._fd, number)
        return bool(now.keys() - before.keys())

    def wait(self, timeout_s: float) -> frozenset[str]:
        """Wait for news, and then until it is complete."""
        paths: set[str] = set()
        until_s: float | None = None
        ready = self._ready.poll(timeout_s * 1000)
        while ready:
            if any(fd == self._bell for fd, _ in ready):
                os.eventfd_read(self._bell)
                break
            paths.update(self._read())
            now_s = time.monotonic()
            until_s = until_s or now_s + self._debounce_s
            ready = self._ready.poll(min(self._step_s, until_s - now_s) * 1000) if now_s < until_s else []
        return frozenset(paths)

    def wake(self) -> None:
        """Let `wait` return."""
        with self._closing:
            if not self._is_closed:
                os.eventfd_write(self._bell, 1)

    def close(self) -> None:
        """Give both descriptors back."""
        with self._closing:
            if not self._is_closed:
                self._is_closed = True
                os.close(self._fd)
                os.close(self._bell)

    def _read(self) -> Iterator[str]:
        try:
            news = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return
        at = 0
        while at < len(news):
            number, what, _, length = _EVENT.unpack_from(news, at)
            name = os.fsdecode(news[at + _EVENT.size : at + _EVENT.size + length].rstrip(b"\0"))
            at += _EVENT.size + length
            place = self._places.get(number)
            if what & _OVERFLOW:
                yield SOMEWHERE
            elif place is not None:
                yield os.path.join(place, name) if name else place  # noqa: PTH118 - plain text, thousands at a time

    def _checked(self, number: int) -> int:
        if number < 0:
            code = ctypes.get_errno()
            raise OSError(code, _REMEDIES.get(code) or os.strerror(code))
        return number
