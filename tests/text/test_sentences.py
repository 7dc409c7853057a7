"""Where sentences begin and end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.text import sentence_spans

PROSE = st.text(alphabet="abIEà1 5\n\r\t\f\u2029.!?…।。\"'”“’»«()[]-—,;:😀", max_size=60) | st.text(max_size=60)
PIECES = st.lists(
    st.sampled_from(
        [
            "Sr.",
            "p.",
            "ex.",
            "U.S.",
            "The",
            "casa",
            "Ana",
            "1.",
            "3.14",
            '"Olá!"',
            "etc.",
            "...",
            "\n",
            "\n\n",
            "— ",
            "I.",
        ]
    ),
    max_size=12,
).map(" ".join)


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        pytest.param(["O Sr. Silva e a Dra. Ana vieram.", "Trouxeram pães, frutas, etc.", "Saíram."], id="titles"),
        pytest.param(["Custa R$ 1.234,56.", "O pi vale 3.14.", "Pronto."], id="numbers"),
        pytest.param(['"Olá!" disse ela.', '"Tudo bem?"', "Ele riu."], id="quotation"),
        pytest.param(["“Olá!” disse ela.", "“Não sei…”", "Ele riu."], id="curly quotes"),
        pytest.param(["— Vamos! — disse ele.", "— Não.", "Vou ficar."], id="dashes"),
        pytest.param(["Vimos, p. ex. O Globo, ontem.", "Cf. o art. 5 da lei, p.ex. aqui.", "Sim."], id="p. ex."),
        pytest.param(["Eu... não sei.", "Eu…", "Sim!"], id="ellipses"),
        pytest.param(["D. Pedro morou na Av. Paulista.", "A Profa. Lia também."], id="D. and Av."),
        pytest.param(["Nasceu em 1990.", "25 anos depois voltou."], id="year"),
        pytest.param(["Que dia é hoje?!", "Não sei...", "(Ninguém sabe.)", "Fim."], id="runs of marks"),
        pytest.param(["1. Primeiro ponto.", "2. Segundo ponto."], id="list"),
    ],
)
def test_portuguese(sentences: list[str]) -> None:
    """Portuguese abbreviations, numbers and quotations do not end a sentence."""
    assert split(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        pytest.param(["Mr. Smith went to the U.S.", "He liked it, e.g. the food."], id="U.S. ends"),
        pytest.param(["In the U.S. Senate they met Mrs. Jones.", "Good."], id="U.S. goes on"),
        pytest.param(["At 5 p.m. he left.", "We meet at 5 p.m.", "Monday is fine."], id="p.m."),
        pytest.param(["J. K. Rowling wrote it.", "So did I.", "Then we left."], id="initials"),
        pytest.param(["I said no.", "Five people came.", "No. 5 is alive."], id="No. 5"),
        pytest.param(["Apple Inc. Magazine is here.", "I work at Apple Inc.", "They pay."], id="Inc."),
        pytest.param(['What?!" she said.', "No...", '"Really?" he asked.', "Well."], id="quotation"),
        pytest.param(["Visit www.a.com or v1.2.3 at 10.30.", "It has 1,234.56 pages."], id="dots inside"),
        pytest.param(["I love it!", "It was bad.", "😀 It was good."], id="emoji"),
        pytest.param(["Bring tea, sugar, etc. and milk.", "See et al. for more, i.e. others."], id="etc."),
    ],
)
def test_english(sentences: list[str]) -> None:
    """English abbreviations, initials and numbers do not end a sentence."""
    assert split(" ".join(sentences)) == sentences


def test_a_line_break_inside_a_sentence_is_space() -> None:
    """A wrapped line goes on in the next one."""
    assert split("Uma linha\ncontinua aqui.\nOutra") == ["Uma linha\ncontinua aqui.", "Outra"]


def test_a_line_that_ends_with_a_terminator_ends_a_sentence() -> None:
    """What follows such a line is new, even in lower case as in chats."""
    assert split("não sei...\nacho que sim.\r\ntá bom") == ["não sei...", "acho que sim.", "tá bom"]


@pytest.mark.parametrize("gap", ["\n\n", "\r\n\r\n", "\n \t\n", "\f", "\u2029"])
def test_a_blank_line_ends_a_sentence(gap: str) -> None:
    """A paragraph needs no terminator to be over."""
    assert split(f"Um título{gap}O texto do Sr.{gap}Fim") == ["Um título", "O texto do Sr.", "Fim"]


def test_other_scripts_end_with_their_own_marks() -> None:
    """Hindi sentences end at a danda, Chinese ones without space."""
    assert split("यह घर है। वह पेड़ है।") == ["यह घर है।", "वह पेड़ है।"]
    assert split("你好。再见!") == ["你好。", "再见!"]


@pytest.mark.parametrize("text", ["", "   ", "\n\n \f\n"])
def test_space_holds_no_sentence(text: str) -> None:
    """A text of nothing but space has no sentences."""
    assert split(text) == []


@given(PROSE | PIECES)
def test_spans_are_ordered_and_hold_everything_but_space(text: str) -> None:
    """Spans lie in the text, one behind the other, begin and end with a character, and only space lies between them."""
    spans = list(sentence_spans(text))
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    gaps = "".join(text[before:after] for before, after in zip(edges[::2], edges[1::2], strict=True))
    assert edges == sorted(edges)
    assert all(start < end and text[start:end] == text[start:end].strip() for start, end in spans)
    assert gaps.strip() == ""


@given(PROSE | PIECES)
def test_a_sentence_is_one_sentence(text: str) -> None:
    """Splitting a sentence again finds nothing more to split."""
    for sentence in split(text):
        assert split(sentence) == [sentence]


WORDS = st.lists(
    st.sampled_from(["casa", "amigo", "não", "water", "coração", "e", "people"]), min_size=1, max_size=6
).map(" ".join)
SIMPLE = st.builds(
    lambda words, mark: f"Vimos {words}{mark}", WORDS, st.sampled_from([".", "!", "?", "...", "?!", "…"])
)


@given(st.lists(SIMPLE, max_size=8), st.sampled_from([" ", "\n", "\n\n", "  "]))
def test_joined_sentences_come_apart_again(sentences: list[str], gap: str) -> None:
    """Simple sentences put behind one another are found as they were."""
    assert split(gap.join(sentences)) == sentences


@pytest.mark.parametrize("pattern", ["\n ", ". ", '!"', ". (", "a.b ", "Sr. "])
def test_hostile_repetition_is_split_in_linear_time(pattern: str) -> None:
    """A quarter of a million repetitions end in well under the time that a quadratic splitter needs."""
    text = pattern * 250_000
    assert "".join("".join(split(text)).split()) == "".join(text.split())


def test_consecutive_spans_do_not_touch_what_they_skip() -> None:
    """Neighbouring spans are told apart by at least the space between them in prose."""
    spans = list(sentence_spans("Um. Dois! Três?\nQuatro"))
    assert [after[0] - before[1] for before, after in pairwise(spans)] == [1, 1, 1]


SPEECH = st.lists(
    st.sampled_from(
        ["e", "a", "gente", "não", "sabe", "então", "so", "and", "people", "mas", "Sr.", "p.", "ex.", "\n"]
    ),
    min_size=55,
    max_size=260,
).map(" ".join)


@given(SPEECH)
def test_speech_without_marks_is_parted(text: str) -> None:
    """No sentence of unpunctuated speech is longer than 60 words, nothing is lost, and each is one sentence."""
    sentences = split(text)
    assert " ".join(sentences).split() == text.split()
    assert all(len(each.split()) <= 60 or each.count(".") > 1 for each in sentences)
    assert all(split(each) == [each] for each in sentences)


def test_lines_part_speech_without_marks() -> None:
    """Where lines end, unpunctuated captions are parted; a line of up to three words stays with the next."""
    lines = [f"a linha {number} tem mais quatro palavras" for number in range(12)]
    assert split("\n".join(lines)) == lines


def test_speakers_begin_anew_with_small_words() -> None:
    """On one line, a stretch of at least twelve words ends before "então", "mas", "so" or "and"."""
    part = "então a gente foi lá na casa dela e viu que o portão estava aberto"
    assert split(" ".join([part] * 6)) == [part] * 6


def test_a_long_sentence_of_prose_is_whole() -> None:
    """Up to 60 words a sentence stays as its author wrote it."""
    sentence = " ".join(["palavra"] * 29 + ["então"] + ["outra"] * 30) + "."
    assert split(f"{sentence} Fim.") == [sentence, "Fim."]
