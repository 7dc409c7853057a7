"""Circuit breakers: the policy, the state machine, what breakers know of each other, and calls put in quarantine."""

from __future__ import annotations

from qualia._engine.breaker.board import Board
from qualia._engine.breaker.circuits import Circuits
from qualia._engine.breaker.eras import Permit
from qualia._engine.breaker.machine import Attempt, CircuitBreaker
from qualia._engine.breaker.policy import BreakerPolicy, CircuitChange, CircuitStatus, State
from qualia._engine.breaker.quarantine import Quarantine

__all__ = [
    "Attempt",
    "Board",
    "BreakerPolicy",
    "CircuitBreaker",
    "CircuitChange",
    "CircuitStatus",
    "Circuits",
    "Permit",
    "Quarantine",
    "State",
]
