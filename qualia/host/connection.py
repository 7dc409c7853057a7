"""One client: a thread that reads what it asks, and one that writes answers and events as fast as they are taken."""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from attrs import frozen

from qualia._trouble import TROUBLE
from qualia._version import __version__
from qualia.host.aside import Aside
from qualia.host.hello import hello_of
from qualia.host.lines import Lines
from qualia.host.log import EventLog
from qualia.protocol import (
    HELLO,
    LIMIT_BYTES,
    REPLY_LIMIT_BYTES,
    BadMessage,
    Code,
    HostRefused,
    Request,
    failure,
    notification,
    parsed,
    reply,
)

_PIECE_BYTES = 64 * 1024
_BEHIND_BYTES = 1024 * 1024
"""Answers that may wait for a client; with more of them, nothing further is read from it."""
_END_S = 1.0


@frozen(kw_only=True)
class Manners:
    """How a host treats its clients."""

    most_clients: int = 32
    stall_s: float = 10.0
    """Seconds after which a client that takes nothing of what is sent, or says no hello, is dropped."""
    limit_bytes: int = LIMIT_BYTES
    """Longest line a client may send."""
    read_only: bool = False
    """Whether nobody may change anything."""
    aside: int = 4
    """Slow requests of one client that are worked on at the same time; its other requests wait for none of them."""
    aside_waiting: int = 32
    """Slow requests of one client that may wait; before it has fewer, nothing further is read from it."""


class Behind(Protocol):
    """What stands behind a connection."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What hello tells of the host."""
        ...

    @property
    def epoch(self) -> str:
        """What tells this host from those before it at the same place."""
        ...

    def answer(self, verb: str, params: Mapping[str, Any], *, may_change: bool) -> Any:
        """Return the answer to a request, as plain data."""
        ...

    def is_slow(self, verb: str) -> bool:
        """Whether answering may take a while."""
        ...


