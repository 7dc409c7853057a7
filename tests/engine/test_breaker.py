"""The circuit breaker, call by call: with a `with` block, around a function, and around a coroutine function."""

from __future__ import annotations

import copy
import gc
import pickle
import traceback
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from qualia import BreakerPolicy, CircuitBreaker
from qualia.circuit import CircuitChange
from qualia.errors import CircuitHeld, CircuitOpen, InvalidSetting

OPEN_S = 10.0


class Ignored(Exception):
    """What the policy of some tests ignores."""


class Empty(Exception):
    """An exception that is false."""

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False


def _defaults(policy: dict[str, Any]) -> dict[str, Any]:
    return {"max_failures": 3, "open_s": OPEN_S, **policy}


class Bench:
    """A breaker with a clock that moves when told to, its moves, and one way to call through it."""

    def __init__(self, way: str, /, random: Callable[[], float] | None = None, **policy: Any) -> None:
        self.way: str = way
        self.now: float = 1000.0
        self.moves: list[tuple[str, str]] = []
        self.breaker: CircuitBreaker = CircuitBreaker(
            "p",
            BreakerPolicy(**_defaults(policy)),
            clock=lambda: self.now,
            random=random,
        )
        self.breaker.subscribe(self.heard)

    def heard(self, change: CircuitChange) -> None:
        self.moves.append((change.before.value, change.after.value))

    def call(self, action: Callable[[], Any], key: str | None = None) -> Any:
        """Make a call."""
        if self.way == "with" or key is not None:
            with self.breaker.attempt(key=key):
                return action()
        if self.way == "function":
            return self.breaker.guarded(lambda: action())()

        @self.breaker.guarded
        async def coroutine() -> Any:
            return action()

        try:
            coroutine().send(None)
        except StopIteration as done:
            return done.value

    def ok(self, *, lasts_s: float = 0.0, key: str | None = None) -> str:
        """Make a call that works."""

        def action() -> str:
            self.now += lasts_s
            return "ok"

        result: str = self.call(action, key)
        return result

    def fail(self, error: BaseException | None = None, *, key: str | None = None) -> None:
        """Make a call that raises, and see its own exception come back."""
        error = ValueError("no") if error is None else error

        def action() -> None:
            raise error

        with pytest.raises(type(error)) as caught:
            self.call(action, key)
        assert caught.value is error

    def play(self, calls: str) -> str:
        """Make calls, S for one that works and F for one that fails, and return the state."""
        for call in calls.split():
            if call == "S":
                self.ok()
            else:
                self.fail()
        return self.state

    def open(self) -> None:
        assert self.play("F F F") == "open"

    def wait(self, seconds: float = OPEN_S) -> None:
        self.now += seconds

    def refused_s(self) -> float:
        """Return the seconds a refused caller is told to wait; the call is not made."""
        called: list[int] = []
        with pytest.raises(CircuitOpen) as caught:
            self.call(lambda: called.append(1))
        assert called == []
        return caught.value.retry_after_s

    @property
    def state(self) -> str:
        return self.breaker.state.value

    @property
    def failures(self) -> int:
        return self.breaker.status().failures


Make = Callable[..., Bench]


@pytest.fixture(params=["with", "function", "coroutine"])
def make(request: pytest.FixtureRequest) -> Make:
    """Make benches that call in one way."""
    return lambda **more: Bench(request.param, **more)


@pytest.fixture
def bench(make: Make) -> Bench:
    """Make a closed breaker that opens after three failures."""
    return make()


# ------------------------------------------------------------------------------------------------ consecutive failures


def test_the_third_failure_in_a_row_opens_it(bench: Bench) -> None:
    """Two failures leave it closed, and every caller sees its own exception."""
    assert bench.play("F F") == "closed"
    assert bench.play("F") == "open"


def test_a_success_starts_the_row_again(bench: Bench) -> None:
    """Only failures in a row count."""
    assert (bench.play("F F S F F"), bench.failures) == ("closed", 2)
    assert bench.play("F") == "open"


def test_an_open_one_refuses_without_calling(bench: Bench) -> None:
    """The error says for how long, which shrinks."""
    bench.open()
    assert bench.refused_s() == OPEN_S
    bench.wait(4)
    assert bench.refused_s() == pytest.approx(6)
    assert bench.breaker.status().refused == 2


