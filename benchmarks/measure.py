"""What a measurement is, and how times are taken: interleaved, medians of processes and the fastest batch of calls."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from attrs import field, frozen

import qualia

ROOT = str(Path(qualia.__file__).parents[1])
MANIFEST = """
id = "{id}"
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
        return {body}
"""
COUNTING = "len(Counter(document.text.split()))"


@frozen(kw_only=True)
class Measurement:
    """One figure beside the one it is compared with."""

    name: str
    unit: str
    """What both figures are in; a unit that ends in "/s" is better the higher it is."""
    ours: float
    plain: float | None = None
    """The peer's figure; None when there is none, or it is not installed."""
    peer: str = "plain Python"
    """What it is compared with; empty when the figure stands alone."""
    budget: float | None = field(default=None)
    """What ours may be at most (at least, for a rate); None when nothing was promised."""
    budget_ratio: float | None = None
    """How many times the peer's figure ours may be at most; None when nothing was promised."""
    group: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times as much as the peer's; None without a peer, or when its figure is no longer than the noise."""
        return None if self.plain is None or self.plain <= 0 else self.ours / self.plain

    @property
    def is_met(self) -> bool | None:
        """Whether the budget is met; None when there is none, or nothing to compare with."""
        if self.budget is not None:
            return self.ours >= self.budget if self.unit.endswith("/s") else self.ours <= self.budget
        if self.budget_ratio is not None and self.ratio is not None:
            return self.ratio <= self.budget_ratio
        return None


def is_installed(module: str) -> bool:
    """Whether a peer is here; the bench session installs them, nothing else does."""
    return find_spec(module) is not None


def cpu_ms(cases: Mapping[str, str], *, rounds: int) -> dict[str, float]:
    """Return the median CPU time, in milliseconds, of fresh interpreters that run each piece of code.

    Rounds are interleaved, so that all cases suffer the same neighbours.
    """
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, code in cases.items():
            times[name].append(_cpu_ms(code))
    return {name: statistics.median(found) for name, found in times.items()}


def _cpu_ms(code: str) -> float:
    """Return the CPU time a fresh interpreter spends from its first instruction until the code has run."""
    code = f"import sys; sys.path.insert(0, {ROOT!r})\n{code}\nimport time; print('', time.process_time() * 1000)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def each_us(actions: Mapping[str, Callable[[], object]], *, calls: int, batches: int = 11) -> dict[str, float]:
    """Return the microseconds of one call: the fastest of interleaved batches, which neighbours slowed least."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(batches):
        for name, action in actions.items():
            began = time.perf_counter()
            for _ in range(calls):
                action()
            times[name].append((time.perf_counter() - began) / calls * 1e6)
    return {name: min(found) for name, found in times.items()}


def write_plugin(folder: Path, id_: str, *, body: str = COUNTING) -> Path:
    """Write a plugin that counts distinct words, or gives what ``body`` says, and return its folder."""
    plugin = folder / id_
    plugin.mkdir(parents=True)
    (plugin / "plugin.toml").write_text(MANIFEST.format(id=id_), encoding="utf-8")
    (plugin / "__init__.py").write_text(PLUGIN.format(body=body), encoding="utf-8")
    return plugin
