"""What ``qualia export`` takes for 100,000 rows: CPU time and memory of a process for each form, beside its peers.

pandas and openpyxl write the same rows of the same file in the same run.

``python -m benchmarks.export`` prints the table.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.measure import ROOT, Measurement, is_installed

ROWS = 100_000
FORMS = {"csv": "csv", "xlsx": "xlsx", "markdown": "md", "html": "html", "jsonl": "jsonl", "json": "json"}
# Dumping YAML is slow with any library, and Parquet's library is large; both are measured when they can be.
SLOW = {"yaml": "yaml", "parquet": "parquet"}
_OURS = (
    "from qualia.cli import main\nassert main(['-q', 'export', {source!r}, '-t', 'sentences', '-o', {target!r}]) == 0"
)
_PANDAS = "import pandas\nframe = pandas.DataFrame(json.load(open({source!r}))['value']['sentences'])\n"
_PEERS: Mapping[str, tuple[str, str, str]] = {
    "csv": ("pandas", "pandas", _PANDAS + "frame.to_csv({target!r}, index=False)"),
    "xlsx": (
        "openpyxl",
        "openpyxl",
        (
            "import openpyxl\nbook = openpyxl.Workbook(write_only=True)\nsheet = book.create_sheet()\n"
            "for row in json.load(open({source!r}))['value']['sentences']:\n    sheet.append(list(row.values()))\n"
            "book.save({target!r})"
        ),
    ),
    "html": ("pandas", "pandas", _PANDAS + "frame.to_html({target!r}, index=False)"),
    "jsonl": ("pandas", "pandas", _PANDAS + "frame.to_json({target!r}, orient='records', lines=True)"),
    "json": ("pandas", "pandas", _PANDAS + "frame.to_json({target!r}, orient='records', indent=2)"),
    "parquet": ("pandas", "pandas", _PANDAS + "frame.to_parquet({target!r})"),
}
_AROUND = """
import json, resource, sys, time
sys.path[:0] = {path!r}
{code}
print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def result() -> str:
    """Return a result of `ROWS` sentences as JSON."""
    sentences = [
        {
            "text": f"Sentence {number}: the plan was a good one, and the team liked it.",
            "start": number * 60,
            "end": number * 60 + 58,
            "polarity": (number % 200 - 100) / 100,
            "subjectivity": 0.5,
            "label": "neutral",
            "speaker": f"Speaker {number % 7}",
            "begin_s": number * 2.5,
        }
        for number in range(ROWS)
    ]
    provenance: dict[str, object] = {
        "plugin": "sentiment_analyzer",
        "version": "1.0.0",
        "code_hash": "0" * 64,
        "params": {},
        "produces": "sentiment/1",
        "inputs": {},
        "engine_version": "0.1.0",
        "started_at": "2026-01-01T00:00:00+00:00",
        "host": {},
    }
    value = {"status": "ok", "language": "en", "sentences": sentences}
    return json.dumps({"value": value, "provenance": provenance, "key": "", "elapsed_s": 0.0})


def rows() -> Iterator[Measurement]:
    """Measure each form beside its peer."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "sentences.json"
        source.write_text(result(), encoding="utf-8")
        for form, suffix in (FORMS | SLOW).items():
            if form == "parquet" and not is_installed("pyarrow"):
                continue
            ours = _measured(_OURS, source, folder / f"ours.{suffix}")
            peer, needed, code = _PEERS.get(form, ("", "", ""))
            theirs = _measured(code, source, folder / f"theirs.{suffix}") if needed and is_installed(needed) else None
            yield Measurement(
                name=f"{ROWS:,} rows to {form}",
                unit="s CPU",
                ours=ours[0],
                plain=None if theirs is None else theirs[0],
                peer=peer,
                note=f"{(folder / f'ours.{suffix}').stat().st_size / 1e6:.1f} MB",
            )
            yield Measurement(
                name=f"{ROWS:,} rows to {form}, peak memory",
                unit="MB",
                ours=ours[1],
                plain=None if theirs is None else theirs[1],
                peer=peer,
            )


def _measured(code: str, source: Path, target: Path) -> tuple[float, float]:
    """Return the seconds of CPU time and the peak memory, in MB, of a process that runs code."""
    filled = code.format(source=str(source), target=str(target))
    script = _AROUND.format(path=[ROOT, *sys.path], code=filled)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=source.parent)
    seconds, memory = done.stdout.split()[-2:]
    return float(seconds), float(memory)


if __name__ == "__main__":
    from benchmarks.__main__ import table

    print(table(list(rows())))
