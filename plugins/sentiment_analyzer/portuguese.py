"""Portuguese: LeIA's lexicon, put right and added to by the project's own, with rules of the language."""

from __future__ import annotations

from attrs import frozen

from .forms import portuguese_forms
from .lexicon import Lexicon, base_entries, emoji_entries, own_entries
from .rules import portuguese
from .score import Score, one_sided
from .valence import Valence

BORROWED = 0.5
"""What an entry of LeIA's counts where the project's list has none: it is a translation of an English list."""


@frozen
class PortugueseScorer:
    """Gives a Portuguese sentence its polarity and subjectivity."""

    method: str
    """What scores."""
    _valence: Valence

    @classmethod
    def load(cls) -> PortugueseScorer:
        """Read the lexicons."""
        own = own_entries("portuguese.txt", portuguese_forms)
        borrowed = base_entries("leia.txt", scale=BORROWED)
        # A borrowed phrase such as "muito feliz" would hide what the own list and the rules say of its words.
        hiding = {entry for entry in borrowed if " " in entry and any(own.get(word) for word in entry.split(" "))}
        entries = {entry: worth for entry, worth in borrowed.items() if entry not in hiding} | own
        return cls(
            "Qualia lexicon for Portuguese and LeIA lexicon 0.0.1, by sentence",
            Valence(Lexicon.of(entries, emoji_entries()), portuguese()),
        )

    def score(self, text: str) -> Score:
        """Return what an NFC sentence says; subjectivity is how much opinion it holds, whichever way."""
        reading = self._valence.read(text, self._valence.pieces(text))
        return Score(
            polarity=reading.polarity,
            subjectivity=reading.subjectivity,
            opinions=len(reading.hits),
            hits=reading.hits,
            agreement=one_sided(reading),
        )
