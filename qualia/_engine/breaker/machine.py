"""The circuit breaker: admits calls, hears how they ended, and swaps one era for the next.

Every call is admitted into an *era*, the stretch between two changes of state, and reports back with a permit of it. A
report from an era that is over changes nothing, so a slow call from before an outage can neither close nor open the
circuit.

A breaker is *clean* while the circuit is closed and no failure is pending: a call that works then changes nothing. All
such calls share one permit, so a call that was admitted clean and ends clean compares one reference and takes no lock.
See M. Nygard, "Release It!", 2nd ed., ch. 5 (Circuit Breaker).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from types import CellType, TracebackType
from typing import ParamSpec, TypeVar

from qualia._engine.breaker.around import guarded
from qualia._engine.breaker.board import Board
from qualia._engine.breaker.eras import (
    GOOD,
    Closed,
    Disabled,
    Era,
    ForcedOpen,
    HalfOpen,
    Open,
    Outcome,
    Permit,
    TimedPermit,
)
from qualia._engine.breaker.listeners import Listener, Listeners
from qualia._engine.breaker.lock import ForkSafe
from qualia._engine.breaker.policy import BreakerPolicy, CircuitChange, CircuitStatus, State
from qualia.errors import CircuitHeld, CircuitOpen

P = ParamSpec("P")
T = TypeVar("T")


class CircuitBreaker(ForkSafe):
    """Stops calling what keeps failing, and finds out by itself when it works again.

    Threads and tasks may share one. No lock is held while guarded code or a listener runs, and no exception is kept. A
    child made by ``os.fork`` may use its copy.

    Args:
        name: what is guarded, for errors and listeners.
        policy: when it opens, for how long, and what closes it.
        clock: monotonic time in seconds.
        random: a number from 0 to below 1, for the jitter; None for Python's own generator.
        board: asked before it opens; None when it need not care for other breakers.
        on_trial: whether it starts half-open, for something new that has yet to show that it works.
    """

    __module__ = "qualia.circuit"
    __slots__ = (
        "__weakref__",
        "_board",
        "_clean",
        "_clock",
        "_era",
        "_late",
        "_listeners",
        "_name",
        "_policy",
        "_random",
        "_refused",
    )

    def __init__(
        self,
        name: str,
        policy: BreakerPolicy | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[], float] | None = None,
        board: Board | None = None,
        on_trial: bool = False,
    ) -> None:
        super().__init__()
        self._name: str = name
        self._policy: BreakerPolicy = BreakerPolicy() if policy is None else policy
        self._clock: Callable[[], float] = clock
        self._random: Callable[[], float] | None = random
        self._board: Board | None = board
        self._era: Era = HalfOpen(self._policy.open_s) if on_trial else Closed(self._policy)
        # The permit shared while it is clean, else None. A cell, because guarded functions then read it as a variable
        # of their own, which is the cheapest way Python has.
        self._clean: CellType = CellType(self._shared(self._era))
        self._refused: int = 0
        self._late: int = 0
        self._listeners: Listeners | None = None

    @property
    def policy(self) -> BreakerPolicy:
        """When it opens, for how long, and what closes it."""
        return self._policy

    @property
    def state(self) -> State:
        """Whether calls pass now. An open breaker whose time is over says half-open only when a probe is admitted."""
        return self._era.state

    def status(self) -> CircuitStatus:
        """Return what there is to know of it now."""
        with self._locked():
            era = self._era
            return CircuitStatus(
                name=self._name,
                state=era.state,
                failures=era.failures if isinstance(era, Closed) else 0,
                retry_after_s=era.wait_s(self._clock(), self._policy) if isinstance(era, Open) else None,
                refused=self._refused,
                late=self._late,
            )

    # ------------------------------------------------------------------------------------------------ calls

    def guarded(self, action: Callable[P, T]) -> Callable[P, T]:
        """Put the breaker around a function, a coroutine function, or a generator of either kind; a decorator.

        The signature stays, so a call with wrong arguments raises before anything is counted. A generator is one call,
        from its first item to its end.

        Raises:
            CircuitOpen: when called while the circuit is open; the function is not called.
        """
        return guarded(action, self._clean, self.admit, self.settle)

    def attempt(self, *, key: Hashable = None) -> Attempt:
        """Return a context manager around one call, in plain and in async code.

        Args:
            key: what tells this call's input from others; None for an input like no other.
        """
        return Attempt(self, key)

    def admit(self) -> Permit:
        """Let a call through or refuse it at once, without waiting; report its end with `settle`.

        Raises:
            CircuitOpen: it is open, or half-open with its probes under way.
        """
        permit: Permit | None = self._clean.cell_contents
        if permit is not None:
            return permit
        era = self._era
        if isinstance(era, Closed):
            return self._own(era)
        with self._locked():
            permit = self._admitted(self._clock())
        self._announce()
        return permit

    def settle(self, permit: Permit, error: BaseException | None = None, *, key: Hashable = None) -> None:
        """Report how an admitted call ended.

        Args:
            permit: what `admit` returned.
            error: what it raised; None when it worked. The policy says whether it counts. It is not kept.
            key: what tells the call's input from others; None for an input like no other.
        """
        if error is None:
            if permit is not self._clean.cell_contents:
                self._worked(permit, key)
        elif self._policy.counts(error):
            self._failed(permit, key)
        else:
            with self._locked():
                self._live(permit)
        self._announce()

    # ------------------------------------------------------------------------------------------------ operators

    def force_open(self) -> None:
        """Refuse every call until `reset`."""
        self._put(ForcedOpen())

    def disable(self) -> None:
        """Let every call pass and count nothing until `reset`."""
        self._put(Disabled())

    def reset(self) -> None:
        """Close it and forget what was counted; calls under way no longer count."""
        self._put(Closed(self._policy))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell ``listener`` each change from now on; the returned function takes it off again.

        Listeners hear every change once and in order, outside any lock; one that raises is logged and harms nobody.
        """
        with self._locked():
            listeners = self._listeners = self._listeners or Listeners()
        return listeners.add(listener)

    # ------------------------------------------------------------------------------------------------ under the lock

    def _admitted(self, now_s: float) -> Permit:
        if isinstance(self._era, Open) and now_s >= self._era.until_s:
            self._move(HalfOpen(self._era.base_s))
        era = self._era
        if isinstance(era, (Closed, Disabled)):
            return self._own(era)
        if isinstance(era, HalfOpen) and (probe := era.probe(now_s, self._policy)) is not None:
            return probe
        self._refused += 1
        wait_s = era.wait_s(now_s, self._policy)
        if isinstance(era, ForcedOpen):
            raise CircuitHeld(self._name, wait_s)
        if self._policy.observe_only:
            return Permit(None)
        raise CircuitOpen(self._name, wait_s)

    def _live(self, permit: Permit) -> Era | None:
        """Return the era a report counts in and give a probe's place free; None when it counts no more."""
        era = permit.era
        if era is None:
            return None
        if era is not self._era or (isinstance(era, HalfOpen) and not era.back(permit)):
            self._late += 1
            return None
        return era

    def _move(self, after: Era) -> None:
        self._clean.cell_contents = self._shared(after)
        before, self._era = self._era, after
        if self._board is not None and not isinstance(after, (Open, HalfOpen)):
            self._board.leave(self)
        if self._listeners is not None and before.state is not after.state:
            self._listeners.note(CircuitChange(name=self._name, before=before.state, after=after.state))

    def _shared(self, era: Era) -> Permit | None:
        """Return what calls share from here on; None when each must ask, or its success is news."""
        if isinstance(era, Disabled):
            return Permit(None)
        return Permit(era) if isinstance(era, Closed) and era.failures == 0 and era.window is None else None

    def _own(self, era: Closed | Disabled) -> Permit:
        return Permit(era) if self._policy.slow_call_s is None else TimedPermit(era, self._clock())

    def _trip(self, now_s: float) -> None:
        """Open a closed circuit, unless too many others are open; the next failure asks again."""
        if self._may_open():
            self._open(self._policy.open_s, now_s)

    def _may_open(self) -> bool:
        return self._board is None or self._policy.observe_only or self._board.may_open(self)

    def _open(self, open_s: float, now_s: float) -> None:
        shorter = self._policy.jitter * self._drawn() if self._policy.jitter else 0.0
        self._move(Open(open_s, now_s + open_s * (1 - shorter)))

    def _drawn(self) -> float:
        if self._random is None:
            from random import random  # costs milliseconds, and most policies have no jitter

            return random()  # noqa: S311  # nobody gains by guessing it
        return self._random()

    # ------------------------------------------------------------------------------------------------ ends of calls

    def _worked(self, permit: Permit, key: Hashable) -> None:
        outcome = self._outcome(permit, key, failed=False)
        era = permit.era
        if isinstance(era, Closed) and era.window is not None:
            era.window.append(outcome)
            if era is self._era and era.failures == 0 and not outcome.slow:
                return
        with self._locked():
            era = self._live(permit)
            if isinstance(era, Closed):
                era.succeed()
                self._clean.cell_contents = self._shared(era)
                if outcome.slow and era.trips(self._policy, outcome.at_s):
                    self._trip(outcome.at_s)
            elif isinstance(era, HalfOpen):
                self._probed(era, outcome)

    def _failed(self, permit: Permit, key: Hashable) -> None:
        outcome = self._outcome(permit, key, failed=True)
        with self._locked():
            era = self._live(permit)
            if isinstance(era, Closed):
                era.fail(key, self._policy)
                self._clean.cell_contents = None
                if era.window is not None:
                    era.window.append(outcome)
                if era.trips(self._policy, outcome.at_s):
                    self._trip(outcome.at_s or self._clock())
            elif isinstance(era, HalfOpen):
                self._probed(era, outcome)

    def _probed(self, era: HalfOpen, outcome: Outcome) -> None:
        bad = outcome.failed or outcome.slow
        era.successes += not bad
        if bad and self._may_open():
            self._open(self._policy.grown_s(era.base_s), self._clock())
        elif bad or era.successes >= self._policy.successes:
            self._move(Closed(self._policy))

    def _outcome(self, permit: Permit, key: Hashable, *, failed: bool) -> Outcome:
        if not self._policy.measures:
            return Outcome(0.0, True, False, key) if failed else GOOD
        now_s, slow_s = self._clock(), self._policy.slow_call_s
        slow = slow_s is not None and isinstance(permit, TimedPermit) and now_s - permit.began_s >= slow_s
        return Outcome(now_s, failed, slow, key)

    # ------------------------------------------------------------------------------------------------ changes

    def _put(self, era: Era) -> None:
        with self._locked():
            self._move(era)
        self._announce()

    def _announce(self) -> None:
        if self._listeners is not None:
            self._listeners.tell()


class Attempt:
    """A context manager around one call. It ends once: by itself, or at a deadline somebody else keeps."""

    __module__ = "qualia.circuit"
    __slots__ = ("_breaker", "_key", "_permits")

    def __init__(self, breaker: CircuitBreaker, key: Hashable) -> None:
        self._breaker: CircuitBreaker = breaker
        self._key: Hashable = key
        # At most one. Taking it off a list is one step, so of two threads that end the call one finds it.
        self._permits: list[Permit] = []

    def __enter__(self) -> Attempt:
        """Ask to be admitted.

        Raises:
            CircuitOpen: the circuit is open.
        """
        self._permits = [self._breaker.admit()]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Report how the call ended; its exception goes on."""
        self.end(error)

    def end(self, error: BaseException | None) -> None:
        """Report the end of the call now; what it does later no longer counts. A watchdog may call it from its thread.

        Args:
            error: why it ended, such as a TimeoutError; None when it worked.
        """
        try:
            permit = self._permits.pop()
        except IndexError:
            return
        self._breaker.settle(permit, error, key=self._key)
