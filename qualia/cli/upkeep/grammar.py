"""The grammar of ``history``, ``cache``, ``doctor``, ``health`` and ``status``."""

from __future__ import annotations

import argparse
from typing import Any

from qualia.cli.grammar import Parser, add_format, command, options_of
from qualia.cli.words import _

_FORMS = ("pretty", "json", "jsonl", "yaml", "csv")
CHECKS = (
    "versions",
    "sqlite",
    "extras",
    "pictures",
    "plugins",
    "settings",
    "folders",
    "history",
    "cache",
    "terminal",
    "watching",
    "clock",
)
"""What ``doctor`` can look at, in the order in which it does."""
_OUTCOMES = ("ok", "failed", "cancelled")


def add_history(commands: Any, told: str) -> None:
    """Add ``history`` and its commands; without one of them it lists."""
    room = "qualia.cli.upkeep.runs"
    parser = command(commands, "history", f"{room}:list_runs", told, "qualia history list --plugin word_frequency")
    _add_filters(options_of(parser))
    actions = _actions(parser, "history", required=False)
    told = _("list the runs, the latest first")
    listing = command(actions, "list", f"{room}:list_runs", told, "qualia history list --since 7d --outcome failed")
    _add_filters(options_of(listing), default=argparse.SUPPRESS)
    told = _("show one run: its steps, their params, times and errors")
    show = command(actions, "show", f"{room}:show_run", told, "qualia history show last")
    _add_run(show)
    add_format(options_of(show), default=argparse.SUPPRESS)
    _add_rerun(actions)
    _add_methods(actions)
    _add_export(actions)
    told = _("forget old runs; the counts of each day stay")
    prune = command(actions, "prune", f"{room}:prune", told, "qualia history prune --older-than 90d --dry-run")
    options = options_of(prune)
    age = _("only runs that are older: 90d, 12h, 4w")
    options.add_argument("--older-than", required=True, metavar=_("AGE"), help=age)
    _add_consent(options)


def _add_rerun(actions: Any) -> None:
    told = _("run it again on the same document, and say whether the results are the same")
    run = "qualia.cli.upkeep.again:rerun"
    parser = command(actions, "rerun", run, told, "qualia history rerun last meeting.vtt")
    arguments = _add_run(parser)
    document = _("the document it ran on, or what analyze or process wrote when it ran on that; - reads standard input")
    arguments.add_argument("file", metavar=_("FILE"), nargs="?", help=document)
    add_format(options_of(parser), default=argparse.SUPPRESS)


def _add_methods(actions: Any) -> None:
    told = _("write the methods paragraph and the references for what runs gave")
    parser = command(actions, "methods", "qualia.cli.upkeep.telling:methods", told, "qualia history methods last")
    _add_runs(parser)
    add_format(options_of(parser), default=argparse.SUPPRESS)


def _add_export(actions: Any) -> None:
    told = _("write what runs gave, and how it came about, as a folder for an archive (RO-Crate)")
    example = "qualia history export last -o crate"
    parser = command(actions, "export", "qualia.cli.upkeep.telling:export", told, example)
    _add_runs(parser)
    options = options_of(parser)
    folder = _("the folder to make; it must not be there yet, or be empty")
    options.add_argument("-o", "--output", required=True, metavar=_("FOLDER"), help=folder)
    document = _("a document that shall be part of it; without, its digest alone is (may be repeated)")
    options.add_argument("--document", action="append", default=[], metavar=_("FILE"), help=document)
    options.add_argument("--name", metavar=_("TEXT"), help=_("what the crate is called"))
    options.add_argument(
        "--licence", metavar=_("TEXT"), help=_("under which licence it is given on: a URL or a sentence")
    )


