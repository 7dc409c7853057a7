"""``qualia pipeline``: every step of a pipeline file, shown or written into a folder."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from attrs import frozen

from qualia._values import to_plain
from qualia._version import __version__
from qualia.cli.delivery import check_absent, deliver_all, file_name
from qualia.cli.inputs import read_given
from qualia.cli.opening import open_core, timeout_of
from qualia.cli.output import Face, as_json, as_yaml, format_of, safe_line
from qualia.cli.pretty import cell, table
from qualia.cli.progress import progress
from qualia.cli.words import _
from qualia.document import Document
from qualia.pipeline import Pipeline, Plan
from qualia.result import Artifact, Outcome, Result

_SUMMARY = "summary.json"


@frozen(kw_only=True)
class _Written:
    """The files of a run, before they are written."""

    files: Mapping[str, bytes]
    by_step: Mapping[str, tuple[str, ...]]


def run_pipeline(asked: argparse.Namespace, face: Face) -> None:
    """Run a pipeline and show what each step gave, or write it into a folder and show the paths.

    Raises:
        QualiaError: the command, a file or a step is wrong, or a plugin cannot answer.
    """
    form, timeout_s = format_of(asked.format, None), timeout_of(asked)
    folder = None if asked.output in (None, "-") else Path(asked.output)
    pipeline = Pipeline.from_path(asked.config)
    with open_core(asked) as core, progress(core, face):
        given = read_given(asked.file, face, max_bytes=core.settings.max_document_bytes)
        plan = core.plan(pipeline, given)
        if folder is not None:
            check_absent(
                folder,
                _foreseen(plan, [info.id for info in core.plugins.values() if info.kind == "visualizer"]),
                force=asked.force,
            )
        outcome = core.run_pipeline(pipeline, given, timeout_s=timeout_s)
    if folder is None:
        _show(pipeline.name, outcome, form, face)
        return
    written = _files(pipeline.name, asked.file, outcome)
    paths = deliver_all(folder, written.files, force=asked.force)
    if form == "pretty":
        face.data("\n".join(safe_line(str(path)) for path in paths))
    else:
        summary = _summary(pipeline.name, asked.file, outcome, written.by_step)
        face.data(as_json(summary) if form == "json" else as_yaml(summary), form=form)


def _show(name: str, outcome: Outcome, form: str, face: Face) -> None:
    if form != "pretty":
        data = {"pipeline": name, "steps": [_step(step, result) for step, result in outcome.items()]}
        face.data(as_json(data) if form == "json" else as_yaml(data), form="json" if form == "json" else "yaml")
        return
    rows = [
        (step, result.provenance.plugin, _duration(result), _gist(result.value)) for step, result in outcome.items()
    ]
    headings = (_("step"), _("plugin"), _("time"), _("what it gave"))
    face.data(table(rows, headings=headings, width=face.width))
    face.note(_("nothing was saved; -o FOLDER writes every step's result"))


def _duration(result: Result[Any]) -> str:
    return _("cached") if result.cached else f"{result.elapsed_s:.2f} s"


def _gist(value: object) -> str:
    """Return what a value is, in a line."""
    if isinstance(value, Artifact):
        return f"{value.name}, {_size(len(value.data))}"
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


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1_000_000 else f"{count / 1e3:.1f} kB"


def _step(step: str, result: Result[Any]) -> dict[str, Any]:
    facts = {
        "id": step,
        "plugin": result.provenance.plugin,
        "cached": result.cached,
        "elapsed_s": result.elapsed_s,
    }
    if isinstance(result.value, Artifact):
        return {**facts, "artifact": _artifact_facts(result.value), "provenance": to_plain(result.provenance)}
    return {**facts, "result": to_plain(result)}


def _artifact_facts(artifact: Artifact) -> dict[str, Any]:
    """Return what is known of a picture; its bytes are no text and go into files only."""
    digest = hashlib.sha256(artifact.data).hexdigest()
    return {
        "name": artifact.name,
        "media_type": artifact.media_type,
        "size_bytes": len(artifact.data),
        "sha256": digest,
    }


def _foreseen(plan: Plan, visualizers: list[str]) -> dict[str, None]:
    """Return the files a plan will leave, as far as they are certain before it runs."""
    taken = {"summary"}
    names: dict[str, None] = {_SUMMARY: None}
    for step in plan.steps:
        name = file_name(step.id, taken)
        if step.plugin not in visualizers:
            names[f"{name}.json"] = None
    return names


def _files(name: str, source: str, outcome: Outcome) -> _Written:
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
                mine[f"{stem}.txt"] = (result.value.text.rstrip("\n") + "\n").encode()
            mine[f"{stem}.json"] = (as_json(to_plain(result)) + "\n").encode()
        files |= mine
        by_step[step] = tuple(mine)
    files[_SUMMARY] = (as_json(_summary(name, source, outcome, by_step)) + "\n").encode()
    return _Written(files=files, by_step=by_step)


def _summary(name: str, source: str, outcome: Outcome, by_step: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
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
