"""One connection to a host: requests out, answers back to who asked, notifications to whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from qualia._values import is_mapping
from qualia.protocol import (
    HELLO,
    LIMIT_BYTES,
    REPLY_LIMIT_BYTES,
    VERSIONS,
    HostRefused,
    HostUnreachable,
    decoded,
    encoded,
)
from qualia.protocol.messages import raised
from qualia.protocol.places import Place, require_own_peer

Heard = Callable[[str, Mapping[str, Any]], object]


class Link:
    """A connection that is open until it breaks or is closed; `broken` then says why.

    Args:
        reader: where the host's lines come from.
        writer: where requests go.
        place: the host's, for errors.
        heard: told of each notification by its name, and of each answer as "VERB answered", before the next line; a
            ValueError that it raises breaks the link.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, place: Place, *, heard: Heard
    ) -> None:
        self._reader: asyncio.StreamReader = reader
        self._writer: asyncio.StreamWriter = writer
        self._place: Place = place
        self._heard: Heard = heard
        self._number: int = 0
        self._limit_bytes: int = LIMIT_BYTES
        self._asked: dict[int, tuple[str, asyncio.Future[Any]]] = {}
        self.reason: str = ""
        self.reading: asyncio.Task[None] = asyncio.create_task(self._read(), name="qualia-client-read")

    async def call(self, verb: str, params: Mapping[str, Any]) -> Any:
        """Ask for something and return the answer.

        Raises:
            HostUnreachable: the link broke before the answer came; whether it was done is not known.
            HostRefused: it is longer than the host takes.
            QualiaError: what the host answered instead.
        """
        if self.reading.done():
            raise HostUnreachable(str(self._place.path), self.reason or "the link is closed")
        self._number += 1
        number = self._number
        line = encoded({"jsonrpc": "2.0", "id": number, "method": verb, "params": params})
        if len(line) > self._limit_bytes:
            # Sent, it would be answered to nobody, and the link with all that is under way be taken for damaged.
            told = f"that is more than the {self._limit_bytes} bytes a host takes; name a file instead"
            raise HostRefused(verb, told)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[number] = verb, answer
        try:
            self._writer.write(line)
            return await answer
        finally:
            self._asked.pop(number, None)

    async def hello(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Begin the conversation and return what the host tells of itself.

        Raises:
            HostUnreachable: the link broke before.
            HostRefused: the host speaks no version that is known here, or the token is wrong.
        """
        known = {"token": self._place.token} if self._place.token else {}
        told: object = await self.call(HELLO, {"versions": list(VERSIONS), **params, **known})
        facts: Mapping[str, Any] = told if is_mapping(told) else {}
        limits: object = facts.get("limits")
        most: object = limits.get("message_bytes") if is_mapping(limits) else None
        self._limit_bytes = most if type(most) is int else LIMIT_BYTES
        return facts

    async def close(self, reason: str = "") -> None:
        """End it; what was asked and not answered fails."""
        self.reason = self.reason or reason
        self.reading.cancel()
        with suppress(asyncio.CancelledError):
            await self.reading
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self) -> None:
        try:
            while line := await self._reader.readline():
                self._take(line)
            self.reason = self.reason or "the host hung up"
        except (OSError, ValueError) as error:
            self.reason = self.reason or str(error) or type(error).__name__
        finally:
            gone = self.reason or "the link was closed"
            for _verb, answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(HostUnreachable(str(self._place.path), gone))

    def _take(self, line: bytes) -> None:
        message: object = decoded(line)
        if not is_mapping(message):
            return
        name, params = message.get("method"), message.get("params")
        if isinstance(name, str):
            if name == "goodbye" and is_mapping(params):
                self.reason = str(params.get("reason", ""))
            self._heard(name, params if is_mapping(params) else {})
            return
        number: Any = message.get("id")
        if type(number) is not int:
            # The host could not read a request, so something was lost on the way: nobody knows what else.
            raise ValueError("a request did not arrive whole")
        verb, answer = self._asked.get(number, ("", None))
        error: object = message.get("error")
        # Told on the spot: whoever awaits the answer goes on only after the lines behind it were taken, too.
        self._heard(f"{verb} answered", {"result": message.get("result")})
        if answer is None or answer.done():
            return
        if is_mapping(error):
            answer.set_exception(raised(verb, error))
        else:
            answer.set_result(message.get("result"))


async def opened_link(
    place: Place, *, hello: Mapping[str, Any], heard: Heard, within_s: float
) -> tuple[Link, Mapping[str, Any]]:
    """Connect to a host, say hello, and return the link with what hello told.

    Raises:
        HostUnreachable: nobody answers there.
        HostRefused: the host speaks no version that is known here, or the token is wrong.
    """
    streams = await opened_streams(place, within_s=within_s)
    link = Link(*streams, place, heard=heard)
    try:
        async with asyncio.timeout(within_s):
            return link, await link.hello(hello)
    except TimeoutError as error:
        await link.close()
        raise HostUnreachable(str(place.path), "it says nothing") from error
    except BaseException:
        await link.close()
        raise


async def opened_streams(place: Place, *, within_s: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to a host and say nothing.

    Raises:
        HostUnreachable: nobody answers there, or another user's process does.
    """
    try:
        async with asyncio.timeout(within_s):
            if place.port is not None:
                return await asyncio.open_connection("127.0.0.1", place.port, limit=REPLY_LIMIT_BYTES)
            reader, writer = await asyncio.open_unix_connection(place.path, limit=REPLY_LIMIT_BYTES)
            try:
                require_own_peer(writer.get_extra_info("socket"))
            except BaseException:
                writer.close()
                raise
            return reader, writer
    except (OSError, TimeoutError) as error:
        told = getattr(error, "strerror", None) or "nobody answers"
        raise HostUnreachable(str(place.path), str(told).lower()) from error
