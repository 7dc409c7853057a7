"""Sentiment as plotly draws it, and its data as tables."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from functools import partial
from typing import Any

from qualia.draw import (
    Language,
    Theme,
    clock,
    mix,
    number,
    plotly_layout,
    plotly_text,
    shortened,
    shortened_inside,
    table,
)
from qualia.records import Label, WeightedWord

from .scene import BINS, Point, Scene
from .weights import paint_words
from .wording import LABELS, SIGNS, first_sentences, label_name, sentences_name, words_of

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "star")
_PATTERNS: dict[Label, str] = {"negative": "/", "neutral": "", "positive": "\\"}
_MOST_ROWS = 1000
_NARROW = 480
"""Pixels below which panels stand below one another."""
Area = tuple[tuple[float, float], tuple[float, float]]
"""Part of the figure, 0 to 1: left and right, bottom and top."""


def sentiment_figure(scene: Scene, colours: Theme, *, width: int) -> dict[str, Any]:
    """Return ``data`` and ``layout`` of the chart, for a window of this width in pixels."""
    data: list[dict[str, Any]] = []
    layout = plotly_layout(colours, scene.language, annotations=[], bargap=0.05, barmode="stack")
    areas = _areas(scene, width=width)
    is_narrow = width < _NARROW
    adders: dict[str, Any] = {
        "gauge": _gauge,
        "distribution": partial(_distribution, is_narrow=is_narrow),
        "speakers": _speakers,
        "timeline": partial(_timeline, is_narrow=is_narrow),
        "words": paint_words,
    }
    for panel, area in areas.items():
        adders[panel](scene, colours, area, data, layout)
        if scene.chart == "dashboard":
            layout["annotations"].append(_heading(words_of(scene.language)[panel], area, colours))
    return {"data": data, "layout": layout}


def _areas(scene: Scene, *, width: int) -> dict[str, Area]:
    """Return where each panel stands: beside one another, or on a phone below."""
    if scene.chart != "dashboard":
        return {scene.chart: ((0.0, 1.0), (0.0, 1.0))}
    panels = [
        "gauge",
        *(["distribution"] if scene.sentences else []),
        *(["speakers"] if scene.speakers else []),
    ]
    if width < _NARROW:
        return _stacked([*panels, "timeline"])
    upper, lower = (0.6, 0.94), (0.17, 0.46)
    spans: dict[tuple[str, ...], tuple[tuple[float, float], ...]] = {
        ("gauge", "distribution", "speakers"): ((0.02, 0.26), (0.345, 0.63), (0.82, 1.0)),
        ("gauge", "distribution"): ((0.02, 0.4), (0.52, 1.0)),
        ("gauge", "speakers"): ((0.02, 0.4), (0.66, 1.0)),
        ("gauge",): ((0.3, 0.7),),
    }
    tops = zip(panels, spans[tuple(panels)], strict=True)
    return {**{panel: (span, upper) for panel, span in tops}, "timeline": ((0.05, 1.0), lower)}


def _stacked(panels: list[str]) -> dict[str, Area]:
    """Return the panels one below the other; names and legends take room beside and below."""
    lefts = {"gauge": 0.08, "distribution": 0.12, "speakers": 0.5, "timeline": 0.13}
    step = 1 / len(panels)
    return {
        panel: (
            (lefts[panel], 0.92 if panel == "gauge" else 1.0),
            (1 - (place + 1) * step + 0.075, 1 - place * step - 0.03),
        )
        for place, panel in enumerate(panels)
    }


def page_height(scene: Scene, *, width: int, height: int) -> int:
    """Return how high the interactive chart is, in pixels."""
    if scene.chart == "dashboard":
        return 340 * len(_areas(scene, width=width)) if width < _NARROW else max(640, height)
    if scene.chart in ("speakers", "words"):
        return max(260, 24 * len(scene.speakers if scene.chart == "speakers" else scene.words) + 110)
    return min(height, 420) if width < _NARROW else height


def _heading(text: str, area: Area, colours: Theme) -> dict[str, Any]:
    place = {"xref": "paper", "yref": "paper", "x": area[0][0], "y": area[1][1] + 0.01, "yanchor": "bottom"}
    font = {"size": 14, "color": colours.ink}
    return {"text": f"<b>{text}</b>", "showarrow": False, "xanchor": "left", "font": font, **place}


def _fill(label: Label, colours: Theme) -> str:
    return {"negative": colours.negative, "neutral": colours.neutral, "positive": colours.positive}[label]


def _gauge(scene: Scene, colours: Theme, area: Area, data: list[dict[str, Any]], layout: dict[str, Any]) -> None:
    value, paper = scene.polarity, colours.background
    fill = _fill(scene.label, colours)
    ticks = [-1, -0.5, 0, 0.5, 1]
    texts = [number(tick, scene.language, decimals=1) for tick in ticks]
    steps = [
        {"range": [-1, 0], "color": mix(colours.negative, paper, 0.75)},
        {"range": [0, 1], "color": mix(colours.positive, paper, 0.75)},
        {"range": sorted((0.0, value)), "color": fill},
    ]
    needle = {"line": {"color": colours.ink, "width": 4}, "thickness": 1, "value": value}
    bottom, top = area[1]
    data.append(
        {
            "type": "indicator",
            "mode": "gauge",
            "value": value,
            "domain": {"x": list(area[0]), "y": [bottom + (top - bottom) * 0.12, top - (top - bottom) * 0.1]},
            "gauge": {
                "axis": {"range": [-1, 1], "tickvals": ticks, "ticktext": texts, "tickfont": {"size": 11}},
                "bar": {"color": "rgba(0,0,0,0)"},
                "steps": steps,
                "threshold": needle,
                "borderwidth": 0,
                "bgcolor": paper,
            },
        }
    )
    written = number(value, scene.language, decimals=2, signed=True)
    lines = f"<b>{written}</b><br>{SIGNS[scene.label]} {label_name(scene.label, scene.language)}"
    place = {"xref": "paper", "yref": "paper", "x": sum(area[0]) / 2, "y": bottom, "yanchor": "bottom"}
    font = {"size": 36 if scene.chart == "gauge" else 20, "color": colours.ink}
    layout["annotations"].append({"text": lines, "showarrow": False, "xanchor": "center", "font": font, **place})


def _polarity_axis(scene: Scene, colours: Theme, **more: Any) -> dict[str, Any]:
    ticks = [-1, -0.5, 0, 0.5, 1]
    return {
        "tickvals": ticks,
        "ticktext": [number(tick, scene.language, decimals=1) for tick in ticks],
        "gridcolor": colours.grid,
        "zerolinecolor": colours.muted,
        "automargin": True,
        **more,
    }


def _title(text: str, colours: Theme) -> dict[str, Any]:
    return {"text": text, "font": {"size": 12, "color": colours.muted}, "standoff": 6}


def _distribution(
    scene: Scene,
    colours: Theme,
    area: Area,
    data: list[dict[str, Any]],
    layout: dict[str, Any],
    *,
    is_narrow: bool,
) -> None:
    data += [_bars_of(label, place, scene, colours) for place, label in enumerate(LABELS)]
    say = words_of(scene.language)
    places = {"domain": area[0], "anchor": "y2", "range": [-1.02, 1.02], "zeroline": False}
    layout["xaxis2"] = _polarity_axis(scene, colours, title=_title(say["polarity"], colours), **places)
    most = max(sum(counts) for counts in scene.bins)
    layout["yaxis2"] = {
        "domain": area[1],
        "anchor": "x2",
        "gridcolor": colours.grid,
        "title": _title(say["sentences"], colours),
        "tickformat": ",d",
        "automargin": True,
        "range": [0, most * 1.25],
        **({"dtick": 1} if most <= 5 else {"nticks": 6}),
    }
    pairs = zip(LABELS, scene.counts, strict=True)
    text = "   ".join(sentences_name(label, count, scene.language) for label, count in pairs)
    corner: dict[str, Any] = {"xref": "x2 domain", "yref": "y2 domain", "x": 0.5, "y": 1.0, "yanchor": "top"}
    font = {"size": 12 if area[0][1] > 0.9 and not is_narrow else 10}
    layout["annotations"].append({"text": text, "showarrow": False, "font": font, **corner})


def _bars_of(label: Label, place: int, scene: Scene, colours: Theme) -> dict[str, Any]:
    width = 2 / BINS
    lows = [round(-1 + width * bar, 3) for bar in range(BINS)]
    pattern = {"shape": _PATTERNS[label], "fillmode": "overlay", "size": 6, "solidity": 0.25}
    return {
        "type": "bar",
        "x": [round(low + width / 2, 3) for low in lows],
        "y": [counts[place] for counts in scene.bins],
        "width": width * 0.92,
        "customdata": [
            " … ".join(number(edge, scene.language, decimals=1) for edge in (low, low + width)) for low in lows
        ],
        "marker": {"color": _fill(label, colours), "pattern": {**pattern, "fgcolor": colours.background}},
        "hovertemplate": f"%{{customdata}}<br>{label_name(label, scene.language)}: %{{y:,d}}<extra></extra>",
        "showlegend": False,
        "xaxis": "x2",
        "yaxis": "y2",
    }


def _speakers(scene: Scene, colours: Theme, area: Area, data: list[dict[str, Any]], layout: dict[str, Any]) -> None:
    limit = 20 if scene.chart == "speakers" else 16
    data.append(
        {
            "type": "bar",
            "orientation": "h",
            "showlegend": False,
            "y": list(range(len(scene.speakers))),
            "x": [speaker.polarity for speaker in scene.speakers],
            "width": 0.7,
            "customdata": [
                [plotly_text(speaker.speaker), label_name(speaker.label, scene.language), speaker.sentences]
                for speaker in scene.speakers
            ],
            "marker": {"color": [_fill(speaker.label, colours) for speaker in scene.speakers]},
            "hovertemplate": "<b>%{customdata[0]}</b><br>%{x:+.2f} · %{customdata[1]} "
            f"(%{{customdata[2]}} {words_of(scene.language)['sentences'].lower()})<extra></extra>",
            "xaxis": "x3",
            "yaxis": "y3",
        }
    )
    layout["xaxis3"] = _polarity_axis(scene, colours, domain=area[0], anchor="y3", range=[-1.02, 1.02])
    names = [
        f"{plotly_text(shortened_inside(speaker.speaker, limit))}  {SIGNS[speaker.label]} "
        f"{number(speaker.polarity, scene.language, decimals=2, signed=True)}"
        for speaker in scene.speakers
    ]
    layout["yaxis3"] = {
        "domain": area[1],
        "anchor": "x3",
        "automargin": scene.chart == "speakers",
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "tickfont": {"size": 11 if len(names) > 8 else 12},
        "range": [len(names) - 0.4, -0.6],
        "showgrid": False,
        "zeroline": False,
    }


def _timeline(
    scene: Scene,
    colours: Theme,
    area: Area,
    data: list[dict[str, Any]],
    layout: dict[str, Any],
    *,
    is_narrow: bool,
) -> None:
    data += _dots(scene, colours, limit=13 if is_narrow else 24)
    say = words_of(scene.language)
    ticks = scene.ticks[::2] if is_narrow and len(scene.ticks) > 4 else scene.ticks
    layout["xaxis"] = {
        "domain": area[0],
        "anchor": "y",
        "tickvals": [x for x, _ in ticks],
        "ticktext": [text for _, text in ticks],
        "tickangle": 0,
        "gridcolor": colours.grid,
        "zeroline": False,
        "title": _title(say["time"] if scene.timed else say["sentence"], colours),
        "automargin": True,
    }
    title = _title(say["polarity"], colours)
    layout["yaxis"] = _polarity_axis(scene, colours, domain=area[1], anchor="x", range=[-1.08, 1.08], title=title)
    layout["showlegend"] = True
    legend = {"orientation": "h", "x": 0, "traceorder": "normal", "font": {"size": 11}}
    # Below everything: how high the names are depends on how many fit beside one another.
    below = {"yref": "container", "y": 0, "yanchor": "bottom"}
    layout["legend"] = legend | ({"y": area[1][0] - 0.09, "yanchor": "top"} if scene.chart == "dashboard" else below)


def _dots(scene: Scene, colours: Theme, *, limit: int) -> list[dict[str, Any]]:
    """Return the sentences of each group, a speaker's cut to ``limit`` characters, and the moving average over all."""
    own = words_of(scene.language)["others"]
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": plotly_text(name if name == own else shortened_inside(name, limit)),
            "x": [point.x for point in points],
            "y": [point.polarity for point in points],
            "text": [_hover(point, scene) for point in points],
            "marker": {"symbol": symbol, "color": fill, "size": 8, "opacity": 0.85},
            "hovertemplate": "%{text}<extra></extra>",
            "showlegend": True,
        }
        for name, symbol, fill, points in _series(scene, colours)
    ]
    if scene.trend:
        trend = {"x": [x for x, _ in scene.trend], "y": [y for _, y in scene.trend]}
        line = {"color": colours.ink, "width": 2.5, "shape": "spline", "smoothing": 0.6}
        name = words_of(scene.language)["trend"]
        traces.append({"type": "scatter", "mode": "lines", "name": name, "line": line, "hoverinfo": "skip", **trend})
    return traces


