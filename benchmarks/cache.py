"""``python -m benchmarks.cache [--rounds N] [--seconds S]``: a hit, a put, and two processes at one file.

Ours (memory; disk, each hit checked against its sha256) beside diskcache and joblib.Memory when they are installed.
All keep the same `Result` objects. A figure is the fastest of some interleaved rounds; quote ratios.
"""

from __future__ import annotations

import argparse
import importlib
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import frozen

import qualia
from qualia import Provenance, Result
from qualia._digest import digest
from qualia._engine.cache import DiskCache, MemoryCache
from qualia._values import freeze
from qualia.records import WordCount, WordFrequencies

ROOT = str(Path(qualia.__file__).parents[1])
PEERS = ("diskcache", "joblib")
MAX_BYTES = 2**30
KEYS = 1000
PUTS = 0.1


@frozen(kw_only=True)
class Row:
    """One figure."""

    what: str
    """"hit", "put" or "mix", and of what."""
    who: str
    value: float
    unit: str


@frozen(kw_only=True)
class Subject:
    """A cache that is measured."""

    name: str
    get: Callable[[int], object]
    """Return the value of a number."""
    put: Callable[[int, Any], object]
    """Keep a value under a number."""
    close: Callable[[], object]


def rows(*, rounds: int = 5, seconds: float = 1.0) -> list[Row]:
    """Measure everything; a peer that is not installed has no rows.

    Args:
        rounds: times each figure is taken.
        seconds: how long two processes work on one file, for each cache.
    """
    values = {"1 KB": mapping(1024), "1 KB record": record(1024), "100 KB": mapping(102_400)}
    measured = [row for what, value in values.items() for row in _hits_and_puts(what, value, rounds)]
    return [*measured, *_mixes(seconds)]


