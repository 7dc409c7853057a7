"""What can be asked about pipelines: the files there are, and what one of them would run."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from qualia._values import is_mapping, to_plain
from qualia.core import Core
from qualia.errors import InvalidPipeline
from qualia.host.given import GIVEN, check_given, document_of, may_block
from qualia.host.verbs import TEXT_OR_OBJECT, Verb
from qualia.pipeline import Pipeline, Plan
from qualia.settings import user_folder

_SUFFIXES = (".toml", ".json", ".yaml", ".yml")
_MOST_FILES = 500
_MOST_BYTES = 1024 * 1024


@frozen
class AboutPipelines:
    """Answers what is asked about pipelines."""

    core: Core
    project: Path | None

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        return (
            Verb(
                name="pipelines.list",
                told="The project's and the user's own pipeline files.",
                call=self.all,
                slow=True,
            ),
            Verb(
                name="pipelines.plan",
                told="What a pipeline would run on this, as steps and as a tree; nothing is run.",
                call=self.plan,
                takes={"pipeline": TEXT_OR_OBJECT},
                may_take={**GIVEN, "params": dict},
                slow=True,
            ),
        )

    def all(self) -> list[dict[str, Any]]:
        """Return the pipeline files there are; one that cannot be read says why."""
        return list(self._all())

    def _all(self) -> Iterator[dict[str, Any]]:
        for folder in (self.project, user_folder(os.environ)):
            paths = sorted((folder / "pipelines").glob("*")) if folder is not None else []
            for path in [each for each in paths if each.suffix.lower() in _SUFFIXES and each.is_file()][:_MOST_FILES]:
                facts: dict[str, Any] = {"path": str(path), "name": path.stem, "description": "", "steps": []}
                try:
                    pipeline = Pipeline.from_path(path)
                except InvalidPipeline as error:
                    yield {**facts, "trouble": str(error)}
                    continue
                steps = [{"id": step.id, "plugin": step.plugin} for step in pipeline.steps]
                named = {"name": pipeline.name, "description": pipeline.description}
                yield {**facts, **named, "steps": steps, "trouble": ""}

    def plan(
        self,
        pipeline: str | Mapping[str, Any],
        text: str | None = None,
        path: str | None = None,
        title: str | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return what a pipeline would run; without text or path, on a plain document."""
        text = text if text or path else " "
        check_given("pipelines.plan", text, path)
        steps = with_params(Pipeline.of(pipeline_asked(pipeline)), params)
        plan: Plan = self.core.plan(steps, document_of(self.core, text, path, title))
        return {
            "name": plan.name,
            "steps": to_plain(plan.steps),
            "tree": tree_of(plan),
            "mermaid": plan.to_mermaid(),
        }


def pipeline_asked(asked: Any) -> Any:
    """Return a pipeline as it was asked for; a file has its whole path.

    Raises:
        InvalidPipeline: it is the path of a file from nobody knows where, or of something else than a file; or it
            is larger than a file may be.
    """
    if isinstance(asked, str) and not Path(asked).is_absolute():
        raise InvalidPipeline(asked, "the host may stand in another folder; give the whole path, from the root")
    if isinstance(asked, str) and may_block(Path(asked)):
        raise InvalidPipeline(asked, "it is no file")
    if not isinstance(asked, str) and _size_of(asked) > _MOST_BYTES:
        raise InvalidPipeline("pipeline", f"it has at most {_MOST_BYTES} bytes, as a file has")
    return asked


def _size_of(asked: object) -> int:
    """Return how many bytes a pipeline has as JSON; 0 where it holds what JSON cannot, which is refused elsewhere."""
    try:
        return len(json.dumps(asked))
    except (TypeError, ValueError, RecursionError):
        return 0


def with_params(pipeline: Pipeline, params: Mapping[str, Any] | None) -> Pipeline:
    """Return a pipeline with params laid over those it has.

    Args:
        pipeline: the pipeline.
        params: by step, by name; None for none.

    Raises:
        InvalidPipeline: it has no such step, or what is given for one is no mapping.
    """
    given = params or {}
    known = {step.id for step in pipeline.steps}
    for step, values in given.items():
        if step not in known:
            raise InvalidPipeline(pipeline.name, f"it has no step {step!r} to give params to")
        if not is_mapping(values):
            raise InvalidPipeline(pipeline.name, f"params of step {step!r} are given by name")
    steps = (evolve(step, params={**step.params, **given.get(step.id, {})}) for step in pipeline.steps)
    return evolve(pipeline, steps=tuple(steps)) if given else pipeline


def tree_of(plan: Plan) -> list[dict[str, Any]]:
    """Return a plan as rows of a tree, each step once and below the step it waits for last.

    A row has the ``step``, its ``plugin``, its ``depth`` from 0, its ``parent`` (None for a step that waits for none),
    what else it waits for as ``also``, and whether the engine ``added`` it.
    """
    places = {step.id: place for place, step in enumerate(plan.steps)}
    parents = {step.id: max(step.needs, key=places.__getitem__, default=None) for step in plan.steps}
    below: dict[str | None, list[str]] = {}
    for each, parent in parents.items():
        below.setdefault(parent, []).append(each)
    rows: list[dict[str, Any]] = []
    left = [(name, 0) for name in reversed(below.get(None, []))]
    while left:
        name, depth = left.pop()
        step = plan.steps[places[name]]
        also = [need for need in step.needs if need != parents[name]]
        facts = {"step": name, "plugin": step.plugin, "depth": depth, "parent": parents[name]}
        rows.append({**facts, "also": also, "added": step.added})
        left += [(further, depth + 1) for further in reversed(below.get(name, []))]
    return rows
