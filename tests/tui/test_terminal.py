"""The console in a real terminal: how it begins, how it ends, and what reaches the terminal of what others wrote."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qualia import Core, Document
from qualia.errors import PluginFailed
from qualia.host import expose
from qualia.settings import Settings

pytest.importorskip("textual", reason="the console's toolkit is an extra")
if sys.platform != "linux":
    pytest.skip("a terminal is made with Linux's means", allow_module_level=True)

from benchmarks.terminal import Terminal
from tests.tui.terminals import plain_environ

SHELL = """
import os, signal, sys
child = os.fork()
if not child:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Runs a program as a shell does: as a job of its own, which may be stopped and let go on."""
HOSTILE = "\x1b]52;c;aGVsbG8=\x07\x1b]0;title\x07\x1b[2J\x9b31m\x9d2;other\x9cred \u202ereversed\u2066"
BROKEN = """
from qualia.plugin import Analyzer, Document, NoParams

class Hostile(Analyzer[NoParams, int]):
    def analyze(self, document: Document, params: NoParams) -> int:
        raise ValueError("hostile error" + HOSTILE)
"""
MANIFEST = """
id = "hostile"
kind = "analyzer"
version = "1.0.0"
api = ">=1,<2"
summary = "Writes what steers terminals."
entry = "Hostile"
"""


@pytest.fixture(scope="module")
def project() -> Generator[Path, None, None]:
    """Give a project whose host runs in this process, with a plugin that writes hostile texts."""
    # Sockets want short names, which pytest's own folders have not.
    folder = Path(tempfile.mkdtemp(prefix="qt"))
    plugin = folder / "more" / "hostile"
    plugin.mkdir(parents=True)
    (plugin / "plugin.toml").write_text(MANIFEST, encoding="utf-8")
    (plugin / "__init__.py").write_text(f"HOSTILE = {HOSTILE!r}\n{BROKEN}", encoding="utf-8")
    (plugin / "README.md").write_text(f"# Hostile {HOSTILE}\n", encoding="utf-8")
    broken = folder / "more" / "broken"
    broken.mkdir()
    (broken / "plugin.toml").write_text(f"id = {HOSTILE!r}", encoding="utf-8")
    settings = Settings(state_dir=folder / ".qualia")
    with Core(settings=settings, plugin_dirs=[folder / "more"]) as core, expose(core):
        core.run("word_frequency", Document(f"{HOSTILE} to be or not to be", title=f"{HOSTILE}.txt"))
        for _time in range(2):
            with pytest.raises(PluginFailed):
                core.run("hostile", Document("to be"))
        yield folder
    shutil.rmtree(folder)


@pytest.fixture
def busy() -> Generator[tuple[Path, Core], None, None]:
    """Give a project of its own with its engine, for tests that keep it at work."""
    with (
        tempfile.TemporaryDirectory(prefix="qt") as folder,
        Core(settings=Settings(state_dir=Path(folder) / ".qualia")) as core,
        expose(core),
    ):
        core.run("word_frequency", Document("to be or not to be"))
        yield Path(folder), core


@contextmanager
def console(
    project: Path, *words: str, size: tuple[int, int] = (80, 24), **more: str
) -> Generator[Terminal, None, None]:
    """Run the console in a terminal."""
    command = [sys.executable, "-m", "qualia_tui", "--project", str(project), *words]
    with Terminal(command, environ=plain_environ(project, **more), size=size) as terminal:
        yield terminal


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131), (signal.SIGUSR1, 138)],
    ids=["INT", "TERM", "HUP", "QUIT", "USR1"],
)
def test_a_signal_leaves_the_terminal_as_it_was(project: Path, number: signal.Signals, code: int) -> None:
    """Whatever ends it, no mode stays on, the line is cooked again, and the exit code names the signal."""
    with console(project) as terminal:
        terminal.until("word_frequency")
        assert "alternate screen" in terminal.screen.modes
        terminal.process.send_signal(number)
        ended = terminal.ended()
    assert (ended.code, ended.modes_left, ended.is_cooked) == (code, (), True)


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
def test_a_key_leaves_with_0(project: Path, key: str) -> None:
    """It can be left by keys, and then all is well."""
    with console(project) as terminal:
        terminal.until("word_frequency")
        terminal.send(key)
        ended = terminal.ended()
    assert (ended.code, ended.modes_left, ended.is_cooked) == (0, (), True)


def test_a_line_that_drops_ends_it(project: Path) -> None:
    """When the terminal is gone the console ends, and does not stay behind as an orphan."""
    with console(project) as terminal:
        terminal.until("word_frequency")
        terminal.hang_up()
        assert terminal.process.wait(timeout=30) == 129


def test_a_crash_restores_the_terminal_and_ends_with_1(project: Path) -> None:
    """An error that nobody foresaw leaves the terminal as it was, says what happened, and the exit code tells."""
    crash = (
        "import qualia_tui.app, sys\n"
        "def broken(self): heard = 'what somebody ' + 'said'; raise RuntimeError('nobody foresaw this')\n"
        "qualia_tui.app.Console.action_next_theme = broken\n"
        f"sys.argv[1:] = ['--project', {str(project)!r}]\n"
        "import qualia_tui; sys.exit(qualia_tui.main())\n"
    )
    with Terminal([sys.executable, "-c", crash], environ=plain_environ(project)) as terminal:
        terminal.until("word_frequency")
        terminal.send("f3")
        ended = terminal.ended()
        assert "nobody foresaw this" in terminal.screen.text()
        assert "what somebody said" not in terminal.screen.text()
    assert (ended.code, ended.modes_left, ended.is_cooked) == (1, (), True)


def test_a_line_that_nobody_reads_holds_nothing_up(busy: tuple[Path, Core]) -> None:
    """While nobody reads and the host is busy little is kept for later; then the newest state is there at once."""
    project, core = busy
    with console(project) as terminal:
        terminal.until("word_frequency")
        terminal.send("6")
        terminal.until("run_finished")
        for number in range(400):
            core.run("word_frequency", Document(f"to be or not to be {number}"))
            terminal.send("G" if number % 2 else "g")
        # Another client is served at once, and hears that all of it has happened.
        with console(project) as other:
            other.until("word_frequency  ")
            other.until("401")
            other.send("q")
            assert other.ended().code == 0
        before = terminal.bytes
        terminal.send("1")
        terminal.until("401")
        assert terminal.bytes - before < 60_000
        terminal.send("q")
        assert terminal.ended().code == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["TERM", "HUP"])
def test_a_line_that_nobody_reads_can_be_left(busy: tuple[Path, Core], number: signal.Signals) -> None:
    """A console whose terminal takes nothing ends all the same, within seconds."""
    project, _core = busy
    with console(project, "--theme", "dark", size=(200, 60)) as terminal:
        terminal.until("word_frequency")
        for _round in range(40):
            terminal.send("?")
            terminal.send("ctrl+l")
        terminal.process.send_signal(number)
        assert terminal.process.wait(timeout=30) == 128 + number


def test_it_can_be_put_aside(project: Path) -> None:
    """Ctrl-Z gives the shell its terminal back as it was; on fg the console is there again, whole."""
    command = [sys.executable, "-c", SHELL, sys.executable, "-m", "qualia_tui", "--project", str(project)]
    with Terminal(command, environ=plain_environ(project), size=(80, 24)) as terminal:
        terminal.until("word_frequency")
        terminal.send("ctrl+z")
        shell = terminal.process.pid
        pid = int(Path(f"/proc/{shell}/task/{shell}/children").read_text(encoding="utf-8"))
        terminal.until(lambda _text: not terminal.screen.modes and is_stopped(pid))
        os.kill(pid, signal.SIGCONT)
        terminal.until("word_frequency")
        terminal.until("q quit")
        terminal.send("q")
        ended = terminal.ended()
    assert (ended.code, ended.modes_left, ended.is_cooked) == (0, (), True)


def test_it_is_not_put_aside_where_nobody_could_bring_it_back(project: Path) -> None:
    """Started by ``ssh -t`` or a terminal itself, without a shell, it is there again at once and takes keys."""
    with console(project) as terminal:
        terminal.until("word_frequency")
        terminal.send("ctrl+z")
        terminal.quiet()
        terminal.send("6")
        terminal.until("[6 Log]")
        assert not is_stopped(terminal.process.pid)
        terminal.send("q")
        ended = terminal.ended()
    assert (ended.code, ended.modes_left, ended.is_cooked) == (0, (), True)


def is_stopped(pid: int) -> bool:
    """Return whether a process was stopped, as a shell sees it."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T"


