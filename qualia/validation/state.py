"""What calls of a plugin share and change: state of its modules, and of the one instance that serves all threads."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from qualia.validation.findings import Finding, finding
from qualia.validation.sources import Module, dotted, imported_names, meaning, runs_at_import, targets_of

_MAKERS = frozenset(
    """
    list dict set bytearray collections.defaultdict collections.Counter collections.deque collections.OrderedDict
    """.split()
)
_MUTATING = frozenset(
    """
    append extend insert add update setdefault pop popitem remove discard clear appendleft popleft sort reverse subtract
    """.split()
)
_CALLED = ("process", "analyze", "render")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def check_state(module: Module) -> Iterator[Finding]:
    """Say where functions of a module change what outlives their call."""
    mutable = _mutable_names(module)
    for node in ast.walk(module.tree):
        if not isinstance(node, Function):
            continue
        own = _local_names(node)
        declared = {name for each in ast.walk(node) if isinstance(each, ast.Global) for name in each.names}
        for inner in ast.walk(node):
            if isinstance(inner, ast.Global):
                yield from (finding("QP401", module.place(inner), name=name) for name in inner.names)
            name = _changed(inner)
            if name in mutable and name not in own and name not in declared:
                yield finding("QP401", module.place(inner), name=name)
    for cls in ast.walk(module.tree):
        for function in cls.body if isinstance(cls, ast.ClassDef) else ():
            if isinstance(function, Function) and function.name in _CALLED:
                yield from _check_instance(function, module)


def _mutable_names(module: Module) -> set[str]:
    known = imported_names(module)
    names: set[str] = set()
    for node in runs_at_import(module.tree.body):
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        made = isinstance(value, ast.Call) and meaning(value.func, known) in _MAKERS
        if made or isinstance(value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)):
            names |= {each.id for each in targets_of(node) if isinstance(each, ast.Name)}
    return names


def _local_names(function: Function) -> set[str]:
    given = function.args
    names = {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def _changed(node: ast.AST) -> str:
    """Return the name whose value a node changes in place; "" when it changes none."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATING:
        return dotted(node.func.value)
    return next((dotted(each.value) for each in targets_of(node) if isinstance(each, ast.Subscript)), "")


def _check_instance(function: Function, module: Module) -> Iterator[Finding]:
    """Say where a call keeps something on the instance, which all calls share."""
    for node in ast.walk(function):
        for target in targets_of(node):
            if isinstance(target, ast.Attribute) and dotted(target.value) == "self":
                yield finding("QP401", module.place(node), name=f"self.{target.attr}")
        if _changed(node).startswith("self."):
            yield finding("QP401", module.place(node), name=_changed(node))
