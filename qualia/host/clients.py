"""The clients of a host: who is taken in at its door, who is sent away, and why somebody was dropped."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress

from qualia.host.connection import Connection
from qualia.host.door import Door
from qualia.protocol import CLOSED, notification
from qualia.protocol.places import peer_user

_BREATH_S = 0.1
_JOIN_S = 5.0
_GOODBYE_S = 1.0
_SENT_AWAY = 16
Ended = Callable[[Connection, str], object]
"""Told that a client has ended, and why it was dropped; empty when it left by itself."""


class Clients:
    """Takes clients in, in a thread of its own, up to a number of them.

    Attributes:
        left_at_s: when the last one left, in monotonic seconds; at first, when it was made.

    Args:
        door: where they come in.
        most: how many there may be.
        meet: makes the connection of one that came in.
        drop: told why one was dropped or sent away, and what it calls itself, where it said so.
        changed: notified when one comes or goes; its lock is held while it does.
    """

    def __init__(
        self,
        door: Door,
        *,
        most: int,
        meet: Callable[[socket.socket, Ended], Connection],
        drop: Callable[[str, str], object],
        changed: threading.Condition,
    ) -> None:
        self.left_at_s: float = time.monotonic()
        self._door: Door = door
        self._most: int = most
        self._meet: Callable[[socket.socket, Ended], Connection] = meet
        self._drop: Callable[[str, str], object] = drop
        self._changed: threading.Condition = changed
        self._here: tuple[Connection, ...] = ()
        self._dropped: dict[str, int] = {}
        self._sent_away: deque[socket.socket] = deque()
        self._takes_no_more: bool = False
        self._is_over: threading.Event = threading.Event()
        self._thread: threading.Thread = threading.Thread(target=self._accept, name="qualia-host", daemon=True)

    def __len__(self) -> int:
        """Return how many there are now."""
        return len(self._here)

    @property
    def dropped(self) -> Mapping[str, int]:
        """How many were dropped or sent away, by reason."""
        return dict(self._dropped)

    def begin(self) -> None:
        """Take clients in."""
        self._thread.start()

    def take_no_more(self) -> None:
        """Send away who comes from now on; the lock of ``changed`` is the caller's."""
        self._takes_no_more = True

    def leave(self) -> None:
        """Say goodbye to all of them, and wait a moment for them to hear it."""
        with self._changed:
            self.take_no_more()
        self._is_over.set()
        self._door.wake()
        self._thread.join(_JOIN_S)
        here = self._here
        for client in here:
            client.leave(CLOSED)
        by_s = time.monotonic() + _GOODBYE_S
        for client in here:
            client.end(by_s)
        while self._sent_away:
            self._sent_away.popleft().close()

    def let_go(self) -> None:
        """Close this process's copies of their sockets, in a process that was forked from the host's."""
        for client in self._here:
            client.let_go()
        for link in self._sent_away:
            link.close()

    def _accept(self) -> None:
        while not self._is_over.is_set():
            try:
                link, _address = self._door.listener.accept()
            except OSError:
                # Too many open files, for example: they will be fewer again.
                self._is_over.wait(_BREATH_S)
                continue
            reason = self._refusal(link) or self._took_in(link)
            if reason:
                # Counted first: who is told goes on and may ask at once.
                self._count(reason)
                self._send_away(link, reason)

    def _send_away(self, link: socket.socket, reason: str) -> None:
        """Say goodbye and hang up, yet not at once for what is still to come: who cannot write may not read either."""
        with suppress(OSError):
            link.setblocking(False)
            link.send(notification("goodbye", {"reason": reason}))
            link.shutdown(socket.SHUT_WR)
        self._sent_away.append(link)
        if len(self._sent_away) > _SENT_AWAY:
            self._sent_away.popleft().close()

    def _refusal(self, link: socket.socket) -> str:
        """Return why a client is not taken in; empty when it is."""
        if self._door.place.port is None:
            user = peer_user(link)
            if user is not None and user != os.geteuid():
                return "this host serves another user"
        return f"{self._most} clients are here already" if len(self._here) >= self._most else ""

    def _took_in(self, link: socket.socket) -> str:
        """Serve a client; return why that cannot be, empty when it can."""
        client = self._meet(link, self._ended)
        with self._changed:
            if self._takes_no_more:
                return CLOSED
            self._here = (*self._here, client)
            self._changed.notify_all()
        try:
            client.start()
        except RuntimeError:
            self._ended(client, "")
            return "the system has no threads left for another client"
        return ""

    def _ended(self, client: Connection, reason: str) -> None:
        with self._changed:
            self._here = tuple(each for each in self._here if each is not client)
            self.left_at_s = time.monotonic()
            self._changed.notify_all()
        if reason:
            self._count(reason, client.name)

    def _count(self, reason: str, name: str = "") -> None:
        if reason == CLOSED:
            return
        with self._changed:
            self._dropped[reason] = self._dropped.get(reason, 0) + 1
        self._drop(reason, name)
