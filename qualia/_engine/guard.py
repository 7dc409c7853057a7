"""The only caller of plugin code: cache, breaker, the call itself, and a checked Result or a deliberate error."""

from __future__ import annotations

import platform
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from attrs import evolve, frozen

from qualia._engine.blame import contained
from qualia._engine.breaker import BreakerPolicy, CircuitBreaker, CircuitChange, Circuits
from qualia._engine.cache import SingleFlight
from qualia._engine.call import Call, Clocks
from qualia._engine.fingerprint import call_key, code_key, input_digest, older_key
from qualia._engine.isolation import Isolation, Task
from qualia._engine.promise import checked, schema_of
from qualia._engine.threads import Threads
from qualia._plugins.generation import Generation
from qualia._plugins.installed import installed_versions
from qualia._plugins.keys import Isolation as Mode
from qualia._plugins.manifest import Manifest
from qualia._plugins.requirement import Requirement
from qualia._values import FrozenDict
from qualia._version import __version__
from qualia.cache import CacheBackend
from qualia.errors import (
    CircuitOpen,
    CoreClosed,
    InvalidParam,
    PluginError,
    PluginFailed,
    QualiaError,
    Quarantined,
)
from qualia.events import EventKind, Observers
from qualia.plugin import ParamSpec, build_params, check_params, params_in_force
from qualia.registry import Snapshot
from qualia.result import Provenance, Result
from qualia.settings import Settings


