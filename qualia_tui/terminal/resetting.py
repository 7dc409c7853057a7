"""Puts a terminal back that a console left behind without being asked: killed, or at the end of a line that dropped."""

from __future__ import annotations

import sys
from contextlib import suppress

_MODES = (1000, 1002, 1003, 1004, 1006, 1015, 1016, 2004, 2026, 2048)
"""Mouse, focus, paste and size reports, and updates that were begun and not ended."""
SEQUENCES = "".join(
    (
        *(f"\x1b[?{mode}l" for mode in _MODES),
        # Terminals keep one stack of keyboard protocols for each of their two screens.
        "\x1b[<9u\x1b[?1049l\x1b[<9u",
        "\x1b[?7h\x1b[?25h\x1b[0m\r\x1b[J",
    )
)
"""What switches off all that a console may have switched on, and shows the cursor."""


def reset_terminal() -> None:
    """Put the terminal of this process back: no mode stays on, and lines are typed and shown as in every shell."""
    sys.stdout.write(SEQUENCES)
    sys.stdout.flush()
    try:
        import termios
    except ImportError:
        return
    descriptor = sys.stdin.fileno()
    with suppress(termios.error):
        said = termios.tcgetattr(descriptor)
        said[0] |= termios.ICRNL | termios.IXON
        said[1] |= termios.OPOST | termios.ONLCR
        said[3] |= termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN
        termios.tcsetattr(descriptor, termios.TCSANOW, said)
