"""What the report tells, put together from the two records before anything is drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from attrs import frozen

from qualia.records import KeyWord, SentenceSentiment, Sentiment, SpeakerSentiment, WordCount, WordFrequencies
from qualia.text import WordRules, iter_words

_EVERY_UNIT = WordRules(numbers=True, emoji=True, urls=True)


@frozen(kw_only=True)
class Person:
    """One speaker in words and tone."""

    name: str
    running: int
    """All words they said."""
    share: float
    """Their part of all speakers' words, 0 to 1."""
    distinct: int
    """Different words among those counted."""
    counts: Mapping[str, int]
    """Their listed words, most frequent first."""
    keys: tuple[KeyWord, ...]
    """What they say more often than the others, strongest evidence first."""
    tone: SpeakerSentiment | None
    """None when the sentiment says nothing of them."""
    sentences: tuple[SentenceSentiment, ...]


@frozen(kw_only=True)
class Facts:
    """A meeting in figures."""

    words: WordFrequencies
    sentiment: Sentiment
    people: tuple[Person, ...]
    """Who said most first; empty when nobody is named."""
    has_times: bool
    """Whether every sentence says when it was said."""
    places: Mapping[tuple[str, str], tuple[SentenceSentiment, ...]]
    """Speaker and word -> the first sentences of theirs that hold it."""
    each: int
    """How many words are listed of each speaker."""

    @property
    def is_judged(self) -> bool:
        """Whether there are figures of sentiment."""
        return self.sentiment.status == "ok" and self.sentiment.polarity is not None

    @property
    def last_s(self) -> float | None:
        """When the last sentence begins, in seconds; None without times."""
        times = [each.begin_s for each in self.sentiment.sentences if each.begin_s is not None]
        return max(times, default=None) if self.has_times else None


def facts_of(words: WordFrequencies, sentiment: Sentiment, *, each: int, quotes: int) -> Facts:
    """Put the facts together.

    Args:
        words: the frequencies.
        sentiment: the sentiment.
        each: words listed of each speaker.
        quotes: sentences kept of each speaker and word.
    """
    spoken: dict[str, list[SentenceSentiment]] = defaultdict(list)
    for sentence in sentiment.sentences:
        if sentence.speaker is not None:
            spoken[sentence.speaker].append(sentence)
    tones = {tone.speaker: tone for tone in sentiment.speakers}
    keys: dict[str, list[KeyWord]] = defaultdict(list)
    for key in words.keyness:
        if key.g2 > 0:
            keys[key.part].append(key)
    said = {speaker.speaker: speaker for speaker in words.speakers}
    lengths = {name: max(speaker.running, speaker.total) for name, speaker in said.items()}
    whole = sum(lengths.values())
    names = sorted(dict.fromkeys((*said, *tones)), key=lambda name: -lengths.get(name, 0))
    people = tuple(
        Person(
            name=name,
            running=lengths.get(name, 0),
            share=lengths.get(name, 0) / whole if whole else 0.0,
            distinct=said[name].distinct if name in said else 0,
            counts=_counts(said[name].words) if name in said else {},
            keys=tuple(keys[name][:each]),
            tone=tones.get(name),
            sentences=tuple(spoken[name]),
        )
        for name in names
    )
    times = [sentence.begin_s for sentence in sentiment.sentences]
    return Facts(
        words=words,
        sentiment=sentiment,
        people=people,
        has_times=bool(times) and None not in times and len(set(times)) > 1,
        places=places_of(people, each=each, most=quotes),
        each=each,
    )


def _counts(words: Iterable[WordCount]) -> dict[str, int]:
    return {item.word: item.count for item in words if item.count > 0}


def places_of(
    people: Iterable[Person], *, each: int, most: int
) -> dict[tuple[str, str], tuple[SentenceSentiment, ...]]:
    """Return for each speaker's listed words the first ``most`` sentences of theirs that hold them.

    A sequence of words, and a dictionary form, is found only where it is written as it is listed.
    """
    found: dict[tuple[str, str], list[SentenceSentiment]] = {}
    for person in people:
        wanted = {*list(person.counts)[:each], *(key.word for key in person.keys)}
        for sentence in person.sentences if most else ():
            for word in wanted.intersection(iter_words(sentence.text, _EVERY_UNIT)):
                places = found.setdefault((person.name, word), [])
                if len(places) < most:
                    places.append(sentence)
    return {key: tuple(sentences) for key, sentences in found.items()}
