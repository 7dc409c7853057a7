from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from qualia import Core, Document, Settings
from qualia.draw import contrast, theme
from qualia.plugin import Artifact
from qualia.records import ContextLine, SpeakerWords, WordCount, WordFrequencies
from tests.pictures import HOSTILE, pdf_dangers, png_size, read, svg_dangers

FORMATS = ("html", "png", "svg", "pdf")
SHAPES = ("rectangle", "ellipse", "diamond", "heart", "star", "cloud", "bubble")
THEMES = ("light", "dark", "transparent")
SMALL = {"width": 401, "height": 301}
WORDS = tuple(f"{root}{end}" for end in ("", "s", "mente") for root in ("casa", "água", "rua", "desenvolvimento"))


def record(words: tuple[str, ...], *, language: str | None = "pt") -> WordFrequencies:
    counts = tuple(WordCount(word, 3 * (len(words) - place)) for place, word in enumerate(words))
    return WordFrequencies(words=counts, total=2000, distinct=700, language=language)


@pytest.fixture(scope="module")
def core() -> Iterator[Core]:
    """Open a Core with the plugins that ship."""
    with Core(settings=Settings(cache_max_bytes=0, isolation={"*": "inline"})) as opened:
        yield opened


@pytest.fixture(scope="module")
def draw(load_plugin: Callable[[str], ModuleType]) -> Callable[..., Artifact]:
    """Render with params given by name."""
    plugin = load_plugin("wordcloud_viz")

    def render(words: WordFrequencies, **params: Any) -> Artifact:
        return plugin.WordCloudPicture().render(plugin.Params(**{**SMALL, **params}), word_frequencies=words)

    return render


def words_of(data: bytes) -> dict[str, str]:
    """Return the colour of each word in an SVG."""
    nodes = ElementTree.fromstring(data).iter("{http://www.w3.org/2000/svg}text")
    return {str(node.text): str(node.get("fill")) for node in nodes if node.get("class") is None}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_format_and_theme_comes_out_and_always_the_same(
    draw: Callable[..., Artifact], form: str, theme: str
) -> None:
    """Type, name, size and bytes fit the format; nothing reaches a host and the page has no script."""
    artifact = draw(record(WORDS), format=form, theme=theme, title="Título")
    assert artifact.name == f"word-cloud.{form}"
    if form == "png":
        assert (artifact.media_type, png_size(artifact.data)) == ("image/png", (401, 301))
    elif form == "svg":
        assert (artifact.media_type, svg_dangers(artifact.data)) == ("image/svg+xml", [])
    elif form == "pdf":
        assert (artifact.media_type, pdf_dangers(artifact.data)) == ("application/pdf", [])
    else:
        page = read(artifact.data)
        assert (artifact.media_type, page.dangers, page.scripts) == ("text/html", [], [])
        assert "Título" in page.text
    assert draw(record(WORDS), format=form, theme=theme, title="Título") == artifact


@pytest.mark.parametrize("theme", THEMES)
def test_every_word_can_be_read(draw: Callable[..., Artifact], theme: str) -> None:
    """Each word has 3:1 against its background; on a transparent one against white and against black."""
    behind = {"light": ["#ffffff"], "dark": ["#15181e"], "transparent": ["#ffffff", "#000000"]}[theme]
    found = words_of(draw(record(WORDS), format="svg", theme=theme).data)
    assert sorted(found) == sorted(WORDS)
    assert [word for word, fill in found.items() if min(contrast(fill, back) for back in behind) < 3] == []


def test_a_transparent_picture_has_nothing_behind_the_words(draw: Callable[..., Artifact]) -> None:
    """Its corner is clear, in PNG and SVG alike; other themes fill it."""
    image = Image.open(io.BytesIO(draw(record(WORDS), theme="transparent").data))
    assert image.mode == "RGBA"
    assert image.getpixel((400, 300)) == (0, 0, 0, 0)
    assert b"<rect" not in draw(record(WORDS), theme="transparent", format="svg").data
    assert b"<rect" in draw(record(WORDS), theme="dark", format="svg").data


def test_the_svg_brings_its_font(draw: Callable[..., Artifact]) -> None:
    """The shapes of its letters are inside, so it looks the same where the font is not installed."""
    text = draw(record(WORDS), format="svg").data.decode()
    assert text.count("@font-face") == 1
    assert text.count("url(") == text.count("url(data:font/woff;base64,")


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_words_and_titles_stay_text(draw: Callable[..., Artifact], form: str) -> None:
    """No script, picture or link of theirs comes to be; what the font lacks is a square, and nothing crashes."""
    for title in HOSTILE:
        data = draw(record(HOSTILE), format=form, title=title).data
        if form == "png":
            assert png_size(data) == (401, 301)
        elif form == "svg":
            assert svg_dangers(data) == []
            assert "\u202e" not in data.decode()
        elif form == "pdf":
            assert pdf_dangers(data) == []
        else:
            assert (read(data).dangers, read(data).scripts) == ([], [])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("language", "said"), [("pt", "Sem dados"), ("en", "No data")])
