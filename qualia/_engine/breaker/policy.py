"""When a circuit opens, for how long, and what closes it again: a frozen object that breakers share."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from math import isfinite

from attrs import frozen

from qualia.errors import InvalidSetting


class State(StrEnum):
    """Whether calls pass."""

    __module__ = "qualia.circuit"

    CLOSED = "closed"
    """They do."""
    OPEN = "open"
    """They are refused until a time."""
    HALF_OPEN = "half_open"
    """A few are let through to try."""
    FORCED_OPEN = "forced_open"
    """They are refused until somebody resets the breaker."""
    DISABLED = "disabled"
    """They pass and nothing is counted, until somebody resets the breaker."""


@frozen(kw_only=True)
class BreakerPolicy:
    """When a circuit opens, for how long, and what closes it again.

    It opens when *one* of the rules given says so: failures in a row, or a share of failures or of slow calls among the
    latest calls. A share is judged when a call went wrong, so a good call never opens a circuit.

    Raises:
        InvalidSetting: a value out of range, or a rule that lacks the window it is about.
    """

    __module__ = "qualia.circuit"

    max_failures: int | None = 5
    """Failures in a row that open it; None for no such rule."""
    distinct_inputs: int = 2
    """How many different inputs must have failed, so that one bad input never opens it. A rule that is content with
    fewer failures is content with as many inputs."""
    window_calls: int | None = None
    """How many of the latest calls are looked at; None keeps no window. It may take up to 200 bytes for each."""
    window_s: float | None = None
    """Seconds after which a call leaves the window; None keeps it until newer calls push it out."""
    min_calls: int | None = None
    """Calls the window must hold to be judged; None for a full window."""
    failure_rate: float = 0.5
    """Share of failures in the window that opens it, above 0, up to 1."""
    slow_call_s: float | None = None
    """Seconds from which a call is slow, and a slow probe is a failed one; None measures no call."""
    slow_rate: float = 0.5
    """Share of slow calls in the window that opens it, above 0, up to 1."""
    open_s: float = 300.0
    """Seconds it stays open the first time."""
    growth: float = 1.0
    """How many times as long it stays open after each probe that failed; 1 for as long as before."""
    max_open_s: float = 3600.0
    """Seconds it never stays open longer than, however often it grew. `open_s` itself is not cut."""
    jitter: float = 0.0
    """Up to this share of the open time is taken off at random, so that many hosts do not probe at one moment."""
    probes: int = 1
    """Calls let through at the same time while it is half-open; the others are refused at once."""
    probe_s: float | None = None
    """Seconds after which a probe that did not come back gives its place to another; None for `open_s`."""
    successes: int = 1
    """Probes that must work before it closes."""
    record: tuple[type[BaseException], ...] = (Exception, SystemExit)
    """What counts as a failure. Anything else says nothing about what is guarded: KeyboardInterrupt, GeneratorExit and
    asyncio.CancelledError do not stand here."""
    ignore: tuple[type[BaseException], ...] = ()
    """What says nothing although `record` names it: neither failure nor success, and a probe's place is free again."""
    observe_only: bool = False
    """Whether it only watches: it changes state, tells and counts as ever, but lets through what it would refuse."""

    def __attrs_post_init__(self) -> None:
        """Check every number and the rules against each other."""
        for name, least in _LEAST.items():
            value: float | None = getattr(self, name)
            if value is not None and not (value >= least and isfinite(value)):
                raise InvalidSetting("BreakerPolicy", name, f"must be a number of at least {least}, not {value}")
        for name in ("failure_rate", "slow_rate", "jitter"):
            share: float = getattr(self, name)
            if not (0 < share <= 1 or (name == "jitter" and share == 0)):
                raise InvalidSetting("BreakerPolicy", name, f"must be a share of at most 1, not {share}")
        if self.window_calls is None:
            for name in ("window_s", "min_calls", "slow_call_s"):
                if getattr(self, name) is not None:
                    raise InvalidSetting("BreakerPolicy", name, "needs window_calls")
        elif self.min_calls is not None and self.min_calls > self.window_calls:
            raise InvalidSetting("BreakerPolicy", "min_calls", f"cannot be above window_calls, {self.window_calls}")

    @property
    def hung_s(self) -> float:
        """Seconds after which a probe that did not come back is given up."""
        return self.open_s if self.probe_s is None else self.probe_s

    @property
    def measures(self) -> bool:
        """Whether the time of a call matters."""
        return self.slow_call_s is not None or self.window_s is not None

    def counts(self, error: BaseException) -> bool:
        """Whether an exception is a failure of what is guarded."""
        return isinstance(error, self.record) and not isinstance(error, self.ignore)

    def grown_s(self, open_s: float) -> float:
        """Return how long it stays open after a probe failed, when it was open for ``open_s`` before."""
        return max(open_s, min(self.max_open_s, open_s * self.growth))


_LEAST: Mapping[str, float] = {
    "max_failures": 1,
    "distinct_inputs": 1,
    "window_calls": 1,
    "window_s": 0,
    "min_calls": 1,
    "slow_call_s": 0,
    "open_s": 0,
    "growth": 1,
    "max_open_s": 0,
    "probes": 1,
    "probe_s": 0,
    "successes": 1,
}


@frozen(kw_only=True)
class CircuitChange:
    """One change of state, as listeners hear of it."""

    __module__ = "qualia.circuit"

    name: str
    """The breaker's name."""
    before: State
    after: State


@frozen(kw_only=True)
class CircuitStatus:
    """A breaker at one moment."""

    __module__ = "qualia.circuit"

    name: str
    state: State
    failures: int
    """Failures in a row while closed; 0 otherwise."""
    retry_after_s: float | None
    """Seconds until an open circuit lets a call try; None when it is not open, or nobody knows."""
    refused: int
    """Calls refused since the breaker was made, or that would have been if it did not only watch."""
    late: int
    """Calls whose end came too late to count: the circuit had changed meanwhile, or their probe was given up."""
