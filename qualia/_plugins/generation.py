"""One version of a plugin, from the moment it is known until its last call is over."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualia._plugins.keys import Isolation
from qualia._plugins.manifest import Manifest

if TYPE_CHECKING:
    # What plugins are made of is loaded with the first of them: finding them needs none of it.
    from qualia._plugins.loader import Package, Source
    from qualia.plugin import ParamSpec, Plugin

Ending = Callable[[], object]


class Generation:
    """A version of a plugin: its files are read, and its package loaded, when that is first needed.

    Every snapshot that holds this version holds this object, so loading it is no change of version.

    Args:
        manifest: what its ``plugin.toml`` says.
        folder: where it lies.
        number: which generation of its plugin it is, from 1.
        source: its files; None to read them when they are first needed.

    Attributes:
        manifest: what its ``plugin.toml`` says.
        folder: where it lies.
        number: which generation of its plugin it is, from 1.
        name: a name that no other generation of this process has.
        failure: why it could not be loaded the last time; empty when it could, or nobody has tried.
    """

    def __init__(self, manifest: Manifest, folder: Path, *, number: int = 1, source: Source | None = None) -> None:
        self.manifest: Manifest = manifest
        self.folder: Path = folder
        self.number: int = number
        self.name: str = f"{manifest.id}#g{number}-{os.urandom(4).hex()}"
        self.failure: str = ""
        self._source: Source | None = source
        self._package: Package | None = None
        self._specs: tuple[ParamSpec, ...] | None = None
        self._is_open: bool = False
        self._is_told: bool = False
        # What its calls want done when it is closed, in the order they said so.
        self._endings: dict[Ending, None] = {}
        self._locks: dict[int, threading.RLock] = {}

    @property
    def is_loaded(self) -> bool:
        """Whether its package is loaded, here or in a process of its own."""
        return self._package is not None or self._specs is not None

    @property
    def is_open(self) -> bool:
        """Whether its `Plugin.open` has run here."""
        return self._is_open

    @property
    def at_work(self) -> Plugin[Any] | None:
        """The plugin itself, when its `Plugin.open` has run here; None otherwise."""
        package = self._package
        return package.plugin if self._is_open and package is not None else None

    def is_ready(self, mode: Isolation) -> bool:
        """Tell whether it can be called where its calls are made."""
        return (self._package is not None) if mode != "process" else (self._specs is not None)

    @property
    def source(self) -> Source:
        """Its files, as they were when they were first needed.

        Raises:
            OSError: a file cannot be read.
        """
        if self._source is None:
            from qualia._plugins.loader import Source

            with self._locked():
                if self._source is None:
                    self._source = Source.read(self.folder)
        return self._source

    def package(self) -> Package:
        """Return its package, loaded into this process when that is first needed.

        Whatever the plugin's code raises while it is loaded passes through; the next call tries again.

        Raises:
            InvalidManifest: it holds no such plugin as its manifest says.
        """
        if self._package is None:
            from qualia._plugins.loader import load

            with self._locked():
                if self._package is None:
                    self._package = load(self.manifest, self.source, number=self.number)
                    self.failure = ""
        return self._package

    def described(self, ask: Callable[[], tuple[ParamSpec, ...]]) -> tuple[ParamSpec, ...]:
        """Return the params it declares without loading it here; ``ask`` finds them out, once."""
        if self._specs is None:
            with self._locked():
                if self._specs is None:
                    self._specs = ask()
                    self.failure = ""
        return self._specs

    def tell_once(self) -> bool:
        """Return whether that it is loaded is still to be told, once for each time that it is."""
        with self._locked():
            before, self._is_told = self._is_told, True
        return not before

    def open_once(self, action: Callable[[Callable[[], None]], None]) -> None:
        """Get the plugin ready before its first call here; ``action`` runs its `Plugin.open`."""
        if not self._is_open:
            plugin = self.package().plugin
            with self._locked():
                if not self._is_open:
                    action(plugin.open)
                    self._is_open = True

    def at_end(self, ending: Ending) -> None:
        """Have something done when it is closed; said twice, it is done once."""
        with self._locked():
            self._endings.setdefault(ending)

    def endings(self) -> list[Ending]:
        """Take out what is to be done now that it is closed, in order."""
        with self._locked():
            endings = [*reversed(self._endings)]
            self._endings.clear()
            if self._is_open and self._package is not None:
                self._is_open = False
                endings.append(self._package.plugin.close)
        return endings

    def unload(self) -> None:
        """Take its package out of this process; twice is fine."""
        with self._locked():
            package, self._package, self._specs, self._is_told = self._package, None, None, False
        if package is not None:
            package.unload()

    def _locked(self) -> threading.RLock:
        """Return its lock. A forked child has its own: it must not wait for a thread that it does not have."""
        pid = os.getpid()
        return self._locks.get(pid) or self._locks.setdefault(pid, threading.RLock())
