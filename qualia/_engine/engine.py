"""What runs plugins, put together: one engine belongs to one Core and knows nothing of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor as Pool
from functools import partial
from typing import Any, Literal, TypeVar

from attrs import evolve

from qualia._engine.breaker import CircuitBreaker
from qualia._engine.cache import SingleFlight, open_tiers
from qualia._engine.call import Clocks, How
from qualia._engine.execute import Executor
from qualia._engine.guard import Guard
from qualia._engine.health import Health, Watched
from qualia._engine.inputs import asked_step, sort_inputs
from qualia._engine.reload import Reloader
from qualia._engine.runner import EachRun, Runner
from qualia._engine.stream import Ended, Stream, ended
from qualia._plugins.keys import Isolation
from qualia.cache import CacheBackend
from qualia.cancel import CancelToken, Control
from qualia.document import Document
from qualia.events import Observers
from qualia.history import History
from qualia.pipeline import Asked, Pipeline, Plan
from qualia.plugin import ParamSpec
from qualia.registry import Registry
from qualia.result import Mapped, Outcome, Provenance, Rerun, Result
from qualia.settings import Settings

T = TypeVar("T")
Remote = Callable[[Pipeline, tuple[Document, ...]], list[Ended]]
"""Runs a pipeline on documents in a worker process."""


class Engine:
    """Cache, history, guard and runner of one Core. Its methods do what those of `qualia.Core` of the same name say.

    Args:
        registry: the plugins.
        settings: how it behaves.
        observers: who hears of what happens.
        cache: where results are kept; None for what the settings say.
        warn: told of trouble that is no error.
    """

    def __init__(
        self,
        registry: Registry,
        settings: Settings,
        observers: Observers,
        *,
        cache: CacheBackend | None,
        warn: Callable[[str], object],
    ) -> None:
        state = settings.state_dir
        clocks = Clocks(monotonic=time.monotonic, wall=time.time)
        if cache is None:
            cache = open_tiers(
                memory_bytes=settings.cache_max_bytes,
                state_dir=state,
                disk_bytes=settings.cache_disk_max_bytes,
                ttl_s=settings.cache_ttl_s or None,
                wall=clocks.wall,
                warn=warn,
            )
        self.cache: CacheBackend = cache
        self.history: History | None = _log_of(settings, clocks.wall, warn)
        self._flights: SingleFlight[Result[Any]] = SingleFlight(None if state is None else state / "cache.lock")
        guard = Guard(
            lambda: registry.snapshot,
            self.cache,
            self._flights,
            observers=observers,
            settings=settings,
            clocks=clocks,
            give_back=registry.give_back,
        )
        registry.retire = guard.retire
        whole = Watched(registry, settings, breaker=guard.breaker, cache=self.cache, history=self.history)
        self.health: Health = Health(whole, observers=observers)
        self.reloader: Reloader = Reloader(registry, guard, observers=observers, clocks=clocks)
        self._observers: Observers = observers
        self._workers: int = settings.parallel_steps
        self._runner: Runner = Runner(
            registry=registry,
            guard=guard,
            executor=Executor(guard, observers, workers=settings.parallel_steps),
            history=self.history,
            clocks=clocks,
            preferred=settings.producers,
            observers=observers,
            closing=CancelToken(),
        )

    def control(self, name: str, timeout_s: float | None, cancel: CancelToken | None) -> Control:
        """Return what can end a run early; its time runs from now on."""
        return self._runner.control(name, timeout_s, cancel)

    def run_one(
        self, plugin: str, given: Any, params: Mapping[str, Any] | None, control: Control, how: How
    ) -> Result[Any]:
        """Run one plugin, and first what it needs."""
        pipeline = Pipeline(steps=(asked_step(plugin, params),), name=plugin)
        return self._runner.run(pipeline, sort_inputs(given), control, named=False, how=how)[plugin]

    def run_pipeline(self, pipeline: Asked, given: Any, on_error: str, control: Control, how: How) -> Outcome:
        """Run every step of a pipeline, under its own name."""
        asked, inputs = Pipeline.of(pipeline), sort_inputs(given)
        return self._runner.run(asked, inputs, evolve(control, name=asked.name), on_error=on_error, how=how)

    def map(
        self,
        documents: Iterable[Document],
        pipeline: Asked,
        *,
        remote: Remote,
        executor: Pool | None,
        ordered: bool,
        on_error: Literal["raise", "yield"],
        window: int,
        cancel: CancelToken | None,
    ) -> Iterator[Mapped]:
        """Run a pipeline on each document; ``remote`` is what a worker process gets instead of this engine."""
        asked, stop = Pipeline.of(pipeline), CancelToken()
        stream = Stream(
            control=self._runner.control(asked.name, None, cancel),
            stop=stop,
            work=_Work(remote, asked, EachRun(self._runner, asked, stop)),
            executor=executor,
            workers=self._workers,
            window=window,
            ordered=ordered,
            on_error=on_error,
            observers=self._observers,
        )
        return stream.over(documents)

    def rerun(self, before: Provenance | Result[Any], given: Any) -> Rerun:
        """Run again what a provenance tells of."""
        return self._runner.rerun(before, sort_inputs(given))

    def plan(self, pipeline: Asked, given: Any) -> Plan:
        """Return what a pipeline would run."""
        return self._runner.plan(Pipeline.of(pipeline), sort_inputs(given))

    def breaker(self, plugin: str) -> CircuitBreaker:
        """Return the breaker of a plugin's present version."""
        return self._runner.guard.breaker(plugin)

    def specs(self, plugin: str) -> tuple[ParamSpec, ...]:
        """Return the params a plugin declares."""
        return self._runner.guard.specs(plugin)

    def how(self, isolation: Isolation | None, degraded: bool) -> How:
        """Return how the calls of a run are made.

        Raises:
            ValueError: there is no such isolation.
        """
        if isolation not in (None, "inline", "thread", "process"):
            raise ValueError(f"isolation must be 'inline', 'thread' or 'process', not {isolation!r}")
        return How(isolation=isolation, degraded=degraded)

    async def in_thread(self, call: Callable[[], T], token: CancelToken) -> T:
        """Run a call in a thread; when the task is cancelled, cancel the run and go."""
        return await self._runner.in_thread(call, token)

    def close(self) -> None:
        """Give up what is under way, and close plugins, files and threads."""
        self.health.close()
        self.reloader.close()
        self._runner.close()
        self._runner.guard.close()
        self._flights.close()
        self.cache.close()
        if self.history is not None:
            self.history.close()


def _log_of(settings: Settings, wall: Callable[[], float], warn: Callable[[str], object]) -> History | None:
    """Return the log of runs; None when none is kept."""
    if settings.state_dir is None or not settings.history:
        return None
    return History(settings.state_dir / "history.db", wall=wall, warn=warn, keep_days=settings.history_keep_days)


class _Work:
    """Runs a pipeline on documents of a map: with the map's own engine, or with a worker's, when it is pickled."""

    def __init__(self, remote: Remote, pipeline: Pipeline, each: EachRun) -> None:
        self._remote: Remote = remote
        self._pipeline: Pipeline = pipeline
        self._each: EachRun = each

    def __call__(self, documents: tuple[Document, ...]) -> list[Ended]:
        return [ended(self._each, document) for document in documents]

    def __reduce__(self) -> tuple[object, ...]:
        return partial, (self._remote, self._pipeline)
