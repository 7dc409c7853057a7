"""Help and `spec`: what the command line says about itself, to people and to programs."""

from __future__ import annotations

import argparse
import inspect
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from qualia import cli, settings
from qualia.cli.arguments import whole_parser
from qualia.cli.commands import commands, sections
from qualia.cli.exit_codes import ExitCode
from qualia.cli.shell import topics
from qualia.cli.shell.brought import listed as brought_commands
from qualia.cli.shell.spec import Described, describe, flat, found_in
from qualia.cli.words import speaking
from tests.cli.conftest import Run

NAMES = [each.name for each in commands()]
LANGUAGES = ("en", "pt-BR")
READ = re.compile(r"environ\w*(?:\.get\(|\[)\"([A-Z_]+)\"")
# What the system or a terminal says of itself, and what is only handed on.
NOT_OURS = {
    *("APPDATA", "HOME", "LOCALAPPDATA", "PATH", "PYTHONHASHSEED", "PYTHONPATH", "TMPDIR"),
    *("KITTY_WINDOW_ID", "LC_TERMINAL", "TERM", "TERM_PROGRAM", "TMUX"),
}


def spec(language: str = "en") -> dict[str, Any]:
    with speaking(language):
        return describe(whole_parser())


def described(language: str = "en") -> list[Described]:
    return list(flat(spec(language)["commands"]))


