"""Operations: begun in the host, waited for beside the screen, and what they gave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qualia.errors import QualiaError
from qualia_tui.model import facts
from qualia_tui.words import spoken

if TYPE_CHECKING:
    from qualia_tui.app import Console

_FIRST_LOOK_S, _LONGEST_S = 0.05, 1.0
Told = Callable[[str, str, float | None], object]
"""Told the host's id of an operation, what it is doing, and the share that is done; None when nobody can tell."""


class Unfinished(QualiaError):
    """An operation ended without a result, and says why in a sentence of its own; ``kind`` is the error's class."""

    def __init__(self, sentence: str, kind: str, reason: str = "") -> None:
        super().__init__(sentence)
        self.kind: str = kind
        self.reason: str = reason


async def operate(
    console: Console,
    operation: str,
    params: dict[str, Any] | None = None,
    *,
    confirmed: bool = False,
    told: Told | None = None,
) -> facts.Plain:
    """Run an operation and return its result: ``value``, ``code`` and ``text``.

    Args:
        console: whose host runs it.
        operation: its name.
        params: what it is told; None for nothing.
        confirmed: whether somebody agreed to what it does.
        told: hears how far it is; None for nobody.

    Raises:
        Unfinished: it ended without a result.
        QualiaError: the host refused it, or cannot be reached.
    """
    language = spoken()
    begun = await console.call(
        "operations.run", operation=operation, params=params or {}, confirmed=confirmed, language=language
    )
    run = facts.text(begun, "run")
    pause_s = _FIRST_LOOK_S
    while True:
        now = await console.call("operations.progress", run=run)
        if facts.text(now, "state") not in {"waiting", "running"}:
            break
        if told is not None:
            told(run, facts.text(now, "told"), facts.number(now, "done"))
        await asyncio.sleep(pause_s)
        pause_s = min(_LONGEST_S, pause_s * 2)
    ended = await console.call("operations.result", run=run, language=language)
    result = facts.mapping(ended, "result")
    if not result:
        error = facts.mapping(ended, "error")
        reason = facts.text(error, "message")
        sentence = facts.text(ended, "told") or reason or f"{operation}: {facts.text(ended, 'state')}"
        raise Unfinished(sentence, facts.text(error, "error"), reason)
    return result
