"""A word cloud: a picture, or a page that holds it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from attrs import frozen

from qualia.draw import (
    Language,
    LanguageChoice,
    PictureFormat,
    Theme,
    ThemeName,
    choose_language,
    counted,
    drawable,
    lacking_note,
    media_type,
    notice,
    plain,
    readable,
    shortened,
    text_width,
    theme,
)
from qualia.draw.cloud import Cloud, Shape, cloud_pdf, cloud_png, laid_out
from qualia.draw.cloud_svg import cloud_svg
from qualia.plugin import Artifact, Visualizer, param
from qualia.records import Sentiment, WordCount, WordFrequencies

from .context import contexts_of
from .moods import moods_of
from .pages import Key, Told, cloud_page
from .people import people_of

_LONGEST = 40
"""Characters of a word; longer ones would not fit the smallest cloud."""
_PHONE = (358, 520)
_PHONE_WORDS = 80
"""As many can be read on a phone; the table has them all."""


@frozen
class Params:
    """How the cloud looks."""

    format: PictureFormat = param("png", help="png, svg and pdf are pictures; html is a page with cloud and data.")
    max_words: int = param(200, ge=1, le=1000, help="Draw at most the N most frequent words.")
    shape: Shape = param("rectangle", help="What the words fill.")
    colour: Literal["rank", "speaker", "sentiment", "one"] = param(
        "rank",
        help="What a word's colour says: nothing, but neighbours differ; who says it most; in sentences of which "
        "sentiment it stands; or all have one.",
    )
    title: str = param("", help="Title; empty for one in the cloud's language on the page and none in the picture.")
    language: LanguageChoice = param("auto", help="Language of the cloud's own words; auto takes the record's.")
    theme: ThemeName = param("light", help="Background; the colours on transparent suit light and dark ones alike.")
    width: int = param(1600, ge=320, le=4000, help="Width in pixels.")
    height: int = param(800, ge=240, le=4000, help="Height in pixels.")


class WordCloudPicture(Visualizer[Params]):
    """The most frequent words, the larger the more frequent."""

    def render(
        self, params: Params, *, word_frequencies: WordFrequencies, sentiment: Sentiment | None = None
    ) -> Artifact:
        """Return the cloud; a record without words gives a picture that says so."""
        language = choose_language(params.language, word_frequencies.language)
        title = plain(params.title)
        named = title or ("Nuvem de palavras" if language == "pt" else "Word cloud")
        colours = theme(params.theme)
        size: dict[str, Any] = {"colours": colours, "width": params.width, "height": params.height}
        words, shown = cloud_words(word_frequencies.words, params.max_words)
        if not words:
            message, detail = _no_data(language)
            size |= {"language": language, "title": named}
            return _artifact(params, notice(params.format, message=message, detail=detail, **size))
        key = _key(params, word_frequencies, sentiment, colours)
        how: dict[str, Any] = {"shape": params.shape, "fill": _fill(params, key, shown, colours)}
        how |= {"legend": key.legend(colours, language)} if key is not None else {}
        note = lacking_note(shown.values(), language)
        on_page = params.format == "html"
        cloud = laid_out(words, title="" if on_page else title, note=note, **how, **size)
        alt = _alt(named, cloud, language)
        if not on_page:
            return _artifact(params, _picture(params, cloud, named, alt))
        told = Told(
            title=named,
            alt=alt,
            language=language,
            words=word_frequencies.words[: params.max_words],
            total=word_frequencies.total,
            shown=shown,
            key=key,
            contexts=contexts_of(word_frequencies.contexts, shown.values()),
        )
        few = dict(list(words.items())[:_PHONE_WORDS])
        small = laid_out(few, width=_PHONE[0], height=_PHONE[1], colours=colours, title="", note=note, **how)
        return _artifact(params, cloud_page(cloud, small, told))


def cloud_words(words: Iterable[WordCount], limit: int) -> tuple[dict[str, float], dict[str, str]]:
    """Return what to draw, most frequent first, as the font can show it, and what each is in the record.

    Words that look the same count together.
    """
    found: dict[str, float] = {}
    shown: dict[str, str] = {}
    for item in words:
        word = drawable(shortened(item.word, _LONGEST))
        if item.count > 0 and text_width(word, 1.0) > 0 and (word in found or len(found) < limit):
            found[word] = found.get(word, 0) + item.count
            shown.setdefault(word, item.word)
    return found, shown


def _key(params: Params, words: WordFrequencies, sentiment: Sentiment | None, colours: Theme) -> Key | None:
    """Return what the colours stand for; None when they stand for nothing."""
    if params.colour == "speaker":
        return people_of(words, colours)
    if params.colour == "sentiment" and sentiment is not None:
        return moods_of((item.word for item in words.words[: params.max_words]), sentiment)
    return None


def _fill(params: Params, key: Key | None, shown: dict[str, str], colours: Theme) -> Any:
    """Return what gives a word its colour."""

    def fill(word: str, rank: int) -> str:
        if key is not None:
            return readable(key.colour(shown[word], colours), colours.background)
        place = 0 if params.colour != "rank" else rank % len(colours.series)
        return readable(colours.series[place], colours.background)

    return fill


def _picture(params: Params, cloud: Cloud, title: str, alt: str) -> bytes:
    if params.format == "png":
        return cloud_png(cloud)
    if params.format == "pdf":
        return cloud_pdf(cloud, title=title, alt=alt)
    return cloud_svg(cloud, title=title, alt=alt).encode()


def _artifact(params: Params, data: bytes) -> Artifact:
    return Artifact(media_type=media_type(params.format), data=data, name=f"word-cloud.{params.format}")


def _alt(title: str, cloud: Cloud, language: Language) -> str:
    largest = ", ".join(placed.word for placed in cloud.placed[:10])
    if language == "pt":
        words = counted(len(cloud.placed), "palavra", "palavras", language=language)
        return f"{title}: {words}. As maiores: {largest}."
    return f"{title}: {counted(len(cloud.placed), 'word', 'words', language=language)}. The largest: {largest}."


def _no_data(language: Language) -> tuple[str, str]:
    if language == "pt":
        return "Sem dados", "Nenhuma palavra foi contada: o documento está vazio ou todas foram deixadas de fora."
    return "No data", "No words were counted: the document is empty or all of them were left out."
