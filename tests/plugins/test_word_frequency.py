"""Word frequencies of documents and speakers."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.plugin import Document, Segment, build_params
from qualia.records import SpeakerWords, WordCount, WordFrequencies
from qualia.text import iter_words, stop_words

Analyze = Callable[..., WordFrequencies]


@pytest.fixture(scope="session")
def analyze(load_plugin: Callable[[str], ModuleType]) -> Analyze:
    """Count a document or text with the plugin, with the params given."""
    plugin = load_plugin("word_frequency")

    def run(document: Document | str, **params: Any) -> WordFrequencies:
        document = Document(document) if isinstance(document, str) else document
        return plugin.WordFrequency().analyze(document, build_params(plugin.Params, params, plugin="word_frequency"))

    return run


def counts(found: WordFrequencies | SpeakerWords) -> dict[str, int]:
    return {item.word: item.count for item in found.words}


def test_portuguese_words_without_stop_words_and_numbers(analyze: Analyze) -> None:
    """Case is folded, stop words and numbers are left out, and every figure counts what is left."""
    found = analyze("Gato gato GATO cachorro, pato; pato 123 x1 o de que", language="pt")
    assert found == WordFrequencies(
        words=(
            WordCount("gato", 3, per_million=333333.33),
            WordCount("pato", 2, per_million=222222.22),
            WordCount("cachorro", 1, per_million=111111.11),
        ),
        total=6,
        distinct=3,
        hapax=1,
        running=9,
        language="pt",
        stop_words=3,
        left_out=(WordCount("de", 1), WordCount("o", 1), WordCount("que", 1)),
        stop_list=f"pt: {len(stop_words('pt'))} words",
    )


def test_all_words_as_they_are_written(analyze: Analyze) -> None:
    """With case kept and no stop words every spelling is a word, and the cut does not touch the totals."""
    found = analyze("Gato gato GATO cachorro, pato; pato 123 x1 o de que", case_sensitive=True, stop_words=False, top=2)
    assert (counts(found), found.distinct, found.total) == ({"pato": 2, "GATO": 1}, 8, 9)
    assert (found.language, found.stop_words) == (None, 0)


def test_ties_are_alphabetical(analyze: Analyze) -> None:
    """Words as frequent as each other come in the order of the alphabet."""
    assert list(counts(analyze("c b a b c d", language="none"))) == ["b", "c", "a", "d"]


@pytest.mark.parametrize("text", ["", "   \n", "123 !!! 😀"])
def test_nothing_to_count_is_zero(analyze: Analyze, text: str) -> None:
    """A text without words has zero totals and is no error."""
    assert analyze(text) == WordFrequencies(words=(), total=0, distinct=0)


def test_the_language_is_detected(analyze: Analyze) -> None:
    """Nobody named a language: that of the text decides which words are left out."""
    found = analyze("I don't know whether this will work, but we can try it again with the team.")
    assert found.language == "en"
    assert list(counts(found)) == ["know", "team", "try", "work"]


@pytest.mark.parametrize(("language", "code"), [("pt", "pt"), ("pt-BR", "pt"), ("en_US", "en"), ("fr", None)])
def test_the_documents_language_goes_before_detection(analyze: Analyze, language: str, code: str | None) -> None:
    """What the document says of its language holds; one without a list has no stop words."""
    document = Document("the team and o time", language=language)
    assert analyze(document).language == code


def test_an_unknown_language_loses_no_word(analyze: Analyze) -> None:
    """Where the language cannot be told, nothing is left out as a stop word."""
    found = analyze("zug blik")
    assert (counts(found), found.language, found.stop_words) == ({"blik": 1, "zug": 1}, None, 0)


def test_a_named_language_goes_before_the_documents(analyze: Analyze) -> None:
    """The param decides whatever the document says."""
    found = analyze(Document("the team and o time", language="pt"), language="en")
    assert (list(counts(found)), found.language) == (["o", "team", "time"], "en")


def test_extra_stop_words_hold_in_any_language(analyze: Analyze) -> None:
    """Extra stop words match as words do, also typed in capitals, in several words or decomposed."""
    extra = ["PROJETO", "São Paulo", unicodedata.normalize("NFD", "Reunião")]
    found = analyze("projeto em são paulo, reunião boa", language="none", extra_stop_words=extra)
    assert (counts(found), found.stop_words) == ({"boa": 1, "em": 1}, 4)


def test_stop_words_are_found_in_any_case(analyze: Analyze) -> None:
    """Counting case apart does not bring stop words back."""
    assert counts(analyze("The THE the Don’t Team", language="en", case_sensitive=True)) == {"Team": 1}


def test_contractions_are_stop_words_but_content_is_not(analyze: Analyze) -> None:
    """The contraction of grammar goes in every spelling; that of content stays."""
    assert counts(analyze("don't don’t won't", language="en")) == {}
    assert counts(analyze("um copo d’água", language="pt")) == {"copo": 1, "d'água": 1}


def test_short_words_can_be_left_out(analyze: Analyze) -> None:
    """Words below the length are not counted, nor counted as stop words."""
    found = analyze("a bb ccc dddd", language="none", min_length=3)
    assert (counts(found), found.total, found.stop_words) == ({"ccc": 1, "dddd": 1}, 2, 0)


def test_numbers_can_be_counted(analyze: Analyze) -> None:
    """Numbers are words when they are asked for."""
    assert counts(analyze("2024 covid-19 2024", language="none", numbers=True)) == {"2024": 2, "covid-19": 1}


def test_speakers_have_their_own_words(analyze: Analyze) -> None:
    """Each speaker's words are those of their segments, in order of first appearance; labels count nowhere."""
    text = "Bia: casa azul\nAna: casa\nBia: azul azul"
    segments = [Segment(5, 14, speaker="Bia"), Segment(20, 24, speaker="Ana"), Segment(30, 39, speaker="Bia")]
    found = analyze(Document(text, segments=segments), language="pt", top=1)
    assert found.speakers == (
        SpeakerWords(
            speaker="Bia", words=(WordCount("azul", 3, per_million=750000.0),), total=4, distinct=2, running=4
        ),
        SpeakerWords(speaker="Ana", words=(WordCount("casa", 1, per_million=1e6),), total=1, distinct=1, running=1),
    )
    assert (counts(found), found.total) == ({"azul": 3}, 5)


