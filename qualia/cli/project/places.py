"""Where a project's and a user's own files stand, and the plugins by which they are checked."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from qualia.cli.opening import open_core, project_of
from qualia.cli.project.reading import SUFFIXES
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _
from qualia.core import Core
from qualia.errors import InvalidSetting, nearest
from qualia.settings import FILE_NAME, Settings, user_folder

PIPELINES = "pipelines"
"""The folder of a project's pipelines."""
PARAMS = "params"
"""The folder of a project's files of params."""


def pipeline_named(name: str, asked: argparse.Namespace) -> str:
    """Return the file that a pipeline's name means: a file of that name, else one in a folder of pipelines."""
    if Path(name).exists() or Path(name).name != name:
        return name
    for folder in homes(asked):
        for suffix in ("", *SUFFIXES):
            file = folder / PIPELINES / f"{name}{suffix}"
            if file.is_file():
                return str(file)
    return name


def known_pipeline(name: str, asked: argparse.Namespace) -> str:
    """Return the file that a pipeline's name means, as `pipeline_named`.

    Raises:
        WrongUsage: it means none, and looks like the name of one there is.
    """
    file = pipeline_named(name, asked)
    if file == name and Path(name).name == name and not Path(name).exists():
        names = [each.stem for home in homes(asked) for each in readable_in(home / PIPELINES)]
        near = nearest(Path(name).stem, names)
        if near:
            shown = _(" or ").join(map(repr, near))
            raise WrongUsage(_("there is no pipeline {name!r}; did you mean {near}?", name=name, near=shown))
    return file


def homes(asked: argparse.Namespace) -> Iterator[Path]:
    """Yield the project's folder (this one where there is none) and then the user's, if they are there."""
    project, own = project_of(asked), user_folder(os.environ)
    # A path that people can read: from here.
    here = Path() if project is None or project == Path.cwd() else project
    yield from (each for each in (here, own) if each is not None and each.is_dir())


def files_in(home: Path) -> Iterator[Path]:
    """Yield the files of settings, pipelines and params in a project's or a user's folder, in order."""
    yield from sorted(
        (each for each in home.glob("qualia*.toml") if _is_settings(each)), key=lambda each: len(each.name)
    )
    for name in (PIPELINES, PARAMS):
        yield from readable_in(home / name)


def files_meant(path: str) -> Iterator[Path]:
    """Yield the files that a path on the command line means: those of a folder, as `files_in`, or itself."""
    folder = Path(path)
    if folder.is_dir():
        yield from dict.fromkeys((*files_in(folder), *readable_in(folder)))
    else:
        yield folder


def readable_in(folder: Path) -> Iterator[Path]:
    """Yield the TOML, JSON and YAML files in a folder, in order; none when it is not there."""
    if folder.is_dir():
        yield from sorted(each for each in folder.iterdir() if each.suffix.lower() in SUFFIXES and each.is_file())


def core_for_checks(asked: argparse.Namespace) -> Core:
    """Return a Core with the plugins of the project even where its settings are what is wrong.

    Raises:
        WrongUsage: one of the folders that were asked for is none.
    """
    try:
        return open_core(asked)
    except InvalidSetting:
        plugins = (project_of(asked) or Path()) / "plugins"
        return Core([*([plugins] if plugins.is_dir() else []), *asked.plugin_dirs], settings=Settings())


def _is_settings(path: Path) -> bool:
    return path.is_file() and (path.name == FILE_NAME or path.name.count(".") == 2)
