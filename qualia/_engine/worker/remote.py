"""One worker as the host sees it. Whatever comes from there may be wrong, late, too long or meant to harm."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from qualia._engine.encoding import json_bytes, taken_apart
from qualia._engine.worker.answers import specs_in, value_in
from qualia._engine.worker.ending import how_it_ended, place_in
from qualia._engine.worker.process import Process
from qualia._engine.worker.shelf import Shelf
from qualia._engine.worker.wire import Garbled, Line, LineEnded, TooLate, packed
from qualia._engine.worker.work import Bounds, Work
from qualia._values import to_plain
from qualia.cancel import Control
from qualia.errors import CoreClosed, DeadlineExceeded, PluginCrashed, PluginHung, PluginUnavailable, UnsupportedInput
from qualia.plugin import ParamSpec

_GRACE_S = 0.003
"""How long a plugin that watches its deadline has to say so itself."""
_AHEAD_S = 0.02
_AHEAD = 0.05
"""Share of a longer time that is left when the plugin is asked where it stands, for a busy machine takes its time."""
_ASK_S = 0.008
_DEATH_S = 0.5
_DYING_S = 0.02
_KEPT_TRACE = 128 * 1024


class Remote:
    """A worker: it loads one generation and makes its calls, one at a time.

    Args:
        line: the way to it.
        process: its process.
        clock: monotonic time in seconds.
        bounds: what holds for every worker.
    """

    def __init__(self, line: Line, process: Process, *, clock: Callable[[], float], bounds: Bounds) -> None:
        self._line: Line = line
        self._process: Process = process
        self._clock: Callable[[], float] = clock
        self._bounds: Bounds = bounds
        self._shelf: Shelf[None] = Shelf(bounds.kept_bytes)
        self._folder: Path = Path()
        self._log: logging.Logger | None = None
        self._calls: int = 0
        self._number: int = 0
        self._takes_context: bool = False
        self._is_loaded: bool = False
        self._is_open: bool = False
        self._is_worn: bool = False
        self._is_between: bool = True
        self._was_asked: bool = False
        self._ahead_s: float = _AHEAD_S
        self._trace: str = ""
        self._tracing: threading.Lock = threading.Lock()

    @property
    def can_go_on(self) -> bool:
        """Whether it can make another call: it finished the last one, is there, and waits."""
        return self._is_between and self._line.is_quiet

    @property
    def is_whole(self) -> bool:
        """Whether it finished the last call, and nobody gave it up."""
        return self._is_between and not self._line.is_shut

    @property
    def is_worn(self) -> bool:
        """Whether it has made enough calls, or uses too much memory."""
        return self._is_worn or self._calls >= self._bounds.recycle_calls

    def specs(self, work: Work, control: Control) -> tuple[ParamSpec, ...]:
        """Return the params a plugin declares; see `call` for the errors."""
        limit_s = self._bounds.ready_s if work.limits.call_s is None else work.limits.call_s
        off = self._woken_by(control)
        try:
            self._load(work, control, limit_s)
            value = self._answer("specs", [], work, control, limit_s)
            try:
                return specs_in(value)
            except Garbled as error:
                raise self._nonsense(work, error) from error
        finally:
            off()

    def call(self, work: Work, control: Control) -> Any:
        """Make a call; see `Workers.call`."""
        limits = work.limits
        off = self._woken_by(control)
        try:
            if not self._is_open:
                limit_s = max(self._bounds.ready_s, limits.call_s or 0)
                self._load(work, control, limit_s)
                self._answer("open", [], work, control, limit_s)
                self._is_open = True
            self._calls += 1
            inputs = self._inputs(work)
            head: list[Any] = [limits.cpu_s, work.params, work.digests]
            if self._takes_context:
                head += work.run_id, work.step, control.name, control.remaining_s, work.log.getEffectiveLevel()
            return self._answer("call", head, work, control, limits.call_s, before=inputs)
        finally:
            off()

    def _woken_by(self, control: Control) -> Callable[[], object]:
        """Wake whoever waits for the worker as soon as nobody wants the answer any more; what is returned ends that."""
        shut = self._line.shut
        calm = control.halt.when_cancelled(shut)
        if control.token is None and control.closing is None:
            return calm
        off = control.when_over(shut)

        def both() -> None:
            off()
            calm()

        return both

    def _load(self, work: Work, control: Control, limit_s: float) -> None:
        if self._is_loaded:
            return
        source, bounds = work.source, self._bounds
        self._folder, self._log = source.folder, work.log
        head = [
            to_plain(work.manifest),
            str(source.folder),
            source.code_hash,
            [(name, len(content)) for name, content in source.files.items()],
            work.limits.memory_bytes,
            bounds.recycle_bytes,
            bounds.frame_bytes,
            bounds.kept_bytes,
        ]
        body = b"".join(source.files.values())
        try:
            self._takes_context = bool(self._answer("load", head, work, control, limit_s, body=body))
            self._is_loaded = True
        finally:
            # One that could not load it may have loaded half of it.
            self._is_between = self._is_between and self._is_loaded

    def _inputs(self, work: Work) -> bytes:
        """Return what has to be sent before the call, so that the worker has its inputs."""
        frames: list[bytes] = []
        for name, digest in work.digests.items():
            if digest not in self._shelf:
                kind, plain, _ = taken_apart(work.inputs[name])
                body = json_bytes(plain)
                if len(body) > self._bounds.frame_bytes:
                    raise UnsupportedInput("input", f"of {len(body)} bytes is too large for a process of its own")
                self._shelf.put(digest, len(body), None)
                frames.append(packed(["keep", digest, kind], body))
        for digest in work.digests.values():
            self._shelf.used(digest)
        self._shelf.trim(set(work.digests.values()))
        return b"".join(frames)

    def _answer(
        self,
        verb: str,
        head: list[Any],
        work: Work,
        control: Control,
        limit_s: float | None,
        *,
        body: bytes = b"",
        before: bytes = b"",
    ) -> Any:
        """Have the worker do something and return what it gave."""
        self._number = number = self._number + 1
        left_s = control.remaining_s
        until_s = None
        if limit_s is not None or left_s is not None:
            time_s = min(each for each in (limit_s, left_s) if each is not None)
            self._ahead_s = max(_AHEAD_S, min(0.2, time_s * _AHEAD))
            until_s = self._clock() + time_s + _GRACE_S
        self._is_between = self._was_asked = False
        try:
            data = packed([verb, number, *head], body)
            self._line.send(before + data if before else data, until_s)
            answer, body = self._received(until_s)
            while answer[0] == "progress" or answer[0] == "log":
                self._pass_on(answer, work, until_s)
                answer, body = self._received(until_s)
            if len(answer) < 4 or answer[1] != number:
                answer = list[Any](["of nothing it was asked", number, False, ""])
            self._is_between = True
            if answer[2]:
                self._is_worn = True
            if answer[3]:
                work.log.debug("printed: %s", answer[3])
            return value_in(answer[0], answer[4:], body, work)
        except TooLate:
            raise self._late(work, control, limit_s, left_s) from None
        except LineEnded:
            raise self._lost(work, control) from None
        except Garbled as error:
            raise self._nonsense(work, error) from error

    def _received(self, until_s: float | None) -> tuple[list[Any], bytes]:
        """Return what comes next; ask where the plugin stands shortly before the time is over, so as not to wait then.

        Raises:
            TooLate: nothing came in time.
        """
        if until_s is None:
            return self._line.receive(None)
        with suppress(TooLate):
            return self._line.receive(until_s - self._ahead_s)
        if not self._was_asked:
            self._was_asked = True
            with self._tracing:
                self._trace = ""
                self._process.trace()
                self._process.ask()
        return self._line.receive(until_s)

    def _pass_on(self, head: list[Any], work: Work, until_s: float | None) -> None:
        """Tell news of the call; a flood of them must not make it late."""
        if until_s is not None and self._clock() >= until_s:
            raise TooLate
        match head:
            case ["progress", self._number, float() | int() as done] if math.isfinite(done):
                work.tell(min(1.0, max(0.0, float(done))))
            case ["log", self._number, int() as level, str() as text] if 0 <= level <= logging.CRITICAL:
                work.log.log(level, "%s", text)
            case _:
                raise Garbled("news of nothing it was asked")

    def _late(
        self, work: Work, control: Control, limit_s: float | None, left_s: float | None
    ) -> DeadlineExceeded | PluginHung:
        self._hear()
        place = place_in(self._trace, self._folder) or self.where()
        self.kill()
        if limit_s is None or (left_s is not None and left_s <= limit_s):
            return DeadlineExceeded(control.name, place)
        told = f"it took longer than its {limit_s:g} seconds; its process was killed"
        return PluginHung(work.manifest.id, told, place or str(self._folder))

    def _lost(self, work: Work, control: Control) -> PluginCrashed | CoreClosed | PluginUnavailable:
        """Return what to say when the line ended: the caller wants no answer any more, or there is no worker."""
        plugin = work.manifest.id
        if self._line.is_shut:
            self.kill()
            control.check()
            return CoreClosed(f"finish {control.name!r}")
        code = self._process.ended(_DEATH_S)
        if not self._process.has_begun:
            return PluginUnavailable(
                plugin, "no process of its own could be started", "run it with isolation inline or thread"
            )
        self._hear()
        self.kill()
        place = place_in(self._trace, self._folder) or str(self._folder)
        return PluginCrashed(plugin, how_it_ended(code, self._trace, work.limits), place)

    def _nonsense(self, work: Work, error: Garbled) -> PluginCrashed:
        self._is_between = False
        place = self.where() or str(self._folder)
        self.kill()
        return PluginCrashed(work.manifest.id, f"its process sent what is no answer ({error}) and was killed", place)

    def where(self) -> str:
        """Return file:line of where its plugin stands now; empty when it does not say in time."""
        with self._tracing:
            self._trace = (self._trace + self._process.trace())[-_KEPT_TRACE:]
            before = len(self._trace)
            if not self._process.ask():
                return ""
            until_s = time.monotonic() + _ASK_S
            place = ""
            while not place and (left_s := until_s - time.monotonic()) > 0:
                self._trace += self._process.trace(left_s)
                place = place_in(self._trace[before:].rpartition("\n")[0], self._folder)
            return place

    def _hear(self) -> None:
        with self._tracing:
            self._trace = (self._trace + self._process.trace())[-_KEPT_TRACE:]

    def kill(self) -> None:
        """Kill it, and forget it as soon as it is dead."""
        self._is_between = False
        self._line.shut()
        self._process.kill()
        self._process.ended(_DYING_S)
        with self._tracing:
            self._line.close()
            self._process.close()

    def leave(self) -> None:
        """Let it close its plugin and end, and wait for nothing."""
        self.say_end()
        self._process.leave()
        with self._tracing:
            self._line.close()
            self._process.close()

    def await_end(self, until_s: float) -> None:
        """Wait until it has ended; kill it when it has not by then."""
        with suppress(TooLate, LineEnded, Garbled, LookupError, TypeError, ValueError):
            head, _ = self._line.receive(until_s)
            if self._log is not None and head[0] == "ended":
                for told, place in head[1]:
                    self._log.warning("closing it failed at %s: %s", place, told)
        self._process.ended(max(0.0, until_s - self._clock()))
        self.kill()

    def say_end(self) -> None:
        """Let it close its plugin and end; `await_end` is to follow."""
        with suppress(LineEnded, TooLate):
            self._line.send(packed(["end"]), self._clock())

    def shut(self) -> None:
        """Wake whoever waits for it: the pool is closed."""
        self._line.shut()

    def forget(self) -> None:
        """Let go of it in a forked child, to which it does not belong."""
        self._line.close()
        self._process.close()
