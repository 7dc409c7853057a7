"""Expositions, read again by the parsers of those who scrape them."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def figures(text: str) -> dict[str, float]:
    """Return each sample of an exposition by its name and labels."""
    return {
        f"{sample.name}{{{','.join(f'{name}={value}' for name, value in sorted(sample.labels.items()))}}}": sample.value
        for family in families(text)
        for sample in family.samples
    }


def families(text: str) -> list[Any]:
    """Return the metrics of an exposition in Prometheus's own form."""
    parser: Any = import_module("prometheus_client.parser")
    return list(parser.text_string_to_metric_families(text))


def open_families(text: str) -> list[Any]:
    """Return the metrics of an exposition in the form of OpenMetrics."""
    parser: Any = import_module("prometheus_client.openmetrics.parser")
    return list(parser.text_string_to_metric_families(text))
