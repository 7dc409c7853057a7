"""Figures that move all the time: one that moved by less than what matters stands as it stood before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qualia_tui.model import facts

_MOVING: Mapping[str, tuple[str, str]] = {
    "memory": ("used_bytes", "limit_bytes"),
    "disk": ("free_bytes", "total_bytes"),
}
"""By component: the figure that moves, and what it is a share of."""
_OF_ITSELF, _OF_THE_WHOLE = 0.1, 0.01
"""Shares by which a figure may move unseen: of what it was, and of the whole."""


def steadied(report: facts.Plain, before: facts.Plain) -> facts.Plain:
    """Return a health report whose memory and disk are those of the one before, unless they moved by what matters.

    Every cell that changes is sent over the line, and other cells may move with it.

    Args:
        report: the new report, plain.
        before: the one that is shown, plain; empty for none.
    """
    known = {facts.text(each, "name"): each for each in facts.items(before, "components")}
    if not known or "components" not in report:
        return report
    parts = [_steadied(each, known.get(facts.text(each, "name"))) for each in facts.items(report, "components")]
    return {**report, "components": parts}


def latest_run_s(report: facts.Plain) -> float | None:
    """Return when the latest run of the history began, in seconds since 1970; None when nobody knows of one."""
    parts = (each for each in facts.items(report, "components") if facts.text(each, "name") == "history")
    return next((facts.number(facts.mapping(each, "facts"), "latest_run_s") for each in parts), None)


def _steadied(part: facts.Plain, before: facts.Plain | None) -> facts.Plain:
    names = _MOVING.get(facts.text(part, "name"))
    # What is not well is told as it is, as its reason names the figure, too.
    if names is None or before is None or {facts.text(part, "status"), facts.text(before, "status")} != {"ok"}:
        return part
    now, then = facts.mapping(part, "facts"), facts.mapping(before, "facts")
    return {**part, "facts": {**now, names[0]: then[names[0]]}} if _is_still(now, then, *names) else part


def _is_still(now: Mapping[str, Any], then: Mapping[str, Any], moving: str, whole: str) -> bool:
    after, before, limit = facts.number(now, moving), facts.number(then, moving), facts.number(now, whole)
    if after is None or before is None or now.get(whole) != then.get(whole):
        return False
    moved = abs(after - before)
    return moved < abs(before) * _OF_ITSELF and (limit is None or moved < limit * _OF_THE_WHOLE)
