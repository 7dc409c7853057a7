"""Sentiment as a picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from qualia.draw import Theme, fitted, frame, mix, number, points, size_of, text_width
from qualia.records import Label

from .scene import BINS, Point, Scene
from .weights import draw_words
from .wording import LABELS, SIGNS, label_name, sentences_name, words_of

_MARKS = ("o", "s", "D", "^", "v", "P", "X", "*")
_REST = "o hollow"
_NARROW = 480
"""Pixels below which panels stand below one another."""
_LABEL_MARKS: dict[Label, str] = {"negative": "v", "neutral": "o", "positive": "^"}
_HATCHES: dict[Label, str] = {"negative": "///", "neutral": "", "positive": "\\\\\\"}


def paint_sentiment(figure: Any, scene: Scene, colours: Theme, head: float) -> None:
    """Paint the chart below a headline of ``head`` pixels."""
    wide, tall = size_of(figure)
    room = Room(16, head, wide - 32, tall - head - 10)
    painters = {
        "dashboard": _dashboard,
        "gauge": _gauge,
        "distribution": _distribution,
        "timeline": _timeline,
        "speakers": _speakers,
        "words": draw_words,
    }
    painters[scene.chart](figure, room, scene, colours)


Series = tuple[str, str, str, Callable[[Point], bool]]
"""Name, mark, colour, and what chooses the points."""


class Room(NamedTuple):
    """What a panel may fill with its labels, in pixels from the top left."""

    left: float
    top: float
    width: float
    height: float

    def inside(self, *, left: float = 0, right: float = 0, top: float = 0, bottom: float = 0) -> dict[str, float]:
        """Return where the panel's data area lies when these margins are kept."""
        wide, tall = self.width - left - right, self.height - top - bottom
        return {"left": self.left + left, "top": self.top + top, "width": wide, "height": tall}


def _dashboard(figure: Any, room: Room, scene: Scene, colours: Theme) -> None:
    painters: dict[str, Any] = {
        "gauge": _gauge,
        **({"distribution": _distribution} if scene.sentences else {}),
        **({"speakers": _speakers} if scene.speakers else {}),
    }
    if room.width < _NARROW:
        painters["timeline"] = _timeline
        each = room.height / len(painters)
        for place, (panel, painter) in enumerate(painters.items()):
            where = Room(room.left, room.top + place * each, room.width, each - 14)
            _panel(figure, panel, where, painter, scene, colours)
        return
    upper = room.height * 0.46
    weights = {"gauge": 0.27, "distribution": 0.37, "speakers": 0.36}
    left, whole = room.left, sum(weights[panel] for panel in painters)
    for panel, painter in painters.items():
        share = weights[panel] / whole
        where = Room(left, room.top, room.width * share - 12, upper)
        _panel(figure, panel, where, painter, scene, colours)
        left += room.width * share
    below = Room(room.left, room.top + upper + 6, room.width, room.height - upper - 6)
    _panel(figure, "timeline", below, _timeline, scene, colours)


def _panel(figure: Any, panel: str, room: Room, painter: Any, scene: Scene, colours: Theme) -> None:
    width, height = size_of(figure)
    style = {"va": "top", "size": points(13), "weight": "bold", "color": colours.ink}
    text = fitted(words_of(scene.language)[panel], room.width, 13, bold=True)
    figure.text((room.left + 4) / width, 1 - room.top / height, text, **style)
    painter(figure, Room(room.left, room.top + 22, room.width, room.height - 22), scene, colours)


def _fill(label: Label, colours: Theme) -> str:
    return {"negative": colours.negative, "neutral": colours.neutral, "positive": colours.positive}[label]


def _signed(value: float, scene: Scene) -> str:
    return number(value, scene.language, decimals=2, signed=True)


