"""What a plugin imports, against what it declares and what is installed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal

from attrs import frozen

from qualia._plugins.manifest import Manifest
from qualia._plugins.requirement import Requirement, normalised
from qualia.validation.findings import Finding, Place, finding
from qualia.validation.manifests import Read
from qualia.validation.sources import Module, Sources, dotted

ALLOWED = ("qualia.plugin", "qualia.records", "qualia.text", "qualia.draw")
"""The rooms of the engine that plugins may import; tests may import the public ones too."""

_OWN_DISTRIBUTIONS = ("qualia-core", "attrs")
"""What every plugin has without declaring it: the engine, and the library its params are declared with."""


Optional = Literal["no", "asked", "silence"]


@frozen(kw_only=True)
class Import:
    """One import of one module."""

    module: str
    """Its full name; for a relative import the part behind the dots."""
    level: int
    """How many dots stand before it."""
    names: tuple[str, ...]
    """What is taken from it; empty for ``import module``."""
    optional: Optional
    """Whether the plugin does without it: "no"; it says so when it is "asked" for; or it goes on in "silence"."""
    place: Place


def imports_of(module: Module) -> Iterator[Import]:
    """Yield what a module imports, wherever in it; what is for type checkers alone is left out."""
    yield from _imports(module.tree, module, optional="no")


def _imports(node: ast.AST, module: Module, *, optional: Optional) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(module=alias.name, level=0, names=(), optional=optional, place=module.place(node))
    elif isinstance(node, ast.ImportFrom):
        names = tuple(alias.name for alias in node.names)
        place = module.place(node)
        yield Import(module=node.module or "", level=node.level, names=names, optional=optional, place=place)
    elif isinstance(node, ast.Call) and dotted(node.func) in ("import_module", "importlib.import_module", "__import__"):
        name = node.args[0] if node.args else None
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and not name.value.startswith("."):
            yield Import(module=name.value, level=0, names=(), optional=optional, place=module.place(node))
    children: list[ast.AST]
    if isinstance(node, ast.If) and dotted(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
        children = list(node.orelse)
    elif isinstance(node, (ast.Try, ast.TryStar)) and any(_is_missing(each) for each in node.handlers):
        for each in node.body:
            yield from _imports(each, module, optional=_how_optional(node))
        children = [*node.handlers, *node.orelse, *node.finalbody]
    else:
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from _imports(child, module, optional=optional)


def _is_missing(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler goes on without a module that is missing."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
    return any(kind is None or dotted(kind) in names for kind in kinds)


def _how_optional(node: ast.Try | ast.TryStar) -> Optional:
    raising = all(isinstance(each.body[-1], ast.Raise) for each in node.handlers if _is_missing(each))
    return "asked" if raising else "silence"


def check_imports(
    sources: Sources, read: Read, manifest: Manifest | None, *, others: Collection[str]
) -> Iterator[Finding]:
    """Say which imports are not declared, not allowed or lead nowhere, and which declarations are not needed.

    Args:
        sources: the plugin's code.
        read: its manifest, for the places of what it declares.
        manifest: what it says; None when it cannot be used, then nothing is said of declarations.
        others: the ids of other plugins.
    """
    needed = () if manifest is None else (*manifest.dependencies, *manifest.optional)
    declared = {Requirement.parse(text).name: text for text in needed}
    providers = providers_of(sys.path)
    used: set[str] = set()
    for module in sources.modules:
        for each in imports_of(module):
            if each.level:
                yield from _check_relative(each, module, sources)
                continue
            used |= _used(each, providers, declared)
            if not module.is_test:
                yield from _check_absolute(each, sources, declared=declared, providers=providers, others=others)
            elif each.module.partition(".")[0] in others:
                yield finding("QP305", each.place, module=each.module)
    if manifest is not None and not sources.broken:
        for text in manifest.dependencies:
            if Requirement.parse(text).name not in used:
                yield finding("QP302", read.place("dependencies"), distribution=text)


def _check_relative(each: Import, module: Module, sources: Sources) -> Iterator[Finding]:
    above = len(module.parts) - each.level + (1 if module.is_package else 0)
    dots = "." * each.level
    if above < 0:
        yield finding("QP308", each.place, module=f"{dots}{each.module}")
        return
    target = (*module.parts[:above], *filter(None, each.module.split(".")))
    if each.module and not _is_there(target, sources):
        yield finding("QP308", each.place, module=f"{dots}{each.module}")


def _is_there(target: tuple[str, ...], sources: Sources) -> bool:
    # A folder without an __init__.py is no package to the engine's loader.
    return target in sources.names


def _used(each: Import, providers: Mapping[str, frozenset[str]], declared: Mapping[str, str]) -> set[str]:
    top = each.module.partition(".")[0]
    found = set(providers.get(top, frozenset())) | ({each.module} & set(providers))
    for name in (each.module, *(f"{each.module}.{name}" for name in each.names)):
        found |= providers.get(name, frozenset())
    if top == "qualia":
        for needed in _needed_by_rooms(each):
            found |= providers.get(needed, frozenset()) | {normalised(needed)}
    return found | {name for name in declared if name == normalised(top)}


def _needed_by_rooms(each: Import) -> Iterator[str]:
    """Yield what the shared rooms import on behalf of a plugin that uses them: `qualia.draw` draws with matplotlib."""
    rooms = [room for room in ALLOWED if each.module == room or room.rpartition(".")[2] in each.names]
    for room in rooms:
        for path in sorted((Path(__file__).parent.parent / room.rpartition(".")[2]).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Import):
                    yield from (alias.name.partition(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    yield node.module.partition(".")[0]


def _check_absolute(
    each: Import,
    sources: Sources,
    *,
    declared: Mapping[str, str],
    providers: Mapping[str, frozenset[str]],
    others: Collection[str],
) -> Iterator[Finding]:
    top = each.module.partition(".")[0]
    if top == "qualia":
        named = {f"{each.module}.{name}" for name in each.names} if each.module == "qualia" else {each.module}
        for name in sorted(named or {"qualia"}):
            if not _is_offered(name):
                yield finding("QP304", each.place, module=name)
    elif top in ("qualia_tui", "qualia_ops") or top.startswith("_qualia_plugin"):
        yield finding("QP304", each.place, module=each.module)
    elif (top,) in sources.names and top not in sys.stdlib_module_names:
        yield finding("QP307", each.place, module=top)
    elif top in sys.stdlib_module_names:
        return
    elif top in others and top not in providers:
        yield finding("QP305", each.place, module=each.module)
    else:
        yield from _check_third_party(each, declared=declared, providers=providers)


def _is_offered(name: str) -> bool:
    """Tell whether a module is one of the rooms for plugins, or a public module in one."""
    parts = name.split(".")
    return ".".join(parts[:2]) in ALLOWED and not any(part.startswith("_") for part in parts)


def _check_third_party(
    each: Import, *, declared: Mapping[str, str], providers: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    brought = _used(each, providers, declared)
    if brought & {*declared, *_OWN_DISTRIBUTIONS}:
        return
    if each.optional != "no":
        if each.optional == "silence":
            yield finding("QP306", each.place, module=each.module)
    elif brought:
        names = " or ".join(sorted(brought))
        yield finding("QP301", each.place, module=each.module, told=f"{names} brings and dependencies does not name")
    else:
        yield finding("QP301", each.place, module=each.module, told="nothing that is installed here brings")


def providers_of(search_path: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Return which installed distributions bring each import name: ``{"PIL": {"pillow"}, "yaml": {"pyyaml"}}``.

    Read from the lists of files that installers write; nothing is imported.
    """
    found: dict[str, set[str]] = {}
    for folder in search_path:
        try:
            names = [each for each in Path(folder or ".").iterdir() if each.suffix in (".dist-info", ".egg-info")]
        except OSError:
            continue
        for info in names:
            distribution = normalised(info.name.partition("-")[0])
            for name in _brought(info):
                found.setdefault(name, set()).add(distribution)
    return {name: frozenset(each) for name, each in found.items()}


def _brought(info: Path) -> frozenset[str]:
    """Return the import names a distribution brings, from ``top_level.txt`` and the list of its files."""
    names: set[str] = set()
    try:
        names |= set((info / "top_level.txt").read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        names = set()
    try:
        listed = (info / "RECORD").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return frozenset(names)
    for line in listed.splitlines():
        path = line.rpartition(",")[0].rpartition(",")[0].strip('"')
        top, slash, _rest = path.partition("/")
        stem, dot, suffix = top.partition(".")
        if slash and not dot and top.isidentifier():
            names.add(top)
        elif not slash and dot and stem.isidentifier() and suffix.rpartition(".")[2] in ("py", "so", "pyd"):
            names.add(stem)
    return frozenset(names)
