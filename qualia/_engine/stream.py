"""A pipeline over many documents: lazy, in bounded memory, over any executor."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from typing import Literal

from attrs import frozen

from qualia.cancel import CancelToken
from qualia.document import Document
from qualia.errors import QualiaError, RunCancelled, WorkerLost
from qualia.result import Mapped, Outcome

Work = Callable[[Document], Outcome]
_POLL_S = 0.05


@frozen(kw_only=True)
class Stream:
    """How a map runs."""

    name: str
    """The pipeline's name, for errors."""
    work: Work
    """Runs the pipeline on one document; pickled when the executor's workers are processes."""
    executor: Executor
    owned: bool
    """Whether the executor is the map's own, to shut down at the end."""
    window: int
    """Documents under way or waiting to be taken, at most."""
    ordered: bool
    """Whether outcomes come in the documents' order; otherwise as they are completed."""
    on_error: Literal["raise", "yield"]
    cancel: CancelToken | None
    done: Callable[[Mapped], object]
    """Told of each document as it is finished."""

    def over(self, documents: Iterable[Document]) -> Iterator[Mapped]:
        """Yield what became of each document.

        Raises:
            QualiaError: the first document that failed, when errors are raised; the rest is cancelled.
            RunCancelled: the token was cancelled.
        """
        waiting: deque[tuple[Future[Outcome], int, Document]] = deque()
        source = enumerate(documents)
        try:
            exhausted = False
            while True:
                self._check()
                while not exhausted and len(waiting) < self.window:
                    item = next(source, None)
                    if item is None:
                        exhausted = True
                        break
                    waiting.append((self._submit(item[1]), *item))
                if not waiting:
                    return
                yield self._taken(waiting)
        finally:
            for future, _, _ in waiting:
                future.cancel()
            if self.owned:
                self.executor.shutdown(wait=False, cancel_futures=True)

    def _check(self) -> None:
        if self.cancel is not None and self.cancel.cancelled:
            raise RunCancelled(self.name)

    def _submit(self, document: Document) -> Future[Outcome]:
        try:
            return self.executor.submit(self.work, document)
        except BrokenExecutor as error:
            broken: Future[Outcome] = Future()
            broken.set_exception(error)
            return broken

    def _taken(self, waiting: deque[tuple[Future[Outcome], int, Document]]) -> Mapped:
        """Wait for the next outcome and take it out."""
        wanted = [waiting[0][0]] if self.ordered else [future for future, _, _ in waiting]
        while not (finished := wait(wanted, timeout=_POLL_S, return_when=FIRST_COMPLETED).done):
            self._check()
        place = next(number for number, (future, _, _) in enumerate(waiting) if future in finished)
        future, index, document = waiting[place]
        del waiting[place]
        mapped = self._mapped(future, index, document)
        self.done(mapped)
        if mapped.error is not None and self.on_error == "raise":
            raise mapped.error
        return mapped

    def _mapped(self, future: Future[Outcome], index: int, document: Document) -> Mapped:
        try:
            return Mapped(index=index, document=document.id, outcome=future.result())
        except BrokenExecutor as error:
            lost = WorkerLost(self.name, str(error) or type(error).__name__)
            return Mapped(index=index, document=document.id, error=lost)
        except QualiaError as error:
            return Mapped(index=index, document=document.id, error=error)
