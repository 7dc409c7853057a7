"""Files to begin with: every setting, or every param of a plugin, with its meaning and its default."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from qualia._safe import safe_line
from qualia._values import is_sequence, to_plain
from qualia.cli.listing import in_words
from qualia.cli.output import as_yaml
from qualia.cli.project.params import mark_of
from qualia.cli.project.settings_told import settings_told
from qualia.cli.project.writing import toml_value
from qualia.cli.words import _, heading
from qualia.plugin import ParamSpec
from qualia.registry import PluginInfo
from qualia.settings import Settings
from qualia.words import said_by

_COMMANDS = {"document": "process", "analyzer": "analyze", "visualizer": "visualize"}
# None and tables have no default that TOML could show.
_EXAMPLES = {
    "state_dir": ("state_dir = ", ".qualia"),
    "producers": ('[producers]\n# "word-frequencies/1" = ', "word_frequency"),
    "isolation": ('[isolation]\n# "*" = ', "process"),
}


def settings_text() -> str:
    """Return a ``qualia.toml`` that sets nothing and tells of everything; tables stand last, as TOML wants them."""
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(Settings)
    items = (each for are_tables in (False, True) for each in fields if str(each.type).startswith("M") is are_tables)
    told = settings_told()
    head = [
        _("Settings of Qualia. A line counts once its # is taken away; what it shows is the default."),
        _("Stronger than this file: QUALIA_* variables and the options of a command."),
    ]
    parts = ["\n".join(f"# {line}" for line in head)]
    for item in items:
        if item.name in _EXAMPLES:
            before, value = _EXAMPLES[item.name]
            line = f"# {before}{toml_value(value)}"
        else:
            line = f"# {item.name} = {toml_value(_plain_default(item.default))}"
        parts.append(f"# {told[item.name]}\n{line}")
    return "\n\n".join(parts) + "\n"


def params_text(info: PluginInfo, specs: Sequence[ParamSpec], form: str, path: str | None) -> str:
    """Return a file of a plugin's params with their defaults, to be used with ``-c``.

    Args:
        info: the plugin.
        specs: its params.
        form: "toml", "yaml" or "json", which has no comments.
        path: how the file will be called; None when that is not known.
    """
    if form == "json":
        return json.dumps({spec.name: to_plain(spec.default) for spec in specs}, indent=2, ensure_ascii=False) + "\n"
    command = f"qualia {_COMMANDS[info.kind or 'analyzer']} {_('FILE')} -p {info.id} -c {path or _('FILE')}"
    head = [
        mark_of(info.id),
        f"# {info.id} {info.version}: {safe_line(said_by(info.folder, info.summary))}",
        f"# {_('Use it with: {command}', command=safe_line(command))}",
    ]
    parts = ["\n".join(head), *(_param(spec, form) for spec in in_words(info, specs))]
    return "\n\n".join(parts) + "\n" if specs else f"{parts[0]}\n# {_('It has no params.')}\n"


def _param(spec: ParamSpec, form: str) -> str:
    lines = [f"# {safe_line(spec.help)}"] if spec.help else []
    lines += [f"# {'; '.join(_allowed(spec))}"]
    if form == "yaml":
        lines.append(as_yaml({spec.name: to_plain(spec.default)}))
    elif spec.default is None:
        lines.append(f"# {spec.name} = {_example(spec)}")
    else:
        lines.append(f"{spec.name} = {toml_value(to_plain(spec.default))}")
    return "\n".join(lines)


def _allowed(spec: ParamSpec) -> Iterator[str]:
    """Yield what a param may be, in the language spoken."""
    if spec.choices:
        yield f"{heading('one of')}: {', '.join(spec.choices)}"
    else:
        kinds = {
            "bool": heading("true or false"),
            "int": heading("a whole number"),
            "float": heading("a number"),
            "str": heading("a text"),
            "list": heading("a list of texts"),
        }
        yield kinds[spec.kind]
    if spec.ge is not None:
        yield f"{heading('at least')} {spec.ge:g}"
    if spec.le is not None:
        yield f"{heading('at most')} {spec.le:g}"
    if spec.optional:
        yield heading("or nothing at all")


def _example(spec: ParamSpec) -> str:
    values: dict[str, object] = {"bool": True, "int": spec.ge or 1, "float": float(spec.ge or 1), "list": []}
    return toml_value(values.get(spec.kind, spec.choices[0] if spec.choices else ""))


def _plain_default(value: Any) -> Any:
    return list(value) if is_sequence(value) else value
