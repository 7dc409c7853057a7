"""A word cloud: a picture, or a page that holds it."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from qualia.draw import Format, Language, LanguageChoice, ThemeName, choose_language, media_type, notice, plain, theme
from qualia.plugin import Artifact, Visualizer, param
from qualia.records import WordFrequencies

from .cloud import Cloud, cloud_words, laid_out, png
from .vector import cloud_page, svg


@frozen
class Params:
    """How the cloud looks."""

    format: Format = param("png", help="png and svg are pictures; html is a page with the cloud and its data.")
    max_words: int = param(200, ge=1, le=1000, help="Draw at most the N most frequent words.")
    title: str = param("", help="Title; empty for one in the cloud's language on the page and none in the picture.")
    language: LanguageChoice = param("auto", help="Language of the cloud's own words; auto takes the record's.")
    theme: ThemeName = param("light", help="Background; the colours on transparent suit light and dark ones alike.")
    width: int = param(1600, ge=320, le=4000, help="Width in pixels.")
    height: int = param(800, ge=240, le=4000, help="Height in pixels.")


class WordCloudPicture(Visualizer[Params]):
    """The most frequent words, the larger the more frequent."""

    def render(self, params: Params, *, word_frequencies: WordFrequencies) -> Artifact:
        """Return the cloud; a record without words gives a picture that says so."""
        language = choose_language(params.language, word_frequencies.language)
        title = plain(params.title)
        named = title or ("Nuvem de palavras" if language == "pt" else "Word cloud")
        colours = theme(params.theme)
        words = cloud_words(word_frequencies.words, params.max_words)
        if not words:
            message, detail = _no_data(language)
            size: dict[str, Any] = {"colours": colours, "width": params.width, "height": params.height}
            size |= {"language": language, "title": named}
            return _artifact(params, notice(params.format, message=message, detail=detail, **size))
        shown = "" if params.format == "html" else title
        cloud = laid_out(words, width=params.width, height=params.height, colours=colours, title=shown)
        if params.format == "png":
            return _artifact(params, png(cloud))
        alt = _alt(named, cloud, language)
        if params.format == "svg":
            return _artifact(params, svg(cloud, title=named, alt=alt).encode())
        listed, total = word_frequencies.words[: params.max_words], word_frequencies.total
        return _artifact(params, cloud_page(cloud, listed, total=total, title=named, alt=alt, language=language))


def _artifact(params: Params, data: bytes) -> Artifact:
    return Artifact(media_type=media_type(params.format), data=data, name=f"word-cloud.{params.format}")


def _alt(title: str, cloud: Cloud, language: Language) -> str:
    largest = ", ".join(placed.word for placed in cloud.placed[:10])
    if language == "pt":
        return f"{title}: {len(cloud.placed)} palavras. As maiores: {largest}."
    return f"{title}: {len(cloud.placed)} words. The largest: {largest}."


def _no_data(language: Language) -> tuple[str, str]:
    if language == "pt":
        return "Sem dados", "Nenhuma palavra foi contada: o documento está vazio ou todas foram deixadas de fora."
    return "No data", "No words were counted: the document is empty or all of them were left out."
