"""Every way in which a plugin can end its process, or keep it: it costs its own call, and the next one works."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia._engine.worker import Workers
from qualia.cancel import CancelToken
from qualia.document import Document
from qualia.errors import (
    CoreClosed,
    DeadlineExceeded,
    InvalidManifest,
    InvalidOutput,
    PluginCrashed,
    PluginFailed,
    PluginHung,
    QualiaError,
    RunCancelled,
    UnsupportedInput,
)
from tests.engine import hands
from tests.engine.hands import control, line_of, work

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and limits as Linux has them")

MIB = 1024 * 1024
REGEX = "import re\nreturn bool(re.match('(a+)+$', 'a' * 64 + 'b'))"
DEEP = """
import sys
sys.setrecursionlimit(10**9)
class Deep:
    def __repr__(self):
        return repr([self])
return repr(Deep())  # deep
"""
CRASHES: dict[str, tuple[str, str, str]] = {
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)", "segmentation fault (SIGSEGV)", "ctypes.string_at"),
    "os._exit": ("import os\nos._exit(7)", "it called os._exit(7)", "os._exit"),
    "os._exit(0)": ("import os\nos._exit(0)", "it called os._exit(0)", "os._exit"),
    "abort": ("import os\nos.abort()", "it was ended by SIGABRT", "os.abort"),
    "a kill": ("import os\nos.kill(os.getpid(), 9)", "the system killed it (SIGKILL)", ""),
    "terminate": ("import os\nos.kill(os.getpid(), 15)", "it was ended by SIGTERM", ""),
    "an exit in C": (
        "import ctypes\nctypes.CDLL(None).exit(5)",
        "it ended its process with exit code 5",
        "",
    ),
    "a closed line": (
        "import os\nos.closerange(3, 256)\nwhile True:\n    pass",
        "it ended, and how is not known",
        "",
    ),
}
FAILURES: dict[str, tuple[str, str, str]] = {
    "an exception": ("raise ValueError('too odd')", "ValueError: too odd", "raise ValueError"),
    "sys.exit": ("import sys\nsys.exit(3)", "SystemExit: 3", "sys.exit"),
    "Ctrl-C": ("raise KeyboardInterrupt", "KeyboardInterrupt", "raise Key"),
    "endless recursion": ("def again():\n    again()\nagain()", "RecursionError", "    again()"),
    "an exception whose sentence raises": (
        "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\nraise Odd",
        "Odd",
        "raise Odd",
    ),
    "a group": (
        "raise BaseExceptionGroup('all', [ValueError('a'), SystemExit(1)])",
        "BaseExceptionGroup",
        "raise BaseEx",
    ),
}


@pytest.fixture(scope="module")
def workers() -> Any:
    """Return workers that all tests of this module share: each must leave them as they were."""
    found = Workers(clock=time.monotonic)
    yield found
    found.close()


@pytest.fixture
def died(workers: Workers, write: Callable[..., Path]) -> Callable[..., tuple[QualiaError, Path]]:
    """Make a call that does not end well, and then one that does; return the error and the plugin's folder."""

    def run(body: str, *, given: Any = None, **more: Any) -> tuple[QualiaError, Path]:
        folder = write("bad", body, **{name: more.pop(name) for name in ("methods", "head", "code") if name in more})
        module = f"{folder}-{time.monotonic_ns()}"
        with pytest.raises(QualiaError) as raised:
            workers.call(work(folder, module=module, **more), given or control())
        good = write("good", "return len(document.text)")
        assert workers.call(work(good, module=str(good)), control()) == 13
        return raised.value, folder

    return run


@pytest.mark.parametrize("how", CRASHES)
def test_a_crash_costs_its_own_call(died: Any, how: str) -> None:
    """Whoever ends their process is told how and where, and the next call has an answer."""
    body, told, code = CRASHES[how]
    error, folder = died(body)
    assert type(error) is PluginCrashed
    assert told in error.error
    assert error.place == (line_of(folder, code) if code else str(folder)) or not code


@pytest.mark.parametrize("how", FAILURES)
def test_what_a_plugin_raises_is_told_with_its_place(died: Any, how: str) -> None:
    """An exception of whatever kind becomes a failure whose cause shows the traceback from over there."""
    body, told, code = FAILURES[how]
    error, folder = died(body)
    assert type(error) is PluginFailed
    assert error.error.startswith(told)
    assert error.place == line_of(folder, code)
    assert "__init__.py" in str(error.__cause__)


def test_a_recursion_in_c_is_told_as_such(died: Any) -> None:
    """A stack that overflows below Python is a crash on 3.11 and an exception since; both name the place."""
    error, folder = died(DEEP)
    assert "recursion" in error.error
    assert error.place.startswith(f"{folder}/__init__.py:")


