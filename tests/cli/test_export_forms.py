"""The forms of tables: whatever stands in a cell is read back as it was, or as the documentation says."""

from __future__ import annotations

import csv
import io
import json
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qualia.cli.export.columnar import METADATA, columnar
from qualia.cli.export.data import data_of, json_of, lines_of, yaml_of
from qualia.cli.export.gathering import Gathered, gather
from qualia.cli.export.neutral import whole, with_formula, without_formula
from qualia.cli.export.page import page
from qualia.cli.export.reading import Given
from qualia.cli.export.separated import Flavour, excel_flavour, separated
from qualia.cli.export.tables import Cell, Table
from qualia.cli.export.workbook import MOST_CHARACTERS, workbook
from qualia.cli.output import as_json
from qualia.errors import QualiaWarning

PROVENANCE: Mapping[str, Any] = {
    "plugin": "p",
    "version": "1.0.0",
    "engine_version": "0.1.0",
    "started_at": "2026-05-04T10:00:00+00:00",
    "params": {"top": 3},
    "upstream": [{"plugin": "cleaner", "version": "2.0.0"}],
}
HOSTILE = (
    "=1+1",
    '=HYPERLINK("http://x.example";"a")',
    "+49 170",
    "-1",
    "-a",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1+1",
    "＋x",
    "－x",
    "＠x",
    "'=1",
    "''=1",
    "'tis",
    "a\x00b\x07\x1b[31m",
    "\x7f\x85\u2028\u2029",
    "\ud83d",
    "a\udc80b",
    "\ufeffmark",
    "\ufffe\uffff",
    "😀👩‍👩‍👧",
    "שלום עולם",
    "\u202eevil\u202c",
    "e\u0301",
    "a|b\\|c",
    "*bold* _it_ `code` [x](y) ![i](j) ~~no~~ $x$",
    "per_million_x _a_",
    "<script>alert(1)</script>",
    "&amp; &lt; &#13;",
    'a"b,c;d',
    "x\r\ny\rz\n",
    "_x0041_",
    "",
    " ",
    " lead and trail ",
    "null",
    "true",
    "1e3",
    "0123",
    "- x: y # z",
    "2020-01-01",
    "{}",
)
TEXTS = (
    st.sampled_from(HOSTILE)
    | st.text(max_size=20)
    | st.text(st.characters(), max_size=8)
    | st.text(st.sampled_from("=+-@\t\r\n'\"|\\<>&*_[]`;, \x00\ud800aé"), max_size=10)
)
CELLS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**14), 10**14)
    | st.floats(-1e15, 1e15, allow_nan=False, allow_subnormal=False)
    | TEXTS
)
NAMES = st.lists(TEXTS.filter(str.strip), min_size=1, max_size=3, unique_by=lambda name: whole(name).strip())


@st.composite
def tables(draw: st.DrawFn, cells: st.SearchStrategy[Cell] = CELLS) -> Table:
    """Return tables of a few hostile cells."""
    columns = draw(NAMES)
    rows = draw(st.lists(st.tuples(*[cells] * len(columns)), max_size=4))
    return Table(draw(TEXTS), tuple(columns), tuple(rows))


def gathered(*found: Table) -> Gathered:
    """Return tables with a provenance, as if they came from a file of an odd name."""
    about = gather([Given("odd <name>|.json", None, "p", {}, PROVENANCE)])
    return Gathered(found, about.provenance, about.results)


@given(text=TEXTS)
def test_no_text_begins_like_a_formula_and_the_mark_can_be_taken_away(text: str) -> None:
    """A neutralised text begins with none of the signs, unless it is a number, and gives the original back."""
    safe = without_formula(text)
    assert with_formula(safe) == text
    assert safe == text or safe == f"'{text}"
    first = safe.lstrip()[:1]
    assert first not in {*"=+-@\uff1d\uff0b\uff0d\uff20"} or _is_number(safe)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("number", ["-1", "+1.5", "-1e-7", "-.5", "3"])
def test_numbers_written_as_text_stay_numbers(number: str) -> None:
    """A text that is a number gets no apostrophe, whatever its sign."""
    assert without_formula(number) == number


