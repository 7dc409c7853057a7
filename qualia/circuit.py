"""The engine's circuit breaker, for programs that embed Qualia and call other things that may fail.

The guard puts one around every plugin. Nothing in it knows plugins: put one around a model server, a database or a
file share in the same way. ``docs/explanation/breaker.md`` tells how it decides.
"""

from __future__ import annotations

from qualia._engine.breaker import (
    Attempt,
    BreakerPolicy,
    CircuitBreaker,
    CircuitChange,
    CircuitStatus,
    Permit,
    State,
)

__all__ = ["Attempt", "BreakerPolicy", "CircuitBreaker", "CircuitChange", "CircuitStatus", "Permit", "State"]
