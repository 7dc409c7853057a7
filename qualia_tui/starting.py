"""The ``qualia-tui`` command: what it is told, whether this terminal can show it, and how it ends."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, NoReturn

from attrs import evolve

from qualia._nearest import did_you_mean, nearest
from qualia._safe import safe_line
from qualia._version import __version__
from qualia.errors import InvalidSetting
from qualia_tui.look import THEMES, Look
from qualia_tui.settings import read_settings, settings_path, worn
from qualia_tui.words import _, sentence_of, speaking, translated, wanted_language

if TYPE_CHECKING:
    from qualia_tui.app import Console

USAGE, UNAVAILABLE = 2, 5
_START_S = 1.0
_DUMB = frozenset({"dumb", "unknown"})
_ENDING = ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2")
"""Signals that end a program that does not care; this one has a terminal to put back first."""


def started(words: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run the console as it was asked for, and return its exit code.

    Args:
        words: what was given on the command line; None for this process's.
        environ: the environment; None for this process's.
    """
    environ = os.environ if environ is None else environ
    given = list(sys.argv[1:] if words is None else words)
    with speaking(wanted_language(_asked_language(given), environ)):
        asked = _asked(given)
        trouble = _trouble(environ, resets=asked.reset_terminal)
        if trouble:
            print(f"qualia-tui: {trouble}", file=sys.stderr)
            return USAGE
        if asked.reset_terminal:
            from qualia_tui.terminal.resetting import reset_terminal

            reset_terminal()
            return 0
        if find_spec("textual") is None:
            print("qualia-tui: " + _("this needs the tui extra: pip install 'qualia-core[tui]'"), file=sys.stderr)
            return UNAVAILABLE
        try:
            look = _look(asked, environ)
        except InvalidSetting as error:
            print("qualia-tui: " + safe_line(sentence_of(error)), file=sys.stderr)
            return USAGE
    with speaking(look.language):
        return _run(asked, look)


def _asked_language(words: Sequence[str]) -> str | None:
    for place, word in enumerate(words):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang" and place + 1 < len(words):
            return words[place + 1]
    return None


class _Grammar(argparse.ArgumentParser):
    """The words after ``qualia-tui``; what makes no sense is one sentence in the reader's language."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words, and leave."""
        from qualia.cli.grammar import Parser
        from qualia.cli.usage import WrongUsage

        try:
            Parser(prog=self.prog).error(message)
        except WrongUsage as error:
            print(f"{self.prog}: {safe_line(sentence_of(error))}", file=sys.stderr)
        raise SystemExit(USAGE)

    def format_help(self) -> str:
        """Return the help."""
        return super().format_help().replace("usage:", _("usage:"), 1)


def _asked(words: Sequence[str]) -> argparse.Namespace:
    grammar = _grammar()
    asked, further = grammar.parse_known_args(words)
    if further:
        near = did_you_mean(nearest(further[0], vars(grammar)["_option_string_actions"]))
        told = _("{command} does not know {word!r}", command=grammar.prog, word=further[0])
        hint = translated(near) if near else _("{command} --help shows how", command=grammar.prog)
        print(f"{grammar.prog}: {safe_line(f'{told}; {hint}')}", file=sys.stderr)
        raise SystemExit(USAGE)
    return asked


