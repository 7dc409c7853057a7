"""What the tabulator key answers, asked of the program and of real shells."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from qualia.cli.shell.answering import FILES, FOLDERS, WORDS, Word, answer
from qualia.cli.shell.completion import SCRIPTS, place_of
from qualia.cli.shell.declared import declared_params, declared_values
from qualia.cli.shell.grammar import SHELLS
from qualia.cli.words import speaking
from qualia.core import Core
from tests.cli.conftest import Run

HEAVY = ("asyncio", "attr", "cattrs", "importlib.metadata", "qualia.core", "qualia.plugin", "rich", "tomllib", "yaml")
UNIX = pytest.mark.skipif(os.name == "nt", reason="shells of Unix")
Ask = Callable[..., list[str]]


def fitting(*words: str) -> list[str]:
    return [word.text for word in answer(words).words]


@pytest.fixture
def toys(plugin_dir: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the small plugins be found."""
    monkeypatch.setenv("QUALIA_PLUGIN_PATH", str(plugin_dir))
    return plugin_dir


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ana"], ["analyze"]),
        (["-q", "ana"], ["analyze"]),
        (["--project", "x", "ana"], ["analyze"]),
        (["--vers"], ["--version"]),
        (["nonsense", ""], []),
        (["help", "exit"], ["exit-codes"]),
        (["help", "insp"], ["inspect"]),
        (["help", "plugins", "en"], ["enable"]),
        (["spec", "insp"], ["inspect"]),
        (["plugins", "dis"], ["disable"]),
        (["plugins", "list", "--k"], ["--kind"]),
        (["list", "--kind", ""], ["document", "analyzer", "visualizer"]),
        (["list", "--kind=an"], ["--kind=analyzer"]),
        (["list", "--kind", "analyzer", "--form"], ["--format"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["completion", "bash", ""], []),
        (["analyze", "-p", "toy_c"], ["toy_count"]),
        (["analyze", "a.txt", "--plugin=toy_c"], ["--plugin=toy_count"]),
        (["process", "-p", "toy"], ["toy_upper"]),
        (["visualize", "a.txt", "-p", "toy"], ["toy_draw", "toy_fixed"]),
        (["inspect", "toy_b"], ["toy_boom", "toy_broken"]),
        (["plugins", "disable", "toy_u"], ["toy_upper"]),
        (["analyze", "-p", "toy_count", "-P", "s"], ["share=", "skip="]),
        (["analyze", "-p", "toy_count", "-P", "top=2", "-P", "mode="], ["mode=all", "mode=some"]),
        (["analyze", "-p", "toy_count", "-P", "case=t"], ["case=true"]),
        (["analyze", "-p", "toy_count", "-P", "top="], []),
        (["analyze", "-p", "no_such", "-P", ""], []),
        (["analyze", "-P", ""], []),
    ],
)
def test_words_that_fit(toys: Path, words: list[str], expected: list[str]) -> None:
    """Commands, options, choices, plugins of the right kind and the params of the chosen one complete."""
    assert fitting(*words) == expected


@pytest.mark.parametrize(
    ("words", "more"),
    [
        (["analyze", ""], FILES),
        (["analyze", "-o", ""], FILES),
        (["analyze", "--output=", ""], FILES),
        (["analyze", "--project", ""], FOLDERS),
        (["demo", "-o", ""], FOLDERS),
        (["analyze", "--", "-x"], FILES),
        (["list", ""], WORDS),
        (["list", "--kind", "x"], WORDS),
        ([""], WORDS),
    ],
)
def test_where_files_fit(toys: Path, words: list[str], more: str) -> None:
    """A shell is told where it may name files, or folders only."""
    assert answer(words).more == more


def test_words_say_what_they_mean_in_the_language_spoken(toys: Path) -> None:
    """Commands, options and params come with a few words."""
    assert Word("list", "list the plugins") in answer(["li"]).words
    with speaking("pt-BR"):
        assert Word("list", "lista os plugins") in answer(["li"]).words
    assert answer(["analyze", "-p", "toy_count", "-P", "top"]).words == (
        Word("top=", "Keep the N most frequent words."),
    )


