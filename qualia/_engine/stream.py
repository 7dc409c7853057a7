"""A pipeline over many documents: lazy, in bounded memory, over any executor."""

from __future__ import annotations

import atexit
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cache, partial
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Literal, Protocol, TypeVar

from attrs import define, field, frozen
from attrs.validators import ge, in_

from qualia._engine.threads import Threads
from qualia.cancel import CancelToken, Control
from qualia.document import Document
from qualia.errors import QualiaError, UnsupportedInput, WorkerLost
from qualia.events import EventKind, Observers
from qualia.pipeline import Pipeline
from qualia.result import Mapped, Outcome
from qualia.settings import Settings

Ended = Outcome | QualiaError
"""What became of one document."""
Work = Callable[[tuple[Document, ...]], list[Ended]]
Lot = tuple[tuple[int, Document], ...]
"""Documents that travel together, each with its place."""
T = TypeVar("T")
_MOST_IN_A_LOT = 64
_LOOK_UP_S = 0.5


def ended(run: Callable[[Document], Outcome], document: Document, *, note: bool = False) -> Ended:
    """Return what a run gives or the error it ends with; ``note`` keeps the traceback, which pickling would lose."""
    try:
        return run(document)
    except QualiaError as error:
        if note:
            error.add_note("".join(traceback.format_exception(error)))
        return error


@define
class _UnderWay:
    """What a stream is at."""

    source: Iterator[tuple[int, Document]]
    lots: dict[Future[list[Ended]], Lot] = field(factory=lambda: dict[Future[list[Ended]], Lot]())
    """What the executor was given."""
    count: int = 0
    """How many documents those are."""
    finished: SimpleQueue[Future[list[Ended]] | None] = field(factory=lambda: SimpleQueue[Future[list[Ended]] | None]())
    """Futures that are done; None says that the map may be over."""
    refused: WorkerLost | None = None
    """Why the executor takes nothing more."""
    exhausted: bool = False
    """Whether there is nothing more to give to it."""


