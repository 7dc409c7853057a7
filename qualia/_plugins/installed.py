"""What is installed on a search path, read from folders and files alone.

Nothing is imported, and neither is ``importlib.metadata``, which costs 50 ms.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from qualia._plugins.entries import INSTALLED, entries_of, read_start
from qualia._plugins.keys import FILE_NAME
from qualia._plugins.requirement import normalised
from qualia._values import is_mapping, parse_json
from qualia.errors import PluginUnavailable

GROUP = "qualia.plugins"
"""Entry point group whose values name packages that hold a ``plugin.toml``."""

_VERSION = re.compile(rb"^Version:[ \t]*(\S+)", re.MULTILINE)


@frozen(kw_only=True)
class Located:
    """What an entry point names."""

    name: str
    """The entry point's own name, for one whose manifest cannot be read."""
    folder: Path
    """The package's folder; the distribution's own when there is trouble."""
    trouble: PluginUnavailable | None = None
    """Why there is no such package; None when there is."""


class Site:
    """The folders of a search path as they are at this moment, each listed once."""

    def __init__(self, search_path: Iterable[str]) -> None:
        self._names: dict[str, list[str]] = {}
        for each in search_path:
            # Missing, an archive, or below a working folder that is gone.
            with suppress(OSError, ValueError):
                folder = os.path.abspath(each)
                if folder not in self._names:
                    self._names[folder] = os.listdir(folder)
        self._members: dict[str, frozenset[str]] = {}
        self._infos: dict[str, str] = {}
        """Normalised name -> ``*.dist-info`` folder of every distribution."""
        self.versions: Mapping[str, str] = self._read_versions()
        """The version of every distribution, by normalised name; the first folder that has it decides."""

    def _read_versions(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for folder, names in self._names.items():
            for name in names:
                match = INSTALLED.fullmatch(name) if name.endswith("-info") else None
                if match is None:
                    continue
                key = normalised(match[1])
                version = match[2] or _stated_version(os.path.join(folder, name))
                if version and key not in found:
                    found[key] = version
                    if match[3] == "dist-info":
                        self._infos[key] = os.path.join(folder, name)
        return found

    def plugins(self) -> Iterator[Located]:
        """Find the package of every entry point of the group, in order of distribution, then as they are declared."""
        group = GROUP.encode()
        for distribution, info in sorted(self._infos.items()):
            data = read_start(f"{info}{os.sep}entry_points.txt")
            if group in data:
                for name, value in entries_of(data, GROUP):
                    yield self._locate(name, value, distribution, info)

    def _locate(self, name: str, value: str, distribution: str, info: str) -> Located:
        package = value.partition(":")[0].partition("[")[0].strip()
        parts = package.split(".")
        if all(map(str.isidentifier, parts)):
            folders = self._candidates(parts)
            root = _editable_root(info) if not folders else None
            if root is not None:
                folders = _below(parts, [os.path.join(root, "src"), root])
            for folder in folders:
                if os.path.isfile(f"{folder}{os.sep}{FILE_NAME}"):
                    return Located(name=name, folder=Path(folder))
            reason, remedy = _why_not(package, distribution, folders, root)
        else:
            reason = f"{package!r} of distribution {distribution!r} is not the name of a package"
            remedy = f"its author mends the entry point {name!r}"
        return Located(name=name, folder=Path(info), trouble=PluginUnavailable(name, reason, remedy))

    def _candidates(self, parts: Sequence[str]) -> list[str]:
        return _below(parts, [folder for folder in self._names if self._has(folder, parts[0])])

    def _has(self, folder: str, name: str) -> bool:
        """Tell whether a folder has a member without asking the disk once more."""
        members = self._members.get(folder)
        if members is None:
            members = self._members[folder] = frozenset(self._names[folder])
        return name in members


def installed_versions(search_path: Iterable[str]) -> Mapping[str, str]:
    """Return the version of every distribution installed on a search path, by normalised name."""
    return Site(search_path).versions


def _below(parts: Sequence[str], bases: list[str]) -> list[str]:
    """Return the folders a dotted name means below ``bases``: one of a regular package, several of a namespace's.

    It looks as an import does: the first folder with an ``__init__`` wins, otherwise all of them are the package.
    """
    for part in parts:
        portions: list[str] = []
        for base in bases:
            folder = f"{base}{os.sep}{part}"
            if os.path.isfile(f"{folder}{os.sep}__init__.py"):
                portions = [*portions, folder] if portions and part is parts[-1] else [folder]
                break
            if os.path.isdir(folder):
                portions.append(folder)
        bases = portions
    return bases


def _why_not(package: str, distribution: str, folders: list[str], root: str | None) -> tuple[str, str]:
    if folders:
        reason = f"package {package!r} of distribution {distribution!r} in {folders[0]} holds no {FILE_NAME}"
        return reason, f"its author adds {FILE_NAME} to the package's data"
    if root is not None:
        reason = f"package {package!r} of distribution {distribution!r} is neither in {root} nor in its src folder"
        return reason, f"run: pip install --config-settings editable_mode=compat -e {root}"
    reason = f"package {package!r} of distribution {distribution!r} is not on the search path"
    return reason, f"run: pip install --force-reinstall {distribution}"


def _editable_root(info: str) -> str | None:
    """Return the project folder of an editable install; None for any other.

    One made with an import hook leaves no folder on the search path; PEP 610 tells where the project is.
    """
    try:
        told = parse_json(read_start(os.path.join(info, "direct_url.json")) or b"null")
    except ValueError:
        return None
    details = told.get("dir_info") if is_mapping(told) else None
    url = told.get("url") if is_mapping(details) and details.get("editable") is True else None
    if not isinstance(url, str) or not url.startswith("file://"):
        return None
    from urllib.parse import unquote

    host, _, path = unquote(url.removeprefix("file://")).partition("/")
    if os.name == "nt":
        return f"//{host}/{path}" if host else path
    return None if "\0" in path else f"/{path}"


def _stated_version(info: str) -> str | None:
    """Return the version of an ``*.egg-info`` whose name has none; None when it states none."""
    match = _VERSION.search(read_start(os.path.join(info, "PKG-INFO")))
    return match[1].decode("ascii", "replace") if match else None
