"""A small distribution that brings operations, put on the search path for a test."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

TOY = '''\
"""Tidy the attic."""

from attrs import frozen

from qualia.errors import InputError, OperationFailed
from qualia.operations import Finished, Operation, Progress
from qualia.plugin import param


@frozen
class Params:
    room: str = param("attic", help="Which room.")
    times: int = param(1, ge=1, le=9, help="How many times, 100% sure.")
    gently: bool = param(False, help="Whether to be gentle.")
    loud: bool = param(True, help="Whether to tell of it.")
    depth: float | None = param(None, help="How deep, in metres.")
    skip: tuple[str, ...] = param((), help="What to leave.")


def tidy(context):
    if context.params.room == "cellar":
        raise ValueError("the light is broken")
    if context.params.room == "locked":
        raise OperationFailed("tidy", "somebody else is in there", code=11)
    if context.params.room == "wrong":
        raise InputError("that is no room")
    for number in range(context.params.times):
        yield Progress(f"round {number + 1}", done=number / context.params.times, data={"round": number + 1})
    return Finished({"room": context.params.room, "skip": list(context.params.skip), "depth": context.params.depth})


def burn(context):
    yield Progress("burning")
    return Finished(["ashes", "smoke"], code=3, text="all gone")


@frozen
class Dry:
    dry_run: bool = param(False, help="Only tell.")


def clear(context):
    yield Progress("clearing")
    return Finished([], text="would clear" if context.params.dry_run else "cleared")


TIDY = Operation(
    name="tidy", summary="Tidy a room.", run=tidy, params=Params, arguments=("room",), examples=("tidy hall",)
)
BURN = Operation(name="attic.burn", summary="Burn the attic down.", run=burn, destructive=True)
LOOK = Operation(name="attic.look", summary="Look into the attic.", run=lambda context: iter(()), params=Params)
CLEAR = Operation(name="attic.clear", summary="Clear.", run=clear, params=Dry, destructive=True)
LIST = Operation(name="list", summary="Never seen.", run=tidy)
STRANGE = Operation(name="strange", summary="Goes by another name.", run=tidy)
'''
ENTRIES = {
    "tidy": "toy_operations:TIDY",
    "attic.burn": "toy_operations:BURN",
    "attic.look": "toy_operations:LOOK",
}


def install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, entries: Mapping[str, str] = ENTRIES, *, name: str = "toy-ops"
) -> Path:
    """Put a distribution with entry points on the search path and return the folder it stands in."""
    site = folder / f"site-{name}"
    info = site / f"{name.replace('-', '_')}-1.2.3.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.3\n", encoding="utf-8")
    lines = [
        "[console_scripts]",
        "x = y:z",
        "",
        "[qualia.operations]",
        *(f"{key} = {at}" for key, at in entries.items()),
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (site / "toy_operations.py").write_text(TOY, encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.delitem(sys.modules, "toy_operations", raising=False)
    return site
