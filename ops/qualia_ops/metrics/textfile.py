"""A file for node_exporter's textfile collector, which may read it at any moment."""

from __future__ import annotations

import os
from pathlib import Path

from qualia_ops.metrics.errors import MetricsFailed

SUFFIX = ".prom"
"""What the collector takes a file for its own by."""
MODE = 0o644
"""The collector runs as another user, whatever the umask of this one is."""


def write_textfile(path: Path, text: str, *, default_name: str = "qualia") -> Path:
    """Write figures so that nobody ever reads half of them, and return the file.

    Args:
        path: the file, whose name ends in ``.prom``; or a folder, in which it is called after ``default_name``.
        text: the figures.
        default_name: the file's name in a folder, without its suffix.

    Raises:
        MetricsFailed: the name is none the collector reads, or the file cannot be written; what was there stays.
    """
    path = path / f"{default_name}{SUFFIX}" if path.is_dir() else path
    if path.suffix != SUFFIX:
        raise MetricsFailed(f"{str(path)!r} is not read by the textfile collector; let it end in {SUFFIX}", 2)
    # No suffix of the collector's own: it reads whatever has one.
    part = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    try:
        try:
            descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), MODE)
            with os.fdopen(descriptor, "wb") as file:
                if hasattr(os, "fchmod"):
                    os.fchmod(file.fileno(), MODE)
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MetricsFailed(f"{path}: {(error.strerror or str(error)).lower()}") from error
    return path
