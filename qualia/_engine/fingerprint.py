"""What makes two calls the same call."""

from __future__ import annotations

from collections.abc import Mapping

from qualia._digest import digest
from qualia._version import __version__
from qualia.document import Document

_FORMAT = 3


def code_key(*, plugin: str, version: str, code_hash: str, host: Mapping[str, str]) -> str:
    """Return the sha256 (hex) of the code that answers a call: what stays the same from call to call.

    Args:
        plugin: its id.
        version: the version its manifest gives.
        code_hash: the hash of its files and of the shared rules they use.
        host: versions of Python and of the libraries it declares: another version may give another value.
    """
    return digest((_FORMAT, __version__, plugin, version, code_hash, host))


def call_key(code: str, *, params: object, inputs: Mapping[str, str]) -> str:
    """Return the sha256 (hex) a call's result is known by.

    Everything that can change the result is in it, with its type: the code (see `code_key`), the params in force (so
    explicit defaults equal omitted ones), and the digest of each input.
    """
    return digest((code, params, inputs))


def older_key(plugin: str, *, params: object, inputs: Mapping[str, str]) -> str:
    """Return the key of the latest answer to a call, whichever version of the plugin gave it."""
    return digest((_FORMAT, "whichever version", plugin, params, inputs))


def input_digest(value: object) -> str:
    """Return the digest of a document, record or plain value."""
    return value.id if isinstance(value, Document) else digest(value)
