"""Word frequencies as plotly draws them."""

from __future__ import annotations

from typing import Any, NamedTuple

from qualia.draw import (
    Theme,
    ink_on,
    number,
    percent,
    plotly_layout,
    plotly_text,
    shortened,
    table,
)

from .scene import Item, Scene, words_of

_NARROW = 480
"""Pixels of a window in which labels must be short."""
_FEW = 12
"""Bars of a narrow window that have room for their figures."""
_LABEL = 26
"""Characters of a label; the whole word shows on hovering and in the table."""
_SHORT = 18
"""Characters of a label on a tile or slice: plotly makes what does not fit too small to read."""


def chart_figure(scene: Scene, colours: Theme, *, width: int) -> dict[str, Any]:
    """Return ``data`` and ``layout`` of the chart, for a window of this width in pixels."""
    if scene.chart == "pie":
        return _pie(scene, colours, is_narrow=width < _NARROW)
    draw: dict[str, Any] = {
        "bar": _bars,
        "horizontal_bar": _horizontal_bars,
        "line": _line,
        "area": _line,
        "treemap": _tree,
        "sunburst": _tree,
    }
    figure: dict[str, Any] = draw[scene.chart](scene, colours)
    if width < _NARROW and scene.chart in ("bar", "line", "area"):
        # As many turned labels as there are words must stand beside one another.
        figure["layout"]["xaxis"]["tickfont"] = {"size": max(7, min(11, 180 // len(scene.items)))}
        if len(scene.items) > _FEW and scene.chart == "bar":
            figure["data"][0]["textposition"] = "none"
    return figure


def data_table(scene: Scene) -> str:
    """Return what the chart shows as a table."""
    say = words_of(scene.language)
    if scene.groups:
        columns = [say["speaker"], say["word"], say["count"], say["share"]]
        rows = [
            [group.name, item.word, number(item.count, scene.language), percent(item.share, scene.language)]
            for group in scene.groups
            for item in group.items
        ]
        return table(caption=scene.title, columns=columns, rows=rows, numbers=(2, 3))
    rows = [
        [item.word, number(item.count, scene.language), percent(item.share, scene.language)] for item in scene.items
    ]
    if scene.rest:
        rows.append([say["rest"], number(scene.rest, scene.language), ""])
    return table(caption=scene.title, columns=[say["word"], say["count"], say["share"]], rows=rows, numbers=(1, 2))


def _label(text: str, limit: int = _LABEL) -> str:
    return plotly_text(shortened(text, limit))


def _hover(scene: Scene) -> list[list[str]]:
    return [[plotly_text(item.word), percent(item.share, scene.language)] for item in scene.items]


def _words_axis(scene: Scene, colours: Theme, **more: Any) -> dict[str, Any]:
    # Words stand at numbered places: plotly would take "2024" for a number, "1-2" for a date, and join equal labels.
    return {
        "tickmode": "array",
        "tickvals": list(range(len(scene.items))),
        "ticktext": [_label(item.word) for item in scene.items],
        "ticklabeloverflow": "allow",
        "tickfont": {"size": 12 if len(scene.items) <= 40 else 10},
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "linecolor": colours.muted,
        **more,
    }


def _counts_axis(scene: Scene, colours: Theme) -> dict[str, Any]:
    title = {"text": words_of(scene.language)["count"], "font": {"color": colours.muted}, "standoff": 8}
    top = max(item.count for item in scene.items)
    return {
        "title": title,
        "rangemode": "tozero",
        "gridcolor": colours.grid,
        "zerolinecolor": colours.muted,
        "automargin": True,
        "tickformat": ",d",
        **({"dtick": 1} if top <= 6 else {"nticks": 7}),
    }


def _hover_template(scene: Scene, axis: str) -> str:
    say = words_of(scene.language)
    figures = f"{say['count']}: %{{{axis}:,d}}<br>{say['share']}: %{{customdata[1]}}"
    return f"<b>%{{customdata[0]}}</b><br>{figures}<extra></extra>"


def _bars(scene: Scene, colours: Theme) -> dict[str, Any]:
    trace = {
        "type": "bar",
        "x": list(range(len(scene.items))),
        "y": [item.count for item in scene.items],
        "customdata": _hover(scene),
        "text": [number(item.count, scene.language) for item in scene.items],
        "textposition": "outside" if len(scene.items) <= 30 else "none",
        "textangle": 0,
        # Else plotly makes those small that have less room than others.
        "constraintext": "none",
        "textfont": {"size": 10},
        "cliponaxis": False,
        "marker": {"color": colours.series[0]},
        "hovertemplate": _hover_template(scene, "y"),
    }
    axes = {"xaxis": _words_axis(scene, colours, tickangle=_angle(scene)), "yaxis": _counts_axis(scene, colours)}
    return {"data": [trace], "layout": plotly_layout(colours, scene.language, bargap=0.25, **axes)}


def _angle(scene: Scene) -> int:
    return 0 if sum(min(len(item.word), _LABEL) + 2 for item in scene.items) <= 90 else -45


def _horizontal_bars(scene: Scene, colours: Theme) -> dict[str, Any]:
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(scene.items))),
        "x": [item.count for item in scene.items],
        "customdata": _hover(scene),
        "text": [number(item.count, scene.language) for item in scene.items],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": colours.series[0]},
        "hovertemplate": _hover_template(scene, "x"),
    }
    places = _words_axis(scene, colours, range=[len(scene.items) - 0.4, -0.6])
    axes = {"yaxis": places, "xaxis": _counts_axis(scene, colours)}
    return {"data": [trace], "layout": plotly_layout(colours, scene.language, bargap=0.25, **axes)}


