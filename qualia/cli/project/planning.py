"""``qualia pipeline --plan``: what would run, as a tree, as a Mermaid flowchart or as data."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

from qualia._safe import safe_line
from qualia._values import to_plain
from qualia.cli.inputs import read_given
from qualia.cli.opening import open_core
from qualia.cli.output import Face, as_json, as_yaml, format_of
from qualia.cli.project.writing import toml_value
from qualia.cli.sources import STDIN, sources_of
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _, heading
from qualia.core import Core
from qualia.document import Document
from qualia.pipeline import DOCUMENT, Pipeline, Plan, PlanStep
from qualia.plugin import params_in_force
from qualia.registry import PluginInfo
from qualia.result import Result

FORMS = ("tree", "mermaid", "json")
"""What ``--plan`` can show."""


@frozen(kw_only=True)
class _Planned:
    """A step of a plan with what is known of its plugin."""

    step: PlanStep
    info: PluginInfo
    params: Mapping[str, Any]
    """The params it runs with, by name."""
    changed: Mapping[str, Any]
    """Those of them that are not the plugin's defaults."""


def show_plan(asked: argparse.Namespace, files: Sequence[str], face: Face) -> None:
    """Show the plan of a pipeline for a document; without one, for a plain text.

    Raises:
        QualiaError: the pipeline cannot be planned, several documents were named, or one cannot be read.
    """
    form = format_of(asked.format, None)
    pipeline = Pipeline.from_path(asked.config)
    sources = sources_of(files, recursive=asked.recursive) if files else ()
    if len(sources) > 1:
        raise WrongUsage(_("--plan shows the plan for one document; name one, or none"))
    with open_core(asked) as core:
        given: Document | Result[Any] = Document("text")
        if sources:
            given = read_given(sources[0], face, max_bytes=core.settings.max_document_bytes)
        plan = core.plan(pipeline, given)
        planned = [_planned(core, step) for step in plan.steps]
    source = sources[0] if sources else None
    media_type = given.media_type if isinstance(given, Document) else None
    if asked.plan == "mermaid":
        face.data(plan.to_mermaid().rstrip("\n"))
    elif asked.plan == "json" or form != "pretty":
        data = _data(plan, planned, source, media_type)
        is_yaml = form == "yaml"
        face.data(as_yaml(data) if is_yaml else as_json(data), form="yaml" if is_yaml else "json")
    else:
        shown = heading("the document") if source is None else _("standard input") if source == STDIN else source
        every = [evolve(each, changed=each.params) for each in planned]
        face.data("\n".join(_tree(plan, every if face.is_verbose else planned, shown)))
    if source is None:
        face.note(_("planned for a plain text; name a document to see what is added for its kind"))


def _planned(core: Core, step: PlanStep) -> _Planned:
    defaults = {spec.name: spec.default for spec in core.plugins.params(step.plugin)}
    params = params_in_force(step.params)
    changed = {name: value for name, value in params.items() if value != defaults.get(name)}
    return _Planned(step=step, info=core.plugins[step.plugin], params=params, changed=changed)


def _data(plan: Plan, planned: Sequence[_Planned], source: str | None, media_type: str | None) -> dict[str, Any]:
    steps = [
        {
            "id": each.step.id,
            "plugin": each.step.plugin,
            "kind": each.info.kind,
            "version": each.info.version,
            "added": each.step.added,
            "document": each.step.document,
            "records": dict(each.step.records),
            "needs": list(each.step.needs),
            "params": to_plain(dict(each.params)),
        }
        for each in planned
    ]
    return {"pipeline": plan.name, "source": source, "media_type": media_type, "steps": steps}


def _tree(plan: Plan, planned: Sequence[_Planned], source: str) -> Iterator[str]:
    """Yield the lines of a tree in which each step hangs below the last one it waits for."""
    places = {each.step.id: number for number, each in enumerate(planned)}
    below: dict[str, list[_Planned]] = {}
    for each in planned:
        waited_for = [need for need in each.step.needs if need in places]
        below.setdefault(max(waited_for, key=places.__getitem__, default=DOCUMENT), []).append(each)
    added = sum(each.step.added for each in planned)
    yield safe_line(_("{name}: {steps} steps, {added} added", name=plan.name, steps=len(planned), added=added))
    yield safe_line(source)
    yield from _branches(below, DOCUMENT, "")


def _branches(below: Mapping[str, list[_Planned]], parent: str, indent: str) -> Iterator[str]:
    children = below.get(parent, [])
    for number, each in enumerate(children, start=1):
        is_last = number == len(children)
        yield f"{indent}{'└── ' if is_last else '├── '}{_line(each, parent)}"
        yield from _branches(below, each.step.id, f"{indent}{'    ' if is_last else '│   '}")


def _line(each: _Planned, parent: str) -> str:
    step = each.step
    plugin = f"{step.plugin} {each.info.version}"
    parts = [plugin if step.id == step.plugin else f"{step.id}: {plugin}"]
    if step.added:
        parts.append(heading("added"))
    parts += [f"{name} = {_shown(value)}" for name, value in each.changed.items()]
    takes = [record if source == parent else f"{record} ({source})" for record, source in step.records.items()]
    if step.document is not None and step.document != parent:
        source = heading("the document") if step.document == DOCUMENT else step.document
        takes.insert(0, f"{heading('the text')} ({source})")
    if takes:
        parts.append(f"{heading('takes')} {', '.join(takes)}")
    return safe_line("; ".join(parts))


def _shown(value: object) -> str:
    return "–" if value is None else toml_value(value)
