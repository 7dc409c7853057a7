"""What looks like the name of a speaker, and which badges a meeting program hung on it."""

from __future__ import annotations

import re
from collections.abc import Collection
from unicodedata import category, normalize

_BADGE_LIST = """
guest, external, unverified, anonymous, presenter, organizer, organiser, host, co-host, me,
convidado, convidada, externo, externa, anônimo, anônima, não verificado, não verificada, nao verificado,
nao verificada, organizador, organizadora, anfitrião, anfitriã, você, eu,
invitado, invitada, sin verificar, no comprobado, anfitrión, invité, invitée, externe, non vérifié, non vérifiée,
gast, extern, nicht überprüft, nicht verifiziert, ospite, esterno, esterna, non verificato, non verificata,
gość, zewnętrzny, gäst, vieras, gjest, gæst, misafir, гость, внешний,
ゲスト, 外部, 未確認, 来宾, 來賓, 外部用户, 게스트, 외부, ضيف
"""
_BADGES = frozenset(badge.strip() for badge in _BADGE_LIST.split(","))
_BADGE = re.compile(r"[ ]?[(\[（]([^()\[\]（）]{1,24})[)\]）]\Z")
_BARE_BADGES = frozenset({"External", "Unverified"})
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
_ASKING_LIST = """
entrevistador entrevistadora facilitador facilitadora facilitator host interviewer mediador mediadora moderador
moderadora moderator pesquisador pesquisadora researcher
"""
PARTICLES = frozenset(_PARTICLE_LIST.split())
_LABELS = frozenset(_LABEL_LIST.split())
_ROLES = frozenset(_ROLE_LIST.split()) | frozenset(_ASKING_LIST.split())
_ASKING = frozenset(_ASKING_LIST.split())
_INSIDE = "'\u2019.-"
_NUMBERED = re.compile(r"[^\W\d_]+[ _]?[0-9]{1,3}", re.ASCII)
_WORDS = re.compile(r"[^\W_]+")
LONGEST_NAME = 100
"""Characters of a name with its badges, at most."""


def split_name(name: str) -> tuple[str | None, tuple[str, ...]]:
    """Return a speaker's name and, apart from it, the badges a meeting program adds ("Guest", "Externo").

    Only badges that programs are known to write are split off: "Ana (mãe)" and "Ana (filha)" are two people.
    """
    name = normalize("NFC", " ".join(name[: LONGEST_NAME * 10].split()))
    badges: list[str] = []
    while (found := _BADGE.search(name)) and found[1].strip().casefold() in _BADGES and found.start():
        name = name[: found.start()]
        badges.append(found[1].strip())
    words = name.split(" ")
    if len(words) > 2 and words[-1] in _BARE_BADGES:
        badges.append(words[-1])
        name = " ".join(words[:-1])
    return name or None, tuple(reversed(badges))


def display_name(name: str) -> str | None:
    """Return a speaker's name without its badges; None when there is no name."""
    return split_name(name)[0]


def is_name(text: str, *, strict: bool) -> bool:
    """Tell whether text before a colon looks like the name of a speaker.

    Args:
        text: what stands before the colon, with or without badges.
        strict: nothing but the colon says that it is one: at most five capitalised words of letters, and a number
            only behind a role ("Speaker 1"). Otherwise a time stands before it and digits and commas pass too.
    """
    if len(text) > LONGEST_NAME or not text or text.isspace():
        return False
    name = display_name(text)
    if name is None or len(name) > 80 or name.casefold() in _LABELS:
        return False
    words = name.split(" ")
    if len(words) > 5 or not _capital(words[0]):
        return False
    if strict and _is_numbered_role(name):
        return True
    return all(_is_name_word(word, strict=strict) for word in words)


def is_role(name: str) -> bool:
    """Tell whether a speaker is called by a role ("Speaker 1", "SPEAKER_00", "Entrevistado"), not by a name."""
    words = [word.casefold() for word in _WORDS.findall(name)]
    return all(word in _ROLES or word.isdigit() for word in words)


def asks(name: str) -> bool:
    """Tell whether a speaker is called by the role of one who asks ("Interviewer", "Moderadora 2")."""
    words = [word.casefold() for word in _WORDS.findall(name)]
    return any(word in _ASKING for word in words) and all(word in _ROLES or word.isdigit() for word in words)


def return_often(speakers: Collection[str], turns: int, lines: int, *, most: int) -> bool:
    """Tell whether names come often enough among lines to be those of speakers.

    They must begin a quarter of the lines, or a twentieth when one at least comes back.

    Args:
        speakers: the names found.
        turns: how many lines begin with one.
        lines: how many lines there are.
        most: how often the most frequent name came.
    """
    return bool(speakers) and turns >= (0.05 if most > 1 else 0.25) * lines


def _is_numbered_role(name: str) -> bool:
    if not _NUMBERED.fullmatch(name):
        return False
    return name.rstrip("0123456789").rstrip(" _").casefold() in _ROLES


def _capital(word: str) -> bool:
    return word[:1].isalpha() and not word[:1].islower()


def _is_name_word(word: str, *, strict: bool) -> bool:
    if word in PARTICLES:
        return True
    if not strict:
        return not word[:1].islower() and not any(char in '/?!;"' for char in word)
    return _capital(word) and all(category(char)[0] in "LM" or char in _INSIDE for char in word)
