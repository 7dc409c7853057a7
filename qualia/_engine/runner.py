"""One engine's way from a pipeline to an outcome: plan it, run it, log it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar
from weakref import ref

from attrs import evolve, field, frozen

from qualia._engine.call import Clocks, How
from qualia._engine.execute import Executor, Progress, Run
from qualia._engine.guard import Guard
from qualia._engine.inputs import Input, as_given, sort_inputs
from qualia._engine.plan import Available, Given, make_plan
from qualia._engine.record import as_plan, compared, first_error, run_entry, unmade
from qualia._engine.threads import Threads
from qualia._plugins.keys import Isolation as Mode
from qualia.cancel import CancelToken, Control
from qualia.document import Document
from qualia.errors import CoreClosed, QualiaError, RunCancelled
from qualia.events import Observers
from qualia.history import History
from qualia.pipeline import Pipeline, Plan
from qualia.registry import Registry, Snapshot
from qualia.result import Outcome, Provenance, Rerun, Result

T = TypeVar("T")

_CALLERS = 32
"""Runs that asynchronous callers may have under way at the same time; further ones wait."""
_PLANS = 64
_PLAIN = How()


class _NotLoaded(Exception):
    """A plan needs a plugin that has to be imported first."""


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
    observers: Observers
    closing: CancelToken
    """Cancelled when the Core is closed."""
    callers: Threads = field(factory=lambda: Threads("qualia-run", most=_CALLERS))
    """Where runs of asynchronous callers wait for their steps."""

    def plan(self, pipeline: Pipeline, inputs: Mapping[str, Input], *, named: bool = True) -> Plan:
        """Return what a pipeline runs on these inputs; ``named`` says whether errors name the step.

        Raises:
            InputError: it cannot be planned.
            PluginError: a plugin it names cannot be loaded.
        """
        with self.registry.leased() as plugins:
            return make_plan(pipeline, as_given(inputs), self.available(plugins), named=named)

    def rerun(self, before: Provenance | Result[Any], inputs: Mapping[str, Input]) -> Rerun:
        """Run again what a provenance tells of, every plugin of it, and compare.

        Raises:
            QualiaError: it cannot be run again as it was; or the first failure.
        """
        given, provenance = unmade(inputs), before.provenance if isinstance(before, Result) else before
        with self.registry.leased() as plugins:
            plan = as_plan(provenance, given, self.available(plugins))
            run = Run(plan=plan, plugins=plugins, given=given, control=self.control(plan.name), how=How(fresh=True))
            try:
                return compared(before, self.fold(run)[plan.steps[-1].id])
            finally:
                self.observers.flush()

    def available(self, plugins: Snapshot, isolation: Mode | None = None) -> Available:
        """Return what a plan may draw on, of the plugins of one moment."""

        def params(plugin: str, values: Mapping[str, object]) -> object:
            return self.guard.params(plugins, plugin, values, isolation)

        return Available(
            manifests=plugins.usable,
            manifest=lambda plugin: plugins.entry(plugin).manifest,
            params=params,
            preferred=self.preferred,
        )

    def control(self, name: str, timeout_s: float | None = None, cancel: CancelToken | None = None) -> Control:
        """Return what can end a run early; the time runs from now on.

        Raises:
            ValueError: ``timeout_s`` is negative or no number.
        """
        if timeout_s is not None and not timeout_s >= 0:
            raise ValueError(f"timeout_s must be at least 0, not {timeout_s}")
        clock = self.clocks.monotonic
        deadline_s = None if timeout_s is None or timeout_s == math.inf else clock() + timeout_s
        return Control(name=name, clock=clock, token=cancel, deadline_s=deadline_s, closing=self.closing)

    def run(
        self,
        pipeline: Pipeline,
        inputs: Mapping[str, Input],
        control: Control,
        *,
        named: bool = True,
        on_error: str = "raise",
        how: How = _PLAIN,
    ) -> Outcome:
        """Plan a pipeline, run it and log it.

        Raises:
            ValueError: ``on_error`` is neither "raise" nor "continue".
            QualiaError: it cannot be planned; the first failure, when it ends the run; or the run was given up.
        """
        if on_error not in ("raise", "continue"):
            raise ValueError(f"on_error must be 'raise' or 'continue', not {on_error!r}")
        with self.registry.leased() as plugins:
            available = self.available(plugins, how.isolation)
            make = partial(make_plan, pipeline, as_given(inputs), named=named)
            loaded = partial(self.guard.is_ready, plugins, mode=how.isolation)
            plan = self._planned(make, available, control, loaded)
            run = Run(plan=plan, plugins=plugins, given=inputs, control=control, fail_fast=on_error == "raise", how=how)
            try:
                return self.fold(run)
            finally:
                self.observers.flush()

    def _planned(
        self, make: Callable[[Available], Plan], available: Available, control: Control, loaded: Callable[[str], bool]
    ) -> Plan:
        """Plan; in another thread if the run can be cut short and a plugin has to be imported, which may hang."""
        control.check()
        if not control.can_be_cut_short:
            return make(available)

        def params(plugin: str, values: Mapping[str, object]) -> object:
            if not loaded(plugin):
                raise _NotLoaded
            return available.params(plugin, values)

        try:
            return make(evolve(available, params=params))
        except _NotLoaded:
            return self.executor.within(control, partial(make, available))

    def fold(self, run: Run) -> Outcome:
        """Make a run and log it.

        Raises:
            QualiaError: the first failure, when it ends the run; or the run was given up.
        """
        began_s, wall_s = self.clocks.monotonic(), self.clocks.wall()
        progress = Progress(run)
        try:
            self.executor.run(progress)
        except BaseException as error:
            stopped = error if isinstance(error, QualiaError) else RunCancelled(run.plan.name)
            self._log(progress, stopped, began_s, wall_s)
            raise
        failure = first_error(progress.outcomes)
        self._log(progress, failure, began_s, wall_s)
        if failure is not None and run.fail_fast:
            raise failure
        return Outcome(progress.outcomes)

    def _log(self, progress: Progress, error: QualiaError | None, began_s: float, wall_s: float) -> None:
        if self.history is not None:
            elapsed_s = self.clocks.monotonic() - began_s
            entry = run_entry(progress.run, progress.outcomes, error, started_s=wall_s, elapsed_s=elapsed_s)
            self.history.add(entry)

    async def in_thread(self, call: Callable[[], T], token: CancelToken) -> T:
        """Run a call in a thread; when the task is cancelled, cancel the run and go."""
        import asyncio

        try:
            future = self.callers.submit(copy_context().run, call)
        except RuntimeError as error:
            raise CoreClosed("begin a run") from error
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            token.cancel()
            raise

    def close(self) -> None:
        """Give up what is under way, and end the threads."""
        self.closing.cancel()
        self.executor.close()
        # Those that wait for their turn have it now, and hear that the Core was closed.
        self.callers.shutdown()


class EachRun:
    """Runs one pipeline on many documents, planning anew only when something a plan depends on has changed.

    Args:
        runner: the parts.
        pipeline: what is asked.
        cancel: ends the runs early; None for nothing.
    """

    def __init__(self, runner: Runner, pipeline: Pipeline, cancel: CancelToken | None = None) -> None:
        self._runner: Runner = runner
        self._pipeline: Pipeline = pipeline
        self._control: Control = runner.control(pipeline.name, None, cancel)
        self._plans: dict[Given, tuple[ref[Snapshot], Plan]] = {}

    def __call__(self, document: Document) -> Outcome:
        """Run it on one document, each step in this thread.

        Raises:
            QualiaError: it cannot be planned; the first failure; or the run was given up.
        """
        inputs, control = sort_inputs(document), evolve(self._control, halt=CancelToken())
        with self._runner.registry.leased() as plugins:
            plan = self._plan(plugins, as_given(inputs))
            return self._runner.fold(Run(plan=plan, plugins=plugins, given=inputs, control=control, alone=True))

    def _plan(self, plugins: Snapshot, given: Given) -> Plan:
        known = self._plans.get(given)
        if known is None or known[0]() is not plugins:
            plan = make_plan(self._pipeline, given, self._runner.available(plugins))
            known = ref(plugins), plan
            # A media type is the document's to choose, so there could be any number of plans.
            self._plans = {**(self._plans if len(self._plans) < _PLANS else {}), given: known}
        return known[1]
