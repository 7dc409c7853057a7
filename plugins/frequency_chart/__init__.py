"""Charts of the most frequent words: an interactive page, a light one, or a picture."""

from __future__ import annotations

from typing import Any, cast

from attrs import evolve, frozen

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
    rendered,
    theme,
)
from qualia.plugin import Artifact, Visualizer, param
from qualia.records import WordFrequencies

from .dispersion import dispersion_view
from .keyness import comparison_view
from .pages import chart_figure, data_table
from .pictures import paint_chart
from .scene import Chart, default_title, missing, no_data, scene_of, words_of


@frozen
class Params:
    """How the chart looks."""

    chart: Chart = param(
        "bar",
        help="Kind of chart; treemap and sunburst group the words by speaker, keyness compares the speakers, "
        "dispersion shows where in the document words occur.",
    )
    format: PictureFormat = param("html", help="html is a page that works offline; png, svg and pdf are pictures.")
    interactive: bool = param(True, help="Whether a page answers to the pointer; false makes a light one, no scripts.")
    top: int = param(20, ge=1, le=200, help="Draw the N most frequent words.")
    title: str = param("", help="Title of the chart; empty for one in the chart's language.")
    language: LanguageChoice = param("auto", help="Language of the chart's own words; auto takes the record's.")
    theme: ThemeName = param("light", help="Background; the colours on transparent suit light and dark ones alike.")
    width: int = param(960, ge=320, le=4000, help="Width in pixels.")
    height: int = param(540, ge=240, le=4000, help="Height in pixels; a page of many lines may be higher.")
    browser: bool = param(False, help="Draw pictures in an installed Chromium through kaleido, in seconds.")


class FrequencyChart(Visualizer[Params]):
    """The most frequent words, drawn."""

    def render(self, params: Params, *, word_frequencies: WordFrequencies) -> Artifact:
        """Return the chart; a record without words, or without what the chart needs, gives a picture that says so.

        Raises:
            UnsupportedInput: a browser is wanted, and there is none.
        """
        language = choose_language(params.language, word_frequencies.language)
        colours = theme(params.theme)
        size: dict[str, Any] = {"colours": colours, "width": params.width, "height": params.height}
        shown = tuple(word for word in word_frequencies.words if word.count > 0)
        record = evolve(word_frequencies, words=shown)

        def view_at(width: int, height: int) -> View:
            # What there is does not depend on the size.
            return cast("View", view_of(record, params, language, width, height))

        if not shown or view_of(record, params, language, params.width, params.height) is None:
            message, detail = missing(params.chart, language) if shown else no_data(language)
            title = params.title.strip() or default_title(language)
            data = notice(params.format, title=title, message=message, detail=detail, language=language, **size)
            return _artifact(params, data)
        how: dict[str, Any] = {"interactive": params.interactive, "browser": params.browser}
        return _artifact(params, rendered(view_at, format=params.format, **how, **size))


def view_of(record: WordFrequencies, params: Params, language: Language, width: int, height: int) -> View | None:
    """Return what to draw of a record that has words, for a picture of this size; None when it lacks what it takes."""
    more: dict[str, Any] = {"top": params.top, "language": language}
    if params.chart == "keyness":
        if not any(each.g2 > 0 for each in record.keyness):
            return None
        return comparison_view(record, title=params.title, width=width, height=height, **more)
    if params.chart == "dispersion":
        return dispersion_view(record, title=params.title, width=width, height=height, **more)
    title = params.title.strip() or default_title(language)
    scene = scene_of(record, chart=params.chart, title=title, room=(width, height), **more)
    drawn = [item.word for group in scene.groups for item in group.items] or [item.word for item in scene.items]

    def figure(colours: Theme) -> dict[str, Any]:
        return chart_figure(scene, colours, width=width)

    def paint(canvas: Any, colours: Theme, head: float) -> None:
        paint_chart(canvas, scene, colours, head)

    return View(
        title=scene.title,
        subtitle=scene.subtitle,
        alt=scene.alt,
        language=language,
        figure=figure,
        paint=paint,
        table=folded(words_of(language)["table"], data_table(scene)),
        texts=(*drawn, *(group.name for group in scene.groups)),
        height=height,
    )


def _artifact(params: Params, data: bytes) -> Artifact:
    name = f"word-frequencies-{params.chart.replace('_', '-')}.{params.format}"
    return Artifact(media_type=media_type(params.format), data=data, name=name)
