"""What the strategies make is valid, and as odd as they promise."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from qualia.core import Core
from qualia.document import Document
from qualia.plugin import Analyzer, build_params, param
from qualia.records import Sentiment, WordFrequencies
from qualia.testing import documents, params_of, records, segments, sentiments, texts, word_frequencies
from tests.testing.places import analyzer, write_plugin

FEW = settings(max_examples=40)
SEEN = settings(max_examples=300, phases=(Phase.generate,))


@frozen
class Params:
    count: int = param(3, ge=1.5, le=9, help="A number.")
    any_number: int = param(0, help="Any number.")
    share: float = param(0.5, ge=0, le=1, help="A share.")
    flag: bool = param(False, help="A flag.")
    name: str | None = param(None, help="A name.")
    skip: tuple[str, ...] = param((), help="Words.")


class Toy(Analyzer[Params, int]):
    def analyze(self, document: Document, params: Params, *args: Any, **records: Any) -> int:
        return params.count


@FEW
@given(params_of(Toy))
def test_params_are_what_the_class_declares(values: dict[str, Any]) -> None:
    """Whatever is drawn passes the check that every run's params pass."""
    build_params(Params, values, plugin="toy")


def test_params_are_found_by_id_too(tmp_path: Path) -> None:
    """With a Core an id is enough; without one it is refused with what is missing."""
    write_plugin(tmp_path, analyzer("return {}"))
    with Core(tmp_path) as core:
        assert find(params_of("toy", core), lambda values: values.get("count") == 9) == {"count": 9}
    with pytest.raises(ValueError, match="give a Core too"):
        params_of("toy")


@pytest.mark.parametrize(
    "is_odd",
    [
        pytest.param(lambda text: not unicodedata.is_normalized("NFC", text), id="nfd"),
        pytest.param(lambda text: any(unicodedata.bidirectional(each) in ("R", "AL") for each in text), id="rtl"),
        pytest.param(lambda text: "\u200d" in text, id="zwj"),
        pytest.param(lambda text: "\x00" in text, id="control"),
        pytest.param(lambda text: text != "" and unicodedata.combining(text[0]) > 0, id="lone-mark"),
        pytest.param(lambda text: "\r\n" in text, id="crlf"),
        pytest.param(lambda text: text.startswith("\ufeff"), id="bom"),
        pytest.param(lambda text: "\u200b" in text, id="zero-width"),
    ],
)
def test_texts_are_odd_in_every_promised_way(is_odd: Any) -> None:
    """Each oddity is met soon."""
    assert is_odd(find(texts(), is_odd))


def test_a_huge_line_comes_when_it_is_asked_for() -> None:
    """A line of 100,000 characters is among the texts only with ``huge``."""
    assert find(texts(huge=True).map(len), lambda length: length == 100_000) == 100_000


