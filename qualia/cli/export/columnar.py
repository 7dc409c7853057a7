"""A table as Parquet, for programs that read columns: typed, compressed, with its provenance in the file."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from qualia.cli.export.gathering import Gathered, exported_with
from qualia.cli.export.neutral import whole
from qualia.cli.export.tables import Cell, Table

METADATA = b"qualia"
"""The key of the file's metadata that holds the provenance as JSON."""
_EXACT = 2**53
_LARGEST = 2**63


def columnar(gathered: Gathered, table: Table) -> bytes:
    """Return a table as Parquet.

    A column of whole numbers is int64, of numbers double, of truths bool, and any other is text, in which numbers and
    truths stand as JSON has them. Half characters become U+FFFD.
    """
    pyarrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    about: Any = {"exported_with": exported_with(), "table": table.name, "results": gathered.results}
    columns = [_column([row[place] for row in table.rows], pyarrow) for place in range(len(table.columns))]
    names = [whole(name) for name in table.columns]
    metadata = {METADATA: json.dumps(about).encode()}
    fields = [pyarrow.field(name, column.type) for name, column in zip(names, columns, strict=True)]
    made = pyarrow.Table.from_arrays(columns, schema=pyarrow.schema(fields, metadata=metadata))
    file = io.BytesIO()
    parquet.write_table(made, file, compression="zstd")
    return file.getvalue()


def _column(items: Sequence[Cell], pyarrow: Any) -> Any:
    kinds = {type(item) for item in items if item is not None}
    whole_numbers = [item for item in items if type(item) is int]
    if kinds == {bool}:
        return pyarrow.array(items, pyarrow.bool_())
    if kinds == {int} and all(-_LARGEST <= item < _LARGEST for item in whole_numbers):
        return pyarrow.array(items, pyarrow.int64())
    if kinds and kinds <= {int, float} and all(abs(item) <= _EXACT for item in whole_numbers):
        return pyarrow.array([None if item is None else float(item) for item in items], pyarrow.float64())
    return pyarrow.array([_text(item) for item in items], pyarrow.string())


def _text(item: Cell) -> str | None:
    if item is None:
        return None
    return whole(item) if isinstance(item, str) else json.dumps(item)
