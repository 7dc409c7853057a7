"""Manifests: every key, where a mistake stands, and bytes that are none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qualia import records
from qualia._plugins.catalog import discover
from qualia._plugins.keys import KEYS, LIMIT_KEYS, SCHEMAS
from qualia._plugins.lines import line_of
from qualia._plugins.manifest import Limits, Manifest, flaws, manifest_of, read_manifest
from qualia.errors import InvalidManifest

GOOD = """
id = "lengths"
kind = "analyzer"
version = "1.2.3"
api = ">=1,<2"
summary = "How long a text is."
entry = "Lengths"
"""


def write(folder: Path, text: str | bytes) -> Path:
    """Write a manifest and return its path."""
    path = folder / "plugin.toml"
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("kind = 'analyzer'\nid =\n", ":2:5", "cannot be read: Invalid value"),
        ("kind = 'analyzer'\n[limits", ":2:8", "cannot be read: "),
        ("kind = '''analyzer\n", ":2:1", "cannot be read: "),
        ("\n\nkind = 'filter'", ":3", "kind 'filter' must be"),
        ("# idd\n\n'idd' = 1", ":3", "key 'idd' is unknown"),
        ("[limits]\nmax_failures = 0", ":2", "limit 'max_failures' must be"),
        ("\nlimits = { max_failures = 0 }", ":2", "limit 'max_failures' must be"),
        ("limits.isolation = 'x'", ":1", "limit 'isolation' must be"),
        ("consumes = [\n  'sentiment/1',\n  3,\n]", ":1", "key 'consumes' must be a list of texts"),
        ("consumes_when = 'colour=mood'", ":1", "must be a table of records, each with a text like"),
        ("\nconsumes_when = { 'sentiment/1' = 'colour' }", ":2", "key 'consumes_when' must be a table of records"),
        ('a = """\nkind = 1\n"""\nkind = 3', ":1", "key 'a' is unknown"),
        ("id = 'a'", "", "key 'kind' must be a text that is not empty, and is missing"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, place: str, sentence: str) -> None:
    """The path ends with line, and column where TOML itself is wrong, so that editors can go there."""
    path = write(tmp_path, text)
    with pytest.raises(InvalidManifest, match=re.escape(sentence)) as caught:
        read_manifest(path)
    assert caught.value.path == f"{path}{place}"
    assert "(at " not in str(caught.value)


LINES = st.sampled_from(
    (
        "",
        "# id = 1",
        "id = 1",
        '"id" = 1',
        'kind = """\nid = 2\n"""',
        "a = '''\nentry = 1\n'''",
        'b = "# entry"',
        "c = [\n 1, # id\n 2]",
        "limits.x = 1",
        'entry = \'x\' # """',
        "[limits]",
        "[other.limits]",
        "y = {x = 1}",
    )
)


@pytest.mark.properties
@given(
    lines=st.lists(LINES, max_size=6, unique=True),
    key=st.sampled_from((("id",), ("entry",), ("limits", "x"), ("kind",))),
)
def test_a_keys_line_is_where_it_is_written(lines: list[str], key: tuple[str, ...]) -> None:
    """It is the line after which the text has the key for the first time, long strings and lists notwithstanding."""
    rows = "\n".join(lines).split("\n")
    tables = [parsed("\n".join(rows[:count])) for count in range(len(rows) + 1)]
    assume(tables[-1] is not None)
    end = next((count for count, table in enumerate(tables) if has(table, key)), None)
    if end is not None:
        start = max(count for count in range(end) if tables[count] is not None) + 1
        assert line_of("\n".join(rows), *key) == start
    elif len(key) == 1:
        assert line_of("\n".join(rows), *key) is None


def parsed(text: str) -> dict[str, Any] | None:
    """Return what a TOML text holds; None when it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def has(table: Any, key: tuple[str, ...]) -> bool:
    """Tell whether a table has a key."""
    for each in key:
        if not isinstance(table, dict) or each not in table:
            return False
        table = table[each]
    return True


def test_everything_wrong_with_a_manifest_can_be_had_at_once() -> None:
    """For those who show all mistakes there is each of them, by key; the reader stops at the first."""
    table = {"id": 3, "kind": "filter", "limits": {"max_failures": 0}, "x": 1}
    keys = [flaw.keys for flaw in flaws(table)]
    assert keys == [("id",), ("kind",), ("limits", "max_failures"), ("x",), (), (), (), ()]


def test_the_declared_keys_are_those_a_manifest_has() -> None:
    """What is declared for the reader, for editors and for the reference page is what arrives."""
    assert [key.name for key in KEYS] == [each.name for each in attrs.fields(Manifest)]
    assert {key.name for key in LIMIT_KEYS} == {each.name for each in attrs.fields(Limits)}


def test_the_examples_of_the_declaration_are_a_manifest() -> None:
    """Each key's example is right by its own rules."""
    lines = [f"{key.name} = {key.example}" for key in KEYS if key.name not in ("accepts", "limits")]
    lines += ["[limits]", *(f"{key.name} = {key.example}" for key in LIMIT_KEYS)]
    assert isinstance(manifest_of(tomllib.loads("\n".join(lines))), Manifest)


