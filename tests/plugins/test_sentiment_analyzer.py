"""The sentiment of English and Portuguese texts as a whole, and what is said of the others."""

from __future__ import annotations

import socket
import sys
import unicodedata
from collections.abc import Callable
from importlib.metadata import version
from types import ModuleType
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.plugin import Document, Segment, UnsupportedInput, build_params
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
    assert [sentence.polarity for sentence in result.sentences] == [0.8114, -0.5813, 0.0]
    assert [REVIEW[sentence.start : sentence.end] for sentence in result.sentences] == [
        sentence.text for sentence in result.sentences
    ]


def test_the_whole_is_the_mean_by_opinion_words(analyze: Analyze) -> None:
    """The document's figures are those of its sentences, weighted by the 2, 1 and 0 opinion words in them."""
    result = analyze(REVIEW + " It stands on the table by the window of the room." * 5)
    assert result.polarity == round((0.8114 * 2 - 0.5813 * 1) / 3, 4)
    assert result.subjectivity == round((0.8 * 2 + 1 * 1) / 3, 4)
    assert result.label == "positive"


def test_a_post_is_one_utterance(analyze: Analyze) -> None:
    """Reasons of several sentences add up in a text of up to 280 characters; its sentences are judged all the same."""
    result = analyze("So good! So nice! And so kind!")
    assert len(result.sentences) == 3
    assert result.polarity is not None
    assert result.polarity > max(sentence.polarity for sentence in result.sentences)


@pytest.mark.parametrize(
    ("text", "label"),
    [("I love it, this is wonderful!", "positive"), ("I hate it.", "negative"), ("It is on the table.", "neutral")],
)
def test_the_whole_has_a_label(analyze: Analyze, text: str, label: str) -> None:
    """Praise is positive, complaint negative, a statement neutral."""
    assert analyze(text).label == label


@pytest.mark.parametrize(
    "text", ["It was a very good day, although the food was not so great.", "A truly awful, boring film!", "It rains."]
)
def test_english_is_a_mean_of_two_opinions(plugin: ModuleType, analyze: Analyze, text: str) -> None:
    """TextBlob's own polarity counts 0.2, that of VADER's lexicon 0.8; subjectivity is TextBlob's."""
    textblob = pytest.importorskip("textblob")
    polarity, subjectivity = textblob.TextBlob(text).sentiment
    english = plugin.english.EnglishScorer.load()
    second = english._valence.read(text, english._valence.pieces(text)).polarity
    (sentence,) = analyze(text, language="en").sentences
    assert sentence.polarity == pytest.approx(0.2 * polarity + 0.8 * second, abs=1e-4)
    assert sentence.subjectivity == pytest.approx(subjectivity, abs=1e-4)


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
    ("text", "label"),
    [
        ("Odiei. O atendimento foi péssimo e eu não volto mais.", "negative"),
        ("Adorei tudo, o produto é maravilhoso e eu amo!", "positive"),
        ("A reunião foi marcada para as dez horas na sala de cima.", "neutral"),
    ],
)
def test_portuguese_is_judged(analyze: Analyze, text: str, label: str) -> None:
    """A Portuguese text is found to be one, and judged by Portuguese words."""
    result = analyze(text)
    assert (result.status, result.language, result.label) == ("ok", "pt", label)
    assert "LeIA" in result.method


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Je ne sais pas si cela va marcher, mais nous pouvons essayer avec l'équipe.", "fr"),
        ("Koira juoksee metsässä ja lapset leikkivät pihalla, kun aurinko paistaa kirkkaasti.", None),
        ("Qwrtz plmk!", None),
    ],
)
def test_other_languages_are_unsupported(analyze: Analyze, text: str, language: str | None) -> None:
    """A text in another language, or in one nobody can tell, is never scored 0: there are no figures and a reason."""
    result = analyze(text)
    assert (result.status, result.language, result.polarity, result.label) == ("unsupported", language, None, None)
    assert (result.sentences, result.speakers, result.interpretation) == ((), (), "")
    assert ("French" if language else "could not be told") in result.reason
    assert ("francês" if language else "Não foi possível") in analyze(text, wording="pt").reason


def test_a_language_nobody_can_tell_can_be_named(analyze: Analyze) -> None:
    """What the words do not show the param says."""
    assert analyze("Lovely qwrtz!", language="en").label == "positive"


