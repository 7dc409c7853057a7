"""Rectangles and rings whose areas stand for numbers: pure geometry, no drawing."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from attrs import frozen


@frozen
class Box:
    """A rectangle, from its lower left corner, in any unit."""

    x: float
    y: float
    width: float
    height: float

    def inset(self, margin: float, *, top: float = 0.0) -> Box:
        """Return the box with a margin inside, ``top`` more of it at the top; never smaller than nothing."""
        width, height = max(0.0, self.width - 2 * margin), max(0.0, self.height - 2 * margin - top)
        return Box(self.x + margin, self.y + margin, width, height)


@frozen
class Arc:
    """A piece of a ring: degrees from twelve o'clock, clockwise."""

    begin: float
    end: float

    @property
    def middle(self) -> float:
        """Degrees of its middle."""
        return (self.begin + self.end) / 2


def squarified(values: Sequence[float], box: Box) -> list[Box]:
    """Divide a box into one box a value, of proportional area and as square as can be.

    Method: Bruls, Huizing, van Wijk, "Squarified Treemaps" (2000): a row along the shorter side takes values while its
    worst side ratio falls. Rows start at the top left.

    Args:
        values: positive, largest first for the best shapes.
        box: what to divide.
    """
    total = fsum(values)
    if total <= 0 or box.width <= 0 or box.height <= 0:
        return [Box(box.x, box.y, 0.0, 0.0) for _ in values]
    areas = [value / total * box.width * box.height for value in values]
    done: list[Box] = []
    room, start = box, 0
    while start < len(areas):
        side = min(room.width, room.height)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(areas[start:end], side):
            end += 1
        row, room = _laid(areas[start:end], room)
        done += row
        start = end
    return done


def _worst(areas: Sequence[float], side: float) -> float:
    if side <= 0:
        return float("inf")
    thickness = fsum(areas) / side
    return max(max(thickness * thickness / area, area / (thickness * thickness)) for area in areas)


def _laid(areas: Sequence[float], room: Box) -> tuple[list[Box], Box]:
    """Lay one row along the shorter side of the room; return it and the room left."""
    row: list[Box] = []
    if room.width >= room.height:
        thickness = fsum(areas) / room.height if room.height > 0 else 0.0
        y = room.y + room.height
        for area in areas:
            height = area / thickness if thickness > 0 else 0.0
            y -= height
            row.append(Box(room.x, y, thickness, height))
        return row, Box(room.x + thickness, room.y, max(0.0, room.width - thickness), room.height)
    thickness = fsum(areas) / room.width if room.width > 0 else 0.0
    x, y = room.x, room.y + room.height - thickness
    for area in areas:
        width = area / thickness if thickness > 0 else 0.0
        row.append(Box(x, y, width, thickness))
        x += width
    return row, Box(room.x, room.y, room.width, max(0.0, room.height - thickness))


def arcs(values: Sequence[float], *, begin: float = 0.0, end: float = 360.0) -> list[Arc]:
    """Divide a ring, or a piece of one, into one arc a value, clockwise."""
    total = fsum(values)
    found: list[Arc] = []
    at = begin
    for value in values:
        width = (end - begin) * value / total if total > 0 else 0.0
        found.append(Arc(at, at + width))
        at += width
    return found
