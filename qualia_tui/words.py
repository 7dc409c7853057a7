"""Every sentence of the console in the reader's language: English, or Brazilian Portuguese.

Sentences are written in English where they are said and pass through `_`; translations stand in the catalogue below
``locale``. What hosts and operations say is recognised by their own packages' catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qualia.words import LANGUAGES, Words, brought, language_of, speaking, spoken

__all__ = ["LANGUAGES", "_", "sentence_of", "speaking", "spoken", "translated", "wanted_language"]


# The engine's own sentences stand in the command line's catalogues; nothing of it is imported. The console's own are
# left out: what somebody else composed would be taken for one of its short ones, such as "{size} free".
_told = Words(str(Path(__file__).parents[1] / "qualia" / "cli" / "words.py"), further=brought)
_ = Words(__file__).say
sentence_of = _told.sentence_of
translated = _told.translated


def wanted_language(asked: str | None, environ: Mapping[str, str]) -> str:
    """Return the language to speak: what was asked for, else the first set of LANGUAGE, LC_ALL, LC_MESSAGES, LANG."""
    for tag in (asked, *(environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if tag:
            return language_of(tag.split(":")[0])
    return "en"
