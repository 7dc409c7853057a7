"""The only user of import machinery: a plugin's package, compiled from bytes that were read once.

Each load makes fresh module objects under a name of their own, so two versions, or two Cores, never share a module.
Bytecode files are neither read nor written; Python validates them by whole seconds and would run old code. The code of
a reloaded plugin says which generation it is of (``parse.py#g2``), and its source comes from those bytes, so that a
traceback of old code shows the lines that ran.

A plugin's code is its own files and the shared rooms it imports, `qualia.text` and `qualia.draw`: editing a stop word
changes what `word_frequency` gives, so it changes the plugin's code hash too. The rest of the engine is known by its
version alone, which `call_key` holds: a hash over all of it would make every edit of a face empty the cache.
"""

from __future__ import annotations

import os
import re
import sys
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import import_module
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypeGuard

from attrs import field, frozen

from qualia._plugins.manifest import Manifest
from qualia._plugins.scan import is_litter
from qualia.errors import InvalidManifest, unknown_name
from qualia.plugin import Analyzer, DocumentProcessor, ParamSpec, Plugin, Visualizer, param_specs
from qualia.records import argument_name

_BASES: Mapping[str, type[Plugin[Any]]] = {
    "document": DocumentProcessor,
    "analyzer": Analyzer,
    "visualizer": Visualizer,
}
_SHARED: Mapping[str, re.Pattern[bytes]] = {
    # However a room is imported, its name stands behind the package's; rather one too many than one too few.
    room: re.compile(rb"\bqualia\b[^\n]*\b%b\b|\bqualia\s+import\s*\(" % room.encode())
    for room in ("draw", "text")
}
_TEST = re.compile(r"tests|conftest\.py|test_.*\.py|.*_test\.py")
# What a plugin says of itself in other languages is read by those who list plugins, and by no plugin.
_WORDS = re.compile(r"locale/[^/]+/LC_MESSAGES/plugin\.(po|mo)")
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
    """sha256 (hex) over the name and content of every file of the folder, data files too, and of the shared rooms
    that its code names."""

    @classmethod
    def read(cls, folder: Path, *, code: Mapping[str, bytes] | None = None) -> Source:
        """Read a plugin's folder.

        Hidden files, caches, what editors leave behind, tests, and translations of what it says of itself are no part
        of a plugin.

        Args:
            folder: the plugin's.
            code: Python files to take instead of those that lie there now; None for those.

        Raises:
            OSError: a file cannot be read.
        """
        found = dict(_files(folder))
        if code is not None:
            data = {name: content for name, content in found.items() if not name.endswith(".py")}
            found = dict(sorted({**data, **code}.items()))
        code = {name: content for name, content in found.items() if name.endswith(".py")}
        rooms = [room for room, named in _SHARED.items() if any(named.search(content) for content in code.values())]
        shared = ((f"qualia.{room}", _room_hash(room).encode()) for room in rooms)
        return cls(folder=folder, files=code, code_hash=_hash((*found.items(), *shared)))


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_left_out = any(is_litter(part) or _TEST.fullmatch(part) for part in name.split("/"))
        if path.is_file() and not is_left_out and not _WORDS.fullmatch(name):
            yield name, path.read_bytes()


def _hash(files: Iterable[tuple[str, bytes]]) -> str:
    from hashlib import sha256

    sha = sha256()
    for name, content in files:
        sha.update(f"{len(name)}:{name}{len(content)}:".encode() + content)
    return sha.hexdigest()


@cache
def _room_hash(room: str) -> str:
    """Hash a shared room once for each process: its modules are loaded once, too."""
    return _hash(_files(Path(__file__).parent.parent / room))


@frozen(kw_only=True)
class Package:
    """One version of a plugin, loaded into this process."""

    manifest: Manifest
    source: Source
    module: str
    """Name of its package in ``sys.modules``."""
    plugin: Plugin[Any]
    """The one instance; `Plugin.open` is the caller's to call."""
    takes_context: bool
    """Whether its method names a ``context`` argument."""
    finder: _Finder = field(repr=False)

    @cached_property
    def specs(self) -> tuple[ParamSpec, ...]:
        """The params it declares.

        Raises:
            TypeError: its declaration is wrong.
        """
        return param_specs(self.plugin.Params)

    def call(self, params: Any, inputs: Mapping[str, Any]) -> object:
        """Call the plugin's method; ``inputs`` are the document, the records and the context by argument name."""
        method = getattr(self.plugin, _METHODS[self.manifest.kind])
        if self.manifest.kind == "visualizer":
            return method(params, **inputs)
        records = dict(inputs)
        return method(records.pop("document"), params, **records)

    def unload(self) -> None:
        """Take the package out of ``sys.modules`` and its source out of ``linecache``; running calls keep their own."""
        _forget(self.module, self.finder)


