"""Transcripts of every format, written by the tests and read back: no line of speech is lost, none is invented."""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.plugin import Document, UnsupportedInput, build_params

Clean = Callable[..., Document]
Said = tuple[str, str, list[str]]
"""The speaker, the first line of what is said, and the lines below it."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
JSON = "application/json"
STEP_S = 7
WORD = st.text(alphabet="abcdeçãéñжहि漢XYZ0189.,!?'\"%😀&", min_size=1, max_size=8)
WORDS = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
LOWER = st.tuples(st.sampled_from(["então", "and", "ça", "(ri)"]), WORDS).map(" ".join)
NAME = st.one_of(
    st.sampled_from(["Ana", "João da Silva", "Maria McDonald", "O'Neil", "Jean-Luc", "王芳", "Dr. J. von Neumann"]),
    st.text(alphabet="ABCÇdeéã", min_size=2, max_size=6).map(lambda text: f"Z{text.lower()}"),
)
TURNS = st.lists(st.tuples(NAME, WORDS, st.lists(LOWER, max_size=2)), min_size=2, max_size=8)


@pytest.fixture(scope="session")
def clean(load_plugin: Callable[[str], ModuleType]) -> Clean:
    """Clean a document with the plugin, one turn for each of the source."""
    plugin = load_plugin("teams_cleaner")
    params = build_params(plugin.Params, {"merge_consecutive": False}, plugin="teams_cleaner")
    return lambda document: plugin.TeamsCleaner().process(document, params)


def clock(seconds: float, mark: str = ".") -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{mark}{round(seconds % 1 * 1000):03}"


def short(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def times(at: int) -> tuple[float, float]:
    return STEP_S * at + 0.25, STEP_S * at + 5.5


def escaped(lines: Sequence[str]) -> str:
    return "\n".join(html.escape(line, quote=False) for line in lines)


def cues(turns: Sequence[Said], line: Callable[[str, Sequence[str]], str], *, mark: str = ".") -> str:
    blocks = [
        f"{at + 1}\n{clock(times(at)[0], mark)} --> {clock(times(at)[1], mark)}\n{line(name, [first, *more])}"
        for at, (name, first, more) in enumerate(turns)
    ]
    return "\n\n".join(blocks)


def teams(turns: Sequence[Said]) -> str:
    return "WEBVTT\n\n" + cues(turns, lambda name, lines: f"<v {html.escape(name)}>{escaped(lines)}</v>")


def zoom(turns: Sequence[Said]) -> str:
    return "WEBVTT\n\n" + cues(turns, lambda name, lines: escaped([f"{name}: {lines[0]}", *lines[1:]]))


def srt(turns: Sequence[Said]) -> str:
    return cues(turns, lambda name, lines: "\n".join([f"{name}: {lines[0]}", *lines[1:]]), mark=",")


def sbv(turns: Sequence[Said]) -> str:
    return "\n\n".join(
        "\n".join([f"{clock(times(at)[0])[1:]},{clock(times(at)[1])[1:]}", f"{name}: {first}", *more])
        for at, (name, first, more) in enumerate(turns)
    )


def lines(head: str, turns: Sequence[Said]) -> str:
    written: list[str] = []
    for at, (name, first, more) in enumerate(turns):
        moment = STEP_S * at
        filled = head.format(name=name, time=clock(moment)[:8], short=short(moment))
        written += [*f"{filled}{first}".split("\n"), *more]
    return "\n".join(written)


def chat(turns: Sequence[Said]) -> str:
    return "".join(
        f"{clock(STEP_S * at)[:8]}\t {name}:\t{first}\n" + "".join(f"\t{line}\n" for line in more)
        for at, (name, first, more) in enumerate(turns)
    )


def whatsapp(head: str, turns: Sequence[Said]) -> str:
    return "\n".join(
        "\n".join([head.format(time=clock(STEP_S * at)[:8], name=name) + first, *more])
        for at, (name, first, more) in enumerate(turns)
    )


def whisper(turns: Sequence[Said]) -> Document:
    segments = [
        {"start": times(at)[0], "end": times(at)[1], "text": " ".join([first, *more]), "speaker": name}
        for at, (name, first, more) in enumerate(turns)
    ]
    return Document(json.dumps({"segments": segments}), media_type=JSON)


def aws(turns: Sequence[Said]) -> Document:
    items = [
        {
            "type": "pronunciation",
            "start_time": str(begin),
            "end_time": str(begin),
            "alternatives": [{"content": word}],
            "speaker_label": f"{name} {at}",
        }
        for at, (name, first, more) in enumerate(turns)
        for begin in [times(at)[0]]
        for word in " ".join([first, *more]).split()
    ]
    return Document(json.dumps({"results": {"items": items}}), media_type=JSON)


def docx(paragraphs: Sequence[str]) -> Document:
    def runs(text: str) -> str:
        return "<w:br/>".join(f"<w:t>{html.escape(line)}</w:t>" for line in text.split("\n"))

    body = "".join(f"<w:p><w:r>{runs(text)}</w:r></w:p>" for text in paragraphs)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("word/document.xml", f'<w:document xmlns:w="{MAIN}">{body}</w:document>')
    return Document("", media_type=DOCX, data=packed.getvalue())


def teams_docx(turns: Sequence[Said]) -> Document:
    said = ["\n".join([f"{name}   {short(STEP_S * at)}", first, *more]) for at, (name, first, more) in enumerate(turns)]
    return docx(["Title", "X iniciou a transcrição", *said, "X parou a transcrição"])


def meet(turns: Sequence[Said]) -> str:
    said = "\n".join("\n".join([f"{name}: {first}", *more]) for name, first, more in turns)
    return f"Notas\nResumo\n\n00:00:00\n\n{said}\n\nTerminou após 00:59:00\n"


def meet_docx(turns: Sequence[Said]) -> Document:
    return docx(meet(turns).split("\n"))


def text_of(write: Callable[[Sequence[Said]], str]) -> Callable[[Sequence[Said]], Document]:
    return lambda turns: Document(write(turns))


def shape(head: str) -> Callable[[Sequence[Said]], Document]:
    return lambda turns: Document(lines(head, turns))


WRITERS: dict[str, tuple[Callable[[Sequence[Said]], Document], str, float | None]] = {
    "teams": (text_of(teams), "webvtt", 0.25),
    "zoom": (text_of(zoom), "webvtt", 0.25),
    "srt": (text_of(srt), "srt", 0.25),
    "sbv": (text_of(sbv), "sbv", 0.25),
    "otter": (shape("{name}  {short}\n"), "headed", 0.0),
    "turboscribe": (shape("{name} ({short} - {time})\n"), "headed", 0.0),
    "rev": (shape("{name} ({time}):\n"), "parenthesised", 0.0),
    "parenthesised": (shape("{name} ({time}): "), "parenthesised", 0.0),
    "bracketed": (shape("[{time}] {name}: "), "bracketed", 0.0),
    "clock": (shape("{time} {name}: "), "clock", 0.0),
    "dashed": (shape("{time} - {name}: "), "clock", 0.0),
    "chat": (text_of(chat), "zoom-chat", 0.0),
    "android": (lambda turns: Document(whatsapp("25/12/2023 {time} - {name}: ", turns)), "whatsapp", 0.0),
    "ios": (lambda turns: Document(whatsapp("[25/12/23, {time}] {name}: ", turns)), "whatsapp", 0.0),
    "whisper": (whisper, "whisper", 0.25),
    "teams docx": (teams_docx, "teams-docx", 0.0),
    "meet": (text_of(meet), "meet", None),
    "meet docx": (meet_docx, "meet", None),
    "plain": (shape("{name}: "), "plain", None),
}


@pytest.mark.parametrize("name", WRITERS)
@given(turns=TURNS, end=st.sampled_from(["\n", "\r\n", "\r"]), mark=st.sampled_from(["", "\ufeff"]))
def test_every_format_is_read_back(clean: Clean, name: str, turns: list[Said], end: str, mark: str) -> None:
    """Each turn comes back with its speaker, all its words in order, and its moment, whatever ends the lines."""
    write, kind, first_s = WRITERS[name]
    written = write(turns)
    if written.media_type == "text/plain":
        written = Document(mark + written.text.replace("\n", end))
    document = clean(written)
    said = [(each.speaker, document.text[each.start : each.end]) for each in document.segments]
    assert said == [(speaker, " ".join([first, *more])) for speaker, first, more in turns]
    assert (document.metadata["format"], document.metadata["cues"]) == (kind, len(turns))
    if first_s is not None:
        assert [each.begin_s for each in document.segments] == [first_s + STEP_S * at for at in range(len(turns))]
    assert all(
        line["reason"] in ("before the first turn", "after the last turn") for line in document.metadata["removed"]
    )


@given(turns=TURNS)
def test_single_words_with_times_are_read_back(clean: Clean, turns: list[Said]) -> None:
    """Words that come one by one are joined to turns of their speakers."""
    document = clean(aws(turns))
    assert [(each.speaker, document.text[each.start : each.end]) for each in document.segments] == [
        (f"{name} {at}", " ".join([first, *more])) for at, (name, first, more) in enumerate(turns)
    ]


@given(words=st.lists(LOWER, min_size=4, max_size=12, unique=True))
def test_rolling_captions_are_read_back(clean: Clean, words: list[str]) -> None:
    """Captions that show each line twice, with and without the times of their words, give each line once."""
    blocks: list[str] = []
    for at, line in enumerate(words):
        above = words[at - 1] if at else " "
        begin, end = times(at)
        blocks.append(f"{clock(begin)} --> {clock(end - 0.25)}\n{above}\n<{clock(begin)}><c>{escaped([line])}</c>")
        blocks.append(f"{clock(end - 0.25)} --> {clock(end)}\n{line}\n ")
    document = clean(Document("WEBVTT\n\n" + "\n\n".join(blocks).replace(" & ", " &amp; ")))
    assert document.metadata["variant"] == "youtube"
    assert [document.text[each.start : each.end] for each in document.segments] == words


PIECES = st.sampled_from(
    [
        "WEBVTT\n\n",
        "1\n",
        "00:00:01.000 --> 00:00:02.000\n",
        "00:00:01,000 --> 00:00:02,000\n",
        "0:00:01.000,0:00:02.000\n",
        "Ana: ",
        "Ana  0:04\n",
        "[00:01] ",
        "(00:02)",
        "10:00:00\t",
        "From Ana to All: ",
        "25/12/2023 09:15 - ",
        "</v>",
        "<v Bia>",
        "\n",
        "\n\n",
        "oi ",
        "{",
        "[{",
        '"start": 1',
        "&amp",
        "\0",
        "\u200e",
        "-->",
        ":",
        "00:00:00\n",
        "99:99:99 ",
        "1" * 30,
    ]
)


@given(
    st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=14).map("".join), st.sampled_from(["text/plain", JSON])
)
def test_any_text_is_read_or_refused(clean: Clean, text: str, media_type: str) -> None:
    """Pieces of all formats in any order bring no reader down, and what is read is well formed."""
    try:
        document = clean(Document(text, media_type=media_type))
    except UnsupportedInput:
        return
    assert len(document.segments) == len(document.text.split("\n")) if document.text else not document.segments
    assert all((each.begin_s or 0.0) <= (each.end_s or 1e18) for each in document.segments)


@given(st.binary(max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_any_bytes_are_read_or_refused(clean: Clean, noise: bytes, start: int, length: int) -> None:
    """A .docx with any bytes in any place is read, or refused; nothing else happens."""
    whole = teams_docx([("Ana", "bom dia", []), ("Bia", "olá", ["oi"])]).data or b""
    damaged = whole[:start] + noise + whole[start + length :]
    try:
        document = clean(Document("", media_type=DOCX, data=damaged))
    except UnsupportedInput:
        return
    assert document.metadata["format"]


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["segments", "results", "channels", "items", "start", "end", "text", "phrases", "alternatives", "words"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(VALUES)
def test_any_json_is_read_or_refused(clean: Clean, data: Any) -> None:
    """No JSON, with the names recognisers use in any place, brings the reader down."""
    try:
        clean(Document(json.dumps(data), media_type=JSON))
    except UnsupportedInput:
        return
