"""The menu in a real terminal: every branch, both languages, narrow, resized, dumb, without colours, and left early."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qualia.cli import main
from qualia.cli.menu.lessons import lessons, prepare
from qualia.cli.words import _, heading, speaking

pytestmark = [pytest.mark.whole, pytest.mark.skipif(os.name == "nt", reason="terminals of Unix")]
pexpect: Any = pytest.importorskip("pexpect")
termios: Any = pytest.importorskip("termios")
pytest.importorskip("prompt_toolkit")

WAIT_S = 30
DOWN, CTRL_C, CTRL_D = "\x1b[B", "\x03", "\x04"
SGR_COLOUR = re.compile(r"\x1b\[[0-9;]*(?:3[0-9]|4[0-9]|9[0-7])[0-9;]*m")


class Visit:
    """A visit to the menu in a terminal of its own.

    Args:
        environment: of the process.
        plugin_dir: a folder with small plugins.
        language: "en" or "pt-BR".
        size: lines and columns of the terminal.
        words: options behind ``menu``.
    """

    def __init__(
        self,
        environment: dict[str, str],
        plugin_dir: Path,
        *,
        language: str = "en",
        size: tuple[int, int] = (30, 100),
        words: tuple[str, ...] = (),
    ) -> None:
        self.language: str = language
        called = ["-m", "qualia", "--plugin-dir", str(plugin_dir), "--lang", language, "menu", *words]
        self.child: Any = pexpect.spawn(
            sys.executable, called, env=environment, dimensions=size, encoding="utf-8", timeout=WAIT_S
        )
        self.child.str_last_chars = 800
        self.seen: str = ""

    def until(self, sentence: str, **fields: object) -> Visit:
        """Wait until a sentence, in the language spoken, has been shown; narrow terminals may fold it."""
        with speaking(self.language):
            words = _(sentence, **fields).split()
        gap = r"(?:\x1b\[[0-9;?]*[A-Za-z]|\s)*"
        self.child.expect((gap + r"(?:\s|\x1b\[[0-9;?]*[A-Za-z])" + gap).join(re.escape(word) for word in words))
        self.seen += self.child.before + self.child.after
        return self

    def press(self, keys: str) -> Visit:
        """Press keys."""
        self.child.send(keys)
        return self

    def to_top(self) -> Visit:
        """Wait for the first list."""
        return self.until("What would you like to do?").until("leave")

    def end(self) -> int:
        """Wait for the end and return the exit code; a signal is its negative number."""
        self.child.expect(pexpect.EOF)
        self.seen += self.child.before
        self.child.close()
        assert "Traceback" not in self.seen
        return int(-self.child.signalstatus if self.child.exitstatus is None else self.child.exitstatus)

    def leave(self) -> int:
        """Choose "leave" in the first list, and return the exit code."""
        return self.to_top().press("0").end()


Start = Callable[..., Visit]


@pytest.fixture
def start(environment: dict[str, str], plugin_dir: Path, document: Path) -> Iterator[Start]:
    """Start visits in a folder with one document; those still running at the end are killed."""
    begun: list[Visit] = []
    known = {**environment, "XDG_STATE_HOME": str(document.parent / "state"), "TERM": "xterm-256color"}
    known = {name: value for name, value in known.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}

    def begin(*, more: dict[str, str] | None = None, **options: Any) -> Visit:
        begun.append(Visit(known | (more or {}), plugin_dir, **options))
        return begun[-1]

    yield begin
    for each in begun:
        each.child.close(force=True)


LANGUAGES = pytest.mark.parametrize("language", ["en", "pt-BR"])


def choose_notes(visit: Visit) -> None:
    """Choose the one document of the working folder."""
    visit.until("Which document?").until("back").press("2")
    visit.until("Which document?").press("notes.txt\r")


@LANGUAGES
def test_a_document_is_analysed_cleaned_and_drawn(start: Start, home: Path, language: str) -> None:
    """Three branches, a changed param, a file that is written, and each command shown."""
    visit = start(language=language)
    visit.to_top().press("1")
    choose_notes(visit)
    visit.until("What should be found out?").press("toy_count\r")
    visit.until("analyse with these").press("2").until("Keep the N most").press("\x157\r")
    visit.until("top = 7 *").press("\r").until("Where should the result go?").press("2")
    visit.until("File to write").press("\r").until("you could have typed:")
    visit.until("analyze notes.txt -p toy_count -P top=7 -o notes-toy_count.json")
    visit.to_top().press("2").until("Which document?").until("back").press("notes.txt\r")
    visit.until("What should read or clean it?").press("toy_upper\r").until("clean with these").press("1")
    visit.until("Where should the result go?").press("1").until("A A A B B C")
    visit.to_top().press("3").until("Which document or result?").until("back").press("toy_count.json\r")
    visit.until("How should it be drawn?").press("toy_draw\r").until("Which kind of file?").press("2")
    visit.until("File to write").press("\r")
    visit.until("visualize notes-toy_count.json -p toy_draw -o notes-toy_count-toy_draw.svg")
    assert visit.leave() == 0
    assert (home / "notes-toy_count-toy_draw.svg").read_bytes() == b"svg of 7"


@LANGUAGES
def test_a_pipeline_is_written_checked_and_run(start: Start, home: Path, language: str) -> None:
    """The wizard's file is saved, and its results are in the folder that was named."""
    visit = start(language=language)
    visit.to_top().press("4").until("write a new pipeline").until("back").press("3")
    visit.until("Name of the pipeline").press("\x15Two steps\r").until("What is it for? (Enter for nothing)").press(
        "\r"
    )
    for plugin, first in (("toy_upper", "add the first step"), ("toy_count", "done: show the file")):
        visit.until(first).until("back").press("1")
        visit.until("Plugin of step {number}", number=1 + (plugin == "toy_count")).press(f"{plugin}\r")
        visit.until("add the step with these").until("back").press("1").until("Name of the step").press("\r")
    visit.until("done: show the file").until("back").press("2")
    visit.until("This will be the file:").until('plugin = "toy_upper"').until("Save it?").until("no").press("1")
    visit.until("File to write").press("\r").until("pipeline check two-steps.toml")
    visit.until("Run it on a document now?").until("no").press("1")
    choose_notes(visit)
    visit.until("Where should the results go?").press("1").until("Folder for the results").press("\r")
    visit.until("pipeline notes.txt -c two-steps.toml -o notes-two-steps").until("summary.json")
    visit.until("Pipelines").until("back").press("0")
    assert visit.leave() == 0
    assert {"toy_upper.txt", "toy_count.json"} <= {path.name for path in (home / "notes-two-steps").iterdir()}


