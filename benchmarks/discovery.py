"""What it costs to find a thousand plugins, beside what finds them by entry points. Nothing of ours imports one.

Each figure is the CPU time of a fresh process over that of one that merely imports what finds them. The peers find a
thousand distributions with one entry point each, which is how theirs are installed; pluggy and stevedore import them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import MANIFEST, Measurement, cpu_ms, is_installed

COUNT = 1000
ROUNDS = 7
_SETTLED_S = 2.1
_MODULE = "class Plugin: ...\n"
_OURS = "from pathlib import Path\nfrom qualia._plugins.catalog import discover\n"
_FIND = """
index = Path({state!r}, {name!r})
if {is_first}: index.unlink(missing_ok=True)
places = [("folder", Path({folder!r}))] if {folder!r} else []
assert len(discover(places, search_path={site!r}, index=index)) == {count}
assert index.exists()
"""
_PEERS: Mapping[str, tuple[str, str]] = {
    "npe2": (
        "from npe2 import PluginManager\nmanager = PluginManager()\n",
        "manager.discover()\nassert len(list(manager.iter_manifests())) >= {count}\n",
    ),
    "pluggy": (
        "import pluggy, importlib.metadata\nmanager = pluggy.PluginManager('bench')\n",
        "assert manager.load_setuptools_entrypoints('bench.plugins') == {count}\n",
    ),
    "stevedore": (
        "from stevedore import ExtensionManager\n",
        "assert len(ExtensionManager('bench.plugins', invoke_on_load=False).names()) == {count}\n",
    ),
    "importlib.metadata": (
        "from importlib.metadata import entry_points\n",
        "assert len(entry_points(group='bench.plugins')) == {count}\n",
    ),
}


def rows(*, rounds: int = ROUNDS, count: int = COUNT) -> list[Measurement]:
    """Measure the first and the next look at ``count`` plugins, in a folder and installed."""
    with tempfile.TemporaryDirectory() as room:
        folder, site, theirs, state = (Path(room, name) for name in ("folder", "site", "theirs", "state"))
        state.mkdir()
        for number in range(count):
            _write(f"p_{number:04}", folder, site, theirs)
        # What was written a moment ago is not indexed, since it might change again within the same tick.
        time.sleep(_SETTLED_S)
        cases = {"ours": _OURS}
        for where, (place, path) in {"folder": (str(folder), []), "installed": ("", [str(site)])}.items():
            for is_first in (True, False):
                find = _FIND.format(
                    state=str(state), name=where, is_first=is_first, folder=place, site=path, count=count
                )
                cases[f"{where}, {'first' if is_first else 'again'}"] = _OURS + find
        for name, (imports, find) in _PEERS.items():
            if is_installed(name):
                imports = f"sys.path.append({str(theirs)!r})\n{imports}"
                cases |= {f"{name}, imported": imports, name: imports + find.format(count=count)}
        return _rows(cpu_ms(cases, rounds=rounds), count)


def _rows(found: Mapping[str, float], count: int) -> list[Measurement]:
    peers: dict[str, float | None] = {n: found[n] - found[f"{n}, imported"] for n in _PEERS if n in found}
    goals = {"folder, first": 120.0, "folder, again": 25.0, "installed, first": 140.0, "installed, again": 45.0}
    measured: list[Measurement] = []
    for case, goal in goals.items():
        where, _, look = case.partition(", ")
        place = f"{count:,} plugins in a folder" if where == "folder" else f"{count:,} installed plugins"
        name = f"find {place}, {'first time' if look == 'first' else 'next time'}"
        ours = found[case] - found["ours"]
        for number, (peer, value) in enumerate((peers or {"": None}).items()):
            budget = goal if number == 0 and count == COUNT else None
            measured.append(Measurement(name=name, unit="ms CPU", ours=ours, plain=value, peer=peer, budget=budget))
    return measured


def _write(name: str, folder: Path, site: Path, theirs: Path) -> None:
    """Write one plugin of ours in a folder and installed, and one of theirs."""
    for package in (folder / name, site / name):
        package.mkdir(parents=True)
        (package / "plugin.toml").write_text(MANIFEST.format(id=name), encoding="utf-8")
        (package / "__init__.py").write_text(_MODULE, encoding="utf-8")
    package = theirs / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(_MODULE, encoding="utf-8")
    (package / "napari.yaml").write_text(f"name: {name}\ndisplay_name: {name}\n", encoding="utf-8")
    groups = f"[bench.plugins]\n{name} = {name}:Plugin\n[napari.manifest]\n{name} = {name}:napari.yaml\n"
    for place, text in ((site, f"[qualia.plugins]\n{name} = {name}\n"), (theirs, groups)):
        info = place / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(text, encoding="utf-8")