def test_plugins_come_from_the_project_and_its_settings(home: Path, plugin_dir: Path) -> None:
    """The folder `plugins` of a project, the path its settings name and --plugin-dir are looked through."""
    (home / "qualia.toml").write_text(f"plugin_path = [{json.dumps(str(plugin_dir))}]\n", encoding="utf-8")
    own = home / "plugins" / "own_one"
    own.mkdir(parents=True)
    (own / "plugin.toml").write_text('id = "own_one"\nkind = "analyzer"\nentry = "X"\n', encoding="utf-8")
    assert fitting("analyze", "-p", "own") == ["own_one"]
    assert fitting("analyze", "-p", "toy_c") == ["toy_count"]
    (home / "qualia.toml").write_text("plugin_path = [", encoding="utf-8")
    assert fitting("analyze", "-p", "toy_c") == []
    assert fitting("analyze", "--plugin-dir", str(plugin_dir), "-p", "toy_c") == ["toy_count"]


def test_plugins_come_from_the_index_where_there_is_one(home: Path) -> None:
    """What manifests said last time is believed, and what the index does not know is read."""
    (home / "qualia.toml").write_text("", encoding="utf-8")
    for name in ("one", "two", "_no"):
        (home / "plugins" / name).mkdir(parents=True)
        (home / "plugins" / name / "plugin.toml").write_text(f'id = "zz_{name}"\nkind = "analyzer"\n', encoding="utf-8")
    place = str(home.resolve() / "plugins")
    index = {"format": 1, "places": {place: {"one": [[1, 2, 3, 4], {"id": "zz_known", "kind": "analyzer"}]}}}
    (home / ".qualia").mkdir()
    (home / ".qualia" / "plugins-index.json").write_text(json.dumps(index), encoding="utf-8")
    assert fitting("analyze", "-p", "zz") == ["zz_known", "zz_two"]
    (home / ".qualia" / "plugins-index.json").write_text("[1", encoding="utf-8")
    assert fitting("analyze", "-p", "zz") == ["zz_one", "zz_two"]


def test_the_params_read_from_source_are_those_a_plugin_has() -> None:
    """For every plugin that ships, reading its source finds what loading it does."""
    with Core() as core:
        for info in core.plugins.values():
            entry = next(
                line.split('"')[1]
                for line in (info.folder / "plugin.toml").read_text(encoding="utf-8").splitlines()
                if line.startswith("entry")
            )
            specs = core.plugins.params(info.id)
            folder = str(info.folder)
            assert declared_params(folder, entry) == {spec.name: spec.help for spec in specs}
            for spec in specs:
                values = ("true", "false") if spec.kind == "bool" else spec.choices
                assert declared_values(folder, entry, spec.name) == values


@pytest.mark.parametrize("source", ["", "def (", "class X: ...", "class X(Analyzer[P, int]): ...", "from .y import X"])
def test_a_source_that_tells_nothing_gives_no_params(tmp_path: Path, source: str) -> None:
    """Nothing is guessed, and nothing is raised."""
    (tmp_path / "__init__.py").write_text(source, encoding="utf-8")
    assert declared_params(str(tmp_path), "X") == {}
    assert declared_values(str(tmp_path), "X", "top") == ()


