"""Every binding of a screen: as the help, and as commands to choose from."""

from __future__ import annotations

from typing import Any

from textual.binding import ActiveBinding
from textual.screen import Screen

from qualia_tui.dialogs.asking import Option
from qualia_tui.lines import Line, Span
from qualia_tui.names import ACTIONS
from qualia_tui.widgets.belonging import console_of
from qualia_tui.words import _


def _bindings(screen: Screen[Any]) -> dict[str, list[ActiveBinding]]:
    """Return the bindings that work now, those of one action together, in the order they are found.

    Those without an id are the toolkit's own: nothing here says what they do.
    """
    found: dict[str, list[ActiveBinding]] = {}
    for active in screen.active_bindings.values():
        if active.enabled and active.binding.id:
            found.setdefault(active.binding.id, []).append(active)
    return found


def told(name: str, bindings: list[ActiveBinding]) -> str:
    """Return what a binding does, in words."""
    sentence = ACTIONS.get(name) or next(
        (each.binding.description for each in bindings if each.binding.description), ""
    )
    return _(sentence) if sentence else ""


def key_lines(screen: Screen[Any]) -> tuple[Line, ...]:
    """Return the help of a screen: each action's keys, what it does, and the name by which settings know it."""
    lines: list[Line] = []
    for name, bindings in _bindings(screen).items():
        words = told(name, bindings)
        if words:
            keys = " ".join(dict.fromkeys(console_of(screen).get_key_display(each.binding) for each in bindings))
            lines.append((Span(f"{keys:<16} ", "key"), Span(f"{words:<40} "), Span(name, "dim")))
    return tuple(lines)


def options(screen: Screen[Any]) -> tuple[Option, ...]:
    """Return what can be done on a screen, to choose from."""
    return tuple(
        Option(name, words, console_of(screen).get_key_display(bindings[0].binding))
        for name, bindings in _bindings(screen).items()
        if (words := told(name, bindings)) and not name.startswith(("move.", "focus.", "grid."))
    )


async def perform(screen: Screen[Any], name: str) -> None:
    """Do what a binding does."""
    bindings = _bindings(screen).get(name)
    if bindings:
        await console_of(screen).run_action(bindings[0].binding.action, bindings[0].node)
