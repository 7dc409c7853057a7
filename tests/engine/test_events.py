"""Events: frozen facts, told in order to whoever listens, and a listener's trouble is its own."""

from __future__ import annotations

import logging

import pytest

from qualia import Event
from qualia.events import EventKind, Observers


@pytest.fixture
def observers() -> Observers:
    """Make observers with a clock that stands still."""
    return Observers(wall=lambda: 5.0, monotonic=lambda: 7.0)


def test_an_event_says_what_happened_and_when(observers: Observers) -> None:
    """Kind, both times, run, step, plugin and details arrive; details are frozen."""
    heard: list[Event] = []
    observers.add(heard.append)
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
    observers.add(lambda _: heard.append("first"))
    observers.add(lambda _: heard.append("second"))
    observers.tell(EventKind.RUN_STARTED)
    assert heard == ["first", "second"]


def test_an_observer_that_raises_is_logged_and_harms_nobody(
    observers: Observers, caplog: pytest.LogCaptureFixture
) -> None:
    """The one behind it hears all the same, and so does the next event."""
    heard: list[Event] = []
    observers.add(lambda _: 1 // 0)
    observers.add(heard.append)
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
    first, second = observers.add(heard.append), observers.add(heard.append)
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

    off = observers.add(once)
    observers.add(lambda _: heard.append("always"))
    observers.tell(EventKind.RUN_STARTED)
    observers.tell(EventKind.RUN_STARTED)
    assert heard == ["once", "always", "always"]


def test_nothing_is_made_when_nobody_listens() -> None:
    """Without observers no clock is read."""
    observers = Observers(wall=lambda: 1 / 0, monotonic=lambda: 1 / 0)
    observers.tell(EventKind.RUN_STARTED)
