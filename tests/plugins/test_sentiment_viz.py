from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from qualia.plugin import Artifact
from qualia.records import Label, SentenceSentiment, Sentiment, SentimentMoment, SpeakerSentiment, WeightedWord
from tests.pictures import HOSTILE, pdf_dangers, png_size, read, svg_dangers

CHARTS = ("dashboard", "gauge", "timeline", "distribution", "speakers", "words", "cloud")
PLOTTED = CHARTS[:-1]
FORMATS = ("html", "png", "svg", "pdf")
SMALL = {"width": 480, "height": 360}


def label_of(polarity: float) -> Label:
    return "positive" if polarity > 0.1 else "negative" if polarity < -0.1 else "neutral"


def record(
    polarities: tuple[float, ...] = (-0.6, 0.0, 0.3, 0.8, -0.2),
    *,
    speakers: tuple[str, ...] = (),
    timed: bool = False,
    language: str | None = "pt",
    text: str = "Uma frase.",
) -> Sentiment:
    sentences = tuple(
        SentenceSentiment(
            text=text,
            start=place * 20,
            end=place * 20 + 10,
            polarity=polarity,
            subjectivity=0.5,
            label=label_of(polarity),
            speaker=speakers[place % len(speakers)] if speakers else None,
            begin_s=place * 7.5 if timed else None,
        )
        for place, polarity in enumerate(polarities)
    )
    people = tuple(
        SpeakerSentiment(speaker=name, polarity=0.4, subjectivity=0.5, label="positive", sentences=1)
        for name in speakers[: len(polarities)]
    )
    mean = sum(polarities) / len(polarities)
    return Sentiment(
        status="ok",
        language=language,
        polarity=mean,
        subjectivity=0.5,
        label=label_of(mean),
        sentences=sentences,
        speakers=people,
        words=(WeightedWord(word=text, count=3, weight=2.5), WeightedWord(word="não " + text, count=1, weight=-1.5)),
    )


@pytest.fixture(scope="module")
def plugin(load_plugin: Callable[[str], ModuleType]) -> ModuleType:
    return load_plugin("sentiment_viz")


@pytest.fixture(scope="module")
def draw(plugin: ModuleType) -> Callable[..., Artifact]:
    """Render with params given by name."""

    def render(sentiment: Sentiment, **params: Any) -> Artifact:
        return plugin.SentimentPicture().render(plugin.Params(**{**SMALL, **params}), sentiment=sentiment)

    return render


def figure_of(data: bytes) -> Any:
    return json.loads(read(data).scripts[0])


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("form", FORMATS)
def test_every_chart_comes_in_every_format_and_always_the_same(
    draw: Callable[..., Artifact], chart: str, form: str
) -> None:
    """Type, name, size and bytes fit the format, without speakers and with twelve; nothing reaches a host."""
    twelve = tuple(f"Pessoa {number}" for number in range(12))
    for sentiment in (record((0.5,)), record((0.1, -0.4, 0.0) * 8, speakers=twelve, timed=True)):
        artifact = draw(sentiment, chart=chart, format=form)
        assert artifact.name == f"sentiment-{chart}.{form}"
        if form == "png":
            assert (artifact.media_type, png_size(artifact.data)) == ("image/png", (480, 360))
        elif form == "svg":
            assert (artifact.media_type, svg_dangers(artifact.data)) == ("image/svg+xml", [])
        elif form == "pdf":
            assert (artifact.media_type, pdf_dangers(artifact.data)) == ("application/pdf", [])
        else:
            assert (artifact.media_type, read(artifact.data).dangers) == ("text/html", [])
        assert draw(sentiment, chart=chart, format=form) == artifact


