"""The section on sentiment: figures where there are some, the reason in words where there are none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qualia.cli.report.charts import balance
from qualia.cli.report.markup import Html, element, isolated, joined, table
from qualia.cli.report.meeting import Meeting
from qualia.cli.report.phrases import Voice
from qualia.cli.report.sections import picture, section
from qualia.draw import shortened
from qualia.records import SentenceSentiment, Sentiment, SpeakerSentiment

_EXAMPLES = 3
_LONGEST_QUOTE = 280


def mood(meeting: Meeting) -> Html:
    """Return sentiment over time, by speaker, and examples to check it by."""
    voice, sentiment = meeting.voice, meeting.sentiment.value
    if sentiment.status != "ok":
        return section(voice("mood"), _silence(sentiment, voice))
    polarities = [each.polarity for each in sentiment.sentences]
    low, high = (voice.polarity(pick(polarities, default=0.0)) for pick in (min, max))
    return section(
        voice("mood"),
        element("p", voice("mood_lead", count=voice.count(_judged(sentiment))), " ", voice("mood_caution")),
        picture(
            meeting,
            "mood",
            phone="mood_phone",
            alt=voice("mood_alt", low=low, high=high),
            caption=voice("mood_caption"),
        ),
        _by_speaker(sentiment.speakers, voice),
        _examples(sentiment.sentences, voice) if sentiment.sentences else None,
    )


def _judged(sentiment: Sentiment) -> int:
    return len(sentiment.sentences) or sum(each.sentences for each in sentiment.speakers)


def _silence(sentiment: Sentiment, voice: Voice) -> Html:
    lines = [element("p", element("strong", voice(f"mood_{sentiment.status}")))]
    if sentiment.status == "unsupported":
        lines.append(element("p", voice("mood_no_zero")))
    if sentiment.language is not None:
        lines.append(element("p", voice("mood_language", language=voice.language_name(sentiment.language))))
    if sentiment.reason:
        lines.append(element("p", voice("says"), " ", element("q", isolated(sentiment.reason))))
    return element("div", *lines, class_="note")


def _by_speaker(speakers: Sequence[SpeakerSentiment], voice: Voice) -> Html | None:
    if not speakers:
        return None
    rows = [
        element(
            "tr",
            element("th", isolated(each.speaker), balance(each.polarity), scope="row"),
            element("td", voice.count(each.sentences)),
            element("td", voice(each.label)),
            element("td", voice.polarity(each.polarity), class_="strong"),
        )
        for each in sorted(speakers, key=lambda each: (-each.polarity, each.speaker))
    ]
    heads = (voice("speaker"), voice("sentences"), voice("tone_head"), voice("mean"))
    return table(voice("mood_table"), heads, rows, class_="figures")


def _examples(sentences: Sequence[SentenceSentiment], voice: Voice) -> Html:
    up = _telling([each for each in sentences if each.label == "positive"])
    down = _telling([each for each in sentences if each.label == "negative"])
    columns = (
        _quotes(voice("most_positive"), up, voice, none=voice("none_positive"), class_="up"),
        _quotes(voice("most_negative"), down, voice, none=voice("none_negative"), class_="down"),
    )
    note = element("p", voice("examples_note"), class_="small")
    return joined((element("div", *columns, class_="columns"), note if up or down else None))


def _telling(sentences: Iterable[SentenceSentiment]) -> list[SentenceSentiment]:
    """Return the strongest, the longest of equals first, and no two from one moment: those would tell one story."""
    chosen: dict[object, SentenceSentiment] = {}
    for each in sorted(sentences, key=lambda each: (-abs(each.polarity), -len(each.text), each.start)):
        moment = each.start if each.begin_s is None else (each.speaker, each.begin_s)
        chosen.setdefault(moment, each)
    return list(chosen.values())[:_EXAMPLES]


def _quotes(title: str, sentences: Iterable[SentenceSentiment], voice: Voice, *, none: str, class_: str) -> Html:
    quotes = [_quote(each, voice) for each in sentences] or [element("p", none)]
    return element("div", element("h4", title), *quotes, class_=f"quotes {class_}")


def _quote(sentence: SentenceSentiment, voice: Voice) -> Html:
    who = isolated(sentence.speaker) if sentence.speaker else None
    when = None if sentence.begin_s is None else element("span", voice.clock(sentence.begin_s))
    figure = element("span", voice.polarity(sentence.polarity), class_="strong")
    facts = [piece for piece in (who, when, figure) if piece is not None]
    divided = [piece for part in facts for piece in (" · ", part)][1:]
    return element(
        "blockquote",
        element("p", shortened(sentence.text, _LONGEST_QUOTE), dir="auto"),
        element("footer", *divided),
    )
