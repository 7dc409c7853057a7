"""The report's page: what it says, what it never does, and how it takes texts from strangers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any, TypeVar

import pytest

from qualia.cli.report import Meeting, Picture, report_page
from qualia.document import Document, Segment
from qualia.draw import Language, contrast
from qualia.records import (
    SentenceSentiment,
    Sentiment,
    SpeakerSentiment,
    SpeakerWords,
    WordCount,
    WordFrequencies,
)
from qualia.result import Artifact, Provenance, Result

T = TypeVar("T")

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title></bdi><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "&lt;b&gt; &amp; {name} %s \\",
    "\u202eevil\u2066",
    "a\x00b\ud800",
)
UNSUPPORTED = Sentiment(status="unsupported", language="pt", reason="Only English can be judged.")
EMPTY = Sentiment(status="empty", language=None, reason="There is no text.")
SVG = Artifact(media_type="image/svg+xml", data=b"<svg xmlns='http://www.w3.org/2000/svg'/>", name="a.svg")


def made_by(plugin: str, value: T, *, upstream: tuple[Provenance, ...] = (), **params: Any) -> Result[T]:
    """Return a value as if a plugin had given it."""
    provenance = Provenance(
        plugin=plugin,
        version="1.2.3",
        code_hash="c0de" * 16,
        params=params,
        produces=None,
        inputs={"document": "d1ce" * 16},
        upstream=upstream,
        engine_version="9.9.9",
        started_at=datetime(2026, 3, 7, 12, 30, 5, tzinfo=UTC),
        host={"python": "3.11.7", "textblob": "0.19.0"},
    )
    return Result(value=value, provenance=provenance, key="k", elapsed_s=0.1)


def transcript(names: Sequence[str], *, timed: bool = True, removed: Sequence[Mapping[str, str]] = ()) -> Document:
    """Return a document in which each name says two words in turn, ten seconds each."""
    parts, segments, at = [], [], 0
    for place, name in enumerate(names):
        said = f"good words {place}"
        begin = 10.0 * place if timed else None
        segments.append(
            Segment(at, at + len(said), speaker=name, begin_s=begin, end_s=None if begin is None else begin + 8)
        )
        parts.append(said)
        at += len(said) + 1
    return Document("\n".join(parts) or " ", segments=segments, metadata={"removed": removed} if removed else {})


def frequencies(words: Sequence[str], speakers: Sequence[str] = ()) -> WordFrequencies:
    """Return counts that fall from the first word to the last, the same for everybody."""
    counted = tuple(WordCount(word, len(words) - place) for place, word in enumerate(words))
    total = sum(each.count for each in counted)
    said = tuple(SpeakerWords(speaker=name, words=counted, total=total) for name in speakers)
    return WordFrequencies(words=counted, total=total, distinct=len(words), speakers=said, stop_words=7)


def judged(texts: Sequence[tuple[str, str, float]]) -> Sentiment:
    """Return a sentiment of sentences given as (speaker, text, polarity)."""
    sentences = tuple(
        SentenceSentiment(
            text=text,
            start=10 * place,
            end=10 * place + 5,
            polarity=polarity,
            subjectivity=0.5,
            label="positive" if polarity > 0.1 else "negative" if polarity < -0.1 else "neutral",
            speaker=speaker,
            begin_s=61.0 * place,
        )
        for place, (speaker, text, polarity) in enumerate(texts)
    )
    speakers = tuple(
        SpeakerSentiment(speaker=name, polarity=0.25, subjectivity=0.5, label="positive", sentences=1)
        for name in dict.fromkeys(speaker for speaker, _, _ in texts)
    )
    return Sentiment(
        status="ok",
        language="en",
        polarity=0.25,
        subjectivity=0.5,
        label="positive",
        sentences=sentences,
        speakers=speakers,
        method="Lexicon 1",
    )


def meeting(
    *,
    title: str = "Budget",
    language: Language = "en",
    document: Document | None = None,
    words: WordFrequencies | None = None,
    sentiment: Sentiment = UNSUPPORTED,
    pictures: Mapping[Picture, Artifact] | None = None,
    command: str | None = None,
) -> Meeting:
    """Return a meeting of two people, or of what is given."""
    cleaned = made_by("cleaner", document or transcript(["Ana", "Bob", "Ana"]), merge=True)
    counted = words if words is not None else frequencies(["budget", "spring"], ["Ana", "Bob"])
    return Meeting(
        title=title,
        language=language,
        document=cleaned,
        words=made_by("counter", counted, upstream=(cleaned.provenance,), top=10),
        sentiment=made_by("judge", sentiment, upstream=(cleaned.provenance,)),
        pictures={name: made_by(f"draws_{name}", value) for name, value in (pictures or {}).items()},
        command=command,
    )


class Page(HTMLParser):
    """Everything a page holds, as a browser would find it."""

    def __init__(self, source: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(source.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "source", "link", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        """What is to be read, on one line."""
        return " ".join("".join(self.texts).split())

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of each element of a name."""
        return [attributes for name, attributes in self.tags if name == tag]


