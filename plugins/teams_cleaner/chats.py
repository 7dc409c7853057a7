"""Read written conversations: WhatsApp's exports and the chat of a Zoom meeting.

A message begins on a line with a date or a time; lines below it belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from unicodedata import category, normalize

from attrs import frozen

from .names import display_name
from .turns import Format, Removed, Transcript, Turn, one_line

_MARKS = "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069\ufeff"
_NO_MARKS = str.maketrans(dict.fromkeys(_MARKS))
_CLOCK = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\s?([AaPp])\.?\s?[Mm]\.?)?"
_DATED = re.compile(
    rf"[{_MARKS}]*\[?(\d{{1,4}})([/.-])(\d{{1,2}})\2(\d{{1,4}}),?\s(?:[^\W\d_]{{1,4}}\s)?{_CLOCK}(\]|\s[-–])\s",
)
_TIMED = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)(\t\s*|\s+(?=\S+\s.{1,150}:))", re.ASCII)
_SENDER = re.compile(r"([^:\n]{1,150}?)\s*:(?:\s|$)")
_PLACEHOLDER = re.compile(r"<[^<>]{1,60}>")
_QUOTED = re.compile(r'["“«].*["”»]')
_HEAD = 200
_QUOTE = 12
"""Characters of a quotation by which the message it quotes is known."""
_BIG_YEAR = 100
_HALF_DAY = 12
_MOST_WORDS = 6
_FROM = frozenset("from de von da van od от desde från fra".split())
_TO = frozenset("to para an a à al pour aan do кому till til".split())
_Message = tuple[float, str, list[str]]
"""Its moment, the rest of its first line, and the lines below."""
Sender = Callable[[str], "tuple[str | None, str]"]
"""Splits the rest of a message's first line into who wrote it and the words."""


@frozen
class _Stamp:
    """The digits of a date and time; which of the first and second is the day is not said."""

    first: int
    second: int
    third: int
    hour: int
    minute: int
    second_of_minute: int
    half: str


def read_whatsapp(lines: Sequence[str]) -> Transcript | None:
    """Read WhatsApp's export of a chat, from Android or iOS; None when the lines are none.

    Moments are seconds since the first message. Day and month are told apart by the whole file: by numbers above
    twelve, then by the order that goes forward; a file that leaves it open is read day first, or month first where it
    has the English clock of twelve hours.
    """
    found = [_DATED.match(line[:_HEAD]) for line in lines]
    if not found or found[0] is None:
        return None
    stamps = [_stamp(match) for match in found if match is not None]
    moments = iter(_moments(stamps))
    messages: list[_Message] = []
    for line, match in zip(lines, found, strict=True):
        if match is not None:
            messages.append((next(moments), line[match.end() :], []))
        elif messages:
            messages[-1][2].append(line)
    return _transcript("whatsapp", messages, _whatsapp_sender)


def read_zoom_chat(lines: Sequence[str]) -> Transcript | None:
    """Read the chat of a Zoom meeting, with tabs or with "From ... to ...:"; None when the text is none."""
    found = [_TIMED.match(line[:_HEAD]) for line in lines]
    heads = [(line, match) for line, match in zip(lines, found, strict=True) if match is not None]
    if not heads or found[0] is None:
        return None
    labels = [_SENDER.match(line[match.end() :][:_HEAD]) for line, match in heads]
    if any(label is None for label in labels):
        return None
    addressed = _addressed([label[1] for label in labels if label is not None])
    if addressed is None and not all(match[4].startswith("\t") for _, match in heads):
        return None
    messages: list[_Message] = []
    for line, match in zip(lines, found, strict=True):
        if match is not None:
            hour, minute, second = (int(group) for group in match.groups()[:3])
            messages.append((hour * 3600.0 + minute * 60 + second, line[match.end() :], []))
        else:
            messages[-1][2].append(line)
    senders = iter(addressed or [])

    def sender_in(rest: str) -> tuple[str | None, str]:
        label = _SENDER.match(rest[:_HEAD])
        name = next(senders, None) or (label[1] if label is not None else "")
        return display_name(name), rest[label.end() :] if label is not None else rest

    return _transcript("zoom-chat", messages, sender_in)


def _transcript(kind: Format, messages: Iterable[_Message], sender: Sender) -> Transcript | None:
    """Make turns of messages; None when nobody wrote any."""
    turns: list[Turn] = []
    removed: list[Removed] = []
    said = _Said()
    cues = 0
    for begin_s, rest, more in messages:
        cues += 1
        speaker, words = sender(rest)
        text = _plain("\n".join([words, *more]))
        if speaker is None:
            removed.append(Removed(text=_plain("\n".join([rest, *more])), reason="system line"))
        elif words.startswith("\u200e") or _PLACEHOLDER.fullmatch(text):
            removed.append(Removed(text=f"{speaker}: {text}", reason="attachment"))
        elif kind == "zoom-chat" and said.is_reaction(text):
            removed.append(Removed(text=f"{speaker}: {text}", reason="reaction"))
        elif text:
            said.add(text)
            turns.append(Turn(speaker, text, begin_s))
    if not turns:
        return None
    return Transcript(format=kind, turns=turns, cues=cues, removed=tuple(removed), has_lengths=False)


