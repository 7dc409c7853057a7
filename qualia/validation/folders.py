"""The folder of a plugin: what lies in it, and what should not."""

from __future__ import annotations

import fnmatch
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from qualia.errors import DocumentUnreadable
from qualia.validation.findings import Finding, Place, finding

MANIFEST = "plugin.toml"

_LARGE_BYTES = 2_000_000
_DEEP = 8
_MOST_FILES = 20_000
_SECRET = re.compile(
    r"\.env(\..*)?|\.netrc|\.pypirc|id_(rsa|dsa|ecdsa|ed25519)|.*\.(pem|p12|pfx|keystore)|credentials.*"
)
_TEST = re.compile(r"test_.*\.py|.*_test\.py|tests?")


@frozen(kw_only=True)
class File:
    """A file of a plugin."""

    path: Path
    name: str
    """Its path from the plugin's folder, with ``/``."""
    is_link: bool


def plugin_folders(path: Path) -> tuple[Path, ...]:
    """Return the plugin folders a path means: of a manifest, the folder itself, or those in it that hold a manifest.

    A folder without a manifest in it or below it is taken for a plugin that lacks one.

    Raises:
        DocumentUnreadable: there is nothing of this name, or it is a file that is no manifest.
    """
    if path.name == MANIFEST and not path.is_dir():
        return (path.parent,)
    if not path.exists():
        raise DocumentUnreadable(str(path), "there is no such file", "check the name and the folder")
    if not path.is_dir():
        raise DocumentUnreadable(str(path), "it is no plugin", "name a plugin's folder or its plugin.toml")
    if (path / MANIFEST).exists() or (path / "__init__.py").exists():
        return (path,)
    below = sorted(each for each in path.iterdir() if each.name[0] not in "._" and _looks_like_plugin(each))
    return tuple(below) or (path,)


def _looks_like_plugin(folder: Path) -> bool:
    try:
        return folder.is_dir() and any((folder / name).exists() for name in (MANIFEST, "__init__.py"))
    except OSError:
        return False


def files_of(folder: Path) -> tuple[File, ...]:
    """Return the files of a plugin in order of name, those in folders of compiled code or version control left out."""
    found: list[File] = []
    for above, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", ".git", ".venv", "node_modules"))
        linked = [name for name in folders if (Path(above) / name).is_symlink()]
        for name in sorted((*names, *linked)):
            path = Path(above) / name
            found.append(File(path=path, name=path.relative_to(folder).as_posix(), is_link=path.is_symlink()))
        if len(found) > _MOST_FILES:
            break
    return tuple(found)


def check_folder(folder: Path, files: tuple[File, ...], plugin: str) -> Iterator[Finding]:
    """Say what is wrong with the files of a plugin; ``plugin`` is its id, or its folder's name."""
    for file in files:
        yield from _check_file(file, folder)
    names = [each.name.lower() for each in files]
    whole = Place(file=folder)
    if not any(name.startswith("readme") for name in names):
        yield finding("QP007", whole)
    has_test = any(_TEST.fullmatch(part) for name in names for part in name.split("/"))
    if not has_test and not _tested_beside(folder.resolve(), plugin):
        yield finding("QP008", whole, plugin=plugin)


def _tested_beside(folder: Path, plugin: str) -> bool:
    """Tell whether a folder of tests, beside the plugin or beside the folder it stands in, has one for it."""
    # A walk has read each folder to its end before it yields it, so stopping early leaves none open.
    found = (names for above in folder.parents[:2] for _folder, _below, names in os.walk(above / "tests"))
    return any(fnmatch.filter(names, f"test_{plugin}*.py") for names in found)


def _check_file(file: File, folder: Path) -> Iterator[Finding]:
    place = Place(file=file.path)
    if file.is_link:
        yield from _check_link(file, folder)
    yield from _check_readable(file)
    if file.name.endswith((".pyc", ".pyo")):
        yield finding("QP005", place, file=file.name)
    if _SECRET.fullmatch(file.path.name.lower()):
        yield finding("QP006", place, file=file.name)
    parts = file.name.split("/")
    if len(parts) - 1 > _DEEP:
        yield finding("QP011", place, file=f"{'/'.join(parts[:2])}/.../{parts[-1]}"[:200], depth=len(parts) - 1)
    module = parts[0].removesuffix(".py")
    named = file.name == f"{module}.py" or file.name == f"{module}/__init__.py"
    if named and module in sys.stdlib_module_names and not module.startswith("__"):
        yield finding("QP009", place, file=file.name, module=module)


def _check_link(file: File, folder: Path) -> Iterator[Finding]:
    try:
        target = file.path.resolve(strict=False)
        inside = target.is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return
    if not inside:
        yield finding("QP003", Place(file=file.path), file=file.name, target=target)


def _check_readable(file: File) -> Iterator[Finding]:
    place = Place(file=file.path)
    try:
        size = file.path.stat().st_size
        if file.path.is_file():
            with file.path.open("rb") as opened:
                opened.read(1)
    except (OSError, RuntimeError) as error:
        told = getattr(error, "strerror", None) or str(error)
        yield finding("QP002", place, file=file.name, told=told.lower())
        return
    if size > _LARGE_BYTES:
        yield finding("QP004", place, file=file.name, size=f"{size / 1e6:.1f}")
