"""The pieces of a sentence that an opinion is read from: words, emoji, faces made of marks, and marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_FACE = (
    r"(?<![\w:])(?:[<>]?[:;=]['´]?[-o^*]?[)(\]\[dDpP|/\\*3oO$@}{c](?![\w/])|[xX][dD](?!\w)"
    r"|</?3+|\^[_.-]?\^|[Tt>-]_+[Tt<-])"
)
_EMOJI = (
    "[\u203c\u2049\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001f3fa\U0001f400-\U0001faff]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]?"
)
# Nothing here repeats what another part could take, so time is linear in the text.
_PIECE = re.compile(
    rf"(?P<link>(?:https?://|www\.)\S++|@\w++)|(?P<face>{_FACE})|#(?P<tag>\w++)"
    r"|(?P<word>[^\W_]++(?:['’ʼ`´-][^\W_]++)*+)"
    rf"|(?P<emoji>{_EMOJI})|(?P<mark>[!?]++|\.\.++|[.,;:()\"“”…—–])"
)
_THRICE = re.compile(r"(.)\1{2,}")
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ`´", "'"))
_GLAD = re.compile(r"[<>]?[:;=]['´]?[-o^*]?[)\]dDpP}*3]|[xX][dD]|<3+|\^[_.-]?\^")


class Piece(NamedTuple):
    """One piece and where it stands; a tuple, because a meeting has a hundred thousand."""

    kind: str
    """"word", "emoji", "face" or "mark"."""
    key: str
    """What it is looked up by: in lower case, with the plain apostrophe, and without accents where those are folded."""
    start: int
    end: int
    loud: bool = False
    """Whether it is a word in capitals."""
    stretched: bool = False
    """Whether it repeats a letter three times or more."""


def pieces(text: str, *, plain: bool) -> Iterator[Piece]:
    """Yield the pieces of an NFC text in order; links and mentions are none, and a hashtag is a word behind a mark.

    Args:
        text: a sentence.
        plain: take the accents off the keys.
    """
    stretches = _THRICE.search(text.lower()) is not None
    for found in _PIECE.finditer(text):
        kind, raw = found.lastgroup or "", found.group()
        start, end = found.span()
        if kind == "word":
            key = folded(raw, plain=plain)
            loud = key != raw and end - start > 1 and raw.isupper()
            yield Piece("word", key, start, end, loud, stretches and _THRICE.search(key) is not None)
        elif kind == "tag":
            yield Piece("mark", "#", start, start + 1)
            yield Piece("word", folded(raw[1:], plain=plain), start + 1, end)
        elif kind == "emoji":
            yield Piece("emoji", raw[0], start, end)
        elif kind != "link":
            yield Piece(kind, raw, start, end)


def folded(word: str, *, plain: bool) -> str:
    """Return the key of a word."""
    word = word.lower()
    if word.isascii():
        return word.translate(_APOSTROPHES) if "`" in word else word
    word = word.translate(_APOSTROPHES)
    return without_marks(word) if plain else word


@lru_cache(maxsize=20_000)
def without_marks(text: str) -> str:
    """Return a text without its accents and cedillas."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def shortened(word: str) -> tuple[str, str]:
    """Return a stretched word with the letters that repeat kept twice, and once: ``goooood`` -> ``good``, ``god``."""
    return _THRICE.sub(r"\1\1", word), _THRICE.sub(r"\1", word)


def is_glad(face: str) -> bool:
    """Whether a face smiles; all others frown, doubt or weep."""
    return _GLAD.fullmatch(face) is not None
