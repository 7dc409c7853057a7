"""The only user of import machinery: a plugin's package, compiled from bytes that were read once.

Each load is a generation: fresh module objects under a name of their own, so two versions, or two Cores, never share
a module. Bytecode files are neither read nor written; Python validates them by whole seconds and would run old code.
"""

from __future__ import annotations

import hashlib
import importlib
import secrets
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypeGuard

from attrs import field, frozen

from qualia._plugins.catalog import Manifest
from qualia.errors import InvalidManifest
from qualia.plugin import Analyzer, DocumentProcessor, Plugin, Visualizer

_BASES: Mapping[str, type[Plugin[Any]]] = {
    "document": DocumentProcessor,
    "analyzer": Analyzer,
    "visualizer": Visualizer,
}
_METHODS: Mapping[str, str] = {
    "document": "process",
    "analyzer": "analyze",
    "visualizer": "render",
}


@frozen(kw_only=True)
class Source:
    """The files of a plugin as they were at one moment."""

    folder: Path
    files: Mapping[str, bytes] = field(repr=False)
    """Python files by path relative to the folder, with ``/``."""
    code_hash: str
    """sha256 (hex) over the name and content of every file of the folder, data files too."""

    @classmethod
    def read(cls, folder: Path) -> Source:
        """Read a plugin's folder; caches and hidden files are no part of it.

        Raises:
            OSError: a file cannot be read.
        """
        files: dict[str, bytes] = {}
        sha = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if not path.is_file() or any(part == "__pycache__" or part[0] == "." for part in name.split("/")):
                continue
            content = path.read_bytes()
            sha.update(f"{len(name)}:{name}{len(content)}:".encode() + content)
            if path.suffix == ".py":
                files[name] = content
        return cls(folder=folder, files=files, code_hash=sha.hexdigest())


@frozen(kw_only=True)
class Generation:
    """One loaded version of a plugin."""

    manifest: Manifest
    source: Source
    module: str
    """Name of its package in ``sys.modules``."""
    plugin: Plugin[Any]
    """The one instance; `Plugin.open` is the caller's to call."""
    takes_context: bool
    """Whether its method names a ``context`` argument."""
    finder: MetaPathFinder = field(repr=False)

    def unload(self) -> None:
        """Take the package out of ``sys.modules``; running calls keep their references."""
        _forget(self.module, self.finder)


def load(manifest: Manifest, source: Source) -> Generation:
    """Compile and run a plugin's package and make its instance.

    Whatever the plugin's own code raises passes through; then nothing of it stays loaded.

    Raises:
        InvalidManifest: there is no package, or no class of the right kind under the entry's name.
    """
    if "__init__.py" not in source.files:
        raise InvalidManifest(str(source.folder / "plugin.toml"), "there is no __init__.py beside it")
    name = f"_qualia_plugin_{manifest.id}_{source.code_hash[:8]}_{secrets.token_hex(4)}"
    finder = _Finder(name, source)
    sys.meta_path.append(finder)
    try:
        module = importlib.import_module(name)
        plugin = _instance(module, manifest, source)
    except BaseException:
        _forget(name, finder)
        raise
    takes_context = _takes_context(plugin, manifest.kind)
    return Generation(
        manifest=manifest,
        source=source,
        module=name,
        plugin=plugin,
        takes_context=takes_context,
        finder=finder,
    )


def _instance(module: ModuleType, manifest: Manifest, source: Source) -> Plugin[Any]:
    entry: Any = getattr(module, manifest.entry, None)
    base = _BASES[manifest.kind]
    if not _is_a(entry, base):
        path = str(source.folder / "plugin.toml")
        raise InvalidManifest(
            path,
            f"entry {manifest.entry!r} is no {base.__name__} in {source.folder / '__init__.py'}",
        )
    return entry()


def _takes_context(plugin: Plugin[Any], kind: str) -> bool:
    code = getattr(getattr(plugin, _METHODS[kind], None), "__code__", None)
    return code is not None and "context" in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _is_a(entry: object, base: type[Plugin[Any]]) -> TypeGuard[type[Plugin[Any]]]:
    return isinstance(entry, type) and issubclass(entry, base)


def _forget(name: str, finder: MetaPathFinder) -> None:
    if finder in sys.meta_path:
        sys.meta_path.remove(finder)
    for loaded in [each for each in list(sys.modules) if each == name or each.startswith(f"{name}.")]:
        del sys.modules[loaded]


class _Finder(MetaPathFinder, Loader):
    """Finds and runs the modules of one generation, from its bytes."""

    def __init__(self, name: str, source: Source) -> None:
        self._name: str = name
        self._source: Source = source

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname != self._name and not fullname.startswith(f"{self._name}."):
            return None
        file = self._file(fullname)
        if file is None:
            return None
        spec = ModuleSpec(
            fullname,
            self,
            origin=str(self._source.folder / file),
            is_package=file.endswith("__init__.py"),
        )
        spec.has_location = True
        return spec

    def _file(self, fullname: str) -> str | None:
        stem = fullname[len(self._name) + 1 :].replace(".", "/")
        candidates = (f"{stem}/__init__.py", f"{stem}.py") if stem else ("__init__.py",)
        return next((each for each in candidates if each in self._source.files), None)

    def exec_module(self, module: ModuleType) -> None:
        file = self._file(module.__name__)
        if file is None:
            raise ImportError(f"no module named {module.__name__!r}", name=module.__name__)
        exec(self._compiled(file), module.__dict__)  # noqa: S102 - running the plugin is what a loader does

    def _compiled(self, file: str) -> CodeType:
        origin = str(self._source.folder / file)
        return compile(self._source.files[file], origin, "exec", dont_inherit=True)
