"""Which engine keeps the snapshots: one archive for each, or a repository of restic. Each command asks for it here."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from attrs import frozen

from qualia._files import why_unread
from qualia.errors import InvalidSetting, unknown_name
from qualia.operations import OperationContext, Steps
from qualia_ops.backup.errors import WrongPolicy

FILE_NAME = "backup.toml"
"""In a project's ``.qualia``: what need not be said each time."""
_ENGINES = {"archive": "qualia_ops.backup.commands:ARCHIVE", "restic": "qualia_ops.backup.restic.commands:RESTIC"}
_VARIABLES = {"engine": "BACKUP_ENGINE", "repository": "BACKUP_REPOSITORY"}
_NAMES = (*_VARIABLES, "password_file", "compress", "identity_file", "recipients")
PASSWORDS = ("RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD_COMMAND")
"""What restic itself looks at for its password."""
_FAR = re.compile(r"(sftp|s3|rest|swift|b2|azure|gs|rclone):")
Act = Callable[[OperationContext[Any]], Steps]


@frozen(kw_only=True)
class Engine:
    """What keeps snapshots: one function for each command."""

    create: Act
    list: Act
    show: Act
    verify: Act
    restore: Act
    prune: Act
    drill: Act
    export: Act


@frozen(kw_only=True)
class Choice:
    """Which engine, and what it has to be told."""

    engine: str
    repository: str | None
    """Of restic; None for its place in the project."""
    password_file: str | None


def is_far(repository: str) -> bool:
    """Tell whether a repository of restic is an address rather than a folder."""
    return _FAR.match(repository) is not None


def by_engine(act: str) -> Act:
    """Return what does a command with the engine that is chosen."""

    def run(context: OperationContext[Any]) -> Steps:
        module, _colon, name = _ENGINES[choice_in(context).engine].partition(":")
        engine: Engine = getattr(import_module(module), name)
        done: Steps = getattr(engine, act)(context)
        return done

    return run


def choice_in(context: OperationContext[Any], environ: Mapping[str, str] = os.environ) -> Choice:
    """Return what is chosen: by param, else by variable, else in ``.qualia/backup.toml`` of the project.

    Raises:
        WrongPolicy: the file cannot be read, or no engine goes by the name.
        InvalidSetting: the file says what nobody knows.
    """
    asked = {name: getattr(context.params, name) for name in (*_VARIABLES, "password_file")}
    return choice_in_project(context.project, environ, asked)


def choice_in_project(
    project: Path | None,
    environ: Mapping[str, str] = os.environ,
    asked: Mapping[str, str | None] = MappingProxyType({}),
) -> Choice:
    """Return what is chosen for a project, where ``asked`` is what was said just now.

    Raises:
        WrongPolicy: the file cannot be read, or no engine goes by the name.
        InvalidSetting: the file says what nobody knows.
    """
    kept = kept_in(project)
    found: dict[str, str | None] = {}
    for name, variable in _VARIABLES.items():
        found[name] = asked.get(name) or environ.get(variable) or kept.get(name)
    engine = found["engine"] or next(iter(_ENGINES))
    if engine not in _ENGINES:
        raise WrongPolicy(f"there is no engine {engine!r} for backups; there are archive and restic")
    is_told = any(environ.get(name) for name in PASSWORDS)
    password_file = asked.get("password_file") or (None if is_told else kept.get("password_file"))
    return Choice(engine=engine, repository=found["repository"], password_file=password_file)


def kept_in(project: Path | None) -> Mapping[str, str]:
    """Return what a project's file of its backups says; nothing where there is none.

    Raises:
        WrongPolicy: it cannot be read.
        InvalidSetting: it says what nobody knows.
    """
    if project is None:
        return {}
    path = project / ".qualia" / FILE_NAME
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise WrongPolicy(f"{path} cannot be read: {why_unread(error)}") from error
    for name, value in table.items():
        if name not in _NAMES:
            raise InvalidSetting(str(path), name, unknown_name(name, _NAMES))
        if not isinstance(value, str):
            raise InvalidSetting(str(path), name, f"must be a text, not {value!r}")
    return table
