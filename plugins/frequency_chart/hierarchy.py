"""Treemap and sunburst as pictures."""

from __future__ import annotations

import math
from typing import Any

from qualia.draw import Theme, counted, drawable, fitted, frame, ink_on, number, points, size_of, text_width

from .areas import Arc, Box, arcs, squarified
from .scene import Item, Scene


def _canvas(figure: Any, head: float) -> tuple[Any, float, float]:
    """Return axes counted in pixels that fill what lies below the headline, and their size."""
    width, height = size_of(figure)
    wide, tall = width - 32, max(24.0, height - head - 14)
    axes = frame(figure, left=16, top=head, width=wide, height=tall)
    axes.set_xlim(0, wide)
    axes.set_ylim(0, tall)
    axes.set_axis_off()
    return axes, wide, tall


def paint_treemap(figure: Any, scene: Scene, colours: Theme, head: float) -> None:
    """Draw words as tiles; by speaker, each speaker's tiles stand together under the speaker's name."""
    axes, wide, tall = _canvas(figure, head)
    whole = Box(0.0, 0.0, wide, tall)
    if not scene.groups:
        fills = [colours.series[rank % len(colours.series)] for rank in range(len(scene.items))]
        _tiles(axes, scene, scene.items, whole, fills, colours)
        return
    rooms = squarified([group.count for group in scene.groups], whole)
    for place, (group, room) in enumerate(zip(scene.groups, rooms, strict=True)):
        inner = room.inset(2)
        name = fitted(group.name, inner.width - 8, 12, bold=True) if inner.height > 50 else ""
        if name:
            style = {"va": "top", "fontsize": points(12), "weight": "bold", "color": colours.ink}
            axes.text(inner.x + 2, inner.y + inner.height - 3, name, **style)
        below = Box(inner.x, inner.y, inner.width, inner.height - (20 if name else 0))
        fill = colours.series[place % len(colours.series)]
        _tiles(axes, scene, group.items, below, [fill] * len(group.items), colours)


def _tiles(axes: Any, scene: Scene, items: tuple[Item, ...], room: Box, fills: list[str], colours: Theme) -> None:
    from matplotlib.patches import Rectangle

    boxes = squarified([item.count for item in items], room)
    for item, box, fill in zip(items, boxes, fills, strict=True):
        style: dict[str, Any] = {"facecolor": fill, "edgecolor": colours.background, "linewidth": 1.5}
        axes.add_patch(Rectangle((box.x, box.y), box.width, box.height, **style))
        size = max(9.0, min(22.0, (box.width - 8) / _wide(item.word), box.height / 3))
        word = fitted(item.word, box.width - 8, size)
        if not word or box.height < size * 1.3 or (word != item.word and len(word) < 5):
            continue
        lines = word if box.height < size * 3 else f"{word}\n{number(item.count, scene.language)}"
        place = {"ha": "center", "va": "center", "fontsize": points(size), "color": ink_on(fill)}
        axes.text(box.x + box.width / 2, box.y + box.height / 2, lines, **place)


def _wide(text: str, *, bold: bool = False) -> float:
    """Return how wide a text is at a size of one pixel; marks alone, which have no width, are as wide as a letter."""
    return text_width(drawable(text), 1.0, bold=bold) or 1.0


def paint_sunburst(figure: Any, scene: Scene, colours: Theme, head: float) -> None:
    """Draw words as a ring; by speaker, a ring of speakers with their words around it."""
    axes, wide, tall = _canvas(figure, head)
    centre, radius = (wide / 2, tall / 2), min(wide, tall) / 2 - 2
    place = {"ha": "center", "va": "center", "fontsize": points(12), "color": colours.muted}
    total = sum(group.count for group in scene.groups) or sum(item.count for item in scene.items)
    nouns = ("ocorrência", "ocorrências") if scene.language == "pt" else ("occurrence", "occurrences")
    middle = counted(total, *nouns, language=scene.language).replace(" ", "\n")
    axes.text(*centre, middle, **place)
    if not scene.groups:
        pieces = arcs([item.count for item in scene.items])
        for rank, (item, arc) in enumerate(zip(scene.items, pieces, strict=True)):
            fill = colours.series[rank % len(colours.series)]
            _piece(axes, centre, arc, (radius * 0.32, radius), item.word, fill, colours)
        return
    turns = arcs([group.count for group in scene.groups])
    for rank, (group, turn) in enumerate(zip(scene.groups, turns, strict=True)):
        fill = colours.series[rank % len(colours.series)]
        _piece(axes, centre, turn, (radius * 0.22, radius * 0.56), group.name, fill, colours, bold=True)
        pieces = arcs([item.count for item in group.items], begin=turn.begin, end=turn.end)
        for item, arc in zip(group.items, pieces, strict=True):
            _piece(axes, centre, arc, (radius * 0.57, radius), item.word, fill, colours)


def _piece(
    axes: Any,
    centre: tuple[float, float],
    arc: Arc,
    ring: tuple[float, float],
    text: str,
    fill: str,
    colours: Theme,
    *,
    bold: bool = False,
) -> None:
    from matplotlib.patches import Wedge

    inner, outer = ring
    edge: dict[str, Any] = {
        "width": outer - inner,
        "edgecolor": colours.background,
        "linewidth": 1.2,
        "facecolor": fill,
    }
    axes.add_patch(Wedge(centre, outer, 90 - arc.end, 90 - arc.begin, **edge))
    thick = math.radians(min(arc.end - arc.begin, 120)) * (inner * 0.6 + outer * 0.4)
    size = min(12.0, thick / 1.25, max(8.5, (outer - inner - 8) / _wide(text, bold=bold)))
    word = fitted(text, outer - inner - 8, size, bold=bold) if size >= 7.5 else ""
    if not word:
        return
    angle, middle = 90 - arc.middle, (inner + outer) / 2
    upright = angle if -90 <= angle <= 90 else angle + 180
    x = centre[0] + middle * math.cos(math.radians(angle))
    y = centre[1] + middle * math.sin(math.radians(angle))
    style = {"fontsize": points(size), "color": ink_on(fill), "weight": "bold" if bold else "normal"}
    axes.text(x, y, word, ha="center", va="center", rotation=upright, rotation_mode="anchor", **style)
