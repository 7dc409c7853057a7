"""From a folder to a report: every check in its order, and the run on samples when the rest allows it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from qualia.core import Core
from qualia.errors import DocumentUnreadable, QualiaWarning
from qualia.registry import PluginInfo
from qualia.settings import Settings
from qualia.validation.contained import try_plugin
from qualia.validation.entries import check_entry
from qualia.validation.findings import Finding, Report
from qualia.validation.folders import check_folder, files_of, plugin_folders
from qualia.validation.habits import check_habits
from qualia.validation.imports import check_imports
from qualia.validation.manifests import Neighbour, Read, check_around, read
from qualia.validation.options import check_params
from qualia.validation.sources import read_sources

_NOT_RUN = frozenset(
    "QP001 QP101 QP102 QP103 QP104 QP105 QP201 QP202 QP203 QP204 QP205 QP206 QP207 QP209 QP303".split()
)
"""What makes a run pointless: it could only say the same in other words."""


def validate(
    path: Path,
    *,
    smoke: bool = True,
    known: Iterable[PluginInfo] | None = None,
    timeout_s: float = 30.0,
) -> Report:
    """Check one plugin and say what is wrong with it. Nothing of it is imported into this process.

    Args:
        path: the plugin's folder, or the ``plugin.toml`` in it.
        smoke: whether to import it and run it on samples, in a process of its own.
        known: the plugins it will stand beside, such as ``core.plugins.values()``; None for those that ship.
        timeout_s: seconds that process gets.

    Raises:
        DocumentUnreadable: there is nothing of this name, or it holds several plugins.
    """
    folders = plugin_folders(path)
    if len(folders) != 1:
        raise DocumentUnreadable(str(path), "it holds several plugins", "name one of them, or call validate_all")
    (folder,) = folders
    return _report(folder, smoke=smoke, neighbours=_neighbours(known), timeout_s=timeout_s)


def validate_all(
    path: Path,
    *,
    smoke: bool = True,
    known: Iterable[PluginInfo] | None = None,
    timeout_s: float = 30.0,
) -> tuple[Report, ...]:
    """Check every plugin in a folder of plugins, each beside all the others, in order of name.

    Args:
        path: a folder of plugin folders, one plugin's folder, or a ``plugin.toml``.
        smoke: whether to import each and run it on samples, in a process of its own.
        known: the plugins they will stand beside; None for those that ship.
        timeout_s: seconds each of these processes gets.

    Raises:
        DocumentUnreadable: there is nothing of this name.
    """
    folders = plugin_folders(path)
    here = [read(folder) for folder in folders]
    neighbours = (*_neighbours(known), *(each for one in here for each in _as_neighbour(one)))
    return tuple(_report(folder, smoke=smoke, neighbours=neighbours, timeout_s=timeout_s) for folder in folders)


def _neighbours(known: Iterable[PluginInfo] | None) -> tuple[Neighbour, ...]:
    if known is None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", QualiaWarning)
            with Core(settings=Settings()) as core:
                known = tuple(core.plugins.values())
    return tuple(
        Neighbour(
            id=each.id,
            folder=each.folder,
            produces=each.produces if each.kind == "analyzer" else (),
            consumes=each.consumes,
        )
        for each in known
    )


def _as_neighbour(one: Read) -> Iterator[Neighbour]:
    folder = one.path.parent
    if one.manifest is not None:
        produces = one.manifest.produces if one.manifest.kind == "analyzer" else ()
        yield Neighbour(id=one.manifest.id, folder=folder, produces=produces, consumes=one.manifest.consumes)


def _report(folder: Path, *, smoke: bool, neighbours: Iterable[Neighbour], timeout_s: float) -> Report:
    files = files_of(folder)
    one = read(folder)
    sources = read_sources(files)
    found: list[Finding] = [*one.findings, *sources.broken]
    plugin = one.id or folder.resolve().name
    others = tuple(each for each in neighbours if each.folder.resolve() != folder.resolve())
    found += check_folder(folder, files, plugin)
    found += check_imports(sources, one, one.manifest, others={each.id for each in others} - {plugin})
    found += check_habits(sources)
    if one.manifest is not None:
        found += check_around(one, one.manifest, others)
        found += check_entry(sources, one, one.manifest)
        found += check_params(sources, one.manifest.entry)
    ran = smoke and one.manifest is not None and not _NOT_RUN & {each.rule for each in found}
    if ran and one.manifest is not None:
        found += try_plugin(folder, one.manifest, timeout_s=timeout_s)
    return Report(folder=folder, plugin=one.id, findings=found, ran=ran)
