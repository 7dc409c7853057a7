"""Serves one Core to other processes of this machine, so that a terminal can watch and repair a running program.

::

    with Core(project="interviews") as core, expose(core):
        ...

``docs/how-to/watch-a-running-program.md`` shows how, and ``docs/reference/host-protocol.md`` what is spoken.

Threads and blocking sockets, not asyncio: importing that takes 87 ms of CPU, which a program that embeds Qualia would
pay; what is answered calls the Core, which blocks; and a thread that waits costs nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from attrs import evolve

from qualia.core import Core
from qualia.host.connection import Manners
from qualia.host.door import opened_door
from qualia.host.jobs import Bounds
from qualia.host.server import Host, started_now
from qualia.operations import Offer, offered
from qualia.protocol.places import runtime_folder, socket_paths

__all__ = ["Bounds", "Host", "Manners", "expose"]


def expose(
    core: Core,
    *,
    name: str = "",
    project: str | Path | None = None,
    read_only: bool = False,
    manners: Manners | None = None,
    bounds: Bounds | None = None,
    tcp: bool = False,
    offers: Callable[[], tuple[Offer, ...]] = offered,
) -> Host:
    """Serve a Core from threads of its own until the host that is returned is closed, or its block left.

    Only this user's processes get in. Nothing that a client does, or fails to do, holds up the program.

    Args:
        core: what is served; it stays the caller's, who closes it after the host.
        name: what lists of hosts call it; empty for the project's folder, or the process.
        project: the project's folder, which operations work on; None for none. The socket lies in the state folder of
            the Core's settings, or in the user's runtime folder when there is none.
        read_only: whether clients may only look.
        manners: how clients are treated; None for the defaults.
        bounds: how many runs it takes on; None for the defaults.
        tcp: whether to listen at a port of this machine, guarded by a token, instead of at a Unix socket; where there
            are no Unix sockets it does so anyway.
        offers: gives the operations that are installed.

    Raises:
        HostRunning: a host serves this state folder already.
        UnwritableOutput: the socket cannot be made.
    """
    folder = None if project is None else Path(project).absolute()
    state = core.settings.state_dir
    told = name or str(folder or (state.parent if state is not None else f"process {os.getpid()}"))
    door = opened_door(
        socket_paths(state, os.environ, name=f"{os.getpid()}-{id(core):x}"),
        runtime=runtime_folder(os.environ),
        facts={"name": told, "pid": os.getpid(), "started_at": started_now()},
        tcp=tcp,
    )
    chosen = manners or Manners()
    chosen = evolve(chosen, read_only=read_only or chosen.read_only)
    try:
        return Host(core, door, name=told, project=folder, manners=chosen, bounds=bounds or Bounds(), offers=offers)
    except BaseException:
        door.shut()
        raise
