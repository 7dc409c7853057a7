"""What the run log costs: one entry, the last 50 runs and the daily counts, with many runs in it.

``python -m benchmarks.history [RUNS]`` measures and prints; `measure_history` gives the figures to others.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measure import Measurement
from qualia import History, Provenance
from qualia.history import RunEntry, StepEntry

PLUGINS = ("teams_cleaner", "word_frequency", "sentiment_analyzer", "frequency_chart", "sentiment_viz", "wordcloud_viz")
BEGIN_S = 1_800_000_000.0
EVERY_S = 300.0


def measure_history(*, runs: int = 100_000) -> list[Measurement]:
    """Measure a log with this many runs of one step; the plain figures are SQLite's without any of ours."""
    with TemporaryDirectory() as folder:
        end_s = BEGIN_S + runs * EVERY_S
        history = History(Path(folder, "history.db"), wall=lambda: end_s, warn=print)
        insert_us = _each_us(history.add, map(_entry, range(runs)))
        plain_us = _plain_insert_us(Path(folder, "plain.db"), runs)
        db = sqlite3.connect(Path(folder, "history.db"))
        size = f"{runs} runs in it"
        newest = "SELECT * FROM runs ORDER BY id DESC LIMIT 50"
        by_day = (
            "SELECT date(started_s, 'unixepoch'), outcome, count(*) FROM runs GROUP BY 1, 2 ORDER BY 1 DESC LIMIT 60"
        )
        found = [
            Measurement(
                name="log a run",
                unit="us",
                ours=insert_us,
                budget=50,
                plain=plain_us,
                peer="sqlite3, one row",
                note=size,
            ),
            _read("the last 50 runs", history.runs, partial(_rows, db, newest), budget=1, note=size),
            _read(
                "50 runs of one plugin", partial(history.runs, plugin=PLUGINS[0]), partial(_rows, db, newest), note=size
            ),
            _read(
                "50 runs that failed", partial(history.runs, outcome="failed"), partial(_rows, db, newest), note=size
            ),
            _read("30 days for a dashboard", history.daily, partial(_rows, db, by_day), budget=5, note=size),
        ]
        db.close()
        history.close()
    return found


def _entry(number: int) -> RunEntry:
    plugin = PLUGINS[number % len(PLUGINS)]
    document = hashlib.sha256(str(number % 5_000).encode()).hexdigest()
    run_id = hashlib.sha256(str(number).encode()).hexdigest()[:16]
    moment = datetime.fromtimestamp(BEGIN_S + number * EVERY_S, UTC)
    provenance = Provenance(
        plugin=plugin,
        version="1.0.0",
        code_hash="c" * 64,
        params={"top": 100, "language": "auto", "stop_words": True, "extra_stop_words": ("a", "b"), "min_length": 1},
        produces="word-frequencies/1",
        inputs={"document": document},
        engine_version="1.0.0",
        started_at=moment,
        host={"python": "3.11.7", "textblob": "0.19.0"},
    )
    fine = number % 20 != 0
    step = StepEntry(
        step=plugin,
        plugin=plugin,
        outcome="ok" if fine else "failed",
        elapsed_s=0.01,
        key="k" * 64,
        provenance=provenance if fine else None,
    )
    return RunEntry(
        run_id=run_id,
        name=plugin,
        document=document,
        started_at=moment,
        elapsed_s=0.01,
        outcome="ok" if fine else "failed",
        error="" if fine else "plugin failed",
        steps=(step,),
    )


def _plain_insert_us(path: Path, runs: int) -> float:
    """Commit the same text as one row of a table without indexes, with the same safety."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("CREATE TABLE log(id INTEGER PRIMARY KEY, entry TEXT)")
    entry = json.dumps({"text": "x" * 900})
    found = _each_us(lambda _: db.execute("INSERT INTO log(entry) VALUES(?)", (entry,)), range(min(runs, 10_000)))
    db.close()
    return found


def _rows(db: sqlite3.Connection, query: str) -> object:
    return db.execute(query).fetchall()


def _read(
    name: str, ours: Callable[[], object], plain: Callable[[], object], *, note: str, budget: float | None = None
) -> Measurement:
    return Measurement(
        name=name,
        unit="ms",
        ours=_each_us(lambda _: ours(), range(100)) / 1000,
        budget=budget,
        plain=_each_us(lambda _: plain(), range(20)) / 1000,
        peer="sqlite3, bare rows",
        note=note,
    )


def _each_us(action: Callable[[Any], object], arguments: Iterable[object]) -> float:
    """Return the median of single calls, in microseconds."""
    times: list[float] = []
    for argument in arguments:
        began = time.perf_counter()
        action(argument)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e6


if __name__ == "__main__":
    for each in measure_history(runs=int(sys.argv[1]) if len(sys.argv) > 1 else 100_000):
        print(f"{each.name}: {each.ours:.4g} {each.unit} ({each.peer}: {each.plain:.4g} {each.unit})")
