"""Folds a Plan over its inputs: each step as soon as what it needs is there, independent ones at the same time."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from attrs import define, field, frozen

from qualia._engine.guard import Call
from qualia._engine.inputs import Input, named_inputs
from qualia.cancel import Control
from qualia.errors import QualiaError
from qualia.events import EventKind, Observers
from qualia.pipeline import Plan, PlanStep
from qualia.result import Result, StepOutcome


@frozen(kw_only=True)
class Run:
    """One run to make."""

    plan: Plan
    given: Mapping[str, Input]
    """What it starts from: `DOCUMENT` and records by schema."""
    control: Control
    fail_fast: bool = True
    """Whether the first failure ends the run; otherwise only the steps that need the failed one are skipped."""
    fresh: bool = False
    """Whether every plugin is called, whatever the cache holds."""
    run_id: str = field(factory=lambda: secrets.token_hex(8))


@define
class _Progress:
    """What is known while a run is under way."""

    inputs: dict[str, Input]
    done: dict[str, StepOutcome]
    waiting: dict[str, PlanStep]


class Executor:
    """Runs plans. Its threads start when two steps can run at once, or a deadline has to be kept.

    Args:
        call: calls one plugin.
        observers: told when a run and each of its steps start, finish or fail.
        workers: steps that may run at the same time, over all runs.
    """

    def __init__(self, call: Callable[[Call], Result[Any]], observers: Observers, *, workers: int) -> None:
        self._call: Callable[[Call], Result[Any]] = call
        self._observers: Observers = observers
        self._workers: int = workers
        self._pool: ThreadPoolExecutor | None = None
        self._pid: int = 0
        self._lock: threading.Lock = threading.Lock()

    def run(self, run: Run) -> tuple[StepOutcome, ...]:
        """Run every step and return how each ended, in the plan's order. No error is raised for a failed step.

        Raises:
            RunCancelled: it was cancelled; steps under way in other threads go on unheard.
            DeadlineExceeded: its time is over; likewise.
        """
        progress = _Progress(dict(run.given), {}, {step.id: step for step in run.plan.steps})
        names = {"run_id": run.run_id, "name": run.plan.name}
        self._observers.tell(EventKind.RUN_STARTED, **names, steps=len(run.plan.steps))
        try:
            self._run_all(run, progress)
        except QualiaError as error:
            self._observers.tell(EventKind.RUN_FAILED, **names, error=str(error))
            raise
        outcomes = tuple(progress.done[step.id] for step in run.plan.steps)
        failed = next((each.error for each in outcomes if each.error is not None), None)
        if failed is None:
            self._observers.tell(EventKind.RUN_FINISHED, **names)
        else:
            self._observers.tell(EventKind.RUN_FAILED, **names, error=str(failed))
        return outcomes

    def _run_all(self, run: Run, progress: _Progress) -> None:
        running: dict[Future[StepOutcome], PlanStep] = {}
        while progress.waiting or running:
            run.control.check()
            self._skip(run, progress)
            ready = [step for step in progress.waiting.values() if _is_ready(step, progress)]
            if len(ready) == 1 and not running and run.control.deadline_s is None and run.control.token is None:
                _settle(self._run_step(ready[0], run, progress.inputs), progress)
                continue
            for step in ready:
                del progress.waiting[step.id]
                running[self._submit(self._run_step, step, run, dict(progress.inputs))] = step
            for future in self._finished(running, run.control):
                del running[future]
                _settle(future.result(), progress)

    def _finished(self, running: Mapping[Future[StepOutcome], PlanStep], control: Control) -> set[Future[StepOutcome]]:
        """Wait until a step is done, looking at the token from time to time."""
        if not running:
            return set()
        remaining_s = control.remaining_s
        poll_s = None if control.token is None else 0.05
        waits = [each for each in (remaining_s, poll_s) if each is not None]
        return wait(running, timeout=min(waits, default=None), return_when=FIRST_COMPLETED).done

    def _skip(self, run: Run, progress: _Progress) -> None:
        """Settle the steps that cannot run any more because of one that failed."""
        failed = [each.step for each in progress.done.values() if each.status != "ok"]
        for step in [*progress.waiting.values()] if failed else []:
            missing = next((need for need in step.needs if need in failed), None)
            if missing is None and not run.fail_fast:
                continue
            reason = f"{failed[0]!r} failed" if missing is None else f"it needs {missing!r}, which gave no result"
            outcome = StepOutcome(step=step.id, plugin=step.plugin, status="skipped", reason=reason)
            _settle(outcome, progress)
            failed.append(step.id)
            self._observers.tell(
                EventKind.STEP_SKIPPED,
                run_id=run.run_id,
                step=step.id,
                plugin=step.plugin,
                reason=reason,
            )

    def _run_step(self, step: PlanStep, run: Run, inputs: Mapping[str, Input]) -> StepOutcome:
        document = None if step.document is None else inputs[step.document]
        named = named_inputs(
            document,
            {schema: inputs[source] for schema, source in step.records.items()},
        )
        told = {"run_id": run.run_id, "step": step.id, "plugin": step.plugin}
        self._observers.tell(EventKind.STEP_STARTED, **told)
        call = Call(
            plugin=step.plugin,
            params=step.params,
            inputs=named,
            run_id=run.run_id,
            step=step.id,
            control=run.control,
            fresh=run.fresh,
        )
        try:
            result = self._call(call)
        except QualiaError as error:
            self._observers.tell(EventKind.STEP_FAILED, **told, error=str(error))
            return StepOutcome(
                step=step.id,
                plugin=step.plugin,
                status="failed",
                error=error,
                reason=str(error),
            )
        self._observers.tell(
            EventKind.STEP_FINISHED,
            **told,
            elapsed_s=result.elapsed_s,
            cached=result.cached,
        )
        return StepOutcome(step=step.id, plugin=step.plugin, status="ok", result=result)

    def _submit(self, action: Callable[..., StepOutcome], *arguments: Any) -> Future[StepOutcome]:
        return self.pool().submit(action, *arguments)

    def pool(self) -> ThreadPoolExecutor:
        """Return the threads, starting none until work is given to them; a forked child gets its own."""
        with self._lock:
            if self._pool is None or self._pid != os.getpid():
                self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="qualia-step")
                self._pid = os.getpid()
            return self._pool

    def close(self) -> None:
        """End the threads once what they run is done."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None and self._pid == os.getpid():
            pool.shutdown(wait=False, cancel_futures=True)


def _is_ready(step: PlanStep, progress: _Progress) -> bool:
    return all(need in progress.inputs for need in step.needs)


def _settle(outcome: StepOutcome, progress: _Progress) -> None:
    progress.done[outcome.step] = outcome
    progress.waiting.pop(outcome.step, None)
    if outcome.result is not None:
        progress.inputs[outcome.step] = Input(value=outcome.result.value, provenance=outcome.result.provenance)
