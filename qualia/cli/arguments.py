"""The grammar of the command line. It imports nothing of the engine, so ``--help`` and ``--version`` are quick."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from qualia._version import __version__
from qualia.cli.commands import add_commands, add_in_full, commands
from qualia.cli.grammar import (
    Format,
    HelpAsked,
    Parser,
    add_common,
    add_help,
)
from qualia.cli.words import _

COMPLETE = "__complete"
"""What the shells' scripts call; it is nobody else's business, so no help names it."""
HELP = "help"
MENU = "menu"


def parse(words: Sequence[str]) -> argparse.Namespace | None:
    """Return what was asked, or None when help or the version was asked for and has been printed.

    Raises:
        WrongUsage: the words make no command.
        OperationUnavailable: they name a command that something else brings, which is not installed.
    """
    words = _meant(words)
    if words[:1] == [COMPLETE]:
        from qualia.cli.shell.answering import write_answer

        write_answer(words[1:])
        return None
    if HELP in words:
        words, told = _helped(words)
        if told is not None:
            _print(told)
            return None
    parser = parser_for(words)
    try:
        asked, rest = parser.parse_known_args(words)
    except ValueError:
        _check_dashes(words)
        raise
    except HelpAsked as help_asked:
        from qualia.cli.plugin_help import params_help

        _print(help_asked.text + params_help(words, parser))
        return None
    if rest:
        _refuse(rest, parser, asked)
    if asked.version:
        _print(f"qualia {__version__}")
        return None
    if asked.run is None:
        _print(parser.format_help().rstrip("\n"))
        return None
    asked.plugin_dirs = [*asked.plugin_dirs_before, *asked.plugin_dirs]
    return asked


def asked_format(words: Sequence[str]) -> str | None:
    """Return the last ``--format`` or ``--json`` among the words, for failures before they make a command."""
    found: str | None = None
    for place, word in enumerate(words):
        if word == "--":
            break
        if word in ("--format", "-f") and place + 1 < len(words):
            found = words[place + 1]
        elif word == "--json":
            found = "json"
        elif word.startswith("--format="):
            found = word.partition("=")[2]
    return found


def parser_for(words: Sequence[str]) -> Parser:
    """Return a parser that knows every command by name and the one that ``words`` ask for in full.

    Raises:
        OperationUnavailable: that one is brought by something that is not installed.
    """
    parser, parsers = _top()
    command = command_word(words, parser)
    known = any(each.name == command for each in commands())
    add_commands(parsers, wanted=() if command is None else (command,))
    if command is not None and not known:
        from qualia.cli.shell.brought import add_brought

        add_brought(parsers, wanted=command)
    return parser


def whole_parser() -> Parser:
    """Return a parser with every command in full, those that installed distributions bring included."""
    from qualia.cli.shell.brought import add_brought

    parser, parsers = _top()
    for each in commands():
        add_in_full(parsers, each)
    add_brought(parsers, wanted=None)
    return parser


def command_word(words: Sequence[str], parser: argparse.ArgumentParser) -> str | None:
    """Return the first word that is neither an option of the program nor the value of one; None for none."""
    options: Mapping[str, argparse.Action] = vars(parser)["_option_string_actions"]
    waiting = False
    for word in words:
        if waiting:
            waiting = False
        elif word.startswith("-"):
            waiting = word in options and options[word].nargs is None
        else:
            return word
    return None


def _helped(words: list[str]) -> tuple[list[str], str | None]:
    """Return the words with ``help COMMAND`` as ``COMMAND --help``, and what there is to say when it names a topic."""
    from qualia.cli.shell.topics import topic

    parser, _parsers = _top()
    place = words.index(HELP)
    if command_word(words, parser) != HELP or command_word(words[:place], parser) is not None:
        return words, None
    rest = words[place + 1 :]
    name = command_word(rest, parser)
    return [*words[:place], *rest, "--help"], None if name is None else topic(name)


def _meant(words: Sequence[str]) -> list[str]:
    """Return the words; none at all, from people at a terminal, open the menu."""
    streams = (sys.stdin, sys.stdout)
    if words or not all(stream is not None and stream.isatty() for stream in streams):
        return list(words)
    return [MENU] if any(each.name == MENU for each in commands()) else []


def _print(text: str) -> None:
    if sys.stdout is not None:
        encoding = sys.stdout.encoding or "utf-8"
        try:
            print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
        except OSError as error:
            from qualia.cli.output import drop_unwritten
            from qualia.errors import UnwritableOutput

            if isinstance(error, BrokenPipeError):
                raise
            drop_unwritten()
            raise UnwritableOutput("standard output", (error.strerror or str(error)).lower()) from error


class _Top(Parser):
    """The program's own parser, whose help is the list of commands."""

    def format_help(self) -> str:
        """Return the list of commands."""
        from qualia.cli.shell.overview import overview

        return overview(self)


