"""The import law: what import-linter checks in the sources, checked again on what is installed."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qualia._plugins.catalog import read_manifest, shipped_folder

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
# What the base distribution depends on; a room adds what its extra brings.
BASE = {"attr", "attrs", "cattrs", "watchfiles"}
EXTRA = {
    "cli": {"prompt_toolkit", "pyarrow", "rich", "tomli_w", "xlsxwriter", "yaml"},
    "crate": {"rocrate"},
    "draw": {"PIL", "fontTools", "kaleido", "matplotlib", "numpy", "plotly", "wordcloud"},
    "testing": {"hypothesis", "pytest"},
}
FOR_PLUGINS = {"qualia.draw", "qualia.plugin", "qualia.records", "qualia.text"}
# Where a distribution's import name is not its own.
IMPORTED_AS = {"fonttools": "fontTools", "pillow": "PIL", "pyyaml": "yaml", "tomli-w": "tomli_w"}


@pytest.fixture(scope="module")
def floors() -> list[list[str]]:
    """Return the floors, top to bottom, each with its rooms."""
    contracts = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    law = next(contract for contract in contracts if contract["id"] == "floors")
    return [[room.strip() for room in floor.split("|")] for floor in law["layers"]]


def dotted(module: Path, package: Path) -> str:
    """Return a module's name below the package: ``_engine.cache``; the package itself is ``""``."""
    return ".".join(part for part in module.relative_to(package).with_suffix("").parts if part != "__init__")


def room_of(module: str, floors: list[list[str]]) -> str | None:
    """Return the room a module belongs to, or None."""
    return next((room for floor in floors for room in floor if f"{module}.".startswith(f"{room}.")), None)


def imports(tree: ast.AST, module: str = "", *, is_package: bool = False) -> Iterator[str]:
    """Yield the absolute names a module imports, wherever in it; relative ones are resolved against ``module``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            base = parts[: len(parts) - node.level + is_package] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield from ([f"{name}.{alias.name}" for alias in node.names] if name == "qualia" else [name])
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "import_module":
            yield from (word.value for word in node.args if isinstance(word, ast.Constant) and type(word.value) is str)


def test_every_module_stands_on_a_floor(engine_modules: list[Path], package: Path, floors: list[list[str]]) -> None:
    """A module without a floor, such as a stray utils.py, is refused."""
    names = [dotted(module, package) for module in engine_modules]
    without = [name for name in names if name not in ("", "_engine", "_plugins") and room_of(name, floors) is None]
    assert without == []


def test_every_room_of_the_law_exists(engine_modules: list[Path], package: Path, floors: list[list[str]]) -> None:
    """The table of floors names no room that is gone."""
    names = {dotted(module, package) for module in engine_modules}
    assert [room for floor in floors for room in floor if room not in names] == []


def test_no_module_imports_a_floor_above_or_a_stranger(
    engine_modules: list[Path], package: Path, floors: list[list[str]], tree_of: Callable[[Path], ast.Module]
) -> None:
    """Every import inside the package, at any depth of the code, goes to its own room or to a lower floor."""
    height = {room: -level for level, floor in enumerate(floors) for room in floor}
    offences = []
    for path in engine_modules:
        module = dotted(path, package)
        room = room_of(module, floors)
        if room is None:
            continue
        for name in imports(tree_of(path), f"qualia.{module}", is_package=path.name == "__init__.py"):
            target = room_of(name.removeprefix("qualia."), floors) if name.startswith("qualia.") else None
            if target not in (None, room) and height[target] >= height[room]:
                offences.append(f"{module} imports {name}")
    assert offences == []


def test_the_machinery_imports_nothing_from_the_root(
    engine_modules: list[Path], package: Path, tree_of: Callable[[Path], ast.Module], floors: list[list[str]]
) -> None:
    """Only faces may use the lazy table of public names; for a room it would hide which floor it stands on."""
    top = floors[0]
    offences = []
    for path in engine_modules:
        module = dotted(path, package)
        if module and room_of(module, floors) not in top:
            named = imports(tree_of(path), f"qualia.{module}", is_package=path.name == "__init__.py")
            rooms = [name for name in named if name == "qualia" or name.startswith("qualia.")]
            offences += [f"{module}: {name}" for name in rooms if not _is_module(name, package)]
    assert offences == []


def _is_module(name: str, package: Path) -> bool:
    path = package.parent.joinpath(*name.split("."))
    return name != "qualia" and (path.is_dir() or path.with_suffix(".py").is_file())


def test_the_package_imports_only_what_the_base_distribution_depends_on(
    engine_modules: list[Path], package: Path, tree_of: Callable[[Path], ast.Module]
) -> None:
    """A library of an extra is imported by the room of that extra alone."""
    offences = []
    for path in engine_modules:
        module = dotted(path, package)
        allowed = BASE | EXTRA.get(module.partition(".")[0], set()) | {"qualia"}
        for name in imports(tree_of(path), f"qualia.{module}", is_package=path.name == "__init__.py"):
            top = name.partition(".")[0]
            if top not in allowed and top not in sys.stdlib_module_names:
                offences.append(f"{module} imports {name}")
    # A pipeline may be written in YAML; whoever reads one without the extra is told which to install.
    assert [each for each in offences if each != "_yaml imports yaml"] == []


def test_plugins_import_only_what_plugins_may(
    plugin_modules: list[Path], tree_of: Callable[[Path], ast.Module]
) -> None:
    """A plugin uses the author's rooms, the standard library, itself, and the libraries its manifest declares."""
    offences = []
    for path in plugin_modules:
        folder = next(parent for parent in path.parents if (parent / "plugin.toml").is_file())
        manifest = read_manifest(folder / "plugin.toml")
        declared = {_import_name(text) for text in (*manifest.dependencies, *manifest.optional)}
        allowed = declared | {"attr", "attrs", folder.name}
        module = ".".join([folder.name, *path.relative_to(folder).with_suffix("").parts])
        module = module.removesuffix(".__init__")
        for name in imports(tree_of(path), module, is_package=path.name == "__init__.py"):
            own = ".".join(name.split(".")[:2])
            if not (own in FOR_PLUGINS or name.partition(".")[0] in allowed | set(sys.stdlib_module_names)):
                offences.append(f"{folder.name}/{path.name} imports {name}")
    assert offences == []


def test_the_plugins_extra_brings_what_the_shipped_plugins_declare() -> None:
    """Whoever installs the extra can run all seven: it names exactly the requirements of their manifests."""
    extras = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    manifests = [read_manifest(path) for path in shipped_folder().glob("*/plugin.toml")]
    assert set(extras["plugins"]) == {text for manifest in manifests for text in manifest.dependencies}


def _import_name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    name = found.group().lower().replace("-", "_")
    return IMPORTED_AS.get(name, name)


def test_shipped_plugins_are_the_seven_and_hold_no_tests() -> None:
    """What ships is seven plugins, each a folder with a manifest and a package, and nothing beside them."""
    folders = sorted(path.name for path in shipped_folder().iterdir() if path.name != "__pycache__")
    assert folders == [
        "frequency_chart",
        "meeting_report",
        "sentiment_analyzer",
        "sentiment_viz",
        "teams_cleaner",
        "word_frequency",
        "wordcloud_viz",
    ]
    for folder in folders:
        names = {path.name for path in (shipped_folder() / folder).rglob("*") if "__pycache__" not in path.parts}
        assert {"plugin.toml", "__init__.py"} <= names
        assert [name for name in names if name == "tests" or name.startswith("test_")] == []
