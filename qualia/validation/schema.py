"""The JSON schema of ``plugin.toml``, made from the one declaration the reader checks by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from qualia._plugins.keys import KEYS, LIMIT_KEYS, Key
from qualia.records import SCHEMAS

SCHEMA_FILE = Path(__file__).with_name("plugin.schema.json")
"""The schema as it ships, for editors."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_ONE_LINE = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"
# Editors read expressions as JavaScript, whose letters are those of ASCII.
_PORTABLE: Mapping[str, str] = {r"[^\W\d]\w*": r"[A-Za-z_\u00a1-\uffff][0-9A-Za-z_\u00a1-\uffff]*"}


def schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of ``plugin.toml`` as plain data."""
    return {
        "$schema": _DIALECT,
        "title": "plugin.toml",
        "description": "What a Qualia plugin says of itself.",
        **_table(KEYS),
        "allOf": [_only_for(key) for key in KEYS if key.kinds] + [*_produces()],
    }


def schema_text() -> str:
    """Return the JSON schema of ``plugin.toml`` as JSON."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _table(keys: Iterable[Key]) -> dict[str, Any]:
    known = tuple(keys)
    required = [key.name for key in known if key.required]
    table: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _property(key) for key in known},
    }
    return {**table, "required": required} if required else table


def _property(key: Key) -> dict[str, Any]:
    told = f"{key.help} Left out: {key.default}." if key.default else key.help
    return {"description": told, **_shape(key)}


def _shape(key: Key) -> dict[str, Any]:
    text = _text(key)
    shapes: Mapping[str, dict[str, Any]] = {
        "text": text,
        "texts": {"type": "array", "items": text},
        "text or texts": {"anyOf": [text, {"type": "array", "items": {"type": "string"}}]},
        "count": {"type": "integer", "minimum": key.least},
        "seconds": {"type": "number", "minimum": key.least},
        "table": _table(LIMIT_KEYS) if key.shape == "table" else {},
        "conditions": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(SCHEMAS, text),
        },
    }
    return shapes[key.shape]


def _text(key: Key) -> dict[str, Any]:
    if key.choices:
        return {"enum": list(key.choices)}
    if key.pattern:
        return {"type": "string", "pattern": f"^(?:{_PORTABLE.get(key.pattern, key.pattern)})$"}
    if key.holds == "record":
        return {"enum": list(SCHEMAS)}
    return {"type": "string", "pattern": _ONE_LINE} if key.shape != "texts" else {"type": "string"}


def _only_for(key: Key) -> dict[str, Any]:
    """Say that a key is for some kinds of plugin alone; an empty list or table of it does no harm."""
    return {
        "if": {"properties": {"kind": {"not": {"enum": list(key.kinds)}}}, "required": ["kind"]},
        "then": {"properties": {key.name: {"enum": [{}]} if key.shape == "conditions" else {"maxItems": 0}}},
    }


def _produces() -> Iterable[dict[str, Any]]:
    """Say what `produces` may be for each kind: a record, or media types of which a visualizer needs at least one."""
    record = {"enum": list(SCHEMAS)}
    one = {"anyOf": [record, {"type": "array", "items": record, "maxItems": 1}]}
    some = {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1}]}
    yield {"if": _is("analyzer"), "then": {"properties": {"produces": one}}}
    yield {"if": _is("visualizer"), "then": {"properties": {"produces": some}, "required": ["produces"]}}


def _is(kind: str) -> dict[str, Any]:
    return {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
