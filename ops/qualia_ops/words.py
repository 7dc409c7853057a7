"""What the operators' package says, in the language spoken: its catalogues stand below ``locale``."""

from __future__ import annotations

from qualia.words import Words

_WORDS = Words(__file__)
_ = _WORDS.say
translated = _WORDS.translated
