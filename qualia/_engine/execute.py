"""Folds a Plan over its inputs: each step as soon as what it needs is there, independent ones at the same time.

A run is folded by the thread that asked for it. It runs the steps itself as long as one at a time is enough and nothing
can cut it short; otherwise the steps run in other threads while it waits for them, for the token and for the deadline.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, wait
from contextvars import copy_context
from functools import partial
from heapq import heappop, heappush
from typing import Any, Protocol, TypeVar

from attrs import field, frozen

from qualia._engine.call import Call, How
from qualia._engine.inputs import Input, named_inputs
from qualia._engine.threads import Threads
from qualia._engine.waiting import wait_for_one, when_over
from qualia._plugins.keys import Isolation as Mode
from qualia._values import is_mapping
from qualia.cancel import Control
from qualia.errors import CoreClosed, DeadlineExceeded, PluginFailed, QualiaError, RunCancelled
from qualia.events import EventKind, Observers
from qualia.pipeline import Plan, PlanStep
from qualia.plugin import param_specs, params_in_force
from qualia.registry import Snapshot
from qualia.result import Result, StepOutcome

T = TypeVar("T")
Running = dict[Future[StepOutcome], PlanStep]
_GRACE_S = 0.05
_PLAIN = How()


@frozen(kw_only=True)
class Run:
    """One run to make."""

    plan: Plan
    plugins: Snapshot
    """The plugins it runs, which it leases."""
    given: Mapping[str, Input]
    """What it starts from: `DOCUMENT` and records by schema."""
    control: Control
    fail_fast: bool = True
    """Whether the first failure ends the run; otherwise only the steps that need the failed one are skipped."""
    how: How = _PLAIN
    """How its calls are made."""
    alone: bool = False
    """Whether its steps run one after the other in the caller's thread, because many runs go on beside it."""
    run_id: str = field(factory=lambda: secrets.token_hex(8))


class Progress:
    """What is known of a run while it is under way, and how it ended afterwards."""

    def __init__(self, run: Run) -> None:
        self.run: Run = run
        self.inputs: dict[str, Input] = dict(run.given)
        self.done: dict[str, StepOutcome] = {}
        self.failed: StepOutcome | None = None
        """The first step that failed; None when none did."""
        self.is_over: bool = False
        """Whether it was given up before every step was settled."""
        self._steps: tuple[PlanStep, ...] = run.plan.steps
        self._places: dict[str, int] = {step.id: place for place, step in enumerate(self._steps)}
        self._missing: list[int] = [len(step.needs) for step in self._steps]
        self._ready: list[int] = [place for place, count in enumerate(self._missing) if not count]
        self._dependants: dict[str, list[int]] = {}
        for place, step in enumerate(self._steps):
            for need in step.needs:
                self._dependants.setdefault(need, []).append(place)

    @property
    def outcomes(self) -> tuple[StepOutcome, ...]:
        """How each step that is settled ended, in the plan's order."""
        return tuple(self.done[step.id] for step in self._steps if step.id in self.done)

    @property
    def is_lost(self) -> bool:
        """Whether no further step may begin, because one failed."""
        return self.failed is not None and self.run.fail_fast and not self.is_over

    @property
    def ready(self) -> int:
        """How many steps can begin now."""
        return 0 if self.is_lost else len(self._ready)

    @property
    def next(self) -> PlanStep:
        """The first step, in the plan's order, that can begin."""
        return self._steps[self._ready[0]]

    def take(self) -> PlanStep:
        """Take out the first step, in the plan's order, that can begin."""
        return self._steps[heappop(self._ready)]

    def unsettled(self) -> list[PlanStep]:
        """Return the steps of which nothing is known yet, in the plan's order."""
        return [step for step in self._steps if step.id not in self.done]

    def settle(self, outcome: StepOutcome) -> list[StepOutcome]:
        """Take in how a step ended; return the steps that are skipped because of it."""
        self.done[outcome.step] = outcome
        if outcome.result is not None:
            given = Input(value=outcome.result.value, provenance=outcome.result.provenance)
            self.inputs[outcome.step] = given
            for place in self._dependants.get(outcome.step, ()):
                self._missing[place] -= 1
                if not self._missing[place]:
                    heappush(self._ready, place)
            return []
        if outcome.status == "failed" and self.failed is None:
            self.failed = outcome
        return list(self._skip_after(outcome.step))

    def _skip_after(self, failed: str) -> Iterator[StepOutcome]:
        """Settle everything that needs a step without a result, and what needs that in turn; needs stand before."""
        lost = {failed}
        for step in self._steps[self._places[failed] + 1 :]:
            need = next((each for each in step.needs if each in lost), None)
            if need is not None and step.id not in self.done:
                lost.add(step.id)
                self.done[step.id] = skipped(step, f"it needs {need!r}, which gave no result")
                yield self.done[step.id]


