"""A result as text for people: a record in its own tables, anything else as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from qualia._values import to_plain
from qualia.cli.pretty import pretty
from qualia.cli.pretty_words import words_shown
from qualia.cli.words import _
from qualia.records import WordFrequencies


def readable(value: object, *, width: int | None) -> str:
    """Return a value as tables; ``width`` is the terminal's, in characters, None without one."""
    if isinstance(value, WordFrequencies):
        return words_shown(value, width=width)
    return pretty(to_plain(value), width=width)


def reading_told(metadata: Mapping[str, Any]) -> str | None:
    """Return how a document was read, in a sentence; None where its metadata do not tell."""
    quality: object = metadata.get("quality")
    if not isinstance(metadata.get("format"), str) or not isinstance(quality, Mapping):
        return None
    facts = cast("Mapping[str, Any]", quality)
    share = facts.get("attributed")
    told: list[object] = [metadata["format"], metadata.get("variant")]
    return _(
        "read as {format}: turns {turns}, speakers {speakers}, words with a speaker {attributed}, left out {removed}",
        format=", ".join(str(each) for each in told if each),
        turns=facts.get("turns"),
        speakers=_many(metadata.get("speakers")),
        attributed=f"{share:.0%}" if isinstance(share, (int, float)) else "–",
        removed=_many(metadata.get("removed")),
    )


def _many(items: object) -> int:
    return len(cast("Sequence[Any]", items)) if isinstance(items, (list, tuple)) else 0
