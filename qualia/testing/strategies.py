"""Hypothesis strategies for what plugins take: texts as odd as real ones, documents, params and records."""

from __future__ import annotations

import unicodedata
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from qualia.core import Core
from qualia.document import Document, Segment
from qualia.plugin import ParamSpec, Plugin, param_specs
from qualia.records import (
    SCHEMAS,
    SentenceSentiment,
    Sentiment,
    SpeakerSentiment,
    SpeakerWords,
    WordCount,
    WordFrequencies,
    record_type,
)
from qualia.testing.samples import label_of, long_line, odd_texts
from qualia.testing.sections import filled_sentiment, filled_words

_LARGEST = 2**31


def texts(*, max_size: int = 200, huge: bool = False) -> SearchStrategy[str]:
    """Return texts as odd as real ones: any characters, `odd_texts`, decomposed accents, line ends of every kind.

    Lone surrogates are not among them: no file holds any.

    Args:
        max_size: most characters of a text that is made up; those of `odd_texts` have the length they have.
        huge: whether a line of 100,000 characters is among them.
    """
    anything = st.text(max_size=max_size)
    latin = st.text(st.characters(max_codepoint=0x17F, categories=("L", "N", "P", "Z")), max_size=max_size)
    sentences = st.lists(st.sampled_from(_SENTENCES), max_size=8)
    odd = st.sampled_from(tuple(odd_texts().values()))
    found = st.one_of(
        st.builds(" ".join, sentences),
        st.builds("\r\n".join, sentences),
        latin,
        anything,
        odd,
        latin.map(_decomposed),
        st.builds("{}{}{}".format, latin, odd, latin),
    )
    return found | st.just(long_line()) if huge else found


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


_SENTENCES = (
    "Ana: Shall we start?",
    "It was a very good day.",
    "This is terrible, and I do not like it!",
    "Não, a gravação estava péssima.",
    "Why? Because of 3,5 % of 1 000.",
    "[00:01:02] Bruno: uhm, well...",
)


def segments(text: str) -> SearchStrategy[tuple[Segment, ...]]:
    """Return segments that lie in ``text``, in order and apart, some with speakers, all or none with times."""
    return _segments(text)


@st.composite
def _segments(draw: st.DrawFn, text: str) -> tuple[Segment, ...]:
    offsets = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    speaker = st.none() | st.sampled_from(("Ana", "Bruno", "Čeněk O'Neill", "")) | st.text(max_size=5)
    has_times = draw(st.booleans())
    at_s = 0.0
    found: list[Segment] = []
    for start, end in zip(offsets[::2], offsets[1::2], strict=False):
        begin_s = end_s = None
        if has_times:
            begin_s = at_s + draw(st.floats(0, 60))
            end_s = at_s = begin_s + draw(st.floats(0, 60))
        found.append(Segment(start, end, speaker=draw(speaker), begin_s=begin_s, end_s=end_s))
    return tuple(found)


def documents(*, max_size: int = 200, huge: bool = False) -> SearchStrategy[Document]:
    """Return documents of `texts`, some with `segments`, a title, a language or metadata; all are plain text.

    Args:
        max_size: as in `texts`.
        huge: as in `texts`.
    """
    return _documents(texts(max_size=max_size, huge=huge))


@st.composite
def _documents(draw: st.DrawFn, written: SearchStrategy[str]) -> Document:
    text = draw(written)
    return Document(
        text,
        title=draw(st.none() | st.sampled_from(("Interview 3", "")) | texts(max_size=20)),
        language=draw(st.sampled_from((None, "en", "pt", "pt-BR", "xx"))),
        segments=draw(segments(text)),
        metadata=draw(
            st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5), max_size=2)
        ),
    )


def params_of(plugin: type[Plugin[Any]] | str, core: Core | None = None) -> SearchStrategy[dict[str, Any]]:
    """Return params a plugin declares, each within its bounds and choices; any of them may be left out.

    Args:
        plugin: its class, or its id.
        core: the Core that knows the id; None will do for a class.

    Raises:
        ValueError: an id was given without a Core.
        QualiaError: the Core has no such plugin, or cannot load it.
    """
    if not isinstance(plugin, str):
        specs = param_specs(plugin.Params)
    elif core is None:
        raise ValueError("an id alone names no plugin; give a Core too, or the plugin's class")
    else:
        specs = core.plugins.params(plugin)
    return st.fixed_dictionaries({}, optional={spec.name: _values(spec) for spec in specs})


def _values(spec: ParamSpec) -> SearchStrategy[Any]:
    given = _any_of_kind(spec)
    return given | st.none() if spec.optional else given


