"""What happens in a worker: a plugin is loaded, opened, and its calls are made one after the other.

Whatever the plugin raises becomes an answer. The host trusts none of it: see `Remote`.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from qualia._engine.blame import PASSING, place_of, told
from qualia._engine.encoding import json_value, put_together, taken_apart
from qualia._engine.worker.fences import Fence, Room
from qualia._engine.worker.shelf import Shelf
from qualia._engine.worker.wire import Frame, frame_in, packed
from qualia._plugins.catalog import Manifest
from qualia._plugins.loader import Package, Source, load
from qualia._values import flaw, freeze, from_plain, to_plain
from qualia.cancel import Control
from qualia.errors import PluginError, QualiaError
from qualia.plugin import Context, build_params

_MOST_NEWS = 10_000
_MOST_LOGGED = 1_000
_LONGEST_LOGGED = 4_096
_LONGEST_TRACE = 32 * 1024
_ANY_LENGTH = 1 << 40
_CHUNK = 16 * 1024
_LOOK_EVERY = 8
_LARGE_CHUNK = 1024 * 1024


class _Unfit(Exception):
    """A result that no process can hand over."""


class Inside:
    """A worker, as it sees itself.

    Args:
        sock: the way to the host.
        room: what it may use.
    """

    def __init__(self, sock: socket.socket, room: Room) -> None:
        self._sock: socket.socket = sock
        self._fence: Fence = Fence(room, leave=sock.close)
        self._lock: threading.RLock = threading.RLock()
        self._package: Package | None = None
        self._shelf: Shelf[list[Any]] = Shelf(0)
        self._buffer: bytes | bytearray = b""
        self._endings: dict[Callable[[], object], None] = {}
        self._is_open: bool = False
        self._bounds: tuple[int, int] = (0, 0)
        self._number: int | None = None
        self._news: dict[str, int] = {}

    def run(self) -> None:
        """Do what the host asks until it says that this is all, or is gone."""
        self._fence.up()
        deeds: dict[str, Callable[[list[Any], bytes], object]] = {
            "load": self._load,
            "specs": self._specs,
            "open": self._open,
            "keep": self._keep,
            "call": self._call,
        }
        try:
            while (frame := self._next()) is not None and frame[0][0] != "end":
                deeds[frame[0][0]](*frame)
        except MemoryError:
            self._fence.note("its input did not fit into the memory it may use")
            raise
        if frame is not None:
            self._end()

    def _next(self) -> Frame | None:
        """Return the host's next frame; None when the host is gone."""
        while (found := frame_in(self._buffer, _ANY_LENGTH)) is None:
            data = self._sock.recv(_LARGE_CHUNK if len(self._buffer) >= _CHUNK else _CHUNK)
            if not data:
                return None
            if not self._buffer:
                self._buffer = data
            else:
                self._buffer = bytearray(self._buffer) if isinstance(self._buffer, bytes) else self._buffer
                self._buffer += data
        frame, end = found
        self._buffer = b"" if end == len(self._buffer) else self._buffer[end:]
        return frame

    def _load(self, head: list[Any], body: bytes) -> None:
        _, number, manifest, folder, code_hash, files, memory_bytes, recycle_bytes, frame_bytes, kept_bytes = head
        self._bounds = recycle_bytes, frame_bytes
        self._shelf = Shelf(kept_bytes)

        def loaded() -> bool:
            contents: dict[str, bytes] = {}
            begin = 0
            for name, size in files:
                contents[name] = body[begin : begin + size]
                begin += size
            source = Source(folder=Path(folder), files=contents, code_hash=code_hash)
            self._package = load(from_plain(manifest, Manifest), source)
            logger = logging.getLogger(f"qualia.plugins.{self._package.manifest.id}")
            logger.addHandler(_Forwarding(self._forward))
            logger.propagate = False
            return self._package.takes_context

        self._fence.bound(memory_bytes)
        self._fence.begin(None)
        self._answer(number, Path(folder), loaded, passing=(PluginError,))

    def _specs(self, head: list[Any], _body: bytes) -> None:
        package = self._loaded()
        self._answer(head[1], package.source.folder, lambda: tuple(to_plain(each) for each in package.specs))

    def _open(self, head: list[Any], _body: bytes) -> None:
        package = self._loaded()
        self._answer(head[1], package.source.folder, package.plugin.open, quiet=True)
        self._is_open = True

    def _keep(self, head: list[Any], body: bytes) -> None:
        _, digest, kind = head
        # Made into a value by the call that needs it, whose failure it then is if that does not fit into memory.
        self._shelf.put(digest, len(body), [kind, body])

    def _call(self, head: list[Any], _body: bytes) -> None:
        _, number, cpu_s, params, digests, *run = head
        self._fence.begin(cpu_s)
        folder = self._loaded().source.folder
        self._answer(number, folder, lambda: self._made(params, digests, *run))

    def _made(self, params: dict[str, Any], digests: dict[str, str], *run: Any) -> object:
        package = self._loaded()
        # The host has done the same on its shelf, so nothing that may fail comes before it.
        entries = {name: self._shelf.used(digest) for name, digest in digests.items()}
        self._shelf.trim(set(digests.values()))
        inputs = {name: _value(entry) for name, entry in entries.items()}
        plugin: Any = package.plugin
        given = build_params(plugin.Params, params, plugin=package.manifest.id, specs=package.specs)
        if not run:
            return package.call(given, inputs)
        with ExitStack() as call_end:
            inputs["context"] = self._context(call_end, *run)
            return package.call(given, inputs)

    def _context(
        self, call_end: ExitStack, run_id: str, step: str, name: str, left_s: float | None, level: int
    ) -> Context:
        log = logging.getLogger(f"qualia.plugins.{self._loaded().manifest.id}")
        log.setLevel(level)
        number = self._number

        def tell(done: float) -> None:
            self._forward(["progress", number, float(done)], _MOST_NEWS)

        return Context(
            run_id=run_id,
            step=step,
            log=log,
            control=Control(
                name=name, clock=time.monotonic, deadline_s=None if left_s is None else time.monotonic() + left_s
            ),
            tell=tell,
            call_end=call_end,
            plugin_end=lambda action: self._endings.setdefault(action),
        )

    def _forward(self, head: list[Any], most: int) -> None:
        """Send news of the running call; what comes later, or is too much, is dropped."""
        with self._lock:
            kind = str(head[0])
            if head[1] is None:
                head[1] = self._number
            if head[1] != self._number or self._number is None or self._news.get(kind, 0) >= most:
                return
            self._news[kind] = self._news.get(kind, 0) + 1
            self._sock.sendall(packed(head))

    def _answer(
        self,
        number: int,
        folder: Path,
        action: Callable[[], object],
        *,
        passing: tuple[type[QualiaError], ...] = PASSING,
        quiet: bool = False,
    ) -> None:
        """Run plugin code and send what came of it; ``quiet`` when what it gives is nobody's business."""
        self._news.clear()
        self._number = number
        worn = False
        try:
            value = action()
            frame = self._fit(number, None if quiet else value)
        except _Unfit as error:
            frame = self._told("wrong", number, [str(error)])
        except passing as error:
            frame = self._told("refused", number, _refusal(error))
        except BaseException as error:
            worn = isinstance(error, MemoryError)
            data = [_whole(told(error)), place_of(error, folder), _trace(error)]
            frame = self._told("failed", number, data, worn=worn)
        with self._lock:
            self._number = None
            self._sock.sendall(frame)

    def _told(self, verb: str, number: int, data: list[Any], *, body: bytes = b"", worn: bool = False) -> bytes:
        if number % _LOOK_EVERY == 0:
            worn = worn or self._fence.grown_bytes > self._bounds[0]
        return packed([verb, number, worn, self._fence.printed.taken(), *data], body)

    def _fit(self, number: int, value: object) -> bytes:
        """Return a result as it is sent.

        Raises:
            _Unfit: it cannot be.
        """
        try:
            kind, plain, body = taken_apart(value)
            if plain is value:
                plain = freeze(value, at="the result")
            elif (found := flaw(value)) is not None:
                raise _Unfit(f"{type(value).__name__}{found}")
            frame = self._told("ok", number, [kind, plain], body=body)
        except (TypeError, ValueError, RecursionError) as error:
            raise _Unfit(_whole(str(error))) from error
        if len(frame) > self._bounds[1]:
            raise _Unfit(f"the result has {len(frame)} bytes, and {self._bounds[1]} is the most")
        return frame

    def _end(self) -> None:
        """Close the plugin; what fails is told."""
        package = self._package
        failed: list[list[str]] = []
        if package is not None:
            for ending in (*reversed(self._endings), *((package.plugin.close,) if self._is_open else ())):
                try:
                    ending()
                except BaseException as error:
                    failed.append([_whole(told(error)), place_of(error, package.source.folder)])
        with suppress(OSError):
            self._sock.sendall(packed(["ended", failed]))

    def _loaded(self) -> Package:
        if self._package is None:
            raise LookupError("no plugin was loaded")
        return self._package


