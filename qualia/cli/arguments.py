"""The grammar of the command line. It imports nothing of the engine, so ``--help`` and ``--version`` are quick."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from qualia._version import __version__
from qualia.cli.words import LANGUAGES, _, translated

KINDS = ("document", "analyzer", "visualizer")
_HERE = argparse.SUPPRESS


class _Format(argparse.RawDescriptionHelpFormatter):
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
        super().add_usage(usage, actions, groups, _("usage: ") if prefix is None else prefix)


class _HelpAsked(Exception):
    """Somebody asked for help, which is ``text``."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text: str = text


class _Help(argparse.Action):
    """``--help`` that leaves the printing to others: argparse's own swallows what goes wrong with stdout."""

    def __init__(self, option_strings: Sequence[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, _HERE, nargs=0, default=_HERE, **more)

    def __call__(self, parser: argparse.ArgumentParser, *_rest: object, **_more: object) -> NoReturn:
        raise _HelpAsked(parser.format_help().rstrip("\n"))


class _Parser(argparse.ArgumentParser):
    """A parser that raises `WrongUsage` instead of printing and leaving."""

    def error(self, message: str) -> NoReturn:
        from qualia.cli.usage import WrongUsage

        raise WrongUsage(_complaint(message, self.prog))


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
    except _HelpAsked as help_asked:
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
    parser = _Parser(
        prog="qualia",
        description=_("Turns interviews, meeting transcripts, reviews and notes into numbers, pictures and a report."),
        epilog=_epilog(),
        formatter_class=_Format,
        allow_abbrev=False,
        add_help=False,
    )
    options = parser.add_argument_group(_("options"))
    _add_help(options)
    options.add_argument("--version", action="store_true", help=_("show the version and leave"))
    _add_common(options, quiet=False, project=None, dest="plugin_dirs_before")
    parser.set_defaults(run=None, command=None, plugin_dirs=[])
    commands = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"), dest="command", prog="qualia")
    for add in _commands():
        add(commands)
    return parser


def _commands() -> tuple[Callable[[Any], None], ...]:
    return _add_list, _add_inspect, _add_process, _add_analyze, _add_visualize, _add_pipeline, _add_config, _add_demo


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


def _command(commands: Any, name: str, run: str, summary: str, example: str) -> _Parser:
    parser: _Parser = commands.add_parser(
        name,
        help=summary,
        description=summary[:1].upper() + summary[1:] + ".",
        epilog=f"{_('example:')} {example}",
        formatter_class=_Format,
        allow_abbrev=False,
        add_help=False,
    )
    parser.set_defaults(run=run)
    return parser


def _add_help(options: Any) -> None:
    options.add_argument("-h", "--help", action=_Help, help=_("show this help and leave"))


def _add_common(options: Any, *, quiet: Any = _HERE, project: Any = _HERE, dest: str = "plugin_dirs") -> None:
    options.add_argument(
        "-q", "--quiet", action="store_true", default=quiet, help=_("say nothing but warnings and errors")
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


def _options(parser: _Parser) -> Any:
    options = parser.add_argument_group(_("options"))
    _add_help(options)
    _add_common(options)
    return options


def _add_format(options: Any) -> None:
    options.add_argument(
        "-f",
        "--format",
        choices=("pretty", "json", "yaml"),
        help=_("how to write it (default: by the suffix of -o, else pretty)"),
    )


def _add_file(parser: _Parser, told: str) -> None:
    parser.add_argument_group(_("arguments")).add_argument("file", metavar=_("FILE"), help=told)


def _add_plugin(options: Any) -> None:
    options.add_argument("-p", "--plugin", required=True, metavar="PLUGIN", help=_("the plugin's id"))
    options.add_argument(
        "-P",
        "--param",
        action="append",
        default=[],
        dest="params",
        metavar=_("KEY=VALUE"),
        help=_("one of the plugin's params (may be repeated); `qualia inspect PLUGIN` shows them"),
    )


def _add_output(options: Any, told: str, metavar: str = "PATH") -> None:
    options.add_argument("-o", "--output", metavar=_(metavar), help=told)


def _add_list(commands: Any) -> None:
    run = "qualia.cli.listing:list_plugins"
    parser = _command(commands, "list", run, _("list the plugins"), "qualia list --kind analyzer")
    options = _options(parser)
    options.add_argument("--kind", choices=KINDS, help=_("only plugins of this kind"))
    _add_format(options)


def _add_inspect(commands: Any) -> None:
    run = "qualia.cli.listing:inspect_plugin"
    parser = _command(commands, "inspect", run, _("show a plugin and its params"), "qualia inspect word_frequency")
    parser.add_argument_group(_("arguments")).add_argument("plugin", metavar="PLUGIN", help=_("the plugin's id"))
    _add_format(_options(parser))


def _add_process(commands: Any) -> None:
    example = "qualia process meeting.vtt -p teams_cleaner -o meeting.txt"
    run = "qualia.cli.single:process"
    parser = _command(commands, "process", run, _("read or clean a document with a document plugin"), example)
    _add_file(parser, _("the document; - reads standard input"))
    options = _options(parser)
    _add_plugin(options)
    _add_format(options)
    _add_output(options, _("where to write the text (.txt), or the result with its provenance (.json, .yaml)"))


def _add_analyze(commands: Any) -> None:
    example = "qualia analyze meeting.vtt -p word_frequency -P top=20 -o words.json"
    run = "qualia.cli.single:analyze"
    parser = _command(commands, "analyze", run, _("count or judge a document with an analyzer"), example)
    _add_file(parser, _("the document, or a result of process as JSON or YAML; - reads standard input"))
    options = _options(parser)
    _add_plugin(options)
    _add_format(options)
    _add_output(options, _("where to write the result (.json, .yaml, .txt)"))


def _add_visualize(commands: Any) -> None:
    example = "qualia visualize words.json -p frequency_chart -P chart=bar -o words.svg"
    run = "qualia.cli.drawing:visualize"
    parser = _command(commands, "visualize", run, _("draw a document or a result with a visualizer"), example)
    _add_file(parser, _("a document, or a result of analyze as JSON or YAML; - reads standard input"))
    options = _options(parser)
    _add_plugin(options)
    options.add_argument(
        "-f",
        "--format",
        choices=("png", "svg", "html"),
        help=_("short for -P format=... (default: by the suffix of -o)"),
    )
    _add_output(options, _("where to write it (default: here, under the name the plugin gives; - is standard output)"))


def _add_pipeline(commands: Any) -> None:
    example = "qualia pipeline meeting.vtt -c meeting.toml -o results"
    run = "qualia.cli.steps:run_pipeline"
    parser = _command(commands, "pipeline", run, _("run the steps of a pipeline file on a document"), example)
    _add_file(parser, _("the document, or a result of process as JSON or YAML; - reads standard input"))
    options = _options(parser)
    told = _("the pipeline: a TOML, JSON or YAML file")
    options.add_argument("-c", "--config", required=True, metavar="PIPELINE", help=told)
    _add_format(options)
    _add_output(options, _("write every step's result into this folder, which is made if need be"), "FOLDER")
    options.add_argument("--force", action="store_true", help=_("overwrite files that are there already"))


def _add_config(commands: Any) -> None:
    parser = _command(commands, "config", "", _("look at the settings"), "qualia config show")
    _options(parser)
    title, metavar = _("commands"), _("COMMAND")
    actions = parser.add_subparsers(title=title, metavar=metavar, dest="action", prog="qualia config", required=True)
    told = _("show every setting, its value and where it came from")
    show = _command(actions, "show", "qualia.cli.configuration:show", told, "qualia config show --format json")
    _add_format(_options(show))


def _add_demo(commands: Any) -> None:
    run = "qualia.cli.tour:run_demo"
    told = _("analyse two meetings that come along, and write a report")
    parser = _command(commands, "demo", run, told, "qualia demo -o my-demo")
    options = _options(parser)
    _add_format(options)
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
    except _HelpAsked as help_asked:
        return help_asked.text
    return ""


def _complaint(message: str, command: str) -> str:
    from qualia.errors import nearest

    match = re.fullmatch(
        r"argument (?P<name>.+?): invalid choice: (?P<value>.+?) \(choose from (?P<choices>.+)\)", message
    )
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
