"""What a picture of sentiment shows, decided before anything is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from math import fsum
from typing import Literal

from attrs import frozen

from qualia.draw import Language, clock, number, plain
from qualia.records import Label, SentenceSentiment, Sentiment, SpeakerSentiment, WeightedWord

from .wording import LABELS, label_name, sentences_name

Chart = Literal["dashboard", "gauge", "timeline", "distribution", "speakers", "words", "cloud"]

BINS = 20
"""Bars of the distribution, each 0.1 of polarity wide."""
MOST_VOICES = 8
"""Speakers with a mark of their own; as many as colours can be told apart."""
MOST_BARS = 12
MOST_ALONE = 40
"""Speakers in a chart of their own."""
MOST_WORDS = 12
"""Words drawn on either side."""
_THRESHOLD = 0.1
"""Polarity beyond which a stretch of text is drawn as positive or negative, as the analyzer's own default has it."""
_MOST_POINTS = 4000


@frozen(kw_only=True)
class Point:
    """One sentence on the timeline."""

    x: float
    """Seconds, or the sentence's place from 1 on."""
    polarity: float
    label: Label
    voice: int | None
    """Index into the scene's voices; None for other speakers, and for sentences without a speaker."""
    speaker: str | None
    text: str


@frozen(kw_only=True)
class Scene:
    """Everything a picture shows, in the language it shows it in."""

    chart: Chart
    language: Language
    title: str
    subtitle: str
    alt: str
    polarity: float
    label: Label
    subjectivity: float | None
    counts: tuple[int, int, int]
    """Sentences negative, neutral, positive."""
    bins: tuple[tuple[int, int, int], ...]
    """Per bar of the distribution, from -1 to 1: sentences negative, neutral, positive."""
    points: tuple[Point, ...]
    """In the order of ``x``."""
    sentences: int
    """All there are; more than ``points`` where these are thinned out."""
    trend: tuple[tuple[float, float], ...]
    """Moving average of the polarity; empty for fewer than 3 sentences."""
    timed: bool
    """Whether ``x`` is seconds."""
    ticks: tuple[tuple[float, str], ...]
    voices: tuple[str, ...]
    """Speakers with a mark of their own, who said most first; empty when fewer than two speak."""
    speakers: tuple[SpeakerSentiment, ...]
    """For the bars: in order of first appearance, those who said most; empty when fewer than two speak."""
    words: tuple[WeightedWord, ...]
    """What decided most: those in favour, heaviest first, then those against, heaviest last."""