def test_how_far_a_plugin_can_be_relied_on_is_told(tmp_path: Path) -> None:
    """A plugin is stable unless it says otherwise; a deprecated one may name what replaces it and stays usable."""
    stable = read_manifest(write(tmp_path, GOOD))
    assert (stable.lifecycle, stable.replaced_by) == ("stable", "")
    path = write(tmp_path, f"{GOOD}\nlifecycle = 'deprecated'\nreplaced_by = 'words'")
    assert (read_manifest(path).lifecycle, read_manifest(path).replaced_by) == ("deprecated", "words")
    assert discover([("folder", tmp_path)], search_path=[])[0].error is None


def test_a_byte_order_mark_and_other_line_ends_do_not_matter(tmp_path: Path) -> None:
    """Some editors write them."""
    path = write(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert read_manifest(path).id == "lengths"


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"a" * 70_000, b"a.\n" * 9, b"'''", b"id = 1" + b"0" * 5000, b"\r"],
    ids=["empty", "nul", "utf-16", "mark", "huge", "dots", "open", "number", "return"],
)
def test_bytes_that_are_no_manifest_are_told_of_in_one_sentence(tmp_path: Path, data: bytes) -> None:
    """Whatever stands in the file, it is a wrong manifest with a place and a reason."""
    with pytest.raises(InvalidManifest) as caught:
        read_manifest(write(tmp_path, data))
    assert "\n" not in str(caught.value)


@given(data=st.binary(max_size=60))
def test_any_bytes_are_a_manifest_or_an_invalid_one(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """No bytes make the reader fail in another way."""
    path = write(tmp_path_factory.getbasetemp(), data)
    with pytest.raises(InvalidManifest):
        read_manifest(path)


@pytest.mark.parametrize(
    "text",
    [f"a{'.a' * 30_000} = 1", f"x = {{a{'.a' * 30_000} = 1}}", "'a'" + ".'a'" * 15_000 + " = 1", f"[a{'.a' * 30_000}]"],
    ids=["key", "inline", "quoted", "table"],
)
def test_a_key_of_very_many_parts_is_refused_at_once(tmp_path: Path, text: str) -> None:
    """The standard library's reader would take half a minute for one."""
    with pytest.raises(InvalidManifest, match="nested too deeply"):
        read_manifest(write(tmp_path, text))


def test_many_dots_in_texts_are_no_deep_keys(tmp_path: Path) -> None:
    """Only keys count."""
    dots = "a." * 500
    assert read_manifest(write(tmp_path, GOOD.replace("How long", dots) + f"# {dots}\n")).id == "lengths"


PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=3,
)


@given(
    changes=st.dictionaries(st.sampled_from([key.name for key in KEYS]), PLAIN, min_size=1, max_size=3),
    limits=st.dictionaries(st.sampled_from([key.name for key in LIMIT_KEYS]), PLAIN, max_size=2),
)
def test_any_table_makes_a_right_manifest_or_none(changes: dict[str, Any], limits: dict[str, Any]) -> None:
    """What comes out has every field of its declared type, whatever goes in."""
    made = manifest_of(tomllib.loads(GOOD) | {"limits": limits} | changes)
    if isinstance(made, Manifest):
        assert all(type(getattr(made, key.name)) is str for key in KEYS if key.shape == "text")
        lists = [getattr(made, key.name) for key in KEYS if "texts" in key.shape]
        assert all(type(each) is tuple and all(type(text) is str for text in each) for each in lists)
        assert isinstance(made.limits, Limits)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_no_manifest_and_nobody_waits_for_it(tmp_path: Path) -> None:
    """Discovery passes over what is no file, and reading one says so."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "plugin.toml").mkdir()
    os.mkfifo(tmp_path / "b" / "plugin.toml")
    assert discover([("folder", tmp_path)], search_path=[]) == ()
    with pytest.raises(InvalidManifest, match="it is no file"):
        read_manifest(tmp_path / "b" / "plugin.toml")


def test_a_folder_that_links_to_itself_holds_no_plugins(tmp_path: Path) -> None:
    """Loops of links end."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "up").symlink_to(tmp_path)
    assert discover([("folder", tmp_path), ("folder", tmp_path / "loop")], search_path=[]) == ()


def test_the_reference_page_tells_of_every_key() -> None:
    """Its tables say what the declaration says, key by key and in its order."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "plugin-toml.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{key.name}` | {key.shape} | {'required' if key.required else key.default} | {key.help} |"
        for key in (*KEYS, *LIMIT_KEYS)
    ]


def test_the_records_a_manifest_may_name_are_those_there_are() -> None:
    """The reader knows their names without loading their classes."""
    assert set(SCHEMAS) == set(records.SCHEMAS)


def test_listing_plugins_loads_no_record() -> None:
    """Their classes cost more than reading six manifests does."""
    code = "import sys; from qualia import Core; c = Core(); list(c.plugins.values()); c.close()"
    subprocess.run([sys.executable, "-c", f"{code}; assert 'qualia.records' not in sys.modules"], check=True)
