"""What a pipeline gave for a document: as a table, as plain data, and as files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from attrs import frozen

from qualia._values import to_plain
from qualia._version import __version__
from qualia.cli.amounts import told_bytes, told_span
from qualia.cli.delivery import file_name
from qualia.cli.export.neutral import whole
from qualia.cli.output import as_json
from qualia.cli.pretty import cell, table
from qualia.cli.words import _
from qualia.document import Document
from qualia.pipeline import Plan
from qualia.result import Artifact, Outcome, Result

SUMMARY = "summary.json"
"""The file that tells of all others."""


@frozen(kw_only=True)
class Written:
    """The files of a run, before they are written."""

    files: Mapping[str, bytes]
    by_step: Mapping[str, tuple[str, ...]]


def outcome_table(outcome: Outcome, *, width: int | None) -> str:
    """Return a line for each step, for people."""
    rows = [
        (step, result.provenance.plugin, _duration(result), _gist(result.value)) for step, result in outcome.items()
    ]
    return table(rows, headings=(_("step"), _("plugin"), _("time"), _("what it gave")), width=width)


def outcome_data(name: str, outcome: Outcome) -> dict[str, Any]:
    """Return a pipeline's name and every step's result as plain data."""
    return {"pipeline": name, "steps": [step_data(step, result) for step, result in outcome.items()]}


def step_data(step: str, result: Result[Any]) -> dict[str, Any]:
    """Return one step's result as plain data; of a picture only what is known of it."""
    facts = {"id": step, "plugin": result.provenance.plugin, "cached": result.cached, "elapsed_s": result.elapsed_s}
    if isinstance(result.value, Artifact):
        return {**facts, "artifact": _artifact_facts(result.value), "provenance": to_plain(result.provenance)}
    return {**facts, "result": to_plain(result)}


def foreseen(plan: Plan, visualizers: Iterable[str]) -> dict[str, None]:
    """Return the files a plan will leave, as far as they are certain before it runs."""
    drawing, taken = set(visualizers), {"summary"}
    names: dict[str, None] = {SUMMARY: None}
    for step in plan.steps:
        name = file_name(step.id, taken)
        if step.plugin not in drawing:
            names[f"{name}.json"] = None
    return names


def outcome_files(name: str, source: str, outcome: Outcome) -> Written:
    """Return every file of a run: each step's, and the summary."""
    taken = {"summary"}
    files: dict[str, bytes] = {}
    by_step: dict[str, tuple[str, ...]] = {}
    for step, result in outcome.items():
        stem = file_name(step, taken)
        mine: dict[str, bytes] = {}
        if isinstance(result.value, Artifact):
            mine[f"{stem}{Path(result.value.name).suffix}"] = result.value.data
        else:
            if isinstance(result.value, Document):
                mine[f"{stem}.txt"] = (whole(result.value.text).rstrip("\n") + "\n").encode()
            mine[f"{stem}.json"] = (as_json(to_plain(result)) + "\n").encode()
        files |= mine
        by_step[step] = tuple(mine)
    files[SUMMARY] = (as_json(summary_data(name, source, outcome, by_step)) + "\n").encode()
    return Written(files=files, by_step=by_step)


def summary_data(name: str, source: str, outcome: Outcome, by_step: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return what the summary of a run tells: its steps, their files and their provenance."""
    steps = [
        {
            "id": step,
            "plugin": result.provenance.plugin,
            "cached": result.cached,
            "elapsed_s": result.elapsed_s,
            "files": list(by_step[step]),
            "provenance": to_plain(result.provenance),
        }
        for step, result in outcome.items()
    ]
    return {"pipeline": name, "source": source, "engine_version": __version__, "steps": steps}


def _duration(result: Result[Any]) -> str:
    return _("cached") if result.cached else told_span(result.elapsed_s)


def _gist(value: object) -> str:
    """Return what a value is, in a line."""
    if isinstance(value, Artifact):
        return f"{value.name}, {told_bytes(len(value.data))}"
    if isinstance(value, Document):
        speakers = {segment.speaker for segment in value.segments if segment.speaker}
        counts = (
            (_("characters"), len(value.text)),
            (_("segments"), len(value.segments)),
            (_("speakers"), len(speakers)),
        )
        return ", ".join(f"{name} {count}" for name, count in counts if count)
    plain = to_plain(value)
    facts = [f"{name} {cell(item)}" for name, item in _single(plain)]
    return ", ".join(facts[:5]) or cell(plain)


def _single(plain: Any) -> list[tuple[str, Any]]:
    """Return the facts of a mapping that are single values."""
    if not isinstance(plain, Mapping):
        return []
    return [
        (name, item)
        for name, item in cast("Mapping[str, Any]", plain).items()
        if isinstance(item, (str, int, float)) and item != ""
    ]


def _artifact_facts(artifact: Artifact) -> dict[str, Any]:
    """Return what is known of a picture; its bytes are no text and go into files only."""
    digest = hashlib.sha256(artifact.data).hexdigest()
    return {
        "name": artifact.name,
        "media_type": artifact.media_type,
        "size_bytes": len(artifact.data),
        "sha256": digest,
    }
