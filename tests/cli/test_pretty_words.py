"""Word frequencies as people read them on a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from qualia import Core, Document
from qualia.cli.readable import readable, reading_told
from qualia.cli.words import speaking
from qualia.records import KeyWord, PartWords, WordCount, WordFrequencies, WordSpread

TALK = "\n\n".join(
    [
        "WEBVTT",
        "00:00:01.000 --> 00:00:02.000\n<v Ana>The budget is late and the budget is small.</v>",
        "00:01:05.000 --> 00:01:07.000\n<v Bo>My garden needs rain, the garden is dry.</v>",
    ]
)
ASKED = {
    "kwic": ("budget", "garden"),
    "tf_idf": 2,
    "collocations": 2,
    "dispersion": True,
    "diversity": True,
    "min_count": 1,
}


@pytest.fixture(scope="module")
def found() -> WordFrequencies:
    """Everything word_frequency can tell of a short talk."""
    with Core() as core:
        document = Document(TALK, media_type="text/vtt")
        return core.run("word_frequency", document, ASKED, returns=WordFrequencies).value


def key(part: str, word: str) -> KeyWord:
    return KeyWord(
        part=part,
        word=word,
        count=1,
        reference_count=0,
        per_million=1.0,
        reference_per_million=0.0,
        g2=1.0,
        log_ratio=1.0,
        p=0.3,
    )


def section(text: str, title: str) -> list[str]:
    """The lines below a title."""
    return next(part.split("\n")[1:] for part in text.split("\n\n") if part.startswith(f"{title}\n"))


def test_contexts_stand_under_each_other(found: WordFrequencies) -> None:
    """What was found is in one column, with its time and speaker, below each query."""
    assert [re.sub(" {3,}", "  ", line) for line in section(readable(found, width=None), "in context")] == [
        "budget (2)",
        "0:01  Ana  The  budget  is late and the budget is small.",
        "0:01  Ana  The budget is late and the  budget  is small.",
        "garden (2)",
        "1:05  Bo  My  garden  needs rain, the garden is dry.",
        "1:05  Bo  My garden needs rain, the  garden  is dry.",
    ]
    lines = section(readable(found, width=60), "in context")
    assert len({line.index("  budget  ") for line in lines[1:3]}) == 1
    assert max(map(len, lines)) <= 60


def test_every_section_has_a_table(found: WordFrequencies) -> None:
    """Key words, weights, spread, pairs and diversity each have one; what was not asked for has none."""
    shown = readable(found, width=None)
    assert section(shown, "TF-IDF")[0].split() == ["part", "word", "count", "in", "parts", "TF-IDF"]
    assert section(shown, "dispersion")[1].split()[0] == "budget"
    assert section(shown, "collocations")[0].split() == ["left", "right", "count", "logDice", "PMI", "G2", "t"]
    assert [line.split()[0] for line in section(shown, "diversity")] == [
        "running",
        "distinct",
        "MATTR",
        "MTLD",
        "HD-D",
    ]
    assert "\nparts\n" not in shown
    bare = readable(WordFrequencies(words=(WordCount("a", 1),), total=1, distinct=1), width=None)
    assert bare.endswith("words\nword  count\na         1")


@pytest.mark.parametrize(("parts", "each"), [(2, 10), (5, 4), (30, 1)])
def test_parts_share_the_rows(parts: int, each: int) -> None:
    """No part hides the others: the rows shown are shared, and each part is named once."""
    keys = tuple(key(f"P{part}", f"w{at}") for part in range(parts) for at in range(12))
    lines = section(readable(WordFrequencies(words=(), total=0, distinct=0, keyness=keys), width=None), "keyness")
    assert [line.split()[0] for line in lines[1:-1] if line.startswith("P")] == [f"P{n}" for n in range(20 // each)]
    assert len(lines) == 22
    assert lines[-1].startswith(f"... and {len(keys) - 20} more")


def test_many_parts_are_bars() -> None:
    """The rates of a word in many parts are bars, with a dot where it is absent."""
    parts = tuple(PartWords(name=str(at), total=10, distinct=5, running=10) for at in range(9))
    spread = (WordSpread(word="a", in_parts=(0, 1, 2, 3, 4, 5, 6, 7, 8), dp=0.5),)
    record = WordFrequencies(words=(), total=0, distinct=0, parts=parts, dispersion=spread)
    assert "·▁▂▃▄▅▆▇█" in readable(record, width=None)


def test_it_speaks_portuguese(found: WordFrequencies) -> None:
    """No heading stays English."""
    with speaking("pt-BR"):
        shown = readable(found, width=None)
    headings = {line.split("  ")[0] for line in shown.splitlines()}
    assert {"palavras", "falantes", "palavras-chave", "dispersão", "colocações", "em contexto"} <= headings
    assert not re.search(r"(?m)^(words|speakers|count|dispersion|running)\b", shown)


def test_how_a_document_was_read_is_told_apart_from_it() -> None:
    """A reader's own facts become a sentence; other metadata say nothing."""
    with Core() as core:
        told = reading_told(core.run("teams_cleaner", Document(TALK, media_type="text/vtt")).value.metadata)
    assert told == "read as webvtt: turns 2, speakers 2, words with a speaker 100%, left out 0"
    assert [reading_told(each) for each in ({}, {"format": 1}, {"format": "x", "quality": 2})] == [None] * 3


def test_process_tells_it_on_stderr(qualia: Callable[..., Any], home: Any) -> None:
    """The text alone is data."""
    (home / "talk.vtt").write_text(TALK, encoding="utf-8")
    ran = qualia("process", "talk.vtt", "-p", "teams_cleaner", "--lang", "pt-BR")
    assert ran.out.startswith("Ana: The budget")
    assert ran.err == "lido como webvtt: falas 2, falantes 2, palavras com falante 100%, de fora 0\n"
    assert qualia("process", "talk.vtt", "-p", "teams_cleaner", "-q").err == ""
