"""A command as somebody would type it: words joined so that a shell takes them apart again."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence

from qualia._safe import safe_line

_MARKS: Mapping[str, str] = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", "'": "\\'"}


def command_line(words: Sequence[str]) -> str:
    """Return words as one line for a shell (on Windows, for its command prompt).

    A word with characters that a terminal would obey is written as ``$'...'``, which bash and zsh read.
    """
    if os.name == "nt":
        import subprocess

        return subprocess.list2cmdline(words)
    return " ".join(quoted(word) for word in words)


def quoted(word: str) -> str:
    """Return a word as a POSIX shell takes it."""
    if safe_line(word) != " ".join(word.split()) or re.search(r"[^\S ]", word):
        return f"$'{''.join(_marked(char) for char in word)}'"
    return shlex.quote(word)


def _marked(char: str) -> str:
    if char in _MARKS:
        return _MARKS[char]
    if 0xDC80 <= ord(char) <= 0xDCFF:
        # Bytes of a name that are no UTF-8.
        return f"\\x{ord(char) - 0xDC00:02x}"
    if char == " " or safe_line(char) == char != "":
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))


def path_word(path: str) -> str:
    """Return a path so that no command takes it for an option or for standard input."""
    return f"./{path}" if path.startswith("-") else path
