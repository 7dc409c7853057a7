"""The grammar of the commands that look at plugins and run them."""

from __future__ import annotations

from typing import Any

from qualia.cli.grammar import (
    KINDS,
    add_file,
    add_format,
    add_output,
    add_plugin,
    add_run,
    command,
    options_of,
)
from qualia.cli.words import _


def add_list(commands: Any, told: str) -> None:
    """Add ``list``."""
    run = "qualia.cli.listing:list_plugins"
    parser = command(commands, "list", run, told, "qualia list --kind analyzer")
    options = options_of(parser)
    options.add_argument("--kind", choices=KINDS, help=_("only plugins of this kind"))
    add_format(options)


def add_inspect(commands: Any, told: str) -> None:
    """Add ``inspect``."""
    run = "qualia.cli.listing:inspect_plugin"
    parser = command(commands, "inspect", run, told, "qualia inspect word_frequency")
    parser.add_argument_group(_("arguments")).add_argument("plugin", metavar="PLUGIN", help=_("the plugin's id"))
    add_format(options_of(parser))


def add_process(commands: Any, told: str) -> None:
    """Add ``process``."""
    example = "qualia process meeting.vtt -p teams_cleaner -o meeting.txt"
    run = "qualia.cli.single:process"
    parser = command(commands, "process", run, told, example)
    add_file(parser, _("the document; - reads standard input"))
    options = options_of(parser)
    add_plugin(options)
    add_run(options)
    add_format(options)
    add_output(options, _("where to write the text (.txt), or the result with its provenance (.json, .yaml)"))


def add_analyze(commands: Any, told: str) -> None:
    """Add ``analyze``."""
    example = "qualia analyze meeting.vtt -p word_frequency -P top=20 -o words.json"
    run = "qualia.cli.single:analyze"
    parser = command(commands, "analyze", run, told, example)
    add_file(parser, _("the document, or a result of process as JSON or YAML; - reads standard input"))
    options = options_of(parser)
    add_plugin(options)
    add_run(options)
    add_format(options)
    add_output(options, _("where to write the result (.json, .yaml, .txt)"))


def add_visualize(commands: Any, told: str) -> None:
    """Add ``visualize``."""
    example = "qualia visualize words.json -p frequency_chart -P chart=bar -o words.svg"
    run = "qualia.cli.drawing:visualize"
    parser = command(commands, "visualize", run, told, example)
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


def add_pipeline(commands: Any, told: str) -> None:
    """Add ``pipeline``."""
    example = "qualia pipeline meeting.vtt -c meeting.toml -o results"
    run = "qualia.cli.steps:run_pipeline"
    parser = command(commands, "pipeline", run, told, example)
    add_file(parser, _("the document, or a result of process as JSON or YAML; - reads standard input"))
    options = options_of(parser)
    file = _("the pipeline: a TOML, JSON or YAML file")
    options.add_argument("-c", "--config", required=True, metavar="PIPELINE", help=file)
    add_run(options)
    add_format(options)
    add_output(options, _("write every step's result into this folder, which is made if need be"), "FOLDER")
    options.add_argument("--force", action="store_true", help=_("overwrite files that are there already"))


def add_config(commands: Any, told: str) -> None:
    """Add ``config``."""
    parser = command(commands, "config", "", told, "qualia config show")
    options_of(parser)
    title, metavar = _("commands"), _("COMMAND")
    actions = parser.add_subparsers(title=title, metavar=metavar, dest="action", prog="qualia config", required=True)
    shown = _("show every setting, its value and where it came from")
    show = command(actions, "show", "qualia.cli.configuration:show", shown, "qualia config show --format json")
    add_format(options_of(show))


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
