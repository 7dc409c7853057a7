"""The journal of a batch survives whatever ends the process that writes it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from qualia.cli.batch.journal import Entry, Journal, entry_of
from qualia.cli.batch.names import ROOM, escaped
from qualia.errors import UnwritableOutput

TEXTS = st.text(st.characters(), min_size=1, max_size=12)
TABLES = st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=3)
ENTRIES = st.builds(
    Entry,
    source=TEXTS,
    stem=TEXTS.map(escaped),
    digest=TEXTS,
    work=st.sampled_from(["one", "two"]),
    outputs=TABLES,
    code=TABLES,
    elapsed_s=st.integers(0, 10**6).map(lambda micros: micros / 10**6),
)


def made(folder: Path) -> Path:
    (folder / ROOM).mkdir(exist_ok=True)
    return folder / ROOM / "journal.jsonl"


def entry(source: str = "a.txt", work: str = "one") -> Entry:
    return Entry(
        source=source,
        stem=source,
        digest="d",
        work=work,
        outputs={f"{source}.json": "o"},
        code={"toy": "c"},
        elapsed_s=0.5,
    )


@given(ENTRIES)
def test_an_entry_is_one_line_and_comes_back_equal(given_entry: Entry) -> None:
    """Whatever characters names have, bytes that are no UTF-8 and line ends too."""
    line = given_entry.line()
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert entry_of(line) == given_entry


@pytest.mark.parametrize("stem", ["../a", "/etc/a", "a/../../b", "..", "a//b", "", "c:/a", "a\\..\\b"])
def test_an_entry_whose_outputs_would_lie_elsewhere_is_passed_over(stem: str) -> None:
    """A folder of outputs that came from somebody else names no file outside of it."""
    assert entry_of(evolve(entry(), stem=stem).line()) is None


@given(st.lists(ENTRIES, max_size=5), st.data())
def test_a_journal_cut_at_any_byte_holds_what_was_written_before(entries: list[Entry], data: st.DataObject) -> None:
    """Whole lines count, half of one does not, and what is written next is whole again."""
    with tempfile.TemporaryDirectory() as name:
        path = made(Path(name))
        with Journal(path, base=name) as journal:
            for each in entries:
                journal.add(each)
        raw = path.read_bytes()
        cut = data.draw(st.integers(0, len(raw)))
        path.write_bytes(raw[:cut])
        whole = max(raw[:cut].count(b"\n") - 1, 0)
        with Journal(path, base=name) as journal:
            assert list(journal.read("one")) == entries[:whole]
            journal.add(entry("last"))
            assert journal.last("last") == entry("last")
        with Journal(path, base=name) as journal:
            assert list(journal.read("one")) == [*entries[:whole], entry("last")]
            assert Path(journal.base).resolve() == Path(name).resolve()


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_lines_that_make_no_sense_are_passed_over(lines: list[bytes]) -> None:
    """A journal that something else has written into still tells what it tells."""
    with tempfile.TemporaryDirectory() as name:
        path = made(Path(name))
        with Journal(path, base=name) as journal:
            journal.add(entry())
        with path.open("ab") as file:
            file.write(b"\n".join(lines) + b"\n")
        with Journal(path, base=name) as journal:
            assert list(journal.read("one")) == [entry()]


def test_the_last_entry_of_an_input_counts_and_only_for_the_same_work(tmp_path: Path) -> None:
    """What another plugin did, or the same one with other params, is no answer."""
    with Journal(made(tmp_path), base=str(tmp_path)) as journal:
        journal.add(entry("a.txt", "one"))
        journal.add(entry("a.txt", "two"))
        journal.add_failure("b.txt", "d", "one", "PluginFailed", "no luck")
        list(journal.read("two"))
        assert journal.last("a.txt") == entry("a.txt", "two")
        list(journal.read("one"))
        assert journal.last("a.txt") == entry("a.txt", "one")
        assert journal.last("b.txt") is None


def test_inputs_and_outputs_can_be_moved_together(tmp_path: Path) -> None:
    """The base is kept as seen from the folder of the outputs."""
    (tmp_path / "study" / "in").mkdir(parents=True)
    (tmp_path / "study" / "out").mkdir()
    with Journal(made(tmp_path / "study" / "out"), base=str(tmp_path / "study" / "in")):
        pass
    (tmp_path / "study").rename(tmp_path / "moved")
    with Journal(made(tmp_path / "moved" / "out"), base="elsewhere") as journal:
        assert Path(journal.base).resolve() == (tmp_path / "moved" / "in").resolve()


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder in its place is a sentence and no traceback."""
    path = made(tmp_path)
    path.mkdir()
    with pytest.raises(UnwritableOutput, match=r"journal\.jsonl"):
        Journal(path, base=str(tmp_path))
