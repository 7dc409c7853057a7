"""All that is wrong with a pipeline, a file of settings or a file of params, each problem with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from qualia._values import is_mapping
from qualia.cli.project.params import marked_plugin, param_problems
from qualia.cli.project.pipelines import pipeline_problems
from qualia.cli.project.problems import Checked, Kind, Problem, in_order
from qualia.cli.project.reading import Source, read_source
from qualia.core import Core
from qualia.errors import PluginError, UnknownPlugin, nearest
from qualia.settings import FILE_NAME, Settings, wrong_settings

_OVERLAY = re.compile(r"qualia\.[A-Za-z0-9_-]{1,40}\.toml")


def check_file(path: str | Path, core: Core, *, plugin: str | None = None, kind: Kind | None = None) -> Checked:
    """Say what a file is and all that is wrong with it; a file that cannot be read has that one problem.

    Args:
        path: a TOML, JSON or YAML file.
        core: whose plugins are meant.
        plugin: the plugin whose params it holds; None to find out what it is.
        kind: what it must be; None to find out.
    """
    source = read_source(path)
    if isinstance(source, Problem):
        found = kind or ("params" if plugin else _by_name(Path(path)))
        return Checked(file=str(path), kind=found, name=plugin or "", problems=(source,))
    plugin = plugin or (_plugin_of(source, core) if kind is None else None)
    kind = kind or ("params" if plugin else _kind_of(source))
    if kind is None:
        said = "is neither a pipeline (it has no steps) nor settings; if it holds params, give -p PLUGIN"
        return Checked(file=source.path, kind=None, problems=(source.problem(said),))
    if kind == "pipeline":
        name = source.data.get("name") if is_mapping(source.data) else None
        found_problems = in_order(pipeline_problems(source, core))
        return Checked(file=source.path, kind=kind, name=str(name or Path(path).stem), problems=found_problems)
    problems = _of_settings(source, core) if kind == "settings" else _of_params(source, core, str(plugin))
    return Checked(file=source.path, kind=kind, name=plugin or "", problems=in_order([*source.twice(), *problems]))


def _by_name(path: Path) -> Kind | None:
    if path.name == FILE_NAME or _OVERLAY.fullmatch(path.name):
        return "settings"
    return "pipeline" if path.parent.name == "pipelines" else None


def _kind_of(source: Source) -> Kind | None:
    kind = _by_name(Path(source.path))
    if kind is not None or not is_mapping(source.data):
        return kind
    if "steps" in source.data:
        return "pipeline"
    import attrs

    return "settings" if {item.name for item in attrs.fields(Settings)} & source.data.keys() else None


def _plugin_of(source: Source, core: Core) -> str | None:
    """Return the plugin a file says it holds the params of, or is named after."""
    marked = marked_plugin(source.text)
    if marked is not None:
        return marked
    path = Path(source.path)
    is_named = path.stem in core.plugins and _by_name(path) is None
    return path.stem if is_named and not (is_mapping(source.data) and "steps" in source.data) else None


def _of_params(source: Source, core: Core, plugin: str) -> Iterator[Problem]:
    try:
        specs = core.plugins.params(plugin)
    except (UnknownPlugin, PluginError) as error:
        yield source.problem(str(error))
        return
    if not is_mapping(source.data):
        yield source.problem(f"must be a table of params, not a {type(source.data).__name__}")
        return
    yield from param_problems(source, specs, source.data, plugin, at=())


def _of_settings(source: Source, core: Core) -> Iterator[Problem]:
    if not source.path.endswith(".toml"):
        yield source.problem(f"settings are read from TOML alone; name it {FILE_NAME}")
    if not is_mapping(source.data):
        yield source.problem("must be a table of settings")
        return
    for error in wrong_settings(source.data, Path(source.path)):
        yield source.problem(f"setting {error.name!r} {error.reason}", *error.name.split(".", 1))
    yield from _unknown_plugins(source, core)


def _unknown_plugins(source: Source, core: Core) -> Iterator[Problem]:
    """Yield the plugins that settings name and nobody knows."""
    for setting in ("producers", "isolation"):
        table = source.data.get(setting)
        for name, value in table.items() if is_mapping(table) else ():
            plugin = value if setting == "producers" else name
            if not isinstance(plugin, str) or plugin in ("*", *core.plugins):
                continue
            yield source.problem(str(UnknownPlugin(plugin, nearest(plugin, core.plugins))), setting, str(name))
