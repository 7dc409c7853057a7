"""``qualia list``, ``list-visualizers`` and ``inspect``: what plugins there are and what they take."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from qualia._safe import safe_line
from qualia._values import is_texts, to_plain
from qualia.cli.forms import csv_text, data_text
from qualia.cli.opening import open_core
from qualia.cli.output import Face, Format, format_of
from qualia.cli.pretty import cell, table
from qualia.cli.words import _, sentence_of, translated
from qualia.errors import PluginError, describe
from qualia.plugin import ParamSpec
from qualia.registry import PluginInfo
from qualia.words import said_by


def list_plugins(asked: argparse.Namespace, face: Face) -> None:
    """Show every plugin with its kind, version and state; one that cannot be used says why.

    Raises:
        QualiaError: the folders or settings are wrong, or stdout cannot be written.
    """
    plugins = _wanted(asked, asked.kind, face)
    form = format_of(asked.format, None)
    if form != "pretty":
        write_facts(plugins, form, face)
    elif plugins:
        rows = [(info.id, _(info.kind or "?"), info.version or "–", _(info.state), told_of(info)) for info in plugins]
        headings = (_("plugin"), _("kind"), _("version"), _("state"), _("summary"))
        face.pages(table(rows, headings=headings, width=face.width))


def list_visualizers(asked: argparse.Namespace, face: Face) -> None:
    """Show every visualizer with the records it draws and the formats it draws them in.

    Raises:
        QualiaError: the folders or settings are wrong, or stdout cannot be written.
    """
    plugins = _wanted(asked, "visualizer", face)
    form = format_of(asked.format, None)
    if form != "pretty":
        write_facts(plugins, form, face)
    elif plugins:
        rows = [(info.id, _formats(info), _consumed(info), told_of(info)) for info in plugins]
        headings = (_("plugin"), _("formats"), _("consumes"), _("summary"))
        face.pages(table(rows, headings=headings, width=face.width))


def _wanted(asked: argparse.Namespace, kind: str | None, face: Face) -> list[PluginInfo]:
    """Return the plugins that were asked for; when there are none, it is told why."""
    with open_core(asked) as core:
        known = core.plugins.values()
    found = [info for info in known if kind in (None, info.kind) and _is_wanted(info, asked)]
    if not known:
        face.note(_("there are no plugins here; name a folder that holds some with --plugin-dir"))
    elif not found:
        face.note(_("no plugin is like that; qualia list shows all of them: {count}", count=len(known)))
    return found


def _is_wanted(info: PluginInfo, asked: argparse.Namespace) -> bool:
    lists = ((asked.produces, info.produces), (asked.consumes, info.consumes), (asked.accepts, info.accepts))
    if asked.state not in (None, info.state):
        return False
    if any(name is not None and not _is_among(name, names) for name, names in lists):
        return False
    text = f"{info.id} {info.summary} {said_by(info.folder, info.summary)}".casefold()
    return all(word.casefold() in text for word in asked.words)


def _is_among(name: str, names: Sequence[str]) -> bool:
    """Tell whether a name is among others, with or without its version (``/1``) or its type (``image/``)."""
    return any(name.casefold() in (each.casefold(), *each.casefold().split("/")) for each in names)


def _consumed(info: PluginInfo) -> str:
    return ", ".join(each.partition("/")[0] for each in info.consumes)


def _formats(info: PluginInfo) -> str:
    return ", ".join(each.rpartition("/")[2].partition("+")[0] for each in info.produces)


def inspect_plugin(asked: argparse.Namespace, face: Face) -> None:
    """Show a plugin's facts and params. When it cannot be loaded the facts are shown all the same, and why.

    Raises:
        UnknownPlugin: there is none of this id.
        QualiaError: the folders or settings are wrong, or stdout cannot be written.
    """
    form = format_of(asked.format, None)
    trouble: PluginError | None = None
    specs: Sequence[ParamSpec] = ()
    with open_core(asked) as core:
        info = core.plugins[asked.plugin]
        try:
            specs = core.plugins.params(asked.plugin)
        except PluginError as error:
            trouble = error
            info = core.plugins[asked.plugin]
    if form == "pretty":
        face.pages(_described(info, specs, trouble, width=face.width))
        return
    if form == "csv":
        face.data(csv_text([(None, [_spec_facts(spec) for spec in specs], None)]), form=form)
        return
    facts = _facts(info)
    facts["params"] = None if trouble is not None else [_spec_facts(spec) for spec in specs]
    if trouble is not None:
        facts["params_error"] = describe(trouble)
    face.data(data_text(facts, form), form=form)


def write_facts(plugins: Sequence[PluginInfo], form: Format, face: Face) -> None:
    """Write plugins as data.

    Raises:
        UnwritableOutput: stdout is closed or full.
    """
    facts = [_facts(info) for info in plugins]
    if form == "csv":
        facts = [{name: _in_a_cell(item) for name, item in each.items()} for each in facts]
    face.data(data_text(facts, form), form=form)


def _in_a_cell(item: object) -> object:
    return ", ".join(item) if is_texts(item) else item


def told_of(info: PluginInfo) -> str:
    """Return what a plugin is for, why it cannot be used, and what to use instead if it is on its way out."""
    notes: list[str] = []
    if info.state == "disabled":
        notes.append(_("switched off; on again with: qualia plugins enable {plugin}", plugin=info.id))
    elif info.reason:
        notes.append(translated(info.reason))
    if info.lifecycle == "deprecated":
        replaced = _("deprecated; use {plugin}", plugin=info.replaced_by)
        notes.append(replaced if info.replaced_by else _("deprecated"))
    told = " ".join(f"[{note}]" for note in notes)
    if not info.summary and len(notes) == 1:
        return notes[0]
    return " ".join(part for part in (said_by(info.folder, info.summary), told) if part)


def in_words(info: PluginInfo, specs: Sequence[ParamSpec]) -> list[ParamSpec]:
    """Return a plugin's params with their help in the language spoken."""
    return [evolve(spec, help=said_by(info.folder, spec.help)) for spec in specs]


