"""The class a manifest names and its method, read from the code without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from attrs import frozen

from qualia._plugins.manifest import Manifest
from qualia.errors import unknown_name
from qualia.records import argument_name
from qualia.validation.findings import Finding, Place, finding
from qualia.validation.manifests import Read
from qualia.validation.sources import Module, Sources, imported_names, meaning, runs_at_import

BASES: Mapping[str, str] = {"document": "DocumentProcessor", "analyzer": "Analyzer", "visualizer": "Visualizer"}
"""The class a plugin of each kind derives from."""
METHODS: Mapping[str, str] = {"document": "process", "analyzer": "analyze", "visualizer": "render"}
"""The method a plugin of each kind has."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEEPEST = 8


@frozen(kw_only=True)
class Definition:
    """A class and the module that defines it."""

    node: ast.ClassDef
    module: Module


def check_entry(sources: Sources, read: Read, manifest: Manifest) -> Iterator[Finding]:
    """Check that the entry is a class of the right kind with the right method."""
    package = sources.package
    if package is None:
        if () not in sources.names:
            yield finding("QP202", Place(file=read.path.parent))
        return
    found = _lookup(manifest.entry, package, sources)
    if found is None:
        if not _may_be_made(manifest.entry, package):
            yield finding("QP203", read.place("entry"), entry=manifest.entry)
        return
    base = BASES[manifest.kind]
    if not isinstance(found, Definition):
        facts = {"entry": manifest.entry, "kind": manifest.kind, "base": base}
        yield finding("QP204", found, found="no class", **facts)
        return
    line = list(_line_of_bases(found, sources))
    derived = {name for name, _each in line}
    known = derived & {f"qualia.plugin.{each}" for each in BASES.values()}
    place = found.module.place(found.node)
    if (known and f"qualia.plugin.{base}" not in known) or (not known and not _is_open(line)):
        told = f"a {min(known).rpartition('.')[2]}" if known else "a class of its own"
        yield finding("QP204", place, found=told, entry=manifest.entry, kind=manifest.kind, base=base)
        return
    yield from _check_method(found, line, sources, manifest)


def _may_be_made(name: str, package: Module) -> bool:
    """Tell whether a name may come from something that cannot be followed, such as ``import *``."""
    for node in ast.walk(package.tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return True
        if isinstance(node, ast.FunctionDef) and node.name == "__getattr__":
            return True
    return name in imported_names(package)


def _lookup(name: str, module: Module, sources: Sources, depth: int = 0) -> Definition | Place | None:
    """Return the class of a name; the place of what it is when it is no class; None when it is not there."""
    for node in runs_at_import(module.tree.body):
        if isinstance(node, ast.ClassDef) and node.name == name:
            return Definition(node=node, module=module)
        if isinstance(node, Function) and node.name == name:
            return module.place(node)
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(each, ast.Name) and each.id == name for each in targets):
                return _assigned(node, module, sources, depth)
        if isinstance(node, ast.ImportFrom) and node.level and depth < _DEEPEST:
            source = next((each.name for each in node.names if (each.asname or each.name) == name), None)
            target = _module_behind(node, module, sources)
            if source is not None and target is not None:
                return _lookup(source, target, sources, depth + 1)
    return None


def _assigned(
    node: ast.Assign | ast.AnnAssign, module: Module, sources: Sources, depth: int
) -> Definition | Place | None:
    if isinstance(node.value, ast.Name) and depth < _DEEPEST:
        return _lookup(node.value.id, module, sources, depth + 1)
    # What a call or a subscript gives can be a class; only running it tells.
    return None if isinstance(node.value, (ast.Call, ast.Subscript, ast.Attribute)) else module.place(node)


def _module_behind(node: ast.ImportFrom, module: Module, sources: Sources) -> Module | None:
    above = len(module.parts) - node.level + (1 if module.is_package else 0)
    parts = (*module.parts[: max(0, above)], *filter(None, (node.module or "").split(".")))
    return next((each for each in sources.modules if each.parts == parts), None)