class _Forwarding(logging.Handler):
    """Sends what is logged to the host."""

    def __init__(self, forward: Callable[[list[Any], int], None]) -> None:
        super().__init__()
        self._forward: Callable[[list[Any], int], None] = forward

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text = f"{text} ({told(record.exc_info[1])})"
        with suppress(OSError):
            self._forward(["log", None, record.levelno, _whole(text[:_LONGEST_LOGGED])], _MOST_LOGGED)


def _value(entry: list[Any]) -> Any:
    """Return an input, made of what was sent when it is first needed."""
    if len(entry) == 2:
        kind, body = entry
        entry[:] = [put_together(kind, json_value(body), b"")]
    return entry[0]


def _refusal(error: QualiaError) -> list[Any]:
    """Return the class, the arguments and the sentence of what a plugin raised on purpose."""
    known = next(kind for kind in type(error).__mro__ if kind.__module__ == "qualia.errors")
    try:
        arguments = [freeze(each) for each in error.args]
        message = str(error)
    except BaseException:
        arguments, message = [], ""
    return [known.__name__, arguments, _whole(message)]


def _trace(error: BaseException) -> str:
    try:
        return _whole("".join(traceback.format_exception(error))[-_LONGEST_TRACE:])
    except BaseException:
        return ""


def _whole(text: str) -> str:
    """Return a text of which nothing is the plugin's own: a subclass of str may be anything."""
    return str.__str__(text)
