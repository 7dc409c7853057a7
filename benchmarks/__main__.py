"""``python -m benchmarks [--json FILE] [--rounds N]``: measure, print a table, write the numbers."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path

import qualia
from benchmarks.measure import Measurement, measure_all


def main() -> int:
    """Run every measurement."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what Qualia costs.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="processes started for each figure")
    options = parser.parse_args()
    measurements = measure_all(rounds=options.rounds)
    print(table(measurements))
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(report(measurements), encoding="utf-8")
        print(f"\nwritten to {options.json}")
    return 0


def table(measurements: list[Measurement]) -> str:
    """Lay the measurements out for people."""
    rows = [
        ("", "plain", "Qualia", "ratio"),
        *(
            (each.name, f"{each.plain:.4g} {each.unit}", f"{each.ours:.4g} {each.unit}", f"{each.ratio:.2f} x")
            for each in measurements
        ),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(
            text.ljust(width) if column == 0 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def report(measurements: list[Measurement]) -> str:
    """Write the measurements as JSON, with what they were made on."""
    return json.dumps(
        {
            "qualia": qualia.__version__,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "measurements": [
                {"name": each.name, "unit": each.unit, "plain": each.plain, "qualia": each.ours, "ratio": each.ratio}
                for each in measurements
            ],
        },
        indent=2,
    )


sys.exit(main())
