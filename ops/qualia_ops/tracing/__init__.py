"""Spans of runs, steps and plugins for OpenTelemetry, made of the engine's events by the program that embeds Qualia."""

from __future__ import annotations

from qualia_ops.tracing.attached import Tracing, attach
from qualia_ops.tracing.context import continued

__all__ = ["Tracing", "attach", "continued"]
