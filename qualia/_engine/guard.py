"""The only caller of plugin code: cache, breaker, the call itself, and a checked Result or a deliberate error."""

from __future__ import annotations

import logging
import platform
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from attrs import evolve, frozen

from qualia._engine.blame import place_of, told
from qualia._engine.breaker import BreakerPolicy, CircuitBreaker, CircuitChange, Circuits
from qualia._engine.cache import SingleFlight
from qualia._engine.fingerprint import call_key, code_key, input_digest
from qualia._engine.inputs import Input
from qualia._engine.promise import checked, schema_of
from qualia._plugins.catalog import Manifest
from qualia._plugins.loader import Generation
from qualia._plugins.requirement import Requirement, installed_versions
from qualia._values import FrozenDict, to_plain
from qualia._version import __version__
from qualia.cache import CacheBackend
from qualia.cancel import Control
from qualia.errors import (
    CoreClosed,
    DeadlineExceeded,
    InvalidParam,
    PluginError,
    PluginFailed,
    QualiaError,
    RunCancelled,
    UnsupportedInput,
)
from qualia.events import EventKind, Observers
from qualia.plugin import Context, ParamSpec, build_params
from qualia.registry import Registry
from qualia.result import Provenance, Result
from qualia.settings import Settings

T = TypeVar("T")

_PASSING = (UnsupportedInput, RunCancelled, DeadlineExceeded, CoreClosed)
"""What a plugin raises to say something about its input or its run, not about itself."""


@frozen(kw_only=True)
class Call:
    """One call to make."""

    plugin: str
    params: Any
    """The plugin's params object."""
    inputs: Mapping[str, Input]
    """"document" and the records' argument names."""
    run_id: str
    step: str
    control: Control
    """What can end the run early."""
    fresh: bool = False
    """Whether the plugin is called whatever the cache holds."""


@frozen(kw_only=True)
class Clocks:
    """Where the time comes from."""

    monotonic: Callable[[], float]
    """Seconds that never go back."""
    wall: Callable[[], float]
    """Seconds since 1970."""


