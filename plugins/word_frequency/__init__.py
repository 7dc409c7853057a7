"""Count the words of a document, as a whole and by speaker, without the words that carry only grammar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from qualia.plugin import Analyzer, Document, param
from qualia.records import SpeakerWords, WordCount, WordFrequencies
from qualia.text import STOP_WORD_LANGUAGES, count_words, detect_language, iter_words, stop_words


@frozen
class Params:
    """What is counted and how much of it is listed."""

    top: int = param(100, ge=1, le=100_000, help="List the N most frequent words.")
    min_length: int = param(1, ge=1, le=1_000, help="Leave out words shorter than N characters.")
    language: Literal["auto", "pt", "en", "none"] = param(
        "auto", help="Whose stop words to leave out: the document's own or detected language, one named, or none."
    )
    stop_words: bool = param(True, help="Leave out the stop words of the language.")
    extra_stop_words: tuple[str, ...] = param((), help="Words to leave out too, whatever the language.")
    case_sensitive: bool = param(False, help='Count "Casa" and "casa" apart.')
    numbers: bool = param(False, help="Count numbers, and words that hold digits, too.")


class WordFrequency(Analyzer[Params, WordFrequencies]):
    """How often each word occurs."""

    def analyze(self, document: Document, params: Params) -> WordFrequencies:
        """Count the whole text without the speakers' labels, and for each speaker the text of their segments.

        Other text outside any segment counts in the whole only.
        """
        language = _language(document, params)
        unwanted = _unwanted(language, params)
        counts, left_out = _count(_without_labels(document), unwanted, params)
        return WordFrequencies(
            words=_most_frequent(counts, params.top),
            total=counts.total(),
            distinct=len(counts),
            hapax=sum(1 for count in counts.values() if count == 1),
            speakers=tuple(_by_speaker(document, unwanted, params)),
            language=language,
            stop_words=left_out,
        )


def _language(document: Document, params: Params) -> str | None:
    """Return the language whose stop words are left out; None when none are."""
    if not params.stop_words or params.language == "none":
        return None
    if params.language != "auto":
        return params.language
    found = document.language or detect_language(document.text)
    # "pt-BR" and "pt_BR" are Portuguese too.
    code = (found or "").replace("_", "-").partition("-")[0].lower()
    return code if code in STOP_WORD_LANGUAGES else None


def _unwanted(language: str | None, params: Params) -> frozenset[str]:
    extra = (word for text in params.extra_stop_words for word in iter_words(text, numbers=True))
    return frozenset(extra).union(stop_words(language) if language else ())


def _count(text: str, unwanted: frozenset[str], params: Params) -> tuple[Counter[str], int]:
    """Return the words that count, and the occurrences left out as stop words."""
    kept: Counter[str] = Counter()
    left_out = 0
    for word, count in count_words(text, fold=not params.case_sensitive, numbers=params.numbers).items():
        if _folded(word, params) in unwanted:
            left_out += count
        elif len(word) >= params.min_length:
            kept[word] = count
    return kept, left_out


def _folded(word: str, params: Params) -> str:
    # Words told apart by case are still stop words in any case.
    return next(iter_words(word, numbers=True), word) if params.case_sensitive else word


def _without_labels(document: Document) -> str:
    """Return the text without each ``Name: `` that stands right before its speaker's segment: nobody said it."""
    parts: list[str] = []
    done = 0
    for segment in document.segments:
        label = f"{segment.speaker}: "
        if segment.speaker is not None and document.text.endswith(label, done, segment.start):
            parts.append(document.text[done : segment.start - len(label)])
            done = segment.start
    return "".join([*parts, document.text[done:]])


def _by_speaker(document: Document, unwanted: frozenset[str], params: Params) -> Iterator[SpeakerWords]:
    spoken: dict[str, list[str]] = {}
    for segment in document.segments:
        if segment.speaker is not None:
            spoken.setdefault(segment.speaker, []).append(document.text[segment.start : segment.end])
    for speaker, texts in spoken.items():
        counts, _ = _count("\n".join(texts), unwanted, params)
        yield SpeakerWords(speaker=speaker, words=_most_frequent(counts, params.top), total=counts.total())


def _most_frequent(counts: Counter[str], top: int) -> tuple[WordCount, ...]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(WordCount(word, count) for word, count in ranked[:top])
