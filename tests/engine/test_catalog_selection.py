"""Several plugins of one id: which is active, which are merely known, and what people are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia._plugins.catalog import discover
from qualia._plugins.choices import Choices
from qualia._plugins.manifest import Manifest
from qualia._plugins.selection import Found, settle
from qualia.errors import DuplicatePlugin, InvalidManifest, PluginUnavailable

NONE = Choices()


def plugin(id_: str, version: str | None, folder: str) -> Found:
    """Return a plugin that was found; without a version its manifest cannot be read."""
    made = None
    if version is not None:
        made = Manifest(id=id_, kind="analyzer", version=version, api=">=1", summary="s", entry="E")
    error = InvalidManifest(folder, "is wrong") if version is None else None
    return Found(id=id_, folder=Path(folder), origin="folder", manifest=made, error=error)


CANDIDATES = st.lists(
    st.builds(
        plugin,
        st.sampled_from(("a", "b")),
        st.sampled_from(("1", "2", None)),
        st.sampled_from(("/none/x", "/none/y", "/none/z", "/none/w")),
    ),
    max_size=6,
    unique_by=lambda each: each.folder,
)
CHOICES = st.builds(
    Choices,
    disabled=st.frozensets(st.sampled_from("ab")),
    versions=st.dictionaries(st.sampled_from("ab"), st.sampled_from(("1", "2", "3", "/none/x", "/none/y"))),
)


def expected(group: list[Found], override: bool, choice: str | None) -> Path | type[Exception]:
    """Say in the rules' own words which of several readable plugins is active."""
    if choice is not None:
        group = [each for each in group if choice in (getattr(each.manifest, "version", ""), str(each.folder))]
        if not group:
            return PluginUnavailable
    if len(group) > 1 and not override:
        return DuplicatePlugin
    return group[-1].folder


@pytest.mark.properties
@given(candidates=CANDIDATES, override=st.booleans(), choices=CHOICES)
def test_the_rules_decide_and_nothing_is_lost(candidates: list[Found], override: bool, choices: Choices) -> None:
    """One plugin is active for each id, every other is known beside it, and each folder appears exactly once."""
    settled = settle(candidates, override=override, choices=choices)
    by_id = {each.id: each for each in settled}
    assert len(by_id) == len(settled)
    shown = [folder.folder for each in settled for folder in (each, *each.others)]
    assert sorted(shown) == sorted(each.folder for each in candidates)
    for id_ in ("a", "b"):
        readable = [each for each in candidates if each.id == id_ and each.manifest is not None]
        if not readable:
            continue
        outcome = expected(readable, override, choices.versions.get(id_))
        if id_ in choices.disabled:
            assert by_id[id_].disabled and str(by_id[id_].error).endswith("it is disabled; enable it to use it")
        elif isinstance(outcome, Path):
            assert (by_id[id_].folder, by_id[id_].error) == (outcome, None)
        else:
            assert type(by_id[id_].error) is outcome
        assert by_id[id_].others == tuple(each for each in readable if each.folder != by_id[id_].folder)


def test_a_duplicate_names_every_place() -> None:
    """Who must decide sees what there is to decide between."""
    (found,) = settle([plugin("a", str(n), f"/none/{n}") for n in range(3)], override=False, choices=NONE)
    assert "/none/0 and /none/1 and /none/2" in str(found.error)
    assert [each.folder.name for each in found.others] == ["0", "1"]


def test_a_choice_that_fits_nothing_says_what_there_is() -> None:
    """Another version than the chosen one is never taken silently, even if it is the only one."""
    (found,) = settle([plugin("a", "2", "/none/2")], override=True, choices=Choices(versions={"a": "1"}))
    assert str(found.error) == (
        "plugin 'a' is unavailable: 1 was chosen, and there is only 2 in /none/2; "
        "choose one of these, or take the choice back"
    )


def test_one_version_in_two_places_is_told_apart_by_folder() -> None:
    """A choice may name the folder where the version says too little."""
    both = [plugin("a", "1", "/none/x"), plugin("a", "1", "/none/y")]
    (by_version,) = settle(both, override=False, choices=Choices(versions={"a": "1"}))
    assert isinstance(by_version.error, DuplicatePlugin)
    (by_folder,) = settle(both, override=False, choices=Choices(versions={"a": "/none/x"}))
    assert (by_folder.folder, by_folder.error) == (Path("/none/x"), None)


def test_a_linked_folder_counts_once(write_plugin: Callable[..., Path], tmp_path: Path) -> None:
    """Two names of one folder are one plugin, and one that is broken is told of once."""
    write_plugin(tmp_path, "good")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "plugin.toml").write_text("=", encoding="utf-8")
    for name in ("good", "bad"):
        (tmp_path / f"also_{name}").symlink_to(tmp_path / name, target_is_directory=True)
    plugins = discover([("folder", tmp_path)], search_path=[])
    assert [each.folder.name for each in plugins] == ["also_bad", "also_good"]
    assert [type(each.error) for each in plugins] == [InvalidManifest, type(None)]


def test_a_disabled_plugin_is_known_before_anything_is_imported(
    write_plugin: Callable[..., Path], tmp_path: Path
) -> None:
    """Its manifest is there to be shown; using it is refused with what to do."""
    write_plugin(tmp_path, "a", code="raise SystemExit(3)")
    (found,) = discover([("folder", tmp_path)], search_path=[], choices=Choices(disabled=frozenset({"a", "gone"})))
    assert found.disabled and found.manifest is not None
    assert str(found.error) == "plugin 'a' is unavailable: it is disabled; enable it to use it"


def test_a_version_is_chosen_among_sources(write_plugin: Callable[..., Path], tmp_path: Path) -> None:
    """It does not matter where a version comes from: one is active, the other is known with folder and origin."""
    old = write_plugin(tmp_path / "1", "a")
    write_plugin(tmp_path / "2", "a", version="2.0.0")
    places: Any = [("folder", tmp_path / "2"), ("shipped", tmp_path / "1")]
    (found,) = discover(places, search_path=[], choices=Choices(versions={"a": "1.0.0"}))
    assert (found.folder, found.origin, found.error) == (old, "shipped", None)
    assert [(each.origin, each.manifest.version) for each in found.others if each.manifest] == [("folder", "2.0.0")]
