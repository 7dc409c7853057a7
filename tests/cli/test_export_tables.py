"""A value as tables: nothing is lost, rows keep their order, and names are what people can use."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qualia._values import to_plain
from qualia.cli.export.tables import Table, tables_of
from qualia.document import Document, Segment
from qualia.records import PartWords, Sentiment, WordCount, WordFrequencies, WordSpread
from qualia.testing.strategies import documents, records

SINGLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
KEYS = st.sampled_from(("a", "b", "name", "row", "speaker", "summary", "more", "value", "")) | st.text(max_size=3)
DATA = st.recursive(
    SINGLE, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=25
)


def leaves(value: object) -> Iterator[object]:
    """Yield every single value in data, those that stand in JSON within a cell too."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            yield from leaves(json.loads(value))
        except ValueError:
            yield value
    elif value not in (None, ""):
        yield (type(value).__name__, value)


def held(tables: tuple[Table, ...]) -> Counter[object]:
    """Count the single values in all cells."""
    return Counter(each for table in tables for row in table.rows for each in leaves(row))


def named(tables: tuple[Table, ...]) -> dict[str, Table]:
    """Return tables by their names."""
    assert len({table.name for table in tables}) == len(tables)
    return {table.name: table for table in tables}


def is_sound(tables: tuple[Table, ...]) -> bool:
    """Tell whether names and columns are unlike each other and every row is as long as its columns."""
    return len({table.name for table in tables}) == len(tables) and all(
        len(set(table.columns)) == len(table.columns) and all(len(row) == len(table.columns) for row in table.rows)
        for table in tables
    )


@given(data=DATA)
def test_every_single_value_of_any_data_stands_in_a_cell(data: Any) -> None:
    """Data of any shape lose no value, and give at least one table whose rows fit its columns."""
    tables = tables_of(data)
    assert tables
    assert is_sound(tables)
    assert not Counter(leaves(data)) - held(tables)


@given(record=records())
def test_every_row_of_a_record_is_a_row_of_a_table(record: Any) -> None:
    """Each list of a record has a table with as many rows, and no value of the record is lost."""
    plain = json.loads(json.dumps(to_plain(record)))
    tables = tables_of(plain, schema=record.schema)
    assert tables == tables_of(record) == tables_of(plain)
    assert is_sound(tables)
    assert not Counter(leaves(plain)) - held(tables)
    by_name = named(tables)
    for name, rows in plain.items():
        if isinstance(rows, list) and rows:
            assert len(by_name[name].rows) == len(rows)


@given(document=documents())
def test_a_document_keeps_its_segments_and_its_text(document: Document) -> None:
    """Segments are rows with their words, and the lines together are the text."""
    tables = tables_of(document)
    assert is_sound(tables)
    by_name = named(tables)
    assert tables[0].name == "segments"
    spoken = [row[0] for row in tables[0].rows]
    assert spoken == ([document.text[each.start : each.end] for each in document.segments] or [document.text])
    assert "\n".join(str(row[1]) for row in by_name["lines"].rows) == document.text


def test_word_frequencies_begin_with_the_words() -> None:
    """The main table of word frequencies holds the words, and has its columns when there are none."""
    empty = tables_of(WordFrequencies(words=(), total=0, distinct=0))
    assert empty[0] == Table("words", ("word", "count", "per_million"), ())
    full = tables_of(WordFrequencies(words=(WordCount("plan", 2),), total=2, distinct=1))
    assert full[0] == Table("words", ("word", "count", "per_million"), (("plan", 2, None),))
    assert full[1].name == "summary"
    assert ("total", 2) in full[1].rows


def test_sentences_come_first_with_their_offsets_last() -> None:
    """The main table of sentiment holds the sentences: text and figures first, offsets behind them."""
    table = tables_of(Sentiment(status="empty", language=None))[0]
    assert table.name == "sentences"
    assert table.columns[:4] == ("row", "text", "polarity", "subjectivity")
    assert table.columns[-2:] == ("start", "end")


