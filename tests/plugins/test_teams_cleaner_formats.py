"""One small transcript of every format, as the programs write them, and what is read from each."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

import pytest

from qualia.plugin import Document, UnsupportedInput, build_params

Clean = Callable[..., Document]
Row = tuple[str | None, str, float | None, float | None]


@pytest.fixture(scope="session")
def plugin(load_plugin: Callable[[str], ModuleType]) -> ModuleType:
    """The plugin's package."""
    return load_plugin("teams_cleaner")


@pytest.fixture(scope="session")
def clean(plugin: ModuleType) -> Clean:
    """Clean a document or text with the plugin, one turn for each of the source unless asked otherwise."""

    def run(document: Document | str, **params: Any) -> Document:
        document = Document(document) if isinstance(document, str) else document
        given = {"merge_consecutive": False} | params
        return plugin.TeamsCleaner().process(document, build_params(plugin.Params, given, plugin="teams_cleaner"))

    return run


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


TEXTS: dict[str, tuple[str, tuple[str, str | None, int], list[Row]]] = {
    "Zoom's transcript": (
        (
            "WEBVTT\r\n\r\n1\r\n00:00:01.000 --> 00:00:02.000\r\nAna Lima: oi\r\n\r\n"
            "2\r\n00:00:02.000 --> 00:00:03.000\r\nBen: olá: sim\r\n"
        ),
        ("webvtt", "zoom", 2),
        [("Ana Lima", "oi", 1.0, 2.0), ("Ben", "olá: sim", 2.0, 3.0)],
    ),
    "Zoom's closed captions": (
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\noi\n\n2\n00:00:02.000 --> 00:00:03.000\nolá\n",
        ("webvtt", None, 2),
        [(None, "oi", 1.0, 2.0), (None, "olá", 2.0, 3.0)],
    ),
    "names that are no capitalised words": (
        "WEBVTT\n\n"
        + "".join(
            f"00:00:0{at}.000 --> 00:00:0{at}.900\n{name}: é isso: sim\n\n"
            for at, name in enumerate(["iPhone de Ana", "joao (he/him)"] * 2)
        ),
        ("webvtt", "zoom", 4),
        [
            ("iPhone de Ana", "é isso: sim", 0.0, 0.9),
            ("joao (he/him)", "é isso: sim", 1.0, 1.9),
            ("iPhone de Ana", "é isso: sim", 2.0, 2.9),
            ("joao (he/him)", "é isso: sim", 3.0, 3.9),
        ],
    ),
    "the same behind times": (
        "[00:01] joao: oi\n[00:02] joao: um: dois\n[00:03] ana_1: x\n[00:04] ana_1: y",
        ("bracketed", None, 4),
        [("joao", "oi", 1.0, 2.0), ("joao", "um: dois", 2.0, 3.0), ("ana_1", "x", 3.0, 4.0), ("ana_1", "y", 4.0, None)],
    ),
    "Stream's old captions": (
        (
            'WEBVTT\n\nNOTE duration:"00:00:09"\n\nNOTE language:pt\n\nNOTE Confidence: 0.9\n\n'
            "0d1f2a3b-1111-2222-3333-444455556666\n00:00:01.000 --> 00:00:02.000\noi\n\nNOTE Confidence: 0.8\n\n"
            "0d1f2a3b-1111-2222-3333-444455556667\n00:00:02.000 --> 00:00:03.000\nolá a\ntodos\n"
        ),
        ("webvtt", "stream", 2),
        [(None, "oi", 1.0, 2.0), (None, "olá a todos", 2.0, 3.0)],
    ),
    "unattributed captions with a blank line below the times": (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n\noi\n\n00:00:02.000 --> 00:00:03.000\n\nolá\n",
        ("webvtt", None, 2),
        [(None, "oi", 1.0, 2.0), (None, "olá", 2.0, 3.0)],
    ),
    "YouTube's rolling captions": (
        (
            "WEBVTT\nKind: captions\nLanguage: en\n\n"
            "00:00:00.160 --> 00:00:02.310 align:start position:0%\n \nhello<00:00:00.480><c> world</c>\n\n"
            "00:00:02.310 --> 00:00:02.320 align:start position:0%\nhello world\n \n\n"
            "00:00:02.320 --> 00:00:04.000 align:start position:0%\nhello world\nthis<00:00:02.480><c> is</c>\n\n"
            "00:00:04.000 --> 00:00:04.010 align:start position:0%\nthis is\n \n\n"
            "00:00:04.010 --> 00:00:06.000 align:start position:0%\nthis is\nit<00:00:05.000><c> now</c>\n"
        ),
        ("webvtt", "youtube", 5),
        [(None, "hello world", 0.16, 2.31), (None, "this is", 2.32, 4.0), (None, "it now", 4.01, 6.0)],
    ),
    "SubRip": (
        (
            "1\n00:00:01,000 --> 00:00:02,000\n<i>Ana: oi</i>\n- tudo {\\an8}bem &amp; mais\n\n"
            "2\n00:00:02,000 --> 00:00:03,500 X1:10\nBen: olá\n\n\n3\n00:00:04,000 --> 00:00:05,500\nAna: em\n\n2019\n"
        ),
        ("srt", None, 3),
        [("Ana", "oi - tudo bem & mais", 1.0, 2.0), ("Ben", "olá", 2.0, 3.5), ("Ana", "em 2019", 4.0, 5.5)],
    ),
    "SubRip without numbers": (
        "00:00:01,000 --> 00:00:02,000\n42\n00:00:02,000 --> 00:00:03,500\n43\n",
        ("srt", None, 2),
        [(None, "42", 1.0, 2.0), (None, "43", 2.0, 3.5)],
    ),
    "WhisperX's SubRip": (
        "1\n00:00:01,000 --> 00:00:02,000\n[SPEAKER_00]: oi\n\n2\n00:00:02,000 --> 00:00:03,500\n[Voz 2] [riso] olá\n",
        ("srt", None, 2),
        [("SPEAKER_00", "oi", 1.0, 2.0), ("Voz 2", "[riso] olá", 2.0, 3.5)],
    ),
    "SubViewer": (
        "0:00:03.900,0:00:08.460\ngood morning\nall\n\n0:00:08.460,0:00:15.780\num\n",
        ("sbv", None, 2),
        [(None, "good morning all", 3.9, 8.46), (None, "um", 8.46, 15.78)],
    ),
    "Google Meet": (
        (
            "Notas\nResumo\nDecisão: adiar\n\n00:00:00\n \nAna Lima: Bom dia.\nJoão Silva: Olá.\ne mais\n\n"
            "00:05:00\n\nAna Lima: Tchau\n\nA transcrição terminou após 00:24:29\nTexto gerado por computador."
        ),
        ("meet", None, 3),
        [
            ("Ana Lima", "Bom dia.", 0.0, None),
            ("João Silva", "Olá. e mais", 0.0, None),
            ("Ana Lima", "Tchau", 300.0, None),
        ],
    ),
    "Otter": (
        "Ana Lima  0:04\nBom dia.\n\nSpeaker 2  0:10\nOlá a todos\ncontinuando\n\nAna Lima  1:00:00\nfim\n",
        ("headed", None, 3),
        [
            ("Ana Lima", "Bom dia.", 4.0, 10.0),
            ("Speaker 2", "Olá a todos continuando", 10.0, 3600.0),
            ("Ana Lima", "fim", 3600.0, None),
        ],
    ),
    "names in brackets with spans of time": (
        "[Speaker 1] (0:00 - 0:05)\nBom dia.\n\n[Speaker 2] (0:05 - 0:10)\nOlá.\n",
        ("headed", None, 2),
        [("Speaker 1", "Bom dia.", 0.0, 5.0), ("Speaker 2", "Olá.", 5.0, 10.0)],
    ),
    "a name and a time in parentheses above": (
        "Speaker 1 (00:01):\nHello there\n\nSpeaker 2 (00:05):\nHi\n",
        ("parenthesised", None, 2),
        [("Speaker 1", "Hello there", 1.0, 5.0), ("Speaker 2", "Hi", 5.0, None)],
    ),
    "blocks below a time in brackets": (
        "[00:00]\nBom dia a todos\ne todas\n\n[01:29]\nOlá\n[02:00]\nfim",
        ("blocks", None, 3),
        [(None, "Bom dia a todos e todas", 0.0, 89.0), (None, "Olá", 89.0, 120.0), (None, "fim", 120.0, None)],
    ),
    "blocks with names": (
        "[00:00]\nAna: Bom dia\n\n[01:29]\nBen: Olá\n[02:00]\nAna: fim",
        ("blocks", None, 3),
        [("Ana", "Bom dia", 0.0, None), ("Ben", "Olá", 89.0, None), ("Ana", "fim", 120.0, None)],
    ),
    "times in front": (
        "10:00:00 Ana: oi\n10:00:05 Ben: olá\n10:30 Meeting: x\nhttps://a.b\n",
        ("clock", None, 2),
        [("Ana", "oi", 36000.0, 36005.0), ("Ben", "olá 10:30 Meeting: x https://a.b", 36005.0, None)],
    ),
    "times alone in front": (
        "0:00 hello there\n0:03 general\n0:08 kenobi",
        ("clock", None, 3),
        [(None, "hello there", 0.0, 3.0), (None, "general", 3.0, 8.0), (None, "kenobi", 8.0, None)],
    ),
    "a time and a name above": (
        "00:00:01 Speaker 1\nhello\n00:00:05 Speaker 2\nhi there",
        ("clock", None, 2),
        [("Speaker 1", "hello", 1.0, 5.0), ("Speaker 2", "hi there", 5.0, None)],
    ),
    "Zoom's chat": (
        "10:01:02\tAna Lima:\thello everyone here\n10:01:09\tBen:\thi\n  more\n",
        ("zoom-chat", None, 2),
        [("Ana Lima", "hello everyone here", 36062.0, None), ("Ben", "hi more", 36069.0, None)],
    ),
    "Zoom's chat with addressees": (
        "10:01:02\t From Ana Lima to Everyone:\n\thello\n10:01:09\t From Ben to Ana Lima (Direct Message):\n\thi\n",
        ("zoom-chat", None, 2),
        [("Ana Lima", "hello", 36062.0, None), ("Ben", "hi", 36069.0, None)],
    ),
    "Zoom's chat in Portuguese": (
        "10:01:02 De Ana Lima para Todos : oi\n10:01:09 De Ben para Todos : olá: sim",
        ("zoom-chat", None, 2),
        [("Ana Lima", "oi", 36062.0, None), ("Ben", "olá: sim", 36069.0, None)],
    ),
    "WhatsApp, Android, Portuguese": (
        (
            "25/12/2023 09:15 - As mensagens são protegidas com a criptografia de ponta a ponta.\n"
            "25/12/2023 09:15 - Ana Lima: Oi\ntudo bem?\n26/12/2023 às 09:16 - +55 11 98888-7777: sim: ok\n"
        ),
        ("whatsapp", None, 3),
        [("Ana Lima", "Oi tudo bem?", 0.0, None), ("+55 11 98888-7777", "sim: ok", 86460.0, None)],
    ),
    "WhatsApp, iOS, English": (
        (
            "[12/25/23, 9:15:00\u202fPM] Ana: \u200eMessages are encrypted\n[12/25/23, 9:15:10\u202fPM] Ana: Hi\n"
            "\u200e[12/25/23, 9:16:10\u202fPM] ~\u202fBen: \u200eimage omitted\n"
            "[1/2/24, 12:16:10\u202fAM] ~\u202fBen: happy\n"
        ),
        ("whatsapp", None, 4),
        [("Ana", "Hi", 10.0, None), ("Ben", "happy", 615670.0, None)],
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_every_format(clean: Clean, name: str) -> None:
    """The format is told by structure, and each cue or turn is read with its speaker and its moments."""
    text, expected, turns = TEXTS[name]
    document = clean(text)
    assert (told(document), rows(document)) == (expected, turns)


WORDS = [
    {"word": "hi", "punctuated_word": "Hi.", "start": 0, "end": 1, "speaker": 0},
    {"word": "yo", "start": 1, "end": 2, "speaker": 1},
]
ITEMS = [
    {"type": "pronunciation", "start_time": "0.1", "end_time": "0.4", "alternatives": [{"content": "Hi"}]},
    {"type": "punctuation", "alternatives": [{"content": "."}]},
    {"type": "pronunciation", "start_time": "5.5", "end_time": "5.9", "alternatives": [{"content": "Yes"}]},
]
LABELS = {
    "segments": [
        {"items": [{"start_time": item["start_time"], "speaker_label": f"spk_{item['start_time'][0]}"}]}
        for item in ITEMS
        if "start_time" in item
    ]
}
JSONS: dict[str, tuple[Any, tuple[str, str | None, int], list[Row]]] = {
    "WhisperX": (
        {
            "segments": [
                {"start": 0, "end": 1.5, "text": " Olá", "speaker": "SPEAKER_00"},
                {"start": 1.5, "end": 2, "text": "sim"},
            ]
        },
        ("whisper", None, 2),
        [("SPEAKER_00", "Olá", 0.0, 1.5), (None, "sim", 1.5, 2.0)],
    ),
    "a list of segments": ([{"start": 0, "end": 1, "text": "oi"}], ("whisper", None, 1), [(None, "oi", 0.0, 1.0)]),
    "Deepgram's words": (
        {"results": {"channels": [{"alternatives": [{"words": WORDS}]}]}},
        ("deepgram", None, 2),
        [("Speaker 0", "Hi.", 0.0, 1.0), ("Speaker 1", "yo", 1.0, 2.0)],
    ),
    "Deepgram's utterances": (
        {"results": {"utterances": [{"start": 0.5, "end": 1, "transcript": "Hi.", "speaker": 1}], "channels": []}},
        ("deepgram", None, 1),
        [("Speaker 1", "Hi.", 0.5, 1.0)],
    ),
    "AWS": (
        {"results": {"items": ITEMS, "speaker_labels": LABELS}},
        ("aws", None, 2),
        [("spk_0", "Hi.", 0.1, 0.4), ("spk_5", "Yes", 5.5, 5.9)],
    ),
    "AWS, newer": (
        {
            "results": {
                "items": [],
                "audio_segments": [
                    {"start_time": "0.0", "end_time": "2.5", "transcript": "Hi.", "speaker_label": "spk_0"}
                ],
            }
        },
        ("aws", None, 1),
        [("spk_0", "Hi.", 0.0, 2.5)],
    ),
    "Azure's batch": (
        {
            "recognizedPhrases": [
                {
                    "channel": 0,
                    "speaker": 2,
                    "offsetInTicks": 30000000.0,
                    "durationInTicks": 1e7,
                    "nBest": [{"display": "Dois."}],
                },
                {
                    "channel": 1,
                    "speaker": 1,
                    "offsetInTicks": 700000.0,
                    "durationInTicks": 15900000.0,
                    "nBest": [{"display": "Um."}],
                },
                {"channel": 1, "recognitionStatus": "Failure"},
            ]
        },
        ("azure", None, 2),
        [("Speaker 1", "Um.", 0.07, 1.66), ("Speaker 2", "Dois.", 3.0, 4.0)],
    ),
    "Azure's fast transcription": (
        {"phrases": [{"offsetMilliseconds": 40, "durationMilliseconds": 1000, "text": "Oi.", "speaker": 0}]},
        ("azure", None, 1),
        [("Speaker 0", "Oi.", 0.04, 1.04)],
    ),
}


@pytest.mark.parametrize("name", JSONS)
def test_the_json_of_every_recogniser(clean: Clean, name: str) -> None:
    """Segments, utterances and single words become turns with the speakers and moments the recogniser gives."""
    data, expected, turns = JSONS[name]
    document = clean(Document(json.dumps(data), media_type="application/json"))
    assert (told(document), rows(document)) == (expected, turns)


def test_reactions_are_no_messages(clean: Clean) -> None:
    """A reaction quotes a message above it; the same build without one is something somebody wrote."""
    document = clean(
        "10:01:02\tAna:\thello everyone here\n"
        '10:01:03\tBen:\tReacted to "hello everyone..." with 👍\n'
        '10:01:04\tBia:\tReagiu a "hello everyone here" com 👍\n'
        '10:01:05\tBia:\tEla disse "não" e riu 😀\n'
    )
    assert [words for _, words, _, _ in rows(document)] == ["hello everyone here", 'Ela disse "não" e riu 😀']
    assert [reason for _, reason in removed(document)] == ["reaction", "reaction"]


@pytest.mark.parametrize(
    ("dates", "seconds"),
    [
        (["01/02/2023 09:00", "02/02/2023 09:00"], 86_400.0),
        (["1/31/23, 9:00 PM", "2/1/23, 9:00 PM"], 86_400.0),
        (["12/31/22, 23:00", "1/1/23, 23:00"], 86_400.0),
        (["11/12/22, 23:00", "12/11/22, 23:00"], 29 * 86_400.0),
        (["2023-01-31 09:00", "2023-02-01 09:00"], 86_400.0),
        (["31.01.23, 09:00", "01.02.23, 09:00"], 86_400.0),
    ],
)
def test_day_and_month_are_told_apart(clean: Clean, dates: list[str], seconds: float) -> None:
    """Numbers above twelve decide, then the order that goes forward."""
    assert rows(clean("\n".join(f"{each} - Ana: oi" for each in dates)))[1][2] == seconds


def test_half_a_surrogate_in_json_becomes_a_replacement_character(clean: Clean) -> None:
    """What is read can be written as UTF-8; a whole pair is its character, and an escaped backslash stays one."""
    said = r'"a \ud800 b \ud83d\ude00 \\ud800"'
    text = f'{{"segments": [{{"start": 0, "end": 1, "text": {said}, "speaker": "A\\udfff"}}]}}'
    document = clean(Document(text, media_type="application/json"))
    assert rows(document) == [("A\ufffd", "a \ufffd b 😀 \\ud800", 0.0, 1.0)]


def test_a_chat_of_labels_without_words_is_refused_or_read(clean: Clean) -> None:
    """A label that is nothing but a line separator raises nothing of Python's own."""
    with suppress(UnsupportedInput):
        clean("00:00:00\t \u2028:\thi")
