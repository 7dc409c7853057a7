"""The command as its own process: what it imports, what a pipe sees, how it dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Spawn = Callable[..., "subprocess.Popen[bytes]"]
HEAVY = ("asyncio", "attr", "cattrs", "qualia.core", "qualia.errors", "rich", "yaml")
UNIX = pytest.mark.skipif(os.name == "nt", reason="signals and pipes of Unix")


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["analyze", "--help"]])
def test_version_and_help_load_next_to_nothing(environment: dict[str, str], words: list[str]) -> None:
    """The quick answers import neither the engine nor any library, so they stay quick."""
    code = (
        "import sys\n"
        "from qualia.cli import main\n"
        f"code = main({words!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], code, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, text=True, check=True)
    assert ran.stderr == "[] 0\n"


def test_data_formats_do_not_load_what_they_do_not_need(environment: dict[str, str], plugin_dir: Path) -> None:
    """JSON needs neither rich nor yaml nor asyncio."""
    code = (
        "import sys\n"
        "from qualia.cli import main\n"
        f"main(['list', '--format', 'json', '--plugin-dir', {str(plugin_dir)!r}])\n"
        "print([name for name in ('asyncio', 'rich', 'yaml') if name in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, text=True, check=True)
    assert ran.stderr == "[]\n"
    assert isinstance(json.loads(ran.stdout), list)


def test_stdout_is_json_even_when_there_is_something_to_warn_about(spawn: Spawn, home: Path) -> None:
    """Warnings and narration never mix with data."""
    (home / "old.txt").write_bytes("João".encode("latin-1"))
    process = spawn(["analyze", "old.txt", "-p", "toy_count", "--format", "json"])
    out, err = process.communicate(timeout=60)
    assert json.loads(out)["value"]["total"] == 1
    assert err.decode().startswith("qualia: warning: 'old.txt' is not UTF-8")
    assert process.returncode == 0


@pytest.mark.parametrize("module", ["qualia", "qualia.cli"])
def test_both_modules_are_the_command(environment: dict[str, str], module: str) -> None:
    """``python -m qualia`` and ``python -m qualia.cli`` end with the command's code."""
    ran = subprocess.run(
        [sys.executable, "-m", module, "nonsense"], capture_output=True, env=environment, text=True, check=False
    )
    assert ran.returncode == 2
    assert ran.stderr.startswith("qualia: error: there is no command 'nonsense'")


@UNIX
@pytest.mark.parametrize("words", [["list"], ["list", "--format", "json"], ["--help"], ["nonsense", "-f", "json"]])
def test_a_reader_that_went_away_is_no_news(spawn: Spawn, words: list[str]) -> None:
    """Output into a closed pipe is silent and ends with 141."""
    reading, writing = os.pipe()
    os.close(reading)
    process = spawn(words, stdout=writing)
    os.close(writing)
    _out, err = process.communicate(timeout=60)
    assert err == b""
    assert process.returncode == 141


@UNIX
def test_a_full_disk_behind_stdout_is_told(spawn: Spawn) -> None:
    """A stdout that cannot take the data ends with 4 and one sentence."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("wb") as full:
        process = spawn(["list", "--format", "json"], stdout=full)
        _out, err = process.communicate(timeout=60)
    assert err == b"qualia: error: cannot write 'standard output': no space left on device\n"
    assert process.returncode == 4


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let children hear an interrupt, even where the tests themselves run with it ignored, as background jobs do."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@UNIX
def test_ctrl_c_ends_a_running_plugin_with_130(spawn: Spawn, home: Path, interruptible: None) -> None:
    """An interrupt while it waits for input ends it at once, with one line and nothing written."""
    with spawn(["analyze", "-", "-p", "toy_count", "-o", "out.json"], stdin=subprocess.PIPE) as process:
        # Its first words tell that it is up; standard input stays open, so it waits.
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                continue
    assert process.returncode in (130, -signal.SIGINT)
    assert list(home.iterdir()) == []
