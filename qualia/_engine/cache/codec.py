"""A result as bytes and back. JSON and raw bytes, never pickle: a cache file can hold data, not code.

An entry is the lengths of its two heads, the heads as JSON, then an artifact's data as it is. The first head holds
what every result of one plugin and one set of params has in common; it is read once and then known by its bytes.

Reading checks no types: the checksum has already shown that these are the bytes `Codec.encode` wrote. So a value comes
back exactly as it was, even where a plugin put an int into a field for floats.
"""

from __future__ import annotations

import base64
import json
import struct
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, cast

import attrs

from qualia._values import FrozenDict, to_plain
from qualia.document import Document
from qualia.records import SCHEMAS, record_type
from qualia.result import Artifact, Provenance, Result

_LENGTHS = struct.Struct(">II")
_ARTIFACT = "artifact"
_PLAIN = "plain"
_COMMON = ("plugin", "version", "code_hash", "params", "produces", "engine_version", "host")
_KNOWN_HEADS = 256
_WRITE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_READ = json.JSONDecoder().raw_decode

Build = Callable[[Any], Any]


class Codec:
    """Turns results into bytes and back; it remembers the heads that many results share."""

    def __init__(self) -> None:
        self._heads: dict[bytes, Mapping[str, Any]] = {}

    def encode(self, result: Result[Any]) -> bytes:
        """Return a result as bytes.

        Raises:
            TypeError: something inside is no plain data, record, document or artifact.
            ValueError: a number inside is not finite, or too long to be written.
            RecursionError: it is nested too deeply.
        """
        kind, value, data = _taken_apart(result.value)
        provenance = result.provenance
        common = _json({name: getattr(provenance, name) for name in _COMMON})
        own = _json(
            (
                kind,
                value,
                result.key,
                result.elapsed_s,
                provenance.inputs,
                provenance.started_at.isoformat(),
                [to_plain(each) for each in provenance.upstream],
            )
        )
        return b"".join((_LENGTHS.pack(len(common), len(own)), common, own, data))

    def decode(self, body: bytes) -> Result[Any]:
        """Return the result that `encode` made these bytes of.

        Raises:
            ValueError: they are something else.
        """
        try:
            common_length, own_length = _LENGTHS.unpack_from(body)
            middle = _LENGTHS.size + common_length
            end = middle + own_length
            text = body[middle:end].decode("utf-8", "surrogatepass")
            own: list[Any] = _READ(text)[0]
            kind, value, key, elapsed_s, inputs, started_at, upstream = own
            return Result(
                value=_put_together(kind, value, body[end:]),
                provenance=Provenance(
                    **self._head(body[_LENGTHS.size : middle]),
                    inputs=FrozenDict(inputs),
                    upstream=tuple([_provenance(each) for each in upstream]),
                    started_at=datetime.fromisoformat(started_at),
                ),
                key=key,
                elapsed_s=elapsed_s,
            )
        except (TypeError, LookupError, AttributeError, struct.error, RecursionError) as error:
            raise ValueError(f"not a result: {error}") from error

    def _head(self, head: bytes) -> Mapping[str, Any]:
        known = self._heads.get(head)
        if known is None:
            known = _frozen(_READ(head.decode("utf-8", "surrogatepass"))[0])
            if len(self._heads) >= _KNOWN_HEADS:
                self._heads = {}
            self._heads[head] = known
        return known


def _json(value: object) -> bytes:
    return _WRITE(value).encode("utf-8", "surrogatepass")


def _taken_apart(value: Any) -> tuple[str, Any, bytes]:
    """Return a value's kind, its JSON-like part and its raw bytes."""
    if isinstance(value, Artifact):
        return _ARTIFACT, {"media_type": value.media_type, "name": value.name}, value.data
    kind = value.__class__
    if not attrs.has(kind):
        return _PLAIN, value, b""
    schema = str(getattr(kind, "schema", ""))
    if _type_of(schema) != kind:
        raise TypeError(f"a {kind.__name__} is no record and no document")
    return schema, to_plain(value), b""


def _put_together(kind: str, value: Any, data: bytes) -> Any:
    if kind == _PLAIN:
        return _frozen(value)
    if kind == _ARTIFACT:
        return Artifact(data=data, **value)
    wanted = _type_of(kind)
    if wanted is None:
        raise ValueError(f"a result of the unknown kind {kind!r}")
    return _builder(cast("Hashable", wanted))(value)


def _type_of(schema: str) -> type[Any] | None:
    if schema == Document.schema:
        return Document
    return record_type(schema) if schema in SCHEMAS else None


def _provenance(value: dict[str, Any]) -> Provenance:
    value["upstream"] = tuple([_provenance(each) for each in value["upstream"]])
    value["started_at"] = datetime.fromisoformat(value["started_at"])
    return Provenance(**value)


def _frozen(value: Any) -> Any:
    """Freeze what was just read from JSON, in which only the containers can still change, and which it uses up."""
    kind = value.__class__
    if kind is list:
        return tuple(value) if _are_flat(map(type, value)) else tuple([_frozen(item) for item in value])
    if kind is dict:
        if not _are_flat(map(type, value.values())):
            for key, item in value.items():
                value[key] = _frozen(item)
        return FrozenDict(value)
    return value


_are_flat = frozenset((dict, list)).isdisjoint


@cache
def _builder(kind: Hashable) -> Build:
    """Return what makes an object of a class out of the mapping that JSON gave, which it uses up."""
    made = cast("type[Any]", kind)
    hints = typing.get_type_hints(made)
    nested = [(each.name, build) for each in attrs.fields(made) if (build := _field_builder(hints[each.name]))]

    def build_object(plain: Any) -> Any:
        for name, build in nested:
            plain[name] = build(plain[name])
        return made(**plain)

    return build_object if nested else lambda plain: made(**plain)


def _field_builder(hint: Any) -> Build | None:
    """Return what makes a field's value out of its JSON; None when JSON gives it as it is."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        builds = [build for each in arguments if (build := _field_builder(each))]
        return _unless_none(builds[0]) if builds else None
    if origin is tuple:
        return _sequence_builder(arguments[0])
    if hint is bytes:
        return base64.b64decode
    if attrs.has(hint):
        return _builder(cast("Hashable", hint))
    plain = isinstance(hint, type) and hint in (str, int, float, bool, type(None))
    return None if plain or origin is typing.Literal else _frozen


def _unless_none(build: Build) -> Build:
    return lambda plain: None if plain is None else build(plain)


def _sequence_builder(hint: Any) -> Build:
    build = _field_builder(hint)
    if build is None:
        return cast("Build", tuple)
    item: Build = build
    return lambda plain: tuple([item(each) for each in plain])
