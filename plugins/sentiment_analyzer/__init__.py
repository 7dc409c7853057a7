"""How positive or negative a text is: English, by sentence, by speaker and as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from attrs import frozen

from qualia.plugin import Analyzer, Document, Segment, param
from qualia.records import Label, SentenceSentiment, Sentiment, SpeakerSentiment
from qualia.text import detect_language, sentence_spans

from .english import EnglishScorer, weighted_mean


@frozen
class Params:
    """What the analysis can be told."""

    language: Literal["auto", "en", "pt"] = param("auto", help="Language of the text; auto finds it out.")
    threshold: float = param(0.1, ge=0, le=1, help="Polarity beyond which a text is positive or, below zero, negative.")
    sentences: bool = param(True, help="Keep the list of sentences in the result.")


@frozen
class _Judged:
    """A sentence and what it weighs in a mean."""

    sentence: SentenceSentiment
    opinions: int
    """Words and emoticons of it that the lexicon judged."""


class SentimentAnalyzer(Analyzer[Params, Sentiment]):
    """Judges English sentences with TextBlob's lexicon; texts in other languages are reported as unsupported."""

    _english: EnglishScorer

    def open(self) -> None:
        """Read the lexicon."""
        self._english = EnglishScorer.load()

    def analyze(self, document: Document, params: Params, *_: Any, **__: Any) -> Sentiment:
        """Return the sentiment of the document, of its sentences and of its speakers.

        Sentences end where segments end. The whole and each speaker get the mean of their sentences, weighted by the
        opinion words found in each, as TextBlob weighs a text: a matter-of-fact sentence dilutes nothing.
        """
        if not document.text.strip():
            return Sentiment(status="empty", language=None, reason="There is no text to judge.")
        language = _language(document) if params.language == "auto" else params.language
        if language != "en":
            return Sentiment(status="unsupported", language=language, reason=_why_unsupported(language))
        judged = [self._judge(document.text, *place, params.threshold) for place in _sentences(document)]
        if not judged:
            return Sentiment(status="empty", language=language, reason="No segment of the document holds text.")
        polarity, subjectivity = _mean(judged)
        return Sentiment(
            status="ok",
            language=language,
            polarity=polarity,
            subjectivity=subjectivity,
            label=_label(polarity, params.threshold),
            sentences=tuple(each.sentence for each in judged) if params.sentences else (),
            speakers=tuple(_speakers(judged, params.threshold)),
            method=self._english.method,
        )

    def _judge(self, text: str, start: int, end: int, segment: Segment, threshold: float) -> _Judged:
        polarity, subjectivity, opinions = self._english.score(text[start:end])
        sentence = SentenceSentiment(
            text=text[start:end],
            start=start,
            end=end,
            polarity=polarity,
            subjectivity=subjectivity,
            label=_label(polarity, threshold),
            speaker=segment.speaker,
            begin_s=segment.begin_s,
        )
        return _Judged(sentence, opinions)


def _language(document: Document) -> str | None:
    """Return the ISO 639-1 code the document names (``en-GB`` is ``en``), or the one its words show."""
    if document.language:
        return document.language.replace("_", "-").partition("-")[0].lower()
    return detect_language(document.text)


def _why_unsupported(language: str | None) -> str:
    """Say why there are no figures, to a Portuguese reader in Portuguese."""
    if language == "pt":
        return "Só textos em inglês podem ser avaliados, e este está em português."
    if language is None:
        return "The language of the text could not be told, and only English can be judged; name it if it is English."
    return f"Only English can be judged, and the language of the text is {language!r}."


def _sentences(document: Document) -> Iterator[tuple[int, int, Segment]]:
    """Yield where each sentence stands, with its segment; a document without segments is one."""
    for segment in document.segments or (Segment(0, len(document.text)),):
        for start, end in sentence_spans(document.text[segment.start : segment.end]):
            yield segment.start + start, segment.start + end, segment


def _label(polarity: float, threshold: float) -> Label:
    if polarity > threshold:
        return "positive"
    return "negative" if polarity < -threshold else "neutral"


def _mean(judged: Sequence[_Judged]) -> tuple[float, float]:
    """Return polarity and subjectivity by opinion words; 0 when nobody gave an opinion."""
    weights = [each.opinions for each in judged]
    polarity = weighted_mean([each.sentence.polarity for each in judged], weights)
    return polarity, weighted_mean([each.sentence.subjectivity for each in judged], weights)


def _speakers(judged: Sequence[_Judged], threshold: float) -> Iterator[SpeakerSentiment]:
    """Yield each named speaker's means, in order of first appearance."""
    said: dict[str, list[_Judged]] = {}
    for each in judged:
        if each.sentence.speaker is not None:
            said.setdefault(each.sentence.speaker, []).append(each)
    for speaker, own in said.items():
        polarity, subjectivity = _mean(own)
        yield SpeakerSentiment(
            speaker=speaker,
            polarity=polarity,
            subjectivity=subjectivity,
            label=_label(polarity, threshold),
            sentences=len(own),
        )
