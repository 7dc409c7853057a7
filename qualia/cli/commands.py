"""Every command: its name, what it is for, and what adds its grammar, imported when the command is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from itertools import chain
from typing import Any, NamedTuple

from qualia.cli.words import _


class Command(NamedTuple):
    """One command of ``qualia``."""

    name: str
    summary: str
    """In the language spoken."""
    grammar: str
    """What adds it, as ``module:function`` below `qualia.cli`."""
    codes: tuple[int, ...] = ()
    """Exit codes it can end with besides 0, 2, 130 and 141, which every command can."""


class Section(NamedTuple):
    """Commands that are for one kind of work."""

    title: str
    """In the language spoken."""
    commands: tuple[Command, ...]


def sections() -> tuple[Section, ...]:
    """Return the commands by what they are for, in the order in which help shows them."""
    return (
        Section(_("work with documents"), _documents()),
        Section(_("many files"), _many()),
        Section(_("look and manage"), _manage()),
        Section(_("write plugins"), _authors()),
        Section(_("this machine"), _machine()),
    )


def commands() -> tuple[Command, ...]:
    """Return the commands in the order in which help shows them."""
    return tuple(chain.from_iterable(section.commands for section in sections()))


def _documents() -> tuple[Command, ...]:
    return (
        Command(
            "process", _("read or clean a document with a document plugin"), "running:add_process", codes=(1, 3, 4, 5)
        ),
        Command("analyze", _("count or judge a document with an analyzer"), "running:add_analyze", codes=(1, 3, 4, 5)),
        Command(
            "visualize",
            _("draw a document or a result with a visualizer"),
            "running:add_visualize",
            codes=(1, 3, 4, 5),
        ),
        Command(
            "pipeline",
            _("run the steps of a pipeline file on a document"),
            "project.grammar:add_pipeline",
            codes=(1, 3, 4, 5),
        ),
        Command(
            "demo",
            _("analyse two meetings that come along, and write a report"),
            "running:add_demo",
            codes=(1, 4, 5),
        ),
        Command("menu", _("answer questions instead of typing commands"), "menu.grammar:add_menu", codes=(5,)),
    )


def _many() -> tuple[Command, ...]:
    return (
        Command(
            "batch",
            _("run a plugin or a pipeline on many files"),
            "batch.grammar:add_batch",
            codes=(1, 3, 4, 5, 143),
        ),
        Command(
            "watch",
            _("run a plugin or a pipeline on every file that comes"),
            "batch.grammar:add_watch",
            codes=(1, 3, 4, 5),
        ),
        Command(
            "export", _("turn results into tables that other programs open"), "export.grammar:add_export", codes=(4, 5)
        ),
    )


def _manage() -> tuple[Command, ...]:
    return (
        Command("list", _("list the plugins"), "running:add_list"),
        Command(
            "list-visualizers", _("list what draws, with its formats and what it takes"), "running:add_list_visualizers"
        ),
        Command("inspect", _("show a plugin and its params"), "running:add_inspect"),
        Command(
            "plugins",
            _("list the plugins, switch them on and off, choose their versions"),
            "author:add_plugins",
            codes=(4,),
        ),
        Command(
            "config",
            _("look at the settings, write and check files of settings and params"),
            "project.grammar:add_config",
            codes=(1, 4, 5),
        ),
        Command(
            "init", _("begin a project: settings, an example and a sample"), "project.grammar:add_init", codes=(4,)
        ),
        Command(
            "history",
            _("look back at the runs, run one again, cite and archive it"),
            "upkeep.grammar:add_history",
            (1, 4, 5),
        ),
        Command("cache", _("look at the kept results, check them, throw them away"), "upkeep.grammar:add_cache", (1,)),
    )


def _authors() -> tuple[Command, ...]:
    return (
        Command(
            "create", _("write the folder of a new plugin, with a test that passes"), "author:add_create", codes=(4,)
        ),
        Command(
            "dev",
            _("run a plugin on a sample at every save, and show what is different"),
            "author:add_dev",
            codes=(1, 4, 5),
        ),
        Command("validate", _("say what is wrong with a plugin, where, and what to do"), "author:add_validate", (1, 4)),
        Command(
            "watch-plugins",
            _("tell whenever a plugin's files change, and whether it could be reloaded"),
            "author:add_watch",
        ),
    )


def _machine() -> tuple[Command, ...]:
    return (
        Command(
            "doctor",
            _("say whether everything it needs is here and well, and what to do"),
            "upkeep.grammar:add_doctor",
            (1,),
        ),
        Command(
            "health",
            _("say how everything is: engine, plugins, cache, history, disk and memory"),
            "upkeep.grammar:add_health",
            (1, 3, 143),
        ),
        Command(
            "status", _("tell the same facts as plain lines, one by one"), "upkeep.grammar:add_status", (1, 3, 143)
        ),
        Command(
            "host",
            _("serve a project to the console and to other programs"),
            "hosting_grammar:add_host",
            (1, 4, 143),
        ),
        Command("completion", _("complete words with the tabulator key"), "shell.grammar:add_completion", codes=(4,)),
        Command("spec", _("show what the commands take, for programs"), "shell.grammar:add_spec"),
    )


def add_commands(parsers: Any, *, wanted: Sequence[str]) -> None:
    """Add every command: in full those whose names are among the words ``wanted``, of the others only the names."""
    unwanted: list[str] = []
    for command in commands():
        if command.name in wanted:
            add_in_full(parsers, command)
        else:
            unwanted.append(command.name)
    if unwanted:
        # One stands for all: the command that is asked for is among the words, so none of these is ever it.
        empty = parsers.add_parser(unwanted[0], add_help=False)
        parsers.choices.update(dict.fromkeys(unwanted, empty))


def add_in_full(parsers: Any, command: Command) -> None:
    """Add a command with its options."""
    module, _colon, function = command.grammar.partition(":")
    getattr(import_module(f"qualia.cli.{module}"), function)(parsers, command.summary)
