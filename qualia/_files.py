"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from qualia.errors import UnwritableOutput


def write_whole(path: Path, data: bytes, *, mode: int = 0o666) -> Path:
    """Write a file so that nobody ever sees half of it under its name (temporary file, fsync, rename), and return it.

    A link is followed; a device or pipe is written as it is.

    Args:
        path: the file.
        data: what it holds then.
        mode: who may do what with a file, from the moment it is made, as far as the process's mask lets them.

    Raises:
        UnwritableOutput: it cannot be written; the name is left as it was.
        BrokenPipeError: the reader of a pipe is gone.
    """
    try:
        if path.is_dir():
            raise UnwritableOutput(str(path), "it is a folder")
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                device.write(data)
        else:
            _replace(path.resolve(), data, mode)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnwritableOutput(str(path), (error.strerror or str(error)).lower()) from error
    return path


def _replace(path: Path, data: bytes, mode: int) -> None:
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def why_unread(error: Exception) -> str:
    """Return in a few words why a text file could not be read, without what Python adds to that."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