def test_a_memory_bomb_is_told_with_its_bound(died: Any) -> None:
    """What does not fit into the memory a plugin may use is a failure of its own, at its place."""
    error, folder = died("return len('a' * 10**10)", memory_bytes=256 * MIB)
    assert error.error == "MemoryError (its process may use 256 MiB)"
    assert error.place == line_of(folder, "10**10")


def test_too_much_processor_time_ends_the_process(died: Any) -> None:
    """A bound of processor time holds even when the call may take as long as it likes."""
    error, folder = died("while True:\n    pass", cpu_s=0.2)
    assert type(error) is PluginCrashed
    assert error.error == "it used more processor time than it may, 0.2 s (SIGXCPU)"
    assert error.place in (line_of(folder, "while True"), line_of(folder, "        pass"))


@pytest.mark.parametrize("body", [REGEX, "import time\ntime.sleep(60)", "while True:\n    pass"])
def test_a_call_that_takes_too_long_is_killed(died: Any, body: str) -> None:
    """Whether it computes, waits or holds the interpreter's lock, it ends soon after its time, and is named."""
    began_s = time.monotonic()
    error, folder = died(body, call_s=0.1)
    assert type(error) is PluginHung
    assert "0.1 seconds" in error.error
    assert error.place.startswith(f"{folder}/__init__.py:")
    assert time.monotonic() - began_s < 2


def test_a_deadline_ends_a_call_where_it_stands(died: Any) -> None:
    """A run's deadline kills even a regular expression that holds the lock, and the error names the line."""
    error, folder = died(REGEX, given=control(deadline_s=time.monotonic() + 0.1), call_s=30)
    assert type(error) is DeadlineExceeded
    assert (error.run, error.place) == ("run", line_of(folder, "re.match"))


def test_a_deadline_that_is_over_calls_nothing(workers: Workers, write: Any, notes: Any) -> None:
    """A run without time left does not begin."""
    folder = write("p", "note('called')")
    with pytest.raises(DeadlineExceeded):
        workers.call(work(folder), control(deadline_s=time.monotonic()))
    assert notes() == []


def test_a_plugin_that_watches_its_deadline_may_say_so_itself(died: Any) -> None:
    """Its own error arrives as it raised it; on a busy machine it may come too late, and the plugin is killed."""
    code = (
        "from qualia.plugin import Analyzer, NoParams\n"
        "class Entry(Analyzer[NoParams, int]):\n"
        "    def analyze(self, document, params, *, context):\n"
        "        while True:\n"
        "            context.check()\n"
    )
    error, folder = died(None, code=code, given=control(deadline_s=time.monotonic() + 0.1))
    assert type(error) is DeadlineExceeded
    assert error.place in ("", line_of(folder, "context.check()"), line_of(folder, "while True"))


def test_cancelling_kills_at_once(died: Any, plugin_folder: Path) -> None:
    """A cancelled run does not wait for its plugin."""
    token = CancelToken()
    body = "import socket\nsocket.socket(socket.AF_UNIX).connect(document.title)\nwhile True:\n    pass"
    error = _cancelled(died, body, token.cancel, given=control(token=token), folder=plugin_folder)
    assert type(error) is RunCancelled


def test_closing_the_core_kills_at_once(died: Any, plugin_folder: Path) -> None:
    """Nor does a Core that is closed."""
    closing = CancelToken()
    body = "import socket\nsocket.socket(socket.AF_UNIX).connect(document.title)\nwhile True:\n    pass"
    error = _cancelled(died, body, closing.cancel, given=control(closing=closing), folder=plugin_folder)
    assert type(error) is CoreClosed


def test_a_run_that_is_lost_kills_its_other_steps(died: Any, plugin_folder: Path) -> None:
    """When one step failed, those beside it are not waited for."""
    given = control()
    body = "import socket\nsocket.socket(socket.AF_UNIX).connect(document.title)\nwhile True:\n    pass"
    error = _cancelled(died, body, given.halt.cancel, given=given, folder=plugin_folder)
    assert type(error) is RunCancelled


