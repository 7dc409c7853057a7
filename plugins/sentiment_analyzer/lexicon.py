"""Words and their valences, read from the lists in ``data/``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from attrs import frozen

DATA = Path(__file__).with_name("data")
Forms = Callable[[str, str], list[str]]


@frozen
class Lexicon:
    """What words, phrases and emoji are worth, from -4 (worst) to 4 (best)."""

    words: Mapping[str, float]
    """Words that are worth 0 are not among them."""
    phrases: Mapping[str, tuple[tuple[int, Mapping[tuple[str, ...], float]], ...]]
    """By their first word and how many words follow it, most first: these words, and what the phrase is worth."""
    emoji: Mapping[str, float]

    @classmethod
    def of(cls, entries: Mapping[str, float], emoji: Mapping[str, float]) -> Lexicon:
        """Sort entries into words and phrases."""
        phrases: dict[str, dict[int, dict[tuple[str, ...], float]]] = {}
        # Two words are joined by a hyphen in one spelling and apart in another: "mal-educado".
        joined = {entry.replace(" ", "-"): valence for entry, valence in entries.items() if entry.count(" ") == 1}
        for entry, valence in entries.items():
            first, *rest = entry.split(" ")
            if rest:
                phrases.setdefault(first, {}).setdefault(len(rest), {})[tuple(rest)] = valence
        return cls(
            words=MappingProxyType(
                {word: value for word, value in (joined | {**entries}).items() if value and " " not in word}
            ),
            phrases=MappingProxyType(
                {first: tuple(sorted(found.items(), reverse=True)) for first, found in phrases.items()}
            ),
            emoji=MappingProxyType(dict(emoji)),
        )


def base_entries(name: str, *, scale: float = 1.0) -> dict[str, float]:
    """Read a list of lines "valence TAB entries", which a bar parts; valences are multiplied by ``scale``."""
    found: dict[str, float] = {}
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        valence, _, entries = line.partition("\t")
        found |= dict.fromkeys(entries.split("|"), float(valence) * scale)
    return found


def own_entries(name: str, forms: Forms) -> dict[str, float]:
    """Read a list of lines "kind valence: entries", which commas part, with the forms of each entry.

    What stands as a word goes before the form of another entry, and later lines go before earlier ones.
    """
    rows = list(_rows(name))
    found: dict[str, float] = {}
    for exact in (False, True):
        for kind, valence, entries in rows:
            if (kind == "word") is exact:
                for entry in entries:
                    found |= dict.fromkeys(forms(kind, entry), valence)
    return found


def emoji_entries() -> dict[str, float]:
    """Read the emoji: lines "valence: emoji", which space parts."""
    found: dict[str, float] = {}
    for line in _lines("emoji.txt"):
        valence, _, emoji = line.partition(":")
        found |= dict.fromkeys((each[0] for each in emoji.split()), float(valence))
    return found


def _rows(name: str) -> Iterator[tuple[str, float, list[str]]]:
    for line in _lines(name):
        head, _, entries = line.partition(":")
        kind, valence = head.split()
        yield kind, float(valence), [entry.strip() for entry in entries.split(",") if entry.strip()]


def _lines(name: str) -> Iterator[str]:
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("# "):
            yield line
