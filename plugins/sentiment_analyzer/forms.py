"""The forms of words in the lists: gender and number, conjugations, degrees; regular ones only, and without accents."""

from __future__ import annotations

import re

_AR = """
o as a amos am ei aste ou aram ava avas avamos avam arei ara aremos arao aria ariamos ariam e es emos em asse assemos
assem ando ado ada ados adas ar armos arem
""".split()
_ER = """
o es e emos em i este eu eram ia iamos iam erei era eremos erao eria eriamos eriam a as amos am esse essemos essem endo
ido ida idos idas er ermos erem
""".split()
_IR = """
o es e imos em i iste iu iram ia iamos iam irei ira iremos irao iria iriamos iriam a as amos am isse issemos issem indo
ido ida idos idas ir irmos irem
""".split()
_STRESSED = ("a", "as", "am", "e", "es", "em")
_DARK = ("a", "as", "amos", "am")
_LIKE_ODIAR = frozenset({"ansiar", "incendiar", "mediar", "odiar", "remediar"})
_E_STEM = re.compile(r"(\w*)e([^\Waeiou]+)")
_DEGREES = ("issimo", "issima", "issimos", "issimas", "inho", "inha", "inhos", "inhas")
# Endings of nouns and adjectives, longest first: what is taken off, and what is put there instead.
_PLURALS = (
    ("vel", ("vel", "veis")),
    ("il", ("il", "eis", "is")),
    ("al", ("al", "ais")),
    ("ao", ("ao", "oes")),
    ("l", ("l", "is")),
    ("m", ("m", "ns")),
    ("s", ("s",)),
    ("r", ("r", "res")),
    ("z", ("z", "zes")),
)


def portuguese_forms(kind: str, word: str) -> list[str]:
    """Return a word of a list with its forms; of several words there are none but the words themselves.

    Args:
        kind: "adj", "noun", "verb" (its infinitive is given), or "word" for what has no other form.
        word: without accents.
    """
    if " " in word or kind == "word":
        return [word]
    if kind == "verb":
        return _conjugated(word)
    forms = _plural(word)
    if kind == "adj":
        forms += _agreeing(word)
        forms.append((word[:-1] + "a" if word.endswith("o") else word) + "mente")
    return forms


def _plural(word: str) -> list[str]:
    for ending, others in _PLURALS:
        if word.endswith(ending):
            return [word[: -len(ending)] + other for other in others]
    return [word, word + "s"]


def _agreeing(word: str) -> list[str]:
    """Return the feminine of an adjective, and its degrees."""
    if word.endswith("ao"):
        return [word[:-2] + "a", word[:-2] + "aos"]
    if word.endswith("or"):
        return [word + "a", word + "as"]
    if not word.endswith("o"):
        return []
    stem = word[:-1]
    # The sound stays and the spelling changes: rico, riquinho; serio, serissimo.
    soft = stem[:-1] + "qu" if stem.endswith("c") else stem + "u" if stem.endswith("g") else stem.removesuffix("i")
    return [stem + "a", stem + "as", *(soft + degree for degree in _DEGREES)]


def _conjugated(infinitive: str) -> list[str]:
    stem = infinitive[:-2]
    if not infinitive.endswith("ar"):
        forms = [stem + ending for ending in (_ER if infinitive.endswith("er") else _IR)]
        return forms + (_changed(stem) if infinitive.endswith("ir") else _softened(stem))
    if stem.endswith("e") or infinitive in _LIKE_ODIAR:
        # The stressed stem takes an i: chateio, odeio.
        return [stem + ending for ending in _AR] + [stem[:-1] + "ei" + ending for ending in ("o", *_STRESSED)]
    soft = stem[:-1] + "qu" if stem.endswith("c") else stem + "u" if stem.endswith("g") else stem
    return [(soft if ending[0] == "e" else stem) + ending for ending in _AR]


def _softened(stem: str) -> list[str]:
    """Return the forms of an -er or -ir verb that keep the sound of their g: proteger, protejo."""
    return [stem[:-1] + "j" + ending for ending in ("o", *_DARK)] if stem.endswith("g") else []


def _changed(stem: str) -> list[str]:
    """Return the forms of an -ir verb with another stem: mentir, minto; destruir, destroi; trair, traio."""
    if stem.endswith("u"):
        return [stem[:-1] + ending for ending in ("oi", "ois", "oem")] + [stem + "i"]
    if stem.endswith("a"):
        return [stem + ending for ending in ("io", "i", "is", "em", "ia", "ias", "iam")]
    found = _E_STEM.fullmatch(stem)
    return [f"{found[1]}i{found[2]}{ending}" for ending in ("o", *_DARK)] if found else _softened(stem)


def english_forms(kind: str, word: str) -> list[str]:
    """Return a word of a list; a verb with its regular forms.

    Args:
        kind: "verb" (its last consonant is not doubled), or any other for what has no other form.
        word: in lower case.
    """
    if kind != "verb":
        return [word]
    stem = word.removesuffix("e")
    return [word, word + ("es" if word.endswith(("s", "sh", "ch", "x")) else "s"), stem + "ed", stem + "ing"]
