"""Show figures of a project for Prometheus, or write them for node_exporter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from qualia.operations import Finished, Operation, OperationContext, Progress, Steps
from qualia.plugin import param
from qualia_ops.extras import need
from qualia_ops.metrics.errors import MetricsFailed
from qualia_ops.words import _

if TYPE_CHECKING:
    from qualia_ops.metrics.project import Seen

PURPOSE = "showing figures for Prometheus"
NO_PROJECT = "no project stands here; go to its folder, or name it with --project"


@frozen
class Params:
    """How figures are written."""

    textfile: str | None = param(None, help="Write them into this file or folder of node_exporter instead.")
    openmetrics: bool = param(False, help="Write them as OpenMetrics.")
    label: str = param("", help="What the label project says; the name of the project's folder otherwise.")


def _metrics(context: OperationContext[Params]) -> Steps:
    need("prometheus_client", extra="ops", purpose=PURPOSE)
    from qualia_ops.metrics.exposition import exposition
    from qualia_ops.metrics.project import seen

    params = context.params
    if params.textfile is not None and params.openmetrics:
        raise MetricsFailed("the textfile collector reads no OpenMetrics; leave --openmetrics out", 2)
    if context.project is None:
        raise MetricsFailed(NO_PROJECT, 2)
    yield Progress("looking")
    found = seen(context.project, context.settings.state_dir, name=params.label)
    if params.textfile is None:
        # A line of output ends by itself, and the text's own last one must not make an empty line.
        return Finished(_samples(found), text=exposition(found, openmetrics=params.openmetrics).rstrip("\n"))
    return _written(found, Path(params.textfile).expanduser())


def _written(found: Seen, path: Path) -> Finished:
    from qualia_ops.metrics.exposition import exposition
    from qualia_ops.metrics.textfile import write_textfile

    name = re.sub(r"[^\w.-]+", "-", found.project)
    written = write_textfile(path, exposition(found), default_name=f"qualia-{name}")
    count = len(_samples(found))
    text = _("wrote {count} figures to {path}", count=count, path=written)
    return Finished({"path": str(written), "figures": count}, text=text)


def _samples(found: Seen) -> list[dict[str, object]]:
    return [
        {"name": sample.name, "labels": dict(sample.labels), "value": sample.value}
        for family in found.collect()
        for sample in family.samples
    ]


METRICS = Operation(
    name="metrics",
    summary="Show figures of the project, as Prometheus reads them.",
    run=_metrics,
    params=Params,
    examples=("metrics", "metrics --textfile /var/lib/prometheus/node-exporter", "metrics --openmetrics"),
    looks=lambda params: params.textfile is None,
)
