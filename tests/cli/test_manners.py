"""The command among others: in real pipes, and in a real terminal."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import field, frozen

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(os.name == "nt", reason="pipes, terminals and signals of Unix"),
]

LIMIT_S = 60.0
MANIFEST = """\
id = "{id}"
kind = "{kind}"
version = "1.0.0"
api = ">=1,<2"
summary = "For tests."
entry = "Toy"
{more}
"""
SLOW = """
import sys
import time
from pathlib import Path
from qualia.plugin import Analyzer, NoParams

class Toy(Analyzer[NoParams, dict]):
    def analyze(self, document, params):
        word = "started\\n"
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                sys.stderr.write(word)
                word = ""
                time.sleep(0.05)
            except KeyboardInterrupt:
                Path("heard").write_text("yes")
                if "stubborn" not in document.text:
                    raise
        return {}
"""
PICTURE = """
from qualia.plugin import Artifact, NoParams, Visualizer

class Toy(Visualizer[NoParams]):
    def render(self, params, *, word_frequencies):
        return Artifact(media_type="image/png", data=b"\\x89PNG" + b"x" * 5000, name="big.png")
"""
DRAWN = 'produces = ["image/png"]\nconsumes = ["word-frequencies/1"]'


@pytest.fixture
def more_plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a plugin that takes a minute and one that draws a picture."""
    folder = tmp_path_factory.mktemp("more")
    for plugin, kind, code, more in (("slow", "analyzer", SLOW, ""), ("picture", "visualizer", PICTURE, DRAWN)):
        (folder / plugin).mkdir()
        text = MANIFEST.format(id=plugin, kind=kind, more=more)
        (folder / plugin / "plugin.toml").write_text(text, encoding="utf-8")
        (folder / plugin / "__init__.py").write_text(code, encoding="utf-8")
    return folder


@pytest.fixture
def command(plugin_dir: Path, more_plugins: Path) -> str:
    """Return what starts the command line in a shell."""
    return f"{shlex.quote(sys.executable)} -m qualia --plugin-dir {plugin_dir} --plugin-dir {more_plugins}"