def test_it_can_be_painted_anew(project: Path) -> None:
    """What others wrote over the screen goes with ctrl+l."""
    with console(project) as terminal:
        terminal.until("word_frequency")
        terminal.quiet()
        terminal.screen.feed("\x1b[5;1HBroadcast message from root: the system will go down")
        terminal.send("ctrl+l")
        terminal.until(lambda text: "Broadcast" not in text and "word_frequency" in text)


def test_hostile_texts_reach_no_terminal(project: Path) -> None:
    """Titles, clipboard writes and colours in what plugins say are shown, never obeyed, in every section and page."""
    with console(project, "--theme", "none") as terminal:
        terminal.until("hostile")
        for keys in (("1", "w", "escape"), ("2", "enter", "escape"), *((place, "enter", "escape") for place in "3456")):
            for key in keys:
                terminal.send(key)
                terminal.quiet(0.15)
        for key in ("2", "down", "down", "enter", "escape", "6", "G", "enter"):
            terminal.send(key)
            terminal.quiet(0.15)
        terminal.send("escape")
        terminal.until("step_failed")
        screen = terminal.screen
        assert (screen.copies, screen.titles, screen.bells, screen.colours) == (0, 0, 0, 0)
        assert not any(sign in terminal.said for sign in "\x9b\x9c\x9d\u202e\u2066")
        terminal.send("q")
        assert terminal.ended().code == 0


