"""What ``qualia --help`` shows: examples, then the commands by what they are for, then the options."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterable

from qualia.cli.commands import sections
from qualia.cli.shell.spec import actions_of
from qualia.cli.shell.topics import page_width, rows, topics
from qualia.cli.words import _

_NAMES_WIDE = 18
_TOPICS_WIDE = 26


def overview(parser: argparse.ArgumentParser) -> str:
    """Return the help of the program, as wide as the terminal."""
    width = page_width()
    usage = _("usage: ") + f"qualia [{_('options')}] {_('COMMAND')} ..."
    about = textwrap.fill(str(parser.description), width)
    more = [(f"qualia help {_('COMMAND')}", _("what a command takes, with an example"))]
    more += [(f"qualia help {topic.name}", topic.title) for topic in topics()]
    told = [f"{_('more help')}:", *rows(more, width=width, column=_TOPICS_WIDE)]
    parts = [usage, about, _examples(), *_commands(width), _options(parser), "\n".join(told)]
    return "\n\n".join(parts) + "\n"


def _examples() -> str:
    examples = (
        ("qualia demo", _("see what it does with two meetings it brings along")),
        ("qualia list", _("see the plugins")),
        ("qualia analyze meeting.vtt -p word_frequency -P top=20", _("count the words of a meeting")),
        ("qualia visualize meeting.vtt -p frequency_chart -o words.svg", _("draw them")),
    )
    return "\n".join([_("examples:"), *(f"  {command}\n      {told}" for command, told in examples)])


def _commands(width: int) -> Iterable[str]:
    """Yield a part for each section; what distributions bring stands in the last one."""
    from qualia.cli.shell.brought import listed

    brought = list(listed())
    groups = sections()
    for section in groups:
        shown = [(command.name, command.summary) for command in section.commands]
        if section is groups[-1]:
            shown += brought
        if shown:
            yield f"{section.title}:\n" + "\n".join(rows(shown, width=width, column=_NAMES_WIDE))


def _options(parser: argparse.ArgumentParser) -> str:
    formatter = parser.formatter_class(prog=parser.prog)
    actions, _below = actions_of(parser)
    formatter.start_section(_("options"))
    formatter.add_arguments([each for each in actions if each.option_strings])
    formatter.end_section()
    return formatter.format_help().strip("\n")


def warn(sentence: str) -> None:
    """Say on stderr what is wrong with a command that something else brings."""
    from qualia._safe import safe_line
    from qualia.cli.output import say

    say(sys.stderr, "warning", safe_line(sentence))
