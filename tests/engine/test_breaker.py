"""The circuit breaker: consecutive failures open it, one probe decides, late news changes nothing."""

from __future__ import annotations

import copy
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from qualia._engine.breaker import CircuitBreaker, Era, State
from qualia.errors import CircuitOpen

OPEN_S = 10.0


class Clock:
    """Monotonic time that moves when told to."""

    def __init__(self) -> None:
        self.now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class Bench:
    """A breaker that opens after three failures, its clock, and the moves it told."""

    def __init__(self, max_failures: int = 3) -> None:
        self.clock: Clock = Clock()
        self.moves: list[tuple[str, str]] = []
        self.breaker: CircuitBreaker = CircuitBreaker(
            "p",
            max_failures=max_failures,
            open_s=OPEN_S,
            clock=self.clock,
            on_move=lambda before, after: self.moves.append((before.value, after.value)),
        )

    def success(self) -> None:
        """Make one call that works."""
        self.breaker.succeeded(self.breaker.admit())

    def failure(self) -> None:
        """Make one call that fails."""
        self.breaker.failed(self.breaker.admit())

    def open(self) -> None:
        """Fail until it opens."""
        for _ in range(3):
            self.failure()

    def probe(self) -> Era:
        """Open it, wait, and admit the probe."""
        self.open()
        self.clock.now += OPEN_S
        return self.breaker.admit()

    @property
    def state(self) -> str:
        """Whether calls pass."""
        return self.breaker.state.value

    @property
    def seen(self) -> tuple[str, int]:
        """State and consecutive failures."""
        return self.state, self.breaker.failures

    def rejected(self) -> float:
        """Return the seconds a refused caller is told to wait."""
        with pytest.raises(CircuitOpen) as caught:
            self.breaker.admit()
        return caught.value.retry_after_s


@pytest.fixture
def bench() -> Bench:
    """Make a closed breaker."""
    return Bench()


def test_the_third_failure_in_a_row_opens_it(bench: Bench) -> None:
    """Two failures leave it closed."""
    bench.failure()
    bench.failure()
    assert bench.seen == ("closed", 2)
    bench.failure()
    assert bench.seen == ("open", 0)


def test_a_success_starts_the_count_again(bench: Bench) -> None:
    """Only failures in a row count."""
    for step in (bench.failure, bench.failure, bench.success, bench.failure, bench.failure):
        step()
    assert bench.seen == ("closed", 2)
    bench.failure()
    assert bench.state == "open"


def test_an_open_one_refuses_and_says_for_how_long(bench: Bench) -> None:
    """The error names the plugin and the seconds left, which shrink."""
    bench.open()
    assert bench.rejected() == OPEN_S
    bench.clock.now += 4
    assert bench.rejected() == pytest.approx(6)


def test_it_stays_open_for_its_time_and_admits_a_probe_after(bench: Bench) -> None:
    """Shortly before the time is over a call is refused; then one is let through, half-open."""
    bench.open()
    bench.clock.now += OPEN_S - 0.08
    bench.rejected()
    bench.clock.now += 0.08
    assert bench.state == "open"
    bench.breaker.admit()
    assert bench.state == "half_open"


def test_a_probe_that_works_closes_it(bench: Bench) -> None:
    """Afterwards the count starts at nothing: two more failures do not open it."""
    bench.breaker.succeeded(bench.probe())
    assert bench.seen == ("closed", 0)
    bench.failure()
    bench.failure()
    assert bench.seen == ("closed", 2)


def test_a_probe_that_fails_opens_it_for_a_full_period(bench: Bench) -> None:
    """The wait begins anew, and a later probe may close it."""
    bench.breaker.failed(bench.probe())
    assert bench.rejected() == OPEN_S
    bench.clock.now += OPEN_S
    bench.success()
    assert bench.seen == ("closed", 0)


