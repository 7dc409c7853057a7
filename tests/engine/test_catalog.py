"""Manifests and discovery: read without importing, wrong ones explained, healthy ones never disturbed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia._plugins.catalog import discover
from qualia._plugins.manifest import Limits, read_manifest
from qualia._plugins.selection import Found
from qualia.errors import DuplicatePlugin, InvalidManifest, PluginUnavailable

GOOD = {
    "id": '"lengths"',
    "kind": '"analyzer"',
    "version": '"1.2.3"',
    "api": '">=1,<2"',
    "summary": '"How long a text is."',
    "entry": '"Lengths"',
}


def manifest(folder: Path, **changes: str | None) -> Path:
    """Write a good manifest with some keys changed, added or (None) left out."""
    lines = [f"{key} = {value}" for key, value in (GOOD | changes).items() if value is not None]
    path = folder / "plugin.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def found(*folders: Path, **options: Any) -> dict[str, Found]:
    """Discover plugins by id."""
    plugins = discover([("folder", each) for each in folders], search_path=options.pop("search_path", []), **options)
    return {each.id: each for each in plugins}


def test_a_manifest_says_what_a_plugin_is(tmp_path: Path) -> None:
    """Every key arrives under its name; what is not said has its default."""
    path = manifest(
        tmp_path,
        produces='"sentiment/1"',
        consumes='["word-frequencies/1"]',
        dependencies='["textblob>=0.18"]',
        limits='{max_failures = 2, timeout_seconds = 5, isolation = "process"}',
    )
    read = read_manifest(path)
    assert (read.id, read.kind, read.version, read.entry) == ("lengths", "analyzer", "1.2.3", "Lengths")
    assert (read.produces, read.consumes, read.accepts) == (("sentiment/1",), ("word-frequencies/1",), ())
    assert read.dependencies == ("textblob>=0.18",)
    assert read.limits == Limits(max_failures=2, timeout_seconds=5, isolation="process")
    assert read_manifest(manifest(tmp_path)).limits == Limits()


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("idd", '"x"', "key 'idd' is unknown; did you mean 'id'"),
        ("id", None, "key 'id' must be a text that is not empty"),
        ("id", "3", "key 'id' must be a text"),
        ("id", '"Lengths"', "id 'Lengths' must be lower-case letters"),
        ("id", '"../up"', r"id '\.\./up' must be lower-case letters"),
        ("id", f'"{"a" * 65}"', "at most 64 of them"),
        ("kind", '"filter"', "kind 'filter' must be document, analyzer or visualizer"),
        ("kind", None, "key 'kind' must be a text"),
        ("accepts", '["text/vtt"]', "only a document plugin accepts media types"),
        ("version", "1.0", "key 'version' must be a text"),
        ("version", '" "', "key 'version' must be a text that is not empty"),
        ("api", '"one"', "'one' is not a version range; write it like '>=1,<2'"),
        ("summary", None, "key 'summary' must be a text"),
        ("entry", '"a.b"', r"entry 'a\.b' must be the name of a class"),
        ("produces", '"words/1"', "record 'words/1' is unknown"),
        ("produces", "3", "key 'produces' must be a list of texts"),
        ("produces", '["sentiment/1", "word-frequencies/1"]', "an analyzer produces one record at most"),
        ("consumes", '"sentiment/1"', "key 'consumes' must be a list of texts"),
        ("consumes", '["sentiment/2"]', "record 'sentiment/2' is unknown; did you mean 'sentiment/1'"),
        ("accepts", "[1]", "key 'accepts' must be a list of texts"),
        ("dependencies", '["a b"]', "'b' is not a version range|'a b' is not a requirement"),
        ("dependencies", "{}", "key 'dependencies' must be a list of texts"),
        ("lifecycle", '"old"', "lifecycle 'old' must be experimental, stable or deprecated"),
        ("replaced_by", '"x"', "only a deprecated plugin is replaced by another"),
        ("replaced_by", '"../x"', r"replaced_by '\.\./x' must be the id of a plugin"),
        ("summary", '"\\u001b[2J"', "key 'summary' must be one line without control characters"),
        ("dependencies", '["x; os == 3"]', "'os == 3' is not a marker; write it like"),
        ("limits", "3", "'limits' must be a table"),
        ("limits", "{max_failure = 3}", "limit 'max_failure' is unknown; did you mean 'max_failures'"),
        ("limits", "{max_failures = 0}", "limit 'max_failures' must be a whole number of at least 1"),
        ("limits", "{max_failures = true}", "limit 'max_failures' must be a whole number"),
        ("limits", "{timeout_seconds = -1}", "limit 'timeout_seconds' must be a number of seconds of at least 0"),
        ("limits", '{timeout_seconds = "5"}', "limit 'timeout_seconds' must be a number"),
        ("limits", "{timeout_seconds = nan}", "limit 'timeout_seconds' must be a number of seconds of at least 0"),
        ("limits", '{isolation = "jail"}', "limit 'isolation' must be inline, thread or process"),
        ("summary", '"open', "cannot be read"),
        ("summary", "[" * 10_000, "cannot be read"),
        ("summary", f'"{"x" * 70_000}"', "a manifest has at most 65536 bytes"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_wrong_manifest_names_file_and_key(tmp_path: Path, key: str, value: str | None, sentence: str) -> None:
    """Each mistake is one sentence that says where it stands and what would be right."""
    path = manifest(tmp_path, **{key: value})
    with pytest.raises(InvalidManifest, match=sentence) as caught:
        read_manifest(path)
    assert caught.value.path.startswith(str(path))


def test_a_manifest_that_is_no_utf8_cannot_be_read(tmp_path: Path) -> None:
    """Bytes that are no text are a wrong manifest like any other."""
    (tmp_path / "plugin.toml").write_bytes(b'id = "\xff"')
    with pytest.raises(InvalidManifest, match="cannot be read"):
        read_manifest(tmp_path / "plugin.toml")


def test_plugins_are_found_in_order_of_folder_then_name(write_plugin: Callable[..., Path], tmp_path: Path) -> None:
    """Every folder with a manifest is a plugin; hidden and underscored ones are not, nor is one without."""
    for below, name in (("one", "b"), ("one", "a"), ("two", "0_first"), ("one", "_off"), ("one", ".hidden")):
        write_plugin(tmp_path / below, f"p_{name.strip('._')}", name=name)
    (tmp_path / "one" / "empty").mkdir()
    plugins = found(tmp_path / "one", tmp_path / "two")
    assert list(plugins) == ["p_a", "p_b", "p_0_first"]
    assert {each.error for each in plugins.values()} == {None}


def test_a_folder_may_be_a_plugin_itself(write_plugin: Callable[..., Path], tmp_path: Path) -> None:
    """Naming a plugin's own folder finds that plugin."""
    assert list(found(write_plugin(tmp_path, "a"))) == ["a"]


