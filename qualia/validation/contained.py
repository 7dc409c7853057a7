"""Tries a plugin in a process of its own, so that nothing it does reaches this one."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import frozen

from qualia._plugins.manifest import Manifest
from qualia.validation.findings import Finding, Place, finding

_MIB = 1024 * 1024
_MEMORY_BYTES = 4096 * _MIB
_START_S = 10.0
"""Seconds beyond the plugin's own that the process gets to start and to end by itself."""
_DRAIN_S = 2.0
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1])['path']; from qualia.validation.trial import main; main()"
)
_FRAME = re.compile(r'  File "(?P<file>.*)", line (?P<line>\d+) in ')
# What the loader calls the package of a plugin, so that no two meet.
_LOADED_AS = re.compile(r"_qualia_plugin_\w+?_[0-9a-f]{8}_[0-9a-f]{8}")
_PLACE = re.compile(r"(?P<file>.+?)(?::(?P<line>\d+))?(?::(?P<column>\d+))?", re.DOTALL)


@frozen(kw_only=True)
class Trial:
    """What became of the process a plugin was tried in."""

    told: tuple[Mapping[str, Any], ...]
    """What it wrote down, in order."""
    trace: str
    """Where it stood when it crashed or its time was over; empty otherwise."""
    ended: int | None
    """Its exit code, negative for a signal; None when it had to be killed."""
    written: int
    """Bytes that went to its stdout and stderr."""


def try_plugin(folder: Path, manifest: Manifest, *, timeout_s: float) -> Iterator[Finding]:
    """Import a plugin and run it on samples in a process of its own, and say what goes wrong.

    Args:
        folder: the plugin's.
        manifest: what its ``plugin.toml`` says.
        timeout_s: seconds it gets for all of it.
    """
    trial = _run(folder.resolve(), manifest, timeout_s)
    where = Place(file=folder)
    phase = next((each["phase"] for each in reversed(trial.told) if "phase" in each), "before it is imported")
    seconds = f"{timeout_s:g}"
    for each in trial.told:
        if "rule" in each:
            facts = {name: _LOADED_AS.sub(manifest.id, text) for name, text in each["facts"].items()}
            yield finding(each["rule"], _placed(each["place"], folder), **facts)
    done = any("done" in each for each in trial.told)
    if not done:
        left = next((each for each in trial.told if "left" in each), None)
        if left is not None:
            place = _placed(left["place"], folder) if left["place"] else where
            yield finding("QP502", place, phase=phase, told=left["left"])
        elif trial.ended is None or trial.trace.startswith("Timeout"):
            yield finding("QP503", _standing(trial.trace, folder), phase=phase, seconds=seconds)
        else:
            told = _ending(trial.ended)
            yield finding("QP502", _standing(trial.trace, folder), phase=phase, told=told)
    # A process that broke down writes about that, not the plugin.
    if trial.written and done:
        yield finding("QP509", where, size=trial.written)


def _run(folder: Path, manifest: Manifest, timeout_s: float) -> Trial:
    memory_mb = manifest.limits.memory_mb
    with TemporaryDirectory(prefix="qualia-validate-", ignore_cleanup_errors=True) as scratch:
        log, trace = Path(scratch, "log"), Path(scratch, "trace")
        asked = {
            "path": [str(Path(each).resolve()) if each else str(Path.cwd()) for each in sys.path],
            "folder": str(folder),
            "log": str(log),
            "trace": str(trace),
            "timeout_s": timeout_s,
            "memory_bytes": _MEMORY_BYTES if memory_mb is None else memory_mb * _MIB,
        }
        ended, written = _wait(asked, scratch, timeout_s + _START_S)
        return Trial(
            told=tuple(_lines(log)),
            trace=trace.read_text(encoding="utf-8", errors="replace") if trace.exists() else "",
            ended=ended,
            written=written,
        )


def _wait(asked: Mapping[str, object], scratch: str, timeout_s: float) -> tuple[int | None, int]:
    """Run the process and return its exit code, None when it was killed, and how many bytes it wrote."""
    # Isolated, so that nothing from the environment of whoever validates changes what is found.
    command = [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, json.dumps(asked)]
    process = subprocess.Popen(  # noqa: S603 - the interpreter we run on
        command,
        cwd=scratch,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=sys.platform != "win32",
    )
    counted: list[int] = []
    # Read as fast as it comes and thrown away: a plugin that floods its output fills neither memory nor disk.
    reader = threading.Thread(target=_drain, args=(process, counted), name="qualia-validate", daemon=True)
    reader.start()
    try:
        return process.wait(timeout_s), _joined(reader, process, counted)
    except subprocess.TimeoutExpired:
        return None, _joined(reader, process, counted)
    finally:
        _kill(process)


def _drain(process: subprocess.Popen[bytes], counted: list[int]) -> None:
    stream = process.stdout
    while stream is not None and (read := os.read(stream.fileno(), 65536)):
        counted.append(len(read))


def _joined(reader: threading.Thread, process: subprocess.Popen[bytes], counted: list[int]) -> int:
    _kill(process)
    reader.join(_DRAIN_S)
    if process.stdout is not None and not reader.is_alive():
        process.stdout.close()
    return sum(counted)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and all it started; where there are no groups of processes, itself alone."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _lines(log: Path) -> Iterator[Mapping[str, Any]]:
    if log.exists():
        for line in log.read_bytes().splitlines():
            # A line that was cut off tells nothing.
            with suppress(ValueError):
                yield json.loads(line)


def _ending(code: int) -> str:
    if code >= 0:
        return f"it ended with code {code}"
    try:
        return f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was ended by signal {-code}"


def _placed(place: str, folder: Path) -> Place:
    found = _PLACE.fullmatch(place)
    if found is None:
        return Place(file=folder)
    file, line, column = Path(found["file"]), found["line"], found["column"]
    # The process knows the folder by its real name; people know it by the one they gave.
    if file.is_relative_to(folder.resolve()):
        file = folder / file.relative_to(folder.resolve())
    return Place(
        file=file,
        line=None if line is None else int(line),
        column=None if column is None else int(column),
    )


def _standing(trace: str, folder: Path) -> Place:
    """Return where the plugin stood in a trace: innermost first, the main thread behind the others."""
    inside = f"{folder.resolve()}{os.sep}".encode("ascii", "backslashreplace").decode()
    best: Place | None = None
    for block in trace.split("\n\n"):
        frames = [
            each for line in block.splitlines() if (each := _FRAME.match(line)) and each["file"].startswith(inside)
        ]
        if frames:
            name = frames[0]["file"][len(inside) :].partition("#")[0]
            best = Place(file=folder / name, line=int(frames[0]["line"]))
            if "Current thread" in block:
                break
    return best or Place(file=folder)
