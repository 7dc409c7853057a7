"""Graphs of one line, made of text: as wide as they have points, and no more bytes than that."""

from __future__ import annotations

from collections.abc import Sequence

from qualia_tui.lines import Span, Style

BARS = "▁▂▃▄▅▆▇█"
"""From low to high; the painting has an ASCII mark for each."""
NOTHING = " "


def spark(values: Sequence[float], width: int, *, top: float | None = None) -> str:
    """Return values as bars, the latest at the right end; nothing stands where there is no value, or a value of 0.

    Args:
        values: from the oldest to the latest; negative ones count as 0.
        width: cells. Of more values than that, neighbours are added up.
        top: the value of the highest bar; None for the highest value there is.
    """
    if width <= 0:
        return ""
    points = folded(values, width)
    highest = max(points, default=0.0) if top is None else top
    if highest <= 0:
        return NOTHING * width
    bars = (BARS[min(len(BARS) - 1, int(each / highest * len(BARS)))] if each > 0 else NOTHING for each in points)
    return "".join(bars).rjust(width)


def folded(values: Sequence[float], width: int) -> list[float]:
    """Return values as at most so many sums of neighbours; the latest value is in the last of them."""
    kept = [max(0.0, float(each)) if each == each else 0.0 for each in values]
    group_of = -(-len(kept) // width) if width > 0 else 1
    if group_of <= 1:
        return kept
    first = len(kept) % group_of
    groups = [kept[place : place + group_of] for place in range(first, len(kept), group_of)]
    return [sum(group) for group in ([kept[:first]] if first else []) + groups]


def graph(calls: Sequence[float], errors: Sequence[float], width: int) -> Span:
    """Return calls over time as one span, which has the style of trouble when the latest point has errors.

    Args:
        calls: by point of time, the latest last.
        errors: how many of them failed.
        width: cells.
    """
    latest = folded(errors, width)[-1:] or [0.0]
    style: Style = "bad" if latest[0] > 0 else "bar"
    return Span(spark(calls, width), style)
