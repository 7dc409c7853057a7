"""One computation per key, whoever asks: threads, processes, and those that come after a leader was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qualia._engine.cache import SingleFlight
from qualia._engine.cache.locks import LockFile, shared_lock_file
from qualia.errors import DeadlineExceeded, RunCancelled, UnsupportedInput

THREADS = 8
posix = pytest.mark.skipif(sys.platform == "win32", reason="locks and signals of POSIX")


class Crowd:
    """Threads that ask for one key at the same time, and a computation that waits until all have asked."""

    def __init__(self, *endings: object) -> None:
        self.flights: SingleFlight[object] = SingleFlight(None)
        self.endings: list[object] = list(endings)
        self.computed: int = 0
        self.kept: list[object] = []
        self.waiting: set[int] = set()
        self.everybody: threading.Event = threading.Event()

    def compute(self) -> object:
        """End as the next ending says, once everybody else waits; look first whether an answer is there by now."""
        if self.kept:
            return self.kept[0]
        self.computed += 1
        assert self.everybody.wait(20)
        ending = self.endings.pop(0)
        if isinstance(ending, BaseException):
            raise ending
        self.kept.append(ending)
        return ending

    def check(self) -> None:
        """Note that this thread waits for another."""
        self.waiting.add(threading.get_ident())
        if len(self.waiting) == THREADS - 1:
            self.everybody.set()

    def ask(self, _: int) -> object:
        """Return the answer and whether this thread computed it, or the error that came instead."""
        try:
            return self.flights.do("k", self.compute, check=self.check)
        except BaseException as error:  # noqa: BLE001 - what each thread gets is what is looked at
            return error

    def ask_all(self) -> list[Any]:
        """Let every thread ask."""
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(self.ask, range(THREADS)))


def test_threads_share_one_computation() -> None:
    """Eight that ask at the same time get one answer, and one of them computed it."""
    crowd = Crowd("x")
    answers = crowd.ask_all()
    assert (crowd.computed, sorted(answers)) == (1, [("x", False)] * 7 + [("x", True)])


def test_an_error_reaches_everybody_and_is_not_kept() -> None:
    """All get an equal error of their own; whoever asks later computes anew."""
    cause = ValueError("why")
    error = UnsupportedInput("echo", "no")
    error.__cause__ = cause
    crowd = Crowd(error, "y")
    answers = crowd.ask_all()
    assert [(type(each), str(each), each.__cause__) for each in answers] == [
        (UnsupportedInput, str(error), cause)
    ] * THREADS
    assert len(set(map(id, answers))) == THREADS
    assert (crowd.ask(0), crowd.computed) == (("y", True), 2)


@pytest.mark.parametrize(
    "ending",
    [RunCancelled("run"), DeadlineExceeded("run"), KeyboardInterrupt(), MemoryError()],
    ids=lambda ending: type(ending).__name__,
)
def test_a_leader_whose_own_run_ends_hands_over(ending: BaseException) -> None:
    """It alone hears of it; one of the others computes, and the rest get that answer, or find it kept."""
    crowd = Crowd(ending, "x")
    answers = crowd.ask_all()
    assert [each for each in answers if isinstance(each, BaseException)] == [ending]
    assert [each[0] for each in answers if each is not ending] == ["x"] * 7
    assert crowd.computed == 2


def test_keys_do_not_wait_for_each_other() -> None:
    """While one key is computed, another is."""
    flights: SingleFlight[str] = SingleFlight(None)
    assert flights.do("a", lambda: flights.do("b", lambda: "inner")[0]) == ("inner", True)


def test_a_computation_that_asks_for_itself_does_not_wait_for_ever() -> None:
    """It is computed within itself."""
    flights: SingleFlight[str] = SingleFlight(None)
    assert flights.do("a", lambda: flights.do("a", lambda: "inner")[0]) == ("inner", True)


def test_whoever_waits_can_give_up() -> None:
    """What the check raises ends the wait, and the leader goes on undisturbed."""
    flights: SingleFlight[str] = SingleFlight(None)
    leading, finish = threading.Event(), threading.Event()

    def compute() -> str:
        leading.set()
        assert finish.wait(20)
        return "x"

    def give_up() -> None:
        raise DeadlineExceeded("run")

    with ThreadPoolExecutor(1) as pool:
        leader = pool.submit(flights.do, "k", compute)
        assert leading.wait(20)
        with pytest.raises(DeadlineExceeded):
            flights.do("k", compute, check=give_up)
        finish.set()
        assert leader.result() == ("x", True)


def test_two_cores_of_one_process_take_turns(tmp_path: Path) -> None:
    """System locks do not part those who live in one process, so they part themselves."""
    kept: dict[str, str] = {}
    waited, leading = threading.Event(), threading.Event()

    def pause(_: float) -> None:
        waited.set()

    first: SingleFlight[str] = SingleFlight(tmp_path / "lock")
    second: SingleFlight[str] = SingleFlight(tmp_path / "lock", sleep=pause)

    def slow() -> str:
        leading.set()
        assert waited.wait(20)
        return kept.setdefault("k", "first")

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(first.do, "k", slow)
        assert leading.wait(20)
        assert second.do("k", lambda: kept.setdefault("k", "second")) == ("first", True)
        assert other.result() == ("first", True)
    first.close()
    second.close()


def test_whoever_waits_for_a_process_can_give_up_too(tmp_path: Path) -> None:
    """The check is asked between two looks at the lock."""
    lock = shared_lock_file(tmp_path / "lock")
    lock.join()
    assert lock.acquire("k")
    flights: SingleFlight[str] = SingleFlight(tmp_path / "lock")

    def give_up() -> None:
        raise RunCancelled("run")

    with pytest.raises(RunCancelled):
        flights.do("k", lambda: "x", check=give_up)
    lock.release("k")
    assert flights.do("k", lambda: "x") == ("x", True)
    flights.close()
    lock.leave()


def test_without_a_place_for_the_lock_everybody_computes(tmp_path: Path) -> None:
    """Computing twice is dearer, never wrong."""
    (tmp_path / "file").write_text("no folder")
    flights: SingleFlight[str] = SingleFlight(tmp_path / "file" / "lock")
    assert flights.do("k", lambda: "x") == ("x", True)
    flights.close()


def test_closing_lets_go_of_the_lock_file(tmp_path: Path) -> None:
    """The last who uses it closes it; closing twice is fine, and using it again opens it again."""
    flights: SingleFlight[str] = SingleFlight(tmp_path / "lock")
    flights.do("k", lambda: "x")
    lock = shared_lock_file(tmp_path / "lock")
    assert lock._file is not None
    flights.close()
    flights.close()
    assert lock._file is None
    assert flights.do("k", lambda: "y") == ("y", True)
    flights.close()


def test_a_lock_file_that_was_removed_is_made_again(tmp_path: Path) -> None:
    """Others would lock the new file, so this process does too."""
    lock = LockFile(tmp_path / "lock")
    lock.join()
    assert lock.acquire("a")
    lock.release("a")
    (tmp_path / "lock").unlink()
    assert lock.acquire("a")
    assert (tmp_path / "lock").exists()
    lock.release("a")
    lock.leave()


# ------------------------------------------------------------------------------------------------------- processes

PRELUDE = """
import sys, threading
from datetime import UTC, datetime
from pathlib import Path
from qualia import Provenance, Result
from qualia._engine.cache import SingleFlight, open_tiers

