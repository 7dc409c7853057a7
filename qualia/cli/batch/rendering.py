"""A result as the bytes of a file."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Literal

from qualia._values import to_plain
from qualia.cli.export.neutral import whole
from qualia.cli.forms import data_text
from qualia.cli.output import as_json, as_yaml
from qualia.cli.readable import readable
from qualia.document import Document
from qualia.result import Artifact, Result

Form = Literal["json", "yaml", "csv", "jsonl", "txt"]
FORMS: tuple[Form, ...] = ("json", "yaml", "csv", "jsonl", "txt")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")
_KNOWN: Mapping[str, str] = {
    "text/html": ".html",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "application/pdf": ".pdf",
}


def suffix_of(form: Form) -> str:
    """Return the suffix of a file in this form."""
    return f".{form}"


def rendered(result: Result[Any], form: Form) -> tuple[str, bytes]:
    """Return the suffix and the bytes of the file that a result becomes; a picture or page is what it is.

    Args:
        result: what a plugin gave.
        form: json and yaml hold the provenance too; csv and jsonl the rows of the table that tells most; txt the text
            of a document, or what people would be shown.
    """
    value = result.value
    if isinstance(value, Artifact):
        return _artifact_suffix(value), value.data
    return suffix_of(form), f"{whole(_text(result, form))}\n".encode()


def _text(result: Result[Any], form: Form) -> str:
    if form == "json":
        return as_json(to_plain(result))
    if form == "yaml":
        return as_yaml(to_plain(result))
    if form == "txt":
        value = result.value
        return value.text.rstrip("\n") if isinstance(value, Document) else readable(value, width=None)
    plain, schema = to_plain(result.value), result.provenance.produces
    if form == "csv":
        return data_text(plain, "csv", schema=schema)
    from qualia.cli.export.tables import tables_of

    table = tables_of(plain, schema=schema)[0]
    return "\n".join(as_json(dict(zip(table.columns, row, strict=True)), indent=None) for row in table.rows)


def _artifact_suffix(artifact: Artifact) -> str:
    """Return a picture's suffix; its name is a plugin's word, so only what looks like a suffix counts."""
    suffix = PurePosixPath(artifact.name.replace("\\", "/")).suffix.lower()
    if _SUFFIX.fullmatch(suffix):
        return suffix
    known = _KNOWN.get(artifact.media_type) or mimetypes.guess_extension(artifact.media_type) or ""
    return known if _SUFFIX.fullmatch(known) else ".bin"
