"""What a sentence is found to say, and how one without end is read in stretches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import fsum

from attrs import evolve, frozen

from .valence import Hit, Reading

MOST_CHARACTERS = 10_000
"""A longer sentence is read in stretches, so that none takes much memory."""
MOST_HITS = 12
"""Deciding words that are told of a sentence, the heaviest."""


@frozen
class Score:
    """What a sentence is found to say."""

    polarity: float
    """-1 to 1."""
    subjectivity: float
    """0 to 1."""
    opinions: int
    """Words, emoji and faces that were judged."""
    hits: tuple[Hit, ...]
    agreement: float
    """0 to 1: how far what there is to judge by points one way."""


def one_sided(reading: Reading) -> float:
    """Return how far the hits point one way: 1 all of them, 0 as much praise as blame, or no hits."""
    return abs(fsum(hit.worth for hit in reading.hits)) / reading.weight if reading.weight else 0.0


def scored(text: str, score: Callable[[str], Score]) -> Score:
    """Return the score of a sentence with its heaviest hits, in the order of the text.

    One of more than `MOST_CHARACTERS` gets the mean of its stretches, weighted by the words judged in them.
    """
    if len(text) <= MOST_CHARACTERS:
        found = score(text)
        return evolve(found, hits=_heaviest(found.hits)) if len(found.hits) > MOST_HITS else found
    scores: list[Score] = []
    for start, end in _stretches(text):
        found = score(text[start:end])
        moved = (evolve(hit, start=hit.start + start, end=hit.end + start) for hit in _heaviest(found.hits))
        scores.append(evolve(found, hits=tuple(moved)))
    total = sum(each.opinions for each in scores) or 1
    return Score(
        polarity=fsum(each.polarity * each.opinions for each in scores) / total,
        subjectivity=fsum(each.subjectivity * each.opinions for each in scores) / total,
        opinions=sum(each.opinions for each in scores),
        hits=_heaviest(tuple(hit for each in scores for hit in each.hits)),
        agreement=fsum(each.agreement * each.opinions for each in scores) / total,
    )


def _heaviest(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    heaviest = sorted(hits, key=lambda hit: (-abs(hit.worth), hit.start))[:MOST_HITS]
    return tuple(sorted(heaviest, key=lambda hit: hit.start))


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield where stretches stand that end at a space, or where there is none in reach, anywhere."""
    start = 0
    while start < len(text):
        end = min(len(text), start + MOST_CHARACTERS)
        if end < len(text):
            space = text.rfind(" ", start + MOST_CHARACTERS // 2, end)
            end = space + 1 if space >= 0 else end
        yield start, end
        start = end
