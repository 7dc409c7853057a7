"""What is known of records beforehand: the table that tells most, and the columns each list of theirs has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

import attrs
from attrs import field, frozen

from qualia._values import is_mapping, is_sequence
from qualia.document import Document, Segment
from qualia.records import SCHEMAS, Sentiment, WordFrequencies, record_type

_MAIN: Mapping[type[Any], str] = {WordFrequencies: "words", Sentiment: "sentences", Document: "segments"}
_OFFSETS = ("start", "end")


@frozen
class Kind:
    """What a class declares, for tables of its values."""

    main: str | None
    """The field that tells most; None for a class within a record."""
    columns: tuple[str, ...]
    """The fields of single values, offsets last: they are for programs."""
    rows: Mapping[str, Kind] = field(repr=False)
    """The fields that hold rows, and what these are."""


def kind_of(plain: object, schema: str | None) -> Kind | None:
    """Return what is known of a plain value: by its schema, or by its shape when that is None."""
    if not is_mapping(plain):
        return None
    known: dict[str, type[Any]] = {each: record_type(each) for each in SCHEMAS} | {Document.schema: Document}
    if schema is not None:
        return _declared(known[schema]) if schema in known else None
    found = [each for each in known.values() if _required(each) <= set(plain) <= _names(each)]
    return _declared(found[0]) if found else None


def spread(plain: Mapping[str, Any], kind: Kind) -> Mapping[str, Any]:
    """Return a record's plain data in the shape that becomes tables: references followed, long lists as rows.

    A document's segments hold their words and its text is lines; what each part has of a word is a row.
    """
    if kind.main == "segments":
        return _spread_document(plain)
    dispersion = plain.get("dispersion")
    if kind.main != "words" or not is_sequence(dispersion):
        return plain
    given = plain.get("parts")
    parts = [each.get("name") if is_mapping(each) else None for each in given] if is_sequence(given) else []
    return {**plain, "dispersion": [_spread_word(each, parts) for each in dispersion]}


def _spread_word(row: object, parts: list[Any]) -> object:
    if not is_mapping(row) or not is_sequence(row.get("in_parts")):
        return row
    counts = [
        {"part": number, "part_name": parts[number - 1] if number <= len(parts) else None, "count": count}
        for number, count in enumerate(row["in_parts"], start=1)
    ]
    return {**{name: item for name, item in row.items() if name != "in_parts"}, "parts": counts}


def _spread_document(plain: Mapping[str, Any]) -> dict[str, Any]:
    text, segments = str(plain.get("text") or ""), plain.get("segments")
    lines = [{"line": number, "text": line} for number, line in enumerate(text.split("\n"), start=1)]
    given = segments if is_sequence(segments) else ()
    rest = {name: item for name, item in plain.items() if name not in ("text", "segments")}
    spoken = [{"text": _between(text, each), **each} if is_mapping(each) else each for each in given]
    return {"segments": spoken or [{"text": text}], **rest, "lines": lines}


def _between(text: str, segment: Mapping[str, Any]) -> str:
    start, end = segment.get("start"), segment.get("end")
    return text[start:end] if isinstance(start, int) and isinstance(end, int) else ""


def _names(kind: type[Any]) -> set[str]:
    return {each.name for each in attrs.fields(kind)}


def _required(kind: type[Any]) -> set[str]:
    return {each.name for each in attrs.fields(kind) if each.default is attrs.NOTHING}


def _declared(kind: type[Any]) -> Kind:
    hints = get_type_hints(kind)
    rows: dict[str, Kind] = {}
    single: list[str] = ["text"] if issubclass(kind, Segment) else []
    for name in (each.name for each in attrs.fields(kind) if each.name != "in_parts"):
        inner = next((each for each in get_args(hints[name]) if attrs.has(each)), None)
        if inner is None:
            single.append(name)
        elif Ellipsis in get_args(hints[name]):
            rows[name] = _declared(inner)
    columns = [name for name in single if name not in _OFFSETS] + [name for name in single if name in _OFFSETS]
    return Kind(_MAIN.get(kind), tuple(columns), rows)
