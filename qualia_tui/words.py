"""Every sentence of the console in the reader's language: English, or Brazilian Portuguese.

Sentences are written in English where they are said and pass through `_`; translations stand in the gettext catalogue
below ``locale``. Where it was not compiled, as in a checkout that was never installed, English is spoken.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "pt-BR")
_language: ContextVar[str] = ContextVar("console_language", default="en")


def wanted_language(asked: str | None, environ: Mapping[str, str]) -> str:
    """Return the language to speak: what was asked for, else the first set of LANGUAGE, LC_ALL, LC_MESSAGES, LANG."""
    for tag in (asked, *(environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if tag:
            return "pt-BR" if tag.lower().startswith("pt") else "en"
    return "en"


def speak(language: str) -> None:
    """Speak a language from now on, in this context."""
    _language.set(language)


def spoken() -> str:
    """Return the language spoken: "en" or "pt-BR"."""
    return _language.get()


def _(sentence: str, **fields: object) -> str:
    """Return a sentence in the language spoken, its placeholders filled."""
    if _language.get() != "en":
        sentence = _catalogue(_language.get()).gettext(sentence)
    return sentence.format(**fields) if fields else sentence


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = Path(__file__).with_name("locale")
    return gettext.translation("console", folder, [language.replace("-", "_")], fallback=True)