@pytest.mark.parametrize(
    ("named", "params", "expected"),
    [
        ("en-GB", {}, ("ok", "en")),
        ("EN_us", {}, ("ok", "en")),
        ("pt-BR", {}, ("ok", "pt")),
        ("fr", {}, ("unsupported", "fr")),
        ("", {}, ("ok", "en")),
        ("pt", {"language": "en"}, ("ok", "en")),
        (None, {"language": "pt"}, ("ok", "pt")),
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
    mean = (bob[0].polarity + bob[1].polarity) / 2  # "terrible" and "big"
    assert result.speakers[0].polarity == pytest.approx(mean, abs=1e-4)
    assert (result.speakers[0].positive, result.speakers[0].negative) == (0, 1)


def test_the_list_of_sentences_can_be_left_out(analyze: Analyze) -> None:
    """Without the list the figures stay."""
    whole, short = analyze(REVIEW), analyze(REVIEW, sentences=False)
    assert short.sentences == ()
    assert (short.polarity, short.subjectivity, short.label) == (whole.polarity, whole.subjectivity, whole.label)


def test_the_threshold_is_crossed_not_met(analyze: Analyze) -> None:
    """A polarity equal to the threshold is neutral still."""
    text = "It is the wonderful product I love."
    polarity = analyze(text).polarity
    assert polarity is not None
    assert analyze(text, threshold=polarity).label == "neutral"
    assert analyze(text, threshold=polarity - 0.01).label == "positive"


def test_the_method_names_its_version(analyze: Analyze) -> None:
    """The record says what scored it."""
    expected = f"TextBlob {version('textblob')} pattern lexicon (0.2) and VADER lexicon (0.8), by sentence"
    assert analyze(REVIEW).method == expected


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


def test_a_very_long_sentence_is_scored_in_stretches(plugin: ModuleType, analyze: Analyze) -> None:
    """A sentence without end or space gets the mean of its stretches, weighted by their words."""
    text = "good,bad," * 20_000
    (sentence,) = analyze(text, language="en").sentences
    short = analyze("good,bad," * 20, language="en").sentences[0]
    assert sentence.polarity == pytest.approx(short.polarity, abs=0.05)
    assert len(sentence.words) == plugin.score.MOST_HITS
    assert all(text[word.start : word.end] == word.text for word in sentence.words)


@given(text=st.lists(st.sampled_from(["good", "isn't", "café", "não", "bad", "very", ".", "😀", "\n\n"])).map(" ".join))
def test_figures_stay_in_their_ranges_and_accents_may_be_decomposed(analyze: Analyze, text: str) -> None:
    """Polarity is in -1..1, subjectivity in 0..1, and NFD gives what NFC gives."""
    result = analyze(unicodedata.normalize("NFC", text), language="en")
    assert analyze(unicodedata.normalize("NFD", text), language="en") == result
    assert result.status == "ok" if text.strip() else "empty"
    assert all(-1 <= each.polarity <= 1 and 0 <= each.subjectivity <= 1 for each in result.sentences)


def test_each_segment_has_its_language(analyze: Analyze) -> None:
    """In a meeting of two languages each turn is judged in its own, short ones in that of the meeting."""
    result = analyze(
        meeting(
            ("Ana", "Eu gostei muito da reunião de hoje e da conversa com vocês.", 0.0),
            ("Bob", "I really hate that we have to do all of this again, it is terrible.", 5.0),
            ("Ana", "Que pena, mas a gente vai melhorar isso no mês que vem, isso é uma promessa.", 9.0),
            ("Ana", "Todo mundo aqui já viu que não dá para fazer tudo em uma semana só.", 11.0),
            ("Bob", "Ok, good.", 12.0),
        )
    )
    assert (result.status, result.language) == ("ok", "pt")
    assert [sentence.language for sentence in result.sentences] == ["pt", "en", "pt", "pt", "pt"]
    assert [(each.language, each.judged) for each in result.languages] == [("pt", True), ("en", True)]
    assert sum(each.share for each in result.languages) == pytest.approx(1, abs=1e-3)
    assert "LeIA" in result.method
    assert "TextBlob" in result.method


def test_a_stretch_in_another_language_is_left_out(analyze: Analyze) -> None:
    """Paragraphs nobody can judge are not scored 0 but left out, and said to be."""
    french = "Je ne sais pas si cela va marcher, mais nous pouvons essayer avec l'équipe."
    result = analyze(f"I love it and it is a good plan for all of us.\n\n{french}\n\nIt was a great day for us.")
    assert [sentence.language for sentence in result.sentences] == ["en", "en"]
    assert [(each.language, each.judged) for each in result.languages] == [("fr", False), ("en", True)]
    assert "French" in result.interpretation
    assert "francês" in analyze(f"Amei esse plano da gente, é muito bom.\n\n{french}", wording="pt").interpretation


def test_words_that_decided_stand_in_the_text(analyze: Analyze) -> None:
    """Sentences name their deciding words with offsets in the document, and the whole sums them up, heaviest first."""
    text = "Amei o plano. A demora foi ruim! Não gostei da demora. Amei de novo."
    result = analyze(text)
    words = [word for sentence in result.sentences for word in sentence.words]
    assert all(text[word.start : word.end] == word.text for word in words)
    assert [(each.word, each.count) for each in result.words[:2]] == [("amei", 2), ("demora", 2)]
    assert [abs(each.weight) for each in result.words] == sorted(
        (abs(each.weight) for each in result.words), reverse=True
    )


def test_a_negated_word_is_counted_apart(analyze: Analyze) -> None:
    """What is negated in one sentence and not in another makes two entries."""
    found = {each.word: each.weight for each in analyze("It is good. It isn't good.").words}
    assert found["good"] > 0 > found["not good"]


def test_examples_are_the_strongest(analyze: Analyze) -> None:
    """Examples come strongest first, only of their label, and as many as asked for."""
    text = "It is good. It is very good! It is awful. It is here. It is great, wonderful and lovely!"
    result = analyze(text, examples=2)
    assert [each.text for each in result.most_positive] == [
        "It is great, wonderful and lovely!",
        "It is very good!",
    ]
    assert [each.text for each in result.most_negative] == ["It is awful."]
    assert analyze(text, examples=0).most_positive == ()


def test_the_timeline_covers_the_text_in_order(analyze: Analyze) -> None:
    """At most 24 stretches hold all sentences, in order, with the time each begins."""
    turns: list[tuple[str | None, str, float | None]] = [
        ("Ana", "It is good for us." if turn < 50 else "It is bad for us.", turn * 2.0) for turn in range(100)
    ]
    result = analyze(meeting(*turns))
    assert len(result.timeline) == 24
    assert sum(moment.sentences for moment in result.timeline) == result.judged == 100
    assert [moment.begin_s for moment in result.timeline] == sorted(moment.begin_s or 0 for moment in result.timeline)
    assert result.timeline[0].polarity > 0 > result.timeline[-1].polarity
    assert analyze("It is good. It is bad.").timeline == ()


def test_confidence_grows_with_words_of_one_mind(analyze: Analyze) -> None:
    """Nothing to judge by is 0; several reasons of one mind are more than one, or than a mixture."""

    def confidence(text: str) -> float:
        return analyze(text, language="en").sentences[0].confidence or 0.0

    assert confidence("It is on the table.") == 0
    assert (
        confidence("It is good and lovely and kind.") > confidence("It is good.") > confidence("It is good and awful.")
    )


def test_the_list_of_sentences_can_be_cut(analyze: Analyze) -> None:
    """A cut list leaves the figures those of all sentences."""
    whole, cut = analyze(REVIEW), analyze(REVIEW, most_sentences=1)
    assert cut.sentences == whole.sentences[:1]
    assert (cut.judged, cut.polarity, cut.words) == (whole.judged, whole.polarity, whole.words)
    assert cut.judged == 3


def test_the_interpretation_speaks_the_readers_language(analyze: Analyze) -> None:
    """It is in the text's language unless asked otherwise, and names tone, words, speakers and how far to trust it."""
    document = meeting(("Ana", "I love it, it is wonderful.", 1.0), ("Bob", "It is terrible, I hate it.", 61.0))
    english, portuguese = analyze(document).interpretation, analyze(document, wording="pt").interpretation
    assert "2 sentences" in english
    assert "The most positive speaker is Ana" in english
    assert "irony" in english
    assert "2 frases" in portuguese
    assert "Quem fala de modo mais positivo é Ana" in portuguese
    assert "“love”" in portuguese


def test_the_other_detector_says_when_it_is_not_there(analyze: Analyze, monkeypatch: pytest.MonkeyPatch) -> None:
    """py3langid is only asked for by name, and its absence is told with the command that brings it."""
    monkeypatch.setitem(sys.modules, "py3langid", None)
    with pytest.raises(UnsupportedInput, match="pip install py3langid"):
        analyze(REVIEW, detector="py3langid")


def test_the_other_detector_tells_languages_too(analyze: Analyze) -> None:
    """Where py3langid is installed it finds the same languages."""
    pytest.importorskip("py3langid")
    assert analyze(REVIEW, detector="py3langid").language == "en"
    assert analyze("Eu não gostei nada da reunião de hoje.", detector="py3langid").language == "pt"


def test_a_hundred_thousand_words_without_end_are_judged(analyze: Analyze) -> None:
    """Speech without a single mark or line is parted and judged in linear time."""
    result = analyze("então a gente gostou muito disso e não achou ruim " * 10_000, sentences=False)
    assert result.judged is not None
    assert result.judged > 5_000
    assert result.label == "positive"
