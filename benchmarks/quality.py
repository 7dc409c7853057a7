"""``python -m benchmarks.quality [--data FOLDER] [--split val]``: how right the plugins are, on real data.

The data folder (``QUALIA_DATA``) holds rated and labelled texts that are not part of the project; without it there is
nothing to measure. What was tuned was tuned on the ``train`` split; ``val`` is for reporting. Each row stands beside
what TextBlob, VADER and LeIA give alone in the same run, where they are installed.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import fsum, sqrt
from pathlib import Path

from attrs import frozen

from benchmarks.sentiment import scorer
from qualia import Core, Document, QualiaError, Settings
from qualia.text import detect_language, iter_words

Label = int
"""-1 negative, 0 neutral, 1 positive."""
THRESHOLD = 0.1
PEER_THRESHOLD = 0.05
"""What VADER's and LeIA's own documentation take for the bound of neutral."""
LANGUAGES = {"por_BR": "pt", "por_PT": "pt", "eng": "en", "spa": "es", "fra": "fr", "deu": "de", "ita": "it"}
FEWEST_WORDS = 5
HARD_WORDS = {
    "don't don’t d'água": ["don't", "don't", "d'água"],
    "guarda-chuva, disse-me-ia": ["guarda-chuva", "disse-me-ia"],
    "fim‑de‑semana": ["fim-de-semana"],
    "mãe café": ["mãe", "café"],
    "co\u00adoperação": ["cooperação"],
    "हिन्दी": ["हिन्दी"],
    "enseada,--eram": ["enseada", "eram"],
}


@frozen(kw_only=True)
class Row:
    """One figure beside its goal and the peers' figures."""

    name: str
    ours: float
    goal: float | None = None
    peers: tuple[tuple[str, float], ...] = ()
    note: str = ""


def main() -> int:
    """Print the table; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality")
    parser.add_argument("--data", type=Path, default=os.environ.get("QUALIA_DATA"), help="the data folder")
    parser.add_argument("--split", choices=("train", "val"), default="val", help="of the labelled posts")
    options = parser.parse_args()
    if options.data is None or not options.data.is_dir():
        print("no data folder: set QUALIA_DATA to measure quality", file=sys.stderr)
        return 0
    found = list(rows(options.data, split=options.split))
    print(table(found))
    return 1 if any(row.goal is not None and row.ours < row.goal for row in found) else 0


def table(found: Iterable[Row]) -> str:
    """Return the rows in Markdown."""
    lines = ["| what | Qualia | goal | | alone |", "|---|---|---|---|---|"]
    for row in found:
        goal = "" if row.goal is None else f"{row.goal:g}"
        verdict = "" if row.goal is None else "met" if row.ours >= row.goal else "MISSED"
        peers = ", ".join(f"{name} {figure:.3f}" for name, figure in row.peers)
        lines.append(f"| {row.name} | {row.ours:.3f} | {goal} | {verdict} {row.note} | {peers} |")
    return "\n".join(lines)


def rows(data: Path, *, split: str) -> Iterator[Row]:
    """Measure everything the folder has data for."""
    with Core(settings=Settings(cache_max_bytes=0)) as core:
        yield from _rated(core, data / "sentiment" / "vader")
        yield from _labelled(core, data / "sentiment", split)
        yield from _languages(data, split)
        yield from _captions(core, data / "webvtt" / "wpt-file-parsing")
    right = sum([*iter_words(text)] == words for text, words in HARD_WORDS.items())
    yield Row(name=f"hard words, of {len(HARD_WORDS)}", ours=right, goal=len(HARD_WORDS))


def _polarity(core: Core, language: str) -> Callable[[str], float]:
    """Return what gives a text the polarity of the plugin: that of the document, its sentences taken together."""

    def polarity(text: str) -> float:
        params = {"language": language, "sentences": False, "examples": 0}
        return float(core.run("sentiment_analyzer", Document(text or " "), params).value.polarity or 0.0)

    return polarity


def _rated(core: Core, folder: Path) -> Iterator[Row]:
    """Yield the correlation with the mean of 20 people's ratings (Hutto and Gilbert, 2014)."""
    sets = (
        ("tweets", "tweets_GroundTruth.txt", 0.86),
        ("Amazon reviews, sentences", "amazonReviewSnippets_GroundTruth.txt", 0.62),
    )
    for name, file, goal in sets:
        if (folder / file).is_file():
            lines = [line.split("\t") for line in (folder / file).read_text(encoding="utf-8").splitlines()]
            texts, ratings = [html.unescape(line[2]) for line in lines], [float(line[1]) for line in lines]
            ours = pearson([*map(_polarity(core, "en"), texts)], ratings)
            peers = tuple(
                (peer, pearson([*map(score, texts)], ratings))
                for peer in ("textblob", "vaderSentiment")
                if (score := scorer(peer)) is not None
            )
            yield Row(name=f"English, {name}, Pearson r, n={len(texts):,}", ours=ours, goal=goal, peers=peers)


