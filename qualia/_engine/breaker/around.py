"""A function with a breaker around it and the very signature it had.

The same signature does two things. A call with wrong arguments raises before anything is counted: caller mistakes are
no failures. And no tuple and no dictionary is made for the arguments, which would cost more than the breaker itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import aclosing
from functools import update_wrapper
from types import CellType, FunctionType
from typing import Any, ParamSpec, TypeVar, cast

from qualia._engine.breaker.eras import Permit

P = ParamSpec("P")
T = TypeVar("T")

# The names inside start with `_q_`, so that a parameter of the function is never mistaken for one of them.
_TEMPLATE = """\
def _q_share(_q_clean):
    def _q_bind(_q_action, _q_admit, _q_settle, _q_aclosing):
        {start} _q_guarded({parameters}):
            _q_permit = _q_clean
            if _q_permit is None:
                _q_permit = _q_admit()
            try:
                {call}
            except BaseException as _q_error:
                _q_settle(_q_permit, _q_error)
                raise
            if _q_clean is not _q_permit:
                _q_settle(_q_permit)
            {end}
        return _q_guarded
    return _q_bind
"""
_RETURN = "return _q_value"


def guarded(
    action: Callable[P, T],
    clean: CellType,
    admit: Callable[[], Permit],
    settle: Callable[[Permit, BaseException | None], None],
) -> Callable[P, T]:
    """Return ``action`` with a breaker around each call: a coroutine's or a generator's whole life is one call.

    Args:
        action: the function.
        clean: holds the permit of calls that need not ask, or None when they must. The function made shares this cell.
        admit: gives a permit or raises.
        settle: told how a call ended that was news.
    """
    parameters = _parameters(action)
    start, call, end = _kind(action)
    names: dict[str, Any] = {}
    text = _TEMPLATE.format(
        start=start, call=call.format(f"_q_action({_handed(parameters)})"), end=end, parameters=_declared(parameters)
    )
    exec(compile(text, "<qualia breaker>", "exec"), names)  # noqa: S102  # made of a signature's identifiers only
    # `_q_bind` closes over one name, so this makes all functions of a breaker share the breaker's own cell.
    bind = FunctionType(names["_q_share"](None).__code__, names, closure=(clean,))
    made: FunctionType = bind(action, admit, settle, aclosing)
    # Only what there is: a function whose defaults are set, if only to nothing, is called more slowly.
    if positional := _defaults(parameters, keyword_only=False):
        made.__defaults__ = tuple(positional.values())
    if named := _defaults(parameters, keyword_only=True):
        made.__kwdefaults__ = named
    return cast("Callable[P, T]", update_wrapper(made, action))


def _defaults(parameters: list[inspect.Parameter], *, keyword_only: bool) -> dict[str, Any]:
    return {
        each.name: each.default
        for each in parameters
        if each.default is not each.empty and (each.kind is each.KEYWORD_ONLY) is keyword_only
    }


def _parameters(action: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(action).parameters.values())
    except ValueError:  # some builtins do not tell theirs
        return [
            inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
            inspect.Parameter("named", inspect.Parameter.VAR_KEYWORD),
        ]


def _kind(action: Callable[..., Any]) -> tuple[str, str, str]:
    """Return how the function starts, calls and ends."""
    if inspect.isasyncgenfunction(action):
        each = f"async with _q_aclosing({{}}) as _q_items:\n{' ' * 20}async for _q_value in _q_items: yield _q_value"
        return "async def", each, ""
    if inspect.iscoroutinefunction(action):
        return "async def", "_q_value = await {}", _RETURN
    if inspect.isgeneratorfunction(action):
        return "def", "_q_value = yield from {}", _RETURN
    return "def", "_q_value = {}", _RETURN


def _declared(parameters: list[inspect.Parameter]) -> str:
    """Write parameters as a function declares them; the defaults are put in afterwards."""
    written: list[str] = []
    for before, each in zip([None, *parameters], [*parameters, None], strict=True):
        if before is not None and before.kind is before.POSITIONAL_ONLY and (each is None or each.kind != before.kind):
            written.append("/")
        if each is None:
            break
        starred = before is not None and before.kind in (before.VAR_POSITIONAL, before.KEYWORD_ONLY)
        if each.kind is each.KEYWORD_ONLY and not starred:
            written.append("*")
        written.append(_stars(each) + each.name + ("" if each.default is each.empty else "=None"))
    return ", ".join(written)


def _handed(parameters: list[inspect.Parameter]) -> str:
    """Write the call that hands the parameters on."""
    return ", ".join(
        f"{each.name}={each.name}" if each.kind is each.KEYWORD_ONLY else _stars(each) + each.name
        for each in parameters
    )


def _stars(parameter: inspect.Parameter) -> str:
    if parameter.kind is parameter.VAR_POSITIONAL:
        return "*"
    return "**" if parameter.kind is parameter.VAR_KEYWORD else ""
