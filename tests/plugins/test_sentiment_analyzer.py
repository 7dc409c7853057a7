"""The sentiment of English texts, and what is said of the others."""

from __future__ import annotations

import socket
import unicodedata
from collections.abc import Callable
from importlib.metadata import version
from types import ModuleType
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.plugin import Document, Segment, build_params
from qualia.records import Sentiment

REVIEW = "I love this wonderful product! The delivery was terrible. It arrived on Monday."


@pytest.fixture(scope="module")
def plugin(load_plugin: Callable[[str], ModuleType]) -> ModuleType:
    return load_plugin("sentiment_analyzer")


@pytest.fixture(scope="module")
def analyze(plugin: ModuleType) -> Callable[..., Sentiment]:
    analyzer = plugin.SentimentAnalyzer()
    analyzer.open()

    def run(document: Document | str, **params: Any) -> Sentiment:
        document = document if isinstance(document, Document) else Document(document)
        return analyzer.analyze(document, build_params(plugin.Params, params, plugin="sentiment_analyzer"))

    return run


Analyze = Callable[..., Sentiment]


def test_each_sentence_is_judged(analyze: Analyze) -> None:
    """A review gets one label for each of its sentences and says where they stand."""
    result = analyze(REVIEW)
    assert (result.status, result.language, result.reason) == ("ok", "en", "")
    assert [sentence.label for sentence in result.sentences] == ["positive", "negative", "neutral"]
    assert [sentence.polarity for sentence in result.sentences] == [0.75, -1.0, 0.0]
    assert [REVIEW[sentence.start : sentence.end] for sentence in result.sentences] == [
        sentence.text for sentence in result.sentences
    ]


def test_the_whole_is_the_mean_by_opinion_words(analyze: Analyze) -> None:
    """The document's figures are those of its sentences, weighted by the 2, 1 and 0 opinion words in them."""
    result = analyze(REVIEW)
    assert result.polarity == round((0.75 * 2 - 1 * 1) / 3, 4)
    assert result.subjectivity == round((0.8 * 2 + 1 * 1) / 3, 4)
    assert result.label == "positive"


@pytest.mark.parametrize(
    ("text", "label"),
    [("I love it, this is wonderful!", "positive"), ("I hate it.", "negative"), ("It is on the table.", "neutral")],
)
def test_the_whole_has_a_label(analyze: Analyze, text: str, label: str) -> None:
    """Praise is positive, complaint negative, a statement neutral."""
    assert analyze(text).label == label


def test_the_scores_are_those_of_textblob(analyze: Analyze) -> None:
    """A sentence without contraction gets what TextBlob's own property says of it."""
    textblob = pytest.importorskip("textblob")
    text = "It was a very good day, although the food was not so great."
    polarity, subjectivity = textblob.TextBlob(text).sentiment
    (sentence,) = analyze(text).sentences
    assert (sentence.polarity, sentence.subjectivity) == (round(polarity, 4), round(subjectivity, 4))


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ"])
@pytest.mark.parametrize(
    "text", ["This isn't good.", "I wasn't happy.", "THE FOOD ISN'T GOOD.", "They weren't very good."]
)
def test_a_contracted_negation_negates(analyze: Analyze, text: str, apostrophe: str) -> None:
    """What follows "isn't" is reversed as after "is not", whichever apostrophe was typed."""
    result = analyze(text.replace("'", apostrophe), language="en")
    assert result.label == "negative"
    assert result.sentences[0].text == text.replace("'", apostrophe)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("It won’t, can't, shan't, ain't", "It will not, can not, shall not, is not"),
        ("I cannot; DON'T", "I can not; DO not"),
        ("hello ant n't don' t 'twasn", "hello ant n't don' t 'twasn"),
    ],
)
def test_negations_are_written_out(plugin: ModuleType, text: str, expanded: str) -> None:
    """Regular and irregular contractions are expanded, nothing else changes."""
    assert plugin.english.expand_negations(text) == expanded


def test_offsets_are_those_of_the_document(analyze: Analyze) -> None:
    """Writing negations out for the scorer moves no offset."""
    text = "It isn't good. It doesn’t work and I can't use it. This is great."
    result = analyze(text)
    assert [text[each.start : each.end] for each in result.sentences] == [each.text for each in result.sentences]
    assert result.sentences[-1].text == "This is great."


@pytest.mark.parametrize(
    "text", ["Odiei. O atendimento foi péssimo e eu não volto mais.", "Adorei tudo, o produto é maravilhoso e eu amo!"]
)
def test_portuguese_is_unsupported(analyze: Analyze, text: str) -> None:
    """A Portuguese text gets no figures, and a sentence that says why in Portuguese."""
    result = analyze(text)
    assert (result.status, result.language, result.polarity, result.label) == ("unsupported", "pt", None, None)
    assert result.reason == "Só textos em inglês podem ser avaliados, e este está em português."
    assert (result.sentences, result.speakers) == ((), ())


def test_a_language_nobody_can_tell_is_unsupported(analyze: Analyze) -> None:
    """A text without enough small words is not scored 0; it can be when its language is named."""
    assert (analyze("Great product!").status, analyze("Great product!").language) == ("unsupported", None)
    assert "could not be told" in analyze("Great product!").reason
    assert analyze("Great product!", language="en").label == "positive"


