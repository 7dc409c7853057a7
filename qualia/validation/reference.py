"""The reference page of the rules, made from the table of rules."""

from __future__ import annotations

from collections.abc import Iterator

from qualia.validation.rules import RULES, Rule

_PARTS = (
    ("0", "The folder"),
    ("1", "The manifest"),
    ("2", "The code"),
    ("3", "Imports and dependencies"),
    ("4", "Habits"),
    ("5", "The run on samples"),
)
_OPENING = """# Validation rules

What `qualia validate` looks for; how to use it is in [Validate a plugin](../how-to/validate-a-plugin.md). A rule's id
never changes its meaning. An *error* will not work, a *warning* harms or surprises somebody, a *note* is worth knowing.
Words in braces stand for the facts of a finding. This page is made from `qualia.validation.rules.RULES`.
"""


def reference() -> str:
    """Return the reference page of every rule, in Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _OPENING
    for digit, title in _PARTS:
        yield f"## {title}\n"
        yield "| rule | severity | what it says | what to do |"
        yield "|---|---|---|---|"
        yield from (_row(each) for each in RULES if each.id[2] == digit)
        yield ""


def _row(each: Rule) -> str:
    cells = (f"{each.id} `{each.name}`", each.severity, each.message, each.remedy)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("__", "\\_\\_") for cell in cells) + " |"
