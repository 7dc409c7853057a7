"""Writes the reference pages of what plugin authors import, from docstrings alone: ``python tests/docs/reference.py``.

A class is shown with its fields and the text below each, a function with its signature, both with their docstring; the
sections ``Args:``, ``Raises:`` and the like become lists. It needs nothing but the standard library.

A test compares the pages in the repository with what it writes.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
PAGES = {"plugin": "qualia.plugin", "records": "qualia.records", "testing": "qualia.testing"}
NOTE = "<!-- Written by tests/docs/reference.py from the docstrings; edit those. -->"
SECTION = re.compile(r"(Args|Raises|Attributes|Returns):$")
ENTRY = re.compile(r"([\w., ]+): (.+)")


def page(name: str) -> str:
    """Return a module's page as Markdown."""
    module = import_module(name)
    parts = [f"# `{name}`", NOTE, *prose(module.__doc__ or "")]
    for each in names_of(module):
        parts += described(each, getattr(module, each))
    if name == "qualia.testing":
        parts += fixtures()
    return "\n\n".join(parts) + "\n"


def names_of(module: ModuleType) -> list[str]:
    """Return the names a module offers: what it lists, or the public classes and functions it defines."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return list(listed)
    defined = (name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__)
    return [name for name in defined if not name.startswith("_")]


def fixtures() -> Iterator[str]:
    """Yield the parts that tell of the fixtures, which pytest wraps."""
    for name, value in vars(import_module("qualia.testing.fixtures")).items():
        if type(value).__name__ == "FixtureFunctionDefinition":
            yield f"## Fixture `{name}`"
            yield from prose(value.__wrapped__.__doc__)


def described(name: str, value: Any) -> Iterator[str]:
    """Yield the parts that tell of one name."""
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        yield f"## {name}"
        yield f"`{value!r}`"
        return
    yield f"## {name}"
    if inspect.isfunction(value):
        yield code(f"{name}{signature(value)}")
        yield from prose(inspect.getdoc(value) or "")
        return
    yield code(f"class {name}{bases_of(value)}")
    yield from prose(vars(value).get("__doc__") or "")
    rows = list(fields_of(value))
    if rows:
        yield "\n".join(["| field | type | default | meaning |", "|---|---|---|---|", *rows])
    for method, function in methods_of(value):
        yield f"### {name}.{method}"
        if not isinstance(function, property):
            yield code(f"{method}{signature(function)}")
        yield from prose(inspect.getdoc(function) or "")


def bases_of(kind: type[Any]) -> str:
    """Return a class's bases as they are written, without what only machinery needs."""
    tree = tree_of(kind)
    shown = [ast.unparse(base) for base in tree.bases if not ast.unparse(base).startswith(("Generic", "ABC"))]
    return f"({', '.join(shown)})" if shown else ""


def tree_of(kind: type[Any]) -> ast.ClassDef:
    """Return a class's source as a tree."""
    parsed = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(parsed, ast.ClassDef)
    return parsed


def fields_of(kind: type[Any]) -> Iterator[str]:
    """Yield a table's row for each public field, with the text that stands below it in the source."""
    body = tree_of(kind).body
    for statement, below in zip(body, [*body[1:], None], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        if statement.target.id.startswith("_"):
            continue
        told = below.value if isinstance(below, ast.Expr) else None
        text = told.value if isinstance(told, ast.Constant) and isinstance(told.value, str) else ""
        meaning = marked(" ".join(inspect.cleandoc(text).split()))
        cells = (f"`{statement.target.id}`", f"`{ast.unparse(statement.annotation)}`", default_of(statement), meaning)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def default_of(statement: ast.AnnAssign) -> str:
    """Return a field's default as it is written; empty when it must be given."""
    value = statement.value
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        given = {word.arg: word.value for word in value.keywords}
        if "factory" in given:
            return "`{}`" if "dict" in ast.unparse(given["factory"]) else "`()`"
        value = given.get("default")
    return "" if value is None else f"`{ast.unparse(value)}`"


def methods_of(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties a class defines itself."""
    for name, value in vars(kind).items():
        function = value.__func__ if isinstance(value, classmethod) else getattr(value, "func", value)
        if (name == "__call__" or not name.startswith("_")) and (
            inspect.isfunction(function) or isinstance(function, property)
        ):
            yield name, function


def signature(function: Any) -> str:
    """Return a signature as it is written in the source, without ``self``."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    for given in (tree.args.posonlyargs, tree.args.args):
        given[:] = [each for each in given if each.arg not in ("self", "cls")]
    answer = "" if tree.returns is None else f" -> {ast.unparse(tree.returns)}"
    return f"({ast.unparse(tree.args)}){answer}"


def code(text: str) -> str:
    """Return a block that shows a signature and is not run."""
    return f"```text\n{text}\n```"


def prose(docstring: str) -> Iterator[str]:
    """Yield a docstring's paragraphs; sections become lists, ``::`` blocks and double backquotes Markdown's own."""
    for block in blocks(inspect.cleandoc(docstring)):
        lines = block.splitlines()
        if lines and SECTION.match(lines[0]):
            yield f"**{lines[0]}**"
            yield "\n".join(items(textwrap.dedent("\n".join(lines[1:]))))
        elif block.startswith("    "):
            yield f"```text\n{textwrap.dedent(block)}\n```"
        elif block.rstrip() != "::":
            yield marked(re.sub(r"::$", ":", block.rstrip()))


def blocks(text: str) -> list[str]:
    """Return a text's paragraphs; indented ones that follow each other are one."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        if found and block.startswith("    ") and found[-1].startswith("    "):
            found[-1] += f"\n\n{block}"
        else:
            found.append(block)
    return found


def items(text: str) -> Iterator[str]:
    """Yield the entries of a section as a list; a line that is indented belongs to the entry above it."""
    for entry in re.split(r"\n(?=\S)", text):
        line = " ".join(entry.split())
        named = ENTRY.fullmatch(line)
        yield f"- `{named[1]}`: {marked(named[2])}" if named else f"- {marked(line)}"


def marked(text: str) -> str:
    """Return text whose double backquotes are single ones."""
    return text.replace("``", "`")


def main() -> int:
    """Write all pages and name those that changed."""
    for stem, module in PAGES.items():
        path = ROOT / "docs" / "reference" / f"{stem}.md"
        text = page(module)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
