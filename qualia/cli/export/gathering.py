"""Several results as one set of tables, and where each of them came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from qualia._values import is_mapping, is_sequence
from qualia._version import __version__
from qualia.cli.export.reading import Given
from qualia.cli.export.tables import Cell, Table, cell, tables_of, unlike

SOURCE = "source"
_PROVENANCE = ("plugin", "version", "code_hash", "produces", "params", "inputs", "engine_version", "started_at", "host")


@frozen
class Gathered:
    """Tables, and how what is in them came about."""

    tables: tuple[Table, ...]
    """The one that tells most first."""
    provenance: Table
    """A row for each result and for each that it was made from."""
    results: tuple[Mapping[str, Any], ...]
    """Each result's source and provenance as plain data."""

    @property
    def credits(self) -> tuple[str, ...]:
        """Each result in a line: its source, the plugins it went through, and when."""
        return tuple(f"{each[SOURCE]}: {_credit(each['provenance'])}" for each in self.results)


def gather(given: Sequence[Given]) -> Gathered:
    """Return the tables of results; those of several results have a column `SOURCE` first.

    Results of one kind share their tables; with several kinds each table's name begins with its kind.
    """
    kinds: dict[str, list[Given]] = {}
    for each in given:
        kinds.setdefault(each.kind, []).append(each)
    tables: list[Table] = []
    for kind, members in kinds.items():
        prefix = f"{kind}_" if len(kinds) > 1 else ""
        for table in _merged(members) if len(given) > 1 else _single(members[0]):
            taken = [other.name for other in tables]
            tables.append(Table(unlike(prefix + table.name, taken), table.columns, table.rows))
    results = tuple({SOURCE: each.source, "provenance": each.provenance} for each in given)
    return Gathered(tuple(tables), _provenance(results), results)


def _single(given: Given) -> tuple[Table, ...]:
    return tables_of(given.plain, schema=given.schema)


def _merged(given: Sequence[Given]) -> Iterator[Table]:
    parts: dict[str, list[tuple[str, Table]]] = {}
    for each in given:
        for table in _single(each):
            parts.setdefault(table.name, []).append((each.source, table))
    for name, tables in parts.items():
        columns = tuple(dict.fromkeys(column for _source, table in tables for column in table.columns))
        rows = [row for source, table in tables for row in _widened(source, table, columns)]
        first = unlike(SOURCE, columns)
        yield Table(name, (first, *columns), tuple(rows))


def _widened(source: str, table: Table, columns: tuple[str, ...]) -> Iterator[tuple[Cell, ...]]:
    if table.columns == columns:
        yield from ((source, *row) for row in table.rows)
        return
    places = {column: place for place, column in enumerate(table.columns)}
    for row in table.rows:
        yield (source, *(row[places[column]] if column in places else None for column in columns))


def _provenance(results: Sequence[Mapping[str, Any]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in results:
        for level, provenance in _chain(each["provenance"], 0):
            rows.append((each[SOURCE], level, *(cell(_shown(provenance.get(name))) for name in _PROVENANCE)))
    return Table("provenance", (SOURCE, "level", *_PROVENANCE), tuple(rows))


def _shown(item: object) -> object:
    return dict(item) if is_mapping(item) else item


def _chain(provenance: Mapping[str, Any], level: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield a provenance, and those of what it was made from, each with how many steps back it is."""
    yield level, provenance
    above = provenance.get("upstream")
    for each in above if is_sequence(above) else ():
        if is_mapping(each):
            yield from _chain(each, level + 1)


def _credit(provenance: Mapping[str, Any]) -> str:
    chain = [f"{each.get('plugin')} {each.get('version')}" for _level, each in _chain(provenance, 0)]
    started = str(provenance.get("started_at"))[:19].replace("T", " ")
    return f"{' < '.join(chain)}, {started} UTC, Qualia Core {provenance.get('engine_version')}"


def exported_with() -> str:
    """Return what made the tables."""
    return f"Qualia Core {__version__}"
