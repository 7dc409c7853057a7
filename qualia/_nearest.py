"""Names that were probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.5) -> tuple[str, ...]:
    """Return up to three of the ``known`` names that look like ``word``, nearest first; ``cutoff`` 1 means equal."""
    from difflib import get_close_matches

    return tuple(get_close_matches(word, list(known), n=3, cutoff=cutoff))


def unknown_name(word: str, known: Iterable[str]) -> str:
    """Say that ``word`` is unknown, and what was probably meant or what there is to choose from."""
    names = tuple(known)
    choices = f"known: {', '.join(names)}" if names else "nothing is known here"
    return f"is unknown; {did_you_mean(nearest(word, names)) or choices}"


def did_you_mean(near: tuple[str, ...]) -> str:
    """Ask whether one of some names was meant; empty for none."""
    return f"did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
