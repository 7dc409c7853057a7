"""Plugins loaded as plain packages, for tests of their rules without the engine."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from qualia._plugins.catalog import shipped_folder


@pytest.fixture(scope="session")
def load_plugin() -> Callable[[str], ModuleType]:
    """Import a shipped plugin's package by its id."""

    def load(plugin: str) -> ModuleType:
        name = f"shipped_{plugin}"
        if name not in sys.modules:
            path = shipped_folder() / plugin / "__init__.py"
            spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=[str(path.parent)])
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
        return sys.modules[name]

    return load
