"""The hosts that run on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from qualia.client import Client, attach, running
from qualia_tui.dialogs.asking import Option


def host_options() -> tuple[Option, ...]:
    """Return the hosts of this user that run, to choose from."""
    return tuple(
        Option(str(found.place.path), found.name, f"{found.pid}  {found.started_at}") for found in running(os.environ)
    )


def reach_of(socket: str, *, read_only: bool) -> Callable[[], Client]:
    """Return how a host is reached.

    Args:
        socket: where it answers.
        read_only: whether the console only looks.
    """
    return lambda: attach(Path(socket), name="qualia-tui", read_only=read_only)
