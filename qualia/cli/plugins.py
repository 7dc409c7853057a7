"""``qualia plugins``: every plugin with where it comes from, and what was decided about it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from qualia._plugins.choices import FILE_NAME
from qualia._safe import safe_line
from qualia.cli.listing import told_of, write_facts
from qualia.cli.opening import open_core
from qualia.cli.output import Face, format_of
from qualia.cli.pretty import table
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _, translated
from qualia.core import Core
from qualia.registry import PluginInfo


def list_all(asked: argparse.Namespace, face: Face) -> None:
    """Show every plugin with its state, lifecycle and origin, and the other versions of it that are known.

    Raises:
        QualiaError: the folders or settings are wrong, or stdout cannot be written.
    """
    form = format_of(asked.format, None)
    with open_core(asked) as core:
        plugins = [info for info in core.plugins.values() if asked.kind in (None, info.kind)]
    if form != "pretty":
        write_facts(plugins, form, face)
        return
    if not plugins:
        face.note(_("there are no plugins here; name a folder that holds some with --plugin-dir"))
        return
    headings = (
        _("plugin"),
        _("kind"),
        _("version"),
        _("state"),
        _("lifecycle"),
        _("origin"),
        _("others"),
        _("summary"),
    )
    face.data(table([_row(info) for info in plugins], headings=headings, width=face.width))


def _row(info: PluginInfo) -> tuple[str, ...]:
    others = ", ".join(each.version for each in info.others) or "–"
    kind, version = _(info.kind or "?"), info.version or "–"
    return info.id, kind, version, _(info.state), _(info.lifecycle), _(info.origin), others, told_of(info)


def enable(asked: argparse.Namespace, face: Face) -> None:
    """Switch a plugin on again.

    Raises:
        WrongUsage: there is no place to keep that in.
        UnknownPlugin: there is none of this id.
        UnwritableOutput: it cannot be kept.
    """
    _decide(asked, face, lambda core: core.plugins.enable(asked.plugin))


def disable(asked: argparse.Namespace, face: Face) -> None:
    """Switch a plugin off.

    Raises:
        WrongUsage: there is no place to keep that in.
        UnknownPlugin: there is none of this id.
        UnwritableOutput: it cannot be kept.
    """
    _decide(asked, face, lambda core: core.plugins.disable(asked.plugin))


def use(asked: argparse.Namespace, face: Face) -> None:
    """Say which of several known versions of a plugin answers, by its version or folder.

    Raises:
        WrongUsage: there is no place to keep that in, or no such version is known.
        UnknownPlugin: there is none of this id.
        UnwritableOutput: it cannot be kept.
    """

    def choose(core: Core) -> PluginInfo:
        return core.plugins.choose(asked.plugin, _known(core.plugins[asked.plugin], asked.wanted))

    _decide(asked, face, choose)


def reset(asked: argparse.Namespace, face: Face) -> None:
    """Forget what was decided about a plugin: it is on, and which version answers follows from where they lie.

    Raises:
        WrongUsage: there is no place to keep that in.
        UnknownPlugin: there is none of this id.
        UnwritableOutput: it cannot be kept.
    """

    def forget(core: Core) -> PluginInfo:
        core.plugins.choose(asked.plugin, None)
        return core.plugins.enable(asked.plugin)

    _decide(asked, face, forget)


def _decide(asked: argparse.Namespace, face: Face, decide: Callable[[Core], PluginInfo]) -> None:
    with open_core(asked) as core:
        state = core.settings.state_dir
        if state is None:
            sentence = "there is no project here, so it would be forgotten at once; name one with --project"
            raise WrongUsage(_(sentence))
        info = decide(core)
    line = f"{info.id} {info.version}: {_(info.state)}"
    face.data(safe_line(f"{line} [{translated(info.reason)}]" if info.reason else line))
    face.note(_("kept in {path}", path=state / FILE_NAME))


def _known(info: PluginInfo, wanted: str) -> str:
    """Return a version that is known, or the folder of one, as it is kept.

    Raises:
        WrongUsage: there is none.
    """
    known = [(info.version, info.folder), *((each.version, each.folder) for each in info.others)]
    fitting = [folder for version, folder in known if version == wanted]
    if len(fitting) == 1:
        return wanted
    places = ", ".join(f"{version} ({folder})" for version, folder in known)
    if fitting:
        sentence = "several folders hold {plugin} {version}; give one of the folders: {known}"
        raise WrongUsage(_(sentence, plugin=info.id, version=wanted, known=places))
    if any(os.path.realpath(wanted) == os.path.realpath(folder) for _version, folder in known):
        return str(Path(wanted).absolute())
    raise WrongUsage(_("there is no {plugin} {version}; known: {known}", plugin=info.id, version=wanted, known=places))