def test_no_color_sends_none(project: Path) -> None:
    """With NO_COLOR not one colour is set, in any section."""
    with console(project, NO_COLOR="1") as terminal:
        terminal.until("word_frequency")
        for key in "234561?":
            terminal.send(key)
            terminal.quiet()
        assert terminal.screen.colours == 0
        assert terminal.screen.text().strip()


def test_ascii_sends_nothing_else(project: Path) -> None:
    """With --ascii every character is ASCII, in any section and language."""
    with console(project, "--ascii", "--lang", "pt-BR") as terminal:
        terminal.until("word_frequency")
        for key in "234561?":
            terminal.send(key)
            terminal.quiet()
        assert terminal.screen.non_ascii == 0
        assert terminal.screen.text().strip()


def test_a_dumb_terminal_is_refused_with_a_hint(project: Path) -> None:
    """TERM=dumb cannot be painted on: one sentence says what can be done instead."""
    with console(project, TERM="dumb") as terminal:
        ended = terminal.ended()
        told = terminal.screen.text()
    assert ended.code == 2
    assert "qualia status --watch" in told.replace("\n", "")


def test_a_killed_console_can_be_cleaned_up_after(project: Path) -> None:
    """After kill -9 modes stay on; --reset-terminal switches every one off, and lines are cooked again."""
    with console(project) as terminal:
        terminal.until("word_frequency")
        terminal.process.kill()
        left = terminal.ended()
        assert left.modes_left
        assert not left.is_cooked
        terminal.run([sys.executable, "-m", "qualia_tui", "--reset-terminal"], environ=plain_environ(project))
        ended = terminal.ended()
    assert (ended.code, ended.modes_left, ended.is_cooked) == (0, (), True)


@pytest.mark.parametrize(("language", "word"), [("en", "change nothing"), ("pt-BR", "nada")])
def test_help_needs_no_toolkit(tmp_path: Path, language: str, word: str) -> None:
    """--help speaks both languages and loads neither Textual nor asyncio, so that it is there at once."""
    code = (
        "import sys, time, qualia_tui\n"
        f"sys.argv[1:] = ['--lang', {language!r}, '--help']\n"
        "try: qualia_tui.main()\n"
        "finally: print([name for name in ('textual', 'rich', 'asyncio') if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=plain_environ(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert word in done.stdout
    assert done.stderr == "[]\n"


def test_no_terminal_is_refused_with_a_hint(project: Path) -> None:
    """Piped, it paints nothing, and says what can be done instead."""
    command = [sys.executable, "-m", "qualia_tui", "--project", str(project)]
    done = subprocess.run(
        command, env=plain_environ(project), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "qualia status --watch" in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
def test_every_section_fits(project: Path, size: tuple[int, int]) -> None:
    """In each size the keys for help and leaving are in the last line, whatever else is there."""
    with console(project, size=size) as terminal:
        terminal.until("frequency_chart")
        for key in "123456":
            terminal.send(key)
            terminal.quiet()
            last = terminal.screen.text().splitlines()[size[1] - 1]
            assert last.rstrip().endswith("? help  q quit"), key


def test_it_grows_and_shrinks(project: Path) -> None:
    """A terminal that changes its size is painted anew, however small it was for a while."""
    with console(project) as terminal:
        terminal.until("word_frequency")
        for size in ((20, 6), (4, 2), (120, 40), (80, 24)):
            terminal.resize(*size)
            terminal.quiet()
        terminal.send("2")
        terminal.until("word_frequency")
        terminal.until("q quit")


def test_a_wrong_setting_is_one_sentence(project: Path) -> None:
    """A setting that is not known ends it before the screen is touched, with the file, the name and a remedy."""
    folder = project / "config"
    (folder / "qualia").mkdir(parents=True, exist_ok=True)
    (folder / "qualia" / "console.toml").write_text('theem = "dark"\n', encoding="utf-8")
    with console(project, XDG_CONFIG_HOME=str(folder)) as terminal:
        ended = terminal.ended()
        told = " ".join(terminal.screen.text().split())
    assert ended.code == 2
    assert "theem" in told
    assert "'theme'" in told
    assert "Traceback" not in told
