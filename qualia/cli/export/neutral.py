"""Texts made harmless for the programs that open tables: no formula starts, no half characters."""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"
"""Stands for half a character, which no file in UTF-8 can hold."""
# The first characters that spreadsheets take for a formula (OWASP, "CSV Injection"), their full-width forms, which some
# fold to the plain ones, and white space before them, which some drop. Marks that are there already are doubled, so
# that removing one gives the text back.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HALVES = re.compile("[\ud800-\udfff]")


def without_formula(text: str) -> str:
    """Return a text no spreadsheet takes for a formula: an apostrophe before what begins like one.

    Numbers stay as they are, with their sign too.
    """
    if _FORMULA.match(text) is None or _NUMBER.fullmatch(text) is not None:
        return text
    return f"'{text}"


def with_formula(text: str) -> str:
    """Return the text that `without_formula` was given."""
    is_marked = text.startswith("'") and without_formula(text[1:]) == text
    return text[1:] if is_marked else text


def whole(text: str) -> str:
    """Return a text without halves of characters, `REPLACEMENT` in their places."""
    return _HALVES.sub(REPLACEMENT, text)
