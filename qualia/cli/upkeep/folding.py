"""Text behind a head, folded below itself where the terminal ends."""

from __future__ import annotations

import textwrap

from qualia._safe import safe_line
from qualia.cli.pretty import cells

_NARROWEST = 40


def folded(head: str, text: str, width: int | None) -> list[str]:
    """Return the lines of a text behind a head; a command is never torn apart.

    Args:
        head: what stands before the text, in its first line.
        text: what is folded.
        width: characters a line of the terminal takes; None when it is no terminal, and then nothing is folded.
    """
    told = safe_line(text)
    if width is None:
        return [head + told]
    room = max(_NARROWEST, width) - cells(head)
    lines = textwrap.wrap(told, room, break_long_words=False, break_on_hyphens=False) or [""]
    return [head + lines[0], *(" " * cells(head) + line for line in lines[1:])]
