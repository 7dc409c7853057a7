"""The composition root: one Core wires the parts and holds no logic of its own."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TypeGuard, TypeVar, cast, overload

from qualia._engine.cache import CacheStats, MemoryCache
from qualia._engine.execute import execute
from qualia._engine.guard import Clocks, Guard, Input
from qualia._engine.plan import Available, Given, make_plan
from qualia._values import FrozenDict, freeze, is_mapping, is_sequence
from qualia.document import Document
from qualia.errors import CoreClosed, InvalidParam, UnsupportedInput
from qualia.events import Observer, Observers
from qualia.pipeline import DOCUMENT, Pipeline, Plan, Step
from qualia.plugin import ParamSpec
from qualia.records import SCHEMAS, record_type
from qualia.registry import PluginInfo, Registry
from qualia.result import Outcome, Provenance, Result
from qualia.settings import Settings

T = TypeVar("T")


class Core:
    """Runs plugins on documents. Safe to share between threads; several live side by side in one process.

    Args:
        plugin_dirs: one or more folders that hold plugin folders; they join those the settings name.
        settings: how it behaves; None reads the project's ``qualia.toml`` and the ``QUALIA_*`` environment.
        project: a project's folder; None for none.

    Raises:
        InvalidSetting: a setting that is unknown or ill-typed.
    """

    def __init__(
        self,
        plugin_dirs: str | Path | Iterable[str | Path] = (),
        *,
        settings: Settings | None = None,
        project: str | Path | None = None,
    ) -> None:
        self._closed: bool = True
        folder = None if project is None else Path(project)
        self.settings: Settings = Settings.read(os.environ, folder) if settings is None else settings
        clocks = Clocks(monotonic=time.monotonic, wall=time.time)
        given = (plugin_dirs,) if isinstance(plugin_dirs, (str, Path)) else plugin_dirs
        folders = (*self.settings.plugin_path, *(Path(each) for each in given))
        self._registry: Registry = Registry(folders, override=self.settings.override_plugins)
        self._cache: MemoryCache = MemoryCache(self.settings.cache_max_bytes)
        self._observers: Observers = Observers(wall=clocks.wall, monotonic=clocks.monotonic)
        self._guard: Guard = Guard(self._registry, self._cache, self._observers, settings=self.settings, clocks=clocks)
        self._closed = False

    def plugins(self) -> tuple[PluginInfo, ...]:
        """Return every plugin there is, usable or not, without importing any."""
        self._require_open("list plugins")
        return tuple(entry.info for entry in self._registry.snapshot.values())

    def plugin(self, plugin: str) -> PluginInfo:
        """Return what is known of one plugin.

        Raises:
            UnknownPlugin: there is none of this id.
        """
        self._require_open("inspect plugins")
        return self._registry.entry(plugin).info

    def params(self, plugin: str) -> tuple[ParamSpec, ...]:
        """Return the params a plugin declares; this loads it.

        Raises:
            UnknownPlugin: there is none of this id.
            PluginError: it cannot be loaded.
        """
        self._require_open("inspect plugins")
        return self._guard.specs(plugin)

    @overload
    def run(self, plugin: str, given: Any, params: Mapping[str, Any] | None = None) -> Result[Any]: ...
    @overload
    def run(
        self, plugin: str, given: Any, params: Mapping[str, Any] | None = None, *, returns: type[T]
    ) -> Result[T]: ...
    def run(
        self, plugin: str, given: Any, params: Mapping[str, Any] | None = None, *, returns: type[Any] | None = None
    ) -> Result[Any]:
        """Run one plugin, and first whatever it needs that was not given.

        Args:
            plugin: its id.
            given: a `Document`, a `Result`, a record, or a list of these.
            params: the plugin's params; None for its defaults.
            returns: the type the value must have; None takes it as it comes.

        Raises:
            InputError: the plugin is unknown, a param is wrong, or it cannot work on what was given.
            PluginError: the plugin cannot be loaded, failed, or is left alone after too many failures.
            CoreClosed: this Core was closed.
        """
        self._require_open("run plugins")
        inputs = _inputs(given)
        plan = self._plan(Pipeline(steps=(_step(plugin, params),), name=plugin), inputs, named=False)
        result = execute(plan, inputs, self._guard.call, self._observers)[plugin]
        return result if returns is None else result.into(returns)

    def plan(self, pipeline: Pipeline | Mapping[str, Any] | str | Path, given: Any) -> Plan:
        """Return what a pipeline would run on ``given``, everything checked and nothing run.

        Raises:
            InvalidPipeline: it cannot be planned; the step is named.
            PluginError: a plugin it names cannot be loaded.
            CoreClosed: this Core was closed.
        """
        self._require_open("plan pipelines")
        return self._plan(_pipeline(pipeline), _inputs(given))

    def run_pipeline(self, pipeline: Pipeline | Mapping[str, Any] | str | Path, given: Any) -> Outcome:
        """Run a pipeline and return each step's result, in order, by name. The first failure ends the run.

        Args:
            pipeline: a `Pipeline`, the same as plain data, or the path of a TOML, JSON or YAML file.
            given: a `Document`, a `Result`, a record, or a list of these.

        Raises:
            InvalidPipeline: it cannot be planned; nothing was run.
            PluginError: a plugin cannot be loaded, failed, or is left alone after too many failures.
            UnsupportedInput: a plugin cannot work on its input.
            CoreClosed: this Core was closed.
        """
        self._require_open("run pipelines")
        inputs = _inputs(given)
        plan = self._plan(_pipeline(pipeline), inputs)
        return Outcome(execute(plan, inputs, self._guard.call, self._observers))

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Call ``observer`` with each event from now on; the returned function takes it off again."""
        return self._observers.add(observer)

    def cache_stats(self) -> CacheStats:
        """Return how full the cache is and how it was used."""
        return self._cache.stats()

    def close(self) -> None:
        """Close every plugin and forget every cached value. Closing twice is fine."""
        if not self._closed:
            self._closed = True
            self._guard.close()
            self._cache.clear()

    def __enter__(self) -> Core:
        """Return itself; leaving the block closes it."""
        self._require_open("be entered")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def __del__(self) -> None:
        """Warn when it was forgotten without being closed."""
        if not self._closed:
            message = "a Core was not closed; use 'with Core() as core:'"
            warnings.warn(message, ResourceWarning, source=self, stacklevel=2)

    def _require_open(self, action: str) -> None:
        if self._closed:
            raise CoreClosed(action)

    def _plan(self, pipeline: Pipeline, inputs: Mapping[str, Input], *, named: bool = True) -> Plan:
        snapshot = self._registry.snapshot
        document = inputs.get(DOCUMENT)
        available = Available(
            manifests={
                id_: entry.found.manifest
                for id_, entry in snapshot.items()
                if entry.found.manifest is not None and entry.found.error is None
            },
            manifest=lambda plugin: self._registry.entry(plugin).manifest,
            params=self._guard.params,
            preferred=self.settings.producers,
        )
        given = Given(
            media_type=None if document is None else document.value.media_type,
            schemas=frozenset(inputs) - {DOCUMENT},
        )
        return make_plan(pipeline, given, available, named=named)


