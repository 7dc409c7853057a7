"""A plugin's params from a file and from ``-P``, each of the type the plugin declares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qualia._values import is_mapping
from qualia._yaml import ill_formed, parse_yaml
from qualia.cli.usage import WrongParamInFile, WrongUsage
from qualia.cli.words import _, translated
from qualia.errors import InvalidParam
from qualia.plugin import ParamSpec, check_params

_MOST_BYTES = 1_000_000


def params_in(path: str, specs: Sequence[ParamSpec], *, plugin: str) -> dict[str, Any]:
    """Return the params in a TOML, JSON or YAML file, a mapping of names to values.

    Raises:
        WrongUsage: it cannot be read, or holds something else.
        WrongParamInFile: the plugin does not take one of them.
    """
    text = _text(path)
    data = _data(path, text)
    if not is_mapping(data):
        raise WrongUsage(_("-c {path!r}: write params as names and values, for example top = 20", path=path))
    values = {str(name): value for name, value in data.items()}
    for name, value in values.items():
        try:
            check_params(tuple(specs), {name: value}, plugin=plugin)
        except InvalidParam as error:
            raise WrongParamInFile(_place(path, text, name), plugin, name, error.reason) from error
    return values


def _text(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise WrongUsage(_("-c {path!r} cannot be read: {reason}", path=path, reason=reason)) from error
    if len(raw) > _MOST_BYTES:
        raise WrongUsage(_("-c {path!r} is too large for params", path=path))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUsage(_("-c {path!r} is not UTF-8", path=path)) from error


def _data(path: str, text: str) -> object:
    suffix = Path(path).suffix.lower()
    try:
        if suffix == ".json":
            import json

            return json.loads(text)
        if suffix in (".yaml", ".yml"):
            return parse_yaml(text) or {}
        import tomllib

        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        told = translated(ill_formed(error))
        kind = {".json": "JSON", ".yaml": "YAML", ".yml": "YAML"}.get(suffix, "TOML")
        raise WrongUsage(_("-c {path!r} is no valid {kind} ({told})", path=path, kind=kind, told=told)) from error


def _place(path: str, text: str, name: str) -> str:
    pattern = re.compile(rf"""^\s*[{{,]?\s*["']?{re.escape(name)}["']?\s*[=:]""")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.search(line):
            return f"{path}:{number}"
    return path