def test_every_command_has_one_place_in_help() -> None:
    """No command is listed twice or left out, and every section has a title."""
    assert sorted(NAMES) == sorted(set(NAMES))
    assert all(section.title and section.commands for section in sections())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "words", [["--help"], ["help"], ["help", "exit-codes"], ["help", "environment"], ["help", "formats"]]
)
def test_help_fits_80_columns(qualia: Run, monkeypatch: pytest.MonkeyPatch, language: str, words: list[str]) -> None:
    """What is shown to somebody who knows nothing yet is not broken by a terminal of the usual width."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LANG", f"{language.replace('-', '_')}.UTF-8")
    ran = qualia(*words, plugins=False)
    assert (ran.code, ran.err) == (0, "")
    assert [line for line in ran.out.splitlines() if len(line) > 80] == []


def test_help_begins_with_examples_and_names_every_command(qualia: Run) -> None:
    """Examples come before the list of commands, and that before the options."""
    out = qualia("--help").out
    places = [out.index(part) for part in ("usage:", "examples:", "work with documents:", "this machine:", "options:")]
    assert places == sorted(places)
    listed = re.findall(r"(?m)^  ([a-z-]+)(?:  |$)", out.partition("examples:")[2].partition("options:")[0])
    brought = {name for name, _told in brought_commands()}
    assert [name for name in listed if not name.startswith("qualia") and name not in brought] == NAMES


def test_bare_qualia_prints_help_where_nobody_types(qualia: Run) -> None:
    """In a script there is no menu."""
    assert qualia(plugins=False).out == qualia("--help", plugins=False).out


def test_bare_qualia_at_a_terminal_opens_the_menu(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """With nothing asked for and somebody there, it is as if the menu had been."""
    from qualia.cli import arguments

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stdout", Terminal())
    asked = arguments.parse([])
    assert asked is not None
    assert asked.command == "menu"
    assert arguments.parse(["--quiet"]) is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lst"], "there is no command 'lst'; did you mean list"),
        (["help", "anlyze"], "there is no command 'anlyze'; did you mean analyze"),
        (["--project", "x", "pipline"], "there is no command 'pipline'; did you mean pipeline"),
        (["spec", "plugins", "shw"], "there is no command 'plugins shw'; did you mean plugins show"),
        (["plugins", "enabel"], "did you mean enable"),
        (["help", "exit-cods", "x"], "there is no command 'exit-cods'"),
    ],
)
def test_a_mistyped_command_is_answered_with_the_nearest(qualia: Run, words: list[str], told: str) -> None:
    """Who mistypes is told what there is, and the code is that of wrong usage."""
    ran = qualia(*words, plugins=False)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_help_is_a_command_wherever_a_command_may_stand(qualia: Run, document: Path) -> None:
    """Options may stand before it and behind it, and a file of that name is a file."""
    assert qualia("--lang", "pt", "help", "formats").out == qualia("help", "--lang", "pt", "formats").out
    assert qualia("-q", "help", "list", plugins=False).out == qualia("list", "--help", plugins=False).out
    document.rename(document.with_name("help"))
    assert qualia("analyze", "help", "-p", "toy_count", "--format", "json").data["value"]["total"] == 7


def test_a_word_that_is_the_name_of_another_command_is_no_command(qualia: Run, document: Path) -> None:
    """Only the first word names the command: a file may be called like one."""
    document.rename(document.with_name("list"))
    assert qualia("analyze", "list", "-p", "toy_count", "--format", "json").data["value"]["total"] == 7


def test_the_spec_is_json_with_a_version_of_its_shape(qualia: Run) -> None:
    """Programs can rely on the shape as long as its number stays."""
    told = qualia("spec", plugins=False).data
    assert told["schema"] == "qualia-cli/1"
    assert set(told) == {
        *("schema", "version", "language", "program", "summary", "options"),
        *("commands", "exit_codes", "formats", "environment"),
    }
    assert told == json.loads(json.dumps(spec()))


def test_the_spec_of_one_command_is_that_part_of_the_whole(qualia: Run) -> None:
    """`spec COMMAND` gives what the whole says of it."""
    one = qualia("spec", "plugins", "use", plugins=False).data
    whole = found_in(spec(), ["plugins", "use"])
    assert whole is not None
    assert {name: one[name] for name in whole} == whole
    assert [each["names"] for each in whole["arguments"]] == [["PLUGIN"], ["VERSION"]]


def test_the_spec_is_the_grammar() -> None:
    """Every option and argument of every parser is in it, with what it takes."""

    def walked(parser: argparse.ArgumentParser, path: str) -> Iterator[tuple[str, str]]:
        for action in parser._actions:
            if isinstance(action.choices, dict):
                for name, below in action.choices.items():
                    yield from walked(below, f"{path} {name}".strip())
            elif action.help != argparse.SUPPRESS and path:
                yield path, action.option_strings[-1] if action.option_strings else str(action.metavar)

    told = {(each["name"], taken["names"][-1]) for each in described() for taken in each["options"] + each["arguments"]}
    assert told == {(path, name) for path, name in walked(whole_parser(), "")}


def test_what_an_option_takes_is_told() -> None:
    """Flags, choices, numbers, files, folders, plugins and params are told apart, in either language."""
    expected = {
        "-q": "flag", "--format": "choice", "--timeout": "seconds", "--plugin": "plugin", "--param": "param",
        "--project": "folder", "--output": "path",
    }  # fmt: skip
    for language in LANGUAGES:
        analyze = found_in(spec(language), ["analyze"])
        assert analyze is not None
        found = {name: each["type"] for each in analyze["options"] for name in each["names"]}
        assert {name: found[name] for name in expected} == expected
        assert [each["type"] for each in analyze["arguments"]] == ["file"]
        repeatable = [each["names"][-1] for each in analyze["options"] if each["repeatable"]]
        assert repeatable == ["--plugin-dir", "--param"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_explained(language: str) -> None:
    """Each command has a summary, an example, and a few words for each option and argument."""
    for each in described(language):
        assert each["summary"], each["name"]
        assert each["examples"], each["name"]
        assert all(example.startswith("qualia ") for example in each["examples"]), each["examples"]
        assert [taken["names"] for taken in each["options"] + each["arguments"] if not taken["help"]] == []
        assert "%(" not in json.dumps(each)


def test_what_a_command_calls_exists() -> None:
    """The function each command names can be imported."""

    def runs(parser: argparse.ArgumentParser) -> Iterator[str]:
        if parser.get_default("run"):
            yield parser.get_default("run")
        for action in parser._actions:
            for below in action.choices.values() if isinstance(action.choices, dict) else ():
                yield from runs(below)

    for run in set(runs(whole_parser())):
        module, _colon, function = run.partition(":")
        assert callable(getattr(import_module(module), function)), run


def test_every_format_is_explained_and_no_other() -> None:
    """What --format takes anywhere is what `qualia help formats` tells of."""
    taken = {
        choice
        for each in described()
        for option in each["options"]
        if "--format" in option["names"]
        for choice in option["choices"]
    }
    assert taken == set(topics.formats())


def test_every_exit_code_is_explained() -> None:
    """The table of codes has each of them, and a command only codes there are."""
    assert list(topics.exit_codes()) == list(ExitCode)
    assert {code for each in described() for code in each["exit_codes"]} <= {code.value for code in ExitCode}


def test_every_variable_that_is_read_is_explained() -> None:
    """The sources read no variable that `qualia help environment` does not tell of."""
    told = {name for names in topics.variables() for name in names.split(", ")}
    for module in (cli, settings):
        files = Path(inspect.getfile(module)).parent.rglob("*.py") if module is cli else [Path(inspect.getfile(module))]
        read = {name for path in files for name in READ.findall(path.read_text(encoding="utf-8"))}
        assert read - told - NOT_OURS == set()


FAST = ("asyncio", "attr", "cattrs", "importlib.metadata", "json", "qualia.core", "qualia.errors", "rich", "yaml")


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["analyze", "--help"], ["help", "exit-codes"]])
def test_quick_answers_load_next_to_nothing(environment: dict[str, str], words: list[str]) -> None:
    """Help imports neither the engine nor a library, also where distributions bring commands."""
    code = (
        "import sys\n"
        "from qualia.cli import main\n"
        f"code = main({words!r})\n"
        f"print([name for name in {FAST!r} if name in sys.modules], code, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, text=True, check=True)
    assert ran.stderr == "[] 0\n"
