"""What looks like the name of a speaker, and what is a system's notice about one."""

from __future__ import annotations

import re
from unicodedata import category, normalize

from qualia.text import stop_words

_BADGE = re.compile(
    r"\s*[(\[](?:guest|external|unverified|convidad[oa]|extern[oa]|não verificad[oa]|nao verificad[oa])[)\]]\s*$",
    re.IGNORECASE,
)
_PARTICLE_LIST = "da das de del della den der di do dos du e el la le van von y"
_LABEL_LIST = """
agenda assunto atenção attendees attention aviso cc conclusion conclusão data date de dica duration duração email e-mail
example exemplo fonte from ftp hint hora http https importante important link local location meeting nota notas note
notes obs observação observações para participantes participants pauta ps presentes resumo reunião source subject
summary telefone tema time tip title to todo topic título url warning
"""
_ROLE_LIST = """
convidada convidado entrevistada entrevistado entrevistador entrevistadora falante guest interviewee interviewer locutor
locutora moderador moderadora moderator orador participant participante person pessoa speaker unknown user usuário voz
"""
_PARTICLES = frozenset(_PARTICLE_LIST.split())
_LABELS = frozenset(_LABEL_LIST.split())
_ROLES = frozenset(_ROLE_LIST.split())
_PROGRAM = "microsoft teams"
_SYSTEM = frozenset({"system", "sistema", _PROGRAM})
_INSIDE = "'\u2019.-"
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


def _either(*lists: str) -> str:
    return "|".join(line for text in lists for line in text.strip().splitlines())


_NOTICE = re.compile(
    rf"(?:(?P<who>\S.{{0,80}}?) (?:{_either(_ENGLISH, _PORTUGUESE)})|(?:{_either(_ALONE)})){_AFTER}", re.IGNORECASE
)
_MAX_NOTICE = 200
"""Longest line that can be a notice, in characters; bounds the time the pattern may take."""


def display_name(name: str) -> str | None:
    """Return a speaker's name without the badges a meeting program adds to it; None when there is no name."""
    name = normalize("NFC", " ".join(name.split()))
    while (bare := _BADGE.sub("", name)) and bare != name:
        name = bare
    return name or None


def is_name(text: str, *, strict: bool) -> bool:
    """Tell whether text before a colon looks like the name of a speaker.

    Args:
        text: what stands before the colon, with or without badges.
        strict: nothing but the colon says that it is one: at most five capitalised words of letters, and a number
            only behind a role ("Speaker 1"). Otherwise a time stands before it and digits and commas pass too.
    """
    name = display_name(text)
    if name is None or len(name) > 80 or name.casefold() in _LABELS:
        return False
    words = name.split(" ")
    if len(words) > 5 or not _capital(words[0]):
        return False
    if strict and len(words) == 2 and words[0].casefold() in _ROLES and re.fullmatch("[0-9]{1,2}", words[1]):
        return True
    return all(_is_name_word(word, strict=strict) for word in words)


def is_system(speaker: str | None) -> bool:
    """Tell whether a turn has no person behind it."""
    return speaker is None or speaker.casefold() in _SYSTEM


def is_notice(text: str, speaker: str | None) -> bool:
    """Tell whether a whole turn is a system's notice ("Ana Lima joined the meeting"), not somebody's words.

    Whatever the meeting program says under its own name is one. Under a person's name it is one only when it speaks of
    that person, or of somebody by their full name.
    """
    if speaker is not None and speaker.casefold() == _PROGRAM:
        return True
    if len(text) > _MAX_NOTICE or not (found := _NOTICE.fullmatch(text)):
        return False
    who = found["who"]
    if who is None:
        return is_system(speaker)
    if _QUOTES.intersection(who) or not _is_person(who):
        return False
    return is_system(speaker) or who.casefold() == str(speaker).casefold() or " " in who


def _is_person(who: str) -> bool:
    """Tell a name from a pronoun or a phrase that happens to be capitalised."""
    if not is_name(who, strict=False):
        return False
    grammar = (stop_words("pt") | stop_words("en")) - _PARTICLES
    return not any(word.casefold() in grammar for word in who.split())


def _capital(word: str) -> bool:
    return word[:1].isalpha() and not word[:1].islower()


def _is_name_word(word: str, *, strict: bool) -> bool:
    if word in _PARTICLES:
        return True
    if not strict:
        return not word[:1].islower() and not any(char in '/?!;"' for char in word)
    return _capital(word) and all(category(char)[0] in "LM" or char in _INSIDE for char in word)
