"""One hash for one value: typed, canonical, independent of process, order of keys and Python version."""

from __future__ import annotations

import hashlib
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
    sha = hashlib.sha256()
    _feed(sha, value)
    return sha.hexdigest()


def _feed(sha: Any, value: object) -> None:
    if value is None:
        sha.update(b"N")
    elif isinstance(value, bool):
        sha.update(b"T" if value else b"F")
    elif isinstance(value, int):
        _feed_bytes(sha, b"i", format(value, "x").encode())
    elif isinstance(value, float):
        _feed_bytes(sha, b"f", value.hex().encode())
    elif isinstance(value, str):
        _feed_bytes(sha, b"s", value.encode("utf-8", "surrogatepass"))
    elif isinstance(value, bytes):
        _feed_bytes(sha, b"b", value)
    elif isinstance(value, datetime):
        _feed_bytes(sha, b"d", value.isoformat().encode())
    else:
        _feed_container(sha, value)


def _feed_bytes(sha: Any, tag: bytes, data: bytes) -> None:
    sha.update(tag + str(len(data)).encode() + b":")
    sha.update(data)


def _feed_container(sha: Any, value: object) -> None:
    if isinstance(value, (tuple, list)):
        items = cast("Sequence[object]", value)
        sha.update(b"l" + str(len(items)).encode() + b":")
        for item in items:
            _feed(sha, item)
    elif isinstance(value, Mapping):
        mapping = cast("Mapping[str, object]", value)
        sha.update(b"m" + str(len(mapping)).encode() + b":")
        for key in sorted(mapping):
            _feed(sha, key)
            _feed(sha, mapping[key])
    elif attrs.has(kind := type(value)):
        compared = [field.name for field in attrs.fields(kind) if field.eq]
        _feed_bytes(sha, b"a", str(getattr(kind, "schema", kind.__qualname__)).encode())
        sha.update(str(len(compared)).encode() + b":")
        for name in compared:
            _feed(sha, name)
            _feed(sha, getattr(value, name))
    else:
        raise TypeError(f"a {type(value).__name__} has no stable digest")
