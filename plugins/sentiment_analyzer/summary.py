"""What many judged sentences say together; it holds a few numbers for each of them, and no texts but the examples."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from heapq import heappush, heappushpop
from itertools import pairwise
from math import fsum

from attrs import define, field

from qualia.records import (
    Label,
    LanguageShare,
    SentenceSentiment,
    Sentiment,
    SentimentMoment,
    SpeakerSentiment,
    WeightedWord,
)

MOST_MOMENTS = 24
MOST_WEIGHTED = 40
_NOT_A_TIME = -1.0
_Ranked = tuple[float, int, int, SentenceSentiment]


def _doubles() -> array[float]:
    return array("d")


@define
class _Column:
    """The figures of some sentences, one beside the other."""

    polarity: array[float] = field(factory=_doubles)
    subjectivity: array[float] = field(factory=_doubles)
    confidence: array[float] = field(factory=_doubles)
    weights: array[float] = field(factory=_doubles)
    labels: dict[Label, int] = field(factory=dict[Label, int])

    def add(self, sentence: SentenceSentiment, opinions: int) -> None:
        self.polarity.append(sentence.polarity)
        self.subjectivity.append(sentence.subjectivity)
        self.confidence.append(sentence.confidence or 0.0)
        self.weights.append(opinions)
        self.labels[sentence.label] = self.labels.get(sentence.label, 0) + 1

    def certainty(self) -> float:
        """Return the mean confidence by opinion words, less where few sentences hold any."""
        telling = sum(weight > 0 for weight in self.weights)
        return round(mean(self.confidence, self.weights) * telling / (telling + 1), 3)


@define
class Tally:
    """Sums up sentences as they are judged."""

    threshold: float
    examples: int
    count: int = 0
    _all: _Column = field(factory=_Column, init=False)
    _speakers: dict[str, _Column] = field(factory=dict[str, _Column], init=False)
    _starts: array[float] = field(factory=_doubles, init=False)
    _ends: array[float] = field(factory=_doubles, init=False)
    _times: array[float] = field(factory=_doubles, init=False)
    _words: dict[str, list[float]] = field(factory=dict[str, list[float]], init=False)
    _heard: dict[str | None, int] = field(factory=dict[str | None, int], init=False)
    _judged: list[str] = field(factory=list[str], init=False)
    _best: list[_Ranked] = field(factory=list[_Ranked], init=False)
    _worst: list[_Ranked] = field(factory=list[_Ranked], init=False)

    def heard(self, language: str | None, length: int, *, judged: bool) -> None:
        """Take note of a stretch of text and its language."""
        self._heard[language] = self._heard.get(language, 0) + length
        if judged and language is not None and language not in self._judged:
            self._judged.append(language)

    def add(self, sentence: SentenceSentiment, opinions: int) -> None:
        """Take a judged sentence in."""
        self.count += 1
        self._all.add(sentence, opinions)
        self._starts.append(sentence.start)
        self._ends.append(sentence.end)
        self._times.append(_NOT_A_TIME if sentence.begin_s is None else sentence.begin_s)
        if sentence.speaker is not None:
            self._speakers.setdefault(sentence.speaker, _Column()).add(sentence, opinions)
        for word in sentence.words:
            key = word.text.lower()
            if word.negated:
                key = f"{'não' if sentence.language == 'pt' else 'not'} {key}"
            found = self._words.setdefault(key, [0.0, 0.0])
            found[0] += 1
            found[1] += word.weight
        if sentence.label != "neutral" and self.examples:
            self._rank(sentence)

    def _rank(self, sentence: SentenceSentiment) -> None:
        ranking = self._best if sentence.label == "positive" else self._worst
        ranked = (abs(sentence.polarity), len(sentence.text), -sentence.start, sentence)
        if len(ranking) < self.examples:
            heappush(ranking, ranked)
        else:
            heappushpop(ranking, ranked)

    @property
    def language(self) -> str | None:
        """The judged language most of the text is in, or where none was judged the one most is in."""
        judged: dict[str | None, int] = {
            language: length for language, length in self._heard.items() if language in self._judged
        }
        found = judged or self._heard
        return max(found, key=lambda language: (found[language], language or ""), default=None)

    @property
    def judged_languages(self) -> tuple[str, ...]:
        """The languages that were judged, the one most of the text is in first."""
        return tuple(sorted(self._judged, key=lambda language: (-self._heard[language], language)))

    def languages(self) -> tuple[LanguageShare, ...]:
        """Return how much of the text is in which language."""
        total = sum(self._heard.values())
        ranked = sorted(self._heard.items(), key=lambda each: (-each[1], each[0] or ""))
        return tuple(
            LanguageShare(language=language, share=round(length / total, 4), judged=language in self._judged)
            for language, length in ranked
        )

    def result(self, *, sentences: tuple[SentenceSentiment, ...], method: str) -> Sentiment:
        """Return the record, without its interpretation."""
        everything = self._all
        polarity = mean(everything.polarity, everything.weights)
        return Sentiment(
            status="ok",
            language=self.language,
            polarity=polarity,
            subjectivity=mean(everything.subjectivity, everything.weights),
            label=self._label(polarity),
            sentences=sentences,
            speakers=tuple(self._speaker(name, column) for name, column in self._speakers.items()),
            method=method,
            confidence=everything.certainty(),
            timeline=self._timeline(),
            words=self._weighted(),
            most_positive=tuple(each[-1] for each in sorted(self._best, key=lambda each: each[:3], reverse=True)),
            most_negative=tuple(each[-1] for each in sorted(self._worst, key=lambda each: each[:3], reverse=True)),
            languages=self.languages(),
            judged=self.count,
        )

    def _speaker(self, name: str, column: _Column) -> SpeakerSentiment:
        polarity = mean(column.polarity, column.weights)
        return SpeakerSentiment(
            speaker=name,
            polarity=polarity,
            subjectivity=mean(column.subjectivity, column.weights),
            label=self._label(polarity),
            sentences=len(column.polarity),
            positive=column.labels.get("positive", 0),
            negative=column.labels.get("negative", 0),
            confidence=column.certainty(),
        )

    def _timeline(self) -> tuple[SentimentMoment, ...]:
        if self.count < 3:
            return ()
        moments = min(MOST_MOMENTS, self.count // 2 or 1)
        edges = [self.count * place // moments for place in range(moments + 1)]
        return tuple(self._moment(first, last) for first, last in pairwise(edges))

    def _moment(self, first: int, last: int) -> SentimentMoment:
        time = self._times[first]
        return SentimentMoment(
            start=int(self._starts[first]),
            end=int(self._ends[last - 1]),
            polarity=mean(self._all.polarity[first:last], self._all.weights[first:last]),
            sentences=last - first,
            begin_s=None if time == _NOT_A_TIME else time,
        )

    def _weighted(self) -> tuple[WeightedWord, ...]:
        ranked = sorted(self._words.items(), key=lambda each: (-abs(each[1][1]), each[0]))[:MOST_WEIGHTED]
        return tuple(
            WeightedWord(word=word, count=int(count), weight=round(weight, 3) + 0.0) for word, (count, weight) in ranked
        )

    def _label(self, polarity: float) -> Label:
        if polarity > self.threshold:
            return "positive"
        return "negative" if polarity < -self.threshold else "neutral"


def mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return the mean of ``values`` by ``weights``, rounded to 4 decimals; 0 when these are all 0."""
    total = fsum(weights)
    found = fsum(value * weight for value, weight in zip(values, weights, strict=True)) / total if total else 0.0
    return round(found, 4) + 0.0  # no "-0.0"
