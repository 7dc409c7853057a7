"""Plugins that distributions bring along: found by their entry points without importing anything."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia._plugins.catalog import discover
from qualia._plugins.installed import Site, installed_versions
from qualia._plugins.selection import Found

WritePlugin = Callable[..., Path]


def distribution(
    site: Path, name: str, entry_points: str | bytes | None, *, version: str = "1.0", **url: object
) -> Path:
    """Write what an installer leaves of a distribution, its packages apart."""
    info = site / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    if entry_points is not None:
        data = entry_points if isinstance(entry_points, bytes) else f"[qualia.plugins]\n{entry_points}\n".encode()
        (info / "entry_points.txt").write_bytes(data)
    if url:
        (info / "direct_url.json").write_text(json.dumps(url), encoding="utf-8")
    return info


def found(*sites: Path) -> dict[str, Found]:
    """Discover what is installed."""
    return {each.id: each for each in discover([], search_path=[str(each) for each in sites])}


def test_an_entry_point_brings_its_package_in(write_plugin: WritePlugin, tmp_path: Path) -> None:
    """The manifest in the package says what the plugin is; the code is not run."""
    folder = write_plugin(tmp_path, "words", name="their_words", code="raise SystemExit(3)")
    distribution(tmp_path, "their_words", "anything = their_words")
    before = set(sys.modules)
    plugin = found(tmp_path)["words"]
    assert (plugin.folder, plugin.origin, plugin.error) == (folder, "installed", None)
    assert set(sys.modules) == before


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        ("a/b/c", "a.b.c"),
        ("a/b/c", " a.b.c:Plugin [extra]"),
        ("namespace/words", "namespace.words"),
    ],
)
def test_a_dotted_name_is_followed(write_plugin: WritePlugin, tmp_path: Path, parts: str, value: str) -> None:
    """With or without an __init__ on the way, and whatever stands behind the package's name."""
    folder = write_plugin((tmp_path / parts).parent, "words", name=parts.rpartition("/")[2])
    if parts.startswith("a"):
        (tmp_path / "a" / "__init__.py").touch()
    distribution(tmp_path, "d", f"words = {value}")
    assert found(tmp_path)["words"].folder == folder


def test_a_namespace_is_spread_over_the_search_path(write_plugin: WritePlugin, tmp_path: Path) -> None:
    """As an import would, discovery looks into every portion, unless a regular package stands before them."""
    (tmp_path / "1" / "space").mkdir(parents=True)
    folder = write_plugin(tmp_path / "2" / "space", "words")
    distribution(tmp_path / "1", "d", "words = space.words")
    assert found(tmp_path / "1", tmp_path / "2")["words"].folder == folder
    (tmp_path / "1" / "space" / "__init__.py").touch()
    assert "is not on the search path" in str(found(tmp_path / "1", tmp_path / "2")["words"].error)


def test_an_editable_install_on_the_path_is_found(write_plugin: WritePlugin, tmp_path: Path) -> None:
    """A .pth file puts the project on the search path, where its package stands."""
    folder = write_plugin(tmp_path / "project" / "src", "words")
    distribution(tmp_path / "site", "words", "words = words")
    assert found(tmp_path / "site", tmp_path / "project" / "src")["words"].folder == folder


@pytest.mark.parametrize("below", ["src", "."])
def test_an_editable_install_through_a_hook_is_found_by_its_project(
    write_plugin: WritePlugin, tmp_path: Path, below: str
) -> None:
    """Where no folder is on the search path, what the installer noted of the project's place helps."""
    project = tmp_path / "a project"
    folder = write_plugin(project / below, "words")
    distribution(tmp_path / "site", "words", "words = words", url=project.as_uri(), dir_info={"editable": True})
    assert os.path.samefile(found(tmp_path / "site")["words"].folder, folder)  # noqa: PTH121


