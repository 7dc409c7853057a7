"""Count the words of a document, as a whole and by speaker, and whatever can be told from such counts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

from attrs import evolve

from qualia.plugin import Analyzer, Context, Document
from qualia.records import ContextLine, PartWords, SpeakerWords, WordCount, WordFrequencies
from qualia.text import count_words

from . import comparing, nearness
from .counting import Counts, Tally, counted
from .params import Params
from .passages import Part, Passage, parts_of, passages
from .settling import Setup, settle

__all__ = ["Params", "WordFrequency"]


class WordFrequency(Analyzer[Params, WordFrequencies]):
    """How often each word occurs."""

    def open(self) -> None:
        """Have the patterns of words made, which look through all of Unicode."""
        count_words("@ 1")

    def analyze(self, document: Document, params: Params, *, context: Context | None = None) -> WordFrequencies:
        """Count the whole text without the speakers' labels, and for each speaker the text of their segments.

        Text outside any segment counts in the whole only.

        Raises:
            UnsupportedInput: a param asks for a library that is not installed, for stop words or lemmas of a language
                there are none for, or for parts the document does not have.
        """
        setup = settle(document, params)
        parts = parts_of(document, params.parts, slices=params.slices)
        found = passages(document, parts, params.parts)
        counts = counted(
            document.text, found, reader=setup.reader, sieve=setup.sieve, ngram=params.ngram, parts=len(parts)
        )
        if context is not None:
            context.check()
        record = _record(counts, parts, setup=setup, params=params)
        return _with_sequences(record, document.text, found, setup=setup, params=params)


def _record(counts: Counts, parts: Sequence[Part], *, setup: Setup, params: Params) -> WordFrequencies:
    """Return what counts alone can tell."""
    by_part = [(part.name, each) for part, each in zip(parts, counts.parts, strict=True)]
    compared = list(counts.speakers.items()) if params.parts == "speakers" else by_part
    words = comparing.ranked(counts.whole, params.top)
    left_out = sorted(counts.left_out.items(), key=lambda item: (-item[1], item[0]))
    keyness = comparing.distinctive(
        compared, reference=params.reference, most=params.keyness, min_count=params.min_count
    )
    shown = tuple(map(_part, parts, counts.parts, repeat(params.top)))
    if params.dispersion and params.parts == "speakers":
        shown = tuple(_speaker_part(name, tally) for name, tally in compared)
    return WordFrequencies(
        words=words,
        total=counts.whole.total,
        distinct=len(counts.whole.counts),
        hapax=sum(1 for count in counts.whole.counts.values() if count == 1),
        running=counts.whole.running,
        speakers=tuple(_speaker(name, tally, params.top) for name, tally in counts.speakers.items()),
        language=setup.language,
        stop_words=sum(counts.left_out.values()),
        left_out=tuple(WordCount(word, count) for word, count in left_out),
        stop_list=setup.stop_list,
        keyness=tuple(keyness),
        ngram=params.ngram,
        lemmas=setup.lemmas,
        parts=shown,
        dispersion=tuple(comparing.spread(words, compared)) if params.dispersion else (),
        tf_idf=tuple(comparing.weights(compared, params.tf_idf)),
    )


def _speaker(name: str, tally: Tally, top: int) -> SpeakerWords:
    words = comparing.ranked(tally, top)
    return SpeakerWords(speaker=name, words=words, total=tally.total, distinct=len(tally.counts), running=tally.running)


def _speaker_part(name: str, tally: Tally) -> PartWords:
    return PartWords(name=name, total=tally.total, distinct=len(tally.counts), running=tally.running, speaker=name)


def _part(part: Part, tally: Tally, top: int) -> PartWords:
    segment = part.segment
    return PartWords(
        name=part.name,
        total=tally.total,
        distinct=len(tally.counts),
        running=tally.running,
        words=comparing.ranked(tally, top),
        start=part.start,
        end=part.end,
        speaker=None if segment is None else segment.speaker,
        begin_s=None if segment is None else segment.begin_s,
    )


def _with_sequences(
    record: WordFrequencies, text: str, found: Sequence[Passage], *, setup: Setup, params: Params
) -> WordFrequencies:
    """Add what the order of the words can tell, as far as it was asked for."""
    whole = [each for each in found if each.is_whole]
    if params.collocations:
        pairs = nearness.collocations(
            text, whole, reader=setup.reader, sieve=setup.sieve, span=params.span, min_count=params.min_count
        )
        chosen = nearness.strongest(pairs, params.collocations_by, params.collocations)
        record = evolve(record, collocations=chosen)
    if params.kwic or params.kwic_top:
        record = evolve(record, contexts=tuple(_contexts(record, text, whole, setup=setup, params=params)))
    if params.diversity:
        diversity, speakers = comparing.diversities(text, found, setup.reader)
        told = tuple(evolve(each, diversity=speakers.get(each.speaker)) for each in record.speakers)
        record = evolve(record, diversity=diversity, speakers=told)
    return record


def _contexts(
    record: WordFrequencies, text: str, whole: Sequence[Passage], *, setup: Setup, params: Params
) -> list[ContextLine]:
    rules = setup.reader.rules
    asked = [nearness.query(each, nearness.everything(rules)) for each in params.kwic]
    listed = list(nearness.listed(each.word for each in record.words[: params.kwic_top]))
    lines: list[ContextLine] = []
    for queries, how in ((asked, nearness.everything(rules)), (listed, rules)):
        look = nearness.Look(rules=how, form=setup.sieve.form, lines=params.kwic_lines, around=params.kwic_words)
        lines += nearness.contexts(text, whole, queries, look) if queries else []
    return lines
