"""The hosts that run on this machine."""

from __future__ import annotations

import os
from asyncio import to_thread
from collections.abc import Callable
from pathlib import Path

from qualia.client import Client, attach, running
from qualia_tui.dialogs.asking import Option


async def host_options() -> tuple[Option, ...]:
    """Return the hosts of this user that run, to choose from."""
    # Each is called, and one that is at its limit answers late: nobody's keys wait for that.
    known = await to_thread(running, dict(os.environ))
    return tuple(Option(str(found.place.path), found.name, f"{found.pid}  {found.started_at}") for found in known)


def reach_of(socket: str, *, read_only: bool) -> Callable[[], Client]:
    """Return how a host is reached.

    Args:
        socket: where it answers.
        read_only: whether the console only looks.
    """
    return lambda: attach(Path(socket), name="qualia-tui", read_only=read_only)
