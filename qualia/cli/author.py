"""The grammar of the commands for people who write plugins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def author_commands() -> tuple[Callable[[Any], None], ...]:
    """Return what adds each of these commands to the others."""
    return ()