def test_an_empty_record_says_so(draw: Callable[..., Artifact], form: str, language: str, said: str) -> None:
    """Without words, or with words nobody could see, there is a picture that says so."""
    for words in ((), (WordCount("\u202e", 3),), (WordCount("\u200b\u0301", 2),), (WordCount("nada", 0),)):
        data = draw(WordFrequencies(words=words, total=0, distinct=0, language=language), format=form).data
        if form == "png":
            assert png_size(data) == (401, 301)
        elif form == "pdf":
            assert pdf_dangers(data) == []
        else:
            assert said in data.decode()


def test_no_more_words_than_asked_for(draw: Callable[..., Artifact]) -> None:
    """The most frequent are drawn, and words that look the same count together."""
    assert list(words_of(draw(record(WORDS), format="svg", max_words=3).data)) == list(WORDS[:3])
    same = record(("a\u202e", "a", "b"))
    assert sorted(words_of(draw(same, format="svg").data)) == ["a", "b"]


def test_a_word_longer_than_the_picture_is_cut(draw: Callable[..., Artifact]) -> None:
    """A word of any length is drawn, ending in an ellipsis."""
    found = words_of(draw(record(("x" * 500,)), format="svg", width=320, height=240).data)
    assert list(found) == ["x" * 39 + "\u2026"]


def test_alt_text_and_table_speak_the_language_of_the_record(draw: Callable[..., Artifact]) -> None:
    """The page names the largest words for those who do not see them, and lists the data."""
    text = read(draw(record(WORDS), format="html").data).text
    assert [part in text for part in ("Nuvem de palavras: 12 palavras. As maiores: casa", "Ocorrências")] == [
        True,
        True,
    ]
    assert "Word cloud: 12 words" in read(draw(record(WORDS, language="fr"), format="html").data).text


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("words", [WORDS, ("inconstitucionalissimamente" * 3,), ("a",)])
def test_every_shape_holds_its_words(draw: Callable[..., Artifact], shape: str, words: tuple[str, ...]) -> None:
    """A shape of words, of one long word and of one letter comes out, with words inside the picture."""
    found = words_of(draw(record(words), shape=shape, format="svg").data)
    assert found
    assert draw(record(words), shape=shape).data[:4] == b"\x89PNG"


def test_a_shape_leaves_its_corners_empty(draw: Callable[..., Artifact]) -> None:
    """Nothing is drawn outside an ellipse, while a rectangle is filled."""
    many = record(tuple(f"palavra{place}" for place in range(60)))
    image = Image.open(io.BytesIO(draw(many, shape="ellipse", width=800, height=400).data)).convert("L")
    outside = [image.getpixel((x, y)) for x, y in ((5, 5), (794, 5), (5, 394), (794, 394), (40, 40), (760, 360))]
    assert outside == [255] * 6


def spoken() -> WordFrequencies:
    each = {"Ana": ("casa", "rua"), "Bá": ("água", "casa")}
    people = tuple(
        SpeakerWords(speaker=name, words=(WordCount(words[0], 9), WordCount(words[1], 2)), total=100, running=200)
        for name, words in each.items()
    )
    return evolve(record(("casa", "água", "rua", "paz")), speakers=people)


def test_colour_tells_who_says_a_word_most(draw: Callable[..., Artifact]) -> None:
    """A word has the colour of the speaker who says it more often, others are neutral; the legend names them."""
    data = draw(spoken(), colour="speaker", format="svg", width=800, height=600).data
    found = words_of(data.replace(b'class="n"', b'class="n" fill-rule="nonzero"'))
    assert found["casa"] == found["rua"] == "#0072b2"
    assert (found["água"], found["paz"]) == ("#d55e00", "#6b7684")
    text = "".join(ElementTree.fromstring(data).itertext())
    assert [name for name in ("Ana", "Bá", "de várias pessoas") if name not in text] == []
    assert "Quem mais diz" in read(draw(spoken(), colour="speaker", format="html").data).text
    one = words_of(draw(spoken(), colour="one", format="svg").data)
    assert len(set(one.values())) == 1


