"""The grammar of the commands that look at plugins and run them."""

from __future__ import annotations

from typing import Any

from qualia.cli.grammar import (
    FORMS,
    KINDS,
    Parser,
    add_files,
    add_format,
    add_output,
    add_plugin,
    add_recursive,
    add_run,
    command,
    options_of,
)
from qualia.cli.words import _

STATES = ("enabled", "loaded", "disabled", "unavailable", "failing")


def add_list(commands: Any, told: str) -> None:
    """Add ``list``."""
    run = "qualia.cli.listing:list_plugins"
    parser = command(commands, "list", run, told, "qualia list --kind analyzer")
    _add_words(parser)
    options = options_of(parser)
    options.add_argument("--kind", choices=KINDS, help=_("only plugins of this kind"))
    _add_filters(options)
    add_format(options, forms=FORMS)


def add_list_visualizers(commands: Any, told: str) -> None:
    """Add ``list-visualizers``."""
    run = "qualia.cli.listing:list_visualizers"
    parser = command(commands, "list-visualizers", run, told, "qualia list-visualizers --consumes word-frequencies")
    _add_words(parser)
    options = options_of(parser)
    _add_filters(options)
    add_format(options, forms=FORMS)


def _add_words(parser: Parser) -> None:
    told = _("only plugins with all these words in their id or summary")
    parser.add_argument_group(_("arguments")).add_argument("words", metavar=_("WORD"), nargs="*", help=told)


def _add_filters(options: Any) -> None:
    options.add_argument("--state", choices=STATES, help=_("only plugins in this state"))
    for option, told in (
        ("--produces", _("only plugins that give this record or media type")),
        ("--consumes", _("only plugins that take this record")),
        ("--accepts", _("only plugins that read this media type")),
    ):
        options.add_argument(option, metavar=_("NAME"), help=told)


def add_inspect(commands: Any, told: str) -> None:
    """Add ``inspect``."""
    run = "qualia.cli.listing:inspect_plugin"
    parser = command(commands, "inspect", run, told, "qualia inspect word_frequency")
    parser.add_argument_group(_("arguments")).add_argument("plugin", metavar="PLUGIN", help=_("the plugin's id"))
    add_format(options_of(parser), forms=FORMS)


def add_process(commands: Any, told: str) -> None:
    """Add ``process``."""
    example = "qualia process meeting.vtt -p teams_cleaner -o meeting.txt"
    run = "qualia.cli.single:process"
    parser = command(commands, "process", run, told, example)
    add_files(parser, _("documents, folders and patterns; - reads standard input"))
    options = options_of(parser)
    add_plugin(options)
    add_recursive(options)
    add_run(options)
    add_format(options, forms=FORMS)
    add_output(options, _("where to write: a folder, or a file by its suffix (.txt, .json, .jsonl, .yaml, .csv)"))


def add_analyze(commands: Any, told: str) -> None:
    """Add ``analyze``."""
    example = "qualia analyze meeting.vtt -p word_frequency -P top=20 -o words.json"
    run = "qualia.cli.single:analyze"
    parser = command(commands, "analyze", run, told, example)
    add_files(parser, _("documents, folders and patterns, or results of process; - reads standard input"))
    options = options_of(parser)
    add_plugin(options)
    add_recursive(options)
    add_run(options)
    add_format(options, forms=FORMS)
    add_output(options, _("where to write: a folder, or a file by its suffix (.txt, .json, .jsonl, .yaml, .csv)"))


def add_visualize(commands: Any, told: str) -> None:
    """Add ``visualize``."""
    example = "qualia visualize words.json -p frequency_chart -P chart=bar -o words.svg"
    run = "qualia.cli.drawing:visualize"
    parser = command(commands, "visualize", run, told, example)
    add_files(parser, _("documents, results of analyze, folders and patterns; - reads standard input"))
    options = options_of(parser)
    add_plugin(options)
    add_recursive(options)
    add_run(options)
    options.add_argument(
        "-f",
        "--format",
        choices=("png", "svg", "html", "pdf"),
        help=_("short for -P format=... (default: by the suffix of -o)"),
    )
    options.add_argument("--open", action="store_true", help=_("open it with the program the system has for it"))
    options.add_argument("--show", action="store_true", help=_("show it in the terminal too, where that can be"))
    add_output(options, _("where to write it (default: here, under the name the plugin gives; - is standard output)"))


def add_demo(commands: Any, told: str) -> None:
    """Add ``demo``."""
    run = "qualia.cli.tour:run_demo"
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
