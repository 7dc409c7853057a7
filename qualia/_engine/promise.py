"""What a manifest promises, and whether an answer keeps it."""

from __future__ import annotations

from pathlib import Path
from types import CoroutineType
from typing import Any

from qualia._plugins.catalog import Manifest
from qualia._values import FrozenDict, flaw, freeze, misfit
from qualia.document import Document
from qualia.errors import InvalidOutput
from qualia.records import record_type
from qualia.result import Artifact


def checked(value: object, manifest: Manifest, folder: Path) -> Any:
    """Return what a plugin gave if its manifest promises it; plain data comes back frozen."""
    if isinstance(value, CoroutineType):
        value.close()
        raise InvalidOutput(manifest.id, "a coroutine; its method must be no 'async def'", str(folder))
    promised: type[Any]
    if manifest.kind == "document":
        promised = Document
    elif manifest.kind == "visualizer":
        promised = Artifact
    elif manifest.produces:
        promised = record_type(manifest.produces[0])
    else:
        try:
            return freeze(value, at="the result")
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidOutput(manifest.id, str(error), str(folder)) from error
    if type(value) is not promised:
        error_text = f"a {_kind(value)} where {promised.__name__} was promised"
        raise InvalidOutput(manifest.id, error_text, str(folder))
    found = misfit(value, promised) if manifest.kind == "analyzer" else flaw(value)
    if found is not None:
        raise InvalidOutput(manifest.id, f"{promised.__name__}{found}", str(folder))
    if isinstance(value, Artifact) and type(value.data) is not bytes:
        raise InvalidOutput(manifest.id, f"Artifact.data is a {type(value.data).__name__}; give bytes", str(folder))
    if isinstance(value, Artifact) and value.media_type not in manifest.produces:
        raise InvalidOutput(manifest.id, f"{value.media_type!r} is not among what it produces", str(folder))
    return value


def _kind(value: object) -> str:
    """Return what a plugin's author calls a value's type: a dict that comes from another process is frozen by then."""
    return "dict" if type(value) is FrozenDict else type(value).__name__


def schema_of(manifest: Manifest) -> str | None:
    """Return the schema of what a plugin gives; None for artifacts and plain data."""
    if manifest.kind == "document":
        return Document.schema
    return manifest.produces[0] if manifest.kind == "analyzer" and manifest.produces else None
