"""Pictures of sentiment: an interactive page, a light one, or a picture."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from qualia.draw import (
    Language,
    LanguageChoice,
    PictureFormat,
    Theme,
    ThemeName,
    View,
    choose_language,
    folded,
    media_type,
    notice,
    plain,
    rendered,
    theme,
)
from qualia.plugin import Artifact, Visualizer, param
from qualia.records import Sentiment

from .pages import data_tables, page_height, sentiment_figure
from .pictures import paint_sentiment
from .scene import Chart, scene_of
from .wording import default_title, in_language, lacks, nothing_to_draw, words_of


@frozen
class Params:
    """How the picture looks."""

    chart: Chart = param(
        "dashboard",
        help="dashboard shows gauge, distribution, speakers and timeline at once; words are those that "
        "decided, cloud is the same as a word cloud.",
    )
    format: PictureFormat = param("html", help="html is a page that works offline; png, svg and pdf are pictures.")
    interactive: bool = param(True, help="Whether a page answers to the pointer; false makes a light one, no scripts.")
    title: str = param("", help="Title of the picture; empty for one in its language.")
    language: LanguageChoice = param("auto", help="Language of the picture's own words; auto takes the record's.")
    theme: ThemeName = param("light", help="Background; the colours on transparent suit light and dark ones alike.")
    width: int = param(960, ge=480, le=4000, help="Width in pixels.")
    height: int = param(540, ge=360, le=4000, help="Height in pixels; a dashboard page is at least 640 high.")
    browser: bool = param(False, help="Draw pictures in an installed Chromium through kaleido, in seconds.")


class SentimentPicture(Visualizer[Params]):
    """How positive or negative a text is, drawn."""

    def render(self, params: Params, *, sentiment: Sentiment) -> Artifact:
        """Return the picture; a record without figures gives one that says why, and no figures.

        Raises:
            UnsupportedInput: a browser is wanted, and there is none.
        """
        language = choose_language(params.language, sentiment.language)
        title = params.title.strip() or default_title(language)
        size: dict[str, Any] = {"colours": theme(params.theme), "width": params.width, "height": params.height}
        missing = _missing(sentiment, params, language)
        if missing is not None:
            message, detail = missing
            said: dict[str, Any] = {"title": title, "language": language, "message": message, "detail": detail}
            return _artifact(params, notice(params.format, **said, **size))

        if params.chart == "cloud":
            from .clouds import sentiment_cloud

            drawn = sentiment_cloud(sentiment, format=params.format, title=title, language=language, **size)
            return _artifact(params, drawn)

        def view_at(width: int, height: int) -> View:
            return view_of(sentiment, params, title, language, width, height)

        how: dict[str, Any] = {"interactive": params.interactive, "browser": params.browser}
        return _artifact(params, rendered(view_at, format=params.format, **how, **size))


def _missing(sentiment: Sentiment, params: Params, language: Language) -> tuple[str, str] | None:
    """Return what to say when the record lacks what the chart is made of; None when it lacks nothing."""
    if sentiment.status != "ok" or sentiment.polarity is None:
        return nothing_to_draw(sentiment, language)
    there = {
        "dashboard": bool(sentiment.sentences or sentiment.timeline),
        "timeline": bool(sentiment.sentences or sentiment.timeline),
        "distribution": bool(sentiment.sentences),
        "speakers": bool(sentiment.speakers),
        "words": any(each.weight for each in sentiment.words),
        "cloud": any(each.weight for each in sentiment.words),
    }
    return None if there.get(params.chart, True) else lacks(params.chart, language)


def view_of(sentiment: Sentiment, params: Params, title: str, language: Language, width: int, height: int) -> View:
    """Return what to draw of a record that has figures, for a picture of this size."""
    scene = scene_of(sentiment, chart=params.chart, title=title, language=language)

    def figure(colours: Theme) -> dict[str, Any]:
        return sentiment_figure(scene, colours, width=width)

    def paint(canvas: Any, colours: Theme, head: float) -> None:
        paint_sentiment(canvas, scene, colours, head)

    return View(
        title=scene.title,
        subtitle=scene.subtitle,
        alt=scene.alt,
        language=language,
        figure=figure,
        paint=paint,
        table=folded(words_of(language)["table"], data_tables(scene)),
        texts=(*scene.voices, *(each.speaker for each in scene.speakers), *(each.word for each in scene.words)),
        height=page_height(scene, width=width, height=height),
        note=in_language(plain(sentiment.interpretation), language) if params.chart == "dashboard" else "",
    )


def _artifact(params: Params, data: bytes) -> Artifact:
    name = f"sentiment-{params.chart}.{params.format}"
    return Artifact(media_type=media_type(params.format), data=data, name=name)
