"""Asking whoever sits at the terminal for their word."""

from __future__ import annotations

import sys

from qualia._safe import safe_line
from qualia.cli.usage import WrongUsage

_YES = ("y", "yes", "s", "sim")


def agreed(question: str, *, nobody: str) -> bool:
    """Ask a question on stderr and tell whether the answer was yes; no answer, and the end of input, mean no.

    Args:
        question: one line, with what may be answered at its end.
        nobody: the complaint when there is nobody to ask.

    Raises:
        WrongUsage: stdin or stderr is no terminal.
    """
    if not is_terminal(sys.stdin) or not is_terminal(sys.stderr):
        raise WrongUsage(nobody)
    print(safe_line(question), end=" ", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:
        # The end of input leaves the cursor behind the question.
        print(file=sys.stderr)
    return answer.strip().lower() in _YES


def is_terminal(stream: object) -> bool:
    """Tell whether people are at the other end of a stream; one that is closed, or not there, has nobody."""
    try:
        return bool(stream is not None and getattr(stream, "isatty", bool)())
    except ValueError:
        return False