@pytest.mark.parametrize("name", ["none", "file", "nul\0"])
def test_a_place_without_plugins_holds_none(tmp_path: Path, name: str) -> None:
    """A folder that is missing, is a file, or cannot exist is an empty one."""
    (tmp_path / "file").touch()
    assert found(tmp_path / name) == {}


def test_discovery_imports_nothing(write_plugin: Callable[..., Path], tmp_path: Path) -> None:
    """Code that would raise is not run, and no module is loaded."""
    write_plugin(tmp_path, "a", code="raise SystemExit(3)")
    before = set(sys.modules)
    assert found(tmp_path)["a"].error is None
    assert set(sys.modules) == before


def test_a_broken_plugin_disturbs_no_other(write_plugin: Callable[..., Path], tmp_path: Path) -> None:
    """Each broken plugin carries its own reason; the healthy ones stand beside it."""
    write_plugin(tmp_path, "good")
    for name, text in {"bad_toml": "=", "bad_key": 'id = "x"', "deep": "a = " + "[" * 5000, "empty": ""}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "plugin.toml").write_text(text, encoding="utf-8")
    (tmp_path / "binary").mkdir()
    (tmp_path / "binary" / "plugin.toml").write_bytes(b"\xff\0")
    plugins = found(tmp_path)
    errors = {id_: type(each.error) for id_, each in plugins.items()}
    assert errors.pop("good") is type(None)
    assert errors == dict.fromkeys(("bad_key", "bad_toml", "binary", "deep", "empty"), InvalidManifest)
    assert plugins["bad_toml"].manifest is None


