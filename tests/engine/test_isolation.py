"""Where calls are made: here, in a thread that can be left behind, in a process that can be killed; and how many."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia import CancelToken, Core, Document, Event
from qualia._engine.flights import Flight, Flights
from qualia._engine.gate import Gate
from qualia.cancel import Control
from qualia.errors import (
    CircuitOpen,
    DeadlineExceeded,
    InvalidParam,
    InvalidSetting,
    PluginBusy,
    PluginCrashed,
    PluginFailed,
    PluginHung,
    RunCancelled,
)

TEXT = Document("Oi")
HANG = "from gate import entered, leave\nentered.set()\nleave.wait(10)\nreturn 1"
SPIN = "while True: pass"
Write = Callable[..., Path]
MakeCore = Callable[..., Core]
Listen = Callable[[Core], list[Event]]


def control(**more: Any) -> Control:
    """Return what a run without a deadline is controlled by."""
    return Control(name="run", clock=time.monotonic, **more)


# ---------------------------------------------------------------------------------------------------------- thread


def test_a_thread_is_left_behind_when_its_call_takes_too_long(write: Write, make_core: MakeCore, gate: Any) -> None:
    """The error names the line where the plugin stood, it counts as a failure, and the next call is made."""
    folder = write("a", HANG, limits={"isolation": "thread", "call_seconds": 0.1})
    core = make_core()
    with pytest.raises(PluginHung, match=r"longer than its 0\.1 seconds; its thread is left behind") as caught:
        core.run("a", TEXT)
    assert caught.value.place.startswith(f"{folder / '__init__.py'}:")
    gate.leave.set()
    assert core.run("a", Document("x")).value == 1


def test_hung_calls_open_the_circuit(write: Write, make_core: MakeCore, gate: Any) -> None:
    """A call counts when it is given up, not when it ends, and its late answer is not heard."""
    write("a", HANG, limits={"isolation": "thread", "call_seconds": 0.05, "max_failures": 2})
    core = make_core()
    for text in "xy":
        with pytest.raises(PluginHung):
            core.run("a", Document(text))
    with pytest.raises(CircuitOpen):
        core.run("a", Document("z"))
    gate.leave.set()


def test_a_thread_gives_its_place_free_only_when_it_ends(write: Write, make_core: MakeCore, gate: Any) -> None:
    """A plugin that hangs takes at most as many threads as it may have calls; further calls wait, then give up."""
    write("a", HANG, limits={"isolation": "thread", "call_seconds": 0.05, "max_concurrent": 1, "max_failures": 9})
    core = make_core()
    with pytest.raises(PluginHung):
        core.run("a", TEXT)
    with pytest.raises(DeadlineExceeded):
        core.run("a", Document("x"), timeout_s=0.1)
    gate.leave.set()
    assert core.run("a", Document("y")).value == 1


def test_a_cancelled_run_leaves_its_thread(write: Write, make_core: MakeCore, gate: Any) -> None:
    """The caller is answered at once."""
    write("a", HANG)
    core, token = make_core(isolation={"*": "thread"}), CancelToken()

    def cancel() -> None:
        gate.entered.wait(10)
        token.cancel()

    threading.Thread(target=cancel).start()
    with pytest.raises(RunCancelled):
        core.run("a", TEXT, cancel=token)


def test_what_a_thread_raises_is_its_callers(write: Write, make_core: MakeCore) -> None:
    """A failure in a thread reads as one made inline, its place included."""
    folder = write("a", "raise ValueError('no')")
    with pytest.raises(PluginFailed, match="ValueError: no") as caught:
        make_core().run("a", TEXT, isolation="thread")
    assert caught.value.place.startswith(f"{folder / '__init__.py'}:")
    assert type(caught.value.__cause__) is ValueError


# ------------------------------------------------------------------------------------------------------------ where


def test_the_call_decides_then_the_settings_then_the_manifest(write: Write, make_core: MakeCore) -> None:
    """A mode named for a plugin is stronger than that for all."""
    body = "import os, threading\nreturn [os.getpid(), threading.current_thread().name]"
    write("a", body, limits={"isolation": "thread"})
    here = [os.getpid(), threading.current_thread().name]

    def where(core: Core, **more: Any) -> str:
        pid, thread = core.run("a", Document(f"{id(core)}{more}"), **more).value
        return "process" if pid != here[0] else "inline" if thread == here[1] else "thread"

    assert where(make_core()) == "thread"
    assert where(make_core(isolation={"*": "inline"})) == "inline"
    assert where(make_core(isolation={"*": "thread", "a": "inline"})) == "inline"
    assert where(make_core(isolation={"a": "inline"}), isolation="thread") == "thread"
    assert where(make_core(isolation={"a": "inline"}), isolation="process") == "process"


def test_a_wrong_mode_is_refused(write: Write, make_core: MakeCore) -> None:
    """As a setting and as an argument."""
    write("a")
    with pytest.raises(InvalidSetting, match=r"isolation\.a.* must be inline, thread or process, not 'jail'"):
        make_core(isolation={"a": "jail"})
    wrong: Any = "jail"
    with pytest.raises(ValueError, match="isolation must be"):
        make_core().run("a", TEXT, isolation=wrong)


def test_every_mode_gives_the_same_result_under_the_same_key(write: Write, make_core: MakeCore) -> None:
    """So what one has computed is a cache hit for the others."""
    write("a", "return [params.top, document.text]", params="top: int = param(3, help='N.')")
    core = make_core()
    results = [core.run("a", TEXT, {"top": 4}, isolation=mode) for mode in ("process", "thread", "inline")]
    assert [each.value for each in results] == [(4, "Oi")] * 3
    assert [each.cached for each in results] == [False, True, True]
    assert results[0].provenance == results[2].provenance


# ---------------------------------------------------------------------------------------------------------- process


def test_a_process_is_killed_at_the_deadline_and_says_where_it_stood(write: Write, make_core: MakeCore) -> None:
    """A loop that never ends costs its own call; the next one works."""
    folder = write("a", f"if document.text == 'spin':\n    {SPIN}\nreturn 1", limits={"isolation": "process"})
    core = make_core()
    assert core.run("a", TEXT).value == 1
    with pytest.raises(DeadlineExceeded, match="it stood at") as caught:
        core.run("a", Document("spin"), timeout_s=1.0)
    assert caught.value.place.startswith(f"{folder / '__init__.py'}:")
    assert core.run("a", Document("again")).value == 1


def test_a_step_in_a_process_says_where_it_stood_in_a_pipeline_too(write: Write, make_core: MakeCore) -> None:
    """Even when other steps run beside it."""
    for name in "ab":
        write(name, SPIN, limits={"isolation": "process"})
    with pytest.raises(DeadlineExceeded, match="it stood at"):
        make_core().run_pipeline({"steps": [{"plugin": "a"}, {"plugin": "b", "needs": []}]}, TEXT, timeout_s=2.0)


def test_a_plugin_in_a_process_is_never_imported_here(write: Write, make_core: MakeCore) -> None:
    """Its params are known all the same, checked here, and a crash while it is imported harms nobody."""
    write(
        "a",
        "return params.top",
        params="top: int = param(3, ge=1, help='N.')",
        head=f"import os\nassert os.getpid() != {os.getpid()}",
        limits={"isolation": "process"},
    )
    write("b", head="import os\nos._exit(7)", limits={"isolation": "process"})
    core = make_core()
    assert (core.plugins.params("a")[0].default, core.run("a", TEXT).value) == (3, 3)
    with pytest.raises(InvalidParam):
        core.run("a", TEXT, {"top": 0})
    with pytest.raises(PluginCrashed, match=r"os\._exit\(7\)"):
        core.run("b", TEXT)
    assert (core.plugins["b"].state, core.run("a", Document("x")).value) == ("failing", 3)


def test_a_reload_reaches_the_process(write: Write, make_core: MakeCore) -> None:
    """The new version gets a process of its own; one that crashes while it is loaded changes nothing."""
    write("a", "return 'old'", limits={"isolation": "process"})
    core = make_core()
    assert core.run("a", TEXT).value == "old"
    write("a", "return 'new'", limits={"isolation": "process"})
    core.reload("a")
    assert core.run("a", TEXT).value == "new"
    write("a", head="import os\nos._exit(1)", limits={"isolation": "process"})
    with pytest.raises(PluginCrashed):
        core.reload("a")
    assert core.run("a", Document("x")).value == "new"


# ---------------------------------------------------------------------------------------------------------- the gate


@given(most=st.integers(1, 4), waiting=st.integers(0, 3))
def test_a_gate_refuses_once_enough_wait(most: int, waiting: int) -> None:
    """So many are inside, so many wait, and the next is told to come back."""
    gate = Gate("a", most, waiting=waiting)
    inside = threading.Semaphore(0)

    def enter() -> None:
        gate.enter(control())
        inside.release()

    callers = [threading.Thread(target=enter) for _ in range(most + waiting)]
    for caller in callers:
        caller.start()
    for _ in range(most):
        assert inside.acquire(timeout=10)
    while gate.waiting < waiting:
        time.sleep(0)
    with pytest.raises(PluginBusy, match=f"busy with {most} calls and {waiting} wait"):
        gate.enter(control())
    for _ in range(most + waiting):
        gate.leave()
    for caller in callers:
        caller.join(10)
    assert (gate.inside, gate.waiting) == (0, 0)


def test_who_waits_at_a_gate_hears_that_the_run_is_over() -> None:
    """A cancelled run gives its turn to the next."""
    gate, token = Gate("a", 1), CancelToken()
    gate.enter(control())
    errors: list[BaseException] = []

    def wait() -> None:
        try:
            gate.enter(control(token=token))
        except RunCancelled as error:
            errors.append(error)

    waiter = threading.Thread(target=wait)
    waiter.start()
    while not gate.waiting:
        time.sleep(0)
    token.cancel()
    waiter.join(10)
    gate.leave()
    gate.enter(control())
    assert (len(errors), gate.inside) == (1, 1)


def test_no_more_calls_than_allowed_are_under_way(write: Write, make_core: MakeCore) -> None:
    """Thirty calls from ten threads, two at a time."""
    head = "import threading\nNOW, MOST, LOCK = [0], [0], threading.Lock()"
    body = """import threading
