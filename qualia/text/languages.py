"""The language of a text, told by votes of its words: the frequent ones by name, the others by their letters."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache
from math import exp, log
from types import MappingProxyType

from attrs import frozen

from qualia.text import frequent_words

_SAMPLE_CHARACTERS = 150_000
"""How much of a text is looked at; about 25,000 words."""
# Links, mentions and hashtags are of no language; a name in one of them would vote.
_PIECE = re.compile(r"(?:https?://|www\.)\S++|[@#]\w++|([^\W\d_]++)")
_THRICE = re.compile(r"(.)\1{2,}")
_LISTS: Mapping[str, str] = MappingProxyType(
    {
        "de": frequent_words.GERMAN,
        "en": frequent_words.ENGLISH,
        "es": frequent_words.SPANISH,
        "fr": frequent_words.FRENCH,
        "it": frequent_words.ITALIAN,
        "pt": frequent_words.PORTUGUESE,
    }
)
LANGUAGES: tuple[str, ...] = tuple(_LISTS)
"""The ISO 639-1 codes that can be told."""
_LETTERS_VOTE = 0.35
"""What a word that no list has counts at most: letters tell less than a word."""
_SMOOTHING = 0.3
_SHORT = 20
"""Up to so many words a text says little and is seldom in a language without a list: what it says is enough then."""
_SMALLEST_SHARE, _SMALLEST_SHARE_OF_SHORT = 0.2, 0.1
"""Votes of listed words by all words; running text of a language has 0.5 and more, that of another one seldom 0.15."""
_LARGEST_SHARE = 0.06
"""Most votes of one word, by words there are: a single small word that a foreign language shares decides nothing."""
_FEWEST_VOTES = 0.3
_NEAR_TIE, _NEAR_TIE_OF_SHORT = 0.85, 0.95
_EXPECTED = 2.5
"""The most a text's expected language may be behind in votes before another one is believed."""


@frozen
class LanguageVotes:
    """How a text voted."""

    words: int
    """How many words there were in the sample."""
    listed: Mapping[str, float]
    """Votes of words that the lists have, by language."""
    letters: Mapping[str, float]
    """Votes of the other words, by language; each shares out at most 0.35."""

    def of(self, language: str) -> float:
        """Return all votes for a language; 0 for one that cannot be told."""
        return self.listed.get(language, 0.0) + self.letters.get(language, 0.0)

    @property
    def ranking(self) -> tuple[str, ...]:
        """All languages, most votes first."""
        return tuple(sorted(self.listed, key=lambda language: (-self.of(language), language)))


def detect_language(text: str, *, expected: str | None = None) -> str | None:
    """Return the ISO 639-1 code of a text in de, en, es, fr, it or pt, from its first 150,000 characters.

    Frequent words vote, a word of several languages for each in parts; the other words vote by their letters, three by
    three, as far as these are commoner in one language's list than in the others'. None when that cannot tell: too few
    votes, too few for the words there are, or a near tie.

    Args:
        text: any text; it need not be NFC.
        expected: the language of what stands around it. It is the answer where the votes cannot tell, or favour
            another one by little; None when nothing is expected.
    """
    votes = language_votes(text)
    first, second = votes.ranking[:2]
    short = votes.words <= _SHORT
    told = (
        votes.of(first) >= _FEWEST_VOTES
        and votes.listed[first] >= (_SMALLEST_SHARE_OF_SHORT if short else _SMALLEST_SHARE) * votes.words
        and votes.of(second) <= (_NEAR_TIE_OF_SHORT if short else _NEAR_TIE) * votes.of(first)
    )
    if expected is None:
        return first if told else None
    return first if told and votes.of(first) - votes.of(expected) > _EXPECTED else expected


def language_votes(text: str) -> LanguageVotes:
    """Return how the words of a text vote."""
    sample = unicodedata.normalize("NFC", text[:_SAMPLE_CHARACTERS]).lower()
    words = Counter(_THRICE.sub(r"\1\1", word) for word in _PIECE.findall(sample))
    del words[""]
    listed = dict.fromkeys(LANGUAGES, 0.0)
    letters = dict.fromkeys(LANGUAGES, 0.0)
    most = 1 + _LARGEST_SHARE * words.total()
    voters = _voters()
    for word, count in words.items():
        if word in voters:
            for language in voters[word]:
                listed[language] += min(count, most) / len(voters[word])
        else:
            for language, vote in _by_letters(word).items():
                letters[language] += vote * min(count, most)
    return LanguageVotes(words.total(), MappingProxyType(listed), MappingProxyType(letters))


@cache
def _voters() -> Mapping[str, tuple[str, ...]]:
    voters: dict[str, list[str]] = {}
    for language, words in _LISTS.items():
        for word in set(words.split()):
            voters.setdefault(word, []).append(language)
    return MappingProxyType({word: tuple(languages) for word, languages in voters.items()})


@cache
def _trigrams() -> Mapping[str, tuple[float, ...]]:
    """Return the logarithm of how common each trigram is in the list of each language, beside their mean."""
    counts = {
        language: Counter(each for word in set(words.split()) for each in _threes(word))
        for language, words in _LISTS.items()
    }
    known = {trigram for found in counts.values() for trigram in found}
    totals = {language: found.total() + _SMOOTHING * len(known) for language, found in counts.items()}
    rows: dict[str, tuple[float, ...]] = {}
    for trigram in known:
        row = [log((counts[language][trigram] + _SMOOTHING) / totals[language]) for language in LANGUAGES]
        middle = sum(row) / len(row)
        rows[trigram] = tuple(each - middle for each in row)
    return MappingProxyType(rows)


def _threes(word: str) -> list[str]:
    padded = f" {word} "
    return [padded[place : place + 3] for place in range(len(padded) - 2)]


def _by_letters(word: str) -> dict[str, float]:
    """Share a vote out among languages by the letters of a word; an even share counts nothing."""
    rows = _trigrams()
    found = [rows[three] for three in _threes(word[:30]) if three in rows]
    if not found:
        return {}
    odds = [exp(min(30.0, sum(row[place] for row in found) / 1.5)) for place in range(len(LANGUAGES))]
    even = sum(odds) / len(odds)
    shares = [max(0.0, each - even) for each in odds]
    whole = sum(odds)
    return {language: _LETTERS_VOTE * share / whole for language, share in zip(LANGUAGES, shares, strict=True) if share}
