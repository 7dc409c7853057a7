"""How fast transcripts are read, beside webvtt-py, and how time and memory grow with a single line.

``python -m benchmarks.transcripts`` measures and prints; `rows` gives the figures to others.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

from benchmarks.measure import ROOT, Measurement, is_installed
from qualia import Core, Document, Settings
from qualia._plugins.catalog import shipped_folder

NAMES = ("João Silva", "Maria McDonald", "Ana Lima Souza", "Pedro Oliveira")
MEETING = "0d1f2a3b-1111-2222-3333-444455556666"
SPOKEN = """
então a gente precisa ver isso com calma porque o projeto não está pronto ainda mas acho que na semana que vem we should
talk about the budget and the plan for next week maybe with the client reunião orçamento equipe prazo entrega cliente
"""
BUDGET = 30.0
MEMORY = """
import resource, sys
sys.path.insert(0, {root!r})
from benchmarks.transcripts import small_core
from qualia import Document
text = "[00:01] Ana: " + "uma palavra " * ({size} // 12)
with small_core() as core:
    core.run("teams_cleaner", Document(text))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def rows(*, cues: int = 30_000, rounds: int = 9) -> Iterator[Measurement]:
    """Yield the rate of reading WebVTT as Teams writes it, and the peak memory for one line of 100 MB."""
    text = teams(cues)
    plugin = import_module(_loaded().__name__)
    reader = import_module(f"{plugin.__name__}.webvtt")
    document = Document(text, media_type="text/vtt")
    ways: dict[str, Callable[[], object]] = {
        "read": lambda: reader.read_webvtt(text),
        "merged": lambda: plugin.TeamsCleaner().process(document, plugin.Params()),
        "apart": lambda: plugin.TeamsCleaner().process(document, plugin.Params(merge_consecutive=False)),
    }
    if is_installed("webvtt"):
        peer: Any = import_module("webvtt")
        ways["webvtt-py"] = lambda: [(each.start, each.voice, each.text) for each in peer.from_string(text)]
    rates = _rates(ways, len(text.encode()) / 1e6, rounds)
    name = f"WebVTT of {cues:,} cues, as Teams writes it"
    what = {"read": "turns read", "merged": "cleaned, merged, counted", "apart": "cleaned and counted, a turn each"}
    for way, words in what.items():
        yield Measurement(
            name=f"{name}: {words}",
            unit="MB/s",
            ours=rates[way],
            plain=rates.get("webvtt-py"),
            peer="webvtt-py",
            budget=None if way == "apart" else BUDGET,
        )
    short, long = _peak_mib(1_000_000), _peak_mib(100_000_000)
    yield Measurement(name="peak memory, one line of 100 MB", unit="MiB", ours=long, plain=short, peer="of 1 MB")


def _loaded() -> ModuleType:
    """Return the plugin as a plain package, so that its parts can be measured."""
    path = shipped_folder() / "teams_cleaner" / "__init__.py"
    spec = spec_from_file_location("measured_teams_cleaner", path, submodule_search_locations=[str(path.parent)])
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _rates(ways: Mapping[str, Callable[[], object]], size_mb: float, rounds: int) -> dict[str, float]:
    """Return MB/s of CPU time, the best of interleaved rounds, which neighbours slowed least."""
    best: dict[str, float] = dict.fromkeys(ways, 0.0)
    for _ in range(rounds):
        for name, way in ways.items():
            began_s = time.process_time()
            way()
            best[name] = max(best[name], size_mb / (time.process_time() - began_s))
    return best


def _peak_mib(size: int) -> float:
    """Return the peak memory of a fresh process that reads one line of so many bytes."""
    code = MEMORY.format(root=ROOT, size=size)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(done.stdout) / (1024 * 1024 if sys.platform == "darwin" else 1024)


def small_core() -> Core:
    """Return a Core that keeps nothing, so that every call is one."""
    return Core(settings=Settings(cache_max_bytes=0))


def teams(cues: int) -> str:
    """Return a meeting as Teams writes it, the same each time."""
    dice = random.Random(5)  # noqa: S311
    words = [*SPOKEN.split(), *("".join(dice.choices("aeioubcdlmnprst", k=dice.randint(3, 9))) for _ in range(3000))]
    blocks = ["WEBVTT"]
    speaker, moment_s = NAMES[0], 0.0
    for at in range(cues):
        if dice.random() < 1 / 3:
            speaker = dice.choice(NAMES)
            moment_s += dice.random() * 3
        end_s = moment_s + 1 + dice.random() * 5
        said = " ".join(dice.choices(words, k=dice.randint(4, 16))).capitalize()
        times = f"{_stamp(moment_s)} --> {_stamp(end_s)}"
        blocks.append(f"{MEETING}/{at // 3}-{at % 3}\n{times}\n<v {speaker}>{said}.</v>")
        moment_s = end_s
    return "\n\n".join(blocks)


def _stamp(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"


if __name__ == "__main__":
    for row in rows():
        theirs = "" if row.plain is None else f"{row.peer}: {row.plain:.1f}"
        print(f"{row.name:75} {row.ours:8.1f} {row.unit:5} {theirs}")
