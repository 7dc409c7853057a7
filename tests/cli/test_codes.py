"""Every command ends with each of the codes its documentation names, for the reason named there."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen

from qualia.cli.commands import commands
from qualia.cli.shell.topics import COMMON_CODES
from tests.cli.conftest import Run

pytestmark = pytest.mark.whole
COUNT = ("-p", "toy_count")
STEPS = '[[steps]]\nplugin = "{plugin}"\n'


@frozen
class Case:
    """A command line and the code it must end with."""

    code: int
    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """The command."""
        return self.words[0]


def case(code: int, line: str) -> Case:
    return Case(code, tuple(line.split()))


CASES = (
    case(0, "process notes.txt -p toy_upper"),
    case(1, "process notes.txt -p toy_upper --timeout 0.000001"),
    case(2, "process notes.txt -p toy_count"),
    case(3, "process notes.txt refuse.txt -p toy_upper -o out"),
    case(4, "process absent.txt -p toy_upper"),
    case(5, "process notes.txt -p toy_unread"),
    case(0, "analyze notes.txt -p toy_count"),
    case(1, "analyze notes.txt -p toy_boom"),
    case(2, "analyze notes.txt -p toy_count -P top=many"),
    case(3, "analyze notes.txt absent.txt -p toy_count -o out"),
    case(4, "analyze absent.txt -p toy_count"),
    case(5, "analyze notes.txt -p toy_absent"),
    case(0, "visualize notes.txt -p toy_draw -o x.png"),
    case(1, "visualize notes.txt -p toy_draw -o x.png --timeout 0.000001"),
    case(2, "visualize notes.txt -p toy_draw -f gif"),
    case(3, "visualize notes.txt absent.txt -p toy_draw -o out"),
    case(4, "visualize absent.txt -p toy_draw"),
    case(5, "visualize notes.txt -p toy_unseen"),
    case(0, "pipeline notes.txt -c good.toml -o out"),
    case(1, "pipeline notes.txt -c boom.toml -o out"),
    case(2, "pipeline notes.txt -c unknown.toml -o out"),
    case(3, "pipeline notes.txt absent.txt -c good.toml -o out"),
    case(4, "pipeline absent.txt -c good.toml -o out"),
    case(5, "pipeline notes.txt -c lacking.toml -o out"),
    case(2, "demo --format docx"),
    case(4, "demo -o notes.txt"),
    case(2, "menu"),
    case(0, "batch notes.txt -p toy_count -o out"),
    case(1, "batch notes.txt -p toy_boom -o out"),
    case(2, "batch notes.txt -p toy_count -P no=1 -o out"),
    case(3, "batch notes.txt refuse.txt -p toy_upper -o out --continue-on-error"),
    case(4, "batch absent -p toy_count -o out"),
    case(5, "batch notes.txt -p toy_absent -o out"),
    case(0, "watch inbox --once --settle 0.01 -p toy_count -o out"),
    case(1, "watch inbox --once --settle 0.01 -p toy_boom -o out"),
    case(3, "watch mixed --once --settle 0.01 -p toy_upper -o out"),
    case(2, "watch inbox --once -p toy_count -P no=1 -o out"),
    case(4, "watch absent --once -p toy_count -o out"),
    case(5, "watch inbox --once -p toy_absent -o out"),
    case(0, "export words.json -f csv -o words.csv"),
    case(2, "export words.json -f docx"),
    case(4, "export notes.txt -f csv"),
    case(0, "list"),
    case(2, "list --kind x"),
    case(0, "list-visualizers"),
    case(2, "list-visualizers --x"),
    case(0, "inspect toy_count"),
    case(2, "inspect no_such"),
    case(0, "plugins disable toy_plain"),
    case(2, "plugins disable no_such"),
    case(4, "plugins disable toy_plain --project blocked"),
    case(0, "config show"),
    case(2, "config show --project wrong"),
    case(4, "config create -p toy_count -o absent/x.toml"),
    case(1, "config create -p toy_broken -o x.toml"),
    case(5, "config create -p toy_absent -o x.toml"),
    case(0, "init study"),
    case(2, "init --x"),
    case(4, "init notes.txt"),
    case(0, "history list"),
    case(1, "history list --project damaged"),
    case(2, "history show 00ff"),
    case(4, "history rerun last absent.txt"),
    case(0, "cache stats"),
    case(1, "cache verify --project damaged"),
    case(2, "cache clear --older-than soon"),
    case(0, "create questions -o questions"),
    case(2, "create Questions"),
    case(4, "create questions -o notes.txt"),
    case(0, "dev toys/toy_count --sample notes.txt --once"),
    case(1, "dev toys/toy_boom --sample notes.txt --once"),
    case(2, "dev absent"),
    case(5, "dev toys/toy_absent --sample notes.txt --once"),
    case(4, "dev toys/toy_count --sample absent.txt --once"),
    case(0, "validate toys/toy_count --no-run"),
    case(1, "validate toys/toy_broken"),
    case(2, "validate --x"),
    case(4, "validate absent"),
    case(2, "watch-plugins --project absent"),
    case(0, "host --list"),
    case(2, "host --idle-exit -1"),
    case(0, "doctor --check settings"),
    case(1, "doctor --check history --project damaged"),
    case(2, "doctor --check no_such"),
    case(3, "health"),
    case(1, "health --project damaged"),
    case(2, "health --every x"),
    case(3, "status"),
    case(1, "status --project damaged"),
    case(2, "status --every x"),
    case(0, "completion zsh"),
    case(2, "completion tcsh"),
    case(0, "spec list"),
    case(2, "spec no_such"),
)
DECLARED = {each.name: {int(code) for code in (*COMMON_CODES, *each.codes)} for each in commands()}
# Codes that no words can bring about in a test, with what stands for them elsewhere.
ELSEWHERE = {
    ("batch", 143): "test_batch_ended sends the signal",
    ("demo", 0): "test_demo runs it",
    ("demo", 1): "its own pipeline would have to fail",
    ("demo", 5): "a shipped plugin's library would have to be missing; test_demo takes one away",
    ("completion", 4): "test_completion puts a file in its way",
    ("export", 5): "its library would have to be missing",
    ("history", 5): "the library of the crate extra would have to be missing",
    ("health", 0): "test_health looks where all is well",
    ("health", 143): "test_health sends the signal",
    ("status", 0): "test_health looks where all is well",
    ("status", 143): "test_health sends the signal",
    ("host", 1): "tests/host starts two of one project",
    ("host", 4): "the folder for sockets would have to belong to somebody else",
    ("host", 143): "tests/host sends the signal",
    ("menu", 0): "test_menu drives it at a terminal",
    ("menu", 5): "its library would have to be missing",
    ("watch-plugins", 0): "test_watch_plugins ends it",
}


@pytest.fixture
def study(home: Path, plugin_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with documents, pipelines and plugins of which some fail, beside projects that are damaged."""
    write = {
        "qualia.toml": '[producers]\n"word-frequencies/1" = "toy_count"\n',
        "notes.txt": "a a a b b c\n",
        "refuse.txt": "refuse this\n",
        "inbox/new.txt": "a b\n",
        "mixed/new.txt": "a b\n",
        "mixed/refuse.txt": "refuse this\n",
        "good.toml": STEPS.format(plugin="toy_count"),
        "boom.toml": STEPS.format(plugin="toy_boom"),
        "unknown.toml": STEPS.format(plugin="no_such"),
        "lacking.toml": STEPS.format(plugin="toy_absent"),
        "damaged/qualia.toml": "",
        "damaged/.qualia/history.db": "no database" * 1000,
        "damaged/.qualia/cache.db": "no database" * 1000,
        "wrong/qualia.toml": "no_such = 1\n",
        "blocked/qualia.toml": "",
        "blocked/.qualia": "in the way",
    }
    for plugin, kind in (("toy_unread", "document"), ("toy_unseen", "visualizer")):
        head = f'id = "{plugin}"\nkind = "{kind}"\nversion = "1.0.0"\napi = ">=1,<2"\nsummary = "x"\nentry = "Toy"\n'
        write[f"plugins/{plugin}/plugin.toml"] = f'{head}dependencies = ["no-such-distribution>=9"]\n'
    for name, text in write.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    shutil.copytree(plugin_dir, home / "toys")
    monkeypatch.setenv("QUALIA_PLUGIN_PATH", str(home / "toys"))
    return home


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{'-'.join(case.words)}"[:60])
def test_a_command_ends_with_the_code_of_what_happened(case: Case, study: Path, qualia: Run) -> None:
    """The code is the one scripts rely on, it is one the command documents, and a failure says why."""
    if case.name == "export":
        assert qualia("analyze", "notes.txt", "-p", "toy_count", "-o", "words.json", plugins=False).code == 0
    if case.words[:2] == ("history", "rerun"):
        assert qualia("analyze", "notes.txt", "-p", "toy_count", plugins=False).code == 0
    ran = qualia(*case.words, plugins=False)
    assert ran.code == case.code, ran.err or ran.out
    assert case.code in DECLARED[case.name]
    assert case.code == 0 or ran.err or ran.out


