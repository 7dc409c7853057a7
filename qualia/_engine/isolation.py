"""Where a call is made: in the caller's thread, in one that can be left behind, or in a process that can be killed."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, nullcontext
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from qualia._engine.blame import contained, standing
from qualia._engine.flights import Flight, Flights
from qualia._engine.gate import Gate
from qualia._engine.threads import Threads
from qualia._engine.waiting import wait_for_one, when_over
from qualia._plugins.generation import Generation
from qualia._plugins.keys import Isolation as Mode
from qualia._plugins.loader import Package
from qualia.cancel import Control
from qualia.errors import PluginHung
from qualia.events import EventKind, Observers
from qualia.plugin import Context, ParamSpec, params_in_force
from qualia.settings import Settings

if TYPE_CHECKING:
    # Loaded with the first plugin that asks for a process.
    from qualia._engine.worker import Work, Workers

_MIB = 1024 * 1024
_LOAD_S = 30.0
"""Seconds a plugin may take to be imported and opened in a process of its own."""


@frozen(kw_only=True)
class Task:
    """One call to make."""

    generation: Generation
    mode: Mode
    params: Any
    """The params object, or the params in force by name when the plugin is not loaded here."""
    inputs: Mapping[str, Any]
    """Document and records by argument name."""
    digests: Mapping[str, str]
    run_id: str
    step: str
    control: Control


class Isolation:
    """Makes the calls of one Core.

    Args:
        settings: bounds that manifests leave open.
        observers: told of progress, and of calls that take long.
        clock: monotonic time in seconds.
    """

    def __init__(self, *, settings: Settings, observers: Observers, clock: Callable[[], float]) -> None:
        self._settings: Settings = settings
        self._observers: Observers = observers
        self._clock: Callable[[], float] = clock
        self._threads: Threads = Threads("qualia-plugin")
        self._gates: dict[str, Gate] = {}
        self._workers: Workers | None = None
        self._lock: threading.Lock = threading.Lock()
        self.flights: Flights = Flights(
            clock=clock, slow_s=settings.slow_call_s, tell=self._tell_slow, is_heard=observers.__bool__
        )
        """The calls under way."""

    def mode(self, generation: Generation, asked: Mode | None) -> Mode:
        """Return where a plugin's calls are made: as the call asks, or the settings say, or else its manifest."""
        known = self._settings.isolation
        mode: Any = asked or known.get(generation.manifest.id) or known.get("*")
        return mode or generation.manifest.limits.isolation

    def specs(self, generation: Generation, mode: Mode) -> tuple[ParamSpec, ...]:
        """Return the params a plugin declares; when its calls are made in a process, it is asked there.

        Raises:
            PluginError: it cannot be loaded, or its declaration is wrong.
            PluginHung: loading it took too long.
        """
        if mode != "process":
            return generation.package().specs
        return generation.described(lambda: self._processes().specs(self._work(generation, _LOAD_S)))

    def made(self, task: Task) -> object:
        """Make a call and return what the plugin gave.

        Raises:
            PluginFailed: the plugin raised, crashed, or took longer than it may.
            PluginBusy: too many of its calls wait already.
            QualiaError: what the plugin says of its input, or what ended the run.
        """
        gate = self._gate(task.generation)
        if gate is None:
            return self._made(task, nullcontext)
        gate.enter(task.control)
        if task.mode == "thread":
            # The place is given free when the thread is, which may be long after the call was given up.
            return self._made(task, partial(_leaving, gate))
        with _leaving(gate):
            return self._made(task, nullcontext)

    def retire(self, generation: Generation) -> None:
        """Let a version's processes end when their calls are over."""
        if self._workers is not None:
            self._workers.retire(generation.name)

    def close(self) -> None:
        """End the threads and processes; what some of them still run goes on unheard."""
        self.flights.close()
        self._threads.shutdown(cancel_futures=True)
        if self._workers is not None:
            self._workers.close()

    def _made(self, task: Task, around: Callable[[], Any]) -> object:
        if task.mode == "process":
            return self._in_process(task)
        call = partial(self._here, task)
        return call() if task.mode == "inline" else self._in_thread(task, call, around)

    def _here(self, task: Task) -> object:
        generation = task.generation
        plugin, folder = generation.manifest.id, generation.folder
        flight = self.flights.begin(plugin, folder, run_id=task.run_id, step=task.step)
        try:
            if not generation.is_open:
                generation.open_once(partial(contained, plugin=plugin, folder=folder))
            return contained(partial(self._invoked, task, generation.package()), plugin, folder)
        finally:
            self.flights.end(flight)

    def _in_thread(self, task: Task, call: Callable[[], object], around: Callable[[], Any]) -> object:
        standing_in: list[int] = []

        def run() -> object:
            standing_in.append(threading.get_ident())
            with around():
                return call()

        until_s = self._call_s(task.generation)
        deadline_s = None if until_s is None else self._clock() + until_s
        future = self._threads.submit(copy_context().run, run)
        with when_over(task.control) as over:
            while not future.done():
                left_s = None if deadline_s is None else deadline_s - self._clock()
                wait_for_one((future, over), task.control, at_most_s=left_s)
                if not future.done():
                    task.control.check()
                    if left_s is not None and left_s <= 0:
                        raise self._hung(task.generation, standing_in, future)
        return future.result()

    def _hung(self, generation: Generation, standing_in: list[int], future: Future[object]) -> PluginHung:
        future.cancel()
        place = standing(standing_in[0], generation.folder) if standing_in else ""
        told = f"it took longer than its {self._call_s(generation):g} seconds; its thread is left behind"
        return PluginHung(generation.manifest.id, told, place or str(generation.folder))

    def _in_process(self, task: Task) -> object:
        workers, generation = self._processes(), task.generation
        work = self._work(generation, self._call_s(generation), task)
        flight = self.flights.begin(
            generation.manifest.id,
            generation.folder,
            run_id=task.run_id,
            step=task.step,
            ask=partial(workers.place, task.run_id, task.step),
        )
        try:
            return workers.call(work, task.control)
        finally:
            self.flights.end(flight)

    def _work(self, generation: Generation, call_s: float | None, task: Task | None = None) -> Work:
        from qualia._engine.worker import Work, WorkLimits

        manifest, limits = generation.manifest, generation.manifest.limits
        memory_mb = limits.memory_mb or self._settings.worker_memory_mb
        return Work(
            manifest=manifest,
            source=generation.source,
            module=generation.name,
            params={} if task is None else params_in_force(task.params),
            inputs={} if task is None else task.inputs,
            digests={} if task is None else task.digests,
            run_id="" if task is None else task.run_id,
            step="" if task is None else task.step,
            limits=WorkLimits(
                call_s=call_s, memory_bytes=memory_mb * _MIB if memory_mb else None, cpu_s=limits.cpu_seconds
            ),
            tell=_unheard if task is None else partial(self._tell_progress, task),
            log=_log(manifest.id),
        )

    def _invoked(self, task: Task, package: Package) -> object:
        inputs = dict(task.inputs)
        if not package.takes_context:
            return package.call(task.params, inputs)
        with ExitStack() as call_end:
            context = Context(
                run_id=task.run_id,
                step=task.step,
                log=_log(package.manifest.id),
                control=task.control,
                tell=partial(self._tell_progress, task),
                call_end=call_end,
                plugin_end=task.generation.at_end,
            )
            return package.call(task.params, inputs | {"context": context})

    def _tell_progress(self, task: Task, done: float) -> None:
        plugin = task.generation.manifest.id
        self._observers.tell(EventKind.STEP_PROGRESS, run_id=task.run_id, step=task.step, plugin=plugin, done=done)

    def _tell_slow(self, flight: Flight, took_s: float) -> None:
        self._observers.tell(
            EventKind.PLUGIN_SLOW,
            run_id=flight.run_id or None,
            step=flight.step or None,
            plugin=flight.plugin,
            elapsed_s=took_s,
            place=flight.place,
        )

    def _call_s(self, generation: Generation) -> float | None:
        return generation.manifest.limits.call_seconds or self._settings.call_s or None

    def _gate(self, generation: Generation) -> Gate | None:
        plugin = generation.manifest.id
        most = generation.manifest.limits.max_concurrent or self._settings.max_concurrent
        if not most:
            return None
        return self._gates.get(plugin) or self._gates.setdefault(plugin, Gate(plugin, most))

    def _processes(self) -> Workers:
        from qualia._engine.worker import Workers

        with self._lock:
            if self._workers is None:
                self._workers = Workers(clock=self._clock, most=os.cpu_count() or 1)
        return self._workers


@contextmanager
def _leaving(gate: Gate) -> Generator[None]:
    try:
        yield
    finally:
        gate.leave()


def _unheard(_done: float) -> None:
    """Hear of the progress of a call that nobody follows."""


def _log(plugin: str) -> logging.Logger:
    return logging.getLogger(f"qualia.plugins.{plugin}")
