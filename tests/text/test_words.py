"""What a word is, and how words are counted."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qualia.text import count_words, iter_words
from qualia.text import words as rules

ALPHABET = (
    "aZçãßİŉǅΐнжहिन्दी漢ﬁ1²½Ⅷ٣'’‘`´ʼ-‐‑–—_.,:;!?\"()<= \t\n\u00a0"
    "\u0301\u0327\u0338\u0345\u00ad\u200b\u200c\u200d\u2028\ufeff😀\ufe0f"
)
texts = st.text(alphabet=st.one_of(st.sampled_from(ALPHABET), st.characters()), max_size=40)


def slow_words(text: str) -> list[str]:
    """Look at the characters of the whole text one by one, as the module's description has it."""
    text = unicodedata.normalize("NFC", "".join(char for char in text if char not in "\u00ad\u2060\ufeff"))
    text = unicodedata.normalize("NFC", text.casefold())
    text = "".join("'" if char in "‘’ʼ＇´`" else "-" if char in "‐‑" else char for char in text)
    runs: list[tuple[str, bool]] = []
    at = ends_at = 0
    while at < len(text):
        if unicodedata.category(text[at])[0] not in "LN":
            at += 1
            continue
        end = at + 1
        while end < len(text) and unicodedata.category(text[end])[0] in "LMN":
            end += 1
        run = text[at:end]
        is_word = all(unicodedata.category(char)[0] != "N" for char in run)
        joined = at > 0 and text[at - 1] in "'-\u200c\u200d" and bool(runs) and runs[-1][1] and ends_at == at - 1
        if joined and is_word:
            runs[-1] = (runs[-1][0] + text[at - 1] + run, True)
        else:
            runs.append((run, is_word))
        at = ends_at = end
    return [run for run, is_word in runs if is_word]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Gato gato, GATO!", ["gato", "gato", "gato"]),
        ("don't don’t d'água d´água", ["don't", "don't", "d'água", "d'água"]),
        ("guarda-chuva disse-me-ia fim‑de‑semana", ["guarda-chuva", "disse-me-ia", "fim-de-semana"]),
        ("enseada,--eram; sim – não", ["enseada", "eram", "sim", "não"]),
        ("'quoted' -dash- rock'n'roll", ["quoted", "dash", "rock'n'roll"]),
        ("co\u00adoperação \ufeffolá", ["cooperação", "olá"]),
        ("हिन्दी और मराठी", ["हिन्दी", "और", "मराठी"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("snake_case", ["snake", "case"]),
        ("123 x1 m² 2º 10h covid-19", ["covid"]),
        ("👩‍💻 ❤️ 🎉", []),
        ("", []),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    """Letters with marks and inner apostrophes or hyphens are words, whichever way they are typed."""
    assert list(iter_words(text)) == words


def test_decomposed_text_has_the_words_of_composed_text() -> None:
    """Words typed as base letters with marks are counted with those typed as whole letters."""
    text = "João bebe café com ação"
    assert count_words(unicodedata.normalize("NFD", text)) == count_words(text)


def test_case_can_be_kept() -> None:
    """Without folding, words that differ in case are apart."""
    assert count_words("Casa casa CASA", fold=False) == {"Casa": 1, "casa": 1, "CASA": 1}


def test_numbers_can_be_kept() -> None:
    """Numbers stay whole with their separators, and words with their digits."""
    words = iter_words("Em 2024, R$ 1.234,56 às 10:30: covid-19 e x1.", numbers=True)
    assert list(words) == ["em", "2024", "r", "1.234,56", "às", "10:30", "covid-19", "e", "x1"]


def test_counts_come_in_order_of_first_appearance() -> None:
    """The counter's order is the text's, so that ties can be broken by it."""
    assert list(count_words("c a b a c")) == ["c", "a", "b"]


@given(texts)
@example("a\u0301 \u0301b <\u0338a 1\u0301a a1\u0301b")
@example("a'b-c1 1-a a--b 'a' x\u200dy")
def test_words_equal_a_slow_reading(text: str) -> None:
    """The pattern finds what a look at every character finds."""
    assert list(iter_words(text)) == slow_words(text)


@given(texts, st.booleans(), st.booleans())
def test_counting_equals_iterating(text: str, fold: bool, numbers: bool) -> None:
    """The counts are those of the words in order."""
    counted = count_words(text, fold=fold, numbers=numbers)
    assert list(counted.items()) == list(Counter(iter_words(text, fold=fold, numbers=numbers)).items())


@given(st.lists(texts), st.booleans(), st.booleans())
def test_a_chunk_does_not_depend_on_its_neighbours(parts: list[str], fold: bool, numbers: bool) -> None:
    """Texts with white space between them have the words of each, in order."""
    together = list(iter_words("\n".join(parts), fold=fold, numbers=numbers))
    assert together == [word for part in parts for word in iter_words(part, fold=fold, numbers=numbers)]


@given(texts)
def test_every_word_is_composed_and_folded(text: str) -> None:
    """Words can be compared as they are: composed, with the plain apostrophe and hyphen."""
    for word in iter_words(text):
        assert unicodedata.is_normalized("NFC", word)
        assert not set("’‘`´‐‑\u00ad") & set(word)


@pytest.mark.parametrize("major", ["M", "N"])
def test_no_mark_or_number_is_overlooked(major: str) -> None:
    """The code points that are looked through hold all marks and numbers there are."""
    everywhere = {code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] == major}
    looked_at = {code for part in rules._PLANES for code in part}
    assert everywhere - looked_at == set()
