"""What a client says of itself before anything else, read strictly: what is unclear is refused, not guessed at."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from types import NoneType
from typing import Any

from attrs import frozen

from qualia.protocol import HELLO, VERSIONS, Code, HostRefused, agreed_version

_LEAST_BEAT_S, _MOST_BEAT_S = 0.01, 3600.0
_NAME = 80


@frozen(kw_only=True)
class Hello:
    """A client's hello."""

    version: int
    """The newest version both sides speak."""
    name: str
    """What it calls itself."""
    read_only: bool
    """Whether it only wants to look."""
    beat_s: float | None
    """Seconds without news after which it wants a sign of life; None for none."""


def hello_of(params: Mapping[str, Any], token: str) -> Hello:
    """Return what the params of a hello say.

    Args:
        params: what the client sent.
        token: what it must know; empty for nothing.

    Raises:
        HostRefused: it does not know the token, speaks no version that is known here, or is unclear.
    """
    if token and not _is_same(params.get("token"), token):
        raise HostRefused(HELLO, "the token is wrong; read it from the host's own file", Code.NOT_NOW)
    version = agreed_version(params.get("versions"))
    if version is None:
        spoken = ", ".join(map(str, VERSIONS))
        raise HostRefused(HELLO, f"no version is common; this host speaks {spoken}", Code.NOT_NOW)
    return Hello(
        version=version,
        name=str(params.get("client", ""))[:_NAME],
        read_only=_read_only(params.get("read_only")),
        beat_s=_beat_s(params.get("beat_s")),
    )


def _is_same(given: object, token: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _read_only(given: object) -> bool:
    # What is unclear, taken for no, would give more than was meant.
    if not isinstance(given, (bool, NoneType)):
        raise HostRefused(HELLO, "read_only is true or false")
    return given is True


def _beat_s(given: object) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not _LEAST_BEAT_S <= given <= _MOST_BEAT_S:
        raise HostRefused(HELLO, f"beat_s is a number of seconds, {_LEAST_BEAT_S:g} to {_MOST_BEAT_S:g}")
    return given
