"""The hosts that run on this machine."""

from __future__ import annotations

import os
from asyncio import to_thread
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path

from qualia.client import Client, attach, host_for, running
from qualia.protocol.places import Found
from qualia_tui.dialogs.asking import Option
from qualia_tui.model import facts
from qualia_tui.model.amounts import moment
from qualia_tui.words import _


async def host_options(here: facts.Plain) -> tuple[Option, ...]:
    """Return the hosts of this user that run, to choose from.

    Args:
        here: what the one that is looked at told of itself.
    """
    # Each is called, and one that is at its limit answers late: nobody's keys wait for that.
    known = await to_thread(running, dict(os.environ))
    at = facts.number(here, "pid"), facts.text(here, "name")
    return tuple(
        Option(str(found.place.path), found.name, _told(found, is_here=(found.pid, found.name) == at))
        for found in known
    )


def _told(found: Found, *, is_here: bool) -> str:
    if is_here:
        return _("looked at now")
    try:
        began_s = datetime.fromisoformat(found.started_at).timestamp()
    except ValueError:
        return str(found.pid)
    return _("since {time}", time=moment(began_s)[: -len(":00")])


def way_to(
    socket: str, options: Iterable[Option], *, read_only: bool
) -> tuple[Callable[[], Client], Callable[[], Awaitable[object]] | None]:
    """Return how a host is reached, and how one is made sure of should it be gone; None when nobody can start it.

    Args:
        socket: where it answers.
        options: the hosts there were to choose from.
        read_only: whether the console only looks.
    """
    name = next((each.text for each in options if each.key == socket), "")
    # A host that is called like a folder serves the project there; an app starts its own.
    is_project = Path(name).is_absolute() and Path(name).is_dir()
    reach = partial(attach, Path(socket), name="qualia-tui", read_only=read_only)
    return reach, partial(host_for, name) if is_project else None
