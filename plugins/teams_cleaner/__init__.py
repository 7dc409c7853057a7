"""Read meeting transcripts into turns with speakers and times, and leave out what nobody said.

Formats are told by their structure: WebVTT as Teams and Zoom write it, ``[HH:MM:SS] Name: text``,
``Name (HH:MM:SS): text`` and ``Name: text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from qualia.plugin import Document, DocumentProcessor, Segment, UnsupportedInput, param

from .lines import read_plain, read_timed
from .names import is_notice
from .summary import facts, words_in
from .turns import Removed, Transcript, Turn, closed, growing, merged
from .webvtt import is_webvtt, read_webvtt

_SUBTITLES = re.compile(r"\d\s?-->\s?\d")
_ID = "teams_cleaner"
_FORMATS = "WebVTT, [HH:MM:SS] Name: text, Name (HH:MM:SS): text and Name: text"


@frozen
class Params:
    """What is kept and what is joined."""

    merge_consecutive: bool = param(True, help="Join what one speaker says without a break into one turn.")
    merge_gap_s: float = param(2.0, ge=0, le=3600, help="Longest pause inside a joined turn, in seconds.")
    system_lines: bool = param(False, help='Keep lines of the program itself, such as "Ana joined the meeting".')
    min_words: int = param(0, ge=0, le=1_000, help="Leave out turns of fewer words, after joining.")


class TeamsCleaner(DocumentProcessor[Params]):
    """Reads meeting transcripts."""

    def process(self, document: Document, params: Params) -> Document:
        """Return one line per turn, a segment around the words of each, and the facts of the meeting as metadata.

        Raises:
            UnsupportedInput: the text has the structure of no format it reads.
        """
        source = _read(document)
        timed = closed(tuple(growing(source.turns)))
        turns, removed = _cleaned(timed, params)
        text, segments = _composed(turns)
        found = facts(source, timed, turns, (*source.removed, *removed))
        return Document(
            text,
            title=document.title,
            language=document.language,
            segments=segments,
            metadata={**_kept(document.metadata, found), **found},
        )


def _read(document: Document) -> Transcript:
    if document.data is not None:
        raise UnsupportedInput(_ID, f"{document.media_type} is no text; it reads {_FORMATS}")
    # One kind of line end, and U+0000 as the WebVTT specification has it.
    text = document.text.removeprefix("\ufeff").replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    if is_webvtt(text):
        return read_webvtt(text)
    # Subtitles of another kind would be read as speech, their numbers and times included.
    transcript = None if _SUBTITLES.search(text) else read_timed(text) or read_plain(text)
    if transcript is None:
        raise UnsupportedInput(_ID, f"the text does not look like a transcript; it reads {_FORMATS}")
    return transcript


def _cleaned(turns: tuple[Turn, ...], params: Params) -> tuple[list[Turn], list[Removed]]:
    kept: list[Turn] = []
    removed: list[Removed] = []
    for turn in turns:
        if not params.system_lines and is_notice(turn.text, turn.speaker):
            removed.append(Removed(text=turn.line, reason="system line"))
        else:
            kept.append(turn)
    if params.merge_consecutive:
        kept = list(merged(kept, gap_s=params.merge_gap_s))
    if params.min_words == 0:
        return kept, removed
    reason = f"fewer than {params.min_words} words"
    short = [turn for turn in kept if words_in(turn) < params.min_words]
    removed.extend(Removed(text=turn.line, reason=reason) for turn in short)
    return [turn for turn in kept if words_in(turn) >= params.min_words], removed


def _composed(turns: list[Turn]) -> tuple[str, tuple[Segment, ...]]:
    """Return the text and, for each turn, the place of its words in it."""
    return "\n".join(turn.line for turn in turns), tuple(_segments(turns))


def _segments(turns: list[Turn]) -> Iterator[Segment]:
    at = 0
    for turn in turns:
        end = at + len(turn.line)
        yield Segment(end - len(turn.text), end, speaker=turn.speaker, begin_s=turn.begin_s, end_s=turn.end_s)
        at = end + 1


def _kept(metadata: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input's metadata; a key this plugin writes itself gets "source_" in front until it is free."""
    result: dict[str, Any] = {key: value for key, value in metadata.items() if key not in found}
    for key in metadata.keys() & found.keys():
        name = f"source_{key}"
        while name in result or name in metadata:
            name = f"source_{name}"
        result[name] = metadata[key]
    return result
