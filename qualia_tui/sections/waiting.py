"""Waiting for what goes on in the host: often at first, then ever less."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from qualia_tui.model import facts

Call = Callable[..., Awaitable[Any]]
"""Asks the host: the verb, and what belongs to it by name."""
_FIRST_LOOK_S, _LONGEST_S = 0.05, 1.0
_UNDER_WAY = frozenset({"waiting", "running"})


async def ended(call: Call, verb: str, run: str, *, told: Callable[[facts.Plain], object] | None = None) -> facts.Plain:
    """Wait for a run or an operation to be over, and return what the host then tells of it.

    Args:
        call: asks the host it goes on in.
        verb: what tells its state.
        run: the host's id of it.
        told: hears what the host tells meanwhile; None for nobody.

    Raises:
        QualiaError: the host cannot tell, or was lost.
    """
    pause_s = _FIRST_LOOK_S
    while facts.text(now := facts.plain(await call(verb, run=run)), "state") in _UNDER_WAY:
        if told is not None:
            told(now)
        await asyncio.sleep(pause_s)
        pause_s = min(_LONGEST_S, pause_s * 2)
    return now
