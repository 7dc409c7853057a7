"""Where a key stands is found in whatever a writer of TOML, JSON or YAML may write."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import tomli_w
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qualia.cli.project.positions import Keys, Positions, positions

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6) | st.sampled_from(
    ["a.b", "[[x]]", "k = 1", "'", '"', '"""', "#", "x: y", "{", "}", "a\nb = 1", "\\", "\t"]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.floats(0, 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)
TABLES = st.dictionaries(TEXTS, VALUES, max_size=4)


def ways(value: object, above: Keys = ()) -> Iterator[Keys]:
    """Yield the way to every key and item inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*above, key)
        yield from ways(item, (*above, key))


def exact(found: Positions, keys: Keys) -> bool:
    """Tell whether the place of a key is its own and not that of what it stands in."""
    spot, above = found.of(*keys), found.of(*keys[:-1])
    return spot is not None and (spot != above or len(keys) == 1)


def begins(text: str, found: Positions, keys: Keys) -> str:
    """Return the text from where a key stands to the end of its line."""
    spot = found.of(*keys)
    assert spot is not None
    return text.split("\n")[spot.line - 1][spot.column - 1 :]


@given(TABLES, st.sampled_from([None, 1]))
def test_every_key_of_json_is_found(table: dict[str, Any], indent: int | None) -> None:
    """At the place of a key the text goes on with that key."""
    text = json.dumps(table, indent=indent)
    found = positions(text, "json")
    for keys in ways(table):
        assert exact(found, keys)
        if isinstance(keys[-1], str):
            assert begins(text, found, keys).startswith(f"{json.dumps(keys[-1])}:")
    assert dict(found.twice) == {}


@settings(max_examples=60)
@given(TABLES, st.booleans())
def test_every_key_of_toml_is_found(table: dict[str, Any], multiline: bool) -> None:
    """Tables, lists of tables, inline ones and long strings hide no key, and no text is taken for one."""
    text = tomli_w.dumps(table, multiline_strings=multiline)
    found = positions(text, "toml")
    data = tomllib.loads(text)
    for keys in ways(data):
        line = begins(text, found, keys)
        if isinstance(keys[-1], str) and " = " in line and not line.startswith(("[", "{")):
            key = tomllib.loads(f"{line.split(' = ')[0]} = 1") if line[:1] not in "\"'" else None
            assert key is None or list(key) == [next(each for each in reversed(keys) if isinstance(each, str))]
    assert dict(found.twice) == {}


@given(TABLES)
def test_every_key_of_yaml_is_found(table: dict[str, Any]) -> None:
    """Each key and item has a place."""
    text = yaml.safe_dump(table)
    found = positions(text, "yaml")
    for keys in ways(yaml.safe_load(text)):
        assert found.of(*keys) is not None
    assert dict(found.twice) == {}
