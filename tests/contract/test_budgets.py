"""How large things may grow before they must be taken apart."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

MODULE_LINES = 400
BODY_LINES = 40
PUBLIC_METHODS = 12
HOOKS = ("action_", "on_", "compose", "render_")
# The callers of plugin code, here and in a process of its own, and of what its exceptions say; the one caller of
# observers, and of operations that distributions bring; and the outermost frame of a face.
MAY_CATCH_ALL = {
    "_engine/blame.py",
    "_engine/worker/inside.py",
    "events.py",
    "operations.py",
    "cli/__init__.py",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Parse = Callable[[Path], ast.Module]


def body_lines(function: Function) -> int:
    """Count the lines of a function's body, its docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def catches_all(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes any exception and keeps it; one that cleans up and raises again harms nobody."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = any(kind is None or (isinstance(kind, ast.Name) and kind.id in _BROAD) for kind in kinds)
    last = handler.body[-1]
    return broad and not (isinstance(last, ast.Raise) and last.exc is None)


_BROAD = ("BaseException", "Exception", "BaseExceptionGroup", "ExceptionGroup")


def is_property(function: Function) -> bool:
    """Whether a function is read like a field: it is part of what an object holds, not of what it does."""
    names = {each.id for each in function.decorator_list if isinstance(each, ast.Name)}
    return bool(names & {"property", "cached_property"})


def found(modules: list[Path], parse: Parse, *kinds: type[ast.AST]) -> Iterator[tuple[Path, ast.AST]]:
    """Yield each node of these kinds with its module."""
    for path in modules:
        for node in ast.walk(parse(path)):
            if isinstance(node, kinds):
                yield path, node


def test_no_module_is_longer_than_400_lines(all_modules: list[Path]) -> None:
    """A module that outgrows its budget becomes a folder of its own name."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in all_modules}
    assert {str(path): length for path, length in lengths.items() if length > MODULE_LINES} == {}


def test_no_function_body_is_longer_than_40_lines(all_modules: list[Path], tree_of: Parse) -> None:
    """A function fits on a screen."""
    long = [
        f"{path}:{node.lineno} {node.name} has {body_lines(node)} lines"
        for path, node in found(all_modules, tree_of, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, Function) and body_lines(node) > BODY_LINES
    ]
    assert long == []


def test_no_class_has_more_than_12_public_methods(all_modules: list[Path], tree_of: Parse) -> None:
    """A class that can do everything is several classes.

    What Textual calls by its name (actions of keys, events, painting) is left out: nobody else calls these.
    """
    large = []
    for path, node in found(all_modules, tree_of, ast.ClassDef):
        assert isinstance(node, ast.ClassDef)
        methods = {
            item.name
            for item in node.body
            if isinstance(item, Function) and not item.name.startswith(("_", *HOOKS)) and not is_property(item)
        }
        if len(methods) > PUBLIC_METHODS:
            large.append(f"{path}:{node.lineno} {node.name} has {len(methods)}")
    assert large == []


def test_only_those_who_call_strangers_catch_everything(
    engine_modules: list[Path], package: Path, tree_of: Parse
) -> None:
    """A broad except stands where strangers' code is called and where a face ends, and nowhere else."""
    offences = [
        f"{path}:{node.lineno}"
        for path, node in found(engine_modules, tree_of, ast.ExceptHandler)
        if isinstance(node, ast.ExceptHandler) and catches_all(node)
        if path.relative_to(package).as_posix() not in MAY_CATCH_ALL
    ]
    assert offences == []


def test_no_module_holds_state_that_can_change(engine_modules: list[Path], tree_of: Parse) -> None:
    """No ``global`` statement anywhere: state lives on instances."""
    offences = [str(path) for path, _ in found(engine_modules, tree_of, ast.Global)]
    assert offences == []


def test_no_missing_library_is_replaced_by_a_stub(engine_modules: list[Path], package: Path, tree_of: Parse) -> None:
    """The engine never asks whether an import works: ``except ImportError`` is for faces."""
    offences = []
    for path, node in found(engine_modules, tree_of, ast.ExceptHandler):
        assert isinstance(node, ast.ExceptHandler)
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        named = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
        if named & {"ImportError", "ModuleNotFoundError"}:
            offences.append(f"{path.relative_to(package).as_posix()}:{node.lineno}")
    assert [each for each in offences if not each.startswith(("cli/", "_engine/guard.py", "pipeline.py"))] == []


def test_every_test_says_what_it_shows(tree_of: Parse) -> None:
    """Each test of the suite opens with one sentence that states a behaviour."""
    silent = []
    for path in sorted(Path(__file__).parents[1].rglob("test_*.py")):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, Function) and node.name.startswith("test_"):
                sentence = (ast.get_docstring(node) or "").partition("\n")[0]
                if not sentence.endswith((".", "?")) or len(sentence.split()) < 3:
                    silent.append(f"{path.name}:{node.lineno} {node.name}")
    assert silent == []
