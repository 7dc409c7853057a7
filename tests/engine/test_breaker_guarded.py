"""Functions with a breaker around them stay the functions they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from qualia import BreakerPolicy, CircuitBreaker
from qualia.errors import CircuitOpen


def test_a_guarded_function_keeps_its_signature() -> None:
    """Defaults, keywords, stars and names inside the breaker all work as before."""
    breaker = CircuitBreaker("p")

    @breaker.guarded
    def action(
        error: int, /, permit: int, value: int = 3, *more: int, admit: int, settle: int = 6, **named: int
    ) -> Any:
        """Do it."""
        return error, permit, value, more, admit, settle, named

    assert action(1, 2, admit=5) == (1, 2, 3, (), 5, 6, {})
    assert action(1, permit=2, admit=5, settle=7, x=8) == (1, 2, 3, (), 5, 7, {"x": 8})
    assert action(1, 2, 4, 9, 10, admit=5) == (1, 2, 4, (9, 10), 5, 6, {})
    assert (action.__name__, action.__doc__, breaker.guarded(lambda *, a=1: a)()) == ("action", "Do it.", 1)


def test_wrong_arguments_are_no_failure() -> None:
    """The caller's mistake raises before anything is counted."""
    breaker = CircuitBreaker("p", BreakerPolicy(max_failures=1))

    @breaker.guarded
    def action(number: int, /, other: int = 1) -> int:
        return number + other

    untyped: Any = action
    for arguments, named in (((), {}), ((), {"number": 1}), ((1, 2, 3), {})):
        with pytest.raises(TypeError):
            untyped(*arguments, **named)
    assert (action(1), breaker.state) == (2, "closed")


def test_methods_and_builtins_can_be_guarded() -> None:
    """Also a builtin that does not tell its signature."""
    breaker = CircuitBreaker("p")

    class Model:
        @breaker.guarded
        def answer(self, question: str) -> str:
            return question.upper()

    assert (Model().answer("x"), breaker.guarded(max)(1, 2), breaker.guarded(int)("7")) == ("X", 2, 7)


def test_functions_of_one_breaker_share_it() -> None:
    """When one has opened it the other is refused too, before and after it was made."""
    breaker = CircuitBreaker("p", BreakerPolicy(max_failures=1))
    other, failing = breaker.guarded(lambda: 1), breaker.guarded(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        failing()
    for each in (other, breaker.guarded(lambda: 1)):
        with pytest.raises(CircuitOpen):
            each()


def test_a_generator_that_fails_midway_is_a_failure() -> None:
    """It is one call, from its first item to its end; one that is left early says nothing."""
    breaker = CircuitBreaker("p", BreakerPolicy(max_failures=2))

    @breaker.guarded
    def items(good: int) -> Iterator[int]:
        yield from range(good)
        raise ValueError(good)

    with pytest.raises(ValueError, match="2"):
        list(items(2))
    left = items(2)
    assert (next(left), breaker.status().failures) == (0, 1)
    left.close()  # type: ignore[attr-defined]
    assert breaker.status().failures == 1
    with pytest.raises(ValueError, match="1"):
        list(items(1))
    with pytest.raises(CircuitOpen):
        next(items(1))


def test_breakers_within_breakers_do_not_wait_for_each_other() -> None:
    """A calls B, which calls A again; the failure counts in each of them that it passes."""
    one, two = CircuitBreaker("one", BreakerPolicy(max_failures=3)), CircuitBreaker("two")
    inner = one.guarded(lambda: 1 // 0)
    outer = one.guarded(two.guarded(lambda: inner()))
    with pytest.raises(ZeroDivisionError):
        outer()
    assert (one.status().failures, two.status().failures) == (2, 1)
