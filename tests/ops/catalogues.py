"""``python -m tests.ops.catalogues [NAME ...]``: keep the operators' catalogues and compile them.

Each package below ``qualia_ops`` has one of its name. Three kinds of sentences stand in it: what modules pass through
`_`; what they declare (summaries, help of params, templates of errors, the first line of a module that brings
operations); and what they compose in English for errors, reasons and progress, where a value in an f-string becomes a
placeholder of its name. New ones get an empty translation, those that nothing says any more go.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import qualia_ops
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tests.cli.catalogues import said

ROOM = Path(qualia_ops.__file__).parent
FOLDER = ROOM / "locale" / "pt_BR" / "LC_MESSAGES"
_NAMED = {
    "told",
    "why",
    "reason",
    "remedy",
    "trouble",
    "secret",
    "fault",
    "template",
    "sentence",
    "more",
    "holder",
    "found",
}
"""Names of variables and params that hold a sentence."""
_SAYING = {"Progress", "append", "fromkeys", "__init__"}
"""Calls whose arguments are sentences, besides errors that are made."""
_UNSAID = re.compile(r"[<>|\n\t]|^(SELECT|PRAGMA|INSERT|CREATE|BEGIN|DELETE|UPDATE)\b|^#|^\S+$")
"""What is no sentence: markup, SQL, a comment, a single word."""
_PLAIN = re.compile(r"an? [a-z][A-Za-z ]+|[a-z]+( [a-z']+[,;:]?){2,}")
"""What is one wherever it stands: the name of a kind of thing, or words and nothing else."""
_CONSTANT = re.compile(r"_?[A-Z][A-Z_]+")
_PARTS = {"backup": ("ends", "last", "hourly", "daily", "weekly", "monthly", "yearly")}
"""Single words that are put into sentences."""
_ENGLISH = ("metrics/names.py",)
"""What these say goes to programs, where English is the custom."""


def composed(room: Path) -> Iterator[str]:
    """Yield every sentence that modules declare or compose, placeholders in the place of values."""
    for path in sorted(room.rglob("*.py")):
        if path.as_posix().endswith(_ENGLISH):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if "Operation(" in ast.unparse(tree):
            yield (ast.get_docstring(tree) or "").partition("\n")[0].rstrip()
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in (each for each in ast.walk(tree) if id(each) not in parts):
            yield from (text for text in map(_text, _places(node)) if text and not _UNSAID.search(text))
            yield from _told(node)


def _told(node: ast.AST) -> Iterator[str]:
    """Yield what an operation is doing, which may be said in one word."""
    if isinstance(node, ast.Call) and _called(node) == "Progress" and node.args:
        yield _text(node.args[0])


def _places(node: ast.AST) -> Iterator[ast.expr]:
    """Yield expressions that may be a sentence."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _PLAIN.fullmatch(node.value):
        yield node
    elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        yield from _leaves(node.exc.args)
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Call) and _called(node.value)[:1].isupper():
        yield from _leaves(node.value.args)
    elif isinstance(node, ast.Call):
        name = _called(node)
        yield from _leaves([each.value for each in node.keywords if each.arg in {*_NAMED, "help", "summary"}])
        if name in _SAYING or name.endswith(("Failed", "Unsafe", "Error")):
            yield from _leaves(node.args)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        name = ast.unparse(target).rpartition(".")[2]
        if name.strip("_").lower() in _NAMED or _CONSTANT.fullmatch(name):
            yield from _leaves([node.value])
    elif isinstance(node, ast.FunctionDef) and _gives_reason(node):
        yield from _leaves([each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value])


def _gives_reason(node: ast.FunctionDef) -> bool:
    """Tell whether a function returns a sentence: by its name, or since it returns none where all is well."""
    if node.returns is None or ast.unparse(node.returns) != "str":
        return False
    return re.search(r"why|secret|refusal|fault|reason|trouble", node.name) is not None


def _called(node: ast.Call) -> str:
    """Return the last part of what is called; empty for what has no name."""
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


def _leaves(expressions: list[ast.expr]) -> Iterator[ast.expr]:
    for each in expressions:
        if isinstance(each, ast.IfExp):
            yield from _leaves([each.body, each.orelse])
        elif isinstance(each, (ast.Tuple, ast.List)):
            yield from _leaves(each.elts)
        elif isinstance(each, ast.BoolOp):
            yield from _leaves(each.values)
        else:
            yield each


def _text(node: ast.expr) -> str:
    """Return a literal as a sentence with placeholders; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    names: dict[str, str] = {}
    found = ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            found += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            found += "{" + _name(part.value, names) + "}"
    return found if re.search(r"[a-z]{2}", re.sub(r"\{\w+\}", "", found)) else ""


def _name(value: ast.expr, names: dict[str, str]) -> str:
    """Return what a value is called: the last name in it, with a number where another value has it already."""
    written = ast.unparse(value)
    words = [
        each for each in re.findall(r"[A-Za-z_]\w*", re.sub(r"['\"].*?['\"]", "", written)) if each not in _NO_NAMES
    ]
    name = (words or ["value"])[-1].strip("_")
    known = next((each for each, source in names.items() if source == written), None)
    if known is not None:
        return known
    number = 2
    unique = name
    while unique in names:
        unique, number = f"{name}{number}", number + 1
    names[unique] = written
    return unique


_NO_NAMES = {"or", "and", "if", "else", "str", "lower", "len", "strip", "join", "for", "in", "not"}


def names() -> list[str]:
    """Return the packages that say something."""
    rooms = {path.parent.name for path in ROOM.glob("*/*.py")}
    return sorted(name for name in rooms if sentences(name))


@cache
def sentences(name: str) -> list[tuple[str | None, str]]:
    """Return context and text of every sentence of a package, each once."""
    room = ROOM / name
    found = [*said(room), *((None, each) for each in (*composed(room), *_PARTS.get(name, ())))]
    return list(dict.fromkeys(each for each in found if each[1]))


def update(name: str) -> list[str]:
    """Bring a catalogue up to date, compile it, and return the sentences that wait for a translation."""
    path = FOLDER / f"{name}.po"
    template = Catalog(project="qualia-core", charset="utf-8", fuzzy=False)
    for context, sentence in sentences(name):
        template.add(sentence, context=context)
    if path.is_file():
        with path.open("rb") as file:
            catalogue = read_po(file, locale="pt_BR")
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = Catalog(locale="pt_BR", project="qualia-core", charset="utf-8", fuzzy=False)
    created = catalogue.creation_date
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.creation_date = created
    catalogue.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalogue, width=116, sort_output=True, ignore_obsolete=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    return [str(message.id) for message in catalogue if message.id and not message.string]


if __name__ == "__main__":
    waiting = [sentence for name in sys.argv[1:] or names() for sentence in update(name)]
    sys.exit("\n".join(["not translated:", *waiting]) if waiting else 0)
