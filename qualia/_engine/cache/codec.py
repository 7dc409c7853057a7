"""A result as bytes and back. JSON and raw bytes, never pickle: a cache file can hold data, not code.

An entry is the lengths of its two heads, the heads as JSON, then an artifact's data as it is. The first head holds
what every result of one plugin and one set of params has in common; it is read once and then known by its bytes.

Reading checks no types: the checksum has already shown that these are the bytes `Codec.encode` wrote. So a value comes
back exactly as it was, even where a plugin put an int into a field for floats.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from qualia._engine.encoding import frozen_json, json_bytes, json_value, put_together, taken_apart
from qualia._values import FrozenDict, to_plain
from qualia.result import Provenance, Result

_LENGTHS = struct.Struct(">II")
_COMMON = ("plugin", "version", "code_hash", "params", "produces", "engine_version", "host")
_KNOWN_HEADS = 256
_PLUGIN = re.compile(rb'\{"plugin": ?"([a-z0-9_]{1,64})"')


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
        kind, value, data = taken_apart(result.value)
        provenance = result.provenance
        common = json_bytes({name: getattr(provenance, name) for name in _COMMON})
        own = json_bytes(
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
            own: list[Any] = json_value(body[middle:end])
            kind, value, key, elapsed_s, inputs, started_at, upstream = own
            return Result(
                value=put_together(kind, value, body[end:]),
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
            known = frozen_json(json_value(head))
            if len(self._heads) >= _KNOWN_HEADS:
                self._heads = {}
            self._heads[head] = known
        return known


def plugin_in(beginning: bytes) -> str:
    """Return the plugin an entry says it is from, by its first hundred bytes; empty when they do not tell."""
    found = _PLUGIN.match(beginning, _LENGTHS.size)
    return "" if found is None else found[1].decode()


def _provenance(value: dict[str, Any]) -> Provenance:
    value["upstream"] = tuple([_provenance(each) for each in value["upstream"]])
    value["started_at"] = datetime.fromisoformat(value["started_at"])
    return Provenance(**value)
