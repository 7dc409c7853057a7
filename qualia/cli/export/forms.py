"""The forms that tables take in a file: how each is named, made, and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

from qualia.cli.export.gathering import Gathered
from qualia.cli.export.tables import Table
from qualia.cli.words import spoken

Tables = Sequence[Table]


@frozen(kw_only=True)
class Form:
    """One form of tables in a file."""

    name: str
    suffixes: tuple[str, ...]
    """The first is the one that is given to new files."""
    make: Callable[[Gathered, Tables], bytes]
    has_one_table: bool = False
    """Whether a file holds one table only."""
    is_by_table: bool = False
    """Whether a folder gets a file for each table."""
    is_text: bool = True
    module: str | None = None
    """The library it takes; None when it takes none."""
    extra: str = ""
    """The extra that brings it."""


def all_forms(*, excel: bool) -> tuple[Form, ...]:
    """Return the forms there are; ``excel`` is whether CSV should be as Excel of the language spoken opens it."""
    return (
        Form(name="csv", suffixes=(".csv",), make=_excel if excel else _csv, has_one_table=True, is_by_table=True),
        Form(name="xlsx", suffixes=(".xlsx",), make=_xlsx, is_text=False, module="xlsxwriter", extra="export"),
        Form(name="markdown", suffixes=(".md", ".markdown"), make=_markdown),
        Form(name="html", suffixes=(".html", ".htm"), make=_html),
        Form(name="yaml", suffixes=(".yaml", ".yml"), make=_yaml),
        Form(name="jsonl", suffixes=(".jsonl", ".ndjson"), make=_jsonl, is_by_table=True),
        Form(
            name="parquet",
            suffixes=(".parquet",),
            make=_parquet,
            has_one_table=True,
            is_by_table=True,
            is_text=False,
            module="pyarrow",
            extra="parquet",
        ),
        Form(name="json", suffixes=(".json",), make=_json),
    )


def _csv(_gathered: Gathered, tables: Tables) -> bytes:
    from qualia.cli.export.separated import separated

    return separated(tables[0])


def _excel(_gathered: Gathered, tables: Tables) -> bytes:
    from qualia.cli.export.separated import excel_flavour, separated

    return separated(tables[0], excel_flavour(spoken()))


def _xlsx(gathered: Gathered, tables: Tables) -> bytes:
    from qualia.cli.export.workbook import workbook

    return workbook(gathered, tables)


def _markdown(gathered: Gathered, tables: Tables) -> bytes:
    from qualia.cli.export.marked import marked

    return f"{marked(gathered, tables)}\n".encode()


def _html(gathered: Gathered, tables: Tables) -> bytes:
    from qualia.cli.export.page import page

    return f"{page(gathered, tables)}\n".encode()


def _parquet(gathered: Gathered, tables: Tables) -> bytes:
    from qualia.cli.export.columnar import columnar

    return columnar(gathered, tables[0])


def _yaml(gathered: Gathered, tables: Tables) -> bytes:
    from qualia.cli.export.data import yaml_of

    return yaml_of(gathered, tables).encode()


def _json(gathered: Gathered, tables: Tables) -> bytes:
    from qualia.cli.export.data import json_of

    return json_of(gathered, tables).encode()


def _jsonl(gathered: Gathered, tables: Tables) -> bytes:
    from qualia.cli.export.data import lines_of

    return lines_of(gathered, tables).encode()