def shown(*meetings: Meeting, **options: Any) -> Page:
    """Return the page of some meetings, parsed."""
    page = Page(report_page(meetings, **options))
    assert page.open == []
    return page


ALL_PICTURES: Mapping[Picture, Artifact] = dict.fromkeys(("chart", "chart_phone", "cloud", "mood", "mood_phone"), SVG)
FULL = meeting(
    sentiment=judged([("Ana", "It is lovely.", 0.9), ("Bob", "It is awful.", -1.0), ("Bob", "It is.", 0.0)]),
    pictures=ALL_PICTURES,
    document=transcript(["Ana", "Bob", "Bob"], removed=[{"text": "Ana joined", "reason": "system line"}]),
    command="qualia pipeline a.vtt -c b.toml",
)


def assert_harmless(page: Page) -> None:
    """Assert that a page runs nothing and asks nobody for anything."""
    for tag, attributes in page.tags:
        assert tag not in {"script", "iframe", "object", "embed", "link", "form", "base"}
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in {"src", "srcset"}:
                assert (value or "").startswith("data:image/")
            if name == "href":
                assert (value or "").startswith("#")


def test_it_asks_no_host_and_runs_nothing() -> None:
    """A full report has no script, no handler, and no reference outside itself."""
    assert_harmless(shown(FULL, meeting(language="pt")))


def test_its_policy_forbids_every_request() -> None:
    """A content security policy allows inline style and embedded pictures, and nothing else."""
    metas = shown(FULL).attributes("meta")
    policy = next(str(each["content"]) for each in metas if each.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")


def test_its_style_loads_nothing() -> None:
    """The style sheet imports nothing and names no address."""
    source = report_page([FULL]).decode()
    style = source[source.index("<style>") : source.index("</style>")]
    assert re.search(r"@import|url\(|https?:", style) is None


def test_equal_meetings_give_equal_bytes() -> None:
    """The page depends on its meetings alone, not on the moment or on how long a plugin took."""
    assert report_page([FULL]) == report_page([FULL])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_from_strangers_stays_text(hostile: str) -> None:
    """Names, words, titles, sentences, reasons and params that look like markup make no element and no attribute."""
    safe = "".join(char for char in hostile if char not in "\x00\ud800")
    page = shown(
        meeting(
            title=hostile,
            document=transcript([safe or "x", "Bob"], removed=[{"text": hostile, "reason": hostile}]),
            words=frequencies([hostile, "word"], [hostile]),
            sentiment=judged([(hostile, hostile, 0.9), (hostile, hostile, -0.9)]),
            pictures=ALL_PICTURES,
            command=hostile,
        ),
        meeting(title=hostile, sentiment=Sentiment(status="unsupported", language=hostile, reason=hostile)),
        title=hostile,
    )
    innocent = shown(
        meeting(
            title="t",
            document=transcript(["n", "Bob"], removed=[{"text": "x", "reason": "y"}]),
            words=frequencies(["w", "word"], ["n"]),
            sentiment=judged([("n", "s", 0.9), ("n", "s", -0.9)]),
            pictures=ALL_PICTURES,
            command="c",
        ),
        meeting(title="t", sentiment=Sentiment(status="unsupported", language="xx", reason="r")),
        title="t",
    )
    assert_harmless(page)
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in innocent.tags]


def test_marks_that_turn_direction_are_gone() -> None:
    """No override reaches the page, and each name stands in an element that isolates its direction."""
    name = "\u05d3\u05e0\u05d4 \u202eevil"
    source = report_page([meeting(document=transcript([name]), words=frequencies(["w"], [name]))]).decode()
    assert "\u202e" not in source
    assert "<bdi>\u05d3\u05e0\u05d4 evil</bdi>" in source


