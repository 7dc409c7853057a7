"""What type checkers make of the public API: read by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, assert_type

from qualia import Artifact, Core, Document, Event, Outcome, Pipeline, Plan, PluginInfo, Result, Segment
from qualia.plugin import Analyzer, DocumentProcessor, ParamSpec, Visualizer
from qualia.records import Sentiment, WordFrequencies


def running(core: Core, document: Document) -> None:
    """`Core.run` gives Any, or the type that was asked for."""
    assert_type(core.run("word_frequency", document), Result[Any])
    assert_type(core.run("word_frequency", document, {"top": 20}), Result[Any])
    words = core.run("word_frequency", document, returns=WordFrequencies)
    assert_type(words, Result[WordFrequencies])
    assert_type(words.value, WordFrequencies)
    assert_type(words.into(Sentiment), Result[Sentiment])
    assert_type(core.run("frequency_chart", words, returns=Artifact).value.save("chart.html"), Path)


def pipelines(core: Core, document: Document) -> None:
    """A pipeline, however it is written, gives a plan or an outcome: a mapping of step names to results."""
    assert_type(core.plan(Pipeline.from_path("meeting.toml"), document), Plan)
    assert_type(core.plan(Path("meeting.toml"), document), Plan)
    assert_type(core.plan({"steps": [{"plugin": "word_frequency"}]}, document), Plan)
    outcome = core.run_pipeline("meeting.toml", document)
    assert_type(outcome, Outcome)
    assert_type(outcome["words"], Result[Any])
    mapping: Mapping[str, Result[Any]] = outcome
    assert_type(mapping.get("words"), Result[Any] | None)


def looking(core: Core) -> None:
    """Lists of plugins and params are tuples of typed facts."""
    assert_type(list(core.plugins.values()), list[PluginInfo])
    assert_type(core.plugins["word_frequency"], PluginInfo)
    assert_type(core.plugins.params("word_frequency"), tuple[ParamSpec, ...])


def observing(core: Core, seen: list[Event]) -> None:
    """Any callable that takes an event observes; taking it off again returns nothing."""
    assert_type(core.subscribe(seen.append), Callable[[], None])


def context() -> None:
    """A Core opened with ``with`` is a Core, and its block can raise."""
    with Core(["plugins"], project=Path()) as core:
        assert_type(core, Core)


def values(document: Document) -> None:
    """Frozen values keep the types of their fields."""
    assert_type(document.text, str)
    assert_type(document.language, str | None)
    assert_type(document.segments, tuple[Segment, ...])
    assert_type(Document.from_path("meeting.vtt"), Document)


class Lengths(Analyzer[None, dict[str, int]]):
    """An analyzer whose answer is typed by its second argument."""

    def analyze(self, document: Document, params: None, *_: Any, **__: Any) -> dict[str, int]:
        """Count characters."""
        return {"characters": len(document.text)}


class Upper(DocumentProcessor[None]):
    """A document plugin takes a document and gives one."""

    def process(self, document: Document, params: None) -> Document:
        """Return it as it is."""
        return document


class Picture(Visualizer[None]):
    """A visualizer gives an artifact; its records arrive by keyword."""

    def render(self, params: None, *_: Any, word_frequencies: WordFrequencies, **__: Any) -> Artifact:
        """Return an empty picture."""
        return Artifact(media_type="image/svg+xml", data=b"<svg/>", name=f"{word_frequencies.schema}.svg")


assert_type(Lengths().analyze(Document("a"), None), dict[str, int])
assert_type(Upper().process(Document("a"), None), Document)
