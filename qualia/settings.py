"""Typed settings and their one reader. The environment is an argument: nothing is read at import."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
from attrs import field, frozen

from qualia._values import frozen_mapping, is_mapping, is_texts
from qualia.document import MAX_BYTES
from qualia.errors import InvalidSetting, unknown_name

PREFIX = "QUALIA_"


@frozen(kw_only=True)
class Settings:
    """How a Core behaves. `read` merges a project's ``qualia.toml`` with the environment."""

    plugin_path: tuple[Path, ...] = ()
    """More folders that hold plugin folders, besides the shipped ones (``QUALIA_PLUGIN_PATH``)."""
    override_plugins: bool = False
    """Whether a later source may replace a plugin of the same id; otherwise that is an error."""
    cache_max_bytes: int = 256 * 1024 * 1024
    """Bound of the memory cache; 0 switches it off."""
    max_document_bytes: int = MAX_BYTES
    """Largest file that is read."""
    max_failures: int = 5
    """Consecutive failures that open a plugin's circuit."""
    open_s: float = 300.0
    """Seconds an open circuit waits before it lets one call try."""
    producers: Mapping[str, str] = field(factory=dict[str, str], converter=frozen_mapping)
    """Which plugin gives a record when several could: schema -> plugin id."""

    @classmethod
    def read(cls, environ: Mapping[str, str], project: Path | None = None) -> Settings:
        """Read ``<project>/qualia.toml``, then ``QUALIA_*`` variables, which are stronger.

        Args:
            environ: the environment, usually ``os.environ``.
            project: a project's folder, whose ``plugins`` folder joins the plugin path; None for no project.

        Raises:
            InvalidSetting: an unknown name or an ill-typed value; the sentence names file or variable.
        """
        values: dict[str, Any] = {}
        if project is not None and (project / "qualia.toml").is_file():
            values |= _from_toml(project / "qualia.toml")
        values |= _from_environment(environ)
        if project is not None and (project / "plugins").is_dir():
            values["plugin_path"] = (project / "plugins", *values.get("plugin_path", ()))
        return cls(**values)


def _from_toml(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidSetting(str(path), "*", f"cannot be read: {error}") from error
    names = [item.name for item in attrs.fields(Settings)]
    return {name: _typed(name, value, str(path), names) for name, value in table.items()}


def _typed(name: str, value: Any, origin: str, names: list[str]) -> Any:
    if name not in names:
        raise InvalidSetting(origin, name, unknown_name(name, names))
    default = getattr(Settings(), name)
    if name == "plugin_path":
        if not is_texts(value):
            raise InvalidSetting(origin, name, "must be a list of folders")
        return tuple(Path(origin).parent / each for each in value)
    if name == "producers":
        if not is_mapping(value) or not all(isinstance(each, str) for each in value.values()):
            raise InvalidSetting(origin, name, "must be a table of plugin ids by record")
        return value
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if type(value) is not type(default):
        raise InvalidSetting(origin, name, f"must be a {type(default).__name__}, not {value!r}")
    return _in_range(name, value, origin)


def _in_range(name: str, value: Any, origin: str) -> Any:
    least = {"max_failures": 1, "open_s": 0, "cache_max_bytes": 0, "max_document_bytes": 1}.get(name)
    if least is not None and not value >= least:  # so that NaN is refused too
        raise InvalidSetting(origin, name, f"must be at least {least}, not {value}")
    return value


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for item in attrs.fields(Settings):
        text = environ.get(PREFIX + item.name.upper())
        if text is None or item.name == "producers":
            continue
        values[item.name] = _parsed(item.name, text)
    return values


def _parsed(name: str, text: str) -> Any:
    origin = PREFIX + name.upper()
    default = getattr(Settings(), name)
    if name == "plugin_path":
        return tuple(Path(each) for each in text.split(os.pathsep) if each)
    if isinstance(default, bool):
        if text.lower() not in ("0", "1", "true", "false"):
            raise InvalidSetting(origin, name, f"must be true or false, not {text!r}")
        return text.lower() in ("1", "true")
    try:
        return _in_range(name, type(default)(text), origin)
    except ValueError as error:
        if isinstance(error, InvalidSetting):
            raise
        raise InvalidSetting(origin, name, f"must be a {type(default).__name__}, not {text!r}") from error
