"""All that is wrong with a pipeline file at once, where planning stops at the first mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve

from qualia._values import is_mapping, is_sequence, is_texts
from qualia.cli.project.params import param_problems
from qualia.cli.project.problems import Problem
from qualia.cli.project.reading import Source
from qualia.core import Core
from qualia.document import Document
from qualia.errors import (
    InvalidPipeline,
    PipelineCycle,
    PluginError,
    QualiaError,
    UnknownPlugin,
    UnsupportedInput,
    unknown_name,
)
from qualia.pipeline import Pipeline, Step, flaws

_STEP = re.compile(r"step (\d+) \(")
_NAME = "pipeline"


def pipeline_problems(source: Source, core: Core) -> Iterator[Problem]:
    """Yield what is wrong with a pipeline: its form, its plugins and their params, its steps' needs and inputs.

    A mistake is told once: what only follows from it is not.
    """
    yield from source.twice()
    for keys, reason in flaws(source.data):
        yield source.problem(reason, *keys)
    steps = dict(_steps(source.data))
    known = tuple(step.id for step in steps.values())
    lost: set[int] = set()
    for number, step in steps.items():
        at = ("steps", number)
        try:
            specs = core.plugins.params(step.plugin)
        except (UnknownPlugin, PluginError) as error:
            yield source.problem(str(error), *at, "plugin")
            lost.add(number)
        else:
            yield from param_problems(
                source, specs, _params(source.data["steps"][number]), step.plugin, at=(*at, "params")
            )
        for place, need in enumerate(step.needs or ()):
            if need not in known:
                yield source.problem(f"need {need!r} {unknown_name(need, known)}", *at, "needs", place)
                lost.add(number)
    yield from _unplanned(source, core, steps, lost)


def _unplanned(source: Source, core: Core, steps: dict[int, Step], lost: set[int]) -> Iterator[Problem]:
    """Yield what planning says of the steps that are not ``lost``, again and again without those it refused."""
    while steps := _without(steps, lost):
        numbers = list(steps)
        try:
            core.plan(Pipeline(name=_NAME, steps=steps.values()), Document("text"))
        except PipelineCycle as error:
            number = next((each for each in numbers if steps[each].id in error.cycle and steps[each].needs), None)
            if number is None:
                yield source.problem(error.reason, "steps")
                return
            yield source.problem(error.reason, "steps", number, "needs")
            steps[number] = evolve(steps[number], needs=())
        except InvalidPipeline as error:
            match = _STEP.search(error.place)
            if match is None:
                yield source.problem(error.reason)
                return
            number = numbers[int(match[1]) - 1]
            if not (isinstance(error.__cause__, UnsupportedInput) and _may_follow(number, steps[number], lost)):
                yield source.problem(error.reason, "steps", number)
            lost.add(number)
        except QualiaError as error:
            yield source.problem(str(error))
            return
        else:
            return


def _without(steps: dict[int, Step], lost: set[int]) -> dict[int, Step]:
    """Return the steps that are neither lost nor need one that is, and count those as lost too."""
    while True:
        kept = {number: step for number, step in steps.items() if number not in lost}
        ids = {step.id for step in kept.values()}
        more = {number for number, step in kept.items() if not ids.issuperset(step.needs or ())}
        if not more:
            return kept
        lost |= more


def _may_follow(number: int, step: Step, lost: set[int]) -> bool:
    """Tell whether what a step misses may be what a lost one before it would have given."""
    return step.needs is None and any(each < number for each in lost)


def _steps(data: object) -> Iterator[tuple[int, Step]]:
    """Yield the steps that can be understood, by their places in the list; params are looked at on their own."""
    steps: Any = data.get("steps") if is_mapping(data) else None
    for number, step in enumerate(steps) if is_sequence(steps) else ():
        plugin: Any = step.get("plugin") if is_mapping(step) else None
        if isinstance(plugin, str) and plugin:
            needs, id_ = step.get("needs"), step.get("id")
            yield (
                number,
                Step(
                    plugin=plugin,
                    id=id_ if isinstance(id_, str) and id_ else plugin,
                    needs=needs if is_texts(needs) else None,
                ),
            )


def _params(step: Mapping[str, Any]) -> Mapping[Any, Any]:
    params = step.get("params")
    return params if is_mapping(params) else {}
