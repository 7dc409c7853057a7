"""A restore that is rehearsed: into a temporary place, every digest and database checked, every plugin loaded."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from qualia.operations import Progress
from qualia_ops.backup.ciphering import NO_KEYS, Keys
from qualia_ops.backup.databases import fault_of
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.errors import of_system
from qualia_ops.backup.manifest import Manifest
from qualia_ops.backup.reading import LIMITS, Limits, Told
from qualia_ops.backup.restore import Restored, restore_elsewhere

_PLUGINS_S = 300
# A process of its own: what a plugin does when it is loaded is none of this one's business.
_LOAD = """
import json, sys
from qualia.core import Core
from qualia.settings import Settings
found = {}
with Core(settings=Settings(plugin_path=(sys.argv[1],), override_plugins=True, installed_plugins=False)) as core:
    for info in [core.plugins[name] for name in core.plugins]:
        if str(info.folder).startswith(sys.argv[1]):
            try:
                core.reload(info.id)
                found[info.id] = ""
            except Exception as error:
                found[info.id] = f"{type(error).__name__}: {error}"
print(json.dumps(found))
"""


@frozen(kw_only=True)
class Rehearsed:
    """What a drill found."""

    manifest: Manifest
    files: int
    databases: dict[str, str]
    """Of each database what is wrong with it; empty when it is whole."""
    plugins: dict[str, str]
    """Of each of the project's own plugins why it cannot be loaded; empty when it can."""

    @property
    def is_good(self) -> bool:
        """Whether nothing was found wrong."""
        return not any((*self.databases.values(), *self.plugins.values()))


def drill(archive: Path, *, limits: Limits = LIMITS, keys: Keys = NO_KEYS, disk: Disk | None = None) -> Told[Rehearsed]:
    """Restore a snapshot to a temporary place and look whether it could be worked with; the place is removed.

    Raises:
        ArchiveUnsafe: it is damaged or refused.
        WrongKey: it is encrypted, and no key that opens it was given.
        NoSpace: there is no room for it.
        BackupFailed: something cannot be written.
    """

    def restored(to: Path) -> Told[Restored]:
        return restore_elsewhere(archive, to, limits=limits, keys=keys, disk=disk)

    return (yield from drill_with(restored, str(archive)))


def drill_with(restored: Callable[[Path], Told[Restored]], name: str) -> Told[Rehearsed]:
    """Rehearse with a snapshot that ``restored`` writes into a folder; ``name`` is what errors call it.

    Raises:
        BackupFailed: as `drill`.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="qualia-drill-") as room:
            to = Path(room, "project")
            done = yield from restored(to)
            entries = done.manifest.entries
            databases: dict[str, str] = {}
            for entry in entries:
                if entry.is_database:
                    yield Progress(f"checking {entry.path}")
                    databases[entry.path] = fault_of(to / entry.path)
            yield Progress("loading plugins")
            plugins = _loaded(to / "plugins")
            files = sum(entry.kind == "file" for entry in entries)
            return Rehearsed(manifest=done.manifest, files=files, databases=databases, plugins=plugins)
    except OSError as error:
        raise of_system(error, name) from error


def _loaded(folder: Path) -> dict[str, str]:
    """Return of each plugin in a folder why it cannot be loaded; empty when it can."""
    names = [path.parent.name for path in sorted(folder.glob("*/plugin.toml"))]
    if not names:
        return {}
    words = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{_LOAD}", str(folder.resolve())]
    try:
        done = subprocess.run(  # noqa: S603
            words, cwd=folder, capture_output=True, text=True, timeout=_PLUGINS_S, check=False
        )
    except subprocess.TimeoutExpired:
        return dict.fromkeys(names, f"loading took longer than {_PLUGINS_S} s")
    try:
        found: dict[str, str] = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip() or "it told nothing").splitlines()[-1]
        return dict.fromkeys(names, f"plugins could not be looked at: {last[:300]}")
    return found or dict.fromkeys(names, "it is not among the plugins that were found")
