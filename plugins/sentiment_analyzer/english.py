"""English: TextBlob's lexicon, mended, and VADER's as a second opinion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.metadata import version
from math import fsum
from typing import Any

from attrs import frozen

from .forms import english_forms
from .lexicon import Lexicon, base_entries, emoji_entries, own_entries
from .pieces import Piece, shortened
from .rules import english
from .score import Score, one_sided
from .valence import Hit, Reading, Valence

FIRST_OPINION, SECOND_OPINION = 0.2, 0.8
"""What TextBlob's polarity and that of VADER's lexicon count in the mean; chosen on half of the rated sentences
and on the training posts."""
_CONTRACTION = re.compile(r"\b(ca|wo|sha|ai|\w+?)n['’ʼ]t\b|\b(can)not\b", re.IGNORECASE)
_STEMS = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}
_NEGATIONS = frozenset({"hardly", "scarcely", "barely", "without", "nor", "neither", "cannot"})


def expand_negations(text: str) -> str:
    """Return English with its contracted negations written out: ``isn't`` -> ``is not``, ``won't`` -> ``will not``.

    TextBlob reverses what follows "not", but does not see the one in a contraction.
    """
    return _CONTRACTION.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    stem: str = found[1] or found[2]
    return f"{_STEMS.get(stem.lower(), stem)} not"


@frozen
class EnglishScorer:
    """Gives an English sentence its polarity and subjectivity."""

    method: str
    """What scores, with its version."""
    _assess: Callable[[Any], Sequence[tuple[Any, ...]]]
    _valence: Valence

    @classmethod
    def load(cls) -> EnglishScorer:
        """Read the lexicons; they need no NLTK corpus and no network."""
        # What `TextBlob(text).sentiment` asks, without the class that property builds anew at each call, and without
        # the tokenizer, which takes two thirds of its time.
        sentiment: Any = import_module("textblob.en").sentiment
        # It reads its file at the first word and is half-filled meanwhile, which another thread must not see.
        sentiment("good")
        own = own_entries("english.txt", english_forms)
        unlearnt = {word for word, valence in own.items() if not valence}
        entries = {**own, **base_entries("vader.txt")} | dict.fromkeys(unlearnt, 0.0)
        entries["no"] = 0.0
        return cls(
            f"TextBlob {version('textblob')} pattern lexicon ({FIRST_OPINION:g}) and VADER lexicon "
            f"({SECOND_OPINION:g}), by sentence",
            sentiment.assessments,
            Valence(Lexicon.of(entries, emoji_entries()), english()),
        )

    def score(self, text: str) -> Score:
        """Return the weighted mean of both opinions on an NFC sentence; subjectivity is TextBlob's.

        Where TextBlob knows none of the words, as of an emoji, subjectivity is the second opinion's.
        """
        found = self._valence.pieces(text)
        second = self._valence.read(text, found)
        first = self._assess(_words_for_textblob(found))
        polarity, subjectivity = 0.0, second.subjectivity
        if first:
            polarity = fsum(each[1] for each in first) / len(first)
            subjectivity = fsum(each[2] for each in first) / len(first)
        return Score(
            polarity=FIRST_OPINION * polarity + SECOND_OPINION * second.polarity,
            subjectivity=min(1.0, max(0.0, subjectivity)),
            opinions=max(len(second.hits), len(first)),
            hits=second.hits or _hits_of(first, found),
            agreement=_agreement(polarity if first else None, second),
        )


def _words_for_textblob(found: Sequence[Piece]) -> Iterator[tuple[str, None]]:
    """Yield what TextBlob assesses: words, the first of equal marks, and faces; contractions written out."""
    for piece in found:
        if piece.kind == "word":
            if piece.key in _NEGATIONS:
                yield "not", None
            elif "n't" in piece.key:
                for word in expand_negations(piece.key).split():
                    yield word, None
            else:
                yield shortened(piece.key)[0] if piece.stretched else piece.key, None
        elif piece.kind == "face":
            yield piece.key.lower(), None
        elif piece.kind == "mark" and piece.key != "#":
            yield piece.key[0], None


def _hits_of(assessments: Sequence[tuple[Any, ...]], found: Sequence[Piece]) -> tuple[Hit, ...]:
    """Return the pieces TextBlob judged where the second opinion knew none."""
    worth = {str(words[-1]): float(polarity) * 4 for words, polarity, *_ in assessments if polarity}
    if not worth:
        return ()
    return tuple(
        Hit(piece.key, piece.start, piece.end, worth.pop(piece.key), False, place)
        for place, piece in enumerate(found)
        if piece.key in worth
    )


def _agreement(first: float | None, second: Reading) -> float:
    """Return the larger share of the second opinion, halved where the two contradict each other."""
    share = one_sided(second)
    contradicts = first is not None and first * second.total < 0
    return share * (0.5 if contradicts else 1.0)
