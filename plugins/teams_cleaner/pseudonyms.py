"""Put P1, P2, ... in the place of the people of a transcript, wherever they are named.

Numbers follow the order in which people first speak; those whom only a notice names come behind. The names themselves
never stand in a document that has pseudonyms: the key is given only when it is asked for, as a document of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast
from unicodedata import normalize

from .names import LONGEST_NAME, PARTICLES, is_role

_WORD = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"(?:[ \t]?[-'’.][ \t]?|,?[ \t])\Z")
_SHORTEST = 2
_LONGEST_UNCASED = 12
_MOST_OWNERS = 5
_MANY = "P*"
"""What a word becomes that is part of the names of more people than that."""
_NOBODY: Mapping[str, int] = MappingProxyType({})
_Mention = tuple[int, int, Mapping[str, int]]
"""Where it begins and ends, and who may be meant."""


class Pseudonyms:
    """The pseudonyms of some people."""

    def __init__(self, people: Iterable[str]) -> None:
        """Give each different name a number, in order."""
        self.of: dict[str, str] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._uncased: dict[str, str] = {}
        for name in people:
            if name not in self.of:
                self.of[name] = f"P{len(self.of) + 1}"
                if not is_role(name):
                    self._learn(name, self.of[name])
        self._longest = max(map(len, self._uncased), default=0)

    def _learn(self, name: str, pseudonym: str) -> None:
        for place, word in enumerate(_WORD.findall(name[:LONGEST_NAME])):
            places = self._places.setdefault(_fold(word), {})
            if len(places) < _MOST_OWNERS:
                places.setdefault(pseudonym, place)
            elif pseudonym not in places:
                places[_MANY] = 0
        bare = "".join(name.split())
        if _is_uncased(bare) and _SHORTEST <= len(bare) <= _LONGEST_UNCASED:
            self._uncased[bare] = pseudonym

    def key(self) -> str:
        """Return who is behind each pseudonym, as JSON."""
        return json.dumps({pseudonym: name for name, pseudonym in self.of.items()}, ensure_ascii=False, indent=2)

    def hide(self, text: str) -> tuple[str, int]:
        """Return a text with pseudonyms for names, and how many were put in.

        A capitalised word of a name is that person; words of one name that follow one another are one mention, in any
        case of letters. A word that several people have becomes all of them ("P1/P3"), one that many have "P*".
        """
        mentions = self._mentions(text)
        parts: list[str] = []
        done = 0
        for start, end, owners in mentions:
            parts += (text[done:start], _MANY if _MANY in owners else "/".join(sorted(owners, key=_number)))
            done = end
        return "".join([*parts, text[done:]]), len(mentions)

    def hide_all(self, value: Any) -> Any:
        """Return plain data with pseudonyms in each of its texts."""
        if isinstance(value, str):
            return self.of.get(value) or self.hide(value)[0]
        if isinstance(value, Mapping):
            items = cast("Mapping[str, Any]", value).items()
            return {self.hide(key)[0]: self.hide_all(each) for key, each in items}
        if isinstance(value, (list, tuple)):
            return [self.hide_all(each) for each in cast("Sequence[Any]", value)]
        return value

    def _mentions(self, text: str) -> list[_Mention]:
        """Return where people are named: words of one name, in its order, are one mention."""
        found: list[_Mention] = []
        run: list[re.Match[str]] = []
        owners: Mapping[str, int] = {}
        bridge = 0
        for word in _WORD.finditer(text):
            folded = _fold(word[0])
            places = self._places.get(folded, _NOBODY)
            if run and places and _BETWEEN.fullmatch(text, bridge, word.start()):
                onward = {each: place for each, place in places.items() if place > owners.get(each, place)}
                if onward:
                    owners, bridge = onward, word.end()
                    if folded not in PARTICLES:
                        run.append(word)
                    continue
            found += _mention(run, owners)
            is_start = places and folded not in PARTICLES and len(folded) >= _SHORTEST
            run, owners, bridge = ([word], places, word.end()) if is_start else ([], _NOBODY, 0)
            if not places and self._uncased and _is_uncased(word[0]):
                found += self._inside(word)
        return found + _mention(run, owners)

    def _inside(self, word: re.Match[str]) -> Iterator[_Mention]:
        """Yield the whole names in a stretch of a script without case, where no space stands between words."""
        text, at = word[0], 0
        while at < len(text):
            sizes = range(min(self._longest, len(text) - at), 0, -1)
            size = next((size for size in sizes if text[at : at + size] in self._uncased), 0)
            if size:
                start = word.start() + at
                yield start, start + size, {self._uncased[text[at : at + size]]: 0}
            at += size or 1


def _mention(run: Sequence[re.Match[str]], owners: Mapping[str, int]) -> list[_Mention]:
    """Return the mention a run of words of a name is; none for a single word that is not capitalised."""
    if not run or (len(run) == 1 and run[0][0][0].islower()):
        return []
    return [(run[0].start(), run[-1].end(), owners)]


def _number(pseudonym: str) -> int:
    return int(pseudonym[1:])


def _is_uncased(word: str) -> bool:
    return word.isalpha() and word.lower() == word.upper()


def _fold(word: str) -> str:
    """Return a word without case and marks, so that "Joao" is "João"."""
    if word.isascii():
        return word.lower()
    return "".join(char for char in normalize("NFD", word.casefold()) if not "\u0300" <= char <= "\u036f")
