"""What went wrong in a plugin, and where in its own files."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TypeVar

from qualia.errors import CoreClosed, DeadlineExceeded, PluginFailed, QualiaError, RunCancelled, UnsupportedInput

T = TypeVar("T")

PASSING = (UnsupportedInput, RunCancelled, DeadlineExceeded, CoreClosed)
"""What a plugin raises to say something about its input or its run, not about itself."""
_LONGEST = 300
_INNER = re.compile(r"\b_qualia_plugin_(\w+)_[0-9a-f]{8}_[0-9a-f]{8}\b|(?<=\.py)#g\d+\b")
"""What the loader calls a plugin's package, and adds to a reloaded file's name; people know neither."""


def contained(
    action: Callable[[], T], plugin: str, folder: Path, *, passing: tuple[type[QualiaError], ...] = PASSING
) -> T:
    """Run a plugin's code.

    Args:
        action: what runs it.
        plugin: its id.
        folder: where it lies.
        passing: errors that go through as they are.

    Raises:
        PluginFailed: it raised, or asked the program to end; its exception is the cause.
        KeyboardInterrupt: and other affairs of the caller's.
    """
    try:
        return action()
    except passing:
        raise
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, GeneratorExit)) or _is_cancellation(error):
            raise
        raise PluginFailed(plugin, told(error), place_of(error, folder)) from error


def _is_cancellation(error: BaseException) -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)


def told(error: BaseException) -> str:
    """Return an exception's class and sentence in one line; the sentence is the plugin's own code."""
    try:
        text = _INNER.sub(lambda found: found[1] or "", " ".join(str(error).split()))
    except Exception:
        text = ""
    return f"{type(error).__name__}: {text[:_LONGEST]}" if text else type(error).__name__


def place_of(error: BaseException, folder: Path) -> str:
    """Return file:line of the innermost frame of an exception in the plugin's folder, or the folder."""
    if isinstance(error, SyntaxError) and error.filename is not None and _is_inside(error.filename, folder):
        return placed(error.filename, error.lineno or 1)
    frames = [each for each in traceback.extract_tb(error.__traceback__) if _is_inside(each.filename, folder)]
    return placed(frames[-1].filename, frames[-1].lineno or 1) if frames else str(folder)


def standing(thread_id: int, folder: Path) -> str:
    """Return file:line of where a thread stands in a plugin's folder now; empty when it does not."""
    frame: FrameType | None = sys._current_frames().get(thread_id)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and not _is_inside(frame.f_code.co_filename, folder):
        frame = frame.f_back
    return "" if frame is None else placed(frame.f_code.co_filename, frame.f_lineno)


def placed(filename: str, line: int) -> str:
    """Write a place; what the loader adds to the name of a reloaded file is left out."""
    return f"{filename.rpartition('#')[0] or filename}:{line}"


def _is_inside(filename: str, folder: Path) -> bool:
    return filename.startswith(f"{folder}{os.sep}")
