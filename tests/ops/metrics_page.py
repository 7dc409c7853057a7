"""``python -m tests.ops.metrics_page``: write docs/reference/metrics.md anew from the table of metrics."""

from __future__ import annotations

from pathlib import Path

from qualia_ops.metrics.names import BUCKETS_S, METRICS, MOST_COMPONENTS, MOST_PLUGINS, Metric

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
HEAD = """# Metrics

What Qualia tells Prometheus. `program` marks what a program that embeds Qualia exposes through
`qualia_ops.metrics.attach`, `project` what `qualia metrics` shows of a project; [Monitor](../how-to/monitor.md) says
how to use both. This page is written from the code by `python -m tests.ops.metrics_page`.

- Every figure of `project` also has the label `project`, the name of the project's folder or what `--label` says.
- Nothing says anything of a document: no text, no title, no id. Labels are bounded: the first {plugins} plugins have
  one of their own and all further ones share `other`, as do components of health beyond {components}.
- Counters begin at 0 with the process in a program; those of a project come from its log of runs and never sink.
- A histogram's buckets end at {buckets} s. In a project only number and sum are known, so there is one bucket.
- Without a host a project has no breakers, no memory and no use of the cache: only a running engine knows these.

| metric | type | labels | where | what it tells |
|---|---|---|---|---|
"""


def page() -> str:
    """Return the page."""
    buckets = ", ".join(f"{each:g}" for each in BUCKETS_S)
    head = HEAD.format(plugins=MOST_PLUGINS, components=MOST_COMPONENTS, buckets=buckets)
    return head + "".join(map(_row, METRICS)) + _labels()


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{each}`" for each in metric.labels) or "-"
    where = ", ".join(metric.origins)
    return f"| `{metric.name}` | {metric.kind} | {labels} | {where} | {metric.help} |\n"


def _labels() -> str:
    rows = [
        f"| `{metric.name}` | `{label}` | {told} |\n" for metric in METRICS for label, told in metric.labels.items()
    ]
    return "\n## What labels say\n\n| metric | label | values |\n|---|---|---|\n" + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