folder = Path(sys.argv[1])
step = Provenance(plugin="p", version="1", code_hash="c", params={}, produces=None, inputs={}, engine_version="1",
                  started_at=datetime.fromtimestamp(0, UTC), host={})
cache = open_tiers(memory_bytes=10**6, state_dir=folder, disk_bytes=10**7, ttl_s=None, wall=lambda: 0.0, warn=say)
flights = SingleFlight(folder / "cache.lock")

def look(compute):
    known = cache.get("k", again=True)
    if known is None:
        known = Result(value=compute(), provenance=step, key="k", elapsed_s=0.0)
        cache.put("k", known)
    return known
"""
SAY = """
import sys
def say(text):
    sys.stdout.write(f"{text}\\n")
    sys.stdout.flush()
"""


@contextmanager
def started(code: str, *arguments: object) -> Generator[subprocess.Popen[str]]:
    """Start another process, and end it at the latest when the test does."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    process = subprocess.Popen(
        [sys.executable, "-c", SAY + code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    watch = threading.Timer(60, process.kill)
    watch.start()
    try:
        yield process
    finally:
        watch.cancel()
        process.kill()
        process.communicate()


def read(process: subprocess.Popen[str]) -> str:
    """Return the next line it writes."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def write_to(process: subprocess.Popen[str], line: str) -> None:
    """Write a line to it."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


ASK_WITH_FOUR = (
    PRELUDE
    + """
def compute():
    with open(folder / "computed", "a") as file:
        file.write("once\\n")
    say("leading")
    sys.stdin.readline()
    return "x"

answers, asked = [], threading.Barrier(5)

def ask():
    asked.wait()
    answers.append(flights.do("k", lambda: look(compute))[0].value)

folder.mkdir(exist_ok=True)
threads = [threading.Thread(target=ask) for _ in range(4)]
for thread in threads:
    thread.start()
sys.stdin.readline()
asked.wait()
say("asked")
for thread in threads:
    thread.join()
say(answers)
"""
)


def test_four_processes_with_four_threads_compute_once(tmp_path: Path) -> None:
    """Sixteen that ask for one key at the same time get one answer from one computation."""
    with (
        started(ASK_WITH_FOUR, tmp_path) as one,
        started(ASK_WITH_FOUR, tmp_path) as two,
        started(ASK_WITH_FOUR, tmp_path) as three,
        started(ASK_WITH_FOUR, tmp_path) as four,
    ):
        processes = [one, two, three, four]
        for process in processes:
            write_to(process, "go")
        # Each says that its threads have asked, and one that it leads; only then may that one finish.
        lines = [read(process) for process in processes]
        for process in processes:
            write_to(process, "finish")
        for process in processes:
            assert process.stdout is not None
            lines += process.stdout.read().splitlines()
    assert [line for line in lines if line.startswith("[")] == [str(["x"] * 4)] * 4
    assert (tmp_path / "computed").read_text().split() == ["once"]
    assert lines.count("leading") == 1


LEAD_FOR_EVER = (
    PRELUDE
    + """
def compute():
    say("leading")
    sys.stdin.readline()

flights.do("k", lambda: look(compute))
"""
)
TAKE_OVER = (
    PRELUDE
    + """
told = []
def check():
    if not told:
        told.append(say("waiting"))

say(flights.do("k", lambda: look(lambda: "mine"), check=check)[0].value)
cache.close()
flights.close()
"""
)


@posix
def test_a_leader_that_is_killed_is_replaced_within_a_second(tmp_path: Path) -> None:
    """The system releases its lock, and who waited for it computes."""
    with started(LEAD_FOR_EVER, tmp_path) as leader:
        assert read(leader) == "leading"
        with started(TAKE_OVER, tmp_path) as follower:
            assert read(follower) == "waiting"
            began_s = time.monotonic()
            os.kill(leader.pid, signal.SIGKILL)
            assert read(follower) == "mine"
            assert time.monotonic() - began_s < 1


TRY_LOCK = """
from pathlib import Path
from qualia._engine.cache.locks import LockFile
say(LockFile(Path(sys.argv[1])).acquire("k"))
"""


@posix
def test_closing_one_core_keeps_anothers_lock(tmp_path: Path) -> None:
    """A process that closes a file loses all its locks on it, so the file stays open while anybody uses it."""
    first: SingleFlight[str] = SingleFlight(tmp_path / "lock")
    second: SingleFlight[str] = SingleFlight(tmp_path / "lock")

    def compute() -> str:
        first.do("other", lambda: "x")
        first.close()
        with started(TRY_LOCK, tmp_path / "lock") as process:
            return read(process)

    assert second.do("k", compute) == ("False", True)
    with started(TRY_LOCK, tmp_path / "lock") as process:
        assert read(process) == "True"
    second.close()


FORK = """
import os, threading, warnings
from pathlib import Path
from qualia._engine.cache import MemoryCache, SingleFlight
warnings.simplefilter("ignore")
flights = SingleFlight(None)
memory = MemoryCache(1000)
leading, finish = threading.Event(), threading.Event()

def compute():
    leading.set()
    finish.wait(20)
    return "parent"

thread = threading.Thread(target=lambda: say(flights.do("k", compute)[0]))
thread.start()
leading.wait(20)
flights._lock.acquire()
memory._lock.acquire()
child = os.fork()
if child == 0:
    memory.put("k", "x")
    os._exit(0 if flights.do("k", lambda: "child") == ("child", True) and memory.get("k") == "x" else 1)
_, status = os.waitpid(child, 0)
say(status)
memory._lock.release()
flights._lock.release()
finish.set()
thread.join()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_child_waits_for_no_thread_of_its_parent() -> None:
    """It has the parent's flights and locks, but nobody who would land or release them; so it begins its own."""
    with started(FORK) as process:
        assert (read(process), read(process)) == ("0", "parent")


RUN_WITH_FOUR = """
import threading
from pathlib import Path
from qualia import Core, Document, Settings
folder = Path(sys.argv[1])
with Core(folder / "plugins", settings=Settings(state_dir=folder / "state", history=False)) as core:
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(core.run("slow", Document("text")))) for _ in range(4)
    ]
    sys.stdin.readline()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
say(" ".join(f"{each.value}{'=' if each.cached else '!'}" for each in results))
"""


def test_cores_of_several_processes_call_a_plugin_once(
    tmp_path: Path, write: Callable[..., Path], notes: Callable[[], list[str]]
) -> None:
    """Four Cores with four threads each on one state folder call it once; only one of 16 results is not cached."""
    write("slow", "note('called')\nreturn len(document.text)")
    with (
        started(RUN_WITH_FOUR, tmp_path) as one,
        started(RUN_WITH_FOUR, tmp_path) as two,
        started(RUN_WITH_FOUR, tmp_path) as three,
        started(RUN_WITH_FOUR, tmp_path) as four,
    ):
        processes = [one, two, three, four]
        for process in processes:
            write_to(process, "go")
        answers = " ".join(read(process) for process in processes).split()
    assert sorted(answers) == ["4!"] + ["4="] * 15
    assert notes() == ["called"]
