from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from qualia import Core
from qualia.plugin import Artifact, UnsupportedInput
from qualia.records import KeyWord, PartWords, SpeakerWords, WordCount, WordFrequencies, WordSpread
from tests.pictures import HOSTILE, pdf_dangers, png_size, read, svg_dangers

CHARTS = ("bar", "horizontal_bar", "line", "area", "pie", "treemap", "sunburst", "dispersion", "keyness")
FORMATS = ("html", "png", "svg", "pdf")
SMALL = {"width": 320, "height": 240}


def counted(*words: str) -> tuple[WordCount, ...]:
    return tuple(WordCount(word, 3 * (len(words) - place)) for place, word in enumerate(words))


def record(words: tuple[str, ...], *, speakers: tuple[str, ...] = (), language: str | None = "pt") -> WordFrequencies:
    spoke = tuple(SpeakerWords(speaker=name, words=counted(*words), total=900) for name in speakers)
    keys = tuple(key(name, words[-1], g2=2.0 + place) for place, name in enumerate(speakers))
    counts = counted(*words)
    return WordFrequencies(
        words=counts, total=2000, distinct=700, speakers=spoke, language=language, keyness=keys if words else ()
    )


def key(part: str, word: str, *, g2: float = 9.0) -> KeyWord:
    rates: dict[str, float] = {"per_million": 900.0, "reference_per_million": 90.0, "p": 0.01}
    return KeyWord(part=part, word=word, count=9, reference_count=1, g2=g2, log_ratio=3.0, **rates)


def spread(counts: dict[str, tuple[int, ...]], *, timed: bool = False) -> WordFrequencies:
    parts = tuple(
        PartWords(
            name=str(at + 1),
            total=50,
            distinct=9,
            running=100,
            start=at,
            end=at + 1,
            begin_s=at * 60.0 if timed else None,
        )
        for at in range(len(next(iter(counts.values()))))
    )
    dispersion = tuple(WordSpread(word=word, in_parts=each, dp=0.25, dp_norm=0.3) for word, each in counts.items())
    return evolve(record(tuple(counts)), parts=parts, dispersion=dispersion)


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
        elif form == "pdf":
            assert (artifact.media_type, pdf_dangers(artifact.data)) == ("application/pdf", [])
        else:
            assert (artifact.media_type, read(artifact.data).dangers) == ("text/html", [])
        assert draw(words, chart=chart, format=form, **SMALL) == artifact


@pytest.mark.parametrize("chart", CHARTS)
def test_a_word_without_width_is_drawn_like_any_other(draw: Callable[..., Artifact], chart: str) -> None:
    """Marks that stand on nothing take no room, and nothing is divided by it."""
    words = record(("\u0301", "\u0308\u0301"), speakers=("\u0301", "Ana"))
    assert draw(words, chart=chart, format="svg", **SMALL).data


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("pt", "A mais frequente · 1 palavra contada, 1 diferente"),
        ("en", "The most frequent · 1 word counted, 1 different"),
    ],
)
def test_one_word_is_told_in_the_singular(draw: Callable[..., Artifact], language: str, said: str) -> None:
    """Headline and centre of the ring say one where there is one."""
    one = WordFrequencies(words=(WordCount("bom", 1),), total=1, distinct=1, language=language)
    assert said in draw(one, chart="sunburst", format="svg", width=640, height=480).data.decode()


def test_many_bars_have_room_on_a_phone(draw: Callable[..., Artifact]) -> None:
    """Turned words stand beside one another in smaller letters, and figures that would touch are left out."""
    figure = figure_of(draw(record(tuple(f"palavra{at}" for at in range(20))), chart="bar").data)
    assert figure["phone"]["layout"]["xaxis"]["tickfont"]["size"] == 9
    assert (figure["phone"]["data"][0]["textposition"], figure["data"][0]["textposition"]) == ("none", "outside")


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
    elif form == "pdf":
        assert pdf_dangers(data) == []
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