def load(manifest: Manifest, source: Source, *, number: int = 1) -> Package:
    """Compile and run a plugin's package and make its instance.

    Whatever the plugin's own code raises passes through; then nothing of it stays loaded.

    Args:
        manifest: what its ``plugin.toml`` says.
        source: its files.
        number: which generation of the plugin this is, from 1.

    Raises:
        InvalidManifest: there is no package, or no class of the right kind under the entry's name.
    """
    if "__init__.py" not in source.files:
        raise InvalidManifest(str(source.folder / "plugin.toml"), "there is no __init__.py beside it")
    name = f"_qualia_plugin_{manifest.id}_{source.code_hash[:8]}_{os.urandom(4).hex()}"
    finder = _Finder(name, source, "" if number == 1 else f"#g{number}")
    sys.meta_path.append(finder)
    try:
        module = import_module(name)
        plugin = _instance(module, manifest, source)
        takes_context = _takes_context(plugin, manifest, source)
    except BaseException:
        _forget(name, finder)
        raise
    return Package(
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


def _takes_context(plugin: Plugin[Any], manifest: Manifest, source: Source) -> bool:
    """Return whether a plugin's method names a ``context``, through decorators that say what they decorate.

    Raises:
        InvalidManifest: the method takes what nobody gives it.
    """
    from inspect import Parameter, signature

    method = _METHODS[manifest.kind]
    try:
        arguments = signature(getattr(plugin, method)).parameters.values()
    except (TypeError, ValueError):
        return False
    taken = [each for each in arguments if each.kind is not Parameter.VAR_POSITIONAL]
    known = ("context", *map(argument_name, manifest.known_records))
    by_keyword = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    for argument in taken[1 if manifest.kind == "visualizer" else 2 :]:
        name = argument.name
        comes = argument.kind is Parameter.VAR_KEYWORD or (argument.kind in by_keyword and name in known)
        if comes or argument.default is not Parameter.empty:
            continue
        fault = "by position, and it comes by keyword" if name in known else f"which {unknown_name(name, known)}"
        reason = f"{manifest.entry}.{method} takes {name!r}, {fault}"
        raise InvalidManifest(str(source.folder / "plugin.toml"), reason)
    return any(each.name == "context" and each.kind in by_keyword for each in taken)


def _is_a(entry: object, base: type[Plugin[Any]]) -> TypeGuard[type[Plugin[Any]]]:
    return isinstance(entry, type) and issubclass(entry, base)


def _forget(name: str, finder: _Finder) -> None:
    if finder in sys.meta_path:
        sys.meta_path.remove(finder)
    for loaded in [each for each in list(sys.modules) if each == name or each.startswith(f"{name}.")]:
        del sys.modules[loaded]
    # ``Analyzer[Params, ...]`` stays in a cache of typing's, and with it all that the module held. The list of what
    # empties those caches has no public name; a Python without it keeps at most the latest 128.
    for empty in getattr(typing, "_cleanups", ()):
        empty()
    if "linecache" in sys.modules:
        import linecache

        # attrs keeps the source of each method it writes there, under a name that holds the module's.
        for file in [each for each in list(linecache.cache) if name in each or each in finder.compiled]:
            linecache.cache.pop(file, None)


class _Finder:
    """Finds and runs the modules of one generation, from its bytes.

    The import system asks for these methods, not for a base class; those of ``importlib.abc`` cost 6 ms to load.
    """

    def __init__(self, name: str, source: Source, suffix: str) -> None:
        self._name: str = name
        self._source: Source = source
        self._suffix: str = suffix
        self.compiled: set[str] = set()
        """The file names that its code objects carry."""

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
        loader: Any = self
        spec = ModuleSpec(
            fullname,
            loader,
            origin=str(self._source.folder / file),
            is_package=file.endswith("__init__.py"),
        )
        spec.has_location = True
        return spec

    def _file(self, fullname: str) -> str | None:
        stem = fullname[len(self._name) + 1 :].replace(".", "/")
        candidates = (f"{stem}/__init__.py", f"{stem}.py") if stem else ("__init__.py",)
        return next((each for each in candidates if each in self._source.files), None)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        file = self._file(module.__name__)
        if file is None:
            raise ImportError(f"no module named {module.__name__!r}", name=module.__name__)
        exec(self._compiled(file), module.__dict__)  # noqa: S102 - running the plugin is what a loader does

    def get_source(self, fullname: str) -> str | None:
        """Return a module's text, for tracebacks."""
        file = self._file(fullname)
        return None if file is None else self._source.files[file].decode("utf-8", "replace")

    def _compiled(self, file: str) -> CodeType:
        origin = f"{self._source.folder / file}{self._suffix}"
        self.compiled.add(origin)
        return compile(self._source.files[file], origin, "exec", dont_inherit=True)
