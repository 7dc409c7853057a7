"""What a plugin in a process of its own costs, beside the pools of processes that Python and pebble have.

``python -m benchmarks.processes`` measures this alone. Everybody does the same work.
"""

from __future__ import annotations

import importlib
import logging
import statistics
import sys
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measure import Measurement, is_installed, write_plugin
from qualia import Document
from qualia._engine.worker import Work, Workers, WorkLimits
from qualia._plugins.catalog import read_manifest
from qualia._plugins.loader import Source
from qualia.cancel import Control
from qualia.errors import DeadlineExceeded, PluginCrashed

Run = Callable[[Callable[[Document], int], Document], object]

CALLS = 2_000
BATCHES = 9
KILLS = 20
LIMIT_S = 0.2
SMALL = Document("one two three two one")
LARGE = Document("one two three two one " * 50_000)
REGEX = "bool(__import__('re').match('(a+)+$', 'a' * 64 + 'b'))"
CRASH = "__import__('os')._exit(1)"


def count_words(document: Document) -> int:
    """Do what the plugin does, in a pool of processes."""
    from collections import Counter

    return len(Counter(document.text.split()))


def length(document: Document) -> int:
    """Do next to nothing with a document, so that the way it takes is what is measured."""
    return len(document.text)


def rows() -> list[Measurement]:
    """Measure calls, kills and what the host feels of them."""
    with TemporaryDirectory() as folder, _workers() as workers, _pools() as pools:
        words = _work(write_plugin(Path(folder), "words"))
        heavy = _work(write_plugin(Path(folder), "heavy", body="len(document.text)"), document=LARGE)
        regex = _work(write_plugin(Path(folder), "regex", body=REGEX))
        crash = _work(write_plugin(Path(folder), "crash", body=CRASH))
        calls: dict[str, Callable[[], object]] = {"ours": lambda: workers.call(words, _control())}
        calls |= {name: partial(run, count_words, SMALL) for name, run in pools.items()}
        large: dict[str, Callable[[], object]] = {"ours": lambda: workers.call(heavy, _control())}
        large |= {name: partial(run, length, LARGE) for name, run in pools.items()}
        found = _beside("call, small document", "us", _medians_us(calls, calls_each=CALLS), budget=60, ratio=1 / 3)
        found += _beside(
            "call, 1.1 MB document again", "us", _medians_us(large, calls_each=20), budget=None, ratio=None
        )
        killed, answered, stalled = _kills(workers, regex, words)
        crashed = _crashes(workers, crash, words)
    return [
        *found,
        _alone("killed after the deadline, worst of 20", killed, 20),
        _alone("good answer after a kill, worst of 20", answered, 50),
        _alone("good answer after a crash, worst of 20", crashed, 50),
        _alone("longest stall of the host meanwhile", stalled, 25),
    ]


def _beside(
    name: str, unit: str, figures: dict[str, float], *, budget: float | None, ratio: float | None
) -> list[Measurement]:
    ours = figures.pop("ours")
    peers = list(figures.items())
    first = Measurement(name=f"{name}, median", unit=unit, ours=ours, peer="", budget=budget)
    return [first] + [
        Measurement(name=name, unit=unit, ours=ours, plain=value, peer=peer, budget_ratio=ratio)
        for peer, value in peers
    ]


def _alone(name: str, milliseconds: float, budget: float) -> Measurement:
    return Measurement(name=name, unit="ms", ours=milliseconds, peer="", budget=budget)


def _control(left_s: float | None = None) -> Control:
    return Control(name="bench", clock=time.monotonic, deadline_s=None if left_s is None else time.monotonic() + left_s)


def _work(folder: Path, *, document: Document = SMALL) -> Work:
    return Work(
        manifest=read_manifest(folder / "plugin.toml"),
        source=Source.read(folder),
        module=folder.name,
        params={},
        inputs={"document": document},
        digests={"document": document.id},
        run_id="bench",
        step="bench",
        limits=WorkLimits(),
        tell=lambda _done: None,
        log=logging.getLogger("qualia.plugins.bench"),
    )


@contextmanager
def _workers() -> Generator[Workers]:
    workers = Workers(clock=time.monotonic)
    try:
        yield workers
    finally:
        workers.close()


@contextmanager
def _pools() -> Generator[dict[str, Run]]:
    """Open a pool of one process of each kind that is here; all of them fork, which is the fastest they can do."""
    context = get_context("fork" if sys.platform == "linux" else None)
    with ProcessPoolExecutor(1, mp_context=context) as standard:
        found: dict[str, Run] = {
            "ProcessPoolExecutor": lambda function, document: standard.submit(function, document).result()
        }
        if not is_installed("pebble"):
            yield found
            return
        pebble: Any = importlib.import_module("pebble")
        with pebble.ProcessPool(1, context=context) as pool:
            found["pebble"] = lambda function, document: pool.schedule(function, args=[document]).result()
            yield found


def _medians_us(actions: dict[str, Callable[[], object]], *, calls_each: int) -> dict[str, float]:
    """Return the median time of one call of each, in microseconds; batches take turns."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        action()
    for _ in range(BATCHES):
        for name, action in actions.items():
            for _ in range(calls_each // BATCHES + 1):
                began = time.perf_counter()
                action()
                times[name].append((time.perf_counter() - began) * 1e6)
    return {name: statistics.median(found) for name, found in times.items()}


def _kills(workers: Workers, hangs: Work, works: Work) -> tuple[float, float, float]:
    """Return how late a call is killed, how long the next takes, and the longest gap in the host, in milliseconds."""
    late: list[float] = []
    after: list[float] = []
    with _stalls() as gaps:
        for _ in range(KILLS):
            began = time.perf_counter()
            try:
                workers.call(hangs, _control(LIMIT_S))
            except DeadlineExceeded:
                late.append(time.perf_counter() - began - LIMIT_S)
            after.append(_answer_s(workers, works))
    return max(late) * 1e3, max(after) * 1e3, max(gaps) * 1e3


def _crashes(workers: Workers, crashes: Work, works: Work) -> float:
    after: list[float] = []
    for _ in range(KILLS):
        try:
            workers.call(crashes, _control())
        except PluginCrashed:
            # A generation of its own, so that it is loaded again.
            after.append(_answer_s(workers, works))
    return max(after) * 1e3


def _answer_s(workers: Workers, work: Work) -> float:
    """Return the seconds of one call whose worker has to load its plugin first."""
    workers.retire(work.module)
    began = time.perf_counter()
    workers.call(work, _control())
    return time.perf_counter() - began


@contextmanager
def _stalls() -> Generator[list[float]]:
    """Collect by how much a thread that wakes every millisecond comes too late."""
    gaps: list[float] = [0.0]
    done = threading.Event()

    def tick() -> None:
        last = time.perf_counter()
        while not done.wait(0.001):
            now = time.perf_counter()
            gaps.append(now - last - 0.001)
            last = now

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield gaps
    finally:
        done.set()
        thread.join()


def main() -> int:
    """Measure and print the table."""
    from benchmarks.__main__ import table

    print(table(rows()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
