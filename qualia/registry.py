"""The plugins of one Core: an immutable snapshot of facts, and the loaded generation of each."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from attrs import evolve, frozen

from qualia._plugins.catalog import Found, Manifest, discover, shipped_folder
from qualia._values import FrozenDict
from qualia.errors import PluginUnavailable, UnknownPlugin, nearest

if TYPE_CHECKING:
    # What plugins are made of is loaded with the first of them: finding them needs none of it.
    from qualia._plugins.loader import Generation
    from qualia.plugin import ParamSpec

PluginState = Literal["enabled", "unavailable", "loaded", "failing"]


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
    """Where it comes from: "shipped" or "folder"."""
    state: PluginState
    """"enabled" (ready, not loaded yet), "loaded", "failing" (its last load failed), or "unavailable"."""
    reason: str = ""
    """Why it is unavailable or failing, and what to do; empty otherwise."""


@frozen(kw_only=True)
class Entry:
    """One plugin in a snapshot."""

    found: Found
    generation: Generation | None = None
    """What is loaded; None before the first use."""
    failure: str = ""
    """Why the last load failed; empty when it did not."""

    @property
    def manifest(self) -> Manifest:
        """The manifest of a usable plugin.

        Raises:
            PluginError: the plugin is unavailable; the error says why.
        """
        if self.found.error is not None:
            # A copy: raising the one kept here would pin the frames of every call that met it.
            raise copy(self.found.error)
        if self.found.manifest is None:
            raise PluginUnavailable(self.found.id, "its manifest cannot be read", "mend its plugin.toml")
        return self.found.manifest

    @property
    def info(self) -> PluginInfo:
        """The facts people see."""
        found, manifest = self.found, self.found.manifest
        return PluginInfo(
            id=found.id,
            kind=manifest.kind if manifest else None,
            version=manifest.version if manifest else "",
            summary=manifest.summary if manifest else "",
            produces=manifest.produces if manifest else (),
            consumes=manifest.consumes if manifest else (),
            accepts=manifest.accepts if manifest else (),
            dependencies=manifest.dependencies if manifest else (),
            folder=found.folder,
            origin=found.origin,
            state=self._state(),
            reason=str(found.error or self.failure),
        )

    def _state(self) -> PluginState:
        if self.found.error is not None:
            return "unavailable"
        if self.failure:
            return "failing"
        return "loaded" if self.generation is not None else "enabled"


class Registry:
    """Holds one snapshot and swaps it whole, so a reader never sees half a change."""

    def __init__(self, folders: Iterable[Path], *, override: bool = False) -> None:
        places = [("shipped", shipped_folder()), *(("folder", folder) for folder in folders)]
        found = discover(places, search_path=sys.path, override=override)
        self._snapshot: Mapping[str, Entry] = FrozenDict({each.id: Entry(found=each) for each in found})
        self._usable: Mapping[str, Manifest] = {
            each.id: each.manifest for each in found if each.manifest is not None and each.error is None
        }
        self._locks: dict[tuple[int, str], threading.RLock] = {}

    @property
    def snapshot(self) -> Mapping[str, Entry]:
        """Every plugin by id, as of now."""
        return self._snapshot

    def usable(self) -> Mapping[str, Manifest]:
        """Return the manifests of the plugins that can be used here."""
        return self._usable

    def entry(self, plugin: str) -> Entry:
        """Return a plugin's entry.

        Raises:
            UnknownPlugin: there is none; the nearest ids are named.
        """
        entry = self._snapshot.get(plugin)
        if entry is None:
            raise UnknownPlugin(plugin, nearest(plugin, self._snapshot))
        return entry

    def loaded(self, plugin: str) -> tuple[Generation, bool]:
        """Return a plugin's generation, and whether this call loaded it.

        Whatever the plugin's code raises while loading passes through.

        Raises:
            PluginError: the plugin is unavailable.
            UnknownPlugin: there is none.
        """
        generation = self.entry(plugin).generation
        if generation is not None:
            return generation, False
        from qualia._plugins.loader import Source, load

        with self._lock(plugin):
            entry = self.entry(plugin)
            if entry.generation is not None:
                return entry.generation, False
            generation = load(entry.manifest, Source.read(entry.found.folder))
            with self._lock():
                self._swap(plugin, evolve(entry, generation=generation, failure=""))
            return generation, True

    def load_failed(self, plugin: str, reason: str) -> None:
        """Remember why a plugin could not be loaded."""
        with self._lock():
            self._swap(plugin, evolve(self.entry(plugin), failure=reason))

    def _lock(self, plugin: str = "") -> threading.RLock:
        """Return a plugin's lock, so that one that is slow to import holds up no other; without a name, the swap's.

        A forked child has locks of its own: it must not wait for a thread that it does not have.
        """
        key = (os.getpid(), plugin)
        return self._locks.get(key) or self._locks.setdefault(key, threading.RLock())

    def _swap(self, plugin: str, entry: Entry) -> None:
        self._snapshot = FrozenDict({**self._snapshot, plugin: entry})

    def unload(self) -> tuple[Generation, ...]:
        """Take out every generation and return them, for the caller to close and unload."""
        with self._lock():
            loaded = tuple(entry.generation for entry in self._snapshot.values() if entry.generation is not None)
            self._snapshot = FrozenDict({id_: evolve(entry, generation=None) for id_, entry in self._snapshot.items()})
        return loaded


class Plugins(Mapping[str, PluginInfo]):
    """The plugins of a Core by id, usable or not. Looking imports none; asking for `params` loads one."""

    def __init__(self, registry: Registry, params: Callable[[str], tuple[ParamSpec, ...]]) -> None:
        self._registry: Registry = registry
        self._params: Callable[[str], tuple[ParamSpec, ...]] = params

    def __getitem__(self, plugin: str) -> PluginInfo:
        """Return what is known of a plugin.

        Raises:
            UnknownPlugin: there is none of this id; it is a KeyError too.
        """
        return self._registry.entry(plugin).info

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids."""
        return iter(self._registry.snapshot)

    def __len__(self) -> int:
        """Count the plugins."""
        return len(self._registry.snapshot)

    def params(self, plugin: str) -> tuple[ParamSpec, ...]:
        """Return the params a plugin declares; this loads it.

        Raises:
            UnknownPlugin: there is none of this id.
            PluginError: it cannot be loaded.
        """
        return self._params(plugin)
