"""The grammar of ``host``."""

from __future__ import annotations

from typing import Any

from qualia.cli.grammar import command, options_of
from qualia.cli.words import _


def add_host(commands: Any, told: str) -> None:
    """Add ``host``."""
    parser = command(commands, "host", "qualia.cli.hosting:host", told, "qualia host --project interviews")
    options = options_of(parser)
    options.add_argument("--list", action="store_true", help=_("show the hosts that are running, and leave"))
    idle = _("leave after so long without clients and runs")
    options.add_argument("--idle-exit", type=float, metavar=_("SECONDS"), help=idle)
    options.add_argument("--read-only", action="store_true", help=_("let clients look and change nothing"))
    options.add_argument("--no-watch", action="store_true", help=_("do not reload plugins when their files change"))
    form = _("how to write them (default: pretty)")
    options.add_argument("-f", "--format", choices=("pretty", "json", "yaml"), default="pretty", help=form)
