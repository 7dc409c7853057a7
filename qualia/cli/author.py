"""The grammar of the commands for people who write plugins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qualia.cli.grammar import KINDS, command, options_of
from qualia.cli.words import _


def author_commands() -> tuple[Callable[[Any], None], ...]:
    """Return what adds each of these commands to the others."""
    return (_add_create, _add_validate)


def _add_create(commands: Any) -> None:
    run, told = "qualia.cli.create:create", _("write the folder of a new plugin, with a test that passes")
    parser = command(commands, "create", run, told, "qualia create questions --kind analyzer")
    parser.add_argument_group(_("arguments")).add_argument(
        "plugin", metavar="ID", help=_("the new plugin's id: lower-case letters, digits and _")
    )
    options = options_of(parser)
    options.add_argument("--kind", choices=KINDS, default="analyzer", help=_("what it is (default: analyzer)"))
    options.add_argument("--minimal", action="store_true", help=_("only plugin.toml and __init__.py"))
    options.add_argument(
        "-o",
        "--output",
        metavar=_("FOLDER"),
        help=_("the folder to make (default: plugins/ID in the project, or else ./ID)"),
    )
    options.add_argument("--summary", metavar=_("TEXT"), help=_("what it does, in one line"))
    options.add_argument("--author", metavar=_("TEXT"), help=_("who writes it, for its README"))


def _add_validate(commands: Any) -> None:
    run, told = "qualia.cli.validate:validate", _("say what is wrong with a plugin, where, and what to do")
    parser = command(commands, "validate", run, told, "qualia validate plugins/questions")
    parser.add_argument_group(_("arguments")).add_argument(
        "path",
        nargs="?",
        metavar=_("PATH"),
        help=_("a plugin's folder, its plugin.toml, or a folder of plugins (default: here, or the project's plugins)"),
    )
    options = options_of(parser)
    options.add_argument(
        "-f", "--format", choices=("pretty", "json", "sarif"), default="pretty", help=_("how to write the findings")
    )
    options.add_argument("--json", action="store_const", const="json", dest="format", help=_("short for --format json"))
    options.add_argument("--no-run", action="store_true", help=_("only read the code; do not run it on samples"))
    options.add_argument("--strict", action="store_true", help=_("let warnings count as errors"))
    options.add_argument(
        "--timeout",
        type=float,
        default=30.0,
        metavar=_("SECONDS"),
        help=_("how long each plugin's run on samples may take (default: 30)"),
    )
    options.add_argument("--schema", action="store_true", help=_("show the JSON schema of plugin.toml and leave"))