@pytest.mark.parametrize("chart", PLOTTED)
def test_hostile_sentences_names_and_titles_stay_text(draw: Callable[..., Artifact], chart: str) -> None:
    """No script, picture or link of theirs comes to be, in the page, in the labels plotly reads, or in the SVG."""
    sentiment = record(speakers=HOSTILE, text=" ".join(HOSTILE))
    page = read(draw(sentiment, chart=chart, title=HOSTILE[0]).data)
    assert page.dangers == []
    assert len(page.scripts) == 3
    assert [script for script in page.scripts if script.startswith("alert")] == []
    labels = json.dumps(json.loads(page.scripts[0])["data"])
    assert [tag for tag in ("<script", "<img", "<a ") if tag in labels] == []
    assert svg_dangers(draw(sentiment, chart=chart, format="svg", title=HOSTILE[1]).data) == []
    assert png_size(draw(sentiment, chart=chart, format="png", title=HOSTILE[3]).data) == (480, 360)


@pytest.mark.parametrize("chart", PLOTTED)
@pytest.mark.parametrize("speakers", [(), ("Ana", "Bá")])
def test_plotly_knows_every_setting_of_the_page(
    draw: Callable[..., Artifact], chart: str, speakers: tuple[str, ...]
) -> None:
    """Plotly's own checks accept data and layout, and the chart offers no way to upload what it shows."""
    import plotly.graph_objects as go

    if chart == "speakers" and not speakers:
        pytest.skip("without speakers there is no such chart")
    figure = figure_of(draw(record(speakers=speakers), chart=chart).data)
    go.Figure(data=figure["data"], layout=figure["layout"])
    assert figure["config"]["showSendToCloud"] is False


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("status", "language", "reason", "said"),
    [
        ("unsupported", "pt", "", "Idioma não avaliado"),
        ("unsupported", "es", "Spanish is not supported.", "Spanish is not supported."),
        ("empty", "pt", "", "Sem dados"),
        ("empty", None, "", "No data"),
    ],
)
def test_what_has_no_figures_is_told_in_words(
    draw: Callable[..., Artifact], form: str, status: Any, language: str | None, reason: str, said: str
) -> None:
    """The picture says what is missing and why, and no number is made up."""
    data = draw(Sentiment(status=status, language=language, reason=reason), format=form).data
    if form == "png":
        assert png_size(data) == (480, 360)
    elif form == "pdf":
        assert pdf_dangers(data) == []
    else:
        seen = read(data).text if form == "html" else "".join(ElementTree.fromstring(data).itertext())
        assert said in seen
        assert [figure for figure in ("0.0", "0,0", "+0") if figure in seen] == []


def test_the_state_is_told_by_sign_and_word_too(draw: Callable[..., Artifact]) -> None:
    """Value, label and counts are written with signs and words, whatever the colours."""
    text = "".join(ElementTree.fromstring(draw(record(), format="svg").data).itertext())
    wanted = ("+0,06", "● neutro", "▼ 2 negativas", "● 1 neutra", "▲ 2 positivas")
    assert [part for part in wanted if part not in text] == []


def test_the_timeline_follows_the_clock_where_there_is_one(draw: Callable[..., Artifact]) -> None:
    """With times the axis is minutes and seconds; without them, the order of the sentences."""
    timed = figure_of(draw(record((0.1,) * 20, timed=True), chart="timeline").data)
    assert timed["layout"]["xaxis"]["ticktext"][:3] == ["0:00", "0:30", "1:00"]
    plain = figure_of(draw(record((0.1,) * 20), chart="timeline").data)
    assert plain["layout"]["xaxis"]["ticktext"][:2] == ["5", "10"]


def test_eight_speakers_have_marks_of_their_own(draw: Callable[..., Artifact]) -> None:
    """Each differs in colour and in shape; all further ones share one mark and are named as such."""
    twelve = tuple(f"Pessoa {number}" for number in range(12))
    traces = figure_of(draw(record((0.1,) * 24, speakers=twelve), chart="timeline").data)["data"]
    dots = [trace for trace in traces if trace["mode"] == "markers"]
    assert len({trace["marker"]["symbol"] for trace in dots}) == 9
    assert len({trace["marker"]["color"] for trace in dots}) == 9
    assert dots[-1]["name"] == "demais participantes"


