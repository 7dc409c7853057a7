"""How a process ended, in words, and where its plugin stood, from what Python's fault handler wrote."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from qualia._engine.blame import placed
from qualia._engine.worker.fences import NOTE
from qualia._engine.worker.work import WorkLimits

_FRAME = re.compile(r'^  File "(.*)", line (\d+) in ', re.MULTILINE)
_BEGIN = re.compile(r"^(?:Current thread .*|Stack) \(most recent call first\):$", re.MULTILINE)
_FATAL = re.compile(r"^Fatal Python error: (.*)$", re.MULTILINE)
_ESCAPED = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")
_DEEP = 100
"""Frames the fault handler writes at most."""


def place_in(trace: str, folder: Path) -> str:
    """Return file:line of the innermost frame in a plugin's folder, in the last stack of a trace; empty for none."""
    below = f"{folder}{os.sep}"
    for filename, line in _FRAME.findall(_last_stack(trace)):
        path = _ESCAPED.sub(_unescaped, filename)
        if path.startswith(below):
            return placed(path, int(line))
    return ""


def _last_stack(trace: str) -> str:
    begins = list(_BEGIN.finditer(trace))
    return trace[begins[-1].end() :] if begins else ""


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1] or found[2] or found[3], 16))


def how_it_ended(code: int | None, trace: str, limits: WorkLimits) -> str:
    """Say how a process ended that nobody told to.

    Args:
        code: its exit code, negative for a signal; None when it is not known.
        trace: what it wrote when it died.
        limits: what its last call might use.
    """
    if code is None:
        return "it ended, and how is not known"
    if code < 0:
        return _by_signal(-code, trace, limits)
    notes = [line.removeprefix(NOTE) for line in trace.splitlines() if line.startswith(NOTE)]
    return notes[-1] if notes else f"it ended its process with exit code {code}"


def _by_signal(number: int, trace: str, limits: WorkLimits) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    if name == "SIGKILL":
        return "the system killed it (SIGKILL), probably for want of memory"
    if name == "SIGXCPU":
        bound = "may" if limits.cpu_s is None else f"may, {limits.cpu_s:g} s"
        return f"it used more processor time than it {bound} (SIGXCPU)"
    if name in ("SIGSEGV", "SIGBUS"):
        deep = len(_FRAME.findall(_last_stack(trace))) >= _DEEP
        said = "segmentation fault" if name == "SIGSEGV" else "bus error"
        return f"{said} ({name}){', probably by a recursion too deep for its stack' if deep else ''}"
    fatal = _FATAL.findall(trace)
    return f"it was ended by {name}{f' ({fatal[-1]})' if fatal else ''}"
