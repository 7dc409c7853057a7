"""Settings: typed, from a file or the environment given, and every error names its origin."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import attrs
import pytest
from attrs import frozen

from qualia import Core, Settings
from qualia.document import MAX_BYTES
from qualia.errors import InvalidSetting
from qualia.settings import explain, setting, strange_variables, user_folder, wrong_settings


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
        ('producers = {"sentiment/1" = 1}', "setting 'producers' must be a table of names to texts"),
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


def test_the_largest_document_is_the_same_with_and_without_settings() -> None:
    """A file that `Document.from_path` reads by itself is one the default settings let through."""
    assert Settings().max_document_bytes == MAX_BYTES


def test_settings_are_keyword_only() -> None:
    """A setting is always named."""
    make: Any = Settings
    with pytest.raises(TypeError):
        make(())


def test_an_overlay_is_stronger_than_the_projects_file_and_weaker_than_a_variable(tmp_path: Path) -> None:
    """QUALIA_ENV names a second file whose values replace the first's; what neither sets keeps its default."""
    (tmp_path / "qualia.toml").write_text("max_failures = 2\nopen_s = 60\nparallel_steps = 7\n", encoding="utf-8")
    (tmp_path / "qualia.staging.toml").write_text("max_failures = 3\nopen_s = 70\n", encoding="utf-8")
    settings = Settings.read({"QUALIA_ENV": "staging", "QUALIA_OPEN_S": "80"}, tmp_path, given={"parallel_steps": 9})
    assert (settings.max_failures, settings.open_s, settings.parallel_steps) == (3, 80.0, 9)
    assert Settings.read({}, tmp_path).max_failures == 2


@pytest.mark.parametrize(("name", "sentence"), [("prod", "there is no"), ("../x", "must be a short name")])
def test_an_overlay_that_is_not_there_is_an_error(tmp_path: Path, name: str, sentence: str) -> None:
    """A misspelt QUALIA_ENV never falls back to the weaker file in silence."""
    with pytest.raises(InvalidSetting, match=sentence):
        Settings.read({"QUALIA_ENV": name}, tmp_path)


def test_each_value_tells_where_it_came_from(tmp_path: Path) -> None:
    """Files, variables, arguments, the project itself and the defaults are told apart, in the order declared."""
    (tmp_path / "plugins").mkdir()
    (tmp_path / "qualia.toml").write_text('max_failures = 2\nplugin_path = ["more"]\n', encoding="utf-8")
    (tmp_path / "qualia.ci.toml").write_text("parallel_steps = 1\n", encoding="utf-8")
    explained = explain({"QUALIA_ENV": "ci", "QUALIA_OPEN_S": "9"}, tmp_path, given={"history": False})
    origins = {each.name: each.origin for each in explained if each.origin != "default"}
    assert list(origins) == [item.name for item in attrs.fields(Settings) if item.name in origins]
    assert origins == {
        "plugin_path": f"project + {tmp_path / 'qualia.toml'}",
        "state_dir": "project",
        "history": "argument",
        "max_failures": str(tmp_path / "qualia.toml"),
        "open_s": "QUALIA_OPEN_S",
        "parallel_steps": str(tmp_path / "qualia.ci.toml"),
    }


def test_what_is_explained_is_what_is_read(tmp_path: Path) -> None:
    """The values shown are those a Core would have."""
    (tmp_path / "qualia.toml").write_text("max_failures = 2\nstate_dir = ''\n", encoding="utf-8")
    values = {each.name: each.value for each in explain({"QUALIA_OPEN_S": "9"}, tmp_path)}
    assert Settings(**values) == Settings.read({"QUALIA_OPEN_S": "9"}, tmp_path)
    assert values["state_dir"] is None


@frozen(kw_only=True)
class WithToken(Settings):
    """Settings with something nobody may see."""

    token: str | None = setting(None, secret=True)
    pin: int = setting(0, ge=0, secret=True)


def test_a_secret_is_never_shown() -> None:
    """Neither repr, nor what explains the settings, nor an error holds a secret's value."""
    environ = {"QUALIA_TOKEN": "hunter2", "QUALIA_PIN": "4711"}
    settings = WithToken.read(environ)
    assert (settings.token, settings.pin) == ("hunter2", 4711)
    assert "token=<set>" in repr(settings)
    told = {each.name: each for each in explain(environ, of=WithToken)}
    assert (told["token"].value, told["token"].secret, told["token"].origin) == (True, True, "QUALIA_TOKEN")
    with pytest.raises(InvalidSetting) as caught:
        WithToken.read({"QUALIA_PIN": "hunter2"})
    assert (caught.value.origin, caught.value.__cause__) == ("QUALIA_PIN", None)
    with pytest.raises(InvalidSetting) as negative:
        WithToken(pin=-4711)
    for shown in (repr(settings), repr(told), str(caught.value), str(negative.value)):
        assert "hunter2" not in shown
        assert "4711" not in shown


