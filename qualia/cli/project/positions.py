"""Where each key of a TOML, JSON or YAML text stands: the parsers say what a file holds, not where.

The text has been parsed already, so it is well-formed; what is met that no file of that form can hold is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import frozen

Keys = tuple[str | int, ...]
"""A way into a value: names of mappings, places in lists."""

_STRING = r'"""(?:[^\\]|\\.)*?"{3,5}|' r"'''.*?'{3,5}|" r'"(?:[^"\\\n]|\\.)*"|' r"'[^'\n]*'"
_BLANK = re.compile(r"(?:\s+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_TOKEN = re.compile(rf"{_STRING}|[^\s,\[\]{{}}#]+(?:[ ][0-9:.+Zz-]+)?|.", re.DOTALL)
_PART = re.compile(r'"(?:[^"\\\n]|\\.)*"|' r"'[^'\n]*'|[A-Za-z0-9_-]+")


@frozen
class Spot:
    """A place in a text."""

    line: int
    """Counted from 1."""
    column: int
    """Counted from 1."""


class Positions:
    """The places of the keys in a text."""

    def __init__(self, places: Mapping[Keys, Spot], twice: Mapping[Keys, Spot]) -> None:
        self._places: Mapping[Keys, Spot] = places
        self.twice: Mapping[Keys, Spot] = twice
        """Keys that stand there a second time, which JSON and YAML take without a word."""

    def of(self, *keys: str | int) -> Spot | None:
        """Return where a key stands, else the nearest thing it stands in; None when nothing is known."""
        for length in range(len(keys), 0, -1):
            spot = self._places.get(keys[:length])
            if spot is not None:
                return spot
        return None


def positions(text: str, form: str) -> Positions:
    """Return the places of the keys in a well-formed text; ``form`` is "toml", "json" or "yaml"."""
    if form == "yaml":
        return _of_yaml(text)
    scan = _Scan(text, "=" if form == "toml" else ":")
    if form == "toml":
        scan.document()
    else:
        scan.value(())
    return Positions(scan.places, scan.twice)


class _Scan:
    """Goes through a text of TOML or JSON once."""

    def __init__(self, text: str, sign: str) -> None:
        self._text: str = text
        self._sign: str = sign
        self._at: int = 0
        self._starts: list[int] = [0, *(match.end() for match in re.finditer("\n", text))]
        self._counts: dict[Keys, int] = {}
        self.places: dict[Keys, Spot] = {}
        self.twice: dict[Keys, Spot] = {}

    def document(self) -> None:
        """Go through the headings and keys of a TOML document."""
        table: Keys = ()
        while self._skip():
            if self._text[self._at] == "[":
                table = self._heading()
            elif not self._pair(table):
                self._at += 1

    def value(self, keys: Keys) -> None:
        """Go through one value, which stands behind ``keys``."""
        if not self._skip():
            return
        opening = self._text[self._at]
        if opening not in "[{":
            self._token()
            return
        closing, number = {"[": "]", "{": "}"}[opening], 0
        self._at += 1
        while self._skip() and self._text[self._at] != closing:
            if self._text[self._at] == ",":
                self._at += 1
            elif opening == "[":
                self._note((*keys, number), self._at)
                self.value((*keys, number))
                number += 1
            elif not self._pair(keys):
                self._at += 1
        self._at += 1

    def _heading(self) -> Keys:
        begin = self._at
        is_list = self._text.startswith("[[", begin)
        self._at += 2 if is_list else 1
        names, where = self._names()
        end = self._text.find("\n", self._at)
        self._at = len(self._text) if end < 0 else end
        for length in range(1, len(names)):
            self.places.setdefault(self._numbered(names[:length]), self._spot(where))
        keys = self._numbered(names[:-1])
        if is_list:
            name: Keys = (*keys, *names[-1:])
            self._counts[name] = self._counts.get(name, -1) + 1
            self.places.setdefault(name, self._spot(begin))
            keys = (*name, self._counts[name])
        else:
            keys = self._numbered(names)
        self.places.setdefault(keys, self._spot(where if not is_list else begin))
        return keys

    def _numbered(self, names: list[str]) -> Keys:
        """Return names as keys, a list of tables followed by the place of its last one."""
        keys: Keys = ()
        for name in names:
            keys = (*keys, name)
            if keys in self._counts:
                keys = (*keys, self._counts[keys])
        return keys

    def _pair(self, table: Keys) -> bool:
        """Go through a key and its value; tell whether there was one."""
        names, where = self._names()
        if not names or not self._skip() or self._text[self._at] != self._sign:
            return False
        self._at += 1
        for length in range(1, len(names)):
            self.places.setdefault((*table, *names[:length]), self._spot(where))
        self._note((*table, *names), where)
        self.value((*table, *names))
        return True

    def _names(self) -> tuple[list[str], int]:
        """Return a dotted key and where it begins."""
        names: list[str] = []
        self._skip_spaces()
        where = self._at
        while (match := _PART.match(self._text, self._at)) is not None:
            names.append(_unquoted(match[0]))
            self._at = match.end()
            self._skip_spaces()
            if self._sign != "=" or not self._text.startswith(".", self._at):
                break
            self._at += 1
            self._skip_spaces()
        return names, where

    def _note(self, keys: Keys, at: int) -> None:
        if keys in self.places:
            self.twice.setdefault(keys, self._spot(at))
        self.places.setdefault(keys, self._spot(at))

    def _token(self) -> None:
        match = _TOKEN.match(self._text, self._at)
        self._at = self._at + 1 if match is None else match.end()

    def _skip(self) -> bool:
        """Go to what is neither space nor comment; tell whether there is anything left."""
        match = _BLANK.match(self._text, self._at)
        self._at = self._at if match is None else match.end()
        return self._at < len(self._text)

    def _skip_spaces(self) -> None:
        match = _SPACE.match(self._text, self._at)
        self._at = self._at if match is None else match.end()

    def _spot(self, at: int) -> Spot:
        import bisect

        line = bisect.bisect_right(self._starts, at)
        return Spot(line, at - self._starts[line - 1] + 1)


def _unquoted(name: str) -> str:
    if name[:1] == "'":
        return name[1:-1]
    if name[:1] != '"':
        return name
    import json

    try:
        return str(json.loads(name, strict=False))
    except ValueError:
        return name[1:-1]


def _of_yaml(text: str) -> Positions:
    import yaml

    places: dict[Keys, Spot] = {}
    twice: dict[Keys, Spot] = {}

    def note(keys: Keys, node: Any) -> None:
        spot = Spot(node.start_mark.line + 1, node.start_mark.column + 1)
        if keys in places:
            twice.setdefault(keys, spot)
        places.setdefault(keys, spot)

    def follow(node: Any, keys: Keys) -> None:
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                note((*keys, str(name.value)), name)
                follow(value, (*keys, str(name.value)))
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                note((*keys, number), value)
                follow(value, (*keys, number))

    loader: Any = yaml.SafeLoader
    follow(yaml.compose(text, Loader=loader), ())
    return Positions(places, twice)
