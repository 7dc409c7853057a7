"""Typed settings and their one reader. The environment is an argument: nothing is read at import.

From weak to strong: defaults, ``qualia.toml`` of the project, ``qualia.<QUALIA_ENV>.toml`` beside it, ``QUALIA_*``
variables, arguments. The reader is our own because the base install is attrs, cattrs and watchfiles only;
typed-settings (which builds on the same attrs classes) would be a fourth dependency for what fits on this page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
from attrs import field, frozen

from qualia._values import frozen_mapping, is_mapping, is_texts
from qualia.document import MAX_BYTES
from qualia.errors import InvalidSetting, unknown_name

PREFIX = "QUALIA_"
_ENVIRONMENT = re.compile(r"[A-Za-z0-9_-]{1,40}")
_LEAST: Mapping[str, float] = {
    "cache_max_bytes": 0,
    "cache_disk_max_bytes": 0,
    "cache_ttl_s": 0,
    "history_keep_days": 0,
    "max_document_bytes": 1,
    "max_failures": 1,
    "open_s": 0,
    "parallel_steps": 1,
}


@frozen(kw_only=True)
class Settings:
    """How a Core behaves. `read` merges a project's files with the environment."""

    plugin_path: tuple[Path, ...] = ()
    """More folders that hold plugin folders, besides the shipped ones."""
    override_plugins: bool = False
    """Whether a later source may replace a plugin of the same id; otherwise that is an error."""
    producers: Mapping[str, str] = field(factory=dict[str, str], converter=frozen_mapping)
    """Which plugin gives a record, or reads a media type, when several could: schema or media type -> plugin id."""
    state_dir: Path | None = None
    """Folder of the disk cache and the history; None keeps nothing on disk."""
    cache_max_bytes: int = 256 * 1024 * 1024
    """Bound of the memory cache; 0 switches it off."""
    cache_disk_max_bytes: int = 1024 * 1024 * 1024
    """Bound of the disk cache; 0 switches it off."""
    cache_ttl_s: float = 0.0
    """Seconds a cached result is served for; 0 for ever."""
    history: bool = True
    """Whether runs are logged in the state folder."""
    history_keep_days: float = 365.0
    """Days a run stays in the log; 0 for ever."""
    max_document_bytes: int = MAX_BYTES
    """Largest file that is read."""
    max_failures: int = 5
    """Consecutive failures that open a plugin's circuit."""
    open_s: float = 300.0
    """Seconds an open circuit waits before it lets one call try."""
    parallel_steps: int = 4
    """Steps of one run that may run at the same time."""

    @classmethod
    def read(cls, environ: Mapping[str, str], project: Path | None = None) -> Settings:
        """Read a project's files, then ``QUALIA_*`` variables, which are stronger.

        Args:
            environ: the environment, usually ``os.environ``.
            project: a project's folder, whose ``plugins`` folder joins the plugin path and whose ``.qualia`` folder
                holds its state; None for no project.

        Raises:
            InvalidSetting: an unknown name or an ill-typed value; the sentence names file or variable.
        """
        return cls(**{name: value for name, (value, _) in _gathered(environ, project).items()})


@frozen(kw_only=True)
class Origin:
    """A setting's value and where it came from."""

    name: str
    value: Any
    origin: str
    """A file, a variable, "project" or "default"."""


def explain(environ: Mapping[str, str], project: Path | None = None) -> tuple[Origin, ...]:
    """Return every setting with its value and origin, in the order they are declared.

    Raises:
        InvalidSetting: as `Settings.read`.
    """
    gathered = _gathered(environ, project)
    settings = Settings(**{name: value for name, (value, _) in gathered.items()})
    return tuple(
        Origin(
            name=item.name,
            value=getattr(settings, item.name),
            origin=gathered.get(item.name, (None, "default"))[1],
        )
        for item in attrs.fields(Settings)
    )


def _gathered(environ: Mapping[str, str], project: Path | None) -> dict[str, tuple[Any, str]]:
    """Collect what is set and where, stronger sources over weaker ones."""
    values: dict[str, tuple[Any, str]] = {}
    if project is not None:
        values["state_dir"] = (project / ".qualia", "project")
        for path in _files(project, environ.get(f"{PREFIX}ENV")):
            values |= {name: (value, str(path)) for name, value in _from_toml(path).items()}
    values |= {name: (value, PREFIX + name.upper()) for name, value in _from_environment(environ).items()}
    if project is not None and (project / "plugins").is_dir():
        more, origin = values.get("plugin_path", ((), "project"))
        values["plugin_path"] = ((project / "plugins", *more), origin)
    return values


def _files(project: Path, environment: str | None) -> list[Path]:
    base = project / "qualia.toml"
    found: list[Path] = []
    if base.is_file():
        found.append(base)
    if environment:
        if not _ENVIRONMENT.fullmatch(environment):
            raise InvalidSetting(f"{PREFIX}ENV", "env", f"must be a short name, not {environment!r}")
        overlay = project / f"qualia.{environment}.toml"
        if not overlay.is_file():
            raise InvalidSetting(
                f"{PREFIX}ENV",
                "env",
                f"names {environment!r}, but there is no {str(overlay)!r}",
            )
        found.append(overlay)
    return found


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
    folder = Path(origin).parent
    if name == "plugin_path":
        if not is_texts(value):
            raise InvalidSetting(origin, name, "must be a list of folders")
        return tuple(folder / each for each in value)
    if name == "state_dir":
        return folder / _exactly(value, "str", origin, name)
    if name == "producers":
        if not is_mapping(value) or not is_texts(list(value.values())):
            raise InvalidSetting(origin, name, "must be a table of schema to plugin id")
        return dict(value)
    kind = _kind(name)
    if kind == "float" and type(value) is int:
        value = float(value)
    return _in_range(name, _exactly(value, kind, origin, name), origin)


def _kind(name: str) -> str:
    return str(getattr(Settings(), name).__class__.__name__)


def _exactly(value: Any, kind: str, origin: str, name: str) -> Any:
    if type(value).__name__ != kind:
        raise InvalidSetting(origin, name, f"must be a {kind}, not {value!r}")
    return value


def _in_range(name: str, value: Any, origin: str) -> Any:
    least = _LEAST.get(name)
    if least is not None and not value >= least:
        raise InvalidSetting(origin, name, f"must be at least {least}, not {value}")
    return value


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read the variables; a table (``producers``) has none."""
    found = ((item.name, environ.get(PREFIX + item.name.upper())) for item in attrs.fields(Settings))
    return {name: _parsed(name, text) for name, text in found if text is not None and name != "producers"}


def _parsed(name: str, text: str) -> Any:
    origin = PREFIX + name.upper()
    if name == "plugin_path":
        return tuple(Path(each) for each in text.split(os.pathsep) if each)
    if name == "state_dir":
        return Path(text) if text else None
    kind = _kind(name)
    if kind == "bool":
        if text.lower() not in ("0", "1", "true", "false"):
            raise InvalidSetting(origin, name, f"must be true or false, not {text!r}")
        return text.lower() in ("1", "true")
    try:
        value = int(text) if kind == "int" else float(text)
    except ValueError as error:
        raise InvalidSetting(origin, name, f"must be a {kind}, not {text!r}") from error
    return _in_range(name, value, origin)
