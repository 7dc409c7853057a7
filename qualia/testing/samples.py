"""Documents and records to try a plugin on."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import cycle, islice
from typing import Any, Literal

from qualia.document import Document, Segment
from qualia.records import (
    Label,
    SentenceSentiment,
    Sentiment,
    SpeakerSentiment,
    SpeakerWords,
    WordCount,
    WordFrequencies,
)

SampleName = Literal["en", "pt", "short", "long", "odd"]
SAMPLES: tuple[SampleName, ...] = ("en", "pt", "short", "long", "odd")
"""The names `sample` takes."""

Turn = tuple[str, str]

_ENGLISH: tuple[Turn, ...] = (
    ("Ana", "Good morning. Shall we start with the interviews?"),
    ("Bruno", "Yes. I think they went very well, people were happy to talk."),
    ("Ana", "The second one was difficult. Why did it take so long?"),
    ("Bruno", "The recording was bad, and that was a terrible afternoon."),
    ("Ana", "Then let us listen to it again tomorrow, together."),
)
_PORTUGUESE: tuple[Turn, ...] = (
    ("Ana", "Bom dia. Vamos começar pelas entrevistas?"),
    ("Bruno", "Vamos. Acho que foram muito boas, as pessoas gostaram de falar."),
    ("Ana", "A segunda foi difícil. Por que demorou tanto?"),
    ("Bruno", "A gravação estava ruim, e foi uma tarde péssima."),
    ("Ana", "Então vamos ouvir de novo amanhã, juntos."),
)
_LONG_TURNS = 400


def sample(name: SampleName = "en") -> Document:
    """Return a meeting of two people: one line for each turn, a segment with its times around the words of each.

    Args:
        name: "en" and "pt" are whole meetings; "short" is one word of one speaker; "long" has 400 turns; "odd" is made
            of the texts of `odd_texts`, as names too.

    Raises:
        ValueError: there is no sample of this name.
    """
    if name == "en":
        return _meeting(_ENGLISH, title="Debrief", language="en")
    if name == "pt":
        return _meeting(_PORTUGUESE, title="Retrospectiva", language="pt")
    if name == "short":
        return _meeting((("Ana", "Yes."),), title="Short", language="en")
    if name == "long":
        return _meeting(islice(cycle(_ENGLISH), _LONG_TURNS), title="Long", language="en")
    if name == "odd":
        turns = ((text[:20], text) for text in odd_texts().values())
        return _meeting(turns, title="Odd \u202e title", language=None)
    raise ValueError(f"there is no sample {name!r}; use one of {', '.join(SAMPLES)}")


def odd_texts() -> Mapping[str, str]:
    """Return texts that break careless code, each by what is odd about it; all of them occur in real files."""
    return {
        "no text at all": "",
        "nothing but white space": " \t\n\u00a0\u3000\n",
        "decomposed accents": unicodedata.normalize("NFD", "Ação: coração não, é só um café."),
        "accents that stand alone": "\u0301\u0327 \u0303\n\u0301",
        "Hebrew and Arabic": "שלום עולם. مرحبا بالعالم؟ Hello \u202eworld\u202c.",
        "emoji made of several characters": "👩‍👩‍👧‍👦 said 👍🏽! 🇧🇷 \u2764\ufe0f? 1\ufe0f\u20e3",
        "control characters": "a\x00b\x07c\x1b[31mred\x1b[0m\x7f\x85\u2028\u2029 end.",
        "line ends of every kind": "one\r\ntwo\rthree\n\nfour\x0bfive\x0csix\r",
        "a byte order mark": "\ufeffAna: the file began with a mark.",
        "characters without width": "in\u200bvi\u200dsi\u2060ble \u00adhyphens\u00ad",
        "Chinese, Japanese and Thai": "我们开始吧。はじめましょう！ เริ่มกันเลย",
        "characters beyond the first plane": "𝒜𝓃𝒶 𐍈 \U0001f9ff \U00020000",
        "letters that change length with case": "straße İstanbul ﬁn ŉ ΣΑΣ ǅ",
        "markup and format characters": "<script>alert('x')</script> & {0} %s \\n $HOME ${x} ; -- ' \"",
        "numbers of many kinds": "½ ٣٤ Ⅷ 1e309 -0 1,234.5 ² NaN infinity",
        "one long word": "a" * 5_000,
        "marks without words": "?!... --- «» „“ ; : • … ¿¡",
    }


def long_line(characters: int = 100_000) -> str:
    """Return a text of one line and this many characters."""
    words = "we talked about the interviews and it was good, was it not? "
    return (words * (characters // len(words) + 1))[:characters]


def sample_record(schema: str, document: Document | None = None, *, mark: int = 0) -> Any:
    """Return a record that holds to what its class promises, made of a document by plain rules.

    Args:
        schema: its schema, such as "word-frequencies/1".
        document: what it tells of; None for the English sample.
        mark: makes records of one document differ where no picture shows it.

    Raises:
        ValueError: no sample is made of this schema.
    """
    source = sample() if document is None else document
    if schema == WordFrequencies.schema:
        return _words(source, mark)
    if schema == Sentiment.schema:
        return _sentiment(source, mark)
    raise ValueError(f"there is no sample of a record {schema!r}")


def _meeting(turns: Iterable[Turn], *, title: str, language: str | None) -> Document:
    lines: list[str] = []
    segments: list[Segment] = []
    at = 0
    for number, (speaker, said) in enumerate(turns):
        line = f"{speaker}: {said}"
        end = at + len(line)
        begin_s = number * 4.5
        segments.append(Segment(end - len(said), end, speaker=speaker, begin_s=begin_s, end_s=begin_s + 4.0))
        lines.append(line)
        at = end + 1
    return Document("\n".join(lines), title=title, language=language, segments=segments)


def _spoken(document: Document) -> Iterator[tuple[Segment, str]]:
    if not document.segments:
        yield Segment(0, len(document.text)), document.text
    for segment in document.segments:
        yield segment, document.text[segment.start : segment.end]


def _ranked(counts: Counter[str]) -> tuple[WordCount, ...]:
    return tuple(WordCount(word, count) for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _words(document: Document, mark: int) -> WordFrequencies:
    counts: Counter[str] = Counter()
    speakers: dict[str, Counter[str]] = {}
    for segment, said in _spoken(document):
        words = said.casefold().split()
        counts.update(words)
        if segment.speaker is not None:
            speakers.setdefault(segment.speaker, Counter()).update(words)
    return WordFrequencies(
        words=_ranked(counts),
        total=counts.total(),
        distinct=len(counts),
        hapax=sum(1 for count in counts.values() if count == 1),
        speakers=tuple(
            SpeakerWords(speaker=speaker, words=_ranked(words), total=words.total(), distinct=len(words))
            for speaker, words in speakers.items()
        ),
        language=document.language,
        stop_words=mark,
    )


def label_of(polarity: float) -> Label:
    """Return the label of a polarity: neutral between -0.05 and 0.05."""
    if -0.05 <= polarity <= 0.05:
        return "neutral"
    return "positive" if polarity > 0 else "negative"


def _sentiment(document: Document, mark: int) -> Sentiment:
    sentences = tuple(
        SentenceSentiment(
            text=said,
            start=segment.start,
            end=segment.end,
            polarity=polarity,
            subjectivity=abs(polarity),
            label=label_of(polarity),
            speaker=segment.speaker,
            begin_s=segment.begin_s,
        )
        for number, (segment, said) in enumerate(_spoken(document))
        for polarity in ((number % 5 - 2) / 2,)
        if said.strip()
    )
    method = f"sample {mark}"
    if not sentences:
        return Sentiment(status="empty", language=document.language, reason="there are no sentences", method=method)
    mean, subjectivity = _means(sentences)
    return Sentiment(
        status="ok",
        language=document.language,
        polarity=mean,
        subjectivity=subjectivity,
        label=label_of(mean),
        sentences=sentences,
        speakers=tuple(_by_speaker(sentences)),
        method=method,
    )


def _means(sentences: Iterable[SentenceSentiment]) -> tuple[float, float]:
    judged = tuple(sentences)
    polarity = sum(each.polarity for each in judged) / len(judged)
    return polarity, sum(each.subjectivity for each in judged) / len(judged)


def _by_speaker(sentences: Iterable[SentenceSentiment]) -> Iterator[SpeakerSentiment]:
    said: dict[str, list[SentenceSentiment]] = {}
    for each in sentences:
        if each.speaker is not None:
            said.setdefault(each.speaker, []).append(each)
    for speaker, theirs in said.items():
        polarity, subjectivity = _means(theirs)
        yield SpeakerSentiment(
            speaker=speaker,
            polarity=polarity,
            subjectivity=subjectivity,
            label=label_of(polarity),
            sentences=len(theirs),
        )
