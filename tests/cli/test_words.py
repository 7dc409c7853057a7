"""The command line speaks English and Brazilian Portuguese."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qualia import cli, errors
from qualia.cli.usage import ExtraMissing, WrongUsage
from qualia.cli.words import _, sentence_of, speaking, translated, translations, wanted_language
from tests.cli.catalogues import said

SENTENCES = translations()
SAID = {f"{context}\x04{each}" if context else each for context, each in said(Path(cli.__file__).parent)}
PLACEHOLDER = re.compile(r"\{(\w+)")
KINDS = [kind for _name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.QualiaError)]


def test_every_sentence_has_a_translation() -> None:
    """What the command line says, it can say in Portuguese."""
    assert [sentence for sentence in sorted(SAID) if not SENTENCES.get(sentence)] == []


@pytest.mark.parametrize("kind", [*KINDS, WrongUsage, ExtraMissing])
def test_every_error_class_has_a_translated_template(kind: type[errors.QualiaError]) -> None:
    """Each class's template is in the table."""
    assert kind.template in SENTENCES


def test_a_translation_has_the_placeholders_of_its_original() -> None:
    """Nothing is lost and nothing is made up."""
    named = {each: (set(PLACEHOLDER.findall(each)), set(PLACEHOLDER.findall(SENTENCES[each]))) for each in SENTENCES}
    assert {each: names for each, names in named.items() if names[0] != names[1]} == {}


def test_the_language_is_the_one_asked_for_or_the_systems() -> None:
    """--lang is stronger than LANGUAGE, that than LC_ALL, LC_MESSAGES and LANG; what is unknown is English."""
    cases = {
        ((), ()): "en",
        ((), (("LANG", "pt_BR.UTF-8"),)): "pt-BR",
        ((), (("LANG", "pt_BR.UTF-8"), ("LC_ALL", "C"))): "en",
        ((), (("LANG", "en_US"), ("LANGUAGE", "pt_BR:en"))): "pt-BR",
        ((), (("LANG", "de_DE.UTF-8"),)): "en",
        (("list", "--lang", "en"), (("LANG", "pt_BR.UTF-8"),)): "en",
        (("list", "--lang=pt-BR"), ()): "pt-BR",
        (("list", "--lang"), ()): "en",
        (("--lang", "fr"), (("LANG", "pt_BR.UTF-8"),)): "pt-BR",
    }
    for (words, environ), language in cases.items():
        assert wanted_language(words, dict(environ)) == language


def test_errors_are_told_in_portuguese_with_their_reasons() -> None:
    """An error's own words and the reason inside it are translated, and so is an error within an error."""
    inner = str(errors.InvalidParam("word_frequency", "top", 'must be an int, not "5" (str)'))
    with speaking("pt-BR"):
        assert sentence_of(errors.DocumentUnreadable("x", "it is a folder", "name a file in it")) == (
            "não foi possível ler 'x': é uma pasta; indique um arquivo dentro dela"
        )
        assert sentence_of(errors.UnknownPlugin("cuont", ("count", "mount"))) == (
            "não existe o plugin 'cuont'; você quis dizer 'count' ou 'mount'?"
        )
        assert sentence_of(errors.InvalidPipeline("meeting, step 3 (words)", inner)) == (
            "meeting, passo 3 (words): word_frequency: o parâmetro 'top' deve ser um número inteiro, não \"5\" (str)"
        )
        assert sentence_of(errors.CircuitOpen("x", 12.4)) == (
            "o plugin 'x' falhou vezes demais e fica parado por mais 12 segundos"
        )
        assert translated("something nobody foresaw") == "something nobody foresaw"
        foreign = "Expected ']' at the end of a table declaration"
        assert translated(f"cannot be read: {foreign}") == f"não pode ser lido: {foreign}"


def test_a_name_that_is_a_word_too_stays_what_it_is() -> None:
    """Somebody's plugin may be called what a heading is called."""
    with speaking("pt-BR"):
        assert _("speakers") != "speakers"
        assert "'speakers'" in sentence_of(errors.UnknownPlugin("speakers", ()))
        assert sentence_of(errors.UnsupportedInput("speakers", "it is a folder")) == f"speakers: {_('it is a folder')}"


def test_the_language_ends_with_its_block() -> None:
    """Two command lines in one process do not change each other's language."""
    with speaking("pt-BR"):
        assert _("error") == "erro"
        with speaking("en"):
            assert _("error") == "error"
        assert _("error") == "erro"
    assert _("error") == "error"


def test_help_and_failures_are_portuguese_when_the_system_is(
    qualia: Callable[..., Any], document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Brazilian researcher reads Portuguese without asking for it."""
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    assert qualia("--help").out.startswith("uso: qualia")
    ran = qualia("analyze", "notes.txt", "-p", "toy_count", "-P", "top=0")
    assert ran.err == "qualia: erro: toy_count: o parâmetro 'top' deve ser no mínimo 1, não 0\n"
    ran = qualia("analyze", "notes.txt", "--format", "json")
    assert "falta informar: -p/--plugin" in ran.err


def test_a_strangers_text_is_not_looked_through_for_ever() -> None:
    """What fits patterns in countless ways, as a log that a plugin raised may, is told as it is, and at once."""
    for text in ("a: " * 20_000, "its last load failed: " * 20 + "x"):
        with speaking("pt-BR"):
            assert translated(text).endswith(text[-100:])