def _top() -> tuple[Parser, Any]:
    parser = _Top(
        prog="qualia",
        description=_("Turns interviews, meeting transcripts, reviews and notes into numbers, pictures and a report."),
        formatter_class=Format,
        allow_abbrev=False,
        add_help=False,
    )
    options = parser.add_argument_group(_("options"))
    add_help(options)
    options.add_argument("--version", action="store_true", help=_("show the version and leave"))
    add_common(options, quiet=False, project=None, dest="plugin_dirs_before")
    parser.set_defaults(run=None, command=None, plugin_dirs=[])
    title, metavar = _("commands"), _("COMMAND")
    parsers = parser.add_subparsers(title=title, metavar=metavar, dest="command", prog="qualia", parser_class=Parser)
    return parser, parsers


def _refuse(rest: Sequence[str], parser: argparse.ArgumentParser, asked: argparse.Namespace) -> NoReturn:
    """Complain about words that mean nothing here, with the option that was probably meant."""
    from qualia.cli.usage import WrongUsage

    shown = " ".join(rest)
    names = [name for name in (asked.command, getattr(asked, "action", None)) if name is not None]
    options = sorted(set(re.findall(r"--[a-z][a-z-]*", _help_of(names, parser))))
    near = _nearest_options(rest[0], options) if rest[0].startswith("-") else ()
    command = " ".join(["qualia", *names])
    told = _("{command} does not know {words!r}", command=command, words=shown)
    if near:
        hint = _("did you mean {near}?", near=_(" or ").join(near))
    elif _is_dashed_file(rest[0]):
        hint = _dashed(rest[0])
    elif not rest[0].startswith("-") and "--plugin" in options and asked.plugin is None:
        hint = _("a plugin is named with -p, a param with -P; {command} --help shows how", command=command)
    else:
        hint = _("{command} --help shows how", command=command)
    raise WrongUsage(f"{told}; {hint}")


def _check_dashes(words: Sequence[str]) -> None:
    """Complain of a file that was taken for an option, where there is one."""
    from qualia.cli.usage import WrongUsage

    for word in words:
        if _is_dashed_file(word):
            raise WrongUsage(_dashed(word))


def _is_dashed_file(word: str) -> bool:
    return word.startswith("-") and word.strip("-") != "" and os.path.lexists(word)


def _dashed(word: str) -> str:
    return _("a file whose name begins with - is written {path}", path=f"./{word}")


def _nearest_options(word: str, options: Sequence[str]) -> tuple[str, ...]:
    from qualia.errors import nearest

    bare = word.partition("=")[0].lstrip("-")
    return tuple(f"--{near}" for near in nearest(bare, [option.lstrip("-") for option in options]))


def _help_of(command: Sequence[str], parser: argparse.ArgumentParser) -> str:
    try:
        parser.parse_known_args([*command, "--help"])
    except HelpAsked as help_asked:
        return help_asked.text
    return ""
