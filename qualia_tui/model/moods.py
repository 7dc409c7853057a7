"""Sentiment: a timeline of bars that lean to one side, sentences, speakers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from qualia_tui.lines import Column, Row, Span
from qualia_tui.model import facts
from qualia_tui.model.amounts import decimal
from qualia_tui.model.charts import leaning, leaning_line, mark, side, signed
from qualia_tui.model.headings import named
from qualia_tui.model.tables import Table
from qualia_tui.model.texts import Paragraph, figure, offset
from qualia_tui.words import _, translated

_HALF = 8
_MORE_HALF = 20
_WIDE = 100


def mood_paragraphs(value: facts.Plain) -> Iterator[Paragraph]:
    """Yield what the figures say, and the timeline."""
    reason = facts.text(value, "reason")
    polarity = facts.number(value, "polarity")
    if reason:
        yield Paragraph(text=translated(reason), style="warn")
    elif polarity is None:
        yield Paragraph(text=_("there are no figures"), style="dim")
    if polarity is not None:
        yield Paragraph(
            text=_label(facts.text(value, "label")),
            lead=(Span(f"{named('polarity')} ", "accent"), *leaning_line(polarity, _HALF), Span("  ")),
        )
    interpretation = facts.text(value, "interpretation")
    if interpretation:
        yield Paragraph()
        yield Paragraph(text=interpretation)
    moments = facts.items(value, "timeline")
    if moments:
        yield Paragraph()
        yield Paragraph(text=_("from beginning to end, negative to the left, positive to the right"), style="dim")
        for number, moment in enumerate(moments, start=1):
            yield _moment(number, moment)


def _label(label: str) -> str:
    return {"negative": _("negative"), "neutral": _("neutral"), "positive": _("positive")}.get(label, label)


def _moment(number: int, moment: facts.Plain) -> Paragraph:
    begin_s, value = facts.number(moment, "begin_s"), facts.number(moment, "polarity") or 0.0
    at = offset(begin_s) if begin_s is not None else f"{number:>2}"
    sentences = int(facts.number(moment, "sentences") or 0)
    told = _("1 sentence") if sentences == 1 else _("{count} sentences", count=sentences)
    return Paragraph(text=told, lead=(Span(f"{at:>7} ", "dim"), *leaning_line(value, _HALF), Span(" ")), style="dim")


def mood_tables(value: facts.Plain) -> Iterator[tuple[str, Table]]:
    """Yield the tables of a sentiment: sentences, speakers and words that decided it."""
    found = facts.items(value, "sentences")
    if found:
        yield "sentences", _sentences(found)
    for name in ("most_positive", "most_negative"):
        if facts.items(value, name):
            yield name, _sentences(facts.items(value, name))
    speakers = facts.items(value, "speakers")
    if speakers:
        yield "speakers", _leaning(speakers, "speaker", "polarity", ("sentences", "positive", "negative"), most=1.0)
    words = facts.items(value, "words")
    if words:
        most = max(abs(facts.number(each, "weight") or 0.0) for each in words) or 1.0
        yield "words", _leaning(words, "word", "weight", ("count",), most=most)


def _sentences(items: Sequence[Mapping[Any, Any]]) -> Table:
    def columns(width: int) -> tuple[Column, ...]:
        del width
        return (
            Column(title=named("polarity"), width=10, right=True),
            Column(title=named("text"), width=20, grow=1),
            Column(title=named("speaker"), width=14, rank=1),
            Column(title=_("time"), width=7, right=True, rank=2),
        )

    def row(key: str, item: Mapping[Any, Any], width: int) -> Row:
        del width
        value, begin_s = facts.number(item, "polarity") or 0.0, facts.number(item, "begin_s")
        return Row(
            key,
            (
                Span(f"{mark(value)} {decimal(abs(value), 2)}", side(value)),
                Span(facts.text(item, "text")),
                Span(facts.text(item, "speaker")),
                Span("" if begin_s is None else offset(begin_s), "dim"),
            ),
        )

    return Table(items=items, columns=columns, row=row)


def _leaning(
    items: Sequence[Mapping[Any, Any]], name: str, value_name: str, others: Sequence[str], *, most: float
) -> Table:
    """Return records as rows with a bar that leans to the side of their value."""
    half: Callable[[int], int] = lambda width: _MORE_HALF if width >= _WIDE else _HALF  # noqa: E731

    def columns(width: int) -> tuple[Column, ...]:
        figures = (Column(title=named(each), width=9, right=True, rank=place) for place, each in enumerate(others, 2))
        return (
            Column(title=named(name), width=18, grow=1),
            Column(title=named(value_name), width=10, right=True),
            Column(title="", width=2 * half(width) + 1, rank=1),
            *figures,
        )

    def row(key: str, item: Mapping[Any, Any], width: int) -> Row:
        value = facts.number(item, value_name) or 0.0
        share = value / most
        cells = (Span(figure(facts.number(item, each))) for each in others)
        return Row(
            key,
            (
                Span(facts.text(item, name)),
                Span(signed(value), side(share)),
                Span(leaning(share, half(width)), side(share)),
                *cells,
            ),
        )

    return Table(items=items, columns=columns, row=row)