def _any_of_kind(spec: ParamSpec) -> SearchStrategy[Any]:
    if spec.choices:
        return st.sampled_from(spec.choices)
    if spec.kind == "bool":
        return st.booleans()
    if spec.kind == "int":
        least = -_LARGEST if spec.ge is None else int(-(-spec.ge // 1))
        most = max(least, _LARGEST) if spec.le is None else int(spec.le // 1)
        return st.integers(least, most)
    if spec.kind == "float":
        return st.floats(spec.ge, spec.le, allow_nan=False, allow_infinity=False)
    text = texts(max_size=30)
    return text if spec.kind == "str" else st.builds(tuple, st.lists(text, max_size=4))


def records(*schemas: str) -> SearchStrategy[Any]:
    """Return records of these schemas, or of all there are, that hold to what their classes promise.

    Raises:
        KeyError: there is no such record.
    """
    kinds = {WordFrequencies: word_frequencies, Sentiment: sentiments}
    return st.one_of(*(kinds[record_type(schema)]() for schema in schemas or SCHEMAS))


def word_frequencies() -> SearchStrategy[WordFrequencies]:
    """Return word frequencies that hold to what the class promises.

    Words are most frequent first and ties in order of the alphabet; totals reach at least to the words that are listed,
    and no speaker has more of them than there are. Half have rates and sections that come only when asked for.
    """
    return _word_frequencies()


def _ranked(counts: dict[str, int]) -> tuple[WordCount, ...]:
    return tuple(WordCount(word, count) for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


@st.composite
def _word_frequencies(draw: st.DrawFn) -> WordFrequencies:
    word = st.text(st.characters(categories=("L", "M", "N", "S")), min_size=1, max_size=12)
    counts = draw(st.dictionaries(word, st.integers(1, 1_000), max_size=12))
    ranked = _ranked(counts)
    listed = draw(st.integers(0, len(ranked)))
    speakers: list[SpeakerWords] = []
    left = dict(counts)
    for speaker in draw(st.lists(st.sampled_from(("Ana", "Bruno", "Čeněk")), unique=True, max_size=3)):
        theirs = {each: draw(st.integers(0, count)) for each, count in left.items()}
        left = {each: count - theirs[each] for each, count in left.items()}
        spoken = _ranked({each: count for each, count in theirs.items() if count})
        total, distinct = sum(count.count for count in spoken), len(spoken)
        speakers.append(SpeakerWords(speaker=speaker, words=spoken[:listed], total=total, distinct=distinct))
    found = WordFrequencies(
        words=ranked[:listed],
        total=sum(counts.values()),
        distinct=len(counts),
        hapax=sum(1 for count in counts.values() if count == 1),
        speakers=tuple(speakers),
        language=draw(st.sampled_from((None, "en", "pt"))),
        stop_words=draw(st.integers(0, 1_000)),
    )
    return filled_words(draw, found) if draw(st.booleans()) else found


def sentiments() -> SearchStrategy[Sentiment]:
    """Return sentiments that hold to what the class promises.

    Figures are there when ``status`` is "ok" and only then; labels follow polarities; sentences are in order, and a
    speaker's figures are those of their sentences. Half say too what decided, and hold examples and a timeline; of
    these some leave the list of sentences out.
    """
    return st.one_of(_judged(), _unjudged())


def _unjudged() -> SearchStrategy[Sentiment]:
    return st.builds(
        Sentiment,
        status=cast("Any", st.sampled_from(("empty", "unsupported"))),
        language=st.sampled_from((None, "pt", "xx")),
        reason=st.just("there is nothing to judge"),
    )


def _mean(sentences: list[SentenceSentiment]) -> tuple[float, float]:
    polarity = sum(each.polarity for each in sentences) / len(sentences)
    subjectivity = sum(each.subjectivity for each in sentences) / len(sentences)
    return max(-1.0, min(1.0, polarity)), max(0.0, min(1.0, subjectivity))


@st.composite
def _judged(draw: st.DrawFn) -> Sentiment:
    sentences = draw(_sentences())
    speakers: list[SpeakerSentiment] = []
    for speaker in dict.fromkeys(each.speaker for each in sentences if each.speaker is not None):
        theirs = [each for each in sentences if each.speaker == speaker]
        polarity, subjectivity = _mean(theirs)
        label, count = label_of(polarity), len(theirs)
        speakers.append(
            SpeakerSentiment(
                speaker=speaker, polarity=polarity, subjectivity=subjectivity, label=label, sentences=count
            )
        )
    polarity, subjectivity = _mean(sentences)
    found = Sentiment(
        status="ok",
        language="en",
        polarity=polarity,
        subjectivity=subjectivity,
        label=label_of(polarity),
        sentences=tuple(sentences),
        speakers=tuple(speakers),
        method=draw(st.sampled_from(("", "lexicon 1.0"))),
    )
    return filled_sentiment(draw, found) if draw(st.booleans()) else found


@st.composite
def _sentences(draw: st.DrawFn) -> list[SentenceSentiment]:
    found: list[SentenceSentiment] = []
    has_times = draw(st.booleans())
    at, at_s = 0, 0.0
    for text in draw(st.lists(texts(max_size=40).filter(str.strip), min_size=1, max_size=8)):
        start = at + draw(st.integers(0, 3))
        at = start + len(text)
        at_s += draw(st.floats(0, 60))
        polarity = draw(st.floats(-1, 1))
        found.append(
            SentenceSentiment(
                text=text,
                start=start,
                end=at,
                polarity=polarity,
                subjectivity=draw(st.floats(0, 1)),
                label=label_of(polarity),
                speaker=draw(st.sampled_from((None, "Ana", "Bruno"))),
                begin_s=at_s if has_times else None,
            )
        )
    return found
