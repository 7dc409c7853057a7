"""Bytes from a socket cut into lines, whatever their pieces, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator


class Lines:
    """Cuts what arrives into lines; one that is too long is None, and what is left of it is thrown away.

    Args:
        limit_bytes: the longest line, its end left out.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit: int = limit_bytes
        self._held: bytearray = bytearray()
        self._is_skipping: bool = False

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """Take what arrived and yield each line that is whole now, without its end; None for one that is too long."""
        *whole, rest = data.split(b"\n")
        for piece in whole:
            skipped, self._is_skipping = self._is_skipping, False
            self._held += piece
            line, self._held = self._held, bytearray()
            if not skipped:
                yield None if len(line) > self._limit else bytes(line).rstrip(b"\r")
        if not self._is_skipping:
            self._held += rest
            if len(self._held) > self._limit:
                self._held, self._is_skipping = bytearray(), True
                yield None
