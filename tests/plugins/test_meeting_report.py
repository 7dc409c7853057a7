from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from qualia import Core, Document
from qualia.draw import contrast, theme
from qualia.plugin import Artifact
from qualia.records import (
    KeyWord,
    SentenceSentiment,
    Sentiment,
    SentimentMoment,
    SpeakerSentiment,
    SpeakerWords,
    WeightedWord,
    WordCount,
    WordFrequencies,
)
from tests.pictures import HOSTILE, read

VTT = """WEBVTT

00:00:01.000 --> 00:00:05.000
<v Ana Souza>O transporte está ótimo, o transporte melhorou.</v>

00:00:05.000 --> 00:00:09.000
<v Bruno Lima>O orçamento é péssimo e o orçamento atrasou.</v>

00:00:09.000 --> 00:00:14.000
<v Ana Souza>Gosto do transporte, mas a fila é horrível.</v>

00:00:14.000 --> 00:00:19.000
<v Bruno Lima>Sem orçamento não existe reunião boa.</v>
"""


def key(part: str, word: str, *, g2: float = 9.0) -> KeyWord:
    rates: dict[str, float] = {"per_million": 900.0, "reference_per_million": 90.0, "p": 0.01}
    return KeyWord(part=part, word=word, count=9, reference_count=1, g2=g2, log_ratio=3.0, **rates)


def frequencies(people: tuple[str, ...], words: tuple[str, ...] = ("casa", "água", "rua")) -> WordFrequencies:
    counts = tuple(WordCount(word, 9 - place % 9) for place, word in enumerate(words))
    spoke = tuple(SpeakerWords(speaker=name, words=counts, total=50, running=90 - at) for at, name in enumerate(people))
    keys = tuple(key(name, words[0]) for name in people)
    return WordFrequencies(words=counts, total=90, distinct=30, speakers=spoke, language="pt", keyness=keys)


def sentiment(people: tuple[str, ...], text: str = "A casa é boa.") -> Sentiment:
    sentences = tuple(
        SentenceSentiment(
            text=text,
            start=at * 20,
            end=at * 20 + 13,
            polarity=0.5 - at % 3 * 0.5,
            subjectivity=0.5,
            label=("positive", "neutral", "negative")[at % 3],
            speaker=name,
            begin_s=at * 4.0,
        )
        for at, name in enumerate(people or (None, None, None))
    )
    tones = tuple(
        SpeakerSentiment(speaker=name, polarity=0.1, subjectivity=0.5, label="neutral", sentences=1) for name in people
    )
    return Sentiment(
        status="ok",
        language="pt",
        polarity=0.1,
        subjectivity=0.5,
        label="neutral",
        sentences=sentences,
        speakers=tones,
        timeline=(SentimentMoment(start=0, end=9, polarity=0.2, sentences=1, begin_s=0.0),) * 2,
        words=(WeightedWord(word=text, count=2, weight=1.5), WeightedWord(word="não " + text, count=1, weight=-1.0)),
        most_positive=sentences[:1],
        most_negative=sentences[-1:],
        interpretation=text,
        method=text,
    )


@pytest.fixture(scope="module")
def draw(load_plugin: Callable[[str], ModuleType]) -> Callable[..., Artifact]:
    """Render with params given by name."""
    plugin = load_plugin("meeting_report")

    def render(words: WordFrequencies, tone: Sentiment, **params: Any) -> Artifact:
        return plugin.MeetingReport().render(plugin.Params(**params), word_frequencies=words, sentiment=tone)

    return render


def test_one_call_makes_the_report_of_a_meeting_file() -> None:
    """The engine reads the file and finds the producers; the page tells frequency, key words and tone per speaker."""
    with Core() as core:
        result = core.run("meeting_report", Document(VTT, media_type="text/vtt"), returns=Artifact)
        again = core.run("meeting_report", Document(VTT, media_type="text/vtt"), {"language": "en"}, returns=Artifact)
    assert {each.plugin for each in result.provenance.upstream} == {"word_frequency", "sentiment_analyzer"}
    page = read(result.value.data)
    assert (result.value.media_type, result.value.name, page.dangers, page.scripts) == (
        "text/html",
        "meeting-report.html",
        [],
        [],
    )
    wanted = ("Quem falou", "Ana Souza", "O que distingue", "orçamento", "Em que tom", "0:14", "Todos juntos")
    assert [part for part in wanted if part not in page.text] == []
    assert "Who spoke" in read(again.value.data).text


def test_a_word_opens_to_where_it_was_said() -> None:
    """Below a speaker's word stand the sentences of theirs that hold it, with their times, and nobody else's."""
    with Core() as core:
        data = core.run("meeting_report", Document(VTT, media_type="text/vtt"), returns=Artifact).value.data.decode()
    cards = {
        name: card
        for card in data.split('<article class="card">')[1:]
        for name in re.findall("<bdi>(.*?)</bdi>", card)[:1]
    }
    opened = re.search('<summary><span dir="auto">transporte</span>.*?</details>', cards["Ana Souza"], re.DOTALL)
    assert opened is not None
    assert opened.group().count("<blockquote>") == 2
    assert "0:01" in opened.group()
    assert "Sem orçamento" not in cards["Ana Souza"]


@pytest.mark.parametrize("people", [(), ("Ana",), tuple(f"Pessoa {place}" for place in range(40))])
@pytest.mark.parametrize("look", ["auto", "light", "dark"])
def test_any_number_of_speakers_has_a_report_and_always_the_same(
    draw: Callable[..., Artifact], people: tuple[str, ...], look: str
) -> None:
    """Nobody, one and forty speakers give a page without scripts and with equal bytes each time; all are named."""
    artifact = draw(frequencies(people), sentiment(people), theme=look)
    page = read(artifact.data)
    assert (page.dangers, page.scripts) == ([], [])
    assert [name for name in people if name not in page.text] == []
    assert ("não identifica ninguém" in page.text) == (not people)
    assert ("mais 28 pessoas" in page.text) == (len(people) == 40)
    assert draw(frequencies(people), sentiment(people), theme=look) == artifact


