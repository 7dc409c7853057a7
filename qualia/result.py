"""What comes out: a value, how it came about, and artifacts to save or show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Literal, Self, TypeVar

from attrs import field, frozen

from qualia._files import write_whole
from qualia._values import brief, dumps, freeze, from_plain, frozen_mapping, is_mapping, loads, parse_json, to_plain
from qualia.errors import QualiaError

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
    params: Mapping[str, Any] = field(converter=frozen_mapping, repr=brief)
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

    @property
    def file_name(self) -> str:
        """The last part of `name`: a plugin chose it, and it shall name a file, not lead to a folder."""
        last = self.name.replace("\\", "/").rpartition("/")[2]
        return last if last.strip(". ") else "artifact"

    def save(self, path: str | Path | None = None) -> Path:
        """Write the bytes, whole or not at all, and return where; a folder, or None for here, takes `file_name`.

        Raises:
            UnwritableOutput: the folder is missing, full or not writable.
        """
        target = Path(path) if path is not None else Path(self.file_name)
        if target.is_dir():
            target = target / self.file_name
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

    value: T_co = field(repr=brief)
    provenance: Provenance
    key: str
    """What the cache knows it by: the same for the same code, params and inputs."""
    elapsed_s: float = field(eq=False)
    """How long the plugin took, in seconds, when the value was computed."""
    cached: bool = field(default=False, eq=False)
    """True when no plugin was called for it this time."""
    degraded: bool = field(default=False, eq=False)
    """True when an older version of the plugin gave it, because the present one is left alone after failures."""

    def into(self, kind: type[K]) -> Result[K]:
        """Return the same result with its plain value built into ``kind``.

        Raises:
            ValueError: the value does not have that shape.
        """
        value = self.value if isinstance(self.value, kind) else from_plain(to_plain(self.value), kind)
        return Result(
            value=value,
            provenance=self.provenance,
            key=self.key,
            elapsed_s=self.elapsed_s,
            cached=self.cached,
            degraded=self.degraded,
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
        return cls.from_plain(parse_json(text))

    @classmethod
    def from_plain(cls, data: object) -> Result[Any]:
        """Build a result from the plain data that its JSON holds.

        Raises:
            ValueError: it is no result.
        """
        if not is_mapping(data) or "value" not in data:
            raise ValueError("not a result: it has no value")
        return Result(
            value=freeze(data["value"]),
            provenance=from_plain(data.get("provenance"), Provenance),
            key=str(data.get("key", "")),
            elapsed_s=float(data.get("elapsed_s", 0.0)),
            cached=bool(data.get("cached", False)),
            degraded=bool(data.get("degraded", False)),
        )

    def _repr_html_(self) -> str:
        from qualia._display import result_html

        value = self.value if isinstance(self.value, Artifact) else to_plain(self.value)
        return result_html(value, f"{self.provenance.plugin} {self.provenance.version}", self.elapsed_s, self.cached)


class _Travels:
    """What happened, as JSON and back: the values in it come back as plain data, errors as what they were."""

    __slots__ = ()

    def to_json(self, *, indent: int | None = None) -> str:
        """Return it as JSON; `from_json` reads it back."""
        return dumps(self, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what `to_json` wrote; `Result.into` gives a value its type back.

        Raises:
            ValueError: not JSON, or of another shape.
        """
        return loads(text, cls)


@frozen(kw_only=True)
class StepOutcome(_Travels):
    """How one step of a run ended."""

    step: str
    plugin: str
    status: Literal["ok", "failed", "skipped"]
    result: Result[Any] | None = None
    """None unless it is ok."""
    error: QualiaError | None = field(default=None, eq=False)
    """What it raised; None unless it failed."""
    reason: str = ""
    """Why it failed or was skipped; empty otherwise."""


@frozen
class Outcome(_Travels, Mapping[str, Result[Any]]):
    """What a pipeline gave: the results by step, in order; `steps` tells of those that failed or were skipped too."""

    steps: tuple[StepOutcome, ...]

    @property
    def ok(self) -> bool:
        """Whether every step gave a result."""
        return all(each.status == "ok" for each in self.steps)

    def __getitem__(self, step: str) -> Result[Any]:
        """Return the result of a step.

        Raises:
            KeyError: the step has none; what became of it is named.
        """
        for each in self.steps:
            if each.step == step:
                if each.result is None:
                    raise KeyError(f"{step!r} was {each.status}: {each.reason}")
                return each.result
        raise KeyError(step)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the steps that gave a result."""
        return (each.step for each in self.steps if each.result is not None)

    def __len__(self) -> int:
        """Count the steps that gave a result."""
        return sum(1 for _ in self)

    def _repr_html_(self) -> str:
        from qualia._display import outcome_html

        return outcome_html([_row(each) for each in self.steps])


def _row(step: StepOutcome) -> tuple[str, str, str, float | None, str]:
    """Return a step as a notebook shows it: its name, plugin, status, seconds and what it gave."""
    if step.result is None:
        return step.step, step.plugin, step.status, None, step.reason
    value = step.result.value
    told = value.name if isinstance(value, Artifact) else brief(value)
    return step.step, step.plugin, step.status, step.result.elapsed_s, told


@frozen(kw_only=True)
class Mapped(_Travels):
    """What became of one document of a map."""

    index: int
    """Its place among the documents, from 0."""
    document: str
    """Its id."""
    outcome: Outcome | None = None
    """None when it failed."""
    error: QualiaError | None = field(default=None, eq=False)
    """Why it failed; None when it did not."""


@frozen(kw_only=True)
class Rerun(_Travels):
    """What running a provenance again gave, and what differs from then."""

    result: Result[Any]
    differences: tuple[str, ...]
    """What is not as it was, one sentence each: plugin code, versions, inputs. Empty when all is equal."""
    same: bool | None
    """Whether the value is equal; None when only a provenance, no result, was given to compare with."""
