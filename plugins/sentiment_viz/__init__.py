"""Pictures of sentiment: an interactive page, or a picture."""

from __future__ import annotations

from typing import Any, Literal

from attrs import frozen

from qualia.draw import Format, LanguageChoice, choose_language, media_type, notice, theme
from qualia.plugin import Artifact, Visualizer, param
from qualia.records import Sentiment

from .scene import Chart, scene_of
from .wording import default_title, nothing_to_draw


@frozen
class Params:
    """How the picture looks."""

    chart: Chart = param("dashboard", help="dashboard shows all the others at once, and the speakers.")
    format: Format = param("html", help="html is an interactive page that works offline; png and svg are pictures.")
    title: str = param("", help="Title of the picture; empty for one in its language.")
    language: LanguageChoice = param("auto", help="Language of the picture's own words; auto takes the record's.")
    theme: Literal["light", "dark"] = param("light", help="Light or dark background.")
    width: int = param(960, ge=480, le=4000, help="Width in pixels.")
    height: int = param(540, ge=360, le=4000, help="Height in pixels; a dashboard page is at least 640 high.")


class SentimentPicture(Visualizer[Params]):
    """How positive or negative a text is, drawn."""

    def render(self, params: Params, *, sentiment: Sentiment) -> Artifact:
        """Return the picture; a record without figures gives one that says why, and no figures."""
        language = choose_language(params.language, sentiment.language)
        title = params.title.strip() or default_title(language)
        size: dict[str, Any] = {"colours": theme(params.theme), "width": params.width, "height": params.height}
        if sentiment.status != "ok" or sentiment.polarity is None or not sentiment.sentences:
            message, detail = nothing_to_draw(sentiment, language)
            size |= {"title": title, "language": language}
            return _artifact(params, notice(params.format, message=message, detail=detail, **size))
        scene = scene_of(sentiment, chart=params.chart, title=title, language=language)
        if params.format == "html":
            from .pages import sentiment_page

            return _artifact(params, sentiment_page(scene, **size))
        from .pictures import sentiment_picture

        return _artifact(params, sentiment_picture(scene, format=params.format, **size))


def _artifact(params: Params, data: bytes) -> Artifact:
    name = f"sentiment-{params.chart}.{params.format}"
    return Artifact(media_type=media_type(params.format), data=data, name=name)
