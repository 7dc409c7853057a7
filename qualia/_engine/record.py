"""What remains of a run: its entry in the log, and what a second run of the same differs in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from qualia._digest import digest
from qualia._engine.execute import Run
from qualia.errors import DeadlineExceeded, QualiaError, RunCancelled
from qualia.history import RunEntry, RunOutcome, StepEntry
from qualia.pipeline import DOCUMENT, Pipeline, Step
from qualia.result import Provenance, Rerun, Result, StepOutcome


def first_error(steps: tuple[StepOutcome, ...]) -> QualiaError | None:
    """Return the error of the first step that failed; None when none did."""
    return next((step.error for step in steps if step.error is not None), None)


def run_entry(
    run: Run,
    steps: tuple[StepOutcome, ...],
    error: QualiaError | None,
    *,
    started_s: float,
    elapsed_s: float,
) -> RunEntry:
    """Return the log's entry of a run that is over."""
    document = run.given.get(DOCUMENT)
    return RunEntry(
        run_id=run.run_id,
        name=run.plan.name,
        document=None if document is None else document.value.id,
        started_at=datetime.fromtimestamp(started_s, UTC),
        elapsed_s=max(0.0, elapsed_s),
        outcome=_outcome(error),
        error="" if error is None else str(error),
        steps=tuple(_step_entry(step) for step in steps),
    )


def _outcome(error: QualiaError | None) -> RunOutcome:
    if error is None:
        return "ok"
    return "cancelled" if isinstance(error, (RunCancelled, DeadlineExceeded)) else "failed"


def _step_entry(step: StepOutcome) -> StepEntry:
    if step.result is None:
        return StepEntry(
            step=step.step,
            plugin=step.plugin,
            outcome=step.status,
            elapsed_s=0.0,
            error=step.reason,
        )
    return StepEntry(
        step=step.step,
        plugin=step.plugin,
        outcome=step.status,
        elapsed_s=step.result.elapsed_s,
        cached=step.result.cached,
        key=step.result.key,
        provenance=step.result.provenance,
    )


def as_pipeline(provenance: Provenance) -> Pipeline:
    """Return the steps that lead to a provenance, each needing those it took its inputs from, its own last."""
    steps: dict[str, Step] = {}
    _add(provenance, steps)
    return Pipeline(steps=steps.values(), name=f"rerun {provenance.plugin}")


def _add(provenance: Provenance, steps: dict[str, Step]) -> str:
    needs = tuple(_add(each, steps) for each in provenance.upstream)
    params = dict(provenance.params)
    for known in steps.values():
        if (known.plugin, dict(known.params), known.needs) == (
            provenance.plugin,
            params,
            needs,
        ):
            return known.id
    id_ = provenance.plugin if provenance.plugin not in steps else f"{provenance.plugin}_{len(steps)}"
    steps[id_] = Step(id=id_, plugin=provenance.plugin, params=params, needs=needs)
    return id_


def compared(before: Provenance | Result[Any], after: Result[Any]) -> Rerun:
    """Return a rerun's result with what is not as it was, nearest first."""
    earlier = before.provenance if isinstance(before, Result) else before
    same = digest(before.value) == digest(after.value) if isinstance(before, Result) else None
    return Rerun(
        result=after,
        differences=tuple(_differences(earlier, after.provenance)),
        same=same,
    )


def _differences(before: Provenance, after: Provenance) -> list[str]:
    pairs = [
        (f"version of {before.plugin}", before.version, after.version),
        (f"code of {before.plugin}", before.code_hash[:12], after.code_hash[:12]),
        (f"params of {before.plugin}", dict(before.params), dict(after.params)),
        ("engine", before.engine_version, after.engine_version),
    ]
    names = sorted({*before.host, *after.host})
    pairs.extend((name, before.host.get(name, "none"), after.host.get(name, "none")) for name in names)
    for name in sorted({*before.inputs, *after.inputs}):
        then, now = before.inputs.get(name, "none"), after.inputs.get(name, "none")
        pairs.append((f"input {name} of {before.plugin}", then[:12], now[:12]))
    found = [f"{what}: {then} then, {now} now" for what, then, now in pairs if then != now]
    if len(before.upstream) != len(after.upstream):
        return [
            *found,
            f"steps before {before.plugin}: {len(before.upstream)} then, {len(after.upstream)} now",
        ]
    upstream = zip(before.upstream, after.upstream, strict=True)
    return list(dict.fromkeys([*found, *(each for pair in upstream for each in _differences(*pair))]))
