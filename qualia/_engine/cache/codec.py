"""A result as bytes and back. JSON and raw bytes, never pickle: a cache file can hold data, not code."""

from __future__ import annotations

import json
import struct
from typing import Any

from qualia._values import freeze, from_plain, to_plain
from qualia.document import Document
from qualia.records import SCHEMAS, record_type
from qualia.result import Artifact, Provenance, Result

_HEAD = struct.Struct(">I")
_ARTIFACT = "artifact"
_PLAIN = "plain"


def encode(result: Result[Any]) -> bytes:
    """Return a result as bytes: length of the head, the head as JSON, then an artifact's data as it is."""
    value, data = result.value, b""
    if isinstance(value, Artifact):
        kind, data = _ARTIFACT, value.data
        value = {"media_type": value.media_type, "name": value.name}
    else:
        kind = _schema(value)
        value = to_plain(value)
    head = {
        "kind": kind,
        "value": value,
        "provenance": to_plain(result.provenance),
        "key": result.key,
        "elapsed_s": result.elapsed_s,
    }
    text = json.dumps(head, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    encoded = text.encode("utf-8", "surrogatepass")
    return _HEAD.pack(len(encoded)) + encoded + data


def _schema(value: object) -> str:
    """Return a document's or record's schema; plain data has none."""
    return str(getattr(type(value), "schema", _PLAIN))


def decode(body: bytes) -> Result[Any]:
    """Return the result that `encode` made these bytes of.

    Raises:
        ValueError: they are something else.
    """
    if len(body) < _HEAD.size:
        raise ValueError("too short to be a result")
    end = _HEAD.size + _HEAD.unpack_from(body)[0]
    head: Any = json.loads(body[_HEAD.size : end].decode("utf-8", "surrogatepass"))
    try:
        return Result(
            value=_value(head["kind"], head["value"], body[end:]),
            provenance=from_plain(head["provenance"], Provenance),
            key=head["key"],
            elapsed_s=head["elapsed_s"],
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a result: {error}") from error


def _value(kind: str, value: Any, data: bytes) -> Any:
    if kind == _ARTIFACT:
        return Artifact(media_type=value["media_type"], name=value["name"], data=data)
    if kind == Document.schema:
        return from_plain(value, Document)
    if kind in SCHEMAS:
        return from_plain(value, record_type(kind))
    if kind == _PLAIN:
        return freeze(value)
    raise ValueError(f"a result of the unknown kind {kind!r}")
