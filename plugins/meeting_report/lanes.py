"""The tone over time: a lane for each speaker, a stroke for each moment of speech."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum

from attrs import frozen

from qualia.draw import Language, clock, escape, number
from qualia.records import SentenceSentiment, SentimentMoment

from .facts import Facts

_STEPS = 240
"""Moments a lane is divided into."""
_NEUTRAL = 0.1
"""Polarity up to which a moment is drawn as neutral, as the analyzer's own default has it."""


@frozen(kw_only=True)
class Scale:
    """Where on a lane a sentence stands."""

    begin: float
    length: float
    is_timed: bool
    strongest: float
    """Polarity that reaches the edge of a lane: the meeting's strongest, at least 0.3."""

    def place(self, sentence: SentenceSentiment | SentimentMoment) -> float:
        """Return 0 to 1."""
        at = float(sentence.begin_s or 0.0) if self.is_timed else float(sentence.start)
        return min(1.0, max(0.0, (at - self.begin) / self.length))


def scale_of(facts: Facts) -> Scale | None:
    """Return the scale of a meeting; None when there is no sentence or stretch."""
    items: Sequence[SentenceSentiment | SentimentMoment] = facts.sentiment.sentences or facts.sentiment.timeline
    if not items:
        return None
    is_timed = facts.has_times or (not facts.sentiment.sentences and all(each.begin_s is not None for each in items))
    places = [float(each.begin_s or 0.0) if is_timed else float(each.start) for each in items]
    ends = places if is_timed else [float(each.end) for each in items]
    strongest = max(0.3, *(abs(each.polarity) for each in items))
    begin = min(0.0, *places) if is_timed else min(places)
    return Scale(begin=begin, length=max(1e-9, max(ends) - begin), is_timed=is_timed, strongest=strongest)


def moments(sentences: Iterable[SentenceSentiment], scale: Scale) -> list[tuple[int, float]]:
    """Return the steps in which someone spoke, each with the polarity furthest from zero on average."""
    found: dict[int, list[float]] = {}
    for sentence in sentences:
        found.setdefault(min(_STEPS - 1, int(scale.place(sentence) * _STEPS)), []).append(sentence.polarity)
    return [(step, fsum(values) / len(values)) for step, values in sorted(found.items())]


def strokes(found: Iterable[tuple[int, float]], strongest: float) -> str:
    """Return the strokes of a lane as SVG: the middle is neutral, up is positive, the edge is ``strongest``."""
    drawn: list[str] = []
    for step, polarity in found:
        x, tall = step * 1000 / _STEPS, max(6.0, min(1.0, abs(polarity) / strongest) * 48)
        if abs(polarity) <= _NEUTRAL:
            drawn.append(f'<rect class="o" x="{x:.1f}" y="47" width="4.2" height="6"/>')
        elif polarity > 0:
            drawn.append(f'<rect class="u" x="{x:.1f}" y="{50 - tall:.1f}" width="4.2" height="{tall:.1f}"/>')
        else:
            drawn.append(f'<rect class="d" x="{x:.1f}" y="50" width="4.2" height="{tall:.1f}"/>')
    return "".join(drawn)


def lane(name: str, inside: str, *, alt: str) -> str:
    """Return a lane with its name."""
    return (
        f'<div class="lane"><span><bdi>{escape(name)}</bdi></span>'
        f'<svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="{escape(alt)}">'
        f'<line class="z" x1="0" y1="50" x2="1000" y2="50" vector-effect="non-scaling-stroke"/>{inside}</svg></div>'
    )


def whole_lane(facts: Facts, scale: Scale, name: str, *, alt: str) -> str:
    """Return the lane of the whole meeting: the analyzer's stretches as a line over all strokes."""
    inside = strokes(moments(facts.sentiment.sentences, scale), scale.strongest)
    stretches = facts.sentiment.timeline
    if len(stretches) > 1:
        path = " ".join(
            f"{scale.place(each) * 1000:.1f},{50 - max(-1.0, min(1.0, each.polarity / scale.strongest)) * 48:.1f}"
            for each in stretches
        )
        inside += f'<polyline class="t" points="{path}"/>'
    return lane(name, inside, alt=alt)


def axis(facts: Facts, scale: Scale, language: Language) -> str:
    """Return the labels below the lanes."""
    if scale.is_timed:
        labels = [clock(scale.begin + scale.length * part / 4) for part in range(5)]
    else:
        count = len(facts.sentiment.sentences) or facts.sentiment.judged or 0
        labels = ["1", number(count, language)] if count > 1 else []
    return '<div class="lane"><div class="axis">' + "".join(f"<span>{each}</span>" for each in labels) + "</div></div>"
