"""``qualia config show`` tells every setting, its value and where it came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml

from qualia import Settings
from qualia.cli.configuration import _facts, _told
from qualia.settings import Origin

Qualia = Callable[..., Any]


@pytest.fixture
def project(home: Path) -> Path:
    """Make the working folder a project with an overlay."""
    (home / "plugins").mkdir()
    (home / "qualia.toml").write_text('max_failures = 2\n[producers]\n"sentiment/1" = "mine"\n', encoding="utf-8")
    (home / "qualia.ci.toml").write_text("open_s = 60\n", encoding="utf-8")
    return home


def test_every_setting_is_shown_with_its_origin(qualia: Qualia, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files, overlay, variable, project and defaults are told apart, and JSON and YAML hold the same."""
    monkeypatch.setenv("QUALIA_ENV", "ci")
    monkeypatch.setenv("QUALIA_HISTORY", "false")
    facts = qualia("config", "show", "--format", "json", plugins=False).data
    assert [each["name"] for each in facts] == [item.name for item in attrs.fields(Settings)]
    set_here = {each["name"]: (each["value"], each["origin"]) for each in facts if each["origin"] != "default"}
    assert set_here == {
        "plugin_path": ([str(project / "plugins")], "project"),
        "producers": ({"sentiment/1": "mine"}, str(project / "qualia.toml")),
        "state_dir": (str(project / ".qualia"), "project"),
        "max_failures": (2, str(project / "qualia.toml")),
        "open_s": (60.0, str(project / "qualia.ci.toml")),
        "history": (False, "QUALIA_HISTORY"),
    }
    assert yaml.safe_load(qualia("config", "show", "--format", "yaml", plugins=False).out) == facts


def test_a_plugin_folder_given_as_an_option_is_shown_as_one(qualia: Qualia, plugin_dir: Path) -> None:
    """What ``--plugin-dir`` adds stands in the plugin path, with the option as its origin."""
    facts = {each["name"]: each for each in qualia("config", "show", "-f", "json").data}
    assert facts["plugin_path"] == {
        "name": "plugin_path",
        "value": [str(plugin_dir)],
        "origin": "--plugin-dir",
        "secret": False,
    }


def test_people_get_a_table_in_their_language(qualia: Qualia, project: Path) -> None:
    """One line for each setting, with the headings and origins translated."""
    lines = qualia("config", "show", "--lang", "pt-BR", plugins=False).out.splitlines()
    rows = {line.split()[0]: line for line in lines}
    assert lines[0].split() == ["configuração", "valor", "origem"]
    assert rows["history"].split() == ["history", "true", "padrão"]
    assert rows["plugin_path"].endswith("  projeto")
    assert "sentiment/1 = mine" in rows["producers"]


def test_a_secret_is_told_of_but_never_shown() -> None:
    """Whether a secret is set is all that is said of it."""
    is_set, is_not = (Origin(name="token", value=value, origin="QUALIA_TOKEN", secret=True) for value in (True, False))
    assert _facts(is_set) == {"name": "token", "set": True, "origin": "QUALIA_TOKEN", "secret": True}
    assert (_told(is_set), _told(is_not)) == ("set", "not set")


def test_a_misspelt_variable_is_pointed_out(qualia: Qualia, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that resembles a setting is named on stderr with the one it resembles."""
    monkeypatch.setenv("QUALIA_MAX_FAILUERS", "3")
    ran = qualia("config", "show")
    assert ran.err == "QUALIA_MAX_FAILUERS is set, but is no setting; did you mean QUALIA_MAX_FAILURES?\n"


def test_a_wrong_setting_is_one_sentence(qualia: Qualia, project: Path) -> None:
    """The file that is wrong is named, with the exit code of a wrong setting."""
    (project / "qualia.toml").write_text("max_failures = 0", encoding="utf-8")
    ran = qualia("config", "show", plugins=False)
    assert (ran.code, ran.out) == (2, "")
    assert "setting 'max_failures' must be at least 1" in ran.err


def test_config_alone_asks_for_a_command(qualia: Qualia) -> None:
    """A group is no command of its own, and a misspelt option is understood."""
    assert qualia("config").code == 2
    assert "did you mean --format" in qualia("config", "show", "--formt").err
