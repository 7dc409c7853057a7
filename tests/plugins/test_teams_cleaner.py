"""Meeting transcripts read into turns with speakers and times."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.plugin import Document, Segment, UnsupportedInput, build_params

Clean = Callable[..., Document]
Said = list[tuple[str | None, str]]

WORD = st.text(alphabet="abcdeçãéñжहि漢XYZ0189.,!?'\"%😀", min_size=1, max_size=8)
HARMLESS = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
LOWER = st.tuples(st.sampled_from(["então", "and", "ça", "(ri)"]), HARMLESS).map(" ".join)
NAME = st.one_of(
    st.sampled_from(["Ana", "João da Silva", "Maria McDonald", "O'Neil", "Jean-Luc", "王芳", "Dr. J. von Neumann"]),
    st.text(alphabet="ABCÇdeéã", min_size=2, max_size=6).map(lambda text: f"Z{text.lower()}"),
)
TURNS = st.lists(st.tuples(NAME, HARMLESS, st.lists(LOWER, max_size=2)), min_size=2, max_size=8)


@pytest.fixture(scope="session")
def clean(load_plugin: Callable[[str], ModuleType]) -> Clean:
    """Clean a document or text with the plugin, with the params given."""
    plugin = load_plugin("teams_cleaner")

    def run(document: Document | str, **params: Any) -> Document:
        document = Document(document) if isinstance(document, str) else document
        return plugin.TeamsCleaner().process(document, build_params(plugin.Params, params, plugin="teams_cleaner"))

    return run


def said(document: Document) -> Said:
    """Who says what, by the segments."""
    return [(segment.speaker, document.text[segment.start : segment.end]) for segment in document.segments]


def removed(document: Document) -> list[tuple[str, str]]:
    return [(line["text"], line["reason"]) for line in document.metadata["removed"]]


def moments(document: Document) -> list[tuple[float | None, float | None]]:
    return [(segment.begin_s, segment.end_s) for segment in document.segments]


def vtt(*cues: str) -> str:
    """WebVTT with a cue every two seconds that lasts one."""
    blocks = (f"00:00:{2 * at:02}.000 --> 00:00:{2 * at + 1:02}.000\n{cue}" for at, cue in enumerate(cues))
    return "\n\n".join(["WEBVTT", *blocks])


TEAMS = """\ufeffWEBVTT garbage

NOTE duration:"00:10:00.0000000"

NOTE
language:pt-br

STYLE
::cue { color: white }

REGION
id:fred

0d1f2a3b-1111-2222-3333-444455556666/14-0
00:00:03.240 --> 00:00:05.000
<v João Silva>Bom dia a todos,
tudo bem?</v>

0d1f2a3b-1111-2222-3333-444455556666/14-1
00:00:05.000 --> 00:00:06.500
<v João Silva>Vamos começar.</v>

NOTE Confidence: 0.87

