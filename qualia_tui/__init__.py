"""The console: Qualia in a terminal, full screen."""

from __future__ import annotations

import sys
from importlib.util import find_spec

__all__ = ["main"]


def main() -> int:
    """Say on stderr what is missing and return the exit code 1; this version has no console yet."""
    if find_spec("textual") is None:
        print("qualia-tui needs the tui extra: pip install 'qualia-core[tui]'", file=sys.stderr)
    else:
        print("qualia-tui: this version has no console yet; `qualia list` shows the same facts", file=sys.stderr)
    return 1
