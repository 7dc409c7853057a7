"""What ``--verbose`` tells of a run: its plan, and of every step whether it was computed and how long it took."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from qualia.cli.output import Face
from qualia.cli.words import _
from qualia.core import Core
from qualia.errors import QualiaError
from qualia.events import Event, EventKind


@contextmanager
def narrated(core: Core, face: Face) -> Generator[None, None, None]:
    """Tell of a Core's steps as long as the block lasts, when every detail is asked for."""
    if not face.is_verbose:
        yield
        return
    unsubscribe = core.subscribe(lambda event: _tell(event, face), wait=True)
    try:
        yield
    finally:
        unsubscribe()


def tell_plan(core: Core, plugin: str, params: Mapping[str, Any], given: object, face: Face) -> None:
    """Tell which steps a plugin's answer takes, in order, when every detail is asked for."""
    if not face.is_verbose:
        return
    try:
        plan = core.plan({"name": plugin, "steps": [{"plugin": plugin, "params": dict(params)}]}, given)
    except QualiaError:
        # The run itself says what is wrong, and better.
        return
    face.detail(_("plan: {steps}", steps=" -> ".join(step.plugin for step in plan.steps)))


def _tell(event: Event, face: Face) -> None:
    step = event.step or event.plugin or ""
    if event.kind is EventKind.STEP_FINISHED:
        name, seconds = _named(step, event.plugin), f"{event.details.get('elapsed_s', 0.0):.2f}"
        is_known = event.details.get("cached")
        told = (
            _("{step}: from the cache", step=name) if is_known else _("{step}: {seconds} s", step=name, seconds=seconds)
        )
        face.detail(told)
    elif event.kind is EventKind.STEP_FAILED:
        face.detail(_("{step}: failed", step=_named(step, event.plugin)))


def _named(step: str, plugin: str | None) -> str:
    return step if plugin is None or plugin == step else f"{step} ({plugin})"
