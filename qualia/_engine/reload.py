"""Hot reload: a changed plugin becomes a new generation, and one swap puts it in the place of the old one.

The order is: read the files, stop when their hash is the same, read the manifest, load, check, swap. Whatever fails on
the way, nothing has changed: the old generation goes on answering and its breaker knows nothing of it.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attrs import frozen

from qualia._engine.call import Clocks
from qualia._engine.guard import Guard
from qualia._plugins.generation import Generation
from qualia._plugins.loader import Source
from qualia._plugins.manifest import Manifest
from qualia._plugins.scan import Changes, look
from qualia._plugins.selection import Found
from qualia._plugins.watch import Watch
from qualia.errors import (
    CoreClosed,
    InvalidManifest,
    NoEarlierGeneration,
    PluginError,
    PluginUnavailable,
    describe,
)
from qualia.events import EventKind, Observers
from qualia.registry import Entry, PluginInfo, Registry, entered

_MOST_ALIVE = 2
_PLACE = re.compile(r"(.+?):(\d+)(?::\d+)?$")
_LONGEST = 200


@frozen(kw_only=True)
class _Before:
    """What answered before the last swap of a plugin; its code, not its modules, which are gone by then."""

    found: Found
    manifest: Manifest
    source: Source


class Watching:
    """Plugin folders that are watched; leaving its block stops that."""

    def __init__(self, watch: Watch) -> None:
        self._watch: Watch = watch

    def stop(self) -> None:
        """Watch no longer; twice is fine."""
        self._watch.stop()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()


class Reloader:
    """Makes new generations of one Core's plugins.

    Args:
        registry: the plugins.
        guard: loads versions, and retires them.
        observers: told of what was reloaded, found, removed, or could not be loaded.
        clocks: where the time comes from.
    """

    def __init__(self, registry: Registry, guard: Guard, *, observers: Observers, clocks: Clocks) -> None:
        self._registry: Registry = registry
        self._guard: Guard = guard
        self._observers: Observers = observers
        self._clocks: Clocks = clocks
        self._before: dict[str, _Before] = {}
        self._failed: set[str] = set()
        """Plugins of which somebody was told that they cannot be loaded as they are now."""
        self._watchings: list[Watching] = []
        self._is_closed: bool = False
        # One reload at a time. Calls never wait for it: they read the snapshot.
        self._lock: threading.RLock = threading.RLock()

    def reload(self, plugin: str) -> PluginInfo:
        """Load what a plugin's folder holds now and swap it in.

        Raises:
            UnknownPlugin: there is none.
            PluginError: it cannot be loaded; the version before goes on answering.
        """
        with self._lock:
            entries = self._registry.snapshot.entries
            found = self._found().get(plugin)
            if found is None:
                folder = self._registry.entry(plugin).found.folder
                raise PluginUnavailable(plugin, f"its folder {str(folder)!r} is gone", "put it back, or restart")
            try:
                self._swap({plugin: self._successor(found, entries.get(plugin))})
            except PluginError as error:
                self._tell_failed(plugin, error)
                raise
            return self._registry.entry(plugin).info

    def rollback(self, plugin: str) -> PluginInfo:
        """Swap in again what answered before the last swap.

        Raises:
            UnknownPlugin: there is none.
            NoEarlierGeneration: it was never swapped.
            PluginError: it cannot be loaded any more.
        """
        with self._lock:
            entry = self._registry.entry(plugin)
            before = self._before.get(plugin)
            if before is None:
                raise NoEarlierGeneration(plugin)
            # Only code comes back. Data files are what lies in the folder, so the hash says what really answers.
            source = Source.read(before.source.folder, code=before.source.files)
            number = entry.ready.number + 1
            generation = Generation(before.manifest, before.source.folder, number=number, source=source)
            self._guard.load(generation)
            self._swap({plugin: Entry(found=before.found, generation=generation)})
            return self._registry.entry(plugin).info

    def watch(self, *, polling: bool) -> Watching:
        """Apply changes of files as they come, until the returned object is stopped."""
        if self._is_closed:
            raise CoreClosed("watch plugins")
        watch = Watch(
            lambda: self._registry.roots,
            self.apply,
            clock=self._clocks.monotonic,
            force_polling=polling or None,
            warn=self._warn,
        )
        watching = Watching(watch)
        self._watchings.append(watching)
        # What changed since the plugins were found is caught up with; what changes from this look on, the watch sees.
        before = look(self._registry.roots)
        known = self._registry.snapshot.entries.values()
        loaded = {each.found.folder for each in known if each.generation is not None and each.generation.is_loaded}
        strange = before.folders.keys() - {each.found.folder for each in known}
        gone = {each.found.folder for each in known} - before.folders.keys()
        self.apply(Changes(changed=frozenset(loaded), added=frozenset(strange), removed=frozenset(gone)), True)
        watch.start(since=before)
        return watching

    def apply(self, changes: Changes, settled: bool) -> frozenset[Path]:
        """Swap in whatever changed, all of it at once; return the folders that cannot be loaded.

        Args:
            changes: plugin folders that were changed, added or removed.
            settled: whether they have been quiet for a while: only then is a failure told, for half a file is none.
        """
        with self._lock:
            touched = changes.changed | changes.added | changes.removed
            found, entries = self._found(), self._registry.snapshot.entries
            gone = (id_ for id_, each in entries.items() if id_ not in found and each.found.folder in touched)
            ready: dict[str, Entry | None] = dict.fromkeys(gone)
            failed: set[Path] = set()
            for id_, each in found.items():
                entry = entries.get(id_)
                if each.folder not in touched and (entry is None or each.folder == entry.found.folder):
                    continue
                try:
                    ready[id_] = self._successor(each, entry)
                except PluginError as error:
                    failed.add(each.folder)
                    if entry is None:
                        ready[id_] = _failing(each, error)
                    if settled:
                        self._tell_failed(id_, error)
            self._swap(ready)
            return frozenset(failed)

    def close(self) -> None:
        """Stop watching."""
        self._is_closed = True
        for watching in self._watchings:
            watching.stop()

    def _found(self) -> dict[str, Found]:
        """Return what lies in the folders now, by id. A manifest that cannot be read is that of the plugin it was."""
        known = {entry.found.folder: id_ for id_, entry in self._registry.snapshot.entries.items()}
        found = self._registry.found()
        return {known.get(each.folder, each.id) if each.manifest is None else each.id: each for each in found}

    def _successor(self, found: Found, entry: Entry | None) -> Entry:
        """Return the entry that comes after another, loaded; the same one when its files are the same.

        Raises:
            PluginError: it cannot be loaded.
        """
        before = None if entry is None else entry.generation
        if found.error is not None or found.manifest is None:
            if before is None:
                return entry if entry is not None and str(entry.found.error) == str(found.error) else entered(found)
            raise found.error or InvalidManifest(str(found.folder), "has no manifest that can be read")
        try:
            source = Source.read(found.folder)
        except OSError as error:
            raise InvalidManifest(str(found.folder), f"cannot be read: {error}") from error
        if entry is not None and before is not None and before.manifest == found.manifest and before.source == source:
            was_loaded = before.is_loaded
            self._guard.load(before)
            if not was_loaded:
                self._observers.tell(EventKind.PLUGIN_LOADED, plugin=found.id, code_hash=source.code_hash)
            return entry
        number = 1 if before is None else before.number + 1
        generation = Generation(found.manifest, found.folder, number=number, source=source)
        self._guard.load(generation)
        return Entry(found=found, generation=generation)

    def _swap(self, changes: Mapping[str, Entry | None]) -> None:
        """Publish the entries that differ from the present ones, in one swap, and tell of each."""
        before = self._registry.snapshot.entries
        real = {id_: entry for id_, entry in changes.items() if entry is not before.get(id_)}
        for id_ in self._failed & (changes.keys() - real.keys()):
            self._tell(id_, before[id_], before[id_])
        self._failed -= changes.keys()
        if not real:
            return
        for id_, entry in real.items():
            old = before.get(id_)
            if old is not None and old.generation is not None and old.generation.is_loaded:
                manifest, source = old.generation.manifest, old.generation.source
                self._before[id_] = _Before(found=old.found, manifest=manifest, source=source)
            if entry is not None and entry.generation is not None:
                self._guard.renew(entry.generation)
        self._registry.publish(real)
        for id_, entry in real.items():
            self._tell(id_, before.get(id_), entry)

    def _tell(self, plugin: str, before: Entry | None, after: Entry | None) -> None:
        if after is None or after.generation is None:
            self._observers.tell(EventKind.PLUGIN_REMOVED, plugin=plugin)
            return
        facts: dict[str, Any] = {"generation": after.generation.number, "version": after.generation.manifest.version}
        if before is None or before.generation is None:
            self._observers.tell(EventKind.PLUGIN_FOUND, plugin=plugin, folder=str(after.found.folder), **facts)
            return
        code_hash = after.generation.source.code_hash
        self._observers.tell(EventKind.PLUGIN_RELOADED, plugin=plugin, code_hash=code_hash, **facts)
        busy = self._registry.busy(plugin)
        if len(busy) >= _MOST_ALIVE:
            place = self._guard.standing(plugin=plugin)
            where = f"; one stands at {place}" if place else ""
            numbers = " and ".join(map(str, busy))
            self._warn(f"calls of generations {numbers} of plugin {plugin!r} are still under way{where}")

    def _warn(self, sentence: str) -> None:
        self._observers.tell(EventKind.WARNING, message=sentence)

    def _tell_failed(self, plugin: str, error: PluginError) -> None:
        entry = self._registry.snapshot.entries.get(plugin)
        kept = 0 if entry is None or entry.generation is None else entry.generation.number
        place = str(getattr(error, "place", "") or getattr(error, "path", ""))
        self._failed.add(plugin)
        facts = {name: value for name, value in describe(error).items() if name != "plugin"}
        cause = getattr(error, "error", "") or getattr(error, "reason", "") or str(error)
        facts |= {"place": place, "cause": str(cause), "excerpt": _line_at(place), "generation": kept}
        self._observers.tell(EventKind.RELOAD_FAILED, plugin=plugin, **facts)


def _failing(found: Found, error: PluginError) -> Entry:
    entry = entered(found)
    if entry.generation is not None:
        entry.generation.failure = str(error)
    return entry


def _line_at(place: str) -> str:
    """Return the line of source that a place names, as it is now; empty when there is none."""
    match = _PLACE.match(place)
    if match is None:
        return ""
    try:
        with Path(match[1]).open(encoding="utf-8", errors="replace") as file:
            line = next(islice(file, int(match[2]) - 1, None), "")
    except (OSError, ValueError):
        return ""
    return line.strip()[:_LONGEST]
