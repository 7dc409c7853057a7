"""The words that carry grammar only."""

from __future__ import annotations

import unicodedata

import pytest

from qualia.text import STOP_WORD_LANGUAGES, iter_words, stop_words


def test_the_languages_are_listed() -> None:
    """Portuguese and English have lists."""
    assert STOP_WORD_LANGUAGES == ("pt", "en")


@pytest.mark.parametrize("language", STOP_WORD_LANGUAGES)
def test_each_is_spelled_as_words_are(language: str) -> None:
    """Every stop word is one word as the text rules spell it, so that it can match."""
    assert [word for word in stop_words(language) if list(iter_words(word)) != [word]] == []


@pytest.mark.parametrize("language", STOP_WORD_LANGUAGES)
def test_each_is_folded_and_composed(language: str) -> None:
    """Every stop word is case folded and NFC."""
    found = stop_words(language)
    assert {unicodedata.normalize("NFC", word.casefold()) for word in found} == found


@pytest.mark.parametrize("word", ["ano", "dia", "hoje", "gente", "coisa", "d'água", "nunca", "trabalho", "reunião"])
def test_portuguese_content_stays(word: str) -> None:
    """Words a study may be about are no stop words in Portuguese."""
    assert word not in stop_words("pt")


@pytest.mark.parametrize("word", ["year", "day", "today", "people", "like", "never", "time", "work", "meeting"])
def test_english_content_stays(word: str) -> None:
    """Words a study may be about are no stop words in English."""
    assert word not in stop_words("en")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt", "A gente não estava lá, né? Então pra você também é assim, mas nós vamos à outra."),
        ("en", "I don't think that's it, and we're not there because they didn't, um, you know."),
    ],
)
def test_grammar_goes(language: str, text: str) -> None:
    """Of an ordinary spoken sentence, only what it is about stays."""
    left = [word for word in iter_words(text) if word not in stop_words(language)]
    assert left == {"pt": ["gente"], "en": ["think", "know"]}[language]


def test_an_unknown_language_is_refused() -> None:
    """A language without a list is an error that names those with one."""
    with pytest.raises(ValueError, match="no stop words for 'xx'; there are for pt, en"):
        stop_words("xx")
