"""What a host and its clients say to each other: JSON-RPC 2.0, one message a line. ``docs/reference/host-protocol.md``.

Both sides import this; neither imports the other. Nothing here opens a socket or a file.
"""

from __future__ import annotations

from qualia.protocol.failures import Code, HostNotStarted, HostRefused, HostRunning, HostUnreachable, RunLost
from qualia.protocol.messages import (
    CLOSED,
    HELLO,
    LIMIT_BYTES,
    REPLY_LIMIT_BYTES,
    VERSIONS,
    BadMessage,
    Request,
    agreed_version,
    decoded,
    encoded,
    failure,
    notification,
    parsed,
    reply,
)

__all__ = [
    "CLOSED",
    "HELLO",
    "LIMIT_BYTES",
    "REPLY_LIMIT_BYTES",
    "VERSIONS",
    "BadMessage",
    "Code",
    "HostNotStarted",
    "HostRefused",
    "HostRunning",
    "HostUnreachable",
    "Request",
    "RunLost",
    "agreed_version",
    "decoded",
    "encoded",
    "failure",
    "notification",
    "parsed",
    "reply",
]
