"""One engine's way from a pipeline to an outcome: plan it, run it, log it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from attrs import frozen

from qualia._engine.execute import Executor, Run
from qualia._engine.guard import Clocks, Guard
from qualia._engine.inputs import Input, as_given
from qualia._engine.plan import Available, make_plan
from qualia._engine.record import first_error, run_entry
from qualia.cancel import CancelToken, Control
from qualia.errors import QualiaError
from qualia.history import History
from qualia.pipeline import Pipeline, Plan
from qualia.registry import Registry
from qualia.result import Outcome, StepOutcome

T = TypeVar("T")


@frozen(kw_only=True)
class Runner:
    """The parts a run passes through."""

    registry: Registry
    guard: Guard
    executor: Executor
    history: History | None
    clocks: Clocks
    preferred: Mapping[str, str]
    """Schema or media type -> the plugin to take when several could."""

    def plan(self, pipeline: Pipeline, inputs: Mapping[str, Input], *, named: bool = True) -> Plan:
        """Return what a pipeline runs on these inputs; ``named`` says whether errors name the step.

        Raises:
            InputError: it cannot be planned.
            PluginError: a plugin it names cannot be loaded.
        """
        available = Available(
            manifests=self.registry.usable(),
            manifest=lambda plugin: self.registry.entry(plugin).manifest,
            params=self.guard.params,
            preferred=self.preferred,
        )
        return make_plan(pipeline, as_given(inputs), available, named=named)

    def control(self, name: str, timeout_s: float | None, cancel: CancelToken | None) -> Control:
        """Return what can end a run early."""
        clock = self.clocks.monotonic
        deadline_s = None if timeout_s is None else clock() + timeout_s
        return Control(name=name, clock=clock, token=cancel, deadline_s=deadline_s)

    def run(self, run: Run) -> Outcome:
        """Make a run and log it.

        Raises:
            QualiaError: the first failure, when it ends the run; or the run was cancelled or out of time.
        """
        began_s, wall_s = self.clocks.monotonic(), self.clocks.wall()
        steps: tuple[StepOutcome, ...] = ()
        stopped: QualiaError | None = None
        try:
            steps = self.executor.run(run)
        except QualiaError as error:
            stopped = error
        failure = stopped or first_error(steps)
        if self.history is not None:
            elapsed_s = self.clocks.monotonic() - began_s
            self.history.add(run_entry(run, steps, failure, started_s=wall_s, elapsed_s=elapsed_s))
        if failure is not None and (run.fail_fast or stopped is not None):
            raise failure
        return Outcome(steps)


async def in_thread(call: Callable[[], T], token: CancelToken) -> T:
    """Run a call in a thread of its own; when the task is cancelled, cancel the run and go."""
    import asyncio

    try:
        return await asyncio.to_thread(call)
    except asyncio.CancelledError:
        token.cancel()
        raise
