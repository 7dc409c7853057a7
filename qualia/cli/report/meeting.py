"""What a report is made from: one meeting's results and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from attrs import field, frozen

from qualia.cli.report.phrases import Voice
from qualia.document import Document
from qualia.draw import Language
from qualia.records import Sentiment, WordFrequencies
from qualia.result import Artifact, Provenance, Result

Picture = Literal["chart", "chart_phone", "cloud", "mood", "mood_phone"]


def _none() -> dict[Picture, Result[Artifact]]:
    return {}


def _kept(value: Mapping[Picture, Result[Artifact]]) -> Mapping[Picture, Result[Artifact]]:
    return MappingProxyType(dict(value))


@frozen(kw_only=True)
class Meeting:
    """One meeting, analysed."""

    title: str
    """What to call it; empty for a title in the report's words."""
    language: Language
    """Language the section is written in."""
    document: Result[Document]
    """The cleaned transcript."""
    words: Result[WordFrequencies]
    sentiment: Result[Sentiment]
    pictures: Mapping[Picture, Result[Artifact]] = field(factory=_none, converter=_kept)
    """PNG or SVG: the most frequent words, the cloud, sentiment over time, and narrow ones to show on a phone
    instead. One that is missing is left out."""
    command: str | None = None
    """What to type to make the results again; None leaves it out."""

    @property
    def voice(self) -> Voice:
        """The words and figures of its language."""
        return Voice(self.language)

    @property
    def name(self) -> str:
        """Its title, never empty."""
        return self.title.strip() or self.voice("untitled")

    @property
    def provenances(self) -> tuple[Provenance, ...]:
        """Of everything shown, in the order the report shows it."""
        pictures = (result for name, result in self.pictures.items() if self._shows(name))
        results: tuple[Result[object], ...] = (self.document, self.words, self.sentiment, *pictures)
        return tuple(each.provenance for each in results)

    def _shows(self, name: Picture) -> bool:
        """Tell whether the report has a place for a picture: one without figures behind it would say nothing."""
        if name in ("mood", "mood_phone"):
            return self.sentiment.value.status == "ok"
        return bool(self.words.value.words)
