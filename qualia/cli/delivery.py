"""Files that a command leaves: checked before the work, written whole behind it."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from qualia._files import write_whole
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _
from qualia.errors import UnwritableOutput

_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10))}
)


def check_target(target: str | None, *, source: str = "-") -> Path | None:
    """Return where to write, or None for standard output, once it is clear that it can be written there.

    Raises:
        UnwritableOutput: the folder it should stand in is missing.
        WrongUsage: it would replace ``source``, the file that is read.
    """
    if target is None or target == "-":
        return None
    path = Path(target)
    check_folder(path)
    if target.endswith(("/", os.sep)) and not path.is_dir():
        raise UnwritableOutput(target, "there is no such folder; make it first")
    if source != "-" and path.is_file() and Path(source).is_file() and path.samefile(source):
        raise WrongUsage(_("-o {path!r} is the file that is read; give another name", path=target))
    return path


def target_of(target: str | None, *, sources: Sequence[str], is_one: bool) -> Path | None:
    """Return where to write what comes of ``sources``, or None for standard output, once that is clear to be possible.

    For several sources a name without suffix is a folder, which need not be there yet.

    Raises:
        UnwritableOutput: the folder it should stand in is missing, or a file stands where a folder should.
        WrongUsage: it would replace one of the files that are read.
    """
    if target is None or target == "-":
        return None
    if not is_one and is_folder(Path(target)):
        path = Path(target)
        check_absent(path, {}, force=True)
        return path
    for source in sources:
        check_target(target, source=source)
    return Path(target)


def check_unread(path: Path, sources: Sequence[str]) -> None:
    """Make sure that a file to be written is none of those that are read.

    Raises:
        WrongUsage: it is.
    """
    if path.exists():
        for source in sources:
            check_target(str(path), source=source)


def is_folder(target: Path) -> bool:
    """Tell whether a target for several files is a folder, or will be one."""
    return target.is_dir() or (target.suffix == "" and not target.exists())


def check_folder(path: Path) -> None:
    """Make sure the folder a file should stand in is there.

    Raises:
        UnwritableOutput: it is not.
    """
    folder = path.parent
    if not folder.is_dir():
        reason = f"there is no folder {str(folder)!r}; make it first"
        raise UnwritableOutput(str(path), "a folder above it is a file" if folder.exists() else reason)


def make_folder(folder: Path) -> None:
    """Make a folder in one that is there; it may be there itself.

    Raises:
        UnwritableOutput: it cannot be made.
    """
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise UnwritableOutput(str(folder), (error.strerror or str(error)).lower()) from error


def deliver_all(folder: Path, files: Mapping[str, bytes], *, force: bool) -> list[Path]:
    """Write files into a folder, all of them or none, and return them; the folder is made if need be.

    They are written beside their place first, so a full disk is met before the first one appears.

    Args:
        folder: where to; the folder it stands in must be there.
        files: content by file name.
        force: whether files that are there are replaced.

    Raises:
        UnwritableOutput: one is there already, or cannot be written.
    """
    check_absent(folder, files, force=force)
    was_there = folder.is_dir()
    stage = _stage(folder, was_there=was_there)
    try:
        stage.mkdir()
        for name, data in files.items():
            write_whole(stage / name, data)
        if was_there:
            for name in files:
                os.replace(stage / name, folder / name)
        else:
            os.replace(stage, folder)
    except UnwritableOutput as error:
        raise UnwritableOutput(str(folder / Path(error.path).name), error.reason) from error.__cause__
    except OSError as error:
        raise UnwritableOutput(str(folder), (error.strerror or str(error)).lower()) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return [folder / name for name in files]


def check_absent(folder: Path, names: Mapping[str, object], *, force: bool) -> None:
    """Make sure a folder can take files of these names.

    Raises:
        UnwritableOutput: it is a file, it stands nowhere, or it holds one of them and ``force`` is False.
    """
    if folder.exists() and not folder.is_dir():
        raise UnwritableOutput(str(folder), "it is a file; name a folder")
    if not folder.exists():
        check_folder(folder)
    for name in names:
        path = folder / name
        if path.is_dir():
            raise UnwritableOutput(str(path), "it is a folder")
        if not force and path.exists():
            raise UnwritableOutput(str(path), "it is there already; name another folder or give --force")


def _stage(folder: Path, *, was_there: bool) -> Path:
    token = secrets.token_hex(4)
    return folder / f".qualia.{token}.part" if was_there else folder.with_name(f".{folder.name}.{token}.part")


def file_name(name: str, taken: set[str]) -> str:
    """Return a name as a file name without suffix that every system takes and nobody has ``taken``, and take it."""
    safe = re.sub(r"[^\w.-]+", "_", name).strip("._")[:80] or "step"
    if safe.casefold().partition(".")[0] in _RESERVED:
        safe = f"{safe}_"
    free, number = safe, 2
    while free.casefold() in taken:
        free, number = f"{safe}_{number}", number + 1
    taken.add(free.casefold())
    return free
