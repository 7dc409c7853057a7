"""Documents: one text, normalised once, with segments that keep pointing at the same words."""

from __future__ import annotations

import codecs
import sys
import unicodedata
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia import Document, Segment
from qualia.document import _joins_backward
from qualia.errors import DocumentUnreadable, QualiaWarning

LETTERS = "aeoAç한각가ạ̈ " + "".join(map(chr, range(0x1100, 0x1104)))
MARKS = "\u0301\u0302\u0303\u0327\u0323\u093c\u09be\u09d7\u0f71\u0f73\u0f75\u0f81\u1161\u11a8\u0344\u3099"
STARTERS = "\u0915\u09c7\u0f40\u1025\u2126\u212b\u0958\u30ab"
MIXED = st.text(alphabet=st.sampled_from(LETTERS + MARKS + STARTERS), max_size=24) | st.text(max_size=12)


def nfc(text: str) -> str:
    """Compose."""
    return unicodedata.normalize("NFC", text)


def nfd(text: str) -> str:
    """Decompose."""
    return unicodedata.normalize("NFD", text)


@st.composite
def cut_texts(draw: st.DrawFn) -> tuple[str, list[Segment]]:
    """Make a text and segments anywhere in it."""
    text = draw(MIXED)
    marks = [sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2))) for _ in range(draw(st.integers(0, 4)))]
    return text, [Segment(start, end) for start, end in marks]


@pytest.mark.properties
@given(cut=cut_texts())
def test_the_text_is_nfc_wherever_the_segments_cut_it(cut: tuple[str, list[Segment]]) -> None:
    """Normalising piece by piece gives the same text as normalising it whole."""
    text, segments = cut
    document = Document(text, segments=segments)
    assert document.text == nfc(text)
    assert all(0 <= each.start <= each.end <= len(document.text) for each in document.segments)


@pytest.mark.properties
@given(pieces=st.lists(MIXED.map(lambda text: f"|{text}|"), max_size=6))
def test_a_segment_keeps_its_words_when_offsets_move(pieces: list[str]) -> None:
    """Where segments begin and end at a character of their own, each holds the NFC of what it held."""
    starts = [sum(map(len, pieces[:index])) for index in range(len(pieces))]
    segments = [Segment(start, start + len(piece)) for start, piece in zip(starts, pieces, strict=True)]
    document = Document("".join(pieces), segments=segments)
    assert [document.text[each.start : each.end] for each in document.segments] == [nfc(piece) for piece in pieces]


@pytest.mark.properties
@given(pieces=st.lists(MIXED.map(lambda text: f"|{text}|"), max_size=6))
def test_composed_and_decomposed_input_give_equal_documents(pieces: list[str]) -> None:
    """The same text typed on a Mac and on Windows is one document with one id."""

    def document(form: list[str]) -> Document:
        ends = [sum(map(len, form[: index + 1])) for index in range(len(form))]
        segments = [Segment(end - len(piece), end) for end, piece in zip(ends, form, strict=True)]
        return Document("".join(form), segments=segments)

    one, other = document([nfc(each) for each in pieces]), document([nfd(each) for each in pieces])
    assert (one, one.id) == (other, other.id)


def joins(char: str) -> bool:
    """Say by trying whether a character ever combines with one before it."""
    marks = unicodedata.combining(nfd(char)[0]) != 0
    return marks or char in SECONDS or any(len(nfc(before + char)) == 1 for before in ("\u1100", "\uac00"))


# What stands second in any character that normalisation composes of two.
SECONDS = {
    chr(int(parts[1], 16))
    for char in map(chr, range(sys.maxunicode + 1))
    if len(parts := unicodedata.decomposition(char).split()) == 2 and parts[0][0] != "<" and nfc(char) == char
}


def test_every_character_that_joins_the_one_before_it_is_known() -> None:
    """Over all of Unicode, a cut is never left between two characters that normalisation would put together."""
    marks = (chr(code) for code in range(sys.maxunicode + 1))
    assert [hex(ord(char)) for char in marks if _joins_backward(char) != joins(char)] == []


