"""The facts of a meeting that a report shows: who spoke how much, how long it took, what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from math import fsum
from operator import lt, sub
from typing import Any

from attrs import frozen

from qualia.text import WordReader, WordRules, count_words

from .turns import Removed, Transcript, Turn

_LONG = 1 << 18
_EDGES = '.,;:!?"()[]\u2026\u201c\u201d\u00ab\u00bb\u2013\u2014'
_LATIN_END = "\u0250"
_MOST_KNOWN = 200_000
_BATCH = 64
"""Texts that are looked at together; one that is not plain makes all of its batch be looked at one by one."""


class WordCounts(dict[str, int]):
    """How many words stand in each chunk between two spaces, remembered for the chunks that come again."""

    def __init__(self) -> None:
        super().__init__()
        self._reader = WordReader(WordRules(numbers=True))
        self._kinds = bytes(map(_kind, range(256)))

    def __missing__(self, chunk: str) -> int:
        if len(self) > _MOST_KNOWN:
            self.clear()
        bare = chunk.strip(_EDGES)
        is_word = bare.isalpha() and (bare.isascii() or max(bare) < _LATIN_END)
        count = 1 if is_word else sum(map(len, self._reader.lists(chunk)))
        self[chunk] = count
        return count

    def of(self, text: str) -> int:
        """Return how many words a text has, numbers among them."""
        if len(text) > _LONG:
            return count_words(text, numbers=True).total()
        return sum(map(self.__getitem__, text.split()))

    def total(self, texts: Sequence[str]) -> int:
        """Return how many words texts have together; each must have single blanks between its chunks."""
        each = filter(None, texts)
        return sum(map(self._batch, iter(lambda: list(islice(each, _BATCH)), [])))

    def _batch(self, texts: list[str]) -> int:
        if max(map(len, texts)) <= _LONG and (count := self._plain("\n".join(texts))) is not None:
            return count
        return sum(map(self._one, texts))

    def _one(self, text: str) -> int:
        count = None if len(text) > _LONG else self._plain(text)
        return self.of(text) if count is None else count

    def _plain(self, text: str) -> int | None:
        """Count the words of a text whose chunks are all words with marks at their ends, or marks alone.

        Such a text need not be cut into its chunks, which is most of the time that counting takes. None for any other.
        """
        try:
            kinds = text.encode("latin-1").translate(self._kinds)
        except UnicodeEncodeError:
            return None
        # Marks before letters can be those of an address; what joins letters must stand behind one.
        if b"x" in kinds or b".a" in kinds or (b"-" in kinds and kinds.count(b"-") != kinds.count(b"a-")):
            return None
        return 1 + kinds.count(b" ") - kinds.count(b" .") - kinds.startswith(b".")


def _kind(code: int) -> int:
    """Return what a character of latin-1 is among words: a letter, a joint, a mark at their edge, a blank, or other."""
    char = chr(code)
    if char.isalpha():
        return ord("a")
    return ord("-" if char in "-'" else "." if char in _EDGES else " " if char in " \n" else "x")


def facts(
    source: Transcript, timed: Sequence[Turn], turns: Sequence[Turn], removed: Iterable[Removed], words: WordCounts
) -> dict[str, Any]:
    """Return the metadata of a cleaned transcript.

    Args:
        source: what was read.
        timed: its turns with their final moments; the duration is theirs, whatever was left out later.
        turns: the turns kept.
        removed: the lines left out.
        words: what counts words.
    """
    speakers = _speakers(turns, words)
    moments = _moments(timed)
    left_out = [{"text": line.text, "reason": line.reason} for line in removed]
    return {
        "format": source.format,
        "variant": source.variant,
        "speakers": [row for row in speakers if row["name"] is not None],
        "duration_s": moments.duration_s,
        "removed": left_out,
        "cues": source.cues,
        "quality": _quality(source, moments, turns, speakers),
    }


def _speakers(turns: Sequence[Turn], words: WordCounts) -> list[dict[str, Any]]:
    """Return a row for each speaker, in order of first appearance; shares are of all words kept."""
    spoken: dict[str | None, list[Turn]] = {}
    for turn in turns:
        spoken.setdefault(turn.speaker, []).append(turn)
    counts = {name: words.total([text for _, text, _, _ in own]) for name, own in spoken.items()}
    total = sum(counts.values())
    return [
        {
            "name": name,
            "turns": len(own),
            "words": counts[name],
            "seconds": _seconds(own),
            "share": counts[name] / total if total else 0.0,
            "first_s": next((turn.begin_s for turn in own if turn.begin_s is not None), None),
        }
        for name, own in spoken.items()
    ]


def _seconds(turns: Sequence[Turn]) -> float | None:
    """Return how long turns last together; None when none has both its moments."""
    lengths = [turn.end_s - turn.begin_s for turn in turns if turn.begin_s is not None and turn.end_s is not None]
    return round(fsum(lengths), 3) if lengths else None


def _quality(
    source: Transcript, moments: _Moments, turns: Sequence[Turn], speakers: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return how far a transcript can be trusted; the reference of the plugin explains each figure."""
    total = sum(row["words"] for row in speakers)
    unnamed = sum(row["words"] for row in speakers if row["name"] is None)
    begins, ends = moments.begins, moments.ends
    return {
        "turns": len(turns),
        "words": total,
        "attributed": round(1 - unnamed / total, 4) if total else None,
        "timed": round(len(begins) / moments.turns, 4) if moments.turns else None,
        "repeated": source.repeated,
        "out_of_order": sum(map(lt, begins[1:], begins)),
        "overlaps": sum(map(lt, begins[1:], ends)),
        "longest_pause_s": round(max(0.0, *map(sub, begins[1:], ends)), 3) if len(begins) > 1 else None,
        "damaged_characters": sum([turn.text.count("\ufffd") for turn in turns]),
    }


@frozen
class _Moments:
    """The times of the turns that have one."""

    begins: list[float]
    ends: list[float]
    """The begin again for a turn without an end."""
    turns: int
    """How many turns there are, with a time or without."""

    @property
    def duration_s(self) -> float | None:
        """The seconds from the first moment to the last; None without times."""
        return round(max(max(self.begins), max(self.ends)) - min(self.begins), 3) if self.begins else None


def _moments(turns: Sequence[Turn]) -> _Moments:
    return _Moments(
        [begin_s for _, _, begin_s, _ in turns if begin_s is not None],
        [begin_s if end_s is None else end_s for _, _, begin_s, end_s in turns if begin_s is not None],
        len(turns),
    )
