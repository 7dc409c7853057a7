"""The samples are what they say, and hold to what documents and records promise."""

from __future__ import annotations

from typing import Any

import pytest

from qualia.document import Document
from qualia.records import SCHEMAS, Sentiment, WordFrequencies
from qualia.testing import odd_texts, sample, sample_record
from qualia.testing.samples import SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_has_a_segment_with_speaker_and_times_for_each_turn(name: Any) -> None:
    """Segments lie in order, hold the words without the name, and have times that go on."""
    document = sample(name)
    at = 0
    for segment in document.segments:
        assert segment.speaker is not None
        assert segment.begin_s is not None
        assert segment.end_s is not None
        assert at <= segment.start <= segment.end
        assert segment.begin_s < segment.end_s
        # A segment never begins with a mark that belongs to what is before it.
        assert name == "odd" or document.text[: segment.start].endswith(f"{segment.speaker}: ")
        at = segment.end
    assert document.segments


def test_the_meetings_are_of_two_people_in_two_languages() -> None:
    """The English and the Portuguese sample are small meetings of two."""
    for name, language in (("en", "en"), ("pt", "pt")):
        document = sample(name)  # type: ignore[arg-type]
        assert document.language == language
        assert {segment.speaker for segment in document.segments} == {"Ana", "Bruno"}


def test_a_sample_is_the_same_every_time() -> None:
    """Asking twice gives equal documents, so that results can be compared."""
    assert [sample(name).id for name in SAMPLES] == [sample(name).id for name in SAMPLES]


def test_an_unknown_sample_names_the_known() -> None:
    """A wrong name is answered with the right ones."""
    with pytest.raises(ValueError, match="there is no sample 'fr'; use one of en, pt, short, long, odd"):
        sample("fr")  # type: ignore[arg-type]


def test_every_odd_text_can_be_stored_and_sent() -> None:
    """Odd as they are, all of them are Unicode that UTF-8 can hold: no file could hold anything else."""
    for text in odd_texts().values():
        document = Document(text)
        assert Document.from_json(document.to_json().encode()) == document


def test_a_sample_record_tells_of_its_document() -> None:
    """Counts and speakers of a sample record are those of the document it was made of."""
    words = sample_record("word-frequencies/1", sample("short"))
    assert isinstance(words, WordFrequencies)
    assert [(each.word, each.count) for each in words.words] == [("yes.", 1)]
    sentiment = sample_record("sentiment/1", Document(""))
    assert isinstance(sentiment, Sentiment)
    assert (sentiment.status, sentiment.polarity) == ("empty", None)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_there_is_a_sample_of_every_record(schema: str) -> None:
    """Whatever a plugin may consume, it can be tried on; marks make records differ."""
    assert sample_record(schema).schema == schema
    assert sample_record(schema, mark=1) != sample_record(schema)


def test_a_record_without_a_sample_is_refused() -> None:
    """A schema nobody knows is named."""
    with pytest.raises(ValueError, match="no sample of a record 'topics/1'"):
        sample_record("topics/1")