def _facts(info: PluginInfo) -> dict[str, Any]:
    return {
        "id": info.id,
        "kind": info.kind,
        "version": info.version,
        "state": info.state,
        "reason": info.reason,
        "summary": info.summary,
        "produces": list(info.produces),
        "consumes": list(info.consumes),
        "accepts": list(info.accepts),
        "dependencies": list(info.dependencies),
        "lifecycle": info.lifecycle,
        "replaced_by": info.replaced_by,
        "origin": info.origin,
        "folder": str(info.folder),
        "generation": info.generation,
        "others": [to_plain(each) | {"folder": str(each.folder)} for each in info.others],
    }


def _spec_facts(spec: ParamSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "type": spec.kind,
        "default": to_plain(spec.default),
        "choices": list(spec.choices),
        "ge": spec.ge,
        "le": spec.le,
        "optional": spec.optional,
        "help": spec.help,
    }


def _described(info: PluginInfo, specs: Sequence[ParamSpec], trouble: PluginError | None, *, width: int | None) -> str:
    facts: Mapping[str, str] = {
        _("plugin"): f"{info.id} {info.version}",
        _("kind"): _(info.kind or "?"),
        _("summary"): said_by(info.folder, info.summary),
        _("state"): _(info.state),
        _("produces"): ", ".join(info.produces),
        _("consumes"): ", ".join((*info.consumes, *(f"{each} ({when})" for each, when in info.consumes_when.items()))),
        _("accepts"): ", ".join(info.accepts),
        _("needs"): ", ".join(info.dependencies),
        _("lifecycle"): _lifecycle(info),
        _("origin"): _(info.origin),
        _("folder"): str(info.folder),
        _("others"): ", ".join(f"{each.version} ({each.folder})" for each in info.others),
    }
    text = table([item for item in facts.items() if item[1]], width=width)
    if trouble is not None:
        told = safe_line(sentence_of(trouble))
        return f"{text}\n\n{_('its params cannot be shown: {told}', told=told)}"
    if not specs:
        return f"{text}\n\n{_('it takes no params')}"
    rows = [(spec.name, _(spec.kind), default_shown(spec), allowed(spec), spec.help) for spec in in_words(info, specs)]
    headings = (_("param (-P)"), _("type"), _("default"), _("allowed"), _("what it does"))
    return f"{text}\n\n{table(rows, headings=headings, width=width)}"


def _lifecycle(info: PluginInfo) -> str:
    replaced = info.lifecycle == "deprecated" and info.replaced_by
    return _("deprecated; use {plugin}", plugin=replaced) if replaced else _(info.lifecycle)


def default_shown(spec: ParamSpec) -> str:
    """Return a param's default as ``-P`` takes it; a dash for an empty one."""
    default = spec.default
    if isinstance(default, bool):
        return "true" if default else "false"
    if spec.kind == "list" and default:
        return ",".join(default)
    return cell(default or "–") if spec.kind in ("str", "list") else cell(default)


def allowed(spec: ParamSpec) -> str:
    """Return which values a param takes: its choices or bounds; "" when it takes all of its type."""
    if spec.choices:
        return ", ".join(spec.choices)
    if spec.ge is not None and spec.le is not None:
        return f"{spec.ge:g}..{spec.le:g}"
    if spec.ge is not None:
        return f">= {spec.ge:g}"
    return "" if spec.le is None else f"<= {spec.le:g}"
