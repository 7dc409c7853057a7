"""``qualia config show``: every setting, its value and where it came from."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from qualia._values import is_mapping, is_sequence
from qualia.cli.opening import project_of
from qualia.cli.output import Face, as_json, as_yaml, format_of
from qualia.cli.pretty import table
from qualia.cli.words import _
from qualia.settings import Origin, explain, strange_variables


def show(asked: argparse.Namespace, face: Face) -> None:
    """Show the settings a Core would have here; of a secret only whether it is set.

    Raises:
        QualiaError: a folder or a setting is wrong, or stdout cannot be written.
    """
    import os

    form = format_of(asked.format, None)
    settings = explain(os.environ, project_of(asked))
    if asked.plugin_dirs:
        settings = tuple(_with_folders(item, asked.plugin_dirs) for item in settings)
    if asked.origin is not None:
        settings = tuple(item for item in settings if _is_from(item, asked.origin))
    for name, near in strange_variables(os.environ).items():
        sentence = "{name} is set, but is no setting; did you mean {near}?"
        face.note(_(sentence, name=name, near=_(" or ").join(near)))
    if form != "pretty":
        facts = [_facts(item) for item in settings]
        face.data(as_json(facts) if form == "json" else as_yaml(facts), form=form)
        return
    rows = [(item.name, _told(item), " + ".join(map(_, item.origin.split(" + ")))) for item in settings]
    face.data(table(rows, headings=(_("setting"), _("value"), _("origin")), width=face.width))


def _is_from(item: Origin, wanted: str) -> bool:
    """Tell whether a setting, or a part of it, comes from there; a file is known by its name too."""
    return any(wanted in (each, Path(each).name, each.lstrip("-")) for each in item.origin.split(" + "))


def _with_folders(item: Origin, folders: list[str]) -> Origin:
    """Add the folders of ``--plugin-dir`` to the plugin path, as a Core does."""
    if item.name != "plugin_path":
        return item
    origin = "--plugin-dir" if item.origin == "default" else f"{item.origin} + --plugin-dir"
    return Origin(name=item.name, value=(*item.value, *map(Path, folders)), origin=origin)


def _plain(value: Any) -> Any:
    """Return a setting's value as JSON holds it; a path is a text."""
    if isinstance(value, Path):
        return str(value)
    if is_sequence(value):
        return [str(each) for each in value]
    return dict(value) if is_mapping(value) else value


def _facts(item: Origin) -> dict[str, Any]:
    if item.secret:
        return {"name": item.name, "set": item.value, "origin": item.origin, "secret": True}
    return {"name": item.name, "value": _plain(item.value), "origin": item.origin, "secret": False}


def _told(item: Origin) -> str:
    if item.secret:
        return _("set") if item.value else _("not set")
    value = _plain(item.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_mapping(value):
        return ", ".join(f"{name} = {each}" for name, each in value.items()) or "–"
    if is_sequence(value):
        return ", ".join(value) or "–"
    return "–" if value is None else str(value)
