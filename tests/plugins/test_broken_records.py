"""Records made by hand that no analyzer gives: the refusal says what is wrong and where, before anything is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve

from qualia import Core, Settings
from qualia.errors import UnsupportedInput
from qualia.records import Sentiment, WordCount, WordFrequencies
from qualia.testing import sample, sample_record

NUMBERS = (10**400, -(10**400), math.nan, math.inf, -math.inf, 1e101, "7", b"7", None, [1], True)
SMALL = {"width": 480, "height": 360}
CHARTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("wordcloud_viz", "word-frequencies/1", SMALL),
    ("frequency_chart", "word-frequencies/1", SMALL),
    ("sentiment_viz", "sentiment/1", SMALL),
)


@pytest.fixture(scope="module")
def core() -> Iterator[Core]:
    """Open a Core that calls everything here."""
    with Core(settings=Settings(cache_max_bytes=0, isolation={"*": "inline"})) as opened:
        yield opened


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: str(number)[:8])
@pytest.mark.parametrize("plugin", ["wordcloud_viz", "frequency_chart"])
def test_a_count_that_is_none_is_refused(core: Core, plugin: str, number: Any) -> None:
    """The refusal names the place in the record, whatever stands there."""
    record = WordFrequencies(words=(WordCount("bom", 3), WordCount("dia", number)), total=4, distinct=2)
    with pytest.raises(UnsupportedInput, match=r"damaged record: WordFrequencies\.words\[1\]\.count is "):
        core.run(plugin, record, SMALL)


@pytest.mark.parametrize("number", [*NUMBERS[:8]], ids=lambda number: str(number)[:8])
def test_a_polarity_that_is_none_is_refused(core: Core, number: Any) -> None:
    """A figure nobody can draw is refused by name."""
    record = evolve(sample_record("sentiment/1", sample()), polarity=number)
    with pytest.raises(UnsupportedInput, match=r"damaged record: Sentiment\.polarity is "):
        core.run("sentiment_viz", record, SMALL)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("label", "joyful", "it may be 'negative', 'neutral', 'positive'"),
        ("status", None, "it may be 'ok', 'empty', 'unsupported'"),
        ("sentences", None, "is a NoneType where tuple belongs"),
        ("sentences", ("Bom.",), r"\.sentences\[0\] is a str where SentenceSentiment belongs"),
        ("interpretation", b"x", "is a bytes where str belongs"),
    ],
)
def test_a_field_of_another_kind_is_refused(core: Core, field: str, value: Any, sentence: str) -> None:
    """What a field may hold is said in the refusal."""
    record: Sentiment = evolve(sample_record("sentiment/1", sample()), **{field: value})
    with pytest.raises(UnsupportedInput, match=sentence):
        core.run("meeting_report", [record, sample_record("word-frequencies/1", sample())])


@pytest.mark.parametrize(("plugin", "schema", "params"), CHARTS)
@pytest.mark.parametrize("number", [-5, 0, 10**30, 10**100])
def test_odd_counts_are_drawn(core: Core, plugin: str, schema: str, params: dict[str, Any], number: int) -> None:
    """A number that can be drawn is no fault, however unlikely it is."""
    record = sample_record(schema, sample())
    odd = (
        evolve(record, words=tuple(evolve(each, count=number) for each in record.words))
        if schema.startswith("word")
        else evolve(record, judged=number, polarity=float(number), words=())
    )
    assert core.run(plugin, odd, {**params, "format": "svg"}).value.data
