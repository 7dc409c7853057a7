"""How a Core and its parts are doing: what is looked at, how long a look may take, and the counts it rests on."""

from __future__ import annotations

from qualia._engine.health.monitor import Health, Watched
from qualia._engine.health.readers import Readers
from qualia._engine.health.tally import Tally

__all__ = ["Health", "Readers", "Tally", "Watched"]
