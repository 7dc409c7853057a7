"""Sentences in the reader's language: English where they are written, translations in catalogues.

A package keeps gettext catalogues below a folder ``locale`` of its own, found by the English sentence; placeholders
keep their names. What it says itself passes through `Words.say`. Sentences that somebody has composed already, such as
those of errors, are recognised by the same catalogues, placeholder by placeholder, so that an error within an error is
translated too. Where catalogues were not compiled, as in a checkout that was never installed, English is spoken.

::

    # tidying/words.py, beside tidying/locale
    from qualia.words import Words

    _ = Words(__file__).say

What a plugin says of itself, in its manifest and its params, is translated by a catalogue in its own folder.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from qualia._plugins.entries import entries, module_file

if TYPE_CHECKING:
    from qualia.errors import QualiaError

__all__ = ["LANGUAGES", "Words", "brought", "language_of", "said_by", "speaking", "spoken", "translations_by"]

LANGUAGES = ("en", "pt-BR")
"""What can be spoken."""
_GROUP = "qualia.operations"
_OF_PLUGIN = os.path.join("locale", "pt_BR", "LC_MESSAGES", "plugin.mo")  # noqa: PTH118 - asked for at every key
_MOST_BYTES = 1024 * 1024
_language: ContextVar[str] = ContextVar("language", default="en")
_SENTENCES = frozenset({"action", "error", "hint", "purpose", "reason", "remedy"})
"""Fields of errors that hold sentences, however short."""
_TELLING = 4
"""A sentence with fewer letters of its own cannot be known by them: only single words fill its placeholders."""
_LONGEST = 2000
_DEEPEST = 6
_FIELD = re.compile(r"\{(\w+)(?:![rs])?(?::[^}]*)?\}")


def language_of(tag: str) -> str:
    """Return the one of `LANGUAGES` that a tag such as ``pt_BR.UTF-8`` or ``pt`` asks for; English for any other."""
    return "pt-BR" if tag.lower().startswith("pt") else "en"


@contextmanager
def speaking(language: str) -> Generator[None, None, None]:
    """Speak ``language`` as long as the block lasts, in this thread or task."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def spoken() -> str:
    """Return the language spoken, one of `LANGUAGES`."""
    return _language.get()


def brought(search_path: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return the first file of each package whose operations distributions bring; nothing is imported.

    Args:
        search_path: where distributions are installed; None for ``sys.path``.
    """
    path = list(sys.path if search_path is None else search_path)
    names = {entry.value.partition(":")[0].partition(".")[0].strip() for entry in entries(path, _GROUP)}
    files = (module_file(name, path) for name in sorted(names))
    return tuple(file for file in files if file is not None)


def said_by(folder: str | os.PathLike[str], sentence: str) -> str:
    """Return a sentence that a plugin says of itself in the language spoken; as it is when its folder cannot tell.

    Args:
        folder: the plugin's, which may hold ``locale/pt_BR/LC_MESSAGES/plugin.mo``.
        sentence: its summary, or the help of one of its params.
    """
    return sentence if spoken() == "en" else _of_plugin(folder).get(sentence, sentence)


def translations_by(folder: str | os.PathLike[str], sentences: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return what a plugin's folder knows of sentences it says of itself: by language, then by the English sentence."""
    known = _of_plugin(folder)
    found = {sentence: known[sentence] for sentence in sentences if sentence in known}
    return {"pt-BR": found} if found else {}


def _of_plugin(folder: str | os.PathLike[str]) -> Mapping[str, str]:
    """Return a plugin's catalogue, read again when its file is another one."""
    path = os.path.join(folder, _OF_PLUGIN)  # noqa: PTH118 - as above
    try:
        info = os.stat(path)  # noqa: PTH116 - as above
    except (OSError, ValueError):
        return {}
    # Whoever opens a pipe waits for its writer.
    return _strangers(path, info.st_mtime_ns, info.st_size) if stat.S_ISREG(info.st_mode) else {}


@lru_cache(maxsize=256)
def _strangers(path: str, _changed_ns: int, size_bytes: int) -> Mapping[str, str]:
    """Return the sentences of a catalogue that anybody may have written, each one line; none when it is broken."""
    import struct

    if size_bytes > _MOST_BYTES:
        return {}
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            found = _catalogue(BytesIO(file.read(_MOST_BYTES)))
    # The library says of nearly nothing that it is no catalogue, and stumbles over it.
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, struct.error):
        return {}
    return {english: told for english, each in found.items() if (told := " ".join(each.split()))}


