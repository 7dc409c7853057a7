"""Commands that installed distributions bring as operations: their list, and their grammar.

The list reads names from entry points and a sentence from a module's first lines; nothing is imported before such a
command is asked for. A command of the same name as a built-in one is refused.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qualia.cli.commands import commands
from qualia.cli.grammar import Parser, command, options_of
from qualia.cli.words import _, translated

if TYPE_CHECKING:
    from qualia.operations import Offer, Operation
    from qualia.plugin import ParamSpec

GROUP = "qualia.operations"
KNOWN = {"backup": "ops", "alerts": "ops", "log": "ops", "metrics": "ops", "serve": "server"}
"""Commands that come with an extra, by name: asked for and not there, that is what is missing."""
FORMATS = ("pretty", "json", "jsonl", "yaml")
_FIRST_LINE = re.compile(rb"\A(?:\s*#[^\n]*\n|\s*\n)*[rR]?\"\"\"([^\n\"]+)")
_PLACES = {"int": "NUMBER", "float": "NUMBER", "str": "TEXT", "list": "TEXT"}


def listed() -> Iterator[tuple[str, str]]:
    """Yield name and summary of each command that is brought; what is refused is told on stderr.

    Nothing is imported, so the summary is what the operation's module says of itself.
    """
    from qualia._plugins.entries import entries

    builtin = {each.name for each in commands()}
    found: dict[str, str] = {}
    for entry in entries(sys.path, GROUP):
        name = entry.name.partition(".")[0]
        if _is_left_out(name, entry.value):
            continue
        if name in builtin:
            _tell_refused(entry.name, entry.distribution)
        elif name not in found:
            found[name] = _said_of(entry.value) or _("brought by {distribution}", distribution=entry.distribution)
    yield from sorted(found.items())


def add_brought(parsers: Any, *, wanted: str | None) -> None:
    """Add the commands that distributions bring: in full the one ``wanted``, or all of them when it is None.

    Raises:
        OperationUnavailable: the one wanted cannot be used, or comes with an extra that is not installed.
    """
    from qualia.operations import offered

    builtin = {each.name for each in commands()}
    groups: dict[str, list[Offer]] = {}
    for offer in offered():
        name = offer.name.partition(".")[0]
        if _is_left_out(name, offer.target):
            continue
        if name not in builtin:
            groups.setdefault(name, []).append(offer)
        elif wanted is None:
            _tell_refused(offer.name, offer.distribution)
    for name, offers in groups.items():
        if wanted in (None, name):
            _add_group(parsers, name, offers, alone=wanted is not None)
        else:
            parsers.add_parser(name, add_help=False)
    if wanted in KNOWN and wanted not in groups:
        raise _not_installed(wanted)


def _is_left_out(name: str, target: str) -> bool:
    """Tell whether a command is one of ours whose package was left out of this installation, though its name stayed."""
    from qualia._plugins.entries import module_file

    if name not in KNOWN or not target.startswith("qualia_ops."):
        return False
    return module_file(target.partition(":")[0].strip(), sys.path) is None


def _tell_refused(name: str, distribution: str) -> None:
    from qualia.cli.shell.overview import warn

    sentence = "{distribution} brings a command {name!r}, which there is already; its own is left out"
    warn(_(sentence, distribution=distribution, name=name))


def _not_installed(name: str) -> Exception:
    from qualia.errors import OperationUnavailable

    return OperationUnavailable(name, "it is not installed", f"run: pip install 'qualia-core[{KNOWN[name]}]'")


def _said_of(target: str) -> str:
    """Return the first sentence of the docstring of the module an entry point names; empty for none."""
    from qualia._plugins.entries import module_file, read_start

    file = module_file(target.partition(":")[0].strip(), sys.path)
    match = _FIRST_LINE.match(read_start(file)) if file is not None else None
    return _plain(match[1].decode("utf-8", "replace")) if match is not None else ""


def _plain(sentence: str) -> str:
    """Return a sentence as help has it in a list: translated, without its full stop, small in front."""
    told = "".join(each for each in " ".join(sentence.split()) if each.isprintable())
    told = translated(told).rstrip(".")
    return told if told[1:2].isupper() else told[:1].lower() + told[1:]


def _add_group(parsers: Any, name: str, offers: list[Offer], *, alone: bool) -> None:
    """Add a command: the operation of its name, if there is one, and below it those whose names it begins."""
    own = next((offer for offer in offers if offer.name == name), None)
    below = [offer for offer in offers if offer is not own]
    if own is not None:
        parser = _add(parsers, own, name, prog=f"qualia {name}", alone=alone)
    else:
        told = _said_of(below[0].target) or _("brought by {distribution}", distribution=below[0].distribution)
        parser = command(parsers, name, "", told, f"qualia {below[0].name.replace('.', ' ')}")
        options_of(parser)
    if below:
        title, metavar = _("commands"), _("COMMAND")
        actions = parser.add_subparsers(
            title=title, metavar=metavar, dest="action", prog=f"qualia {name}", required=own is None
        )
        for offer in below:
            _add(actions, offer, offer.name.partition(".")[2], prog=f"qualia {name}", alone=False)


def _add(parsers: Any, offer: Offer, word: str, *, prog: str, alone: bool) -> Parser:
    """Add one operation; one that cannot be loaded still has its name, and says why when it is asked for.

    Raises:
        OperationUnavailable: it cannot be loaded and nothing else was asked for.
    """
    from qualia.errors import OperationUnavailable

    try:
        return _add_loaded(parsers, offer.load(), word)
    except OperationUnavailable as error:
        if alone:
            raise
        told = _("not available: {reason}", reason=translated(error.reason))
        parser = command(parsers, word, "qualia.cli.shell.operating:refuse", told, f"{prog} {word}")
        parser.set_defaults(trouble=error)
        parser.add_argument("rest", nargs="*", metavar="...", help=told)
        options_of(parser)
        return parser


def _add_loaded(parsers: Any, operation: Operation, word: str) -> Parser:
    run = "qualia.cli.shell.operating:operate"
    examples = [f"qualia {line}" for line in operation.examples] or [f"qualia {operation.name.replace('.', ' ')}"]
    parser = command(parsers, word, run, _plain(operation.summary), "\n         ".join(examples))
    parser.set_defaults(operation=operation)
    specs = {spec.name: spec for spec in operation.specs}
    if operation.arguments:
        arguments = parser.add_argument_group(_("arguments"))
        for name in operation.arguments:
            _add_argument(arguments, specs.pop(name))
    options = options_of(parser)
    for spec in specs.values():
        _add_option(options, spec)
    if operation.needs_confirmation:
        options.add_argument("--yes", action="store_true", help=_("do it without asking"))
    options.add_argument("-f", "--format", choices=FORMATS, help=_("how to write it (default: pretty)"))
    return parser


def _add_argument(arguments: Any, spec: ParamSpec) -> None:
    arguments.add_argument(
        f"param_{spec.name}",
        nargs="*" if spec.kind == "list" else "?",
        default=None,
        choices=spec.choices or None,
        metavar=spec.name.upper(),
        help=_plain(spec.help),
    )


def _add_option(options: Any, spec: ParamSpec) -> None:
    """Add a param as an option; what is not given is absent, so that the declaration's default holds."""
    option, dest, told = spec.name.replace("_", "-"), f"param_{spec.name}", _plain(spec.help)
    if spec.kind == "bool":
        name, given = (f"--no-{option}", "false") if spec.default is True else (f"--{option}", "true")
        options.add_argument(name, action="store_const", const=given, dest=dest, help=told)
        return
    default = spec.default
    shown = "" if default in (None, "", ()) else f" ({_('default: {value}', value=default)})"
    options.add_argument(
        f"--{option}",
        action="append" if spec.kind == "list" else "store",
        dest=dest,
        choices=spec.choices or None,
        metavar=None if spec.choices else _(_PLACES[spec.kind]),
        help=(told + shown).replace("%", "%%"),
    )
