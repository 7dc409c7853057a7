"""How fast words are counted, beside what people count with otherwise, on the texts of ``QUALIA_DATA``.

``python -m benchmarks.words`` prints the table; ``--memory`` counts a single line of 100 MB instead and tells what that
takes.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.measure import Measurement, is_installed
from qualia import Core, Document, Settings
from qualia.text import count_words

BUDGETS = {"meetings/test.jsonl": 25.0, "Portuguese prose": 15.0}
_BATCHES = 7


def texts() -> dict[str, str]:
    """Return what is counted by name; nothing where the data folder is not there."""
    folder = Path(os.environ.get("QUALIA_DATA", "../shared/data"))
    meetings = folder / "meetings" / "test.jsonl"
    books = sorted((folder / "texts" / "pt").glob("*.txt"))
    if not meetings.is_file() or not books:
        return {}
    raw = meetings.read_text(encoding="utf-8")
    turns = (turn for line in raw.splitlines() for turn in json.loads(line)["meeting_transcripts"])
    return {
        "meetings/test.jsonl": raw,
        "meetings, turns only": "\n".join(f"{turn['speaker']}: {turn['content']}" for turn in turns),
        "Portuguese prose": "\n".join(book.read_text(encoding="utf-8") for book in books),
    }


def peers() -> dict[str, Callable[[str], object]]:
    """Return what others count words with; those that are not installed are left out."""
    found: dict[str, Callable[[str], object]] = {"re+Counter": lambda text: Counter(re.findall(r"\w+", text.lower()))}
    if is_installed("sklearn"):
        vectorizer: Any = import_module("sklearn.feature_extraction.text").CountVectorizer
        found["CountVectorizer"] = lambda text: vectorizer().fit_transform([text])
    if is_installed("nltk"):
        tokens: Callable[[str], list[str]] = import_module("nltk.tokenize").wordpunct_tokenize
        found["NLTK wordpunct"] = lambda text: Counter(tokens(text.lower()))
    if is_installed("spacy"):
        blank: Any = import_module("spacy").blank("pt")
        blank.max_length = 10**9
        found["spaCy blank"] = lambda text: Counter(token.lower_ for token in blank.make_doc(text))
    return found


def rows() -> Iterator[Measurement]:
    """Measure `count_words`, and the plugin through the engine, beside each peer in the same run."""
    others = peers()
    with Core(settings=Settings()) as core:
        for name, text in texts().items():
            ways: dict[str, Callable[[int], object]] = {
                "count_words": partial(_called, count_words, text),
                "word_frequency": partial(_run, core, Document(text)),
                **{peer: partial(_called, count, text) for peer, count in others.items()},
            }
            yield from _beside_peers(name, _speeds(ways, len(text.encode()) / 1e6))


def _called(count: Callable[[str], object], text: str, _: int) -> object:
    return count(text)


def _run(core: Core, document: Document, turn: int) -> object:
    # Another number of words each time: what was counted before would come from the cache.
    return core.run("word_frequency", document, {"top": 100 + turn})


def _speeds(ways: Mapping[str, Callable[[int], object]], megabytes: float) -> dict[str, float]:
    """Return the MB/s of each way: the fastest of interleaved turns, fewer of them for the slow ones."""
    best: dict[str, float] = {}
    for turn in range(_BATCHES):
        for name, way in ways.items():
            if turn > 1 and best[name] < 3:
                continue
            began = time.perf_counter()
            way(turn)
            best[name] = max(best.get(name, 0.0), megabytes / (time.perf_counter() - began))
    return best


def _beside_peers(name: str, speeds: dict[str, float]) -> Iterator[Measurement]:
    others = [peer for peer in speeds if peer not in ("count_words", "word_frequency")]
    for ours in ("word_frequency", "count_words"):
        for number, peer in enumerate(others if ours == "count_words" else others[:1]):
            yield Measurement(
                name=f"{ours}, {name}",
                unit="MB/s",
                ours=speeds[ours],
                plain=speeds[peer],
                peer=peer,
                budget=None if number else BUDGETS.get(name),
                group="words",
            )


def long_line(megabytes: int) -> str:
    """Count a single line of different words and numbers and say what that took."""
    words = " ".join(f"palavra{chr(97 + at % 26)}{chr(97 + at // 26 % 26)} {at * 7919 % 10**7}" for at in range(50_000))
    text = words * (megabytes * 1_000_000 // len(words) + 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    found = count_words(text)
    elapsed = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return f"{len(text) / 1e6:.0f} MB in one line: {elapsed:.1f} s, {grown:.0f} MiB more memory, {len(found)} words"


def main() -> int:
    """Print the table, or what a long line takes."""
    if "--memory" in sys.argv[1:]:
        print(long_line(100))
        return 0
    from benchmarks.__main__ import table

    found = list(rows())
    print(table(found) if found else "no data: set QUALIA_DATA to the folder of the texts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