@LANGUAGES
def test_plugins_and_settings_are_looked_at(start: Start, language: str) -> None:
    """Lists and facts of the commands are shown, and the menu stays."""
    visit = start(language=language)
    visit.to_top().press("7").until("list them").until("back").press("1").until("toy_boom")
    visit.until("Plugins").until("back").press("2").until("Which plugin?").press("toy_count\r")
    visit.until("inspect toy_count").until("Keep the N most").until("Plugins").until("back").press("0")
    visit.to_top().press("8").until("show the settings").until("back").press("1").until("config show")
    visit.until("Settings and upkeep").until("back").press("files" if language == "en" else "usados").press("\r")
    visit.until("menu.json").until("back").press("0").until("Settings and upkeep").until("back").press(CTRL_D)
    assert visit.leave() == 0


@LANGUAGES
def test_a_tutorial_runs_real_commands(start: Start, home: Path, language: str) -> None:
    """Enter leads through it; the files it wrote are there."""
    visit = start(language=language)
    visit.to_top().press("9").until("the demo").until("back").press("2").until("Folder to practise in").press("\r")
    for _screen in range(4):
        visit.until("Enter runs it; Ctrl-D leaves the tutorial").press("\r").until("you could have typed:")
    visit.until("That was all. Enter leads back.").press("\r")
    visit.until("Examples and tutorials").until("back").press(CTRL_D)
    assert visit.leave() == 0
    assert (home / "qualia-tutorial" / "words.json").is_file()


