"""``qualia export``: results as tables that other programs open."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from qualia.cli.export.gathering import gather
from qualia.cli.export.reading import Given
from qualia.cli.export.writing import export
from tests.cli.conftest import Process, Run

FORMS = {"csv": ".csv", "markdown": ".md", "html": ".html", "yaml": ".yaml", "jsonl": ".jsonl", "json": ".json"}
PROVENANCE: dict[str, Any] = {
    "plugin": "toy_count",
    "version": "1.0.0",
    "code_hash": "0" * 64,
    "params": {"top": 3},
    "produces": None,
    "inputs": {"document": "1" * 64},
    "upstream": [],
    "engine_version": "0.1.0",
    "started_at": "2026-05-04T10:00:00+00:00",
    "host": {"python": "3.11"},
}


def result(value: object, **provenance: object) -> dict[str, Any]:
    """Return a result as its JSON has it."""
    return {"value": value, "provenance": {**PROVENANCE, **provenance}, "key": "k", "elapsed_s": 0.1}


def put(path: Path, data: object) -> Path:
    """Write data as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.fixture
def words(qualia: Run, document: Path) -> Path:
    """Return word frequencies that analyze wrote."""
    assert qualia("analyze", str(document), "-p", "toy_count", "-o", "words.json").code == 0
    return document.with_name("words.json")


def read_csv(text: str, **more: Any) -> list[list[str]]:
    """Return the cells of CSV."""
    return list(csv.reader(io.StringIO(text, newline=""), **more))


def test_the_main_table_goes_to_stdout(qualia: Run, words: Path) -> None:
    """Without -o, a form of text is written to stdout; csv is the main table, and stderr says that there are more."""
    ran = qualia("export", str(words), "-f", "csv")
    assert (ran.code, read_csv(ran.out)) == (
        0,
        [["word", "count", "per_million"], ["a", "3", ""], ["b", "2", ""], ["João", "1", ""]],
    )
    assert "--table NAME" in ran.err


def test_what_analyze_wrote_as_yaml_is_read_too(qualia: Run, document: Path) -> None:
    """A result in YAML gives the same table as in JSON."""
    for suffix in ("json", "yaml"):
        qualia("analyze", str(document), "-p", "toy_count", "-o", f"w.{suffix}")
    assert qualia("export", "w.json", "-f", "csv").out == qualia("export", "w.yaml", "-f", "csv").out


def test_a_pipe_is_an_input(qualia: Run, words: Path, stdin: Callable[[bytes], None]) -> None:
    """``-`` reads a result from standard input."""
    stdin(words.read_bytes())
    ran = qualia("export", "-", "-f", "jsonl", "--table", "words")
    assert json.loads(ran.out.splitlines()[0]) == {
        "table": "words",
        "source": "stdin",
        "word": "a",
        "count": 3,
        "per_million": None,
    }


def test_every_form_of_text_is_written_whole_by_its_suffix(qualia: Run, words: Path) -> None:
    """-o alone is enough: the suffix names the form, and what is written is what stdout would get."""
    for form, suffix in FORMS.items():
        ran = qualia("export", str(words), "-o", f"out{suffix}")
        assert (ran.code, ran.out) == (0, "")
        assert qualia("export", str(words), "-f", form).out.encode() == Path(f"out{suffix}").read_bytes()


def test_data_forms_hold_every_table_and_the_provenance(qualia: Run, words: Path) -> None:
    """JSON and YAML hold the same: every table with its columns and rows, and how the values came about."""
    data = qualia("export", str(words), "-f", "json").data
    assert yaml.safe_load(qualia("export", str(words), "-f", "yaml").out) == data
    assert [table["name"] for table in data["tables"]] == ["words", "summary"]
    assert data["tables"][0]["rows"][0] == {"word": "a", "count": 3, "per_million": None}
    assert data["provenance"][0]["source"] == str(words)
    assert data["provenance"][0]["provenance"]["plugin"] == "toy_count"


def test_list_shows_the_tables(qualia: Run, words: Path) -> None:
    """--list names each table with its rows and columns, for people or as JSON."""
    ran = qualia("export", str(words), "--list")
    assert ran.out.splitlines()[1].split() == ["words", "3", "word,", "count,", "per_million"]
    found = qualia("export", str(words), "--list", "-f", "json").data
    assert found[0] == {"name": "words", "rows": 3, "columns": ["word", "count", "per_million"]}


