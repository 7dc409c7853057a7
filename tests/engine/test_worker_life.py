"""How workers begin, are replaced and end: with their generation, their pool, the program, or a fork of it."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import qualia
from qualia._engine.worker import Workers
from qualia.document import Document
from qualia.errors import CoreClosed, PluginCrashed
from tests.engine import hands
from tests.engine.hands import control, is_gone, work

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")
make_workers, workers = hands.make_workers, hands.workers
ROOT = str(Path(qualia.__file__).parents[1])
PID = "import os\nreturn os.getpid()"
CLOSING = """
from qualia.plugin import Analyzer, NoParams
def note(text):
    with open({log!r}, "a") as file:
        file.write(text + "\\n")
def first(): note("first")
def second(): note("second")
class Entry(Analyzer[NoParams, object]):
    def close(self):
        note("close")
        {close}
    def analyze(self, document, params, *, context):
        context.on_close(first)
        context.on_close(second)
        {body}
"""
PROGRAM = """
import sys, time
sys.path.insert(0, {root!r})
import logging
from pathlib import Path
from qualia._engine.worker import Work, Workers, WorkLimits
from qualia._plugins.catalog import read_manifest
from qualia._plugins.loader import Source
from qualia.cancel import Control
from qualia.document import Document

print("main runs", flush=True)
folder = Path({folder!r})
workers = Workers(clock=time.monotonic)
document = Document("one")
work = Work(manifest=read_manifest(folder / "plugin.toml"), source=Source.read(folder), module="m", params={{}},
            inputs={{"document": document}}, digests={{"document": document.id}}, run_id="r", step="s",
            limits=WorkLimits(), tell=print, log=logging.getLogger("x"))
control = Control(name="run", clock=time.monotonic)
{code}
"""


@pytest.fixture
def closing(write: Callable[..., Path], plugin_folder: Path) -> Callable[..., Path]:
    """Write a plugin that notes how it is closed."""

    def make(body: str = "return os.getpid()", close: str = "pass") -> Path:
        code = CLOSING.format(log=str(plugin_folder / "log"), body=body, close=close)
        return write("p", code=f"import os\n{code}")

    return make


def program(folder: Path, code: str) -> str:
    """Return a program that uses workers, without a main guard."""
    return PROGRAM.format(root=ROOT, folder=str(folder), code=code)


def descriptors() -> int:
    """Count what this process has open."""
    gc.collect()
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def children(pid: int) -> list[int]:
    """Return a process's children."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return list(map(int, found))


def parent(pid: int) -> int:
    """Return a process's parent: of a worker, the fork server. This process may have children of other tests, too."""
    status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    return int(status.rpartition(")")[2].split()[1])


def test_nothing_is_started_before_the_first_call(make_workers: Any) -> None:
    """A pool that nobody uses is an object and nothing else."""
    before = descriptors(), children(os.getpid())
    make_workers()
    assert (descriptors(), children(os.getpid())) == before


def test_the_next_call_takes_a_worker_that_waits(workers: Workers, write: Any) -> None:
    """A worker that has loaded nothing is kept, so that a kill costs no start."""
    workers.call(work(write("p", PID)), control())
    spare = workers._crew.spare
    assert spare is not None
    with pytest.raises(PluginCrashed):
        workers.call(work(write("bad", "import os\nos._exit(1)")), control())
    assert workers._crew.spare not in (None, spare)


def test_a_worker_that_died_meanwhile_costs_nobody_anything(workers: Workers, write: Any) -> None:
    """A worker that is killed between two calls is replaced before the second."""
    folder = write("p", PID)
    pid = workers.call(work(folder), control())
    os.kill(pid, signal.SIGKILL)
    assert is_gone(pid)
    assert workers.call(work(folder), control()) != pid


