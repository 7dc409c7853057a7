"""A plugin's Python files, parsed and never run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import field, frozen

from qualia.validation.findings import Finding, Place, finding
from qualia.validation.folders import File

_LONGEST_BYTES = 8_000_000


@frozen(kw_only=True)
class Module:
    """One parsed file."""

    path: Path
    parts: tuple[str, ...]
    """Where it stands in the plugin's package: ``("charts", "bars")``; empty for the package itself."""
    is_package: bool
    tree: ast.Module = field(repr=False)

    @property
    def is_test(self) -> bool:
        """Whether it is a test, which the engine never imports."""
        names = (*self.parts[:-1], self.path.stem)
        return any(
            name in ("tests", "conftest") or name.startswith("test_") or name.endswith("_test") for name in names
        )

    def place(self, node: ast.AST) -> Place:
        """Return where a node stands."""
        line, column = getattr(node, "lineno", None), getattr(node, "col_offset", None)
        return Place(file=self.path, line=line, column=None if column is None else column + 1)


@frozen(kw_only=True)
class Sources:
    """All of a plugin's Python."""

    modules: tuple[Module, ...]
    broken: tuple[Finding, ...]
    """What is wrong with those that could not be parsed."""
    names: frozenset[tuple[str, ...]]
    """The modules there are, parsed or not, by where they stand in the package."""

    @property
    def code(self) -> tuple[Module, ...]:
        """The modules that are no tests."""
        return tuple(each for each in self.modules if not each.is_test)

    @property
    def package(self) -> Module | None:
        """The plugin's ``__init__.py``; None when it is not there or does not parse."""
        return next((each for each in self.modules if not each.parts), None)


def read_sources(files: tuple[File, ...]) -> Sources:
    """Parse the Python files among a plugin's files."""
    modules: list[Module] = []
    broken: list[Finding] = []
    names: set[tuple[str, ...]] = set()
    for file in files:
        if not file.name.endswith(".py") or not file.path.is_file():
            continue
        parts = tuple(file.name.removesuffix(".py").split("/"))
        is_package = parts[-1] == "__init__"
        parts = parts[:-1] if is_package else parts
        names.add(parts)
        parsed = _parsed(file.path)
        if isinstance(parsed, Finding):
            broken.append(parsed)
        elif parsed is not None:
            modules.append(Module(path=file.path, parts=parts, is_package=is_package, tree=parsed))
    return Sources(modules=tuple(modules), broken=tuple(broken), names=frozenset(names))


def _parsed(path: Path) -> ast.Module | Finding | None:
    try:
        source = path.read_bytes()
        if len(source) > _LONGEST_BYTES:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source, str(path))
    except OSError:  # the check of the folder has said so
        return None
    except SyntaxError as error:
        line = error.lineno if error.lineno and error.lineno > 0 else 1
        column = error.offset if error.offset and error.offset > 0 else None
        return finding("QP201", Place(file=path, line=line, column=column), told=error.msg)
    except (ValueError, RecursionError, MemoryError) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        return finding("QP201", Place(file=path, line=1), told=told)


def runs_at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run when a module is imported: its own, those below ``if``, ``try`` and ``class``."""
    for statement in body:
        if isinstance(statement, ast.If) and _is_for_checkers(statement.test):
            yield from runs_at_import(statement.orelse)
            continue
        if isinstance(statement, ast.If) and _is_main(statement.test):
            continue
        yield statement
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(statement, name, [])
            if inner and not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from runs_at_import(inner)
        for handler in getattr(statement, "handlers", []):
            yield from runs_at_import(handler.body)


def _is_for_checkers(test: ast.expr) -> bool:
    return dotted(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and dotted(test.left) == "__name__"


def dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` for a chain of names, and "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(parts))) if isinstance(node, ast.Name) else ""


def targets_of(node: ast.AST) -> list[ast.expr]:
    """Return what a statement assigns to or deletes; nothing for any other node."""
    if isinstance(node, (ast.Assign, ast.Delete)):
        return list(node.targets)
    return [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []


def imported_names(module: Module) -> Mapping[str, str]:
    """Return what each name that a module imports stands for: ``{"np": "numpy", "param": "qualia.plugin.param"}``."""
    known: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return known


def meaning(node: ast.AST, known: Mapping[str, str]) -> str:
    """Return the full name of what a chain of names means: ``np.array`` -> ``numpy.array``; "" for anything else."""
    name = dotted(node)
    head, dot, rest = name.partition(".")
    return f"{known.get(head, head)}{dot}{rest}"
