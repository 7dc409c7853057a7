"""Who does the files: threads of this process, or processes of their own."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import ExitStack
from functools import cache, partial
from queue import Empty, SimpleQueue
from typing import Protocol

from qualia._engine.threads import Threads
from qualia.cli.batch.work import Bench, Ended, Job, Work
from qualia.cli.output import Face
from qualia.cli.usage import Unexpected
from qualia.core import Core
from qualia.errors import WorkerLost


class Crew(Protocol):
    """Takes files and tells what became of them, in any order."""

    def submit(self, job: Job) -> None:
        """Take one more file."""
        ...

    def next(self, timeout_s: float) -> Ended | None:
        """Return what became of a file; None when nothing did in time, or on `wake`."""
        ...

    def wake(self) -> None:
        """Let `next` return; safe in a signal handler."""
        ...

    def cancel(self) -> None:
        """End what is under way, as soon as that is possible."""
        ...

    def close(self) -> None:
        """Let everybody go; who does not, is left behind."""
        ...


class _Answers:
    """Futures in the order in which they are done."""

    def __init__(self) -> None:
        self._done: SimpleQueue[Future[Ended] | None] = SimpleQueue()
        self.jobs: dict[Future[Ended], Job] = {}

    def expect(self, future: Future[Ended], job: Job) -> None:
        """Wait for one more."""
        self.jobs[future] = job
        future.add_done_callback(self._done.put)

    def next(self, timeout_s: float, lost: Callable[[Job, BaseException], Ended]) -> Ended | None:
        """Return the answer of one that is done; ``lost`` makes up that of one that ended otherwise."""
        try:
            future = self._done.get(timeout=timeout_s)
        except Empty:
            return None
        if future is None:
            return None
        job = self.jobs.pop(future)
        error = CancelledError() if future.cancelled() else future.exception()
        return lost(job, error) if isinstance(error, Exception) else future.result()

    def wake(self) -> None:
        """Let `next` return."""
        self._done.put(None)


def _lost(work: Work, job: Job, error: BaseException) -> Ended:
    told = str(error) or type(error).__name__
    if isinstance(error, (BrokenExecutor, CancelledError)):
        return Ended(job=job, status="failed", error=WorkerLost(work.name, told))
    if os.environ.get("QUALIA_DEBUG", "") not in ("", "0"):
        traceback.print_exception(error, file=sys.stderr)
    told = f"{type(error).__name__}: {error}" if str(error) else told
    return Ended(job=job, status="failed", error=Unexpected(told))


class ThreadCrew:
    """Threads of this process.

    Args:
        work: what is done.
        core: runs plugins.
        face: told what should be told.
        most: how many threads.
    """

    def __init__(self, work: Work, core: Core, face: Face, *, most: int) -> None:
        self._core: Core = core
        self._bench: Bench = Bench(work, core, face)
        self._pool: Threads = Threads("qualia-batch", most=most)
        self._answers: _Answers = _Answers()
        self._work: Work = work

    def submit(self, job: Job) -> None:
        """Take one more file."""
        self._answers.expect(self._pool.submit(self._bench.do, job), job)

    def next(self, timeout_s: float) -> Ended | None:
        """Return what became of a file; None when nothing did in time, or on `wake`."""
        return self._answers.next(timeout_s, partial(_lost, self._work))

    def wake(self) -> None:
        """Let `next` return."""
        self._answers.wake()

    def cancel(self) -> None:
        """End what is under way, as soon as that is possible."""
        # A token for each run would do the same, but costs each of them a change of threads.
        self._core.close()

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class ProcessCrew:
    """Processes of their own, each with a Core of its own; one that dies costs what was under way.

    Args:
        work: what is done.
        most: how many processes.
        quiet: whether they tell nothing but warnings.
    """

    def __init__(self, work: Work, *, most: int, quiet: bool) -> None:
        self._work: Work = work
        self._most: int = most
        self._run: Callable[[Job], Ended] = partial(_do, work, quiet)
        self._answers: _Answers = _Answers()
        self._pool: Executor = self._open()

    def _open(self) -> Executor:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_all_start_methods, get_context

        method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
        return ProcessPoolExecutor(self._most, mp_context=get_context(method), initializer=_begin)

    def submit(self, job: Job) -> None:
        """Take one more file; when a worker died, others take its place."""
        try:
            future = self._pool.submit(self._run, job)
        except BrokenExecutor:
            self._pool.shutdown(wait=False)
            self._pool = self._open()
            future = self._pool.submit(self._run, job)
        self._answers.expect(future, job)

    def next(self, timeout_s: float) -> Ended | None:
        """Return what became of a file; None when nothing did in time, or on `wake`."""
        return self._answers.next(timeout_s, partial(_lost, self._work))

    def wake(self) -> None:
        """Let `next` return."""
        self._answers.wake()

    def cancel(self) -> None:
        """Kill the processes."""
        processes = dict(getattr(self._pool, "_processes", None) or {})
        for process in processes.values():
            process.kill()

    def close(self) -> None:
        """Let the processes go."""
        if self._answers.jobs:
            self.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end when it is gone: nobody would ask for more."""
    from multiprocessing import parent_process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, name="qualia-batch-parent", daemon=True).start()


def _do(work: Work, quiet: bool, job: Job) -> Ended:
    """Do one file in a worker process."""
    return _bench(work, quiet).do(job)


@cache
def _bench(work: Work, quiet: bool) -> Bench:
    face = Face(None, sys.stderr, quiet=quiet)
    core = Core(work.plugin_dirs, settings=work.settings)
    stack = ExitStack()
    stack.enter_context(face.showing_warnings())
    atexit.register(core.close)
    atexit.register(stack.close)
    return Bench(work, core, face)
