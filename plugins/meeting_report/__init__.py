"""A meeting on one page: who spoke, with which words, what sets each apart, and in what tone over time."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from qualia.draw import LanguageChoice, choose_language, media_type, plain
from qualia.plugin import Artifact, Visualizer, param
from qualia.records import Sentiment, WordFrequencies

from .facts import facts_of
from .page import Look, report


@frozen
class Params:
    """What the report shows, and how it looks."""

    title: str = param("", help="Heads the page; empty for a title in its language.")
    language: LanguageChoice = param("auto", help="Language of the report's own words; auto takes the meeting's.")
    theme: Literal["auto", "light", "dark"] = param("auto", help="Light, dark, or as the reader's device asks.")
    words: int = param(20, ge=1, le=200, help="How many words are drawn of the whole meeting.")
    each: int = param(8, ge=1, le=50, help="How many words, and how many that set apart, are listed of each speaker.")
    people: int = param(12, ge=1, le=200, help="Speakers shown at once; all further ones are folded away.")
    quotes: int = param(3, ge=0, le=20, help="Sentences quoted for a word, and of the most positive and negative.")


class MeetingReport(Visualizer[Params]):
    """Frequency and key words of each speaker and the sentiment over time, in one page that needs no network."""

    def render(self, params: Params, *, word_frequencies: WordFrequencies, sentiment: Sentiment) -> Artifact:
        """Return the page; what a record lacks is said in words where it would stand."""
        language = choose_language(params.language, word_frequencies.language or sentiment.language)
        facts = facts_of(word_frequencies, sentiment, each=params.each, quotes=params.quotes)
        look = Look(
            title=plain(params.title),
            language=language,
            theme=params.theme,
            words=params.words,
            people=params.people,
            quotes=params.quotes,
        )
        return Artifact(media_type=media_type("html"), data=report(facts, look), name="meeting-report.html")
