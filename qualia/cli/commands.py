"""Every command: its name, what it is for, and what adds its grammar, imported when the command is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

from qualia.cli.words import _


class Command(NamedTuple):
    """One command of ``qualia``."""

    name: str
    summary: str
    """In the language spoken."""
    grammar: str
    """What adds it, as ``module:function`` below `qualia.cli`."""


def commands() -> tuple[Command, ...]:
    """Return the commands in the order in which help shows them."""
    return (
        Command("list", _("list the plugins"), "running:add_list"),
        Command("inspect", _("show a plugin and its params"), "running:add_inspect"),
        Command("process", _("read or clean a document with a document plugin"), "running:add_process"),
        Command("analyze", _("count or judge a document with an analyzer"), "running:add_analyze"),
        Command("visualize", _("draw a document or a result with a visualizer"), "running:add_visualize"),
        Command("pipeline", _("run the steps of a pipeline file on a document"), "running:add_pipeline"),
        Command("config", _("look at the settings"), "running:add_config"),
        Command("demo", _("analyse two meetings that come along, and write a report"), "running:add_demo"),
        Command("create", _("write the folder of a new plugin, with a test that passes"), "author:add_create"),
        Command("dev", _("run a plugin on a sample at every save, and show what is different"), "author:add_dev"),
        Command("validate", _("say what is wrong with a plugin, where, and what to do"), "author:add_validate"),
        Command(
            "watch-plugins",
            _("tell whenever a plugin's files change, and whether it could be reloaded"),
            "author:add_watch",
        ),
        Command("plugins", _("list the plugins, switch them on and off, choose their versions"), "author:add_plugins"),
    )


def add_commands(parsers: Any, *, wanted: Sequence[str]) -> None:
    """Add every command: in full those whose names are among the words ``wanted``, the others for help to list."""
    for command in commands():
        if command.name in wanted:
            add_in_full(parsers, command)
        else:
            parsers.add_parser(command.name, help=command.summary, add_help=False)


def add_in_full(parsers: Any, command: Command) -> None:
    """Add a command with its options."""
    module, _colon, function = command.grammar.partition(":")
    getattr(import_module(f"qualia.cli.{module}"), function)(parsers, command.summary)
