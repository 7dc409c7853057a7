"""How a failure is told: one sentence on stderr, an object on stdout where JSON was asked for, and a code."""

from __future__ import annotations

import errno
import os
import sys

from qualia.cli.exit_codes import code_for
from qualia.cli.output import as_json as json_text
from qualia.cli.output import safe_line, say
from qualia.cli.words import _, sentence_of
from qualia.errors import QualiaError, UnwritableOutput, describe


def tell(error: Exception, *, as_json: bool) -> int:
    """Tell of a failure and return its exit code.

    Args:
        error: what was raised.
        as_json: whether stdout gets an error object too.

    Raises:
        BrokenPipeError: nobody reads stdout any more.
    """
    if os.environ.get("QUALIA_DEBUG", "") not in ("", "0"):
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    if as_json and sys.stdout is not None and not _is_of_stdout(error):
        facts = describe(error)
        first = {"error": type(error).__name__, "message": facts["message"]}
        print(json_text({**first, **facts, **first}), file=sys.stdout, flush=True)
    say(sys.stderr, "error", _sentence(error))
    return code_for(error)


def _sentence(error: Exception) -> str:
    if isinstance(error, QualiaError):
        return safe_line(sentence_of(error))
    told = safe_line(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    return _("something unexpected happened ({told}); QUALIA_DEBUG=1 shows where", told=told)


def _is_of_stdout(error: Exception) -> bool:
    """Tell whether stdout itself is what failed, so that nothing more should go there."""
    cause = error.__cause__
    is_full = isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EBADF, errno.EIO)
    return isinstance(error, UnwritableOutput) and is_full