def _line_of_bases(found: Definition, sources: Sources, depth: int = 0) -> Iterator[tuple[str, Definition | None]]:
    """Yield what a class derives from, nearest first, by full name; None where it cannot be followed."""
    known = imported_names(found.module)
    for base in found.node.bases:
        name = meaning(base.value if isinstance(base, ast.Subscript) else base, known)
        inner = _lookup(name, found.module, sources) if "." not in name else None
        if isinstance(inner, Definition) and inner.node is not found.node and depth < _DEEPEST:
            yield name, inner
            yield from _line_of_bases(inner, sources, depth + 1)
        else:
            yield name, None


def _is_open(line: list[tuple[str, Definition | None]]) -> bool:
    """Tell whether a class derives from something that cannot be followed, so that it may be right after all."""
    return any(each is None and not name.startswith("qualia.") and name not in _PLAIN for name, each in line)


_PLAIN = ("object", "ABC", "abc.ABC", "Protocol", "typing.Protocol", "Generic", "typing.Generic", "dict", "list", "str")


def _check_method(
    found: Definition, line: list[tuple[str, Definition | None]], sources: Sources, manifest: Manifest
) -> Iterator[Finding]:
    name = METHODS[manifest.kind]
    definitions = [found, *(each for _name, each in line if each is not None)]
    function = next((each for one in definitions for each in _functions(one.node) if each.name == name), None)
    owner = next((one for one in definitions if function in one.node.body), found)
    signature = _signature(manifest)
    if function is None:
        named = any(name in _assigned_names(one.node) for one in definitions)
        if not named and not _is_open(line):
            facts = {"entry": manifest.entry, "method": name, "signature": signature}
            yield finding("QP205", found.module.place(found.node), **facts)
        return
    place = owner.module.place(function)
    if isinstance(function, ast.AsyncFunctionDef):
        yield finding("QP206", place, method=name, told="is async, and nobody awaits it", signature=signature)
        return
    # A decorator may change what a method takes; what it leaves is seen when it is loaded.
    if not function.decorator_list:
        for told in _wrong_arguments(function, manifest):
            yield finding("QP206", place, method=name, told=told, signature=signature)


def _functions(node: ast.ClassDef) -> Iterator[Function]:
    yield from (each for each in runs_at_import(node.body) if isinstance(each, Function))


def _assigned_names(node: ast.ClassDef) -> set[str]:
    targets = [target for each in node.body if isinstance(each, ast.Assign) for target in each.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _signature(manifest: Manifest) -> str:
    first = ["self", "params"] if manifest.kind == "visualizer" else ["self", "document", "params"]
    records = [argument_name(schema) for schema in manifest.consumes]
    records += [f"{argument_name(schema)}=None" for schema in manifest.consumes_when]
    return ", ".join([*first, "*", *records] if records else first)


def _wrong_arguments(function: ast.FunctionDef, manifest: Manifest) -> Iterator[str]:
    arguments = function.args
    wanted = 2 if manifest.kind == "visualizer" else 3
    by_position = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    named = {each.arg for each in (*arguments.args, *arguments.kwonlyargs)}
    if len(by_position) < wanted and arguments.vararg is None:
        yield f"takes {len(by_position)} arguments by position, and is given {wanted}"
        return
    records = tuple(argument_name(schema) for schema in manifest.known_records)
    known = ("context", *records)
    for record in records:
        if record not in named and arguments.kwarg is None:
            yield f"does not take {record!r}, which it is given because the manifest consumes it"
    needed = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    needed = needed[wanted : len(needed) - len(arguments.defaults)] if wanted < len(needed) else []
    needed += [
        each.arg for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is None
    ]
    sometimes = {argument_name(schema): when for schema, when in manifest.consumes_when.items()}
    for name in needed:
        if name in sometimes:
            yield f"takes {name!r} without a default, and is given it only with {sometimes[name]}"
        elif name not in known:
            yield f"takes {name!r}, which {unknown_name(name, known)}"
