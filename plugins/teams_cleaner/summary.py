"""The facts of a meeting that a report shows: who spoke how much, how long it took, what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum
from typing import Any

from qualia.text import count_words

from .turns import Removed, Transcript, Turn


def words_in(*turns: Turn) -> int:
    """Return how many words turns have, numbers among them."""
    return count_words("\n".join(turn.text for turn in turns), numbers=True).total()


def facts(
    source: Transcript, timed: Sequence[Turn], turns: Sequence[Turn], removed: Iterable[Removed]
) -> dict[str, Any]:
    """Return the metadata of a cleaned transcript.

    Args:
        source: what was read.
        timed: its turns with their final moments; the duration is theirs, whatever was left out later.
        turns: the turns kept.
        removed: the lines left out.
    """
    return {
        "format": source.format,
        "speakers": _speakers(turns),
        "duration_s": _duration_s(timed),
        "removed": [{"text": line.text, "reason": line.reason} for line in removed],
        "cues": source.cues,
    }


def _speakers(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """Return a row for each named speaker, in order of first appearance; shares are of all words kept."""
    spoken: dict[str | None, list[Turn]] = {}
    for turn in turns:
        spoken.setdefault(turn.speaker, []).append(turn)
    words = {name: words_in(*own) for name, own in spoken.items()}
    total = sum(words.values())
    return [
        {
            "name": name,
            "turns": len(own),
            "words": words[name],
            "seconds": _seconds(own),
            "share": words[name] / total if total else 0.0,
            "first_s": next((turn.begin_s for turn in own if turn.begin_s is not None), None),
        }
        for name, own in spoken.items()
        if name is not None
    ]


def _seconds(turns: Sequence[Turn]) -> float | None:
    """Return how long turns last together; None when none has both its moments."""
    lengths = [turn.end_s - turn.begin_s for turn in turns if turn.begin_s is not None and turn.end_s is not None]
    return round(fsum(lengths), 3) if lengths else None


def _duration_s(turns: Sequence[Turn]) -> float | None:
    """Return the seconds from the first moment to the last; None without times."""
    moments = [moment for turn in turns for moment in (turn.begin_s, turn.end_s) if moment is not None]
    return round(max(moments) - min(moments), 3) if moments else None