def test_a_spare_that_died_meanwhile_costs_nobody_anything(workers: Workers, write: Any) -> None:
    """So is one that had nothing to do yet."""
    for pid in children(parent(workers.call(work(write("p", PID)), control()))):
        os.kill(pid, signal.SIGKILL)
        assert is_gone(pid)
    assert workers.call(work(write("q", PID)), control()) > 0


def test_a_fork_server_that_died_is_started_again(workers: Workers, write: Any) -> None:
    """Its workers die with it, and the next call has new ones."""
    folder = write("p", PID)
    first = workers.call(work(folder), control())
    server = parent(first)
    forked = children(server)
    os.kill(server, signal.SIGKILL)
    assert first in forked
    assert all(is_gone(pid) for pid in forked)
    assert workers.call(work(folder), control()) != first


def test_a_worker_is_replaced_after_so_many_calls(make_workers: Any, closing: Any, notes: Any) -> None:
    """The plugin is closed there, and opened in the next."""
    few = make_workers(recycle_calls=2)
    folder = closing()
    pids = [few.call(work(folder), control()) for _ in range(5)]
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]
    assert is_gone(pids[0])
    assert is_gone(pids[2])
    assert notes() == ["second", "first", "close"] * 2


def test_a_worker_that_grew_is_replaced(make_workers: Any, write: Any) -> None:
    """Memory that a call used and Python kept does not stay with the program."""
    lean = make_workers(recycle_bytes=32 * 1024 * 1024)
    folder = write(
        "p", "import os\nif document.text == 'much':\n    self.kept = bytearray(64 * 1024 * 1024)\nreturn os.getpid()"
    )
    texts = ["a", "much", *map(str, range(8))]
    pids = [lean.call(work(folder, document=Document(text)), control()) for text in texts]
    assert pids[0] == pids[1] != pids[-1]


def test_a_retired_generation_is_closed_in_order(workers: Workers, closing: Any, notes: Any) -> None:
    """What was said last is done first, each once, then the plugin is closed; its process is gone."""
    folder = closing()
    pid = [workers.call(work(folder), control()) for _ in range(3)][-1]
    workers.retire(str(folder))
    assert notes() == ["second", "first", "close"]
    assert is_gone(pid)
    workers.retire(str(folder))


def test_a_call_under_way_ends_before_its_generation(
    workers: Workers, closing: Any, notes: Any, plugin_folder: Path
) -> None:
    """Retiring waits for nobody's call, and breaks none."""
    begun, go_on = plugin_folder / "begun", plugin_folder / "go"
    os.mkfifo(begun)
    os.mkfifo(go_on)
    folder = closing(f"open({str(begun)!r}, 'w').close(); open({str(go_on)!r}).close(); return os.getpid()")
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(workers.call, work(folder), control())
        begun.open(encoding="utf-8").close()
        workers.retire(str(folder))
        assert notes() == []
        go_on.open("w", encoding="utf-8").close()
        assert is_gone(call.result(5))
    assert notes() == ["second", "first", "close"]


def test_an_ending_that_hangs_is_killed(workers: Workers, closing: Any) -> None:
    """A plugin that does not close in time holds nobody up for long."""
    workers._bounds = evolve(workers._bounds, end_s=0.2)
    folder = closing(close="while True: pass")
    pid = workers.call(work(folder), control())
    began_s = time.monotonic()
    workers.retire(str(folder))
    assert is_gone(pid)
    assert time.monotonic() - began_s < 2


def test_an_ending_that_fails_is_logged(workers: Workers, closing: Any, caplog: pytest.LogCaptureFixture) -> None:
    """With its place; the endings after it are done all the same."""
    folder = closing(close="raise OSError('still busy')")
    workers.call(work(folder, log=logging.getLogger("qualia.plugins.test")), control())
    workers.retire(str(folder))
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "still busy" in record.getMessage()
    assert hands.line_of(folder, "still busy") in record.getMessage()