def test_of_fifty_threads_exactly_one_probes(bench: Bench) -> None:
    """While the probe is under way the other 49 are refused at once, not kept waiting."""
    bench.open()
    bench.clock.now += OPEN_S
    start = threading.Barrier(50)

    def call(_: int) -> bool:
        start.wait()
        try:
            bench.breaker.admit()
        except CircuitOpen:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        admitted = list(pool.map(call, range(50)))
    assert (admitted.count(True), admitted.count(False)) == (1, 49)


def test_a_probe_that_says_nothing_gives_its_place_back(bench: Bench) -> None:
    """After bad input or a cancelled probe it stays half-open, and the next call decides."""
    bench.breaker.released(bench.probe())
    assert bench.state == "half_open"
    bench.success()
    assert bench.seen == ("closed", 0)


def test_a_call_that_says_nothing_neither_counts_nor_resets(bench: Bench) -> None:
    """Two failures, a cancelled call and a failure open it."""
    bench.failure()
    bench.failure()
    bench.breaker.released(bench.breaker.admit())
    assert bench.seen == ("closed", 2)
    bench.failure()
    assert bench.state == "open"


def test_a_late_success_of_an_older_era_does_not_close_it(bench: Bench) -> None:
    """A slow call from before the outage is no probe."""
    late = bench.breaker.admit()
    bench.probe()
    bench.breaker.succeeded(late)
    assert bench.state == "half_open"


def test_a_late_failure_does_not_lengthen_the_wait(bench: Bench) -> None:
    """It opened once, and its deadline stays."""
    late = bench.breaker.admit()
    bench.open()
    bench.clock.now += 4
    bench.breaker.failed(late)
    assert bench.rejected() == pytest.approx(6)
    assert bench.moves == [("closed", "open")]


def test_a_late_failure_after_closing_does_not_count(bench: Bench) -> None:
    """The new closed era begins clean and stays so."""
    late = bench.breaker.admit()
    bench.breaker.succeeded(bench.probe())
    bench.breaker.failed(late)
    assert bench.seen == ("closed", 0)


def test_a_late_release_does_not_free_another_probes_place(bench: Bench) -> None:
    """Only the probe under way gives its own place back."""
    late = bench.breaker.admit()
    bench.probe()
    bench.breaker.released(late)
    assert bench.rejected() == OPEN_S


def test_a_probe_that_hangs_is_given_up(bench: Bench) -> None:
    """Meanwhile callers are refused; after the time another probe runs, and the first one's answer is late."""
    hung = bench.probe()
    bench.clock.now += OPEN_S - 1
    assert bench.rejected() == pytest.approx(1)
    bench.clock.now += 1
    second = bench.breaker.admit()
    bench.breaker.succeeded(hung)
    assert bench.state == "half_open"
    bench.breaker.succeeded(second)
    assert bench.state == "closed"


def test_every_move_is_told_once(bench: Bench) -> None:
    """Refusals between moves, and a second probe within one half-open state, tell nothing."""
    bench.open()
    for _ in range(3):
        bench.rejected()
    bench.clock.now += OPEN_S
    bench.breaker.released(bench.breaker.admit())
    bench.success()
    assert bench.moves == [("closed", "open"), ("open", "half_open"), ("half_open", "closed")]


def test_a_listener_may_use_the_breaker() -> None:
    """No lock is held while it is told, neither for itself nor for a thread it starts."""
    clock = Clock()
    seen: list[tuple[State, bool]] = []

    def listener(before: State, after: State) -> None:
        thread = threading.Thread(target=breaker.reset, daemon=True)
        thread.start()
        thread.join(5)
        seen.append((after, thread.is_alive()))

    breaker = CircuitBreaker("p", max_failures=1, open_s=1, clock=clock, on_move=listener)
    breaker.failed(breaker.admit())
    assert (State.OPEN, False) in seen
    assert breaker.state.value == "closed"


def test_refusing_a_thousand_times_grows_nothing(bench: Bench) -> None:
    """Each refusal is an error of its own with a traceback of the same length."""
    bench.open()
    lengths = set()
    for _ in range(1000):
        try:
            bench.breaker.admit()
        except CircuitOpen as error:
            lengths.add(len(traceback.extract_tb(error.__traceback__)))
    assert len(lengths) == 1


