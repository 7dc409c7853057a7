"""Runs and operations that somebody started through a host. They belong to the host: who asked may go and come back."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Literal

from attrs import field, frozen

from qualia._trouble import TROUBLE
from qualia._values import to_plain
from qualia.cancel import CancelToken
from qualia.document import Document
from qualia.errors import CoreClosed, DeadlineExceeded, QualiaError, RunCancelled, describe
from qualia.events import Event, EventKind
from qualia.protocol import HostRefused
from qualia.result import Outcome

JobState = Literal["waiting", "running", "ok", "failed", "cancelled", "lost"]
JobKind = Literal["run", "operation"]
_LONGEST = 200
_STATES: Mapping[EventKind, str] = {
    EventKind.STEP_STARTED: "running",
    EventKind.STEP_FINISHED: "ok",
    EventKind.STEP_FAILED: "failed",
    EventKind.STEP_SKIPPED: "skipped",
}


@frozen(kw_only=True)
class Bounds:
    """How much a host takes on."""

    at_once: int = 4
    """Runs and operations under way at the same time; further ones wait."""
    waiting: int = 100
    """How many may wait; more are refused."""
    kept: int = 100
    """How many that ended are remembered, with what they gave."""


class Job:
    """One run or operation, from the moment it was asked for.

    Args:
        kind: what it is.
        name: the plugin, pipeline or operation; lists show the beginning of a long one.
        work: does it; takes the job, to tell of progress, and returns what it gave.
        asked: what was asked for, without any text: enough to ask for it again; empty when that is not enough.
        group: what those that were begun together have in common; None for one by itself.
        document: gives what it is run on, once more; None when that is not one document.
    """

    def __init__(
        self,
        kind: JobKind,
        name: str,
        work: Callable[[Job], Any],
        *,
        asked: Mapping[str, Any] | None = None,
        group: str | None = None,
        document: Callable[[], Document] | None = None,
    ) -> None:
        self.id: str = secrets.token_hex(4)
        self.document: Callable[[], Document] | None = document
        self.asked: Mapping[str, Any] = asked or {}
        self.group: str | None = group
        self.kind: JobKind = kind
        self.name: str = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        self.work: Callable[[Job], Any] = work
        self.token: CancelToken = CancelToken()
        self.state: JobState = "waiting"
        self.told_state: JobState | None = None
        """The state that was told last; None before the first."""
        self.asked_at_s: float = time.time()
        self.began_at_s: float | None = None
        self.ended_at_s: float | None = None
        self.run_id: str | None = None
        self.steps: dict[str, dict[str, Any]] = {}
        self.step_count: int = 0
        self.done: float | None = None
        self.told: str = ""
        self.error: BaseException | None = None
        self.given: Any = None
        self.only_looks: bool = False
        """Whether it is an operation that changes nothing."""
        self.is_past: bool = False
        """Whether a host before this one began it."""
        self.left: tuple[str, ...] = ()
        """Steps that go on in threads nobody can end, although their run is over."""

    @property
    def is_over(self) -> bool:
        """Whether it ended, one way or another."""
        return self.state in ("ok", "failed", "cancelled", "lost")

    def facts(self) -> dict[str, Any]:
        """Return what there is to know of it, as plain data."""
        return {
            "run": self.id,
            "kind": self.kind,
            "name": self.name,
            "group": self.group,
            "path": self.asked.get("path"),
            "state": self.state,
            "asked_at_s": self.asked_at_s,
            "began_at_s": self.began_at_s,
            "ended_at_s": self.ended_at_s,
            "run_id": self.run_id,
            "is_cancelling": self.token.cancelled and not self.is_over,
            "left": list(self.left),
            "error": None if self.error is None else to_plain(describe(self.error)),
        }

    def progress(self) -> dict[str, Any]:
        """Return how far it is, as plain data."""
        steps = [dict(each) for each in list(self.steps.values())]
        over = sum(each["state"] in ("ok", "failed", "skipped", "cancelled") for each in steps)
        share = self.done if self.kind == "operation" else over / self.step_count if self.step_count else None
        return {
            "run": self.id,
            "state": self.state,
            "is_cancelling": self.token.cancelled and not self.is_over,
            "done": 1.0 if self.state == "ok" else share,
            "told": self.told,
            "step_count": self.step_count,
            "steps": steps,
        }

    def hear(self, event: Event) -> None:
        """Take in what happened to it, or to one of its steps."""
        if event.step is None:
            self.left = tuple(map(str, event.details.get("left", ())))
            return
        if event.kind in _STATES and event.kind is not EventKind.STEP_STARTED:
            self.left = tuple(each for each in self.left if each != event.step)
        step = self.steps.setdefault(
            event.step, {"step": event.step, "plugin": event.plugin, "state": "running", "done": None}
        )
        if event.kind in _STATES:
            was_stopped = event.details.get("error_type") == RunCancelled.__name__
            step["state"] = "cancelled" if was_stopped else _STATES[event.kind]
        details = event.details
        step |= {name: details[name] for name in ("done", "elapsed_s", "cached", "error", "reason") if name in details}


@frozen
class _Threads:
    """The threads under way, by what they work on."""

    jobs: dict[int, Job] = field(factory=dict[int, Job])
    all: set[threading.Thread] = field(factory=set[threading.Thread])


class Jobs:
    """Runs them, a few at a time, in threads of its own that end when there is nothing to do.

    Args:
        tell: told of each change of a job's state.
        bounds: how much is taken on.
    """

    def __init__(self, tell: Callable[[Job], object], *, bounds: Bounds) -> None:
        self._tell: Callable[[Job], object] = tell
        self._bounds: Bounds = bounds
        self._jobs: dict[str, Job] = {}
        self._waiting: deque[Job] = deque()
        self._threads: _Threads = _Threads()
        self._by_run: dict[str, Job] = {}
        self._lock: threading.Lock = threading.Lock()
        self._over: threading.Condition = threading.Condition()
        self._is_closed: bool = False

    @property
    def bounds(self) -> Bounds:
        """How much is taken on."""
        return self._bounds

    def start(self, job: Job) -> Job:
        """Begin a job as soon as there is room.

        Raises:
            HostRefused: too many wait, or the system gives no thread for it.
            CoreClosed: the host is ending.
        """
        with self._lock:
            if self._is_closed:
                raise CoreClosed("begin a run")
            if len(self._waiting) >= self._bounds.waiting:
                raise HostRefused(f"{job.kind}s.start", f"{len(self._waiting)} wait already; try again in a moment")
            self._jobs[job.id] = job
            self._waiting.append(job)
            self._take_on()
            if not self._threads.all:
                self._waiting.remove(job)
                del self._jobs[job.id]
                raise HostRefused(f"{job.kind}s.start", "the system has no threads left; try again in a moment")
            self._forget()
        self._tell(job)
        return job

    def get(self, verb: str, run: str, kind: JobKind) -> Job:
        """Return a job.

        Raises:
            HostRefused: there is none of this id.
        """
        job = self._jobs.get(run)
        if job is None or job.kind != kind:
            raise HostRefused(verb, f"there is no {kind} {run!r}; this host began none, or forgot it by now")
        return job

    def remember(self, job: Job) -> None:
        """Take in one that a host before this one began, and that is over."""
        with self._lock:
            self._jobs[job.id] = job
            if job.run_id is not None:
                self._by_run[job.run_id] = job

    def all(self, kind: JobKind | None = None) -> tuple[Job, ...]:
        """Return the jobs that are remembered, the latest first."""
        with self._lock:
            return tuple(each for each in reversed(self._jobs.values()) if kind in (None, each.kind))

    def cancel(self, job: Job) -> None:
        """Ask a job to stop; one that waits stops at once."""
        job.token.cancel()
        with self._lock:
            is_waiting = job in self._waiting
            if is_waiting:
                self._waiting.remove(job)
        if is_waiting:
            self._settle(job, "cancelled", error=RunCancelled(job.name))

    def give_up(self, job: Job, *, within_s: float) -> bool:
        """Cancel a job, wait a little, and leave it behind when it goes on: tell whether that was needed.

        What it still does goes on unheard, in a thread that no longer counts.
        """
        self.cancel(job)
        with self._over:
            if self._over.wait_for(lambda: job.is_over, within_s):
                return False
        with self._lock:
            me = next((ident for ident, each in self._threads.jobs.items() if each is job), None)
            thread = next((each for each in self._threads.all if each.ident == me), None)
            if thread is not None:
                self._threads.all.discard(thread)
        self._settle(job, "cancelled", error=RunCancelled(job.name))
        with self._lock:
            if self._waiting and not self._is_closed:
                self._take_on()
        return True

    def of_run(self, run_id: str | None) -> Job | None:
        """Return the job that an engine's run belongs to; None when it was begun elsewhere."""
        return None if run_id is None else self._by_run.get(run_id)

    def hear(self, event: Event) -> None:
        """Take in an event where it happens: a run begins in the thread of its job, which is how the two are one."""
        if event.run_id is None:
            return
        if event.kind is EventKind.RUN_STARTED:
            job = self._threads.jobs.get(threading.get_ident())
            if job is not None:
                job.run_id, job.step_count = event.run_id, event.details.get("steps", 0)
                self._by_run[event.run_id] = job
            return
        job = self._by_run.get(event.run_id)
        if job is not None:
            job.hear(event)

    def close(self, *, within_s: float) -> None:
        """Cancel everything, and wait a little for it to end."""
        with self._lock:
            self._is_closed = True
            waiting, threads = list(self._waiting), list(self._threads.all)
        for job in (*waiting, *self.all()):
            if not job.is_over:
                self.cancel(job)
        until_s = time.monotonic() + within_s
        for thread in threads:
            thread.join(max(0.0, until_s - time.monotonic()))

    def _work(self) -> None:
        me = threading.get_ident()
        try:
            while True:
                with self._lock:
                    if not self._waiting or threading.current_thread() not in self._threads.all:
                        self._threads.all.discard(threading.current_thread())
                        return
                    job = self._waiting.popleft()
                    self._threads.jobs[me] = job
                    job.state, job.began_at_s = "running", time.time()
                self._tell(job)
                self._do(job)
        finally:
            with self._lock:
                self._threads.jobs.pop(me, None)
                self._threads.all.discard(threading.current_thread())
                # A thread that something was raised through is gone, and what waits is not.
                if self._waiting and not self._is_closed:
                    self._take_on()

    def _take_on(self) -> None:
        """Start a thread for what waits, if one more may be."""
        if len(self._threads.all) < self._bounds.at_once:
            thread = threading.Thread(target=self._work, name="qualia-host-run", daemon=True)
            # It waits for the lock. Where the system gives none, those at work take what waits.
            with suppress(RuntimeError):
                thread.start()
                self._threads.all.add(thread)

    def _do(self, job: Job) -> None:
        given: Any = None
        # What gets to the end without another error was raised past everybody, such as a plugin's KeyboardInterrupt.
        error: BaseException | None = QualiaError(f"{job.name!r} was interrupted from within")
        try:
            given = job.work(job)
            error = _first_error(given)
        except TROUBLE as raised:
            error = raised
        finally:
            self._settle(job, _state_after(error), given=given, error=error)

    def _settle(self, job: Job, state: JobState, *, given: Any = None, error: BaseException | None = None) -> None:
        """End a job; the first end counts."""
        with self._over:
            if job.is_over:
                return
            job.given, job.error, job.ended_at_s = given, error, time.time()
            job.state = state
            self._over.notify_all()
        self._tell(job)

    def _forget(self) -> None:
        """Forget the oldest that ended, when there are too many."""
        over = [each for each in self._jobs.values() if each.is_over]
        for job in over[: max(0, len(over) - self._bounds.kept)]:
            del self._jobs[job.id]
            # One job may have begun several runs, such as a run of the log with several ends.
            for run_id in [run_id for run_id, each in list(self._by_run.items()) if each is job]:
                del self._by_run[run_id]


def _first_error(given: object) -> QualiaError | None:
    """Return why a step failed that its pipeline went on without: what it could give it gave, and it failed."""
    return next((each.error for each in given.steps if each.error), None) if isinstance(given, Outcome) else None


def _state_after(error: BaseException | None) -> JobState:
    if error is None:
        return "ok"
    return "cancelled" if isinstance(error, (RunCancelled, DeadlineExceeded, CoreClosed)) else "failed"
