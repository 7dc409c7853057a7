"""What the console is for, from end to end: an app is repaired, a host is killed and comes back, a line is cut."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

pytest.importorskip("textual", reason="the console's toolkit is an extra")
if sys.platform != "linux":
    pytest.skip("a terminal is made with Linux's means", allow_module_level=True)

from benchmarks.terminal import Terminal
from qualia import Core, Document
from qualia.client import host_for, running
from qualia.host import expose
from qualia.settings import Settings
from tests.tui.terminals import ROOT, CutLine, plain_environ

pytestmark = pytest.mark.whole
PAGE = ROOT / "docs" / "how-to" / "console.md"
SLOW = """
import time
from qualia.plugin import Analyzer, Document, NoParams

class Slow(Analyzer[NoParams, int]):
    def analyze(self, document: Document, params: NoParams) -> int:
        while True:
            time.sleep(0.05)
"""
MANIFEST = """
id = "slow"
kind = "analyzer"
version = "1.0.0"
api = ">=1,<2"
summary = "Never ends."
entry = "Slow"
"""
START = """
import asyncio, sys
from qualia.client import start

async def main():
    client = await start(sys.argv[1], options=("--plugin-dir", sys.argv[2]))
    await client.call("runs.start", plugin="slow", text="to be")
    await client.close()

asyncio.run(main())
"""


@pytest.fixture
def folder() -> Generator[Path, None, None]:
    """Return a folder with a name that is short enough for sockets; hosts that were started for it are ended."""
    path = Path(tempfile.mkdtemp(prefix="qt"))
    yield path
    for found in running(plain_environ(path)):
        with suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGKILL)
    shutil.rmtree(path, ignore_errors=True)


@contextmanager
def console(folder: Path, *words: str, size: tuple[int, int] = (80, 24)) -> Generator[Terminal, None, None]:
    """Run the console in a terminal."""
    command = [sys.executable, "-m", "qualia_tui", *words]
    with Terminal(command, environ=plain_environ(folder), size=size, cwd=str(folder)) as terminal:
        yield terminal


@contextmanager
def example(folder: Path) -> Generator[str, None, None]:
    """Write the example app of the page, run it, and give the socket it prints."""
    page = PAGE.read_text(encoding="utf-8")
    for name, text in re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', page, re.MULTILINE | re.DOTALL):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, str(folder / "reviews" / "app.py")]
    with subprocess.Popen(command, env=plain_environ(folder), stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        socket = app.stdout.readline().strip()
        reading = threading.Thread(target=app.stdout.read)
        reading.start()
        try:
            yield socket
        finally:
            app.kill()
            reading.join()


def test_an_app_is_watched_and_repaired(folder: Path) -> None:
    """The app of the page fails, the console says where; the file is mended, and it goes on as a new generation."""
    plugin = folder / "reviews" / "plugins" / "words_per_sentence" / "__init__.py"
    with example(folder) as socket, console(folder, "--socket", socket) as terminal:
        terminal.until("ZeroDivisionError")
        terminal.until("__init__.py:9")
        terminal.send("2")
        terminal.until("✗ open")
        terminal.send("end", "enter")
        terminal.until("words_per_sentence  1.0.0")
        # A screen may be read halfway, and what follows an escape at once is one key with it.
        terminal.quiet()
        terminal.send("escape")
        terminal.until("x reset breaker")
        mended = plugin.read_text(encoding="utf-8").replace("len(sentences)", "max(1, len(sentences))")
        plugin.write_text(mended, encoding="utf-8")
        terminal.until("✓ healthy")
        terminal.send("enter")
        terminal.until(lambda text: re.search(r"generation {2,}2", text) is not None)
        terminal.quiet()
        terminal.send("escape")
        terminal.until("x reset breaker")
        terminal.send("o")
        terminal.until("Hold the breaker of words_per_sentence open?")
        terminal.send("right", "enter")
        terminal.until(lambda text: re.search(r"words_per_sentence .*held open", text) is not None)
        terminal.send("x")
        terminal.until(lambda text: re.search(r"words_per_sentence .*(closed|loaded)", text) is not None)
        terminal.send("q")
        assert terminal.ended().code == 0


def test_a_killed_host_is_told_and_its_run_is_lost(folder: Path) -> None:
    """After kill -9 during a run the badge says so within 2 s; the next host is attached to, and the run is lost."""
    plugin = folder / "more" / "slow"
    plugin.mkdir(parents=True)
    (plugin / "plugin.toml").write_text(MANIFEST, encoding="utf-8")
    (plugin / "__init__.py").write_text(SLOW, encoding="utf-8")
    environ = plain_environ(folder)
    begin = [sys.executable, "-c", START, str(folder), str(folder / "more")]
    subprocess.run(begin, env=environ, timeout=60, check=True, cwd=folder)
    with console(folder, "--project", str(folder)) as terminal:
        terminal.until("● live")
        terminal.send("4")
        terminal.until("running")
        (host,) = (found for found in running(environ) if found.name == str(folder))
        os.kill(host.pid, signal.SIGKILL)
        assert terminal.until(lambda text: "○ lost" in text or "○ stale" in text) <= 2.0
        asyncio.run(host_for(folder, environ=environ, options=("--plugin-dir", str(folder / "more"))))
        assert terminal.until("● live") <= 1.0
        terminal.until("lost")
        terminal.send("q")
        assert terminal.ended().code == 0


def test_a_line_that_is_cut_loses_no_event(folder: Path) -> None:
    """While the line is cut the host works on; when it is back, the log has every event, and each once."""
    state = folder / ".qualia"
    with Core(settings=Settings(state_dir=state)) as core, expose(core) as host:
        line = CutLine(Path(str(host.place.path)), folder / "there.sock")
        with console(folder, "--socket", str(folder / "there.sock"), size=(120, 40)) as terminal:
            terminal.until("● live")
            terminal.send("6")
            for number in range(3):
                core.run("word_frequency", Document(f"before {number}"))
            terminal.until(lambda text: text.count("run_finished") == 3)
            line.cut()
            assert terminal.until(lambda text: "○ lost" in text or "○ stale" in text) <= 2.0
            for number in range(4):
                core.run("word_frequency", Document(f"meanwhile {number}"))
            line.mend()
            assert terminal.until("● live") <= 1.0
            terminal.until(lambda text: text.count("run_finished") == 7)
            core.run("word_frequency", Document("after"))
            terminal.until(lambda text: text.count("run_finished") == 8)
            terminal.quiet(0.5)
            assert terminal.screen.text().count("run_finished") == 8
            terminal.send("q")
            assert terminal.ended().code == 0
        line.end()
