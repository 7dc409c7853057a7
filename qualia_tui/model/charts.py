"""Pictures made of characters: bars, and bars to both sides of a middle."""

from __future__ import annotations

from qualia_tui.lines import Line, Span
from qualia_tui.model.amounts import decimal

_EIGHTHS = " ▏▎▍▌▋▊▉"
_SLIGHT = 0.05
"""What is nearer to the middle than this is neither to one side nor to the other."""


def bar(share: float, cells: int) -> str:
    """Return a bar of a share of so many cells; anything above nothing is at least a sliver.

    Args:
        share: from 0 to 1; what lies outside counts as the nearest of both.
        cells: cells of the whole.
    """
    if cells <= 0 or not share > 0:
        return ""
    eighths = max(1, round(min(share, 1.0) * cells * 8))
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def progress_bar(share: float | None, cells: int) -> str:
    """Return how far something is as a bar of exactly so many cells; without a share, an empty one."""
    full = bar(share or 0.0, cells)
    return full + "·" * max(0, cells - len(full))


def side(value: float) -> str:
    """Return the style of a value between -1 and 1: "bad", "ok" or, near the middle, "dim"."""
    if abs(value) < _SLIGHT:
        return "dim"
    return "ok" if value > 0 else "bad"


def mark(value: float) -> str:
    """Return a mark for a value between -1 and 1, for those who see no colours."""
    return {"ok": "+", "bad": "-", "dim": "·"}[side(value)]


def leaning(value: float, half: int) -> str:
    """Return a bar that leaves a middle to the left for a value below 0, to the right above it.

    Args:
        value: from -1 to 1.
        half: cells on each side of the middle.
    """
    filled = min(half, round(abs(value) * half))
    if abs(value) >= _SLIGHT:
        filled = max(1, filled)
    left = "█" * filled if value < 0 else ""
    right = "█" * filled if value > 0 else ""
    return f"{left:>{half}}│{right:<{half}}"


def leaning_line(value: float, half: int) -> Line:
    """Return such a bar with its figure before it."""
    return (Span(f"{signed(value)} "), Span(leaning(value, half), side(value)))


def signed(value: float) -> str:
    """Return a value with two digits and its sign."""
    return ("+" if value >= 0 else "-") + decimal(abs(value), 2)
