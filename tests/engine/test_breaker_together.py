"""The circuit breaker among threads, tasks, processes and other breakers."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from qualia import BreakerPolicy, CircuitBreaker
from qualia._engine.breaker import Board, Circuits
from qualia.circuit import CircuitChange, Permit, State
from qualia.errors import CircuitOpen

WAIT_S = 10.0
LEGAL = {("closed", "open"), ("open", "half_open"), ("half_open", "open"), ("half_open", "closed")}


class Clock:
    """Monotonic time that moves when told to."""

    def __init__(self) -> None:
        self.now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Make a clock."""
    return Clock()


@pytest.fixture
def busy() -> Iterator[None]:
    """Make threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def half_open(clock: Clock) -> CircuitBreaker:
    """Make a breaker whose open time is over."""
    policy = BreakerPolicy(max_failures=1, open_s=10.0)
    breaker = CircuitBreaker("p", policy, clock=clock)
    breaker.settle(breaker.admit(), ValueError())
    clock.now += 10
    return breaker


# ------------------------------------------------------------------------------------------------ threads


def test_of_fifty_threads_one_probes_and_the_others_are_refused_at_once(clock: Clock) -> None:
    """Nobody waits for the probe, which runs until all others have gone."""
    breaker, release, ran = half_open(clock), threading.Event(), []

    @breaker.guarded
    def probe() -> None:
        ran.append(1)
        assert release.wait(WAIT_S)

    with ThreadPoolExecutor(50) as pool:
        calls: list[Future[None]] = [pool.submit(probe) for _ in range(50)]
        refused = sum(isinstance(error, CircuitOpen) for error in _errors_of_all_but_one(calls))
        release.set()
    assert (len(ran), refused, breaker.state) == (1, 49, State.CLOSED)


def _errors_of_all_but_one(calls: list[Future[None]]) -> list[BaseException | None]:
    ended = threading.Semaphore(0)
    for call in calls:
        call.add_done_callback(lambda _: ended.release())
    for _ in calls[1:]:
        assert ended.acquire(timeout=WAIT_S)
    return [call.exception() for call in calls if call.done()]


def test_calls_run_side_by_side() -> None:
    """Eight threads meet inside guarded code: no lock is held while it runs, whatever state the circuit is in."""
    breaker, barrier = CircuitBreaker("p"), threading.Barrier(8)
    meet = breaker.guarded(lambda: barrier.wait(WAIT_S))
    with ThreadPoolExecutor(8) as pool:
        for _ in range(2):
            assert sorted(pool.map(lambda _: meet(), range(8))) == list(range(8))
            breaker.settle(breaker.admit(), ValueError())


@pytest.mark.parametrize("policy", [BreakerPolicy(), BreakerPolicy(window_calls=5)], ids=["plain", "window"])
def test_a_call_that_works_takes_no_lock(policy: BreakerPolicy) -> None:
    """While no failure is pending, it goes through though somebody holds the lock, with and without a window."""
    breaker, done = CircuitBreaker("p", policy), list[int]()

    def calls() -> None:
        with breaker.attempt():
            done.append(1)
        breaker.guarded(done.append)(2)

    with breaker._lock:
        thread = threading.Thread(target=calls, daemon=True)
        thread.start()
        thread.join(WAIT_S)
        assert (done, thread.is_alive()) == ([1, 2], False)


@pytest.mark.usefixtures("busy")
def test_no_failure_is_lost_among_threads() -> None:
    """Eight threads report five hundred each."""
    breaker = CircuitBreaker("p", BreakerPolicy(max_failures=1_000_000))

    def report() -> None:
        for _ in range(500):
            breaker.settle(breaker.admit(), ValueError())

    threads = [threading.Thread(target=report) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert breaker.status().failures == 4000


def test_a_listener_and_another_thread_may_use_the_breaker() -> None:
    """Nothing is locked while somebody is told."""
    breaker, seen = CircuitBreaker("p", BreakerPolicy(max_failures=1)), []

    def listener(change: CircuitChange) -> None:
        thread = threading.Thread(target=lambda: seen.append((change.after, breaker.state)), daemon=True)
        thread.start()
        thread.join(WAIT_S)
        with pytest.raises(CircuitOpen):
            breaker.admit()

    breaker.subscribe(listener)
    breaker.settle(breaker.admit(), ValueError())
    assert seen == [("open", "open")]


@pytest.mark.usefixtures("busy")
def test_two_threads_end_a_call_once() -> None:
    """A watchdog and the call itself, at the same moment, count one failure."""
    for _ in range(200):
        breaker, barrier = CircuitBreaker("p"), threading.Barrier(2)
        attempt = breaker.attempt()
        attempt.__enter__()

        def end(attempt: Any = attempt, barrier: threading.Barrier = barrier) -> None:
            barrier.wait(WAIT_S)
            attempt.end(TimeoutError())

        thread = threading.Thread(target=end)
        thread.start()
        end()
        thread.join()
        assert breaker.status().failures == 1


class Stress:
    """Eight threads call through one breaker that opens and closes all the time; every decision is checked."""

    def __init__(self, decisions: int) -> None:
        self.breaker: CircuitBreaker = CircuitBreaker(
            "p", BreakerPolicy(max_failures=3, open_s=0.0002, probes=2, probe_s=60.0), clock=time.perf_counter
        )
        self.moves: list[tuple[str, str]] = []
        self.breaker.subscribe(lambda change: self.moves.append((change.before.value, change.after.value)))
        self.each: int = decisions // 8
        self.probing: dict[int, int] = {}
        self.most: int = 0
        self.lock: threading.Lock = threading.Lock()

    def run(self) -> None:
        """Make all decisions."""
        with ThreadPoolExecutor(8) as pool:
            for future in [pool.submit(self._calls, number) for number in range(8)]:
                future.result()

    def _calls(self, seed: int) -> None:
        for number in range(self.each):
            try:
                permit = self.breaker.admit()
            except CircuitOpen:
                continue
            self._count(permit, 1)
            fails = (number * 7919 + seed) % 11 < 4
            self._count(permit, -1)
            self.breaker.settle(permit, ValueError() if fails else None)

    def _count(self, permit: Permit, change: int) -> None:
        """Count the probes under way in one half-open era."""
        era = permit.era
        if era is not None and era.state is State.HALF_OPEN:
            with self.lock:
                self.probing[id(era)] = self.probing.get(id(era), 0) + change
                self.most = max(self.most, self.probing[id(era)])


@pytest.mark.usefixtures("busy")
def test_a_hundred_thousand_decisions_of_eight_threads_are_legal() -> None:
    """Each change follows from the one before, and never are more probes under way than allowed."""
    stress = Stress(100_000)
    stress.run()
    assert (set(stress.moves) - LEGAL, stress.most <= 2, len(stress.moves) > 20) == (set(), True, True)
    assert [later[0] for _, later in pairwise(stress.moves)] == [earlier[1] for earlier, _ in pairwise(stress.moves)]


# ------------------------------------------------------------------------------------------------ tasks


def test_of_fifty_tasks_one_probes_and_the_others_are_refused(clock: Clock) -> None:
    """As among threads."""
    breaker, ran = half_open(clock), []

    async def main() -> list[Any]:
        release = asyncio.Event()

        @breaker.guarded
        async def probe() -> None:
            ran.append(1)
            await release.wait()

        tasks = [asyncio.create_task(probe()) for _ in range(50)]
        results: list[Any] = []
        for ended in asyncio.as_completed(tasks):
            if len(results) == 49:
                release.set()
            results += await asyncio.gather(ended, return_exceptions=True)
        return results

    results = asyncio.run(main())
    refused = sum(isinstance(each, CircuitOpen) for each in results)
    assert (len(ran), refused, breaker.state) == (1, 49, State.CLOSED)


def _cancelled_with(breaker: CircuitBreaker) -> Callable[[], Any]:
    async def call() -> None:
        with breaker.attempt():
            await asyncio.Event().wait()

    return call


def _cancelled_around(breaker: CircuitBreaker) -> Callable[[], Any]:
    @breaker.guarded
    async def call() -> None:
        await asyncio.Event().wait()

    return call


@pytest.mark.parametrize("way", [_cancelled_with, _cancelled_around])
def test_a_cancelled_probe_says_nothing(clock: Clock, way: Callable[[CircuitBreaker], Callable[[], Any]]) -> None:
    """The circuit stays half-open, and the next call closes it."""
    breaker = half_open(clock)

    async def main() -> None:
        task = asyncio.create_task(way(breaker)())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    states = [breaker.state]
    breaker.settle(breaker.admit())
    assert [*states, breaker.state] == ["half_open", "closed"]


def test_a_timeout_around_the_call_cancels_and_one_inside_it_counts() -> None:
    """The caller's patience says nothing about what is guarded; a limit that belongs to the call does."""
    breaker = CircuitBreaker("p")

    async def hang() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(breaker.guarded(hang)(), 0.001)
        assert breaker.status().failures == 0
        with pytest.raises(TimeoutError), breaker.attempt():
            await asyncio.wait_for(hang(), 0.001)

    asyncio.run(main())
    assert breaker.status().failures == 1


