"""Figures as text, in Prometheus's own format or in OpenMetrics."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def exposition(registry: Any, *, openmetrics: bool = False) -> str:
    """Return what a registry, or anything else that collects, has to show.

    Args:
        registry: a ``CollectorRegistry``, or a collector.
        openmetrics: whether in the format of OpenMetrics instead of Prometheus's own.
    """
    form: Any = import_module("prometheus_client.openmetrics.exposition" if openmetrics else "prometheus_client")
    text: bytes = form.generate_latest(registry)
    return text.decode()
