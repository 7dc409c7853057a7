"""What counts of words can tell, beside figures worked out elsewhere and slow ways to the same number."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.text import association, dispersion, hdd, key_words, keyness, mattr, mtld, tf_idf

counted = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 30), min_size=1)


def test_keyness_is_that_of_the_worked_example() -> None:
    """The figures are those of the formula done by hand for 20 of 1,000 words beside 5 of 2,000."""
    found = keyness(20, 1_000, (5, 2_000))
    assert found.g2 == pytest.approx(2 * (20 * math.log(20 / (25 / 3)) + 5 * math.log(5 / (50 / 3))))
    assert found.log_ratio == pytest.approx(3.0)
    assert keyness(3, 100, (0, 100)).log_ratio == pytest.approx(math.log2(6))


@pytest.mark.parametrize(("g2", "p"), [(3.841459, 0.05), (6.634897, 0.01), (15.136705, 0.0001)])
def test_p_is_that_of_chi_square(g2: float, p: float) -> None:
    """The probability of a G2 is that of the table of chi-square with one degree of freedom."""
    assert math.erfc(math.sqrt(g2 / 2)) == pytest.approx(p, rel=1e-4)


@given(st.integers(0, 50), st.integers(50, 500), st.integers(0, 50), st.integers(50, 500))
def test_keyness_does_not_mind_which_text_comes_first(a: int, c: int, b: int, d: int) -> None:
    """Evidence is the same from either side, and the ratio turns its sign."""
    here, there = keyness(a, c, (b, d)), keyness(b, d, (a, c))
    assert here.g2 == pytest.approx(there.g2, abs=1e-9)
    assert here.log_ratio == pytest.approx(-there.log_ratio)
    assert 0 <= here.p <= 1


@pytest.mark.parametrize(
    ("count", "total", "reference"), [(3, 2, (1, 2)), (1, 2, (-1, 2)), (0, 0, (1, 2)), (0, 2, (0, 0))]
)
def test_impossible_counts_are_refused(count: int, total: int, reference: tuple[int, int]) -> None:
    """More occurrences than words, or a text without words, is an error that shows the numbers."""
    with pytest.raises(ValueError, match="are no counts of a word in two texts"):
        keyness(count, total, reference)


@given(counted, counted)
def test_key_words_are_those_used_more_often(text: dict[str, int], reference: dict[str, int]) -> None:
    """Every word listed is used more often in the text, every other one is not, and the strongest comes first."""
    found = key_words(text, reference)
    totals = sum(text.values()), sum(reference.values())
    more = {w for w, n in text.items() if n * totals[1] > reference.get(w, 0) * totals[0]}
    assert {word for word, _ in found} == more
    assert [measure.g2 for _, measure in found] == sorted((m.g2 for _, m in found), reverse=True)
    assert key_words(text, {}) == key_words({}, reference) == []


def test_dispersion_is_that_of_the_published_example() -> None:
    """Gries' example, a word 1, 2, 3, 4 and 5 times in parts of 9, 10, 10, 10 and 11 words, has a DP of .18."""
    dp, norm = dispersion([1, 2, 3, 4, 5], [9, 10, 10, 10, 11])
    assert (round(dp, 3), round(norm, 3)) == (0.18, 0.22)
    assert dispersion([4, 0], [10, 10]) == (0.5, 1.0)
    assert dispersion([2, 4, 0], [10, 20, 0]) == (0.0, 0.0)
    assert dispersion([2], [10]) == (0.0, 0.0)
    with pytest.raises(ValueError, match="has no dispersion"):
        dispersion([0, 0], [1, 1])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 99)), min_size=2, max_size=8))
def test_dispersion_keeps_to_its_scale(parts: list[tuple[int, int]]) -> None:
    """DP is between 0 and 1 and never above the normalised one, which ends at 1."""
    if any(count for count, _ in parts):
        dp, norm = dispersion([count for count, _ in parts], [size for _, size in parts])
        assert -1e-12 <= dp <= norm <= 1 + 1e-9


def test_a_word_of_every_document_weighs_nothing() -> None:
    """TF-IDF is occurrences times the logarithm of all documents by those with the word."""
    found = tf_idf([{"a": 3, "b": 2}, {"a": 1}, {"a": 5, "c": 1}])
    assert found[0] == {"a": 0.0, "b": pytest.approx(2 * math.log(3))}
    assert tf_idf([]) == []


def test_association_is_that_of_the_formulas() -> None:
    """10 pairs of a word seen 20 times and one seen 40 times among 1,000 give the figures done by hand."""
    found = association(10, 20, 40, pairs=1_000)
    assert found.log_dice == pytest.approx(14 + math.log2(20 / 60))
    assert found.pmi == pytest.approx(math.log2(10 / 0.8))
    assert found.t_score == pytest.approx(9.2 / math.sqrt(10))
    table = [(10, 0.8), (10, 19.2), (30, 39.2), (950, 940.8)]
    assert found.g2 == pytest.approx(2 * sum(o * math.log(o / e) for o, e in table))
    assert association(1, 500, 500, pairs=1_000).g2 < 0
    with pytest.raises(ValueError, match="are no table"):
        association(3, 2, 5, pairs=9)


@given(st.lists(st.sampled_from("abcde"), max_size=30), st.integers(1, 6))
def test_mattr_is_the_mean_of_all_windows(words: list[str], window: int) -> None:
    """The moving window gives what looking at each window afresh gives."""
    ratios = [len(set(words[at : at + window])) / window for at in range(len(words) - window + 1)]
    expected = pytest.approx(sum(ratios) / len(ratios)) if ratios else None
    assert mattr(words, window=window) == expected


@given(st.lists(st.sampled_from("abc"), min_size=4, max_size=7))
def test_hdd_is_the_mean_of_all_draws(words: list[str]) -> None:
    """The closed form gives the mean type-token ratio of every possible draw."""
    draws = [len(set(draw)) / 3 for draw in combinations(words, 3)]
    assert hdd(Counter(words), draws=3) == pytest.approx(sum(draws) / len(draws))
    assert hdd({"a": 41}) is None


def test_mtld_counts_factors() -> None:
    """Words that repeat end a factor; what is left over counts in part, and reading backward too."""
    words = "a b c d e a b c d e f g".split()
    # Forward: the ratio is 5/7 at the seventh word, a factor; the five words after it all differ.
    # Backward: 7/10 at the tenth word; the two words left differ.
    assert mtld(words) == pytest.approx((12 / 1 + 12 / 1) / 2)
    assert mtld(list("abcdefghij")) == 10
    assert mtld(list("abc")) is None


@given(st.lists(st.sampled_from("abcdefgh"), min_size=10, max_size=60))
def test_mtld_does_not_mind_the_direction(words: list[str]) -> None:
    """A text read backward is as varied as the text."""
    assert mtld(words) == pytest.approx(mtld(words[::-1]))
