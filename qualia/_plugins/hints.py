"""What the system tells about changes in folders. A hint says where to look again, never what is there."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from qualia._plugins.scan import identity

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify


class Hints(Protocol):
    """Tells that something may have changed. Used by one thread; `wake` and `close` by any."""

    def arm(self, places: Iterable[str], beside: Iterable[str]) -> bool:
        """Watch these folders from now on, and no others; return whether one of them was not watched before.

        Args:
            places: folders; those that are missing are passed over.
            beside: further folders of which only the direct entries matter.

        Raises:
            OSError: the system watches no more.
        """
        ...

    def wait(self, timeout_s: float) -> frozenset[str]:
        """Wait for news and return the paths it is about; none when there was none in time, or on `wake`."""
        ...

    def wake(self) -> None:
        """Let `wait` return."""
        ...

    def close(self) -> None:
        """Give everything back; further calls have no effect."""
        ...


class NoHints:
    """For folders on which the system tells nothing: whoever watches them has to look."""

    def __init__(self) -> None:
        self._woken: threading.Event = threading.Event()

    def arm(self, places: Iterable[str], beside: Iterable[str]) -> bool:
        """Do nothing."""
        return False

    def wait(self, timeout_s: float) -> frozenset[str]:
        """Wait."""
        self._woken.wait(timeout_s)
        self._woken.clear()
        return frozenset()

    def wake(self) -> None:
        """Let `wait` return."""
        self._woken.set()

    def close(self) -> None:
        """Let `wait` return."""
        self._woken.set()


class Watchfiles:
    """News from `watchfiles`, for whole trees.

    Args:
        step_ms: how often there is a look for news; it is handed on when there was no more of it for so long.
        debounce_ms: and after so long in any case.
    """

    def __init__(self, *, step_ms: int, debounce_ms: int) -> None:
        self._step_ms: int = step_ms
        self._debounce_ms: int = debounce_ms
        self._notify: RustNotify | None = None
        self._trees: dict[str, tuple[str, tuple[int, int] | None]] = {}
        """By the path the system uses: the path asked for, and what it led to."""
        self._woken: threading.Event = threading.Event()

    def arm(self, places: Iterable[str], beside: Iterable[str]) -> bool:
        """Watch the trees these folders make up; `beside` would bring in trees of any size and is left to the watch."""
        from watchfiles._rust_notify import RustNotify

        trees = {os.path.realpath(place): (place, identity(place)) for place in _tops(places)}
        if trees == self._trees:
            return False
        self._drop()
        try:
            self._notify = RustNotify(list(trees), False, False, 0, True, True) if trees else None
        except FileNotFoundError:  # vanished just now; the next look tells
            return False
        except RuntimeError as error:
            raise OSError(errno.EIO, str(error)) from error
        self._trees = trees
        return True

    def wait(self, timeout_s: float) -> frozenset[str]:
        """Wait for news, and then until it is complete."""
        if self._notify is None:
            self._woken.wait(timeout_s)
            self._woken.clear()
            return frozenset()
        # At least 1: 0 would stand for no end.
        told = self._notify.watch(self._debounce_ms, self._step_ms, max(1, int(timeout_s * 1000)), self._woken)
        self._woken.clear()
        if isinstance(told, str):
            return frozenset()
        paths = [path for _, path in told]
        for path in paths:
            # A tree that was deleted is watched no more, even if there is one of its name again.
            self._trees.pop(path, None)
        return frozenset(self._given(path) for path in paths)

    def wake(self) -> None:
        """Let `wait` return within a step."""
        self._woken.set()

    def close(self) -> None:
        """Let its thread end. Only for the thread that waits."""
        self._drop()

    def _drop(self) -> None:
        self._trees = {}
        if self._notify is not None:
            self._notify.close()
            self._notify = None

    def _given(self, path: str) -> str:
        for tree, (place, _) in self._trees.items():
            if path.startswith(tree + os.sep):
                return place + path[len(tree) :]
        return path


def hints(*, step_ms: int, debounce_ms: int) -> Hints | None:
    """Return what this system offers; None when that is nothing.

    Raises:
        OSError: it grants no more.
    """
    if sys.platform == "linux":
        from qualia._plugins.inotify import Inotify

        return Inotify(step_ms=step_ms, debounce_ms=debounce_ms)
    return Watchfiles(step_ms=step_ms, debounce_ms=debounce_ms) if find_spec("watchfiles") else None


def _tops(places: Iterable[str]) -> Iterator[str]:
    """Leave out folders below others."""
    tops: set[str] = set()
    for place in sorted(places, key=len):
        above = place
        while above not in tops and above != os.path.dirname(above):  # noqa: PTH120 - plain text
            above = os.path.dirname(above)  # noqa: PTH120 - plain text
        if above not in tops:
            tops.add(place)
            yield place
