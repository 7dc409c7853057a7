"""Whether what is written may be bold or coloured: asked once for a command, then known wherever a table is made."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_is_coloured: ContextVar[bool] = ContextVar("coloured", default=False)


def colours(environ: Mapping[str, str], *, is_terminal: bool, is_refused: bool = False) -> bool:
    """Tell whether styles are welcome.

    ``--no-color`` comes first, then ``NO_COLOR`` (anything but empty), then ``FORCE_COLOR`` and ``CLICOLOR_FORCE``
    (anything but empty and 0), then a terminal that can do nothing (``TERM=dumb``); else a terminal gets styles and
    files and pipes get none.

    Args:
        environ: the environment.
        is_terminal: whether people read the stream directly.
        is_refused: whether ``--no-color`` was given.
    """
    if is_refused or environ.get("NO_COLOR"):
        return False
    if any(environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return is_terminal and environ.get("TERM") != "dumb" and environ.get("CLICOLOR") != "0"


def is_coloured() -> bool:
    """Tell whether styles are welcome in what is being written."""
    return _is_coloured.get()


def bold(text: str) -> str:
    """Return a line in bold where styles are welcome, as it is elsewhere."""
    return f"\x1b[1m{text}\x1b[0m" if text and _is_coloured.get() else text


@contextmanager
def coloured(is_wanted: bool) -> Generator[None, None, None]:
    """Write with styles, or without, as long as the block lasts."""
    token = _is_coloured.set(is_wanted)
    try:
        yield
    finally:
        _is_coloured.reset(token)