@pytest.mark.properties
@given(cut=cut_texts(), form=st.sampled_from([str, nfc, nfd]))
def test_offsets_move_as_a_slow_model_moves_them(cut: tuple[str, list[Segment]], form: Callable[[str], str]) -> None:
    """An offset moves behind the marks it splits off, to the length of the normalised text before it."""
    text = form(cut[0])
    segments = [Segment(min(each.start, len(text)), min(each.end, len(text))) for each in cut[1]]
    document = Document(text, segments=segments)

    def moved(offset: int) -> int:
        while offset < len(text) and joins(text[offset]):
            offset += 1
        return len(nfc(text[:offset]))

    expected = [(each.start, each.end) for each in segments]
    if not unicodedata.is_normalized("NFC", text):
        expected = [(moved(start), moved(end)) for start, end in expected]
    assert [(each.start, each.end) for each in document.segments] == expected


@st.composite
def edits(draw: st.DrawFn) -> tuple[Document, list[tuple[int, int, str]]]:
    """Make a document of characters that never combine, with segments, and replacements that do not overlap."""
    text = draw(st.text(alphabet="abc \n", max_size=20))
    marks = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    segments = [Segment(start, end) for start, end in zip(marks[::2], marks[1::2], strict=False)]
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    new = [
        (start, end, draw(st.text(alphabet="XYZ", max_size=4)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return Document(text, segments=segments), draw(st.permutations(new))


def edited(document: Document, replacements: list[tuple[int, int, str]]) -> tuple[str, list[tuple[int, int]]]:
    """Edit one character at a time: a row of characters and of the places between them, which are numbered."""
    row: list[int | str] = [item for place, char in enumerate(document.text) for item in (place, char)]
    row.append(len(document.text))
    for start, end, new in sorted(replacements, key=lambda each: each[:2])[::-1]:
        first, last = row.index(start), row.index(end)
        inside = [place for place in row[first + 1 : last] if isinstance(place, int)]
        if first == last:
            row[first + 1 : first + 1] = list(new)
        else:
            row[first + 1 : last] = [*new, *inside]
    text = "".join(item for item in row if isinstance(item, str))
    at = {item: len([each for each in row[:place] if isinstance(each, str)]) for place, item in enumerate(row)}
    return text, [(at[each.start], at[each.end]) for each in document.segments]


@pytest.mark.properties
@given(edit=edits())
def test_segments_move_as_a_slow_model_moves_them(edit: tuple[Document, list[tuple[int, int, str]]]) -> None:
    """Editing a text moves every segment's border to where editing one character at a time would leave it."""
    document, replacements = edit
    after = document.edit(replacements)
    assert (after.text, [(each.start, each.end) for each in after.segments]) == edited(document, replacements)


def test_an_edit_keeps_everything_but_text_and_offsets() -> None:
    """Title, language, speakers, times and metadata stay; the document that was edited is as it was."""
    before = Document("Ana: oi", title="t", language="pt", segments=[Segment(5, 7, speaker="Ana", begin_s=1.0)])
    after = before.edit([(0, 5, "")])
    expected = Document("oi", title="t", language="pt", segments=[Segment(0, 2, speaker="Ana", begin_s=1.0)])
    assert (after, before.text) == (expected, "Ana: oi")


def test_text_put_in_by_an_edit_is_normalised_with_what_it_stands_beside() -> None:
    """An accent that is put in joins its letter, and segments move along."""
    document = Document("joao!", segments=[Segment(0, 4), Segment(4, 5)])
    after = document.edit([(3, 3, "\u0303")])
    assert [after.text[each.start : each.end] for each in after.segments] == ["joão", "!"]


@pytest.mark.parametrize("wrong", [[(0, 2, ""), (1, 3, "")], [(0, 4, "")], [(-1, 1, "")], [(2, 1, "")]])
def test_an_edit_that_makes_no_sense_is_refused(wrong: list[tuple[int, int, str]]) -> None:
    """Stretches lie inside the text, in order, and do not overlap."""
    with pytest.raises(ValueError, match=r"overlaps another, or lies outside a text of 3"):
        Document("abc").edit(wrong)


def test_a_large_document_has_a_short_repr() -> None:
    """However long the text and however many the segments, repr fits on a screen and says what it leaves out."""
    document = Document("x" * 10**6, segments=[Segment(0, 1)] * 10**4, metadata={"a": ["y" * 10**5] * 9})
    shown = repr(document)
    assert len(shown) < 2000
    assert "...<1000000 characters>" in shown
    assert "...<10000 items>" in shown


def test_a_boundary_inside_a_character_moves_behind_it() -> None:
    """A segment that ends between a letter and its accent keeps the accent."""
    document = Document("joa\u0303o", segments=[Segment(0, 3), Segment(3, 5)])
    assert [document.text[each.start : each.end] for each in document.segments] == ["joã", "o"]


def test_text_that_is_nfc_already_keeps_its_segments() -> None:
    """Nothing moves where nothing is normalised."""
    segments = (Segment(0, 2, speaker="Ana", begin_s=1.5, end_s=2.0), Segment(2, 4))
    assert Document("João", segments=segments).segments == segments


def test_times_given_as_whole_numbers_are_the_same_document() -> None:
    """Equal documents have equal ids, whichever number type the times came in."""
    one, other = (Document("a", segments=[Segment(0, 1, begin_s=time)]) for time in (1, 1.0))
    assert (one, one.id) == (other, other.id)


@pytest.mark.parametrize("segment", [Segment(-1, 1), Segment(0, 4), Segment(2, 1)])
def test_a_segment_outside_the_text_is_refused(segment: Segment) -> None:
    """Offsets lie inside the text and in order."""
    with pytest.raises(ValueError, match="lies outside a text of 3"):
        Document("abc", segments=[segment])


def test_text_that_is_no_str_is_refused() -> None:
    """Bytes are not text until somebody decodes them."""
    with pytest.raises(TypeError, match="decode bytes first"):
        Document(b"abc")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_metadata_that_is_no_plain_data_is_refused() -> None:
    """Metadata can always be written as JSON."""
    with pytest.raises(TypeError, match="is a set"):
        Document("a", metadata={"a": {1}})


@pytest.mark.parametrize(
    "change",
    [
        {"text": "b"},
        {"title": "t"},
        {"language": "pt"},
        {"media_type": "text/vtt"},
        {"segments": (Segment(0, 1),)},
        {"segments": (Segment(0, 1, speaker=""),)},
        {"metadata": {"a": 1}},
        {"data": b""},
    ],
    ids=["text", "title", "language", "media type", "segments", "speaker", "metadata", "data"],
)
def test_everything_an_analysis_sees_is_part_of_the_id(change: dict[str, object]) -> None:
    """Two documents that differ in any field have two ids."""
    base: dict[str, object] = {"text": "a"}
    assert Document(**base).id != Document(**(base | change)).id  # type: ignore[arg-type]


def test_two_texts_that_once_shared_a_short_hash_have_two_ids() -> None:
    """The id is a whole sha256: these two share the first 32 bits of their md5."""
    one, other = Document("texto aabiza"), Document("texto aacjjq")
    assert one.id != other.id
    assert len(one.id) == 64


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.txt", "olá", "text/plain"),
        ("a.vtt", "WEBVTT\n", "text/vtt"),
        ("teams.txt", "WEBVTT\n\n00:00", "text/vtt"),
        ("A.SRT", "1", "application/x-subrip"),
        ("a.md", "# a", "text/markdown"),
        ("a", "a", "text/plain"),
    ],
)
def test_a_file_is_read_with_its_name_and_type(tmp_path: Path, name: str, content: str, media_type: str) -> None:
    """The title is the file's name without suffix; the suffix or the first words decide the media type."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    document = Document.from_path(path)
    assert document == Document(content, title=Path(name).stem, media_type=media_type)
    assert Document.from_path(str(path), title="T").title == "T"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xef\xbb\xbfol\xc3\xa1", "olá"),
        (codecs.BOM_UTF16_LE + "olá".encode("utf-16-le"), "olá"),
        (codecs.BOM_UTF16_BE + "olá".encode("utf-16-be"), "olá"),
        (codecs.BOM_UTF32_LE + "olá".encode("utf-32-le"), "olá"),
        (codecs.BOM_UTF32_BE + "olá".encode("utf-32-be"), "olá"),
        ("jo\u0303".encode(), "jõ"),
    ],
    ids=["utf-8 mark", "utf-16 le", "utf-16 be", "utf-32 le", "utf-32 be", "nfd"],
)
def test_marked_encodings_are_recognised(tmp_path: Path, raw: bytes, text: str) -> None:
    """A byte order mark decides the encoding and is no part of the text."""
    path = tmp_path / "a.txt"
    path.write_bytes(raw)
    assert Document.from_path(path).text == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [(b"ol\xe1", "olá"), (b"\x93x\x94 \x80", "“x” €"), (b"\x81\x8d\xe1", "\x81\x8dá"), (b"\x8d\xe1", "\x8dá")],
)
def test_latin_1_is_read_with_a_warning(tmp_path: Path, raw: bytes, text: str) -> None:
    """Bytes that are not UTF-8 are read without losing one, and the warning names file, byte and caller."""
    path = tmp_path / "old.txt"
    path.write_bytes(raw)
    with pytest.warns(QualiaWarning, match=r"old\.txt' is not UTF-8 \(byte \d\); read as latin-1") as caught:
        assert Document.from_path(path).text == text
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "it is empty; give a file that holds text"),
        (b" \n\t ", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (b"a\0b", "it is binary, not text; export it as"),
        (b"%PDF-1.7 abc", "it is binary"),
        (b"PK\x03\x04abc", "it is binary"),
        (b"\x89PNG\r\n", "it is binary"),
        (codecs.BOM_UTF16_LE + b"\0", "its UTF-16 is damaged; save it again as UTF-8"),
        (codecs.BOM_UTF16_LE, "it is empty"),
    ],
    ids=["empty", "blank", "mark alone", "nul", "pdf", "zip", "png", "half utf-16", "utf-16 mark alone"],
)
def test_a_file_that_is_no_text_is_refused_with_a_remedy(tmp_path: Path, raw: bytes, sentence: str) -> None:
    """Empty and binary files give one sentence that names the file, the reason and what to do."""
    path = tmp_path / "in.txt"
    path.write_bytes(raw)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DocumentUnreadable, match=sentence) as caught:
            Document.from_path(path)
    assert caught.value.path == str(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The name is in the sentence, with what to check."""
    with pytest.raises(DocumentUnreadable, match=r"none\.txt': there is no such file; check the name"):
        Document.from_path(tmp_path / "none.txt")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """A folder is no document."""
    with pytest.raises(DocumentUnreadable, match="it is a folder; name a file in it"):
        Document.from_path(tmp_path)


def test_a_name_no_file_can_have_is_refused() -> None:
    """A NUL in a name is one of our errors, not Python's."""
    with pytest.raises(DocumentUnreadable, match="null"):
        Document.from_path("a\0b")


def test_a_file_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    """The sentence gives size and limit; a file of exactly the limit is read."""
    path = tmp_path / "big.txt"
    path.write_bytes(b"a" * 2_000_000)
    with pytest.raises(DocumentUnreadable, match=r"it has 2\.0 MB and the limit is 1\.0 MB; split it"):
        Document.from_path(path, max_bytes=1_000_000)
    assert len(Document.from_path(path, max_bytes=2_000_000).text) == 2_000_000


def test_a_docx_keeps_its_bytes_for_a_plugin_to_read(tmp_path: Path) -> None:
    """A file that is no text at all becomes a document without text that carries the bytes."""
    path = tmp_path / "a.docx"
    path.write_bytes(b"PK\x03\x04rest")
    document = Document.from_path(path)
    assert (document.text, document.data, document.title) == ("", b"PK\x03\x04rest", "a")
