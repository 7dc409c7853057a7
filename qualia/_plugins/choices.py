"""Which plugins are switched off, and which version of a plugin is meant where there are several."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from qualia._files import write_whole
from qualia._values import FrozenDict, frozen_mapping, is_mapping, is_texts, parse_json
from qualia.errors import UnwritableOutput

FILE_NAME = "plugins.json"
_FORMAT = 1
_MAX_BYTES = 1024 * 1024
_PATIENCE_S = 5.0
_PAUSE_S = 0.01


@frozen(kw_only=True)
class Choices:
    """What somebody decided about plugins."""

    disabled: frozenset[str] = frozenset()
    """Ids of the plugins that are switched off."""
    versions: Mapping[str, str] = field(default=FrozenDict(), converter=frozen_mapping)
    """Plugin id -> the version of it that is meant, or the folder where that says more."""

    @classmethod
    def read(cls, path: Path, *, warn: Callable[[str], None]) -> Choices:
        """Read what was decided; a file that is not there decides nothing.

        Args:
            path: the file.
            warn: is told in a sentence of a file that is damaged or newer than this version, which then decides
                nothing and is left as it is.
        """
        read = _read(path)
        if isinstance(read, str):
            warn(f"{path} {read}, so no plugin is disabled and no version chosen by it")
            return cls()
        return read

    def with_disabled(self, plugin: str, disabled: bool = True) -> Choices:
        """Return the same with one plugin switched off, or on."""
        return Choices(
            disabled=self.disabled | {plugin} if disabled else self.disabled - {plugin}, versions=self.versions
        )

    def with_version(self, plugin: str, version: str | None) -> Choices:
        """Return the same with one plugin's version or folder chosen; None leaves the choice open again."""
        versions = {id_: each for id_, each in self.versions.items() if id_ != plugin}
        return Choices(disabled=self.disabled, versions=versions if version is None else versions | {plugin: version})


def change_choices(path: Path, change: Callable[[Choices], Choices], *, warn: Callable[[str], None]) -> Choices:
    """Read, change and write what was decided in one go, and return it; others who do the same wait for their turn.

    Args:
        path: the file; its folder is made if need be.
        change: gives the new choices for those that hold.
        warn: is told in a sentence when a file that cannot be used was put aside, and under which name.

    Raises:
        UnwritableOutput: it cannot be written, or somebody else has held it for seconds; nothing was changed.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableOutput(str(path), (error.strerror or str(error)).lower()) from error
    with _alone(path):
        before = _read(path)
        if isinstance(before, str):
            aside = _put_aside(path)
            warn(f"{path} {before}; it was kept as {aside.name} and a new one begun")
            before = Choices()
        after = change(before)
        if after != before or not path.exists():
            write_whole(path, _written(after))
        return after


def _written(choices: Choices) -> bytes:
    import json

    told = {"format": _FORMAT, "disabled": sorted(choices.disabled), "versions": dict(sorted(choices.versions.items()))}
    return (json.dumps(told, indent=2) + "\n").encode("ascii")


def _read(path: Path) -> Choices | str:
    """Return what a file decides, or what is wrong with it."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        return Choices()
    except (OSError, ValueError) as error:
        return f"cannot be read ({error})"
    try:
        told: Any = parse_json(data if len(data) <= _MAX_BYTES else b"")
    except ValueError:
        return "is damaged"
    if not is_mapping(told) or type(told.get("format")) is not int:
        return "is damaged"
    if told["format"] > _FORMAT:
        return "was written by a newer version of Qualia"
    disabled, versions = told.get("disabled", []), told.get("versions", {})
    if not is_texts(disabled) or not is_mapping(versions) or not is_texts(list(versions.values())):
        return "is damaged"
    return Choices(disabled=frozenset(disabled), versions=versions)


def _put_aside(path: Path) -> Path:
    """Move a file to the first name beside it that is free, and return that."""
    number = 1
    while (aside := path.with_name(f"{path.name}.{number}.aside")).exists():
        number += 1
    try:
        os.replace(path, aside)
    except OSError as error:
        raise UnwritableOutput(str(path), (error.strerror or str(error)).lower()) from error
    return aside


@contextlib.contextmanager
def _alone(path: Path) -> Generator[None]:
    """Keep other threads and processes out, where the file system can; the lock stands in a file of its own."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        file = os.open(path.with_name(f"{path.name}.lock"), flags, 0o600)
    except OSError as error:
        raise UnwritableOutput(str(path), (error.strerror or str(error)).lower()) from error
    try:
        until = time.monotonic() + _PATIENCE_S
        while not _try_lock(file):
            if time.monotonic() > until:
                raise UnwritableOutput(str(path), "somebody else is changing it")
            time.sleep(_PAUSE_S)
        yield
    finally:
        os.close(file)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import errno
    import fcntl

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # A file system without locks lets everybody through.
            return error.errno not in (errno.EACCES, errno.EAGAIN)
        return True
