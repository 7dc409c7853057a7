"""Folds a Plan over its inputs, step by step, and tells what happens."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from qualia._engine.guard import Call, Input, as_inputs
from qualia.errors import QualiaError
from qualia.events import EventKind, Observers
from qualia.pipeline import Plan, PlanStep
from qualia.result import Result


def execute(
    plan: Plan, given: Mapping[str, Input], call: Callable[[Call], Result[Any]], observers: Observers
) -> dict[str, Result[Any]]:
    """Run every step in order and return each one's result by its id; the first failure ends the run.

    Args:
        plan: what to run.
        given: the inputs the run starts from: `DOCUMENT` and records by schema.
        call: calls one plugin.
        observers: told when the run and each step start, finish or fail.

    Raises:
        QualiaError: whatever the failing step's call raised.
    """
    run_id = secrets.token_hex(8)
    inputs = dict(given)
    results: dict[str, Result[Any]] = {}
    observers.tell(EventKind.RUN_STARTED, run_id=run_id, name=plan.name, steps=len(plan.steps))
    try:
        for step in plan.steps:
            results[step.id] = _run_step(step, inputs, run_id, call, observers)
            inputs[step.id] = Input(value=results[step.id].value, provenance=results[step.id].provenance)
    except QualiaError as error:
        observers.tell(EventKind.RUN_FAILED, run_id=run_id, name=plan.name, error=str(error))
        raise
    observers.tell(EventKind.RUN_FINISHED, run_id=run_id, name=plan.name)
    return results


def _run_step(
    step: PlanStep,
    inputs: Mapping[str, Input],
    run_id: str,
    call: Callable[[Call], Result[Any]],
    observers: Observers,
) -> Result[Any]:
    document = None if step.document is None else inputs[step.document]
    named = as_inputs(document, {schema: inputs[source] for schema, source in step.records.items()})
    observers.tell(EventKind.STEP_STARTED, run_id=run_id, step=step.id, plugin=step.plugin)
    try:
        result = call(Call(plugin=step.plugin, params=step.params, inputs=named, run_id=run_id, step=step.id))
    except QualiaError as error:
        observers.tell(EventKind.STEP_FAILED, run_id=run_id, step=step.id, plugin=step.plugin, error=str(error))
        raise
    observers.tell(
        EventKind.STEP_FINISHED,
        run_id=run_id,
        step=step.id,
        plugin=step.plugin,
        elapsed_s=result.elapsed_s,
        cached=result.cached,
    )
    return result
