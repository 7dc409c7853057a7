"""Events: frozen facts, told in order to whoever listens, and a listener's trouble is its own."""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

from qualia import Core, Document, Event
from qualia.events import EventKind, Observers

WAIT_S = 30.0
NAME = "qualia-events"
Write = Callable[..., Path]
MakeCore = Callable[..., Core]


class Stuck:
    """An observer that says when it hears something, and then waits until the test lets it go."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.entered: threading.Event = threading.Event()
        self.leave: threading.Event = threading.Event()

    def __call__(self, event: Event) -> None:
        self.entered.set()
        self.leave.wait(WAIT_S)
        self.heard.append(event)


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == NAME]


@pytest.fixture
def observers() -> Observers:
    """Make observers with a clock that stands still."""
    return Observers(wall=lambda: 5.0, monotonic=lambda: 7.0)


def test_an_event_says_what_happened_and_when(observers: Observers) -> None:
    """Kind, both times, run, step, plugin and details arrive; details are frozen."""
    heard: list[Event] = []
    observers.add(heard.append, wait=True)
    observers.tell(EventKind.STEP_STARTED, run_id="r", step="s", plugin="p", sizes=[1])
    assert heard == [
        Event(
            kind=EventKind.STEP_STARTED,
            at_s=5.0,
            monotonic_s=7.0,
            run_id="r",
            step="s",
            plugin="p",
            details={"sizes": (1,)},
        )
    ]
    assert heard[0].kind == "step_started"


def test_observers_are_told_in_the_order_they_came(observers: Observers) -> None:
    """The first to listen hears first."""
    heard: list[str] = []
    observers.add(lambda _: heard.append("first"), wait=True)
    observers.add(lambda _: heard.append("second"), wait=True)
    observers.tell(EventKind.RUN_STARTED)
    assert heard == ["first", "second"]


def test_an_observer_that_raises_is_logged_and_harms_nobody(
    observers: Observers, caplog: pytest.LogCaptureFixture
) -> None:
    """The one behind it hears all the same, and so does the next event."""
    heard: list[Event] = []
    observers.add(lambda _: 1 // 0, wait=True)
    observers.add(heard.append, wait=True)
    with caplog.at_level(logging.ERROR, "qualia.events"):
        observers.tell(EventKind.RUN_STARTED)
        observers.tell(EventKind.RUN_FINISHED)
    assert [event.kind for event in heard] == ["run_started", "run_finished"]
    assert [record.message for record in caplog.records] == [
        "an observer of run_started events raised",
        "an observer of run_finished events raised",
    ]


def test_taking_an_observer_off_undoes_exactly_one_adding(observers: Observers) -> None:
    """One that was added twice is told once more, and taking off twice is fine."""
    heard: list[Event] = []
    first, second = observers.add(heard.append, wait=True), observers.add(heard.append, wait=True)
    first()
    first()
    observers.tell(EventKind.RUN_STARTED)
    assert len(heard) == 1
    second()
    observers.tell(EventKind.RUN_STARTED)
    assert len(heard) == 1


def test_an_observer_may_take_itself_off_while_it_is_told(observers: Observers) -> None:
    """The event under way reaches everybody who listened when it happened."""
    heard: list[str] = []

    def once(_: Event) -> None:
        heard.append("once")
        off()

    off = observers.add(once, wait=True)
    observers.add(lambda _: heard.append("always"), wait=True)
    observers.tell(EventKind.RUN_STARTED)
    observers.tell(EventKind.RUN_STARTED)
    assert heard == ["once", "always", "always"]


def test_nothing_is_made_when_nobody_listens() -> None:
    """Without observers no clock is read."""
    looks: list[float] = []

    def clock() -> float:
        looks.append(0.0)
        return 0.0

    Observers(wall=clock, monotonic=clock).tell(EventKind.RUN_STARTED)
    assert looks == []


# -------------------------------------------------------------------------------------------------------------- queues


def test_an_observer_is_told_in_order_by_a_thread_of_its_own(observers: Observers) -> None:
    """Without ``wait`` nobody's work is held up, all events come as they happened, and a flush waits for them."""
    heard: list[tuple[str | None, str]] = []
    observers.add(lambda event: heard.append((event.step, threading.current_thread().name)))
    assert threads() == []
    for number in range(100):
        observers.tell(EventKind.STEP_STARTED, step=str(number))
    observers.close()
    assert heard == [(str(number), NAME) for number in range(100)]


def test_a_slow_observer_holds_up_neither_the_caller_nor_another(observers: Observers) -> None:
    """While one is stuck, everybody else hears everything, and nobody waits for it more than a moment."""
    stuck, heard = Stuck(), list[Event]()
    observers.add(stuck)
    observers.add(heard.append)
    observers.tell(EventKind.RUN_STARTED)
    assert stuck.entered.wait(WAIT_S)
    began_s = time.monotonic()
    for _ in range(200):
        observers.tell(EventKind.STEP_STARTED)
        observers.flush()
    assert time.monotonic() - began_s < WAIT_S / 2
    stuck.leave.set()
    observers.close()
    assert (len(heard), len(stuck.heard)) == (201, 201)


