"""Whose a word is: the speaker who says it more often, for their length, than any other."""

from __future__ import annotations

from attrs import frozen

from qualia.draw import Language, Theme, plain
from qualia.records import WordFrequencies


@frozen(kw_only=True)
class People:
    """The speakers that have colours of their own, and what they say most."""

    names: tuple[str, ...]
    """Who said most first; as many as there are colours."""
    owners: dict[str, int]
    """Word -> place in ``names``; words of nobody alone, and of further speakers, are not in it."""

    def colour(self, word: str, colours: Theme) -> str:
        """Return the colour of a word of the record."""
        place = self.owners.get(word)
        return colours.neutral if place is None else colours.series[place]

    def heading(self, language: Language) -> str:
        """Return what heads the names in the table."""
        return "Quem mais diz" if language == "pt" else "Who says it most"

    def name(self, word: str, _language: Language) -> str:
        """Return who says a word most; empty for nobody."""
        place = self.owners.get(word)
        return "" if place is None else self.names[place]

    def legend(self, colours: Theme, language: Language) -> list[tuple[str, str]]:
        """Return names and colours, with an entry for all other words."""
        rest = "de várias pessoas" if language == "pt" else "of several people"
        return [(name, colours.series[place]) for place, name in enumerate(self.names)] + [(rest, colours.neutral)]


def people_of(record: WordFrequencies, colours: Theme) -> People | None:
    """Return who says which word most often in a thousand of their own; None when fewer than two speak."""
    spoke = sorted((each for each in record.speakers if each.total > 0), key=lambda each: -each.total)
    if len(spoke) < 2:
        return None
    named = {each.speaker: place for place, each in enumerate(spoke[: len(colours.series)])}
    best: dict[str, tuple[float, str | None]] = {}
    for speaker in spoke:
        for item in speaker.words:
            rate = item.count / max(1, speaker.running, speaker.total)
            most, _ = best.get(item.word, (0.0, None))
            if rate > most:
                best[item.word] = (rate, speaker.speaker)
            elif rate == most:
                best[item.word] = (rate, None)
    owners = {word: named[name] for word, (_, name) in best.items() if name is not None and name in named}
    return People(names=tuple(plain(name) for name in named), owners=owners)
