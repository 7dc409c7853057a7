"""Copying to the clipboard of whoever sits at the terminal, wherever the console runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from qualia.protocol.places import made_private, runtime_folder

OSC_52_BYTES = 74_994
"""The longest text, in base64, that common terminals take."""


def fits_clipboard(text: str) -> bool:
    """Return whether terminals take a text this long by OSC 52."""
    return -(-len(text.encode("utf-8", "replace")) // 3) * 4 <= OSC_52_BYTES


def kept_copy(text: str, environ: Mapping[str, str] | None = None) -> Path:
    """Keep a text in a file that only its owner reads, for terminals without OSC 52, and return where.

    Args:
        text: what to keep.
        environ: the environment; None for this process's.

    Raises:
        OSError: it cannot be written.
    """
    path = made_private(runtime_folder(os.environ if environ is None else environ)) / "copied.txt"
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
    return path
