"""Where something went wrong, as people see it: file and line, the line of source, and a caret below it."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from qualia._safe import safe_line, safe_text

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(?::\d+)?")
_LONGEST = 160
_MOST_BYTES = 2_000_000


def pointed(place: str, error: BaseException | None = None) -> list[str]:
    """Return a place as lines: itself, the source there as it is now, and a caret where the column is known.

    Args:
        place: ``file:line`` as errors and events tell it; anything else is shown as it is.
        error: what was raised there; None when only the place is known.
    """
    match = _PLACE.fullmatch(place)
    source = "" if match is None else _source(Path(match["file"]))
    lines = source.splitlines()
    if match is None or not 0 < int(match["line"]) <= len(lines):
        return [safe_line(place)] if place else []
    number = int(match["line"])
    line = lines[number - 1]
    shown = line.strip()
    found = [safe_line(place), f"    {_one_by_one(shown[:_LONGEST])}"]
    span = _span(match["file"], number, source, error)
    if span is not None:
        indent = len(line) - len(line.lstrip())
        begin = max(0, span[0] - indent)
        width = max(1, min(span[1] - indent, len(shown)) - begin)
        if begin + width <= _LONGEST and width < len(shown):
            found.append(f"    {' ' * begin}{'^' * width}")
    return found


def _one_by_one(text: str) -> str:
    """Return text as safe as it must be without moving what stands behind a tab."""
    return safe_text(text.replace("\t", " "))


def _source(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MOST_BYTES)
    except (OSError, ValueError):
        return ""


def _span(file: str, line: int, source: str, error: BaseException | None) -> tuple[int, int] | None:
    """Return the first character of a line that is meant and the one behind the last, from 0; None if unknown."""
    if isinstance(error, SyntaxError):
        return _of_syntax(error, line)
    if error is not None:
        return _of_frame(error, file, line, source.splitlines()[line - 1])
    return _of_syntax(_complaint(source), line) if file.endswith(".py") else None


def _complaint(source: str) -> SyntaxError | None:
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "plugin", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _of_syntax(error: SyntaxError | None, line: int) -> tuple[int, int] | None:
    if error is None or error.lineno != line or not error.offset:
        return None
    begin = error.offset - 1
    is_here = error.end_lineno in (None, line) and error.end_offset is not None and error.end_offset > error.offset
    return begin, (error.end_offset or 0) - 1 if is_here else begin + 1


def _of_frame(error: BaseException, file: str, line: int, text: str) -> tuple[int, int] | None:
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        # What the loader adds to the name of a reloaded file is left out of places.
        if frame.lineno != line or (frame.filename != file and frame.filename.rpartition("#")[0] != file):
            continue
        if frame.colno is None or frame.end_colno is None or frame.end_lineno != line:
            return None
        # A frame counts bytes.
        begin, end = (len(text.encode()[:at].decode(errors="ignore")) for at in (frame.colno, frame.end_colno))
        return begin, end
    return None
