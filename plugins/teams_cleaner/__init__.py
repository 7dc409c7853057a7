"""Read the transcripts people have into turns with speakers and times, and leave out what nobody said.

Formats are told by their structure alone: WebVTT, SRT, SBV, the .docx of Teams and Meet, lines with names and times in
many shapes, chats of Zoom and WhatsApp, and the JSON of speech recognisers. What has no such structure is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from attrs import evolve, frozen

from qualia.plugin import Document, DocumentProcessor, Segment, param

from .formats import read
from .notices import is_system, person_in, sorted_out
from .pseudonyms import Pseudonyms
from .selection import Only, language_of, selected, without_fillers
from .summary import WordCounts, facts
from .turns import Removed, Transcript, Turn, closed, growing, merged


@frozen
class Params:
    """What is kept, what is joined and what is hidden."""

    merge_consecutive: bool = param(True, help="Join what one speaker says without a break into one turn.")
    merge_gap_s: float = param(2.0, ge=0, le=3600, help="Longest pause inside a joined turn, in seconds.")
    system_lines: bool = param(False, help='Keep lines of the program itself, such as "Ana joined the meeting".')
    min_words: int = param(0, ge=0, le=1_000, help="Leave out turns of fewer words, after joining.")
    without_fillers: bool = param(False, help='Take hesitations such as "uhm" and "hã" out (Portuguese and English).')
    only: Only = param("everyone", help="Whose turns are kept, or only the questions that are asked.")
    speakers: tuple[str, ...] = param((), help="Keep the turns of these speakers; none means everybody.")
    moderators: tuple[str, ...] = param((), help="Who runs the conversation and is no participant; none: told by role.")
    pseudonyms: bool = param(False, help="Put P1, P2, ... for the names of speakers, in what is said too.")
    output: Literal["transcript", "key"] = param("transcript", help="The transcript, or the key to its pseudonyms.")


class TeamsCleaner(DocumentProcessor[Params]):
    """Reads transcripts."""

    def process(self, document: Document, params: Params) -> Document:
        """Return one line per turn, a segment around the words of each, and the facts of the meeting as metadata.

        Raises:
            UnsupportedInput: the document has the structure of no format it reads, or a piece of it no moment.
        """
        source = read(document)
        grown = growing(source.turns)
        timed = closed(grown) if source.has_lengths else grown
        people = Pseudonyms(_people(timed)) if params.pseudonyms or params.output == "key" else None
        if people is not None and params.output == "key":
            return Document(people.key(), media_type="application/json")
        words = WordCounts()
        turns, removed, notes = _cleaned(timed, params, document.language, people, words)
        if people is not None:
            turns, notes["names_hidden"] = _hidden(turns, people)
            removed = [Removed(text=f"({len(line.text)} characters)", reason=line.reason) for line in removed]
            source = _withheld(source)
        found = facts(source, timed, turns, (*source.removed, *removed), words)
        found["quality"] |= notes
        kept = _kept(document.metadata if people is None else people.hide_all(document.metadata), found)
        text, segments = _composed(turns)
        title = document.title if people is None else people.hide_all(document.title)
        return Document(text, title=title, language=document.language, segments=segments, metadata={**kept, **found})


def _people(turns: Sequence[Turn]) -> Iterator[str]:
    """Yield the names of those who speak, in order, then of those only notices speak of; some come more than once."""
    yield from (turn.speaker for turn in turns if turn.speaker is not None and not is_system(turn.speaker))
    yield from (name for notice in sorted_out(turns)[1] if (name := person_in(notice.text)) is not None)


def _cleaned(
    timed: Sequence[Turn], params: Params, language: str | None, people: Pseudonyms | None, words: WordCounts
) -> tuple[Sequence[Turn], list[Removed], dict[str, int]]:
    """Return the turns kept, the lines left out, and how much was taken out of or not asked for among the others."""
    removed: list[Removed] = []
    notes: dict[str, int] = {}
    turns = timed
    if not params.system_lines:
        turns, notices = sorted_out(turns)
        removed += [Removed(text=turn.line, reason="system line") for turn in notices]
    if params.without_fillers:
        turns, notes["fillers"] = _fluent(turns, language_of(turns, language), removed)
    if params.merge_consecutive:
        turns = merged(turns, gap_s=params.merge_gap_s)
    if params.only != "everyone" or params.speakers:
        before = len(turns)
        turns = selected(
            turns,
            only=params.only,
            speakers=_names(params.speakers, people),
            moderators=_names(params.moderators, people),
        )
        notes["not_selected"] = before - len(turns)
    if params.min_words:
        short = [turn for turn in turns if words.of(turn.text) < params.min_words]
        removed += [Removed(text=turn.line, reason=f"fewer than {params.min_words} words") for turn in short]
        turns = [turn for turn in turns if words.of(turn.text) >= params.min_words]
    return turns, removed, notes


def _fluent(turns: Sequence[Turn], language: str | None, removed: list[Removed]) -> tuple[list[Turn], int]:
    kept: list[Turn] = []
    total = 0
    for turn in turns:
        text, count = without_fillers(turn.text, language)
        total += count
        if text:
            kept.append(turn._replace(text=text))
        else:
            removed.append(Removed(text=turn.line, reason="hesitation"))
    return kept, total


def _names(names: Sequence[str], people: Pseudonyms | None) -> list[str]:
    """Return names with those added that are meant by a pseudonym, so that a caller need not write the name."""
    if people is None:
        return list(names)
    wanted = {name.upper() for name in names}
    return [*names, *(name for name, pseudonym in people.of.items() if pseudonym in wanted)]


def _hidden(turns: Sequence[Turn], people: Pseudonyms) -> tuple[list[Turn], int]:
    hidden: list[Turn] = []
    total = 0
    for turn in turns:
        text, count = people.hide(turn.text)
        speaker = turn.speaker if turn.speaker is None else people.of.get(turn.speaker, turn.speaker)
        hidden.append(turn._replace(speaker=speaker, text=text))
        total += count
    return hidden, total


def _withheld(source: Transcript) -> Transcript:
    """Return a transcript whose lines outside of turns are only counted: they may name people nobody knows of."""
    lines = (Removed(text=f"({len(line.text)} characters)", reason=line.reason) for line in source.removed)
    return evolve(source, removed=tuple(lines))


def _composed(turns: Sequence[Turn]) -> tuple[str, tuple[Segment, ...]]:
    """Return the text and, for each turn, the place of its words in it."""
    lines: list[str] = []
    segments: list[Segment] = []
    at = 0
    for speaker, words, begin_s, end_s in turns:
        line = words if speaker is None else f"{speaker}: {words}"
        end = at + len(line)
        segments.append(Segment(end - len(words), end, speaker=speaker, begin_s=begin_s, end_s=end_s))
        lines.append(line)
        at = end + 1
    return "\n".join(lines), tuple(segments)


def _kept(metadata: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input's metadata; a key this plugin writes itself gets "source_" in front until it is free."""
    result: dict[str, Any] = {key: value for key, value in metadata.items() if key not in found}
    for key in metadata.keys() & found.keys():
        name = f"source_{key}"
        while name in result or name in metadata:
            name = f"source_{name}"
        result[name] = metadata[key]
    return result