def test_segments_without_a_speaker_name_nobody(analyze: Analyze) -> None:
    """Segments that only mark time make no speakers."""
    assert analyze(Document("casa azul", segments=[Segment(0, 4, begin_s=1.0)])).speakers == ()


def test_decomposed_text_counts_the_same(analyze: Analyze) -> None:
    """The same words give the same record however their accents are typed."""
    text = "João toma café e João faz ação"
    assert analyze(unicodedata.normalize("NFD", text)) == analyze(text)


@given(text=st.text(alphabet="abAB çã'-1 \n", max_size=60), top=st.integers(1, 5))
def test_figures_agree_with_each_other(analyze: Analyze, text: str, top: int) -> None:
    """The list is the head of all words counted, and total, distinct and hapax are those of all."""
    found = analyze(text, language="none", top=top)
    expected = Counter(iter_words(text))
    assert [(item.word, item.count) for item in found.words] == sorted(
        expected.items(), key=lambda item: (-item[1], item[0])
    )[:top]
    assert (found.total, found.distinct) == (expected.total(), len(expected))
    assert found.hapax == list(expected.values()).count(1)


@given(st.lists(st.tuples(st.sampled_from(["Ana", "Bia"]), st.text(alphabet="ab ", max_size=10)), max_size=6))
def test_speakers_share_out_the_whole(analyze: Analyze, turns: list[tuple[str, str]]) -> None:
    """When every word is in somebody's segment, the speakers' totals add up to the whole."""
    text, segments = "", []
    for speaker, words in turns:
        segments.append(Segment(len(text), len(text) + len(words), speaker=speaker))
        text += words + "\n"
    found = analyze(Document(text, segments=segments), language="none")
    assert sum(speaker.total for speaker in found.speakers) == found.total
    assert [speaker.speaker for speaker in found.speakers] == list(dict.fromkeys(speaker for speaker, _ in turns))