def test_all_zero_counts_are_no_data(draw: Callable[..., Artifact]) -> None:
    """A word that does not occur is not drawn; when none does, the picture says so."""
    none = WordFrequencies(words=(WordCount("casa", 0), WordCount("rua", 0)), total=0, distinct=0, language="pt")
    for chart in CHARTS:
        assert "Sem dados" in draw(none, chart=chart, format="svg").data.decode()
    some = evolve(none, words=(WordCount("casa", 2), WordCount("rua", 0)), total=2)
    assert figure_of(draw(some).data)["layout"]["xaxis"]["ticktext"] == ["casa"]


@pytest.mark.parametrize(("chart", "said"), [("keyness", "To compare takes two"), ("dispersion", "dispersion=true")])
def test_a_chart_says_what_the_record_lacks_for_it(draw: Callable[..., Artifact], chart: str, said: str) -> None:
    """Words without speakers or parts cannot be compared or placed; the picture says how they could."""
    assert said in read(draw(record(WORDS, language="en"), chart=chart).data).text


def test_keyness_shows_evidence_size_and_chance(draw: Callable[..., Artifact]) -> None:
    """A bar is as long as G2, its label tells how many times as often; below 3.84 it is grey."""
    words = evolve(
        record(WORDS, speakers=("Ana", "Bá")), keyness=(key("Ana", "casa", g2=9.5), key("Bá", "rua", g2=1.5))
    )
    figure = figure_of(draw(words, chart="keyness").data)
    bar = figure["data"][0]
    assert (bar["x"], bar["text"]) == ([9.5, 1.5], ["×8,0 (9 : 1)", "×8,0 (9 : 1)"])
    assert bar["marker"]["color"] == ["#0072b2", "#6b7684"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["", "casa", "", "rua"]
    assert [(each["y"], each["text"]) for each in figure["layout"]["annotations"]] == [
        (0, "<b>Ana</b>"),
        (2, "<b>Bá</b>"),
    ]


def test_dispersion_draws_a_dot_where_a_word_occurs(draw: Callable[..., Artifact]) -> None:
    """Dots stand in the parts that have the word, with areas as its rate; times name the parts where there are any."""
    words = spread({"casa": (4, 0, 1, 0), "rua": (0, 2, 0, 0)}, timed=True)
    figure = figure_of(draw(words, chart="dispersion").data)
    dots = figure["data"][0]
    assert list(zip(dots["x"], dots["y"], strict=True)) == [(0, 0), (2, 0), (1, 1)]
    assert dots["marker"]["size"][0] == 2 * dots["marker"]["size"][1]
    assert figure["layout"]["xaxis"]["ticktext"] == ["0:00", "1:00", "2:00", "3:00"]
    assert figure["layout"]["yaxis"]["ticktext"][0] == "casa DP 0,25"


@pytest.mark.usefixtures("plugin")
@given(st.lists(st.integers(0, 9), min_size=2, max_size=300).filter(any), st.integers(6, 60))
def test_parts_taken_together_lose_no_occurrence(counts: list[int], columns: int) -> None:
    """However many parts there are, at most as many columns are drawn as can be seen, and they add up."""
    grid_of = import_module("shipped_frequency_chart.dispersion").grid_of
    grid = grid_of(spread({"casa": tuple(counts)}), 5, columns=columns)
    assert sum(sum(row.counts) for row in grid.rows if row.word == "casa") == sum(counts)
    assert len(grid.columns) <= max(columns, 2)


@pytest.mark.parametrize("chart", CHARTS)
def test_a_light_page_has_no_scripts_and_a_picture_for_phones(draw: Callable[..., Artifact], chart: str) -> None:
    """Without interaction the page is small: two embedded pictures, one of them narrow, and the data as a table."""
    data = draw(record(WORDS, speakers=("Ana", "Bá")), chart=chart, interactive=False).data
    page = read(data)
    assert (page.scripts, page.dangers[0], len(data) < 200_000) == ([], "img", True)
    assert [each for each in page.dangers[1:] if not each.startswith("src=data:image/svg+xml;base64,")] == []
    assert data.count(b"srcset=") == 1
    assert "água" in page.text


@pytest.mark.parametrize("chart", CHARTS)
def test_the_data_of_a_chart_is_small(draw: Callable[..., Artifact], chart: str) -> None:
    """What a page holds besides plotly.js, for a window and for a phone, is at most 10 KB each."""
    twenty = record(tuple(f"palavra{at}" for at in range(20)), speakers=("Ana", "Bá"))
    figure = figure_of(draw(twenty, chart=chart).data)
    assert len(json.dumps({"data": figure.get("data"), "layout": figure.get("layout")})) <= 10_000


def test_a_page_has_another_chart_for_a_phone(draw: Callable[..., Artifact]) -> None:
    """It names as many words as a narrow window has room for, and says so itself."""
    figure = figure_of(draw(record(tuple(f"palavra{at}" for at in range(60))), top=50).data)
    assert (len(figure["data"][0]["x"]), len(figure["phone"]["data"][0]["x"])) == (50, 22)
    assert "50" in figure["subtitle"]
    assert "(as que cabem, de 50)" in figure["phone"]["subtitle"]


def test_a_transparent_chart_has_nothing_behind_it(draw: Callable[..., Artifact]) -> None:
    """Page and picture let through what lies behind them."""
    layout = figure_of(draw(record(WORDS), theme="transparent").data)["layout"]
    assert (layout["paper_bgcolor"], layout["plot_bgcolor"]) == ("rgba(0,0,0,0)", "rgba(0,0,0,0)")


def test_a_browser_that_is_wanted_and_missing_is_named(
    draw: Callable[..., Artifact], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for one learns what to install; nobody needs one."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    with pytest.raises(UnsupportedInput, match=r"kaleido|Chromium"):
        draw(record(WORDS), format="png", browser=True)


@settings(max_examples=settings().max_examples // 5)
@given(
    st.lists(st.text(min_size=1, max_size=30) | st.sampled_from(HOSTILE), min_size=1, max_size=6, unique=True),
    st.sampled_from(CHARTS),
    st.sampled_from(("html", "svg", "pdf", "light")),
)
def test_nothing_from_the_text_can_run(draw: Callable[..., Artifact], words: list[str], chart: str, form: str) -> None:
    """Whatever words, names and titles hold, no output has a script of theirs, a handler or an address."""
    hostile = evolve(
        spread({word: (3, at, 1) for at, word in enumerate(words)}),
        speakers=record(tuple(words), speakers=tuple(words)).speakers,
        keyness=tuple(key(word, word) for word in words),
    )
    how = {"format": "html", "interactive": False} if form == "light" else {"format": form}
    data = draw(hostile, chart=chart, title=words[0], **how, **SMALL).data
    if form == "pdf":
        assert pdf_dangers(data) == []
    elif form == "svg":
        assert svg_dangers(data) == []
    else:
        page = read(data)
        assert len(page.scripts) == (3 if form == "html" else 0)
        assert [each for each in page.dangers if each != "img" and not each.startswith("src=data:image/svg")] == []
        labels = "" if form == "light" else json.dumps(json.loads(page.scripts[0])["data"])
        assert [tag for tag in ("<script", "<img", "<a ") if tag in labels] == []


@pytest.mark.parametrize("chart", ["bar", "horizontal_bar", "line", "area"])
def test_counts_beyond_what_a_machine_word_holds_are_drawn(chart: str) -> None:
    """A count is a whole number of any size."""
    words = (WordCount("a", 10**30), WordCount("b", 1))
    record = WordFrequencies(words=words, total=10**30 + 1, distinct=2)
    with Core() as core:
        assert core.run("frequency_chart", record, {"chart": chart, "format": "png"}).value.data[:4] == b"\x89PNG"