def test_failures_from_many_threads_are_all_counted() -> None:
    """No update is lost."""
    bench = Bench(max_failures=10**6)

    def fail(_: int) -> None:
        for _ in range(500):
            bench.failure()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fail, range(8)))
    assert bench.seen == ("closed", 4000)


def test_reset_closes_it_and_forgets(bench: Bench) -> None:
    """A failure still in flight from before the reset is ignored."""
    bench.failure()
    in_flight = bench.breaker.admit()
    bench.failure()
    bench.failure()
    bench.breaker.reset()
    bench.breaker.failed(in_flight)
    assert bench.seen == ("closed", 0)
    assert bench.moves == [("closed", "open"), ("open", "closed")]


def test_a_refusal_survives_a_journey(bench: Bench) -> None:
    """The error keeps its fields when copied, so it can cross a thread or process."""
    bench.open()
    with pytest.raises(CircuitOpen) as caught:
        bench.breaker.admit()
    assert str(copy.copy(caught.value)) == str(caught.value)
    assert caught.value.plugin == "p"


class BreakerAgainstModel(RuleBasedStateMachine):
    """Whatever is called, reported and waited, the breaker and a simple description agree."""

    def __init__(self) -> None:
        super().__init__()
        self.bench: Bench = Bench()
        self.state: str = "closed"
        self.failures: int = 0
        self.era: int = 0
        self.since: float = 0.0
        self.probing: bool = False
        self.calls: list[tuple[Era, int]] = []

    def _move(self, state: str) -> None:
        self.state, self.failures, self.era, self.since = state, 0, self.era + 1, self.bench.clock.now
        self.probing = state == "half_open"

    @rule(seconds=st.sampled_from((1.0, 5.0, OPEN_S)))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.bench.clock.now += seconds

    @rule()
    def admit(self) -> None:
        """Ask for a call."""
        waited = self.bench.clock.now - self.since >= OPEN_S
        expected = self.state == "closed" or waited or (self.state == "half_open" and not self.probing)
        if not expected:
            assert 0 < self.bench.rejected() <= OPEN_S
            return
        era = self.bench.breaker.admit()
        if self.state != "closed":
            self._move("half_open")
        self.calls.append((era, self.era))

    def _report(self, index: int, report: Callable[[Era], None]) -> bool:
        era, number = self.calls.pop(index % len(self.calls))
        report(era)
        return number == self.era

    @precondition(lambda self: self.calls)
    @rule(index=st.integers(0, 20))
    def succeed(self, index: int) -> None:
        """Report that some call under way worked."""
        if self._report(index, self.bench.breaker.succeeded):
            if self.state == "half_open":
                self._move("closed")
            self.failures = 0

    @precondition(lambda self: self.calls)
    @rule(index=st.integers(0, 20))
    def fail(self, index: int) -> None:
        """Report that some call under way failed."""
        if self._report(index, self.bench.breaker.failed):
            self.failures += 1
            if self.state == "half_open" or self.failures == 3:
                self._move("open")

    @precondition(lambda self: self.calls)
    @rule(index=st.integers(0, 20))
    def release(self, index: int) -> None:
        """Report that some call under way says nothing."""
        if self._report(index, self.bench.breaker.released):
            self.probing = False

    @rule()
    def reset(self) -> None:
        """Close it by hand."""
        self.bench.breaker.reset()
        self._move("closed")

    @invariant()
    def agree(self) -> None:
        """State and failures are the model's, and the moves told form one chain."""
        assert self.bench.seen == (self.state, self.failures)
        chain = [("", "closed"), *self.bench.moves]
        assert all(one[1] == other[0] != other[1] for one, other in pairwise(chain))


TestBreakerAgainstModel = pytest.mark.properties(BreakerAgainstModel.TestCase)
TestBreakerAgainstModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
