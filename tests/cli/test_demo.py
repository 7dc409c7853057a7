"""What the demo leaves on disk."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from attrs import frozen

from qualia import Core, Document, Result
from qualia.cli import demo
from qualia.errors import UnwritableOutput
from qualia.records import Sentiment, WordFrequencies

pytestmark = pytest.mark.whole
TYPES = {"clean": Document, "words": WordFrequencies, "sentiment": Sentiment}


@frozen
class Written:
    """One run of the demo."""

    folder: Path
    paths: list[Path]
    told: list[str]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Run the demo once, in a folder that holds a file of its own."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "mine.txt").write_text("keep", encoding="utf-8")
    (folder / "report.html").write_text("old", encoding="utf-8")
    told: list[str] = []
    with Core() as core:
        paths = demo.run(folder, core=core, tell=told.append)
    return Written(folder, paths, told)


def test_it_returns_every_file_it_wrote(written: Written) -> None:
    """The list is the folder's content, without what was there before, and nothing unfinished is left."""
    found = {path for path in written.folder.rglob("*") if path.is_file()}
    assert found == {*written.paths, written.folder / "mine.txt"}
    assert all(path.stat().st_size > 0 for path in found)


def test_files_of_others_stay(written: Written) -> None:
    """In a folder that is there already only the demo's own files are replaced."""
    assert (written.folder / "mine.txt").read_text(encoding="utf-8") == "keep"
    assert (written.folder / "report.html").stat().st_size > 100_000


@pytest.mark.parametrize("meeting", ["reuniao", "meeting"])
def test_each_meeting_has_transcript_results_and_pictures(written: Written, meeting: str) -> None:
    """A meeting's folder holds the cleaned text, three results, and pictures of every kind."""
    names = {path.name for path in (written.folder / meeting).iterdir()}
    assert {"clean.txt", "clean.json", "words.json", "sentiment.json"} <= names
    assert {".html", ".png", ".svg"} <= {Path(name).suffix for name in names}


@pytest.mark.parametrize("meeting", ["reuniao", "meeting"])
@pytest.mark.parametrize("step", list(TYPES))
def test_results_read_back(written: Written, meeting: str, step: str) -> None:
    """A result's file holds value and provenance, and gives the same file again."""
    text = (written.folder / meeting / f"{step}.json").read_text(encoding="utf-8")
    result: Result[Any] = Result.from_json(text).into(TYPES[step])
    assert f"{result.to_json(indent=2)}\n" == text
    assert result.provenance.plugin in {"teams_cleaner", "word_frequency", "sentiment_analyzer"}


def test_the_transcript_is_the_cleaned_text(written: Written) -> None:
    """The text file is what the document result holds."""
    document = json.loads((written.folder / "meeting" / "clean.json").read_text(encoding="utf-8"))["value"]
    assert (written.folder / "meeting" / "clean.txt").read_text(encoding="utf-8") == f"{document['text']}\n"


def test_pictures_are_what_their_names_say(written: Written) -> None:
    """PNG files begin as such, SVG files are XML, pages are HTML."""
    for path in written.paths:
        data = path.read_bytes()
        if path.suffix == ".png":
            assert data.startswith(b"\x89PNG")
        elif path.suffix == ".svg":
            assert ElementTree.fromstring(data).tag.endswith("svg")
        elif path.suffix == ".html":
            assert data.lower().startswith(b"<!doctype html>")


def test_one_report_holds_both_meetings(written: Written) -> None:
    """The report has an article in Portuguese and one in English, with figures of sentiment in each."""
    report = (written.folder / "report.html").read_text(encoding="utf-8")
    assert re.findall(r'<article id="(m\d)" lang="([\w-]+)">', report) == [("m1", "pt-BR"), ("m2", "en")]
    portuguese, english = report.split('<article id="m2"')
    assert "Frases mais negativas" in portuguese
    assert "Most negative sentences" in english


def test_it_tells_what_it_is_about(written: Written) -> None:
    """Somebody who waits hears of each meeting and of the report."""
    assert len(written.told) == 3
    assert "Agendão" in written.told[0]


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """Where no folder can be, one sentence says so before any work is done."""
    target = tmp_path / "taken"
    target.write_text("mine", encoding="utf-8")
    told: list[str] = []
    with Core() as core, pytest.raises(UnwritableOutput, match="taken"):
        demo.run(target, core=core, tell=told.append)
    assert told == []
    assert target.read_text(encoding="utf-8") == "mine"
