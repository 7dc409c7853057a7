"""What lies in a folder that is watched, and when there is news of it."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import field, frozen

from qualia._plugins.hints import Hints, NoHints, Watchfiles, hints
from qualia.cli.batch.asking import is_temporary
from qualia.cli.batch.settled import Signature

_STEP_MS, _DEBOUNCE_MS = 50, 500
_LOOK_UP_S = 0.5


@frozen
class Look:
    """A folder at one moment."""

    files: Mapping[str, Signature] = field(factory=lambda: dict[str, Signature]())
    folders: tuple[str, ...] = ()
    """The folder itself and, where they count, those below it; none when it is gone."""


@frozen(kw_only=True)
class Inbox:
    """A folder, and which files in it are meant."""

    folder: str
    patterns: Sequence[str]
    """By name (``*.vtt``), or by place in the folder (``day-1/*.vtt``)."""
    recursive: bool
    without: str
    """A folder of which nothing counts, as an absolute path: that of the outputs."""

    def look(self) -> Look:
        """Return what there is now."""
        files: dict[str, Signature] = {}
        folders: list[str] = []
        open_ = [self.folder]
        while open_:
            folder = open_.pop()
            if os.path.realpath(folder) == self.without:
                continue
            entries = _entries(folder)
            if entries is None:
                continue
            folders.append(folder)
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if _is_folder(entry):
                    open_ += [entry.path] if self.recursive else []
                elif self._is_meant(entry):
                    files |= _signed(entry)
        return Look(files, tuple(folders))

    def _is_meant(self, entry: os.DirEntry[str]) -> bool:
        if is_temporary(entry.name):
            return False
        place = os.path.relpath(entry.path, self.folder).replace(os.sep, "/")
        return any(fnmatch.fnmatch(place if "/" in each else entry.name, each) for each in self.patterns)


def _entries(folder: str) -> list[os.DirEntry[str]] | None:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _signed(entry: os.DirEntry[str]) -> dict[str, Signature]:
    try:
        found = entry.stat()
    except OSError:
        return {}
    return {entry.path: (found.st_size, found.st_mtime_ns)} if stat.S_ISREG(found.st_mode) else {}


class News:
    """Waits until there may be something new in folders; without the system's help it just waits.

    Args:
        folder: the one it is about.
        polling: whether the system is not asked.
    """

    def __init__(self, folder: str, *, polling: bool) -> None:
        self._folder: str = folder
        self._hints: Hints = self._ask(polling)
        self.is_told: bool = not isinstance(self._hints, NoHints)
        """Whether the system tells of changes."""

    def _ask(self, polling: bool) -> Hints:
        if not polling:
            with contextlib.suppress(OSError):
                found = hints(step_ms=_STEP_MS, debounce_ms=_DEBOUNCE_MS)
                if found is not None:
                    return found
        return NoHints()

    def arm(self, look: Look) -> bool:
        """Watch the folders of a look, and the one above, should they be gone; return whether one of them is new."""
        beside = () if look.folders else (os.path.dirname(os.path.abspath(self._folder)),)  # noqa: PTH100, PTH120 - as above
        try:
            return self._hints.arm(look.folders, beside)
        except OSError:
            self._hints.close()
            self._hints, self.is_told = NoHints(), False
            return False

    def wait(self, timeout_s: float) -> bool:
        """Wait for news and say whether there was any, as far as the system tells."""
        return bool(self._hints.wait(timeout_s if self._can_wake else min(timeout_s, _LOOK_UP_S)))

    def wake(self) -> None:
        """Let `wait` return, at once or within half a second; safe in a signal handler."""
        if self._can_wake:
            self._hints.wake()

    @property
    def _can_wake(self) -> bool:
        """Whether waking takes no lock, which the thread that a signal interrupts might hold."""
        return not isinstance(self._hints, (NoHints, Watchfiles))

    def close(self) -> None:
        """Give everything back."""
        self._hints.close()


def missing(folder: str) -> bool:
    """Tell whether a folder is not there, or is none."""
    return not Path(folder).is_dir()
