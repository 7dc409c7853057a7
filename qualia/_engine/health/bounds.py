"""From which number on something is no longer well. `qualia doctor` goes by the same ones."""

from __future__ import annotations

from typing import Literal

FULL_PERCENT = 90
"""Share of the disk, or of the memory this process may use, from which on it is tight."""
LITTLE_BYTES = 500_000_000
"""Free room below which a disk is tight, however large it is."""
LEAST_BYTES = 50_000_000
"""Free room below which a disk counts as full: nothing of any size can be written."""
FEW_CALLS = 5
"""Calls that must have been made before the share of failures says anything."""
CALM_S = 600.0
"""Seconds without new trouble after which a cache that met some is well again."""


def room_status(free: int, total: int) -> Literal["ok", "degraded", "failing"]:
    """Return how a disk is.

    Args:
        free: bytes that are free.
        total: bytes there are.
    """
    if free < LEAST_BYTES:
        return "failing"
    return "degraded" if free < LITTLE_BYTES or percent(total - free, total) >= FULL_PERCENT else "ok"


def percent(part: int, whole: int) -> int:
    """Return a share in percent, rounded down; 100 of nothing."""
    return part * 100 // whole if whole > 0 else 100