@pytest.mark.parametrize(
    ("value", "url", "sentence"),
    [
        (
            "gone",
            {},
            "package 'gone' of distribution 'd' is not on the search path; run: pip install --force-reinstall d",
        ),
        ("../up", {}, "'../up' of distribution 'd' is not the name of a package; its author mends the entry"),
        ("", {}, "'' of distribution 'd' is not the name of a package"),
        ("bare", {}, "holds no plugin.toml; its author adds plugin.toml to the package's data"),
        (
            "gone",
            {"url": "file:///no/such/project", "dir_info": {"editable": True}},
            "is neither in /no/such/project nor in its src folder; run: pip install --config-settings",
        ),
        ("gone", {"url": "https://example.org/d.zip", "dir_info": {"editable": True}}, "is not on the search path"),
        ("gone", {"url": 3, "dir_info": {"editable": True}}, "is not on the search path"),
        ("gone", {"url": "file:///x%00", "dir_info": {"editable": True}}, "is not on the search path"),
        ("gone", {"url": "file:///x", "dir_info": 3}, "is not on the search path"),
    ],
)
def test_a_package_that_cannot_be_found_is_unavailable_with_a_remedy(
    tmp_path: Path, value: str, url: dict[str, Any], sentence: str
) -> None:
    """The plugin is listed under its entry point's name, with the reason and what to do."""
    if os.name == "nt" and "no/such" in str(url):
        pytest.skip("the path has a drive here")
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "__init__.py").touch()
    distribution(tmp_path, "d", f"words = {value}", **url)
    plugin = found(tmp_path)["words"]
    assert sentence in str(plugin.error)
    assert (plugin.origin, plugin.manifest) == ("installed", None)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"\xff[qualia.plugins]\xff",
        b"[qualia.plugins",
        b"[qualia.plugins]\n# a = b\n; c = d\nno value\n\n[other]\nx = y",
        b"[console_scripts]\nqualia.plugins = x:y",
        b"[qualia.plugins.more]\na = b",
    ],
)
def test_an_odd_list_of_entry_points_names_no_plugin(tmp_path: Path, data: bytes) -> None:
    """Comments, other groups and damage are passed over."""
    distribution(tmp_path, "d", data)
    assert found(tmp_path) == {}


def test_the_first_of_two_equal_distributions_counts(write_plugin: WritePlugin, tmp_path: Path) -> None:
    """As for an import, the search path's order decides, and the second is not listed beside it."""
    for site, version in (("1", "2.0"), ("2", "1.0")):
        write_plugin(tmp_path / site, "words", version=version)
        distribution(tmp_path / site, "Words" if site == "1" else "words", "words = words", version=version)
    plugin = found(tmp_path / "1", tmp_path / "2")["words"]
    assert plugin.manifest is not None and (plugin.manifest.version, plugin.others) == ("2.0", ())


def test_sources_come_in_order_shipped_installed_folder(write_plugin: WritePlugin, tmp_path: Path) -> None:
    """What is nearer to the user stands later, so that it wins where later ones may."""
    for place in ("shipped", "site", "own"):
        write_plugin(tmp_path / place, "words")
    distribution(tmp_path / "site", "words", "words = words")
    places = [("folder", tmp_path / "own"), ("shipped", tmp_path / "shipped")]
    (plugin,) = discover(places, search_path=[str(tmp_path / "site")], override=True)
    assert [each.origin for each in (*plugin.others, plugin)] == ["shipped", "installed", "folder"]
    (without,) = discover(places, search_path=[str(tmp_path / "site")], override=True, installed=False)
    assert [each.origin for each in (*without.others, without)] == ["shipped", "folder"]


def test_places_that_are_none_bring_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search path names archives, files, folders that are gone and worse; a working folder may be gone, too."""
    (tmp_path / "a.zip").touch()
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    if os.name != "nt":
        gone.rmdir()
    assert discover([("folder", Path("here"))], search_path=["", str(tmp_path / "a.zip"), "nul\0", "/no"]) == ()


def test_what_is_installed_is_read_from_folder_names(tmp_path: Path) -> None:
    """The first place on the path wins; places that are not there and files of other kinds do not matter."""
    first, second = tmp_path / "1", tmp_path / "2"
    for path in (
        first / "Foo_Bar-1.0.dist-info",
        second / "foo_bar-2.0.dist-info",
        second / "old-0.1-py3.egg-info",
        second / "local-1.0+cu118.dist-info",
        second / "~oo_left-1.0.dist-info",
        second / "project.egg-info",
        second / "nothing.egg-info",
    ):
        path.mkdir(parents=True)
    (second / "project.egg-info" / "PKG-INFO").write_text("Name: project\nVersion: 3.1\n", encoding="utf-8")
    (second / "noise.txt").touch()
    (second / "broken.dist-info").mkdir()
    versions = installed_versions([str(tmp_path / "none"), str(first), str(second)])
    assert versions == {"foo-bar": "1.0", "old": "0.1", "local": "1.0+cu118", "project": "3.1"}


def test_what_is_installed_here_is_what_the_standard_library_sees() -> None:
    """Names and versions agree with importlib.metadata, which costs fifty milliseconds more."""
    from importlib.metadata import distributions

    from qualia._plugins.requirement import normalised

    expected = {normalised(each.metadata["Name"]): each.version for each in reversed([*distributions()])}
    ours = Site(sys.path).versions
    assert {name: ours.get(name) for name in expected} == expected
