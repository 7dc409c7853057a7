"""What is a meeting program's notice ("Ana Lima joined the meeting"), not somebody's words.

Formats are never told by these phrases; they only decide whether a turn that was read is speech.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qualia.text import stop_words

from .names import PARTICLES, is_name
from .turns import Turn

_PROGRAM = "microsoft teams"
_SYSTEM = frozenset({"system", "sistema", _PROGRAM})
_QUOTES = frozenset("\"'\u2018\u2019\u201c\u201d\u00ab\u00bb")

_MEETING = "(?:the |this )?(?:meeting|call)"
_REUNIAO = "(?:reunião|chamada|sala)"
_ENGLISH = f"""
(?:has )?(?:joined|left|entered)(?: {_MEETING})(?: as a guest)?
was (?:removed from|added to|invited to) {_MEETING}
is (?:now )?(?:presenting|sharing(?: (?:their|his|her) screen)?)
(?:has )?(?:started|stopped) (?:presenting|sharing(?: (?:their|his|her) screen)?)
(?:has )?(?:started|stopped) (?:the )?(?:transcription|transcribing|recording)
(?:raised|lowered) (?:their|his|her) hand
"""
_PORTUGUESE = f"""
(?:entrou na|ingressou na|saiu da|deixou a) {_REUNIAO}(?: como convidad[oa])?
foi (?:removid[oa] da|adicionad[oa] à|convidad[oa] para a) {_REUNIAO}
está (?:apresentando|compartilhando)(?: (?:a|sua) tela)?(?: agora)?
(?:começou a|parou de|passou a) (?:apresentar|compartilhar)(?: (?:a|sua) tela)?
(?:iniciou|começou|parou|encerrou|interrompeu) a (?:gravação|transcrição|apresentação)
(?:iniciou|parou|encerrou|interrompeu) o compartilhamento(?: de tela)?
(?:levantou|abaixou) a mão
"""
_ALONE = f"""
(?:the )?(?:recording|transcription|meeting)(?: has)?(?: been)? (?:started|stopped|ended|paused|resumed)
(?:started|stopped) (?:the )?(?:transcription|transcribing|recording)
this (?:meeting|call) is being (?:recorded|transcribed)
(?:a )?(?:gravação|transcrição|reunião)(?: foi)? (?:iniciada|encerrada|interrompida|finalizada|pausada|retomada)
(?:a )?(?:gravação|transcrição|reunião) (?:começou|terminou|parou)
esta {_REUNIAO} está sendo (?:gravada|transcrita)
"""
_AFTER = r"(?: (?:at|às|as) \d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?)?[.!]?"
_LAST = frozenset(
    """
    meeting call guest presenting screen sharing transcription transcribing recording hand
    reunião chamada sala convidado convidada apresentando compartilhando tela agora apresentar compartilhar gravação
    transcrição apresentação compartilhamento mão started stopped ended paused resumed recorded transcribed iniciada
    encerrada interrompida finalizada pausada retomada começou terminou parou gravada transcrita am pm
    """.split()
)
"""The words notices end in: looking at the last word first is what makes the common case fast."""
_TAILS = frozenset(
    (word + end)[-3:].lower()
    for word in (
        *_LAST,
        *(f"{unit}{half}" for unit in " 0123456789" for half in ("am", "pm")),
        *(f":{at:02}" for at in range(100)),
    )
    for end in ("", ".", "!")
)
"""The last three characters of every notice."""


def _either(*lists: str) -> str:
    return "|".join(line for text in lists for line in text.strip().splitlines())


_NOTICE = re.compile(
    rf"(?:(?P<who>\S.{{0,80}}?) (?:{_either(_ENGLISH, _PORTUGUESE)})|(?:{_either(_ALONE)})){_AFTER}", re.IGNORECASE
)
_LONGEST_LAST = 24
_MAX_NOTICE = 200
"""Longest line that can be a notice, in characters; bounds the time the pattern may take."""


def is_system(speaker: str | None) -> bool:
    """Tell whether a turn has no person behind it."""
    return speaker is None or speaker.casefold() in _SYSTEM


def sorted_out(turns: Sequence[Turn]) -> tuple[list[Turn], list[Turn]]:
    """Return the turns that are speech, and those that are notices."""
    if any(speaker is not None and speaker.casefold() == _PROGRAM for speaker in {turn.speaker for turn in turns}):
        suspects = list(turns)
    else:
        suspects = [turn for turn in turns if turn[1][-3:].lower() in _TAILS]
    notices = [turn for turn in suspects if is_notice(turn.text, turn.speaker)]
    if not notices:
        return list(turns), []
    known = set(notices)
    return [turn for turn in turns if turn not in known], notices


def is_notice(text: str, speaker: str | None) -> bool:
    """Tell whether a whole turn is a system's notice.

    Whatever the meeting program says under its own name is one. Under a person's name it is one only when it speaks of
    that person, or of somebody by their full name.
    """
    found = _found(text)
    if found is None:
        return speaker is not None and len(speaker) == len(_PROGRAM) and speaker.casefold() == _PROGRAM
    if speaker is not None and speaker.casefold() == _PROGRAM:
        return True
    who = found["who"]
    if who is None:
        return is_system(speaker)
    if _QUOTES.intersection(who) or not _is_person(who):
        return False
    return is_system(speaker) or who.casefold() == str(speaker).casefold() or " " in who


def person_in(text: str) -> str | None:
    """Return the person a notice speaks of; None when it names nobody."""
    found = _found(text)
    return None if found is None else found["who"]


def _found(text: str) -> re.Match[str] | None:
    # Nearly all turns end here: the last word of a notice is one of few, or a time.
    last = text[-_LONGEST_LAST:].rstrip(".!").rpartition(" ")[2].lower()
    if last not in _LAST and (":" not in last or not last[:1].isdigit()):
        return None
    return None if len(text) > _MAX_NOTICE else _NOTICE.fullmatch(text)


def _is_person(who: str) -> bool:
    """Tell a name from a pronoun or a phrase that happens to be capitalised."""
    if not is_name(who, strict=False):
        return False
    grammar = (stop_words("pt") | stop_words("en")) - PARTICLES
    return not any(word.casefold() in grammar for word in who.split())
