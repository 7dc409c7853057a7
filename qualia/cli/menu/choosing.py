"""Choosing a plugin: of one kind, those that cannot be used shown with why."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from qualia._form import Form
from qualia.cli.listing import in_words
from qualia.cli.menu.asking import Asker, Choice, chosen, shown
from qualia.cli.menu.form import ask_params
from qualia.cli.menu.session import Session
from qualia.cli.words import _, translated
from qualia.plugin import ParamSpec
from qualia.registry import PluginInfo
from qualia.words import said_by


@frozen
class Chosen:
    """A plugin and its params."""

    info: PluginInfo
    form: Form


def ask_plugin(session: Session, title: str, kinds: Sequence[str]) -> tuple[PluginInfo, tuple[ParamSpec, ...]]:
    """Return a plugin of one of these kinds and the params it declares.

    Raises:
        Back: somebody went back.
        PluginError: it cannot be loaded.
    """
    with session.core() as core:
        infos = [info for info in core.plugins.values() if info.kind in kinds]
        plugin = chosen(session.asker, title, plugin_choices(infos))
        return core.plugins[plugin], core.plugins.params(plugin)


def ask_filled(session: Session, title: str, kinds: Sequence[str], *, go: str, without: Sequence[str] = ()) -> Chosen:
    """Return a plugin with params as somebody wants them.

    Args:
        session: who asks.
        title: the question for the plugin.
        kinds: the kinds that will do.
        go: what ends the form.
        without: params that are asked for elsewhere.

    Raises:
        Back: somebody went back.
        PluginError: the plugin cannot be loaded.
    """
    info, specs = ask_plugin(session, title, kinds)
    left = [spec for spec in in_words(info, specs) if spec.name not in without]
    return Chosen(info, ask_params(session.asker, info.id, left, go=go))


def plugin_choices(infos: Sequence[PluginInfo]) -> list[Choice]:
    """Return a line for each plugin, usable ones first; of the others it says why they cannot be chosen."""
    ranked = sorted(infos, key=lambda info: (not _can_run(info), info.id))
    return [Choice(info.id, info.id, _about(info), "" if _can_run(info) else _why_not(info)) for info in ranked]


def _about(info: PluginInfo) -> str:
    return shown(said_by(info.folder, info.summary))


def _can_run(info: PluginInfo) -> bool:
    return info.state not in ("unavailable", "disabled")


def _why_not(info: PluginInfo) -> str:
    if info.state == "disabled":
        return _("it is switched off; switch it on under Plugins")
    return shown(translated(info.reason)) or _("it cannot be used here")


def ask_any(asker: Asker, title: str, infos: Sequence[PluginInfo]) -> str:
    """Return the id of one of all plugins, usable or not.

    Raises:
        Back: somebody went back.
    """
    told = [Choice(info.id, f"{info.id} [{_(info.state)}]", _about(info) or shown(info.reason)) for info in infos]
    return chosen(asker, title, told)
