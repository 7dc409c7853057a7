"""How a failure is told: one sentence on stderr, an object on stdout where JSON was asked for, and a code."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

from qualia._safe import safe_line
from qualia.cli.exit_codes import code_for
from qualia.cli.output import as_json, say
from qualia.cli.words import _, sentence_of
from qualia.errors import QualiaError, UnwritableOutput, describe


def tell(error: Exception, *, form: str | None = None, has_trace: bool = False) -> int:
    """Tell of a failure and return its exit code.

    Args:
        error: what was raised.
        form: the format that was asked for; "json" and "jsonl" get an error object on stdout too.
        has_trace: whether the traceback is shown even without ``QUALIA_DEBUG``.

    Raises:
        BrokenPipeError: nobody reads stdout any more.
    """
    if has_trace or os.environ.get("QUALIA_DEBUG", "") not in ("", "0"):
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    if form in ("json", "jsonl") and sys.stdout is not None and not _is_of_stdout(error):
        print(as_json(facts(error), indent=2 if form == "json" else None), file=sys.stdout, flush=True)
    say(sys.stderr, "error", sentence(error))
    return code_for(error)


def facts(error: Exception) -> dict[str, Any]:
    """Return an error as plain data: its class, its sentence in English, then its fields."""
    described = describe(error)
    public = next(kind.__name__ for kind in type(error).__mro__ if not kind.__name__.startswith("_"))
    first = {"error": public, "message": described["message"]}
    return {**first, **described, **first}


def sentence(error: Exception) -> str:
    """Return an error as one safe line in the language spoken."""
    if isinstance(error, QualiaError):
        return safe_line(sentence_of(error))
    told = safe_line(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    return _("something unexpected happened ({told}); QUALIA_DEBUG=1 shows where", told=told)


def _is_of_stdout(error: Exception) -> bool:
    """Tell whether stdout itself is what failed, so that nothing more should go there."""
    cause = error.__cause__
    is_full = isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EBADF, errno.EIO)
    return isinstance(error, UnwritableOutput) and is_full