@frozen(kw_only=True)
class Stream:
    """How a map runs."""

    control: Control
    """What ends it early."""
    stop: CancelToken
    """Cancelled by the stream when it ends, for the documents that are still under way."""
    work: Work
    """Runs the pipeline on some documents; pickled when the executor's workers are processes."""
    executor: Executor | None
    """None for threads of its own, which it shuts down at the end."""
    workers: int
    """How many threads of its own."""
    window: int = field(validator=ge(1))
    """Documents under way or waiting to be taken, at most."""
    ordered: bool
    """Whether outcomes come in the documents' order; otherwise as they are completed."""
    on_error: Literal["raise", "yield"] = field(validator=in_(("raise", "yield")))
    observers: Observers
    """Told of each document as it is finished."""

    def over(self, documents: Iterable[Document]) -> Iterator[Mapped]:
        """Yield what became of each document.

        Raises:
            QualiaError: the first document that failed, when errors are raised; the rest is cancelled.
            WorkerLost: the executor takes no more work, and what it had taken is told.
            RunCancelled: the token was cancelled.
            CoreClosed: the Core was closed.
            UnsupportedInput: something among the documents is none.
        """
        now = _UnderWay(enumerate(documents))

        def over() -> None:
            self.stop.cancel()
            now.finished.put(None)

        off = self.control.when_over(over)
        executor = Threads("qualia-map", most=self.workers) if self.executor is None else self.executor
        ready: deque[Mapped] = deque()
        try:
            while True:
                self.control.check_caller()
                if not ready:
                    self._fill(executor, now)
                    if not now.lots:
                        break
                    ready.extend(self._next(now))
                yield self._told(ready.popleft())
            if now.refused is not None:
                raise now.refused
        finally:
            off()
            self.stop.cancel()
            for future in now.lots:
                future.cancel()
            if self.executor is None:
                executor.shutdown(wait=False, cancel_futures=True)
            self.observers.flush()

    @property
    def _is_here(self) -> bool:
        """Whether the documents run in threads of this process."""
        return isinstance(self.executor, (Threads, ThreadPoolExecutor, type(None)))

    @property
    def _lot(self) -> int:
        """How many documents travel together: between processes, the way costs more than a small document's run."""
        if self._is_here:
            return 1
        return min(max(1, self.window // 4), _MOST_IN_A_LOT)

    def _fill(self, executor: Executor, now: _UnderWay) -> None:
        """Hand documents to the executor until the window is full."""
        size = self._lot
        while not now.exhausted and now.count + size <= self.window:
            lot = tuple(islice(now.source, size))
            for _, document in lot:
                _require_document(document)
            if lot:
                self._submit(executor, now, lot)
            now.exhausted = now.refused is not None or len(lot) < size

    def _submit(self, executor: Executor, now: _UnderWay, lot: Lot) -> None:
        try:
            given = tuple(document for _, document in lot)
            if self._is_here:
                # The caller's context goes along, such as the trace it is in.
                future = executor.submit(copy_context().run, self.work, given)
            else:
                future = executor.submit(self.work, given)
        except RuntimeError as error:
            # Broken or shut down: both are RuntimeErrors.
            now.refused = self._lost(error)
            return
        now.lots[future] = lot
        now.count += len(lot)
        if not self.ordered:
            future.add_done_callback(now.finished.put)

    def _next(self, now: _UnderWay) -> Iterator[Mapped]:
        """Wait for the next lot that is done and take it out."""
        future = self._first(now) if self.ordered else self._any(now)
        lot = now.lots.pop(future)
        now.count -= len(lot)
        try:
            outcomes = future.result()
        except (BrokenExecutor, CancelledError) as error:
            lost: Ended = self._lost(error)
            outcomes = [lost] * len(lot)
        for (index, document), each in zip(lot, outcomes, strict=True):
            if isinstance(each, Outcome):
                yield Mapped(index=index, document=document.id, outcome=each)
            else:
                yield Mapped(index=index, document=document.id, error=each)

    def _first(self, now: _UnderWay) -> Future[list[Ended]]:
        first = next(iter(now.lots))
        if not first.done():
            first.add_done_callback(now.finished.put)
            while _get(now.finished) is not first:
                self.control.check_caller()
        return first

    def _any(self, now: _UnderWay) -> Future[list[Ended]]:
        while (future := _get(now.finished)) is None:
            self.control.check_caller()
        return future

    def _told(self, mapped: Mapped) -> Mapped:
        self.observers.tell(
            EventKind.DOCUMENT_FINISHED,
            index=mapped.index,
            document=mapped.document,
            error=None if mapped.error is None else str(mapped.error),
        )
        if mapped.error is not None and self.on_error == "raise":
            raise mapped.error
        return mapped

    def _lost(self, error: BaseException) -> WorkerLost:
        return WorkerLost(self.control.name, str(error) or type(error).__name__)


class _Core(Protocol):
    """What a worker process needs of a Core."""

    def run_pipeline(self, pipeline: Pipeline, given: Any) -> Outcome: ...
    def close(self) -> None: ...


def run_in_worker(
    make: Callable[..., _Core],
    plugin_dirs: tuple[Path, ...],
    settings: Settings,
    pipeline: Pipeline,
    documents: tuple[Document, ...],
) -> list[Ended]:
    """Run a pipeline on documents in a worker process, which builds one Core for all of its work."""
    core = _worker_core(make, plugin_dirs, settings)
    return [ended(partial(core.run_pipeline, pipeline), document, note=True) for document in documents]


@cache
def _worker_core(make: Callable[..., _Core], plugin_dirs: tuple[Path, ...], settings: Settings) -> _Core:
    core = make(plugin_dirs, settings=settings)
    atexit.register(core.close)
    return core


def _get(queue: SimpleQueue[T | None]) -> T | None:
    """Take what comes next; None after a while without anything, so that Ctrl-C is noticed on every system."""
    try:
        return queue.get(timeout=_LOOK_UP_S)
    except Empty:
        return None


def _require_document(document: object) -> None:
    if not isinstance(document, Document):
        raise UnsupportedInput("input", f"is a {type(document).__name__}; give Documents, one after the other")
