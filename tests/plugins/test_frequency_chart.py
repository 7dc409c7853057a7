from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.plugin import Artifact
from qualia.records import SpeakerWords, WordCount, WordFrequencies
from tests.pictures import HOSTILE, png_size, read, svg_dangers

CHARTS = ("bar", "horizontal_bar", "line", "area", "pie", "treemap", "sunburst")
FORMATS = ("html", "png", "svg")
SMALL = {"width": 320, "height": 240}


def counted(*words: str) -> tuple[WordCount, ...]:
    return tuple(WordCount(word, 3 * (len(words) - place)) for place, word in enumerate(words))


def record(words: tuple[str, ...], *, speakers: tuple[str, ...] = (), language: str | None = "pt") -> WordFrequencies:
    spoke = tuple(SpeakerWords(speaker=name, words=counted(*words), total=900) for name in speakers)
    return WordFrequencies(words=counted(*words), total=2000, distinct=700, speakers=spoke, language=language)


WORDS = ("desenvolvimento-sustável", "casa", "água", "2024", "1-2", "rua", "d'água")


@pytest.fixture(scope="module")
def plugin(load_plugin: Callable[[str], ModuleType]) -> ModuleType:
    return load_plugin("frequency_chart")


@pytest.fixture(scope="module")
def draw(plugin: ModuleType) -> Callable[..., Artifact]:
    """Render with params given by name."""

    def render(words: WordFrequencies, **params: Any) -> Artifact:
        return plugin.FrequencyChart().render(plugin.Params(**params), word_frequencies=words)

    return render


def figure_of(data: bytes) -> Any:
    return json.loads(read(data).scripts[0])


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("form", FORMATS)
def test_every_chart_comes_in_every_format_and_always_the_same(
    draw: Callable[..., Artifact], chart: str, form: str
) -> None:
    """Type, name, size and bytes fit the format, for one speaker and for twelve; nothing reaches a host."""
    for speakers in ((), tuple(f"Pessoa {number}" for number in range(12))):
        words = record(WORDS, speakers=speakers)
        artifact = draw(words, chart=chart, format=form, **SMALL)
        assert artifact.name == f"word-frequencies-{chart.replace('_', '-')}.{form}"
        if form == "png":
            assert (artifact.media_type, png_size(artifact.data)) == ("image/png", (320, 240))
        elif form == "svg":
            assert (artifact.media_type, svg_dangers(artifact.data)) == ("image/svg+xml", [])
        else:
            assert (artifact.media_type, read(artifact.data).dangers) == ("text/html", [])
        assert draw(words, chart=chart, format=form, **SMALL) == artifact


@pytest.mark.parametrize("chart", CHARTS)
def test_hostile_words_names_and_titles_stay_text(draw: Callable[..., Artifact], chart: str) -> None:
    """No script, picture or link of theirs comes to be, in the page, in the labels plotly reads, or in the SVG."""
    words = record(HOSTILE, speakers=HOSTILE)
    page = read(draw(words, chart=chart, title=HOSTILE[0], **SMALL).data)
    assert page.dangers == []
    assert len(page.scripts) == 3
    assert [script for script in page.scripts if script.startswith("alert")] == []
    labels = json.dumps(json.loads(page.scripts[0])["data"])
    assert "<script" not in labels
    assert "<img" not in labels
    assert "<a " not in labels
    assert svg_dangers(draw(words, chart=chart, format="svg", title=HOSTILE[1], **SMALL).data) == []
    assert png_size(draw(words, chart=chart, format="png", title=HOSTILE[3], **SMALL).data) == (320, 240)


@pytest.mark.parametrize("chart", CHARTS)
def test_plotly_knows_every_setting_of_the_page(draw: Callable[..., Artifact], chart: str) -> None:
    """Plotly's own checks accept data and layout, and the chart offers no way to upload what it shows."""
    import plotly.graph_objects as go

    figure = figure_of(draw(record(WORDS, speakers=("Ana", "Bá")), chart=chart).data)
    go.Figure(data=figure["data"], layout=figure["layout"])
    assert figure["config"]["showSendToCloud"] is False
    assert {button for group in figure["config"]["modeBarButtons"] for button in group} <= {
        "toImage",
        "zoom2d",
        "pan2d",
        "resetScale2d",
    }


