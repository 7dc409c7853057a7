"""Word frequencies as a picture."""

from __future__ import annotations

import math
from typing import Any

from qualia.draw import (
    Theme,
    fitted,
    frame,
    mix,
    number,
    percent,
    points,
    size_of,
    text_width,
)

from .hierarchy import paint_sunburst, paint_treemap
from .scene import Scene, words_of

_FEWEST = 5
"""As many bars have room at least, so that one alone is a bar and no wall."""


def paint_chart(figure: Any, scene: Scene, colours: Theme, head: float) -> None:
    """Paint the chart below a headline of ``head`` pixels."""
    painters = {
        "bar": _bars,
        "horizontal_bar": _horizontal_bars,
        "line": _line,
        "area": _line,
        "pie": _pie,
        "treemap": paint_treemap,
        "sunburst": paint_sunburst,
    }
    painters[scene.chart](figure, scene, colours, head)


def _count_ticks(axis: Any, scene: Scene) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=6, integer=True))

    def written(value: float, _: object) -> str:
        return number(value, scene.language)

    axis.set_major_formatter(FuncFormatter(written))
    axis.set_tick_params(length=0, labelsize=points(12))


def _upright(figure: Any, scene: Scene, head: float) -> Any:
    """Return axes with the words below them, flat where they fit and at 45 degrees where not."""
    width, height = size_of(figure)
    count, most = len(scene.items), max(item.count for item in scene.items)
    left = 48 + text_width(number(most, scene.language), 12)
    each = (width - left - 18) / count
    size = 12.0 if each >= 18 else 10.0
    limit = min(170.0, (height - head) * 0.4 / math.sqrt(0.5))
    names = [fitted(item.word, limit, size) for item in scene.items]
    widths = [text_width(name, size) for name in names]
    flat = max(widths) + 6 <= each
    below = size * 2.2 if flat else max(widths) * math.sqrt(0.5) + size * 1.6
    if not flat:
        left = max(left, *(wide * math.sqrt(0.5) - each * (place + 0.5) + 14 for place, wide in enumerate(widths)))
    room = {"left": left, "top": head + 4, "width": width - left - 18, "height": height - head - below - 10}
    axes = frame(figure, **room)
    turned = {} if flat else {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(range(count), names, fontsize=points(size), **turned)
    axes.tick_params(axis="x", length=0)
    spare = max(0.0, _FEWEST - count) / 2
    axes.set_xlim(-0.5 - spare, count - 0.5 + spare)
    _count_ticks(axes.yaxis, scene)
    axes.set_ylim(0, most * 1.1)
    axes.set_ylabel(words_of(scene.language)["count"], fontsize=points(12))
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    return axes


def _bars(figure: Any, scene: Scene, colours: Theme, head: float) -> None:
    axes = _upright(figure, scene, head)
    counts = [float(item.count) for item in scene.items]
    bars = axes.bar(range(len(counts)), counts, width=0.75, color=colours.series[0])
    texts = [number(item.count, scene.language) for item in scene.items]
    if max(text_width(text, 11) for text in texts) + 4 < (size_of(figure)[0] - 80) / len(counts):
        axes.bar_label(bars, texts, padding=2, fontsize=points(11), color=colours.muted)


def _line(figure: Any, scene: Scene, colours: Theme, head: float) -> None:
    axes = _upright(figure, scene, head)
    places, counts = range(len(scene.items)), [float(item.count) for item in scene.items]
    axes.plot(places, counts, color=colours.series[0], linewidth=points(2.5), marker="o", markersize=points(7))
    if scene.chart == "area":
        axes.fill_between(places, counts, color=mix(colours.series[0], colours.background, 0.65))


def _horizontal_bars(figure: Any, scene: Scene, colours: Theme, head: float) -> None:
    width, height = size_of(figure)
    counts = [float(item.count) for item in scene.items]
    tall = height - head - 52
    size = min(12.0, max(9.0, tall / len(counts) * 0.75))
    names = [fitted(item.word, min(220.0, width * 0.4), size) for item in scene.items]
    left = max(text_width(name, size) for name in names) + 26
    axes = frame(figure, left=left, top=head, width=width - left - 20, height=tall)
    bars = axes.barh(range(len(counts)), counts, height=0.75, color=colours.series[0])
    axes.bar_label(bars, [number(item.count, scene.language) for item in scene.items], padding=3, fontsize=points(size))
    axes.set_yticks(range(len(counts)), names, fontsize=points(size))
    axes.tick_params(axis="y", length=0)
    spare = max(0.0, _FEWEST - len(counts)) / 2
    axes.set_ylim(len(counts) - 0.4 + spare, -0.6 - spare)
    value = text_width(number(max(counts), scene.language), size) + 8
    axes.set_xlim(0, max(counts) * (1 + value / max(24.0, width - left - 20 - value)))
    _count_ticks(axes.xaxis, scene)
    axes.set_xlabel(words_of(scene.language)["count"], fontsize=points(12))
    axes.grid(axis="x")
    axes.spines["bottom"].set_visible(False)


def _pie(figure: Any, scene: Scene, colours: Theme, head: float) -> None:
    width, height = size_of(figure)
    tall = max(24.0, height - head - 12)
    axes = frame(figure, left=0, top=head, width=width, height=tall)
    radius = min(tall * 0.41, max(width * 0.12, width / 2 - 190))
    axes.set_xlim(-width / 2, width / 2)
    axes.set_ylim(-tall / 2, tall / 2)
    axes.set_axis_off()
    from matplotlib.patches import Wedge

    slices = [(item.word, item.count) for item in scene.items]
    fills = [colours.series[place % len(colours.series)] for place in range(len(slices))]
    if scene.rest:
        slices.append((words_of(scene.language)["rest"], scene.rest))
        fills.append(colours.neutral)
    drawn, at = sum(count for _, count in slices), 0.0
    sides: dict[bool, list[tuple[float, float, str, str]]] = {True: [], False: []}
    for (word, count), fill in zip(slices, fills, strict=True):
        turn = 360 * count / drawn
        edge: dict[str, Any] = {"width": radius * 0.52, "edgecolor": colours.background, "linewidth": 1.5}
        axes.add_patch(Wedge((0, 0), radius, 90 - at - turn, 90 - at, facecolor=fill, **edge))
        middle = math.radians(90 - at - turn / 2)
        share = percent(count / drawn, scene.language)
        sides[math.cos(middle) >= 0].append((math.sin(middle) * radius, math.cos(middle) * radius, word, share))
        at += turn
    for right, labels in sides.items():
        _beside(axes, labels, right=right, radius=radius, half=(width / 2, tall / 2), colours=colours)


def _beside(
    axes: Any,
    labels: list[tuple[float, float, str, str]],
    *,
    right: bool,
    radius: float,
    half: tuple[float, float],
    colours: Theme,
) -> None:
    """Write labels beside a pie, pushed apart so that none lies on another, each with a line to its slice."""
    step, sign = 17.0, 1 if right else -1
    ordered = sorted(labels, key=lambda label: -label[0])
    heights = spread([label[0] * 1.12 for label in ordered], step, half[1] - step / 2)
    for (y, x, word, share), height in zip(ordered, heights, strict=True):
        start = sign * (radius + 26)
        line = {"color": colours.muted, "linewidth": 0.8}
        axes.plot([x * 1.02, x * 1.08, start - sign * 4], [y * 1.02, height, height], **line)
        place = {"ha": "left" if right else "right", "va": "center", "fontsize": points(12)}
        room = min(180.0, half[0] - radius - 34 - text_width(f"  {share}", 12))
        axes.text(start, height, f"{fitted(word, room, 12)}  {share}", **place)


def spread(heights: list[float], step: float, limit: float) -> list[float]:
    """Return heights, given downwards, at least ``step`` apart and, if they fit, within plus minus ``limit``."""
    placed: list[float] = []
    for height in heights:
        placed.append(min(height, limit if not placed else placed[-1] - step))
    floor = -limit
    for place in range(len(placed) - 1, -1, -1):
        if placed[place] >= floor:
            break
        placed[place] = floor
        floor += step
    return placed