def test_a_full_queue_drops_the_oldest_and_says_so(observers: Observers) -> None:
    """The newest events come, after one that tells how many before them did not."""
    stuck = Stuck()
    observers.add(stuck, queue=3)
    observers.tell(EventKind.RUN_STARTED)
    assert stuck.entered.wait(WAIT_S)
    for number in range(10):
        observers.tell(EventKind.STEP_STARTED, step=str(number))
    stuck.leave.set()
    observers.close()
    assert [(event.kind, event.step, dict(event.details)) for event in stuck.heard] == [
        ("run_started", None, {}),
        ("events_dropped", None, {"dropped": 7}),
        ("step_started", "7", {}),
        ("step_started", "8", {}),
        ("step_started", "9", {}),
    ]


def test_a_queue_holds_at_least_one_event(observers: Observers) -> None:
    """A bound of nothing is a mistake."""
    with pytest.raises(ValueError, match="queue must be at least 1, not 0"):
        observers.add(print, queue=0)


def test_a_queued_observer_that_raises_hears_the_next_event(
    observers: Observers, caplog: pytest.LogCaptureFixture
) -> None:
    """Its trouble is logged, its thread lives on."""
    heard: list[Event] = []

    def fail(event: Event) -> None:
        heard.append(event)
        raise ValueError

    observers.add(fail)
    with caplog.at_level(logging.ERROR, "qualia.events"):
        observers.tell(EventKind.RUN_STARTED)
        observers.tell(EventKind.RUN_FINISHED)
        observers.close()
    assert (len(heard), len(caplog.records)) == (2, 2)


def test_an_observer_that_was_taken_off_has_heard_what_came_before(observers: Observers) -> None:
    """Taking off lets it catch up, and then nothing reaches it any more; its thread is gone."""
    heard: list[Event] = []
    off = observers.add(heard.append)
    observers.tell(EventKind.RUN_STARTED)
    off()
    off()
    observers.tell(EventKind.RUN_FINISHED)
    assert ([event.kind for event in heard], threads()) == (["run_started"], [])


def test_closing_waits_a_bounded_time(observers: Observers) -> None:
    """One that is stuck loses what it has not heard, closing twice is fine, and nothing is told afterwards."""
    stuck = Stuck()
    observers.add(stuck)
    for _ in range(3):
        observers.tell(EventKind.RUN_STARTED)
    assert stuck.entered.wait(WAIT_S)
    observers.close()
    observers.close()
    observers.tell(EventKind.RUN_FINISHED)
    stuck.leave.set()
    for thread in threads():
        thread.join(WAIT_S)
    assert len(stuck.heard) == 1


def test_an_observer_may_end_everything_itself(observers: Observers) -> None:
    """Taking itself off, flushing and closing from its own thread wait for nothing."""
    done = threading.Event()

    def end(_: Event) -> None:
        off()
        observers.flush()
        observers.close()
        done.set()

    off = observers.add(end)
    observers.tell(EventKind.RUN_STARTED)
    assert done.wait(WAIT_S)


def test_an_observer_is_told_in_the_context_it_was_added_in(observers: Observers) -> None:
    """A context variable, such as the language of a face, is what it was then."""
    language, heard = ContextVar("language", default="en"), list[str]()
    token = language.set("pt")
    observers.add(lambda _: heard.append(language.get()))
    language.reset(token)
    observers.tell(EventKind.RUN_STARTED)
    observers.close()
    assert heard == ["pt"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_tells_its_own_events(observers: Observers) -> None:
    """The parent's thread is not there after a fork; the child starts one, and does not repeat the parent's events."""
    heard: list[Event] = []
    observers.add(heard.append)
    observers.tell(EventKind.RUN_STARTED)
    observers.flush()
    child = os.fork()
    if child == 0:
        try:
            observers.tell(EventKind.RUN_FINISHED)
            observers.close()
            os._exit(0 if [event.kind for event in heard] == ["run_started", "run_finished"] else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    observers.close()


# -------------------------------------------------------------------------------------------------------------- a Core


def test_a_run_that_returned_has_been_heard_of(write: Write, make_core: MakeCore) -> None:
    """An observer that is quick needs no ``wait`` to know of a run when it is over."""
    write("a", "return 1")
    core = make_core()
    heard: list[Event] = []
    core.subscribe(heard.append)
    core.run("a", Document("x"))
    core.close()
    assert [event.kind for event in heard][-2:] == ["step_finished", "run_finished"]
    assert heard[0].monotonic_s <= heard[-1].monotonic_s
    assert abs(heard[0].at_s - time.time()) < WAIT_S


def test_a_stuck_observer_lets_runs_return(write: Write, make_core: MakeCore) -> None:
    """Runs and closing go on while an observer hears nothing."""
    write("a", "return document.text")
    core, stuck = make_core(), Stuck()
    core.subscribe(stuck)
    assert [core.run("a", Document(text)).value for text in "xyz"] == ["x", "y", "z"]
    core.close()
    stuck.leave.set()


def test_no_thread_is_started_unless_somebody_listens(write: Write, make_core: MakeCore) -> None:
    """A run that nobody watches stays in its thread."""
    write("a", "return 1")
    before = set(threading.enumerate())
    core = make_core()
    core.run("a", Document("x"))
    assert set(threading.enumerate()) <= before


def test_a_core_that_was_subscribed_to_is_forgotten_whole(write: Write, make_core: MakeCore) -> None:
    """After closing, neither a thread nor a reference of an observer is left."""
    write("a", "return 1")

    class Watcher:
        def __call__(self, event: Event) -> None:
            pass

    core: Any = make_core()
    core.subscribe(Watcher())
    core.run("a", Document("x"))
    core.close()
    gc.collect()
    assert [each for each in gc.get_objects() if isinstance(each, Watcher)] == []
    assert threads() == []
