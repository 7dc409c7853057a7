"""Every sentence of the command line in the reader's language: English, or Brazilian Portuguese.

Sentences are written in English where they are said and pass through `_`. Translations stand in gettext catalogues
below ``locale``, found by the English sentence; placeholders keep their names. Sentences the engine has composed
already are recognised by the same table, placeholder by placeholder, so that an error within an error is translated
too. Where the catalogues were not compiled, as in a checkout that was never installed, English is spoken.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qualia.errors import QualiaError

LANGUAGES = ("en", "pt", "pt-BR")
_language: ContextVar[str] = ContextVar("language", default="en")
_SENTENCES = frozenset({"action", "error", "hint", "purpose", "reason", "remedy"})
"""Fields of errors that hold sentences, however short."""
_FIELD = re.compile(r"\{(\w+)(?:![rs])?(?::[^}]*)?\}")


def wanted_language(words: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the language to speak: ``--lang``, else the first set of LANGUAGE, LC_ALL, LC_MESSAGES and LANG."""
    for place, word in enumerate(words):
        asked = words[place + 1 : place + 2] if word == "--lang" else [word[7:]] if word.startswith("--lang=") else ()
        # What is none of the languages is refused later, in the language of the system.
        if asked and asked[0] in LANGUAGES:
            return _known(asked[0])
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return _known(environ[name].split(":")[0])
    return "en"


def _known(tag: str) -> str:
    return "pt-BR" if tag.lower().startswith("pt") else "en"


@contextmanager
def speaking(language: str) -> Generator[None, None, None]:
    """Speak ``language`` as long as the block lasts."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def spoken() -> str:
    """Return the language spoken: "en" or "pt-BR"."""
    return _language.get()


def _(sentence: str, **fields: object) -> str:
    """Return a sentence in the language spoken, its placeholders filled."""
    if _language.get() != "en":
        sentence = translations().get(sentence, sentence)
    return sentence.format(**fields) if fields else sentence


def heading(name: str) -> str:
    """Return what stands over a part of a result, in the language spoken: a heading, and never part of a sentence."""
    return name if _language.get() == "en" else translations().get(f"heading\x04{name}", name)


def sentence_of(error: QualiaError) -> str:
    """Return an error's sentence in the language spoken."""
    template = translations().get(error.template)
    if _language.get() == "en" or template is None:
        return str(error)
    fields = {name: _told(name, value) for name, value in vars(error).items()}
    return template.format(*error.args, **fields)


def _told(field: str, value: object) -> object:
    """Return what an error's field shows: a sentence is translated, and a name, which may be a word too, is not."""
    is_sentence = isinstance(value, str) and (field in _SENTENCES or " " in value)
    return translated(value) if is_sentence and isinstance(value, str) else value


def translated(text: str) -> str:
    """Return a composed English sentence in the language spoken, as far as the table knows it."""
    if _language.get() == "en":
        return text
    if text in translations():
        return translations()[text]
    for pattern, template in _patterns():
        match = pattern.fullmatch(text)
        if match is not None:
            return _FIELD.sub("{\\1}", template).format(
                **{name: translated(at) for name, at in match.groupdict().items()}
            )
    return text


@cache
def translations() -> Mapping[str, str]:
    """Return every translation by its English sentence; a heading's name stands behind its context."""
    from gettext import GNUTranslations
    from pathlib import Path

    found: dict[str, str] = {}
    for path in sorted(Path(__file__).with_name("locale").glob("pt_BR/LC_MESSAGES/*.mo")):
        with path.open("rb") as file:
            # There is no public way to ask a catalogue for all it holds.
            found |= vars(GNUTranslations(file))["_catalog"]
    found.pop("", None)
    return found


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return each sentence with placeholders as a pattern, those with the most words of their own first."""
    found: list[tuple[int, re.Pattern[str], str]] = []
    for english, portuguese in translations().items():
        fixed = _FIELD.sub("", english)
        if _FIELD.search(english) and re.search(r"[a-z]{2}|^: $", fixed):
            parts = _FIELD.split(english)
            seen: set[str] = set()
            source = ""
            for place, part in enumerate(parts):
                source += re.escape(part) if place % 2 == 0 else _group(part, seen)
            found.append((len(fixed), re.compile(source, re.DOTALL), portuguese))
    return tuple((pattern, template) for _length, pattern, template in sorted(found, key=lambda each: -each[0]))


def _group(name: str, seen: set[str]) -> str:
    if name in seen:
        return f"(?P={name})"
    seen.add(name)
    return f"(?P<{name}>.+?)"
