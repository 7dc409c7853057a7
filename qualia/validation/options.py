"""The params a plugin declares, read from the code without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from attrs import frozen

from qualia._values import is_texts
from qualia.validation.entries import Definition
from qualia.validation.findings import Finding, finding
from qualia.validation.sources import Module, Sources, imported_names, meaning

_FROZEN = ("attrs.frozen", "attr.frozen")
_ATTRS = (*_FROZEN, "attrs.define", "attr.define", "attr.s", "attr.attrs", "attrs.mutable")
_PLAIN: Mapping[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "float": (float, int), "str": (str,)}
_PARAM = "qualia.plugin.param"
_PLUGIN_BASES = tuple(f"qualia.plugin.{name}" for name in ("DocumentProcessor", "Analyzer", "Visualizer", "Plugin"))


@frozen
class Shape:
    """What an annotation allows."""

    kind: str
    """"bool", "int", "float", "str", "list" for a tuple of texts, or "any" where only loading it tells."""
    choices: tuple[str, ...] = ()
    """The only values allowed; empty for any."""
    optional: bool = False
    """Whether None is a value."""


def check_params(sources: Sources, entry: str) -> Iterator[Finding]:
    """Check the params class the plugin's class names as its first type argument."""
    for module in sources.code:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and (node.name == entry or len(sources.code) == 1):
                yield from _check_named(node, module, sources)


def _check_named(node: ast.ClassDef, module: Module, sources: Sources) -> Iterator[Finding]:
    known = imported_names(module)
    for base in node.bases:
        if not isinstance(base, ast.Subscript) or meaning(base.value, known) not in _PLUGIN_BASES:
            continue
        first = base.slice.elts[0] if isinstance(base.slice, ast.Tuple) and base.slice.elts else base.slice
        found = _class_of(first, module, sources)
        if found is not None:
            yield from _check_class(found)


def _class_of(name: ast.expr, module: Module, sources: Sources) -> Definition | None:
    if not isinstance(name, ast.Name):
        return None
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name.id:
            return Definition(node=node, module=module)
        if isinstance(node, ast.ImportFrom) and node.level:
            source = next((each.name for each in node.names if (each.asname or each.name) == name.id), None)
            for other in sources.modules if source is not None else ():
                for each in other.tree.body:
                    if isinstance(each, ast.ClassDef) and each.name == source:
                        return Definition(node=each, module=other)
    return None


def _check_class(found: Definition) -> Iterator[Finding]:
    node, module = found.node, found.module
    known = imported_names(module)
    decorators = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
    names = [meaning(each, known) for each in decorators]
    place = module.place(node)
    if not any(name in _ATTRS for name in names):
        # A class with a base of its own may get its attrs there.
        if not node.bases:
            yield finding("QP207", place, params=node.name)
        return
    frozen = any(name in _FROZEN for name in names) or any(_asks_frozen(each) for each in node.decorator_list)
    if not frozen:
        yield finding("QP208", place, params=node.name)
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield from _check_field(statement, statement.target.id, module, known)


def _asks_frozen(decorator: ast.expr) -> bool:
    given = decorator.keywords if isinstance(decorator, ast.Call) else []
    return any(each.arg == "frozen" and isinstance(each.value, ast.Constant) and each.value.value for each in given)


def _check_field(statement: ast.AnnAssign, name: str, module: Module, known: Mapping[str, str]) -> Iterator[Finding]:
    place = module.place(statement)
    annotation = _unquoted(statement.annotation)
    if annotation is None or "ClassVar" in ast.unparse(annotation):
        return
    shape = _shape(annotation, known)
    if shape is None:
        yield finding("QP209", place, param=name, told=ast.unparse(annotation))
        return
    call = statement.value
    if call is None:
        yield finding("QP210", place, param=name, told="is missing")
        return
    is_param = isinstance(call, ast.Call) and meaning(call.func, known) == _PARAM
    options = {each.arg: each.value for each in call.keywords} if isinstance(call, ast.Call) else {}
    told = options.get("help")
    silent = isinstance(told, ast.Constant) and not str(told.value or "").strip()
    if not is_param or told is None or silent:
        yield finding("QP211", place, param=name)
    default = call.args[0] if isinstance(call, ast.Call) and call.args else options.get("default")
    default = call if not isinstance(call, ast.Call) else default
    wrong = _wrong_default(shape, default, options) if default is not None else None
    if wrong is not None:
        yield finding("QP210", place, param=name, told=wrong)


def _unquoted(annotation: ast.expr) -> ast.expr | None:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    return annotation


def _shape(annotation: ast.expr, known: Mapping[str, str]) -> Shape | None:
    """Return what an annotation allows; None when it is none that a param can have."""
    kind, optional = annotation, False
    if isinstance(kind, ast.BinOp) and isinstance(kind.op, ast.BitOr):
        sides = (kind.left, kind.right)
        rest = [each for each in sides if not (isinstance(each, ast.Constant) and each.value is None)]
        if len(rest) != 1:
            return None
        optional, kind = True, rest[0]
    elif isinstance(kind, ast.Subscript) and meaning(kind.value, known) == "typing.Optional":
        optional, kind = True, kind.slice
    text = ast.unparse(kind)
    if isinstance(kind, ast.Name):
        # A name that is imported or defined elsewhere may well be a Literal; only loading it tells.
        return None if text in _NO_PARAM else Shape(text if text in _PLAIN else "any", optional=optional)
    if isinstance(kind, ast.Subscript) and meaning(kind.value, known) in _LITERAL:
        parts = kind.slice.elts if isinstance(kind.slice, ast.Tuple) else [kind.slice]
        choices = tuple(each.value for each in parts if isinstance(each, ast.Constant) and isinstance(each.value, str))
        return Shape("str", choices, optional) if len(choices) == len(parts) else None
    is_list = text in ("tuple[str, ...]", "Tuple[str, ...]", "typing.Tuple[str, ...]")
    return Shape("list", optional=optional) if is_list else None


_LITERAL = ("typing.Literal", "typing_extensions.Literal")
_NO_PARAM = frozenset("list dict set tuple bytes object complex Any frozenset Path date datetime Decimal".split())


def _wrong_default(shape: Shape, default: ast.expr, options: Mapping[str | None, ast.expr]) -> str | None:
    """Say what is wrong with a default that is written out; None when nothing is, or only running it tells."""
    try:
        value: object = ast.literal_eval(default)
        bounds: dict[str, object] = {name: ast.literal_eval(options[name]) for name in ("ge", "le") if name in options}
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    if shape.kind == "any":
        return None
    if value is None:
        return None if shape.optional else "is None, and its type has no None"
    if shape.kind == "list":
        return (
            None if is_texts(value) and type(value) is tuple else f"is a {type(value).__name__} and no tuple of texts"
        )
    if type(value) not in _PLAIN[shape.kind]:
        return f"is a {type(value).__name__} and no {shape.kind}"
    if shape.choices and value not in shape.choices:
        return f"is {value!r} and none of {', '.join(shape.choices)}"
    least, most = bounds.get("ge"), bounds.get("le")
    if isinstance(value, (int, float)) and isinstance(least, (int, float)) and value < least:
        return f"is {value} and less than {least}"
    if isinstance(value, (int, float)) and isinstance(most, (int, float)) and value > most:
        return f"is {value} and more than {most}"
    return None
