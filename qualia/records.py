"""The vocabulary plugins exchange: versioned records that any analyzer may produce and any visualizer may consume."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Protocol

from attrs import field, frozen

Label = Literal["negative", "neutral", "positive"]


class Record(Protocol):
    """What makes a class a record: a name with a version, and frozen fields."""

    schema: ClassVar[str]


@frozen(kw_only=True)
class WordCount:
    """One word and how often it occurs."""

    word: str = field(kw_only=False)
    count: int = field(kw_only=False)
    """Occurrences, at least 1."""


@frozen(kw_only=True)
class SpeakerWords:
    """The words of one speaker."""

    speaker: str
    words: tuple[WordCount, ...]
    """Most frequent first, ties in alphabetical order."""
    total: int
    """All words counted for this speaker, also those below the cut of ``words``."""


@frozen(kw_only=True)
class WordFrequencies:
    """How often each word occurs, in the whole document and by speaker."""

    schema: ClassVar[str] = "word-frequencies/1"

    words: tuple[WordCount, ...]
    """Most frequent first, ties in alphabetical order."""
    total: int
    """All words counted, also those below the cut of ``words``; stop words and words left out are not among them."""
    distinct: int
    """Different words among ``total``."""
    hapax: int = 0
    """Words that occur once."""
    speakers: tuple[SpeakerWords, ...] = ()
    """In order of first appearance; empty when the document names no speakers."""
    language: str | None = None
    """ISO 639-1 code the stop words were chosen by; None when none were."""
    stop_words: int = 0
    """Occurrences left out as stop words."""


@frozen(kw_only=True)
class SentenceSentiment:
    """The sentiment of one sentence and where it stands."""

    text: str
    start: int
    """Offset of its first character in the document."""
    end: int
    """Offset behind its last character."""
    polarity: float
    """-1 (negative) to 1 (positive)."""
    subjectivity: float
    """0 (objective) to 1 (subjective)."""
    label: Label
    speaker: str | None = None
    """None when the document does not say."""
    begin_s: float | None = None
    """When the segment it stands in begins, in seconds; None without times."""


@frozen(kw_only=True)
class SpeakerSentiment:
    """The sentiment of one speaker: the mean of their sentences, weighted by the opinion words in them."""

    speaker: str
    polarity: float
    """-1 to 1."""
    subjectivity: float
    """0 to 1."""
    label: Label
    sentences: int


@frozen(kw_only=True)
class Sentiment:
    """How positive or negative a text is, as a whole, by sentence and by speaker."""

    schema: ClassVar[str] = "sentiment/1"

    status: Literal["ok", "empty", "unsupported"]
    """"unsupported": the language cannot be judged; "empty": there are no sentences. Neither has figures."""
    language: str | None
    """ISO 639-1 code the text was judged in, or was found to be in; None when it could not be told."""
    reason: str = ""
    """Why there are no figures; empty when ``status`` is "ok"."""
    polarity: float | None = None
    """-1 to 1, the mean of the sentences weighted by the opinion words in them; None without figures."""
    subjectivity: float | None = None
    """0 to 1, likewise."""
    label: Label | None = None
    sentences: tuple[SentenceSentiment, ...] = ()
    speakers: tuple[SpeakerSentiment, ...] = ()
    """In order of first appearance."""
    method: str = ""
    """What scored the sentences, with its version."""


_ALL: tuple[type[Any], ...] = (WordFrequencies, Sentiment)
SCHEMAS: tuple[str, ...] = tuple(record.schema for record in _ALL)
"""The schema of each record there is."""


def record_type(schema: str) -> type[Any]:
    """Return the class of a schema.

    Raises:
        KeyError: there is no such record.
    """
    return {record.schema: record for record in _ALL}[schema]


def argument_name(schema: str) -> str:
    """Return the keyword argument a record arrives under: ``word-frequencies/1`` -> ``word_frequencies``."""
    return schema.partition("/")[0].replace("-", "_")
