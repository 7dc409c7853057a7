"""What stands near what: collocations, and words in their context."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from attrs import evolve, frozen

from qualia.plugin import UnsupportedInput
from qualia.records import Collocation, ContextLine
from qualia.text import WordReader, WordRules, association, iter_words, spelled

from .counting import Sieve, sequences
from .passages import Passage

Measure = Literal["log_dice", "pmi", "g2", "t_score"]
_WORD_CHARACTERS = 14
"""Room for one word of context, in characters: a text without spaces gives no whole page."""


def collocations(
    text: str, found: Iterable[Passage], *, reader: WordReader, sieve: Sieve, span: int, min_count: int
) -> list[Collocation]:
    """Return the pairs of counted words of which the second stands at most ``span`` words behind the first.

    Words left out take up places but make no pairs; pairs do not reach over the end of a sentence or passage.

    Args:
        text: the document's.
        found: the passages of the whole.
        reader: what reads words.
        sieve: which words count.
        span: 1 for neighbours.
        min_count: leave out pairs that were seen less often.
    """
    pairs: Counter[tuple[str, str]] = Counter()
    gap = [""] * span
    before: Passage | None = None
    carried: list[str] = []
    for passage, words in sequences(text, found, reader):
        forms = carried if passage is before else []
        before, known = passage, len(forms)
        for word in words:
            if word:
                forms.append(sieve.form(word))
            else:
                forms += gap
        for distance in range(1, span + 1):
            start = max(0, known - distance)
            pairs.update(zip(forms[start:], forms[start + distance :], strict=False))
        carried = forms[-span:]
    return _associated({pair: count for pair, count in pairs.items() if all(pair)}, min_count)


def _associated(pairs: dict[tuple[str, str], int], min_count: int) -> list[Collocation]:
    left: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for (first, second), count in pairs.items():
        left[first] += count
        right[second] += count
    total = left.total()
    found: list[Collocation] = []
    for (first, second), count in pairs.items():
        if count >= min_count:
            tie = association(count, left[first], right[second], pairs=total)
            found.append(
                Collocation(
                    left=first,
                    right=second,
                    count=count,
                    log_dice=round(tie.log_dice, 4),
                    pmi=round(tie.pmi, 4),
                    g2=round(tie.g2, 4),
                    t_score=round(tie.t_score, 4),
                )
            )
    return found


def strongest(found: Iterable[Collocation], by: Measure, most: int) -> tuple[Collocation, ...]:
    """Return the strongest collocations by a measure, ties in alphabetical order."""
    return tuple(sorted(found, key=lambda each: (-getattr(each, by), each.left, each.right))[:most])


@frozen(kw_only=True)
class Query:
    """A word or phrase to look for."""

    text: str
    terms: tuple[str | re.Pattern[str], ...]
    """One for each of its words; a pattern where it has an asterisk."""
    is_counted_form: bool = False
    """Whether its words are in the form they are counted in."""


def query(text: str, rules: WordRules) -> Query:
    """Return what a query asks for: words as ``rules`` read them in any text, ``*`` for any letters.

    Raises:
        UnsupportedInput: it has no words.
    """
    terms: list[str | re.Pattern[str]] = []
    for chunk in text.split():
        if "*" in chunk and chunk.strip("*"):
            parts = (re.escape(spelled(part, fold=rules.fold)) for part in chunk.split("*"))
            first, *middle, last = parts
            # Atomic, so that a star is never tried twice: the first place where the next part stands is as good as any.
            terms.append(re.compile("".join([first, *(f"(?>.*?{part})" for part in middle), ".*", last])))
        else:
            terms += iter_words(chunk, rules)
    if not terms:
        raise UnsupportedInput("kwic", f"{text!r} has no words to look for")
    return Query(text=text, terms=tuple(terms))


def everything(rules: WordRules) -> WordRules:
    """Return rules by which all there is counts."""
    return evolve(rules, numbers=True, emoji=True, urls=True, mentions=True, hashtags=True)


@frozen(kw_only=True)
class Look:
    """How places are looked for and how much of each is shown."""

    rules: WordRules
    form: Callable[[str], str]
    """Gives the form a word is counted in."""
    lines: int
    """Places for each query, at most."""
    around: int
    """Words on either side."""


def contexts(text: str, found: Sequence[Passage], queries: Sequence[Query], look: Look) -> list[ContextLine]:
    """Return the first places of each query, in the order of the queries, each with what stands around it.

    Neither a match nor its context reaches out of its passage. The text is read no further than it must be.
    """
    reader = WordReader(look.rules)
    lines: list[list[ContextLine]] = [[] for _ in queries]
    ending: dict[str, list[int]] = {}
    longest = max((len(each.terms) for each in queries), default=0)
    open_ = set(range(len(queries)))
    for passage in found:
        recent: deque[tuple[str, int, int]] = deque(maxlen=longest)
        for word, start, end in reader.spans(text[passage.start : passage.end]):
            recent.append((word, passage.start + start, passage.start + end))
            if word not in ending:
                ending[word] = [n for n, each in enumerate(queries) if _fits(each, each.terms[-1], word, look.form)]
            for number in ending[word]:
                each = queries[number]
                stretch = list(recent)[-len(each.terms) :]
                if number in open_ and _is_found(each, stretch, look.form):
                    place = (stretch[0][1], stretch[-1][2])
                    lines[number].append(_line(each.text, text, place, passage=passage, around=look.around))
                    if len(lines[number]) == look.lines:
                        open_.discard(number)
        if not open_:
            break
    return [line for found_ in lines for line in found_]


def _is_found(query: Query, stretch: list[tuple[str, int, int]], form: Callable[[str], str]) -> bool:
    terms = query.terms
    return len(stretch) == len(terms) and all(
        _fits(query, term, word, form) for term, (word, _, _) in zip(terms, stretch, strict=True)
    )


def _fits(query: Query, term: str | re.Pattern[str], word: str, form: Callable[[str], str]) -> bool:
    if isinstance(term, str):
        return term == word or (query.is_counted_form and term == (form(word) or word))
    return term.fullmatch(word) is not None


def _line(name: str, text: str, place: tuple[int, int], *, passage: Passage, around: int) -> ContextLine:
    start, end = place
    room = around * _WORD_CHARACTERS
    first, last = max(passage.start, start - room), min(passage.end, end + room)
    # What the room cuts in two is no word.
    left = text[first:start].split()[int(first > passage.start) :]
    right = text[end:last].split()
    right = right[: len(right) - int(last < passage.end)]
    segment = passage.segment
    return ContextLine(
        query=name,
        left=" ".join(left[-around:]),
        match=text[start:end],
        right=" ".join(right[:around]),
        start=start,
        end=end,
        speaker=passage.speaker,
        begin_s=None if segment is None else segment.begin_s,
    )


def listed(names: Iterable[str]) -> Iterator[Query]:
    """Yield a query for each counted word or sequence."""
    for name in names:
        yield Query(text=name, terms=tuple(name.split(" ")), is_counted_form=True)