def test_an_answer_loads_next_to_nothing(environment: dict[str, str]) -> None:
    """Neither the engine nor a plugin nor any library is imported, so the answer is there at once."""
    code = (
        "import sys\n"
        "from qualia.cli import main\n"
        "main(['__complete', '--', 'analyze', '-p', 'word_frequency', '-P', 'top'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, text=True, check=True)
    assert ran.stderr == "[]\n"
    assert ran.stdout == "top=\tList the N most frequent words.\n:words\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_written_or_installed(qualia: Run, home: Path, monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    """Without --install it is data; with it, it stands where the shell looks and stdout stays empty."""
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    script = (SCRIPTS / f"qualia.{shell}").read_text(encoding="utf-8")
    assert qualia("completion", shell).out == script
    ran = qualia("completion", shell, "--install")
    target = place_of(shell, os.environ)
    assert (ran.code, ran.out, target.read_text(encoding="utf-8")) == (0, "", script)
    assert f"wrote {target}" in ran.err
    shutil.rmtree(target.parent)
    target.parent.parent.mkdir(parents=True, exist_ok=True)
    target.parent.write_text("in the way", encoding="utf-8")
    assert qualia("completion", shell, "--install").code == 4


@pytest.fixture
def shell_environment(home: Path, toys: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which ``qualia`` is a program, beside a few files."""
    program = home / "bin" / "qualia"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m qualia "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (home / "notes one.txt").write_text("a", encoding="utf-8")
    (home / "folder").mkdir()
    for shell in SHELLS:
        shutil.copy(SCRIPTS / f"qualia.{shell}", home / f"script.{shell}")
    path = f"{program.parent}{os.pathsep}{environment['PATH']}"
    return {**environment, "PATH": path, "HOME": str(home), "TERM": "xterm", "QUALIA_PLUGIN_PATH": str(toys)}


CASES = [
    ("ana", {"analyze"}),
    ("list --kin", {"--kind"}),
    ("analyze x -p toy_c", {"toy_count"}),
    ("analyze -p toy_count -P mo", {"mode="}),
    ("analyze -p toy_count -P mode=", {"mode=all", "mode=some"}),
    ("analyze -p toy_count -P mode=s", {"mode=some"}),
    ("plugins ena", {"enable"}),
]


@pytest.mark.whole
@pytest.mark.whole
@UNIX
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(("line", "expected"), CASES)
def test_bash_completes(shell_environment: dict[str, str], line: str, expected: set[str]) -> None:
    """Bash's own completion machinery gets the words; it takes what stands behind = for a word of its own."""
    script = r"""
source ./script.bash
read -r -a COMP_WORDS <<<"$(sed -E 's/=/ = /g' <<<"qualia $LINE")"
COMP_LINE="qualia $LINE" COMP_POINT=${#COMP_LINE} COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
COMP_POINT=${#COMP_LINE}
complete -p qualia >/dev/null || exit 9
_qualia
printf '%s\n' "${COMPREPLY[@]}"
"""
    told = shell(["bash", "--norc", "-c", script], shell_environment | {"LINE": line})
    behind = {each.rpartition("=")[2] if "=" in line else each for each in expected}
    assert set(told.split()) == behind


@pytest.mark.whole
@UNIX
@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(("line", "expected"), CASES)
def test_fish_completes(shell_environment: dict[str, str], line: str, expected: set[str]) -> None:
    """Fish's own completion machinery gets the words, with what they mean."""
    told = shell(["fish", "--no-config", "-c", f"source script.fish; complete -C 'qualia {line}'"], shell_environment)
    assert {each.partition("\t")[0] for each in told.splitlines()} == expected


@UNIX
@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_names_files_where_they_fit(shell_environment: dict[str, str]) -> None:
    """For a FILE the files here are named."""
    told = shell(
        ["fish", "--no-config", "-c", "source script.fish; complete -C 'qualia analyze no'"], shell_environment
    )
    assert "notes" in told


def shell(words: list[str], environment: Mapping[str, str]) -> str:
    """Run a shell and return what it says."""
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    return ran.stdout


@pytest.mark.whole
@UNIX
@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_completes_as_somebody_types(shell_environment: dict[str, str]) -> None:
    """At a real prompt the tabulator key completes options, plugins, params and file names."""
    pexpect = pytest.importorskip("pexpect")
    typed = "PS1='> '; autoload -U compinit; compinit -u; eval \"$(cat script.zsh)\"; echo re''ady"
    with pexpect.spawn(
        "zsh", ["-f", "-i"], env=shell_environment, encoding="utf-8", timeout=30, dimensions=(24, 200)
    ) as zsh:
        zsh.sendline(typed)
        zsh.expect("ready")
        zsh.send("qualia analyze no\t-p toy_c\t-P mo\ts\t--form\tjsonl\t\x01echo \r")
        zsh.expect_exact("\nqualia analyze notes one.txt -p toy_count -P mode=some --format jsonl\r")


@UNIX
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_as_somebody_types(shell_environment: dict[str, str]) -> None:
    """At a real prompt the tabulator key completes options, plugins, params and file names."""
    pexpect = pytest.importorskip("pexpect")
    with pexpect.spawn(
        "bash", ["--norc", "-i"], env=shell_environment, encoding="utf-8", timeout=30, dimensions=(24, 200)
    ) as bash:
        bash.sendline("bind 'set enable-bracketed-paste off'; PS1='> '; source ./script.bash; echo re''ady")
        bash.expect("ready")
        bash.send("qualia analyze no\t-p toy_c\t-P mo\ts\t --project fo\t\x01echo \r")
        bash.expect_exact("\nqualia analyze notes one.txt -p toy_count -P mode=some --project folder/\r")
