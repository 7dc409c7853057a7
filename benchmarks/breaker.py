"""What a closed circuit costs, what a breaker weighs, what it does to blocking calls, and a stress run.

Other breakers are measured beside ours in the same batches when they are installed: pybreaker, circuitbreaker,
purgatory. Quote ratios: absolute times differ from machine to machine.
"""

from __future__ import annotations

import gc
import importlib
import random
import statistics
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

from attrs import field, frozen

from benchmarks.measure import Measurement
from qualia import BreakerPolicy, CircuitBreaker
from qualia.circuit import State
from qualia.errors import CircuitOpen

BATCHES = 250
CALLS = 10_000
DECISIONS = 1_000_000
LEGAL = {("closed", "open"), ("open", "half_open"), ("half_open", "open"), ("half_open", "closed")}
PEERS = ("pybreaker", "circuitbreaker", "purgatory")


def work(number: int) -> int:
    """Do next to nothing."""
    return number


def _passed(action: Callable[[int], int]) -> Callable[[int], int]:
    def passed(number: int) -> int:
        return action(number)

    return passed


def _passed_generically(action: Callable[..., int]) -> Callable[..., int]:
    def passed(*arguments: Any, **named: Any) -> int:
        return action(*arguments, **named)

    return passed


def _within(breaker: CircuitBreaker) -> Callable[[int], int]:
    def within(number: int) -> int:
        with breaker.attempt():
            return work(number)

    return within


def _ours() -> dict[str, Callable[[int], int]]:
    window = BreakerPolicy(max_failures=None, window_calls=100)
    return {
        "empty function around it": _passed(work),
        "the same for any arguments": _passed_generically(work),
        "ours, guarded function": CircuitBreaker("one").guarded(work),
        "ours, with block": _within(CircuitBreaker("two")),
        "ours, window of 100 calls": CircuitBreaker("three", window).guarded(work),
    }


def _peers() -> dict[str, Callable[[int], int]]:
    """Return a function guarded by each peer that is installed; say which are not."""
    found: dict[str, Callable[[int], int]] = {}
    for name in PEERS:
        try:
            module: Any = importlib.import_module(name)
        except ImportError:
            print(f"{name} is not installed and left out", file=sys.stderr)
            continue
        if name == "pybreaker":
            found[name] = module.CircuitBreaker(throw_new_error_on_trip=False)(work)
        elif name == "circuitbreaker":
            found[name] = module.CircuitBreaker()(work)
        else:
            found[name] = module.SyncCircuitBreakerFactory()("one")(work)
    return found


def _each_ns(cases: dict[str, Callable[[int], int]]) -> dict[str, float]:
    """Return the least time of one call, in nanoseconds; batches of all cases take turns, in a new order each time."""
    least = dict.fromkeys(cases, float("inf"))
    numbers = range(CALLS // 10)
    for _ in range(BATCHES):
        for name in random.sample(list(cases), len(cases)):
            action = cases[name]
            began = time.perf_counter_ns()
            for number in numbers:
                action(number)
            least[name] = min(least[name], (time.perf_counter_ns() - began) / len(numbers))
    return least


def rows() -> Iterator[Measurement]:
    """Return what a breaker adds, weighs and does, beside other breakers."""
    yield from calls()
    yield Measurement(name="memory of one breaker", unit="bytes", ours=weight(), peer="", budget=400)
    bare, guarded = blocking()
    name = "80 blocking calls of 10 ms from 8 threads"
    yield Measurement(name=name, unit="ms", ours=guarded, plain=bare, peer="unguarded", budget_ratio=1.1)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        tally = stress(DECISIONS)
    finally:
        sys.setswitchinterval(interval)
    told = f"of {len(tally.moves):,}, in {tally.decisions:,} decisions of 8 threads"
    yield Measurement(name="illegal changes of state", unit="", ours=tally.illegal, peer="", budget=0, note=told)
    yield Measurement(
        name="probes at once, 2 allowed", unit="", ours=tally.most_probes, peer="", budget=2, note="same run"
    )


def calls() -> Iterator[Measurement]:
    """Return what one call that works through a closed circuit adds to the bare call."""
    cases = {"bare call": work, **_ours(), **_peers()}
    rounds = [_each_ns(cases) for _ in range(3)]
    least = {name: statistics.median(each[name] for each in rounds) for name in cases}
    added = {name: nanoseconds - least["bare call"] for name, nanoseconds in least.items()}
    ours, empty = added["ours, guarded function"], "empty function around it"
    for peer, ratio in ((empty, 2), ("pybreaker", 1 / 25), ("circuitbreaker", None), ("purgatory", None)):
        name = "added by a closed circuit"
        yield Measurement(name=name, unit="ns", ours=ours, plain=added.get(peer), peer=peer, budget_ratio=ratio)
    for name in ("with block", "window of 100 calls"):
        figure = added[f"ours, {name}"]
        yield Measurement(name=f"the same, {name}", unit="ns", ours=figure, plain=added[empty], peer=empty)


def weight(number: int = 10_000) -> float:
    """Return the memory of one closed breaker that shares its policy, in bytes."""
    policy, kept = BreakerPolicy(), list[Any]([None]) * number
    CircuitBreaker("first", policy)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for index in range(number):
        kept[index] = CircuitBreaker("name", policy)
    each = (tracemalloc.get_traced_memory()[0] - before) / number
    tracemalloc.stop()
    return each


def blocking() -> tuple[float, float]:
    """Return how long 8 threads take for 10 blocking calls each, bare and guarded, in milliseconds."""

    def sleep(seconds: float) -> None:
        time.sleep(seconds)

    def took(action: Callable[[float], None]) -> float:
        began = time.perf_counter()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(action, [0.01] * 80))
        return 1000 * (time.perf_counter() - began)

    guarded = CircuitBreaker("p").guarded(sleep)
    pairs = [(took(sleep), took(guarded)) for _ in range(9)]
    bare, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    return bare, ours


@frozen
class Tally:
    """What the stress run saw."""

    decisions: int
    refused: int
    moves: list[tuple[str, str]] = field(repr=False)
    most_probes: int

    @property
    def illegal(self) -> int:
        """Changes that do not exist, or that do not follow from the one before."""
        breaks = sum(earlier[1] != later[0] for earlier, later in pairwise(self.moves))
        return breaks + sum(each not in LEGAL for each in self.moves)


def stress(decisions: int, *, probes: int = 2) -> Tally:
    """Let 8 threads call through a breaker that opens and closes all the time."""
    breaker = CircuitBreaker("p", BreakerPolicy(max_failures=3, open_s=0.0002, probes=probes, probe_s=60.0))
    moves: list[tuple[str, str]] = []
    breaker.subscribe(lambda change: moves.append((change.before.value, change.after.value)))
    lock, probing, most = threading.Lock(), dict[int, int](), [0]

    def count(era: Any, change: int) -> None:
        if era.state is State.HALF_OPEN:
            with lock:
                probing[id(era)] = probing.get(id(era), 0) + change
                most[0] = max(most[0], probing[id(era)])

    def call(seed: int) -> int:
        refused = 0
        for number in range(decisions // 8):
            try:
                permit = breaker.admit()
            except CircuitOpen:
                refused += 1
                continue
            count(permit.era, 1)
            fails = (number * 7919 + seed) % 11 < 4
            count(permit.era, -1)
            breaker.settle(permit, ValueError() if fails else None)
        return refused

    with ThreadPoolExecutor(8) as pool:
        refused = sum(pool.map(call, range(8)))
    return Tally(decisions, refused, moves, most[0])