def test_unsupported_sentiment_is_said_in_words() -> None:
    """Where the language cannot be judged the report gives the reason and no figure or picture of sentiment."""
    page = shown(meeting(language="pt", pictures=ALL_PICTURES))
    assert "O sentimento não foi avaliado nesta reunião" in page.text
    assert "Idioma do texto: português." in page.text
    assert "Only English can be judged." in page.text
    assert "0,00" not in page.text
    assert len(page.attributes("img")) == 2
    assert "draws_mood" not in page.text


def test_empty_sentiment_is_said_in_words() -> None:
    """A text without sentences has no figures, and the report says so."""
    text = shown(meeting(sentiment=EMPTY)).text
    assert "There are no sentences to judge" in text
    assert "There is no text." in text


def test_sentiment_shows_examples_with_speaker_and_moment() -> None:
    """The strongest sentences stand there with who said them, when, and their figure."""
    text = shown(FULL).text
    assert "It is lovely.Ana · 0:00 · +0.90" in text
    assert "It is awful.Bob · 1:01 · −1.00" in text
    assert "It is.Bob" not in text


def test_examples_come_from_different_turns() -> None:
    """Of two strong sentences of one turn only the stronger is an example."""
    first, second = judged([("Ana", "Great.", 1.0), ("Ana", "Superb day.", 0.9)]).sentences
    again = SentenceSentiment(
        text="Lovely.", start=3, end=8, polarity=0.8, subjectivity=0.5, label="positive", speaker="Ana", begin_s=0.0
    )
    sentiment = Sentiment(
        status="ok", language="en", polarity=0.5, subjectivity=0.5, label="positive", sentences=(first, again, second)
    )
    text = shown(meeting(sentiment=sentiment)).text
    assert ("Great.Ana" in text, "Superb day.Ana" in text, "Lovely.Ana" in text) == (True, True, False)


def test_figures_without_sentences_are_shown() -> None:
    """A record that kept no sentences still has its mean and its speakers."""
    sentiment = Sentiment(status="ok", language="en", polarity=-0.5, subjectivity=0.1, label="negative")
    text = shown(meeting(sentiment=sentiment)).text
    assert "The tone is negative on the whole: −0.50" in text


def test_one_speaker() -> None:
    """A monologue is all theirs."""
    text = shown(meeting(document=transcript(["Ana"]))).text
    assert "Ana spoke most: 100% of all words." in text


def test_forty_speakers() -> None:
    """The table names everybody; lanes and cards show the twelve who spoke most and say so."""
    names = [f"Person {place:02d}" for place in range(40)]
    page = shown(meeting(document=transcript(names), words=frequencies(["word"], names)))
    table = page.text.partition("Share")[2].partition("Who spoke when")[0]
    assert re.findall(r"Person \d\d", table) == names
    assert len(page.attributes("svg")) == 12
    assert page.text.count("Only the 12 who spoke most are shown here; all 40 are in the table above.") == 2


def test_no_speakers() -> None:
    """A text that names nobody is reported without a table of speakers."""
    page = shown(meeting(document=Document("Just some words."), words=frequencies(["words"])))
    assert "The transcript names no speakers." in page.text
    assert "0Speakers" not in page.text.replace(" ", "")
    assert page.attributes("svg") == []


def test_no_times() -> None:
    """Without times there is no duration, no minutes and no strip."""
    page = shown(meeting(document=transcript(["Ana", "Bob"], timed=False)))
    assert "The transcript has no times" in page.text
    assert "Duration" not in page.text
    assert "Min." not in page.text
    assert page.attributes("svg") == []


def test_no_words() -> None:
    """A record without words gives a sentence, not an empty picture."""
    page = shown(meeting(words=frequencies([]), pictures=ALL_PICTURES))
    assert "There are no words to count." in page.text
    assert page.attributes("img") == []


def test_a_cleaners_own_figures_are_preferred() -> None:
    """Turns, words and seconds come from the cleaned document's metadata where it has them."""
    noted = {"name": "Ana", "turns": 5, "words": 1234, "seconds": 90.0, "share": 1.0, "first_s": 0.0}
    document = Document("one two", segments=[Segment(0, 7, speaker="Ana")], metadata={"speakers": [noted]})
    assert "Ana 5 1,234 1.5 100%" in " ".join(Page(report_page([meeting(document=document)])).texts)


