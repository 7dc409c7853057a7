"""Every sentence of the command line in the reader's language: English, or Brazilian Portuguese.

Sentences are written in English where they are said and pass through `_`; `qualia.words` tells how the catalogues below
``locale`` are used. What the engine, or a distribution that brings operations, has composed already is recognised by
their catalogues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from qualia.words import Words, brought, language_of, speaking, spoken

if TYPE_CHECKING:
    from qualia.errors import QualiaError

__all__ = ["LANGUAGES", "_", "heading", "sentence_of", "speaking", "spoken", "translated", "translations"]

LANGUAGES = ("en", "pt", "pt-BR")
_WORDS = Words(__file__, further=brought)
_: Callable[..., str] = _WORDS.say
heading: Callable[[str], str] = _WORDS.heading
sentence_of: Callable[[QualiaError], str] = _WORDS.sentence_of
translated: Callable[[str], str] = _WORDS.translated
translations: Callable[[], Mapping[str, str]] = _WORDS.sentences


def wanted_language(words: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the language to speak: ``--lang``, else the first set of LANGUAGE, LC_ALL, LC_MESSAGES and LANG."""
    for place, word in enumerate(words):
        asked = words[place + 1 : place + 2] if word == "--lang" else [word[7:]] if word.startswith("--lang=") else ()
        # What is none of the languages is refused later, in the language of the system.
        if asked and asked[0] in LANGUAGES:
            return language_of(asked[0])
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return language_of(environ[name].split(":")[0])
    return "en"
