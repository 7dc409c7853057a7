"""The JSON schemas (draft 2020-12) of the settings and of a plugin's params, for editors and programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from qualia._values import to_plain
from qualia.cli.project.settings_told import settings_told
from qualia.plugin import ParamSpec
from qualia.registry import PluginInfo
from qualia.settings import Settings, least_of

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {"bool": "boolean", "int": "integer", "float": "number", "str": "string"}


def settings_schema() -> dict[str, Any]:
    """Return the schema of ``qualia.toml``."""
    told = settings_told()
    properties = {item.name: {"description": told[item.name], **_setting(item)} for item in attrs.fields(Settings)}
    return _table("qualia.toml", "How Qualia behaves.", properties)


def params_schema(info: PluginInfo, specs: Sequence[ParamSpec]) -> dict[str, Any]:
    """Return the schema of a file of a plugin's params."""
    return _table(info.id, info.summary, {spec.name: _param(spec) for spec in specs})


def _table(title: str, description: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": _DIALECT,
        "title": title,
        "description": description,
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _setting(item: attrs.Attribute[Any]) -> dict[str, Any]:
    kind = str(item.type)
    if kind.startswith("Mapping"):
        values: dict[str, Any] = {"type": "string"}
        if item.name == "isolation":
            values["enum"] = ["inline", "thread", "process"]
        return {"type": "object", "additionalProperties": values}
    if kind.startswith("tuple"):
        return {"type": "array", "items": {"type": "string"}}
    if kind not in _TYPES:
        return {"type": "string"}
    least = least_of(item.name)
    bound = {} if least is None else {"minimum": least}
    return {"type": _TYPES[kind], **bound, "default": item.default}


def _param(spec: ParamSpec) -> dict[str, Any]:
    kind = "array" if spec.kind == "list" else _TYPES[spec.kind]
    shape: dict[str, Any] = {"description": spec.help, "type": [kind, "null"] if spec.optional else kind}
    if spec.kind == "list":
        shape["items"] = {"type": "string"}
    if spec.choices:
        shape["enum"] = [*spec.choices, *([None] if spec.optional else [])]
    bounds = {"minimum": spec.ge, "maximum": spec.le}
    shape |= {name: bound for name, bound in bounds.items() if bound is not None}
    return {**shape, "default": to_plain(spec.default)}
