"""What is done with what was read: badges, speakers, pseudonyms, variants, hesitations, quality, hostile input."""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.errors import InvalidParam
from qualia.plugin import Document, UnsupportedInput, build_params
from qualia.text import count_words

Clean = Callable[..., Document]


@pytest.fixture(scope="session")
def clean(load_plugin: Callable[[str], ModuleType]) -> Clean:
    """Clean a document or text with the plugin, with the params given."""
    plugin = load_plugin("teams_cleaner")

    def run(document: Document | str, **params: Any) -> Document:
        document = Document(document) if isinstance(document, str) else document
        return plugin.TeamsCleaner().process(document, build_params(plugin.Params, params, plugin="teams_cleaner"))

    return run


def said(document: Document) -> list[tuple[str | None, str]]:
    return [(each.speaker, document.text[each.start : each.end]) for each in document.segments]


def removed(document: Document) -> list[tuple[str, str]]:
    return [(line["text"], line["reason"]) for line in document.metadata["removed"]]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ana Lima (Guest)", "Ana Lima"),
        ("Ana Lima (Convidada) [Externo]", "Ana Lima"),
        ("Ana Lima (Não verificado)", "Ana Lima"),
        ("Ana Lima（ゲスト）", "Ana Lima"),
        ("Ana Lima (Gast)", "Ana Lima"),
        ("Ana Lima External", "Ana Lima"),
        ("Ana Lima Unverified (Guest)", "Ana Lima"),
        ("Ana External", "Ana External"),
        ("Ana (mãe)", "Ana (mãe)"),
        ("Lima, Ana (UFMG)", "Lima, Ana (UFMG)"),
        ("(Guest)", "(Guest)"),
    ],
)
def test_badges_are_no_part_of_a_name(clean: Clean, written: str, name: str) -> None:
    """Badges of meeting programs are split off in every language; what tells two people apart stays."""
    document = clean(
        f"WEBVTT\n\n00:01.000 --> 00:02.000\n<v {written}>olá</v>\n\n00:03.000 --> 00:04.000\n<v Bia>oi</v>"
    )
    assert said(document) == [(name, "olá"), ("Bia", "oi")]


INTERVIEW = """[00:00] Entrevistadora: O que mudou, Ana Lima? Conte. E você, João?
[00:05] Ana Lima: Hum, eu acho que o João da Silva sabe. A ANA LIMA aqui não.
[00:09] João da Silva: Sei. joão da silva sabe tudo! Não é, Lima?
[00:12] Ana Souza: Ana está certa.
[00:15] Bob Lee joined the meeting
[00:20] Sistema: nota"""


def test_pseudonyms_stand_for_names_everywhere(clean: Clean) -> None:
    """Full names, their parts and their spellings become P1, P2, ... in speech too; roles are no names."""
    document = clean(
        Document(INTERVIEW, title="Ana Lima e João", metadata={"with": ["Joao Silva", 3]}), pseudonyms=True
    )
    assert said(document) == [
        ("P1", "O que mudou, P2? Conte. E você, P3?"),
        ("P2", "Hum, eu acho que o P3 sabe. A P2 aqui não."),
        ("P3", "Sei. P3 sabe tudo! Não é, P2?"),
        ("P4", "P2/P4 está certa."),
        ("Sistema", "nota"),
    ]
    assert (document.title, document.metadata["with"]) == ("P2 e P3", ("P3", 3))
    assert document.metadata["quality"]["names_hidden"] == 7
    assert removed(document) == [("(26 characters)", "system line")]


def test_no_name_is_left_in_a_document_with_pseudonyms(clean: Clean) -> None:
    """Neither text nor metadata hold a name; the key is a document of its own, which the same call gives on demand."""
    plain = clean(Document(INTERVIEW, title="Ana Lima"), pseudonyms=True).to_json()
    assert [name for name in ("Ana", "Lima", "Souza", "João", "Silva", "Bob", "Lee") if name in plain] == []
    key = clean(INTERVIEW, output="key")
    assert (key.media_type, json.loads(key.text)) == (
        "application/json",
        {"P1": "Entrevistadora", "P2": "Ana Lima", "P3": "João da Silva", "P4": "Ana Souza", "P5": "Bob Lee"},
    )
    assert (key.metadata, key.segments) == ({}, ())


def test_pseudonyms_do_not_depend_on_what_is_kept(clean: Clean) -> None:
    """A person has the same number in every variant, and variants may be asked for by number."""
    document = clean(INTERVIEW, pseudonyms=True, speakers=("p3",))
    assert said(document) == [("P3", "Sei. P3 sabe tudo! Não é, P2?")]


def test_names_written_without_spaces_between_words(clean: Clean) -> None:
    """A name in a script without case is found inside a sentence that has no spaces."""
    document = clean("[00:01] 王芳: 你好\n[00:05] 李明: 王芳说得对", pseudonyms=True)
    assert said(document) == [("P1", "你好"), ("P2", "P1说得对")]


