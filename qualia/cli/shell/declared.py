"""The params a plugin declares, read from its source without running it."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from qualia._plugins.entries import read_start

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
_LONGEST_WAY = 4
"""Imports a name is followed through."""


def declared_params(folder: str, entry: str) -> dict[str, str]:
    """Return what each param of a plugin means, by name; nothing when its source does not tell plainly.

    The plugin's class names its params class in square brackets; that one stands in the same module or one beside it,
    and declares each with ``param``.

    Args:
        folder: the plugin's folder.
        entry: the name of its class.
    """
    return {name: _help(statement.value) for name, (_module, statement) in _params(folder, entry).items()}


def declared_values(folder: str, entry: str, param: str) -> tuple[str, ...]:
    """Return the values a param takes, as far as they can be listed; none for any.

    Args:
        folder: the plugin's folder.
        entry: the name of its class.
        param: the param's name.
    """
    found = _params(folder, entry).get(param)
    return () if found is None else _values(found[0], found[1].annotation)


def _params(folder: str, entry: str) -> dict[str, tuple[str, ast.AnnAssign]]:
    """Return each param's declaration, and the file it stands in."""
    top = os.path.join(folder, "__init__.py")
    plugin = _class(top, entry)
    name = _params_class(plugin[1]) if plugin is not None else None
    place = _class(top, name) if name is not None else None
    if place is None:
        return {}
    file, params = place
    return {
        each.target.id: (file, each)
        for each in params.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and _is_param(each.value)
    }


def _class(file: str, name: str) -> tuple[str, ast.ClassDef] | None:
    """Return a class and the file it stands in: this one, or the one it is imported from."""
    for where, statement in _defined(file, name):
        if isinstance(statement, ast.ClassDef):
            return where, statement
    return None


def _defined(file: str, name: str, *, left: int = _LONGEST_WAY) -> Iterator[tuple[str, ast.stmt]]:
    """Yield what defines a name in a file, following imports from modules beside it and from Qualia's own."""
    for statement in _tree(file):
        if _binds(statement, name):
            yield file, statement
        elif isinstance(statement, ast.ImportFrom) and left:
            for alias in statement.names:
                if (alias.asname or alias.name) == name:
                    yield from _defined(_source(file, statement), alias.name, left=left - 1)


def _source(file: str, statement: ast.ImportFrom) -> str:
    """Return the file a name is imported from; empty when it is none of the plugin's and none of Qualia's."""
    parts = (statement.module or "").split(".")
    if statement.level == 1:
        place = os.path.join(os.path.dirname(file), *parts)
    elif statement.level == 0 and parts[0] == "qualia":
        place = os.path.join(_ROOT, *parts)
    else:
        return ""
    return f"{place}.py" if os.path.isfile(f"{place}.py") else os.path.join(place, "__init__.py")


def _tree(file: str) -> list[ast.stmt]:
    try:
        return ast.parse(read_start(file)).body
    except (SyntaxError, ValueError, RecursionError):
        return []


def _binds(statement: ast.stmt, name: str) -> bool:
    if isinstance(statement, ast.ClassDef):
        return statement.name == name
    return isinstance(statement, ast.Assign) and any(_named(each, name) for each in statement.targets)


def _named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _params_class(plugin: ast.ClassDef) -> str | None:
    for base in plugin.bases:
        if isinstance(base, ast.Subscript):
            inner = base.slice.elts[0] if isinstance(base.slice, ast.Tuple) and base.slice.elts else base.slice
            return inner.id if isinstance(inner, ast.Name) else None
    return None


def _is_param(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "param"


def _help(value: ast.expr | None) -> str:
    if isinstance(value, ast.Call):
        for word in value.keywords:
            if word.arg == "help" and isinstance(word.value, ast.Constant):
                return str(word.value.value)
    return ""


def _values(file: str, annotation: ast.expr) -> tuple[str, ...]:
    """Return the values an annotation allows: those of a Literal, by its name too, or true and false."""
    if isinstance(annotation, ast.Name):
        if annotation.id == "bool":
            return ("true", "false")
        for where, statement in _defined(file, annotation.id):
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Subscript):
                return _values(where, statement.value)
    if isinstance(annotation, ast.BinOp):
        return _values(file, annotation.left) or _values(file, annotation.right)
    if isinstance(annotation, ast.Subscript) and _named(annotation.value, "Literal"):
        inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        return tuple(str(each.value) for each in inner if isinstance(each, ast.Constant))
    return ()
