"""What is to be done in another process, and what it costs at most."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from qualia._plugins.catalog import Manifest
from qualia._plugins.loader import Source

MIB = 1024 * 1024


@frozen(kw_only=True)
class WorkLimits:
    """What one call may use."""

    call_s: float | None = None
    """Longest it may take, in seconds; None for no bound but the run's deadline."""
    memory_bytes: int | None = None
    """Address space its process may use; None for no bound. Not kept on Windows and macOS."""
    cpu_s: float | None = None
    """Processor time it may use, in seconds, told by the full second; None for no bound. Not kept on Windows."""


@frozen(kw_only=True)
class Work:
    """One call to make elsewhere."""

    manifest: Manifest
    source: Source = field(repr=False)
    module: str
    """Names the plugin's generation, and so the processes that may do this work."""
    params: Mapping[str, Any]
    """Plain values by name; the worker builds the params object of them."""
    inputs: Mapping[str, Any] = field(repr=False)
    """Document, record or plain value by argument name."""
    digests: Mapping[str, str]
    """Digest of each input, by argument name: what a worker has is not sent again."""
    run_id: str
    step: str
    limits: WorkLimits
    tell: Callable[[float], object] = field(repr=False)
    """Takes how far the call is, from 0 to 1."""
    log: logging.Logger = field(repr=False)
    """Takes what the plugin logs, and at debug level what it prints."""


@frozen(kw_only=True)
class Bounds:
    """What holds for all workers of one pool."""

    recycle_calls: int = 1000
    """Calls after which a worker is replaced."""
    recycle_bytes: int = 512 * MIB
    """Growth of its peak memory after which it is, too."""
    most: int = 4
    """Workers of one generation at the same time; further calls wait."""
    ready_s: float = 30.0
    """Seconds that importing a plugin may take, and `Plugin.open` again, unless a call may take longer."""
    end_s: float = 2.0
    """Seconds that a plugin's endings may take together when its worker is retired."""
    frame_bytes: int = 256 * MIB
    """Largest input or result."""
    kept_bytes: int = 128 * MIB
    """Inputs that one worker keeps, in bytes of their JSON."""
    children: int = 64
    """Processes that one call may start."""