def add_cache(commands: Any, told: str) -> None:
    """Add ``cache`` and its commands; without one of them it tells how full it is."""
    room = "qualia.cli.upkeep.kept"
    parser = command(commands, "cache", f"{room}:stats", told, "qualia cache stats")
    add_format(options_of(parser))
    actions = _actions(parser, "cache", required=False)
    stats = command(
        actions, "stats", f"{room}:stats", _("tell how much is kept, and of which plugins"), "qualia cache stats"
    )
    add_format(options_of(stats), default=argparse.SUPPRESS)
    told = _("throw kept results away; they are computed anew when they are needed")
    clear = command(actions, "clear", f"{room}:clear", told, "qualia cache clear --older-than 30d")
    options = options_of(clear)
    options.add_argument("--plugin", metavar="PLUGIN", help=_("only what this plugin gave"))
    age = _("only what was not used for so long: 30d, 12h, 4w")
    options.add_argument("--older-than", metavar=_("AGE"), help=age)
    _add_consent(options)
    told = _("look at every kept result and say whether it is damaged")
    verify = command(actions, "verify", f"{room}:verify", told, "qualia cache verify --repair")
    options = options_of(verify)
    options.add_argument("--repair", action="store_true", help=_("remove what is damaged"))
    add_format(options, default=argparse.SUPPRESS)


def add_doctor(commands: Any, told: str) -> None:
    """Add ``doctor``."""
    parser = command(commands, "doctor", "qualia.cli.upkeep.doctor:doctor", told, "qualia doctor --check plugins")
    options = options_of(parser)
    only = _("only this check (may be repeated): {names}", names=", ".join(CHECKS))
    options.add_argument(
        "--check", action="append", default=[], choices=CHECKS, metavar=_("NAME"), dest="checks", help=only
    )
    add_format(options)


def add_health(commands: Any, told: str) -> None:
    """Add ``health``."""
    parser = command(commands, "health", "qualia.cli.upkeep.health:health", told, "qualia health --watch")
    options = options_of(parser)
    options.add_argument("--json", action="store_true", help=_("write it as JSON (as --format json)"))
    _add_watch(options, _("go on, and tell whenever something changes, until Ctrl-C"))
    add_format(options, forms=("pretty", "json", "yaml"))


def add_status(commands: Any, told: str) -> None:
    """Add ``status``."""
    parser = command(commands, "status", "qualia.cli.upkeep.status:status", told, "qualia status --watch")
    _add_watch(options_of(parser), _("go on, and tell each line that changes, with the time, until Ctrl-C"))


def _add_watch(options: Any, told: str) -> None:
    options.add_argument("--watch", action="store_true", help=told)
    every = _("seconds between two looks of --watch (default: 2)")
    options.add_argument("--every", type=float, default=2.0, metavar=_("SECONDS"), help=every)


def _actions(parser: Parser, name: str, *, required: bool) -> Any:
    return parser.add_subparsers(
        title=_("commands"), metavar=_("COMMAND"), dest="action", prog=f"qualia {name}", required=required
    )


def _add_run(parser: Parser) -> Any:
    arguments = parser.add_argument_group(_("arguments"))
    arguments.add_argument("run_id", metavar=_("RUN"), help=_("its id or the beginning of it; last is the latest"))
    return arguments


def _add_runs(parser: Parser) -> None:
    told = _("their ids or the beginnings of them; last is the latest")
    parser.add_argument_group(_("arguments")).add_argument("run_ids", metavar=_("RUN"), nargs="+", help=told)


def _add_filters(options: Any, *, default: Any = None) -> None:
    options.add_argument("--plugin", default=default, metavar="PLUGIN", help=_("only runs with a step of this plugin"))
    options.add_argument("--outcome", choices=_OUTCOMES, default=default, help=_("only runs that ended so"))
    document = _("only runs on this document: a file, or the beginning of its id")
    options.add_argument("--document", default=default, metavar=_("FILE"), help=document)
    since = _("only runs since then: 2026-01-31, 7d, 2h")
    options.add_argument("--since", default=default, metavar=_("WHEN"), help=since)
    until = _("only runs until then; a day counts as a whole")
    options.add_argument("--until", default=default, metavar=_("WHEN"), help=until)
    limit = _("how many at most (default: 20)")
    options.add_argument("--limit", type=int, default=20 if default is None else default, metavar="N", help=limit)
    form = _("how to write them (default: pretty)")
    options.add_argument("-f", "--format", choices=_FORMS, default=default, help=form)


def _add_consent(options: Any) -> None:
    options.add_argument("--yes", action="store_true", help=_("do not ask"))
    options.add_argument("--dry-run", action="store_true", help=_("only say what would go"))