@given(table=tables())
def test_csv_is_read_back_as_it_was(table: Table) -> None:
    """Reading CSV back gives every cell: formulas behind an apostrophe, half characters as U+FFFD."""
    for flavour in (Flavour(), excel_flavour("pt-BR"), excel_flavour("en")):
        text = separated(table, flavour).decode().removeprefix(flavour.mark)
        read = list(csv.reader(io.StringIO(text, newline=""), delimiter=flavour.separator))
        assert [len(row) for row in read] == [len(table.columns)] * (len(table.rows) + 1)
        assert [[with_formula(item) for item in read[0]]] == [[whole(name) for name in table.columns]]
        for row, was in zip(read[1:], table.rows, strict=True):
            assert [_from_csv(item, of, flavour) for item, of in zip(row, was, strict=True)] == [
                whole(item) if isinstance(item, str) else item for item in was
            ]


def _from_csv(text: str, was: Cell, flavour: Flavour) -> Cell:
    if isinstance(was, str):
        return with_formula(text)
    if was is None:
        return None if text == "" else text
    return was if isinstance(was, bool) and text == str(was).lower() else json.loads(text.replace(flavour.decimal, "."))


@given(table=tables())
@settings(max_examples=40)
def test_xlsx_is_read_back_as_it_was(table: Table) -> None:
    """Reading a workbook back gives every cell as text, number or truth; no text is a formula or a link."""
    openpyxl: Any = pytest.importorskip("openpyxl")
    unescape = openpyxl.utils.escape.unescape
    book = openpyxl.load_workbook(io.BytesIO(workbook(gathered(table), [table])))
    sheet = book.worksheets[0]
    assert [unescape(str(cell.value)) for cell in next(sheet.iter_rows())] == [whole(name) for name in table.columns]
    for number, was in enumerate(table.rows, start=2):
        for place, item in enumerate(was, start=1):
            cell = sheet.cell(number, place)
            assert cell.data_type != "f"
            assert cell.hyperlink is None
            if isinstance(item, str):
                assert unescape(cell.value or "") == whole(item)
            elif isinstance(item, float):
                assert cell.value == pytest.approx(item, rel=1e-15)
            else:
                assert cell.value == item
                assert type(cell.value) is type(item)


@given(table=tables())
def test_data_forms_are_read_back_exactly(table: Table) -> None:
    """JSON and JSON lines give every cell back as it was, half characters too."""
    about = gathered(table)
    data = json.loads(json_of(about, [table]))
    assert data == json.loads(as_json(data_of(about, [table])))
    assert data["tables"][0]["rows"] == [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    lines = [json.loads(line) for line in lines_of(about, [table]).splitlines()]
    assert [tuple(line[name] for name in table.columns) for line in lines] == list(table.rows)
    assert all(list(line.values())[:2] == [table.name, "odd <name>|.json"] for line in lines)


@given(table=tables())
@settings(max_examples=40)
def test_yaml_holds_what_json_holds(table: Table) -> None:
    """YAML gives the same as JSON, U+FFFD for half characters, which it has no way to write."""
    data = json.dumps(data_of(gathered(table), [table]), ensure_ascii=False)
    assert yaml.safe_load(yaml_of(gathered(table), [table])) == json.loads(whole(data))


@given(table=tables())
def test_parquet_is_read_back_as_it_was(table: Table) -> None:
    """Columns of one type keep it; mixed ones are text, as JSON has numbers; the file holds its provenance."""
    pytest.importorskip("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")

    read: Any = parquet.read_table(io.BytesIO(columnar(gathered(table), table)))
    assert read.schema.names == [whole(name) for name in table.columns]
    for place in range(len(table.columns)):
        was = [row[place] for row in table.rows]
        assert read.column(place).to_pylist() == _as_column(was)
    about = json.loads(read.schema.metadata[METADATA])
    assert about["results"][0]["provenance"]["plugin"] == "p"


def _as_column(items: Sequence[Cell]) -> Sequence[Cell]:
    kinds = {type(item) for item in items if item is not None}
    if kinds <= {bool} or kinds <= {int, float}:
        return items
    return [whole(each) if isinstance(each, str) else None if each is None else json.dumps(each) for each in items]


def test_a_workbook_has_the_same_bytes_each_time() -> None:
    """The same tables give the same workbook, dated by its results; the last sheet tells where they came from."""
    openpyxl: Any = pytest.importorskip("openpyxl")
    table = Table("t", ("a", "b"), ((1, "x"),))
    first = workbook(gathered(table), [table])
    assert workbook(gathered(table), [table]) == first
    book = openpyxl.load_workbook(io.BytesIO(first))
    assert book.sheetnames == ["t", "provenance"]
    assert book.properties.created == datetime(2026, 5, 4, 10)  # noqa: DTZ001 - files have no zone
    assert [row[2].value for row in book["provenance"].iter_rows()] == ["plugin", "p", "cleaner"]
    assert book.worksheets[0].freeze_panes == "A2"
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(first)).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "names",
    [
        ["a" * 40, "a" * 41, "A" * 31],
        ["x/y", "x:y", "x_y"],
        ["", "'", "History", "table"],
        ["😀" * 20, "😀" * 21],
        ["provenance", "[a]*?", "\ud800"],
    ],
)
def test_sheets_have_names_that_are_allowed_and_differ(names: list[str]) -> None:
    """Any names of tables become names of sheets: at most 31 characters, none forbidden, none twice in any case."""
    openpyxl: Any = pytest.importorskip("openpyxl")
    found = [Table(name, ("a",), ()) for name in names]
    sheets = openpyxl.load_workbook(io.BytesIO(workbook(gathered(), found))).sheetnames
    assert len(sheets) == len(names) + 1
    assert len({each.casefold() for each in sheets}) == len(sheets)
    assert all(0 < len(each.encode("utf-16-le")) <= 62 and not set(each) & set("[]:*?/\\") for each in sheets)