def test_words_are_coloured_by_the_sentences_they_stand_in(core: Core) -> None:
    """The mean polarity of a word's sentences decides; the engine judges the text only when that is asked for."""
    text = (
        "O prazo é ótimo, que alegria! O preço é péssimo, que horror. O preço é terrível. O sábado vem depois da sexta."
    )
    asked = {**SMALL, "colour": "sentiment", "format": "svg"}
    result = core.run("wordcloud_viz", Document(text, language="pt"), asked)
    assert [each.plugin for each in result.provenance.upstream] == ["word_frequency", "sentiment_analyzer"]
    found = words_of(result.value.data)
    colours = theme("light")
    shown = {word: found[word] for word in ("prazo", "preço", "sábado")}
    assert shown == {"prazo": colours.positive, "preço": colours.negative, "sábado": colours.neutral}
    assert core.rerun(result, Document(text, language="pt")).same
    plain = core.run("wordcloud_viz", Document(text, language="pt"), SMALL)
    assert [each.plugin for each in plain.provenance.upstream] == ["word_frequency"]


def test_the_page_tells_the_figure_behind_each_colour(core: Core) -> None:
    """Colour alone says nothing: the table has the mean polarity, and the legend names the three colours."""
    asked = {**SMALL, "colour": "sentiment", "format": "html", "word_frequency.ngram": 2}
    page = read(
        core.run(
            "wordcloud_viz", Document("We love the good plan. The bad plan failed.", language="en"), asked
        ).value.data
    )
    assert "Mean polarity of its sentences" in page.text
    assert re.search(r"good plan.*\+0\.\d\d", page.text)
    assert re.search(r"bad plan.*\u2212?-?0\.\d\d", page.text)
    assert "in positive sentences" in page.text


def test_a_text_nobody_can_judge_has_no_colours(core: Core) -> None:
    """The legend says that no sentence was judged."""
    asked = {**SMALL, "colour": "sentiment", "format": "svg", "language": "pt"}
    picture = core.run("wordcloud_viz", Document("Wir haben heute viel gearbeitet.", language="de"), asked).value
    assert "sem frases avaliadas" in picture.data.decode()


def test_one_param_makes_the_words_of_a_page_lead_to_their_contexts(core: Core) -> None:
    """What is asked of word_frequency is told to it, though nobody runs it by name."""
    asked = {"format": "html", "word_frequency.kwic_top": 100}
    page = core.run("wordcloud_viz", Document("A casa de Ana. A casa de Bia."), asked).value.data
    assert b'href="#w0"' in page


def contexts(word: str, text: str) -> tuple[ContextLine, ...]:
    place: dict[str, Any] = {"start": 0, "end": 4, "speaker": text, "begin_s": 61.0}
    return (ContextLine(query=word, left=text, match=word, right=text, **place),)


def test_a_click_on_a_word_shows_it_in_context(draw: Callable[..., Artifact]) -> None:
    """Words that have contexts lead, without a script, to the places where they stand; others lead nowhere."""
    page = read(draw(evolve(record(WORDS), contexts=contexts("casa", "perto da")), format="html").data)
    assert page.scripts == []
    links = {each for each in page.dangers if each.startswith("href")}
    assert links == {"href=#w0", "href=#cloud"}
    assert "perto da casa perto da" in " ".join(page.text.split())
    assert "1:01" in page.text


def test_what_the_font_lacks_is_named(draw: Callable[..., Artifact]) -> None:
    """A picture with squares says which characters they stand for; one without says nothing."""
    data = draw(record(("casa", "\U0001f389")), format="svg").data.decode()
    assert "sem forma na fonte: U+1F389<" in data
    assert "sem forma" not in draw(record(WORDS), format="svg").data.decode()


@settings(max_examples=settings().max_examples // 8)
@given(
    st.lists(st.text(max_size=20) | st.sampled_from(HOSTILE), min_size=1, max_size=5, unique=True),
    st.sampled_from(FORMATS),
    st.sampled_from(SHAPES),
)
def test_nothing_from_the_text_can_run(draw: Callable[..., Artifact], words: list[str], form: str, shape: str) -> None:
    """Whatever words, contexts and titles hold, no output has a script, a handler or an address beyond itself."""
    hostile = evolve(record(tuple(words)), contexts=contexts(words[0], words[-1]))
    data = draw(hostile, format=form, shape=shape, title=words[0], width=320, height=240).data
    if form == "html":
        page = read(data)
        assert page.scripts == []
        assert {each for each in page.dangers if each != "a"} <= {"href=#w0", "href=#cloud"}
    elif form == "svg":
        assert svg_dangers(data) == []
    elif form == "pdf":
        assert pdf_dangers(data) == []
    else:
        assert png_size(data) == (320, 240)