def _plain(text: str) -> str:
    return normalize("NFC", one_line(text.translate(_NO_MARKS)))


def _whatsapp_sender(rest: str) -> tuple[str | None, str]:
    """Return who wrote a message and its words; nobody where the program speaks."""
    label = _SENDER.match(rest[:_HEAD])
    if label is None or _QUOTED.search(label[1]):
        return None, rest
    name = display_name(label[1].translate(_NO_MARKS).lstrip("~ \u202f\u00a0"))
    return name, rest[label.end() :].removeprefix(" ")


def _stamp(found: re.Match[str]) -> _Stamp:
    first, _, second, third, hour, minute, seconds, half, _ = found.groups()
    return _Stamp(int(first), int(second), int(third), int(hour), int(minute), int(seconds or 0), (half or "").lower())


def _moments(stamps: Sequence[_Stamp]) -> Iterator[float]:
    """Yield the seconds of each stamp since the first."""
    is_month_first = _is_month_first(stamps)
    start: float | None = None
    for stamp in stamps:
        moment = _seconds(stamp, is_month_first)
        start = moment if start is None else start
        yield moment - start


def _is_month_first(stamps: Sequence[_Stamp]) -> bool:
    if any(stamp.first > _HALF_DAY for stamp in stamps):
        return False
    if any(stamp.second > _HALF_DAY for stamp in stamps):
        return True
    backward = {
        order: sum(1 for one, two in pairwise(stamps) if _seconds(two, order) < _seconds(one, order))
        for order in (False, True)
    }
    if backward[False] != backward[True]:
        return backward[True] < backward[False]
    return any(stamp.half for stamp in stamps)


def _seconds(stamp: _Stamp, is_month_first: bool) -> float:
    if stamp.first >= _BIG_YEAR:
        year, month, day = stamp.first, stamp.second, stamp.third
    else:
        day, month = (stamp.second, stamp.first) if is_month_first else (stamp.first, stamp.second)
        year = stamp.third + 2000 if stamp.third < _BIG_YEAR else stamp.third
    hour = stamp.hour % _HALF_DAY + (_HALF_DAY if stamp.half == "p" else 0) if stamp.half else stamp.hour
    try:
        days = date(year, month, day).toordinal()
    except ValueError as error:
        raise Undated(f"{stamp.first}, {stamp.second}, {stamp.third}") from error
    return float(days * 86_400 + hour * 3_600 + stamp.minute * 60 + stamp.second_of_minute)


class Undated(ValueError):
    """A message whose date is none."""


def _addressed(labels: Sequence[str]) -> list[str] | None:
    """Return the senders of labels such as "From Ana Lima to Everyone"; None when they are not written so.

    The word in front of the sender is one of `_FROM`; the one behind is one of `_TO`, or one that all labels share.
    """
    words = [label.split() for label in labels]
    opening = {each[0].casefold() if len(each) > 1 else "" for each in words}
    if len(opening) != 1 or not opening <= _FROM:
        return None
    shared = {word.casefold() for word in words[0][2:]}
    for each in words:
        shared &= {word.casefold() for word in each[2:]}
    links = shared & _TO or (shared if len(set(labels)) > 1 else None) or _TO
    return [" ".join(each[1 : _behind(each, links)]) for each in words]


def _behind(words: Sequence[str], links: Collection[str]) -> int:
    """Return where the sender ends in a label's words."""
    return next((at for at in range(2, len(words)) if words[at].casefold() in links), len(words))


class _Said:
    """What was written so far, as far as reactions quote it."""

    def __init__(self) -> None:
        self._starts: set[str] = set()

    def add(self, text: str) -> None:
        """Take a message."""
        self._starts.update((text, text[:_QUOTE]))

    def is_reaction(self, text: str) -> bool:
        """Tell a reaction by its build: a few words around the quotation of a message above, and an emoji outside."""
        quoted = _QUOTED.search(text)
        if quoted is None:
            return False
        quote = quoted[0][1:-1].rstrip(".\u2026")
        outside = (text[: quoted.start()] + " " + text[quoted.end() :]).split()
        emoji = [word for word in outside if any(category(char) == "So" for char in word)]
        return (
            len(emoji) == 1
            and 1 < len(outside) <= _MOST_WORDS
            and all(word.isalpha() for word in outside if word not in emoji)
            and (quoted[0][1:-1] in self._starts or quote in self._starts or quote[:_QUOTE] in self._starts)
        )
