"""Speakers compared: the words each uses more often than the others, with the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from qualia.draw import (
    Language,
    Theme,
    View,
    counted,
    fitted,
    folded,
    frame,
    number,
    plain,
    plotly_layout,
    plotly_text,
    points,
    shortened,
    shortened_inside,
    size_of,
    table,
    text_width,
)
from qualia.records import KeyWord, WordFrequencies

from .scene import MOST_SPEAKERS, words_of

CHANCE = 3.84
"""G2 below which a difference may be chance: p > .05 for one word looked at alone (Rayson and Garside 2000)."""
_ROW = 21
_LABEL = 24
_NARROW = 480
"""Pixels of a window in which labels must be short."""


@frozen(kw_only=True)
class Group:
    """One part and the words it uses more often, strongest evidence first."""

    name: str
    rank: int
    """Its place among the parts, which gives its colour."""
    words: tuple[KeyWord, ...]


Line = tuple[Group, KeyWord | None]
"""One line of the chart: a word of a group, or the group's heading."""


def comparison_view(
    record: WordFrequencies, *, top: int, title: str, language: Language, width: int, height: int
) -> View:
    """Return the comparison of a record that has keyness.

    Args:
        record: the frequencies.
        top: how many words in all, at least two for each part.
        title: empty for one in the language.
        language: of the chart's own words.
        width: pixels of a picture.
        height: pixels of a picture, which draws as many lines as have room.
    """
    groups = groups_of(record, top)
    name = plain(title) or ("Palavras que distinguem" if language == "pt" else "Words that set apart")
    whole = list(_lines(groups))
    room = max(3, (height - (150 if width >= 560 else 130)) // _ROW)
    shown = whole if len(whole) <= room else list(_lines(_cut(groups, room)))
    subtitle = _subtitle(record, groups, language)
    first = "; ".join(f"{group.name}: {', '.join(plain(each.word) for each in group.words[:3])}" for group in groups)

    def figure(colours: Theme) -> dict[str, Any]:
        return _figure(whole, colours, language, is_narrow=width < _NARROW)

    def paint(canvas: Any, colours: Theme, head: float) -> None:
        _paint(canvas, shown, colours, head, language)

    return View(
        title=name,
        subtitle=subtitle,
        alt=f"{name}. {subtitle} {first}.",
        language=language,
        figure=figure,
        paint=paint,
        table=folded(words_of(language)["table"], _table(groups, name, language)),
        texts=tuple(text for group in groups for text in (group.name, *(each.word for each in group.words))),
        height=max(320, len(whole) * _ROW + 90),
        left_out=_left_out(len(whole) - len(shown), language),
    )


def groups_of(record: WordFrequencies, top: int) -> tuple[Group, ...]:
    """Return the parts with most words, at most 12, each with its share of ``top`` words."""
    totals = {each.speaker: each.total for each in record.speakers} | {each.name: each.total for each in record.parts}
    found: dict[str, list[KeyWord]] = {}
    for each in record.keyness:
        if each.g2 > 0:
            found.setdefault(each.part, []).append(each)
    chosen = set(sorted(found, key=lambda name: -totals.get(name, 0))[:MOST_SPEAKERS])
    parts = [name for name in found if name in chosen]
    share = max(2, top // max(1, len(parts)))
    return tuple(
        Group(name=plain(name), rank=rank, words=tuple(found[name][:share])) for rank, name in enumerate(parts)
    )


def _cut(groups: tuple[Group, ...], room: int) -> list[Group]:
    """Return the groups with as many words each as make ``room`` lines; with no room for all, the first of them."""
    kept = groups[: max(1, room // 2)]
    each = max(1, room // len(kept) - 1)
    return [Group(name=group.name, rank=group.rank, words=group.words[:each]) for group in kept]


def _lines(groups: Any) -> Iterator[Line]:
    for group in groups:
        yield group, None
        yield from ((group, word) for word in group.words)


def _subtitle(record: WordFrequencies, groups: tuple[Group, ...], language: Language) -> str:
    spoke = len({each.part for each in record.keyness})
    if language == "pt":
        people = f"{len(groups)} de {spoke} partes. " if spoke > len(groups) else ""
        return f"{people}Barra: evidência (G²); × vezes mais que nos demais; em cinza, pode ser acaso (G² < 3,84)."
    people = f"{len(groups)} of {spoke} parts. " if spoke > len(groups) else ""
    return f"{people}Bar: evidence (G²); × times as often as the others; grey may be chance (G² < 3.84)."


def _left_out(lines: int, language: Language) -> str:
    if lines <= 0:
        return ""
    if language == "pt":
        return counted(lines, "linha não coube", "linhas não couberam", language=language)
    return f"{counted(lines, 'line', 'lines', language=language)} did not fit"


def _fill(line: Line, colours: Theme) -> str:
    group, word = line
    if word is not None and word.g2 < CHANCE:
        return colours.neutral
    return colours.series[group.rank % len(colours.series)]


def _note(word: KeyWord, language: Language) -> str:
    """Return what stands behind a bar: how many times as often, and the counts."""
    times = 2.0 ** min(word.log_ratio, 20.0)
    written = number(times, language, decimals=1 if times < 10 else 0)
    return f"×{written} ({number(word.count, language)} : {number(word.reference_count, language)})"


def _figure(lines: list[Line], colours: Theme, language: Language, *, is_narrow: bool) -> dict[str, Any]:
    names = _names(lines, 15 if is_narrow else _LABEL)
    most = max(word.g2 for _, word in lines if word is not None)
    places = {
        "tickvals": list(range(len(lines))),
        "ticktext": names,
        "range": [len(lines) - 0.4, -0.6],
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
    }
    evidence = {
        "title": {"text": "G²"},
        "gridcolor": colours.grid,
        "zeroline": False,
        "range": [0, most * (2.3 if is_narrow else 1.45)],
        "nticks": 5,
    }
    layout = plotly_layout(
        colours,
        language,
        xaxis={**evidence, "automargin": True},
        yaxis=places,
        annotations=_headings(lines, colours, 22 if is_narrow else 60),
    )
    return {"data": [_bars(lines, colours, language)], "layout": layout}


def _bars(lines: list[Line], colours: Theme, language: Language) -> dict[str, Any]:
    """Return the bars as plotly reads them."""
    words = [(place, group, word) for place, (group, word) in enumerate(lines) if word is not None]
    say = {"pt": ("no grupo", "nos demais"), "en": ("in the group", "elsewhere")}[language]
    return {
        "type": "bar",
        "orientation": "h",
        "y": [place for place, _, _ in words],
        "x": [round(word.g2, 2) for _, _, word in words],
        "text": [_note(word, language) for _, _, word in words],
        "textposition": "outside",
        "cliponaxis": False,
        "width": 0.72,
        "marker": {"color": [_fill((group, word), colours) for _, group, word in words]},
        "customdata": [
            [plotly_text(group.name), plotly_text(word.word), word.count, word.reference_count]
            for _, group, word in words
        ],
        "hovertemplate": "<b>%{customdata[1]}</b> · %{customdata[0]}<br>G² %{x:.2f}<br>"
        f"{say[0]}: %{{customdata[2]:,d}}<br>{say[1]}: %{{customdata[3]:,d}}<extra></extra>",
    }


def _names(lines: list[Line], limit: int) -> list[str]:
    """Return the labels left of the bars as plotly reads them; headings have none."""
    return ["" if word is None else plotly_text(shortened(word.word, limit)) for _, word in lines]


def _headings(lines: list[Line], colours: Theme, limit: int) -> list[dict[str, Any]]:
    """Return the names of the parts, each above its bars."""
    place = {"xref": "x", "yref": "y", "x": 0, "xanchor": "left", "yanchor": "middle", "showarrow": False}
    return [
        {
            "text": f"<b>{plotly_text(shortened_inside(group.name, limit))}</b>",
            "y": at,
            "font": {"color": _fill((group, None), colours)},
            **place,
        }
        for at, (group, word) in enumerate(lines)
        if word is None
    ]


def _paint(figure: Any, lines: list[Line], colours: Theme, head: float, language: Language) -> None:
    width, height = size_of(figure)
    tall = height - head - 52
    size = min(12.0, max(9.0, tall / len(lines) * 0.7))
    names = [
        fitted(group.name, width * 0.5, size, bold=True) if word is None else fitted(word.word, width * 0.34, size)
        for group, word in lines
    ]
    labels = [text_width(name, size) for name, (_, word) in zip(names, lines, strict=True) if word is not None]
    left = max(labels, default=0.0) + 26
    notes = [(place, word) for place, (_, word) in enumerate(lines) if word is not None]
    behind = max((text_width(_note(word, language), size) for _, word in notes), default=0.0) + 12
    wide = max(24.0, width - left - 18)
    axes = frame(figure, left=left, top=head, width=wide, height=tall)
    for (place, word), name in zip(enumerate(lines), names, strict=True):
        _paint_line(axes, place, word, name, size, colours, language)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    most = max(word.g2 for _, word in notes)
    axes.set_xlim(0, most * wide / max(24.0, wide - behind))
    axes.set_yticks([])

    def written(value: float, _: object) -> str:
        return number(value, language, decimals=int(value % 1 > 0))

    axes.xaxis.set_major_formatter(written)
    axes.set_xlabel("G²", fontsize=points(12))
    axes.tick_params(axis="x", length=0, labelsize=points(11))
    axes.grid(axis="x")
    axes.spines["bottom"].set_visible(False)


def _paint_line(axes: Any, place: int, line: Line, name: str, size: float, colours: Theme, language: Language) -> None:
    _, word = line
    gap = {"textcoords": "offset points", "va": "center", "fontsize": points(size), "annotation_clip": False}
    if word is None:
        axes.annotate(name, (0, place), (0, 0), weight="bold", ha="left", color=_fill(line, colours), **gap)
        return
    axes.barh([place], [word.g2], height=0.72, color=_fill(line, colours))
    axes.annotate(name, (0, place), (-points(7), 0), ha="right", color=colours.ink, **gap)
    axes.annotate(_note(word, language), (word.g2, place), (points(5), 0), ha="left", color=colours.muted, **gap)


def _table(groups: tuple[Group, ...], title: str, language: Language) -> str:
    columns = (
        ["Parte", "Palavra", "Ocorrências", "Nos demais", "Por milhão", "Nos demais", "G²", "Log da razão"]
        if language == "pt"
        else ["Part", "Word", "Occurrences", "Elsewhere", "Per million", "Elsewhere", "G²", "Log ratio"]
    )
    rows = [
        [
            group.name,
            each.word,
            number(each.count, language),
            number(each.reference_count, language),
            number(each.per_million, language),
            number(each.reference_per_million, language),
            number(each.g2, language, decimals=2),
            number(each.log_ratio, language, decimals=2),
        ]
        for group in groups
        for each in group.words
    ]
    return table(caption=title, columns=columns, rows=rows, numbers=tuple(range(2, 8)))
