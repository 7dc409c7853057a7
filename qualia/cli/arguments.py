"""The grammar of the command line. It imports nothing of the engine, so ``--help`` and ``--version`` are quick."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from qualia._version import __version__
from qualia.cli.author import author_commands
from qualia.cli.grammar import (
    KINDS,
    Format,
    HelpAsked,
    Parser,
    add_common,
    add_file,
    add_format,
    add_help,
    add_output,
    add_plugin,
    add_run,
    command,
    options_of,
)
from qualia.cli.words import _


def parse(words: Sequence[str]) -> argparse.Namespace | None:
    """Return what was asked, or None when help or the version was asked for and has been printed.

    Raises:
        WrongUsage: the words make no command.
    """
    parser = _parser()
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


def _parser() -> argparse.ArgumentParser:
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
    for add in _commands():
        add(commands)
    return parser


def _commands() -> tuple[Callable[[Any], None], ...]:
    runs = (_add_list, _add_inspect, _add_process, _add_analyze, _add_visualize, _add_pipeline, _add_config, _add_demo)
    return (*runs, *author_commands())


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


def _add_list(commands: Any) -> None:
    run = "qualia.cli.listing:list_plugins"
    parser = command(commands, "list", run, _("list the plugins"), "qualia list --kind analyzer")
    options = options_of(parser)
    options.add_argument("--kind", choices=KINDS, help=_("only plugins of this kind"))
    add_format(options)


def _add_inspect(commands: Any) -> None:
    run = "qualia.cli.listing:inspect_plugin"
    parser = command(commands, "inspect", run, _("show a plugin and its params"), "qualia inspect word_frequency")
    parser.add_argument_group(_("arguments")).add_argument("plugin", metavar="PLUGIN", help=_("the plugin's id"))
    add_format(options_of(parser))


def _add_process(commands: Any) -> None:
    example = "qualia process meeting.vtt -p teams_cleaner -o meeting.txt"
    run = "qualia.cli.single:process"
    parser = command(commands, "process", run, _("read or clean a document with a document plugin"), example)
    add_file(parser, _("the document; - reads standard input"))
    options = options_of(parser)
    add_plugin(options)
    add_run(options)
    add_format(options)
    add_output(options, _("where to write the text (.txt), or the result with its provenance (.json, .yaml)"))


def _add_analyze(commands: Any) -> None:
    example = "qualia analyze meeting.vtt -p word_frequency -P top=20 -o words.json"
    run = "qualia.cli.single:analyze"
    parser = command(commands, "analyze", run, _("count or judge a document with an analyzer"), example)
    add_file(parser, _("the document, or a result of process as JSON or YAML; - reads standard input"))
    options = options_of(parser)
    add_plugin(options)
    add_run(options)
    add_format(options)
    add_output(options, _("where to write the result (.json, .yaml, .txt)"))


def _add_visualize(commands: Any) -> None:
    example = "qualia visualize words.json -p frequency_chart -P chart=bar -o words.svg"
    run = "qualia.cli.drawing:visualize"
    parser = command(commands, "visualize", run, _("draw a document or a result with a visualizer"), example)
    add_file(parser, _("a document, or a result of analyze as JSON or YAML; - reads standard input"))
    options = options_of(parser)
    add_plugin(options)
    add_run(options)
    options.add_argument(
        "-f",
        "--format",
        choices=("png", "svg", "html", "pdf"),
        help=_("short for -P format=... (default: by the suffix of -o)"),
    )
    add_output(options, _("where to write it (default: here, under the name the plugin gives; - is standard output)"))


def _add_pipeline(commands: Any) -> None:
    example = "qualia pipeline meeting.vtt -c meeting.toml -o results"
    run = "qualia.cli.steps:run_pipeline"
    parser = command(commands, "pipeline", run, _("run the steps of a pipeline file on a document"), example)
    add_file(parser, _("the document, or a result of process as JSON or YAML; - reads standard input"))
    options = options_of(parser)
    told = _("the pipeline: a TOML, JSON or YAML file")
    options.add_argument("-c", "--config", required=True, metavar="PIPELINE", help=told)
    add_run(options)
    add_format(options)
    add_output(options, _("write every step's result into this folder, which is made if need be"), "FOLDER")
    options.add_argument("--force", action="store_true", help=_("overwrite files that are there already"))


def _add_config(commands: Any) -> None:
    parser = command(commands, "config", "", _("look at the settings"), "qualia config show")
    options_of(parser)
    title, metavar = _("commands"), _("COMMAND")
    actions = parser.add_subparsers(title=title, metavar=metavar, dest="action", prog="qualia config", required=True)
    told = _("show every setting, its value and where it came from")
    show = command(actions, "show", "qualia.cli.configuration:show", told, "qualia config show --format json")
    add_format(options_of(show))


def _add_demo(commands: Any) -> None:
    run = "qualia.cli.tour:run_demo"
    told = _("analyse two meetings that come along, and write a report")
    parser = command(commands, "demo", run, told, "qualia demo -o my-demo")
    options = options_of(parser)
    add_format(options)
    options.add_argument(
        "-o",
        "--output",
        default="qualia-demo",
        metavar=_("FOLDER"),
        help=_("where to write it (default: ./qualia-demo)"),
    )


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
