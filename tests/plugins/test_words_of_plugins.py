"""What plugins say of themselves, they say in Portuguese too; a catalogue in their folder is all they need for it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from qualia._plugins.loader import Source
from qualia.words import said_by, speaking, translations_by
from tests.plugins.catalogues import catalogue_of, give_words, names, read, said

SUMMARY = "How many words a turn has."
TOLD = "Quantas palavras tem uma fala."


@pytest.mark.parametrize("plugin", names())
def test_every_sentence_has_a_translation_and_none_is_left_over(plugin: str) -> None:
    """A summary or a help without one is named, and so is what the plugin says no longer."""
    path = catalogue_of(plugin)
    assert path.is_file(), "run: python -m tests.plugins.catalogues"
    found = {str(each.id): str(each.string) for each in read(path) if each.id}
    assert [sentence for sentence in said(plugin) if not found.get(sentence)] == []
    assert sorted({*found} - {*said(plugin)}) == []


def test_what_several_plugins_say_they_say_with_the_same_words() -> None:
    """One English sentence has one translation, whichever plugin says it."""
    told: dict[str, set[str]] = {}
    for plugin in names():
        for each in read(catalogue_of(plugin)):
            told.setdefault(str(each.id), set()).add(str(each.string)) if each.id else None
    assert {sentence: words for sentence, words in told.items() if len(words) > 1} == {}


def test_a_catalogue_in_the_plugins_folder_is_all_there_is_to_it(tmp_path: Path) -> None:
    """It is used in Portuguese alone; what it does not have, and a folder without one, leaves the English."""
    give_words(tmp_path, {SUMMARY: f"  {TOLD}\n"})
    assert said_by(tmp_path, SUMMARY) == SUMMARY
    with speaking("pt-BR"):
        assert said_by(tmp_path, SUMMARY) == TOLD
        assert said_by(str(tmp_path), "Something else.") == "Something else."
        assert said_by(tmp_path / "none", SUMMARY) == SUMMARY
        assert said_by(tmp_path, "") == ""
    assert translations_by(tmp_path, [SUMMARY, "Something else."]) == {"pt-BR": {SUMMARY: TOLD}}
    assert translations_by(tmp_path, []) == translations_by(tmp_path / "none", [SUMMARY]) == {}


def test_a_catalogue_that_changed_is_read_again(tmp_path: Path) -> None:
    """An author who mends a translation sees it without starting anything again."""
    path = give_words(tmp_path, {SUMMARY: "Palavras."})
    with speaking("pt-BR"):
        assert said_by(tmp_path, SUMMARY) == "Palavras."
        give_words(tmp_path, {SUMMARY: TOLD})
        os.utime(path, ns=(1, 1))
        assert said_by(tmp_path, SUMMARY) == TOLD
        path.unlink()
        assert said_by(tmp_path, SUMMARY) == SUMMARY


def test_a_broken_catalogue_leaves_the_english(tmp_path: Path) -> None:
    """Cut anywhere, or with any byte another, it costs its translations and nothing else."""
    path = give_words(tmp_path, {SUMMARY: TOLD})
    whole = path.read_bytes()
    broken = [whole[:size] for size in range(0, len(whole), 11)]
    broken += [whole[:place] + b"\xff" + whole[place + 1 :] for place in range(0, len(whole), 5)]
    broken += [whole.replace(b"charset=", b"charset "), whole.replace(b"charset=utf-8", b"charset=none"), b"\0" * 2**21]
    with speaking("pt-BR"):
        for number, data in enumerate(broken):
            path.write_bytes(data)
            os.utime(path, ns=(number, number))
            assert isinstance(said_by(tmp_path, SUMMARY), str)
            assert said_by(tmp_path, "Something else.") == "Something else."


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    """A folder may come from anybody: what is no file is not opened."""
    path = give_words(tmp_path, {SUMMARY: TOLD})
    path.unlink()
    os.mkfifo(path)
    with speaking("pt-BR"):
        assert said_by(tmp_path, SUMMARY) == SUMMARY


def test_translating_a_plugin_leaves_its_code_as_it_was(tmp_path: Path) -> None:
    """Its results stay in the cache; another file of the same folder is part of it all the same."""
    (tmp_path / "__init__.py").write_text("", encoding="utf-8")
    before = Source.read(tmp_path).code_hash
    path = give_words(tmp_path, {SUMMARY: TOLD})
    path.with_suffix(".po").write_text("", encoding="utf-8")
    assert Source.read(tmp_path).code_hash == before
    path.with_name("results.mo").write_bytes(b"")
    assert Source.read(tmp_path).code_hash != before
