"""Typed settings and their one reader. The environment is an argument: nothing is read at import.

From weak to strong: defaults, the user's own ``qualia.toml`` (see `user_folder`), ``qualia.toml`` of the project,
``qualia.<QUALIA_ENV>.toml`` beside it, ``QUALIA_*`` variables, arguments.

The reader is our own. typed-settings 26.0, which builds on the same attrs classes, was tried and not taken: it reads
``os.environ`` itself instead of a mapping it is given, takes ``"2"`` and ``true`` for whole numbers, tells of a wrong
variable without naming it, and adds 30 ms of CPU to the first import beside a fourth dependency.
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import attrs
from attrs import field, frozen

from qualia._files import why_unread
from qualia._values import FrozenDict, frozen_mapping, is_mapping, is_texts
from qualia.errors import InvalidSetting, nearest, unknown_name

PREFIX = "QUALIA_"
FILE_NAME = "qualia.toml"
"""The file of a project's settings, and of a user's own."""
_ARGUMENT = "argument"
_ENVIRONMENT = re.compile(r"[A-Za-z0-9_-]{1,40}")
_LEAST, _SECRET = "qualia.least", "qualia.secret"
_NUMBERS = ("bool", "int", "float")
_ISOLATIONS = ("inline", "thread", "process")
_LARGEST = int(sys.float_info.max)


def setting(default: Any, *, ge: float | None = None, secret: bool = False) -> Any:
    """Declare a setting; its annotation (bool, int, float, ``str | None``, Path types, a table of texts) types it.

    Args:
        default: its value when nobody sets it.
        ge: smallest number allowed; None for no bound.
        secret: whether its value is never shown, only whether there is one.
    """
    return field(default=default, repr=_veiled if secret else True, metadata={_LEAST: ge, _SECRET: secret})


def _veiled(value: object) -> str:
    return "<not set>" if value in (None, "") else "<set>"


def _folders(value: str | Path | Iterable[str | Path]) -> tuple[Path, ...]:
    return (Path(value),) if isinstance(value, (str, Path)) else tuple(Path(each) for each in value)


def _folder(value: str | Path | None) -> Path | None:
    return Path(value) if value else None


@frozen(kw_only=True)
class Settings:
    """How a Core behaves. `read` merges a project's files with the environment.

    Raises:
        InvalidSetting: a value of the wrong type or out of range.
    """

    plugin_path: tuple[Path, ...] = field(default=(), converter=_folders)
    """More folders that hold plugin folders, besides the shipped ones."""
    override_plugins: bool = setting(False)
    """Whether a later source may replace a plugin of the same id; otherwise that is an error."""
    installed_plugins: bool = setting(True)
    """Whether plugins that installed packages bring along are looked for."""
    producers: Mapping[str, str] = field(default=FrozenDict(), converter=frozen_mapping)
    """Which plugin gives a record, or reads a media type, when several could: schema or media type -> plugin id."""
    state_dir: Path | None = field(default=None, converter=_folder)
    """Folder of the disk cache and the history; None keeps nothing on disk."""
    cache_max_bytes: int = setting(256 * 1024 * 1024, ge=0)
    """Bound of the memory cache; 0 switches it off."""
    cache_disk_max_bytes: int = setting(1024 * 1024 * 1024, ge=0)
    """Bound of the disk cache; 0 switches it off."""
    cache_ttl_s: float = setting(0.0, ge=0)
    """Seconds a cached result is served for; 0 for ever."""
    history: bool = setting(True)
    """Whether runs are logged in the state folder."""
    history_keep_days: float = setting(365.0, ge=0)
    """Days a run stays in the log; 0 for ever."""
    max_document_bytes: int = setting(64 * 1024 * 1024, ge=1)
    """Largest file that is read."""
    max_failures: int = setting(5, ge=1)
    """Consecutive failures that open a plugin's circuit."""
    open_s: float = setting(300.0, ge=0)
    """Seconds an open circuit waits before it lets one call try."""
    parallel_steps: int = setting(4, ge=1)
    """Steps of one run that may run at the same time."""
    isolation: Mapping[str, str] = field(default=FrozenDict(), converter=frozen_mapping)
    """Where plugins are called, whatever their manifests say: plugin id, or "*" for all -> inline, thread, process."""
    call_s: float = setting(0.0, ge=0)
    """Longest a call may take that is not made inline; 0 for no bound."""
    slow_call_s: float = setting(30.0, ge=0)
    """Seconds after which a call under way is told of, with the line where it stands; 0 for never."""
    max_concurrent: int = setting(0, ge=0)
    """Calls of one plugin that may be under way at the same time, further ones wait; 0 for no bound."""
    worker_memory_mb: int = setting(2048, ge=0)
    """Memory the process of a plugin may use, in MiB of address space; 0 for no bound."""
    watch_polling: bool = setting(False)
    """Whether plugin folders are looked at now and then instead of the system telling of changes."""

    def __attrs_post_init__(self) -> None:
        """Check what was given as an argument; what was read has been checked with its origin."""
        for item in attrs.fields(type(self)):
            if _kind(item) in _NUMBERS:
                object.__setattr__(self, item.name, _checked(item, getattr(self, item.name), _ARGUMENT))
        for plugin, mode in self.isolation.items():
            if mode not in _ISOLATIONS:
                raise InvalidSetting(
                    "settings", f"isolation.{plugin}", f"must be inline, thread or process, not {mode!r}"
                )

    @classmethod
    def read(
        cls, environ: Mapping[str, str], project: Path | None = None, *, given: Mapping[str, Any] | None = None
    ) -> Self:
        """Read the user's file, a project's, ``QUALIA_*`` variables and arguments, each stronger than those before.

        Args:
            environ: the environment, usually ``os.environ``; it names the user's folder too.
            project: a project's folder, whose ``plugins`` folder joins the plugin path and whose ``.qualia`` folder
                holds its state; None for no project.
            given: settings by name that are stronger than all of these; None for none.

        Raises:
            InvalidSetting: an unknown name or an ill-typed value; the sentence names file or variable.
        """
        return cls(**{name: value for name, (value, _) in _gathered(cls, environ, project, given).items()})