@FEW
@given(st.data())
def test_segments_lie_in_the_text_in_order(data: st.DataObject) -> None:
    """None overlaps another, and times, if any, go on."""
    text = data.draw(texts(max_size=30))
    found = data.draw(segments(text))
    assert all(0 <= each.start <= each.end <= len(text) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    times = [time for each in found for time in (each.begin_s, each.end_s) if time is not None]
    assert times == sorted(times)


@FEW
@given(documents(max_size=50))
def test_a_document_travels(document: Document) -> None:
    """Each document is one that can be written as JSON and read again."""
    assert Document.from_json(document.to_json()) == document


@FEW
@given(word_frequencies())
def test_word_frequencies_add_up(found: WordFrequencies) -> None:
    """Words are ranked, totals reach to what is listed, and the speakers have no more than there is."""
    assert list(found.words) == sorted(found.words, key=lambda each: (-each.count, each.word))
    assert sum(each.count for each in found.words) <= found.total
    assert len(found.words) <= found.distinct
    assert found.hapax <= found.distinct
    assert sum(each.total for each in found.speakers) <= found.total
    assert all(sum(word.count for word in each.words) <= each.total for each in found.speakers)


@FEW
@given(sentiments())
def test_a_sentiment_has_figures_when_it_is_ok_and_only_then(found: Sentiment) -> None:
    """Figures lie in their ranges, and each speaker has as many sentences as stand there, if the list is there."""
    assert (found.status == "ok") is (found.polarity is not None) is (found.label is not None)
    judged: tuple[Any, ...] = (*found.sentences, *found.speakers)
    for each in judged:
        assert -1 <= each.polarity <= 1
        assert 0 <= each.subjectivity <= 1
    for speaker in found.speakers if found.sentences else ():
        assert speaker.sentences == sum(1 for each in found.sentences if each.speaker == speaker.speaker)


@FEW
@given(word_frequencies())
def test_what_comes_only_when_asked_for_fits_the_words(found: WordFrequencies) -> None:
    """Rates are of the running words, parts have what the words have, and each figure lies in its range."""
    if not found.running:
        assert (found.parts, found.keyness, found.collocations, found.diversity) == ((), (), (), None)
        return
    assert found.running >= found.total + found.stop_words
    assert sum(each.count for each in found.left_out) == found.stop_words
    assert all(each.per_million == round(each.count / found.running * 1e6, 2) for each in found.words)
    assert [each.word for each in found.dispersion] == [each.word for each in found.words if found.parts]
    for word, spread in zip(found.words, found.dispersion, strict=bool(found.dispersion)):
        assert len(spread.in_parts) == len(found.parts)
        assert sum(spread.in_parts) <= word.count
        assert spread.dp is None or 0 <= spread.dp <= (spread.dp_norm or 0.0) <= 1
    for key in found.keyness:
        assert key.part in {each.speaker for each in found.speakers}
        assert key.g2 >= 0 < key.log_ratio
        assert 0 <= key.p <= 1
    assert all(each.log_dice <= 14 for each in found.collocations)
    assert all(one.end <= other.start for one, other in pairwise(found.contexts))


@FEW
@given(sentiments())
def test_what_decided_a_sentiment_stands_in_its_sentences(found: Sentiment) -> None:
    """Words lie in their sentences, examples are of their label, shares are one, and moments follow each other."""
    for each in found.sentences:
        assert all(each.start <= word.start < word.end <= each.end for word in each.words)
    assert {each.label for each in found.most_positive} <= {"positive"}
    assert {each.label for each in found.most_negative} <= {"negative"}
    assert sum(each.share for each in found.languages) == pytest.approx(1 if found.languages else 0)
    assert all(one.end <= other.start for one, other in pairwise(found.timeline))
    assert found.judged is None or found.judged >= len(found.sentences)
    assert all((each.positive or 0) + (each.negative or 0) <= each.sentences for each in found.speakers)


@pytest.mark.parametrize(
    "section", ["keyness", "tf_idf", "parts", "dispersion", "collocations", "contexts", "diversity", "left_out"]
)
def test_every_section_of_word_frequencies_comes(section: str) -> None:
    """Each is filled soon, and each is empty soon."""
    assert getattr(find(word_frequencies(), lambda found: bool(getattr(found, section)), settings=SEEN), section)
    assert not getattr(find(word_frequencies(), lambda found: not getattr(found, section), settings=SEEN), section)


@pytest.mark.parametrize("section", ["words", "timeline", "most_positive", "most_negative", "languages", "judged"])
def test_every_section_of_a_sentiment_comes(section: str) -> None:
    """Each is filled soon, and a sentiment that has figures may lack it."""
    assert getattr(find(sentiments(), lambda found: bool(getattr(found, section)), settings=SEEN), section)
    assert not getattr(
        find(sentiments(), lambda found: found.status == "ok" and not getattr(found, section), settings=SEEN), section
    )


@settings(max_examples=10)
@given(records("sentiment/1"), records())
def test_records_are_of_the_schemas_asked_for(one: Any, any_of_them: Any) -> None:
    """Without a schema, any record may come."""
    assert isinstance(one, Sentiment)
    assert isinstance(any_of_them, (Sentiment, WordFrequencies))