def _labelled(core: Core, folder: Path, split: str) -> Iterator[Row]:
    """Yield macro-F1 of three classes on posts of UMSAB (Barbieri, Espinosa-Anke and Camacho-Collados, 2022)."""
    sets = (("pt", "Portuguese", 0.60, ("LeIA", "textblob")), ("en", "English", None, ("textblob", "vaderSentiment")))
    for code, name, goal, rivals in sets:
        if not (folder / f"umsab-{code}").is_dir():
            continue
        texts, labels = _posts(folder / f"umsab-{code}", split)
        found = [label_of(each, THRESHOLD) for each in map(_polarity(core, code), texts)]
        peers = tuple(
            (peer, macro_f1([label_of(score(text), PEER_THRESHOLD) for text in texts], labels))
            for peer in rivals
            if (score := scorer(peer)) is not None
        )
        title = f"{name}, UMSAB {split}, macro-F1, n={len(texts):,}"
        yield Row(name=title, ours=macro_f1(found, labels), goal=goal, peers=peers)


def _posts(folder: Path, split: str) -> tuple[list[str], list[Label]]:
    texts = (folder / f"{split}_text.txt").read_text(encoding="utf-8").splitlines()
    labels = (folder / f"{split}_labels.txt").read_text(encoding="utf-8").split()
    return [html.unescape(text) for text in texts], [int(label) - 1 for label in labels]


def _languages(data: Path, split: str) -> Iterator[Row]:
    """Yield how often the language is told: of paragraphs of the Declaration of Human Rights, and of posts."""
    declarations = data / "texts" / "udhr2.zip"
    if declarations.is_file():
        with zipfile.ZipFile(declarations) as archive:
            told = [
                detect_language(paragraph) == code
                for name, code in LANGUAGES.items()
                for paragraph in _paragraphs(archive.read(f"udhr2/{name}.txt").decode("utf-8"))
            ]
        yield Row(name=f"language, UDHR, 6 languages, n={len(told):,}", ours=sum(told) / len(told), goal=0.99)
    posts: list[bool] = []
    for code in ("en", "pt"):
        folder = data / "sentiment" / f"umsab-{code}"
        if folder.is_dir():
            cleaned = (re.sub(r"https?://\S+|[@#]\w+", "", text).strip() for text in _posts(folder, split)[0])
            posts += [detect_language(text) == code for text in cleaned if len(text.split()) >= FEWEST_WORDS]
    if posts:
        title = f"language, posts of {FEWEST_WORDS} words and more, en and pt, n={len(posts):,}"
        yield Row(name=title, ours=sum(posts) / len(posts), goal=0.98)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if len(line.strip()) >= 30]


def _captions(core: Core, folder: Path) -> Iterator[Row]:
    """Yield how many WebVTT files have the cues a conforming parser finds."""
    if not (folder / "expected_counts.json").is_file():
        return
    told: dict[str, dict[str, int | None]] = json.loads((folder / "expected_counts.json").read_text(encoding="utf-8"))
    # One of the files has no count: its test is about style sheets alone.
    known = {name: cues for name, facts in told.items() if (cues := facts["cues"]) is not None}
    expected = {name: cues for name, cues in known.items() if (folder / f"{name}.vtt").is_file()}
    right = sum(_cues(core, folder / f"{name}.vtt") == cues for name, cues in expected.items())
    yield Row(name=f"WebVTT files with the right cues, of {len(expected)}", ours=right, goal=len(expected))


def _cues(core: Core, path: Path) -> int | None:
    """Return how many segments a file has; None when the plugin refuses it."""
    try:
        return len(core.run("teams_cleaner", Document.from_path(path), {"merge_consecutive": False}).value.segments)
    except QualiaError:
        return None


def label_of(polarity: float, threshold: float) -> Label:
    """Return the class of a polarity."""
    return (polarity > threshold) - (polarity < -threshold)


def pearson(left: Sequence[float], right: Sequence[float]) -> float:
    """Return the correlation of two rows of figures."""
    middle_left, middle_right = fsum(left) / len(left), fsum(right) / len(right)
    pairs = [(a - middle_left, b - middle_right) for a, b in zip(left, right, strict=True)]
    spread = sqrt(fsum(a * a for a, _ in pairs) * fsum(b * b for _, b in pairs))
    return fsum(a * b for a, b in pairs) / spread if spread else 0.0


def macro_f1(found: Sequence[Label], expected: Sequence[Label]) -> float:
    """Return the mean over the three classes of the harmonic mean of precision and recall."""
    scores: list[float] = []
    for label in (-1, 0, 1):
        hits = sum(a == b == label for a, b in zip(found, expected, strict=True))
        named = sum(a == label for a in found) + sum(b == label for b in expected)
        scores.append(2 * hits / named if named else 0.0)
    return fsum(scores) / len(scores)


if __name__ == "__main__":
    sys.exit(main())