def _step(plugin: str, params: object) -> Step:
    values: object = FrozenDict() if params is None else params
    if not is_mapping(values):
        raise InvalidParam(plugin, "*", f"cannot be a {type(values).__name__}; give a mapping of names to values")
    for name, value in values.items():
        try:
            freeze({name: value}, at="it")
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidParam(plugin, str(name), f"cannot be used: {error}") from error
    return Step(plugin=plugin, params=values)


def _pipeline(asked: Pipeline | Mapping[str, Any] | str | Path) -> Pipeline:
    if isinstance(asked, Pipeline):
        return asked
    if isinstance(asked, (str, Path)):
        return Pipeline.from_path(asked)
    return Pipeline.from_mapping(asked)


def _inputs(given: Any) -> dict[str, Input]:
    """Sort what the caller gave into the document and the records by schema."""
    inputs: dict[str, Input] = {}
    for item in given if is_sequence(given) else (given,):
        name, found = _input(item)
        if name in inputs:
            raise UnsupportedInput("input", f"was given twice as {name.lstrip('@')}; give each kind once")
        inputs[name] = found
    return inputs


def _type_of(schema: str) -> type[Any]:
    if schema == Document.schema:
        return Document
    if schema in SCHEMAS:
        return record_type(schema)
    raise UnsupportedInput("input", f"holds a {schema}, which this version does not know")


def _is_result(item: object) -> TypeGuard[Result[Any]]:
    return isinstance(item, Result)


def _taken_apart(result: Result[Any]) -> tuple[Any, Provenance]:
    schema = result.provenance.produces
    if schema is None:
        return result.value, result.provenance
    try:
        return result.into(_type_of(schema)).value, result.provenance
    except UnsupportedInput:
        raise
    except ValueError as error:
        raise UnsupportedInput("input", f"is a damaged result: {error}") from error


def _input(item: Any) -> tuple[str, Input]:
    value, provenance = _taken_apart(item) if _is_result(item) else (item, None)
    if isinstance(value, Document):
        return DOCUMENT, Input(value=value, provenance=provenance)
    kind = cast("type[object]", type(value))
    schema = getattr(kind, "schema", None)
    if isinstance(schema, str) and schema in SCHEMAS:
        return schema, Input(value=value, provenance=provenance)
    raise UnsupportedInput("input", f"is a {kind.__name__}; give a Document, a Result or a record")
