"""Qualia turns qualitative text into countable, reproducible, drawable results.

The names below are the whole public surface. They load on first use, so ``import qualia`` costs next to nothing.
"""

from __future__ import annotations

# Type checkers take the name for true; importing it from typing would load 27 modules.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from qualia._version import __version__ as __version__
    from qualia.cache import CacheBackend as CacheBackend
    from qualia.cache import CacheStats as CacheStats
    from qualia.cancel import CancelToken as CancelToken
    from qualia.circuit import BreakerPolicy as BreakerPolicy
    from qualia.circuit import CircuitBreaker as CircuitBreaker
    from qualia.citation import Methods as Methods
    from qualia.citation import methods as methods
    from qualia.core import Core as Core
    from qualia.crate import export_crate as export_crate
    from qualia.document import Document as Document
    from qualia.document import Segment as Segment
    from qualia.errors import QualiaError as QualiaError
    from qualia.events import Event as Event
    from qualia.history import History as History
    from qualia.pipeline import Pipeline as Pipeline
    from qualia.pipeline import Plan as Plan
    from qualia.pipeline import Step as Step
    from qualia.registry import PluginInfo as PluginInfo
    from qualia.registry import PluginVersion as PluginVersion
    from qualia.result import Artifact as Artifact
    from qualia.result import Mapped as Mapped
    from qualia.result import Outcome as Outcome
    from qualia.result import Provenance as Provenance
    from qualia.result import Rerun as Rerun
    from qualia.result import Result as Result
    from qualia.result import StepOutcome as StepOutcome
    from qualia.settings import Settings as Settings

__all__ = [
    "Artifact",
    "BreakerPolicy",
    "CacheBackend",
    "CacheStats",
    "CancelToken",
    "CircuitBreaker",
    "Core",
    "Document",
    "Event",
    "History",
    "Mapped",
    "Methods",
    "Outcome",
    "Pipeline",
    "Plan",
    "PluginInfo",
    "PluginVersion",
    "Provenance",
    "QualiaError",
    "Rerun",
    "Result",
    "Segment",
    "Settings",
    "Step",
    "StepOutcome",
    "__version__",
    "export_crate",
    "methods",
]

_HOMES = {
    "Artifact": "qualia.result",
    "BreakerPolicy": "qualia.circuit",
    "CacheBackend": "qualia.cache",
    "CacheStats": "qualia.cache",
    "CancelToken": "qualia.cancel",
    "CircuitBreaker": "qualia.circuit",
    "Core": "qualia.core",
    "Document": "qualia.document",
    "Event": "qualia.events",
    "History": "qualia.history",
    "Mapped": "qualia.result",
    "Methods": "qualia.citation",
    "Outcome": "qualia.result",
    "Pipeline": "qualia.pipeline",
    "Plan": "qualia.pipeline",
    "PluginInfo": "qualia.registry",
    "PluginVersion": "qualia.registry",
    "Provenance": "qualia.result",
    "QualiaError": "qualia.errors",
    "Rerun": "qualia.result",
    "Result": "qualia.result",
    "Segment": "qualia.document",
    "Settings": "qualia.settings",
    "Step": "qualia.pipeline",
    "StepOutcome": "qualia.result",
    "__version__": "qualia._version",
    "export_crate": "qualia.crate",
    "methods": "qualia.citation",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'qualia' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