00:00:07.000 --> 00:00:09.000 align:start
<v.loud Maria McDonald (Guest)>P&amp;D &lt;sempre&gt; <i>primeiro</i>
"""


def test_webvtt_as_teams_writes_it(clean: Clean) -> None:
    """Voices become speakers, split utterances one turn, and nothing but speech is speech."""
    document = clean(Document(TEAMS.replace("\n", "\r\n"), title="Semanal", language="pt", media_type="text/vtt"))
    assert document == Document(
        "João Silva: Bom dia a todos, tudo bem? Vamos começar.\nMaria McDonald: P&D <sempre> primeiro",
        title="Semanal",
        language="pt",
        segments=[
            Segment(12, 53, speaker="João Silva", begin_s=3.24, end_s=6.5),
            Segment(70, 91, speaker="Maria McDonald", begin_s=7.0, end_s=9.0),
        ],
        metadata={
            "format": "webvtt",
            "variant": "teams",
            "speakers": [
                {"name": "João Silva", "turns": 1, "words": 8, "seconds": 3.26, "share": 8 / 12, "first_s": 3.24},
                {"name": "Maria McDonald", "turns": 1, "words": 4, "seconds": 2.0, "share": 4 / 12, "first_s": 7.0},
            ],
            "duration_s": 5.76,
            "removed": [],
            "cues": 3,
            "quality": {
                "turns": 2,
                "words": 12,
                "attributed": 1.0,
                "timed": 1.0,
                "repeated": 0,
                "out_of_order": 0,
                "overlaps": 0,
                "longest_pause_s": 0.5,
                "damaged_characters": 0,
            },
        },
    )


@pytest.mark.parametrize(
    ("cues", "expected"),
    [
        (["<v Ana>olá"], [("Ana", "olá")]),
        (["<v Ana>olá</v> <v Bia>oi</v>"], [("Ana", "olá"), ("Bia", "oi")]),
        (["<v Ana>olá", "de novo</v>"], [("Ana", "olá"), ("Ana", "de novo")]),
        (["<v Ana>a < b e c > d <riso> x<y</v>"], [("Ana", "a < b e c > d <riso> x<y")]),
        (["<v Ana>um\n\ndois</v>"], [("Ana", "um dois")]),
        (["\n\n<v Ana>sob uma linha vazia</v>"], [("Ana", "sob uma linha vazia")]),
        (["<00:00:00.500><c> rolling</c> text"], [(None, "rolling text")]),
        (["<v R&amp;D>tab\tnbsp&nbsp;&#233; &#99999999999; &copy x"], [("R&D", "tab nbsp é &#99999999999; © x")]),
        (["<v >quem?"], [(None, "quem?")]),
        (["Ana Lima: olá", "Bia: oi\nAna: sim\nclaro"], [("Ana Lima", "olá"), ("Bia", "oi"), ("Ana", "sim claro")]),
        (["<v Ana>Bia: oi", "Nota: x"], [("Ana", "Bia: oi"), (None, "Nota: x")]),
        (["Nota: x 10:30 Meeting: y", "https://a.b"], [(None, "Nota: x 10:30 Meeting: y"), (None, "https://a.b")]),
        (["", "<v Ana> </v>"], []),
    ],
)  # fmt: skip
def test_what_is_said_in_cues(clean: Clean, cues: list[str], expected: Said) -> None:
    """Tags and entities are read, and whatever is no tag, entity or name stays speech."""
    assert said(clean(vtt(*cues), merge_consecutive=False)) == expected


def test_a_nul_is_read_as_the_standard_says(clean: Clean) -> None:
    """U+0000 becomes U+FFFD and loses no word."""
    assert said(clean(vtt("<v Ana>o\0lá"))) == [("Ana", "o\ufffdlá")]


def test_speech_without_times_is_listed(clean: Clean) -> None:
    """Text whose cue has unreadable times, or that stands outside any cue, is told to the reader."""
    text = vtt("<v Ana>olá</v>\n\nsolto") + "\n\n00:00:xx.000 --> 00:00:09.000\nperdido"
    assert removed(clean(text)) == [("solto", "outside any cue"), ("perdido", "its times cannot be read")]


BRACKETED = """[10:00:00] João Silva: Bom dia a todos.
[10:00:04] Recording Started
[10:00:05] Maria Santos: Ótimo.
[10:00:06] Sistema: Pedro Oliveira is now presenting
[10:00:07] Maria Santos: Ela disse "joined the meeting".
e continuou: https://qualia.example
10:30 Meeting: às dez
[10:00:20] Pedro Oliveira: Sim"""


def test_times_in_brackets(clean: Clean) -> None:
    """Turns last until the next, continuation lines stay in them, and lines of the program are left out."""
    document = clean(BRACKETED)
    assert said(document) == [
        ("João Silva", "Bom dia a todos."),
        (
            "Maria Santos",
            'Ótimo. Ela disse "joined the meeting". e continuou: https://qualia.example 10:30 Meeting: às dez',
        ),
        ("Pedro Oliveira", "Sim"),
    ]
    assert moments(document) == [(36000.0, 36004.0), (36005.0, 36020.0), (36020.0, None)]
    assert removed(document) == [
        ("Recording Started", "system line"),
        ("Sistema: Pedro Oliveira is now presenting", "system line"),
    ]


def test_times_in_parentheses(clean: Clean) -> None:
    """The badge is not the name, and the time is not part of it."""
    document = clean("Ana (Guest) (10:23:45): olá\n  tudo bem?\nJoão (10:23:50): oi\n")
    assert said(document) == [("Ana", "olá tudo bem?"), ("João", "oi")]
    assert (document.metadata["format"], moments(document)[0]) == ("parenthesised", (37425.0, 37430.0))


def test_names_alone(clean: Clean) -> None:
    """Names make turns; labels, times and addresses do not, and what stands above the first turn is told."""
    document = clean(
        "Título: Entrevista\n\nAna Lima: olá\nNota: importante\n10:30 Meeting: x\n\nSpeaker 2: https://a.b\nhttps://c.d"
    )
    assert said(document) == [
        ("Ana Lima", "olá Nota: importante 10:30 Meeting: x"),
        ("Speaker 2", "https://a.b https://c.d"),
    ]
    assert moments(document) == [(None, None), (None, None)]
    assert removed(document) == [("Título: Entrevista", "before the first turn")]
    assert (document.metadata["duration_s"], document.metadata["speakers"][0]["seconds"]) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Era uma vez um texto sem falas.\nMoral: nenhuma.\nFim.",
        "Ana: só uma fala",
        "https://a.b\nhttps://c.d",
        "10:30 Meeting: a\n11:30 Meeting: b",
        "10:30 Review: a\n11:30 Lunch: b\n12:30 Questions: c",
        "10:30 Review: a\n09:30 Lunch: b\n12:30 x: c",
        "A Casa 10:30\nO Rio 10:40",
        "Como se lê\num arquivo:\n\nassim\n\n00:00:01.000 --> 00:00:02.000\n<v Ana>olá\n\ne é só.",
        "Como se lê\num arquivo:\n\nassim\n\n00:00:01,000 --> 00:00:02,000\nAna: olá\n\ne é só.",
        "Ana: a\nBia: b" + "\num parágrafo qualquer" * 30,
    ],
)
def test_what_is_no_transcript_is_refused(clean: Clean, text: str) -> None:
    """A text of another structure is refused with its beginning and the structures that are read."""
    line = rf" \(line 1 begins {re.escape(repr(text.splitlines()[0][:60]))}\)" if text else ""
    with pytest.raises(UnsupportedInput, match=rf"does not look like a transcript{line}; it reads WebVTT, SRT, SBV, "):
        clean(text)


def test_a_file_that_is_no_text_is_refused(clean: Clean) -> None:
    """Bytes of another program are not read as an empty meeting."""
    with pytest.raises(UnsupportedInput, match="application/x-thing is no text"):
        clean(Document("", media_type="application/x-thing", data=b"PK"))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["23:59:00", "00:01:00", "23:59:30", "00:02:00"], [86340.0, 86460.0, 86370.0, 86520.0]),
        (["23:00:00", "11:00:00", "23:00:00", "11:00:00"], [82800.0, 126000.0, 169200.0, 212400.0]),
        (["10:00:05", "10:00:03"], [36005.0, 36003.0]),
        (["01:29", "1:02:03.5"], [89.0, 3723.5]),
    ],
)
def test_times_grow_over_midnight(clean: Clean, times: list[str], expected: list[float]) -> None:
    """A minute past midnight comes two minutes after a minute before it; a line out of order stays where it is."""
    document = clean("\n".join(f"[{time}] Ana: sim" for time in times), merge_consecutive=False)
    assert [segment.begin_s for segment in document.segments] == expected


def test_the_length_of_a_meeting_over_midnight(clean: Clean) -> None:
    """The duration does not become negative at midnight."""
    assert clean("[23:59:00] Ana: sim\n[00:01:00] Bia: não").metadata["duration_s"] == 120.0


def test_pauses_decide_what_is_joined(clean: Clean) -> None:
    """Cues of one speaker are joined up to the longest pause allowed, and never when speakers are unknown."""
    text = vtt("<v Ana>um", "<v Ana>dois", "<v Bia>três", "<v Ana>quatro", "sem nome", "sem nome")
    assert [words for _, words in said(clean(text))] == ["um dois", "três", "quatro", "sem nome", "sem nome"]
    assert len(clean(text, merge_gap_s=0.5).segments) == 6
    assert len(clean(text, merge_consecutive=False).segments) == 6


def test_short_turns_go_after_joining(clean: Clean) -> None:
    """A one-word cue that belongs to a longer turn stays; a short turn is told to the reader."""
    document = clean(vtt("<v Ana>Ótimo.", "<v Ana>Vamos então", "<v Bia>Sim"), min_words=2)
    assert said(document) == [("Ana", "Ótimo. Vamos então")]
    assert removed(document) == [("Bia: Sim", "fewer than 2 words")]


@pytest.mark.parametrize(
    ("speaker", "line"),
    [
        (None, "Ana joined the meeting."),
        (None, "Ana Lima (Convidada) entrou na reunião"),
        (None, "Recording has started"),
        (None, "A gravação foi iniciada."),
        ("System", "João da Silva left the call"),
        ("Microsoft Teams", "Ana started transcription"),
        ("Microsoft Teams", "Transcription has started. Let everyone know they are being transcribed."),
        ("Sistema", "Esta reunião está sendo gravada"),
        ("Ana Lima", "Ana Lima saiu da reunião"),
        ("Bia", "Ana Lima is now presenting"),
    ],
)
def test_lines_of_the_program_are_left_out(clean: Clean, speaker: str | None, line: str) -> None:
    """A notice is told as removed and is no speech, unless it is asked for."""
    text = vtt(f"<v {speaker}>{line}" if speaker else line, "<v Bia>oi")
    assert said(clean(text)) == [("Bia", "oi")]
    assert removed(clean(text)) == [(f"{speaker}: {line}" if speaker else line, "system line")]
    assert said(clean(text, system_lines=True, merge_consecutive=False)) == [(speaker, line), ("Bia", "oi")]


@pytest.mark.parametrize(
    ("speaker", "line"),
    [
        ("Ana", "she said Bob joined the meeting late"),
        ("Ana", "Bob joined the meeting"),
        ("Ana", "He joined the meeting"),
        ("Ana", "Everybody left the meeting."),
        ("Ana", "“Bob Lee” joined the meeting"),
        ("Ana", "Recording started"),
        ("Ana", "joined the meeting"),
        (None, "Ele entrou na reunião"),
        (None, "acho que o João entrou na reunião"),
        ("System", "The printer is on fire"),
    ],
)
def test_what_people_say_about_the_meeting_stays(clean: Clean, speaker: str | None, line: str) -> None:
    """Words that only resemble a notice are speech."""
    assert said(clean(vtt(f"<v {speaker}>{line}" if speaker else line))) == [(speaker, line)]


def test_a_notice_between_the_lines_of_a_turn(clean: Clean) -> None:
    """A notice without a speaker does not become the words of whoever spoke before."""
    document = clean("Ana: bom\nBob Lee joined the meeting\ndia\nBia: oi")
    assert said(document) == [("Ana", "bom dia"), ("Bia", "oi")]
    assert removed(document) == [("Bob Lee joined the meeting", "system line")]


def test_the_inputs_metadata_is_kept(clean: Clean) -> None:
    """Facts the input brought stay; those under a name the plugin uses move to a free one."""
    metadata = {"study": 7, "format": "mine", "source_format": "other"}
    document = clean(Document(vtt("<v Ana>olá"), metadata=metadata))
    kept = [document.metadata[key] for key in ("study", "source_format", "format", "source_source_format")]
    assert kept == [7, "other", "webvtt", "mine"]


def written_vtt(turns: list[tuple[str, str, list[str]]]) -> str:
    blocks = ["WEBVTT"]
    for at, (name, words, more) in enumerate(turns):
        speech = "\n".join(html.escape(line, quote=False) for line in [words, *more])
        blocks.append(f"id {at}\n00:{at:02}:00.000 --> 00:{at:02}:30.250\n<v {html.escape(name)}>{speech}</v>")
    return "\n\n".join(blocks)


@given(turns=TURNS, gap=st.sampled_from([0.0, 30.0]))
def test_joining_changes_no_word(clean: Clean, turns: list[tuple[str, str, list[str]]], gap: float) -> None:
    """Joined turns hold the words of their parts in order, and every line is its name and its segment."""
    document = clean(written_vtt(turns), merge_gap_s=gap)
    assert " ".join(words for _, words in said(document)) == " ".join(
        " ".join([first, *more]) for _, first, more in turns
    )
    assert document.text.split("\n") == [f"{name}: {words}" for name, words in said(document)]
    shares = [speaker["share"] for speaker in document.metadata["speakers"]]
    assert sum(shares) == pytest.approx(1.0) or shares == [0.0] * len(shares)


@given(
    st.text(alphabet=st.one_of(st.sampled_from("WEBVT<>/v&;:-()[]0123 \n\r\0Anaé\u0301"), st.characters()), max_size=80)
)
def test_any_text_is_read_or_refused(clean: Clean, text: str) -> None:
    """No text brings the reader down, also behind a signature and a cue."""
    clean("WEBVTT\n\n00:00.000 --> 00:01.000\n" + text)
    try:
        document = clean("[00:01] Ana: " + text)
    except UnsupportedInput:
        return
    assert len(document.segments) == len(document.text.splitlines())


CUE = "WEBVTT\n\n00:00.000 --> 00:01.000\n"


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        (CUE + "<v " * 100_000, 299_999),
        (CUE + "<v A>x\n\n" + "y\n\n" * 30_000, 60_001),
        (CUE + "&a" * 100_000, 200_000),
        ("WEBVTT\n\n" + "-->" * 100_000, 0),
        ("[10:00:00] Ana: " + "joined the meeting " * 20_000, 379_999),
        ("9" * 300_000 + ":00:00.000 --> 00:00:01.000", None),
        ("(" * 300_000, None),
    ],
)
def test_hostile_text_loses_nothing(clean: Clean, text: str, characters: int | None) -> None:
    """Text made to be slow is refused, or read with all its words, in the time of any other text."""
    try:
        found = sum(len(words) for _, words in said(clean(text)))
    except UnsupportedInput:
        found = None
    assert found == characters