def test_a_call_tries_when_the_time_is_over(bench: Bench) -> None:
    """Shortly before it is refused; then it is let through, and sees the circuit half-open."""
    bench.open()
    bench.wait(OPEN_S - 0.08)
    bench.refused_s()
    bench.wait(0.08)
    assert bench.call(lambda: bench.state) == "half_open"


def test_a_probe_that_works_closes_it(bench: Bench) -> None:
    """It starts anew: two more failures do not open it."""
    bench.open()
    bench.wait()
    assert (bench.play("S"), bench.failures) == ("closed", 0)
    assert bench.play("F F") == "closed"


def test_a_probe_that_fails_opens_it_for_a_full_period(bench: Bench) -> None:
    """The probe's caller sees the exception; a later probe closes it."""
    bench.open()
    bench.wait()
    assert bench.play("F") == "open"
    assert bench.refused_s() == OPEN_S
    bench.wait()
    assert bench.play("S") == "closed"


def test_as_many_probes_as_asked_must_work(make: Make) -> None:
    """One failure among them opens it again, and the count begins anew."""
    bench = make(successes=3)
    bench.open()
    bench.wait()
    assert bench.play("S S") == "half_open"
    assert bench.play("F") == "open"
    bench.wait()
    assert bench.play("S S") == "half_open"
    assert bench.play("S") == "closed"


# ------------------------------------------------------------------------------------------------ what counts


def test_an_ignored_exception_neither_counts_nor_resets(make: Make) -> None:
    """The failures on both sides of it are in a row."""
    bench = make(ignore=(Ignored,))
    bench.play("F F")
    bench.fail(Ignored())
    assert (bench.state, bench.failures) == ("closed", 2)
    assert bench.play("F") == "open"


def test_only_what_is_recorded_counts(make: Make) -> None:
    """Any other exception says nothing."""
    bench = make(record=(OSError,), max_failures=1)
    bench.fail(ValueError())
    assert bench.state == "closed"
    bench.fail(FileNotFoundError())
    assert bench.state == "open"


@pytest.mark.parametrize("error", [Ignored, KeyboardInterrupt, GeneratorExit])
def test_a_probe_that_says_nothing_gives_its_place_free(make: Make, error: type[BaseException]) -> None:
    """The circuit stays half-open, and the next call tries."""
    bench = make(ignore=(Ignored,))
    bench.open()
    bench.wait()
    bench.fail(error())
    assert bench.state == "half_open"
    assert bench.play("S") == "closed"


def test_ctrl_c_belongs_to_the_caller(bench: Bench) -> None:
    """KeyboardInterrupt passes and neither counts nor resets."""
    bench.play("F F")
    bench.fail(KeyboardInterrupt())
    assert (bench.state, bench.failures) == ("closed", 2)


def test_an_exit_is_a_failure(bench: Bench) -> None:
    """What is guarded must not end its host, so SystemExit counts like any exception."""
    for _ in range(3):
        bench.fail(SystemExit(1))
    assert bench.state == "open"


def test_an_exception_that_is_false_counts(bench: Bench) -> None:
    """Whether it is empty has no meaning."""
    for _ in range(3):
        bench.fail(Empty())
    assert bench.state == "open"


def test_no_exception_is_kept(bench: Bench) -> None:
    """Neither a failure nor its frames outlive the call."""
    error = Ignored()
    gone = weakref.ref(error)
    with pytest.raises(Ignored), bench.breaker.attempt():
        raise error
    del error
    gc.collect()
    assert (gone(), bench.failures) == (None, 1)


# ------------------------------------------------------------------------------------------------ inputs


def test_one_bad_input_alone_never_opens_it(bench: Bench) -> None:
    """However often it fails; the first failure on another input does it."""
    for _ in range(20):
        bench.fail(key="poison")
    assert bench.state == "closed"
    bench.fail(key="other")
    assert bench.state == "open"


def test_an_input_without_a_key_is_like_no_other(bench: Bench) -> None:
    """Two calls without a key are two inputs."""
    bench.fail(key="one")
    bench.fail(key="one")
    bench.fail()
    assert bench.state == "open"


def test_a_rule_content_with_one_failure_is_content_with_one_input(make: Make) -> None:
    """It could never hold otherwise."""
    bench = make(max_failures=1)
    bench.fail(key="one")
    assert bench.state == "open"


def test_a_success_forgets_which_inputs_failed(bench: Bench) -> None:
    """Inputs are counted in the row of failures only."""
    bench.fail(key="other")
    bench.ok()
    for _ in range(5):
        bench.fail(key="poison")
    assert bench.state == "closed"


