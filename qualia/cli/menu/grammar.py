"""The grammar of ``menu``."""

from __future__ import annotations

from typing import Any

from qualia.cli.grammar import command, options_of
from qualia.cli.words import _


def add_menu(commands: Any, told: str) -> None:
    """Add ``menu``."""
    parser = command(commands, "menu", "qualia.cli.menu.main:menu", told, "qualia menu")
    options = options_of(parser)
    plain = _("ask with numbered lines instead of lists that are drawn, as screen readers need")
    options.add_argument("--plain", action="store_true", help=plain)