def test_the_distribution_counts_every_sentence_once(draw: Callable[..., Artifact]) -> None:
    """The bars add up to the sentences, the ends included."""
    figure = figure_of(draw(record((-1.0, 1.0, -0.3, 0.3, 0.0)), chart="distribution").data)
    bars = {place: sum(trace["y"][place] for trace in figure["data"]) for place in range(20)}
    assert {place: count for place, count in bars.items() if count} == {0: 1, 7: 1, 10: 1, 13: 1, 19: 1}


def test_the_page_holds_the_sentences_as_a_table(draw: Callable[..., Artifact]) -> None:
    """Each sentence is listed with its moment, speaker, polarity and label."""
    text = read(draw(record(speakers=("Ana", "Bá"), timed=True)).data).text
    wanted = ("Por participante", "Uma frase.", "Bá", "\u22120,60", "negativo", "0:08")
    assert [part for part in wanted if part not in text] == []


@pytest.mark.usefixtures("plugin")
@given(st.lists(st.floats(-1, 1), max_size=60))
def test_the_moving_average_stays_among_its_points(values: list[float]) -> None:
    """It has the points' places, none for fewer than three, and never leaves their range."""
    average = import_module("shipped_sentiment_viz.scene").moving_average([(float(x), y) for x, y in enumerate(values)])
    assert [x for x, _ in average] == ([float(x) for x in range(len(values))] if len(values) > 2 else [])
    assert [y for _, y in average if not min(values) - 1e-9 <= y <= max(values) + 1e-9] == []


def test_words_that_decided_stand_on_their_side(draw: Callable[..., Artifact]) -> None:
    """Those in favour lie right with their sign, those against left, each with how often it occurred."""
    figure = figure_of(draw(record(), chart="words").data)
    assert figure["data"][0]["x"] == [2.5, -1.5]
    assert figure["layout"]["yaxis"]["ticktext"] == ["Uma frase. ▲ 3×", "não Uma frase. ▼ 1×"]


def test_a_record_without_its_sentences_is_drawn_from_its_stretches(draw: Callable[..., Artifact]) -> None:
    """The timeline shows the stretches, the dashboard leaves the distribution out, which says why alone."""
    moments = tuple(SentimentMoment(start=at, end=at + 1, polarity=at / 10, sentences=4) for at in range(4))
    bare = evolve(record(speakers=("Ana", "Bá")), sentences=(), timeline=moments, judged=16)
    points = [trace for trace in figure_of(draw(bare, chart="timeline").data)["data"] if trace["mode"] == "markers"]
    assert sorted(y for trace in points for y in trace["y"]) == [0.0, 0.1, 0.2, 0.3]
    text = read(draw(bare).data).text
    assert "16 frases avaliadas" in text
    assert "A lista de frases ficou de fora." in read(draw(bare, chart="distribution").data).text
    assert "Sem dados" in read(draw(evolve(bare, timeline=()), chart="timeline").data).text


@pytest.mark.parametrize("chart", PLOTTED)
def test_a_light_page_has_no_scripts_and_a_picture_for_phones(draw: Callable[..., Artifact], chart: str) -> None:
    """Without interaction the page holds two embedded pictures, one of them narrow, and the data as a table."""
    data = draw(record(speakers=("Ana", "Bá")), chart=chart, interactive=False).data
    page = read(data)
    assert (page.scripts, page.dangers[0], len(data) < 300_000) == ([], "img", True)
    assert [each for each in page.dangers[1:] if not each.startswith("src=data:image/svg+xml;base64,")] == []
    assert data.count(b"srcset=") == 1


@pytest.mark.parametrize("chart", ["speakers", "words", "gauge"])
def test_a_record_of_speakers_and_words_alone_is_drawn(draw: Callable[..., Artifact], chart: str) -> None:
    """What has neither sentences nor stretches has no timeline, and all else."""
    bare = evolve(record(speakers=("Ana", "Bia")), sentences=(), timeline=(), judged=1)
    svg = draw(bare, chart=chart, format="svg").data.decode()
    assert "1 frase avaliada" in svg