def test_a_folder_nobody_may_read_disturbs_no_other(
    write_plugin: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child without permission is passed over."""
    write_plugin(tmp_path, "good")
    write_plugin(tmp_path, "locked")
    stat = os.stat

    def refused(path: Any, **options: Any) -> os.stat_result:
        if "locked" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, **options)

    monkeypatch.setattr("os.stat", refused)
    assert {id_: each.error for id_, each in found(tmp_path).items()} == {"good": None}


def test_two_plugins_with_one_id_are_an_error_that_names_both(
    write_plugin: Callable[..., Path], tmp_path: Path
) -> None:
    """Neither is chosen silently."""
    one, other = write_plugin(tmp_path, "a", name="one"), write_plugin(tmp_path, "a", name="other")
    error = found(tmp_path)["a"].error
    assert isinstance(error, DuplicatePlugin)
    assert (error.plugin, error.first, error.second) == ("a", str(one), str(other))


def test_the_later_plugin_wins_where_that_is_allowed(write_plugin: Callable[..., Path], tmp_path: Path) -> None:
    """With override a later folder replaces an earlier plugin."""
    write_plugin(tmp_path / "1", "a")
    later = write_plugin(tmp_path / "2", "a")
    plugins = found(tmp_path / "1", tmp_path / "2", override=True)
    assert (plugins["a"].folder, plugins["a"].error) == (later, None)


def test_the_same_folder_twice_is_one_plugin(write_plugin: Callable[..., Path], tmp_path: Path) -> None:
    """Naming a place twice, or by another path, makes no duplicate."""
    folder = write_plugin(tmp_path, "a")
    assert found(tmp_path, folder, tmp_path / "a" / "..")["a"].error is None


def test_a_broken_folder_cannot_take_a_healthy_plugin_down(write_plugin: Callable[..., Path], tmp_path: Path) -> None:
    """A manifest that cannot be read claims no id: the healthy plugin of the folder's name stays usable."""
    healthy = write_plugin(tmp_path / "1", "a")
    (tmp_path / "2" / "a").mkdir(parents=True)
    (tmp_path / "2" / "a" / "plugin.toml").write_text("=", encoding="utf-8")
    plugins = discover([("folder", tmp_path / "1"), ("folder", tmp_path / "2")], search_path=[])
    assert [(each.folder, type(each.error)) for each in plugins] == [
        (healthy, type(None)),
        (tmp_path / "2" / "a", InvalidManifest),
    ]


@pytest.mark.parametrize(
    ("dependency", "missing"),
    [
        ("foo-bar>=1", False),
        ("Foo.Bar", False),
        ("foo_bar>=3", True),
        ("x", True),
        ("x; os_name == 'no such'", False),
        ("x>=1; os_name != 'no such'", True),
    ],
)
def test_a_missing_dependency_comes_with_the_command_that_mends_it(
    write_plugin: Callable[..., Path], tmp_path: Path, dependency: str, missing: bool
) -> None:
    """What a plugin imports is checked against the search path, before anything is imported."""
    (tmp_path / "site" / "foo_bar-2.0.dist-info").mkdir(parents=True)
    write_plugin(tmp_path / "p", "a", dependencies=[dependency])
    error = found(tmp_path / "p", search_path=[str(tmp_path / "site")])["a"].error
    if not missing:
        assert error is None
        return
    assert isinstance(error, PluginUnavailable)
    wanted = dependency.partition(";")[0]
    assert str(error) == f"plugin 'a' is unavailable: it needs {dependency}; run: pip install '{wanted}'"


@pytest.mark.parametrize(
    ("api", "fits"), [(">=1,<2", True), ("==1.0", True), (">=1", True), (">=2", False), ("<1", False)]
)
def test_a_plugin_for_another_api_is_unavailable(
    write_plugin: Callable[..., Path], tmp_path: Path, api: str, fits: bool
) -> None:
    """The range of API versions decides before any code runs."""
    write_plugin(tmp_path, "a", api=api)
    error = found(tmp_path)["a"].error
    assert (error is None) is fits
    assert fits or f"it was written for plugin API {api} and this is 1.0" in str(error)
