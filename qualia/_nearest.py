"""Names that were probably meant."""

from __future__ import annotations

from collections.abc import Iterable

_AS_NEAR = 0.12
"""How much less a second guess may look like the word than the first, so that a good guess stands alone."""


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> tuple[str, ...]:
    """Return up to three of the ``known`` names that look like ``word``, nearest first; ``cutoff`` 1 means equal."""
    from difflib import SequenceMatcher, get_close_matches

    near = get_close_matches(word, list(known), n=3, cutoff=cutoff)
    alike = [SequenceMatcher(None, name, word).ratio() for name in near]
    return tuple(name for name, ratio in zip(near, alike, strict=True) if ratio >= alike[0] - _AS_NEAR)


def unknown_name(word: str, known: Iterable[str]) -> str:
    """Say that ``word`` is unknown, and what was probably meant or what there is to choose from."""
    names = tuple(known)
    choices = f"known: {', '.join(names)}" if names else "nothing is known here"
    return f"is unknown; {did_you_mean(nearest(word, names)) or choices}"


def did_you_mean(near: tuple[str, ...]) -> str:
    """Ask whether one of some names was meant; empty for none."""
    return f"did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