def test_a_secret_that_is_not_set_says_so(tmp_path: Path) -> None:
    """An empty variable or line sets nothing."""
    (tmp_path / "qualia.toml").write_text("token = ''\n", encoding="utf-8")
    assert "token=<not set>" in repr(WithToken.read({}, tmp_path))
    assert {each.name: each.value for each in explain({"QUALIA_TOKEN": ""}, of=WithToken)}["token"] is False


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"max_failures": 0}, "argument: setting 'max_failures' must be at least 1, not 0"),
        ({"max_failures": "3"}, "must be a int, not '3'"),
        ({"history": 1}, "must be a bool, not 1"),
        ({"open_s": float("inf")}, "must be a finite number, not inf"),
        ({"open_s": 10**400}, "must be a float"),
    ],
)
def test_a_wrong_argument_is_refused(wrong: dict[str, Any], sentence: str) -> None:
    """Settings made by hand are checked like those that are read."""
    with pytest.raises(InvalidSetting, match=sentence):
        Settings(**wrong)
    with pytest.raises(InvalidSetting, match=sentence):
        Settings.read({}, given=wrong)


def test_an_unknown_argument_names_what_was_meant() -> None:
    """A misspelt argument is refused like a misspelt line."""
    with pytest.raises(InvalidSetting, match="argument: setting 'open' is unknown; did you mean 'open_s'"):
        Settings.read({}, given={"open": 1})


def test_folders_may_be_given_as_text() -> None:
    """One folder or several, as text or paths, come out as paths."""
    assert Settings(plugin_path="one").plugin_path == (Path("one"),)
    assert Settings(plugin_path=["one", Path("two")], state_dir="x").plugin_path == (Path("one"), Path("two"))
    assert Settings(state_dir="x").state_dir == Path("x")


def test_a_whole_number_of_seconds_is_the_same_setting() -> None:
    """Equal settings are of equal types, so that they are one recipe for worker processes."""
    assert type(Settings(open_s=60).open_s) is float
    assert hash(Settings(open_s=60)) == hash(Settings(open_s=60.0))


def test_a_misspelt_variable_is_found() -> None:
    """A variable that resembles a setting is reported with the one it resembles; others are nobody's business."""
    environ = {"QUALIA_MAX_FAILUERS": "1", "QUALIA_DEBUG": "1", "QUALIA_OPEN_S": "1", "QUALIA_ENV": "x", "PATH": ""}
    assert strange_variables(environ) == {"QUALIA_MAX_FAILUERS": ("QUALIA_MAX_FAILURES",)}


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose user allows two failures and keeps state in a folder of their own."""
    folder = tmp_path / "config" / "qualia"
    folder.mkdir(parents=True)
    text = 'max_failures = 2\nopen_s = 60\nparallel_steps = 7\nstate_dir = "state"\n'
    (folder / "qualia.toml").write_text(text, encoding="utf-8")
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def test_a_users_own_file_is_weaker_than_a_projects(tmp_path: Path, own: dict[str, str]) -> None:
    """Default, user, project and variable each replace what the ones before say, and nothing else."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "qualia.toml").write_text("open_s = 30\n", encoding="utf-8")
    environ = {**own, "QUALIA_PARALLEL_STEPS": "3"}
    settings = Settings.read(environ, project)
    assert (settings.max_failures, settings.open_s, settings.parallel_steps) == (2, 30.0, 3)
    assert settings.state_dir == project / ".qualia"
    origins = {item.name: item.origin for item in explain(environ, project)}
    mine = str(tmp_path / "config" / "qualia" / "qualia.toml")
    assert [origins[name] for name in ("max_failures", "open_s", "parallel_steps")] == [
        mine,
        str(project / "qualia.toml"),
        "QUALIA_PARALLEL_STEPS",
    ]
    assert Settings.read(own).state_dir == tmp_path / "config" / "qualia" / "state"


def test_a_users_wrong_file_is_named(tmp_path: Path, own: dict[str, str]) -> None:
    """A mistake in it is an error like any other, with the file's path."""
    file = tmp_path / "config" / "qualia" / "qualia.toml"
    file.write_text("max_failure = 1\n", encoding="utf-8")
    with pytest.raises(InvalidSetting, match="did you mean 'max_failures'") as caught:
        Settings.read(own)
    assert caught.value.origin == str(file)


@pytest.mark.skipif(os.name == "nt", reason="the names of folders are those of POSIX")
def test_the_users_folder_is_where_the_standard_says() -> None:
    """``XDG_CONFIG_HOME`` counts when it is absolute, else ``.config`` at home; without either there is none."""
    environs: tuple[dict[str, str], ...] = (
        {"XDG_CONFIG_HOME": "/x", "HOME": "/h"},
        {"XDG_CONFIG_HOME": "x", "HOME": "/h"},
        {"HOME": "/h"},
        {},
    )
    folders = [user_folder(environ) for environ in environs]
    assert folders == [Path("/x/qualia"), Path("/h/.config/qualia"), Path("/h/.config/qualia"), None]


def test_every_wrong_setting_of_a_file_is_told(tmp_path: Path) -> None:
    """One wrong setting hides no other; right ones are not spoken of."""
    table = {"max_failure": 1, "open_s": "x", "history": True, "isolation": {"a": "moon"}, "parallel_steps": 0}
    errors = wrong_settings(table, tmp_path / "qualia.toml")
    assert [error.name for error in errors] == ["max_failure", "open_s", "isolation.a", "parallel_steps"]
    assert {error.origin for error in errors} == {str(tmp_path / "qualia.toml")}
    assert wrong_settings({"producers": {"sentiment/1": "mine"}}, tmp_path / "qualia.toml") == ()