def _gauge(figure: Any, room: Room, scene: Scene, colours: Theme) -> None:
    from matplotlib.patches import Wedge

    axes = frame(figure, **room.inside(left=4, right=4, top=4, bottom=4))
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(-1.3, 1.3)
    axes.set_ylim(-0.42, 1.22)
    value = scene.polarity

    def ring(low: float, high: float, fill: str) -> None:
        axes.add_patch(Wedge((0, 0), 1, 90 - high * 90, 90 - low * 90, width=0.34, facecolor=fill, edgecolor="none"))

    ring(-1, 0, mix(colours.negative, colours.background, 0.75))
    ring(0, 1, mix(colours.positive, colours.background, 0.75))
    ring(min(0.0, value), max(0.0, value), _fill(scene.label, colours))
    turn = math.radians(90 - value * 90)
    ends = [(reach * math.cos(turn), reach * math.sin(turn)) for reach in (0.6, 1.06)]
    axes.plot(*zip(*ends, strict=True), color=colours.ink, linewidth=points(4), solid_capstyle="round")
    unit = min(room.width / 2.6, room.height / 1.64)
    size = points(max(11.0, min(48.0, unit * 0.2)))
    for tick in (-1.0, -0.5, 0.0, 0.5, 1.0):
        angle = math.radians(90 - tick * 90)
        text = number(tick, scene.language, decimals=1)
        place = {"ha": "center", "va": "center", "fontsize": max(points(10), size * 0.42), "color": colours.muted}
        axes.text(1.16 * math.cos(angle), 1.12 * math.sin(angle), text, **place)
    written = {"ha": "center", "color": colours.ink}
    axes.text(0, 0.02, _signed(value, scene), va="bottom", fontsize=size * 1.2, weight="bold", **written)
    name = f"{SIGNS[scene.label]} {label_name(scene.label, scene.language)}"
    axes.text(0, -0.06, name, va="top", fontsize=size * 0.75, **written)
    if scene.chart == "gauge" and scene.subjectivity is not None:
        about = f"{words_of(scene.language)['subjectivity']} {number(scene.subjectivity, scene.language, decimals=2)}"
        axes.text(0, -0.27, about, va="top", fontsize=size * 0.45, ha="center", color=colours.muted)


def _polarity_ticks(axis: Any, scene: Scene, *, room: float = 500.0) -> None:
    """Set the ticks that have room, in pixels along the axis."""
    ticks = [-1.0, -0.5, 0.0, 0.5, 1.0] if room >= 150 else [-1.0, 0.0, 1.0] if room >= 80 else [0.0]
    labels = [number(tick, scene.language, decimals=1) for tick in ticks]
    axis.set_ticks(ticks, labels, fontsize=points(11))
    axis.set_tick_params(length=0)


def _written_in(scene: Scene) -> Callable[[float, object], str]:
    return lambda value, _: number(value, scene.language)


def _distribution(figure: Any, room: Room, scene: Scene, colours: Theme) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes = frame(figure, **room.inside(left=58, right=8, top=2, bottom=38))
    width = 2 / BINS
    middles = [-1 + width * (place + 0.5) for place in range(BINS)]
    below = [0] * BINS
    for rank, label in enumerate(LABELS):
        heights = [counts[rank] for counts in scene.bins]
        style = {"facecolor": _fill(label, colours), "edgecolor": colours.background, "hatch": _HATCHES[label]}
        name = sentences_name(label, scene.counts[rank], scene.language)
        axes.bar(middles, heights, width=width * 0.94, bottom=below, label=name, linewidth=0, **style)
        below = [low + height for low, height in zip(below, heights, strict=True)]
    axes.set_xlim(-1.02, 1.02)
    axes.set_ylim(0, max(below) * 1.3)
    _polarity_ticks(axes.xaxis, scene, room=room.width - 66)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(_written_in(scene)))
    axes.tick_params(axis="y", length=0, labelsize=points(11))
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(words_of(scene.language)["polarity"], fontsize=points(11))
    axes.set_ylabel(words_of(scene.language)["sentences"], fontsize=points(11))
    if room.width < 260:
        return  # the headline has the counts too
    size = points(10 if room.width < 480 else 12)
    place = {"loc": "upper center", "ncols": 3, "borderaxespad": 0.1, "columnspacing": 0.9, "handletextpad": 0.4}
    axes.legend(frameon=False, fontsize=size, handlelength=1.0, **place)


