"""Scores of English sentences from the pattern lexicon that TextBlob carries."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from math import fsum
from typing import Any

from attrs import frozen

MOST_WORDS = 2_000
"""A longer sentence is scored in pieces of so many words, so that no single one is expensive."""
_CONTRACTION = re.compile(r"\b(ca|wo|sha|ai|\w+?)n['’ʼ]t\b|\b(can)not\b", re.IGNORECASE)
_STEMS = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}


def expand_negations(text: str) -> str:
    """Return English with its contracted negations written out: ``isn't`` -> ``is not``, ``won't`` -> ``will not``.

    The lexicon's scorer reverses what follows "not", but does not see the one in a contraction.
    """
    return _CONTRACTION.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    stem: str = found[1] or found[2]
    return f"{_STEMS.get(stem.lower(), stem)} not"


@frozen
class EnglishScorer:
    """Gives an English sentence its polarity (-1 to 1) and subjectivity (0 to 1)."""

    method: str
    """What scores, with its version."""
    _lexicon: Callable[[str], Any]

    @classmethod
    def load(cls) -> EnglishScorer:
        """Read the lexicon; it needs no NLTK corpus and no network."""
        # What `TextBlob(text).sentiment` asks, without the class that property builds anew at each call.
        lexicon: Callable[[str], Any] = import_module("textblob.en").sentiment
        # It reads its file at the first word and is half-filled meanwhile, which another thread must not see.
        lexicon("good")
        return cls(f"TextBlob {version('textblob')} pattern lexicon, by sentence", lexicon)

    def score(self, sentence: str) -> tuple[float, float, int]:
        """Return polarity and subjectivity, rounded to 4 decimals, and how many words were judged for them.

        A sentence of more than `MOST_WORDS` words gets the mean of its pieces, weighted by the words judged.
        """
        words = expand_negations(sentence).split()
        pieces = [words[place : place + MOST_WORDS] for place in range(0, len(words), MOST_WORDS)]
        scores = [self._lexicon(" ".join(piece)) for piece in pieces]
        weights = [len(score.assessments) for score in scores]
        return (
            weighted_mean([polarity for polarity, _ in scores], weights),
            weighted_mean([subjectivity for _, subjectivity in scores], weights),
            sum(weights),
        )


def weighted_mean(values: list[float], weights: list[int]) -> float:
    """Return the mean of ``values`` by ``weights``, rounded to 4 decimals; 0 when there are none."""
    total = sum(weights)
    mean = fsum(value * weight for value, weight in zip(values, weights, strict=True)) / total if total else 0.0
    return round(mean, 4) + 0.0  # no "-0.0"
