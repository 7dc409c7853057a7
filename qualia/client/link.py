"""One connection to a host: requests out, answers back to who asked, notifications to whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from qualia._values import is_mapping
from qualia.protocol import HELLO, REPLY_LIMIT_BYTES, VERSIONS, HostUnreachable, decoded, encoded
from qualia.protocol.messages import raised
from qualia.protocol.places import Place

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
        self._asked: dict[int, tuple[str, asyncio.Future[Any]]] = {}
        self.reason: str = ""
        self.reading: asyncio.Task[None] = asyncio.create_task(self._read(), name="qualia-client-read")

    async def call(self, verb: str, params: Mapping[str, Any]) -> Any:
        """Ask for something and return the answer.

        Raises:
            HostUnreachable: the link broke before the answer came; whether it was done is not known.
            QualiaError: what the host answered instead.
        """
        if self.reading.done():
            raise HostUnreachable(str(self._place.path), self.reason or "the link is closed")
        self._number += 1
        number = self._number
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[number] = verb, answer
        try:
            self._writer.write(encoded({"jsonrpc": "2.0", "id": number, "method": verb, "params": params}))
            return await answer
        finally:
            self._asked.pop(number, None)

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
    known = {"token": place.token} if place.token else {}
    try:
        async with asyncio.timeout(within_s):
            return link, await link.call(HELLO, {"versions": list(VERSIONS), **hello, **known})
    except TimeoutError as error:
        await link.close()
        raise HostUnreachable(str(place.path), "it says nothing") from error
    except BaseException:
        await link.close()
        raise


async def opened_streams(place: Place, *, within_s: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to a host and say nothing.

    Raises:
        HostUnreachable: nobody answers there.
    """
    try:
        async with asyncio.timeout(within_s):
            if place.port is not None:
                return await asyncio.open_connection("127.0.0.1", place.port, limit=REPLY_LIMIT_BYTES)
            return await asyncio.open_unix_connection(place.path, limit=REPLY_LIMIT_BYTES)
    except (OSError, TimeoutError) as error:
        told = getattr(error, "strerror", None) or "nobody answers"
        raise HostUnreachable(str(place.path), str(told).lower()) from error
