"""The JSON schema of plugin.toml says what the reader says."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qualia._plugins.catalog import shipped_folder
from qualia._plugins.keys import KEYS, LIMIT_KEYS
from qualia._plugins.manifest import flaws
from qualia.records import SCHEMAS
from qualia.validation.schema import SCHEMA_FILE, schema, schema_text

REQUIRED = ("id", "kind", "version", "api", "summary", "entry")
TYPES: dict[str, Any] = {"string": str, "array": list, "object": dict, "boolean": bool, "null": type(None)}
KNOWN = {"$schema", "title", "description", "type", "properties", "additionalProperties", "required", "allOf", "anyOf"}
MORE = {"if", "then", "not", "const", "enum", "items", "maxItems", "minItems", "pattern", "minimum"}


def allows(rule: dict[str, Any], value: Any) -> bool:
    """Whether a value satisfies a schema, as far as draft 2020-12 is used here; a word it does not know fails."""
    assert set(rule) <= KNOWN | MORE, set(rule) - KNOWN - MORE
    return (
        _is_of(rule.get("type"), value)
        and ("const" not in rule or _same(rule["const"], value))
        and ("enum" not in rule or any(_same(each, value) for each in rule["enum"]))
        and ("pattern" not in rule or type(value) is not str or re.search(rule["pattern"], value) is not None)
        and ("minimum" not in rule or isinstance(value, (str, bool, list, dict)) or value >= rule["minimum"])
        and ("anyOf" not in rule or any(allows(each, value) for each in rule["anyOf"]))
        and ("not" not in rule or not allows(rule["not"], value))
        and all(allows(each, value) for each in rule.get("allOf", ()))
        and ("if" not in rule or not allows(rule["if"], value) or allows(rule["then"], value))
        and _fits_list(rule, value)
        and _fits_table(rule, value)
    )


def _is_of(kind: str | None, value: Any) -> bool:
    if kind is None:
        return True
    if kind in ("integer", "number"):
        whole = type(value) is int or (type(value) is float and value.is_integer())
        return whole or (kind == "number" and type(value) is float)
    return type(value) is TYPES[kind]


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _fits_list(rule: dict[str, Any], value: Any) -> bool:
    if type(value) is not list:
        return True
    long_enough = rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value))
    return long_enough and all(allows(rule.get("items", {}), each) for each in value)


def _fits_table(rule: dict[str, Any], value: Any) -> bool:
    if type(value) is not dict:
        return True
    properties = rule.get("properties", {})
    known = rule.get("additionalProperties", True) or set(value) <= set(properties)
    there = set(rule.get("required", ())) <= set(value)
    return bool(known and there and all(allows(properties[name], value[name]) for name in value if name in properties))


RIGHT: dict[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from(["word_count", "a", "x9"]),
    "kind": st.sampled_from(["document", "analyzer", "visualizer"]),
    "version": st.sampled_from(["1.0.0", "2"]),
    "api": st.sampled_from([">=1,<2", "", ">=1"]),
    "summary": st.sampled_from(["Counts.", "Conta."]),
    "entry": st.sampled_from(["Entry", "Análise"]),
    "produces": st.sampled_from([*SCHEMAS, [], ["text/html"], [SCHEMAS[0]], list(SCHEMAS[:2]), "image/png"]),
    "consumes": st.lists(st.sampled_from(SCHEMAS), max_size=2),
    "consumes_when": st.dictionaries(st.sampled_from(SCHEMAS), st.sampled_from(["colour=mood", "a=b=c"]), max_size=2),
    "accepts": st.sampled_from([[], ["text/vtt"]]),
    "dependencies": st.sampled_from([[], ["attrs>=25"]]),
    "optional": st.sampled_from([[], ["attrs>=25"]]),
}
WRONG = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.just(1.5), st.just(""), st.just(" "), st.just("a\nb"), st.just({})
)
ODD = st.sampled_from([["x"], [1], "no such thing", "1.0", [[]], {"isolation": "jail"}, {SCHEMAS[0]: "colour"}])
LIMITS = st.dictionaries(
    st.sampled_from([*(key.name for key in LIMIT_KEYS), "unknown"]),
    st.sampled_from([0, 1, 64, 0.5, 2.5, "inline", "process", "jail", True, []]),
    max_size=3,
)
MANIFESTS = st.builds(
    lambda right, change, limits: {**right, **change, **limits},
    st.fixed_dictionaries(
        {name: RIGHT[name] for name in REQUIRED},
        optional={name: each for name, each in RIGHT.items() if name not in REQUIRED},
    ),
    st.dictionaries(
        st.sampled_from([*(key.name for key in KEYS if key.name != "limits"), "strange"]), WRONG | ODD, max_size=1
    ),
    st.fixed_dictionaries({}, optional={"limits": LIMITS}),
)


def _unwritable(table: dict[str, Any]) -> bool:
    """Whether a table holds what TOML has no word for."""
    return any(value is None for value in table.values())


@given(MANIFESTS)
def test_the_schema_takes_what_the_reader_takes(table: dict[str, Any]) -> None:
    """A manifest the reader finds right fits the schema, and one that does not fit has a flaw."""
    if _unwritable(table):
        return
    found = list(flaws(table))
    fits = allows(schema(), table)
    if fits:
        # Ranges, requirements and the two ids of a deprecated plugin are sentences of their own to the reader.
        assert all(_is_beyond_schema(flaw.keys) for flaw in found), (table, found)
    else:
        assert found, table


def _is_beyond_schema(keys: tuple[str, ...]) -> bool:
    return keys[:1] in (("api",), ("dependencies",), ("optional",), ("replaced_by",))


def test_the_file_that_ships_is_up_to_date() -> None:
    """The file beside the package is what the declaration makes."""
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


def test_every_key_has_its_description() -> None:
    """An editor that completes a key can say what it is for."""
    properties = json.loads(schema_text())["properties"]
    assert list(properties) == [key.name for key in KEYS]
    assert all(each["description"] for each in properties.values())
    assert list(properties["limits"]["properties"]) == [key.name for key in LIMIT_KEYS]


def test_the_shipped_manifests_fit() -> None:
    """The six plugins that ship are right by the schema too."""
    for path in shipped_folder().glob("*/plugin.toml"):
        assert allows(schema(), tomllib.loads(path.read_text(encoding="utf-8"))), path


def test_a_pattern_means_the_same_to_editors() -> None:
    """No pattern uses what only Python's expressions know, since editors read them as JavaScript."""
    for pattern in re.findall(r'"pattern": "(.+)"', schema_text()):
        assert not re.search(r"\\[AZzGK]|\(\?[P<]|\[\^\\W", json.loads(f'"{pattern}"')), pattern
    assert Path(SCHEMA_FILE).suffix == ".json"