def _series(scene: Scene, colours: Theme) -> list[tuple[str, str, str, list[Point]]]:
    """Return name, mark, colour and points of each group on the timeline: speakers, or else labels."""
    found: list[tuple[str, str, str, list[Point]]] = []
    if scene.voices:
        for place, voice in enumerate(scene.voices):
            points = [point for point in scene.points if point.voice == place]
            found.append((voice, _SYMBOLS[place], colours.series[place % len(colours.series)], points))
        rest = [point for point in scene.points if point.voice is None]
        found.append((words_of(scene.language)["others"], "circle-open", colours.neutral, rest))
    else:
        symbols: dict[Label, str] = {"negative": "triangle-down", "neutral": "circle", "positive": "triangle-up"}
        for label in LABELS:
            points = [point for point in scene.points if point.label == label]
            found.append((label_name(label, scene.language), symbols[label], _fill(label, colours), points))
    return [series for series in found if series[3]]


def _hover(point: Point, scene: Scene) -> str:
    lines = [plotly_text(line) for line in textwrap.wrap(shortened(point.text, 240), 60)]
    about = [number(point.polarity, scene.language, decimals=2, signed=True), label_name(point.label, scene.language)]
    if scene.timed:
        about.insert(0, clock(point.x))
    if point.speaker is not None:
        about.insert(0, plotly_text(shortened(point.speaker, 40)))
    head = " · ".join(about)
    return "<br>".join([f"<b>{head}</b>", *lines])


