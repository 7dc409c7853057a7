"""Plain data in the forms that programs read: JSON, JSON lines, YAML and CSV; of one source or of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from qualia._safe import safe_text
from qualia._values import is_sequence
from qualia.cli.output import Format, as_json, as_yaml

_SOURCE = "source"


def data_text(plain: Any, form: Format, *, schema: str | None = None) -> str:
    """Return plain data as text; a list is one line for each item as JSON lines.

    Args:
        plain: JSON-like data.
        form: any but "pretty".
        schema: what the data are, for CSV; None to tell by their shape.
    """
    if form == "json":
        return as_json(plain)
    if form == "yaml":
        return as_yaml(plain)
    if form == "jsonl":
        return "\n".join(as_json(each, indent=None) for each in (plain if is_sequence(plain) else [plain]))
    return csv_text([(None, plain, schema)])


def csv_text(values: Iterable[tuple[str | None, Any, str | None]]) -> str:
    """Return the main table of each value as CSV, one below the other.

    Columns that not every table has are empty where they are missing. Formulas are neutralised.

    Args:
        values: where each came from, for a first column ``source`` (None for no such column), its plain data, and what
            they are, as `tables_of` takes it.
    """
    from qualia.cli.export.tables import tables_of

    rows: list[Mapping[str, object]] = []
    columns: dict[str, None] = {}
    for source, plain, schema in values:
        table = tables_of(plain, schema=schema)[0]
        first = {} if source is None else {_SOURCE: source}
        names = [f"{name}_" if name in first else name for name in table.columns]
        columns |= dict.fromkeys([*first, *names])
        rows += [{**first, **dict(zip(names, row, strict=True))} for row in table.rows]
    return _csv(list(columns), rows)


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    import csv
    import io

    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(_field, columns))
    writer.writerows([_field(row.get(name)) for name in columns] for row in rows)
    return file.getvalue().rstrip("\n")


def _field(item: object) -> object:
    """Return what a cell holds, with a mark before what a spreadsheet would take for a formula."""
    from qualia.cli.export.neutral import without_formula

    if item is None:
        return ""
    if isinstance(item, bool):
        return "true" if item else "false"
    if not isinstance(item, str):
        return item
    return without_formula(safe_text(item))