def test_every_documented_code_is_tried() -> None:
    """For each command and each code it can end with there is a case, or a reason why not."""
    tried = {(case.name, case.code) for case in CASES} | set(ELSEWHERE)
    both = {130, 141}
    assert sorted({(name, code) for name, codes in DECLARED.items() for code in codes - both} - tried) == []


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_ctrl_c_is_an_interruption(name: str, study: Path, qualia: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs when Ctrl-C comes, the command ends with 130 and says so once."""

    def interrupted(*_given: object) -> None:
        raise KeyboardInterrupt

    lines = {case.name: case.words for case in (*CASES, case(0, "demo"), case(0, "watch-plugins")) if case.code == 0}
    monkeypatch.setattr("importlib.import_module", _instead(interrupted))
    ran = qualia(*lines.get(name, (name,)), plugins=False)
    assert (ran.code, ran.err.count("interrupted")) == (130, 1)


def _instead(function: Callable[..., None]) -> Callable[[str], object]:
    """Return an import that gives modules in which every command is ``function``."""
    real = importlib.import_module

    def import_module(name: str) -> object:
        module = real(name)
        is_grammar = "grammar" in name or name in ("qualia.cli.running", "qualia.cli.author")
        return module if is_grammar else Anything(function)

    return import_module


class Anything:
    """Has every name, and all of them are one function."""

    def __init__(self, function: Callable[..., None]) -> None:
        self._function: Callable[..., None] = function

    def __getattr__(self, name: str) -> Callable[..., None]:
        return self._function


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of Unix")
@pytest.mark.parametrize(
    "words", [["list"], ["spec"], ["--help"], ["analyze", "notes.txt", *COUNT], ["help", "formats"]]
)
def test_a_reader_who_leaves_is_no_failure_of_ours(words: list[str], study: Path, environment: dict[str, str]) -> None:
    """With nobody left to read, the command ends with 141 and says nothing."""
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [sys.executable, "-m", "qualia", *words],
        env=environment,
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (141, b"")