@frozen(kw_only=True)
class Origin:
    """A setting's value and where it came from."""

    name: str
    value: Any
    """The value; of a secret, whether it is set, as a bool."""
    origin: str
    """A file, a variable, "project" (the project's own folder), "argument" or "default"; several joined with " + "."""
    secret: bool = False


def explain(
    environ: Mapping[str, str],
    project: Path | None = None,
    *,
    given: Mapping[str, Any] | None = None,
    of: type[Settings] = Settings,
) -> tuple[Origin, ...]:
    """Return every setting with its value and origin, in the order they are declared; no secret is in it.

    Args:
        environ: as in `Settings.read`, and so are ``project`` and ``given``.
        project: a project's folder; None for none.
        given: settings given as arguments; None for none.
        of: the class whose settings are meant.

    Raises:
        InvalidSetting: as `Settings.read`.
    """
    gathered = _gathered(of, environ, project, given)
    settings = of(**{name: value for name, (value, _) in gathered.items()})
    return tuple(_origin(item, settings, gathered) for item in attrs.fields(of))


def _origin(item: attrs.Attribute[Any], settings: Settings, gathered: Mapping[str, tuple[Any, str]]) -> Origin:
    value, secret = getattr(settings, item.name), _is_secret(item)
    return Origin(
        name=item.name,
        value=value not in (None, "") if secret else value,
        origin=gathered.get(item.name, (None, "default"))[1],
        secret=secret,
    )


def user_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder of a user's own settings, pipelines and params, there or not; None when nothing says where.

    It is ``qualia`` in ``$XDG_CONFIG_HOME``, else in ``.config`` of ``$HOME``; on Windows in ``%APPDATA%``.

    Args:
        environ: the environment, usually ``os.environ``.
    """
    roaming = environ.get("APPDATA", "") if os.name == "nt" else ""
    places = (Path(environ.get("XDG_CONFIG_HOME", "")), Path(environ.get("HOME", ""), ".config"), Path(roaming))
    # As the standard says, one that is not absolute counts for nothing.
    return next((each / "qualia" for each in places if each.is_absolute()), None)


def wrong_settings(table: Mapping[str, Any], path: Path) -> tuple[InvalidSetting, ...]:
    """Return all that is wrong with the settings of a file, where reading it stops at the first.

    Args:
        table: what the file holds.
        path: the file, which errors name.
    """
    items = {item.name: item for item in attrs.fields(Settings)}
    found: list[InvalidSetting] = []
    for name, value in table.items():
        try:
            Settings(**{name: _typed(items[name], value, path) for name in _known({name: value}, items, str(path))})
        except InvalidSetting as error:
            found.append(InvalidSetting(str(path), error.name, error.reason))
    return tuple(found)


def least_of(name: str) -> float | None:
    """Return the smallest number a setting may be; None when there is no bound, or it is no number."""
    bound: float | None = attrs.fields_dict(Settings)[name].metadata.get(_LEAST)
    return bound


def strange_variables(environ: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the ``QUALIA_*`` variables that look like a misspelt setting, each with those it may mean."""
    known = [PREFIX + item.name.upper() for item in attrs.fields(Settings)]
    strange = (name for name in environ if name.startswith(PREFIX) and name not in (*known, f"{PREFIX}ENV"))
    return {name: near for name in strange if (near := nearest(name, known, cutoff=0.8))}


