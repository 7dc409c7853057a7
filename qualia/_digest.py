"""One hash for one value: typed, canonical, independent of process, order of keys and Python version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import attrs


def digest(value: object) -> str:
    """Return the sha256 (hex) of a frozen value.

    Types count: ``1``, ``1.0``, ``True`` and ``"1"`` have four digests. Each part carries its length, so no two
    different values feed the same bytes to the hash. Fields excluded from comparison are left out.

    Raises:
        TypeError: the value holds something that is neither plain data, bytes, a datetime nor an attrs class.
    """
    # Loading OpenSSL takes longer than finding the plugins does, so it waits until something is hashed.
    from hashlib import sha256

    parts: list[bytes] = []
    _feed(parts, value)
    return sha256(b"".join(parts)).hexdigest()


def _feed(parts: list[bytes], value: object) -> None:
    """Append the bytes of a value; the most frequent kinds come first."""
    if isinstance(value, str):
        data = value.encode("utf-8", "surrogatepass")
        parts += (b"s%d:" % len(data), data)
    elif value is None:
        parts.append(b"N")
    elif isinstance(value, bool):
        parts.append(b"T" if value else b"F")
    elif isinstance(value, int):
        data = format(value, "x").encode()
        parts.append(b"i%d:%b" % (len(data), data))
    elif isinstance(value, float):
        data = value.hex().encode()
        parts.append(b"f%d:%b" % (len(data), data))
    elif isinstance(value, (tuple, list)):
        items = cast("Sequence[object]", value)
        parts.append(b"l%d:" % len(items))
        for item in items:
            _feed(parts, item)
    elif isinstance(value, dict):
        _feed_mapping(parts, cast("Mapping[str, object]", value))
    else:
        _feed_rarer(parts, value)


def _feed_mapping(parts: list[bytes], mapping: Mapping[str, object]) -> None:
    parts.append(b"m%d:" % len(mapping))
    for key in sorted(mapping):
        _feed(parts, key)
        _feed(parts, mapping[key])


def _feed_rarer(parts: list[bytes], value: object) -> None:
    if attrs.has(kind := type(value)):
        name = str(getattr(kind, "schema", kind.__qualname__)).encode()
        compared = [field.name for field in attrs.fields(kind) if field.eq]
        parts.append(b"a%d:%b%d:" % (len(name), name, len(compared)))
        for each in compared:
            _feed(parts, each)
            _feed(parts, getattr(value, each))
    elif isinstance(value, bytes):
        parts += (b"b%d:" % len(value), value)
    elif isinstance(value, datetime):
        data = value.isoformat().encode()
        parts.append(b"d%d:%b" % (len(data), data))
    elif isinstance(value, Mapping):
        _feed_mapping(parts, cast("Mapping[str, Any]", value))
    else:
        raise TypeError(f"a {type(value).__name__} has no stable digest")
