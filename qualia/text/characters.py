"""The characters words are made of, and the patterns that find words, links, names and emoji among them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from types import MappingProxyType
from unicodedata import category, normalize

_APOSTROPHES = "\u2018\u2019\u02bc\uff07\u00b4`"
_HYPHENS = "\u2010\u2011"
_SPELLINGS = (
    *((char, "'") for char in _APOSTROPHES),
    *((char, "-") for char in _HYPHENS),
    ("\uff03", "#"),
    ("\uff20", "@"),
)
# Soft hyphen, word joiner, byte order mark, the marks of writing direction, and the Arabic letter that only stretches.
_INVISIBLE = "\u00ad\u2060\ufeff\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u0640"
INVISIBLE = frozenset(_INVISIBLE)
"""What vanishes from words."""

# Apostrophe, hyphen, and the two joiners that shape letters inside Persian and Indic words.
_JOINERS = "['\u200c\u200d-]"

# Where Unicode keeps its marks and numbers; looking through all 1.1 million code points takes a quarter of a second.
_PLANES = (range(0x20000), range(0xE0100, 0xE01F0))

# What is written without spaces and has no spaces to be had: ideographs and hiragana singly, katakana by the run.
_IDEOGRAPHS = (
    "\u3005-\u3007\u303b\u3041-\u3096\u309d-\u309f\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003fffd"
)
_KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
UNSPACED = re.compile(f"[{_IDEOGRAPHS}{_KATAKANA}]")
"""A character of Chinese or Japanese."""

# Pictures by default, and signs of the text that a selector behind them turns into pictures.
_PICTURES = (
    "\U0001f004\U0001f0cf\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f18e\U0001f191-\U0001f19a\U0001f201-\U0001f265"
    "\U0001f300-\U0001f3fa\U0001f400-\U0001faff\u231a\u231b\u23e9-\u23f3\u23f8-\u23fa\u25fd\u25fe\u2600-\u275a"
    "\u2761-\u2767\u2795-\u2797\u27a1\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55"
)
_SIGNS = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u2328\u23cf\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb\u25fc"
    "\u2934\u2935\u2b05-\u2b07\u3030\u303d\u3297\u3299"
)
_FLAGS = "\U0001f1e6-\U0001f1ff"
# Of the characters below U+10000, those that are pictures without a selector.
_ALWAYS_PICTURES = re.compile(
    "[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd"
    "\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755"
    "\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55]"
)
_SELECTORS = str.maketrans(dict.fromkeys("\ufe0e\ufe0f", ""))
_SPECIAL = re.compile(f"[#@\u20e3\ufe0f{_FLAGS}{_PICTURES}]")


def is_special(text: str) -> bool:
    """Tell whether a text holds what a link, an address, a name, a hashtag or an emoji cannot do without."""
    return _SPECIAL.search(text) is not None or "://" in text or "www." in text.lower()


def spelled(text: str, *, fold: bool = True) -> str:
    """Return a text as words are compared: composed, the invisible gone, one apostrophe, one hyphen, case folded.

    What it does to a chunk between white space does not depend on the chunk's neighbours.
    """
    if text.isascii():
        text = text.replace("`", "'")
        return text.lower() if fold else text
    for char in _INVISIBLE:
        text = text.replace(char, "")
    text = normalize("NFC", text)
    if fold:
        # Folding can decompose (U+0390), so compose again.
        text = normalize("NFC", text.casefold())
    for char, plain in _SPELLINGS:
        text = text.replace(char, plain)
    return text


def canonical_emoji(emoji: str) -> str:
    """Return an emoji in one spelling: the selector behind it is there when a sign needs it, and nowhere else."""
    bare = emoji.translate(_SELECTORS)
    if bare.endswith("\u20e3"):
        return f"{bare[0]}\ufe0f\u20e3"
    return f"{bare}\ufe0f" if len(bare) == 1 and bare < "\U00010000" and not _ALWAYS_PICTURES.match(bare) else bare


@cache
def word_pattern(*, numbers: bool, unspaced: str) -> re.Pattern[str]:
    """Return the pattern whose only group is a word; the group is empty where a run is no word.

    All repeats are possessive, so the time is linear in the text.

    Args:
        numbers: whether numbers, and runs that hold digits, are words.
        unspaced: "characters" for a word at each ideograph, "runs" for a word at each run of letters, "pieces" for one
            match at each run of Chinese or Japanese, to be taken apart by others.
    """
    return re.compile(_word(numbers=numbers, unspaced=unspaced))


@cache
def special_pattern(*, kept: frozenset[str], numbers: bool, unspaced: str) -> re.Pattern[str]:
    """Return a pattern for chunks that hold something `SPECIAL`; its groups are named for what they hold.

    Args:
        kept: which of "url", "emoji", "hashtag" and "mention" have a group; the others match without one.
        numbers: as in `word_pattern`.
        unspaced: as in `word_pattern`.
    """
    marks, letter = _ranges("M"), f"[^\\W_{_ranges('N')}]"
    own = "A-Za-z0-9_\u00c0-\u024f"
    link = f"(?<!\\w)(?:(?:[hH][tT]{{2}}[pP][sS]?|[fF][tT][pP])://|[wW]{{3}}\\.(?=\\w))[{own}\\-.~:/?#\\[\\]@!$&'()*+,;=%]*+"
    mail = f"(?<![{own}.+%-])[{own}.+%-]++@[{own}-]++(?:\\.[{own}-]++)++"
    one = f"[{_PICTURES}][\ufe0e\ufe0f]?+[\U0001f3fb-\U0001f3ff]?+"
    tail = f"(?:\u200d(?:{one}|[\u2194\u2195]\ufe0f?+))*+[\U000e0020-\U000e007f]*+"
    emoji = f"[{_FLAGS}]{{2}}|[0-9#*]\ufe0f?+\u20e3|{one}{tail}|[{_SIGNS}]\ufe0f"
    name = f"[\\d_]*+{letter}[\\w{marks}]*+"
    found = {
        "url": (f"{link}|{mail}", ""),
        "emoji": (emoji, ""),
        "hashtag": (f"(?<![\\w&])#{name}", "(?:'s(?!\\w))?+"),
        "mention": (f"(?<![\\w.@])@{name}(?:[.-][\\w{marks}]++)*+", "(?:'s(?!\\w))?+"),
    }
    parts = [
        f"(?:(?P<{kind}>{what}){rest})" if kind in kept else f"(?:(?:{what}){rest})"
        for kind, (what, rest) in found.items()
    ]
    return re.compile("|".join([*parts, _word(numbers=numbers, unspaced=unspaced)]))


def _word(*, numbers: bool, unspaced: str) -> str:
    marks, digits = _ranges("M"), _ranges("N")
    apart = "" if unspaced == "runs" else f"{_IDEOGRAPHS}{_KATAKANA}"
    asian = {
        "runs": "",
        "characters": f"[{_IDEOGRAPHS}][{marks}]*+|[{_KATAKANA}][{_KATAKANA}{marks}]*+|",
        "pieces": f"[{apart}][{apart}{marks}]*+|",
    }[unspaced]
    start = f"[^\\W_{apart}]"
    body = f"{start}*+(?:[{marks}]++{start}*+)*+"
    if numbers:
        return f"(?P<word>{asian}{start}{body}(?:(?:{_JOINERS}|(?<=\\d)[.,:](?=\\d)){start}{body})*+)"
    letter = f"[^\\W_{digits}{apart}]"
    part = f"{letter}++(?:[{marks}]++{letter}*+)*+(?![{digits}])"
    return f"(?P<word>{asian}{part}(?:{_JOINERS}{part})*+)|{start}{body}"


def _ranges(major: str) -> str:
    """Return all characters of a major category ("M" marks, "N" numbers) as the inside of a character class."""
    return _classes()[major]


@cache
def _classes() -> Mapping[str, str]:
    found: dict[str, list[str]] = {"M": [], "N": []}
    for plane in _PLANES:
        majors = [category(char)[0] for char in map(chr, plane)]
        start = 0
        for major, run in groupby(majors):
            end = start + len(list(run))
            if major in found:
                found[major].append(f"{chr(plane[start])}-{chr(plane[end - 1])}")
            start = end
    return MappingProxyType({major: "".join(ranges) for major, ranges in found.items()})
