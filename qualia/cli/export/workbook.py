"""Tables as an Excel workbook: a sheet for each, and one that tells where they came from."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from qualia.cli.export.gathering import Gathered, exported_with
from qualia.cli.export.neutral import whole
from qualia.cli.export.tables import Cell, Table
from qualia.errors import QualiaWarning

MOST_ROWS = 1_048_576
"""Rows of a sheet, its heading among them."""
MOST_CHARACTERS = 32_767
"""Characters of a cell, those beyond the basic plane counted twice."""
_MOST_NAME = 31
_WIDEST = 60
_LOOKED_AT = 200
# Whole numbers beyond are rounded by every spreadsheet.
_LARGEST = 10**15
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def workbook(gathered: Gathered, tables: Sequence[Table], *, most_rows: int = MOST_ROWS) -> bytes:
    """Return tables as an Excel workbook; the same tables give the same bytes.

    A table of more rows than a sheet takes goes on in the next one. A text of more characters than a cell takes is cut,
    and a warning says how many were; so do whole numbers of more digits than a spreadsheet keeps, which become texts.

    Args:
        gathered: what is told of where the tables came from.
        tables: those to write.
        most_rows: of a sheet, its heading among them.
    """
    file = io.BytesIO()
    written: Any = import_module("xlsxwriter").Workbook(file, _OPTIONS)
    written.set_properties(
        {
            "title": whole(", ".join(str(each["source"]) for each in gathered.results))[:250],
            "comments": whole("\n".join(gathered.credits))[:2_000],
            "author": exported_with(),
            "created": _moment(gathered),
        }
    )
    sheets = _Sheets(written, most_rows)
    for table in (*tables, gathered.provenance):
        sheets.add(table)
    written.close()
    if sheets.cut:
        told = f"{sheets.cut} texts were cut to the {MOST_CHARACTERS} characters that a cell of a spreadsheet holds"
        warnings.warn(f"{told}; csv, jsonl and parquet hold them whole", QualiaWarning, stacklevel=2)
    if sheets.as_text:
        told = f"{sheets.as_text} numbers are written as text, since a spreadsheet keeps 15 digits of them only"
        warnings.warn(told, QualiaWarning, stacklevel=2)
    return file.getvalue()


class _Sheets:
    """Adds sheets to a workbook and counts what does not fit."""

    def __init__(self, written: Any, most_rows: int) -> None:
        self._written: Any = written
        self._most: int = most_rows
        self._names: list[str] = []
        self._bold: Any = written.add_format({"bold": True, "bottom": 1})
        self.cut: int = 0
        self.as_text: int = 0

    def add(self, table: Table) -> None:
        """Add a table, on as many sheets as it takes."""
        at = 0
        while at == 0 or at < len(table.rows):
            rows = table.rows[at : at + self._most - 1]
            self._add(table, rows)
            at += max(1, len(rows))

    def _add(self, table: Table, rows: Sequence[tuple[Cell, ...]]) -> None:
        sheet = self._written.add_worksheet(self._name(table.name))
        for place, width in enumerate(_widths(table.columns, rows)):
            sheet.set_column(place, place, width)
        sheet.freeze_panes(1, 0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(table.columns) - 1)
        for place, name in enumerate(table.columns):
            sheet.write_string(0, place, self._fitting(name), self._bold)
        for number, row in enumerate(rows, start=1):
            for place, item in enumerate(row):
                self._write(sheet, number, place, item)

    def _write(self, sheet: Any, row: int, place: int, item: Cell) -> None:
        if item is None or item == "":
            return
        if isinstance(item, bool):
            sheet.write_boolean(row, place, item)
        elif isinstance(item, str):
            sheet.write_string(row, place, self._fitting(item))
        elif _is_kept(item):
            sheet.write_number(row, place, item)
        else:
            self.as_text += 1
            sheet.write_string(row, place, self._fitting(repr(item)))

    def _fitting(self, text: str) -> str:
        text = whole(text)
        if len(text) <= MOST_CHARACTERS // 2 or _units(text) <= MOST_CHARACTERS:
            return text
        self.cut += 1
        return _cut(text)

    def _name(self, name: str) -> str:
        """Return a name a sheet may have, which no other has, whatever their case."""
        clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", whole(name)).strip().strip("'") or "table"
        clean = f"{clean}_" if clean.casefold() in ("history", "histórico") else clean
        clean = _short(clean, _MOST_NAME)
        free, number = clean, 2
        while free.casefold() in self._names:
            free = f"{_short(clean, _MOST_NAME - len(f' {number}'))} {number}"
            number += 1
        self._names.append(free.casefold())
        return free


def _is_kept(number: float) -> bool:
    """Tell whether a spreadsheet keeps a number: whole ones up to 15 digits, others up to its largest."""
    return abs(number) < (_LARGEST if isinstance(number, int) else 9.99e307)


def _units(text: str) -> int:
    return len(text) + sum(1 for char in text if char > "\uffff")


def _short(text: str, most: int) -> str:
    while _units(text) > most:
        text = text[:-1]
    return text


def _cut(text: str) -> str:
    kept = text[:MOST_CHARACTERS]
    room = MOST_CHARACTERS - len(f"… [+{len(text)}]")
    while _units(kept) > room:
        kept = kept[: -max(1, (_units(kept) - room) // 2)]
    return f"{kept}… [+{len(text) - len(kept)}]"


def _widths(columns: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> list[int]:
    """Return how wide columns are, in characters, by their headings and first rows."""
    found: list[int] = []
    for place, name in enumerate(columns):
        longest = max((_length(row[place]) for row in rows[:_LOOKED_AT]), default=0)
        found.append(min(_WIDEST, max(8, len(name) + 4, longest + 2)))
    return found


def _length(item: Cell) -> int:
    return 0 if item is None else max(map(len, str(item).split("\n")))


def _moment(gathered: Gathered) -> datetime:
    """Return when the last of the results was made, so that the same results give the same bytes."""
    moments = [str(each["provenance"].get("started_at")) for each in gathered.results]
    return datetime.fromisoformat(max(moments)).replace(tzinfo=None)
