"""Long text for a terminal, one screen at a time, by the program that ``PAGER`` names."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping


def pager_of(environ: Mapping[str, str]) -> list[str] | None:
    """Return the command of the pager to use: ``QUALIA_PAGER``, ``PAGER``, else less or more; None for none.

    An empty name, ``cat`` and a terminal that can do nothing mean none.
    """
    if environ.get("TERM") == "dumb":
        return None
    named = environ.get("QUALIA_PAGER", environ.get("PAGER"))
    if named is not None:
        try:
            words = shlex.split(named)
        except ValueError:
            return None
        return words if words and words[0] != "cat" and shutil.which(words[0]) else None
    found = next((name for name in ("less", "more") if shutil.which(name)), None)
    return None if found is None else [found]


def is_long(text: str) -> bool:
    """Tell whether a text has more lines than the terminal shows at once."""
    return text.count("\n") + 2 > shutil.get_terminal_size().lines


def page(text: str, command: list[str], environ: Mapping[str, str]) -> bool:
    """Show a text by a pager and wait until it is left; False when it could not be started.

    Ctrl-C is the pager's as long as it runs. ``LESS`` keeps what people have set, or is ``FRX``: leave when one
    screen is enough, show styles, and let what was read stay on the screen.
    """
    settings = {"LESS": "FRX", "LV": "-c", **environ}
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=settings)  # noqa: S603 - the user's own pager
    except OSError:
        return False
    before = _ignoring_interrupts()
    try:
        pager.communicate(text.encode("utf-8", "backslashreplace") + b"\n")
    except BrokenPipeError:
        pager.wait()
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)
    return True


def _ignoring_interrupts() -> signal.Handlers | signal._HANDLER | None:  # pyright: ignore[reportPrivateUsage]
    try:
        return signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:
        return None