@LANGUAGES
def test_a_folder_is_worked_through_watched_and_exported(start: Start, home: Path, language: str) -> None:
    """A batch is listed and done; watching ends by Ctrl-C and leads back; a result becomes a table."""
    visit = start(language=language)
    visit.to_top().press("5").until("work through a folder").until("back").press("1")
    visit.until("Folder with the files").press("\r").until(
        "Which files in it, such as *.vtt? (Enter for all documents)"
    ).press("*.txt\r")
    visit.until("Those in folders below it too?").until("no").press("2")
    visit.until("What should be done with each file?").until("back").press("1")
    visit.until("Which plugin?").press("toy_count\r").until("go on with these").press("1")
    visit.until("Folder for the results").press("\r").until("Go on with the others when a file fails?").until(
        "no"
    ).press("1")
    visit.until("batch . -p toy_count -o results --pattern '*.txt' --dry-run")
    visit.until("That is what would be done. Do it?").until("no").press("1").until("--continue-on-error")
    visit.until("Many files").until("back").press("2").until("Folder to watch").press("\r")
    visit.until("Which files in it, such as *.vtt? (Enter for all documents)").press("\r").until(
        "Those in folders below it too?"
    ).until("no").press("2")
    visit.until("What should be done with each file?").until("back").press("1").until("Which plugin?")
    visit.press("toy_plain\r").until("Folder for the results").press("\x15watched\r")
    visit.until("watch . -p toy_plain -o watched").until("Ctrl-C").press(CTRL_C)
    visit.until("Many files").until("back").press("0").to_top().press("6").until(
        "Which result? (what analyse, clean or a pipeline wrote)"
    )
    visit.until("back")
    written = next((home / "results").glob("notes*.json"))
    visit.press("2").until("Which result? (what analyse, clean or a pipeline wrote)").press(f"results/{written.name}\r")
    visit.until("As what?").until("back").press("csv\r").until("File to write").press("\x15words.csv\r")
    visit.until("-f csv -o words.csv")
    assert visit.leave() == 0
    assert (home / "words.csv").is_file()


@LANGUAGES
def test_upkeep_is_done(start: Start, home: Path, language: str) -> None:
    """The folder becomes a project; its cache is cleared once that was confirmed; the language changes."""
    visit = start(language=language)

    def step(label: str, said: Callable[[str], str] = _) -> Visit:
        visit.until("Settings and upkeep").until("back")
        with speaking(visit.language):
            return visit.press(f"{said(label)}\r")

    visit.to_top().press("8")
    step("make this folder a project").until("qualia.toml")
    step("the cache").until("show how it is used").until("back").press("1").until("cache stats")
    step("the cache").until("show how it is used").until("back").press("2")
    visit.until("Everything will have to be computed again. Clear it?").until("no").press("1")
    visit.until("cache clear --yes")
    step("earlier runs").until("list the latest").until("back").press("1").until("history list")
    step("check this installation").until("doctor").until("xterm-256color")
    other = "pt-BR" if language == "en" else "en"
    step("language", heading).until("Which language?").until("back").press("2" if language == "en" else "1")
    visit.language = other
    visit.until("Settings and upkeep").until("back").press("0")
    assert visit.leave() == 0
    assert (home / "qualia.toml").is_file()


