"""The report as one HTML page: a look over the meeting, then people, times, words and tone, then how it was made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

from attrs import frozen

from qualia.draw import Language, clock, escape, number, page, percent, plain, table, theme
from qualia.records import KeyWord, Label, SentenceSentiment, WeightedWord, WordCount

from .cards import cards, quote
from .facts import Facts, Person
from .lanes import axis, lane, moments, scale_of, strokes, whole_lane
from .style import style
from .wording import SIGNS, counts_of, in_language, method_of, stop_list_of, words_of

T = TypeVar("T")
_COLOURED = 8
"""Speakers with a colour of their own in the bars; as many as can be told apart."""
_LISTED = 10


@frozen(kw_only=True)
class Look:
    """What was asked of the report."""

    title: str
    language: Language
    theme: Literal["auto", "light", "dark"]
    words: int
    people: int
    quotes: int


def report(facts: Facts, look: Look) -> bytes:
    """Return the page; equal facts give equal bytes."""
    say = words_of(look.language)
    title = look.title or say["report"]
    body = (
        _masthead(facts, look, title),
        _who(facts, look),
        _when(facts, look),
        _what(facts, look),
        cards(facts, look.language, most=look.people) if facts.people else "",
        _mood(facts, look),
        _method(facts, look),
    )
    return page(
        title=title,
        body="".join(body),
        language="pt-BR" if look.language == "pt" else "en",
        colours=theme("dark" if look.theme == "dark" else "light"),
        width=832,
        style=style(look.theme),
    )


def signed(value: float, language: Language) -> str:
    """Write a polarity."""
    return number(value, language, decimals=2, signed=True)


def _masthead(facts: Facts, look: Look, title: str) -> str:
    say, language = words_of(look.language), look.language
    figures = [
        (say["people"], number(len(facts.people), language)),
        (say["words"], number(facts.words.running or facts.words.total, language)),
        (say["sentences"], number(facts.sentiment.judged or len(facts.sentiment.sentences), language)),
    ]
    if facts.last_s is not None:
        figures.insert(0, (say["last"], clock(facts.last_s)))
    if facts.is_judged and facts.sentiment.label is not None:
        polarity = signed(facts.sentiment.polarity or 0.0, language)
        figures.append((say["tone"], f"{SIGNS[facts.sentiment.label]} {polarity}"))
    shown = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(figure)}</dd></div>" for term, figure in figures)
    points = "".join(f"<li>{line}</li>" for line in _in_short(facts, look))
    short = f'<h2 class="unseen">{escape(say["in_short"])}</h2><ul>{points}</ul>' if points else ""
    kicker = f'<p class="muted">{escape(say["report"])}</p>' if title != say["report"] else ""
    return f'<header>{kicker}<h1>{escape(title)}</h1><dl class="key">{shown}</dl>{short}</header>'


def _in_short(facts: Facts, look: Look) -> Iterable[str]:
    say, language = words_of(look.language), look.language
    # Of several who said as much nobody spoke most.
    if len(facts.people) > 1 and facts.people[0].running > facts.people[1].running:
        first = facts.people[0]
        before, _, after = say["spoke_most"].partition("{name}")
        share = escape(after).replace("{share}", percent(first.share, language))
        yield f"{escape(before)}<bdi>{escape(first.name)}</bdi> {share}"
    listed = [each for each in facts.words.words if each.count > 0][:5]
    if listed:
        words = ", ".join(f"{plain(each.word)} ({number(each.count, language)})" for each in listed)
        before, _, after = say["said_most"].partition("{words}")
        yield escape(before) + " " + escape(words) + escape(after)
    told = in_language(facts.sentiment.interpretation or facts.sentiment.reason, language)
    if told:
        yield escape(told)


def _section(title: str, *body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{''.join(body)}</section>"


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'


def _who(facts: Facts, look: Look) -> str:
    say, language = words_of(look.language), look.language
    if not facts.people:
        return _section(say["who"], _note(say["nobody"]))
    heads = [say["person"], say["words"], say["share"], say["sentences"], say["tone"]]
    most = max(person.share for person in facts.people) or 1.0
    rows = [_row(person, most, language) for person in facts.people]
    head = "".join(
        f'<th scope="col"{"" if place == 0 else " class=number"}>{escape(text)}</th>'
        for place, text in enumerate(heads)
    )
    caption = f'<caption class="unseen">{escape(say["who_table"])}</caption>'

    def drawn(some: list[str]) -> str:
        body = f"{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(some)}</tbody>"
        return f'<div class="scroll"><table>{body}</table></div>'

    folded = rows[look.people :]
    rest = _folded(counts_of("more", len(folded), language), drawn(folded)) if folded else ""
    return _section(say["who"], drawn(rows[: look.people]), rest)


def _row(person: Person, most: float, language: Language) -> str:
    drawn = f'<span class="bar"><i class="acc" style="width:{100 * person.share / most:.2f}%"></i></span>'
    tone = "" if person.tone is None else f"{SIGNS[person.tone.label]} {signed(person.tone.polarity, language)}"
    sentences = "" if person.tone is None else number(person.tone.sentences, language)
    cells = (number(person.running, language), percent(person.share, language), sentences, tone)
    figures = "".join(f'<td class="number">{escape(cell)}</td>' for cell in cells)
    return f'<tr><th scope="row"><bdi>{escape(person.name)}</bdi>{drawn}</th>{figures}</tr>'


def _when(facts: Facts, look: Look) -> str:
    say, scale = words_of(look.language), scale_of(facts)
    if not facts.is_judged or scale is None:
        return ""
    polarity = signed(facts.sentiment.polarity or 0.0, look.language)
    drawn = [whole_lane(facts, scale, say["everyone"], alt=f"{say['tone']}: {polarity}")]
    spoke = [person for person in facts.people if person.sentences]
    lanes = [
        lane(
            person.name,
            strokes(moments(person.sentences, scale), scale.strongest),
            alt=f"{person.name}: "
            + (
                "" if person.tone is None else f"{say[person.tone.label]} {signed(person.tone.polarity, look.language)}"
            ),
        )
        for person in (spoke if len(spoke) > 1 else ())
    ]
    drawn += [*lanes[: look.people], axis(facts, scale, look.language)]
    if lanes[look.people :]:
        folded = lanes[look.people :]
        drawn.append(_folded(counts_of("more", len(folded), look.language), *folded))
    untimed = "" if scale.is_timed else _note(say["no_times"])
    return _section(say["when"], f"<p>{escape(say['when_lead'])}</p>", *drawn, untimed)


def _folded(summary: str, *content: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{''.join(content)}</details>"


def _what(facts: Facts, look: Look) -> str:
    say, language, found = words_of(look.language), look.language, facts.words
    listed = [each for each in found.words if each.count > 0][: look.words]
    if not listed:
        return _section(say["what"], _note(say["no_words"]))
    lead = say["what_lead"]
    for name, count in (("counted", found.total), ("different", found.distinct), ("left_out", found.stop_words)):
        lead = lead.replace(f"{{{name}}}", counts_of(name, count, language))
    coloured = [person for person in facts.people if person.counts][:_COLOURED]
    divided = len(coloured) > 1
    rows = "".join(
        f'<span dir="auto">{escape(each.word)}</span>{_divided(each.word, each.count, listed[0].count, coloured)}'
        f'<span class="n">{number(each.count, language)}</span>'
        for each in listed
    )
    legend = _legend(coloured, say["others"], rest=_has_rest(listed, coloured)) if divided else ""
    told = f"<p>{escape(lead)} {escape(say['bar_lead']) if divided else ''}</p>"
    return _section(say["what"], told, legend, f'<div class="rows tall">{rows}</div>')


def _divided(word: str, count: int, most: int, people: list[Person]) -> str:
    """Return the bar of a word, a piece for each speaker who has a colour and one for all others."""
    pieces = [(f"var(--s{place})", person.counts.get(word, 0)) for place, person in enumerate(people)]
    if len(people) < 2:
        pieces = []
    rest = count - sum(part for _, part in pieces)
    pieces.append(("var(--muted)" if len(people) > 1 else "var(--accent)", max(0, rest)))
    drawn = "".join(f'<i style="flex:{part} 0 0;background:{fill}"></i>' for fill, part in pieces if part)
    return f'<span class="bar" style="max-width:none;width:{100 * count / most:.2f}%">{drawn}</span>'


def _has_rest(words: list[WordCount], people: list[Person]) -> bool:
    return any(each.count > sum(person.counts.get(each.word, 0) for person in people) for each in words)


def _legend(people: list[Person], others: str, *, rest: bool) -> str:
    names = [(f"var(--s{place})", person.name) for place, person in enumerate(people)]
    if rest:
        names.append(("var(--muted)", others))
    entries = "".join(f'<li><i style="background:{fill}"></i><bdi>{escape(name)}</bdi></li>' for fill, name in names)
    return f'<ul class="legend">{entries}</ul>'


def _mood(facts: Facts, look: Look) -> str:
    say, language, found = words_of(look.language), look.language, facts.sentiment
    if not facts.is_judged:
        return _section(say["mood"], _note(in_language(found.reason, look.language) or say["no_mood"]))
    balance = _balance(facts, language) if found.sentences else ""
    heavy = tuple(each for each in found.words if each.weight > 0)
    light = tuple(each for each in found.words if each.weight < 0)
    quoted = "".join(
        f"<div><h3>{SIGNS[kind]} {escape(say[heading])}</h3>{_quotes(sentences, css, look)}</div>"
        for kind, heading, css, sentences in _sides(
            ("up", "up", found.most_positive), ("down", "down", found.most_negative)
        )
        if sentences
    )
    words = "".join(
        f"<div><h3>{SIGNS[kind]} {escape(say[heading])}</h3>{_decided(items, css, language)}</div>"
        for kind, heading, css, items in _sides(("for", "pos", heavy), ("against", "neg", light))
        if items
    )
    return _section(
        say["mood"],
        balance,
        f'<div class="columns">{words}</div>' if words else "",
        f'<div class="columns">{quoted}</div>' if quoted else "",
    )


def _sides(up: tuple[str, str, T], down: tuple[str, str, T]) -> tuple[tuple[Label, str, str, T], ...]:
    """Return what is positive and what is negative, each with its label."""
    return ("positive", *up), ("negative", *down)


def _balance(facts: Facts, language: Language) -> str:
    """Return how many sentences have each label, as a divided bar and in words."""
    say, labels = words_of(language), [each.label for each in facts.sentiment.sentences]
    kinds: tuple[tuple[Label, str], ...] = (("negative", "neg"), ("neutral", "neu"), ("positive", "pos"))
    parts: list[tuple[Label, str, int]] = [(kind, css, labels.count(kind)) for kind, css in kinds]
    drawn = "".join(f'<i class="{css}" style="flex:{count} 0 0"></i>' for _, css, count in parts if count)
    told = " · ".join(f"{SIGNS[kind]} {say[kind]}: {number(count, language)}" for kind, _, count in parts)
    return f'<div class="bar balance" role="img" aria-label="{escape(told)}">{drawn}</div><p>{escape(told)}</p>'


def _quotes(sentences: Iterable[SentenceSentiment], css: str, look: Look) -> str:
    chosen = list(sentences)[: look.quotes]
    return "".join(quote(each, look.language, css=css, polarity=True) for each in chosen)


def _decided(words: tuple[WeightedWord, ...], css: str, language: Language) -> str:
    chosen = sorted(words, key=lambda each: (-abs(each.weight), each.word))[:_LISTED]
    most = abs(chosen[0].weight) or 1.0
    rows = "".join(
        f'<span dir="auto">{escape(each.word)}</span>'
        f'<span class="bar" style="max-width:none"><i class="{css}" style="width:{100 * abs(each.weight) / most:.2f}%">'
        f'</i></span><span class="n">{number(each.count, language)}×</span>'
        for each in chosen
    )
    return f'<div class="rows">{rows}</div>'


def _method(facts: Facts, look: Look) -> str:
    say, language = words_of(look.language), look.language
    lines = [
        *(
            [say["stop_list"].replace("{list}", stop_list_of(facts.words.stop_list, language))]
            if facts.words.stop_list
            else []
        ),
        *(
            [say["judged_by"].replace("{method}", method_of(facts.sentiment.method, language))]
            if facts.sentiment.method
            else []
        ),
        *([say["g2_told"]] if facts.words.keyness else []),
        *([say["polarity_told"]] if facts.is_judged else []),
        say["offline"],
    ]
    told = "".join(f"<li>{escape(line)}</li>" for line in lines)
    keys = [key for person in facts.people for key in person.keys]
    data = _folded(say["data"], f'<div class="scroll">{_keys_table(keys, language)}</div>') if keys else ""
    return _section(say["method"], f'<ul class="small">{told}</ul>', data)


def _keys_table(keys: list[KeyWord], language: Language) -> str:
    say = words_of(language)
    rows = [
        [
            each.part,
            each.word,
            number(each.count, language),
            number(each.reference_count, language),
            number(each.g2, language, decimals=2),
            number(each.log_ratio, language, decimals=2),
        ]
        for each in keys
    ]
    columns = [say["person"], say["word"], say["count"], say["elsewhere"], say["g2"], say["ratio"]]
    return table(caption=say["keys_table"], columns=columns, rows=rows, numbers=(2, 3, 4, 5))
