"""The plugins of one Core: an immutable snapshot of facts, and the loaded generation of each."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from qualia._plugins.choices import Choices, change_choices
from qualia._plugins.generation import Generation
from qualia._plugins.keys import Lifecycle
from qualia._plugins.manifest import Manifest
from qualia._plugins.places import Places
from qualia._plugins.selection import Found
from qualia._values import FrozenDict
from qualia.errors import PluginUnavailable, UnknownPlugin, nearest

if TYPE_CHECKING:
    # What plugins are made of is loaded with the first of them: finding them needs none of it.
    from qualia._engine.breaker import CircuitBreaker
    from qualia.plugin import ParamSpec

PluginState = Literal["enabled", "disabled", "unavailable", "loaded", "failing"]


@frozen(kw_only=True)
class PluginVersion:
    """A version of a plugin that is known and does not answer."""

    version: str
    folder: Path
    origin: str
    """Where it comes from, as in `PluginInfo`."""


@frozen(kw_only=True)
class PluginInfo:
    """What is known of a plugin without running it."""

    id: str
    kind: Literal["document", "analyzer", "visualizer"] | None
    """None when its manifest cannot be read."""
    version: str
    """Empty when its manifest cannot be read, as the fields below."""
    summary: str
    produces: tuple[str, ...]
    """The record it gives, or the media types it makes."""
    consumes: tuple[str, ...]
    """Records it needs; a producer is found for them."""
    accepts: tuple[str, ...]
    """Media types it turns into plain documents."""
    dependencies: tuple[str, ...]
    folder: Path
    origin: str
    """Where it comes from: "shipped", "folder" or "installed"."""
    state: PluginState
    """"enabled" (ready, not loaded yet), "loaded", "failing" (its last load failed), "disabled" (switched off), or
    "unavailable"."""
    reason: str = ""
    """Why it cannot be used, and what to do; empty otherwise."""
    lifecycle: Lifecycle = "stable"
    """How far it can be relied on; a deprecated plugin works as before."""
    replaced_by: str = ""
    """Id of the plugin to use instead of a deprecated one; empty when there is none."""
    consumes_when: Mapping[str, str] = FrozenDict()
    """Records it needs only when a param has a value -> ``param=value``."""
    others: tuple[PluginVersion, ...] = ()
    """Other versions of it that are known."""
    generation: int = 0
    """How often it has been loaded anew, counted from 1; 0 when it is unavailable."""


@frozen(kw_only=True)
class Entry:
    """One plugin in a snapshot."""

    found: Found
    generation: Generation | None
    """The version that answers; None when the plugin is unavailable."""

    @property
    def manifest(self) -> Manifest:
        """The manifest of a usable plugin.

        Raises:
            PluginError: the plugin is unavailable; the error says why.
        """
        return self.ready.manifest

    @property
    def ready(self) -> Generation:
        """The version that answers.

        Raises:
            PluginError: the plugin is unavailable; the error says why.
        """
        if self.generation is not None:
            return self.generation
        if self.found.error is not None:
            # A copy: raising the one kept here would pin the frames of every call that met it.
            raise copy(self.found.error)
        raise PluginUnavailable(self.found.id, "its manifest cannot be read", "mend its plugin.toml")

    @property
    def info(self) -> PluginInfo:
        """The facts people see."""
        found, generation = self.found, self.generation
        manifest = found.manifest if generation is None else generation.manifest
        return PluginInfo(
            id=found.id,
            kind=manifest.kind if manifest else None,
            version=manifest.version if manifest else "",
            summary=manifest.summary if manifest else "",
            produces=manifest.produces if manifest else (),
            consumes=manifest.consumes if manifest else (),
            consumes_when=manifest.consumes_when if manifest else FrozenDict(),
            accepts=manifest.accepts if manifest else (),
            dependencies=manifest.dependencies if manifest else (),
            folder=found.folder,
            origin=found.origin,
            state=self._state(),
            reason=str(found.error or "") if generation is None else generation.failure,
            lifecycle=manifest.lifecycle if manifest else "stable",
            replaced_by=manifest.replaced_by if manifest else "",
            others=tuple(_version(each) for each in found.others),
            generation=0 if generation is None else generation.number,
        )

    def _state(self) -> PluginState:
        if self.generation is None:
            return "disabled" if self.found.disabled else "unavailable"
        if self.generation.failure:
            return "failing"
        return "loaded" if self.generation.is_loaded else "enabled"


class Snapshot:
    """The plugins at one moment. Who leases it keeps every version in it alive.

    Attributes:
        entries: every plugin by id.
        usable: the manifests of those that can be used here.
        leases: one item for each lease; appending and taking off are single steps, so no lock is needed.
    """

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries: Mapping[str, Entry] = FrozenDict(entries)
        self.usable: Mapping[str, Manifest] = {
            id_: each.generation.manifest for id_, each in entries.items() if each.generation is not None
        }
        self.leases: list[None] = []

    def entry(self, plugin: str) -> Entry:
        """Return a plugin's entry.

        Raises:
            UnknownPlugin: there is none; the nearest ids are named.
        """
        entry = self.entries.get(plugin)
        if entry is None:
            raise UnknownPlugin(plugin, nearest(plugin, self.entries))
        return entry


class Registry:
    """Holds one snapshot and swaps it whole, so a reader never sees half a change.

    Args:
        places: where they come from.
        warn: told of trouble that is no error.
        retire: told of versions that nobody can reach any more, to close them.
    """

    def __init__(
        self,
        places: Places,
        *,
        warn: Callable[[str], None] = lambda _sentence: None,
        retire: Callable[[Sequence[Generation]], object] = lambda _generations: None,
    ) -> None:
        self.roots: tuple[Path, ...] = places.roots
        self._places: Places = places
        self._choices: Choices = Choices()
        self._warn: Callable[[str], None] = warn
        self.retire: Callable[[Sequence[Generation]], object] = retire
        self._snapshot: Snapshot = Snapshot({each.id: entered(each) for each in self.found()})
        self._older: list[Snapshot] = []
        self._locks: dict[int, threading.RLock] = {}

    @property
    def snapshot(self) -> Snapshot:
        """Every plugin as of now. Lease it to run something of it."""
        return self._snapshot

    def entry(self, plugin: str) -> Entry:
        """Return a plugin's entry as of now.

        Raises:
            UnknownPlugin: there is none; the nearest ids are named.
        """
        return self._snapshot.entry(plugin)

    def leased(self) -> Lease:
        """Give the snapshot of this moment in a ``with`` block, whose versions stay alive meanwhile."""
        return Lease(self)

    def lease(self) -> Snapshot:
        """Lease the snapshot of this moment; `give_back` ends that."""
        while True:
            snapshot = self._snapshot
            snapshot.leases.append(None)
            # A swap may have come between. It sees the lease, or this sees the swap.
            if snapshot is self._snapshot:
                return snapshot
            self.give_back(snapshot)

    def give_back(self, snapshot: Snapshot) -> None:
        """End a lease; the last one of an older snapshot retires the versions that only it held."""
        snapshot.leases.pop()
        if not snapshot.leases and snapshot is not self._snapshot:
            self._sweep()

    def publish(self, changes: Mapping[str, Entry | None]) -> None:
        """Swap the snapshot for one with these entries; None takes a plugin out."""
        with self._locked():
            kept = {id_: each for id_, each in self._snapshot.entries.items() if changes.get(id_, each) is not None}
            new = {id_: each for id_, each in changes.items() if each is not None}
            self._older.append(self._snapshot)
            self._snapshot = Snapshot(kept | new)
        self._sweep()

    def found(self) -> Iterable[Found]:
        """Look what plugins there are now, and what somebody decided about them."""
        if self._places.choices is not None:
            self._choices = Choices.read(self._places.choices, warn=self._warn)
        return self._places.find(self._choices)

    def choose(self, plugin: str, change: Callable[[Choices], Choices]) -> None:
        """Decide something about one plugin, keep it, and swap in what follows for it.

        Raises:
            UnknownPlugin: there is none of this id.
            UnwritableOutput: it cannot be kept; nothing was changed.
        """
        before = self.entry(plugin)
        if self._places.choices is None:
            self._choices = change(self._choices)
        else:
            change_choices(self._places.choices, change, warn=self._warn)
        after = next((each for each in self.found() if each.id == plugin), None)
        if after is not None and after != before.found:
            number = 1 if before.generation is None else before.generation.number + 1
            self.publish({plugin: entered(after, number=number)})

    def busy(self, plugin: str) -> tuple[int, ...]:
        """Return the numbers of the older generations of a plugin that are still at work."""
        with self._locked():
            current = self._snapshot.entries.get(plugin)
            older = [each.entries.get(plugin) for each in self._older]
        generations = {each.generation for each in older if each is not None and each.generation is not None}
        return tuple(sorted(each.number for each in generations - {current and current.generation}))

    def _sweep(self) -> None:
        with self._locked():
            before = _generations(self._older)
            self._older = [each for each in self._older if each.leases]
            retired = before - _generations((self._snapshot, *self._older))
        if retired:
            self.retire(sorted(retired, key=lambda each: (each.manifest.id, each.number)))

    def _locked(self) -> threading.RLock:
        """Return the swap's lock. A forked child has its own: it must not wait for a thread that it does not have."""
        pid = os.getpid()
        return self._locks.get(pid) or self._locks.setdefault(pid, threading.RLock())


