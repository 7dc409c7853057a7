"""Qualia turns qualitative text into countable, reproducible, drawable results.

The names below are the whole public surface. They load on first use, so ``import qualia`` costs next to nothing.
"""

from __future__ import annotations

# Type checkers take the name for true; importing it from typing would load 27 modules.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from qualia._version import __version__ as __version__
    from qualia.core import Core as Core
    from qualia.document import Document as Document
    from qualia.document import Segment as Segment
    from qualia.errors import QualiaError as QualiaError
    from qualia.events import Event as Event
    from qualia.pipeline import Pipeline as Pipeline
    from qualia.pipeline import Plan as Plan
    from qualia.pipeline import Step as Step
    from qualia.registry import PluginInfo as PluginInfo
    from qualia.result import Artifact as Artifact
    from qualia.result import Outcome as Outcome
    from qualia.result import Provenance as Provenance
    from qualia.result import Result as Result
    from qualia.settings import Settings as Settings

__all__ = [
    "Artifact",
    "Core",
    "Document",
    "Event",
    "Outcome",
    "Pipeline",
    "Plan",
    "PluginInfo",
    "Provenance",
    "QualiaError",
    "Result",
    "Segment",
    "Settings",
    "Step",
    "__version__",
]

_HOMES = {
    "Artifact": "qualia.result",
    "Core": "qualia.core",
    "Document": "qualia.document",
    "Event": "qualia.events",
    "Outcome": "qualia.result",
    "Pipeline": "qualia.pipeline",
    "Plan": "qualia.pipeline",
    "PluginInfo": "qualia.registry",
    "Provenance": "qualia.result",
    "QualiaError": "qualia.errors",
    "Result": "qualia.result",
    "Segment": "qualia.document",
    "Settings": "qualia.settings",
    "Step": "qualia.pipeline",
    "__version__": "qualia._version",
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
