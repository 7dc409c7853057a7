"""The grammar of the command line. It imports nothing of the engine, so ``--help`` and ``--version`` are quick."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from qualia._version import __version__
from qualia.cli.commands import add_commands
from qualia.cli.grammar import (
    Format,
    HelpAsked,
    Parser,
    add_common,
    add_help,
)
from qualia.cli.words import _


def parse(words: Sequence[str]) -> argparse.Namespace | None:
    """Return what was asked, or None when help or the version was asked for and has been printed.

    Raises:
        WrongUsage: the words make no command.
    """
    parser = _parser(words)
    if words and words[0] == "help":
        words = [*words[1:], "--help"]
    try:
        asked, rest = parser.parse_known_args(list(words))
    except HelpAsked as help_asked:
        _print(help_asked.text)
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
    """Return the last ``--format`` among the words, for failures that happen before they make a command."""
    found: str | None = None
    for place, word in enumerate(words):
        if word == "--":
            break
        if word in ("--format", "-f") and place + 1 < len(words):
            found = words[place + 1]
        elif word.startswith("--format="):
            found = word.partition("=")[2]
    return found


def _print(text: str) -> None:
    if sys.stdout is not None:
        print(text)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = Parser(
        prog="qualia",
        description=_("Turns interviews, meeting transcripts, reviews and notes into numbers, pictures and a report."),
        epilog=_epilog(),
        formatter_class=Format,
        allow_abbrev=False,
        add_help=False,
    )
    options = parser.add_argument_group(_("options"))
    add_help(options)
    options.add_argument("--version", action="store_true", help=_("show the version and leave"))
    add_common(options, quiet=False, project=None, dest="plugin_dirs_before")
    parser.set_defaults(run=None, command=None, plugin_dirs=[])
    commands = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"), dest="command", prog="qualia")
    add_commands(commands, wanted=words)
    return parser


def _epilog() -> str:
    examples = (
        ("qualia demo", _("see what it does with two meetings it brings along")),
        ("qualia list", _("see the plugins")),
        ("qualia analyze meeting.vtt -p word_frequency -P top=20", _("count the words of a meeting")),
        ("qualia visualize meeting.vtt -p frequency_chart -o words.svg", _("draw them")),
    )
    lines = [f"  {command}\n      {told}" for command, told in examples]
    codes = _(
        "exit codes: 0 it worked, 1 the work failed, 2 wrong command, param, pipeline or setting,\n"
        "4 bad file or place to write, 5 plugin or extra unavailable, 130 interrupted, 141 output cut off"
    )
    return "\n".join([_("examples:"), *lines, "", codes])


def _refuse(rest: Sequence[str], parser: argparse.ArgumentParser, asked: argparse.Namespace) -> NoReturn:
    """Complain about words that mean nothing here, with the option that was probably meant."""
    from qualia.cli.usage import WrongUsage
    from qualia.errors import nearest

    shown = " ".join(rest)
    names = [name for name in (asked.command, getattr(asked, "action", None)) if name is not None]
    options = sorted(set(re.findall(r"--[a-z][a-z-]*", _help_of(names, parser))))
    near = nearest(rest[0].partition("=")[0], options) if rest[0].startswith("-") else ()
    command = " ".join(["qualia", *names])
    told = _("{command} does not know {words!r}", command=command, words=shown)
    hint = (
        _("did you mean {near}?", near=_(" or ").join(near))
        if near
        else _("{command} --help shows how", command=command)
    )
    raise WrongUsage(f"{told}; {hint}")


def _help_of(command: Sequence[str], parser: argparse.ArgumentParser) -> str:
    try:
        parser.parse_known_args([*command, "--help"])
    except HelpAsked as help_asked:
        return help_asked.text
    return ""
