"""What remains of a run: its entry in the log, and what a second run of the same differs in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from qualia._digest import digest
from qualia._engine.execute import Run
from qualia._engine.inputs import Input
from qualia._engine.plan import Available
from qualia._plugins.catalog import Manifest
from qualia._values import dumps, freeze, to_plain
from qualia.errors import CoreClosed, DeadlineExceeded, InvalidParam, QualiaError, RunCancelled, UnsupportedInput
from qualia.history import RunEntry, RunOutcome, StepEntry
from qualia.pipeline import DOCUMENT, Plan, PlanStep
from qualia.records import argument_name
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
    return "cancelled" if isinstance(error, (CoreClosed, DeadlineExceeded, RunCancelled)) else "failed"


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


def as_plan(provenance: Provenance, inputs: Mapping[str, Input], available: Available) -> Plan:
    """Return the steps that lead to a provenance, its own last, each taking from the others exactly what it took then.

    A `Pipeline` could not say that: it leaves it to planning where a step's document comes from.

    Raises:
        InvalidParam: a plugin no longer takes one of the params.
        UnsupportedInput: a plugin takes other inputs now, or what was given then is not given now.
        UnknownPlugin: a plugin is gone.
        PluginError: a plugin cannot be loaded.
    """
    again = _Again(inputs, available)
    again.add(provenance)
    return Plan(name=f"rerun {provenance.plugin}", steps=tuple(again.steps.values()))


class _Again:
    """Collects the steps of a rerun; those that did the same are one."""

    def __init__(self, inputs: Mapping[str, Input], available: Available) -> None:
        self._inputs: Mapping[str, Input] = inputs
        self._available: Available = available
        self._known: dict[str, str] = {}
        self.steps: dict[str, PlanStep] = {}

    def add(self, provenance: Provenance) -> str:
        """Add the steps that lead to a provenance, then its own, and return its id."""
        manifest = self._available.manifest(provenance.plugin)
        _check_inputs(manifest, provenance)
        made = {_input_name(each): self.add(each) for each in provenance.upstream}
        sources = {name: made.get(name) or self._given(name, provenance) for name in provenance.inputs}
        # Digests, because 1, 1.0 and True are one to a dict.
        same = digest((provenance.plugin, provenance.params, sources))
        if same in self._known:
            return self._known[same]
        id_, number = provenance.plugin, 2
        while id_ in self.steps:
            id_, number = f"{provenance.plugin}_{number}", number + 1
        document = sources.pop("document", None)
        schemas = {argument_name(schema): schema for schema in manifest.known_records}
        self.steps[id_] = PlanStep(
            id=id_,
            plugin=provenance.plugin,
            params=self._params(manifest, provenance),
            document=document,
            records={schemas[name]: source for name, source in sources.items()},
            needs=tuple(dict.fromkeys(made.values())),
        )
        self._known[same] = id_
        return id_

    def _given(self, name: str, provenance: Provenance) -> str:
        """Return what an input that no plugin made is known by among those given."""
        for reference in self._inputs:
            if name == ("document" if reference == DOCUMENT else argument_name(reference)):
                return reference
        raise UnsupportedInput(provenance.plugin, f"was given {_article(name)}; give the same one to run it again")

    def _params(self, manifest: Manifest, provenance: Provenance) -> object:
        try:
            return self._available.params(provenance.plugin, provenance.params)
        except InvalidParam as error:
            versions = f"it was run with version {provenance.version}, and {manifest.version} is here now"
            raise InvalidParam(error.plugin, error.param, f"{error.reason} ({versions})") from error


def _article(name: str) -> str:
    return "a document" if name == "document" else f"the record {name!r}"


def _input_name(upstream: Provenance) -> str:
    """Return the name under which a step's value is the input of another."""
    return argument_name(upstream.produces or "")


def _check_inputs(manifest: Manifest, provenance: Provenance) -> None:
    takes = {argument_name(schema) for schema in manifest.consumed(provenance.params)}
    takes |= set() if manifest.kind == "visualizer" else {"document"}
    if takes != set(provenance.inputs):
        then, now = (", ".join(sorted(names)) or "nothing" for names in (provenance.inputs, takes))
        reason = f"took {then} in version {provenance.version}, and takes {now} in version {manifest.version}"
        raise UnsupportedInput(manifest.id, f"cannot be run again: it {reason}")


def unmade(inputs: Mapping[str, Input]) -> dict[str, Input]:
    """Return what a rerun is given without how it came about: only what the first run knew of it counts."""
    return {name: Input(value=each.value) for name, each in inputs.items()}


def compared(before: Provenance | Result[Any], after: Result[Any]) -> Rerun:
    """Return a rerun's result with what is not as it was, nearest first."""
    earlier = before.provenance if isinstance(before, Result) else before
    same = _is_same(before.value, after.value) if isinstance(before, Result) else None
    differences = tuple(_differences(earlier, after.provenance))
    if same is False and not differences:
        differences = (f"value of {earlier.plugin}: not equal, although nothing it is made of differs",)
    return Rerun(result=after, differences=differences, same=same)


def _is_same(before: object, after: object) -> bool:
    """Tell whether two values are equal; one that was read from JSON is plain data."""
    if type(before) is not type(after):
        before, after = (freeze(to_plain(each)) for each in (before, after))
    return digest(before) == digest(after)


def _differences(before: Provenance, after: Provenance) -> list[str]:
    plugin = before.plugin
    facts = [
        ("plugin", plugin, after.plugin),
        (f"version of {plugin}", before.version, after.version),
        (f"code of {plugin}", before.code_hash, after.code_hash),
        ("engine", before.engine_version, after.engine_version),
        *_pairs("param {} of {}", plugin, before.params, after.params),
        *_pairs("{}", plugin, before.host, after.host),
        *_pairs("input {} of {}", plugin, before.inputs, after.inputs),
    ]
    found = [
        f"{what}: {_short(then)} then, {_short(now)} now" for what, then, now in facts if digest(then) != digest(now)
    ]
    now_made = {_input_name(each): each for each in after.upstream}
    for each in before.upstream:
        if _input_name(each) in now_made:
            found += _differences(each, now_made[_input_name(each)])
    return list(dict.fromkeys(found))


def _pairs(
    what: str, plugin: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, object, object]]:
    for name in sorted({*before, *after}):
        yield what.format(name, plugin), before.get(name, _NONE), after.get(name, _NONE)


_NONE = "none"
_HASH_LENGTH = 64


def _short(value: object) -> str:
    """Write a value for people; of a hash the beginning tells enough."""
    if isinstance(value, str):
        return value[:12] if len(value) == _HASH_LENGTH else value
    return dumps(value)