def _gathered(
    of: type[Settings], environ: Mapping[str, str], project: Path | None, given: Mapping[str, Any] | None
) -> dict[str, tuple[Any, str]]:
    """Collect what is set and where, stronger sources over weaker ones."""
    items = {item.name: item for item in attrs.fields(of)}
    values: dict[str, tuple[Any, str]] = {}
    folder = user_folder(environ)
    if folder is not None and (folder / FILE_NAME).is_file():
        values |= _from_toml(folder / FILE_NAME, items)
    if project is not None:
        values["state_dir"] = (project / ".qualia", "project")
        for path in _files(project, environ.get(f"{PREFIX}ENV")):
            values |= _from_toml(path, items)
    for name, item in items.items():
        variable = PREFIX + name.upper()
        if variable in environ and _kind(item) != "Mapping[str, str]":
            values[name] = (_parsed(item, environ[variable], variable), variable)
    values |= {name: (value, _ARGUMENT) for name, value in _known(given or {}, items, _ARGUMENT).items()}
    if project is not None and (project / "plugins").is_dir():
        more, origin = values.get("plugin_path", ((), ""))
        values["plugin_path"] = ((project / "plugins", *_folders(more)), f"project + {origin}".removesuffix(" + "))
    return values


def _files(project: Path, environment: str | None) -> list[Path]:
    base = project / FILE_NAME
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


def _from_toml(path: Path, items: Mapping[str, attrs.Attribute[Any]]) -> dict[str, tuple[Any, str]]:
    import tomllib

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(str(path), "*", f"cannot be read: {why_unread(error)}") from error
    known = _known(table, items, str(path))
    return {name: (_typed(items[name], value, path), str(path)) for name, value in known.items()}


def _known(table: Mapping[str, Any], items: Mapping[str, attrs.Attribute[Any]], origin: str) -> Mapping[str, Any]:
    for name in table:
        if name not in items:
            raise InvalidSetting(origin, name, unknown_name(name, items))
    return table


def _typed(item: attrs.Attribute[Any], value: Any, path: Path) -> Any:
    """Return a value of a file as its setting's type; folders are relative to the file."""
    origin, kind = str(path), _kind(item)
    if kind == "tuple[Path, ...]":
        if not is_texts(value):
            raise InvalidSetting(origin, item.name, "must be a list of folders")
        return tuple(path.parent / each for each in value)
    if kind == "Mapping[str, str]":
        if not is_mapping(value) or not is_texts(list(value.values())):
            raise InvalidSetting(origin, item.name, "must be a table of names to texts")
        return dict(value)
    if kind in ("Path | None", "str | None"):
        if type(value) is not str:
            raise InvalidSetting(origin, item.name, f"must be a str, not {_shown(item, value)}")
        return path.parent / value if kind == "Path | None" and value else value or None
    return _checked(item, value, origin)


def _kind(item: attrs.Attribute[Any]) -> str:
    """Return a setting's annotation as it is written."""
    return str(item.type)


def _checked(item: attrs.Attribute[Any], value: Any, origin: str) -> Any:
    """Return a number or switch of exactly its setting's type and in its range."""
    kind = _kind(item)
    if kind == "float" and type(value) is int and abs(value) <= _LARGEST:
        value = float(value)
    if type(value).__name__ != kind:
        raise InvalidSetting(origin, item.name, f"must be a {kind}, not {_shown(item, value)}")
    least = item.metadata[_LEAST]
    if least is not None and not value >= least:
        raise InvalidSetting(origin, item.name, f"must be at least {least}, not {_shown(item, value)}")
    if kind == "float" and not math.isfinite(value):
        raise InvalidSetting(origin, item.name, f"must be a finite number, not {_shown(item, value)}")
    return value


def _parsed(item: attrs.Attribute[Any], text: str, origin: str) -> Any:
    """Return a variable's text as its setting's type."""
    kind = _kind(item)
    if kind == "tuple[Path, ...]":
        return tuple(Path(each) for each in text.split(os.pathsep) if each)
    if kind in ("Path | None", "str | None"):
        return text or None
    if kind == "bool":
        if text.lower() not in ("0", "1", "true", "false"):
            raise InvalidSetting(origin, item.name, f"must be true or false, not {_shown(item, text)}")
        return text.lower() in ("1", "true")
    try:
        value = int(text) if kind == "int" else float(text)
    except ValueError as error:
        raise InvalidSetting(origin, item.name, f"must be a {kind}, not {_shown(item, text)}") from (
            None if _is_secret(item) else error
        )
    return _checked(item, value, origin)


def _shown(item: attrs.Attribute[Any], value: object) -> str:
    return "what it is" if _is_secret(item) else repr(value)


def _is_secret(item: attrs.Attribute[Any]) -> bool:
    return bool(item.metadata.get(_SECRET))