# ------------------------------------------------------------------------------------------------ late results


def test_a_success_from_before_the_outage_does_not_close_it(bench: Bench) -> None:
    """It lands while the circuit is half-open, which it stays."""
    late = bench.breaker.admit()
    bench.open()
    bench.wait()
    bench.breaker.admit()
    bench.breaker.settle(late)
    assert (bench.state, bench.breaker.status().late) == ("half_open", 1)


def test_a_failure_that_lands_while_it_is_open_changes_nothing(bench: Bench) -> None:
    """No second change is told and the time does not grow."""
    late = bench.breaker.admit()
    bench.open()
    bench.wait(4)
    bench.breaker.settle(late, ValueError())
    assert bench.moves == [("closed", "open")]
    assert bench.refused_s() == pytest.approx(6)


def test_a_failure_from_before_the_outage_does_not_count_after_it(bench: Bench) -> None:
    """It lands in the next closed era, whose count stays 0."""
    late = bench.breaker.admit()
    bench.open()
    bench.wait()
    bench.ok()
    bench.breaker.settle(late, ValueError())
    assert (bench.state, bench.failures) == ("closed", 0)


def test_a_failure_from_before_a_reset_does_not_count(bench: Bench) -> None:
    """A reset closes an open circuit and starts anew."""
    late = bench.breaker.admit()
    bench.open()
    bench.breaker.reset()
    assert (bench.state, bench.failures) == ("closed", 0)
    bench.breaker.settle(late, ValueError())
    assert bench.failures == 0


# ------------------------------------------------------------------------------------------------ probes


def test_a_hung_probe_gives_its_place_to_another(make: Make) -> None:
    """Until its time is over others are refused, not held; what it says later does not count."""
    bench = make(probe_s=3.0)
    bench.open()
    bench.wait()
    hung = bench.breaker.admit()
    assert bench.refused_s() == 3.0
    bench.wait(3)
    second = bench.breaker.admit()
    bench.breaker.settle(hung, ValueError())
    assert bench.state == "half_open"
    bench.breaker.settle(second)
    assert (bench.state, bench.breaker.status().late) == ("closed", 1)


def test_a_hung_probe_that_comes_back_before_anybody_asks_counts(bench: Bench) -> None:
    """Nobody has taken its place."""
    bench.open()
    bench.wait()
    hung = bench.breaker.admit()
    bench.wait(1000)
    bench.breaker.settle(hung)
    assert bench.state == "closed"


def test_no_more_probes_than_asked_are_under_way(make: Make) -> None:
    """A place is free again when one comes back."""
    bench = make(probes=2, successes=5)
    bench.open()
    bench.wait()
    first, _ = bench.breaker.admit(), bench.breaker.admit()
    bench.refused_s()
    bench.breaker.settle(first)
    assert bench.ok() == "ok"


def test_something_new_may_have_to_show_that_it_works() -> None:
    """On trial a breaker starts half-open: one failure opens it, one success closes it."""
    for error, state in ((None, "closed"), (ValueError(), "open")):
        breaker = CircuitBreaker("new generation", on_trial=True)
        probe = breaker.admit()
        with pytest.raises(CircuitOpen):
            breaker.admit()
        breaker.settle(probe, error)
        assert breaker.state == state


def test_a_call_ends_once() -> None:
    """A deadline is a failure when it passes; what the call says later does not count, and its token is its own."""
    breaker, tokens = CircuitBreaker("p", BreakerPolicy(max_failures=2)), ["token"]
    attempt = breaker.attempt()
    with attempt:
        token = tokens.pop()
        attempt.end(TimeoutError())
        assert (breaker.status().failures, tokens) == (1, [])
        tokens.append(token)
    assert (breaker.state, breaker.status().failures, tokens) == ("closed", 1, ["token"])


# ------------------------------------------------------------------------------------------------ time