def _cancelled(died: Any, body: str, cancel: Callable[[], object], *, given: Any, folder: Path) -> QualiaError:
    """Make a call, and do something as soon as the plugin has begun."""
    with socket.socket(socket.AF_UNIX) as heard:
        heard.bind(str(folder / "begun"))
        heard.listen()

        def wait() -> None:
            heard.accept()[0].close()
            cancel()

        thread = threading.Thread(target=wait)
        thread.start()
        error, _ = died(body, given=given, document=Document("a", title=str(folder / "begun")))
        thread.join(5)
    return error


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return {1, 2}", "a set"),
        ("return {1: 2}", "the key 1"),
        ("return float('nan')", "JSON"),
        ("return [object()]", "the result[0] is a object"),
        ("return Params()", "a Params is no record"),
        ("return WordFrequencies(words=[], total=0, distinct=0)", "WordFrequencies.words is a list"),
        ("return lambda: 1", "a function"),
        ("value = []\nvalue.append(value)\nreturn value", "recursion"),
    ],
)
def test_a_result_that_cannot_leave_its_process_is_the_plugins_fault(died: Any, body: str, told: str) -> None:
    """It is told as a wrong result, and no worker dies of it."""
    error, folder = died(body)
    assert type(error) is InvalidOutput
    assert told in error.error
    assert error.place == str(folder)


def test_what_a_plugin_says_of_its_input_arrives_as_it_is(died: Any) -> None:
    """It is the caller's affair and never counts against the plugin."""
    error, _ = died("raise UnsupportedInput('input', 'is in Latin')")
    assert type(error) is UnsupportedInput
    assert (error.subject, error.reason) == ("input", "is in Latin")


def test_a_class_of_the_plugins_own_arrives_as_the_one_it_is_a_kind_of(died: Any) -> None:
    """A class that exists in one process only cannot travel."""
    body = "class Mine(UnsupportedInput):\n    pass\nraise Mine('input', 'is mine')"
    error, _ = died(body)
    assert type(error) is UnsupportedInput


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("import nowhere_at_all", "ModuleNotFoundError"),
        ("import sys; sys.exit(4)", "SystemExit: 4"),
        ("1 / 0", "ZeroDivisionError"),
        ("import os; os._exit(1)", "it called os._exit(1)"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_costs_its_own_call(died: Any, head: str, told: str) -> None:
    """What its import raises, or ends, is told with its line."""
    error, folder = died(None, head=head)
    assert isinstance(error, PluginFailed)
    assert error.error.startswith(told)
    assert error.place == line_of(folder, head)


def test_a_folder_without_the_class_it_promises_is_told_as_such(died: Any) -> None:
    """What is wrong with a manifest is no failure of the plugin's code."""
    error, _ = died(None, code="nothing = 1")
    assert type(error) is InvalidManifest


def test_a_loop_at_import_ends_with_the_run(died: Any) -> None:
    """A plugin that never gets ready is killed as well."""
    error, folder = died(None, head="while True: pass", given=control(deadline_s=time.monotonic() + 1.0))
    assert type(error) is DeadlineExceeded
    assert error.place == line_of(folder, "while True")


def test_a_plugin_that_cannot_be_opened_costs_its_own_call(died: Any) -> None:
    """`Plugin.open` is the plugin's code like any other."""
    error, folder = died(None, methods="def open(self):\n    raise OSError('no model')")
    assert error.error == "OSError: no model"
    assert error.place == line_of(folder, "no model")


@pytest.mark.parametrize(
    "body",
    [
        "import os\nfor _ in range(1000):\n    if os.fork() == 0:\n        os._exit(0)",
        "import subprocess, sys\nfor _ in range(1000):\n    subprocess.Popen(['true'])",
    ],
)
def test_a_fork_bomb_is_stopped(died: Any, body: str) -> None:
    """A call may start so many processes and no more."""
    error, _ = died(body)
    assert error.error.startswith("RuntimeError: a call may start 64 processes")


def test_a_process_it_forked_may_fork_none(workers: Workers, write: Any) -> None:
    """So that bombs do not grow in the second row."""
    body = """
import os
reader, writer = os.pipe()
if os.fork() == 0:
    try:
        os.fork()
    except RuntimeError:
        os.write(writer, b"refused")
    os._exit(0)
os.wait()
return os.read(reader, 100).decode()
"""
    folder = write("p", body)
    assert workers.call(work(folder), control()) == "refused"


def test_a_child_that_runs_on_into_the_worker_answers_nothing(workers: Workers, write: Any) -> None:
    """A plugin that forks and returns from both processes gives one answer, its own."""
    folder = write("p", "import os\npid = os.fork()\nreturn 'child' if pid == 0 else 'parent'")
    for _ in range(3):
        assert workers.call(work(folder), control()) == "parent"


def test_what_a_plugin_started_dies_with_it(died: Any, notes: Any) -> None:
    """Even a process that left the group and the session of its worker does not outlive it."""
    body = """
import os, subprocess, sys, signal
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
note(subprocess.Popen(sleep).pid)
note(subprocess.Popen(sleep, start_new_session=True).pid)
os.kill(os.getpid(), signal.SIGKILL)
"""
    died(body)
    pids = list(map(int, notes()))
    assert len(pids) == 2
    assert all(hands.is_gone(pid) for pid in pids)
