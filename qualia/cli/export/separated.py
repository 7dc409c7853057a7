"""A table as comma-separated values."""

from __future__ import annotations

import csv
import io

from attrs import frozen

from qualia.cli.export.neutral import whole, without_formula
from qualia.cli.export.tables import Cell, Table


@frozen(kw_only=True)
class Flavour:
    """What a program that opens the file expects."""

    separator: str = ","
    decimal: str = "."
    mark: str = ""
    """What the file begins with."""


PLAIN = Flavour()
"""As RFC 4180 has it: commas, points, UTF-8."""


def excel_flavour(language: str) -> Flavour:
    """Return what Excel of a language opens with a double click; it takes UTF-8 only behind a byte order mark."""
    is_point = language.startswith("en")
    return Flavour(separator="," if is_point else ";", decimal="." if is_point else ",", mark="\ufeff")


def separated(table: Table, flavour: Flavour = PLAIN) -> bytes:
    """Return a table as CSV in UTF-8, a heading first; texts that begin like formulas have an apostrophe before them.

    Empty cells are empty, truths are ``true`` and ``false``, and half characters become U+FFFD.
    """
    file = io.StringIO()
    file.write(flavour.mark)
    writer = csv.writer(file, delimiter=flavour.separator, lineterminator="\r\n")
    writer.writerow([_field(name, flavour) for name in table.columns])
    writer.writerows([_field(item, flavour) for item in row] for row in table.rows)
    return file.getvalue().encode()


def _field(item: Cell, flavour: Flavour) -> str:
    if item is None:
        return ""
    if isinstance(item, str):
        return without_formula(whole(item))
    if isinstance(item, bool):
        return "true" if item else "false"
    return repr(item).replace(".", flavour.decimal) if isinstance(item, float) else str(item)
