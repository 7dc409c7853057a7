"""Text of strangers made safe for a terminal: whatever could steer it becomes a visible escape."""

from __future__ import annotations

import re

# C0 without tab and line feed, DEL, C1, the marks that reorder or break lines, and halves of characters.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def escaped(match: re.Match[str]) -> str:
    """Return the visible escape of a matched character."""
    return f"\\u{ord(match[0]):04x}"


def safe_text(text: str) -> str:
    """Return text that cannot steer a terminal: control characters become visible escapes, line ends stay."""
    return UNSAFE.sub(escaped, text.replace("\r\n", "\n"))


def safe_line(text: str) -> str:
    """Return text as one safe line, runs of white space as one space."""
    return safe_text(" ".join(text.split()))