def test_closing_leaves_nothing_behind(
    make_workers: Any, closing: Any, notes: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process, no descriptor, no folder; plugins are closed; a second time does nothing."""
    # Other tests make such folders at the same time, elsewhere.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = descriptors(), children(os.getpid()), _folders()
    some = make_workers()
    pids = [some.call(work(closing(), module=str(number)), control()) for number in range(3)]
    (server,) = set(children(os.getpid())) - set(before[1])
    some.close()
    some.close()
    assert all(is_gone(pid) for pid in (*pids, server))
    assert (descriptors(), children(os.getpid()), _folders()) == before
    assert sorted(notes()) == sorted(["second", "first", "close"] * 3)
    with pytest.raises(CoreClosed):
        some.call(work(closing()), control())


def _folders() -> list[str]:
    return sorted(each.name for each in Path(tempfile.gettempdir()).glob("qualia-workers-*"))


def test_closing_ends_a_call_under_way(make_workers: Any, write: Any, plugin_folder: Path) -> None:
    """Whoever waits for it is told that the Core was closed."""
    some, begun = make_workers(), plugin_folder / "begun"
    os.mkfifo(begun)
    folder = write("p", f"open({str(begun)!r}, 'w').close()\nwhile True:\n    pass")
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(some.call, work(folder), control())
        begun.open(encoding="utf-8").close()
        some.close()
        with pytest.raises(CoreClosed):
            call.result(5)


def test_many_kills_leave_nothing_behind(make_workers: Any, write: Any) -> None:
    """Processes and descriptors do not add up."""
    some = make_workers()
    bad, good = work(write("bad", "import os\nos._exit(1)")), work(write("good", PID))
    server = parent(some.call(good, control()))
    before = descriptors()
    for _ in range(30):
        with pytest.raises(PluginCrashed):
            some.call(bad, control())
    assert descriptors() <= before + 3
    assert len(children(server)) <= 3


@pytest.mark.parametrize("way", ["file", "stdin", "command"])
def test_a_program_needs_no_main_guard(write: Any, tmp_path: Path, way: str) -> None:
    """However a program was started, its main module runs once, and in no worker."""
    text = program(write("p"), "print(workers.call(work, control)['characters'])\nworkers.close()")
    path = tmp_path / "program.py"
    path.write_text(text, encoding="utf-8")
    words = {"file": [str(path)], "stdin": ["-"], "command": ["-c", text]}[way]
    done = subprocess.run(
        [sys.executable, "-W", "error", *words],
        input=text if way == "stdin" else "",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("main runs\n3\n", "")


def test_a_program_that_closes_nothing_ends_quietly(write: Any) -> None:
    """It may forget to close, and end with an error of its own."""
    text = program(write("p", PID), "print(workers.call(work, control))")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", text], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stderr == ""
    assert is_gone(int(done.stdout.split()[-1]))


def test_when_the_program_is_killed_its_workers_end(write: Any, plugin_folder: Path) -> None:
    """Even one that is busy, and its server, and its folder."""
    begun = plugin_folder / "begun"
    os.mkfifo(begun)
    body = (
        f"import os\nwith open({str(begun)!r}, 'w') as file:\n    file.write(str(os.getpid()))\nwhile True:\n    pass"
    )
    text = program(write("p", body), "workers.call(work, control)")
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.DEVNULL) as popen:
        worker = int(begun.read_text(encoding="utf-8"))
        (server,) = children(popen.pid)
        processes = [worker, server, *children(server)]
        popen.kill()
    assert all(is_gone(pid) for pid in processes)


def test_a_forked_child_has_workers_of_its_own(workers: Workers, write: Any) -> None:
    """It neither uses nor harms those of its parent."""
    folder = write("p", PID)
    pid = workers.call(work(folder), control())
    reader, writer = os.pipe()
    forked = os.fork()
    if forked == 0:
        try:
            os.write(writer, str(workers.call(work(folder), control())).encode())
            workers.close()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        theirs = int(told.read())
    os.waitpid(forked, 0)
    assert theirs not in (pid, 0)
    assert is_gone(theirs)
    assert workers.call(work(folder), control()) == pid