class Words:
    """Catalogues, read when the first sentence needs them.

    Args:
        file: a module's; the catalogues are beside it, as ``locale/pt_BR/LC_MESSAGES/*.mo``.
        further: asked for files of further packages when a composed sentence is in none of these catalogues.
    """

    def __init__(self, file: str, *, further: Callable[[], Iterable[str]] = tuple) -> None:
        self._file: str = file
        self._further: Callable[[], Iterable[str]] = further
        self._found: list[_Catalogue] = []
        self._is_complete: bool = False

    def say(self, sentence: str, **fields: object) -> str:
        """Return a sentence in the language spoken, its placeholders filled."""
        if spoken() != "en":
            sentence = self.sentences().get(sentence, sentence)
        return sentence.format(**fields) if fields else sentence

    def heading(self, name: str) -> str:
        """Return what stands over a part of a result, in the language spoken: a heading, never part of a sentence."""
        return name if spoken() == "en" else self.sentences().get(f"heading\x04{name}", name)

    def translated(self, text: str) -> str:
        """Return a composed English sentence in the language spoken, as far as the catalogues know it.

        What is within it is translated too, up to a depth that sentences of people have; a text that is longer than
        any of them is left as it is.
        """
        return text if spoken() == "en" else self._translated(text, _DEEPEST)

    def _translated(self, text: str, depth: int) -> str:
        for catalogue in self._catalogues():
            if text in catalogue.sentences:
                return catalogue.sentences[text]
        # A stranger's text may fit patterns in more ways than anybody can wait for.
        if depth == 0 or len(text) > _LONGEST:
            return text
        # A general pattern of the engine's must not win over what a package says in more words of its own.
        found = [match for catalogue in self._catalogues() if (match := catalogue.match(text)) is not None]
        if not found:
            return text
        best = max(found, key=lambda each: each.fixed)
        inner = {name: self._translated(each, depth - 1) for name, each in best.fields.items()}
        return best.template.format(**inner)

    def sentence_of(self, error: QualiaError) -> str:
        """Return an error's sentence in the language spoken."""
        if spoken() == "en":
            return str(error)
        known = (catalogue.sentences.get(error.template) for catalogue in self._catalogues())
        template = next((each for each in known if each is not None), None)
        if template is None:
            return self.translated(str(error))
        fields = {name: self._told(name, value) for name, value in vars(error).items()}
        return template.format(*error.args, **fields)

    def sentences(self) -> Mapping[str, str]:
        """Return every translation by its English sentence, further packages' left out.

        A heading's name stands behind its context.
        """
        return next(iter(self._catalogues())).sentences

    def _told(self, field: str, value: object) -> object:
        """Return what an error's field shows: a sentence is translated, and a name, which may be a word too, is not."""
        is_sentence = isinstance(value, str) and (field in _SENTENCES or " " in value)
        return self.translated(value) if is_sentence and isinstance(value, str) else value

    def _catalogues(self) -> Iterator[_Catalogue]:
        if not self._found:
            self._found.append(_Catalogue(self._file))
        yield self._found[0]
        if not self._is_complete:
            self._found.extend([_Catalogue(file) for file in self._further()])
            self._is_complete = True
        yield from self._found[1:]


class _Match(NamedTuple):
    """A sentence with placeholders that a text is one of."""

    fixed: int
    """How many characters of it are its own."""
    template: str
    fields: dict[str, str]


class _Catalogue:
    def __init__(self, file: str) -> None:
        self.sentences: Mapping[str, str] = _read(file)
        self._patterns: list[tuple[int, re.Pattern[str], str]] | None = None

    def match(self, text: str) -> _Match | None:
        """Return the translation of a sentence with placeholders, and what fills these; None when it is unknown."""
        if self._patterns is None:
            self._patterns = _patterns(self.sentences)
        for fixed, pattern, template in self._patterns:
            match = pattern.fullmatch(text)
            if match is not None:
                return _Match(fixed, _FIELD.sub("{\\1}", template), match.groupdict())
        return None


def _read(file: str) -> dict[str, str]:
    from pathlib import Path

    found: dict[str, str] = {}
    for path in sorted(Path(file).with_name("locale").glob("pt_BR/LC_MESSAGES/*.mo")):
        with path.open("rb") as stream:
            found |= _catalogue(stream)
    return found


def _catalogue(stream: BinaryIO) -> dict[str, str]:
    from gettext import GNUTranslations

    # There is no public way to ask a catalogue for all it holds; of a plural its key is no sentence.
    told: dict[str | tuple[str, int], str] = vars(GNUTranslations(stream))["_catalog"]
    return {english: each for english, each in told.items() if isinstance(english, str) and english}


def _patterns(sentences: Mapping[str, str]) -> list[tuple[int, re.Pattern[str], str]]:
    """Return each sentence with placeholders as a pattern, those with the most words of their own first."""
    found: list[tuple[int, re.Pattern[str], str]] = []
    for english, portuguese in sentences.items():
        fixed = _FIELD.sub("", english)
        if _FIELD.search(english) and re.search(r"[a-z]{2}|^: $", fixed):
            seen: set[str] = set()
            source = ""
            # "1 of 3" is such a sentence, and "the end of a table", which somebody else said, is none.
            any_text = r"\S+?" if _is_weak(fixed) else ".+?"
            for place, part in enumerate(_FIELD.split(english)):
                source += re.escape(part) if place % 2 == 0 else _group(part, seen, any_text)
            found.append((len(fixed), re.compile(source, re.DOTALL), portuguese))
    return sorted(found, key=lambda each: -each[0])


def _is_weak(fixed: str) -> bool:
    """Tell whether a sentence's own words are too few to know it by; a colon or a semicolon parts it well enough."""
    return ":" not in fixed and ";" not in fixed and len(re.sub(r"[^A-Za-z]", "", fixed)) < _TELLING


def _group(name: str, seen: set[str], any_text: str) -> str:
    if name in seen:
        return f"(?P={name})"
    seen.add(name)
    return f"(?P<{name}>{any_text})"
