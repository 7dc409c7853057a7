"""Operations: begun in the host, waited for beside the screen, and what they gave."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qualia.errors import QualiaError
from qualia_tui.model import facts
from qualia_tui.sections.waiting import ended
from qualia_tui.words import spoken

if TYPE_CHECKING:
    from qualia_tui.app import Console

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

    def hear(now: facts.Plain) -> None:
        if told is not None:
            told(run, facts.text(now, "told"), facts.number(now, "done"))

    await ended(console.call, "operations.progress", run, told=hear)
    gave = await console.call("operations.result", run=run, language=language)
    result = facts.mapping(gave, "result")
    if not result:
        error = facts.mapping(gave, "error")
        reason = facts.text(error, "message")
        sentence = facts.text(gave, "told") or reason or f"{operation}: {facts.text(gave, 'state')}"
        raise Unfinished(sentence, facts.text(error, "error"), reason)
    return result