def mapping(size: int) -> Result[Any]:
    """Return a result whose value is plain data of so many bytes of JSON."""
    return _result(freeze({f"word{number}": number for number in range(size // 17)}))


def record(size: int) -> Result[Any]:
    """Return a result whose value is a record of so many bytes of JSON."""
    words = tuple(WordCount(f"word{number}", number) for number in range(size // 30))
    return _result(WordFrequencies(words=words, total=1, distinct=len(words), language="en"))


def _result(value: object) -> Result[Any]:
    provenance = Provenance(
        plugin="word_frequency",
        version="1.0.0",
        code_hash="c" * 64,
        params={"top": 100, "stop_words": True, "language": None, "min_length": 1},
        produces="word-frequencies/1",
        inputs={"document": "d" * 64},
        engine_version=qualia.__version__,
        started_at=datetime.now(UTC),
        host={"python": "3.11.7"},
    )
    return Result(value=value, provenance=provenance, key="k" * 64, elapsed_s=0.01)


def subject(name: str, folder: Path) -> Subject | None:
    """Open a cache in a folder; None when it is not installed."""
    if name in PEERS:
        try:
            library = importlib.import_module(name)
        except ImportError:
            return None
        return (_diskcache if name == "diskcache" else _joblib)(library, folder)
    keys = [digest(number) for number in range(KEYS)]
    disk = DiskCache(folder / "cache.db", max_bytes=MAX_BYTES, wall=time.time, warn=print)
    cache = MemoryCache(MAX_BYTES) if name == "ours, memory" else disk
    return Subject(
        name=name,
        get=lambda number: cache.get(keys[number]),
        put=lambda number, value: cache.put(keys[number], value),
        close=cache.close,
    )


def _diskcache(library: Any, folder: Path) -> Subject:
    cache = library.Cache(str(folder / "diskcache"), size_limit=MAX_BYTES)
    keys = [digest(number) for number in range(KEYS)]
    return Subject(
        name="diskcache",
        get=lambda number: cache.get(keys[number]),
        put=lambda number, value: cache.set(keys[number], value),
        close=cache.close,
    )


def _joblib(library: Any, folder: Path) -> Subject:
    memory = library.Memory(str(folder / "joblib"), verbose=0)
    given: list[Any] = [None]

    def compute(number: int) -> Any:
        del number
        return given[0]

    remembered = memory.cache(compute)

    def put(number: int, value: Any) -> None:
        given[0] = value
        remembered.call(number)

    return Subject(name="joblib", get=remembered, put=put, close=lambda: None)


def _hits_and_puts(what: str, value: Result[Any], rounds: int) -> list[Row]:
    calls = 500 if what.startswith("1 KB") else 20
    with TemporaryDirectory() as folder:
        found = [subject(name, Path(folder)) for name in ("ours, memory", "ours, disk", *PEERS)]
        subjects = [each for each in found if each is not None]
        times: dict[tuple[str, str], float] = {}
        for _ in range(rounds):
            for each in subjects:
                # joblib is slower by a factor of ten, and its figures are as steady with fewer calls.
                count = calls // 10 if each.name == "joblib" else calls
                numbers = [number % KEYS for number in range(count)]
                _best(times, f"put of {what}", each.name, _putting(each, value), numbers)
                _best(times, f"hit of {what}", each.name, each.get, numbers)
        if subjects[1].get(0) != value:
            raise RuntimeError("what came back is not what was put")
        for each in subjects:
            each.close()
    return [Row(what=kind, who=who, value=taken, unit="us") for (kind, who), taken in sorted(times.items())]


def _putting(each: Subject, value: object) -> Callable[[int], object]:
    return lambda number: each.put(number, value)


def _best(
    times: dict[tuple[str, str], float], what: str, who: str, action: Callable[[int], object], numbers: list[int]
) -> None:
    began = time.perf_counter()
    for number in numbers:
        action(number)
    taken = (time.perf_counter() - began) / len(numbers) * 1e6
    times[what, who] = min(taken, times.get((what, who), taken))


def _mixes(seconds: float) -> list[Row]:
    """Let two processes work on one file, nine gets to a put."""
    measured: list[Row] = []
    for name in ("ours, disk", "diskcache"):
        with TemporaryDirectory() as folder:
            filled = subject(name, Path(folder))
            if filled is None:
                continue
            for number in range(KEYS):
                filled.put(number, mapping(1024))
            filled.close()
            code = f"import sys; sys.path[:0] = {[ROOT, *sys.path]!r}; from benchmarks.cache import work; work()"
            arguments = [sys.executable, "-c", code, name, folder, str(seconds)]
            workers = [
                subprocess.Popen([*arguments, str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                for seed in range(2)
            ]
            for worker in workers:
                _told(worker)
            for worker in workers:
                _tell(worker)
            told = [worker.communicate()[0] for worker in workers]
            rate = sum(json.loads(each) for each in told)
            measured.append(Row(what="2 processes, 9 hits to a put, 1 KB", who=name, value=rate, unit="operations/s"))
    return measured


def _told(worker: subprocess.Popen[str]) -> str:
    return worker.stdout.readline() if worker.stdout is not None else ""


def _tell(worker: subprocess.Popen[str]) -> None:
    if worker.stdin is not None:
        worker.stdin.write("go\n")
        worker.stdin.flush()


def work() -> None:
    """Be one of the two processes: say when ready, and print operations per second."""
    name, folder, seconds, seed = sys.argv[1:]
    cache = subject(name, Path(folder))
    if cache is None:
        raise RuntimeError(f"{name} is not installed")
    dice, value = random.Random(int(seed)), mapping(1024)  # noqa: S311 - no secret
    plan = [(dice.random() < PUTS, dice.randrange(KEYS)) for _ in range(10_000)]
    cache.get(0)
    print("ready", flush=True)
    sys.stdin.readline()
    done, misses = 0, 0
    began = time.perf_counter()
    while time.perf_counter() - began < float(seconds):
        for puts, number in plan[done % len(plan) :][:100]:
            if puts:
                cache.put(number, value)
            else:
                misses += cache.get(number) is None
        done += 100
    taken = time.perf_counter() - began
    cache.close()
    if misses:
        raise RuntimeError(f"{misses} of {done} missed")
    print(done / taken)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cache", description="Measure the cache and its peers.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="times each figure is taken")
    parser.add_argument("--seconds", type=float, default=2.0, metavar="S", help="how long two processes work")
    options = parser.parse_args()
    measured = rows(rounds=options.rounds, seconds=options.seconds)
    for each in measured:
        print(f"{each.what:36} {each.who:14} {each.value:10.1f} {each.unit}")
    for peer in PEERS:
        if not any(each.who == peer for each in measured):
            print(f"{peer} is not installed and was left out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
