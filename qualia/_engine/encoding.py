"""A plugin's value as JSON and raw bytes, and back: what the cache keeps and what goes to a process and comes back.

Never pickle: bytes from a file or another process can hold data, not code. Reading checks no types, so a value comes
back exactly as it was, even where a plugin put an int into a field for floats.
"""

from __future__ import annotations

import base64
import json
import types
import typing
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, cast

import attrs

from qualia._values import FrozenDict, to_plain
from qualia.document import Document
from qualia.records import SCHEMAS, record_type
from qualia.result import Artifact

_ARTIFACT = "artifact"
_PLAIN = "plain"
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
_READ = json.JSONDecoder().raw_decode

Build = Callable[[Any], Any]


def _writer() -> Callable[[object], str]:
    """Return what writes JSON: the encoder in C, made once, where `json.JSONEncoder.encode` makes one for each call."""
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return _ENCODER.encode
    quote: Any = json.encoder.encode_basestring
    parts: Any = make(None, _ENCODER.default, quote, None, ":", ",", False, False, False)
    return lambda value: "".join(parts(value, 0))


_WRITE = _writer()


def json_bytes(value: object) -> bytes:
    """Write JSON; lone surrogates, which texts may hold, too.

    Raises:
        TypeError: something inside is no plain data.
        ValueError: a number inside is not finite, or too long to be written.
        RecursionError: it is nested too deeply.
    """
    return _WRITE(value).encode("utf-8", "surrogatepass")


def json_value(data: bytes | bytearray | memoryview) -> Any:
    """Read what `json_bytes` wrote.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    return _READ(str(data, "utf-8", "surrogatepass"))[0]


def taken_apart(value: Any) -> tuple[str, Any, bytes]:
    """Return a value's kind, its JSON-like part and its raw bytes.

    Raises:
        TypeError: it is neither plain data nor a record, document or artifact.
    """
    if isinstance(value, Artifact):
        return _ARTIFACT, {"media_type": value.media_type, "name": value.name}, value.data
    kind = value.__class__
    if not attrs.has(kind):
        return _PLAIN, value, b""
    schema = str(getattr(kind, "schema", ""))
    if _type_of(schema) != kind:
        raise TypeError(f"a {kind.__name__} is no record and no document")
    return schema, to_plain(value), b""


def put_together(kind: str, value: Any, data: bytes) -> Any:
    """Return the value that `taken_apart` took apart; its JSON-like part is used up.

    Raises:
        ValueError: there is no such kind.
        TypeError: the value does not have that shape.
    """
    if kind == _PLAIN:
        return frozen_json(value)
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


def frozen_json(value: Any) -> Any:
    """Freeze what was just read from JSON, in which only the containers can still change, and which it uses up."""
    kind = value.__class__
    if kind is list:
        return tuple(value) if _are_flat(map(type, value)) else tuple([frozen_json(item) for item in value])
    if kind is dict:
        if not _are_flat(map(type, value.values())):
            for key, item in value.items():
                value[key] = frozen_json(item)
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
    return None if plain or origin is typing.Literal else frozen_json


def _unless_none(build: Build) -> Build:
    return lambda plain: None if plain is None else build(plain)


def _sequence_builder(hint: Any) -> Build:
    build = _field_builder(hint)
    if build is None:
        return cast("Build", tuple)
    item: Build = build
    return lambda plain: tuple([item(each) for each in plain])
