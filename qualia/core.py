"""The composition root: one Core wires the parts and holds no logic of its own."""

from __future__ import annotations

import atexit
import os
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor as Pool
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, overload

from attrs import frozen

from qualia._engine.cache import SingleFlight, open_tiers
from qualia._engine.execute import Executor, Run
from qualia._engine.guard import Clocks, Guard
from qualia._engine.inputs import asked_step, sort_inputs
from qualia._engine.record import as_pipeline, compared
from qualia._engine.runner import Runner, in_thread
from qualia._engine.stream import Stream
from qualia.cache import CacheBackend
from qualia.cancel import CancelToken
from qualia.document import Document
from qualia.errors import CoreClosed, QualiaWarning
from qualia.events import EventKind, Observer, Observers
from qualia.history import History
from qualia.pipeline import Asked, Pipeline, Plan
from qualia.registry import Plugins, Registry
from qualia.result import Mapped, Outcome, Provenance, Rerun, Result
from qualia.settings import Settings

T = TypeVar("T")


class Core:
    """Runs plugins on documents. Safe to share between threads; several live side by side in one process.

    Attributes:
        settings: how it behaves.
        plugins: what plugins there are, by id.
        cache: its results; `CacheBackend.stats` tells how it is used.
        history: the log of its runs; None when none is kept.

    Args:
        plugin_dirs: one or more folders that hold plugin folders; they join those the settings name.
        settings: how it behaves; None reads the project's ``qualia.toml`` and the ``QUALIA_*`` environment.
        project: a project's folder; None for none.
        cache: where results are kept; None for memory, and a file when the settings name a state folder.

    Raises:
        InvalidSetting: a setting that is unknown or ill-typed.
    """

    def __init__(
        self,
        plugin_dirs: str | Path | Iterable[str | Path] = (),
        *,
        settings: Settings | None = None,
        project: str | Path | None = None,
        cache: CacheBackend | None = None,
    ) -> None:
        self._closed: bool = True
        folder = None if project is None else Path(project)
        self.settings: Settings = Settings.read(os.environ, folder) if settings is None else settings
        given = (plugin_dirs,) if isinstance(plugin_dirs, (str, Path)) else plugin_dirs
        self._plugin_dirs: tuple[Path, ...] = tuple(Path(each) for each in given)
        chosen, state = self.settings, self.settings.state_dir
        clocks = Clocks(monotonic=time.monotonic, wall=time.time)
        self._observers: Observers = Observers(wall=clocks.wall, monotonic=clocks.monotonic)
        self.cache: CacheBackend = cache or open_tiers(
            memory_bytes=chosen.cache_max_bytes,
            state_dir=state,
            disk_bytes=chosen.cache_disk_max_bytes,
            ttl_s=chosen.cache_ttl_s or None,
            wall=clocks.wall,
            warn=self._warn,
        )
        self.history: History | None = None
        if state is not None and chosen.history:
            self.history = History(state / "history.db", wall=clocks.wall, warn=self._warn)
        registry = Registry((*chosen.plugin_path, *self._plugin_dirs), override=chosen.override_plugins)
        flights = SingleFlight[Result[Any]](None if state is None else state / "cache.lock")
        guard = Guard(registry, self.cache, flights, observers=self._observers, settings=chosen, clocks=clocks)
        self._flights: SingleFlight[Result[Any]] = flights
        self._runner: Runner = Runner(
            registry=registry,
            guard=guard,
            executor=Executor(guard.call, self._observers, workers=chosen.parallel_steps),
            history=self.history,
            clocks=clocks,
            preferred=chosen.producers,
        )
        self.plugins: Plugins = Plugins(registry, guard.specs)
        self._closed = False

    @overload
    def run(
        self,
        plugin: str,
        given: Any,
        params: Mapping[str, Any] | None = None,
        *,
        timeout_s: float | None = None,
        cancel: CancelToken | None = None,
    ) -> Result[Any]: ...
    @overload
    def run(
        self,
        plugin: str,
        given: Any,
        params: Mapping[str, Any] | None = None,
        *,
        returns: type[T],
        timeout_s: float | None = None,
        cancel: CancelToken | None = None,
    ) -> Result[T]: ...
    def run(
        self,
        plugin: str,
        given: Any,
        params: Mapping[str, Any] | None = None,
        *,
        returns: type[Any] | None = None,
        timeout_s: float | None = None,
        cancel: CancelToken | None = None,
    ) -> Result[Any]:
        """Run one plugin, and first whatever it needs that was not given.

        Args:
            plugin: its id.
            given: a `Document`, a `Result`, a record, or a list of these.
            params: the plugin's params; None for its defaults.
            returns: the type the value must have; None takes it as it comes.
            timeout_s: seconds after which the run is given up; None waits for ever.
            cancel: a token that ends the run early; None for none.

        Raises:
            InputError: the plugin is unknown, a param is wrong, or it cannot work on what was given.
            PluginError: the plugin cannot be loaded, failed, or is left alone after too many failures.
            RunCancelled: the token was cancelled.
            DeadlineExceeded: the time is over.
            CoreClosed: this Core was closed.
        """
        self._require_open("run plugins")
        inputs = sort_inputs(given)
        pipeline = Pipeline(steps=(asked_step(plugin, params),), name=plugin)
        plan = self._runner.plan(pipeline, inputs, named=False)
        control = self._runner.control(plugin, timeout_s, cancel)
        result: Result[Any] = self._runner.run(Run(plan=plan, given=inputs, control=control))[plugin]
        return result if returns is None else result.into(returns)

    async def arun(
        self,
        plugin: str,
        given: Any,
        params: Mapping[str, Any] | None = None,
        *,
        timeout_s: float | None = None,
    ) -> Result[Any]:
        """Do what `run` does without blocking the event loop; cancelling the task cancels the run.

        Raises:
            QualiaError: as `run`.
        """
        token = CancelToken()
        return await in_thread(
            partial(self.run, plugin, given, params, timeout_s=timeout_s, cancel=token),
            token,
        )

    def run_pipeline(
        self,
        pipeline: Asked,
        given: Any,
        *,
        on_error: Literal["raise", "continue"] = "raise",
        timeout_s: float | None = None,
        cancel: CancelToken | None = None,
    ) -> Outcome:
        """Run a pipeline and return each step's result, in order, by name; steps that can run at once do.

        Args:
            pipeline: a `Pipeline`, the same as plain data, or the path of a TOML, JSON or YAML file.
            given: a `Document`, a `Result`, a record, or a list of these.
            on_error: "raise" ends the run at the first failure; "continue" skips only the steps that need the failed
                one, and the outcome tells of them.
            timeout_s: seconds after which the run is given up; None waits for ever.
            cancel: a token that ends the run early; None for none.

        Raises:
            InvalidPipeline: it cannot be planned; nothing was run.
            PluginError: a plugin cannot be loaded, failed, or is left alone after too many failures.
            UnsupportedInput: a plugin cannot work on its input.
            RunCancelled: the token was cancelled.
            DeadlineExceeded: the time is over.
            CoreClosed: this Core was closed.
        """
        self._require_open("run pipelines")
        inputs = sort_inputs(given)
        plan = self._runner.plan(Pipeline.of(pipeline), inputs)
        control = self._runner.control(plan.name, timeout_s, cancel)
        return self._runner.run(Run(plan=plan, given=inputs, control=control, fail_fast=on_error == "raise"))

    async def arun_pipeline(
        self,
        pipeline: Asked,
        given: Any,
        *,
        on_error: Literal["raise", "continue"] = "raise",
        timeout_s: float | None = None,
    ) -> Outcome:
        """Do what `run_pipeline` does without blocking the event loop; cancelling the task cancels the run.

        Raises:
            QualiaError: as `run_pipeline`.
        """
        token = CancelToken()
        call = partial(
            self.run_pipeline,
            pipeline,
            given,
            on_error=on_error,
            timeout_s=timeout_s,
            cancel=token,
        )
        return await in_thread(call, token)

    def map(
        self,
        documents: Iterable[Document],
        pipeline: Asked,
        *,
        executor: Pool | None = None,
        ordered: bool = True,
        on_error: Literal["raise", "yield"] = "raise",
        window: int = 8,
        cancel: CancelToken | None = None,
    ) -> Iterator[Mapped]:
        """Run a pipeline on each document, lazily and in bounded memory: the iterable may be endless.

        Killed and started again with a disk cache, finished documents are answered from it.

        Args:
            documents: taken as the workers get to them, never more than ``window`` ahead.
            pipeline: as in `run_pipeline`.
            executor: any ``concurrent.futures.Executor``; None for threads of its own. Anything but threads gets the
                work pickled, and each worker process builds one Core like this one.
            ordered: whether outcomes come in the documents' order; otherwise as they are completed.
            on_error: "raise" ends the map at the first document that fails; "yield" hands its error on.
            window: documents under way or waiting to be taken, at most.
            cancel: a token that ends the map early; None for none.

        Raises:
            InvalidPipeline: the pipeline cannot be read.
            QualiaError: the first document's failure, when ``on_error`` is "raise".
            ValueError: ``window`` is less than 1.
            CoreClosed: this Core was closed.
        """
        self._require_open("map")
        if window < 1:
            raise ValueError(f"window must be at least 1, not {window}")
        asked = Pipeline.of(pipeline)
        pool = ThreadPoolExecutor(self.settings.parallel_steps, "qualia-map") if executor is None else executor
        remote = partial(_run_in_worker, _Recipe(self._plugin_dirs, self.settings), asked)
        stream = Stream(
            name=asked.name,
            work=partial(self.run_pipeline, asked) if isinstance(pool, ThreadPoolExecutor) else remote,
            executor=pool,
            owned=executor is None,
            window=window,
            ordered=ordered,
            on_error=on_error,
            cancel=cancel,
            done=self._document_done,
        )
        return stream.over(documents)

    def rerun(self, before: Provenance | Result[Any], given: Any) -> Rerun:
        """Run again what a provenance tells of, and say what is not as it was then.

        Args:
            before: a provenance; or a result, whose value is then compared too.
            given: what the first step of its history was given: the document, or the records.

        Raises:
            InputError: a plugin is gone, or no longer takes these params.
            PluginError: a plugin cannot be loaded, or failed.
            CoreClosed: this Core was closed.
        """
        self._require_open("run again")
        provenance = before.provenance if isinstance(before, Result) else before
        inputs = sort_inputs(given)
        pipeline = as_pipeline(provenance)
        plan = self._runner.plan(pipeline, inputs)
        run = Run(
            plan=plan,
            given=inputs,
            control=self._runner.control(plan.name, None, None),
            fresh=True,
        )
        outcome = self._runner.run(run)
        return compared(before, outcome[pipeline.steps[-1].id])

    def plan(self, pipeline: Asked, given: Any) -> Plan:
        """Return what a pipeline would run on ``given``, everything checked and nothing run.

        Raises:
            InvalidPipeline: it cannot be planned; the step is named.
            PluginError: a plugin it names cannot be loaded.
            CoreClosed: this Core was closed.
        """
        self._require_open("plan pipelines")
        return self._runner.plan(Pipeline.of(pipeline), sort_inputs(given))

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Call ``observer`` with each event from now on; the returned function takes it off again."""
        return self._observers.add(observer)

    def close(self) -> None:
        """Close every plugin, file and thread. Closing twice is fine."""
        if not self._closed:
            self._closed = True
            self._runner.executor.close()
            self._runner.guard.close()
            self._flights.close()
            self.cache.close()
            if self.history is not None:
                self.history.close()
            self._observers.close()

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes it."""
        self._require_open("be entered")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def __del__(self) -> None:
        """Warn when it was forgotten without being closed."""
        if not getattr(self, "_closed", True):
            message = "a Core was not closed; use 'with Core() as core:'"
            warnings.warn(message, ResourceWarning, source=self, stacklevel=2)

    def _require_open(self, action: str) -> None:
        if self._closed:
            raise CoreClosed(action)

    def _warn(self, sentence: str) -> None:
        self._observers.tell(EventKind.WARNING, message=sentence)
        warnings.warn(sentence, QualiaWarning, stacklevel=3)

    def _document_done(self, mapped: Mapped) -> None:
        self._observers.tell(
            EventKind.DOCUMENT_FINISHED,
            index=mapped.index,
            document=mapped.document,
            error=None if mapped.error is None else str(mapped.error),
        )


@frozen
class _Recipe:
    """What a worker process builds its Core from."""

    plugin_dirs: tuple[Path, ...]
    settings: Settings


@cache
def _worker_core(recipe: _Recipe) -> Core:
    """Build this process's Core for a recipe once; it lives as long as the worker."""
    core = Core(recipe.plugin_dirs, settings=recipe.settings)
    atexit.register(core.close)
    return core


def _run_in_worker(recipe: _Recipe, pipeline: Pipeline, document: Document) -> Outcome:
    return _worker_core(recipe).run_pipeline(pipeline, document)
