"""Tables as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qualia._safe import safe_text
from qualia.cli.export.gathering import Gathered, exported_with
from qualia.cli.export.tables import Table, shown
from qualia.cli.words import _

# What GitHub and CommonMark give a meaning within a line; an underscore within a word has none.
_MARKUP = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
# Most cells hold nothing that has any meaning; looking once is enough for them.
_PLAIN = re.compile(r"[\w ,.;:?()/%'\"-]*", re.ASCII)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def marked(gathered: Gathered, tables: Sequence[Table]) -> str:
    """Return tables as Markdown, each below its name, and where they came from below all.

    Nothing in a cell has a meaning in Markdown or HTML; line ends are ``<br>``, control characters visible escapes.
    """
    parts = [f"## {escaped(table.name)}\n\n{_table(table)}" for table in tables]
    told = [f"- {escaped(each)}" for each in gathered.credits]
    return "\n\n".join(
        [*parts, "---", "\n".join([*told, f"- {_('exported with {program}', program=exported_with())}"])]
    )


def _table(table: Table) -> str:
    numeric = [table.is_numeric(place) for place in range(len(table.columns))]
    lines = [
        [escaped(name) for name in table.columns],
        ["---:" if each else "---" for each in numeric],
        *([escaped(shown(item)) for item in row] for row in table.rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escaped(text: str) -> str:
    """Return a text as it stands in a cell, without any meaning of its own."""
    if _PLAIN.fullmatch(text) and "_" not in text:
        return text
    safe = safe_text(text).replace("\t", " ")
    plain = re.sub(r"[&<>]", lambda match: _ENTITIES[match[0]], _MARKUP.sub(r"\\\g<0>", safe))
    return plain.replace("\n", "<br>")
