"""How much a sentence praises or blames: its words by a lexicon, changed by the words around them.

The model is that of VADER (Hutto and Gilbert, 2014), written anew so that time grows linearly with the text, phrases
and stretched words are known, negation ends with the clause, and the words that decided are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt

from attrs import evolve, frozen

from .lexicon import Lexicon
from .pieces import Piece, is_glad, pieces, shortened
from .rules import (
    AFTER_CONTRAST,
    BEFORE_CONTRAST,
    CAPITALS,
    DEGREE,
    EXCLAMATION,
    FADING,
    FULL,
    MOST_EXCLAMATIONS,
    MOST_QUESTIONS,
    NEGATED,
    QUESTION,
    REACH,
    REPEATED,
    STRETCHED,
    Rules,
)

_GLAD, _SAD = 2.0, -1.9
_LATERAL = frozenset({"la", "las", "lo", "los"})
"""Pronouns an infinitive loses its r before."""
_LEAST = 0.01
"""A repetition that would count less than that is no reason at all."""


@frozen
class Hit:
    """A word, phrase, emoji or face that was worth something."""

    key: str
    start: int
    """In the sentence."""
    end: int
    worth: float
    """After all rules."""
    negated: bool
    place: int
    """Index of its first piece."""


@frozen
class Reading:
    """What a sentence says."""

    total: float
    """The worth of all hits, with the marks' emphasis; any number."""
    weight: float
    """The worth of all hits, each away from 0."""
    hits: tuple[Hit, ...]

    @property
    def polarity(self) -> float:
        """-1 to 1."""
        return bounded(self.total)

    @property
    def subjectivity(self) -> float:
        """0 to 1: how much opinion there is, whichever way."""
        return bounded(self.weight)


def bounded(total: float) -> float:
    """Return a total as a figure between -1 and 1."""
    return total / sqrt(total * total + FULL)