@pytest.mark.parametrize(("language", "said"), [("pt", "não pôde ser avaliado"), ("en", "could not be told")])
def test_a_notice_is_in_one_language(draw: Callable[..., Artifact], language: str, said: str) -> None:
    """An English reason is not told under a Portuguese heading."""
    reason = "The language of the text could not be told, and only English and Portuguese can be judged."
    unsupported = Sentiment(status="unsupported", language=None, reason=reason)
    text = read(draw(unsupported, language=language).data).text
    assert said in text
    assert (reason in text) == (language == "en")


def test_the_names_below_a_timeline_stand_below_its_axis(draw: Callable[..., Artifact]) -> None:
    """They hang from the lower edge, however many rows they take; on a phone they are short."""
    names = [f"Maria Antonieta de Bragança {at}" for at in range(8)]
    figure = figure_of(draw(record((0.5,) * 8, speakers=tuple(names)), chart="timeline").data)
    for shown, longest in ((figure, 24), (figure["phone"], 13)):
        assert shown["layout"]["legend"]["yref"] == "container"
        assert max(len(each["name"]) for each in shown["data"] if each["mode"] == "markers") == longest


def test_on_a_phone_the_panels_stand_below_one_another(draw: Callable[..., Artifact]) -> None:
    """The dashboard of a narrow window is one column, and higher."""
    figure = figure_of(draw(record(speakers=("Ana", "Bá"))).data)
    domains = [figure["phone"]["layout"][axis]["domain"] for axis in ("yaxis2", "yaxis3", "yaxis")]
    assert [upper[0] > lower[1] for upper, lower in itertools.pairwise(domains)] == [True, True]
    assert figure["phone"]["height"] > figure["height"]


def test_the_dashboard_page_says_what_the_figures_mean(draw: Callable[..., Artifact]) -> None:
    """The record's own interpretation stands below the panels."""
    told = evolve(record(), interpretation="No todo, o texto soa neutro.")
    assert "No todo, o texto soa neutro." in read(draw(told).data).text


@settings(max_examples=settings().max_examples // 5)
@given(
    st.lists(st.text(min_size=1, max_size=30) | st.sampled_from(HOSTILE), min_size=1, max_size=6, unique=True),
    st.sampled_from(CHARTS),
    st.sampled_from(("html", "svg", "pdf", "light")),
)
def test_nothing_from_the_text_can_run(draw: Callable[..., Artifact], texts: list[str], chart: str, form: str) -> None:
    """Whatever sentences, names and titles hold, no output has a script of theirs, a handler or an address."""
    hostile = evolve(record(speakers=tuple(texts), text=texts[-1]), interpretation=texts[0])
    how = {"format": "html", "interactive": False} if form == "light" else {"format": form}
    data = draw(hostile, chart=chart, title=texts[0], **how).data
    if form == "pdf":
        assert pdf_dangers(data) == []
    elif form == "svg":
        assert svg_dangers(data) == []
    else:
        page = read(data)
        assert len(page.scripts) == (3 if form == "html" and chart != "cloud" else 0)
        assert [each for each in page.dangers if each != "img" and not each.startswith("src=data:image/svg")] == []
        labels = "" if not page.scripts else json.dumps(json.loads(page.scripts[0])["data"])
        assert [tag for tag in ("<script", "<img", "<a ") if tag in labels] == []


def test_a_cloud_of_sentiment_tells_sides_by_colour_and_sign(draw: Callable[..., Artifact]) -> None:
    """Words in favour and against have a colour and a sign each, and the legend says which is which."""
    data = draw(record(), chart="cloud", format="svg").data
    texts = {
        str(node.text): node.get("fill")
        for node in ElementTree.fromstring(data).iter("{http://www.w3.org/2000/svg}text")
    }
    assert (texts["▲ Uma frase."], texts["▼ não Uma frase."]) == ("#0072b2", "#c14f00")
    assert {"▲ positivo", "▼ negativo"} <= set(texts)
    page = read(draw(record(), chart="cloud").data)
    assert (page.scripts, page.dangers) == ([], [])
    assert "Palavras que pesaram" in page.text