@given(
    st.lists(
        st.sampled_from(["Ana", "ANA LIMA", "lima", "Lima's", "João", "rosa", "Rosa", "da", "-", ",", "e", "P1"]),
        max_size=12,
    ).map(" ".join)
)
def test_what_is_hidden_can_be_counted(load_plugin: Callable[[str], ModuleType], text: str) -> None:
    """Words that are part of no name stay, in order; no capitalised word of a name does."""
    pseudonyms = load_plugin("teams_cleaner").Pseudonyms(["Ana Lima", "João da Rosa"])
    hidden, count = pseudonyms.hide(text)
    assert [word for word in ("Ana", "ANA", "Lima", "João", "Rosa") if word in hidden.replace("'s", "").split()] == []
    assert hidden.count("P1") + hidden.count("P2") - text.count("P1") == count
    assert hidden.split().count("e") == text.split().count("e")


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"speakers": ("ana lima",)}, ["Hum, eu acho que o João da Silva sabe. A ANA LIMA aqui não."]),
        ({"only": "questions"}, ["O que mudou, Ana Lima? E você, João?", "Não é, Lima?"]),
        ({"only": "questions", "speakers": ("Entrevistadora",)}, ["O que mudou, Ana Lima? E você, João?"]),
        ({"only": "participants", "speakers": ("Entrevistadora", "Ana Souza")}, ["Ana está certa."]),
        (
            {"only": "participants", "moderators": ("Ana Souza", "Ana Lima", "João da Silva", "x")},
            ["O que mudou, Ana Lima? Conte. E você, João?"],
        ),
    ],
)
def test_variants(clean: Clean, params: dict[str, Any], expected: list[str]) -> None:
    """One speaker, participants without those who run the conversation, and questions alone."""
    document = clean(INTERVIEW, **params)
    assert [words for _, words in said(document)] == expected
    assert document.metadata["quality"]["not_selected"] >= 3
    assert removed(document) == [("Bob Lee joined the meeting", "system line")]


def test_hesitations_are_taken_out(clean: Clean) -> None:
    """Sounds of hesitation go, with the comma behind them, each language having its own; other words stay."""
    text = "[00:01] Ana: Hum, eu acho... hã, um dia né\n[00:05] Bia: Ahn...\n[00:07] Ana: que não, uhum."
    document = clean(text, without_fillers=True, merge_consecutive=False)
    assert said(document) == [("Ana", "eu acho... um dia né"), ("Ana", "que não, .")]
    assert removed(document) == [("Bia: Ahn...", "hesitation")]
    assert document.metadata["quality"]["fillers"] == 4
    english = clean(Document("[00:01] Ana: Um, I er think, uh, so", language="en"), without_fillers=True)
    assert said(english) == [("Ana", "I think, so")]
    french = Document("[00:01] Ana: Um, eh", language="fr")
    assert said(clean(french, without_fillers=True)) == [("Ana", "Um, eh")]


def test_the_quality_of_a_transcript(clean: Clean) -> None:
    """What a reader must know before trusting it: unknown speakers, times out of order, overlaps, pauses, damage."""
    cues = ["00:00.000 --> 00:05.000\n<v Ana>um dois três</v>", "00:04.000 --> 00:06.000\n<v Bia>qua\ufffdtro</v>"]
    cues += ["00:20.500 --> 00:21.000\nsem nome", "00:19.000 --> 00:19.500\n<v Ana>fim</v>"]
    document = clean("WEBVTT\n\n" + "\n\n".join(cues))
    words = sum(row["words"] for row in document.metadata["speakers"]) + 2
    assert document.metadata["quality"] == {
        "turns": 4,
        "words": words,
        "attributed": round(1 - 2 / words, 4),
        "timed": 1.0,
        "repeated": 0,
        "out_of_order": 1,
        "overlaps": 2,
        "longest_pause_s": 14.5,
        "damaged_characters": 1,
    }


@given(
    st.lists(
        st.lists(st.text(alphabet="aéçZ1.,:'\"()-«»…x_@ª中", min_size=1, max_size=5), min_size=1, max_size=6).map(
            " ".join
        ),
        max_size=150,
    )
)
def test_words_are_counted_as_everywhere_else(load_plugin: Callable[[str], ModuleType], texts: list[str]) -> None:
    """Many texts at once have as many words as count_words finds in each."""
    load_plugin("teams_cleaner")
    counts = sys.modules["shipped_teams_cleaner.summary"].WordCounts()
    assert counts.total(texts) == sum(count_words(text, numbers=True).total() for text in texts)


def test_messages_take_no_time(clean: Clean) -> None:
    """A message lasts until nobody knows when, so nobody spoke for any seconds."""
    document = clean("25/12/2023 09:15 - Ana: oi\n25/12/2023 09:45 - Bia: olá")
    assert [row["seconds"] for row in document.metadata["speakers"]] == [None, None]
    assert document.metadata["duration_s"] == 1800.0


@pytest.mark.parametrize("params", [{"only": "x"}, {"output": "both"}, {"speakers": "Ana"}])
def test_what_is_no_choice_is_refused(clean: Clean, params: dict[str, Any]) -> None:
    """A param outside its choices is the caller's mistake."""
    with pytest.raises(InvalidParam):
        clean(INTERVIEW, **params)


LONG = 400_000
CUE = "WEBVTT\n\n00:00.000 --> 00:01.000\n"


@pytest.mark.parametrize(
    "text",
    [
        "a" * LONG,
        "[00:01] Ana: " + "a b " * (LONG // 4),
        CUE + "palavra " * (LONG // 8),
        CUE + "<v Ana>" + "&amp" * (LONG // 4),
        CUE + "<" * LONG,
        CUE + "<v>" * (LONG // 30),
        "WEBVTT\n\n" + "-" * LONG + ">",
        "Ana: " + "a" * LONG + "\nBia: b",
        "1\n00:00:01,000 --> 00:00:02,000\n" + "{\\" * (LONG // 2),
        "\n" * LONG,
        "10:00:00\tAna:\t" + '"' * LONG,
        "25/12/2023 09:15 - Ana: " + "<" * LONG,
        "1" * LONG,
        "[" * LONG,
        "{" * 100_000,
    ],
    ids=lambda text: text[:40],
)
def test_long_lines_take_bounded_memory(clean: Clean, text: str) -> None:
    """A single line of millions of characters costs a few times its own size, read or refused."""
    document = Document(text)
    tracemalloc.start()
    try:
        clean(document, pseudonyms=True, without_fillers=True, only="questions")
    except UnsupportedInput:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 30 * LONG
