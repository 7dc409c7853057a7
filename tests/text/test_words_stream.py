"""Texts of any size are read in pieces, in memory that grows with the words and not with the text."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from itertools import pairwise
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualia.text import WordCounter, WordReader, WordRules, count_words, iter_words, spelled, words

# Without what may hold a comma or stand between ideographs: a link, a name or a hashtag longer than a window is cut.
texts = st.text(alphabet="abç1.:-'’—\u0301\u00ad漢,;!\"<> \n\u00a0", max_size=60)


def _at_once(chunk: str, rules: WordRules) -> list[str]:
    """Return what the pattern finds in a chunk, whatever its length."""
    return [word for word, _, _ in WordReader(rules)._find(spelled(chunk))]


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read and remember next to nothing at once."""
    monkeypatch.setattr(words, "_WINDOW", 6)
    monkeypatch.setattr(words, "_REACH", 3)
    monkeypatch.setattr(words, "_MOST_CHUNKS", 2)


@pytest.mark.usefixtures("small_pieces")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, st.booleans())
def test_pieces_have_the_words_of_the_whole(text: str, numbers: bool) -> None:
    """Wherever a text is cut, its words and their order are those of the text read at once."""
    rules = WordRules(numbers=numbers)
    whole = [word for chunk in text.split() for word in _at_once(chunk, rules)]
    assert list(iter_words(text, rules)) == whole
    assert list(count_words(text, rules).items()) == list(Counter(whole).items())
    assert "".join(words.windows(text)) == text


@pytest.mark.usefixtures("small_pieces")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts.map(lambda text: normalize("NFC", text.replace("\u00ad", ""))))
def test_spans_point_at_their_words(text: str) -> None:
    """Each word stands where its span says, in order, and the words are those of the text."""
    found = list(WordReader().spans(text))
    assert [word for word, _, _ in found] == list(iter_words(text))
    assert all(list(iter_words(text[start:end])) == [word] for word, start, end in found if " " not in text[start:end])
    assert all(left[2] <= right[1] for left, right in pairwise(found))


def test_spans_reach_over_what_vanishes() -> None:
    """A soft hyphen or a folded letter moves no span off its word."""
    text = "(co\u00adop) “d’água” Straße-b,c"
    assert [(word, text[start:end]) for word, start, end in WordReader().spans(text)] == [
        ("coop", "co\u00adop"),
        ("d'água", "d’água"),
        ("strasse-b", "Straße-b"),
        ("c", "c"),
    ]


@pytest.mark.parametrize(
    "line",
    ["casa azul, ", "casa,azul;", '"casa"<azul>', "漢字。カナ", "漢字", "https://a.b/c d ", "10,5;"],
    ids=["spaces", "commas", "quotes", "sentences", "ideographs", "links", "numbers"],
)
def test_one_long_line_takes_no_memory_of_its_own(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line much longer than a window is counted in the memory of a window, with or without white space."""
    monkeypatch.setattr(words, "_WINDOW", 1 << 14)
    monkeypatch.setattr(words, "_MOST_CHUNKS", 1 << 10)
    text = line * (400_000 // len(line))
    count_words(line)
    tracemalloc.start()
    try:
        found = count_words(text, WordRules(numbers=True))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    times = 400_000 // len(line)
    assert found == {word: count * times for word, count in count_words(line, WordRules(numbers=True)).items()}
    assert peak < 2.5e6


def test_words_never_seen_again_are_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not count leaves nothing behind: a line of different numbers takes the memory of a window."""
    monkeypatch.setattr(words, "_WINDOW", 1 << 14)
    monkeypatch.setattr(words, "_MOST_CHUNKS", 1 << 10)
    text = " ".join(map(str, range(50_000)))
    count_words("1")
    tracemalloc.start()
    try:
        assert count_words(text) == {}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2.5e6


@given(st.lists(texts, max_size=4))
def test_a_counter_adds_texts_up(parts: list[str]) -> None:
    """Texts added one after the other count as the texts with white space between them do."""
    reader = WordReader()
    counter, other = WordCounter(reader), WordCounter(reader)
    for part in parts:
        counter.add(part)
        other.add(part + " a")
    assert list(counter.counts().items()) == list(count_words("\n".join(parts)).items())
    assert other.counts().total() == counter.counts().total() + len(parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sim. Não", [["sim", "", "não"]]),
        ("«Sim!» disse; e foi… assim: ok", [["sim", "", "disse", "", "e", "foi", "", "assim", "", "ok"]]),
        ("是。不", [["是", "不"]]),
        ("a, b", [["a", "b"]]),
    ],
)
def test_the_end_of_a_sentence_is_marked(text: str, expected: list[list[str]]) -> None:
    """Asked for breaks, an empty word follows each chunk that ends a sentence."""
    assert list(WordReader().lists(text, breaks=True)) == expected
