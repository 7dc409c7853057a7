"""``python -m benchmarks.sentiment [--megabytes 1 10 100]``: the time of sentiment.

It stands beside that of TextBlob, VADER and LeIA. All get the same sentences, split by `qualia.text`, because VADER and
LeIA take time that grows with the square of one text's length. Texts are the novels and meetings of the data folder
(``QUALIA_DATA``), or else plain made-up sentences.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.growth import Curve, plot
from benchmarks.measure import Measurement, is_installed
from qualia import Core, Document, Settings
from qualia.text import sentence_spans

PEERS = ("LeIA", "textblob", "vaderSentiment")
CHARACTERS = 1_000_000
_MADE_UP = {
    "en": "We met on Monday, and the talk was very good. Nobody liked the second plan, it isn't clear at all. ",
    "pt": "A gente se reuniu na segunda, e a conversa foi muito boa. Ninguém gostou do outro plano, que não é claro. ",
}


def texts() -> dict[str, str]:
    """Return a million characters of each language; English is spoken, Portuguese is prose."""
    data = Path(os.environ.get("QUALIA_DATA", "absent"))
    found = {language: made_up * (CHARACTERS // len(made_up) + 1) for language, made_up in _MADE_UP.items()}
    meetings, novels = data / "meetings" / "test.jsonl", sorted((data / "texts" / "pt").glob("*.txt"))
    if meetings.is_file():
        turns = (turn for line in meetings.open(encoding="utf-8") for turn in json.loads(line)["meeting_transcripts"])
        found["en"] = "\n\n".join(turn["content"] for turn in turns)
    if novels:
        found["pt"] = "\n".join(path.read_text(encoding="utf-8") for path in novels)
    return {language: text[:CHARACTERS] for language, text in found.items()}


def rows() -> Iterator[Measurement]:
    """Measure one megabyte of each language, ours through a Core without cache, the peers on the same sentences."""
    given = texts()
    with Core(settings=Settings(cache_max_bytes=0)) as core:
        core.run("sentiment_analyzer", Document("A good day."))
        for language, text in given.items():
            document = Document(text)
            sentences = [text[start:end] for start, end in sentence_spans(text)]
            ours = _seconds(lambda: core.run("sentiment_analyzer", document))  # noqa: B023 - called at once
            for number, (peer, module, score) in enumerate(_peers(language)):
                theirs = None if score is None else _seconds(partial(_each, score, sentences))
                name = f"sentiment of 1 MB, {language}, {len(sentences):,} sentences"
                budget = None if number else 3.0
                yield Measurement(name=name, unit="s", ours=ours, plain=theirs, peer=peer or module, budget=budget)


def _each(score: Callable[[str], object], sentences: list[str]) -> None:
    for sentence in sentences:
        score(sentence)


def _peers(language: str) -> Iterator[tuple[str, str, Callable[[str], object] | None]]:
    """Yield each peer of a language: its name, its module, and what scores a sentence; None when not installed."""
    names = ("textblob", "vaderSentiment") if language == "en" else ("LeIA",)
    for name in names:
        yield name, name, scorer(name)


def scorer(name: str) -> Callable[[str], Any] | None:
    """Return what gives a text its polarity by a peer alone; None when it is not installed."""
    if not is_installed(name):
        return None
    if name == "textblob":
        blob: Any = importlib.import_module("textblob").TextBlob
        return lambda text: float(blob(text).sentiment.polarity)
    module: Any = importlib.import_module("vaderSentiment.vaderSentiment" if name == "vaderSentiment" else "LeIA")
    analyzer = module.SentimentIntensityAnalyzer()
    return lambda text: float(analyzer.polarity_scores(text)["compound"])


def _seconds(action: Callable[[], object], *, tries: int = 2) -> float:
    best = float("inf")
    for _ in range(tries):
        began = time.process_time()
        action()
        best = min(best, time.process_time() - began)
    return best


def curve(sizes: tuple[int, ...]) -> Curve:
    """Measure how time grows with the length of one document, in characters; once each, without the list."""
    given, lines = texts(), dict[str, list[float]]()
    with Core(settings=Settings(cache_max_bytes=0)) as core:
        core.run("sentiment_analyzer", Document("A good day."))
        for size in sizes:
            for language, text in given.items():
                document = Document(((text + "\n\n") * (size // len(text) + 1))[:size])
                run = partial(core.run, "sentiment_analyzer", document, {"sentences": False})
                took = _seconds(run, tries=1)
                lines.setdefault(language, []).append(took * 1000)
                print(f"{language} {size:,} characters: {took:.2f} s, {took / size * 1e6:.2f} s/MB", flush=True)
    found = {language: tuple(figures) for language, figures in lines.items()}
    return Curve(title="Sentiment of one document", over="characters", sizes=sizes, lines=found)


def main() -> None:
    """Print the table, or how time grows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sentiment")
    parser.add_argument("--megabytes", type=float, nargs="*", default=[], help="lengths to measure instead of peers")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw how time grows into this folder")
    options = parser.parse_args()
    if options.megabytes:
        grown = curve(tuple(int(each * 1e6) for each in options.megabytes))
        if options.plots is not None:
            options.plots.mkdir(parents=True, exist_ok=True)
            for path in plot([grown], options.plots):
                print(f"drawn {path}")
        return
    for row in rows():
        theirs = "not installed" if row.plain is None else f"{row.plain:.2f} s"
        print(f"{row.name}: {row.ours:.2f} s; {row.peer} {theirs}")


if __name__ == "__main__":
    main()
