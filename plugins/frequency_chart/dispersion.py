"""Where words stand: a dot for each word in each part of the document, the larger the denser it is there."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

from attrs import frozen

from qualia.draw import (
    Language,
    Theme,
    View,
    clock,
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
from qualia.records import WordFrequencies

from .scene import words_of

_MOST_COLUMNS = 60
_ROW = 24
_LABEL = 22


@frozen(kw_only=True)
class Column:
    """One part of the document, or several neighbours taken together."""

    name: str
    running: int
    """All words in it."""


@frozen(kw_only=True)
class Row:
    """One word in all parts."""

    word: str
    counts: tuple[int, ...]
    rates: tuple[float, ...]
    """Occurrences in a thousand words of the part."""
    dp: float | None
    """Gries' DP; None when nobody worked it out."""


@frozen(kw_only=True)
class Grid:
    """Words by parts."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    is_ordered: bool
    """Whether the columns follow the document."""


def dispersion_view(
    record: WordFrequencies, *, top: int, title: str, language: Language, width: int, height: int
) -> View | None:
    """Return the plot; None when the record says nothing of parts or speakers.

    Args:
        record: the frequencies; with ``dispersion`` its parts are drawn, else its speakers.
        top: how many words.
        title: empty for one in the language.
        language: of the chart's own words.
        width: pixels of a picture.
        height: pixels of a picture, which draws as many words as have room.
    """
    grid = grid_of(record, top, columns=max(6, min(_MOST_COLUMNS, (width - 190) // 13)))
    if grid is None or not grid.rows:
        return None
    name = plain(title) or ("Onde as palavras aparecem" if language == "pt" else "Where words occur")
    room = max(3, (height - (170 if width >= 560 else 150)) // 18)
    shown = Grid(columns=grid.columns, rows=grid.rows[:room], is_ordered=grid.is_ordered)
    subtitle = _subtitle(shown, language)

    def figure(colours: Theme) -> dict[str, Any]:
        return _figure(grid, colours, language, width=width)

    def paint(canvas: Any, colours: Theme, head: float) -> None:
        _paint(canvas, shown, colours, head, language)

    return View(
        title=name,
        subtitle=subtitle,
        alt=f"{name}. {subtitle} {', '.join(row.word for row in grid.rows[:8])}.",
        language=language,
        figure=figure,
        paint=paint,
        table=folded(words_of(language)["table"], _table(grid, name, language)),
        texts=(*(row.word for row in grid.rows), *(column.name for column in grid.columns)),
        height=max(320, len(grid.rows) * _ROW + 130),
    )


def grid_of(record: WordFrequencies, top: int, *, columns: int) -> Grid | None:
    """Return words by parts, or else by speakers; None when there are fewer than two of either.

    Args:
        record: the frequencies.
        top: how many words.
        columns: how many columns at most: neighbouring parts are taken together, the last speakers left out.
    """
    most = columns
    spread = [each for each in record.dispersion if sum(each.in_parts)][:top]
    if spread and len(record.parts) > 1 and all(len(each.in_parts) == len(record.parts) for each in spread):
        is_ordered = all(part.start is not None for part in record.parts)
        times = [part.begin_s for part in record.parts]
        named = [
            clock(time) if is_ordered and time is not None else plain(part.name)
            for part, time in zip(record.parts, times, strict=True)
        ]
        listed = [Column(name=name, running=part.running) for name, part in zip(named, record.parts, strict=True)]
        largest = sorted(range(len(listed)), key=lambda at: -listed[at].running)[:most]
        kept = range(len(listed)) if is_ordered else sorted(largest)
        listed = [listed[at] for at in kept]
        rows = [(plain(each.word), tuple(each.in_parts[at] for at in kept), each.dp) for each in spread]
        return _joined(listed, rows, step=-(-len(listed) // most) if is_ordered else 1, is_ordered=is_ordered)
    speakers = sorted((each for each in record.speakers if each.words), key=lambda each: -each.total)[:most]
    if len(speakers) < 2:
        return None
    said = [{each.word: each.count for each in speaker.words} for speaker in speakers]
    people = [Column(name=plain(each.speaker), running=each.running or each.total) for each in speakers]
    words = [each.word for each in record.words if each.count > 0][:top]
    rows = [(plain(word), tuple(each.get(word, 0) for each in said), None) for word in words]
    return _joined(people, rows, step=1, is_ordered=False)


def _joined(
    columns: Sequence[Column], rows: Sequence[tuple[str, Sequence[int], float | None]], *, step: int, is_ordered: bool
) -> Grid:
    """Return the grid, with ``step`` neighbours taken together."""
    starts = range(0, len(columns), step)
    joined = tuple(
        Column(name=columns[at].name, running=sum(each.running for each in columns[at : at + step])) for at in starts
    )
    done: list[Row] = []
    for word, counts, dp in rows:
        sums = tuple(sum(counts[at : at + step]) for at in starts)
        rates = tuple(count * 1000 / max(1, column.running, count) for count, column in zip(sums, joined, strict=True))
        done.append(Row(word=word, counts=sums, rates=rates, dp=dp))
    return Grid(columns=joined, rows=tuple(done), is_ordered=is_ordered)


def _subtitle(grid: Grid, language: Language) -> str:
    words, parts = len(grid.rows), len(grid.columns)
    judged = any(row.dp is not None for row in grid.rows)
    if language == "pt":
        what = "partes, na ordem do texto" if grid.is_ordered else "participantes"
        listed = counted(words, "palavra", "palavras", language=language)
        dp = " DP: de 0 (por igual) a 1 (num lugar só)." if judged else ""
        return f"{listed} em {parts} {what}. Área: ocorrências por mil palavras.{dp}"
    what = "parts, in the order of the text" if grid.is_ordered else "speakers"
    dp = " DP: 0 (evenly) to 1 (in one place)." if judged else ""
    listed = counted(words, "word", "words", language=language)
    return f"{listed} in {parts} {what}. Area: occurrences in a thousand words.{dp}"


def _most(grid: Grid) -> float:
    return max(rate for row in grid.rows for rate in row.rates) or 1.0


def _dots(grid: Grid) -> list[tuple[int, int, int, float]]:
    """Return column, row, count and rate of each dot."""
    return [
        (at, place, row.counts[at], rate)
        for place, row in enumerate(grid.rows)
        for at, rate in enumerate(row.rates)
        if rate > 0
    ]


def _name(row: Row, language: Language, *, limit: int) -> str:
    dp = "" if row.dp is None else f"  DP {number(row.dp, language, decimals=2)}"
    return f"{shortened(row.word, limit)}{dp}"


def _figure(grid: Grid, colours: Theme, language: Language, *, width: int) -> dict[str, Any]:
    dots, most = _dots(grid), _most(grid)
    largest = min(22.0, max(5.0, (width - 190) * 0.9 / len(grid.columns)))
    rate = "por mil" if language == "pt" else "per thousand"
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [at for at, _, _, _ in dots],
        "y": [place for _, place, _, _ in dots],
        "marker": {
            "size": [round(max(3.0, largest * sqrt(dot[3] / most)), 1) for dot in dots],
            "color": colours.series[0],
            "opacity": 1,
            "line": {"width": 0},
        },
        "customdata": [[count, round(share, 1)] for _, _, count, share in dots],
        "hovertemplate": "<b>%{y}</b> · %{x}<br>"
        f"{words_of(language)['count']}: %{{customdata[0]}} (%{{customdata[1]}} {rate})<extra></extra>",
    }
    step = -(-len(grid.columns) // (20 if width >= 480 else 6))
    across = {
        "tickvals": list(range(0, len(grid.columns), step)),
        "ticktext": [plotly_text(shortened_inside(column.name, 14)) for column in grid.columns[::step]],
        "range": [-0.6, len(grid.columns) - 0.4],
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
    }
    down = {
        "tickvals": list(range(len(grid.rows))),
        "ticktext": [plotly_text(_name(row, language, limit=_LABEL if width >= 480 else 13)) for row in grid.rows],
        "range": [len(grid.rows) - 0.4, -0.6],
        "gridcolor": colours.grid,
        "zeroline": False,
        "automargin": True,
    }
    return {"data": [trace], "layout": plotly_layout(colours, language, xaxis=across, yaxis=down)}


def _paint(figure: Any, grid: Grid, colours: Theme, head: float, language: Language) -> None:
    width, height = size_of(figure)
    size = 12.0 if (height - head - 60) / len(grid.rows) >= 15 else 9.5
    names = [fitted(_name(row, language, limit=40), width * 0.38, size) for row in grid.rows]
    left = max(text_width(name, size) for name in names) + 24
    wide = max(24.0, width - left - 24)
    cell = wide / len(grid.columns)
    labels = [fitted(shortened_inside(column.name, 16), 90, 10) for column in grid.columns]
    is_flat = max(text_width(label, 10) for label in labels) + 6 <= cell or grid.is_ordered
    step = max(1, -(-int(max(text_width(label, 10) for label in labels) + 10) // max(1, int(cell)))) if is_flat else 1
    below = 26 if is_flat else max(text_width(label, 10) for label in labels) * sqrt(0.5) + 22
    tall = max(24.0, height - head - below - 12)
    axes = frame(figure, left=left, top=head + 4, width=wide, height=tall)
    axes.set_xlim(-0.5, len(grid.columns) - 0.5)
    axes.set_ylim(len(grid.rows) - 0.5, -0.5)
    dots, most = _dots(grid), _most(grid)
    largest = points(max(4.0, min(cell, tall / len(grid.rows), 30.0) * 0.92))
    areas = [max(points(3.0), largest * sqrt(dot[3] / most)) ** 2 for dot in dots]
    axes.scatter([dot[0] for dot in dots], [dot[1] for dot in dots], s=areas, color=colours.series[0], linewidths=0)
    axes.set_yticks(range(len(names)), names, fontsize=points(size))
    turned = {} if is_flat else {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(range(0, len(labels), step), labels[::step], fontsize=points(10), **turned)
    axes.tick_params(axis="both", length=0)
    axes.grid(axis="y")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _table(grid: Grid, title: str, language: Language) -> str:
    say = words_of(language)
    columns = [say["word"], *(["DP"] if any(row.dp is not None for row in grid.rows) else [])]
    first = len(columns)
    rows = [
        [
            row.word,
            *([number(row.dp, language, decimals=3) if row.dp is not None else ""] if first > 1 else []),
            *(number(count, language) if count else "" for count in row.counts),
        ]
        for row in grid.rows
    ]
    names = [column.name for column in grid.columns]
    marks = tuple(range(1, first + len(names)))
    return table(caption=title, columns=[*columns, *names], rows=rows, numbers=marks)