def test_one_table_is_picked_by_name(qualia: Run, words: Path) -> None:
    """--table writes that table alone; a name there is not is refused with the nearest."""
    assert read_csv(qualia("export", str(words), "-f", "csv", "-t", "summary").out)[1] == ["total", "7"]
    ran = qualia("export", str(words), "--table", "sumary")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean summary?" in ran.err


def test_without_a_form_people_see_the_tables(qualia: Run, words: Path) -> None:
    """With neither -f nor -o the tables are shown as `analyze` shows them."""
    ran = qualia("export", str(words))
    assert ran.code == 0
    assert ran.out.startswith("words\n")
    assert "João" in ran.out


def test_a_folder_gets_a_file_for_each_table(qualia: Run, words: Path, leftovers: Callable[[], list[str]]) -> None:
    """-o FOLDER/ makes the folder and writes each table of csv; nothing there is overwritten without --force."""
    before = set(leftovers())
    assert qualia("export", str(words), "-f", "csv", "-o", "tables/", "--provenance").code == 0
    assert sorted(set(leftovers()) - before) == ["tables/provenance.json", "tables/summary.csv", "tables/words.csv"]
    again = qualia("export", str(words), "-f", "csv", "-o", "tables")
    assert again.code == 4
    assert "--force" in again.err
    assert qualia("export", str(words), "-f", "csv", "-o", "tables", "--force").code == 0


def test_a_form_of_one_file_goes_into_a_folder_under_the_results_name(qualia: Run, words: Path) -> None:
    """-o FOLDER/ with html writes one page named after its result."""
    assert qualia("export", str(words), "-f", "html", "-o", "pages/").code == 0
    assert Path("pages/words.html").is_file()


def test_provenance_stands_beside_a_csv_file(qualia: Run, words: Path) -> None:
    """--provenance writes a JSON file beside the table, which CSV itself has no place for."""
    assert qualia("export", str(words), "-o", "w.csv", "--provenance").code == 0
    told = json.loads(Path("w.csv.provenance.json").read_text(encoding="utf-8"))
    assert told["results"][0]["provenance"]["plugin"] == "toy_count"
    assert not Path("v.csv.provenance.json").exists()


def test_several_results_of_one_kind_share_tables_with_a_source(qualia: Run, document: Path) -> None:
    """Rows of several results stand in one table, and its first column says which file each is from."""
    document.with_name("two.txt").write_text("x x\n", encoding="utf-8")
    qualia("analyze", "notes.txt", "-p", "toy_count", "-o", "one.json")
    qualia("analyze", "two.txt", "-p", "toy_count", "-o", "two.json")
    rows = read_csv(qualia("export", "one.json", "two.json", "-f", "csv").out)
    assert rows[0] == ["source", "word", "count", "per_million"]
    assert rows[1][:2] == ["one.json", "a"]
    assert rows[-1] == ["two.json", "x", "2", ""]
    by_pattern = read_csv(qualia("export", "*.json", "-f", "csv").out)
    assert by_pattern == rows


def test_results_of_several_kinds_keep_apart() -> None:
    """Tables of different records are not mixed: each name begins with the record's."""
    one = Given("a.json", "word-frequencies/1", "p", {"words": [], "total": 0, "distinct": 0}, PROVENANCE)
    two = Given("b.json", "sentiment/1", "q", {"status": "empty", "language": None}, PROVENANCE)
    names = [table.name for table in gather([one, two]).tables]
    assert names[0] == "word_frequencies_words"
    assert "sentiment_sentences" in names


def test_tables_with_other_columns_are_widened_not_cut() -> None:
    """Where results of one plugin have different columns, the table has them all and a clash of names is solved."""
    one = Given("a", None, "p", [{"x": 1, "source": "own"}], PROVENANCE)
    two = Given("b", None, "p", [{"y": 2}], PROVENANCE)
    table = gather([one, two]).tables[0]
    assert table.columns == ("source_2", "x", "source", "y")
    assert table.rows == (("a", 1, "own", None), ("b", None, None, 2))


def test_a_pipelines_folder_gives_its_steps_in_their_order(qualia: Run, document: Path) -> None:
    """The folder that pipeline -o wrote is one input; every step's result is there, in the order of the steps."""
    Path("p.toml").write_text(
        'name = "p"\n[[steps]]\nid = "zeta"\nplugin = "toy_upper"\n'
        '[[steps]]\nid = "count"\nplugin = "toy_count"\nneeds = ["zeta"]\n',
        encoding="utf-8",
    )
    assert qualia("pipeline", str(document), "-c", "p.toml", "-o", "made").code == 0
    found = qualia("export", "made", "--list", "-f", "json").data
    names = [table["name"] for table in found]
    assert names[0] == "document_segments"
    assert "word_frequencies_words" in names


