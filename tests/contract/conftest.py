"""Where the code under test stands, installed or in a checkout, and a fresh interpreter to look at it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import qualia
from qualia._plugins.catalog import shipped_folder


def _modules(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.py")) if "_bundled" not in path.relative_to(folder).parts]


@pytest.fixture(scope="session")
def package() -> Path:
    """Return the folder of the package."""
    return Path(qualia.__file__).parent


@pytest.fixture(scope="session")
def engine_modules(package: Path) -> list[Path]:
    """Return every module of the package, without the plugins that ship inside it."""
    return _modules(package)


@pytest.fixture(scope="session")
def plugin_modules() -> list[Path]:
    """Return every module of the plugins that ship."""
    return _modules(shipped_folder())


@pytest.fixture(scope="session")
def all_modules(engine_modules: list[Path], plugin_modules: list[Path]) -> list[Path]:
    """Return every module that is installed."""
    faces = [spec.origin for name in ("qualia_tui", "qualia_ops") if (spec := find_spec(name)) and spec.origin]
    return [*engine_modules, *plugin_modules, *(each for face in faces for each in _modules(Path(face).parent))]


@pytest.fixture(scope="session")
def tree_of() -> Callable[[Path], ast.Module]:
    """Parse a module."""
    return lambda path: ast.parse(path.read_text(encoding="utf-8"), str(path))


@pytest.fixture(scope="session")
def fresh(package: Path) -> Callable[[str], Any]:
    """Run code in an isolated interpreter that turns warnings into errors; return the JSON it prints."""

    def run(code: str) -> Any:
        code = f"import sys; sys.path.insert(0, {str(package.parent)!r})\n{code}"
        command = [sys.executable, "-I", "-W", "error", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
        assert (done.stderr, done.returncode) == ("", 0)
        return json.loads(done.stdout)

    return run