def skipped(step: PlanStep, reason: str) -> StepOutcome:
    """Return the outcome of a step that did not run."""
    return StepOutcome(step=step.id, plugin=step.plugin, status="skipped", reason=reason)


class Caller(Protocol):
    """What calls plugins: the guard."""

    def call(self, call: Call) -> Result[Any]:
        """Return the plugin's answer."""
        ...

    def killable(self, plugins: Snapshot, plugin: str, mode: Mode | None) -> bool:
        """Tell whether a plugin's calls end by themselves when their run is over."""
        ...

    def standing(self, *, run_id: str) -> str:
        """Return where a call of a run stands now; empty when that cannot be known."""
        ...


class Executor:
    """Runs plans. Its threads start when two steps can run at once, or a run can be cut short.

    Args:
        guard: calls plugins.
        observers: told when a run and each of its steps start, finish or fail.
        workers: steps of one run that may run at the same time.
    """

    def __init__(self, guard: Caller, observers: Observers, *, workers: int) -> None:
        self._guard: Caller = guard
        self._observers: Observers = observers
        self._workers: int = workers
        self._threads: Threads = Threads("qualia-step")

    def run(self, progress: Progress) -> None:
        """Run every step; `Progress.outcomes` tells how each ended. No error is raised for a failed step.

        Whatever is raised, every step is settled then; those still under way in other threads go on unheard.

        Raises:
            RunCancelled: it was cancelled.
            DeadlineExceeded: its time is over.
            CoreClosed: its Core was closed meanwhile.
        """
        run = progress.run
        names = {"run_id": run.run_id, "name": run.plan.name}
        running: Running = {}
        self._observers.tell(EventKind.RUN_STARTED, **names, steps=len(run.plan.steps))
        try:
            self._fold(progress, running)
        except BaseException as error:
            left = self._leave(progress, running, error)
            self._observers.tell(EventKind.RUN_FAILED, **names, **_facts(error), left=left)
            raise
        if progress.failed is None:
            self._observers.tell(EventKind.RUN_FINISHED, **names)
        else:
            facts = {} if progress.failed.error is None else _facts(progress.failed.error)
            self._observers.tell(EventKind.RUN_FAILED, **names, **facts | {"error": progress.failed.reason}, left=[])

    def within(self, control: Control, action: Callable[[], T]) -> T:
        """Return what an action gives, made in another thread, which is left behind when the run is over.

        Raises:
            QualiaError: what `Control.check` raises once the run is over.
        """
        future = self._submit(control, action)
        with when_over(control) as over:
            while not future.done():
                wait_for_one((future, over), control)
                if not future.done():
                    control.check()
        if future.cancelled():
            control.check()
        return future.result()

    def close(self) -> None:
        """End the threads; what some of them still run goes on unheard."""
        self._threads.shutdown(cancel_futures=True)

    def _fold(self, progress: Progress, running: Running) -> None:
        run = progress.run
        while progress.ready and self._can_run_here(progress):
            run.control.check_caller()
            self._settle(progress, self._run_step(progress.take(), progress))
        if progress.ready:
            with when_over(run.control) as over:
                self._fold_in_threads(progress, running, over)
        if progress.failed is not None:
            for step in progress.unsettled():
                self._settle(progress, skipped(step, f"{progress.failed.step!r} failed"), tell=True)

    def _can_run_here(self, progress: Progress) -> bool:
        """Tell whether the caller's own thread may run the next step: nobody has to be answered before it ends."""
        run = progress.run
        if run.alone:
            return True
        if progress.ready > 1 and self._workers > 1:
            return False
        return not run.control.can_be_cut_short or self._guard.killable(
            run.plugins, progress.next.plugin, run.how.isolation
        )

    def _fold_in_threads(self, progress: Progress, running: Running, over: Future[None]) -> None:
        control = progress.run.control
        while progress.ready or running:
            self._check(progress, running)
            while progress.ready and len(running) < self._workers:
                step = progress.take()
                running[self._submit(control, partial(self._run_step, step, progress))] = step
            wait_for_one((*running, over), control)
            for future in [each for each in running if each.done()]:
                if future.cancelled():
                    # Its turn had not come when the Core was closed.
                    self._check(progress, running)
                outcome = future.result()
                del running[future]
                self._settle(progress, outcome)

    def _check(self, progress: Progress, running: Running) -> None:
        """Do nothing while the run's caller waits for it.

        Raises:
            QualiaError: as `Control.check_caller`; where a step stands is told of a run whose time is over.
        """
        run = progress.run
        try:
            run.control.check_caller()
        except DeadlineExceeded as error:
            # A step in a process ends by itself in a moment, and knows where it stood.
            if any(self._guard.killable(run.plugins, step.plugin, run.how.isolation) for step in running.values()):
                wait(running, timeout=_GRACE_S)
            ended = (future.result().error for future in running if future.done() and not future.cancelled())
            places = (each.place for each in ended if isinstance(each, DeadlineExceeded))
            place = next(filter(None, places), "") or self._guard.standing(run_id=run.run_id)
            raise DeadlineExceeded(error.run, place) from None

    def _submit(self, control: Control, action: Callable[[], T]) -> Future[T]:
        try:
            # The caller's context goes along: what is told, logged or traced in a step belongs to its run.
            return self._threads.submit(copy_context().run, action)
        except RuntimeError:
            # The Core may have been closed since the last look.
            control.check_caller()
            raise

    def _settle(self, progress: Progress, outcome: StepOutcome, *, tell: bool = False) -> None:
        """Take in how a step ended, and tell of the steps that cannot run because of it.

        Raises:
            QualiaError: the step ended because its whole run is over.
        """
        consequences = progress.settle(outcome)
        for each in (outcome, *consequences) if tell else consequences:
            self._observers.tell(
                EventKind.STEP_SKIPPED,
                run_id=progress.run.run_id,
                step=each.step,
                plugin=each.plugin,
                reason=each.reason,
            )
        if isinstance(outcome.error, (RunCancelled, DeadlineExceeded, CoreClosed)):
            raise outcome.error
        if progress.is_lost:
            progress.run.control.halt.cancel()

    def _leave(self, progress: Progress, running: Running, error: BaseException) -> list[str]:
        """Settle every step of a run that is over; return those that are still under way."""
        progress.is_over = True
        progress.run.control.halt.cancel()
        left: list[str] = []
        for future, step in running.items():
            if future.cancel() or step.id in progress.done:
                continue
            if future.done():
                progress.settle(future.result())
            else:
                left.append(step.id)
                reason = f"it was still running when the run was given up: {_sentence(error)}"
                progress.settle(_failed(step, error, reason))
        for step in progress.unsettled():
            progress.settle(skipped(step, f"the run was given up: {_sentence(error)}"))
        return left

    def _run_step(self, step: PlanStep, progress: Progress) -> StepOutcome:
        run = progress.run
        told = {"run_id": run.run_id, "step": step.id, "plugin": step.plugin}
        self._observers.tell(EventKind.STEP_STARTED, **told)
        try:
            result = self._guard.call(_call(step, progress))
        except QualiaError as error:
            if isinstance(error, RunCancelled) and progress.failed is not None and progress.is_lost:
                reason = f"{progress.failed.step!r} failed while it was running"
                self._observers.tell(EventKind.STEP_SKIPPED, **told, reason=reason)
                return skipped(step, reason)
            if len(run.plan.steps) > 1:
                # A note, so that the error keeps its class and fields, and its sentence what it says elsewhere.
                error.add_note(f"in step {step.id!r} of {run.plan.name!r}")
            self._observers.tell(EventKind.STEP_FAILED, **told, **_facts(error), params=_params_told(step.params))
            return _failed(step, error, str(error))
        except BaseException as error:
            progress.settle(_failed(step, error, _sentence(error)))
            self._observers.tell(EventKind.STEP_FAILED, **told, **_facts(error), params=_params_told(step.params))
            raise
        self._observers.tell(
            EventKind.STEP_FINISHED,
            **told,
            elapsed_s=result.elapsed_s,
            cached=result.cached,
        )
        return StepOutcome(step=step.id, plugin=step.plugin, status="ok", result=result)


