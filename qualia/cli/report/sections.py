"""The sections of one meeting: talk, words, what was removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qualia.cli.report.charts import bar, strip, word_rows
from qualia.cli.report.facts import Facts, Speaker
from qualia.cli.report.markup import Child, Html, element, isolated, joined, table
from qualia.cli.report.meeting import Meeting, Picture
from qualia.cli.report.phrases import Voice
from qualia.draw import data_uri
from qualia.records import SpeakerWords, WordCount

MOST_PEOPLE = 12
"""Speakers drawn one by one; the table names them all."""
_EACH_WORDS = 8
_NAMED_WORDS = 5
_MOST_REMOVED = 200
_PICTURES = ("image/png", "image/svg+xml")


def section(title: str, *body: Child, class_: str | None = None) -> Html:
    """Return a section with its heading."""
    return element("section", element("h3", title), *body, class_=class_)


def listed(words: Iterable[WordCount], *, most: int = _NAMED_WORDS) -> str:
    """Return the first words as a list with their counts."""
    return ", ".join(f"{each.word} ({each.count})" for each in list(words)[:most])


def talk(facts: Facts, voice: Voice) -> Html:
    """Return who spoke how much, and when."""
    if not facts.speakers:
        return section(voice("talk"), element("p", voice("nobody"), class_="note"))
    return section(voice("talk"), _talk_table(facts, voice), _when(facts, voice))


def _talk_table(facts: Facts, voice: Voice) -> Html:
    timed = any(each.seconds is not None for each in facts.speakers)
    heads = [voice("speaker"), voice("turns"), voice("words"), *([voice("minutes")] if timed else []), voice("share")]
    rows = [_talk_row(each, facts.speakers[0].share, voice, timed=timed) for each in facts.speakers]
    return table(voice("talk_table" if timed else "talk_table_untimed"), heads, rows, class_="figures")


def _talk_row(speaker: Speaker, longest: float, voice: Voice, *, timed: bool) -> Html:
    minutes = "–" if speaker.seconds is None else voice.minutes(speaker.seconds)
    cells = [voice.count(speaker.turns), voice.count(speaker.words), *([minutes] if timed else [])]
    drawn = bar(speaker.share / longest if longest else 0.0)
    return element(
        "tr",
        element("th", isolated(speaker.name), drawn, scope="row"),
        *(element("td", cell) for cell in cells),
        element("td", voice.percent(speaker.share), class_="strong"),
    )


def _when(facts: Facts, voice: Voice) -> Html:
    if not facts.stretches:
        return element("p", voice("no_times"), class_="note")
    left_out = len(facts.speakers) - MOST_PEOPLE
    more = voice("more_people", shown=voice.count(MOST_PEOPLE), all=voice.count(len(facts.speakers)))
    return element(
        "figure",
        element("h4", voice("when")),
        strip(facts, voice, most=MOST_PEOPLE),
        element("figcaption", voice("when_caption"), f" {more}" if left_out > 0 else None),
        class_="whole",
    )


def words(meeting: Meeting) -> Html:
    """Return the words of the meeting and of each speaker."""
    voice, found = meeting.voice, meeting.words.value
    if not found.words:
        return section(voice("what"), element("p", voice("no_words"), class_="note"))
    lead = voice(
        "what_lead" if found.stop_words else "what_lead_all",
        total=voice.count(found.total),
        distinct=voice.count(found.distinct),
        stop=voice.count(found.stop_words),
    )
    named = listed(found.words)
    return section(
        voice("what"),
        element("p", lead),
        picture(meeting, "chart", phone="chart_phone", alt=voice("chart_alt", words=named)),
        picture(meeting, "cloud", alt=voice("cloud_alt", words=named), caption=voice("cloud_caption")),
        _each(found.speakers, voice),
    )


def _each(speakers: Sequence[SpeakerWords], voice: Voice) -> Html | None:
    chosen = sorted((each for each in speakers if each.words), key=lambda each: (-each.total, each.speaker))
    if not chosen:
        return None
    more = voice("more_people", shown=voice.count(MOST_PEOPLE), all=voice.count(len(chosen)))
    cards = [_card(each, voice) for each in chosen[:MOST_PEOPLE]]
    return joined(
        (
            element("h4", voice("each")),
            element("p", voice("each_lead"), f" {more}" if len(chosen) > MOST_PEOPLE else None),
            element("div", *cards, class_="cards"),
        )
    )


def _card(speaker: SpeakerWords, voice: Voice) -> Html:
    rows = word_rows(((each.word, each.count) for each in speaker.words[:_EACH_WORDS]), voice)
    before, _, after = voice("each_caption", name="\0").partition("\0")
    hidden = element("span", before, class_="unseen") if before else None
    caption = element("caption", hidden, isolated(speaker.speaker), after or None)
    return element("table", caption, element("tbody", rows), class_="card")


def picture(
    meeting: Meeting, name: Picture, *, alt: str, phone: Picture | None = None, caption: str | None = None
) -> Html | None:
    """Return a picture, with a narrow one to show on a phone instead; None when there is none that a page can show."""
    wide = _address(meeting, name)
    if wide is None:
        return None
    narrow = None if phone is None else _address(meeting, phone)
    image = element("img", src=wide, alt=alt)
    if narrow is not None:
        # Print is as wide as a phone to some browsers, and has the room.
        source = element("source", media="screen and (max-width: 34rem)", srcset=narrow)
        image = element("picture", source, image)
    told = element("figcaption", caption) if caption else None
    return element("figure", element("div", image, class_="paper"), told, class_="whole")


def _address(meeting: Meeting, name: Picture) -> str | None:
    result = meeting.pictures.get(name)
    if result is None or result.value.media_type not in _PICTURES:
        return None
    return data_uri(result.value.media_type, result.value.data)


def removed(facts: Facts, voice: Voice) -> Html:
    """Return what the cleaner left out and why, folded."""
    if not facts.removed:
        return section(voice("removed"), element("p", voice("removed_none")))
    count = len(facts.removed)
    lead = voice("removed_one") if count == 1 else voice("removed_lead", count=voice.count(count))
    rows = [
        element("tr", element("td", isolated(each.text)), element("td", voice.reason(each.reason)))
        for each in facts.removed[:_MOST_REMOVED]
    ]
    left_out = voice.count(count - _MOST_REMOVED)
    return section(
        voice("removed"),
        element("p", lead),
        element(
            "details",
            element("summary", voice("removed_show")),
            table(voice("removed"), (voice("removed_text"), voice("why")), rows, class_="texts"),
            element("p", voice("removed_more", count=left_out)) if count > _MOST_REMOVED else None,
        ),
    )