class Guard:
    """Calls plugins so that nothing one of them does harms its caller.

    Args:
        plugins: gives the snapshot of now.
        cache: where results are kept.
        flights: lets one of several equal calls be made, and the others wait for it.
        observers: told of what happens.
        settings: how to behave.
        clocks: where the time comes from.
        give_back: ends a lease of a snapshot.
    """

    def __init__(
        self,
        plugins: Callable[[], Snapshot],
        cache: CacheBackend,
        flights: SingleFlight[Result[Any]],
        *,
        observers: Observers,
        settings: Settings,
        clocks: Clocks,
        give_back: Callable[[Snapshot], object],
    ) -> None:
        self._plugins: Callable[[], Snapshot] = plugins
        self._give_back: Callable[[Snapshot], object] = give_back
        self._cache: CacheBackend = cache
        self._flights: SingleFlight[Result[Any]] = flights
        self._observers: Observers = observers
        self._settings: Settings = settings
        self._clocks: Clocks = clocks
        self._circuits: Circuits = Circuits(
            clock=clocks.monotonic, size=lambda: len(plugins().usable), tell=self._tell_change
        )
        self._isolation: Isolation = Isolation(settings=settings, observers=observers, clock=clocks.monotonic)
        self._undertakers: Threads = Threads("qualia-retire")
        self._host: dict[str, Mapping[str, str]] = {}
        self._code_keys: dict[str, str] = {}
        self._lock: threading.RLock = threading.RLock()
        self._closed: bool = False

    def params(self, plugins: Snapshot, plugin: str, values: Mapping[str, object], mode: Mode | None = None) -> object:
        """Check params against the plugin's declaration and fill in the defaults.

        Returns:
            The plugin's own params object; a mapping by name when its calls are made in a process of their own.

        Raises:
            InvalidParam: unknown, ill-typed or out of range.
            PluginError: the plugin cannot be loaded.
        """
        generation, where = self._ready(plugins, plugin, mode)
        specs = self._specs(generation, where)
        if where == "process":
            return FrozenDict(check_params(specs, values, plugin=plugin))
        declared = generation.package().plugin.Params
        build = partial(build_params, declared, values, plugin=plugin, specs=specs)
        return contained(build, plugin, generation.folder, passing=(InvalidParam,))

    def specs(self, plugin: str) -> tuple[ParamSpec, ...]:
        """Return the params a plugin declares.

        Raises:
            PluginError: the plugin cannot be loaded, or its declaration is wrong.
        """
        return self._specs(*self._ready(self._plugins(), plugin, None))

    def is_ready(self, plugins: Snapshot, plugin: str, mode: Mode | None) -> bool:
        """Tell whether a plugin is loaded where its calls are made."""
        generation = plugins.entry(plugin).ready
        return generation.is_ready(self._isolation.mode(generation, mode))

    def load(self, generation: Generation, mode: Mode | None = None) -> None:
        """Load a version, here or in a process of its own, and see that it can be used.

        Raises:
            PluginUnavailable: it cannot be loaded here.
            PluginFailed: its code raised while it was loaded.
            InvalidManifest: it is not what its manifest says.
        """
        self._specs(generation, self._isolation.mode(generation, mode))

    def call(self, call: Call) -> Result[Any]:
        """Return the plugin's answer: from the cache when the same call was made before, from another when it is made.

        Raises:
            CircuitOpen: the plugin failed too often; it was not called.
            Quarantined: it failed too often on this very call; it was not called.
            PluginFailed: it raised, crashed, took too long, or returned what it does not promise.
            PluginBusy: too many of its calls wait already.
            UnsupportedInput: it refuses this input.
            RunCancelled: the run was cancelled before the call, or the plugin noticed.
            DeadlineExceeded: the run's time was over before the call, or the plugin noticed.
        """
        # Its run may be given up while it is under way, and then leases the plugins no longer.
        call.plugins.leases.append(None)
        try:
            call.control.check()
            return self._called(call)
        finally:
            self._give_back(call.plugins)

    def _called(self, call: Call) -> Result[Any]:
        generation, mode = self._ready(call.plugins, call.plugin, call.how.isolation)
        plain = params_in_force(call.params)
        digests = FrozenDict({name: input_digest(given.value) for name, given in call.inputs.items()})
        key = call_key(self._code_key(generation), params=plain, inputs=digests)
        older = older_key(call.plugin, params=plain, inputs=digests) if call.how.degraded else None
        asked = _Asked(call, generation, mode, key, digests, plain)
        try:
            result = self._kept_or_computed(asked)
        except (CircuitOpen, Quarantined):
            kept = None if older is None else self._cache.get(older)
            if kept is None:
                raise
            told = {"run_id": call.run_id, "step": call.step, "plugin": call.plugin}
            self._observers.tell(EventKind.CACHE_HIT, **told, degraded=True)
            return evolve(kept, cached=True, degraded=True)
        if older is not None:
            self._cache.put(older, result)
        return result

    def _kept_or_computed(self, asked: _Asked) -> Result[Any]:
        call, key = asked.call, asked.key
        if call.how.fresh:
            return self._computed(asked)
        result, fresh = self._cache.get(key), False
        if result is None:
            result, fresh = self._flights.do(key, lambda: self._computed(asked), check=call.control.check)
        # Who led may have found that another process had computed it meanwhile.
        if fresh and not result.cached:
            return result
        self._observers.tell(EventKind.CACHE_HIT, run_id=call.run_id, step=call.step, plugin=call.plugin)
        provenance, upstream = result.provenance, _upstream(call)
        return Result(
            value=result.value,
            # An equal input may have been made in another way than the one this answer was first computed from.
            provenance=provenance if provenance.upstream == upstream else evolve(provenance, upstream=upstream),
            key=key,
            elapsed_s=result.elapsed_s,
            cached=True,
        )

    def _computed(self, asked: _Asked) -> Result[Any]:
        """Call the plugin and keep its answer, unless another thread or process has just done so."""
        known = None if asked.call.how.fresh else self._cache.get(asked.key, again=True)
        if known is not None:
            return evolve(known, cached=True)
        began_s, started_at = self._clocks.monotonic(), datetime.fromtimestamp(self._clocks.wall(), UTC)
        value = self._answer(asked)
        result = Result(
            value=value,
            provenance=self._provenance(asked, started_at),
            key=asked.key,
            elapsed_s=max(0.0, self._clocks.monotonic() - began_s),
        )
        self._cache.put(asked.key, result)
        return result

    def breaker(self, plugin: str) -> CircuitBreaker:
        """Return the breaker of a plugin's present version.

        Raises:
            UnknownPlugin: there is no such plugin.
            PluginError: it is unavailable.
        """
        return self._breaker(self._plugins().entry(plugin).ready)

    def renew(self, generation: Generation) -> None:
        """Give a version that is about to be published its breaker, while that of the one before it is still known."""
        self._breaker(generation)

    def killable(self, plugins: Snapshot, plugin: str, mode: Mode | None) -> bool:
        """Tell whether a plugin's calls end by themselves when their run is over, so that nobody need wait apart."""
        return self._isolation.mode(plugins.entry(plugin).ready, mode) == "process"

    def standing(self, *, run_id: str | None = None, plugin: str | None = None) -> str:
        """Return where a call of a run, or of a plugin, stands now, as file:line; empty when that cannot be known."""
        return self._isolation.flights.standing(run_id=run_id, plugin=plugin)

    def retire(self, generations: Sequence[Generation]) -> None:
        """Close and unload versions that nobody uses any more, each in a thread of its own: it may take its time."""
        for generation in generations:
            if generation.is_loaded:
                self._undertakers.submit(self._retired, generation)

    def close(self) -> None:
        """Close and unload every plugin and load none from now on; one that raises is reported as a failed step."""
        self._closed = True
        for entry in self._plugins().entries.values():
            if entry.generation is not None and entry.generation.is_loaded:
                self._bury(entry.generation)
        self._isolation.close()
        self._undertakers.shutdown()

    def _retired(self, generation: Generation) -> None:
        self._bury(generation)
        plugin, number = generation.manifest.id, generation.number
        self._circuits.forget(plugin, number)
        self._observers.tell(EventKind.PLUGIN_RETIRED, plugin=plugin, generation=number)

    def _bury(self, generation: Generation) -> None:
        plugin, folder = generation.manifest.id, generation.folder
        self._isolation.retire(generation)
        for ending in generation.endings():
            try:
                with self._isolation.flights.flying(plugin, folder, step="close"):
                    contained(ending, plugin, folder)
            except QualiaError as error:
                self._observers.tell(EventKind.STEP_FAILED, plugin=plugin, step="close", error=str(error))
        generation.unload()
        self._code_keys.pop(generation.name, None)

    def _ready(self, plugins: Snapshot, plugin: str, mode: Mode | None) -> tuple[Generation, Mode]:
        """Return a plugin's version, loaded, and where its calls are made.

        Raises:
            UnknownPlugin: there is none.
            PluginError: it cannot be loaded.
            CoreClosed: the Core was closed.
        """
        if self._closed:
            raise CoreClosed("load plugins")
        generation = plugins.entry(plugin).ready
        where = self._isolation.mode(generation, mode)
        if not generation.is_ready(where):
            try:
                self._specs(generation, where)
            except PluginError as error:
                generation.failure = str(error)
                self._observers.tell(EventKind.PLUGIN_FAILED, plugin=plugin, error=str(error))
                raise
            if generation.tell_once():
                self._observers.tell(EventKind.PLUGIN_LOADED, plugin=plugin, code_hash=generation.source.code_hash)
        return generation, where

    def _specs(self, generation: Generation, where: Mode) -> tuple[ParamSpec, ...]:
        ask = partial(self._isolation.specs, generation, where)
        return contained(ask, generation.manifest.id, generation.folder, passing=(PluginError,))

    def _breaker(self, generation: Generation) -> CircuitBreaker:
        return self._circuits.breaker(
            generation.manifest.id, lambda: self._policy(generation.manifest), generation=generation.number
        )

    def _policy(self, manifest: Manifest) -> BreakerPolicy:
        limits, settings = manifest.limits, self._settings
        return BreakerPolicy(
            max_failures=settings.max_failures if limits.max_failures is None else limits.max_failures,
            open_s=settings.open_s if limits.timeout_seconds is None else limits.timeout_seconds,
            record=(PluginFailed,),
        )

    def _tell_change(self, change: CircuitChange) -> None:
        self._observers.tell(
            EventKind.BREAKER_MOVED, plugin=change.name, before=change.before.value, state=change.after.value
        )

    def _answer(self, asked: _Asked) -> Any:
        call, generation, key = asked.call, asked.generation, asked.key
        breaker, quarantine = self._breaker(generation), self._circuits.quarantine
        quarantine.check(call.plugin, key)
        permit = breaker.admit()
        given = asked.digests.get("document", key)
        try:
            value = self._isolation.made(asked.task())
            answer = checked(value, generation.manifest, generation.folder)
        except BaseException as error:
            # One that cannot even be opened fails on no input in particular.
            was_called = asked.mode == "process" or generation.is_open
            breaker.settle(permit, error, key=given if was_called else None)
            if was_called and breaker.policy.counts(error):
                quarantine.failed(key, for_s=breaker.policy.open_s)
            raise
        breaker.settle(permit, key=given)
        quarantine.worked(key)
        return answer

    def _provenance(self, asked: _Asked, started_at: datetime) -> Provenance:
        manifest = asked.generation.manifest
        return Provenance(
            plugin=manifest.id,
            version=manifest.version,
            code_hash=asked.generation.source.code_hash,
            params=asked.plain,
            produces=schema_of(manifest),
            inputs=asked.digests,
            upstream=_upstream(asked.call),
            engine_version=__version__,
            started_at=started_at,
            host=self._host_facts(manifest),
        )

    def _code_key(self, generation: Generation) -> str:
        key = self._code_keys.get(generation.name)
        if key is None:
            manifest = generation.manifest
            key = self._code_keys[generation.name] = code_key(
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
            needed = {Requirement.parse(text).name for text in manifest.dependencies}
            used = {name for text in manifest.optional if (name := Requirement.parse(text).name) in installed}
            versions = {name: installed.get(name, "missing") for name in sorted(needed | used)}
            facts = FrozenDict({"python": platform.python_version(), **versions})
            self._host[manifest.id] = facts
        return facts


@frozen
class _Asked:
    """A call, and what was found out about it."""

    call: Call
    generation: Generation
    mode: Mode
    key: str
    digests: Mapping[str, str]
    plain: Mapping[str, Any]
    """Its params as plain data."""

    def task(self) -> Task:
        call = self.call
        return Task(
            generation=self.generation,
            mode=self.mode,
            params=call.params,
            inputs={name: given.value for name, given in call.inputs.items()},
            digests=self.digests,
            run_id=call.run_id,
            step=call.step,
            control=call.control,
        )


def _upstream(call: Call) -> tuple[Provenance, ...]:
    """Return where a call's inputs came from."""
    return tuple(each.provenance for each in call.inputs.values() if each.provenance is not None)