class Connection:
    """Serves one client until either side ends it.

    Args:
        link: the socket.
        behind: what answers.
        log: the host's events.
        manners: how clients are treated.
        token: what hello must carry; empty for nothing.
        ended: told once, at the end, why a client was dropped; an empty reason when it left by itself.
    """

    def __init__(
        self,
        link: socket.socket,
        *,
        behind: Behind,
        log: EventLog,
        manners: Manners,
        token: str,
        ended: Callable[[Connection, str], object],
    ) -> None:
        # A time of its own for each step: reading looks up now and then, and a write that nobody takes ends.
        link.settimeout(manners.stall_s)
        self._link: socket.socket = link
        self._behind: Behind = behind
        self._log: EventLog = log
        self._manners: Manners = manners
        self._token: str = token
        self._ended: Callable[[Connection, str], object] = ended
        self.name: str = ""
        self.may_change: bool = not manners.read_only
        self._is_known: bool = False
        self._more: threading.Condition = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes: int = 0
        self._heard: int | None = None
        self._subscription: int = 0
        self._begin_after: int | None = None
        self._beat_s: float | None = None
        self._is_over: bool = False
        self._goodbye: bytes = b""
        self._reason: str = ""
        self._aside: Aside = Aside(at_once=manners.aside, waiting=manners.aside_waiting)
        self._threads: tuple[threading.Thread, ...] = (
            threading.Thread(target=self._read, name="qualia-host-read", daemon=True),
            threading.Thread(target=self._write, name="qualia-host-write", daemon=True),
        )

    def start(self) -> None:
        """Begin to serve.

        Raises:
            RuntimeError: the system gives no thread; the socket is the caller's still.
        """
        reader, writer = self._threads
        reader.start()
        try:
            writer.start()
        except RuntimeError:
            self._finish()
            self._hang_up()
            reader.join()
            raise

    def let_go(self) -> None:
        """Close this process's copy of the socket, in a process that was forked from the host's."""
        self._link.close()

    def leave(self, reason: str) -> None:
        """Begin to end, with the events there are and a goodbye that says why; this waits for nobody."""
        self._finish(reason, notification("goodbye", {"reason": reason}))

    def end(self, by_s: float) -> None:
        """Wait until it has ended; from a moment on, in monotonic seconds, what was not sent yet is lost."""
        writer = self._threads[1]
        writer.join(max(0.0, by_s - time.monotonic()))
        if writer.is_alive():
            self._hang_up()
        for thread in self._threads:
            thread.join(_END_S)
        self._aside.end(time.monotonic() + _END_S)

    # ------------------------------------------------------------------------------------------------ reading

    def _read(self) -> None:
        lines, hello_by_s = Lines(self._manners.limit_bytes), time.monotonic() + self._manners.stall_s
        try:
            while not self._is_over:
                try:
                    data = self._link.recv(_PIECE_BYTES)
                except TimeoutError:
                    data = None
                if data == b"":
                    break
                for line in lines.feed(data or b""):
                    self._take(line)
                if not self._is_known and time.monotonic() >= hello_by_s:
                    self.leave("no hello was said")
        except OSError:
            # The other side is gone.
            pass
        finally:
            self._finish()

    def _take(self, line: bytes | None) -> None:
        if self._is_over or line == b"":
            return
        if line is None:
            told = f"a message has at most {self._manners.limit_bytes} bytes"
            self._put(failure(None, BadMessage(Code.NOT_JSON, told)))
            return
        try:
            request = parsed(line)
        except BadMessage as error:
            self._put(failure(error.id, error))
            return
        if self._is_known and self._behind.is_slow(request.verb):
            self._aside.do(lambda: self._settle_aside(request))
            return
        self._settle(request)

    def _settle(self, request: Request) -> None:
        answer = self._answered(request)
        # Subscriptions are settled by the reader alone, so that what it finds there is of this request.
        begin_after = self._begin_after if request.verb == "subscribe" else None
        self._put(answer if request.id is not None else b"", begin_after=begin_after)

    def _settle_aside(self, request: Request) -> None:
        has_answered = False
        try:
            self._settle(request)
            has_answered = True
        finally:
            if not has_answered:
                # Something nobody foresaw: it ends this connection, and nothing besides.
                self._finish()

    def _answered(self, request: Request) -> bytes:
        try:
            return self._fitting(request, self._result(request))
        except TROUBLE as error:
            return failure(request.id, error)

    def _fitting(self, request: Request, result: Any) -> bytes:
        line = reply(request.id, result)
        if len(line) > REPLY_LIMIT_BYTES:
            raise HostRefused(request.verb, f"the answer has more than {REPLY_LIMIT_BYTES} bytes; ask for a part of it")
        return line

    def _result(self, request: Request) -> Any:
        if request.verb == HELLO:
            return self._hello(request.params)
        if not self._is_known:
            raise HostRefused(request.verb, f"say {HELLO} first", Code.NOT_NOW)
        if request.verb == "subscribe":
            self._begin_after = None
            self._begin_after, told = self._since(request.params)
            return told
        if request.verb == "unsubscribe":
            with self._more:
                self._hear_after(None)
            return {}
        return self._behind.answer(request.verb, request.params, may_change=self.may_change)

    def _hello(self, params: Mapping[str, Any]) -> Any:
        if self._is_known:
            raise HostRefused(HELLO, "it was said already; connect anew to say it differently", Code.NOT_NOW)
        said = hello_of(params, self._token)
        self.name, self._beat_s = said.name, said.beat_s
        self.may_change = not self._manners.read_only and not said.read_only
        self._is_known = True
        limits = {"message_bytes": self._manners.limit_bytes, "reply_bytes": REPLY_LIMIT_BYTES}
        return {
            "version": said.version,
            "epoch": self._behind.epoch,
            "engine": __version__,
            "read_only": not self.may_change,
            "limits": limits,
            "last": self._log.last,
            **self._behind.facts,
        }

    def _since(self, params: Mapping[str, Any]) -> tuple[int, Any]:
        """Return the number after which a client wants events, and what it is told about that."""
        since, epoch = params.get("since"), params.get("epoch")
        last = self._log.last
        # Numbers of a host before this one mean nothing here: all that is kept is news.
        restarted = epoch is not None and epoch != self._behind.epoch
        if since is not None and (type(since) is not int or since < 0):
            raise HostRefused("subscribe", "since is the number of the last event that was heard")
        after = 0 if restarted else last if since is None else min(since, last)
        facts = {"epoch": self._behind.epoch, "since": after, "first": self._log.first, "last": last}
        return after, {**facts, "restarted": restarted}

    def _hear_after(self, number: int | None) -> None:
        """Send the events after a number from now on, None for no more; what is being sent is of the time before."""
        self._heard = number
        self._subscription += 1

    # ------------------------------------------------------------------------------------------------ writing

    def _put(self, line: bytes, *, begin_after: int | None = None) -> None:
        """Put a line into the queue; while that is full, whoever asks for more waits.

        Args:
            line: what is sent.
            begin_after: the number after which events follow the line, of a new subscription; None for no change.
        """
        with self._more:
            self._more.wait_for(lambda: self._waiting_bytes < _BEHIND_BYTES or self._is_over)
            if not self._is_over:
                self._enqueue(line)
                if begin_after is not None:
                    self._hear_after(begin_after)
                self._more.notify_all()

    def _enqueue(self, line: bytes) -> None:
        self._waiting.append(line)
        self._waiting_bytes += len(line)

    def _wake(self) -> None:
        with self._more:
            self._more.notify_all()

    def _has_more(self) -> bool:
        return bool(self._waiting) or self._is_over or (self._heard is not None and self._log.last > self._heard)

    def _write(self) -> None:
        try:
            while self._send_next():
                pass
        except TimeoutError:
            self._reason = f"it took nothing for {self._manners.stall_s:g} s"
        except OSError:
            # The other side is gone.
            pass
        finally:
            self._finish()
            self._log.forget(self)
            self._hang_up()
            # The reader may be about to use the socket's number, which is another one's as soon as this is closed.
            self._threads[0].join()
            self._link.close()
            self._ended(self, self._reason)

    def _send_next(self) -> bool:
        with self._more:
            while not self._has_more():
                if self._heard is not None:
                    # Before the log is looked at again, so that no event comes in between unseen.
                    self._log.wake_once(self, self._wake)
                    if self._has_more():
                        break
                if not self._more.wait(self._beat_s):
                    # A sign of life, also while a request takes its time.
                    self._enqueue(notification("beat", {"last": self._heard}))
            lines, heard, subscription = list(self._waiting), self._heard, self._subscription
            is_over, goodbye = self._is_over, self._goodbye
            self._waiting.clear()
        if lines:
            self._send(b"".join(lines))
            with self._more:
                self._waiting_bytes -= sum(map(len, lines))
                self._more.notify_all()
            return True
        if heard is None or (is_over and not goodbye) or self._log.last <= heard:
            self._send(goodbye)
            return not is_over
        batch = self._log.read(heard, most_bytes=_PIECE_BYTES)
        self._send(batch.data)
        with self._more:
            if self._subscription == subscription:
                self._heard = batch.last
        return True

    def _send(self, data: bytes) -> None:
        """Send everything; each piece has its own time, so that a slow client is not a stalled one."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._link.send(rest[:_PIECE_BYTES]) :]

    def _hang_up(self) -> None:
        """Wake whoever waits for the socket: nothing more comes or goes."""
        with suppress(OSError):
            self._link.shutdown(socket.SHUT_RDWR)

    def _finish(self, reason: str = "", goodbye: bytes = b"") -> None:
        """Let the writer send what it has, and end; where there is a goodbye, behind the events there are."""
        with self._more:
            if not self._is_over:
                self._is_over, self._reason, self._goodbye = True, self._reason or reason, goodbye
            self._more.notify_all()
        self._aside.finish()