def _speakers(figure: Any, room: Room, scene: Scene, colours: Theme) -> None:
    count = len(scene.speakers)
    size = 11.0 if count <= 8 else 10.0
    names = [fitted(speaker.speaker, room.width * 0.36, size) for speaker in scene.speakers]
    texts = [f"{SIGNS[speaker.label]} {_signed(speaker.polarity, scene)}" for speaker in scene.speakers]
    left, right = (max(text_width(text, size) for text in some) + 14 for some in (names, texts))
    axes = frame(figure, **room.inside(left=left, right=right, top=2, bottom=22))
    fills = [_fill(speaker.label, colours) for speaker in scene.speakers]
    axes.barh(range(count), [speaker.polarity for speaker in scene.speakers], height=0.7, color=fills)
    for place, text in enumerate(texts):
        axes.text(1.06, place, text, va="center", ha="left", fontsize=points(size), color=colours.ink, clip_on=False)
    axes.set_yticks(range(count), names, fontsize=points(size))
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(count - 0.4, -0.6)
    axes.set_xlim(-1, 1)
    _polarity_ticks(axes.xaxis, scene, room=room.width - left - right)
    axes.axvline(0, color=colours.muted, linewidth=points(1))
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)


def _timeline(figure: Any, room: Room, scene: Scene, colours: Theme) -> None:
    say = words_of(scene.language)
    series = [found for found in _series(scene, colours) if any(found[3](point) for point in scene.points)]
    names = [fitted(found[0], 150, 11) for found in series] + ([say["trend"]] if scene.trend else [])
    columns = max(1, min(len(names), int((room.width - 60) // (max(text_width(name, 11) for name in names) + 46))))
    rows = -(-len(names) // columns)
    axes = frame(figure, **room.inside(left=58, right=8, top=4, bottom=44 + 18 * rows))
    many = len(scene.points) > 400
    shape = {"linestyle": "none", "markersize": points(5 if many else 7), "alpha": 0.85, "markeredgewidth": 0}
    for (_, mark, fill, chosen), name in zip(series, names, strict=False):
        places = [point.x for point in scene.points if chosen(point)]
        heights = [point.polarity for point in scene.points if chosen(point)]
        hollow = {"fillstyle": "none", "markeredgewidth": points(1.2)} if mark == _REST else {}
        axes.plot(places, heights, marker=mark[:1], color=fill, label=name, **{**shape, **hollow})
    if scene.trend:
        xs, ys = zip(*scene.trend, strict=True)
        axes.plot(xs, ys, color=colours.ink, linewidth=points(2.5), label=say["trend"])
    axes.axhline(0, color=colours.muted, linewidth=points(1), zorder=0.9)
    axes.set_ylim(-1.08, 1.08)
    axes.margins(x=0.02)
    _polarity_ticks(axes.yaxis, scene)
    axes.set_xticks([x for x, _ in scene.ticks], [text for _, text in scene.ticks], fontsize=points(11))
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="both")
    axes.set_xlabel(say["time"] if scene.timed else say["sentence"], fontsize=points(11))
    axes.set_ylabel(say["polarity"], fontsize=points(11))
    below = -40 / max(24.0, room.height - 48 - 18 * rows)
    place = {"loc": "upper left", "bbox_to_anchor": (0, below), "borderaxespad": 0, "borderpad": 0}
    axes.legend(frameon=False, fontsize=points(11), ncols=columns, columnspacing=1.4, handletextpad=0.5, **place)


def _series(scene: Scene, colours: Theme) -> list[Series]:
    """Return name, mark, colour and what chooses the points of each group: speakers, or else labels."""
    if not scene.voices:
        return [
            (label_name(label, scene.language), _LABEL_MARKS[label], _fill(label, colours), _having(label))
            for label in LABELS
        ]
    found: list[Series] = [
        (voice, _MARKS[place], colours.series[place % len(colours.series)], _by(place))
        for place, voice in enumerate(scene.voices)
    ]
    return [*found, (words_of(scene.language)["others"], _REST, colours.neutral, _by(None))]


def _having(label: Label) -> Callable[[Point], bool]:
    return lambda point: point.label == label


def _by(voice: int | None) -> Callable[[Point], bool]:
    return lambda point: point.voice == voice
