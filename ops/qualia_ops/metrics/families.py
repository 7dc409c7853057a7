"""Samples by metric, on their way to an exposition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from qualia_ops.metrics.names import BUCKETS_S, METRICS, Metric

if TYPE_CHECKING:
    from prometheus_client.core import Metric as Family

Labels = tuple[tuple[str, str], ...]


class Families:
    """Collects samples. Several with the same labels are one, their sum: so those that share a label's value add up.

    Args:
        constant: labels that every sample has.
    """

    def __init__(self, constant: Mapping[str, str] | None = None) -> None:
        self._constant: Mapping[str, str] = constant or {}
        self._samples: dict[Metric, dict[tuple[str, Labels], float]] = {}

    def add(self, metric: Metric, value: float, **labels: str) -> None:
        """Add a sample of a counter or a gauge."""
        self._add(metric, metric.name, value, labels)

    def add_states(self, metric: Metric, label: str, states: Mapping[str, bool], **labels: str) -> None:
        """Add a sample for each state something may be in: 1 for the one it is in, 0 for the others."""
        for state, is_it in states.items():
            self._add(metric, metric.name, float(is_it), {**labels, label: state})

    def add_histogram(self, metric: Metric, buckets: Sequence[int], total_s: float, **labels: str) -> None:
        """Add a histogram of seconds; ``buckets`` tells how many fell into each, and behind the last bound."""
        count = 0
        for bound, number in zip((*map(repr, BUCKETS_S), "+Inf"), buckets, strict=True):
            count += number
            self._add(metric, f"{metric.name}_bucket", count, {**labels, "le": bound})
        self._add(metric, f"{metric.name}_count", count, labels)
        self._add(metric, f"{metric.name}_sum", total_s, labels)

    def add_times(self, metric: Metric, *, count: float, total_s: float, **labels: str) -> None:
        """Add a histogram of which only number and sum are known, so that it has the one bucket for everything."""
        self._add(metric, f"{metric.name}_bucket", count, {**labels, "le": "+Inf"})
        self._add(metric, f"{metric.name}_count", count, labels)
        self._add(metric, f"{metric.name}_sum", total_s, labels)

    def collected(self) -> Iterator[Family]:
        """Yield the metrics that have samples, in the order of the table."""
        from prometheus_client.core import Metric as Family

        for metric in METRICS:
            samples = self._samples.get(metric)
            if samples is None:
                continue
            family = Family(metric.family, metric.help, metric.kind)
            for (name, labels), value in samples.items():
                family.add_sample(name, dict(labels), value)
            yield family

    def _add(self, metric: Metric, name: str, value: float, labels: Mapping[str, str]) -> None:
        samples = self._samples.setdefault(metric, {})
        place = name, tuple({**labels, **self._constant}.items())
        samples[place] = samples.get(place, 0.0) + value
