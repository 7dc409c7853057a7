"""What ``--help`` tells of the plugin that was named: its params, below the options of the command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qualia.plugin import ParamSpec


def params_help(words: Sequence[str], parser: argparse.ArgumentParser) -> str:
    """Return a section on the params of the plugin that words name with ``--plugin``; "" when they name none.

    It is never an error: a plugin that is not there, or cannot be loaded, is told in the section's place.
    """
    if not any(word.startswith(("-p", "--plugin")) and not word.startswith("--plugin-dir") for word in words):
        return ""
    from qualia.cli.usage import WrongUsage

    rest = [word for word in words if word not in ("-h", "--help")]
    try:
        asked, _rest = parser.parse_known_args([*rest, "-"])
    except WrongUsage:
        return ""
    plugin: object = getattr(asked, "plugin", None)
    return _section(asked, plugin) if isinstance(plugin, str) and hasattr(asked, "params") else ""


def _section(asked: argparse.Namespace, plugin: str) -> str:
    from qualia.cli.failure import sentence
    from qualia.cli.grammar import Format
    from qualia.cli.listing import in_words
    from qualia.cli.opening import open_core
    from qualia.cli.words import _
    from qualia.errors import QualiaError

    asked.plugin_dirs = [*asked.plugin_dirs_before, *asked.plugin_dirs]
    title = _("params of {plugin} (-P KEY=VALUE):", plugin=plugin)
    try:
        with open_core(asked) as core:
            specs = in_words(core.plugins[plugin], core.plugins.params(plugin))
    except QualiaError as error:
        return f"\n\n{title}\n{sentence(error)}"
    if not specs:
        return f"\n\n{title}\n{_('it takes no params')}"
    formatter = Format("")
    declared = argparse.ArgumentParser(add_help=False)
    formatter.start_section(title.rstrip(":"))
    for spec in specs:
        metavar = f"{spec.name}={spec.kind.upper() if not spec.choices else '...'}"
        formatter.add_argument(declared.add_argument(spec.name, metavar=metavar, help=_told(spec)))
    formatter.end_section()
    return f"\n\n{formatter.format_help().rstrip()}"


def _told(spec: ParamSpec) -> str:
    from qualia.cli.listing import allowed, default_shown
    from qualia.cli.words import _

    facts = [fact for fact in (allowed(spec), _("default: {value}", value=default_shown(spec))) if fact]
    return f"{spec.help} ({'; '.join(facts)})".lstrip().replace("%", "%%")
