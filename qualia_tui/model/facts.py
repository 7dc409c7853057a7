"""Facts of a host as the console keeps them: read from plain answers, and trusting none of their shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qualia._values import is_mapping, is_sequence, is_texts
from qualia.words import spoken

Plain = Mapping[str, Any]


def text(value: object, name: str, default: str = "") -> str:
    """Return a text of a mapping; the default when there is none."""
    found = value.get(name) if is_mapping(value) else None
    return found if isinstance(found, str) else default


def number(value: object, name: str) -> float | None:
    """Return a number of a mapping; None when there is none."""
    found = value.get(name) if is_mapping(value) else None
    return None if isinstance(found, bool) or not isinstance(found, (int, float)) else found


def mapping(value: object, name: str) -> Plain:
    """Return a mapping of a mapping; an empty one when there is none."""
    found = value.get(name) if is_mapping(value) else None
    return found if is_mapping(found) else {}


def items(value: object, name: str | None = None) -> tuple[Plain, ...]:
    """Return the mappings of a list, or of a list in a mapping; what is none of them is left out."""
    found: object = value if name is None else (value.get(name) if is_mapping(value) else None)
    listed: Sequence[Any] = found if is_sequence(found) else ()
    return tuple(each for each in listed if is_mapping(each))


def plain(value: object) -> Plain:
    """Return a value that is a mapping as it is, and anything else as an empty one."""
    return value if is_mapping(value) else {}


def texts(value: object, name: str) -> tuple[str, ...]:
    """Return a list of texts of a mapping; an empty one when there is none."""
    found = value.get(name) if is_mapping(value) else None
    return tuple(found) if is_texts(found) else ()


def in_words(plugin: object, sentence: str) -> str:
    """Return what a plugin says of itself in the language spoken, as its host translates it; else as it is.

    Args:
        plugin: what the host told of it.
        sentence: its summary, or the help of one of its params.
    """
    return text(mapping(mapping(plugin, "translations"), spoken()), sentence, sentence)


def flag(value: object, name: str) -> bool:
    """Return whether a mapping says that something is so."""
    return is_mapping(value) and value.get(name) is True