def test_every_command_of_every_tutorial_works(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Run as they are shown, with the plugins that ship, each ends with 0."""
    prepare(home / "practice")
    for lesson in lessons("practice"):
        for screen in lesson.screens:
            if screen.command:
                assert main(["-q", *screen.command]) == 0, (screen.command, capfd.readouterr())


def test_a_failure_leaves_one_in_the_menu(start: Start) -> None:
    """A plugin that raises is told of in a sentence, with the exit code."""
    visit = start()
    visit.to_top().press("1")
    choose_notes(visit)
    visit.until("What should be found out?").press("toy_boom\r").until("Where should").press("1")
    visit.until("no luck today").until("it did not work (exit code {code})", code=1)
    assert visit.leave() == 0


@pytest.mark.parametrize(("key", "code"), [(CTRL_C, 130), (CTRL_D, 0), ("0", 0)])
def test_the_first_list_is_left(start: Start, key: str, code: int) -> None:
    """Ctrl-C ends with 130, Ctrl-D and "leave" with 0."""
    assert start().to_top().press(key).end() == code


def test_ctrl_c_and_ctrl_d_lead_one_level_back(start: Start) -> None:
    """From a form to the first list, from a list in a list to the one above."""
    visit = start()
    visit.to_top().press("1")
    choose_notes(visit)
    visit.until("What should be found out?").press(CTRL_C)
    visit.to_top().press("4").until("Pipelines").until("back").press("1").until("Which pipeline?").press(CTRL_C)
    visit.until("Pipelines").until("back").press(CTRL_D)
    assert visit.leave() == 0


def test_a_lost_terminal_ends_the_menu(start: Start) -> None:
    """Nothing goes on behind a terminal that was closed."""
    visit = start()
    visit.to_top().press("1").until("Which document?")
    visit.child.close(force=False)
    visit.child.wait()
    assert not visit.child.isalive()


def test_a_terminated_menu_leaves_the_terminal_as_it_was(start: Start) -> None:
    """SIGTERM ends it, with echo and lines switched on again."""
    visit = start()
    visit.to_top()
    spare = os.dup(visit.child.child_fd)
    try:
        before = termios.tcgetattr(spare)[3]
        visit.child.kill(signal.SIGTERM)
        assert visit.end() == -signal.SIGTERM
        after = termios.tcgetattr(spare)[3]
    finally:
        os.close(spare)
    wanted = termios.ECHO | termios.ICANON
    assert (before & wanted, after & wanted) == (0, wanted)


@LANGUAGES
def test_it_works_in_forty_columns(start: Start, language: str) -> None:
    """Every line fits, so that none is cut and none is drawn twice."""
    visit = start(language=language, size=(16, 40))
    visit.to_top().press("1")
    choose_notes(visit)
    visit.until("What should be found out?").press("toy_count\r").until("analyse with these").press("1")
    visit.until("Where should the result go?").until("back").press("1").until("you could have typed:")
    assert visit.leave() == 0


def test_it_is_drawn_anew_when_the_terminal_is_resized(start: Start) -> None:
    """The list goes on in a terminal that became narrow, and in one that became wide."""
    visit = start()
    visit.to_top()
    for columns in (40, 120):
        visit.child.setwinsize(20, columns)
        visit.until("What would you like to do?").until("Ctrl-D: back")
    visit.press("7").until("Plugins").until("back").press("0")
    assert visit.leave() == 0


@pytest.mark.parametrize(
    ("more", "words"), [({"TERM": "dumb"}, ()), ({}, ("--plain",)), ({"TERM": "linux", "NO_COLOR": "1"}, ("--plain",))]
)
def test_plain_questions_move_no_cursor(start: Start, more: dict[str, str], words: tuple[str, ...]) -> None:
    """Numbers and lines alone; not one escape sequence comes from the questions."""
    visit = start(more=more, words=words)
    visit.until("1. analyse a document").until("number [{default}]:", default=1).press("7\r")
    visit.until("number [{default}]:", default=1).press("0\r").until("number [{default}]:", default=7)
    assert "\x1b" not in visit.seen
    assert visit.press("nonsense\r").until("type one of the numbers").press(CTRL_D).end() == 0


def test_without_colours_none_is_used(start: Start) -> None:
    """NO_COLOR leaves bold and nothing else."""
    visit = start(more={"NO_COLOR": "1", "TERM": "linux"})
    visit.to_top().press(DOWN).press("0")
    visit.end()
    assert not SGR_COLOUR.search(visit.seen)


def test_in_a_pipe_it_names_the_remedy(home: Path, environment: dict[str, str]) -> None:
    """Exit code 2, one sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "qualia", "menu"], env=environment, stdin=subprocess.DEVNULL, capture_output=True
    )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1 and b"qualia --help" in done.stderr
