"""Which alerts are raised, for whoever looks at health: told from what the last look left behind."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from qualia.health import Component, Surroundings
from qualia_ops.alerts.store import FILE_NAME, recall

NAME = "alerts"
_LOOK = "look with: qualia alerts check"
_SHOWN = 5


@frozen
class AlertsCheck:
    """Tells how many alerts are raised. It is never worse than ok: what they are about counts by itself.

    Args:
        folder: the project's state folder; None when nothing is kept.
    """

    folder: Path | None

    @property
    def name(self) -> str:
        """What its component is called."""
        return NAME

    def look(self) -> Component:
        """Return how many are raised, and which; unknown while nobody looks for any, or what was known is lost."""
        if self.folder is None or not (self.folder / FILE_NAME).exists():
            told = "nobody has looked for alerts yet"
            return Component(name=NAME, status="unknown", reason=told, remedy=_LOOK)
        recalled = recall(self.folder)
        if recalled.trouble:
            return Component(name=NAME, status="unknown", reason=recalled.trouble, remedy=_LOOK)
        tracks = recalled.memory.tracks.values()
        raised = sorted(f"{each.rule} {each.subject}".strip() for each in tracks if each.raised_s is not None)
        return Component(name=NAME, status="ok", facts={"raised": len(raised), "which": ", ".join(raised[:_SHOWN])})


def alerts(surroundings: Surroundings) -> AlertsCheck:
    """Return the check for a project's alerts."""
    return AlertsCheck(surroundings.state_dir)
