"""What makes two calls the same call."""

from __future__ import annotations

from collections.abc import Mapping

from qualia._digest import digest
from qualia._version import __version__
from qualia.document import Document

_FORMAT = 1


def call_key(
    *,
    plugin: str,
    version: str,
    code_hash: str,
    params: object,
    inputs: Mapping[str, str],
) -> str:
    """Return the sha256 (hex) a call's result is known by.

    Everything that can change the result is in it, with its type: the plugin's files, its version, the params in
    force (so explicit defaults equal omitted ones), the digest of each input, and this engine's version.
    """
    return digest((_FORMAT, __version__, plugin, version, code_hash, params, inputs))


def input_digest(value: object) -> str:
    """Return the digest of a document, record or plain value."""
    return value.id if isinstance(value, Document) else digest(value)