def test_a_portuguese_report_is_portuguese_throughout() -> None:
    """What the analyzers tell of themselves is put into Portuguese, and one is said in the singular."""
    with Core() as core:
        text = read(core.run("meeting_report", Document("Ótimo.", language="pt"), {"language": "pt"}).value.data).text
    assert "1 palavra contada, 1 diferente" in text
    assert "léxico da Qualia para o português e léxico LeIA" in text
    assert [each for each in (" words", "lexicon", "by sentence", "Log ratio") if each in text] == []


def test_nobody_spoke_most_where_all_spoke_as_much(draw: Callable[..., Artifact]) -> None:
    """A tie has no winner."""
    words = frequencies(("Ana", "Bia"))
    even = evolve(words, speakers=tuple(evolve(each, running=90) for each in words.speakers))
    assert "Ana falou mais" in read(draw(words, sentiment(("Ana", "Bia"))).data).text
    assert "falou mais" not in read(draw(even, sentiment(("Ana", "Bia"))).data).text


def test_a_meeting_without_anything_is_told_in_words(draw: Callable[..., Artifact]) -> None:
    """No words, no speakers and no figures: each section says what is missing, and no number is made up."""
    empty = WordFrequencies(words=(), total=0, distinct=0, language="pt")
    text = read(draw(empty, Sentiment(status="unsupported", language="fr", reason="Francês não.")).data).text
    wanted = ("Nenhuma palavra foi contada", "Francês não.", "não identifica ninguém")
    assert [part for part in wanted if part not in text] == []
    assert "0,00" not in text


def test_what_records_lack_leaves_out_its_part_only(draw: Callable[..., Artifact]) -> None:
    """Without times, sentences, timeline, key words or words that decided, the rest of the report stands."""
    people = ("Ana", "Bá")
    bare = evolve(sentiment(people), sentences=(), words=(), most_positive=(), most_negative=(), interpretation="")
    text = read(draw(evolve(frequencies(people), keyness=()), bare).data).text
    assert [part for part in ("Quem falou", "Ana", "Bá", "casa", "Quando, e em que tom") if part not in text] == []
    untimed = evolve(bare, timeline=())
    assert "Quando, e em que tom" not in read(draw(frequencies(people), untimed).data).text


@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_colour_of_the_page_can_be_read(draw: Callable[..., Artifact], look: Any) -> None:
    """Text has 4.5:1 and every mark 3:1 against the page."""
    css = draw(frequencies(("Ana", "Bá")), sentiment(("Ana", "Bá")), theme=look).data.decode()
    colours = dict(re.findall(r"--([a-z]+\d?):(#[0-9a-f]{6});", css))
    page = theme(look).background
    assert colours["page"] == page
    assert [name for name in ("ink", "muted") if contrast(colours[name], page) < 4.5] == []
    assert [
        name for name in colours if name not in ("page", "tint", "line") and contrast(colours[name], page) < 3
    ] == []


TEXTS = st.text(max_size=30) | st.sampled_from(HOSTILE)


@settings(max_examples=settings().max_examples // 5)
@given(
    st.lists(TEXTS, max_size=5, unique=True),
    st.lists(TEXTS.filter(bool), min_size=1, max_size=6, unique=True),
    TEXTS,
)
def test_nothing_from_the_text_can_run(
    draw: Callable[..., Artifact], people: list[str], words: list[str], said: str
) -> None:
    """Whatever names, words, sentences and title hold, the page has no script, no address and no handler."""
    artifact = draw(frequencies(tuple(people), tuple(words)), sentiment(tuple(people), said), title=said)
    page = read(artifact.data)
    assert (page.dangers, page.scripts) == ([], [])
    assert b"script-src 'none'" in artifact.data


@settings(max_examples=settings().max_examples // 5)
@given(
    st.lists(
        st.tuples(st.sampled_from(["Ana", "Bá", "Çá"]), st.floats(0, 1e5), st.floats(-1, 1)), min_size=1, max_size=40
    )
)
@pytest.mark.usefixtures("draw")
def test_every_moment_stands_inside_its_lane(spoken: list[tuple[str, float, float]]) -> None:
    """Strokes lie between the edges whatever the times and polarities, none for a speaker who said nothing."""
    from importlib import import_module

    facts, lanes = (import_module(f"shipped_meeting_report.{name}") for name in ("facts", "lanes"))
    sentences = tuple(
        SentenceSentiment(
            text="x",
            start=at,
            end=at + 1,
            polarity=polarity,
            subjectivity=0.0,
            label="neutral",
            speaker=name,
            begin_s=second,
        )
        for at, (name, second, polarity) in enumerate(spoken)
    )
    tone = Sentiment(status="ok", language="pt", polarity=0.0, label="neutral", sentences=sentences)
    found = facts.facts_of(WordFrequencies(words=(), total=0, distinct=0), tone, each=3, quotes=1)
    scale = lanes.scale_of(found)
    drawn = lanes.strokes(lanes.moments(sentences, scale), scale.strongest)
    for x, y, tall in re.findall(r'x="([\d.]+)" y="(-?[\d.]+)" width="4.2" height="([\d.]+)"', drawn):
        assert 0 <= float(x) <= 1000
        assert 0 <= float(y) <= float(y) + float(tall) <= 100
