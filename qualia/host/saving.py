"""Files that a client has written on this machine: where they may go, and never over what is there unasked."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qualia._files import write_whole
from qualia.document import Document
from qualia.errors import UnwritableOutput
from qualia.protocol import HostRefused
from qualia.result import Artifact, Result

SENT_BYTES = 8 * 1024 * 1024
"""Most that an answer carries of an artifact."""


def written(verb: str, path: str, data: bytes, *, overwrite: bool) -> dict[str, Any]:
    """Write a file whole and return where it is and how long.

    Raises:
        HostRefused: the path is not whole, or something is there that was not to be replaced.
        UnwritableOutput: it cannot be written.
    """
    target = target_of(verb, path, overwrite=overwrite)
    return {"path": str(write_whole(target, data)), "bytes": len(data)}


def target_of(verb: str, path: str, *, overwrite: bool) -> Path:
    """Return where to write.

    Raises:
        HostRefused: the path is not whole, or something is there that was not to be replaced.
        UnwritableOutput: what is there is no file, or nothing of this name can be.
    """
    target = whole_path(verb, path)
    try:
        if target.exists() and not target.is_file():
            raise UnwritableOutput(path, "it is no file")
        if (target.is_symlink() or target.exists()) and not overwrite:
            raise HostRefused(verb, f"{path!r} is there already; say overwrite, or name another one")
    except OSError as error:
        raise UnwritableOutput(path, (error.strerror or str(error)).lower()) from error
    return target


def whole_path(verb: str, path: str) -> Path:
    """Return a path that does not depend on the folder the host stands in.

    Raises:
        HostRefused: it does.
        UnwritableOutput: no file can have this name.
    """
    target = Path(path)
    if not target.is_absolute():
        raise HostRefused(verb, "the host may stand in another folder; give the whole path, from the root")
    try:
        has_null = b"\0" in os.fsencode(path)
    except UnicodeEncodeError as error:
        raise UnwritableOutput(path, "no file can have this name") from error
    if has_null:
        raise UnwritableOutput(path, "no name of a file has a null character")
    return target


def artifact_of(result: Result[Any]) -> Artifact:
    """Return what a result is saved as: an artifact as it is, a document as its text, anything else as JSON."""
    value, name = result.value, result.provenance.plugin
    if isinstance(value, Artifact):
        return value
    if isinstance(value, Document) and value.data is None:
        return Artifact(media_type="text/plain", data=f"{value.text}\n".encode("utf-8", "replace"), name=f"{name}.txt")
    data = f"{result.to_json(indent=2)}\n".encode("utf-8", "replace")
    return Artifact(media_type="application/json", data=data, name=f"{name}.json")


def sent(artifact: Artifact, *, most_bytes: int) -> Mapping[str, Any]:
    """Return an artifact as an answer carries it: its facts, and its bytes in base64 as far as they fit."""
    data = artifact.data[:most_bytes]
    return {
        "name": artifact.file_name,
        "media_type": artifact.media_type,
        "bytes": len(artifact.data),
        "data": base64.b64encode(data).decode("ascii"),
        "more": len(data) < len(artifact.data),
    }
