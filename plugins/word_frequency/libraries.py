"""Libraries that only some params need: met when they are asked for, and named with the command that brings them."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from importlib.metadata import version
from types import ModuleType

from qualia.plugin import UnsupportedInput
from qualia.text import WordRules, iter_words

REQUIREMENTS = {"jieba": "jieba>=0.42", "simplemma": "simplemma>=1.1", "stopwordsiso": "stopwordsiso>=0.6"}

_PT_PRONOUNS = frozenset("me te se o a os as lo la los las no na nos nas lhe lhes vos".split())
_PT_ENDINGS = {"á": "ar", "ê": "er", "í": "ir", "i": "ir", "ô": "or"}


def library(name: str, *, asked_by: str) -> ModuleType:
    """Import a library of `REQUIREMENTS`.

    Raises:
        UnsupportedInput: it is not installed; the sentence says what asked for it and how to get it.
    """
    try:
        with warnings.catch_warnings():
            # Old code that warns when it is compiled or asks for pkg_resources; nothing of ours.
            warnings.simplefilter("ignore")
            return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        remedy = f'pip install "{REQUIREMENTS[name]}"'
        raise UnsupportedInput(asked_by, f"needs {name}, which is not installed; {remedy}") from error


def named(name: str) -> str:
    """Return a library's name with its version."""
    return f"{name} {version(name)}"


def iso_stop_words(language: str) -> frozenset[str]:
    """Return the stop words stopwordsiso has for a language, spelled as words are; none when it has none.

    Raises:
        UnsupportedInput: stopwordsiso is not installed.
    """
    iso = library("stopwordsiso", asked_by="stopwordsiso=true")
    if not iso.has_lang(language):
        return frozenset()
    spelled = (tuple(iter_words(word, WordRules(unspaced="runs"))) for word in iso.stopwords(language))
    return frozenset(words[0] for words in spelled if len(words) == 1)


def lemmatizer(language: str) -> Callable[[str], str]:
    """Return what brings a word of a language to its dictionary form; words it does not know stay.

    Raises:
        UnsupportedInput: simplemma is not installed, or does not know the language.
    """
    simplemma = library("simplemma", asked_by="lemmas=true")

    def lemma(word: str) -> str:
        try:
            return str(simplemma.lemmatize(word, lang=language))
        except ValueError:
            # Of some rare letters it leaves nothing over, and refuses that.
            return word

    try:
        simplemma.lemmatize("a", lang=language)
    except ValueError as error:
        reason = f"simplemma knows no {language!r}; name a language it knows with language"
        raise UnsupportedInput("lemmas=true", reason) from error
    if language == "pt":
        return lambda word: _portuguese(word, lemma).lower()
    if language == "en":
        return lambda word: lemma(word.removesuffix("'s")).lower()
    return lambda word: lemma(word).lower()


def _portuguese(word: str, lemma: Callable[[str], str]) -> str:
    """Return the lemma of a word; of a verb with pronouns behind or inside ("disse-me", "fazê-lo") that of the verb."""
    verb, *rest = word.split("-")
    if not _PT_PRONOUNS.intersection(rest[:1]):
        return lemma(word)
    if rest[0] in ("lo", "la", "los", "las") and verb[-1:] in _PT_ENDINGS:
        return verb[:-1] + _PT_ENDINGS[verb[-1]]
    # Future and conditional carry the pronoun inside: dir-me-ia is diria.
    ending = rest[-1] if len(rest) > 1 and rest[-1] not in _PT_PRONOUNS else ""
    return lemma(verb + ending)


def segmenter(name: str) -> Callable[[str], Iterable[str]]:
    """Return what takes a run of Chinese apart into words.

    Raises:
        UnsupportedInput: the library is not installed.
    """
    return _loaded(library(name, asked_by=f"unspaced={name}"))


@cache
def _loaded(jieba: ModuleType) -> Callable[[str], Iterable[str]]:
    # It tells standard error how it loads its dictionary.
    jieba.setLogLevel(logging.WARNING)
    cut: Callable[[str], Iterable[str]] = jieba.Tokenizer().cut
    return cut
