"""What a call must leave alone: the state that all code of a process shares."""

from __future__ import annotations

import locale
import logging
import os
import random
import signal
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Shared = Mapping[str, Any]


def shared_state() -> Shared:
    """Return what the whole process shares, by what people call it."""
    watched: Mapping[str, Callable[[], Any]] = {
        "the working folder": Path.cwd,
        "the environment (os.environ)": lambda: dict(os.environ),
        "sys.path": lambda: tuple(sys.path),
        "the locale": lambda: locale.setlocale(locale.LC_ALL),
        "the state of the random module": lambda: hash(random.getstate()),
        "the state of numpy.random": _numpy_state,
        "the recursion limit": sys.getrecursionlimit,
        "the handlers of the root logger": lambda: (tuple(map(repr, logging.root.handlers)), logging.root.level),
        "the filters of warnings": lambda: tuple(map(repr, warnings.filters)),
        "the signal handlers": lambda: {each: repr(signal.getsignal(each)) for each in signal.valid_signals()},
        "standard output or error": lambda: (id(sys.stdout), id(sys.stderr)),
    }
    return {name: read() for name, read in watched.items()}


def changed(before: Shared, after: Shared) -> list[str]:
    """Return the names of what is not as it was; what one of the two does not know is not counted."""
    return [name for name, value in before.items() if value is not None and after.get(name) not in (value, None)]


def restore(before: Shared) -> None:
    """Bring back what the tests that follow depend on."""
    os.chdir(before["the working folder"])
    os.environ.clear()
    os.environ.update(before["the environment (os.environ)"])
    sys.path[:] = before["sys.path"]
    locale.setlocale(locale.LC_ALL, before["the locale"])


def _numpy_state() -> int | None:
    """Return a hash of numpy's shared generator; None as long as nobody has loaded numpy."""
    numpy: Any = sys.modules.get("numpy.random")
    return None if numpy is None else hash(str(numpy.get_state()))
