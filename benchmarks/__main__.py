"""``python -m benchmarks [--json FILE] [--rounds N] [--only GROUP] [--plots FOLDER]``: measure and print a table."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

import qualia
from benchmarks import calls, growth, starts
from benchmarks.measure import Measurement, is_installed

PEERS = (
    "circuitbreaker",
    "diskcache",
    "joblib",
    "kaleido",
    "LeIA",
    "nltk",
    "npe2",
    "openpyxl",
    "pandas",
    "pebble",
    "pluggy",
    "purgatory",
    "pybreaker",
    "sklearn",
    "spacy",
    "stevedore",
    "textblob",
    "vaderSentiment",
    "webvtt",
)
ROOMS = (
    "breaker",
    "cache",
    "discovery",
    "export",
    "history",
    "host",
    "observing",
    "pictures",
    "processes",
    "reload",
    "sentiment",
    "stream",
    "transcripts",
    "words",
)
"""Modules beside this one whose ``rows()``, or ``measure_<name>()``, are part of the table."""
_BUDGETS: Mapping[tuple[str, str], float] = {
    ("hit of 1 KB", "ours, memory"): 2,
    ("hit of 1 KB", "ours, disk"): 20,
    ("2 processes, 9 hits to a put, 1 KB", "ours, disk"): 20_000,
}


def main() -> int:
    """Run every measurement that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what Qualia costs.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="processes started for each figure")
    parser.add_argument("--only", action="append", choices=("start", "call", *ROOMS, "growth"), help="measure these")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw how cost grows into this folder")
    options = parser.parse_args()
    absent = [name for name in PEERS if not is_installed(name)]
    if absent:
        print(
            f"not installed, so not compared with: {', '.join(absent)} (nox -s bench bench_plugins installs them)",
            file=sys.stderr,
        )
    found = measured(options.only, rounds=options.rounds)
    print(table(found))
    grown: list[growth.Curve] = []
    if options.plots is not None and (not options.only or "growth" in options.only):
        grown = growth.curves()
        options.plots.mkdir(parents=True, exist_ok=True)
        for path in growth.plot(grown, options.plots):
            print(f"drawn {path}")
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(report(found, grown), encoding="utf-8")
        print(f"\nwritten to {options.json}")
    return 0


def measured(only: Iterable[str] | None, *, rounds: int) -> list[Measurement]:
    """Return the measurements of the groups asked for; None for all."""
    groups: dict[str, Callable[[], Iterable[Any]]] = {"start": partial(starts.rows, rounds=rounds), "call": calls.rows}
    for name in ROOMS:
        if is_installed(f"benchmarks.{name}"):
            room: Any = import_module(f"benchmarks.{name}")
            groups[name] = getattr(room, "rows", None) or getattr(room, f"measure_{name}")
    chosen = list(groups) if only is None else [name for name in groups if name in only]
    found: list[Measurement] = []
    for name in chosen:
        print(f"measuring {name} ...", file=sys.stderr)
        rows = list(groups[name]())
        measurements = rows if all(isinstance(row, Measurement) for row in rows) else _paired(rows)
        found += [attrs.evolve(row, group=row.group or name) for row in measurements]
    return found


def _paired(rows: list[Any]) -> list[Measurement]:
    """Return rows that each say what was measured of whom as ours beside each peer of which the same was measured."""
    found: list[Measurement] = []
    for ours in (row for row in rows if row.who.startswith("ours")):
        peers = [row for row in rows if row.what == ours.what and not row.who.startswith("ours")]
        for number, peer in enumerate(peers or [None]):
            found.append(
                Measurement(
                    name=f"{ours.what} ({ours.who.removeprefix('ours, ')})",
                    unit=ours.unit,
                    ours=ours.value,
                    plain=None if peer is None else peer.value,
                    peer="" if peer is None else peer.who,
                    budget=None if number else _BUDGETS.get((ours.what, ours.who)),
                )
            )
    return found


def table(measurements: list[Measurement]) -> str:
    """Lay the measurements out for people, as a table that Markdown understands."""
    rows = [("", "Qualia", "peer", "its figure", "ratio", "budget", ""), *map(_cells, measurements)]
    widths = [max(len(row[column]) for row in rows) for column in range(7)]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _cells(each: Measurement) -> tuple[str, ...]:
    verdict: Mapping[bool | None, str] = {True: "met", False: "MISSED", None: ""}
    budget = "" if each.budget is None else f"{each.budget:g} {each.unit}"
    if each.budget_ratio is not None:
        budget = f"{each.budget_ratio:g} x"
    theirs = f"{each.plain:.4g} {each.unit}" if each.plain is not None else "not installed" if each.peer else ""
    ratio = "" if each.ratio is None else f"{each.ratio:.2f} x"
    note = f"{verdict[each.is_met]} {each.note}".strip()
    return each.name, f"{each.ours:.4g} {each.unit}", each.peer, theirs, ratio, budget, note


def report(measurements: list[Measurement], grown: list[growth.Curve]) -> str:
    """Write the measurements as JSON, with what they were made on."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return json.dumps(
        {
            "qualia": qualia.__version__,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "cores": os.cpu_count(),
            "load": load,
            "measurements": [
                {**attrs.asdict(each), "ratio": each.ratio, "is_met": each.is_met} for each in measurements
            ],
            "growth": [attrs.asdict(each) for each in grown],
        },
        indent=2,
    )


if __name__ == "__main__":
    sys.exit(main())