def test_a_coroutine_that_is_never_awaited_takes_no_place(clock: Clock) -> None:
    """It asks when it starts, not when it is made."""
    breaker = half_open(clock)

    @breaker.guarded
    async def call() -> int:
        return 1

    call().close()
    assert (asyncio.run(call()), breaker.state) == (1, State.CLOSED)


def test_an_asynchronous_generator_that_fails_midway_is_a_failure() -> None:
    """It is one call; one that is left early says nothing."""
    breaker = CircuitBreaker("p")

    @breaker.guarded
    async def items(good: int) -> AsyncIterator[int]:
        for number in range(good):
            yield number
        raise ValueError(good)

    async def main() -> list[int]:
        left: Any = items(2)
        seen = [await anext(left)]
        await left.aclose()
        assert breaker.status().failures == 0
        with pytest.raises(ValueError, match="2"):
            seen += [each async for each in items(2)]
        return seen

    assert asyncio.run(main()) == [0]
    assert breaker.status().failures == 1


def test_a_slow_coroutine_is_measured_while_it_waits(clock: Clock) -> None:
    """From its start to its end."""
    policy = BreakerPolicy(max_failures=None, window_calls=2, slow_call_s=1.0)
    breaker = CircuitBreaker("p", policy, clock=clock)

    @breaker.guarded
    async def call() -> None:
        clock.now += 0.6
        await asyncio.sleep(0)
        clock.now += 0.6

    for _ in range(2):
        asyncio.run(call())
    assert breaker.state is State.OPEN