class Lease:
    """A ``with`` block in which a snapshot is leased; every run begins with one, so it is no generator."""

    __slots__ = ("_registry", "_snapshot")

    def __init__(self, registry: Registry) -> None:
        self._registry: Registry = registry

    def __enter__(self) -> Snapshot:
        """Return the snapshot of this moment."""
        self._snapshot: Snapshot = self._registry.lease()
        return self._snapshot

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """End the lease."""
        self._registry.give_back(self._snapshot)


def entered(found: Found, *, number: int = 1) -> Entry:
    """Return the entry of a plugin that was just found; its files are read when it is first used."""
    usable = found.manifest is not None and found.error is None
    generation = Generation(found.manifest, found.folder, number=number) if usable and found.manifest else None
    return Entry(found=found, generation=generation)


def _version(found: Found) -> PluginVersion:
    version = "" if found.manifest is None else found.manifest.version
    return PluginVersion(version=version, folder=found.folder, origin=found.origin)


def _generations(snapshots: Iterable[Snapshot]) -> set[Generation]:
    return {each.generation for one in snapshots for each in one.entries.values() if each.generation is not None}


class Plugins(Mapping[str, PluginInfo]):
    """The plugins of a Core by id, usable or not. Looking imports none; asking for `params` loads one."""

    def __init__(
        self,
        registry: Registry,
        *,
        params: Callable[[str], tuple[ParamSpec, ...]],
        breaker: Callable[[str], CircuitBreaker],
    ) -> None:
        self._registry: Registry = registry
        self._params: Callable[[str], tuple[ParamSpec, ...]] = params
        self._breaker: Callable[[str], CircuitBreaker] = breaker

    def __getitem__(self, plugin: str) -> PluginInfo:
        """Return what is known of a plugin.

        Raises:
            UnknownPlugin: there is none of this id; it is a KeyError too.
        """
        return self._registry.entry(plugin).info

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids."""
        return iter(self._registry.snapshot.entries)

    def __len__(self) -> int:
        """Count the plugins."""
        return len(self._registry.snapshot.entries)

    def params(self, plugin: str) -> tuple[ParamSpec, ...]:
        """Return the params a plugin declares; this loads it.

        Raises:
            UnknownPlugin: there is none of this id.
            PluginError: it cannot be loaded.
        """
        return self._params(plugin)

    def breaker(self, plugin: str) -> CircuitBreaker:
        """Return the circuit breaker of a plugin's present version: to look at, force open, disable or reset.

        Raises:
            UnknownPlugin: there is none of this id.
            PluginError: it is unavailable.
        """
        return self._breaker(plugin)

    def disable(self, plugin: str) -> PluginInfo:
        """Switch a plugin off; calls under way end. It stays off for every Core of the same state folder.

        Raises:
            UnknownPlugin: there is none of this id.
            UnwritableOutput: it cannot be kept.
        """
        self._registry.choose(plugin, lambda choices: choices.with_disabled(plugin))
        return self[plugin]

    def enable(self, plugin: str) -> PluginInfo:
        """Switch a plugin on again.

        Raises:
            UnknownPlugin: there is none of this id.
            UnwritableOutput: it cannot be kept.
        """
        self._registry.choose(plugin, lambda choices: choices.with_disabled(plugin, False))
        return self[plugin]

    def choose(self, plugin: str, version: str | None) -> PluginInfo:
        """Say which of several known versions of a plugin answers, by its version or folder; None leaves it open again.

        Raises:
            UnknownPlugin: there is none of this id.
            UnwritableOutput: it cannot be kept.
        """
        self._registry.choose(plugin, lambda choices: choices.with_version(plugin, version))
        return self[plugin]
