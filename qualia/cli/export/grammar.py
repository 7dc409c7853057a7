"""The grammar of ``export``."""

from __future__ import annotations

from typing import Any

from qualia.cli.grammar import add_output, command, options_of
from qualia.cli.words import _

FORMS = ("csv", "xlsx", "markdown", "html", "yaml", "jsonl", "parquet", "json", "pretty")


def add_export(commands: Any, told: str) -> None:
    """Add ``export``."""
    example = "qualia export words.json -o words.xlsx"
    parser = command(commands, "export", "qualia.cli.export.writing:export", told, example)
    inputs = _("results that analyze, process, pipeline or batch wrote; a pipeline's folder; - reads standard input")
    parser.add_argument_group(_("arguments")).add_argument("inputs", metavar=_("INPUT"), nargs="+", help=inputs)
    options = options_of(parser)
    options.add_argument(
        "-f", "--format", choices=FORMS, help=_("what to write (default: by the suffix of -o, else pretty)")
    )
    place = _("a file; a folder gets one file, of csv, jsonl and parquet one for each table (default: shown)")
    add_output(options, place)
    options.add_argument("-t", "--table", metavar=_("NAME"), help=_("this table only; --list shows their names"))
    options.add_argument("--list", action="store_true", help=_("show the tables, their rows and columns"))
    options.add_argument(
        "--excel",
        action="store_true",
        help=_("csv as Excel of the language spoken opens it: byte order mark, separator, decimal sign"),
    )
    options.add_argument(
        "--provenance",
        action="store_true",
        help=_("beside csv, jsonl and parquet, write how the values came about as .provenance.json"),
    )
    options.add_argument("--force", action="store_true", help=_("overwrite files of a folder that are there already"))
