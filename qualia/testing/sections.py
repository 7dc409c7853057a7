"""The sections of records that come only when they are asked for, filled so that they hold to what classes promise.

Whether a section is there, and what shapes it, is drawn; what follows from the counts is worked out of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from attrs import evolve
from hypothesis import strategies as st

from qualia.records import (
    Collocation,
    ContextLine,
    Diversity,
    KeyWord,
    LanguageShare,
    PartWords,
    SentenceSentiment,
    Sentiment,
    SentimentMoment,
    SentimentWord,
    SpeakerSentiment,
    SpeakerWords,
    TermWeight,
    WeightedWord,
    WordCount,
    WordFrequencies,
    WordSpread,
)
from qualia.text import association, dispersion, keyness

_SHORTEST_MATTR, _SHORTEST_HDD, _SHORTEST_MTLD = 50, 42, 10
_MOST_MOMENTS = 24
_GAP = 7


def filled_words(draw: st.DrawFn, found: WordFrequencies) -> WordFrequencies:
    """Return word frequencies with running words, stop words and rates, and any of the sections beyond."""
    left_out = tuple(WordCount(word, count) for word, count in zip(("the", "and", "of"), range(9, 6, -1), strict=True))[
        : draw(st.integers(0, 3))
    ]
    stop_words = sum(each.count for each in left_out)
    running = found.total + stop_words + draw(st.integers(0, 9))
    found = evolve(
        found,
        words=tuple(_rated(each, running) for each in found.words),
        running=running,
        speakers=tuple(_running(each) for each in found.speakers),
        left_out=left_out,
        stop_words=stop_words,
        stop_list="3 stop words of en" if left_out else "",
        lemmas=draw(st.sampled_from(("", "simplemma 1.1"))),
    )
    wanted = draw(st.sets(st.sampled_from(("keyness", "parts", "slices", "collocations", "contexts", "diversity"))))
    if "keyness" in wanted:
        found = evolve(found, keyness=tuple(_key_words(found.speakers)), tf_idf=tuple(_weights(found.speakers)))
    if wanted & {"parts", "slices"}:
        found = _with_parts(found, draw(st.integers(2, 5)) if "slices" in wanted else 0)
    if "collocations" in wanted:
        found = evolve(found, collocations=tuple(_collocations(found.words)))
    if "contexts" in wanted:
        found = evolve(found, contexts=tuple(_contexts(found.words)))
    if "diversity" in wanted:
        speakers = tuple(evolve(each, diversity=_diversity(each.running, each.distinct)) for each in found.speakers)
        found = evolve(found, diversity=_diversity(running, found.distinct + len(left_out)), speakers=speakers)
    return found


def _rated(each: WordCount, running: int) -> WordCount:
    return evolve(each, per_million=round(each.count / running * 1e6, 2))


def _running(each: SpeakerWords) -> SpeakerWords:
    return evolve(each, running=each.total, words=tuple(_rated(word, each.total) for word in each.words))


def _key_words(speakers: Sequence[SpeakerWords]) -> list[KeyWord]:
    found: list[KeyWord] = []
    for each in speakers:
        others = [other for other in speakers if other is not each]
        rest = sum(other.total for other in others)
        theirs = [_key_word(each, word, others, rest) for word in each.words if rest]
        ranked = sorted(theirs, key=lambda key: (-key.g2, key.word))
        found += [key for key in ranked if key.log_ratio > 0][:4]
    return found


def _key_word(each: SpeakerWords, word: WordCount, others: Sequence[SpeakerWords], rest: int) -> KeyWord:
    reference = sum(count.count for other in others for count in other.words if count.word == word.word)
    figures = keyness(word.count, each.total, (reference, rest))
    return KeyWord(
        part=each.speaker,
        word=word.word,
        count=word.count,
        reference_count=reference,
        per_million=round(word.count / each.total * 1e6, 2),
        reference_per_million=round(reference / rest * 1e6, 2),
        g2=figures.g2,
        log_ratio=figures.log_ratio,
        p=figures.p,
    )


def _weights(speakers: Sequence[SpeakerWords]) -> list[TermWeight]:
    return [
        TermWeight(part=each.speaker, word=word.word, count=word.count, parts=1, tf_idf=float(word.count))
        for each in speakers
        for word in each.words[:2]
    ]


def _with_parts(found: WordFrequencies, slices: int) -> WordFrequencies:
    """Return frequencies with slices of equal length, or with the speakers for parts; 0 slices mean speakers."""
    if slices:
        inside = [[each.count // slices + (at < each.count % slices) for at in range(slices)] for each in found.words]
        totals = [found.total // slices + (at < found.total % slices) for at in range(slices)]
        names = [str(at + 1) for at in range(slices)]
    else:
        held = [{word.word: word.count for word in each.words} for each in found.speakers]
        inside = [[each.get(word.word, 0) for each in held] for word in found.words]
        totals = [each.total for each in found.speakers]
        names = [each.speaker for each in found.speakers]
    parts = [
        PartWords(
            name=name,
            total=total,
            distinct=min(total, found.distinct),
            running=total,
            start=at * 100 if slices else None,
            end=at * 100 + 100 if slices else None,
            speaker=None if slices else name,
        )
        for at, (name, total) in enumerate(zip(names, totals, strict=True))
    ]
    spread = [_spread(each.word, counts, totals) for each, counts in zip(found.words, inside, strict=True)]
    return evolve(found, parts=tuple(parts), dispersion=tuple(spread) if parts else ())


def _spread(word: str, counts: Sequence[int], sizes: Sequence[int]) -> WordSpread:
    if not any(counts) or sum(1 for size in sizes if size) < 2:
        return WordSpread(word=word, in_parts=tuple(counts))
    dp, norm = dispersion(counts, sizes)
    return WordSpread(word=word, in_parts=tuple(counts), dp=round(dp, 4), dp_norm=round(norm, 4))


def _collocations(words: Sequence[WordCount]) -> list[Collocation]:
    found: list[Collocation] = []
    pairs = sum(each.count for each in words)
    for left, right in pairwise(words):
        tie = association(right.count, left.count, right.count, pairs=pairs)
        found.append(
            Collocation(
                left=left.word,
                right=right.word,
                count=right.count,
                log_dice=tie.log_dice,
                pmi=tie.pmi,
                g2=tie.g2,
                t_score=tie.t_score,
            )
        )
    return sorted(found, key=lambda each: (-each.log_dice, each.left, each.right))


def _contexts(words: Sequence[WordCount]) -> list[ContextLine]:
    found: list[ContextLine] = []
    at = 0
    for each in words[:4]:
        for number in range(min(each.count, 2)):
            at += _GAP
            line = ContextLine(query=each.word, left="so", match=each.word, right="", start=at, end=at + len(each.word))
            found.append(evolve(line, speaker="Ana", begin_s=float(at)) if number else line)
            at = line.end
    return found


def _diversity(tokens: int, types: int) -> Diversity:
    ratio = types / tokens if tokens else 0.0
    return Diversity(
        tokens=tokens,
        types=types,
        mattr=ratio if tokens >= _SHORTEST_MATTR else None,
        mtld=10 + 90 * ratio if tokens >= _SHORTEST_MTLD else None,
        hdd=ratio if tokens >= _SHORTEST_HDD else None,
    )


def filled_sentiment(draw: st.DrawFn, found: Sentiment) -> Sentiment:
    """Return a sentiment that has figures with what decided, how sure that is, examples, a timeline and languages."""
    sure = draw(st.floats(0, 1))
    sentences = tuple(_decided(each, sure) for each in found.sentences)
    share = draw(st.floats(0.5, 1))
    others = (LanguageShare(language=draw(st.sampled_from((None, "de"))), share=1 - share, judged=False),)
    weighed: dict[str, list[float]] = {}
    for word in (word for each in sentences for word in each.words):
        weighed.setdefault(word.text.lower(), []).append(word.weight)
    words = (WeightedWord(word=word, count=len(each), weight=sum(each)) for word, each in weighed.items())
    is_listed = draw(st.booleans())
    return evolve(
        found,
        sentences=sentences if is_listed else (),
        speakers=tuple(_counted(each, sentences, sure) for each in found.speakers),
        confidence=sure,
        timeline=tuple(_moments(sentences, draw(st.integers(1, _MOST_MOMENTS)))),
        words=tuple(sorted(words, key=lambda each: (-abs(each.weight), each.word))),
        most_positive=_examples(sentences, "positive"),
        most_negative=_examples(sentences, "negative"),
        languages=(LanguageShare(language="en", share=share, judged=True), *(others if share < 1 else ())),
        judged=len(sentences),
        interpretation=draw(st.sampled_from(("", "On the whole the text is neutral; few words decided that."))),
    )


def _decided(each: SentenceSentiment, sure: float) -> SentenceSentiment:
    """Return a sentence whose first word decided its score, if any did."""
    text = each.text.split()[0]
    start = each.start + each.text.index(text)
    word = SentimentWord(text=text, start=start, end=start + len(text), weight=5 * each.polarity, negated=sure > 0.5)
    return evolve(each, confidence=sure, words=(word,) if each.polarity else (), language="en")


def _counted(each: SpeakerSentiment, sentences: Sequence[SentenceSentiment], sure: float) -> SpeakerSentiment:
    labels = [sentence.label for sentence in sentences if sentence.speaker == each.speaker]
    return evolve(each, positive=labels.count("positive"), negative=labels.count("negative"), confidence=sure)


def _moments(sentences: Sequence[SentenceSentiment], most: int) -> list[SentimentMoment]:
    if len(sentences) < 3:
        return []
    number = min(most, len(sentences))
    edges = [len(sentences) * at // number for at in range(number + 1)]
    stretches = [sentences[first:last] for first, last in pairwise(edges)]
    return [
        SentimentMoment(
            start=each[0].start,
            end=each[-1].end,
            polarity=max(-1.0, min(1.0, sum(one.polarity for one in each) / len(each))),
            sentences=len(each),
            begin_s=each[0].begin_s,
        )
        for each in stretches
    ]


def _examples(sentences: Sequence[SentenceSentiment], label: str) -> tuple[SentenceSentiment, ...]:
    chosen = [each for each in sentences if each.label == label]
    return tuple(sorted(chosen, key=lambda each: (-abs(each.polarity), each.start))[:3])
