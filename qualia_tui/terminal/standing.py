"""What stands on the terminal, so that nothing is sent a second time.

Textual paints whole parts of the screen whenever their place or their widget may have changed. Here each cell is
compared with what the terminal shows already, and only the difference goes over the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

Cell = tuple[str, str]
"""What stands in one cell, and the codes of its colours and attributes; the rest of a wide sign is empty."""
Codes = Callable[[Style], str]
"""Gives the codes of a style, without the brackets around them."""
Piece = tuple[int, int, Iterable[Segment]]
"""Column and line, from 0, and what shall stand from there on."""
_BLANK: Cell = (" ", "")
_BRIDGED = 4
"""Cells that stand already are sent again when they are no more than this: moving over them costs as much."""
_ERASED = 4
"""Blank cells at the end of a line from which on erasing them is shorter."""


class Standing:
    """What a terminal shows; it begins with nothing known.

    Attributes:
        size: columns and lines; None before anything was sent.
    """

    def __init__(self) -> None:
        self.size: tuple[int, int] | None = None
        self._lines: list[list[Cell]] = []

    def forget(self) -> None:
        """Know nothing any more: what is sent next clears the terminal first."""
        self.size = None

    def difference(self, pieces: Iterable[Piece], *, size: tuple[int, int], codes: Codes) -> str:
        """Return what makes a terminal show these pieces beside what it shows already; empty when it does.

        Args:
            pieces: what shall stand where.
            size: columns and lines of the terminal.
            codes: gives the codes of a style.
        """
        told: list[str] = []
        if size != self.size:
            self.size = size
            self._lines = [[_BLANK] * size[0] for _line in range(size[1])]
            told.append("\x1b[0m\x1b[2J")
        for column, row, segments in pieces:
            if 0 <= row < size[1] and 0 <= column < size[0]:
                told.append(self._line_difference(row, column, cells_of(segments, codes)))
        return "".join(told)

    def _line_difference(self, row: int, column: int, cells: Sequence[Cell]) -> str:
        line = self._lines[row]
        wanted = list(cells[: len(line) - column])
        if line[column : column + len(wanted)] == wanted:
            return ""
        runs = _runs(line, wanted, column)
        line[column : column + len(wanted)] = wanted
        told: list[str] = []
        for place, (begin, end) in enumerate(runs):
            told.append(f"\x1b[{begin + 1}G" if place else f"\x1b[{row + 1};{begin + 1}H")
            told.append(_painted(line[begin:end], is_last=end == len(line)))
        return "".join(told)


def _runs(line: Sequence[Cell], wanted: Sequence[Cell], column: int) -> list[tuple[int, int]]:
    """Return where a line and what is wanted from a column on differ, as begin and end of each stretch."""
    runs: list[tuple[int, int]] = []
    for place, cell in enumerate(wanted, column):
        if cell == line[place]:
            continue
        begin, end = place, place + 1
        # A wide sign is sent as a whole.
        while begin > column and not wanted[begin - column][0]:
            begin -= 1
        while end - column < len(wanted) and not wanted[end - column][0]:
            end += 1
        if runs and begin - runs[-1][1] <= _BRIDGED:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((begin, end))
    return runs


def _painted(cells: Sequence[Cell], *, is_last: bool) -> str:
    """Return what paints cells from where the cursor is; colours and attributes are off before and after."""
    count = len(cells)
    while is_last and count and cells[count - 1] == _BLANK:
        count -= 1
    if len(cells) - count < _ERASED:
        count = len(cells)
    told: list[str] = []
    now = ""
    for text, style in cells[:count]:
        if style != now and text:
            told.append(f"\x1b[0;{style}m" if now and style else f"\x1b[{style or '0'}m")
            now = style
        told.append(text)
    if now:
        told.append("\x1b[0m")
    if count < len(cells):
        told.append("\x1b[K")
    return "".join(told)


def cells_of(segments: Iterable[Segment], codes: Codes) -> list[Cell]:
    """Return segments cell by cell.

    Args:
        segments: texts with their styles; what steers the terminal is left out.
        codes: gives the codes of a style.
    """
    cells: list[Cell] = []
    for text, style, control in segments:
        if control:
            continue
        said = "" if style is None else codes(style)
        if text.isascii():
            cells.extend((sign, said) for sign in text)
            continue
        widths = [cell_len(sign) for sign in text]
        if sum(widths) != cell_len(text):
            # Signs that become one: they stay together, and nobody else stands in their cells.
            cells.append((text, said))
            cells.extend([("", said)] * (cell_len(text) - 1))
            continue
        for sign, width in zip(text, widths, strict=True):
            if width:
                cells.append((sign, said))
                cells.extend([("", said)] * (width - 1))
            elif cells:
                # It belongs to the sign before it, however wide that is.
                place = next((place for place in range(len(cells) - 1, -1, -1) if cells[place][0]), 0)
                cells[place] = (cells[place][0] + sign, cells[place][1])
    return cells
