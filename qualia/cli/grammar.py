"""What every command's grammar is made of: the parser, and the options that several commands share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from qualia.cli.words import LANGUAGES, _, translated

KINDS = ("document", "analyzer", "visualizer")
FORMS = ("pretty", "json", "jsonl", "yaml", "csv")
_HERE = argparse.SUPPRESS


class Format(argparse.RawDescriptionHelpFormatter):
    """Help with the word "usage" in the reader's language."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30)

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """Add the line that shows how."""
        super().add_usage(usage, actions, groups, _("usage: ") if prefix is None else prefix)


class HelpAsked(Exception):
    """Somebody asked for help, which is ``text``."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text: str = text


class _Help(argparse.Action):
    """``--help`` that leaves the printing to others: argparse's own swallows what goes wrong with stdout."""

    def __init__(self, option_strings: Sequence[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, _HERE, nargs=0, default=_HERE, **more)

    def __call__(self, parser: argparse.ArgumentParser, *_rest: object, **_more: object) -> NoReturn:
        raise HelpAsked(parser.format_help().rstrip("\n"))


class Parser(argparse.ArgumentParser):
    """A parser that raises `WrongUsage` instead of printing and leaving, and whose help is our own."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.common: list[argparse.Action] = []
        """The options among its own that every command takes."""

    def format_help(self) -> str:
        """Return the help of a command."""
        from qualia.cli.shell.manual import manual

        return manual(self)

    def format_usage(self) -> str:
        """Return how a command is called, in one line."""
        from qualia.cli.shell.manual import usage

        return usage(self)

    def error(self, message: str) -> NoReturn:
        """Complain about words that make no command.

        Raises:
            WrongUsage: always.
        """
        from qualia.cli.usage import WrongUsage

        raise WrongUsage(_complaint(message, self.prog))


def command(commands: Any, name: str, run: str, summary: str, example: str) -> Parser:
    """Add a command; ``run`` names the function that answers it, as ``module:function``."""
    parser: Parser = commands.add_parser(
        name,
        help=summary,
        description=summary[:1].upper() + summary[1:] + ".",
        epilog=f"{_('example:')} {example}",
        formatter_class=Format,
        allow_abbrev=False,
        add_help=False,
    )
    parser.set_defaults(run=run)
    return parser


def add_help(options: Any) -> None:
    """Add ``--help``."""
    options.add_argument("-h", "--help", action=_Help, help=_("show this help and leave"))


def add_common(options: Any, *, quiet: Any = _HERE, project: Any = _HERE, dest: str = "plugin_dirs") -> None:
    """Add what every command takes."""
    options.add_argument(
        "-q", "--quiet", action="store_true", default=quiet, help=_("say nothing but warnings and errors")
    )
    options.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        default=quiet,
        help=_("tell what is read and run, and how long it takes"),
    )
    options.add_argument(
        "--plugin-dir",
        action="append",
        default=[],
        dest=dest,
        metavar=_("FOLDER"),
        help=_("look for plugins here too (may be repeated)"),
    )
    options.add_argument(
        "--project",
        default=project,
        metavar=_("FOLDER"),
        help=_("the project's folder (default: here, when qualia.toml is here)"),
    )
    options.add_argument(
        "--lang", choices=LANGUAGES, default=_HERE, help=_("the language to speak (default: the system's)")
    )
    for option, told in (
        ("--no-color", _("no colours and no bold (as NO_COLOR=1)")),
        ("--no-pager", _("long output all at once")),
        ("--debug", _("show the traceback of a failure (as QUALIA_DEBUG=1)")),
    ):
        options.add_argument(option, action="store_true", default=quiet, help=told)


def options_of(parser: Parser) -> Any:
    """Return a command's group of options, which begins with those that every command takes."""
    options = parser.add_argument_group(_("options"))
    add_help(options)
    add_common(options)
    parser.common = list(vars(options)["_group_actions"])
    return options


def add_format(options: Any, *, default: Any = None, forms: Sequence[str] = ("pretty", "json", "yaml")) -> None:
    """Add ``--format`` with the ``forms`` that a command knows."""
    options.add_argument(
        "-f",
        "--format",
        choices=forms,
        default=default,
        help=_("how to write it (default: by the suffix of -o, else pretty)"),
    )


def add_file(parser: Parser, told: str) -> None:
    """Add the one file a command works on."""
    parser.add_argument_group(_("arguments")).add_argument("file", metavar=_("FILE"), help=told)


def add_files(parser: Parser, told: str) -> None:
    """Add the files a command works on, which may be folders and patterns."""
    files = parser.add_argument_group(_("arguments"))
    files.add_argument("files", metavar=_("FILE"), nargs="+", help=told)


def add_recursive(options: Any) -> None:
    """Add ``--recursive``."""
    told = _("take the files in the folders below a folder too")
    options.add_argument("-r", "--recursive", action="store_true", help=told)


def add_plugin(options: Any) -> None:
    """Add ``--plugin`` and its params."""
    options.add_argument("-p", "--plugin", required=True, metavar="PLUGIN", help=_("the plugin's id"))
    options.add_argument(
        "-c",
        "--config",
        metavar=_("FILE"),
        help=_("the plugin's params: a TOML, JSON or YAML file; -P comes before it"),
    )
    options.add_argument(
        "-P",
        "--param",
        action="append",
        default=[],
        dest="params",
        metavar=_("KEY=VALUE"),
        help=_("one of the plugin's params (may be repeated); `qualia inspect PLUGIN` shows them"),
    )


def add_run(options: Any) -> None:
    """Add what bounds a run: ``--isolation`` and ``--timeout``."""
    options.add_argument(
        "--isolation",
        choices=("inline", "thread", "process"),
        help=_("where plugins run: process kills one that hangs or crashes (default: as each plugin says)"),
    )
    options.add_argument("--timeout", type=float, metavar=_("SECONDS"), help=_("give up after so many seconds"))


def add_output(options: Any, told: str, metavar: str = "PATH") -> None:
    """Add ``--output``."""
    options.add_argument("-o", "--output", metavar=_(metavar), help=told)


def _complaint(message: str, command: str) -> str:
    from qualia.errors import nearest

    match = re.fullmatch(
        r"argument (?P<name>.+?): invalid choice: (?P<value>.+?) \(choose from (?P<choices>.+)\)", message
    )
    number = re.fullmatch(r"argument (?P<name>.+?): invalid (?:int|float) value: (?P<value>.+)", message)
    if number is not None:
        value = number["value"].strip("'\"")
        return _("{option} must be a number, not {value!r}", option=number["name"], value=value)
    if match is None:
        return f"{translated(message)}; {_('{command} --help shows how', command=command)}"
    value = match["value"].strip("'\"")
    choices = [choice.strip("'\" ") for choice in match["choices"].split(",")]
    near = nearest(value, choices)
    hint = (
        _("did you mean {near}?", near=_(" or ").join(near))
        if near
        else _("known: {choices}", choices=", ".join(choices))
    )
    if match["name"] == _("COMMAND"):
        return _("there is no command {value!r}; {hint}", value=value, hint=hint)
    return _("{option} cannot be {value!r}; {hint}", option=match["name"], value=value, hint=hint)