def test_what_pipeline_shows_as_json_is_an_input(qualia: Run, document: Path, stdin: Callable[[bytes], None]) -> None:
    """The steps in one JSON are as many results, named after their steps."""
    Path("p.toml").write_text('name = "p"\n[[steps]]\nid = "count"\nplugin = "toy_count"\n', encoding="utf-8")
    stdin(qualia("pipeline", str(document), "-c", "p.toml", "--format", "json").out.encode())
    told = qualia("export", "-", "-f", "json").data
    assert told["provenance"][0]["source"].split("#")[-1] == "count"


def test_results_one_a_line_are_an_input(qualia: Run, home: Path) -> None:
    """JSON lines hold a result each; a source that a line names tells them apart."""
    lines = [{"source": f"{name}.txt", **result([{"n": number}])} for number, name in enumerate("ab")]
    (home / "all.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    rows = read_csv(qualia("export", "all.jsonl", "-f", "csv").out)
    assert rows == [["source", "n"], ["all.jsonl#a.txt", "0"], ["all.jsonl#b.txt", "1"]]


def test_files_of_a_folder_without_results_are_told_and_left_out(qualia: Run, home: Path) -> None:
    """A folder may hold other files; one without any result is refused."""
    put(home / "in" / "a.json", result([{"n": 1}]))
    put(home / "in" / "other.json", {"a": 1})
    put(home / "in" / ".state" / "journal.json", {"a": 1})
    ran = qualia("export", "in", "-f", "csv")
    assert (ran.code, read_csv(ran.out)) == (0, [["n"], ["1"]])
    assert "other.json holds no result" in ran.err
    assert "journal" not in ran.err
    put(home / "none" / "other.json", {"a": 1})
    assert qualia("export", "none", "-f", "csv").code == 4


def test_csv_for_excel_is_as_the_language_has_it(qualia: Run, home: Path) -> None:
    """--excel writes a byte order mark, and in Portuguese semicolons and decimal commas."""
    put(home / "r.json", result([{"n": 0.5, "t": "a;b,c", "w": 7}]))
    assert qualia("--lang", "en", "export", "r.json", "-o", "en.csv", "--excel").code == 0
    assert qualia("--lang", "pt", "export", "r.json", "-o", "pt.csv", "--excel").code == 0
    assert Path("en.csv").read_bytes() == '\ufeffn,t,w\r\n0.5,"a;b,c",7\r\n'.encode()
    assert Path("pt.csv").read_bytes() == '\ufeffn;t;w\r\n0,5;"a;b,c";7\r\n'.encode()


BAD: Mapping[str, tuple[str, bytes]] = {
    "transcript": ("a.txt", b"Ana: hello"),
    "other data": ("a.json", b'{"a": 1}'),
    "a number": ("a.json", b"3"),
    "not JSON": ("a.json", b'{"value": '),
    "cut": ("a.json", json.dumps(result({"a": 1})).encode()[:-20]),
    "no provenance": ("a.json", b'{"value": 1, "provenance": null}'),
    "not a record": ("a.json", json.dumps(result([1], produces="sentiment/1")).encode()),
    "NaN": ("a.json", json.dumps(result(float("nan"))).encode()),
    "nested": ("a.json", b'{"provenance": {}, "value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "nested less": ("a.json", json.dumps(result(1)).replace('"value": 1', f'"value": {"[" * 150}{"]" * 150}').encode()),
    "aliases": ("a.yaml", b"value: &a [1]\nprovenance: *a\n"),
    "a tag": ("a.yaml", b"value: !!python/object:os.system {}\nprovenance: {}\n"),
    "dates as keys": ("a.yaml", b"value: {2020-01-01: 1}\nprovenance: {}\n"),
    "bad line": ("a.jsonl", json.dumps(result(1)).encode() + b"\n{"),
    "empty": ("a.json", b""),
    "binary": ("a.json", b"PK\x03\x04\x00\x00"),
    "picture": ("a.png", b"\x89PNG\r\n\x1a\n\x00"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_holds_no_result_is_refused_in_one_sentence(
    qualia: Run, home: Path, case: str, leftovers: Callable[[], list[str]]
) -> None:
    """Anything but a sound result ends with code 4 and one sentence that names the file, and leaves nothing."""
    name, data = BAD[case]
    (home / name).write_bytes(data)
    ran = qualia("export", name, "-f", "csv", "-o", "out.csv")
    assert (ran.code, ran.out) == (4, "")
    assert len(ran.err.splitlines()) == 1, ran.err
    assert name in ran.err
    assert "unexpected" not in ran.err
    assert leftovers() == [name]


def test_a_file_that_is_missing_or_too_large_is_refused(
    qualia: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both end with code 4; the limit is the one the settings have."""
    assert qualia("export", "no.json", "-f", "csv").code == 4
    put(home / "r.json", result([{"n": 1}]))
    monkeypatch.setenv("QUALIA_MAX_DOCUMENT_BYTES", "100")
    ran = qualia("export", "r.json", "-f", "csv")
    assert ran.code == 4
    assert "max_document_bytes" in ran.err


def test_options_that_do_not_go_together_are_refused(qualia: Run, words: Path) -> None:
    """--excel without csv, --provenance without a file and a suffix nobody knows end with code 2."""
    for more in (
        ["-f", "yaml", "--excel"],
        ["-f", "csv", "--provenance"],
        ["-o", "x.docx"],
        ["-o", "x"],
        ["-f", "pretty", "-o", "x.txt"],
        ["-f", "html", "--provenance", "-o", "x.html"],
    ):
        ran = qualia("export", str(words), *more)
        assert (ran.code, ran.out) == (2, ""), more


def test_the_file_that_is_read_is_never_overwritten(qualia: Run, words: Path) -> None:
    """-o that names the input, with other spelling too, is refused."""
    before = words.read_bytes()
    assert qualia("export", str(words), "-o", f"./{words.name}").code == 2
    assert qualia("export", str(words), "-f", "json", "-o", ".", "--force").code == 2
    assert words.read_bytes() == before


def test_a_missing_library_is_told_with_the_pip_command(
    qualia: Run, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the libraries of an extra, xlsx and parquet end with code 5, before anything is read."""
    monkeypatch.setattr("qualia.cli.export.writing.find_spec", lambda _name: None)
    for form, extra in (("xlsx", "export"), ("parquet", "parquet")):
        ran = qualia("export", str(words), "-o", f"x.{form}")
        assert ran.code == 5
        assert f"pip install 'qualia-core[{extra}]'" in ran.err
    assert not Path("x.xlsx").exists()


def test_a_failure_with_format_json_is_json_too(qualia: Run, home: Path) -> None:
    """Standard output holds an error object when JSON was asked for and there is none."""
    ran = qualia("export", "no.json", "-f", "json")
    assert ran.data["error"] == "DocumentUnreadable"


def test_sources_that_are_no_utf8_are_named_without_harm(qualia: Run, home: Path) -> None:
    """A file name of undecodable bytes can be read, and its name is shown with U+FFFD."""
    name = b"caf\xe9.json".decode("utf-8", "surrogateescape")
    try:
        put(home / name, result([{"n": 1}]))
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    put(home / "b.json", result([{"n": 2}]))
    ran = qualia("export", name, "b.json", "-o", "out.csv")
    assert ran.code == 0
    assert read_csv(Path("out.csv").read_text(encoding="utf-8"))[1] == ["caf\ufffd.json", "1"]
    for suffix in ("html", "md", "xlsx", "json", "yaml", "jsonl", *(["parquet"] if find_spec("pyarrow") else [])):
        assert qualia("export", name, "b.json", "-o", f"out.{suffix}").code == 0, suffix


def test_the_command_has_a_sentence_that_says_what_it_raises() -> None:
    """The function behind the command documents its errors."""
    assert "QualiaError" in str(export.__doc__)


@pytest.mark.parametrize("buffering", ["", "1"])
def test_a_reader_that_goes_away_ends_it_quietly(
    home: Path, spawn: Callable[..., Process], environment: dict[str, str], buffering: str
) -> None:
    """``| head`` gets its lines; the command ends with code 141 and says nothing, also where output has no buffer."""
    environment["PYTHONUNBUFFERED"] = buffering
    put(home / "r.json", result([{"n": number, "text": "x" * 80} for number in range(20_000)]))
    with spawn(["-q", "export", "r.json", "-f", "csv"]) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().rstrip() == b"n,text"
        process.stdout.close()
        assert process.wait(timeout=60) == 141
        assert process.stderr.read() == b""
