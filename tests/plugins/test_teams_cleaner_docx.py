"""Transcripts in .docx, and what is refused: documents that are damaged, dangerous or without moments."""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qualia import Core
from qualia.plugin import Document, UnsupportedInput, build_params
from qualia.records import WordFrequencies

Clean = Callable[..., Document]
Row = tuple[str | None, str, float | None, float | None]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture(scope="session")
def clean(load_plugin: Callable[[str], ModuleType]) -> Clean:
    """Clean a document with the plugin, one turn for each of the source."""
    plugin = load_plugin("teams_cleaner")
    params: Any = build_params(plugin.Params, {"merge_consecutive": False}, plugin="teams_cleaner")
    return lambda document: plugin.TeamsCleaner().process(document, params)


def rows(document: Document) -> list[Row]:
    """Who says what and when, by the segments."""
    return [
        (each.speaker, document.text[each.start : each.end], each.begin_s, each.end_s) for each in document.segments
    ]


def removed(document: Document) -> list[tuple[str, str]]:
    return [(line["text"], line["reason"]) for line in document.metadata["removed"]]


def told(document: Document) -> tuple[str, str | None, int]:
    """The format, its variant, and the number of cues or turns of the source."""
    return document.metadata["format"], document.metadata["variant"], document.metadata["cues"]


def run_of(line: str, *, is_below: bool) -> str:
    mark = "<w:br/>" if is_below else ""
    return f'<w:r>{mark}<w:t xml:space="preserve">{html.escape(line)}</w:t></w:r>'


def docx(paragraphs: Sequence[str], *, xml: str | None = None, part: str = "word/document.xml") -> Document:
    """A .docx whose paragraphs have line breaks where the texts have line feeds."""
    body = "".join(
        f"<w:p>{''.join(run_of(line, is_below=at > 0) for at, line in enumerate(text.split(chr(10))))}</w:p>"
        for text in paragraphs
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(part, xml or f'<w:document xmlns:w="{MAIN}"><w:body>{body}</w:body></w:document>')
    return Document("", media_type=DOCX, data=packed.getvalue())


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("Ana Lima iniciou a transcrição", "Ana Lima parou a transcrição"),
        ("Ana Lima started transcription", "Bo Li stopped transcription"),
        ("Ana hat die Transkription gestartet", "Bo hat die Transkription beendet"),
        ("Ana さんがトランスクリプトを開始しました", "Bo さんがトランスクリプトを停止しました"),
    ],
)
def test_the_docx_of_teams(clean: Clean, above: str, below: str) -> None:
    """A paragraph is a turn with its name, its time and its lines; what begins and ends it is told in any language."""
    document = clean(
        docx(
            [
                "Semanal",
                "27 de julho",
                above,
                "Ana Lima   0:04\nBom dia.\nTudo bem?",
                "Silva, João (Convidado)   1:02:10\nOlá",
                below,
            ]
        )
    )
    assert told(document) == ("teams-docx", "docx", 2)
    assert rows(document) == [("Ana Lima", "Bom dia. Tudo bem?", 4.0, 3730.0), ("Silva, João", "Olá", 3730.0, None)]
    reasons = [
        *[(line, "before the first turn") for line in ("Semanal", "27 de julho", above)],
        (below, "after the last turn"),
    ]
    assert removed(document) == reasons


FIRST_YEARS = ["0:0:0.0 --> 0:0:2.50", "0:0:6.90 --> 0:0:6.500", "1:10:7.80 --> 1:10:8.180"]


@pytest.mark.parametrize("mark", ["\n", "\n\n"])
def test_the_docx_of_teams_first_years(clean: Clean, mark: str) -> None:
    """Times without leading zeros count milliseconds; the name is below them, in one paragraph or apart."""
    first, second, third = FIRST_YEARS
    turns = [f"{first}\nAna Lima (Guest)\nBom dia.", f"{second}\nBo\nOlá,\ntudo bem?", f"{third}\nAna Lima\nTudo."]
    expected = [
        ("Ana Lima", "Bom dia.", 0.0, 2.05),
        ("Bo", "Olá, tudo bem?", 6.09, 6.5),
        ("Ana Lima", "Tudo.", 4207.08, 4208.18),
    ]
    for paragraphs in (["Semanal", *turns], ["Semanal", *"\n".join(turns).split("\n")]):
        document = clean(docx(paragraphs))
        assert told(document) == ("teams-docx", "docx", 3)
        assert rows(document) == expected
        assert removed(document) == [("Semanal", "before the first turn")]
    copied = clean(Document(mark.join(turns)))
    assert (told(copied), rows(copied)) == (("teams-docx", None, 3), expected)


