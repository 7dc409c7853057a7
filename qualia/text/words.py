"""What a word is, and how often each occurs.

A word is a run of letters with their marks, as Unicode classes them, so that "ação", "हिन्दी" and decomposed "café" are
whole. An apostrophe or hyphen between two letters belongs to it ("don't", "d'água", "guarda-chuva"); dashes separate.
Curly and other apostrophes become "'", typographic hyphens "-", soft hyphens vanish. A run that holds a digit ("x1",
"10h") is no word but a number. Languages written without spaces (Chinese, Thai) give one word a run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from unicodedata import category, normalize

_FOLDS = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\uff07\u00b4`", "'") | dict.fromkeys("\u2010\u2011", "-"))
_INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u2060\ufeff", ""))
# Apostrophe, hyphen, and the two joiners that shape letters inside Persian and Indic words.
_JOINERS = "['\u200c\u200d-]"

# Punctuation that cannot stand inside a word; most chunks are one word once it is off.
_EDGES = '.,;:!?"()[]\u2026\u201c\u201d\u00ab\u00bb\u2013\u2014'
# Where Unicode keeps its marks and numbers; looking through all 1.1 million code points takes a quarter of a second.
_PLANES = (range(0x20000), range(0xE0100, 0xE01F0))


def iter_words(text: str, *, fold: bool = True, numbers: bool = False) -> Iterator[str]:
    """Yield the words of a text in order.

    Args:
        text: any text; it need not be NFC.
        fold: fold case, so that "Casa" and "casa" are one word; False keeps it.
        numbers: also yield numbers ("2024", "1.234,56", "10:30") and runs that hold digits ("x1", "covid-19").
    """
    known: dict[str, tuple[str, ...]] = {}
    for chunk in text.split():
        if chunk not in known:
            known[chunk] = _words_in(chunk, fold, numbers)
        yield from known[chunk]


def count_words(text: str, *, fold: bool = True, numbers: bool = False) -> Counter[str]:
    """Return how often each word occurs, in order of first appearance; equal to counting `iter_words`.

    No word holds white space, so each different chunk between spaces is looked into once, however often it occurs.

    Args:
        text: any text; it need not be NFC.
        fold: fold case; False keeps it.
        numbers: count numbers too, as in `iter_words`.
    """
    counts: Counter[str] = Counter()
    for chunk, times in Counter(text.split()).items():
        for word in _words_in(chunk, fold, numbers):
            counts[word] += times
    return counts


def _words_in(chunk: str, fold: bool, numbers: bool) -> tuple[str, ...]:
    whole = _normal(chunk.strip(_EDGES), fold)
    if whole.isalpha():
        return (whole,)
    return tuple(word for word in _pattern(numbers).findall(_normal(chunk, fold)) if word)


def _normal(text: str, fold: bool) -> str:
    """Return the form words are looked for in; what it does to a chunk does not depend on its neighbours."""
    if text.isascii():
        text = text.replace("`", "'")
        return text.lower() if fold else text
    text = normalize("NFC", text.translate(_INVISIBLE))
    if fold:
        # Folding can decompose (U+0390), so compose again.
        text = normalize("NFC", text.casefold())
    return text.translate(_FOLDS)


@cache
def _pattern(numbers: bool) -> re.Pattern[str]:
    """Return the pattern whose first group is a word; the group is empty where a run is no word.

    All repeats are possessive, so the time is linear in the text.
    """
    marks, digits = _ranges("M"), _ranges("N")
    start = "[^\\W_]"
    body = f"{start}*+(?:[{marks}]++{start}*+)*+"
    if numbers:
        return re.compile(f"({start}{body}(?:(?:{_JOINERS}|(?<=\\d)[.,:](?=\\d)){start}{body})*+)")
    letter = f"[^\\W_{digits}]"
    part = f"{letter}++(?:[{marks}]++{letter}*+)*+(?![{digits}])"
    return re.compile(f"({part}(?:{_JOINERS}{part})*+)|{start}{body}")


@cache
def _ranges(major: str) -> str:
    """Return all characters of a major category ("M" marks, "N" numbers) as the inside of a character class."""
    codes = [code for part in _PLANES for code in part if category(chr(code))[0] == major]
    starts = [code for before, code in pairwise([-2, *codes]) if code != before + 1]
    ends = [code for code, behind in pairwise([*codes, -2]) if behind != code + 1]
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in zip(starts, ends, strict=True))
