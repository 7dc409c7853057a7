"""What may stand next on a command line: the one who answers the shells' scripts, ``qualia __complete -- WORDS``.

It walks the same grammar that parses, with only the command that was typed in full. An answer is a line for each
word, with what it means behind a tabulator, then a line that says what else fits there: ``:files``, ``:folders``, or
``:words`` for nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qualia.cli.arguments import parser_for
from qualia.cli.commands import commands
from qualia.cli.shell.known import Asked, Known, find, known_plugins
from qualia.cli.shell.spec import actions_of, type_of
from qualia.cli.shell.topics import topics
from qualia.words import said_by

FILES, FOLDERS, WORDS = ":files", ":folders", ":words"
_KINDS = {"process": "document", "analyze": "analyzer", "visualize": "visualizer", "list-visualizers": "visualizer"}
_HELP = "help"


class Word(NamedTuple):
    """A word that fits."""

    text: str
    told: str = ""
    """What it means; empty to say nothing."""


class Answer(NamedTuple):
    """What fits."""

    words: tuple[Word, ...] = ()
    more: str = WORDS


class Typed(NamedTuple):
    """Where a command line stands before the word that is being typed."""

    path: tuple[str, ...]
    """The commands that were named."""
    parser: argparse.ArgumentParser
    waiting: argparse.Action | None
    """The option whose value comes next; None for none."""
    arguments: int
    """How many arguments stand there already."""
    only_arguments: bool
    """Whether ``--`` was typed."""
    given: tuple[tuple[str, str], ...]
    """Options with values, by where the parser puts them."""

    def values(self, *names: str) -> list[str]:
        """Return the values given to an option."""
        return [value for dest, value in self.given if dest in names]


def write_answer(words: Sequence[str]) -> None:
    """Write what fits after ``words``, the last of which is being typed and may be empty."""
    found = answer(list(words[1:] if words[:1] == ["--"] else words) or [""])
    lines = [f"{each.text}\t{_line(each.told)}" if each.told else each.text for each in found.words]
    sys.stdout.write("\n".join([*lines, found.more]) + "\n")


def answer(words: Sequence[str]) -> Answer:
    """Return what fits as the last of the words."""
    current = words[-1]
    before = list(words[:-1])
    if before[:1] == [_HELP]:
        if len(before) == 1:
            return _matching([*_command_words(), *(Word(each.name, each.title) for each in topics())], current)
        before = before[1:]
    typed = _typed(before)
    if typed.waiting is not None:
        return _value(typed, typed.waiting, current)
    if current.startswith("-") and not typed.only_arguments:
        return _option(typed, current)
    return _argument(typed, current)


def _typed(before: Sequence[str]) -> Typed:
    """Read the words before the one being typed, as far as they make sense."""
    parser: argparse.ArgumentParser = parser_for(before)
    path: list[str] = []
    given: list[tuple[str, str]] = []
    waiting: argparse.Action | None = None
    arguments, only_arguments = 0, False
    for word in before:
        actions, below = actions_of(parser)
        if waiting is not None:
            given.append((waiting.dest, word))
            waiting = None
        elif word == "--":
            only_arguments = True
        elif word.startswith("-") and word != "-" and not only_arguments:
            name, equals, value = word.partition("=")
            action = _named(actions, name)
            if equals and action is not None:
                given.append((action.dest, value))
            elif action is not None and action.nargs != 0:
                waiting = action
        elif word in below and not arguments:
            parser = below[word]
            path.append(word)
        else:
            arguments += 1
    return Typed(tuple(path), parser, waiting, arguments, only_arguments, tuple(given))


def _named(actions: Sequence[argparse.Action], name: str) -> argparse.Action | None:
    return next((each for each in actions if name in each.option_strings), None)


def _option(typed: Typed, current: str) -> Answer:
    actions, _below = actions_of(typed.parser)
    name, equals, value = current.partition("=")
    if equals:
        action = _named(actions, name)
        if action is None or action.nargs == 0:
            return Answer()
        found = _value(typed, action, value)
        return Answer(tuple(Word(f"{name}={each.text}", each.told) for each in found.words), found.more)
    shown = [(each, option) for each in actions for option in each.option_strings if each.help != argparse.SUPPRESS]
    long = [(each, option) for each, option in shown if option.startswith("--") or current[1:2] not in ("", "-")]
    return _matching([Word(option, _told(each)) for each, option in long], current)


def _argument(typed: Typed, current: str) -> Answer:
    actions, below = actions_of(typed.parser)
    if not typed.path:
        return Answer() if typed.arguments else _matching(_command_words(), current)
    words = [Word(name, str(each.description or "").rstrip(".")) for name, each in below.items()]
    places = [each for each in actions if not each.option_strings]
    place = places[min(typed.arguments, len(places) - 1)] if places else None
    if place is None or (typed.arguments >= len(places) and place.nargs not in ("*", "+")):
        return _matching(words if not typed.arguments else [], current)
    found = _value(typed, place, current)
    return Answer((*_matching(words, current).words, *found.words), found.more)


def _value(typed: Typed, action: argparse.Action, current: str) -> Answer:
    kind = type_of(action)
    if kind == "choice":
        return _matching([Word(str(each)) for each in action.choices or ()], current)
    if kind in ("file", "path"):
        return Answer(more=FILES)
    if kind == "folder":
        return Answer(more=FOLDERS)
    if kind == "plugin":
        wanted = _KINDS.get(typed.path[0]) if typed.path else None
        known = [each for each in _plugins(typed) if wanted in (None, each.kind)]
        return _matching([Word(each.id, said_by(each.folder, each.summary)) for each in known], current)
    if kind == "param":
        return _matching(_params(typed, current), current)
    if kind == "command":
        return _matching(_command_words(), current)
    return Answer()


def _plugins(typed: Typed) -> list[Known]:
    folders = typed.values("plugin_dirs", "plugin_dirs_before")
    return known_plugins(Asked(folders, next(iter(typed.values("project")), None)), os.environ)


def _params(typed: Typed, current: str) -> list[Word]:
    """Return the params of the plugin that was chosen, or the values of the one whose name is typed."""
    from qualia.cli.shell.declared import declared_params, declared_values

    plugin = find(_plugins(typed), next(iter(typed.values("plugin")), ""))
    if plugin is None:
        return []
    name, equals, _value = current.partition("=")
    if equals:
        return [Word(f"{name}={value}") for value in declared_values(plugin.folder, plugin.entry, name)]
    params = declared_params(plugin.folder, plugin.entry)
    return [Word(f"{param}=", said_by(plugin.folder, told)) for param, told in params.items()]


def _command_words() -> Iterator[Word]:
    from qualia.cli.shell.brought import listed

    yield from (Word(each.name, each.summary) for each in commands())
    yield from (Word(name, told) for name, told in listed())
    yield Word(_HELP)


def _matching(words: Iterator[Word] | Sequence[Word], current: str) -> Answer:
    return Answer(tuple(each for each in words if each.text.startswith(current)))


def _told(action: argparse.Action) -> str:
    return str(action.help or "").replace("%%", "%")


def _line(text: str) -> str:
    """Return text that is one line and cannot steer the terminal it is shown in."""
    return "".join(each if each.isprintable() else " " for each in text)
