"""What tells parts from each other, and how varied their words are."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from qualia.plugin import UnsupportedInput
from qualia.records import Diversity, KeyWord, TermWeight, WordCount, WordSpread
from qualia.text import WordReader, dispersion, hdd, key_words, mattr, mtld, tf_idf

from .counting import Tally, flat
from .passages import Passage

Named = Sequence[tuple[str, Tally]]
"""Parts' names with what was counted in them, in order."""


def ranked(tally: Tally, top: int) -> tuple[WordCount, ...]:
    """Return the most frequent words, ties in alphabetical order, each with its occurrences in a million."""
    counts = tally.counts
    # Sorting by two keys is slow: first find how often a word must occur to be listed at all.
    least = sorted(counts.values(), reverse=True)[top - 1] if len(counts) > top else 0
    likely = (item for item in counts.items() if item[1] >= least)
    first = sorted(likely, key=lambda item: (-item[1], item[0]))[:top]
    return tuple(WordCount(word, count, per_million=per_million(count, tally.running)) for word, count in first)


def per_million(count: int, total: int) -> float:
    """Return how often that is in a million words."""
    return round(count / total * 1e6, 2)


def spread(words: Iterable[WordCount], parts: Named) -> Iterator[WordSpread]:
    """Yield for each word how evenly the parts have it."""
    sizes = [tally.running for _, tally in parts]
    is_told = sum(1 for size in sizes if size) > 1
    for each in words:
        inside = tuple(tally.counts.get(each.word, 0) for _, tally in parts)
        if is_told and any(inside):
            dp, norm = dispersion(inside, sizes)
            yield WordSpread(word=each.word, in_parts=inside, dp=round(dp, 4), dp_norm=round(norm, 4))
        else:
            yield WordSpread(word=each.word, in_parts=inside)


def distinctive(parts: Named, *, reference: str, most: int, min_count: int) -> Iterator[KeyWord]:
    """Yield for each part the words it uses more often than the reference: the part so named, or all other parts.

    Raises:
        UnsupportedInput: no part has the name of the reference.
    """
    names = [name for name, _ in parts]
    if reference and reference not in names:
        raise UnsupportedInput("reference", f"there is no {reference!r}; there are {', '.join(names) or 'no parts'}")
    if not most or len(parts) < 2:
        return
    together = Tally()
    for name, tally in parts:
        if name == reference or not reference:
            together.add(tally)
    for name, tally in parts:
        if name == reference:
            continue
        others = together if reference else _without(together, tally)
        counts, rest = tally.counts, others.counts
        sizes = (tally.running, others.running)
        for word, found in key_words(counts, rest, sizes=sizes, min_count=min_count)[:most]:
            yield KeyWord(
                part=name,
                word=word,
                count=counts[word],
                reference_count=rest.get(word, 0),
                per_million=per_million(counts[word], tally.running),
                reference_per_million=per_million(rest.get(word, 0), others.running),
                g2=round(found.g2, 4),
                log_ratio=round(found.log_ratio, 4),
                p=float(f"{found.p:.4g}"),
            )


def _without(together: Tally, one: Tally) -> Tally:
    """Return what all parts but one have of the words of that one."""
    counts = together.counts
    left = {word: counts[word] - count for word, count in one.counts.items()}
    return Tally(counts=left, running=together.running - one.running)


def weights(parts: Named, most: int) -> Iterator[TermWeight]:
    """Yield for each part the words that tell it from the others, the largest weight first."""
    if not most:
        return
    having = Counter(word for _, tally in parts for word in tally.counts)
    weighed = tf_idf([tally.counts for _, tally in parts])
    for (name, tally), by_word in zip(parts, weighed, strict=True):
        for word, weight in sorted(by_word.items(), key=lambda item: (-item[1], item[0]))[:most]:
            if weight:
                count = tally.counts[word]
                yield TermWeight(part=name, word=word, count=count, parts=having[word], tf_idf=round(weight, 4))


def diversities(text: str, found: Iterable[Passage], reader: WordReader) -> tuple[Diversity, dict[str, Diversity]]:
    """Return how varied the words of the whole and of each speaker are, stop words included.

    Each word is kept as a number of four bytes, less than it takes in the text.
    """
    numbers: dict[str, int] = {}
    whole = array("I")
    speakers: dict[str, array[int]] = {}
    for each in found:
        said = array("I")
        for word in flat(reader.lists(text[each.start : each.end])):
            said.append(numbers.setdefault(word, len(numbers)))
        if each.is_whole:
            whole.extend(said)
        if each.speaker is not None:
            speakers.setdefault(each.speaker, array("I")).extend(said)
    return _diversity(whole), {speaker: _diversity(said) for speaker, said in speakers.items()}


def _diversity(words: array[int]) -> Diversity:
    counts = {str(word): count for word, count in Counter(words).items()}
    figures = (mattr(words), mtld(words), hdd(counts))
    rounded = [None if figure is None else round(figure, 4) for figure in figures]
    return Diversity(tokens=len(words), types=len(counts), mattr=rounded[0], mtld=rounded[1], hdd=rounded[2])
