"""Speaks to a host from another process: asynchronous, reconnecting, and without the engine.

::

    async with await connect(project="interviews") as client:
        for plugin in await client.call("plugins.list"):
            print(plugin["id"], plugin["state"])
        async for event in client.events():
            print(event.kind, event.plugin)

What can be asked for stands in ``docs/reference/host-protocol.md``.
"""

from __future__ import annotations

from qualia.client.attached import Client, attach, connect
from qualia.client.feed import HostEvent
from qualia.client.starting import host_for, start
from qualia.client.timing import Timing
from qualia.protocol import HostNotStarted, HostRefused, HostUnreachable
from qualia.protocol.places import Found, Place, running

__all__ = [
    "Client",
    "Found",
    "HostEvent",
    "HostNotStarted",
    "HostRefused",
    "HostUnreachable",
    "Place",
    "Timing",
    "attach",
    "connect",
    "host_for",
    "running",
    "start",
]
