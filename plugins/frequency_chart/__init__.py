"""Charts of the most frequent words: an interactive page, or a picture."""

from __future__ import annotations

from typing import Any, Literal

from attrs import frozen

from qualia.draw import Format, LanguageChoice, choose_language, media_type, notice, theme
from qualia.plugin import Artifact, Visualizer, param
from qualia.records import WordFrequencies

from .scene import Chart, default_title, no_data, scene_of


@frozen
class Params:
    """How the chart looks."""

    chart: Chart = param("bar", help="Kind of chart; treemap and sunburst group the words by speaker.")
    format: Format = param("html", help="html is an interactive page that works offline; png and svg are pictures.")
    top: int = param(20, ge=1, le=200, help="Draw the N most frequent words.")
    title: str = param("", help="Title of the chart; empty for one in the chart's language.")
    language: LanguageChoice = param("auto", help="Language of the chart's own words; auto takes the record's.")
    theme: Literal["light", "dark"] = param("light", help="Light or dark background.")
    width: int = param(960, ge=320, le=4000, help="Width in pixels.")
    height: int = param(540, ge=240, le=4000, help="Height in pixels.")


class FrequencyChart(Visualizer[Params]):
    """The most frequent words, drawn."""

    def render(self, params: Params, *, word_frequencies: WordFrequencies) -> Artifact:
        """Return the chart; a record without words gives a picture that says so."""
        language = choose_language(params.language, word_frequencies.language)
        title = params.title.strip() or default_title(language)
        colours = theme(params.theme)
        size: dict[str, Any] = {"colours": colours, "width": params.width, "height": params.height}
        if not word_frequencies.words:
            message, detail = no_data(language)
            size |= {"language": language, "title": title}
            return _artifact(params, notice(params.format, message=message, detail=detail, **size))
        scene = scene_of(
            word_frequencies,
            chart=params.chart,
            top=params.top,
            title=title,
            language=language,
            room=(params.width, params.height),
        )
        if params.format == "html":
            from .pages import chart_page

            return _artifact(params, chart_page(scene, **size))
        from .pictures import chart_picture

        return _artifact(params, chart_picture(scene, format=params.format, **size))


def _artifact(params: Params, data: bytes) -> Artifact:
    name = f"word-frequencies-{params.chart.replace('_', '-')}.{params.format}"
    return Artifact(media_type=media_type(params.format), data=data, name=name)
