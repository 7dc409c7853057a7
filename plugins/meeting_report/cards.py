"""A card for each speaker: what they say most, what sets them apart, and where they said it."""

from __future__ import annotations

from collections.abc import Sequence

from qualia.draw import Language, clock, escape, number, shortened
from qualia.records import KeyWord, SentenceSentiment

from .facts import Facts, Person
from .wording import counts_of, words_of

_CHANCE = 3.84
"""G2 below which a difference may be chance: p > .05 for one word looked at alone."""
_LONGEST = 320
"""Characters of a sentence that are quoted."""


def cards(facts: Facts, language: Language, *, most: int) -> str:
    """Return the section; all speakers after the first ``most`` are folded away."""
    say = words_of(language)
    chosen = [person for person in facts.people if person.counts or person.keys]
    if not chosen:
        return ""
    made = [_card(person, facts, language) for person in chosen]
    more = ""
    if made[most:]:
        summary = escape(counts_of("more", len(made) - most, language))
        more = f'<details><summary>{summary}</summary><div class="cards">{"".join(made[most:])}</div></details>'
    shown = f'<div class="cards">{"".join(made[:most])}</div>'
    return f"<section><h2>{escape(say['each'])}</h2><p>{escape(say['each_lead'])}</p>{shown}{more}</section>"


def _card(person: Person, facts: Facts, language: Language) -> str:
    say = words_of(language)
    words = "".join(
        _word(word, f"{number(count, language)}×", facts.places.get((person.name, word), ()), language)
        for word, count in list(person.counts.items())[: facts.each]
    )
    keys = "".join(_key(key, facts.places.get((person.name, key.word), ()), language) for key in person.keys)
    apart = ""
    if len(facts.people) > 1:
        apart = f"<h4>{escape(say['apart'])}</h4>{keys or '<p class=small>' + escape(say['none_apart']) + '</p>'}"
    return (
        f'<article class="card"><h3><bdi>{escape(person.name)}</bdi></h3>'
        f"<h4>{escape(say['most'])}</h4>{words}{apart}</article>"
    )


def _key(key: KeyWord, places: Sequence[SentenceSentiment], language: Language) -> str:
    times = 2.0 ** min(key.log_ratio, 20.0)
    factor = number(times, language, decimals=1 if times < 10 else 0)
    counts = f"{number(key.count, language)} : {number(key.reference_count, language)}"
    return _word(key.word, f"×{factor} ({counts})", places, language, weak=key.g2 < _CHANCE)


def _word(word: str, note: str, places: Sequence[SentenceSentiment], language: Language, *, weak: bool = False) -> str:
    """Return a word with its figure; where it was said opens below it."""
    css = ' class="weak"' if weak else ""
    line = f'<span dir="auto"{css}>{escape(shortened(word, 60))}</span><span class="n">{escape(note)}</span>'
    if not places:
        return f'<div class="plain">{line}</div>'
    return f"<details><summary>{line}</summary>{''.join(quote(each, language) for each in places)}</details>"


def quote(sentence: SentenceSentiment, language: Language, *, css: str = "", polarity: bool = False) -> str:
    """Return a sentence as a quotation, with who said it and when."""
    facts = [
        *([f"<bdi>{escape(shortened(sentence.speaker, 60))}</bdi>"] if sentence.speaker and polarity else []),
        *([clock(sentence.begin_s)] if sentence.begin_s is not None else []),
        *([number(sentence.polarity, language, decimals=2, signed=True)] if polarity else []),
    ]
    kind = f' class="{css}"' if css else ""
    footer = f"<footer>{' · '.join(facts)}</footer>" if facts else ""
    return f'<blockquote{kind}><p dir="auto">{escape(shortened(sentence.text, _LONGEST))}</p>{footer}</blockquote>'
