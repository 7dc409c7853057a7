"""Which language a text is in."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.text import LANGUAGES, detect_language, language_votes

SENTENCES = {
    "pt": "Eu não sei se isso vai dar certo, mas a gente pode tentar de novo com a equipe.",
    "en": "I don't know whether this will work, but we can try it again with the team.",
    "es": "No sé si esto va a funcionar, pero podemos intentarlo de nuevo con el equipo.",
    "fr": "Je ne sais pas si cela va marcher, mais nous pouvons essayer avec l'équipe.",
    "de": "Ich weiß nicht, ob das klappt, aber wir können es mit der Gruppe noch einmal versuchen.",
    "it": "Non so se questo funzionerà, ma possiamo provare di nuovo con la squadra.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_one_sentence_is_enough(language: str) -> None:
    """An ordinary sentence is told in each of the six languages."""
    assert detect_language(SENTENCES[language]) == language


@pytest.mark.parametrize("language", SENTENCES)
def test_capitals_do_not_matter(language: str) -> None:
    """A text in capitals is told as well."""
    assert detect_language(SENTENCES[language].upper()) == language


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("12:30 — 45 %", id="no words"),
        pytest.param("Zwrt plinque", id="words of nobody"),
        pytest.param("Ok!", id="too short"),
        pytest.param("Москва слезам не верит, и это знают все.", id="another script"),
        pytest.param(
            "Koira juoksee metsässä ja lapset leikkivät pihalla, kun aurinko paistaa kirkkaasti.", id="another language"
        ),
    ],
)
def test_nothing_is_guessed(text: str) -> None:
    """Where words say too little the answer is None."""
    assert detect_language(text) is None


def test_a_text_in_two_languages_is_a_tie() -> None:
    """A text that is half Portuguese, half English has no language."""
    assert detect_language("isso não foi bom. this was not good. " * 4) is None


@pytest.mark.parametrize(
    ("text", "language"), [("Péssimo atendimento", "pt"), ("Great product!", "en"), ("Que linda!!!", "pt")]
)
def test_two_words_can_be_enough(text: str, language: str) -> None:
    """A shout of two words is told when lists or letters know them."""
    assert detect_language(text) == language


def test_links_mentions_and_hashtags_have_no_vote() -> None:
    """A Portuguese post with English names in it stays Portuguese."""
    text = "não gostei #TheBestOfTheWorld @what_is_this https://example.org/the/and/of"
    assert detect_language(text) == "pt"


@pytest.mark.parametrize("text", ["", "Ok!", "Show", "No", "Ana Paula", "e o meeting?"])
def test_what_is_expected_holds_where_words_say_little(text: str) -> None:
    """A short turn is in the language of the conversation."""
    assert detect_language(text, expected="pt") == "pt"
    assert detect_language(text, expected="en") == "en"


@pytest.mark.parametrize("language", SENTENCES)
def test_what_is_expected_yields_to_a_clear_vote(language: str) -> None:
    """A whole sentence in another language is told as such."""
    other = "en" if language != "en" else "pt"
    assert detect_language(SENTENCES[language], expected=other) == language


@pytest.mark.parametrize("language", SENTENCES)
def test_votes_can_be_looked_at(language: str) -> None:
    """The ranking begins with the language of the sentence, and lists and letters both vote."""
    votes = language_votes(SENTENCES[language])
    assert votes.ranking[0] == language
    assert set(votes.ranking) == set(LANGUAGES)
    assert votes.of(language) == votes.listed[language] + votes.letters[language]
    assert votes.of("xx") == 0
    assert sum(votes.listed.values()) + sum(votes.letters.values()) <= votes.words


def test_portuguese_chat_is_told_by_its_own_words() -> None:
    """Spoken forms that no book writes count too."""
    assert detect_language("né, a gente tá aqui pra ver isso") == "pt"


def test_one_shared_word_decides_nothing() -> None:
    """A small word that a foreign language repeats does not make it one of ours."""
    assert detect_language(" ".join(f"te kaka{name} i kiri{name}" for name in "bdfgklmnprst")) is None


def test_only_the_beginning_is_looked_at() -> None:
    """What follows the sample changes nothing."""
    beginning = (SENTENCES["pt"] + "\n") * 2_000
    assert detect_language(beginning + SENTENCES["en"] * 20_000) == "pt"


@given(st.lists(st.sampled_from([*" ".join(SENTENCES.values()).split(), "x", "…"]), max_size=30).map(" ".join))
def test_the_way_accents_are_encoded_does_not_matter(text: str) -> None:
    """Composed and decomposed accents give the same answer, one of six codes or None."""
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    assert detect_language(decomposed) == detect_language(composed)
    assert detect_language(composed) in {*SENTENCES, None}