def data_tables(scene: Scene) -> str:
    """Return speakers, words or sentences of the chart as tables."""
    say = words_of(scene.language)
    parts: list[str] = []
    if scene.speakers:
        rows = [
            [
                speaker.speaker,
                number(speaker.polarity, scene.language, decimals=2, signed=True),
                label_name(speaker.label, scene.language),
                number(speaker.sentences, scene.language),
            ]
            for speaker in scene.speakers
        ]
        columns = [say["speaker"], say["polarity"], say["label"], say["sentences"]]
        parts.append(table(caption=say["speakers"], columns=columns, rows=rows, numbers=(1, 3)))
    if scene.chart == "words":
        parts.append(words_table(scene.words, scene.language))
    if not scene.sentences:
        return "".join(parts)
    shown = scene.points[:_MOST_ROWS]
    rows = [
        [
            clock(point.x) if scene.timed else number(point.x, scene.language),
            point.speaker or "",
            number(point.polarity, scene.language, decimals=2, signed=True),
            label_name(point.label, scene.language),
            shortened(point.text, 160),
        ]
        for point in shown
    ]
    columns = [say["time"] if scene.timed else "#", say["speaker"], say["polarity"], say["label"], say["sentence"]]
    caption = first_sentences(len(shown), scene.sentences, scene.language)
    return "".join([*parts, table(caption=caption, columns=columns, rows=rows, numbers=(0, 2))])


def words_table(words: Iterable[WeightedWord], language: Language) -> str:
    """Return the words that decided, with how often they did and what they weighed."""
    say = words_of(language)
    rows = [
        [each.word, number(each.count, language), number(each.weight, language, decimals=2, signed=True)]
        for each in words
    ]
    columns = [say["word"], say["count"], say["weight"]]
    return table(caption=say["words"], columns=columns, rows=rows, numbers=(1, 2))
