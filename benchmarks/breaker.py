"""``python -m benchmarks.breaker [--decisions N]``: what a closed circuit costs, what a breaker weighs, a stress run.

Other breakers are measured beside ours in the same batches when they are installed: pybreaker, circuitbreaker,
purgatory. Quote ratios: absolute times differ from machine to machine.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import random
import statistics
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

from attrs import field, frozen

from qualia import BreakerPolicy, CircuitBreaker
from qualia.circuit import State
from qualia.errors import CircuitOpen

BATCHES = 250
CALLS = 10_000
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


def calls() -> None:
    """Print what one call through each breaker adds to the bare call."""
    cases = {"bare call": work, **_ours(), **_peers()}
    rounds = [_each_ns(cases) for _ in range(3)]
    least = {name: statistics.median(each[name] for each in rounds) for name in cases}
    added = {name: nanoseconds - least["bare call"] for name, nanoseconds in least.items()}
    ours, empty = added["ours, guarded function"], added["empty function around it"]
    print(f"bare call: {least['bare call']:.0f} ns; added to it when the circuit is closed and the call works:")
    for name, nanoseconds in added.items():
        if name != "bare call":
            print(f"  {name:<28}{nanoseconds:8.0f} ns  {nanoseconds / ours:7.1f} x ours")
    print(f"  ours / empty function = {ours / empty:.2f} (budget 2)")
    if "pybreaker" in added:
        print(f"  ours = 1/{added['pybreaker'] / ours:.0f} of pybreaker's (budget 1/25)")


def weight(number: int = 10_000) -> None:
    """Print the memory of one closed breaker that shares its policy."""
    policy, kept = BreakerPolicy(), list[Any]([None]) * number
    CircuitBreaker("first", policy)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for index in range(number):
        kept[index] = CircuitBreaker("name", policy)
    print(f"memory: {(tracemalloc.get_traced_memory()[0] - before) / number:.0f} bytes each (budget 400)")
    tracemalloc.stop()


def blocking() -> None:
    """Print how long 8 threads take for 10 blocking calls each, guarded and not; ten milliseconds a call."""

    def sleep(seconds: float) -> None:
        time.sleep(seconds)

    def took(action: Callable[[float], None]) -> float:
        began = time.perf_counter()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(action, [0.01] * 80))
        return time.perf_counter() - began

    guarded = CircuitBreaker("p").guarded(sleep)
    pairs = [(took(sleep), took(guarded)) for _ in range(9)]
    bare, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"80 blocking calls of 10 ms, 8 threads: bare {bare:.3f} s, guarded {ours:.3f} s (budget +10 %)")


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


def main() -> int:
    """Run every measurement; the exit code says whether the stress run was clean."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.breaker", description="Measure the circuit breaker.")
    parser.add_argument("--decisions", type=int, default=1_000_000, metavar="N", help="length of the stress run")
    options = parser.parse_args()
    calls()
    weight()
    blocking()
    sys.setswitchinterval(1e-6)
    tally = stress(options.decisions)
    print(
        f"stress: {tally.decisions:,} decisions of 8 threads, {tally.refused:,} refused, {len(tally.moves):,} changes, "
        f"{tally.illegal} illegal, at most {tally.most_probes} probes at once (2 allowed)"
    )
    return 0 if tally.illegal == 0 and tally.most_probes <= 2 else 1


if __name__ == "__main__":
    sys.exit(main())
