"""The circuit breaker against a description of it that fits on a page."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from qualia import BreakerPolicy, CircuitBreaker
from qualia.circuit import Permit
from qualia.errors import CircuitHeld, CircuitOpen

OPEN_S = 8.0
PROBE_S = 3.0
MAX_OPEN_S = 20.0


class Model(RuleBasedStateMachine):
    """Whatever is called, reported and waited, the breaker and the description agree."""

    @initialize(
        max_failures=st.integers(1, 4), probes=st.integers(1, 3), successes=st.integers(1, 3), inputs=st.integers(1, 3)
    )
    def begin(self, max_failures: int, probes: int, successes: int, inputs: int) -> None:
        self.now = 0.0
        self.policy = BreakerPolicy(
            max_failures=max_failures,
            distinct_inputs=inputs,
            open_s=OPEN_S,
            growth=2.0,
            max_open_s=MAX_OPEN_S,
            probes=probes,
            probe_s=PROBE_S,
            successes=successes,
        )
        self.breaker = CircuitBreaker("p", self.policy, clock=lambda: self.now)
        self.moves: list[tuple[str, str]] = []
        self.breaker.subscribe(lambda change: self.moves.append((change.before.value, change.after.value)))
        # The description.
        self.state, self.era, self.expected = "closed", 0, list[tuple[str, str]]()
        self.row: list[int] = []
        self.open_s = self.until = 0.0
        self.worked = 0
        # Calls under way: the permit, the era it was admitted in, and when.
        self.calls: list[tuple[Permit, int, float]] = []
        self.probing: list[Permit] = []

    def _move(self, state: str) -> None:
        if state != self.state:
            self.expected.append((self.state, state))
        self.state, self.era = state, self.era + 1
        self.row, self.worked, self.probing = [], 0, []

    def _open(self, seconds: float) -> None:
        self._move("open")
        self.open_s, self.until = seconds, self.now + seconds

    @rule(seconds=st.sampled_from([0.5, 1.0, PROBE_S, OPEN_S, MAX_OPEN_S]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def call(self) -> None:
        if self.state == "open" and self.now >= self.until:
            self._move("half_open")
        began = {id(permit): at for permit, _, at in self.calls}
        if self.state == "half_open":
            self.probing = [each for each in self.probing if self.now - began[id(each)] < PROBE_S]
        if self._refuses():
            with pytest.raises(CircuitOpen) as caught:
                self.breaker.admit()
            assert isinstance(caught.value, CircuitHeld) == (self.state == "forced_open")
            if self.state == "open":
                assert caught.value.retry_after_s == self.until - self.now
            return
        permit = self.breaker.admit()
        self.calls.append((permit, self.era, self.now))
        if self.state == "half_open":
            self.probing.append(permit)

    def _refuses(self) -> bool:
        full = self.state == "half_open" and len(self.probing) >= self.policy.probes
        return self.state in ("open", "forced_open") or full

    def _ended(self, index: int) -> tuple[Permit, bool]:
        """Take a call off the list; whether its end counts."""
        permit, era, _ = self.calls.pop(index % len(self.calls))
        counts = era == self.era and (self.state != "half_open" or any(each is permit for each in self.probing))
        self.probing = [each for each in self.probing if each is not permit]
        return permit, counts

    @precondition(lambda self: self.calls)
    @rule(index=st.integers(0, 20))
    def works(self, index: int) -> None:
        permit, counts = self._ended(index)
        self.breaker.settle(permit)
        if counts and self.state == "closed":
            self.row = []
        if counts and self.state == "half_open":
            self.worked += 1
            if self.worked == self.policy.successes:
                self._move("closed")

    @precondition(lambda self: self.calls)
    @rule(index=st.integers(0, 20), key=st.integers(1, 3))
    def fails(self, index: int, key: int) -> None:
        permit, counts = self._ended(index)
        self.breaker.settle(permit, ValueError(), key=key)
        if counts and self.state == "closed":
            self.row.append(key)
            most = self.policy.max_failures or 0
            if len(self.row) >= most and len(set(self.row)) >= min(self.policy.distinct_inputs, most):
                self._open(OPEN_S)
        elif counts and self.state == "half_open":
            self._open(min(MAX_OPEN_S, self.open_s * 2))

    @precondition(lambda self: self.calls)
    @rule(index=st.integers(0, 20))
    def says_nothing(self, index: int) -> None:
        permit, _ = self._ended(index)
        self.breaker.settle(permit, KeyboardInterrupt())

    @rule(order=st.sampled_from(["reset", "force_open", "disable"]))
    def order(self, order: str) -> None:
        getattr(self.breaker, order)()
        self._move({"reset": "closed", "force_open": "forced_open", "disable": "disabled"}[order])

    @invariant()
    def agrees(self) -> None:
        assert self.breaker.state == self.state
        assert self.breaker.status().failures == (len(self.row) if self.state == "closed" else 0)
        assert self.moves == self.expected


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
