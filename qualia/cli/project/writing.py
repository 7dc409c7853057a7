"""Pipelines and tables as TOML that reads back as what was written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from qualia._safe import safe_text
from qualia._values import is_mapping, is_sequence
from qualia.cli.usage import ExtraMissing
from qualia.errors import InvalidPipeline
from qualia.pipeline import Pipeline, Step


def pipeline_text(pipeline: Pipeline) -> str:
    """Return a pipeline as the text of a TOML file; reading it gives an equal pipeline.

    Raises:
        InvalidPipeline: no TOML file can hold it: it has no steps, a step has no plugin or no id, or a param is None.
        ExtraMissing: the library that writes TOML is not installed.
    """
    head = {"name": pipeline.name, "description": pipeline.description}
    try:
        steps = [_step(step, f"{pipeline.name}, step {number}") for number, step in enumerate(pipeline.steps, 1)]
        text = "\n".join([toml({name: value for name, value in head.items() if value or name == "name"}), *steps])
        read = tomllib.loads(text)
    except InvalidPipeline:
        raise
    except (ValueError, RecursionError) as error:
        raise InvalidPipeline(pipeline.name, f"TOML cannot hold it: {error}") from error
    if Pipeline.from_mapping(read, place=pipeline.name) != pipeline:
        raise InvalidPipeline(pipeline.name, "one of its steps has an empty id; leave the id out or fill it")
    return text


def toml(table: Mapping[str, Any]) -> str:
    """Return a table as TOML, characters that could steer a terminal escaped. None has no place in it.

    Raises:
        ExtraMissing: the library that writes TOML is not installed.
        TypeError: it holds None, or something else TOML has no form for.
    """
    try:
        import tomli_w
    except ImportError as error:
        raise ExtraMissing("cli", ("tomli_w",)) from error
    return safe_text(tomli_w.dumps(table, indent=2))


def toml_value(value: object) -> str:
    """Return a value that is no table, nor holds one, as it stands behind a key of a TOML file.

    Raises:
        ExtraMissing: as `toml`.
        TypeError: as `toml`.
    """
    if is_sequence(value):
        return f"[{', '.join(map(toml_value, value))}]"
    return toml({"value": value}).partition(" = ")[2].rstrip("\n")


def _step(step: Step, place: str) -> str:
    """Return a step below a heading of its own, and its params below another."""
    hole = _hole(step.params, "params")
    if hole is not None:
        reason = f"{hole} is None, which TOML cannot hold; leave it out, or write the pipeline as JSON"
        raise InvalidPipeline(place, reason)
    lines = ["[[steps]]", f"plugin = {toml_value(step.plugin)}"]
    if step.id != step.plugin:
        lines.append(f"id = {toml_value(step.id)}")
    if step.needs is not None:
        lines.append(f"needs = {toml_value(step.needs)}")
    if step.params:
        lines.append(toml({"steps": {"params": step.params}}).rstrip("\n"))
    return "\n".join(lines) + "\n"


def _hole(value: object, path: str) -> str | None:
    """Return the path of the first None in plain data; None when there is none."""
    if value is None:
        return path
    parts: list[tuple[object, object]] = []
    if is_mapping(value):
        parts = list(value.items())
    elif is_sequence(value):
        parts = list(enumerate(value))
    return next((hole for name, part in parts if (hole := _hole(part, f"{path}.{name}")) is not None), None)
