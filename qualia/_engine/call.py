"""A call that is to be made, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from qualia._engine.inputs import Input
from qualia._plugins.keys import Isolation
from qualia.cancel import Control
from qualia.registry import Snapshot


@frozen(kw_only=True)
class How:
    """How the calls of one run are made."""

    isolation: Isolation | None = None
    """Where; None as each plugin's manifest and the settings say."""
    degraded: bool = False
    """Whether an older version's answer will do when a plugin is left alone after too many failures."""
    fresh: bool = False
    """Whether a plugin is called whatever the cache holds."""


@frozen(kw_only=True)
class Call:
    """One call to make."""

    plugin: str
    plugins: Snapshot
    """The plugins of its run, leased by it."""
    params: Any
    """What `Guard.params` returned."""
    inputs: Mapping[str, Input]
    """"document" and the records' argument names."""
    run_id: str
    step: str
    control: Control
    """What can end the run early."""
    how: How = How()


@frozen(kw_only=True)
class Clocks:
    """Where the time comes from."""

    monotonic: Callable[[], float]
    """Seconds that never go back."""
    wall: Callable[[], float]
    """Seconds since 1970."""
