"""Where a key stands in a TOML text: tomllib says what a file holds, not where."""

from __future__ import annotations

import re

_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_TABLE = re.compile(rf"[ \t]*\[\[?[ \t]*({_DOTTED})[ \t]*\]")
_KEY = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_PARTS = re.compile(_PART)
# A string of several lines, the others, and comments: whichever begins first swallows what is in it.
_SWALLOWED = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|' + r"'''.*?'''" + r'|"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|#[^\n]*", re.DOTALL
)

_FEW_DOTS = 100
_DEEP = re.compile(r"(?<![A-Za-z0-9_-])(?:[A-Za-z0-9_-]+[ \t]*\.[ \t]*){16}")


def is_deep(text: str) -> bool:
    """Tell whether a key of a TOML text has more than 16 parts.

    tomllib needs time that grows with the square of their number: half a minute for a file of 64 KiB.
    """
    return text.count(".") > _FEW_DOTS and _DEEP.search(_SWALLOWED.sub(_placeholder, text)) is not None


def _placeholder(match: re.Match[str]) -> str:
    return "" if match[0].startswith("#") else "s"


def line_of(text: str, *keys: str) -> int | None:
    """Return the line, from 1, on which a key stands; None when it is not found.

    A key inside an inline table stands where that table's own key does. Meant for people who look for a mistake: an odd
    way of writing keys (escapes in quoted ones) is not followed.

    Args:
        text: the TOML text.
        keys: the key's name, after those of the tables it stands in.
    """
    if not keys:
        return None
    table: tuple[str, ...] = ()
    nearest: int | None = None
    for number, line in enumerate(_outside_strings(text).split("\n"), 1):
        heading = _TABLE.match(line)
        key = None if heading else _KEY.match(line)
        if heading:
            table = _names(heading[1])
        here = table if heading else (*table, *_names(key[1])) if key else ()
        if here[: len(keys)] == keys:
            return number
        if nearest is None and here and here == keys[: len(here)]:
            nearest = number
    return nearest


def _outside_strings(text: str) -> str:
    """Return the text with the line breaks of long strings alone left of them, so that nothing in one looks like a key.

    Short strings stay: they may be keys.
    """

    def blank(match: re.Match[str]) -> str:
        found = match[0]
        if found.startswith("#"):
            return ""
        return "\n" * found.count("\n") if found.startswith(('"""', "'''")) else found

    return _SWALLOWED.sub(blank, text)


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PARTS.findall(dotted))


def end_of(text: str) -> tuple[int, int]:
    """Return the line and column, from 1, at which a text ends."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")