# ------------------------------------------------------------------------------------------------ processes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_may_use_its_copy() -> None:
    """Also when another thread of the parent was changing it, or telling a change, at that moment."""
    breaker, entered, leave = CircuitBreaker("p", BreakerPolicy(max_failures=1)), threading.Event(), threading.Event()
    heard: list[State] = []

    def slow(change: CircuitChange) -> None:
        heard.append(change.after)
        if len(heard) == 1:
            entered.set()
            assert leave.wait(WAIT_S)

    breaker.subscribe(slow)
    thread = threading.Thread(target=breaker.force_open)
    thread.start()
    assert entered.wait(WAIT_S)
    with breaker._lock:
        child = os.fork()
        if child == 0:
            breaker.reset()
            os._exit(0 if (breaker.state, heard) == ("closed", ["forced_open", "closed"]) else 1)
    ended = _exit_code(child)
    leave.set()
    thread.join()
    assert ended == 0


def _exit_code(child: int) -> int | None:
    """Return how a child ended, and kill one that hangs."""
    result: list[int] = []
    waiter = threading.Thread(target=lambda: result.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
    waiter.start()
    waiter.join(WAIT_S)
    if waiter.is_alive():
        os.kill(child, 9)
        waiter.join()
    return result[0]


# ------------------------------------------------------------------------------------------------ other breakers


def fail(breaker: CircuitBreaker) -> State:
    """Report a failure and return the state."""
    breaker.settle(breaker.admit(), ValueError())
    return breaker.state


def test_no_more_than_a_share_of_breakers_is_open_at_once(clock: Clock) -> None:
    """What may not open goes on being called, and asks again at its next failure."""
    board = Board(size=lambda: 5, share=0.4)
    one, two, three = (
        CircuitBreaker(name, BreakerPolicy(max_failures=1, open_s=10.0), clock=clock, board=board) for name in "abc"
    )
    assert [fail(each) for each in (one, two, three)] == ["open", "open", "closed"]
    assert board.full
    clock.now += 10
    one.settle(one.admit())
    assert (one.state, board.full, fail(three)) == ("closed", False, "open")


def test_one_breaker_may_always_open_and_one_that_is_forced_asks_nobody() -> None:
    """Even where the share allows none."""
    board = Board(size=lambda: 1, share=0.0)
    one, two = (CircuitBreaker(name, BreakerPolicy(max_failures=1), board=board) for name in "ab")
    assert (fail(one), fail(two)) == ("open", "closed")
    two.force_open()
    assert two.state is State.FORCED_OPEN


def test_a_probe_that_fails_keeps_its_place_on_the_board(clock: Clock) -> None:
    """It was counted as open all the time."""
    board = Board(size=lambda: 1, share=1.0)
    breaker = CircuitBreaker("a", BreakerPolicy(max_failures=1, open_s=10.0), clock=clock, board=board)
    fail(breaker)
    clock.now += 10
    assert fail(breaker) is State.OPEN


def test_a_trial_that_fails_asks_the_board_too() -> None:
    """Where it may not open it closes, and goes on being called like any other."""
    board = Board(size=lambda: 2, share=0.5)
    trial = CircuitBreaker("new", board=board, on_trial=True)
    fail(CircuitBreaker("a", BreakerPolicy(max_failures=1), board=board))
    other = CircuitBreaker("b", BreakerPolicy(max_failures=1), board=board)
    assert (fail(other), fail(trial)) == ("open", "closed")


def test_a_breaker_that_is_dropped_while_open_frees_its_place() -> None:
    """A plugin that was replaced holds nobody up."""
    board = Board(size=lambda: 1, share=1.0)
    breaker = CircuitBreaker("a", BreakerPolicy(max_failures=1), board=board)
    fail(breaker)
    del breaker
    gc.collect()
    assert not board.full


def test_breakers_that_only_watch_take_no_place() -> None:
    """They refuse nothing, so they switch nothing off."""
    board = Board(size=lambda: 1, share=1.0)
    assert fail(CircuitBreaker("a", BreakerPolicy(max_failures=1, observe_only=True), board=board)) is State.OPEN
    assert not board.full


def test_a_plugin_has_one_breaker_whoever_asks_first() -> None:
    """Its policy is asked for once it is needed, and its changes are told."""
    heard: list[CircuitChange] = []
    circuits = Circuits(clock=time.monotonic, size=lambda: 1, tell=heard.append)
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: circuits.breaker("a", lambda: BreakerPolicy(max_failures=1)), range(8)))
    assert len(made) == 1
    fail(made.pop())
    assert [(change.name, change.after) for change in heard] == [("a", "open")]
