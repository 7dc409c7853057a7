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
    """One word, or sequence of words with spaces between them, and how often it occurs."""

    word: str = field(kw_only=False)
    count: int = field(kw_only=False)
    """Occurrences, at least 1."""
    per_million: float | None = None
    """Occurrences in a million running words of the text, stop words among them; None when nobody worked it out."""


@frozen(kw_only=True)
class WordSpread:
    """How evenly the parts of a document have a word."""

    word: str
    in_parts: tuple[int, ...]
    """Occurrences in each part, in the order of ``WordFrequencies.parts``."""
    dp: float | None = None
    """Gries' DP, 0 (as even as can be) towards 1 (all in one small part); None for a word outside all parts, or when
    fewer than two parts have words."""
    dp_norm: float | None = None
    """The same on a scale that ends at 1 whatever the parts (Lijffijt and Gries 2012); None as above."""


@frozen(kw_only=True)
class Diversity:
    """How varied a vocabulary is, in measures that do not depend on how long the text is; stop words count too."""

    tokens: int
    """Running words."""
    types: int
    """Different words."""
    mattr: float | None = None
    """Moving-average type-token ratio over windows of 50 words, 0 to 1; None for a text of fewer words."""
    mtld: float | None = None
    """Mean length in words of stretches that keep a type-token ratio over 0.72; None for a text of fewer than 10."""
    hdd: float | None = None
    """Type-token ratio to be expected of 42 words drawn at random, 0 to 1; None for a text of fewer words."""


@frozen(kw_only=True)
class SpeakerWords:
    """The words of one speaker."""

    speaker: str
    words: tuple[WordCount, ...]
    """Most frequent first, ties in alphabetical order."""
    total: int
    """All words counted for this speaker, also those below the cut of ``words``."""
    distinct: int = 0
    """Different words among ``total``."""
    running: int = 0
    """All their words, also those left out."""
    diversity: Diversity | None = None
    """None when not asked for."""


@frozen(kw_only=True)
class PartWords:
    """The words of one part of a document: a speaker's, a segment, a document among several, or a slice."""

    name: str
    """Who speaks, the document's name, or the part's number; part names need not differ."""
    total: int
    """All words counted in it."""
    distinct: int
    """Different words among ``total``."""
    running: int
    """All words in it, also those left out."""
    words: tuple[WordCount, ...] = ()
    """Most frequent first, ties in alphabetical order; empty for speakers, whose words are in ``speakers``."""
    start: int | None = None
    """Offset of its first character in the document; None for a speaker."""
    end: int | None = None
    """Offset behind its last character; None for a speaker."""
    speaker: str | None = None
    """Who speaks; None when the document does not say, or several do."""
    begin_s: float | None = None
    """When it begins, in seconds; None without times."""


@frozen(kw_only=True)
class KeyWord:
    """A word a part uses more often than what it is compared with: the evidence, and the size of the difference."""

    part: str
    """Name of the part or speaker."""
    word: str
    count: int
    """Occurrences in the part."""
    reference_count: int
    """Occurrences in what it is compared with."""
    per_million: float
    reference_per_million: float
    g2: float
    """Log-likelihood ratio G2: the evidence; 3.84 is p < .05, 15.13 is p < .0001, for one word looked at alone."""
    log_ratio: float
    """How many times more often, as a power of two: 1 is twice, 2 four times; an absent word counts as half a word."""
    p: float
    """Probability of so large a G2 by chance, for one word looked at alone."""


@frozen(kw_only=True)
class TermWeight:
    """How much a word tells one part from the others."""

    part: str
    word: str
    count: int
    """Occurrences in the part."""
    parts: int
    """Parts it occurs in."""
    tf_idf: float
    """``count`` times the natural logarithm of all parts by ``parts``; 0 for a word of every part."""


@frozen(kw_only=True)
class Collocation:
    """Two words that stand near each other, with what measures say of it."""

    left: str
    right: str
    count: int
    """Times the one stands before the other within the span."""
    log_dice: float
    """At most 14; a point more is twice as strong; does not depend on how long the text is."""
    pmi: float
    """Pointwise mutual information in bits; favours rare pairs."""
    g2: float
    """Log-likelihood ratio; negative when the two keep apart."""
    t_score: float
    """Favours frequent pairs; over 2 is commonly taken for more than chance."""


@frozen(kw_only=True)
class ContextLine:
    """One place where a word or phrase stands, with what is around it."""

    query: str
    """The word or phrase it was found by."""
    left: str
    match: str
    """The words as they are written there."""
    right: str
    start: int
    """Offset of the match in the document."""
    end: int
    """Offset behind it."""
    speaker: str | None = None
    """None when the document does not say."""
    begin_s: float | None = None
    """When the segment it stands in begins, in seconds; None without times."""


