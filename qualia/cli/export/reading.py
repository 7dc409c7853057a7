"""The results in files that earlier commands wrote: one, several steps, one a line, or a folder of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import attrs
from attrs import field, frozen

from qualia._safe import safe_line
from qualia._values import is_mapping, is_sequence, to_plain
from qualia._yaml import HasAlias, ill_formed, parse_yaml
from qualia.cli.output import Face
from qualia.cli.sources import STDIN, sources_of
from qualia.cli.words import _
from qualia.document import Document, decode
from qualia.errors import DocumentUnreadable
from qualia.records import SCHEMAS, argument_name, record_type
from qualia.result import Result

_AGAIN = "give what analyze, process, pipeline or batch wrote as JSON, JSON lines or YAML"
_DAMAGED = "write it again with the command that made it"
_SUFFIXES = (".json", ".jsonl", ".yaml", ".yml")
_WITHIN = ("steps", "results", "outcome", "result", "documents")
_SUMMARY = "summary.json"


@frozen
class Given:
    """One result that was read."""

    source: str
    """The file, and the step behind ``#`` where it holds several."""
    schema: str | None
    """What its value is; None for what no record describes."""
    plugin: str
    plain: Any = field(repr=False)
    """Its value as plain data."""
    provenance: Mapping[str, Any] = field(repr=False)
    """How it came about, as plain data."""
    file: str = ""
    """What was read; ``-`` is standard input."""

    @property
    def kind(self) -> str:
        """What results of the same columns have in common: the record's name, or the plugin's id."""
        return self.plugin if self.schema is None else argument_name(self.schema)


def read_all(words: Sequence[str], face: Face, *, max_bytes: int) -> tuple[Given, ...]:
    """Return the results in files, patterns and folders, in order.

    A folder that a pipeline wrote gives its steps in their order; of any other, those of its files that hold results.

    Args:
        words: paths or patterns; ``-`` is standard input.
        face: told when it waits for a person to type, and of files of a folder that hold no result.
        max_bytes: refuse larger files.

    Raises:
        DocumentUnreadable: a file cannot be read, or holds no result, or a damaged one.
    """
    found: list[Given] = []
    for word in words:
        if word != STDIN and Path(word).is_dir():
            found += _in_folder(Path(word), face, max_bytes)
        else:
            for path in sources_of([word]):
                found += _in_file(path, face, max_bytes)
    return tuple(found)


def _in_folder(folder: Path, face: Face, max_bytes: int) -> list[Given]:
    try:
        paths = [path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file()]
    except OSError as error:
        raise DocumentUnreadable(str(folder), (error.strerror or str(error)).lower(), _AGAIN) from error
    found: list[Given] = []
    for path in sorted(paths, key=lambda each: (each.parent, _place(each, max_bytes), each.name)):
        if path.name == _SUMMARY or any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        try:
            found += _in_file(str(path), face, max_bytes)
        except _NoResult:
            face.note(_("{path} holds no result and was left out", path=safe_line(str(path))))
    if not found:
        raise DocumentUnreadable(str(folder), "no file in it holds a result", _AGAIN)
    return found


