"""A command as somebody would type it: words joined so that a shell takes them apart again."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

from qualia.cli.output import safe_line

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


def run_words(
    command: str,
    file: str,
    plugin: str,
    *,
    params: Mapping[str, str] | None = None,
    output: str | None = None,
    more: Iterable[str] = (),
) -> list[str]:
    """Return the words of ``process``, ``analyze`` or ``visualize``.

    Args:
        command: one of these three.
        file: what to work on.
        plugin: the plugin's id.
        params: texts by name, as ``-P`` takes them; None for none.
        output: where to write; None for the screen.
        more: words behind them.
    """
    return [command, path_word(file), "-p", plugin, *param_words(params or {}), *output_words(output), *more]


def param_words(params: Mapping[str, str]) -> list[str]:
    """Return params as ``-P KEY=VALUE`` words."""
    return [word for name, text in params.items() for word in ("-P", f"{name}={text}")]


def output_words(output: str | None) -> list[str]:
    """Return ``-o`` with where to write; nothing for None."""
    return [] if output is None else ["-o", path_word(output)]


def pipeline_words(
    file: str, pipeline: str, *, folder: str | None = None, replaces: bool = False, more: Iterable[str] = ()
) -> list[str]:
    """Return the words of ``pipeline``.

    Args:
        file: the document.
        pipeline: the pipeline's file.
        folder: where results go; None for the screen.
        replaces: whether files that are there may be replaced.
        more: words behind them.
    """
    force = ["--force"] if replaces and folder is not None else []
    return ["pipeline", path_word(file), "-c", path_word(pipeline), *output_words(folder), *force, *more]
