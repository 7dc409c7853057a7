"""The measurements. Each is a ratio: absolute times differ from machine to machine, ratios hardly do."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

import qualia
from qualia import Core, Document

ROOT = str(Path(qualia.__file__).parents[1])
BARE = "pass"
IMPORT = "import qualia"
CORE = "from qualia import Core"
LIST = "from qualia import Core\nwith Core() as core: core.plugins.values()"
MANIFEST = """
id = "distinct_words"
kind = "analyzer"
version = "1.0.0"
api = ">=1,<2"
summary = "How many different words a text has."
entry = "DistinctWords"
"""
PLUGIN = """
from collections import Counter
from qualia.plugin import Analyzer, Document, NoParams

class DistinctWords(Analyzer[NoParams, int]):
    def analyze(self, document: Document, params: NoParams) -> int:
        return len(Counter(document.text.split()))
"""


@frozen(kw_only=True)
class Measurement:
    """One figure beside the one it is compared with."""

    name: str
    unit: str
    plain: float
    """The same without Qualia."""
    ours: float

    @property
    def ratio(self) -> float:
        """How many times as much."""
        return self.ours / self.plain


def measure_all(*, rounds: int) -> list[Measurement]:
    """Measure everything.

    Args:
        rounds: processes started for each figure that needs a fresh one.
    """
    return [*_starts(rounds), *_calls()]


def _starts(rounds: int) -> list[Measurement]:
    """Measure what a fresh process pays, in CPU time; rounds are interleaved so that all suffer the same neighbours."""
    cases = {"import qualia": IMPORT, "from qualia import Core": CORE, "Core() and list its plugins": LIST}
    times: dict[str, list[float]] = {name: [] for name in (BARE, *cases)}
    for _ in range(rounds):
        for name in times:
            times[name].append(_cpu_ms(cases.get(name, BARE)))
    plain = statistics.median(times[BARE])
    return [Measurement(name=name, unit="ms CPU", plain=plain, ours=statistics.median(times[name])) for name in cases]


def _cpu_ms(code: str) -> float:
    """Return the CPU time a fresh interpreter spends from its first instruction until the code has run."""
    code = f"import sys; sys.path.insert(0, {ROOT!r})\n{code}\nimport time; print(time.process_time() * 1000)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _calls() -> list[Measurement]:
    """Measure one call through the guard against calling the same code directly."""
    text = "".join(f"word{number} of a text " for number in range(500))
    with TemporaryDirectory() as folder:
        plugin = Path(folder, "distinct_words")
        plugin.mkdir()
        (plugin / "plugin.toml").write_text(MANIFEST, encoding="utf-8")
        (plugin / "__init__.py").write_text(PLUGIN, encoding="utf-8")
        with Core([plugin]) as core:
            document = Document(text)
            core.run("distinct_words", document)
            cached = _each_us(lambda: core.run("distinct_words", document), calls=1_000)
            others = iter([Document(f"{text}{number}") for number in range(11 * 50)])
            first = _each_us(lambda: core.run("distinct_words", next(others)), calls=50)
    plain = _each_us(lambda: len(Counter(text.split())), calls=1_000)
    return [
        Measurement(name="a call answered by the cache", unit="us", plain=plain, ours=cached),
        Measurement(name="a call answered by the plugin", unit="us", plain=plain, ours=first),
    ]


def _each_us(action: Callable[[], object], *, calls: int) -> float:
    """Return the median of 11 batches, in microseconds for one call."""
    batches: list[float] = []
    for _ in range(11):
        began = time.perf_counter()
        for _ in range(calls):
            action()
        batches.append((time.perf_counter() - began) / calls * 1e6)
    return statistics.median(batches)
