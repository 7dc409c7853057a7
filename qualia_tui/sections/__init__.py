"""The sections of the console, in the order of their keys. One is imported when it is first shown."""

from __future__ import annotations

from attrs import frozen


@frozen
class Entry:
    """One section."""

    name: str
    title: str
    """In English: what `qualia_tui.words` translates."""
    target: str
    """Its class, as ``module:name`` below this package."""


ENTRIES = (
    Entry("health", "Health", "health:Health"),
    Entry("plugins", "Plugins", "plugins:Plugins"),
    Entry("pipelines", "Pipelines", "pipelines:Pipelines"),
    Entry("runs", "Runs", "runs:Runs"),
    Entry("backups", "Backups", "backups:Backups"),
    Entry("log", "Log", "log:Log"),
)