@pytest.mark.parametrize(
    ("named", "params", "expected"),
    [
        ("en-GB", {}, ("ok", "en")),
        ("EN_us", {}, ("ok", "en")),
        ("pt-BR", {}, ("unsupported", "pt")),
        ("", {}, ("ok", "en")),
        ("pt", {"language": "en"}, ("ok", "en")),
        (None, {"language": "pt"}, ("unsupported", "pt")),
    ],
)
def test_who_decides_the_language(
    analyze: Analyze, named: str | None, params: dict[str, str], expected: tuple[str, str]
) -> None:
    """The param goes before the document's language, and that before what the words show."""
    result = analyze(Document(REVIEW, language=named), **params)
    assert (result.status, result.language) == expected


@pytest.mark.parametrize("document", [Document(""), Document(" \n\n\t")])
def test_an_empty_text_is_empty(analyze: Analyze, document: Document) -> None:
    """Without text there are no figures."""
    result = analyze(document)
    assert (result.status, result.polarity, result.label) == ("empty", None, None)
    assert result.reason != ""


def test_segments_without_text_are_empty(analyze: Analyze) -> None:
    """When all segments are blank there are no sentences."""
    result = analyze(Document(REVIEW + "  ", segments=[Segment(len(REVIEW), len(REVIEW) + 2, speaker="Ana")]))
    assert result.status == "empty"


def meeting(*turns: tuple[str | None, str, float | None]) -> Document:
    text, segments = "", []
    for speaker, words, begin_s in turns:
        segments.append(Segment(len(text), len(text) + len(words), speaker=speaker, begin_s=begin_s))
        text += words + "\n"
    return Document(text, segments=segments)


def test_sentences_know_who_said_them_and_when(analyze: Analyze) -> None:
    """Each sentence takes speaker and time from its segment, and ends where that ends."""
    document = meeting(
        ("Ana", "I love this. It is great", 1.5), ("Bob", "and the rest was terrible", 7.0), (None, "Ok.", None)
    )
    result = analyze(document)
    assert [(each.speaker, each.begin_s, each.text) for each in result.sentences] == [
        ("Ana", 1.5, "I love this."),
        ("Ana", 1.5, "It is great"),
        ("Bob", 7.0, "and the rest was terrible"),
        (None, None, "Ok."),
    ]
    assert all(document.text[each.start : each.end] == each.text for each in result.sentences)


def test_each_speaker_has_a_mean(analyze: Analyze) -> None:
    """Named speakers come in order of first appearance with the mean of their sentences by words."""
    result = analyze(
        meeting(
            ("Bob", "This is terrible.", None), ("Ana", "It is great.", None), ("Bob", "It is on the big table.", None)
        )
    )
    bob = [each for each in result.sentences if each.speaker == "Bob"]
    assert [(each.speaker, each.label, each.sentences) for each in result.speakers] == [
        ("Bob", "negative", 2),
        ("Ana", "positive", 1),
    ]
    assert result.speakers[0].polarity == (bob[0].polarity + bob[1].polarity) / 2  # "terrible" and "big"


def test_the_list_of_sentences_can_be_left_out(analyze: Analyze) -> None:
    """Without the list the figures stay."""
    whole, short = analyze(REVIEW), analyze(REVIEW, sentences=False)
    assert short.sentences == ()
    assert (short.polarity, short.subjectivity, short.label) == (whole.polarity, whole.subjectivity, whole.label)


def test_the_threshold_is_crossed_not_met(analyze: Analyze) -> None:
    """A polarity equal to the threshold is neutral still."""
    assert analyze("It is the wonderful product I love.", threshold=0.75).label == "neutral"
    assert analyze("It is the wonderful product I love.", threshold=0.74).label == "positive"


def test_the_method_names_its_version(analyze: Analyze) -> None:
    """The record says what scored it."""
    assert analyze(REVIEW).method == f"TextBlob {version('textblob')} pattern lexicon, by sentence"


def test_neither_corpora_nor_network_are_needed(plugin: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens and judges with no NLTK data in reach and every socket refused."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a socket was asked for")

    data = pytest.importorskip("nltk.data")
    monkeypatch.setattr(data, "path", [])
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    analyzer = plugin.SentimentAnalyzer()
    analyzer.open()
    assert analyzer.analyze(Document("I love it and it isn't bad."), plugin.Params()).label == "positive"
    analyzer.close()


def test_a_very_long_sentence_is_scored_in_pieces(plugin: ModuleType, analyze: Analyze) -> None:
    """A sentence without end gets the mean of its pieces, weighted by their words."""
    text = "good " * plugin.english.MOST_WORDS + "terrible " * 1_000
    (sentence,) = analyze(text, language="en").sentences
    assert sentence.polarity == round((0.7 * 2_000 - 1.0 * 1_000) / 3_000, 4)


@given(text=st.lists(st.sampled_from(["good", "isn't", "café", "não", "bad", "very", ".", "😀", "\n\n"])).map(" ".join))
def test_figures_stay_in_their_ranges_and_accents_may_be_decomposed(analyze: Analyze, text: str) -> None:
    """Polarity is in -1..1, subjectivity in 0..1, and NFD gives what NFC gives."""
    result = analyze(unicodedata.normalize("NFC", text), language="en")
    assert analyze(unicodedata.normalize("NFD", text), language="en") == result
    assert result.status == "ok" if text.strip() else "empty"
    assert all(-1 <= each.polarity <= 1 and 0 <= each.subjectivity <= 1 for each in result.sentences)
