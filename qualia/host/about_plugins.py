"""What can be asked about plugins, and done to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

from qualia._plugins.keys import FILE_NAME
from qualia._plugins.manifest import read_manifest
from qualia._values import to_plain
from qualia.circuit import CircuitStatus
from qualia.core import Core
from qualia.errors import PluginError
from qualia.host.recent import Recent
from qualia.host.verbs import Verb
from qualia.plugin import ParamSpec
from qualia.registry import PluginInfo
from qualia.words import translations_by

_CHARACTERS = 64 * 1024
"""Most that is told of a README or a manifest."""


@frozen
class AboutPlugins:
    """Answers what is asked about plugins."""

    core: Core
    recent: Recent

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        one = {"plugin": str}
        return (
            Verb(name="plugins.list", told="Every plugin with its state, breaker and counts.", call=self.all),
            Verb(
                name="plugins.inspect",
                told="One plugin with its params, README, manifest, limits and failures to load; this loads it.",
                call=self.inspect,
                takes=one,
                slow=True,
            ),
            Verb(name="plugins.enable", told="Switch a plugin on again.", call=self.enable, takes=one, changes=True),
            Verb(name="plugins.disable", told="Switch a plugin off.", call=self.disable, takes=one, changes=True),
            Verb(
                name="plugins.reload",
                told="Load what its folder holds now; a failure keeps the version before.",
                call=self.reload,
                takes=one,
                changes=True,
                slow=True,
            ),
            Verb(
                name="plugins.rollback",
                told="Go back to the code before the last reload.",
                call=self.rollback,
                takes=one,
                changes=True,
                slow=True,
            ),
            Verb(name="breaker.reset", told="Close its breaker.", call=self.reset, takes=one, changes=True),
            Verb(
                name="breaker.force_open",
                told="Open its breaker until it is reset.",
                call=self.force_open,
                takes=one,
                changes=True,
            ),
        )

    def all(self) -> list[dict[str, Any]]:
        """Return every plugin, in order of id."""
        return [self.facts(info) for _id, info in sorted(self.core.plugins.items())]

    def facts(self, info: PluginInfo) -> dict[str, Any]:
        """Return what is known of a plugin, as plain data."""
        plain = attrs.asdict(info, value_serializer=lambda _class, _field, value: _plain(value))
        counts, series = self.core.health.counts(info.id), self.recent.series(info.id)
        told = translations_by(info.folder, [info.summary])
        return {**plain, "breaker": self._breaker(info), "counts": counts, "series": series, "translations": told}

    def inspect(self, plugin: str) -> dict[str, Any]:
        """Return a plugin with its params; None in their place when it cannot be loaded, with the reason."""
        info = self.core.plugins[plugin]
        specs: Sequence[ParamSpec] | None = None
        trouble = ""
        try:
            specs = self.core.plugins.params(plugin)
        except PluginError as error:
            trouble = str(error)
        words = translations_by(info.folder, [info.summary, *(spec.help for spec in specs or ())])
        return {
            **self.facts(info),
            "translations": words,
            "params": None if specs is None else to_plain(specs),
            "trouble": trouble,
            "readme": _text_of(info.folder / "README.md"),
            "manifest": _text_of(info.folder / FILE_NAME),
            "limits": _limits(info.folder),
            "failures": self.recent.failures(plugin),
        }

    def enable(self, plugin: str) -> dict[str, Any]:
        """Switch a plugin on."""
        return self.facts(self.core.plugins.enable(plugin))

    def disable(self, plugin: str) -> dict[str, Any]:
        """Switch a plugin off."""
        return self.facts(self.core.plugins.disable(plugin))

    def reload(self, plugin: str) -> dict[str, Any]:
        """Reload a plugin."""
        return self.facts(self.core.reload(plugin))

    def rollback(self, plugin: str) -> dict[str, Any]:
        """Roll a plugin back."""
        return self.facts(self.core.rollback(plugin))

    def reset(self, plugin: str) -> dict[str, Any]:
        """Close a plugin's breaker."""
        self.core.plugins.breaker(plugin).reset()
        return self.facts(self.core.plugins[plugin])

    def force_open(self, plugin: str) -> dict[str, Any]:
        """Open a plugin's breaker by hand."""
        self.core.plugins.breaker(plugin).force_open()
        return self.facts(self.core.plugins[plugin])

    def _breaker(self, info: PluginInfo) -> Mapping[str, Any] | None:
        """Return a plugin's breaker as plain data; None when it cannot be called at all."""
        try:
            status: CircuitStatus = self.core.plugins.breaker(info.id).status()
        except PluginError:
            return None
        return attrs.asdict(status, value_serializer=lambda _class, _field, value: _plain(value))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def _text_of(path: Path) -> str:
    """Return what a file of a plugin says; empty when there is none that can be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_CHARACTERS)
    except OSError:
        return ""


def _limits(folder: Path) -> dict[str, Any] | None:
    """Return the limits a manifest asks for; None when it cannot be read."""
    try:
        return attrs.asdict(read_manifest(folder / FILE_NAME).limits)
    except PluginError:
        return None
