"""What counts of words can tell: keyness, dispersion, weights, collocations and the variety of a vocabulary.

Every function takes plain counts or words and gives plain numbers, so that anything counted can be compared: two
speakers, two documents, or two sets of documents whose counts were added up.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen


@frozen(kw_only=True)
class Keyness:
    """How differently two texts use a word."""

    g2: float
    """Log-likelihood ratio, 0 or more: the evidence that they differ."""
    log_ratio: float
    """How many times more often the first uses it, as a power of two; negative when it does so less often."""
    p: float
    """Probability of a G2 at least as large when they do not differ (chi-square, one degree of freedom)."""


def keyness(count: int, total: int, reference: tuple[int, int]) -> Keyness:
    """Return how a text's use of a word differs from that of a reference.

    G2 = 2 (a ln(a / E1) + b ln(b / E2)) with E1 = c (a + b) / (c + d) and E2 = d (a + b) / (c + d), where a and b are
    the word's occurrences in the two and c and d their sizes (Rayson and Garside 2000). The log ratio is
    log2((a / c) / (b / d)), an absent word counted as half a word (Hardie 2014).

    Args:
        count: the word's occurrences in the text.
        total: all words of the text.
        reference: the same two for the reference.

    Raises:
        ValueError: a count is negative or larger than its total, or a total is 0.
    """
    other, size = reference
    if not (0 <= count <= total and 0 <= other <= size and total and size):
        raise ValueError(f"{count} of {total} and {other} of {size} are no counts of a word in two texts")
    share = (count + other) / (total + size)
    here = count * math.log(count / (total * share)) if count else 0.0
    there = other * math.log(other / (size * share)) if other else 0.0
    g2 = max(0.0, 2 * (here + there))
    ratio = math.log2(((count or 0.5) / total) / ((other or 0.5) / size))
    return Keyness(g2=g2, log_ratio=ratio, p=math.erfc(math.sqrt(g2 / 2)))


def key_words(
    text: Mapping[str, int],
    reference: Mapping[str, int],
    *,
    sizes: tuple[int, int] | None = None,
    min_count: int = 1,
) -> list[tuple[str, Keyness]]:
    """Return the words a text uses more often than a reference, strongest evidence first, ties in alphabetical order.

    Args:
        text: occurrences by word.
        reference: occurrences by word in what it is compared with.
        sizes: all running words of the two, when the counts are not of all words; None takes the sums of the counts.
        min_count: leave out words that occur less often in the text.
    """
    total, size = sizes or (sum(text.values()), sum(reference.values()))
    if not (total and size):
        return []
    found = [
        (word, keyness(count, total, (reference.get(word, 0), size)))
        for word, count in text.items()
        if count >= min_count and count * size > reference.get(word, 0) * total
    ]
    return sorted(found, key=lambda item: (-item[1].g2, item[0]))


def dispersion(counts: Sequence[int], sizes: Sequence[int]) -> tuple[float, float]:
    """Return how unevenly a word is spread over the parts of a corpus: Gries' DP, and the same normalised.

    DP is half the sum of |v - s| over the parts, where v is the part's share of the word's occurrences and s its share
    of all words (Gries 2008): 0 is as even as can be. Divided by 1 - min(s) its largest value is 1 whatever the parts
    (Lijffijt and Gries 2012).

    Args:
        counts: the word's occurrences in each part.
        sizes: all words of each part; parts without words are passed over.

    Raises:
        ValueError: the word does not occur, or the two differ in length.
    """
    parts = [(count, size) for count, size in zip(counts, sizes, strict=True) if size]
    occurrences, total = sum(count for count, _ in parts), sum(size for _, size in parts)
    if not occurrences:
        raise ValueError("a word that does not occur has no dispersion")
    found = sum(abs(count / occurrences - size / total) for count, size in parts) / 2
    most = 1 - min(size for _, size in parts) / total
    return found, found / most if most > 0 else 0.0


def tf_idf(documents: Sequence[Mapping[str, int]]) -> list[dict[str, float]]:
    """Return for each document what each of its words weighs: occurrences times ln(documents / documents with it).

    After Spaerck Jones (1972), unsmoothed: a word of every document weighs 0. Documents are counts by word.
    """
    having = Counter(word for counts in documents for word, count in counts.items() if count)
    return [
        {word: count * math.log(len(documents) / having[word]) for word, count in counts.items() if count}
        for counts in documents
    ]


@frozen(kw_only=True)
class Association:
    """How strongly two words attract each other."""

    log_dice: float
    """At most 14; a point more is twice as strong."""
    pmi: float
    """Pointwise mutual information, in bits."""
    g2: float
    """Log-likelihood ratio, with a minus when the two keep apart."""
    t_score: float


def association(together: int, left: int, right: int, *, pairs: int) -> Association:
    """Return what measures say of a pair of words, from the pairs that were seen (Evert 2008).

    With O the times they stand together, R and C the pairs with the left and the right one, N all pairs and
    E = R C / N: logDice = 14 + log2(2 O / (R + C)) (Rychlý 2008), PMI = log2(O / E) (Church and Hanks 1990),
    t = (O - E) / sqrt(O) (Church et al. 1991), and G2 = 2 sum O ln(O / E) over the four cells of the table
    (Dunning 1993).

    Args:
        together: pairs of just these two, at least 1.
        left: pairs with the left one in its place.
        right: pairs with the right one in its place.
        pairs: all pairs.

    Raises:
        ValueError: the numbers are not of one table.
    """
    cells = (together, left - together, right - together, pairs - left - right + together)
    if together < 1 or min(cells) < 0:
        raise ValueError(f"{together} pairs of {left} and {right} among {pairs} are no table")
    rows, columns = (left, left, pairs - left, pairs - left), (right, pairs - right, right, pairs - right)
    g2 = 2 * sum(
        seen * math.log(seen * pairs / (row * column))
        for seen, row, column in zip(cells, rows, columns, strict=True)
        if seen
    )
    expected = left * right / pairs
    return Association(
        log_dice=14 + math.log2(2 * together / (left + right)),
        pmi=math.log2(together / expected),
        g2=max(0.0, g2) if together >= expected else -max(0.0, g2),
        t_score=(together - expected) / math.sqrt(together),
    )


def mattr(words: Iterable[object], *, window: int = 50) -> float | None:
    """Return the moving-average type-token ratio (Covington and McFall 2010); None for fewer words than the window."""
    inside: deque[object] = deque()
    times: Counter[object] = Counter()
    ratios = positions = 0
    for word in words:
        inside.append(word)
        times[word] += 1
        if len(inside) > window:
            gone = inside.popleft()
            times[gone] -= 1
            if not times[gone]:
                del times[gone]
        if len(inside) == window:
            ratios += len(times)
            positions += 1
    return ratios / (positions * window) if positions else None


def mtld(words: Sequence[object], *, threshold: float = 0.72) -> float | None:
    """Return the measure of textual lexical diversity (McCarthy and Jarvis 2010).

    Words by factors, where a factor ends as soon as the type-token ratio falls to the threshold and what is left over
    counts for a part of one; the mean of reading forward and backward. None for fewer than 10 words. A text that never
    falls to the threshold and has no partial factor either (all words differ) gives its length.
    """
    if len(words) < 10:
        return None
    return (_factor_length(words, threshold) + _factor_length(reversed(words), threshold)) / 2


def _factor_length(words: Iterable[object], threshold: float) -> float:
    seen: set[object] = set()
    length = total = 0
    factors = 0.0
    for word in words:
        seen.add(word)
        length += 1
        total += 1
        if len(seen) <= threshold * length:
            factors += 1
            seen.clear()
            length = 0
    if length:
        factors += (1 - len(seen) / length) / (1 - threshold)
    return total / factors if factors else float(total)


def hdd(counts: Mapping[str, int], *, draws: int = 42) -> float | None:
    """Return HD-D, the type-token ratio to be expected of 42 words drawn at random (McCarthy and Jarvis 2007).

    The sum over all words of the hypergeometric probability to be among those drawn, by the number drawn. None for
    fewer words than are drawn.
    """
    total = sum(counts.values())
    if total < draws:
        return None
    found = 0.0
    for count, words in sorted(Counter(counts.values()).items()):
        none = 0.0
        if total - count >= draws:
            none = math.prod((total - count - drawn) / (total - drawn) for drawn in range(draws))
        found += words * (1 - none)
    return found / draws