def test_rows_beyond_a_sheet_go_on_in_the_next() -> None:
    """No row is lost where a table has more of them than a sheet takes."""
    openpyxl: Any = pytest.importorskip("openpyxl")
    table = Table("t", ("n",), tuple((number,) for number in range(7)))
    book = openpyxl.load_workbook(io.BytesIO(workbook(gathered(), [table], most_rows=4)))
    assert book.sheetnames[:3] == ["t", "t 2", "t 3"]
    read = [row[0] for name in ("t", "t 2", "t 3") for row in list(book[name].values)[1:]]
    assert read == list(range(7))


def test_texts_too_long_for_a_cell_are_told() -> None:
    """A text longer than a cell takes is cut, ends with how much is missing, and a warning says so."""
    openpyxl: Any = pytest.importorskip("openpyxl")
    fits, long, wide = "x" * MOST_CHARACTERS, "x" * 50_000, "😀" * 20_000
    table = Table("t", ("a",), ((fits,), (long,), (wide,)))
    with pytest.warns(QualiaWarning, match="2 texts were cut"):
        data = workbook(gathered(), [table])
    read = [row[0] for row in list(openpyxl.load_workbook(io.BytesIO(data))["t"].values)[1:]]
    assert read[0] == fits
    for text, was in zip(read[1:], (long, wide), strict=True):
        kept, _mark, missing = str(text).rpartition("… [+")
        assert len(str(text).encode("utf-16-le")) <= 2 * MOST_CHARACTERS
        assert was.startswith(kept)
        assert len(kept) + int(missing.rstrip("]")) == len(was)


def test_numbers_a_spreadsheet_would_round_are_text() -> None:
    """Whole numbers of more than 15 digits are written as text, with a warning."""
    openpyxl: Any = pytest.importorskip("openpyxl")
    table = Table("t", ("n",), ((10**17 + 1,), (10**14,), (1e308,)))
    with pytest.warns(QualiaWarning, match="2 numbers"):
        data = workbook(gathered(), [table])
    read = [row[0] for row in list(openpyxl.load_workbook(io.BytesIO(data))["t"].values)[1:]]
    assert read == ["100000000000000001", 10**14, "1e+308"]


def test_parquet_types_columns() -> None:
    """Whole numbers, numbers, truths and texts have their types; numbers too large for one become text."""
    pytest.importorskip("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")

    rows = ((1, 1, True, "a", 2**70, None), (2, 0.5, None, 1, 1, None))
    table = Table("t", ("i", "f", "b", "mixed", "big", "empty"), rows)
    read: Any = parquet.read_table(io.BytesIO(columnar(gathered(), table)))
    assert [str(each) for each in read.schema.types] == ["int64", "double", "bool", "string", "string", "string"]
    assert read.to_pylist()[1] == {"i": 2, "f": 0.5, "b": None, "mixed": "1", "big": "1", "empty": None}


def test_no_form_warns_about_ordinary_tables() -> None:
    """Tables that fit give no warning in any form."""
    table = Table("t", ("a",), (("x",), (1.5,)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for made in (separated(table), workbook(gathered(), [table]), page(gathered(), [table])):
            assert made
