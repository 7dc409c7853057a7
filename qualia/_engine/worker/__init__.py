"""Plugins in processes of their own, which can be killed: a hang, a crash or a memory bomb costs only its own call."""

from qualia._engine.worker.pool import Workers
from qualia._engine.worker.work import Work, WorkLimits

__all__ = ["Work", "WorkLimits", "Workers"]