def scene_of(sentiment: Sentiment, *, chart: Chart, title: str, language: Language) -> Scene:
    """Decide what to draw of a record that has figures."""
    sentences = sentiment.sentences or _stretches(sentiment)
    voices = _voices(sentences)
    timed = _timed(sentences)
    points = _points(sentences, voices, timed=timed)
    counts = Counter(sentence.label for sentence in sentences)
    numbers = (counts["negative"], counts["neutral"], counts["positive"])
    subtitle = _subtitle(numbers, language, judged=sentiment.judged, is_whole=bool(sentiment.sentences))
    polarity = min(1.0, max(-1.0, sentiment.polarity or 0.0))
    label = sentiment.label or "neutral"
    return Scene(
        chart=chart,
        language=language,
        title=plain(title),
        subtitle=subtitle,
        alt=f"{plain(title)}: {number(polarity, language, decimals=2, signed=True)}, {label_name(label, language)}. "
        f"{subtitle}.",
        polarity=polarity,
        label=label,
        subjectivity=sentiment.subjectivity,
        counts=numbers,
        bins=_bins(sentiment.sentences),
        points=points[:: max(1, -(-len(points) // _MOST_POINTS))],
        sentences=len(sentiment.sentences),
        trend=moving_average([(point.x, point.polarity) for point in points]),
        timed=timed,
        ticks=_ticks(points[0].x, points[-1].x, timed=timed, language=language) if points else (),
        voices=voices,
        speakers=_bars(sentiment.speakers, alone=chart == "speakers"),
        words=_words(sentiment.words),
    )


def _stretches(sentiment: Sentiment) -> tuple[SentenceSentiment, ...]:
    """Return the stretches of a timeline in the place of sentences, where the record holds none."""
    return tuple(
        SentenceSentiment(
            text="",
            start=each.start,
            end=each.end,
            polarity=each.polarity,
            subjectivity=0.0,
            label="positive"
            if each.polarity > _THRESHOLD
            else "negative"
            if each.polarity < -_THRESHOLD
            else "neutral",
            begin_s=each.begin_s,
        )
        for each in sentiment.timeline
    )


def _words(words: Sequence[WeightedWord]) -> tuple[WeightedWord, ...]:
    up = sorted((each for each in words if each.weight > 0), key=lambda each: (-each.weight, each.word))[:MOST_WORDS]
    down = sorted((each for each in words if each.weight < 0), key=lambda each: (each.weight, each.word))[:MOST_WORDS]
    return (*up, *reversed(down))


def _voices(sentences: Sequence[SentenceSentiment]) -> tuple[str, ...]:
    counts = Counter(sentence.speaker for sentence in sentences if sentence.speaker is not None)
    return tuple(speaker for speaker, _ in counts.most_common(MOST_VOICES)) if len(counts) > 1 else ()


def _bars(speakers: tuple[SpeakerSentiment, ...], *, alone: bool) -> tuple[SpeakerSentiment, ...]:
    if len(speakers) < 2 and not alone:
        return ()
    limit = MOST_ALONE if alone else MOST_BARS
    most = sorted(speakers, key=lambda speaker: -speaker.sentences)[:limit]
    return tuple(speaker for speaker in speakers if speaker in most)[:limit]


def _timed(sentences: Sequence[SentenceSentiment]) -> bool:
    times = {sentence.begin_s for sentence in sentences}
    return None not in times and len(times) > 1


def _points(sentences: Sequence[SentenceSentiment], voices: tuple[str, ...], *, timed: bool) -> tuple[Point, ...]:
    index = {speaker: place for place, speaker in enumerate(voices)}
    points = [
        Point(
            x=float(sentence.begin_s or 0.0) if timed else float(place),
            polarity=sentence.polarity,
            label=sentence.label,
            voice=index.get(sentence.speaker) if sentence.speaker is not None else None,
            speaker=None if sentence.speaker is None else plain(sentence.speaker),
            text=plain(sentence.text),
        )
        for place, sentence in enumerate(sentences, start=1)
    ]
    return tuple(sorted(points, key=lambda point: point.x))


def _bins(sentences: Sequence[SentenceSentiment]) -> tuple[tuple[int, int, int], ...]:
    # The tiny share keeps -0.3, which is a little less than three tenths in binary, in the bar that begins there.
    places = [min(BINS - 1, max(0, int((item.polarity + 1) / 2 * BINS + 1e-9))) for item in sentences]
    found = Counter(zip(places, (sentence.label for sentence in sentences), strict=True))
    return tuple((found[place, "negative"], found[place, "neutral"], found[place, "positive"]) for place in range(BINS))


def moving_average(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Return the mean of each point's ``y`` with its neighbours' (an eighth of all, at least 3), at the same ``x``.

    The window shrinks evenly on both sides towards the ends. Points with equal ``x`` become one.
    """
    if len(points) < 3:
        return ()
    half = max(1, min(25, len(points) // 16))
    sums = [0.0, *accumulate(y for _, y in points)]
    found: dict[float, list[float]] = {}
    for place, (x, _) in enumerate(points):
        reach = min(half, max(1, place), max(1, len(points) - 1 - place))
        low, high = max(0, place - reach), min(len(points), place + reach + 1)
        found.setdefault(x, []).append((sums[high] - sums[low]) / (high - low))
    # Exact, because `sum` adds floats in another way since Python 3.12.
    return tuple((x, fsum(means) / len(means)) for x, means in found.items())


def _ticks(first: float, last: float, *, timed: bool, language: Language) -> tuple[tuple[float, str], ...]:
    """Return at most 8 round places of the axis."""
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200) if timed else (1, 2, 5, 10, 20, 50, 100)
    span = last - first
    step = float(next((step for step in steps if span / step <= 7), steps[-1]))
    while span / step > 7:
        step *= 2
    begin = -(-first // step) * step
    places = [begin + step * place for place in range(int((last - begin) // step) + 1)]
    return tuple((place, clock(place) if timed else number(place, language)) for place in places)


def _subtitle(counts: tuple[int, int, int], language: Language, *, judged: int | None, is_whole: bool) -> str:
    if not is_whole:
        many, end = number(judged or 0, language), "" if judged == 1 else "s"
        return f"{many} frase{end} avaliada{end}" if language == "pt" else f"{many} sentence{end} judged"
    total = sum(counts)
    parts = ", ".join(sentences_name(label, count, language) for label, count in zip(LABELS, counts, strict=True))
    noun = ("frase" if language == "pt" else "sentence") + ("" if total == 1 else "s")
    return f"{number(total, language)} {noun}: {parts}"
