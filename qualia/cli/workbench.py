"""What ``qualia dev`` works with: one plugin, a Core that keeps nothing, and something to run the plugin on."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from attrs import evolve

from qualia._plugins.keys import FILE_NAME
from qualia.cli.demo import MATERIAL
from qualia.cli.inputs import read_given
from qualia.cli.opening import project_of
from qualia.cli.output import Face
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _, spoken
from qualia.core import Core
from qualia.registry import PluginInfo
from qualia.settings import Settings

_SLOW_S = 5.0
_READS = "text/vtt"


def folder_of(asked: argparse.Namespace) -> Path | None:
    """Return the folder that was named or stands here: a plugin's, or one that holds plugins; None for neither.

    Raises:
        WrongUsage: there is no such folder.
    """
    if asked.path is not None:
        path = Path(asked.path)
        path = path.parent if path.name == FILE_NAME and path.is_file() else path
        if not path.is_dir():
            raise WrongUsage(_("there is no folder {path!r}", path=asked.path))
        return path.absolute()
    if Path(FILE_NAME).is_file():
        return Path.cwd()
    return Path("plugins").absolute() if Path("plugins").is_dir() else None


def open_bench(asked: argparse.Namespace, folder: Path | None) -> Core:
    """Return a Core that keeps nothing on disk, leaves no failing plugin alone, and prefers the plugins of a folder.

    Raises:
        WrongUsage: one of the folders is none.
        InvalidSetting: a setting is unknown or ill-typed.
    """
    project = project_of(asked)
    settings = Settings.read(os.environ, project)
    settings = evolve(
        settings,
        state_dir=None,
        override_plugins=True,
        open_s=0.0,
        slow_call_s=min(settings.slow_call_s or _SLOW_S, _SLOW_S),
        isolation={**settings.isolation, "*": "process"} if asked.contained else settings.isolation,
    )
    return Core([*asked.plugin_dirs, *([] if folder is None else [folder])], settings=settings)


def plugin_of(core: Core, asked: argparse.Namespace, folder: Path | None) -> PluginInfo:
    """Return the plugin that is meant: the one of that name, or the only one in the folder.

    Raises:
        UnknownPlugin: there is none of this id.
        WrongUsage: there is none in the folder, or several.
    """
    if folder is None:
        if asked.plugin is None:
            raise WrongUsage(_("there is no plugin here; name its folder, or make one with qualia create"))
        return core.plugins[asked.plugin]
    real = os.path.realpath(folder)
    here = [each for each in core.plugins.values() if os.path.realpath(each.folder) == real]
    here = here or [each for each in core.plugins.values() if os.path.realpath(each.folder.parent) == real]
    if asked.plugin is not None:
        named = [each for each in here if asked.plugin in (each.id, each.folder.name)]
        # Without a path the folder was a guess.
        return named[0] if named else core.plugins[asked.plugin]
    if not here:
        raise WrongUsage(_("there is no plugin in {folder}; make one with qualia create", folder=folder))
    if len(here) > 1:
        known = ", ".join(sorted(each.id for each in here))
        raise WrongUsage(
            _("there are several plugins in {folder}; choose one with -p: {known}", folder=folder, known=known)
        )
    return here[0]


def sample_for(core: Core, info: PluginInfo, asked: argparse.Namespace, face: Face) -> Any:
    """Return what the plugin is run on: the file that was named, or what comes along and fits.

    Raises:
        DocumentUnreadable: the file cannot be read.
        InvalidManifest: there is nothing that comes along and fits.
    """
    if asked.sample is not None:
        return read_given(asked.sample, face, max_bytes=core.settings.max_document_bytes)
    others = [each for each in core.plugins.values() if each.state != "unavailable" and each.id != info.id]
    made = {record for each in others if each.kind == "analyzer" for record in each.produces}
    reads_no_meeting = info.kind == "document" and _READS not in info.accepts
    if reads_no_meeting or not made.issuperset(info.consumes):
        from qualia._plugins.manifest import read_manifest
        from qualia.validation.samples import samples_for

        sample = next(samples_for(read_manifest(info.folder / FILE_NAME)), None)
        if sample is None:
            raise WrongUsage(
                _("nothing that comes along is what {plugin} reads; name a file with --sample", plugin=info.id)
            )
        return list(sample.given)
    meeting = "reuniao.vtt" if spoken() == "pt-BR" else "meeting.vtt"
    return read_given(str(MATERIAL / meeting), face, max_bytes=core.settings.max_document_bytes)
