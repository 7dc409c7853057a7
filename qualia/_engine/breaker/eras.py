"""The stretches between two changes of state. Each holds what is counted in it, and is dropped whole when it ends.

Eras decide nothing on their own and hold no lock; `CircuitBreaker` changes them under its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import ClassVar, NamedTuple

from qualia._engine.breaker.policy import BreakerPolicy, State


class Permit:
    """Leave to make a call; how the call ended is reported with it.

    While a circuit is clean, its calls share one. A probe, and a call whose time matters, has its own.
    """

    __module__ = "qualia.circuit"
    __slots__ = ("era",)

    def __init__(self, era: Era | None) -> None:
        self.era: Era | None = era
        """The era it belongs to; None when its call does not count."""


class TimedPermit(Permit):
    """One that knows when its call began."""

    __slots__ = ("began_s",)

    def __init__(self, era: Era, began_s: float) -> None:
        super().__init__(era)
        self.began_s: float = began_s
        """Monotonic seconds."""


class Outcome(NamedTuple):
    """How one call of the window ended."""

    at_s: float
    """When, in monotonic seconds; 0 where no time is measured."""
    failed: bool
    slow: bool
    key: Hashable
    """The input; None for one that is like no other."""


GOOD = Outcome(0.0, False, False, None)
"""A call that worked, where no time is measured."""


class Closed:
    """Calls pass, and failures are counted."""

    __slots__ = ("failures", "suspects", "window")
    state: ClassVar[State] = State.CLOSED

    def __init__(self, policy: BreakerPolicy) -> None:
        self.failures: int = 0
        """Failures in a row."""
        self.suspects: tuple[Hashable, ...] = ()
        """The inputs of those failures; no more than are needed to open the circuit."""
        self.window: deque[Outcome] | None = None if policy.window_calls is None else deque(maxlen=policy.window_calls)

    def succeed(self) -> None:
        """Start the row again."""
        self.failures = 0
        self.suspects = ()

    def fail(self, key: Hashable, policy: BreakerPolicy) -> None:
        """Count a failure; an input without a key is like no other."""
        self.failures += 1
        if len(self.suspects) < policy.distinct_inputs and (key is None or key not in self.suspects):
            self.suspects = (*self.suspects, key)

    def trips(self, policy: BreakerPolicy, now_s: float) -> bool:
        """Whether one of the rules says that the circuit opens."""
        return self._in_a_row(policy) or (self.window is not None and _by_share(self.window, policy, now_s))

    def _in_a_row(self, policy: BreakerPolicy) -> bool:
        least = policy.max_failures
        if least is None or self.failures < least:
            return False
        return len(self.suspects) >= min(policy.distinct_inputs, least)


class Open:
    """Calls are refused until a time."""

    __slots__ = ("base_s", "until_s")
    state: ClassVar[State] = State.OPEN

    def __init__(self, base_s: float, until_s: float) -> None:
        self.base_s: float = base_s
        """How long it lasts before the jitter."""
        self.until_s: float = until_s

    def wait_s(self, now_s: float, _policy: BreakerPolicy) -> float:
        """Return the seconds until a call may try."""
        return max(0.0, self.until_s - now_s)


class HalfOpen:
    """A few calls try whether all is well again."""

    __slots__ = ("base_s", "probes", "successes")
    state: ClassVar[State] = State.HALF_OPEN

    def __init__(self, base_s: float) -> None:
        self.base_s: float = base_s
        """How long the open era before it lasted, before the jitter."""
        self.probes: list[TimedPermit] = []
        """Those under way, oldest first."""
        self.successes: int = 0

    def probe(self, now_s: float, policy: BreakerPolicy) -> Permit | None:
        """Let a call try, or return None when enough are under way; those that hang are given up."""
        self.probes = [each for each in self.probes if now_s - each.began_s < policy.hung_s]
        if len(self.probes) >= policy.probes:
            return None
        self.probes.append(TimedPermit(self, now_s))
        return self.probes[-1]

    def back(self, permit: Permit) -> bool:
        """Give a probe's place free; False when it had been given up."""
        others = [each for each in self.probes if each is not permit]
        known = len(others) < len(self.probes)
        self.probes = others
        return known

    def wait_s(self, now_s: float, policy: BreakerPolicy) -> float:
        """Return the seconds after which the oldest probe will have come back or be given up."""
        return max(0.0, self.probes[0].began_s + policy.hung_s - now_s) if self.probes else 0.0


class ForcedOpen:
    """Calls are refused until the breaker is reset."""

    __slots__ = ()
    state: ClassVar[State] = State.FORCED_OPEN

    def wait_s(self, _now_s: float, policy: BreakerPolicy) -> float:
        """Return after how many seconds it makes sense to ask again: nobody knows better."""
        return policy.open_s


class Disabled:
    """Calls pass and nothing is counted."""

    __slots__ = ()
    state: ClassVar[State] = State.DISABLED


Era = Closed | Open | HalfOpen | ForcedOpen | Disabled


def _by_share(window: deque[Outcome], policy: BreakerPolicy, now_s: float) -> bool:
    """Whether too many of the latest calls failed or were slow."""
    # A copy, because other threads report successes without a lock.
    calls = [each for each in window.copy() if policy.window_s is None or now_s - each.at_s < policy.window_s]
    if len(calls) < (policy.min_calls or policy.window_calls or 1):
        return False
    failed = [each.key for each in calls if each.failed]
    slow = [each.key for each in calls if each.slow]
    return any(
        len(keys) >= rate * len(calls) and _distinct(keys) >= min(policy.distinct_inputs, len(calls))
        for keys, rate in ((failed, policy.failure_rate), (slow, policy.slow_rate))
    )


def _distinct(keys: list[Hashable]) -> int:
    return len(set(keys) - {None}) + keys.count(None)