with LOCK:
    NOW[0] += 1
    MOST[0] = max(MOST[0], NOW[0])
threading.Event().wait(0.002)
with LOCK:
    NOW[0] -= 1
return MOST[0]"""
    write("a", body, head=head, limits={"max_concurrent": 2})
    core = make_core()
    core.run("a", Document("first"))

    def call(caller: int) -> None:
        for number in range(3):
            core.run("a", Document(f"{caller} {number}"))

    callers = [threading.Thread(target=call, args=(number,)) for number in range(10)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(10)
    assert core.run("a", Document("last")).value == 2


# ------------------------------------------------------------------------------------------------------ the watchdog


def test_a_call_that_takes_long_is_told_of_with_its_line(tmp_path: Path) -> None:
    """And again each time it has taken twice as long."""
    now, told = [0.0], []
    flights = Flights(
        clock=lambda: now[0], slow_s=10.0, tell=lambda flight, took_s: told.append(took_s), is_heard=lambda: False
    )
    with flights.flying("a", tmp_path, step="s"):
        for second in (5.0, 10.0, 15.0, 19.0, 20.0, 39.0, 40.0):
            now[0] = second
            flights.look()
    now[0] = 1000.0
    flights.look()
    assert told == [10.0, 20.0, 40.0]


def test_a_slow_call_is_an_event(write: Write, make_core: MakeCore, gate: Any) -> None:
    """It names plugin, run and line while the call is still under way."""
    folder = write("a", HANG)
    core, heard, told = make_core(slow_call_s=0.02), [], threading.Event()

    def hear(event: Event) -> None:
        if event.kind == "plugin_slow":
            heard.append(event)
            told.set()

    core.subscribe(hear, wait=True)
    caller = threading.Thread(target=core.run, args=("a", TEXT))
    caller.start()
    assert told.wait(10)
    gate.leave.set()
    caller.join(10)
    assert (heard[0].plugin, heard[0].step) == ("a", "a")
    assert heard[0].details["place"].startswith(f"{folder / '__init__.py'}:")
    assert heard[0].details["elapsed_s"] >= 0.02


def test_a_flight_in_another_process_is_asked_for_its_line(tmp_path: Path) -> None:
    """Where it stands is found out only when somebody wants to know."""
    flights = Flights(clock=time.monotonic, slow_s=0.0, tell=_unheard, is_heard=lambda: True)
    flight = flights.begin("a", tmp_path, run_id="r", ask=lambda: "a.py:3")
    assert (flights.standing(run_id="r"), flights.standing(run_id="other")) == ("a.py:3", "")
    assert flights.standing(plugin="a") == "a.py:3"
    flights.end(flight)
    assert flights.standing(run_id="r") == ""


def _unheard(_flight: Flight, _took_s: float) -> None:
    """Hear nothing."""


# ----------------------------------------------------------------------------------------------------------- degraded


def test_an_older_versions_answer_serves_while_the_circuit_is_open(write: Write, make_core: MakeCore) -> None:
    """Only for a caller who asks for it, marked, with the provenance of the version that gave it."""
    write("a", "return document.text.upper()", version="1.0.0")
    core = make_core(max_failures=2)
    assert core.run("a", TEXT, degraded=True).degraded is False
    write("a", "raise ValueError(document.text)", version="2.0.0")
    core.reload("a")
    for text in "xy":
        with pytest.raises(PluginFailed):
            core.run("a", Document(text), degraded=True)
    served = core.run("a", TEXT, degraded=True)
    assert (served.value, served.degraded, served.cached, served.provenance.version) == ("OI", True, True, "1.0.0")
    with pytest.raises(CircuitOpen):
        core.run("a", TEXT)
    with pytest.raises(CircuitOpen):
        core.run("a", Document("never seen"), degraded=True)


def test_a_failure_is_never_hidden_by_an_older_answer(write: Write, make_core: MakeCore) -> None:
    """While the circuit is closed the plugin's error is the caller's."""
    write("a", "return 1")
    core = make_core()
    core.run("a", TEXT, degraded=True)
    write("a", "raise ValueError")
    core.reload("a")
    with pytest.raises(PluginFailed):
        core.run("a", TEXT, degraded=True)
