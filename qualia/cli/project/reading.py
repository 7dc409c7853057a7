"""A file somebody wrote, as the data it holds and where each key of it stands; or what keeps it from being read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia._yaml import parse_yaml
from qualia.cli.project.positions import Positions, positions
from qualia.cli.project.problems import Problem

_MAX_BYTES = 1024 * 1024
_FORMS = {".toml": "toml", ".json": "json", ".yaml": "yaml", ".yml": "yaml"}
_AT = re.compile(r" ?\(at line (\d+), column (\d+)\)|: line (\d+) column (\d+) \(char \d+\)")
SUFFIXES = tuple(_FORMS)
"""The suffixes of files that can be read."""


@frozen(kw_only=True)
class Source:
    """A file that could be read."""

    path: str
    text: str
    data: Any
    """What it holds, as plain data."""
    positions: Positions

    def problem(self, message: str, *keys: str | int) -> Problem:
        """Return a problem of the key at ``keys``, or of the whole file."""
        spot = self.positions.of(*keys)
        line, column = (None, None) if spot is None else (spot.line, spot.column)
        return Problem(file=self.path, message=message, line=line, column=column, key=shown(keys))

    def twice(self) -> tuple[Problem, ...]:
        """Return a problem for each key that stands there twice, which a reader may take without a word."""
        found = self.positions.twice.items()
        return tuple(
            Problem(
                file=self.path,
                message=f"key {str(keys[-1])!r} stands there twice, and only one of them counts; take one out",
                line=spot.line,
                column=spot.column,
                key=shown(keys),
            )
            for keys, spot in found
        )


def shown(keys: tuple[str | int, ...]) -> str:
    """Return a way into a value as people read it: ``steps[0].params.top``."""
    parts = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return "".join(parts).removeprefix(".")


def read_source(path: str | Path) -> Source | Problem:
    """Read a TOML, JSON or YAML file, or return the problem that keeps it from being read."""
    text = _text(Path(path))
    if isinstance(text, Problem):
        return text
    form = _FORMS.get(Path(path).suffix.lower(), "toml")
    try:
        data = _parsed(text, form)
        return Source(path=str(path), text=text, data=data, positions=positions(text, form))
    except RecursionError:
        return Problem(file=str(path), message="is nested too deeply")
    except ValueError as error:
        return _unparsed(str(path), form, error)


def _text(path: Path) -> str | Problem:
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        return Problem(file=str(path), message=f"cannot be read ({reason})")
    if len(raw) > _MAX_BYTES:
        return Problem(file=str(path), message=f"has more than {_MAX_BYTES} bytes, which no such file needs")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return Problem(file=str(path), message="is not UTF-8 text", line=line, column=column)


def _parsed(text: str, form: str) -> Any:
    """Return what a text holds.

    Raises:
        ValueError: it is not well-formed.
    """
    if form == "json":
        import json

        return json.loads(text)
    if form == "toml":
        import tomllib

        from qualia._plugins.lines import is_deep

        if is_deep(text):
            raise ValueError("a key has more than 16 parts")
        return tomllib.loads(text)
    return parse_yaml(text)


def _unparsed(path: str, form: str, error: ValueError) -> Problem:
    told = " ".join(str(error).split())
    found = _AT.search(told)
    if found is None:
        end = "(at end of document)"
        return Problem(file=path, message=f"is no valid {form.upper()}: {told.removesuffix(end).strip()}")
    line, column = (int(number) for number in found.groups() if number is not None)
    message = f"is no valid {form.upper()}: {_AT.sub('', told)}"
    return Problem(file=path, message=message, line=line, column=column)
