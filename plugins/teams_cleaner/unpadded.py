"""Read the transcripts of Teams' first years: times without leading zeros, the name below them, then what was said.

``0:0:6.90 --> 0:0:6.500`` is 6.090 to 6.500 seconds: the digits behind the point are milliseconds, not a fraction. The
.docx has a paragraph for each turn, with line breaks between its parts; the .vtt has voices like any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .lines import Head, lines_of, transcript
from .names import display_name, is_name
from .turns import Transcript

_NUMBER = r"(0|[1-9][0-9]{0,2})"
_STAMP = rf"{_NUMBER}:{_NUMBER}:{_NUMBER}\.{_NUMBER}"
_TIMES = re.compile(rf"^[ \t]*+{_STAMP}[ \t]*+-->[ \t]*+{_STAMP}[ \t]*+$", re.MULTILINE | re.ASCII)
_ARROWS = re.compile(r"^[^\n]{0,40}?[0-9][ \t]*+-->", re.MULTILINE)


def read_unpadded(text: str) -> Transcript | None:
    """Read turns that each begin with a line of such times; None when the text has none, or others among them."""
    if not is_unpadded(text):
        return None
    lines = lines_of(text)
    moments = {number: _moments(times) for number, line in enumerate(lines) if (times := _TIMES.match(line))}
    at = list(moments)
    blocks = [lines[number + 1 : behind] for number, behind in zip(at, [*at[1:], len(lines)], strict=True)]
    names = {block[0].strip() for block in blocks if len(block) > 1 and is_name(block[0].strip(), strict=False)}
    named = [bool(block) and block[0].strip() in names for block in blocks]
    # Captions have no names, or a number above their times.
    if 2 * sum(named) < len(blocks) or (at[0] and lines[at[0] - 1].strip().isdecimal()):
        return None
    above = lines[: at[0]]
    kept = list(above)
    heads: list[Head | None] = [None] * len(above)
    for number, block, is_named in zip(at, blocks, named, strict=True):
        begin_s, end_s = moments[number]
        heads.append(Head("teams-docx", display_name(block[0]) if is_named else None, begin_s, "", end_s))
        said = block[1:] if is_named else block
        heads += [None] * len(said)
        kept += [lines[number], *said]
    return transcript(kept, heads, "teams-docx", is_notes=True)


def padded(text: str) -> str:
    """Return a text with such times as one whose times have the digits WebVTT asks for; any other as it is."""
    return _TIMES.sub(_written, text) if is_unpadded(text) else text


def is_unpadded(text: str) -> bool:
    """Tell whether every line of times in a text, and one at least, has no leading zeros."""
    first = _ARROWS.search(text) if "-->" in text else None
    if first is None or not _TIMES.match(text, first.start()):
        return False
    return all(_TIMES.match(text, line.start()) for line in _ARROWS.finditer(text))


def _moments(times: re.Match[str]) -> tuple[float, float]:
    numbers = [int(each) for each in times.groups()]
    return _seconds(numbers[:4]), _seconds(numbers[4:])


def _seconds(numbers: Sequence[int]) -> float:
    hours, minutes, seconds, thousandths = numbers
    return (((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths) / 1000


def _written(times: re.Match[str]) -> str:
    numbers = [int(each) for each in times.groups()]
    first, last = ("{:02}:{:02}:{:02}.{:03}".format(*part) for part in (numbers[:4], numbers[4:]))
    return f"{first} --> {last}"
