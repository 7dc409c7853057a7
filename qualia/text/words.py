"""What a word is, how often each occurs, and where it stands.

A word is a run of letters with their marks, as Unicode classes them, so that "ação", "हिन्दी" and decomposed "café" are
whole. An apostrophe or hyphen between two letters belongs to it ("don't", "d'água", "guarda-chuva", "disse-me-ia");
dashes separate. Curly and other apostrophes become "'", typographic hyphens "-"; soft hyphens, marks of writing
direction and the Arabic tatweel vanish. A run that holds a digit ("x1", "10h") is no word but a number. Chinese
ideographs and hiragana are a word each, katakana a word a run, unless a segmenter takes them apart; other languages
written without spaces (Thai) give one word a run. Web and mail addresses, names behind "@", hashtags and emoji are
units of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress
from operator import not_
from typing import Literal

from attrs import evolve, frozen

from qualia.text.characters import (
    INVISIBLE,
    UNSPACED,
    canonical_emoji,
    is_special,
    special_pattern,
    spelled,
    word_pattern,
)

# Punctuation that cannot stand inside a word; most chunks are one word once it is off.
_EDGES = '.,;:!?"()[]\u2026\u201c\u201d\u00ab\u00bb\u2013\u2014'
_LINK_ENDS = ".,;:!?'\")]*_-"
_SENTENCE_END = re.compile(
    "[.!?\u2026:;\u3002\uff01\uff1f\uff1b\u061f\u06d4\u0964][\"'\u201d\u2019\u00bb)\\]\u300d\u300f]*$"
)

_WINDOW = 1 << 18
"""Characters looked at together, and the longest stretch without white space that is surely read as one."""
_REACH = 1 << 16
_MOST_CHUNKS = 1 << 17
"""Different chunks remembered; what they count is then added up, so memory grows with the words and not the text."""
_SPACE = re.compile(r"\s")
# Where a stretch without white space may be cut, best first: what stands in no word, link or number.
_CUTS = (
    _SPACE,
    re.compile(r'["<>{}|\\^\u3000-\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]'),
    re.compile(r"[;()!?]|(?<!\d),(?!\d)"),
    re.compile("(?<=[\u3041-\u3096\u3400-\u9fff])(?=[\u3041-\u3096\u3400-\u9fff])"),
)

Segment = Callable[[str], Iterable[str]]
"""Takes a stretch of Chinese or Japanese and gives its words in order; joined they are the stretch."""


@frozen(kw_only=True)
class WordRules:
    """What counts as a word."""

    fold: bool = True
    """Fold case, so that "Casa" and "casa" are one word; False keeps it."""
    numbers: bool = False
    """Also numbers ("2024", "1.234,56", "10:30") and runs that hold digits ("x1", "covid-19")."""
    emoji: bool = False
    """Also emoji and pictographs, each whole ("🇧🇷", "👍🏽"), with or without a selector."""
    urls: bool = False
    """Also addresses on the web (with "http://" or "www.") and of mail, whole; False leaves out all their parts."""
    mentions: bool = True
    """Also names behind "@", with it; False leaves them out."""
    hashtags: bool = True
    """Also hashtags, with their "#"; False leaves them out."""
    unspaced: Literal["characters", "runs"] = "characters"
    """Chinese and Japanese: a word at each character (katakana by the run), or at each run between punctuation."""
    segment: Segment | None = None
    """Takes runs of Chinese and Japanese apart instead; None means ``unspaced`` does."""

    @property
    def is_every_run_a_word(self) -> bool:
        """Whether a run of letters is one word whatever its script."""
        return self.unspaced == "runs" and self.segment is None


class WordReader:
    """Reads words and remembers those of every chunk between white space, so that each is looked into once.

    Not for several threads at once.
    """

    def __init__(self, rules: WordRules | None = None) -> None:
        """Know nothing yet; None means the default rules."""
        self.rules: WordRules = rules or WordRules()
        # Most chunks are one word: kept apart, they cost no tuple each.
        self._single: dict[str, str] = {}
        self._several: dict[str, tuple[str, ...]] = {}
        self._raw: WordReader | None = None
        self._places: dict[str, list[tuple[str, int, int]]] = {}
        rules = self.rules
        kept = {"url": rules.urls, "emoji": rules.emoji, "hashtag": rules.hashtags, "mention": rules.mentions}
        self._kept = frozenset(kind for kind, is_kept in kept.items() if is_kept)
        self._unspaced = "pieces" if rules.segment is not None else rules.unspaced
        self._plain = word_pattern(numbers=rules.numbers, unspaced=self._unspaced)

    def lists(self, text: str, *, breaks: bool = False) -> Iterator[list[str]]:
        """Yield the words of a text in order, a list for each stretch of it that was read at once.

        Args:
            text: any text.
            breaks: put an empty text behind each chunk that ends with ``.!?…:;`` or its like in other scripts, so that
                sequences of words need not reach over the end of a sentence.
        """
        for window in windows(text):
            chunks = window.split()
            different = dict.fromkeys(chunks)
            self._learn(different)
            known = {chunk: self._words(chunk) for chunk in different}
            if breaks:
                known |= {chunk: (*known[chunk], "") for chunk in different if _SENTENCE_END.search(chunk)}
            yield list(chain.from_iterable(map(known.__getitem__, chunks)))

    def counted(self, chunks: Mapping[str, int], into: dict[str, int]) -> None:
        """Add to ``into`` how often each word occurs in chunks that each occur as often as is said."""
        self._learn(chunks)
        several, so_far = self._several, into.get
        for chunk, word, times in zip(chunks, map(self._single.get, chunks), chunks.values(), strict=True):
            if word is not None:
                into[word] = so_far(word, 0) + times
                continue
            for one in several[chunk]:
                into[one] = so_far(one, 0) + times

    def spans(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield each word of a text with the offset of its first character and the offset behind its last.

        Where spelling moves characters too far to follow (folding can turn one letter into two), the offsets are those
        of the whole chunk between white space.
        """
        raw, places = self._raw or WordReader(evolve(self.rules, fold=False)), self._places
        self._raw = raw
        for match in re.finditer(r"\S+", text):
            chunk = match[0]
            if chunk not in places:
                if len(places) > _MOST_CHUNKS:
                    places.clear()
                self._learn((chunk,))
                places[chunk] = raw.placed(chunk, self._words(chunk))
            for word, start, end in places[chunk]:
                yield word, match.start() + start, match.start() + end

    def placed(self, chunk: str, words: Sequence[str]) -> list[tuple[str, int, int]]:
        """Return the words of a chunk, each with its offsets in it; all of the chunk where they cannot be told."""
        visible = [place for place, char in enumerate(chunk) if char not in INVISIBLE]
        shown = spelled(chunk, fold=False)
        found = list(self._find(shown)) if len(shown) == len(visible) else []
        if len(found) != len(words):
            return [(word, 0, len(chunk)) for word in words]
        places = [(visible[start], visible[end - 1] + 1) for _, start, end in found]
        return [(word, start, end) for word, (start, end) in zip(words, places, strict=True)]

    def _learn(self, chunks: Iterable[str]) -> None:
        """Look into the chunks that are new, all of them in one go."""
        single, several = self._single, self._several
        if len(single) + len(several) > _MOST_CHUNKS:
            single.clear()
            several.clear()
        new = [chunk for chunk in chunks if chunk not in single and chunk not in several]
        if not new:
            return
        joined = spelled("\n".join(new), fold=self.rules.fold)
        texts = joined.split("\n")
        wholes = [text if text.isalpha() else text.strip(_EDGES) for text in texts]
        is_spaced = self.rules.is_every_run_a_word or not UNSPACED.search(joined)
        are_words = list(map(str.isalpha, wholes)) if is_spaced else [False] * len(new)
        single.update(compress(zip(new, wholes, strict=True), are_words))
        rest = compress(zip(new, texts, wholes, strict=True), map(not_, are_words))
        findall = self._plain.findall
        for chunk, text, whole in rest:
            if is_spaced and all(map(str.isalpha, whole.replace("'", "-").split("-"))):
                single[chunk] = whole
            elif is_special(text) or not is_spaced:
                several[chunk] = tuple([word for word, _, _ in self._find(text)])
            else:
                several[chunk] = tuple(filter(None, findall(text)))

    def _words(self, chunk: str) -> tuple[str, ...]:
        word = self._single.get(chunk)
        return self._several[chunk] if word is None else (word,)

    def _find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield each word of a chunk that is spelled for comparison, with where it begins and ends."""
        pattern = self._plain
        if is_special(text):
            pattern = special_pattern(kept=self._kept, numbers=self.rules.numbers, unspaced=self._unspaced)
        segment = self.rules.segment
        for match in pattern.finditer(text):
            kind = match.lastgroup
            if kind is None:
                continue
            found, start, end = match[0], *match.span(kind)
            if kind != "word":
                found = _unit(kind, match[kind])
                yield found, start, start + len(found) if kind == "url" else end
            elif segment is not None and UNSPACED.match(found):
                for piece in segment(found):
                    if piece:
                        yield piece, start, start + len(piece)
                    start += len(piece)
            else:
                yield found, start, end


def _unit(kind: str, text: str) -> str:
    if kind == "emoji":
        return canonical_emoji(text)
    return text.rstrip(_LINK_ENDS).lstrip(".-") or text if kind == "url" else text


class WordCounter:
    """Counts the words of texts as they come; its memory grows with the different words, not with the texts."""

    def __init__(self, reader: WordReader | None = None) -> None:
        """Begin with nothing counted.

        Args:
            reader: what to read words with; counters that share one look into each chunk once. None means a new one.
        """
        self._reader = reader or WordReader()
        self._chunks: Counter[str] = Counter()
        self._words: dict[str, int] = {}

    def add(self, text: str) -> None:
        """Count the words of a text; words never reach from one text into the next."""
        for window in windows(text):
            self._chunks.update(window.split())
            if len(self._chunks) > _MOST_CHUNKS:
                self._add_up()

    def counts(self) -> Counter[str]:
        """Return how often each word occurred so far, in order of first appearance."""
        self._add_up()
        return Counter(self._words)

    def _add_up(self) -> None:
        self._reader.counted(self._chunks, self._words)
        self._chunks.clear()


def windows(text: str) -> Iterator[str]:
    """Yield a text in pieces of about 262,144 characters that no word, link or number reaches over.

    Pieces end at white space. Where there is none for as long again, at a quotation mark, bracket or other sign that
    stands in no word, then between ideographs; where there is none of these either, the piece is as long as it must be.
    """
    start = 0
    while len(text) - start > _WINDOW:
        end = _cut(text, start + _WINDOW)
        yield text[start:end]
        start = end
    yield text[start:] if start else text


def _cut(text: str, near: int) -> int:
    for pattern in _CUTS:
        if found := pattern.search(text, near, near + _REACH):
            return found.start()
    found = _SPACE.search(text, near)
    return found.start() if found else len(text)


def iter_words(text: str, rules: WordRules | None = None, *, fold: bool = True, numbers: bool = False) -> Iterator[str]:
    """Yield the words of a text in order.

    Args:
        text: any text; it need not be NFC.
        rules: what counts as a word; None means the default rules with the two choices below.
        fold: fold case, so that "Casa" and "casa" are one word; False keeps it.
        numbers: also yield numbers ("2024", "1.234,56", "10:30") and runs that hold digits ("x1", "covid-19").
    """
    for words in WordReader(rules or WordRules(fold=fold, numbers=numbers)).lists(text):
        yield from words


def count_words(text: str, rules: WordRules | None = None, *, fold: bool = True, numbers: bool = False) -> Counter[str]:
    """Return how often each word occurs, in order of first appearance; equal to counting `iter_words`.

    No word holds white space, so each different chunk between spaces is looked into once, however often it occurs.

    Args:
        text: any text; it need not be NFC.
        rules: what counts as a word; None means the default rules with the two choices below.
        fold: fold case; False keeps it.
        numbers: count numbers too, as in `iter_words`.
    """
    counter = WordCounter(WordReader(rules or WordRules(fold=fold, numbers=numbers)))
    counter.add(text)
    return counter.counts()