def test_the_vtt_of_teams_first_years(clean: Clean) -> None:
    """Cues whose times lack the digits WebVTT asks for are read when all are written so."""
    cues = [f"{times}\n<v Ana Lima>Frase {at}.</v>" for at, times in enumerate(FIRST_YEARS)]
    document = clean(Document("\n\n".join(["WEBVTT", *cues]), media_type="text/vtt"))
    assert rows(document) == [
        ("Ana Lima", "Frase 0.", 0.0, 2.05),
        ("Ana Lima", "Frase 1.", 6.09, 6.5),
        ("Ana Lima", "Frase 2.", 4207.08, 4208.18),
    ]


def test_captions_with_such_times_are_captions(clean: Clean) -> None:
    """Numbers above the times, or no names below them, are SubRip's."""
    for text in ("1\n0:0:1.500 --> 0:0:2.0\nAna\nolá\n\n2\n0:0:3.0 --> 0:0:4.0\noi", "0:0:1.5 --> 0:0:2.0\noi, tudo?"):
        assert told(clean(Document(text)))[0] == "srt"


def test_a_docx_edited_by_hand_loses_nothing(clean: Clean) -> None:
    """A paragraph without a name, between turns or behind the last, goes on with the turn above it."""
    document = clean(docx(["x", "Ana começou a transcrição", "Ana   0:04\nBom", "dia", "Bo   0:09\nOlá", "a todos"]))
    assert [words for _, words, _, _ in rows(document)] == ["Bom dia", "Olá a todos"]


def test_the_docx_of_meet(clean: Clean) -> None:
    """Notes above the transcript and the trailer below it are no speech, whatever language they are in."""
    notes = ["📝 Notas", "Resumo", "Ana explicou: tudo", "Detalhes:", "texto", "📖 Transcrição"]
    trailer = ["Transcription ended after 00:24:29", "This transcript was computer generated."]
    speech = ["00:00:00", " ", "Ana Lima: Bom dia.", "João: Olá.", "e mais", "00:05:00", "Ana Lima: Vamos?"]
    document = clean(docx([*notes, *speech, *trailer]))
    assert told(document) == ("meet", "docx", 3)
    assert [row[:3] for row in rows(document)] == [
        ("Ana Lima", "Bom dia.", 0.0),
        ("João", "Olá. e mais", 0.0),
        ("Ana Lima", "Vamos?", 300.0),
    ]
    assert removed(document) == [
        *((line, "before the first turn") for line in notes),
        *((line, "after the last turn") for line in trailer),
    ]


def test_any_other_format_in_a_docx(clean: Clean) -> None:
    """Lines of any shape are read from paragraphs as from a text file; tabs and breaks count."""
    document = clean(docx(["[00:01] Ana: olá", "[00:05] Bia: oi\nde novo"]))
    assert (told(document), [row[:2] for row in rows(document)]) == (
        ("bracketed", "docx", 2),
        [("Ana", "olá"), ("Bia", "oi de novo")],
    )


