from __future__ import annotations

import io
from collections.abc import Callable
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from qualia.draw import contrast
from qualia.plugin import Artifact
from qualia.records import WordCount, WordFrequencies
from tests.pictures import HOSTILE, png_size, read, svg_dangers

FORMATS = ("html", "png", "svg")
THEMES = ("light", "dark", "transparent")
SMALL = {"width": 401, "height": 301}
WORDS = tuple(f"{root}{end}" for end in ("", "s", "mente") for root in ("casa", "água", "rua", "desenvolvimento"))


def record(words: tuple[str, ...], *, language: str | None = "pt") -> WordFrequencies:
    counts = tuple(WordCount(word, 3 * (len(words) - place)) for place, word in enumerate(words))
    return WordFrequencies(words=counts, total=2000, distinct=700, language=language)


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
        else:
            assert (read(data).dangers, read(data).scripts) == ([], [])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("language", "said"), [("pt", "Sem dados"), ("en", "No data")])
def test_an_empty_record_says_so(draw: Callable[..., Artifact], form: str, language: str, said: str) -> None:
    """Without words, or with words nobody could see, there is a picture that says so."""
    for words in ((), (WordCount("\u202e", 3),), (WordCount("nada", 0),)):
        data = draw(WordFrequencies(words=words, total=0, distinct=0, language=language), format=form).data
        if form == "png":
            assert png_size(data) == (401, 301)
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
