"""Cue text as the standard parses it: tokens, the tree of nodes, and what is said by whom.

Follows "WebVTT cue text tokenizer" and "WebVTT cue text parsing rules" of W3C's WebVTT, section 6.4. Speech
differs from the tree in one point: the standard drops a "<" that opens no tag it knows, with all that follows up to the
next ">"; meeting programs write such a "<" unescaped inside what somebody said, so words behind one stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Literal, NamedTuple
from unicodedata import normalize

from attrs import field, frozen

from .names import display_name

_TAGS = frozenset({"c", "i", "b", "u", "ruby", "rt", "v", "lang"})
_PIECE = re.compile(r"[^<]++|<([^>]*+)>?+")
_SPOKEN_PIECE = re.compile(r"[^<]++|<+(?=<)|<([^<>]*+)>?+")
_DEBRIS = re.compile(r"</?(?:(?:c|i|b|u|v|ruby|rt|lang)\.[^\s<>]*+|[0-9]*+[:.][0-9:.\s\0\ufffd]*+)\s*+")
_START = re.compile(r"([^\t\n\f .]*+)((?:\.[^\t\n\f .]*+)*+)[\t\n\f ]?+(.*)", re.DOTALL)
_STAMP = re.compile(r"(?:([0-9]{2,6}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})", re.ASCII)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}(?![0-9]);?|#[xX][0-9A-Fa-f]{1,6}(?![0-9A-Fa-f]);?|[A-Za-z][A-Za-z0-9]{1,31};?)")
Kind = Literal["text", "start", "end", "stamp"]


class Token(NamedTuple):
    """A piece of cue text."""

    kind: Kind
    value: str
    """The text, the tag's name, or the time stamp as HH:MM:SS.mmm."""
    raw: str
    """What stands in the file."""
    classes: tuple[str, ...] = ()
    annotation: str = ""


@frozen(kw_only=True)
class Node:
    """A node of a cue's tree."""

    name: str
    """A tag's name; "text", "stamp", or "" for the root."""
    value: str = ""
    """The text, the time stamp, or the annotation of a voice or language."""
    classes: tuple[str, ...] = ()
    children: list[Node] = field(factory=list["Node"])


def decoded(text: str) -> str:
    """Replace character references as HTML does, but for numbers beyond any character, which stay as they are."""
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda entity: unescape(entity[0]), text)


def tokens(text: str, pieces: re.Pattern[str] = _PIECE) -> Iterator[Token]:
    """Yield the tokens of a cue's text; time is linear in its length."""
    for found in pieces.finditer(text):
        raw = found[0]
        inside: str | None = found[1]
        if inside is None and raw[0] == "<":
            yield Token("start", "", raw)
        elif inside is None:
            yield Token("text", decoded(raw), raw)
        elif inside.startswith("/"):
            yield Token("end", inside[1:], raw)
        elif inside[:1].isdecimal() and inside[:1].isascii():
            stamp = _STAMP.fullmatch(inside)
            value = "" if stamp is None else f"{int(stamp[1] or 0):02}:{stamp[2]}:{stamp[3]}.{stamp[4]}"
            yield Token("stamp", value, raw)
        else:
            tag = _START.fullmatch(inside)
            name, classes, annotation = ("", "", "") if tag is None else (tag[1], tag[2], tag[3])
            listed = tuple(each for each in classes.split(".") if each) if classes else ()
            yield Token("start", name, raw, listed, " ".join(decoded(annotation).split()))


def tree(text: str) -> Node:
    """Return the tree of a cue's text, exactly as the standard builds it."""
    root = Node(name="")
    path = [root]
    for token in tokens(text):
        current = path[-1]
        if token.kind == "text":
            current.children.append(Node(name="text", value=token.value))
        elif token.kind == "stamp":
            if token.value:
                current.children.append(Node(name="stamp", value=token.value))
        elif token.kind == "start":
            if token.value in _TAGS and (token.value != "rt" or current.name == "ruby"):
                value = token.annotation if token.value in ("v", "lang") else ""
                node = Node(name=token.value, value=value, classes=token.classes)
                current.children.append(node)
                path.append(node)
        elif len(path) > 1 and token.value == current.name:
            path.pop()
        elif token.value == "ruby" and current.name == "rt":
            del path[-2:]
    return root


def voices(text: str, before: str | None) -> tuple[list[tuple[str | None, str]], str | None]:
    """Return who says what in a cue's text, and whose voice is still open behind it.

    A closing tag without an opening one ends the voice left open ``before``.
    """
    pieces: list[tuple[str | None, str]] = []
    part: list[str] = []
    speaker: str | None = None
    is_opened = False
    for token in tokens(text, _SPOKEN_PIECE):
        if token.kind == "text":
            part.append(token.value)
        elif token.value == "v" and token.kind != "stamp" and token.raw.endswith(">"):
            is_end = token.kind == "end"
            if is_end and not is_opened:
                speaker = before
            pieces.append((speaker, "".join(part)))
            part, is_opened = [], True
            speaker = None if is_end else display_name(token.annotation)
        elif not _is_markup(token):
            part.append(decoded(token.raw))
    pieces.append((speaker, "".join(part)))
    return [(name, normalize("NFC", words)) for name, words in pieces], speaker


def _is_markup(token: Token) -> bool:
    """Tell whether a "<" and what follows is a tag, or what is left of one; what holds other words was said."""
    raw = token.raw
    if not any(char.isalnum() for char in raw):
        return not raw.endswith(">") or token.kind == "stamp" or not raw.strip("</>")
    if not raw.endswith(">"):
        return _DEBRIS.fullmatch(raw) is not None
    if token.kind == "stamp":
        return not any(char.isalpha() for char in raw)
    return token.value in _TAGS
