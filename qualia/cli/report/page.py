"""The whole page: a cover, one article for each meeting, and the style that carries them on screen and on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from qualia.cli.report.facts import Facts, facts_of
from qualia.cli.report.markup import Html, element, escaped, isolated, joined
from qualia.cli.report.meeting import Meeting
from qualia.cli.report.method import method
from qualia.cli.report.mood import mood
from qualia.cli.report.phrases import Voice
from qualia.cli.report.sections import listed, removed, section, talk, words
from qualia.draw import Language, mix, theme

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def report_page(meetings: Sequence[Meeting], *, title: str = "", language: Language | None = None) -> bytes:
    """Return a report as one HTML page in UTF-8; equal meetings give equal bytes.

    Args:
        meetings: one article each, in the language each names.
        title: heads the cover of several meetings and names the window; empty for the first meeting's title.
        language: of the cover; None takes the first meeting's.

    Raises:
        ValueError: there is no meeting.
    """
    if not meetings:
        raise ValueError("a report is about at least one meeting")
    voice = Voice(language or meetings[0].language)
    name = title.strip() or meetings[0].name
    facts = [facts_of(each.document.value) for each in meetings]
    alone = len(meetings) == 1
    pairs = enumerate(zip(meetings, facts, strict=True), 1)
    articles = [_article(each, found, f"m{place}", alone=alone) for place, (each, found) in pairs]
    cover = None if alone else _cover(name, meetings, facts, voice)
    foot = voice("made_with", version=meetings[0].document.provenance.engine_version)
    head = (
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", name),
        element("style", Html(_style())),
    )
    body = element("body", cover, element("main", *articles), element("footer", element("p", foot), class_="foot"))
    return f"<!DOCTYPE html>\n{element('html', element('head', *head), body, lang=voice.tag).source}\n".encode()


def _style() -> str:
    colours = "".join(_variables(name) for name in ("light", "dark"))
    return colours + Path(__file__).with_name("style.css").read_text(encoding="utf-8")


def _variables(name: str) -> str:
    """Return the palette that the pictures use too, as the style's variables."""
    chosen = theme("dark" if name == "dark" else "light")
    colours = {
        "page": chosen.background,
        "tint": mix(chosen.background, chosen.ink, 0.04),
        "ink": chosen.ink,
        "muted": chosen.muted,
        "line": chosen.grid,
        "accent": chosen.series[0],
        "up": chosen.positive,
        "down": chosen.negative,
    }
    rules = f":root{{{''.join(f'--{key}:{value};' for key, value in colours.items())}}}\n"
    return rules if name == "light" else f"@media screen and (prefers-color-scheme: dark){{{rules.strip()}}}\n"


def _cover(name: str, meetings: Iterable[Meeting], facts: Iterable[Facts], voice: Voice) -> Html:
    links = [
        element(
            "li",
            element(
                "a",
                element("strong", isolated(meeting.name)),
                element("span", _summary(found, meeting.voice)),
                href=f"#m{place}",
                lang=meeting.voice.tag,
            ),
        )
        for place, (meeting, found) in enumerate(zip(meetings, facts, strict=True), 1)
    ]
    contents = element("nav", element("ul", *links), aria_label=voice("contents"))
    return element("header", element("h1", name), contents, class_="cover")


def _summary(facts: Facts, voice: Voice) -> str:
    parts = [
        None if facts.duration_s is None else f"{voice.clock(facts.duration_s)} min",
        f"{voice.count(len(facts.speakers))} {voice('people').lower()}" if facts.speakers else None,
        f"{voice.count(facts.words)} {voice('words').lower()}",
    ]
    return " · ".join(part for part in parts if part)


def _article(meeting: Meeting, facts: Facts, anchor: str, *, alone: bool) -> Html:
    voice, sentiment = meeting.voice, meeting.sentiment.value
    told = method(meeting.provenances, voice, judged_by=sentiment.method, command=meeting.command)
    return element(
        "article",
        _masthead(meeting, facts, alone=alone),
        talk(facts, voice),
        words(meeting),
        mood(meeting),
        removed(facts, voice),
        section(voice("method"), told, class_="method"),
        id=anchor,
        lang=voice.tag,
    )


def _masthead(meeting: Meeting, facts: Facts, *, alone: bool) -> Html:
    voice = meeting.voice
    day = min(each.started_at for each in meeting.provenances)
    figures = (
        *((voice("duration"), voice.clock(facts.duration_s)) for _ in (1,) if facts.duration_s is not None),
        (voice("people"), voice.count(len(facts.speakers))),
        (voice("turns"), voice.count(facts.turns)),
        (voice("words"), voice.count(facts.words)),
    )
    return element(
        "header",
        element("h1" if alone else "p", voice("report"), class_="kicker"),
        element("h2", isolated(meeting.name)),
        element("p", voice("analysed", day=voice.day(day)), class_="muted"),
        element(
            "dl",
            *(element("div", element("dt", term), element("dd", figure)) for term, figure in figures),
            class_="key",
        ),
        element("h3", voice("in_short"), class_="unseen"),
        element("ul", *(element("li", line) for line in _in_short(meeting, facts)), class_="short"),
        class_="masthead",
    )


def _in_short(meeting: Meeting, facts: Facts) -> Iterable[Html]:
    voice, sentiment = meeting.voice, meeting.sentiment.value
    if facts.speakers:
        first = facts.speakers[0]
        before, _, after = voice("spoke_most", name="\0", share=voice.percent(first.share)).partition("\0")
        yield joined((before, isolated(first.name), after))
    if meeting.words.value.words:
        yield Html(escaped(voice("said_most", words=listed(meeting.words.value.words))))
    if sentiment.polarity is not None and sentiment.label is not None:
        yield Html(escaped(voice("tone", label=voice(sentiment.label), value=voice.polarity(sentiment.polarity))))
    else:
        yield Html(escaped(voice("no_tone")))
