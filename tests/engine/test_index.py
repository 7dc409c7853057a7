"""The index of manifests: faster, never wrong, never in the way."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualia._plugins.catalog import discover
from qualia._plugins.index import Index
from qualia._plugins.manifest import Manifest, read_table
from qualia._plugins.selection import Found

LONG_AGO_S = 1_000_000_000


@pytest.fixture
def places(write_plugin: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write three plugins, in a world whose clock stands far enough ahead for their files to count as settled."""
    monkeypatch.setattr("time.time_ns", lambda: 2**62)
    for name in ("a", "b", "c"):
        write_plugin(tmp_path / "plugins", name, limits={"max_failures": 3}, dependencies=["attrs"])
    (tmp_path / "state").mkdir()
    return tmp_path


def look(places: Path, index: str | None = "state/index.json") -> tuple[Found, ...]:
    """Discover with an index."""
    return discover(
        [("folder", places / "plugins")], search_path=sys.path, index=None if index is None else places / index
    )


def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the name of each plugin folder whose manifest is parsed from now on."""
    seen: list[str] = []

    def noting(path: Path) -> Any:
        seen.append(path.parent.name)
        return read_table(path)

    monkeypatch.setattr("qualia._plugins.catalog.read_table", noting)
    return seen


def test_what_has_not_changed_is_not_parsed_again(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look parses nothing, writes nothing and finds the same."""
    first = look(places)
    written = (places / "state" / "index.json").stat()
    seen = parses(monkeypatch)
    assert look(places) == first == look(places, None)
    assert seen == ["a", "b", "c"]
    assert (places / "state" / "index.json").stat() == written


def test_what_changed_is_read(places: Path, write_plugin: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest of another time, size or file is parsed; one that is gone is forgotten, and so is its entry."""
    look(places)
    manifest = places / "plugins" / "a" / "plugin.toml"
    manifest.write_bytes(manifest.read_bytes().replace(b"1.0.0", b"1.0.1"))
    os.utime(manifest, (LONG_AGO_S, LONG_AGO_S))
    (places / "plugins" / "b").rename(places / "plugins" / "_off")
    write_plugin(places / "plugins", "d")
    seen = parses(monkeypatch)
    assert [(each.id, each.manifest.version) for each in look(places) if each.manifest] == [
        ("a", "1.0.1"),
        ("c", "1.0.0"),
        ("d", "1.0.0"),
    ]
    assert seen == ["a", "d"]
    assert list(json.loads((places / "state" / "index.json").read_bytes())["places"][str(places / "plugins")]) == [
        "a",
        "c",
        "d",
    ]


def test_a_file_that_is_young_is_not_trusted_yet(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two saves within one tick of a coarse clock look alike, so what was saved just now is read next time, too."""
    now = (places / "plugins" / "a" / "plugin.toml").stat().st_mtime_ns
    monkeypatch.setattr("time.time_ns", lambda: now + 1_000_000_000)
    look(places)
    seen = parses(monkeypatch)
    look(places)
    assert seen == ["a", "b", "c"]


def test_a_wrong_manifest_is_read_every_time(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with it is told each time, with its line."""
    (places / "plugins" / "b" / "plugin.toml").write_text("id = 3", encoding="utf-8")
    first = look(places)
    seen = parses(monkeypatch)
    assert [str(each.error) for each in look(places)] == [str(each.error) for each in first]
    assert seen == ["b"]


def test_places_that_share_an_index_leave_each_other_alone(
    places: Path, write_plugin: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look at one place, or at one plugin, keeps what is known of others."""
    look(places)
    elsewhere = write_plugin(places / "elsewhere", "x")
    discover([("folder", elsewhere)], search_path=[], index=places / "state" / "index.json")
    seen = parses(monkeypatch)
    look(places)
    discover([("folder", elsewhere)], search_path=[], index=places / "state" / "index.json")
    assert seen == []


@pytest.mark.parametrize("index", ["none/index.json", "state", "plugins/a/plugin.toml/index.json"])
def test_an_index_that_cannot_be_written_disturbs_nothing(places: Path, index: str) -> None:
    """Without its folder, or with a folder in its place, there is none; nothing is made and nothing fails."""
    before = sorted(places.rglob("*"))
    assert len(look(places, index)) == 3
    assert sorted(places.rglob("*")) == before


def test_a_full_disk_disturbs_nothing(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails leaves no part of a file."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert len(look(places)) == 3
    assert list((places / "state").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b"\0", b"null", b"[]", b'{"format": 1}', b'{"format": 1, "places": 3}', b"[" * 100_000],
    ids=lambda value: repr(value)[:20],
)
def test_a_damaged_index_is_written_anew(places: Path, content: bytes) -> None:
    """It knows nothing, and the next look has a good one."""
    look(places)
    good = (places / "state" / "index.json").read_bytes()
    (places / "state" / "index.json").write_bytes(content)
    assert [each.id for each in look(places)] == ["a", "b", "c"]
    assert (places / "state" / "index.json").read_bytes() == good


PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=2)),
    max_leaves=5,
)


@given(entry=PLAIN, table=PLAIN, key=st.sampled_from(("id", "kind", "api", "consumes", "limits", "x")), value=PLAIN)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_index_makes_a_manifest_that_no_file_could(
    tmp_path: Path, entry: Any, table: Any, key: str, value: Any
) -> None:
    """Whatever an index holds under the right time and size, only what passes the checks of a manifest comes out."""
    status = tmp_path.stat()
    identity = [status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino]
    good = {"id": "a", "kind": "analyzer", "version": "1", "api": ">=1", "summary": "s", "entry": "E"}
    for content in (entry, [identity, table], [identity, good | {key: value}], [identity], [identity, good, 3]):
        (tmp_path / "index.json").write_text(json.dumps({"format": 1, "places": {"/p": {"a": content}}}))
        found = Index(tmp_path / "index.json").manifest("/p", "a", status, set())
        if found is not None:
            assert isinstance(found, Manifest)
            assert (found.id.isidentifier(), type(found.consumes), found.kind) == (True, tuple, "analyzer")
    for places in (entry, {"/p": entry}):
        (tmp_path / "index.json").write_text(json.dumps({"format": 1, "places": places}))
        Index(tmp_path / "index.json").write(["/p"])


def test_many_plugins_are_listed_without_opening_or_importing_one(
    write_plugin: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second look opens no file but the index."""
    monkeypatch.setattr("time.time_ns", lambda: 2**62)
    for number in range(50):
        write_plugin(tmp_path / "plugins", f"p_{number:03}", code="raise SystemExit(3)")
    (tmp_path / "state").mkdir()
    before = set(sys.modules)
    assert len(look(tmp_path)) == 50
    path_open, opened = Path.open, []

    def noting(path: Path, *arguments: Any, **options: Any) -> Any:
        opened.append(path)
        return path_open(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", noting)
    assert len(look(tmp_path)) == 50
    assert opened == [tmp_path / "state" / "index.json"]
    assert {name.partition(".")[0] for name in set(sys.modules) - before} <= {"json", "tomllib"}
