"""What a map costs for each document, beside a plain loop and `multiprocessing.Pool`, and how its memory grows.

``python -m benchmarks.stream`` measures and prints; `measure_stream` gives the figures to others.
"""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import ROOT, Measurement, write_plugin
from qualia import Core, Document, Settings

PLUGIN = "distinct_words"
PIPELINE = {"steps": [{"plugin": PLUGIN}]}
UNIT = "us for each document"
MEMORY = """
import resource, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from benchmarks.stream import PIPELINE, documents, small_core
with small_core(Path({folder!r}), state_dir=Path({state!r})) as core:
    done = sum(1 for _ in core.map(documents({count}), PIPELINE))
assert done == {count}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
Way = Callable[[int], int]
"""Runs so many documents and returns how many answers came."""


def measure_stream(*, count: int = 5_000, memory: tuple[int, int] = (5_000, 50_000)) -> list[Measurement]:
    """Return the cost for each of many tiny documents, and the peak memory of a short and of a long map.

    Args:
        count: documents of each way to run them.
        memory: documents of the two maps whose memory is measured.
    """
    with TemporaryDirectory() as folder:
        plugins = Path(folder, "plugins")
        write_plugin(plugins, PLUGIN)
        plain = _cost_us(lambda many: sum(1 for each in documents(many) if _words(each)), count)
        pools = {(workers, lot): _cost_us(_pooled(workers, lot), count) for workers in (1, 2) for lot in (1, 64)}
        found = [
            _row(f"map, {workers} threads", _mapped(plugins, workers, None, 8), count, plain, "plain loop")
            for workers in (1, 2)
        ]
        for (workers, lot), pool_us in pools.items():
            name = f"map, {workers} processes, lots of {lot}"
            way = _mapped(plugins, workers, _processes, 4 * lot)
            found.append(_row(name, way, count, pool_us, f"multiprocessing.Pool, chunks of {lot}"))
        short, long = (_peak_mib(plugins, Path(folder, str(many)), many) for many in memory)
    name = f"peak memory of a map over {memory[1]:,} documents"
    peer = f"over {memory[0]:,} documents"
    return [*found, Measurement(name=name, unit="MiB", ours=long, plain=short, peer=peer, budget_ratio=1.1)]


def documents(count: int) -> Iterator[Document]:
    """Yield tiny documents, each with a text of its own."""
    return (Document(f"one fish two fish number {number}") for number in range(count))


def small_core(folder: Path, *, workers: int = 1, state_dir: Path | None = None) -> Core:
    """Return a Core whose caches hold only little, so that what grows is the map."""
    settings = Settings(
        cache_max_bytes=1_000_000,
        cache_disk_max_bytes=10_000_000,
        history=False,
        parallel_steps=workers,
        state_dir=state_dir,
    )
    return Core(folder, settings=settings)


def _row(name: str, way: Way, count: int, plain: float, peer: str) -> Measurement:
    return Measurement(name=name, unit=UNIT, ours=_cost_us(way, count), plain=plain, peer=peer)


def _processes(workers: int) -> Executor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def _words(document: Document) -> int:
    return len(Counter(document.text.split()))


def _pooled(workers: int, lot: int) -> Way:
    def run(count: int) -> int:
        with multiprocessing.get_context("spawn").Pool(workers) as pool:
            return sum(1 for _ in pool.imap(_words, documents(count), chunksize=lot))

    return run


def _mapped(folder: Path, workers: int, executor: Callable[[int], Executor] | None, window: int) -> Way:
    def run(count: int) -> int:
        pool = None if executor is None else executor(workers)
        try:
            with small_core(folder, workers=workers) as core:
                return sum(1 for _ in core.map(documents(count), PIPELINE, executor=pool, window=window))
        finally:
            if pool is not None:
                pool.shutdown()

    return run


def _cost_us(way: Way, count: int) -> float:
    """Return the time for one document; what a start costs, measured with a few, is taken off."""
    few = 64
    start_s = min(_seconds(way, few) for _ in range(2))
    return (_seconds(way, few + count) - start_s) / count * 1e6


def _seconds(way: Way, count: int) -> float:
    began_s = time.perf_counter()
    done = way(count)
    elapsed_s = time.perf_counter() - began_s
    if done != count:
        raise RuntimeError(f"{done} of {count} answers came")
    return elapsed_s


def _peak_mib(folder: Path, state: Path, count: int) -> float:
    """Return the peak memory of a fresh process that maps so many documents, with a disk cache."""
    code = MEMORY.format(root=ROOT, folder=str(folder), state=str(state), count=count)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kib = int(done.stdout) / (1024 if sys.platform == "darwin" else 1)
    return kib / 1024


if __name__ == "__main__":
    for row in measure_stream():
        theirs = f"{row.peer}: {row.plain:.1f}" if row.plain is not None else ""
        print(f"{row.name:45} {row.ours:10.1f} {row.unit:22} {theirs}")