def test_only_the_monotonic_clock_matters(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall clock may go back an hour while it is open."""
    bench.open()
    monkeypatch.setattr("time.time", lambda: 0.0)
    bench.wait()
    assert bench.play("S") == "closed"


def test_it_stays_open_longer_each_time_up_to_a_limit(make: Make) -> None:
    """Once closed, it starts with the first period again."""
    bench = make(open_s=0.1, growth=2.0, max_open_s=0.25)
    bench.open()
    periods = []
    for _ in range(4):
        periods.append(bench.refused_s())
        bench.wait(periods[-1] + 1e-9)
        bench.play("F")
    assert periods == pytest.approx([0.1, 0.2, 0.25, 0.25])
    bench.wait(0.25 + 1e-9)
    bench.play("S")
    bench.open()
    assert bench.refused_s() == pytest.approx(0.1)


def test_the_open_time_never_overflows(make: Make) -> None:
    """A thousand failed probes at the largest growth stay within the limit."""
    bench = make(growth=1e300, max_open_s=60.0)
    bench.open()
    for _ in range(1000):
        bench.wait(60)
        bench.fail()
    assert bench.refused_s() == 60


def test_jitter_only_shortens(make: Make) -> None:
    """Up to the share asked for is taken off, by the random number given."""
    for number, expected in ((0.0, 10.0), (0.5, 9.0), (1.0, 8.0)):
        bench = make(jitter=0.2, random=lambda number=number: number)
        bench.open()
        assert bench.refused_s() == pytest.approx(expected)


def test_jitter_has_a_generator_of_its_own_by_default(make: Make) -> None:
    """Nothing need be given."""
    bench = make(jitter=0.5)
    bench.open()
    assert OPEN_S / 2 <= bench.refused_s() <= OPEN_S


# ------------------------------------------------------------------------------------------------ windows


def test_a_share_of_the_latest_calls_opens_it(make: Make) -> None:
    """It is judged when the window holds enough, and when a call failed."""
    rule = {"max_failures": None, "window_calls": 5, "failure_rate": 0.5}
    assert make(**rule).play("F F F F") == "closed"
    assert make(**rule).play("F F F F F") == "open"
    assert make(**rule).play("F F F S S") == "closed"
    bench = make(**rule)
    assert bench.play("S S S F F") == "closed"
    assert bench.play("F") == "open"


def test_calls_leave_a_window_of_time(make: Make) -> None:
    """Failures that are old enough are forgotten, so the same number opens it only when it comes together."""
    bench = make(max_failures=None, window_calls=100, window_s=10.0, min_calls=4, failure_rate=0.5)
    bench.play("F F F")
    bench.wait(10)
    assert bench.play("F F F") == "closed"
    assert bench.play("F") == "open"


def test_slow_calls_open_it_without_a_failure(make: Make) -> None:
    """Three of four calls took too long."""
    bench = make(max_failures=None, window_calls=4, slow_call_s=1.0, slow_rate=0.75)
    for lasts_s in (2.0, 0.1, 2.0):
        bench.ok(lasts_s=lasts_s)
    assert bench.state == "closed"
    bench.ok(lasts_s=1.0)
    assert bench.state == "open"


def test_a_slow_probe_is_a_failed_one(make: Make) -> None:
    """Closing the circuit on it would only open it again."""
    bench = make(window_calls=4, slow_call_s=1.0)
    bench.open()
    bench.wait()
    bench.ok(lasts_s=2.0)
    assert bench.state == "open"


def test_one_bad_input_does_not_open_a_window_either(make: Make) -> None:
    """Neither by failing nor by being slow."""
    bench = make(max_failures=None, window_calls=4, failure_rate=0.5, slow_call_s=1.0, slow_rate=0.5)
    for _ in range(10):
        bench.fail(key="poison")
        bench.ok(lasts_s=5.0, key="poison")
    assert bench.state == "closed"


# ------------------------------------------------------------------------------------------------ listeners


def test_changes_are_told_once_and_in_order(bench: Bench) -> None:
    """Refusals between them tell nothing, and neither does a reset of a closed circuit."""
    bench.open()
    for _ in range(3):
        bench.refused_s()
    bench.wait()
    bench.ok()
    bench.breaker.reset()
    assert bench.moves == [("closed", "open"), ("open", "half_open"), ("half_open", "closed")]


def test_a_listener_that_raises_harms_nobody(make: Make) -> None:
    """The caller sees its own exception, and the next listener hears the change."""
    bench = make()
    bench.breaker.subscribe(lambda _: 1 // 0)
    heard: list[str] = []
    bench.breaker.subscribe(lambda change: heard.append(change.after.value))
    bench.open()
    assert (bench.state, heard) == ("open", ["open"])


def test_taking_a_listener_off_undoes_exactly_one_adding(bench: Bench) -> None:
    """One that was added twice hears once more, and taking off twice is fine."""
    remove = bench.breaker.subscribe(bench.heard)
    remove()
    remove()
    bench.open()
    assert bench.moves == [("closed", "open")]


def test_what_a_listener_does_is_told_after_what_it_heard(bench: Bench) -> None:
    """A listener that resets the circuit while others wait to hear that it opened changes no order."""
    bench.breaker.subscribe(lambda change: bench.breaker.reset() if change.after == "open" else None)
    later: list[str] = []
    bench.breaker.subscribe(lambda change: later.append(change.after.value))
    bench.play("F F F")
    assert (bench.state, later) == ("closed", ["open", "closed"])
    assert bench.moves == [("closed", "open"), ("open", "closed")]


# ------------------------------------------------------------------------------------------------ operators


def test_forced_open_stays_so_until_a_reset(bench: Bench) -> None:
    """No time is over for it; the error says that it was done by hand."""
    bench.breaker.force_open()
    bench.wait(OPEN_S * 100)
    bench.refused_s()
    with pytest.raises(CircuitHeld, match="'p' was switched off by hand"):
        bench.breaker.admit()
    bench.breaker.reset()
    assert bench.ok() == "ok"


def test_disabled_it_lets_everything_pass_and_counts_nothing(bench: Bench) -> None:
    """A reset makes it count again."""
    bench.breaker.disable()
    assert bench.play("F F F F S F F F F") == "disabled"
    bench.breaker.reset()
    assert bench.play("F F F") == "open"


def test_watching_only_it_refuses_nothing(make: Make) -> None:
    """It changes state, tells and counts as ever, and the calls it would refuse do not count."""
    bench = make(observe_only=True)
    assert bench.play("F F F F S F S") == "open"
    bench.wait()
    assert bench.play("S") == "closed"
    assert bench.moves == [("closed", "open"), ("open", "half_open"), ("half_open", "closed")]
    assert bench.breaker.status().refused == 4
    bench.breaker.force_open()
    bench.refused_s()


def test_the_status_says_how_long_it_stays_open(bench: Bench) -> None:
    """None when it is not open."""
    assert bench.breaker.status().retry_after_s is None
    bench.open()
    bench.wait(1)
    assert bench.breaker.status().retry_after_s == OPEN_S - 1


# ------------------------------------------------------------------------------------------------ errors and policies


def test_refusals_do_not_pile_up_frames(bench: Bench) -> None:
    """The thousandth traceback is as long as the first."""
    bench.open()
    lengths = set()
    for _ in range(1000):
        try:
            bench.ok()
        except CircuitOpen as error:
            lengths.add(len(traceback.extract_tb(error.__traceback__)))
    assert len(lengths) == 1


@pytest.mark.parametrize("way", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy])
def test_a_refusal_survives_the_way_to_another_process(bench: Bench, way: Any) -> None:
    """Name, seconds and sentence arrive."""
    bench.open()
    with pytest.raises(CircuitOpen) as caught:
        bench.ok()
    arrived = way(caught.value)
    assert (arrived.plugin, arrived.retry_after_s, str(arrived)) == ("p", OPEN_S, str(caught.value))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"max_failures": 0}, "'max_failures' must be a number of at least 1, not 0"),
        ({"open_s": float("nan")}, "'open_s' must be a number of at least 0, not nan"),
        ({"open_s": float("inf")}, "'open_s' must be a number of at least 0, not inf"),
        ({"growth": 0.5}, "'growth' must be a number of at least 1, not 0.5"),
        ({"failure_rate": 0.0}, "'failure_rate' must be a share of at most 1, not 0.0"),
        ({"jitter": 1.5}, "'jitter' must be a share of at most 1, not 1.5"),
        ({"window_s": 1.0}, "'window_s' needs window_calls"),
        ({"slow_call_s": 1.0}, "'slow_call_s' needs window_calls"),
        ({"window_calls": 5, "min_calls": 6}, "'min_calls' cannot be above window_calls, 5"),
    ],
)
def test_a_policy_that_cannot_hold_is_refused(values: dict[str, Any], sentence: str) -> None:
    """The error names the value."""
    with pytest.raises(InvalidSetting, match=sentence):
        BreakerPolicy(**values)


def test_by_default_five_failures_open_it_for_five_minutes() -> None:
    """And always for as long."""
    breaker = CircuitBreaker("p", clock=lambda: 0.0)
    for _ in range(5):
        assert breaker.state == "closed"
        breaker.settle(breaker.admit(), ValueError())
    assert (breaker.state, breaker.status().retry_after_s, breaker.policy.grown_s(300.0)) == ("open", 300.0, 300.0)