def _place(path: Path, max_bytes: int) -> int:
    """Return where a file stands among the steps of the pipeline that wrote its folder; those without a place last."""
    summary = path.parent / _SUMMARY
    try:
        with summary.open("rb") as file:
            steps = json.loads(file.read(max_bytes))["steps"]
        files = [name for step in steps for name in step["files"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return 0
    return files.index(path.name) if path.name in files else len(files)


class _NoResult(DocumentUnreadable):
    """A file that is well-formed and holds no result."""


def _in_file(path: str, face: Face, max_bytes: int) -> list[Given]:
    name = "standard input" if path == STDIN else path
    raw = _from_stdin(face, max_bytes) if path == STDIN else _from_path(path, max_bytes)
    text = decode(raw, name=name)
    results = list(_results(_parsed(text, Path(path).suffix.lower(), name), ""))
    if not results:
        raise _NoResult(name, "it holds no result", _AGAIN)
    # What comes through a pipe may say itself which file it is from.
    names = [] if path == STDIN else [path]
    found = (_given(data, "#".join([*names, *filter(None, [label])]) or "stdin", name) for label, data in results)
    return [attrs.evolve(each, file=path) for each in found]


def _from_stdin(face: Face, max_bytes: int) -> bytes:
    name = "standard input"
    if sys.stdin is None or sys.stdin.closed:
        raise DocumentUnreadable(name, "it is closed", "pipe a result into it or name a file")
    if sys.stdin.isatty():
        face.note(_("reading standard input; end it with Ctrl-D"))
    raw = sys.stdin.buffer.read(max_bytes + 1)
    return raw if len(raw) <= max_bytes else _too_large(name, len(raw), max_bytes)


def _from_path(path: str, max_bytes: int) -> bytes:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise DocumentUnreadable(path, "there is no such file", "check the name and the folder") from error
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise DocumentUnreadable(path, reason, "check the name and the permissions") from error
    return raw if len(raw) <= max_bytes else _too_large(path, Path(path).stat().st_size, max_bytes)


def _too_large(name: str, size: int, limit: int) -> NoReturn:
    reason = f"it has {size / 1e6:.1f} MB and the limit is {limit / 1e6:.1f} MB"
    raise DocumentUnreadable(name, reason, "split it or raise max_document_bytes")


def _parsed(text: str, suffix: str, name: str) -> object:
    if suffix in (".jsonl", ".ndjson"):
        return _lines(text, name)
    if suffix == ".json" or text.lstrip()[:1] in ("{", "["):
        try:
            return _json(text)
        except (ValueError, RecursionError) as error:
            if suffix != ".json" and "Extra data" in str(error):
                return _lines(text, name)
            raise DocumentUnreadable(name, f"it is no valid JSON ({_told(error)})", _AGAIN) from error
    return _yaml(text, name, is_certain=suffix in (".yaml", ".yml"))


def _json(text: str) -> object:
    def refuse(word: str) -> NoReturn:
        raise ValueError(f"{word} is no number")

    return json.loads(text, parse_constant=refuse)


def _lines(text: str, name: str) -> object:
    found: list[object] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                found.append(_json(line))
            except (ValueError, RecursionError) as error:
                reason = f"line {number} is no valid JSON ({_told(error)})"
                raise DocumentUnreadable(name, reason, _AGAIN) from error
    return found


def _yaml(text: str, name: str, *, is_certain: bool) -> object:
    try:
        # Dates and keys that are no text are told of here, where it is known which file they are in.
        return _json(json.dumps(parse_yaml(text)))
    except HasAlias as error:
        raise DocumentUnreadable(name, "its YAML has aliases, which a result never has", _AGAIN) from error
    except (ValueError, TypeError, RecursionError) as error:
        if not is_certain:
            raise _NoResult(name, "it holds no result", _AGAIN) from error
        raise DocumentUnreadable(name, f"it is no valid YAML ({_told(error)})", _AGAIN) from error


def _told(error: Exception) -> str:
    return ill_formed(error)[:200]


def _results(data: object, label: str, depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each result in data, with the names of the source and the step it is of."""
    if is_sequence(data):
        for item in data:
            yield from _results(item, label, depth)
    elif is_mapping(data) and "value" in data and "provenance" in data:
        yield _labelled(label, data), data
    elif is_mapping(data) and depth < len(_WITHIN):
        for name in _WITHIN:
            if is_mapping(data.get(name)) or is_sequence(data.get(name)):
                yield from _results(data[name], _labelled(label, data), depth + 1)


def _labelled(label: str, data: Mapping[Any, Any]) -> str:
    names = [data.get(key) for key in ("source", "id", "step")]
    return "#".join([*([label] if label else []), *(name for name in names if isinstance(name, str) and name)])


def _given(data: Mapping[str, Any], source: str, name: str) -> Given:
    try:
        result = Result.from_plain(data)
        schema = result.provenance.produces
        _check_shape(result.value, schema)
        provenance = to_plain(result.provenance)
    except (ValueError, TypeError, RecursionError) as error:
        raise DocumentUnreadable(name, f"it is a damaged result ({_told(error)})", _DAMAGED) from error
    return Given(source, schema, result.provenance.plugin, result.value, provenance)


def _check_shape(value: object, schema: str | None) -> None:
    """Make sure a value has what its schema asks for; what a later version has added to it may be there too.

    Raises:
        ValueError: it has not.
    """
    kinds: dict[str, type[Any]] = {each: record_type(each) for each in SCHEMAS} | {Document.schema: Document}
    if schema not in kinds:
        return
    fields = attrs.fields(kinds[schema])
    missing = [each.name for each in fields if each.default is attrs.NOTHING and each.name not in _names(value)]
    if missing:
        raise ValueError(f"{schema} without {', '.join(missing)}")


def _names(value: object) -> tuple[str, ...]:
    return tuple(value) if is_mapping(value) else ()
