"""The whole command line as plain data, made by walking the grammar that parses it.

Programs read it as JSON; completion, the reference page and the tests that watch over both read it here. `describe`
is pure: the same grammar in the same language gives the same data.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypedDict

from qualia._version import __version__
from qualia.cli.commands import commands, sections
from qualia.cli.shell.topics import COMMON_CODES, exit_codes, formats, variables
from qualia.cli.words import _, spoken

SCHEMA = "qualia-cli/1"
"""Version of the shape: a key that goes or changes its meaning makes a new number, a new key does not."""

_KINDS = {
    "FILE": "file",
    "FOLDER": "folder",
    "PATH": "path",
    "PIPELINE": "file",
    "PLUGIN": "plugin",
    "KEY=VALUE": "param",
    "SECONDS": "seconds",
    "COMMAND": "command",
}


class Taken(TypedDict):
    """An argument or an option."""

    names: list[str]
    """How it is written, short first; of an argument its name in usage."""
    type: str
    """flag, choice, text, number, count, seconds, file, folder, path, plugin, param or command."""
    metavar: str | None
    """What stands for its value in usage; None for a flag."""
    choices: list[str]
    """The only values it takes; empty for any."""
    default: Any
    """Its value when it is not given; None for none."""
    required: bool
    repeatable: bool
    help: str


class Described(TypedDict):
    """A command, or a command of one."""

    name: str
    """The words that call it, without the program's name."""
    summary: str
    section: str
    """The title help lists it under."""
    origin: str | None
    """The operation that brings it, for a group without one of its own the first below it; None when it is built in."""
    usage: str
    runs: bool
    """Whether it does something without a command of its own behind it."""
    arguments: list[Taken]
    options: list[Taken]
    examples: list[str]
    exit_codes: list[int]
    commands: list[Described]


def describe(parser: argparse.ArgumentParser) -> dict[str, Any]:
    """Return what a parser with every command in full takes; texts are in the language spoken."""
    titles = {each.name: section.title for section in sections() for each in section.commands}
    codes = {each.name: each.codes for each in commands()}
    machine = sections()[-1].title
    found = [
        _described(below, name, section=titles.get(name, machine), codes=codes.get(name, (1, 4, 5)))
        for name, below in _below(parser).items()
    ]
    order = [section.title for section in sections()]
    found.sort(key=lambda each: order.index(each["section"]))
    return {
        "schema": SCHEMA,
        "version": __version__,
        "language": spoken(),
        "program": "qualia",
        "summary": parser.description,
        "options": [_taken(each) for each in _actions(parser) if each.option_strings],
        "commands": found,
        "exit_codes": [{"code": int(code), "name": code.name, "meaning": told} for code, told in exit_codes().items()],
        "formats": [{"name": name, "meaning": told} for name, told in formats().items()],
        "environment": [{"name": name, "meaning": told} for name, told in variables().items()],
    }


def found_in(spec: Mapping[str, Any], words: Sequence[str]) -> Described | None:
    """Return the command that words call, in what `describe` returned; None when there is none."""
    known: Iterable[Described] = spec["commands"]
    name = " ".join(words)
    return next((each for each in flat(known) if each["name"] == name), None)


def flat(known: Iterable[Described]) -> Iterator[Described]:
    """Yield commands, each followed by the commands below it."""
    for each in known:
        yield each
        yield from flat(each["commands"])


def actions_of(parser: argparse.ArgumentParser) -> tuple[list[argparse.Action], dict[str, argparse.ArgumentParser]]:
    """Return what a parser takes itself, and the parsers of the commands below it by name."""
    return list(_actions(parser)), _below(parser)


def common_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the options of a command that every command takes."""
    common: list[argparse.Action] = getattr(parser, "common", [])
    return common


def examples_of(parser: argparse.ArgumentParser) -> list[str]:
    """Return the command lines that show what a command is for."""
    told = str(parser.epilog or "").removeprefix(_("example:")).removeprefix(_("examples:"))
    return [line.strip() for line in told.splitlines() if line.strip()]


def type_of(action: argparse.Action) -> str:
    """Return what an argument or option takes, as `Taken` lists it."""
    if action.nargs == 0:
        return "flag"
    if action.choices is not None:
        return "choice"
    if action.type is int:
        return "count"
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    named = {_(name): kind for name, kind in _KINDS.items()} | _KINDS
    return named.get(metavar, "number" if action.type is float else "text")


def _described(parser: argparse.ArgumentParser, name: str, *, section: str, codes: Sequence[int]) -> Described:
    own = [each for each in _actions(parser) if each.help is not argparse.SUPPRESS]
    run = parser.get_default("run")
    operation = parser.get_default("operation")
    below = [_described(each, f"{name} {word}", section=section, codes=codes) for word, each in _below(parser).items()]
    # A group without an operation of its own is brought by whoever brings what stands below it.
    brought_by = operation.name if operation is not None else next((each["origin"] for each in below), None)
    summary = str(parser.description or "").removesuffix(".")
    return Described(
        name=name,
        summary=summary,
        section=section,
        origin=brought_by,
        usage=parser.format_usage(),
        runs=bool(run),
        arguments=[_taken(each) for each in own if not each.option_strings],
        options=[_taken(each) for each in own if each.option_strings],
        examples=examples_of(parser),
        exit_codes=sorted(map(int, {*COMMON_CODES, *codes})),
        commands=below,
    )


def _taken(action: argparse.Action) -> Taken:
    kind = type_of(action)
    shown = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    default = action.default
    return Taken(
        names=list(action.option_strings) or [shown],
        type=kind,
        metavar=None if kind == "flag" else shown,
        choices=[str(each) for each in action.choices or ()],
        default=None if default in (argparse.SUPPRESS, [], ()) else default,
        required=action.required and action.nargs not in ("*", "?"),
        repeatable=action.nargs in ("*", "+") or type(action).__name__ in ("_AppendAction", "_CountAction"),
        help=str(action.help or "").replace("%%", "%"),
    )


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield what a parser takes, without the place where a command stands: argparse has no public way to ask."""
    known: Iterable[argparse.Action] = vars(parser)["_actions"]
    for action in known:
        if not isinstance(action.choices, dict):
            yield action


def _below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    known: Iterable[argparse.Action] = vars(parser)["_actions"]
    for action in known:
        if isinstance(action.choices, dict):
            found: dict[str, argparse.ArgumentParser] = vars(action)["choices"]
            return dict(found)
    return {}
