"""What FILE holds: a document, or results that an earlier command wrote."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, TypeGuard

from attrs import frozen

from qualia._values import is_mapping, is_sequence
from qualia._yaml import HasAlias, ill_formed, parse_yaml
from qualia.cli.output import Face
from qualia.cli.sources import STDIN
from qualia.cli.words import _
from qualia.document import Document, decode
from qualia.errors import DocumentUnreadable
from qualia.records import SCHEMAS, record_type
from qualia.result import Result

_STDIN = "standard input"
_AGAIN = "give a transcript, or what analyze or process wrote with --format json or yaml"
_YAML_RESULT = re.compile(r"\A(?:---\s*\n)?(?:- )?(?:source|value|provenance|key|elapsed_s|cached|error):", re.ASCII)


@frozen
class Given:
    """One thing to work on."""

    source: str
    """Where it came from: the file, or for one of several results what each says of itself."""
    value: Document | Result[Any]


def read_all(file: str, face: Face, *, max_bytes: int) -> tuple[Given, ...]:
    """Return the document in a file, or the results that it holds, at least one; ``-`` reads standard input.

    What a run over several documents could not do is left out, and told.

    Args:
        file: a path, or ``-``.
        face: told when it waits for a person to type.
        max_bytes: refuse more than this.

    Raises:
        DocumentUnreadable: it cannot be read, or holds a result that is damaged, or only failures.
    """
    document = _from_stdin(face, max_bytes) if file == STDIN else Document.from_path(file, max_bytes=max_bytes)
    name = _STDIN if file == STDIN else file
    data = _parsed(document.text, Path(file).suffix.lower(), name) if document.data is None else None
    if _is_result(data):
        return (Given(_source(data, file), _result(data, name)),)
    if not _are_answers(data):
        return (Given(file, document),)
    results = [each for each in data if _is_result(each)]
    if not results:
        raise DocumentUnreadable(name, "it holds only failures", _AGAIN)
    if len(results) < len(data):
        face.note(_("{file}: failures in it: {failed}; they are left out", file=name, failed=len(data) - len(results)))
    return tuple(
        Given(_source(each, f"{file}#{place}"), _result(each, name)) for place, each in enumerate(results, start=1)
    )


def read_given(file: str, face: Face, *, max_bytes: int) -> Document | Result[Any]:
    """Return the one document or result in a file; ``-`` reads standard input.

    Args:
        file: a path, or ``-``.
        face: told when it waits for a person to type.
        max_bytes: refuse more than this.

    Raises:
        DocumentUnreadable: it cannot be read, or holds a result that is damaged, or several.
    """
    found = read_all(file, face, max_bytes=max_bytes)
    if len(found) == 1:
        return found[0].value
    name = _STDIN if file == STDIN else file
    raise DocumentUnreadable(
        name, f"it holds {len(found)} results, and one is wanted", "write them to files of their own"
    )


def stem_of(file: str) -> str:
    """Return a file's name without suffix, ``stdin`` for standard input."""
    return "stdin" if file == STDIN else Path(file).stem


def _is_result(data: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(data, dict) and "value" in data and "provenance" in data


def _are_answers(data: object) -> TypeGuard[list[dict[str, Any]]]:
    """Tell whether data are what a run over several documents wrote: results, and what became of the others."""
    if not is_sequence(data) or not data:
        return False
    return all(_is_result(each) or (is_mapping(each) and {"source", "error"} <= each.keys()) for each in data)


def _source(data: dict[str, Any], otherwise: str) -> str:
    source = data.get("source")
    return source if isinstance(source, str) and source else otherwise


def _from_stdin(face: Face, max_bytes: int) -> Document:
    if sys.stdin is None or sys.stdin.closed:
        raise DocumentUnreadable(_STDIN, "it is closed", "pipe a text into it or name a file")
    if sys.stdin.isatty():
        face.note(_("reading standard input; end it with Ctrl-D"))
    raw = sys.stdin.buffer.read(max_bytes + 1)
    if len(raw) > max_bytes:
        reason = f"it has more than {max_bytes / 1e6:.1f} MB, which is the limit"
        raise DocumentUnreadable(_STDIN, reason, "split it or raise max_document_bytes")
    text = decode(raw, name=_STDIN)
    return Document(text, media_type="text/vtt" if text.startswith("WEBVTT") else "text/plain")


def _parsed(text: str, suffix: str, name: str) -> object:
    """Return the data in a text that looks like results, or None."""
    if suffix in (".json", ".jsonl") or text.lstrip().startswith(("{", "[")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            lines = _lines(text)
            if lines is not None or suffix != ".json":
                return lines
            raise DocumentUnreadable(name, f"it is no valid JSON ({ill_formed(error)})", _AGAIN) from error
    if suffix in (".yaml", ".yml") or _YAML_RESULT.match(text):
        return _yaml(text, name, is_certain=suffix in (".yaml", ".yml"))
    return None


def _lines(text: str) -> list[Any] | None:
    """Return the data in JSON lines, or None when a line is none."""
    try:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        return None


def _yaml(text: str, name: str, *, is_certain: bool) -> object:
    try:
        return parse_yaml(text)
    except HasAlias as error:
        raise DocumentUnreadable(name, "its YAML has aliases, which a result never has", _AGAIN) from error
    except (ValueError, RecursionError) as error:
        if not is_certain:
            return None
        raise DocumentUnreadable(name, f"it is no valid YAML ({ill_formed(error)})", _AGAIN) from error


def _result(data: dict[str, Any], name: str) -> Result[Any]:
    try:
        result = Result.from_json(json.dumps({key: each for key, each in data.items() if key != "source"}))
        produces = result.provenance.produces
        if produces == Document.schema:
            return result.into(Document)
        if produces in SCHEMAS:
            return result.into(record_type(str(produces)))
    except (ValueError, TypeError, RecursionError) as error:
        told = " ".join(str(error).split())[:200]
        raise DocumentUnreadable(
            name, f"it is a damaged result ({told})", "write it again with analyze or process"
        ) from error
    reason = (
        f"it holds what {result.provenance.plugin} gave, which is neither a document nor a record another plugin takes"
    )
    raise DocumentUnreadable(name, reason, _AGAIN)
