"""What comes out: a value, how it came about, and artifacts to save or show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from attrs import field, frozen

from qualia._files import write_whole
from qualia._values import FrozenDict, dumps, freeze, from_plain, frozen_mapping, is_mapping, parse_json, to_plain

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
K = TypeVar("K")


@frozen(kw_only=True)
class Provenance:
    """How a value came about: enough to make it again and get the same bytes."""

    plugin: str
    """Plugin id."""
    version: str
    """Version its manifest gives."""
    code_hash: str
    """sha256 (hex) of every file of the plugin."""
    params: Mapping[str, Any] = field(converter=frozen_mapping)
    """All params in force, defaults too."""
    produces: str | None
    """Schema of the record or document in ``value``; None for artifacts and plain data."""
    inputs: Mapping[str, str] = field(converter=frozen_mapping)
    """Digest of each input, by name: "document", or the record's argument name."""
    upstream: tuple[Provenance, ...] = ()
    """How the inputs came about, where a plugin made them."""
    engine_version: str
    started_at: datetime
    """When the plugin was called, in UTC. A cached value keeps the moment it was computed."""
    host: Mapping[str, str] = field(converter=frozen_mapping)
    """Facts of the machine that can change a value, such as the versions of Python and of declared libraries."""


@frozen(kw_only=True)
class Artifact:
    """A picture, page or file made by a visualizer."""

    media_type: str
    data: bytes = field(repr=False)
    name: str
    """File name that fits, with its suffix."""

    def save(self, path: str | Path | None = None) -> Path:
        """Write the bytes, whole or not at all, and return where; a folder, or None for here, takes `name`.

        Raises:
            UnwritableOutput: the folder is missing, full or not writable.
        """
        target = Path(path) if path is not None else Path(self.name)
        if target.is_dir():
            target = target / self.name
        return write_whole(target, self.data)

    def _repr_html_(self) -> str | None:
        return self.data.decode() if self.media_type == "text/html" else None

    def _repr_svg_(self) -> str | None:
        return self.data.decode() if self.media_type == "image/svg+xml" else None

    def _repr_png_(self) -> bytes | None:
        return self.data if self.media_type == "image/png" else None


@frozen(kw_only=True)
class Result(Generic[T_co]):
    """A plugin's answer. Two results are equal when value and provenance are."""

    value: T_co
    provenance: Provenance
    key: str
    """What the cache knows it by: the same for the same code, params and inputs."""
    elapsed_s: float = field(eq=False)
    """How long the plugin took, in seconds, when the value was computed."""
    cached: bool = field(default=False, eq=False)
    """True when no plugin was called for it this time."""

    def into(self, kind: type[K]) -> Result[K]:
        """Return the same result with its plain value built into ``kind``.

        Raises:
            ValueError: the value does not have that shape.
        """
        value = self.value if isinstance(self.value, kind) else from_plain(to_plain(self.value), kind)
        return Result(
            value=value, provenance=self.provenance, key=self.key, elapsed_s=self.elapsed_s, cached=self.cached
        )

    def to_json(self, *, indent: int | None = None) -> str:
        """Return value and provenance as JSON."""
        return dumps(self, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Result[Any]:
        """Read what `to_json` wrote, the value as plain data; `into` gives it its type back.

        Raises:
            ValueError: not JSON, or not a result.
        """
        data: object = parse_json(text)
        if not is_mapping(data) or "value" not in data:
            raise ValueError("not a result: it has no value")
        return Result(
            value=freeze(data["value"]),
            provenance=from_plain(data.get("provenance"), Provenance),
            key=str(data.get("key", "")),
            elapsed_s=float(data.get("elapsed_s", 0.0)),
            cached=bool(data.get("cached", False)),
        )


@frozen
class Outcome(Mapping[str, Result[Any]]):
    """What a pipeline gave: each step's result by the step's name, in the order they ran."""

    results: Mapping[str, Result[Any]] = field(converter=FrozenDict)

    def __getitem__(self, step: str) -> Result[Any]:
        """Return the result of a step."""
        return self.results[step]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the steps' names."""
        return iter(self.results)

    def __len__(self) -> int:
        """Count the steps."""
        return len(self.results)
