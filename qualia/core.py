"""The composition root: one Core wires the parts and holds no logic of its own."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, overload

from qualia._plugins.places import Places
from qualia.cancel import CancelToken
from qualia.errors import CoreClosed, QualiaWarning
from qualia.events import EventKind, Observer, Observers
from qualia.registry import PluginInfo, Plugins, Registry
from qualia.settings import Settings

if TYPE_CHECKING:
    # What runs plugins is loaded by the first call that needs it: making a Core and listing its plugins does not.
    from concurrent.futures import Executor as Pool

    from qualia._engine.engine import Engine
    from qualia._engine.health import Health
    from qualia._engine.reload import Watching
    from qualia._plugins.keys import Isolation
    from qualia.cache import CacheBackend
    from qualia.document import Document
    from qualia.history import History
    from qualia.pipeline import Asked, Plan
    from qualia.result import Mapped, Outcome, Provenance, Rerun, Result

T = TypeVar("T")


class Core:
    """Runs plugins on documents. Safe to share between threads; several live side by side in one process.

    After `close` each method raises `CoreClosed`.

    Attributes:
        settings: how it behaves.
        plugins: what plugins there are, by id.

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
        self.settings: Settings = settings or Settings.read(os.environ, None if project is None else Path(project))
        given = (plugin_dirs,) if isinstance(plugin_dirs, (str, Path)) else plugin_dirs
        self._plugin_dirs: tuple[Path, ...] = tuple(Path(each) for each in given)
        self._given_cache: CacheBackend | None = cache
        self._observers: Observers = Observers(wall=time.time, monotonic=time.monotonic)
        places = Places.of(self.settings, self._plugin_dirs)
        self._registry: Registry = Registry(places, warn=self._warn)
        self._built: Engine | None = None
        self._building: Lock = Lock()
        self.plugins: Plugins = Plugins(
            self._registry,
            params=lambda plugin: self._engine.specs(plugin),
            breaker=lambda plugin: self._engine.breaker(plugin),
        )
        self._closed = False

    @property
    def cache(self) -> CacheBackend:
        """Its results; `CacheBackend.stats` tells how it is used."""
        return self._engine.cache

    @property
    def history(self) -> History | None:
        """The log of its runs; None when none is kept."""
        return self._engine.history

    @property
    def health(self) -> Health:
        """How it and its parts are doing: ``core.health.report()``."""
        return self._engine.health

    @overload
    def run(
        self,
        plugin: str,
        given: Any,
        params: Mapping[str, Any] | None = None,
        *,
        timeout_s: float | None = None,
        cancel: CancelToken | None = None,
        isolation: Isolation | None = None,
        degraded: bool = False,
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
        isolation: Isolation | None = None,
        degraded: bool = False,
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
        isolation: Isolation | None = None,
        degraded: bool = False,
    ) -> Result[Any]:
        """Run one plugin, and first whatever it needs that was not given.

        Args:
            plugin: its id.
            given: a `Document`, a `Result`, a record, or a list of these.
            params: the plugin's params; None for its defaults.
            returns: the type the value must have; None takes it as it comes.
            timeout_s: seconds after which the run is given up; None waits for ever.
            cancel: a token that ends the run early; None for none.
            isolation: where plugins are called: "inline" in this thread, "thread" in one that is left behind when the
                time is over, "process" in one that is killed then; None as settings and manifests say.
            degraded: whether an answer an older version of the plugin gave to the same call will do when the present
                one is left alone after too many failures; it is kept from calls that ask for this, and marked.

        Raises:
            InputError: the plugin is unknown, a param is wrong, or it cannot work on what was given.
            PluginError: the plugin cannot be loaded, failed, or is left alone after too many failures.
            RunCancelled: the token was cancelled.
            DeadlineExceeded: the time is over.
            CoreClosed: this Core was closed.
        """
        self._require_open("run plugins")
        engine = self._engine
        control, how = engine.control(plugin, timeout_s, cancel), engine.how(isolation, degraded)
        result = engine.run_one(plugin, given, params, control, how)
        return result if returns is None else result.into(returns)

    async def arun(
        self,
        plugin: str,
        given: Any,
        params: Mapping[str, Any] | None = None,
        *,
        timeout_s: float | None = None,
        isolation: Isolation | None = None,
        degraded: bool = False,
    ) -> Result[Any]:
        """Do what `run` does without blocking the event loop; cancelling the task cancels the run.

        Raises:
            QualiaError: as `run`.
        """
        self._require_open("run plugins")
        engine, token = self._engine, CancelToken()
        control, how = engine.control(plugin, timeout_s, token), engine.how(isolation, degraded)
        return await engine.in_thread(partial(engine.run_one, plugin, given, params, control, how), token)

    def run_pipeline(
        self,
        pipeline: Asked,
        given: Any,
        *,
        on_error: Literal["raise", "continue"] = "raise",
        timeout_s: float | None = None,
        cancel: CancelToken | None = None,
        isolation: Isolation | None = None,
        degraded: bool = False,
    ) -> Outcome:
        """Run a pipeline and return each step's result, in order, by name; steps that can run at once do.

        Args:
            pipeline: a `Pipeline`, the same as plain data, or the path of a TOML, JSON or YAML file.
            given: a `Document`, a `Result`, a record, or a list of these.
            on_error: "raise" ends the run at the first failure; "continue" skips only the steps that need the failed
                one, and the outcome tells of them.
            timeout_s: seconds after which the run is given up; None waits for ever.
            cancel: a token that ends the run early; None for none.
            isolation: as in `run`.
            degraded: as in `run`.

        Raises:
            InvalidPipeline: it cannot be planned; nothing was run.
            UnsupportedInput: a plugin cannot work on its input.
            QualiaError: as `run`.
        """
        self._require_open("run pipelines")
        engine = self._engine
        control, how = engine.control("pipeline", timeout_s, cancel), engine.how(isolation, degraded)
        return engine.run_pipeline(pipeline, given, on_error, control, how)

    async def arun_pipeline(
        self,
        pipeline: Asked,
        given: Any,
        *,
        on_error: Literal["raise", "continue"] = "raise",
        timeout_s: float | None = None,
        isolation: Isolation | None = None,
        degraded: bool = False,
    ) -> Outcome:
        """Do what `run_pipeline` does without blocking the event loop; cancelling the task cancels the run.

        Raises:
            QualiaError: as `run_pipeline`.
        """
        self._require_open("run pipelines")
        engine, token = self._engine, CancelToken()
        control, how = engine.control("pipeline", timeout_s, token), engine.how(isolation, degraded)
        return await engine.in_thread(partial(engine.run_pipeline, pipeline, given, on_error, control, how), token)

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
            executor: any ``concurrent.futures.Executor``; None for threads of its own. One that pickles its work,
                such as a pool of processes, has each worker build one Core like this one.
            ordered: whether outcomes come in the documents' order; otherwise as they are completed.
            on_error: "raise" ends the map at the first document that fails; "yield" hands its error on.
            window: documents under way or waiting to be taken, at most. A pool of processes gets a quarter of them in
                one go, so a wider window costs less for each document.
            cancel: a token that ends the map early; None for none.

        Raises:
            InvalidPipeline: the pipeline cannot be read.
            QualiaError: the first document's failure, when ``on_error`` is "raise"; or the token was cancelled.
            WorkerLost: the executor takes no more work.
            ValueError: ``window`` is less than 1, or ``on_error`` is neither of the two.
        """
        self._require_open("map")
        from qualia._engine.stream import run_in_worker

        return self._engine.map(
            documents,
            pipeline,
            remote=partial(run_in_worker, type(self), self._plugin_dirs, self.settings),
            executor=executor,
            ordered=ordered,
            on_error=on_error,
            window=window,
            cancel=cancel,
        )

    def rerun(self, before: Provenance | Result[Any], given: Any) -> Rerun:
        """Run again what a provenance tells of, and say what is not as it was then.

        Args:
            before: a provenance; or a result, whose value is then compared too.
            given: what the first step of its history was given: the document, or the records.

        Raises:
            InputError: a plugin is gone, or no longer takes these params or inputs; or something given then is missing.
            PluginError: a plugin cannot be loaded, or failed.
        """
        self._require_open("run again")
        return self._engine.rerun(before, given)

    def plan(self, pipeline: Asked, given: Any) -> Plan:
        """Return what a pipeline would run on ``given``, everything checked and nothing run.

        Raises:
            InvalidPipeline: it cannot be planned; the step is named.
            PluginError: a plugin it names cannot be loaded.
        """
        self._require_open("plan pipelines")
        return self._engine.plan(pipeline, given)

    def subscribe(self, observer: Observer, *, wait: bool = False, queue: int = 1000) -> Callable[[], None]:
        """Tell ``observer`` of each event from now on; the returned function takes it off again.

        When a run returns, it has heard of it, unless it is slow: nothing waits more than a moment for an observer.

        Args:
            observer: takes one event.
            wait: whether it is called where the event happens, before that goes on, and perhaps by several threads at
                once; otherwise it is called by one thread of its own, in order.
            queue: events that may wait for it; when there are more, the oldest are dropped, and an ``events_dropped``
                event tells how many.

        Raises:
            ValueError: ``queue`` is less than 1.
        """
        return self._observers.add(observer, wait=wait, queue=queue)

    def reload(self, plugin: str) -> PluginInfo:
        """Read a plugin's folder again and swap in what it holds now; calls under way end on the version they began on.

        The same content is no new version. What cannot be loaded changes nothing: the version before goes on answering.

        Raises:
            UnknownPlugin: there is none of this id.
            PluginError: what its folder holds now cannot be loaded; file and line are named.
        """
        self._require_open("reload plugins")
        return self._engine.reloader.reload(plugin)

    def rollback(self, plugin: str) -> PluginInfo:
        """Go back to the code that answered before the last reload; done twice, it goes forward again.

        Raises:
            NoEarlierGeneration: none was loaded before.
            PluginError: the code from before cannot be loaded any more.
        """
        self._require_open("roll plugins back")
        return self._engine.reloader.rollback(plugin)

    def watch(self, *, polling: bool = False) -> Watching:
        """Reload plugins as their files change, until the returned object is stopped, its block left or this closed.

        Args:
            polling: whether to look now and then instead of being told by the system, as network mounts need.
        """
        self._require_open("watch plugins")
        return self._engine.reloader.watch(polling=polling or self.settings.watch_polling)

    def close(self) -> None:
        """Close every plugin, file and thread. Closing twice is fine."""
        if not self._closed:
            self._closed = True
            if self._built is not None:
                self._built.close()
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

    @property
    def _engine(self) -> Engine:
        """What runs plugins, put together when it is first needed."""
        if self._built is None:
            from qualia._engine.engine import Engine

            parts = (self._registry, self.settings, self._observers)
            with self._building:
                if self._built is None:
                    self._require_open("load plugins")
                    self._built = Engine(*parts, cache=self._given_cache, warn=self._warn)
        return self._built

    def _require_open(self, action: str) -> None:
        if self._closed:
            raise CoreClosed(action)

    def _warn(self, sentence: str) -> None:
        self._observers.tell(EventKind.WARNING, message=sentence)
        warnings.warn(sentence, QualiaWarning, stacklevel=3)