def test_what_a_part_has_of_a_word_is_a_row() -> None:
    """Occurrences by part are rows that name the word, the part and its number."""
    parts = (
        PartWords(name="Ana", total=2, distinct=1, running=3),
        PartWords(name="Bo", total=1, distinct=1, running=1),
    )
    spread = (WordSpread(word="plan", in_parts=(2, 1), dp=0.1),)
    by_name = named(tables_of(WordFrequencies(words=(), total=0, distinct=0, parts=parts, dispersion=spread)))
    assert by_name["dispersion"] == Table("dispersion", ("row", "word", "dp", "dp_norm"), ((1, "plan", 0.1, None),))
    assert by_name["dispersion_parts"].columns == ("dispersion_row", "word", "part", "part_name", "count")
    assert by_name["dispersion_parts"].rows == ((1, "plan", 1, "Ana", 2), (1, "plan", 2, "Bo", 1))


def test_rows_within_rows_say_which_they_belong_to() -> None:
    """A list within a row becomes a table that begins with the number of that row and its label."""
    data = [
        {"name": "x", "hits": [{"at": 1}, {"at": 2}]},
        {"name": "y", "hits": []},
        {"name": "z", "hits": [{"at": 9}]},
    ]
    by_name = named(tables_of(data))
    assert by_name["values"].rows == ((1, "x"), (2, "y"), (3, "z"))
    assert by_name["values_hits"].columns == ("values_row", "name", "at")
    assert by_name["values_hits"].rows == ((1, "x", 1), (1, "x", 2), (3, "z", 9))


def test_a_label_that_rows_have_too_is_named_after_its_table() -> None:
    """Where a row and the rows within it have a column of one name, the outer one carries its table's name."""
    table = named(tables_of([{"name": "x", "of": [{"name": "inner"}]}]))["values_of"]
    assert table.columns == ("values_row", "values_name", "name")


def test_mappings_become_facts_columns_and_rows_by_name() -> None:
    """Facts are two columns, a mapping within a row becomes columns, and mappings of one shape become rows."""
    data = {
        "n": 1,
        "none": [],
        "rows": [{"a": {"x": 1, "y": 2}}, {"a": {"x": 3}}],
        "by": {"Ana": {"k": 1}, "Bo": {"k": 2}},
        "one": {"p": 5},
    }
    tables = tables_of(data)
    by_name = named(tables)
    assert [table.name for table in tables[:2]] == ["rows", "summary"]
    assert by_name["rows"] == Table("rows", ("a_x", "a_y"), ((1, 2), (3, None)))
    assert by_name["summary"].rows == (("n", 1), ("none", "[]"))
    assert by_name["by"] == Table("by", ("name", "k"), (("Ana", 1), ("Bo", 2)))
    assert by_name["one"] == Table("one", ("name", "value"), (("p", 5),))


def test_columns_without_number_stay_within_bounds() -> None:
    """Rows of a thousand different names do not become a thousand columns; the rest stands as JSON in the last."""
    table = tables_of([{f"k{number}": number} for number in range(1_000)])[0]
    assert len(table.columns) == 257
    assert table.columns[-1] == "more"
    assert json.loads(str(table.rows[-1][-1])) == {"k999": 999}


def test_what_is_nested_without_end_is_json_in_a_cell() -> None:
    """Deep data end as JSON in a cell instead of a table below a table below a table."""
    data: Any = {"leaf": 1}
    for _level in range(60):
        data = {"in": data, "n": [data]}
        if len(json.dumps(data)) > 100_000:
            break
    assert len(tables_of(data)) < 1_000


def test_segments_of_a_document_have_their_words() -> None:
    """A segment's row begins with its words, its speaker and its times."""
    document = Document("Ana: hi", segments=(Segment(5, 7, speaker="Ana", begin_s=1.0, end_s=2.0),))
    table = tables_of(document)[0]
    assert table.columns == ("text", "speaker", "begin_s", "end_s", "start", "end")
    assert table.rows == (("hi", "Ana", 1.0, 2.0, 5, 7),)