@frozen(kw_only=True)
class WordFrequencies:
    """How often each word occurs, in the whole document and by speaker, and what was asked for besides.

    ``speakers``, ``keyness`` and ``left_out`` come without asking; the sections below them are empty unless asked for.
    """

    schema: ClassVar[str] = "word-frequencies/1"

    words: tuple[WordCount, ...]
    """Most frequent first, ties in alphabetical order."""
    total: int
    """All words counted, also those below the cut of ``words``; stop words and words left out are not among them."""
    distinct: int
    """Different words among ``total``."""
    hapax: int = 0
    """Words that occur once."""
    running: int = 0
    """All words, also those left out; what ``per_million`` is a million of."""
    speakers: tuple[SpeakerWords, ...] = ()
    """In order of first appearance; empty when the document names no speakers."""
    language: str | None = None
    """ISO 639-1 code the stop words were chosen by; None when none were."""
    stop_words: int = 0
    """Occurrences left out as stop words."""
    left_out: tuple[WordCount, ...] = ()
    """The stop words that occur, most frequent first."""
    stop_list: str = ""
    """Where the stop words are from, with their number; empty when there are none."""
    keyness: tuple[KeyWord, ...] = ()
    """The words each part uses more often than the others, by part, strongest evidence first."""
    ngram: int = 1
    """How many words stand in each item of ``words``."""
    lemmas: str = ""
    """What brought words to their dictionary forms, with its version; empty when nothing did."""
    parts: tuple[PartWords, ...] = ()
    """In the order of the document."""
    dispersion: tuple[WordSpread, ...] = ()
    """Of the listed words, in their order."""
    tf_idf: tuple[TermWeight, ...] = ()
    """By part, the largest weight first."""
    collocations: tuple[Collocation, ...] = ()
    """Strongest first, by the measure that was asked for."""
    contexts: tuple[ContextLine, ...] = ()
    """In the order of the queries, then of the document."""
    diversity: Diversity | None = None


@frozen(kw_only=True)
class SentimentWord:
    """A word, phrase, emoji or emoticon that decided the score of a sentence."""

    text: str
    """As it stands in the document."""
    start: int
    """Offset of its first character in the document."""
    end: int
    """Offset behind its last character."""
    weight: float
    """What it added, after negation and emphasis; below 0 it pulled down. About -5 to 5 for one word."""
    negated: bool = False
    """Whether a negation turned it round."""


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
    confidence: float | None = None
    """0 (nothing to judge by) to 1 (many words, all of one mind); None when nobody said."""
    words: tuple[SentimentWord, ...] = ()
    """What decided the score, in the order of the text; the heaviest of a long sentence."""
    language: str | None = None
    """ISO 639-1 code it was judged in; None for the record's."""


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
    positive: int | None = None
    """Sentences that are; None when nobody counted."""
    negative: int | None = None
    """Sentences that are; None when nobody counted."""
    confidence: float | None = None
    """0 to 1, the mean of the sentences' weighted by opinion words; None when nobody said."""


@frozen(kw_only=True)
class SentimentMoment:
    """The sentiment of one stretch of the text."""

    start: int
    """Offset of its first character in the document."""
    end: int
    """Offset behind its last character."""
    polarity: float
    """-1 to 1, weighted by opinion words."""
    sentences: int
    """Sentences that begin in it, at least 1."""
    begin_s: float | None = None
    """When it begins, in seconds; None without times."""


@frozen(kw_only=True)
class WeightedWord:
    """A word and what it weighed in all sentences."""

    word: str
    """In lower case; with "not" or "não" before it where it was negated, which is counted apart."""
    count: int
    """Occurrences that decided something."""
    weight: float
    """The sum of what it added; below 0 it pulled down."""


@frozen(kw_only=True)
class LanguageShare:
    """How much of a text is in a language."""

    language: str | None
    """ISO 639-1 code; None when it could not be told."""
    share: float
    """0 to 1, by characters that are not space."""
    judged: bool
    """False where there is no lexicon for it: its sentences have no figures anywhere."""


@frozen(kw_only=True)
class Sentiment:
    """How positive or negative a text is, as a whole, by sentence and by speaker."""

    schema: ClassVar[str] = "sentiment/1"

    status: Literal["ok", "empty", "unsupported"]
    """"unsupported": the language cannot be judged; "empty": there are no sentences. Neither has figures."""
    language: str | None
    """ISO 639-1 code the text was judged in, or was found to be in; None when it could not be told. Where several
    were judged, the one most of the text is in."""
    reason: str = ""
    """Why there are no figures; empty when ``status`` is "ok"."""
    polarity: float | None = None
    """-1 to 1, the mean of the sentences weighted by the opinion words in them, or that of all words of a text no
    longer than a post; None without figures."""
    subjectivity: float | None = None
    """0 to 1, the mean of the sentences weighted by the opinion words in them."""
    label: Label | None = None
    sentences: tuple[SentenceSentiment, ...] = ()
    speakers: tuple[SpeakerSentiment, ...] = ()
    """In order of first appearance."""
    method: str = ""
    """What scored the sentences, with its version."""
    confidence: float | None = None
    """0 to 1, the mean of the sentences' weighted by opinion words; None without figures."""
    timeline: tuple[SentimentMoment, ...] = ()
    """Stretches of about as many sentences each, at most 24, in order; empty for fewer than 3 sentences."""
    words: tuple[WeightedWord, ...] = ()
    """What decided most, heaviest first, whichever way."""
    most_positive: tuple[SentenceSentiment, ...] = ()
    """Examples, strongest first."""
    most_negative: tuple[SentenceSentiment, ...] = ()
    """Examples, strongest first."""
    languages: tuple[LanguageShare, ...] = ()
    """What was found, the largest share first."""
    judged: int | None = None
    """Sentences the figures come from, more than ``sentences`` where that list was left out or cut; None when nobody
    counted."""
    interpretation: str = ""
    """What the figures say and how far to trust them, in plain words, in Portuguese or English."""


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
