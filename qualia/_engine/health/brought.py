"""Checks that distributions bring: found from files alone, and imported by the first report that asks them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from attrs import evolve

from qualia._plugins.entries import Entry, entries, is_left_out
from qualia.health import GROUP, Check, Component, Surroundings


class Brought:
    """One check that a distribution brings.

    Args:
        entry: its entry point.
        around: what it is given.
    """

    def __init__(self, entry: Entry, around: Surroundings) -> None:
        self.name: str = entry.name
        self.distribution: str = entry.distribution
        self._entry: Entry = entry
        self._around: Surroundings = around
        self._check: Check | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether it could be imported."""
        return self._check is not None

    def look(self) -> Component:
        """Import the check when that was not done yet, and ask it; whatever goes wrong passes through."""
        if self._check is None:
            module, _colon, path = self._entry.value.partition(":")
            found: Any = import_module(module.strip())
            for part in path.partition("[")[0].strip().split("."):
                found = getattr(found, part)
            make: Callable[[Surroundings], Check] = found
            self._check = make(self._around)
        return evolve(self._check.look(), name=self.name)


def brought(around: Surroundings, search_path: Iterable[str] | None = None) -> tuple[Brought, ...]:
    """Return the checks that distributions bring, in order of name; of several of one name the first counts.

    One of our own whose package was left out of this installation, though its name stayed, is none.

    Args:
        around: what they are given.
        search_path: where distributions are installed; None for ``sys.path``.
    """
    found: dict[str, Brought] = {}
    path = list(sys.path if search_path is None else search_path)
    for entry in entries(path, GROUP):
        if not is_left_out(entry, path):
            found.setdefault(entry.name, Brought(entry, around))
    return tuple(found[name] for name in sorted(found))
