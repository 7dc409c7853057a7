"""How positive or negative a text is: Portuguese and English, by sentence, by speaker, over time and as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from attrs import evolve, frozen

from qualia.plugin import Analyzer, Document, param
from qualia.records import Label, SentenceSentiment, Sentiment, SentimentWord
from qualia.text import sentence_spans

from .english import EnglishScorer
from .portuguese import PortugueseScorer
from .score import Score, scored
from .summary import Tally
from .units import Unit, units_of
from .wording import interpretation, why_empty, why_unsupported

POST = 280
"""Characters of the longest text that is judged in one piece as well."""


@frozen
class Params:
    """What the analysis can be told."""

    language: Literal["auto", "en", "pt"] = param("auto", help="Language of the text; auto finds it out, by segment.")
    detector: Literal["votes", "py3langid"] = param(
        "votes", help="What finds the language out: Qualia's own votes, or the package py3langid if it is installed."
    )
    threshold: float = param(0.1, ge=0, le=1, help="Polarity beyond which a text is positive or, below zero, negative.")
    sentences: bool = param(True, help="Keep the list of sentences in the result.")
    most_sentences: int = param(100_000, ge=1, help="Sentences the list may hold; the figures come from all of them.")
    examples: int = param(3, ge=0, le=50, help="Examples kept of the most positive and the most negative sentences.")
    wording: Literal["auto", "en", "pt"] = param("auto", help="Language of the interpretation; auto takes the text's.")


class SentimentAnalyzer(Analyzer[Params, Sentiment]):
    """Judges English by TextBlob's and VADER's lexicons, Portuguese by Qualia's and LeIA's; others are unsupported."""

    _scorers: Mapping[str, EnglishScorer | PortugueseScorer]

    def open(self) -> None:
        """Read the lexicons."""
        self._scorers = {"en": EnglishScorer.load(), "pt": PortugueseScorer.load()}

    def analyze(self, document: Document, params: Params, *_: Any, **__: Any) -> Sentiment:
        """Return the sentiment of the document, of its sentences and of its speakers.

        Sentences end where segments end. The whole and each speaker get the mean of their sentences, weighted by the
        opinion words found in each, as TextBlob weighs a text: a matter-of-fact sentence dilutes nothing. A text of one
        segment or paragraph that is no longer than a post is one utterance: its polarity is that of all its words.
        """
        wording = params.wording
        if not document.text.strip():
            return Sentiment(status="empty", language=None, reason=why_empty("no text", wording))
        units = list(units_of(document, language=params.language, detector=params.detector))
        tally = Tally(threshold=params.threshold, examples=params.examples)
        kept: list[SentenceSentiment] = []
        for unit in units:
            tally.heard(unit.language, unit.end - unit.start, judged=unit.language in self._scorers)
            for sentence, opinions in self._judged(document.text, unit, params.threshold):
                tally.add(sentence, opinions)
                if params.sentences and len(kept) < params.most_sentences:
                    kept.append(sentence)
        language = tally.language
        if not tally.count:
            if language in self._scorers or not units:
                return Sentiment(status="empty", language=language, reason=why_empty("no sentence", wording))
            reason = why_unsupported(language, wording)
            return Sentiment(status="unsupported", language=language, reason=reason, languages=tally.languages())
        result = tally.result(sentences=tuple(kept), method=self._method(tally))
        if len(document.text) <= POST and len(tally.judged_languages) == len(units) == 1:
            result = self._as_one(document.text, result, params.threshold)
        return interpretation(result, wording)

    def _as_one(self, text: str, found: Sentiment, threshold: float) -> Sentiment:
        """Return the record with the figures of a text that is judged in one piece, as its readers take it."""
        score = self._scorers[found.language or ""].score(text)
        polarity = round(score.polarity, 4) + 0.0
        return evolve(found, polarity=polarity, label=label_of(polarity, threshold))

    def _judged(self, text: str, unit: Unit, threshold: float) -> Iterator[tuple[SentenceSentiment, int]]:
        """Yield the sentences of a unit, and how many opinion words each has; none in a language without scorer."""
        scorer = self._scorers.get(unit.language or "")
        if scorer is None:
            return
        for start, end in sentence_spans(text[unit.start : unit.end]):
            place = unit.start + start
            written = text[place : unit.start + end]
            yield sentence_of(written, place, scorer.score, unit, threshold)

    def _method(self, tally: Tally) -> str:
        return "; ".join(self._scorers[language].method for language in tally.judged_languages)


def sentence_of(
    text: str, start: int, score: Callable[[str], Score], unit: Unit, threshold: float
) -> tuple[SentenceSentiment, int]:
    """Return a judged sentence, and how many opinion words it has."""
    found = scored(text, score)
    polarity = round(found.polarity, 4) + 0.0  # no "-0.0"
    words = tuple(
        SentimentWord(
            text=text[hit.start : hit.end],
            start=start + hit.start,
            end=start + hit.end,
            weight=round(hit.worth, 3) + 0.0,
            negated=hit.negated,
        )
        for hit in found.hits
    )
    sentence = SentenceSentiment(
        text=text,
        start=start,
        end=start + len(text),
        polarity=polarity,
        subjectivity=round(found.subjectivity, 4) + 0.0,
        label=label_of(polarity, threshold),
        speaker=unit.speaker,
        begin_s=unit.begin_s,
        confidence=round(found.agreement * found.opinions / (found.opinions + 1), 3),
        words=words,
        language=unit.language,
    )
    return sentence, found.opinions


def label_of(polarity: float, threshold: float) -> Label:
    """Return the label of a polarity; one that only meets the threshold is neutral."""
    if polarity > threshold:
        return "positive"
    return "negative" if polarity < -threshold else "neutral"
