"""The help of one command: how it is called, examples, then what it takes.

argparse could write it, but writes it another way in each version of Python, with every option in the first line.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from qualia.cli.shell.spec import actions_of, common_of, examples_of, type_of
from qualia.cli.shell.topics import page_width, rows
from qualia.cli.words import _

_COLUMN = 26


def manual(parser: argparse.ArgumentParser) -> str:
    """Return a command's help, as wide as the terminal."""
    width = page_width()
    actions, below = actions_of(parser)
    shown = [each for each in actions if each.help is not argparse.SUPPRESS]
    common = common_of(parser)
    own = [each for each in shown if each.option_strings and each not in common]
    parts = [f"{_('usage: ')}{usage(parser)}", textwrap.fill(str(parser.description or ""), width)]
    examples = examples_of(parser)
    if examples:
        parts.append("\n".join([_("example:") if len(examples) == 1 else _("examples:"), *_indented(examples)]))
    commands = [(name, _small(each.description)) for name, each in below.items()]
    sections = (
        (_("commands"), commands),
        (_("arguments"), _taken(each for each in shown if not each.option_strings)),
        (_("options"), _taken(own)),
        (_("options of every command"), _taken(each for each in shown if each in common)),
    )
    for title, listed in sections:
        if listed:
            parts.append("\n".join([f"{title}:", *rows(listed, width=width, column=_COLUMN)]))
    return "\n\n".join(parts) + "\n"


def usage(parser: argparse.ArgumentParser) -> str:
    """Return how a command is called, with what it cannot do without."""
    actions, below = actions_of(parser)
    words = [parser.prog]
    for each in actions:
        if not each.option_strings:
            name = f"{_name(each)} ..." if each.nargs in ("*", "+") else _name(each)
            words.append(f"[{name}]" if each.nargs in ("*", "?") else name)
    words += [f"{each.option_strings[0]} {_name(each)}" for each in actions if each.option_strings and each.required]
    words += [
        f"({' | '.join(f'{each.option_strings[0]} {_name(each)}' for each in group)})" for group in _either(parser)
    ]
    if below:
        words.append(_("COMMAND") if not parser.get_default("run") else f"[{_('COMMAND')}]")
    return " ".join([*words, f"[{_('options')}]"])


def _either(parser: argparse.ArgumentParser) -> Iterator[list[argparse.Action]]:
    """Yield the options of each group of which one must be given."""
    groups: Iterable[argparse.ArgumentParser] = vars(parser)["_mutually_exclusive_groups"]
    for group in groups:
        facts: dict[str, Any] = vars(group)
        if facts["required"]:
            yield facts["_group_actions"]


def _taken(actions: Iterable[argparse.Action]) -> list[tuple[str, str]]:
    return [(_written(each), str(each.help or "").replace("%%", "%")) for each in actions]


def _written(action: argparse.Action) -> str:
    """Return how an argument or option is written; choices stand in place of a value's name."""
    if not action.option_strings:
        return _name(action)
    value = "" if type_of(action) == "flag" else f" {_name(action)}"
    return ", ".join(action.option_strings) + value


def _name(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return f"{{{','.join(str(each) for each in action.choices)}}}"
    return action.dest.upper()


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _small(sentence: str | None) -> str:
    told = str(sentence or "").rstrip(".")
    return told[:1].lower() + told[1:]
