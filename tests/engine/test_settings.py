"""Settings: typed, from a file or the environment given, and every error names its origin."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from qualia import Core, Settings
from qualia.errors import InvalidSetting


def test_nothing_given_gives_the_defaults() -> None:
    """An empty environment and no project are the defaults."""
    assert Settings.read({}) == Settings()


def test_the_environment_is_stronger_than_the_file(tmp_path: Path) -> None:
    """A variable replaces what ``qualia.toml`` says; the rest of the file holds."""
    (tmp_path / "qualia.toml").write_text("max_failures = 2\nopen_s = 60\n", encoding="utf-8")
    settings = Settings.read({"QUALIA_MAX_FAILURES": "3"}, tmp_path)
    assert (settings.max_failures, settings.open_s) == (3, 60.0)


def test_folders_are_split_and_a_project_brings_its_own_first(tmp_path: Path) -> None:
    """The plugin path is a list in the platform's spelling, behind the project's ``plugins``."""
    (tmp_path / "plugins").mkdir()
    path = os.pathsep.join(["one", "", "two"])
    assert Settings.read({"QUALIA_PLUGIN_PATH": path}).plugin_path == (Path("one"), Path("two"))
    settings = Settings.read({"QUALIA_PLUGIN_PATH": path}, tmp_path)
    assert settings.plugin_path == (tmp_path / "plugins", Path("one"), Path("two"))


def test_folders_in_a_file_are_relative_to_it(tmp_path: Path) -> None:
    """What a project's file names stands beside the file, wherever the program runs."""
    (tmp_path / "qualia.toml").write_text('plugin_path = ["more"]', encoding="utf-8")
    assert Settings.read({}, tmp_path).plugin_path == (tmp_path / "more",)


def test_producers_are_a_frozen_table(tmp_path: Path) -> None:
    """Which plugin gives a record is read from the file and cannot change afterwards."""
    (tmp_path / "qualia.toml").write_text('[producers]\n"sentiment/1" = "mine"\n', encoding="utf-8")
    settings = Settings.read({}, tmp_path)
    assert settings.producers == {"sentiment/1": "mine"}
    assert hash(settings) == hash(Settings(producers={"sentiment/1": "mine"}, state_dir=tmp_path / ".qualia"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("max_failure = 2", "setting 'max_failure' is unknown; did you mean 'max_failures'"),
        ('max_failures = "2"', "setting 'max_failures' must be a int, not '2'"),
        ("max_failures = true", "setting 'max_failures' must be a int, not True"),
        ("max_failures = 0", "setting 'max_failures' must be at least 1, not 0"),
        ("open_s = -1", "setting 'open_s' must be at least 0"),
        ("open_s = nan", "setting 'open_s' must be at least 0, not nan"),
        ("override_plugins = 1", "setting 'override_plugins' must be a bool, not 1"),
        ('plugin_path = "plugins"', "setting 'plugin_path' must be a list of folders"),
        ('producers = {"sentiment/1" = 1}', "setting 'producers' must be a table of schema to plugin id"),
        ("producers = []", "setting 'producers' must be a table"),
        ("=", "cannot be read"),
        ("\udcff", "cannot be read"),
    ],
)
def test_a_wrong_line_names_the_file(tmp_path: Path, text: str, sentence: str) -> None:
    """An unknown name or a wrong value is one error that names file and setting."""
    path = tmp_path / "qualia.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InvalidSetting, match=sentence) as caught:
        Settings.read({}, tmp_path)
    assert caught.value.origin == str(path)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("max_failures", "many", "must be a int, not 'many'"),
        ("max_failures", "0", "must be at least 1"),
        ("max_failures", "", "must be a int, not ''"),
        ("open_s", "nan", "must be at least 0, not nan"),
        ("override_plugins", "maybe", "must be true or false, not 'maybe'"),
    ],
)
def test_a_wrong_variable_names_itself(name: str, text: str, sentence: str) -> None:
    """The sentence names the variable, as the person who set it knows it."""
    with pytest.raises(InvalidSetting, match=sentence) as caught:
        Settings.read({f"QUALIA_{name.upper()}": text})
    assert caught.value.origin == f"QUALIA_{name.upper()}"


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), ("false", False), ("0", False)])
def test_a_switch_is_read_from_text(text: str, value: bool) -> None:
    """Truth is spelled 1, 0, true or false."""
    assert Settings.read({"QUALIA_OVERRIDE_PLUGINS": text}).override_plugins is value


def test_a_core_reads_the_environment_unless_given_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is read when a Core is made, never before, and not at all when settings are given."""
    monkeypatch.setenv("QUALIA_MAX_FAILURES", "0")
    with pytest.raises(InvalidSetting, match="QUALIA_MAX_FAILURES"):
        Core()
    with Core(settings=Settings()) as core:
        assert core.settings == Settings()


def test_settings_are_keyword_only() -> None:
    """A setting is always named."""
    make: Any = Settings
    with pytest.raises(TypeError):
        make(())