def test_words_that_look_like_numbers_or_dates_stay_words(draw: Callable[..., Artifact]) -> None:
    """Words stand at numbered places, so that plotly sorts, joins and converts none of them."""
    figure = figure_of(draw(record(("2024", "1-2", "casa", "casa")), chart="bar").data)
    assert figure["data"][0]["x"] == [0, 1, 2, 3]
    assert figure["layout"]["xaxis"]["ticktext"] == ["2024", "1-2", "casa", "casa"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("language", "said"), [("pt", "Sem dados"), ("en", "No data")])
def test_an_empty_record_says_so(draw: Callable[..., Artifact], form: str, language: str, said: str) -> None:
    """Without words there is a picture that says it in words, of the right type, and no figures."""
    empty = WordFrequencies(words=(), total=0, distinct=0, language=language)
    data = draw(empty, format=form, **SMALL).data
    if form == "png":
        assert png_size(data) == (320, 240)
    else:
        assert said in data.decode()


def test_the_chart_speaks_the_language_of_the_record(draw: Callable[..., Artifact]) -> None:
    """Auto follows the record, and English stands in for languages it has no words for; a choice wins."""
    titles = [
        "Palavras mais frequentes" in draw(record(WORDS, language=found), format="svg", language=choice).data.decode()
        for found, choice in (("pt", "auto"), ("es", "auto"), (None, "auto"), ("en", "pt"))
    ]
    assert titles == [True, False, False, True]


def test_what_does_not_fit_is_left_out_and_said(draw: Callable[..., Artifact]) -> None:
    """Two hundred bars have no room for their names, so as many are drawn as have, and the subtitle says so."""
    many = record(tuple(f"palavra{place}" for place in range(200)))
    assert "(as que cabem, de 200)" in draw(many, format="svg", top=200, **SMALL).data.decode()
    figure = figure_of(draw(many, top=200).data)
    assert len(figure["data"][0]["x"]) == 56


def test_the_page_holds_the_data_as_a_table(draw: Callable[..., Artifact]) -> None:
    """Every word drawn is in the table, with its count written as people read it."""
    words = WordFrequencies(words=(WordCount("casa", 1234),), total=5000, distinct=9, language="pt")
    text = read(draw(words).data).text
    assert [part in text for part in ("casa", "1.234", "24,7%")] == [True, True, True]


def test_a_pie_of_many_words_joins_the_small_ones(draw: Callable[..., Artifact]) -> None:
    """More than 12 slices cannot be read: 11 words and the rest, which add up to all words drawn."""
    words = record(tuple(f"w{place}" for place in range(30)))
    trace = figure_of(draw(words, chart="pie", top=30).data)["data"][0]
    assert len(trace["values"]) == 12
    assert sum(trace["values"]) == sum(item.count for item in words.words)


@pytest.mark.usefixtures("plugin")
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40), st.floats(1, 1000), st.floats(1, 1000))
def test_tiles_have_the_area_of_their_numbers(values: list[int], width: float, height: float) -> None:
    """A treemap's tiles fill the box, inside it, each with its share of the area."""
    areas = import_module("shipped_frequency_chart.areas")
    box = areas.Box(0.0, 0.0, width, height)
    values.sort(reverse=True)
    tiles = areas.squarified(values, box)
    for value, tile in zip(values, tiles, strict=True):
        assert tile.width * tile.height == pytest.approx(value / sum(values) * width * height, rel=1e-6)
        assert tile.x >= -1e-6 * width
        assert tile.y >= -1e-6 * height
        assert tile.x + tile.width <= width * (1 + 1e-6)
        assert tile.y + tile.height <= height * (1 + 1e-6)


@pytest.mark.usefixtures("plugin")
@given(st.lists(st.floats(-90, 90), min_size=1, max_size=10))
def test_labels_beside_a_pie_never_lie_on_one_another(heights: list[float]) -> None:
    """Labels are a line apart and inside, as long as there is room for all."""
    placed = import_module("shipped_frequency_chart.pictures").spread(sorted(heights, reverse=True), 17.0, 90.0)
    assert [one - other >= 17 - 1e-6 for one, other in itertools.pairwise(placed)] == [True] * (len(placed) - 1)
    assert max(map(abs, placed)) <= 90 + 1e-6
