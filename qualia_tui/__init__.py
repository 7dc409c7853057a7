"""The console: Qualia in a terminal, full screen. It is a client of a host and never holds an engine itself."""

from __future__ import annotations

__all__ = ["main"]


def main() -> int:
    """Run the ``qualia-tui`` command and return its exit code."""
    from qualia_tui.starting import started

    return started()