def _line(scene: Scene, colours: Theme) -> dict[str, Any]:
    trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(scene.items))),
        "y": [item.count for item in scene.items],
        "customdata": _hover(scene),
        "line": {"color": colours.series[0], "width": 2.5},
        "marker": {"color": colours.series[0], "size": 7},
        "fill": "tozeroy" if scene.chart == "area" else "none",
        "hovertemplate": _hover_template(scene, "y"),
    }
    room = [-0.5, len(scene.items) - 0.5]
    places = _words_axis(scene, colours, tickangle=_angle(scene), range=room)
    axes = {"xaxis": places, "yaxis": _counts_axis(scene, colours)}
    return {"data": [trace], "layout": plotly_layout(colours, scene.language, **axes)}


def _pie(scene: Scene, colours: Theme, *, is_narrow: bool) -> dict[str, Any]:
    say = words_of(scene.language)
    names = [_label(item.word, 9 if is_narrow else _LABEL) for item in scene.items]
    values = [item.count for item in scene.items]
    whole = [plotly_text(item.word) for item in scene.items]
    fills = [colours.series[index % len(colours.series)] for index in range(len(names))]
    if scene.rest:
        names, values, whole = (
            [*names, say["rest"].split(" ")[0] if is_narrow else say["rest"]],
            [*values, scene.rest],
            [*whole, say["rest"]],
        )
        fills.append(colours.neutral)
    drawn = sum(values)
    trace = {
        "type": "pie",
        # Slices with equal labels would be added up, so labels are places and the words are their text.
        "labels": list(range(len(names))),
        "values": values,
        "text": [
            f"{name}  {percent(value / drawn, scene.language)}" for name, value in zip(names, values, strict=True)
        ],
        "textinfo": "text",
        "textposition": "outside",
        "automargin": not is_narrow,
        # Left to itself the pie shrinks until its longest label fits beside it.
        "domain": {"x": [0.29, 0.71] if is_narrow else [0, 1]},
        "textfont": {"size": 11 if is_narrow else 13},
        "sort": False,
        "direction": "clockwise",
        "hole": 0.45,
        "customdata": whole,
        "marker": {"colors": fills, "line": {"color": colours.background, "width": 2}},
        "hovertemplate": f"<b>%{{customdata}}</b><br>{say['count']}: %{{value:,d}} (%{{percent}})<extra></extra>",
    }
    return {"data": [trace], "layout": plotly_layout(colours, scene.language)}


class _Node(NamedTuple):
    id: str
    parent: str
    text: str
    value: int
    fill: str


def _nodes(scene: Scene, colours: Theme) -> list[_Node]:
    def fill(place: int) -> str:
        return colours.series[place % len(colours.series)]

    def leaves(parent: str, items: tuple[Item, ...], fills: list[str]) -> list[_Node]:
        return [
            _Node(f"{parent}/{rank}", parent, item.word, item.count, fills[rank]) for rank, item in enumerate(items)
        ]

    if not scene.groups:
        nodes = leaves("all", scene.items, [fill(rank) for rank in range(len(scene.items))])
    else:
        nodes = [_Node(f"s{at}", "all", group.name, group.count, fill(at)) for at, group in enumerate(scene.groups)]
        for at, group in enumerate(scene.groups):
            nodes += leaves(f"s{at}", group.items, [fill(at)] * len(group.items))
    total = sum(node.value for node in nodes if node.parent == "all")
    return [_Node("all", "", words_of(scene.language)["all"], total, colours.background), *nodes]


def _tree(scene: Scene, colours: Theme) -> dict[str, Any]:
    nodes = _nodes(scene, colours)
    count = words_of(scene.language)["count"]
    trace: dict[str, Any] = {
        "type": scene.chart,
        "ids": [node.id for node in nodes],
        "parents": [node.parent for node in nodes],
        "labels": [_label(node.text, _SHORT) for node in nodes],
        "values": [node.value for node in nodes],
        "branchvalues": "total",
        "customdata": [plotly_text(node.text) for node in nodes],
        "marker": {"colors": [node.fill for node in nodes], "line": {"color": colours.background, "width": 1.5}},
        "hovertemplate": f"<b>%{{customdata}}</b><br>{count}: %{{value:,d}}<extra></extra>",
        "sort": False,
        "textfont": {"color": [colours.ink, *(ink_on(node.fill) for node in nodes[1:])]},
    }
    if scene.chart == "sunburst":
        trace["insidetextorientation"] = "radial"
        trace["leaf"] = {"opacity": 1}
    else:
        trace["texttemplate"] = "%{label}<br>%{value:,d}"
        trace["tiling"] = {"packing": "squarify", "pad": 2}
        trace["pathbar"] = {"visible": False}
    return {"data": [trace], "layout": plotly_layout(colours, scene.language, margin={"l": 4, "r": 4, "t": 30, "b": 4})}
