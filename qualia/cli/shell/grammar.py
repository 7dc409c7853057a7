"""The grammar of the commands about the command line itself."""

from __future__ import annotations

from typing import Any

from qualia.cli.grammar import command, options_of
from qualia.cli.words import _

SHELLS = ("bash", "zsh", "fish")


def add_spec(commands: Any, told: str) -> None:
    """Add ``spec``."""
    run = "qualia.cli.shell.description:show_spec"
    parser = command(commands, "spec", run, told, "qualia spec analyze")
    parser.add_argument_group(_("arguments")).add_argument(
        "words", nargs="*", metavar=_("COMMAND"), help=_("only this command (default: all of them)")
    )
    options_of(parser)


def add_completion(commands: Any, told: str) -> None:
    """Add ``completion``."""
    run = "qualia.cli.shell.completion:show_script"
    parser = command(commands, "completion", run, told, "qualia completion bash --install")
    parser.add_argument_group(_("arguments")).add_argument(
        "shell", choices=SHELLS, metavar=_("SHELL"), help=_("the shell: bash, zsh or fish")
    )
    options = options_of(parser)
    options.add_argument(
        "--install",
        action="store_true",
        help=_("write the script where the shell finds it (default: to standard output)"),
    )
