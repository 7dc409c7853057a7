"""Which turns are kept: fillers taken out of them, those of some people only, questions only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal

from qualia.text import detect_language, sentence_spans

from .names import asks
from .notices import is_system
from .turns import Turn

Only = Literal["everyone", "participants", "questions"]
# Sounds of hesitation alone; words that can mean something ("like", "tipo", "então", "né") stay. "um" is an article in
# Portuguese, so each list serves its own language.
_EN = "um umm uhm uh uhh uhm er err erm hm hmm hmmm mm mmm mhm ah ahh eh"
_PT = "hum humm hã hãn hãã ahn ahnn ãh ãhn éé ééé eh ehh uhum hm hmm hmmm mm mmm ah ahh"
_BEHIND = r"(?:\s*(?:,|\.\.\.|…|-|–))?"
_FILLERS = {
    language: re.compile(
        rf"(?<![\w'’-])(?:{'|'.join(sorted(words.split(), key=len, reverse=True))})(?![\w'’-]){_BEHIND}", re.IGNORECASE
    )
    for language, words in {"en": _EN, "pt": _PT}.items()
}
_ALONE = re.compile(r"[\s.,;:!?…–-]*")
_SPACE = re.compile(r"\s+")
_ASKING = ("?", "？", "؟", ";?")
_CLOSERS = "\"'”’»)] "
_SAMPLE = 20_000


def language_of(turns: Sequence[Turn], given: str | None) -> str | None:
    """Return the language fillers are looked for in: the one given, or that of the beginning of what is said."""
    if given is not None:
        return given[:2].lower()
    sample: list[str] = []
    size = 0
    for turn in turns:
        sample.append(turn.text[:_SAMPLE])
        size += len(sample[-1])
        if size > _SAMPLE:
            break
    return detect_language("\n".join(sample))


def without_fillers(text: str, language: str | None) -> tuple[str, int]:
    """Return a text without its hesitations, and how many there were; languages without a list keep theirs.

    Punctuation that stood behind a hesitation goes with it. What is left of a turn that was nothing else is empty.
    """
    pattern = _FILLERS.get(language or "")
    if pattern is None:
        return text, 0
    shorter, count = pattern.subn("", text)
    if not count:
        return text, 0
    shorter = _SPACE.sub(" ", shorter).strip()
    return ("" if _ALONE.fullmatch(shorter) else shorter), count


def selected(
    turns: Iterable[Turn], *, only: Only, speakers: Collection[str], moderators: Collection[str]
) -> list[Turn]:
    """Return the turns asked for.

    Args:
        turns: those of a transcript.
        only: "participants" leaves out turns of nobody, of the program and of those who run the conversation;
            "questions" keeps the sentences that end in a question mark.
        speakers: names of those whose turns are kept; empty keeps everybody's.
        moderators: names of those who run the conversation; empty means those called by a role of one who asks.
    """
    kept = list(turns)
    if speakers:
        wanted = {name.casefold() for name in speakers}
        kept = [turn for turn in kept if turn.speaker is not None and turn.speaker.casefold() in wanted]
    if only == "participants":
        running = {name.casefold() for name in moderators}
        kept = [turn for turn in kept if turn.speaker is not None and _takes_part(turn.speaker, running)]
    elif only == "questions":
        kept = [turn._replace(text=text) for turn in kept if (text := " ".join(_questions(turn.text)))]
    return kept


def _takes_part(speaker: str, running: Collection[str]) -> bool:
    if is_system(speaker):
        return False
    return speaker.casefold() not in running if running else not asks(speaker)


def _questions(text: str) -> Iterator[str]:
    if "?" not in text and "？" not in text and "؟" not in text:
        return
    for start, end in sentence_spans(text):
        sentence = text[start:end].strip()
        if sentence.rstrip(_CLOSERS).endswith(_ASKING):
            yield sentence
