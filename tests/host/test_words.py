"""What a host says to people, in the languages that faces speak."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import qualia
from qualia.cli.words import translated
from qualia.words import speaking

ROOMS = [Path(qualia.__file__).with_name(name) for name in ("host", "client", "protocol")]
SAYS = ("HostRefused", "HostUnreachable", "HostNotStarted", "UnwritableOutput", "DocumentUnreadable", "InvalidPipeline")
CONSTANTS = ("CLOSED", "_LEFT_BEHIND", "_GOES_ON", "_ENDED", "QUEUE_FULL", "WAIT_OR_CANCEL", "END_IT")
FOR_PROGRAMS = (
    *("param ", "the verb ", "isolation is", "on_error is", "outcome is", "beat_s is", "read_only is", "since is"),
    *("most_bytes is", "say ", "language is 77", "it was said already", "no place is known"),
)
"""How sentences begin that only whoever writes a client ever sees."""


def said() -> Iterator[str]:
    """Yield what the modules say, with words in the place of what is filled in."""
    for path in sorted(each for room in ROOMS for each in room.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in SAYS:
                yield from map(sentence, node.args[1:])
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in CONSTANTS:
                yield sentence(node.value).format(waiting=7, most=9)


def sentence(node: ast.AST) -> str:
    """Return a text as it may look; empty for what is none."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = [each.value if isinstance(each, ast.Constant) else filled(each) for each in node.values]
    return "".join(map(str, parts))


def filled(node: ast.expr) -> str:
    """Return something in the place of a value."""
    kind = ast.unparse(node)
    if "job.kind" in kind:
        return "run"
    return "'xyz'" if isinstance(node, ast.FormattedValue) and node.conversion == ord("r") else "77"


@pytest.mark.parametrize("text", sorted({each for each in said() if " " in each and not each.startswith(FOR_PROGRAMS)}))
def test_what_a_host_says_is_said_in_portuguese_too(text: str) -> None:
    """Nobody who chose a language reads half a sentence in another one."""
    with speaking("pt-BR"):
        assert translated(text) != text