@pytest.mark.parametrize("noted", ["everyone", 3, [1], [{"name": "Ana"}], {"name": "Ana"}])
def test_metadata_of_another_shape_is_passed_over(noted: Any) -> None:
    """A cleaner that notes something else under the same name breaks nothing: the segments are counted."""
    document = Document(
        "one two", segments=[Segment(0, 7, speaker="Ana")], metadata={"speakers": noted, "removed": noted}
    )
    assert "Ana spoke most: 100%" in shown(meeting(document=document)).text


def test_figures_follow_the_language() -> None:
    """Portuguese writes dates, decimals and thousands its own way."""
    noted = {"name": "Ana", "turns": 5, "words": 1234, "seconds": 90.0, "share": 1.0, "first_s": 0.0}
    document = Document("um dois", segments=[Segment(0, 7, speaker="Ana")], metadata={"speakers": [noted]})
    text = shown(meeting(language="pt", document=document)).text
    assert "Análise de 7 de março de 2026" in text
    assert "1.234" in text
    assert "1,5" in text


def test_each_meeting_is_in_its_own_language() -> None:
    """The page names its language, and each article its own."""
    page = shown(meeting(language="pt"), meeting(language="en"), language="en", title="Both")
    assert page.attributes("html") == [{"lang": "en"}]
    assert [each["lang"] for each in page.attributes("article")] == ["pt-BR", "en"]
    assert page.attributes("h1") == [{}]


def test_a_single_meeting_needs_no_cover() -> None:
    """One meeting heads its own page, which still has one first heading."""
    page = shown(meeting(title="Budget"))
    assert page.attributes("nav") == []
    assert len(page.attributes("h1")) == 1


def test_a_report_needs_a_meeting() -> None:
    """A page about nothing is refused."""
    with pytest.raises(ValueError, match="at least one meeting"):
        report_page([])


def test_the_method_names_every_step_once() -> None:
    """Each plugin stands there with version, code, params, inputs and libraries, also those behind the results."""
    text = shown(FULL).text
    assert text.count("cleaner version 1.2.3") == 1
    assert "top = 10" in text
    assert "c0dec0dec0de" in text
    assert "document d1ced1ced1ce" in text
    assert "2026-03-07 12:30:05 UTC" in text
    assert "python 3.11.7, textblob 0.19.0" in text
    assert "qualia-core 9.9.9" in text
    assert "Lexicon 1" in text
    assert "qualia pipeline a.vtt -c b.toml" in text


def test_what_was_removed_stands_there_with_its_reason() -> None:
    """Each piece left out is listed; a reason the report knows is in its language."""
    removed = [{"text": "Ana entrou", "reason": "system line"}, {"text": "Hm", "reason": "too short"}]
    page = shown(meeting(language="pt", document=transcript(["Ana"], removed=removed)))
    assert "Ana entroulinha do programa de reuniões" in page.text
    assert "Hmtoo short" in page.text
    assert page.attributes("details") == [{}]


def test_pictures_have_alternative_text() -> None:
    """Every picture says in words what it shows."""
    images = shown(FULL).attributes("img")
    assert len(images) == 3
    assert all("budget (2)" in str(each["alt"]) or "Sentiment" in str(each["alt"]) for each in images)


def test_a_page_is_no_picture() -> None:
    """An artifact that an image cannot show is left out."""
    page = Artifact(media_type="text/html", data=b"<p>", name="a.html")
    assert shown(meeting(pictures={"chart": page})).attributes("img") == []


def test_tables_have_captions() -> None:
    """Every table says what it holds."""
    page = shown(FULL)
    assert len(page.attributes("caption")) == len(page.attributes("table")) > 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(scheme: str) -> None:
    """Text, second-rank text and links have 4.5:1 on page and tint, in the light scheme and in the dark one."""
    rules = re.findall(r":root\{(--[^}]*)\}", report_page([FULL]).decode())
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", rules[scheme == "dark"]))
    for ink in ("ink", "muted", "accent"):
        assert min(contrast(colours[ink], colours[ground]) for ground in ("page", "tint")) >= 4.5
