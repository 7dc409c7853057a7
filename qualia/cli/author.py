"""The grammar of the commands for people who write plugins."""

from __future__ import annotations

import argparse
from typing import Any

from qualia.cli.grammar import KINDS, add_format, add_output, command, options_of
from qualia.cli.words import _


def add_create(commands: Any, told: str) -> None:
    """Add ``create``."""
    run = "qualia.cli.create:create"
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


def add_validate(commands: Any, told: str) -> None:
    """Add ``validate``."""
    run = "qualia.cli.validate:validate"
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
        metavar=_("SECONDS"),
        help=_("how long each plugin's run on samples may take (default: 30)"),
    )
    options.add_argument("--schema", action="store_true", help=_("show the JSON schema of plugin.toml and leave"))


def add_dev(commands: Any, told: str) -> None:
    """Add ``dev``."""
    run = "qualia.cli.dev:dev"
    parser = command(commands, "dev", run, told, "qualia dev plugins/questions -P top=5")
    path = _("a plugin's folder, or one that holds plugins (default: here, or ./plugins)")
    parser.add_argument_group(_("arguments")).add_argument("path", nargs="?", metavar=_("PATH"), help=path)
    options = options_of(parser)
    options.add_argument("-p", "--plugin", metavar="PLUGIN", help=_("the plugin, where there are several"))
    options.add_argument(
        "-P",
        "--param",
        action="append",
        default=[],
        dest="params",
        metavar=_("KEY=VALUE"),
        help=_("one of the plugin's params (may be repeated)"),
    )
    options.add_argument(
        "--sample", metavar=_("FILE"), help=_("run it on this file (default: a meeting that comes along)")
    )
    add_output(options, _("where to write what a visualizer draws (default: a folder that is removed at the end)"))
    options.add_argument("--once", action="store_true", help=_("run once and leave"))
    options.add_argument(
        "--contained", action="store_true", help=_("run it in a process that is killed when it takes too long")
    )
    options.add_argument(
        "--timeout",
        type=float,
        metavar=_("SECONDS"),
        help=_("how long a run may take (default with --contained: 10)"),
    )
    _add_polling(options)


def add_watch(commands: Any, told: str) -> None:
    """Add ``watch-plugins``."""
    run = "qualia.cli.watching:watch_plugins"
    parser = command(commands, "watch-plugins", run, told, "qualia watch-plugins --format json")
    options = options_of(parser)
    form = _("how to write each event: a line for people, or a line of JSON")
    options.add_argument("-f", "--format", choices=("pretty", "json"), default="pretty", help=form)
    options.add_argument("--once", action="store_true", help=_("leave after the first change"))
    _add_polling(options)


def _add_polling(options: Any) -> None:
    options.add_argument(
        "--polling",
        action="store_true",
        help=_("look now and then instead of being told by the system, as network folders need"),
    )


def add_plugins(commands: Any, told: str) -> None:
    """Add ``plugins`` and its commands; without one of them it lists."""
    room, example = "qualia.cli.plugins", "qualia plugins disable wordcloud_viz"
    parser = command(commands, "plugins", f"{room}:list_all", told, example)
    _add_listing(options_of(parser))
    title, metavar = _("commands"), _("COMMAND")
    actions = parser.add_subparsers(title=title, metavar=metavar, dest="action", prog="qualia plugins")
    told = _("list the plugins with origin, lifecycle and other versions")
    listing = command(actions, "list", f"{room}:list_all", told, "qualia plugins list --kind analyzer")
    _add_listing(options_of(listing), default=argparse.SUPPRESS)
    told = _("show a plugin and its params")
    showing = command(actions, "show", "qualia.cli.listing:inspect_plugin", told, "qualia plugins show wordcloud_viz")
    _add_id(showing)
    add_format(options_of(showing), default=argparse.SUPPRESS)
    told_by_name = {
        "enable": _("switch a plugin on again"),
        "disable": _("switch a plugin off"),
        "use": _("choose which of several versions of a plugin answers"),
        "reset": _("forget what was decided about a plugin"),
    }
    for name, told in told_by_name.items():
        more = " 1.2.0" if name == "use" else ""
        action = command(actions, name, f"{room}:{name}", told, f"qualia plugins {name} wordcloud_viz{more}")
        arguments = _add_id(action)
        if name == "use":
            arguments.add_argument("wanted", metavar=_("VERSION"), help=_("its version, or the folder it lies in"))
        options_of(action)


def _add_id(parser: Any) -> Any:
    arguments = parser.add_argument_group(_("arguments"))
    arguments.add_argument("plugin", metavar="PLUGIN", help=_("the plugin's id"))
    return arguments


def _add_listing(options: Any, *, default: Any = None) -> None:
    options.add_argument("--kind", choices=KINDS, default=default, help=_("only plugins of this kind"))
    add_format(options, default=default)