def _call(step: PlanStep, progress: Progress) -> Call:
    run, inputs = progress.run, progress.inputs
    document = None if step.document is None else inputs[step.document]
    return Call(
        plugin=step.plugin,
        plugins=run.plugins,
        params=step.params,
        inputs=named_inputs(document, {schema: inputs[source] for schema, source in step.records.items()}),
        run_id=run.run_id,
        step=step.id,
        control=run.control,
        how=run.how,
    )


def _failed(step: PlanStep, error: BaseException, reason: str) -> StepOutcome:
    known = error if isinstance(error, QualiaError) else None
    return StepOutcome(step=step.id, plugin=step.plugin, status="failed", error=known, reason=reason)


def _sentence(error: BaseException) -> str:
    return str(error) if isinstance(error, QualiaError) else type(error).__name__


def _facts(error: BaseException) -> dict[str, str]:
    """Return what events tell of an error: its sentence, which may quote a document, and what never does."""
    facts = {"error": _sentence(error), "error_type": type(error).__name__}
    if isinstance(error, PluginFailed):
        facts["place"] = error.place
        if error.__cause__ is not None:
            facts["cause"] = type(error.__cause__).__name__
    return facts


def _params_told(params: object) -> dict[str, Any]:
    """Return a step's params for those who watch: a text that is none of the declared choices may quote a document."""
    if params is None:
        return {}
    specs = () if is_mapping(params) else param_specs(type(params))
    choices = {spec.name: spec.choices for spec in specs}
    return {
        name: value
        if value is None or isinstance(value, (bool, int, float)) or value in choices.get(name, ())
        else f"<{len(value)} {'characters' if isinstance(value, str) else 'texts'}>"
        for name, value in params_in_force(params).items()
    }
