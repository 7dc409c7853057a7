"""Figures of a running engine or of a project, as Prometheus reads them.

Two ways in: `attach` for a program that embeds Qualia, ``qualia metrics`` for a project. Both use the names of
`qualia_ops.metrics.names`; ``docs/reference/metrics.md`` lists them.
"""

from __future__ import annotations

from qualia_ops.metrics.attached import Attached, attach
from qualia_ops.metrics.exposition import exposition
from qualia_ops.metrics.names import BUCKETS_S, METRICS, Metric

__all__ = ["BUCKETS_S", "METRICS", "Attached", "Metric", "attach", "exposition"]
