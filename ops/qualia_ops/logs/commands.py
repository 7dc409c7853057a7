"""Follow what the host of a project does, as log lines."""

from __future__ import annotations

import os
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from qualia.operations import Finished, Operation, OperationContext, Progress, Steps
from qualia.plugin import param
from qualia.protocol.places import host_at
from qualia_ops.extras import need
from qualia_ops.logs.errors import LogUnavailable
from qualia_ops.logs.forms import written
from qualia_ops.logs.lines import LEVELS, line_of
from qualia_ops.logs.scrubbing import scrubbed

if TYPE_CHECKING:
    from qualia.client import HostEvent
    from qualia_ops.logs.following import Following

NO_PROJECT = "no project stands here; go to its folder, or name it with --project"
NO_HOST = "no host of this project runs, so nothing is told; start one with: qualia host"
_EACH_S = 0.25


@frozen
class Params:
    """Which lines are shown, and how."""

    follow: bool = param(False, help="Go on with what happens from now on, until Ctrl-C.")
    json: bool = param(False, help="Write one JSON object a line.")
    level: Literal["debug", "info", "warning", "error"] = param("info", help="Leave out what is less than this.")
    plugin: str = param("", help="Show lines of this plugin alone.")
    lines: int = param(100, ge=0, help="Begin with the latest N lines.")


def _log(context: OperationContext[Params]) -> Steps:
    need("structlog", extra="ops", purpose="writing log lines")
    if context.project is None:
        raise LogUnavailable(NO_PROJECT, 2)
    place = host_at(context.settings.state_dir, os.environ)
    if place is None:
        raise LogUnavailable(NO_HOST)
    from qualia_ops.logs.following import Following

    yield Progress("looking")
    with Following(place) as host:
        latest = _latest(host, context)
        if not context.params.follow:
            return Finished(latest, text="\n".join(_text(each, context.params) for each in latest))
        for each in latest:
            yield Progress(data=each, text=_text(each, context.params))
        while True:
            found = host.next(within_s=_EACH_S)
            facts = None if found is None else _facts(found, context.params)
            yield Progress() if facts is None else Progress(data=facts, text=_text(facts, context.params))


def _latest(host: Following, context: OperationContext[Params]) -> list[dict[str, Any]]:
    """Return what happened before the host was attached to."""
    found: deque[dict[str, Any]] = deque(maxlen=context.params.lines)
    seen = 0
    while seen < host.last and host.is_live:
        context.check()
        event = host.next(within_s=_EACH_S)
        if event is not None:
            seen = max(seen, event.seq)
            facts = _facts(event, context.params)
            found.extend([] if facts is None else [facts])
    return list(found)


def _facts(event: HostEvent, params: Params) -> dict[str, Any] | None:
    """Return what the line of an event holds; None when it is not asked for."""
    line = line_of(
        event.kind,
        at_s=event.at_s,
        run=event.run_id or event.run,
        step=event.step,
        plugin=event.plugin,
        details=event.details,
    )
    is_left_out = LEVELS.index(line.level) < LEVELS.index(params.level)
    if is_left_out or (params.plugin and line.facts.get("plugin") != params.plugin):
        return None
    return scrubbed(line.as_facts(now_s=time.time()))


def _text(facts: dict[str, Any], params: Params) -> str:
    return written(facts, "json" if params.json else "console")


LOG = Operation(
    name="log",
    summary="Show what the host of the project does, as log lines.",
    run=_log,
    params=Params,
    examples=("log", "log --follow --level warning", "log --follow --json --plugin word_frequency"),
    looks=True,
)