@pytest.fixture
def shell(environment: dict[str, str], command: str) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Run a line of shell, in which ``qualia`` is this very command."""

    def run(line: str) -> subprocess.CompletedProcess[str]:
        script = f'set -o pipefail\nqualia() {{ {command} "$@"; }}\n{line}'
        return subprocess.run(
            ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )

    return run


def test_a_transcript_goes_through_a_pipe_as_json(
    shell: Callable[[str], subprocess.CompletedProcess[str]], home: Path
) -> None:
    """What stdout has is JSON for the next program, and nothing else."""
    (home / "a.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>olá</v>\n", encoding="utf-8")
    read = "import json,sys; print(json.load(sys.stdin)['value']['text'].strip())"
    ran = shell(
        f"cat a.vtt | qualia process - -p teams_cleaner --format json | {sys.executable} -c {shlex.quote(read)}"
    )
    assert (ran.returncode, ran.stderr, ran.stdout) == (
        0,
        "read as webvtt: turns 1, speakers 1, words with a speaker 100%, left out 0\n",
        "Ana: olá\n",
    )
    ran = shell("cat a.vtt | qualia process - -p teams_cleaner -f json | qualia analyze - -p toy_count -f jsonl")
    assert json.loads(ran.stdout)["provenance"]["upstream"][0]["plugin"] == "teams_cleaner"


@pytest.mark.parametrize("form", ["pretty", "json", "jsonl", "csv", "yaml"])
def test_a_reader_that_has_enough_is_no_news(
    shell: Callable[[str], subprocess.CompletedProcess[str]], home: Path, form: str
) -> None:
    """``| head -1`` gets its line, and stderr stays empty."""
    for number in range(40):
        (home / f"{number:02}.txt").write_text(" ".join(f"w{each}" for each in range(4000)), encoding="utf-8")
    ran = shell(f"qualia analyze '*.txt' -p toy_plain -f {form} | head -n 1")
    assert ran.stderr == ""
    assert ran.returncode in (0, 141)
    assert ran.stdout.count("\n") == 1


def test_names_of_every_kind_go_through_the_shell(
    shell: Callable[[str], subprocess.CompletedProcess[str]], home: Path
) -> None:
    """Spaces, line ends, a leading dash and bytes that are no UTF-8, by name and by a pattern in quotes."""
    for name in (b"a b.txt", b"two\nlines.txt", b"-dash.txt", b"caf\xe9.txt"):
        with contextlib.suppress(OSError):
            Path(os.fsdecode(name)).write_bytes(b"one two")
    count = len(list(home.iterdir()))
    for words in ("'*.txt'", "./*.txt", "-- *.txt", "."):
        ran = shell(f"qualia analyze -p toy_count -f jsonl {words}")
        assert (ran.returncode, ran.stderr) == (0, "")
        assert len([json.loads(line) for line in ran.stdout.splitlines()]) == count


@frozen
class Screen:
    """A process in a terminal of its own, and what it has written there."""

    process: subprocess.Popen[bytes]
    terminal: int
    seen: bytearray = field(factory=bytearray)

    def read_until(self, is_enough: Callable[[bytes], bool]) -> bytes:
        """Read until it is enough, or the process has closed its end; fail after a minute."""
        import select

        until_s = time.monotonic() + LIMIT_S
        while not is_enough(bytes(self.seen)):
            assert time.monotonic() < until_s, bytes(self.seen)
            if not select.select([self.terminal], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(self.terminal, 65536)
            except OSError:
                break
            if not data:
                break
            self.seen.extend(data)
        return bytes(self.seen)

    def end(self) -> tuple[int, str]:
        """Wait for the end and return the code and all that was written."""
        text = self.read_until(lambda _seen: False)
        return self.process.wait(LIMIT_S), text.decode(errors="replace").replace("\r\n", "\n")


def _own_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def screen(environment: dict[str, str], command: str) -> Iterator[Callable[..., Screen]]:
    """Start the command line in a terminal."""
    import pty

    started: list[Screen] = []

    def start(*words: str, **more: str) -> Screen:
        outer, inner = pty.openpty()
        plain = {key: value for key, value in environment.items() if key not in ("NO_COLOR", "FORCE_COLOR", "TMUX")}
        process = subprocess.Popen(
            [*shlex.split(command), *words],
            env={**plain, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", **more},
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
            preexec_fn=_own_terminal,
        )
        os.close(inner)
        started.append(Screen(process, outer))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.wait(LIMIT_S)
        os.close(each.terminal)


STYLE = re.compile("\x1b\\[[0-9;]*m")


def test_a_terminal_gets_bold_headings_unless_it_should_not(screen: Callable[..., Screen]) -> None:
    """NO_COLOR, TERM=dumb and --no-color each mean no style at all."""
    code, text = screen("list", "toy").end()
    assert code == 0
    assert STYLE.search(text)
    for words, more in (((), {"NO_COLOR": "1"}), ((), {"TERM": "dumb"}), (("--no-color",), {})):
        assert "\x1b" not in screen("list", "toy", *words, **more).end()[1]


def test_long_text_is_paged_in_a_terminal(screen: Callable[..., Screen], home: Path) -> None:
    """The pager gets the text when there are more lines than the screen has; --no-pager goes past it."""
    (home / "long.txt").write_text("\n".join(f"line {number}" for number in range(60)), encoding="utf-8")
    pager = {"PAGER": "sed 's/^/paged: /'"}
    words = ("process", "long.txt", "-p", "toy_upper")
    assert screen(*words, **pager).end()[1].count("paged: LINE") == 60
    assert "paged" not in screen(*words, "--no-pager", **pager).end()[1]
    assert "paged" not in screen("list", "toy_count", **pager).end()[1]


def test_leaving_the_pager_early_is_no_failure(screen: Callable[..., Screen], home: Path) -> None:
    """A pager that reads little ends the command with 0 and no word."""
    (home / "long.txt").write_text("\n".join(f"line {number}" for number in range(90_000)), encoding="utf-8")
    code, text = screen("process", "long.txt", "-p", "toy_upper", PAGER="head -n 2").end()
    assert (code, text) == (0, "LINE 0\nLINE 1\n")


def test_a_picture_is_shown_in_a_terminal_that_can(screen: Callable[..., Screen], home: Path) -> None:
    """Terminals like kitty get its bytes behind the path; a terminal that shows none is told so."""
    (home / "a.txt").write_text("a b", encoding="utf-8")
    (home / "qualia.toml").write_text('[producers]\n"word-frequencies/1" = "toy_count"\n', encoding="utf-8")
    words = ("visualize", "a.txt", "-p", "picture", "--show", "-q")
    _code, text = screen(*words, TERM="xterm-kitty").end()
    pieces = re.findall(r"\x1b_G[^;]*;([^\x1b]*)\x1b", text)
    assert base64.b64decode("".join(pieces)).startswith(b"\x89PNGxxx")
    _code, text = screen(*words[:-1], TERM="foot", PATH="").end()
    assert "img2sixel" in text
    _code, text = screen(*words[:-1]).end()
    assert "this terminal shows no pictures" in text


def _interrupted(screen: Screen) -> float:
    """Press Ctrl-C once the plugin runs, and return when."""
    assert b"started\r\n" in screen.read_until(lambda seen: b"started\r\n" in seen)
    os.write(screen.terminal, b"\x03")
    return time.monotonic()


def test_ctrl_c_is_told_at_once_and_leaves_nothing(screen: Callable[..., Screen], home: Path) -> None:
    """130, one line, no output file and no half-written one."""
    (home / "a.txt").write_text("patient", encoding="utf-8")
    running = screen("analyze", "a.txt", "-p", "slow", "-o", "out.json")
    _interrupted(running)
    code, text = running.end()
    assert code == 130
    assert text.replace("^C", "").strip().splitlines()[-1] == "qualia: interrupted; nothing unfinished was kept"
    assert text.count("interrupted") == 1
    assert sorted(path.name for path in home.iterdir()) == ["a.txt", "heard"]


def test_a_plugin_that_does_not_listen_is_not_waited_for(screen: Callable[..., Screen], home: Path) -> None:
    """Two seconds behind the first Ctrl-C the command ends all the same."""
    (home / "a.txt").write_text("stubborn", encoding="utf-8")
    running = screen("analyze", "a.txt", "-p", "slow")
    pressed_s = _interrupted(running)
    code, text = running.end()
    assert code == 130, text
    assert 1.5 < time.monotonic() - pressed_s < 30


def test_a_second_ctrl_c_leaves_now(screen: Callable[..., Screen], home: Path) -> None:
    """Whoever presses it again does not wait for the two seconds."""
    (home / "a.txt").write_text("stubborn", encoding="utf-8")
    running = screen("analyze", "a.txt", "-p", "slow")
    _interrupted(running)
    running.read_until(lambda seen: b"interrupted" in seen)
    os.write(running.terminal, b"\x03")
    assert running.end()[0] == 130


def test_progress_is_for_the_terminal_alone(shell: Callable[[str], subprocess.CompletedProcess[str]]) -> None:
    """A pipe sees no line and no control byte of it, however long the work takes."""
    ran = shell("echo a | qualia analyze - -p slow --timeout 1.5 --isolation process")
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1
    assert "\x1b" not in ran.stderr
    assert "\r" not in ran.stderr