def test_text_boxes_fields_and_deleted_words(clean: Clean) -> None:
    """Deleted words and the copy a file keeps for old programs are not read twice."""
    body = (
        "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t>Ana</w:t><w:tab/><w:tab/><w:t>0:04</w:t>"
        "<w:br/><w:t>Bom</w:t></w:r><w:del><w:r><w:delText>mau</w:delText></w:r></w:del><w:r><w:t> dia</w:t></w:r>"
        "<mc:AlternateContent><mc:Choice/><mc:Fallback><w:r><w:t>copy</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>"
    )
    xml = f'<w:document xmlns:w="{MAIN}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">{body}</w:document>'
    assert rows(clean(docx([], xml=xml))) == [("Ana", "Bom dia", 4.0, None)]


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
REFUSED: dict[str, tuple[Document, str]] = {
    "no text": (docx(["Era uma vez", "um conto."]), r"its paragraphs do not look like a transcript; it reads WebVTT"),
    "another zip": (docx([], part="xl/workbook.xml"), r"it is no \.docx: word/document\.xml is missing"),
    "a broken zip": (Document("", media_type=DOCX, data=b"PK\x03\x04 broken"), "it cannot be unpacked"),
    "broken XML": (docx([], xml="<w:document>"), r"word/document\.xml is damaged in line 1, column"),
    "entities": (docx([], xml=f"{BOMB}<x>&b;</x>"), "declares a document type"),
    "a bomb": (docx([], xml=f"<x>{' ' * 8_000_000}</x>"), "unpacks to more than is read"),
    "no JSON": (Document('{"segments": [', media_type="application/json"), r"it is no JSON: .* \(at line 1, column 1"),
    "other JSON": (Document('{"a": 1}'), r"the fields of no recogniser: .* \(at the top\)"),
    "nested JSON": (Document("[" * 200_000, media_type="application/json"), r"its JSON cannot be read: RecursionError"),
    "a number of 5,000 digits": (Document('{"segments": ' + "9" * 5_000 + "}"), "its JSON cannot be read: ValueError"),
    "a segment without a moment": (
        Document('{"segments": [{"start": 0, "end": 1, "text": "a"}, {"start": "x", "end": 1, "text": "a"}]}'),
        r"it has no time that can be read \(at segments\[1\]\.start\)",
    ),
    "a segment without words": (
        Document('{"segments": [{"start": 0, "end": 1}]}'),
        r"it has no text \(at segments\[0\]\.text\)",
    ),
    "a moment outside any recording": (
        Document('[{"start": 1e300, "end": 1, "text": "a"}]'),
        r"outside any recording \(at \[0\]\.start\)",
    ),
    "words without times": (
        Document('{"results": {"channels": [{"alternatives": [{"transcript": "hi"}]}]}}'),
        r"it has no words with times \(at results\.channels\[0\]\.alternatives\[0\]\.words\)",
    ),
    "times that cannot be read": (
        Document("1\n00:00:01,000 --> 00:00:02,000\noi\n\n2\n00:00:0x,000 --> 00:00:03,500\nolá\n"),
        r"the times in line 6 cannot be read: '00:00:0x,000 --> 00:00:03,500'",
    ),
    "no times that can be read": (Document("oi\n1 --> 2\nolá"), "the times in line 2 cannot be read: '1 --> 2'"),
    "a date that is none": (Document("31/02/2023 09:15 - Ana: oi\n"), "a message has a date that is none: 31, 2, 2023"),
    "a log": (Document("2024-01-01 10:00 - started\n2024-01-01 10:01 - stopped"), "does not look like a transcript"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_aligned_is_refused(clean: Clean, name: str) -> None:
    """A document that is damaged, dangerous or has no moments where it needs them is refused with reason and place."""
    document, reason = REFUSED[name]
    with pytest.raises(UnsupportedInput, match=reason):
        clean(document)


def test_files_reach_the_plugin_by_their_type(tmp_path: Path) -> None:
    """Whatever kind of file holds a meeting, an analysis of it counts the same words for the same people."""
    said = "1\n00:00:01,000 --> 00:00:02,000\nAna: bom dia\n\n2\n00:00:02,000 --> 00:00:03,000\nBia: bom\n"
    spoken = [
        {"start": 1, "end": 2, "text": "bom dia", "speaker": "Ana"},
        {"start": 2, "end": 3, "text": "bom", "speaker": "Bia"},
    ]
    (tmp_path / "a.srt").write_text(said, encoding="utf-8")
    (tmp_path / "a.vtt").write_text("WEBVTT\n\n" + said.replace(",", "."), encoding="utf-8")
    (tmp_path / "a.sbv").write_text("0:00:01.000,0:00:02.000\nAna: bom dia\n\n0:00:02.000,0:00:03.000\nBia: bom\n")
    (tmp_path / "a.json").write_text(json.dumps({"segments": spoken}), encoding="utf-8")
    (tmp_path / "a.docx").write_bytes(docx(["Ana   0:01\nbom dia", "Bia   0:02\nbom"]).data or b"")
    with Core() as core:
        found = {
            path.suffix: core.run("word_frequency", Document.from_path(path), returns=WordFrequencies).value
            for path in tmp_path.iterdir()
        }
    counts = {suffix: [(each.speaker, each.total) for each in words.speakers] for suffix, words in found.items()}
    suffixes = (".srt", ".vtt", ".sbv", ".json", ".docx")
    assert counts == {suffix: [("Ana", 2), ("Bia", 1)] for suffix in suffixes}
