"""Which plugins there are, read from their manifests alone: listing a thousand plugins imports none."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from qualia._plugins.choices import Choices
from qualia._plugins.index import Index
from qualia._plugins.installed import Site
from qualia._plugins.keys import FILE_NAME
from qualia._plugins.keys import Isolation as Isolation
from qualia._plugins.keys import Kind as Kind
from qualia._plugins.manifest import Limits as Limits
from qualia._plugins.manifest import Manifest as Manifest
from qualia._plugins.manifest import checked, read_table
from qualia._plugins.manifest import read_manifest as read_manifest
from qualia._plugins.requirement import Requirement
from qualia._plugins.selection import Found as Found
from qualia._plugins.selection import settle
from qualia._plugins.version import in_range, parse_range
from qualia.errors import InvalidManifest, PluginUnavailable

API_VERSION = "1.0"
"""Version of the plugin API this engine offers."""

SHIPPED, FOLDER, INSTALLED = "shipped", "folder", "installed"
"""Where plugins come from, as `Found.origin` tells."""

_NO_CHOICES = Choices()


def shipped_folder() -> Path:
    """Return the folder of the plugins that ship: beside the installed package, or in the checkout it runs from."""
    package = Path(__file__).resolve().parent.parent
    bundled = package / "_bundled" / "plugins"
    return bundled if bundled.is_dir() else package.parent / "plugins"


def discover(
    places: Iterable[tuple[str, Path]],
    *,
    search_path: Iterable[str],
    override: bool = False,
    index: Path | None = None,
    choices: Choices = _NO_CHOICES,
    installed: bool = True,
) -> tuple[Found, ...]:
    """Read the manifests of the shipped plugins, the installed ones, then those below the other ``places``.

    A place that is itself a plugin counts as one; in any other each folder with a manifest does, in order of name,
    unless its name begins with ``_`` or ``.``. Nothing is imported and nothing raises: what is wrong with a plugin
    stands in its `Found.error`. `settle` says which of several of one id is active.

    Args:
        places: origin ("shipped" or "folder") and folder of where to look.
        search_path: where distributions are installed, usually ``sys.path``.
        override: whether a later plugin replaces an earlier one of the same id instead of making it unavailable.
        index: a file that remembers manifests, so that only what changed is parsed again; None for none. It is written
            when its folder is there and something changed, and a damaged one is written anew.
        choices: which plugins are disabled, and which versions are meant.
        installed: whether plugins that distributions bring along, by an entry point, are looked for.
    """
    site = Site(search_path)
    reading = _Reading(site.versions, Index(index))
    given = list(places)
    found: list[Found] = []
    for origin, folder in (place for place in given if place[0] == SHIPPED):
        found += reading.place(folder, origin)
    if installed:
        for located in site.plugins():
            if located.trouble is None:
                found += reading.place(located.folder, INSTALLED)
            else:
                found.append(
                    Found(
                        id=located.name,
                        folder=located.folder,
                        origin=INSTALLED,
                        manifest=None,
                        error=located.trouble,
                    )
                )
    for origin, folder in (place for place in given if place[0] != SHIPPED):
        found += reading.place(folder, origin)
    reading.end()
    return settle(found, override=override, choices=choices)


class _Reading:
    """One pass over the places: what was settled about one manifest serves the next."""

    def __init__(self, versions: Mapping[str, str], index: Index) -> None:
        self._versions: Mapping[str, str] = versions
        self._index: Index = index
        self._listed: list[str] = []
        self._good: set[str] = set()
        self._ranges: dict[str, bool] = {}
        self._there: dict[str, bool] = {}

    def place(self, folder: Path, origin: str) -> Iterator[Found]:
        """Read the plugins in a folder, or the one that it is."""
        try:
            here = os.path.abspath(folder)
            status = _status(here)
            names = [] if status else sorted(os.listdir(here))
        except (OSError, ValueError):
            return
        if status is not None:
            parent, name = os.path.split(here)
            yield self._found(folder, origin, parent, name, status)
            return
        self._listed.append(here)
        for name in names:
            status = None if name[0] in "._" else _status(f"{here}{os.sep}{name}")
            if status is not None:
                yield self._found(folder / name, origin, here, name, status)

    def end(self) -> None:
        """Let the index be written."""
        self._index.write(self._listed)

    def _found(self, folder: Path, origin: str, parent: str, name: str, status: os.stat_result) -> Found:
        manifest = self._index.manifest(parent, name, status, self._good)
        if manifest is None:
            path = folder / FILE_NAME
            try:
                text, table = read_table(path)
                manifest = checked(path, text, table, self._good)
            except InvalidManifest as error:
                return Found(id=name, folder=folder, origin=origin, manifest=None, error=error)
            self._index.learn(parent, name, status, table)
        return Found(id=manifest.id, folder=folder, origin=origin, manifest=manifest, error=self._trouble(manifest))

    def _trouble(self, manifest: Manifest) -> PluginUnavailable | None:
        """Return why a plugin cannot run here."""
        fits = self._ranges.get(manifest.api)
        if fits is None:
            fits = self._ranges[manifest.api] = in_range(API_VERSION, parse_range(manifest.api))
        if not fits:
            return PluginUnavailable(
                manifest.id,
                f"it was written for plugin API {manifest.api} and this is {API_VERSION}",
                "install a version of it that fits",
            )
        missing = [text for text in manifest.dependencies if not self._is_there(text)]
        if missing:
            wanted = " ".join(f"'{text.partition(';')[0].strip()}'" for text in missing)
            return PluginUnavailable(manifest.id, f"it needs {', '.join(missing)}", f"run: pip install {wanted}")
        return None

    def _is_there(self, text: str) -> bool:
        known = self._there.get(text)
        if known is None:
            requirement = Requirement.parse(text)
            version = self._versions.get(requirement.name)
            known = not requirement.applies() or (version is not None and requirement.allows(version))
            self._there[text] = known
        return known


def _status(folder: str) -> os.stat_result | None:
    """Return what the file system says of the manifest in a folder; None when there is none, or nobody may look."""
    try:
        status = os.stat(f"{folder}{os.sep}{FILE_NAME}")
    except (OSError, ValueError):
        return None
    return status if stat.S_ISREG(status.st_mode) else None
