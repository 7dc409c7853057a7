"""The grammar of ``batch`` and ``watch``."""

from __future__ import annotations

from typing import Any

from qualia.cli.grammar import add_output, add_run, command, options_of
from qualia.cli.words import _


def add_batch(commands: Any, told: str) -> None:
    """Add ``batch``."""
    run = "qualia.cli.batch.command:batch"
    parser = command(commands, "batch", run, told, "qualia batch interviews -r -p word_frequency -o words")
    parser.add_argument_group(_("arguments")).add_argument(
        "files",
        nargs="+",
        metavar=_("FILE"),
        help=_("files, folders, and patterns in quotes, such as 'interviews/**/*.vtt'"),
    )
    options = options_of(parser)
    _add_work(options)
    options.add_argument("--dry-run", action="store_true", help=_("only list what would be done and where it would go"))
    options.add_argument(
        "--continue-on-error", action="store_true", help=_("go on when a file fails; they are listed at the end")
    )
    options.add_argument("--again", action="store_true", help=_("do files again that an earlier batch has done"))
    options.add_argument("--force", action="store_true", help=_("overwrite files that no batch wrote"))
    options.add_argument(
        "-f", "--format", choices=("pretty", "json", "jsonl"), default="pretty", help=_("how to write the summary")
    )


def add_watch(commands: Any, told: str) -> None:
    """Add ``watch``."""
    run = "qualia.cli.batch.watch:watch"
    parser = command(commands, "watch", run, told, "qualia watch inbox -p word_frequency -o words")
    folder = _("the folder to which files come")
    parser.add_argument_group(_("arguments")).add_argument("folder", metavar=_("FOLDER"), help=folder)
    options = options_of(parser)
    _add_work(options)
    options.add_argument("--once", action="store_true", help=_("do what is there and leave"))
    options.add_argument(
        "--settle",
        type=float,
        default=2.0,
        metavar=_("SECONDS"),
        help=_("how long a file must be unchanged before it is read (default: 2)"),
    )
    options.add_argument(
        "--polling",
        action="store_true",
        help=_("look now and then instead of being told by the system, as network folders need"),
    )
    options.add_argument(
        "-f",
        "--format",
        choices=("pretty", "json", "jsonl"),
        default="pretty",
        help=_("how to write each file: a line for people, or a line of JSON"),
    )


def _add_work(options: Any) -> None:
    """Add what both do with each file."""
    what = options.add_mutually_exclusive_group(required=True)
    what.add_argument("-p", "--plugin", metavar="PLUGIN", help=_("the plugin's id"))
    what.add_argument("--pipeline", metavar=_("FILE"), help=_("the pipeline: a TOML, JSON or YAML file"))
    options.add_argument(
        "-P",
        "--param",
        action="append",
        default=[],
        dest="params",
        metavar=_("KEY=VALUE"),
        help=_("one of the plugin's params (may be repeated); `qualia inspect PLUGIN` shows them"),
    )
    options.add_argument("-c", "--config", metavar=_("FILE"), help=_("a file with the plugin's params"))
    add_output(options, _("the folder for the outputs, which is made if need be"), "FOLDER")
    options.add_argument(
        "--output-format",
        choices=("json", "yaml", "csv", "jsonl", "txt"),
        default="json",
        help=_("how to write each output (default: json); pictures and pages are what they are"),
    )
    options.add_argument("-r", "--recursive", action="store_true", help=_("take the folders below a folder too"))
    options.add_argument(
        "--pattern",
        action="append",
        default=[],
        dest="patterns",
        metavar=_("PATTERN"),
        help=_(
            "which files of a folder are meant (may be repeated; default: *.txt, *.md, *.vtt, *.srt, *.sbv, *.docx)"
        ),
    )
    options.add_argument(
        "-j", "--jobs", type=int, metavar=_("NUMBER"), help=_("how many files at the same time (default: up to 4)")
    )
    options.add_argument(
        "--processes", action="store_true", help=_("use processes instead of threads: quicker on several processors")
    )
    add_run(options)
