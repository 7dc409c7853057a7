"""In which mood a word is said: the mean polarity of the sentences it stands in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import fsum

from attrs import frozen

from qualia.draw import Language, Theme, number
from qualia.records import Sentiment
from qualia.text import WordReader, WordRules

_THRESHOLD = 0.1
"""Mean polarity from which a word counts as one of positive or of negative sentences."""
_EVERY_WORD = WordRules(numbers=True, emoji=True, urls=True)


@frozen(kw_only=True)
class Moods:
    """The sentiment that words are said with."""

    means: Mapping[str, float]
    """Word -> mean polarity of the sentences it stands in, -1 to 1; words in none are left out."""

    def colour(self, word: str, colours: Theme) -> str:
        """Return the colour of a word of the record."""
        mean = self.means.get(word, 0.0)
        return colours.positive if mean > _THRESHOLD else colours.negative if mean < -_THRESHOLD else colours.neutral

    def heading(self, language: Language) -> str:
        """Return what heads the figures in the table."""
        return "Polaridade média das frases" if language == "pt" else "Mean polarity of its sentences"

    def name(self, word: str, language: Language) -> str:
        """Return a word's figure as people read it; empty when it has none."""
        mean = self.means.get(word)
        return "" if mean is None else number(mean, language, decimals=2, signed=True)

    def legend(self, colours: Theme, language: Language) -> list[tuple[str, str]]:
        """Return what each colour says; of a text without judged sentences, that there are none."""
        if not self.means:
            return [("sem frases avaliadas" if language == "pt" else "no sentence was judged", colours.neutral)]
        if language == "pt":
            names = ("em frases positivas", "em frases negativas", "em frases neutras ou mistas")
        else:
            names = ("in positive sentences", "in negative sentences", "in neutral or mixed ones")
        return list(zip(names, (colours.positive, colours.negative, colours.neutral), strict=True))


def moods_of(words: Iterable[str], sentiment: Sentiment) -> Moods:
    """Return the mean polarity of the sentences that hold each of the words or sequences of words.

    Args:
        words: as a record lists them. A dictionary form that the text does not have is in no sentence.
        sentiment: judged from the same text.
    """
    reader = WordReader(_EVERY_WORD)
    wanted: dict[tuple[str, ...], list[str]] = {}
    for word in words:
        wanted.setdefault(_read(reader, word), []).append(word)
    longest = max(map(len, wanted), default=0)
    found: dict[tuple[str, ...], list[float]] = {}
    for sentence in sentiment.sentences:
        for each in _sequences(_read(reader, sentence.text), longest) & wanted.keys():
            found.setdefault(each, []).append(sentence.polarity)
    # Exact, because `sum` adds floats in another way since Python 3.12.
    means = {sequence: fsum(polarities) / len(polarities) for sequence, polarities in found.items()}
    return Moods(means={word: means[sequence] for sequence in means for word in wanted[sequence]})


def _read(reader: WordReader, text: str) -> tuple[str, ...]:
    return tuple(word for words in reader.lists(text) for word in words)


def _sequences(words: Sequence[str], longest: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + length]) for length in range(1, longest + 1) for at in range(len(words) - length + 1)}