def _grammar() -> argparse.ArgumentParser:
    grammar = _Grammar(
        prog="qualia-tui",
        description=_("Watch and repair a running Qualia from a terminal."),
        allow_abbrev=False,
        add_help=False,
    )
    parser = grammar.add_argument_group(_("options"))
    parser.add_argument("-h", "--help", action="help", help=_("show this help and leave"))
    parser.add_argument(
        "--version", action="version", version=f"qualia-tui {__version__}", help=_("tell the version and leave")
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--project", metavar="DIR", help=_("the project's folder; this folder when it is left out"))
    place.add_argument("--socket", metavar="PATH", help=_("the socket of a host that runs already"))
    parser.add_argument("--read-only", action="store_true", help=_("look, and change nothing"))
    parser.add_argument("--theme", choices=THEMES, help=_("the colours; over SSH it is ansi when it is left out"))
    parser.add_argument("--ascii", action="store_true", help=_("send nothing but ASCII"))
    parser.add_argument("--mouse", action=argparse.BooleanOptionalAction, help=_("listen to the mouse"))
    parser.add_argument("--slow", action="store_true", help=_("bring the screen up to date every 5 s, for slow lines"))
    parser.add_argument("--lang", choices=("en", "pt", "pt-BR"), help=_("the language to speak"))
    parser.add_argument(
        "--reset-terminal", action="store_true", help=_("put a terminal back that a killed console left in disorder")
    )
    return grammar


def _trouble(environ: Mapping[str, str], *, resets: bool = False) -> str:
    """Return why this terminal cannot show the console, or be put back; empty when it can."""
    if resets:
        return "" if sys.stdin.isatty() and sys.stdout.isatty() else _("this is no terminal")
    hint = _("`qualia status --watch` says the same in plain lines")
    if not (sys.stdin.isatty() and sys.stderr.isatty() and sys.stdout.isatty()):
        return _("this is no terminal; {hint}", hint=hint)
    if (environ.get("TERM") or "dumb") in _DUMB:
        return _("this terminal cannot move its cursor (TERM={term}); {hint}", term=environ.get("TERM", ""), hint=hint)
    return ""


def _look(asked: argparse.Namespace, environ: Mapping[str, str]) -> Look:
    """Return how the console looks: as the command line says, else its settings, else what the terminal suggests.

    Raises:
        InvalidSetting: the settings say something wrong.
    """
    is_far = bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    told = read_settings(settings_path(environ))
    look = Look(mouse=not is_far, language=wanted_language(None, environ), ascii_only=not _takes_unicode(environ))
    if not is_far and environ.get("COLORTERM") in {"truecolor", "24bit"}:
        look = evolve(look, theme="dark")
    look = worn(look, told)
    if look.keys:
        _load_without_encryption()
        from qualia_tui.keymap import worn_keys

        look = evolve(look, keys=worn_keys(look.keys, str(settings_path(environ))))
    look = evolve(
        look,
        theme=asked.theme or look.theme,
        ascii_only=asked.ascii or look.ascii_only,
        mouse=look.mouse if asked.mouse is None else asked.mouse,
        slow=asked.slow or look.slow,
        read_only=asked.read_only or look.read_only,
        language=wanted_language(asked.lang, {}) if asked.lang else look.language,
    )
    return evolve(look, theme="none") if environ.get("NO_COLOR") else look


def _takes_unicode(environ: Mapping[str, str]) -> bool:
    """Return whether a terminal takes more than ASCII: unless its locale names a character set that is another."""
    tag = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "")
    _language, _dot, charset = tag.partition("@")[0].partition(".")
    return charset.lower().replace("-", "") in {"", "utf8"}


def _run(asked: argparse.Namespace, look: Look) -> int:
    # Textual waits this many milliseconds to tell the escape key from a sequence, and reads it when it is imported.
    os.environ.setdefault("ESCDELAY", "25")
    # Nothing that is made at the start is garbage.
    gc.disable()
    _load_without_encryption()
    import asyncio

    from qualia.client import Client, attach
    from qualia_tui.app import Console

    def reached() -> Client:
        return attach(asked.socket, project=asked.project, name="qualia-tui", read_only=look.read_only)

    async def ensured() -> None:
        from qualia.client import host_for

        await host_for(asked.project)

    console = Console(reached, look, ensure=None if asked.socket else ensured)
    try:
        return asyncio.run(_shown(console, look))
    finally:
        _let_go()


def _load_without_encryption() -> None:
    """Load asyncio without the library for encrypted lines: hosts are reached on this machine alone.

    That library is a 25th of the memory of the console. Whoever imports it later gets it.
    """
    if "ssl" in sys.modules or "asyncio" in sys.modules:
        return
    absent: dict[str, object] = {"ssl": None}
    sys.modules.update(absent)  # type: ignore[arg-type]  # how an import system remembers that there is none
    try:
        import_module("asyncio")
    finally:
        sys.modules.pop("ssl", None)


async def _shown(console: Console, look: Look) -> int:
    """Show the console until it is left, and return the exit code; TERM and HUP leave the terminal as it was."""
    from asyncio import get_running_loop

    loop = get_running_loop()
    loop.call_later(_START_S, _tidy)
    for number in (signal.Signals[name] for name in _ENDING):
        loop.add_signal_handler(number, console.exit, 128 + number, 128 + number)
    given = await console.run_async(mouse=look.mouse)
    code = console.return_code or given or 0
    if console.is_stuck:
        # The terminal takes nothing, and Python would wait for it without end.
        os._exit(code)
    return code


def _tidy() -> None:
    """Look for garbage from now on, but never again among what was made at the start."""
    gc.freeze()
    gc.enable()


def _let_go() -> None:
    """Give up what was printed and can go nowhere: Python would end with a code of its own for it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