class Guard:
    """Calls plugins so that nothing one of them does harms its caller."""

    def __init__(
        self,
        registry: Registry,
        cache: CacheBackend,
        flights: SingleFlight[Result[Any]],
        *,
        observers: Observers,
        settings: Settings,
        clocks: Clocks,
    ) -> None:
        self._registry: Registry = registry
        self._cache: CacheBackend = cache
        self._flights: SingleFlight[Result[Any]] = flights
        self._observers: Observers = observers
        self._settings: Settings = settings
        self._clocks: Clocks = clocks
        self._circuits: Circuits = Circuits(
            clock=clocks.monotonic, size=lambda: len(registry.usable()), tell=self._tell_change
        )
        self._opened: set[str] = set()
        # One lock for each plugin, so that one that is slow to open holds up no other.
        self._opening: dict[str, threading.RLock] = {}
        self._host: dict[str, Mapping[str, str]] = {}
        # What plugins want done when they are closed, in the order they said so.
        self._endings: dict[str, dict[Callable[[], object], None]] = {}
        self._code_keys: dict[str, str] = {}
        self._lock: threading.RLock = threading.RLock()
        self._closed: bool = False

    def params(self, plugin: str, values: Mapping[str, object]) -> object:
        """Check params against the plugin's declaration and fill in the defaults.

        Raises:
            InvalidParam: unknown, ill-typed or out of range.
            PluginError: the plugin cannot be loaded.
        """
        generation = self.loaded(plugin)
        folder = generation.source.folder

        def build() -> object:
            return build_params(generation.plugin.Params, values, plugin=plugin, specs=generation.specs)

        return self._contained(build, plugin, folder, (InvalidParam,))

    def specs(self, plugin: str) -> tuple[ParamSpec, ...]:
        """Return the params a plugin declares.

        Raises:
            PluginError: the plugin cannot be loaded, or its declaration is wrong.
        """
        generation = self.loaded(plugin)
        return self._contained(lambda: generation.specs, plugin, generation.source.folder)

    def loaded(self, plugin: str) -> Generation:
        """Return a plugin's generation, loading it first if need be.

        Raises:
            UnknownPlugin: there is none.
            PluginUnavailable: it cannot be loaded here.
            PluginFailed: its code raised while it was loaded.
            CoreClosed: the Core was closed.
        """
        if self._closed:
            raise CoreClosed("load plugins")
        entry = self._registry.entry(plugin)
        if entry.generation is not None:
            return entry.generation
        folder = entry.found.folder
        try:
            generation, fresh = self._contained(lambda: self._registry.loaded(plugin), plugin, folder, (PluginError,))
        except PluginError as error:
            self._registry.load_failed(plugin, str(error))
            self._observers.tell(EventKind.PLUGIN_FAILED, plugin=plugin, error=str(error))
            raise
        if fresh:
            self._observers.tell(EventKind.PLUGIN_LOADED, plugin=plugin, code_hash=generation.source.code_hash)
        return generation

    def call(self, call: Call) -> Result[Any]:
        """Return the plugin's answer: from the cache when the same call was made before, from another when it is made.

        Raises:
            CircuitOpen: the plugin failed too often; it was not called.
            Quarantined: it failed too often on this very call; it was not called.
            PluginFailed: it raised, or returned what it does not promise.
            UnsupportedInput: it refuses this input.
            RunCancelled: the run was cancelled before the call, or the plugin noticed.
            DeadlineExceeded: the run's time was over before the call, or the plugin noticed.
        """
        call.control.check()
        generation = self.loaded(call.plugin)
        digests = FrozenDict({name: input_digest(given.value) for name, given in call.inputs.items()})
        key = call_key(self._code_key(generation), params=call.params, inputs=digests)
        if call.fresh:
            return self._computed(generation, call, key, digests)
        result, fresh = self._cache.get(key), False
        if result is None:
            result, fresh = self._flights.do(
                key, lambda: self._computed(generation, call, key, digests), check=call.control.check
            )
        # Who led may have found that another process had computed it meanwhile.
        if fresh and not result.cached:
            return result
        self._observers.tell(EventKind.CACHE_HIT, run_id=call.run_id, step=call.step, plugin=call.plugin)
        return Result(
            value=result.value,
            provenance=result.provenance,
            key=key,
            elapsed_s=result.elapsed_s,
            cached=True,
        )

    def _computed(self, generation: Generation, call: Call, key: str, digests: Mapping[str, str]) -> Result[Any]:
        """Call the plugin and keep its answer, unless another thread or process has just done so."""
        known = None if call.fresh else self._cache.get(key, again=True)
        if known is not None:
            return evolve(known, cached=True)
        began_s, started_at = self._clocks.monotonic(), datetime.fromtimestamp(self._clocks.wall(), UTC)
        value = self._answer(generation, call, key, digests)
        result = Result(
            value=value,
            provenance=self._provenance(generation, call, digests, started_at),
            key=key,
            elapsed_s=max(0.0, self._clocks.monotonic() - began_s),
        )
        self._cache.put(key, result)
        return result

    def breaker(self, plugin: str) -> CircuitBreaker:
        """Return the plugin's breaker."""
        return self._circuits.breaker(plugin, lambda: self._policy(plugin))

    def close(self) -> None:
        """Close and unload every plugin and load none from now on; one that raises is reported as a failed step."""
        self._closed = True
        for generation in self._registry.unload():
            plugin = generation.manifest.id
            endings = [*reversed(self._endings.pop(plugin, {}))]
            if plugin in self._opened:
                self._opened.discard(plugin)
                endings.append(generation.plugin.close)
            for ending in endings:
                try:
                    self._contained(ending, plugin, generation.source.folder)
                except QualiaError as error:
                    self._observers.tell(EventKind.STEP_FAILED, plugin=plugin, step="close", error=str(error))
            generation.unload()

    def _policy(self, plugin: str) -> BreakerPolicy:
        limits, settings = self._registry.entry(plugin).manifest.limits, self._settings
        return BreakerPolicy(
            max_failures=settings.max_failures if limits.max_failures is None else limits.max_failures,
            open_s=settings.open_s if limits.timeout_seconds is None else limits.timeout_seconds,
            record=(PluginFailed,),
        )

    def _tell_change(self, change: CircuitChange) -> None:
        self._observers.tell(
            EventKind.BREAKER_MOVED, plugin=change.name, before=change.before.value, state=change.after.value
        )

    def _answer(self, generation: Generation, call: Call, key: str, digests: Mapping[str, str]) -> Any:
        breaker, quarantine = self.breaker(call.plugin), self._circuits.quarantine
        quarantine.check(call.plugin, key)
        permit = breaker.admit()
        given: object = None  # a plugin that cannot even be opened fails on no input in particular
        try:
            self._open_once(generation)
            given = digests.get("document", key)
            value = self._contained(lambda: self._invoked(generation, call), call.plugin, generation.source.folder)
            answer = checked(value, generation.manifest, generation.source.folder)
        except BaseException as error:
            breaker.settle(permit, error, key=given)
            if given is not None and breaker.policy.counts(error):
                quarantine.failed(key, for_s=breaker.policy.open_s)
            raise
        breaker.settle(permit, key=given)
        quarantine.worked(key)
        return answer

    def _invoked(self, generation: Generation, call: Call) -> object:
        if not generation.takes_context:
            return _invoke(generation, call, None)
        with ExitStack() as call_end:
            return _invoke(generation, call, self._context(call, call_end))

    def _context(self, call: Call, call_end: ExitStack) -> Context:
        def plugin_end(action: Callable[[], object]) -> None:
            with self._lock:
                # Registered once, however many calls name it.
                self._endings.setdefault(call.plugin, {}).setdefault(action)

        def tell(done: float) -> None:
            self._observers.tell(
                EventKind.STEP_PROGRESS, run_id=call.run_id, step=call.step, plugin=call.plugin, done=done
            )

        log = logging.getLogger(f"qualia.plugins.{call.plugin}")
        return Context(
            run_id=call.run_id,
            step=call.step,
            log=log,
            control=call.control,
            tell=tell,
            call_end=call_end,
            plugin_end=plugin_end,
        )

    def _open_once(self, generation: Generation) -> None:
        plugin = generation.manifest.id
        if plugin in self._opened:
            return
        with self._lock:
            opening = self._opening.setdefault(plugin, threading.RLock())
        with opening:
            if plugin not in self._opened:
                self._contained(generation.plugin.open, plugin, generation.source.folder)
                self._opened.add(plugin)

    def _contained(
        self, action: Callable[[], T], plugin: str, folder: Path, passing: tuple[type[QualiaError], ...] = _PASSING
    ) -> T:
        """Run plugin code; what it raises becomes a `PluginFailed`, but for ``passing`` and the caller's affairs."""
        try:
            return action()
        except passing:
            raise
        except BaseException as error:
            if isinstance(error, (KeyboardInterrupt, GeneratorExit)) or _is_cancellation(error):
                raise
            raise PluginFailed(plugin, told(error), place_of(error, folder)) from error

    def _provenance(
        self, generation: Generation, call: Call, digests: Mapping[str, str], started_at: datetime
    ) -> Provenance:
        manifest = generation.manifest
        return Provenance(
            plugin=manifest.id,
            version=manifest.version,
            code_hash=generation.source.code_hash,
            params=to_plain(call.params),
            produces=schema_of(manifest),
            inputs=digests,
            upstream=tuple(each.provenance for each in call.inputs.values() if each.provenance is not None),
            engine_version=__version__,
            started_at=started_at,
            host=self._host_facts(manifest),
        )

    def _code_key(self, generation: Generation) -> str:
        key = self._code_keys.get(generation.module)
        if key is None:
            manifest = generation.manifest
            key = self._code_keys[generation.module] = code_key(
                plugin=manifest.id,
                version=manifest.version,
                code_hash=generation.source.code_hash,
                host=self._host_facts(manifest),
            )
        return key

    def _host_facts(self, manifest: Manifest) -> Mapping[str, str]:
        facts = self._host.get(manifest.id)
        if facts is None:
            installed = installed_versions(sys.path)
            names = sorted(Requirement.parse(text).name for text in manifest.dependencies)
            versions = {name: installed.get(name, "missing") for name in names}
            facts = FrozenDict({"python": platform.python_version(), **versions})
            self._host[manifest.id] = facts
        return facts


def _invoke(generation: Generation, call: Call, context: Context | None) -> object:
    plugin: Any = generation.plugin
    inputs = {name: given.value for name, given in call.inputs.items()}
    if context is not None:
        inputs["context"] = context
    if generation.manifest.kind == "visualizer":
        return plugin.render(call.params, **inputs)
    document = inputs.pop("document")
    if generation.manifest.kind == "document":
        return plugin.process(document, call.params, **inputs)
    return plugin.analyze(document, call.params, **inputs)


def _is_cancellation(error: BaseException) -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)
