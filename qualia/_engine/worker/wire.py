"""Frames on a socket: the lengths of two parts, a head of JSON, a body of raw bytes. Nothing is ever unpickled."""

from __future__ import annotations

import math
import select
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeGuard

from qualia._engine.encoding import json_bytes, json_value

LENGTHS = struct.Struct(">II")
_CHUNK = 16 * 1024
_LARGE_CHUNK = 1024 * 1024

_PRECISE_MS = 40
_TIMEVAL = struct.Struct("@ll")
_WAITS_ITSELF = sys.platform != "win32"
_AT_ONCE = 0 if sys.platform == "win32" else socket.MSG_DONTWAIT

Frame = tuple[list[Any], bytes]


class Garbled(Exception):
    """What came is no frame, or is longer than a frame may be."""


class LineEnded(Exception):
    """Nobody is at the other end any more."""


class TooLate(Exception):
    """The time to send or receive is over."""


def packed(head: list[Any], body: bytes = b"") -> bytes:
    """Return the bytes of a frame.

    Raises:
        TypeError: the head is no plain data.
        ValueError: it holds a number that is not finite.
        RecursionError: it is nested too deeply.
    """
    data = json_bytes(head)
    return b"".join((LENGTHS.pack(len(data), len(body)), data, body))


def frame_in(buffer: bytearray | bytes, most_bytes: int) -> tuple[Frame, int] | None:
    """Return the first frame of some bytes and where it ends; None while it is not whole.

    Raises:
        Garbled: it is no frame.
    """
    size = len(buffer)
    if size < LENGTHS.size:
        return None
    head_length, body_length = LENGTHS.unpack_from(buffer)
    middle = LENGTHS.size + head_length
    end = middle + body_length
    if end > most_bytes + LENGTHS.size:
        raise Garbled(f"{end} bytes where {most_bytes} is the most")
    if size < end:
        return None
    try:
        head = json_value(buffer[LENGTHS.size : middle])
    except (ValueError, RecursionError) as error:
        raise Garbled("no JSON") from error
    if not _is_list(head) or not head:
        raise Garbled("no list")
    return (head, bytes(buffer[middle:end]) if body_length else b""), end


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


class Line:
    """The host's end of a worker's socket: whoever is at the other end, no call takes longer than it is told.

    Args:
        sock: connected; it is the line's from now on.
        clock: monotonic time in seconds.
        most_bytes: longest frame it takes.
    """

    def __init__(self, sock: socket.socket, *, clock: Callable[[], float], most_bytes: int) -> None:
        self._sock: socket.socket = sock
        self._clock: Callable[[], float] = clock
        self._most_bytes: int = most_bytes
        self._buffer: bytes | bytearray = b""
        self._bound_ms: int = 0
        self._readable: Callable[[float | None], bool] = _waiter(sock, for_reading=True)
        self._writable: Callable[[float | None], bool] = _waiter(sock, for_reading=False)
        self.is_shut: bool = False
        """Whether `shut` was called."""
        if not _WAITS_ITSELF:
            sock.setblocking(False)

    def send(self, data: bytes, until_s: float | None) -> None:
        """Send bytes.

        Args:
            data: packed frames.
            until_s: monotonic time by which they must be sent; None for no bound.

        Raises:
            TooLate: the other end did not take them in time.
            LineEnded: there is no other end.
        """
        sent = 0
        while sent < len(data):
            try:
                sent += self._sock.send(memoryview(data)[sent:] if sent else data, _AT_ONCE)
            except BlockingIOError:
                self._wait(self._writable, until_s)
            except OSError as error:
                raise LineEnded from error

    def receive(self, until_s: float | None) -> Frame:
        """Return the next frame.

        Args:
            until_s: monotonic time by which it must have come; None for no bound.

        Raises:
            TooLate: it had not come by then.
            LineEnded: the other end is gone.
            Garbled: what came is no frame.
        """
        while (found := frame_in(self._buffer, self._most_bytes)) is None:
            try:
                data = self._received(until_s)
            except BlockingIOError:
                continue
            except OSError as error:
                raise LineEnded from error
            if not self._buffer:
                # Most frames come whole and alone, and are read where they are.
                self._buffer = data
            else:
                self._buffer = bytearray(self._buffer) if isinstance(self._buffer, bytes) else self._buffer
                self._buffer += data
        frame, end = found
        self._buffer = b"" if end == len(self._buffer) else self._buffer[end:]
        return frame

    def _received(self, until_s: float | None) -> bytes:
        if _WAITS_ITSELF:
            # A thread that sleeps in `recv` wakes twice as fast as one that sleeps in `poll` and then calls it.
            bound_ms = 0
            if until_s is not None:
                bound_ms = math.ceil((until_s - self._clock()) * 1000)
                if bound_ms <= 0:
                    raise TooLate
            if 0 < bound_ms < _PRECISE_MS:
                # A socket's own bound is only as fine as the system's ticks, which may be 10 ms.
                self._wait(self._readable, until_s)
            elif bound_ms != self._bound_ms:
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(bound_ms))
                self._bound_ms = bound_ms
        else:
            self._wait(self._readable, until_s)
        data = self._sock.recv(_LARGE_CHUNK if len(self._buffer) >= _CHUNK else _CHUNK)
        if not data:
            raise LineEnded
        return data

    def _wait(self, ready: Callable[[float | None], bool], until_s: float | None) -> None:
        if until_s is None:
            ready(None)
            return
        left_s = until_s - self._clock()
        if left_s <= 0 or not (ready(left_s) or ready(max(0.0, until_s - self._clock()))):
            raise TooLate

    @property
    def is_quiet(self) -> bool:
        """Whether the other end is there and has said nothing that was not yet received."""
        return not self.is_shut and not self._buffer and not self._readable(0)

    def shut(self) -> None:
        """End the line from any thread: whoever waits for it is woken."""
        self.is_shut = True
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the socket; what was sent may still be read."""
        self._sock.close()


def _timeval(milliseconds: int) -> bytes:
    """Return a span of time as the system takes it; there, 0 is for ever."""
    return _TIMEVAL.pack(milliseconds // 1000, milliseconds % 1000 * 1000)


def _waiter(sock: socket.socket, *, for_reading: bool) -> Callable[[float | None], bool]:
    """Return what waits, for some seconds or without bound, until a socket can be used, and tells whether it can."""
    if sys.platform == "win32":

        def chosen(seconds: float | None) -> bool:
            socks = [sock]
            return any(select.select(socks if for_reading else [], [] if for_reading else socks, [], seconds))

        return chosen
    poll = select.poll()
    poll.register(sock, select.POLLIN if for_reading else select.POLLOUT)
    ask = poll.poll

    def polled(seconds: float | None) -> bool:
        return bool(ask(None if seconds is None else math.ceil(seconds * 1000)))

    return polled
