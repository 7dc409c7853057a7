"""``python -m benchmarks.memory [--megabytes 10 100] [--plugin ID] [--line NAME]``: memory and time for one long line.

A file of a single line is read and given to a text plugin in a process of its own; what the system says of the process
when it is over is its peak. Growth is how much more of both a line ten times as long takes: 10 is in proportion.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from attrs import frozen

from benchmarks.measure import ROOT

PLUGINS = ("teams_cleaner", "word_frequency", "sentiment_analyzer")
_PROSE = "A reunião de hoje foi muito boa, mas a gravação não ficou clara; não gostei do som. Vamos ouvir de novo? "
_PLAIN = "we talked about the interviews and it was good was it not "
_RUN = """
import sys
sys.path.insert(0, {root!r})
from qualia import Core, Document, Settings
from qualia.errors import UnsupportedInput
document = Document.from_path({path!r}, max_bytes=2**30)
with Core(settings=Settings(isolation={{"*": "inline"}}, cache_max_bytes=0)) as core:
    core.plugins.params({plugin!r})
    try:
        core.run({plugin!r}, document)
    except UnsupportedInput:
        print("refused")
"""
_IDLE = """
import sys
sys.path.insert(0, {root!r})
from qualia import Core, Document
Document.from_path({path!r}, max_bytes=2**30)
"""
_WRITE = """
import sys
sys.path[:0] = [{root!r}, "."]
from pathlib import Path
from benchmarks.memory import LINES
Path({path!r}).write_text(LINES[{line!r}]({size}), encoding="utf-8")
"""


def _different(size: int) -> str:
    # Letters alone: words that hold digits are not counted unless somebody asks for them.
    numbered = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
    return " ".join(f"palavra{at:x}".translate(numbered) for at in range(size // 12))[:size]


def _repeated(piece: str, head: str = "") -> Callable[[int], str]:
    return lambda size: (head + piece * (size // len(piece)))[:size]


LINES: Mapping[str, Callable[[int], str]] = {
    "prose": _repeated(_PROSE),
    "no punctuation": _repeated(_PLAIN),
    "different words": _different,
    "one word": _repeated("a"),
    "spaces": _repeated(" ", "a"),
    "marks": _repeated("?!.,-'"),
    "emoji": _repeated("😀 muito bom "),
    "one turn": _repeated(_PROSE, "Ana: "),
    "turns": _repeated("[00:00:01] Ana: bom dia a todos. "),
    "cue": _repeated(_PROSE, "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v Ana>"),
    "cues": _repeated("00:00:01.000 --> 00:00:02.000 <v Ana>bom dia</v> ", "WEBVTT\n\n"),
    "JSON": lambda size: '{"segments": [{"start": 1, "end": 2, "text": "' + _repeated(_PROSE)(size) + '"}]}',
}
"""What the line is made of."""


@frozen(kw_only=True)
class Usage:
    """What one process took."""

    peak_mb: float
    cpu_s: float
    said: str
    """ "refused", or why there is no figure; empty when there was an answer."""


def main() -> int:
    """Print a row for each plugin and kind of line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description="Peak memory for one long line.")
    parser.add_argument("--megabytes", type=int, nargs="+", default=[10, 100], metavar="N", help="lengths of the line")
    parser.add_argument("--plugin", action="append", choices=PLUGINS, help="these only")
    parser.add_argument("--line", action="append", choices=tuple(LINES), help="these only")
    parser.add_argument("--timeout", type=float, default=600.0, metavar="S", help="seconds after which a run is ended")
    options = parser.parse_args()
    print("| plugin | line | MB | CPU s | peak MB | over the document MB | growth of time, memory |")
    print("|---|---|---|---|---|---|---|")
    for plugin in options.plugin or PLUGINS:
        for line in options.line or LINES:
            for row in rows(plugin, line, options.megabytes, timeout_s=options.timeout):
                print(row, flush=True)
    return 0


def rows(plugin: str, line: str, sizes: list[int], *, timeout_s: float) -> Iterator[str]:
    """Yield a row for each length, with how much more it took than the one before."""
    before: tuple[float, float] | None = None
    for megabytes in sizes:
        suffix = {"cue": ".vtt", "cues": ".vtt", "JSON": ".json"}.get(line, ".txt")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"line{suffix}")
            # The memory of whoever starts a process counts as that process's own: this one stays small.
            used(_WRITE.format(root=ROOT, path=str(path), line=line, size=megabytes * 1_000_000), timeout_s=timeout_s)
            idle = used(_IDLE.format(root=ROOT, path=str(path)), timeout_s=timeout_s)
            ours = used(_RUN.format(root=ROOT, path=str(path), plugin=plugin), timeout_s=timeout_s)
        over, cpu_s = ours.peak_mb - idle.peak_mb, ours.cpu_s - idle.cpu_s
        growth = "" if before is None else f"{cpu_s / max(before[0], 1e-3):.1f}, {over / max(before[1], 1):.1f}"
        before = (cpu_s, over)
        cells = (plugin, line, str(megabytes), f"{cpu_s:.2f}", f"{ours.peak_mb:.0f}", f"{over:.0f}", growth)
        yield "| " + " | ".join(cells) + f" | {ours.said}".rstrip(" |") + " |"


def used(code: str, *, timeout_s: float) -> Usage:
    """Run code in a fresh interpreter and return what the system says of it when it is over."""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    began = time.monotonic()
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        if time.monotonic() - began > timeout_s:
            process.kill()
        time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    told = b"".join(process.stdout or ()).decode().split()
    if process.stdout is not None:
        process.stdout.close()
    said = f"ended with {process.returncode}" if process.returncode else " ".join(told)
    return Usage(peak_mb=usage.ru_maxrss * 1024 / 1e6, cpu_s=usage.ru_utime + usage.ru_stime, said=said)


if __name__ == "__main__":
    sys.exit(main())
