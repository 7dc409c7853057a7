"""The words that decided, in favour to the right and against to the left."""

from __future__ import annotations

from typing import Any

from qualia.draw import (
    Theme,
    fitted,
    frame,
    number,
    plotly_text,
    points,
    shortened,
    text_width,
)

from .scene import Scene
from .wording import SIGNS, words_of

_LABEL = 22


def _fills(scene: Scene, colours: Theme) -> list[str]:
    return [colours.positive if each.weight > 0 else colours.negative for each in scene.words]


def _name(scene: Scene, place: int) -> str:
    each = scene.words[place]
    sign = SIGNS["positive" if each.weight > 0 else "negative"]
    return f"{shortened(each.word, _LABEL)} {sign} {number(each.count, scene.language)}\u00d7"


def paint_words(scene: Scene, colours: Theme, _area: Any, data: list[dict[str, Any]], layout: dict[str, Any]) -> None:
    """Add the bars to a plotly figure."""
    say = words_of(scene.language)
    data.append(
        {
            "type": "bar",
            "orientation": "h",
            "y": list(range(len(scene.words))),
            "x": [round(each.weight, 3) for each in scene.words],
            "width": 0.72,
            "marker": {"color": _fills(scene, colours)},
            "customdata": [[plotly_text(each.word), each.count] for each in scene.words],
            "hovertemplate": f"<b>%{{customdata[0]}}</b> (%{{customdata[1]}}\u00d7)<br>{say['weight']}: "
            "%{x:+.2f}<extra></extra>",
        }
    )
    layout["yaxis"] = {
        "tickvals": list(range(len(scene.words))),
        "ticktext": [plotly_text(_name(scene, place)) for place in range(len(scene.words))],
        "range": [len(scene.words) - 0.4, -0.6],
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
    }
    layout["xaxis"] = {
        "title": {"text": say["weight"]},
        "gridcolor": colours.grid,
        "zerolinecolor": colours.muted,
        "automargin": True,
    }


def draw_words(figure: Any, room: Any, scene: Scene, colours: Theme) -> None:
    """Add the bars to a matplotlib figure."""
    most = max(2, int((room.height - 50) // 15))
    keep = range(len(scene.words)) if len(scene.words) <= most else _ends(len(scene.words), most)
    tall = room.height - 48
    size = min(12.0, max(9.0, tall / len(keep) * 0.7))
    names = [fitted(_name(scene, place), room.width * 0.45, size) for place in keep]
    left = max(text_width(name, size) for name in names) + 14
    axes = frame(figure, **room.inside(left=left, right=12, top=2, bottom=46))
    fills = _fills(scene, colours)
    weights = [scene.words[place].weight for place in keep]
    axes.barh(range(len(keep)), weights, height=0.72, color=[fills[place] for place in keep])
    axes.set_yticks(range(len(keep)), names, fontsize=points(size))
    axes.tick_params(axis="both", length=0)
    axes.set_ylim(len(keep) - 0.4, -0.6)
    axes.axvline(0, color=colours.muted, linewidth=points(1))
    axes.grid(axis="x")
    axes.set_xlabel(words_of(scene.language)["weight"], fontsize=points(11))

    def written(value: float, _: object) -> str:
        return number(value, scene.language, decimals=1)

    axes.xaxis.set_major_formatter(written)
    axes.spines["left"].set_visible(False)


def _ends(count: int, most: int) -> list[int]:
    """Return the places that are kept: as many from the top as from the bottom, where the heaviest stand."""
    half = most // 2
    return [*range(most - half), *range(count - half, count)]