@frozen
class Valence:
    """Reads sentences by a lexicon and rules."""

    lexicon: Lexicon
    rules: Rules

    def pieces(self, text: str) -> list[Piece]:
        """Return the pieces of an NFC sentence, as `read` takes them."""
        found = list(pieces(text, plain=self.rules.folds_accents))
        for place, piece in enumerate(found):
            key = self._unstretched(piece.key) if piece.stretched else piece.key
            key = self.rules.spellings.get(key, key)
            if key is not piece.key:
                found[place] = piece._replace(key=key)
        return found

    def _unstretched(self, stretched: str) -> str:
        """Return the small word of the rules that a stretched word is (``muuuito``), or the word as it is."""
        known = (self.rules.negations, self.rules.degrees, self.rules.spellings)
        return next((key for key in shortened(stretched) if any(key in words for words in known)), stretched)

    def read(self, text: str, found: Sequence[Piece]) -> Reading:
        """Return what an NFC sentence says, of which ``found`` are the pieces."""
        hits = _without_repetition(self._contrasted(found, self._hits(found)))
        if any(hit.key in self.rules.ironies for hit in hits):
            hits = [evolve(hit, worth=hit.worth * NEGATED) if hit.worth > 0 else hit for hit in hits]
        total = fsum(hit.worth for hit in hits)
        if total:
            total += _emphasis(text) if total > 0 else -_emphasis(text)
        if total > 0:
            total = max(0.0, total - self.rules.discount)
        return Reading(total, fsum(abs(hit.worth) for hit in hits), tuple(hits))

    def _hits(self, found: Sequence[Piece]) -> list[Hit]:
        loud = [piece.loud for piece in found if piece.kind == "word"]
        shouts = any(loud) and not all(loud)
        hits: list[Hit] = []
        place = floor = 0
        while place < len(found):
            length, worth = self._looked_up(found, place)
            if worth:
                piece, negated, key = found[place], False, found[place].key
                if piece.kind == "word":
                    first = max(floor, place - 2 * self.rules.reach)
                    more = CAPITALS * (shouts and piece.loud)
                    near = found[first : place + length + 2]
                    worth, negated = self._in_context(near, place - first, length, worth, more)
                    if length > 1:
                        key = " ".join(each.key for each in found[place : place + length])
                hits.append(Hit(key, piece.start, found[place + length - 1].end, worth, negated, place))
            place += length
            if length > 1:
                # The negation inside a phrase is part of it, and turns nothing round behind it.
                floor = place
        return hits

    def _looked_up(self, found: Sequence[Piece], place: int) -> tuple[int, float]:
        """Return how many pieces are one entry, at least 1, and what it is worth; 0 for what no list holds."""
        piece = found[place]
        if piece.kind == "emoji":
            return 1, self.lexicon.emoji.get(piece.key, 0.0)
        if piece.kind == "face":
            return 1, _GLAD if is_glad(piece.key) else _SAD
        if piece.kind != "word":
            return 1, 0.0
        for length, phrases in self.lexicon.phrases.get(piece.key, ()):
            worth = phrases.get(tuple([each.key for each in found[place + 1 : place + 1 + length]]))
            if worth is not None:
                return 1 + length, worth
        if place == 0 and piece.key in self.rules.openers and len(found) > 1 and found[1].key == ",":
            return 1, 0.0
        if piece.key in self.rules.negations or piece.key in self.rules.degrees:
            return 1, self.lexicon.words.get(piece.key, 0.0) if piece.key in self.rules.negations else 0.0
        return 1, self._word(piece)

    def _word(self, piece: Piece) -> float:
        worth = self.lexicon.words.get(piece.key, 0.0)
        if not worth and "-" in piece.key and self.rules.enclitics:
            return self._verb(piece.key)
        if not worth and piece.stretched:
            twice, once = shortened(piece.key)
            worth = self.lexicon.words.get(twice) or self.lexicon.words.get(once, 0.0)
        return worth

    def _verb(self, key: str) -> float:
        """Return what a verb is worth that pronouns hang on: ``adorei-o``, ``adorá-lo``, ``recomendo-lhe``."""
        verb, *others = key.split("-")
        if not self.rules.enclitics.issuperset(others):
            return 0.0
        return self.lexicon.words.get(verb + "r" if others[0] in _LATERAL else verb, 0.0)

    def _in_context(
        self, found: Sequence[Piece], place: int, length: int, worth: float, more: float
    ) -> tuple[float, bool]:
        """Return what a hit is worth among its neighbours and with ``more`` of it, and whether it is negated."""
        more += STRETCHED * found[place].stretched
        if self.rules.degrees_behind:
            behind = found[place + length : place + length + 2]
            if behind and {behind[0].key, " ".join([piece.key for piece in behind])} & self.rules.degrees_behind:
                more += DEGREE
        distance = negations = 0
        for before in range(place - 1, -1, -1):
            piece = found[before]
            if piece.kind == "mark" and piece.key not in '#"“”':
                break
            if piece.kind != "word":
                continue
            if piece.key in self.rules.contrasts or distance == self.rules.reach:
                break
            if piece.key in self.rules.passed:
                continue
            if distance < REACH:
                more += self.rules.degrees.get(piece.key, 0.0) * FADING[distance]
            negations += piece.key in self.rules.negations
            distance += 1
        worth += more if worth > 0 else -more
        return (worth * NEGATED, True) if negations % 2 else (worth, False)

    def _contrasted(self, found: Sequence[Piece], hits: list[Hit]) -> list[Hit]:
        contrasts = self.rules.contrasts
        last = next((place for place in range(len(found) - 1, -1, -1) if found[place].key in contrasts), None)
        if last is None:
            return hits
        return [
            evolve(hit, worth=hit.worth * (BEFORE_CONTRAST if hit.place < last else AFTER_CONTRAST)) for hit in hits
        ]


def _without_repetition(hits: list[Hit]) -> list[Hit]:
    seen: dict[str, float] = {}
    found: list[Hit] = []
    for hit in hits:
        share = seen.get(hit.key, 1.0)
        seen[hit.key] = share * REPEATED
        if share < _LEAST:
            continue
        found.append(hit if share == 1.0 else evolve(hit, worth=hit.worth * share))
    return found


def _emphasis(text: str) -> float:
    questions = text.count("?")
    asked = min(MOST_QUESTIONS, questions * QUESTION) if questions > 1 else 0.0
    return min(MOST_EXCLAMATIONS, text.count("!")) * EXCLAMATION + asked
