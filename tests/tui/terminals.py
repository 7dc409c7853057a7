"""What tests of the console in a real terminal need beside it: an environment, and a line that can be cut."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def plain_environ(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment with nothing of whoever runs the tests.

    Args:
        folder: where what belongs to a user is kept.
        more: further variables.
    """
    (folder / "run").mkdir(mode=0o700, exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "ops"))),
        **more,
    }


class CutLine:
    """Stands between a console and its host, as a forwarded socket does; may be cut and mended.

    Args:
        host: the host's socket.
        here: the socket that leads there.
    """

    def __init__(self, host: Path, here: Path) -> None:
        self._host: Path = host
        self._here: Path = here
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop = asyncio.new_event_loop()
        self._thread: threading.Thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.mend()

    def mend(self) -> None:
        """Lead there again."""
        self._do(self._open())

    def cut(self) -> None:
        """Break every connection, and take no other."""
        self._do(self._close())

    def end(self) -> None:
        """Be no more."""
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.result(timeout=30)

    async def _open(self) -> None:
        self._server = await asyncio.start_unix_server(self._taken, self._here)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._here.unlink(missing_ok=True)
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await asyncio.sleep(0)

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(self._host)
        self._writers |= {writer, there_writer}
        await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
