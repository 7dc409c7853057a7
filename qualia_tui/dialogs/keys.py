"""Every binding of a screen: as the help, as commands to choose from, and at the bottom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.app import App
from textual.binding import ActiveBinding
from textual.screen import Screen

from qualia_tui.dialogs.asking import Option, Reading
from qualia_tui.lines import Line, Span, line
from qualia_tui.names import ACTIONS
from qualia_tui.widgets.bars import offered
from qualia_tui.widgets.belonging import console_of
from qualia_tui.words import _

_MOVING = ("move.", "focus.", "grid.")
_UNOFFERED = (*_MOVING, "quit.always")
"""What nobody looks for by its name."""
_KEYS = 14
"""Columns that keys take at least."""


def _bindings(screen: Screen[Any]) -> dict[str, list[ActiveBinding]]:
    """Return the bindings that work now, those of one action together, in the order they are found.

    Those without an id are the toolkit's own: nothing here says what they do.
    """
    found: dict[str, list[ActiveBinding]] = {}
    for active in offered(screen):
        if active.binding.id:
            found.setdefault(active.binding.id, []).append(active)
    return found


def told(name: str, bindings: list[ActiveBinding]) -> str:
    """Return what a binding does, in words."""
    sentence = ACTIONS.get(name) or next(
        (each.binding.description for each in bindings if each.binding.description), ""
    )
    return _(sentence) if sentence else ""


def key_lines(screen: Screen[Any], width: int) -> tuple[Line, ...]:
    """Return the help of a screen: each action's keys, what it does, and the name by which settings know it.

    Args:
        screen: whose bindings.
        width: columns there are; where they do not suffice, a name stands below what it is a name of.
    """
    here, moving, everywhere = list[tuple[str, str, str]](), list[tuple[str, str, str]](), list[tuple[str, str, str]]()
    for name, bindings in _bindings(screen).items():
        keys = " ".join(dict.fromkeys(console_of(screen).get_key_display(each.binding) for each in bindings))
        part = moving if name.startswith(_MOVING) else everywhere if isinstance(bindings[0].node, App) else here
        if words := told(name, bindings):
            part.append((keys, words, name))
    lines: list[Line] = []
    for title, part in ((_("Here"), here), (_("Moving"), moving), (_("Everywhere"), everywhere)):
        if part:
            lines += [(), line(title, "title"), *_part_lines(part, (*here, *moving, *everywhere), width)]
    return tuple(lines[1:])


def _part_lines(
    part: list[tuple[str, str, str]], all_parts: tuple[tuple[str, str, str], ...], width: int
) -> Iterator[Line]:
    """Yield the lines of a part, in columns that are the same in all of them."""
    first = max(_KEYS, *(len(keys) for keys, _words, _name in all_parts)) + 1
    second = max(len(words) for _keys, words, _name in all_parts) + 2
    is_wide = first + second + max(len(name) for _keys, _words, name in all_parts) <= width
    for keys, words, name in part:
        if is_wide:
            yield (Span(f"{keys:<{first}}", "key"), Span(f"{words:<{second}}"), Span(name, "dim"))
        else:
            yield (Span(f"{keys:<{first}}", "key"), Span(words))
            yield line(f"{'':<{first}}{name}", "dim")


class Keys(Reading):
    """The help of a screen.

    Args:
        screen: whose keys are told.
    """

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__(_("Keys"), lambda width: key_lines(screen, width))


def options(screen: Screen[Any]) -> tuple[Option, ...]:
    """Return what can be done on a screen, to choose from."""
    return tuple(
        Option(name, words, console_of(screen).get_key_display(bindings[0].binding))
        for name, bindings in _bindings(screen).items()
        if (words := told(name, bindings)) and not name.startswith(_UNOFFERED)
    )


async def perform(screen: Screen[Any], name: str) -> None:
    """Do what a binding does."""
    bindings = _bindings(screen).get(name)
    if bindings:
        await console_of(screen).run_action(bindings[0].binding.action, bindings[0].node)
