"""From what was asked to a Core, a plugin of the right kind and typed params."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, overload

from attrs import evolve

from qualia.cli.usage import WrongUsage
from qualia.cli.words import _
from qualia.core import Core
from qualia.errors import InvalidParam, unknown_name
from qualia.plugin import ParamSpec, parse_text
from qualia.registry import PluginInfo
from qualia.settings import Settings

T = TypeVar("T")

_COMMANDS = {"document": "process", "analyzer": "analyze", "visualizer": "visualize"}


def project_of(asked: argparse.Namespace) -> Path | None:
    """Return the project that was asked for or stands here; None when there is neither.

    Raises:
        WrongUsage: it, or one of the plugin folders that were asked for, is no folder.
    """
    for option, folders in (("--plugin-dir", asked.plugin_dirs), ("--project", [asked.project or "."])):
        for folder in folders:
            if not Path(folder).is_dir():
                raise WrongUsage(_("{option} {folder!r}: there is no such folder", option=option, folder=folder))
    if asked.project is not None:
        return Path(asked.project)
    return Path.cwd() if Path("qualia.toml").is_file() else None


def open_core(asked: argparse.Namespace) -> Core:
    """Return a Core for the folders, the project and the isolation that were asked for.

    Raises:
        WrongUsage: one of the folders is none.
        InvalidSetting: a setting is unknown or ill-typed.
    """
    project, isolation = project_of(asked), getattr(asked, "isolation", None)
    if isolation is None:
        return Core(asked.plugin_dirs, project=project)
    settings = Settings.read(os.environ, project)
    return Core(asked.plugin_dirs, settings=evolve(settings, isolation={"*": isolation}))


@overload
def timeout_of(asked: argparse.Namespace) -> float | None: ...
@overload
def timeout_of(asked: argparse.Namespace, default_s: T) -> float | T: ...
def timeout_of(asked: argparse.Namespace, default_s: object = None) -> object:
    """Return the seconds after which to give up; None for never.

    Raises:
        WrongUsage: it is no number of seconds.
    """
    if asked.timeout is None:
        return default_s
    if not 0 < asked.timeout < math.inf:
        sentence = "--timeout {seconds}: give a number of seconds of more than 0"
        raise WrongUsage(_(sentence, seconds=f"{asked.timeout:g}"))
    return float(asked.timeout)


def plugin_for(core: Core, plugin: str, kind: str) -> PluginInfo:
    """Return what is known of a plugin of this kind.

    Raises:
        UnknownPlugin: there is none of this id.
        WrongUsage: it is of another kind; the command for that is named.
    """
    info = core.plugins[plugin]
    if info.kind is not None and info.kind != kind:
        sentence = "{plugin!r} is no {wanted}; use: qualia {command} FILE -p {plugin}"
        wanted = _(f"{kind} plugin" if kind == "document" else kind)
        raise WrongUsage(_(sentence, plugin=plugin, wanted=wanted, command=_COMMANDS[info.kind]))
    return info


def params_of(core: Core, asked: argparse.Namespace) -> dict[str, Any]:
    """Return the params for the plugin that was asked for: those of ``--config``, then those of ``-P``, which win.

    Raises:
        WrongUsage: the file cannot be read, or a text is no ``KEY=VALUE``.
        InvalidParam: the plugin has no such param, or the value is not of its type.
        PluginError: the plugin cannot be loaded.
    """
    specs = core.plugins.params(asked.plugin)
    values: dict[str, Any] = {}
    if asked.config is not None:
        from qualia.cli.params import params_in

        values = params_in(asked.config, specs, plugin=asked.plugin)
    return values | typed_params(specs, asked.params, plugin=asked.plugin, others=core.plugins.params)


def typed_params(
    specs: Sequence[ParamSpec],
    texts: Sequence[str],
    *,
    plugin: str,
    others: Callable[[str], Sequence[ParamSpec]] | None = None,
) -> dict[str, Any]:
    """Return ``KEY=VALUE`` texts as values of the types the plugin declares; `Core` checks their range.

    Args:
        specs: the plugin's params.
        texts: what was given.
        plugin: its id.
        others: gives the params of another plugin, for keys like ``word_frequency.top``: those are for plugins the
            engine adds. None takes no such key.

    Raises:
        WrongUsage: a text has no ``=``, or a key comes twice.
        InvalidParam: the plugin has no such param, or the value is not of its type.
        UnknownPlugin: there is none of the name before the dot.
    """
    known: dict[str, ParamSpec] = {spec.name: spec for spec in specs}
    values: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise WrongUsage(_("-P {text!r}: write it as KEY=VALUE, for example -P top=20", text=text))
        other, dot, _param = name.partition(".")
        if dot and others is not None and name not in known:
            known |= {f"{other}.{spec.name}": spec for spec in others(other)}
        if name not in known:
            raise InvalidParam(plugin, name, unknown_name(name, known))
        if name in values:
            raise WrongUsage(_("-P {name}: given twice; give it once", name=name))
        values[name] = parse_text(known[name], value, plugin=plugin)
        if isinstance(values[name], float) and not math.isfinite(values[name]):
            raise InvalidParam(plugin, name, f"must be a finite number, not {value}")
    return values
