"""The public names: what is exported, what is listed, and where each says it lives."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import qualia

NAMES = tuple(name for name in qualia.__all__ if name != "__version__")
MODULES = (
    "qualia.citation",
    "qualia.crate",
    "qualia.circuit",
    "qualia.document",
    "qualia.draw",
    "qualia.errors",
    "qualia.events",
    "qualia.history",
    "qualia.operations",
    "qualia.pipeline",
    "qualia.plugin",
    "qualia.records",
    "qualia.registry",
    "qualia.result",
    "qualia.settings",
    "qualia.testing",
    "qualia.text",
    "qualia.validation",
    "qualia.words",
)


def public(module: ModuleType) -> list[str]:
    """Return the names a module offers: what it lists, or what it defines without an underscore."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        if (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == module.__name__
    ]


def test_what_is_exported_is_what_is_listed_and_what_checkers_see(
    package: Path, tree_of: Callable[[Path], ast.Module]
) -> None:
    """``__all__``, the lazy table, ``dir()`` and the names type checkers read are one list."""
    typed = {
        alias.asname: node.module
        for branch in tree_of(package / "__init__.py").body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(qualia.__all__) == list(qualia.__all__)
    assert typed == vars(qualia)["_HOMES"]
    assert sorted(typed, key=str) == dir(qualia) == list(qualia.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_says_where_it_lives(name: str) -> None:
    """Each public class reads ``qualia.<module>.<Name>``, without a private part."""
    value = getattr(qualia, name)
    assert f"{value.__module__}.{value.__qualname__}" == f"{vars(qualia)['_HOMES'][name]}.{name}"


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A name that is not public is refused like any missing attribute."""
    with pytest.raises(AttributeError, match="module 'qualia' has no attribute 'Manager'"):
        getattr(qualia, "Manager")  # noqa: B009  # checkers know that it is missing


def test_the_version_is_the_distributions(fresh: Callable[[str], Any]) -> None:
    """``qualia.__version__`` is a PEP 440 release number and loads nothing but itself."""
    assert [part.isdecimal() for part in qualia.__version__.split(".")] == [True, True, True]


@pytest.mark.parametrize("name", MODULES)
def test_every_public_thing_is_explained(name: str) -> None:
    """Modules, classes, functions and public methods all have a docstring."""
    module = import_module(name)
    silent = [] if module.__doc__ else [name]
    for each in public(module):
        value = getattr(module, each)
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        if not value.__doc__:
            silent.append(each)
        for method, code in vars(value).items() if inspect.isclass(value) else ():
            if inspect.isfunction(code) and not method.startswith("_") and not inspect.getdoc(getattr(value, method)):
                silent.append(f"{each}.{method}")
    assert silent == []


@pytest.mark.parametrize("name", [name for name in MODULES if hasattr(import_module(name), "__all__")])
def test_a_list_of_public_names_is_true_and_sorted(name: str) -> None:
    """Every ``__all__`` names what exists, once, in order."""
    module = import_module(name)
    assert list(module.__all__) == sorted(set(module.__all__))
    assert [each for each in module.__all__ if not hasattr(module, each)] == []


def test_every_option_of_a_public_function_has_a_name() -> None:
    """At most three parameters are positional; the rest are given by keyword."""
    crowded = []
    for name in (*MODULES, "qualia.core"):
        module = import_module(name)
        for each in public(module):
            value = getattr(module, each)
            if not inspect.isfunction(value):
                continue
            given = [item for item in inspect.signature(value).parameters.values() if item.kind in _POSITIONAL]
            if len(given) > 3:
                crowded.append(f"{name}.{each}")
    assert crowded == []


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
