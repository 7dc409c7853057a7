"""Occurrences of words, or of sequences of words, in the whole document and in its passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from attrs import define, field, frozen

from qualia.text import WordCounter, WordReader

from .passages import Passage

Key = tuple[str | None, int | None, bool]
"""Speaker, part and whether it counts in the whole."""
_TOGETHER = 1 << 16
"""Characters of short passages that are counted in one go."""


class Sieve:
    """Says in what form a word is counted, and which are left out; each different word is decided on once."""

    def __init__(
        self,
        *,
        unwanted: frozenset[str],
        min_length: int,
        fold: Callable[[str], str] | None,
        lemma: Callable[[str], str] | None,
    ) -> None:
        self._unwanted = unwanted
        self._min_length = min_length
        self._fold = fold
        self._lemma = lemma
        self.forms: dict[str, str] = {}
        """The form of each word met so far; empty for one that is left out."""
        self.stopped: set[str] = set()
        """The words met so far that are stop words, as they stand or in their dictionary form."""

    @property
    def is_plain(self) -> bool:
        """Whether words are counted as they stand, so that no form needs to be looked up."""
        return self._lemma is None and self._fold is None

    def sifted(self, words: Mapping[str, int], left_out: dict[str, int] | None) -> dict[str, int]:
        """Return the counts of the words that count, when words are counted as they stand."""
        unwanted, least = self._unwanted, self._min_length
        if left_out is not None:
            _add({word: words[word] for word in unwanted.intersection(words)}, left_out)
        if least > 1:
            return {word: count for word, count in words.items() if word not in unwanted and len(word) >= least}
        return {word: count for word, count in words.items() if word not in unwanted}

    def form(self, word: str) -> str:
        """Return the form a word is counted in; empty for a stop word and for one that is too short."""
        form = self.forms.get(word)
        if form is None:
            form = self.forms[word] = self._decided(word)
        return form

    def _decided(self, word: str) -> str:
        # Words told apart by case are still stop words in any case.
        form = folded = word if self._fold is None else self._fold(word)
        if self._lemma is None:
            form = word
        elif folded not in self._unwanted:
            form = folded = self._lemma(folded)
        if folded in self._unwanted:
            self.stopped.add(word)
            return ""
        return form if len(form) >= self._min_length else ""


class GramCounter:
    """Counts sequences of words, as `WordCounter` counts words; none reaches over the end of a sentence or passage."""

    def __init__(self, reader: WordReader, length: int) -> None:
        self._reader = reader
        self._length = length
        self.grams: Counter[tuple[str, ...]] = Counter()
        self.words: Counter[str] = Counter()

    def add(self, text: str) -> None:
        """Count the sequences of one passage."""
        carried: list[str] = []
        for words in self._reader.lists(text, breaks=True):
            self.words.update(words)
            stretch = carried + words
            self.grams.update(zip(*(stretch[place:] for place in range(self._length)), strict=False))
            carried = stretch[1 - self._length :]


@define(kw_only=True)
class Tally:
    """The words that count in some passages, and how many words there are in all."""

    counts: dict[str, int] = field(factory=dict[str, int])
    running: int = 0
    """All words, also those left out."""

    @property
    def total(self) -> int:
        """All that was counted."""
        return sum(self.counts.values())

    def add(self, other: Tally) -> None:
        """Add what another tally has."""
        _add(other.counts, self.counts)
        self.running += other.running


@frozen(kw_only=True)
class Counts:
    """What was counted."""

    whole: Tally
    speakers: dict[str, Tally]
    """In order of first appearance."""
    parts: tuple[Tally, ...]
    left_out: dict[str, int]
    """Stop words of the whole, as they stand."""


def counted(text: str, found: Iterable[Passage], *, reader: WordReader, sieve: Sieve, ngram: int, parts: int) -> Counts:
    """Count words, or sequences of ``ngram`` words, in passages; ``parts`` is how many parts there are."""
    make: Callable[[], WordCounter | GramCounter] = lambda: WordCounter(reader)  # noqa: E731
    if ngram > 1:
        make = lambda: GramCounter(reader, ngram)  # noqa: E731
    counters = _by_key(text, found, make, is_joined=ngram == 1)
    whole, left_out = Tally(), dict[str, int]()
    speakers: dict[str, Tally] = {}
    by_part = tuple(Tally() for _ in range(parts))
    for (speaker, part, is_whole), counter in counters.items():
        kept = _kept(counter, sieve, left_out if is_whole else None)
        if is_whole:
            whole.add(kept)
        if speaker is not None:
            speakers.setdefault(speaker, Tally()).add(kept)
        if part is not None:
            by_part[part].add(kept)
    return Counts(whole=whole, speakers=speakers, parts=by_part, left_out=left_out)


def _by_key(
    text: str, found: Iterable[Passage], make: Callable[[], WordCounter | GramCounter], *, is_joined: bool
) -> dict[Key, WordCounter | GramCounter]:
    """Count each passage with those of the same key; a word ends where its passage does, so short ones go together."""
    counters: dict[Key, WordCounter | GramCounter] = {}
    waiting: dict[Key, list[str]] = {}
    for each in found:
        key = (each.speaker, each.part, each.is_whole)
        if key not in counters:
            counters[key], waiting[key] = make(), []
        passage = text[each.start : each.end]
        if not is_joined or len(passage) > _TOGETHER:
            counters[key].add(passage)
        else:
            waiting[key].append(passage)
            if len(waiting[key]) * 64 > _TOGETHER:
                counters[key].add("\n".join(waiting[key]))
                waiting[key].clear()
    for key, texts in waiting.items():
        counters[key].add("\n".join(texts))
    return counters


def _kept(counter: WordCounter | GramCounter, sieve: Sieve, left_out: dict[str, int] | None) -> Tally:
    """Return what a counter counted, in the forms it is counted in; stop words go to ``left_out``."""
    words = counter.words if isinstance(counter, GramCounter) else counter.counts()
    running = sum(words.values()) - words.get("", 0)
    if sieve.is_plain and not isinstance(counter, GramCounter):
        return Tally(counts=sieve.sifted(words, left_out), running=running)
    kept: dict[str, int] = {}
    known, stopped = sieve.forms.get, sieve.stopped
    for word, count in words.items():
        name = known(word)
        if name is None:
            name = sieve.form(word)
        if name:
            kept[name] = kept.get(name, 0) + count
        elif left_out is not None and word in stopped:
            left_out[word] = left_out.get(word, 0) + count
    return Tally(counts=_kept_grams(counter, sieve) if isinstance(counter, GramCounter) else kept, running=running)


def _kept_grams(counter: GramCounter, sieve: Sieve) -> dict[str, int]:
    kept: dict[str, int] = {}
    for gram, count in counter.grams.items():
        name = _gram_name(gram, sieve)
        if name:
            kept[name] = kept.get(name, 0) + count
    return kept


def _gram_name(gram: tuple[str, ...], sieve: Sieve) -> str:
    """Return how a sequence is counted; empty when a sentence ends in it, or a stop word stands at either end of it."""
    if "" in gram or not (sieve.form(gram[0]) and sieve.form(gram[-1])):
        return ""
    return " ".join(sieve.form(word) or word for word in gram)


def _add(counts: Mapping[str, int], into: dict[str, int]) -> None:
    if not into:
        into.update(counts)
        return
    of = into.get
    for word, count in counts.items():
        into[word] = of(word, 0) + count


def sequences(text: str, found: Iterable[Passage], reader: WordReader) -> Iterator[tuple[Passage, list[str]]]:
    """Yield the words of each passage, in lists of bounded length, with an empty text where a sentence ends."""
    for each in found:
        for words in reader.lists(text[each.start : each.end], breaks=True):
            yield each, words


def flat(lists: Iterable[list[str]]) -> Iterator[str]:
    """Yield the words of lists, without the ends of sentences."""
    return (word for word in chain.from_iterable(lists) if word)
