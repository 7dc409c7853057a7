"""What `doctor` looks at in a project: settings, folders, plugins, history and cache. No plugin is imported."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from qualia._engine.cache.upkeep import disk_bytes, quick_trouble
from qualia._engine.database import connect_to_read
from qualia._engine.health.bounds import room_status
from qualia._engine.health.readers import room
from qualia._engine.network import is_on_network, read_mounts
from qualia._safe import safe_line
from qualia.cli.amounts import told_bytes
from qualia.cli.upkeep.findings import Finding, Status, Surroundings
from qualia.cli.upkeep.machine import is_private, temporary
from qualia.cli.upkeep.places import CACHE, HISTORY
from qualia.cli.upkeep.times import told_moment
from qualia.cli.words import _, heading, sentence_of, translated
from qualia.core import Core
from qualia.errors import HistoryUnreadable, QualiaWarning
from qualia.history import History
from qualia.registry import PluginInfo
from qualia.settings import strange_variables

_QUICK_BYTES = 32 * 1024 * 1024
_SLACK = timedelta(minutes=5)


def settings(around: Surroundings) -> Iterator[Finding]:
    """Read the settings as a run would."""
    if around.settings_trouble:
        yield Finding(status="problem", what=around.settings_trouble, remedy=_("mend it; the others run with defaults"))
    elif around.project is None:
        what = _("no project here: nothing is kept on the disk")
        yield Finding(status="note", what=what, remedy=_("`qualia init` makes one; --project names one elsewhere"))
    else:
        file = around.project / "qualia.toml"
        told = str(file) if file.is_file() else _("project {folder}, without a qualia.toml", folder=around.project)
        yield Finding(status="ok", what=told)
    for name, near in strange_variables(around.environ).items():
        what = _("{name} is set, but is no setting", name=safe_line(name))
        remedy = _("did you mean {near}?", near=_(" or ").join(near))
        yield Finding(status="warning", what=what, remedy=remedy)


def folders(around: Surroundings) -> Iterator[Finding]:
    """See whether the folders it writes to can be written, and whether there is room."""
    places = {heading("temporary files"): Path(tempfile.gettempdir())}
    if around.project is not None:
        places[heading("project")] = around.project
    if around.state is not None and around.state.exists():
        places[heading("kept results and runs")] = around.state
    for name, folder in places.items():
        yield from _writable(name, folder)
    if around.state is not None:
        yield from _private(around.state)
    nearest = next((each for each in (around.state, around.project) if each is not None and each.exists()), Path.cwd())
    yield from _room(nearest)


def _writable(name: str, folder: Path) -> Iterator[Finding]:
    for reason in temporary(folder):
        what = _(
            "{name}: nothing can be written in {folder} ({reason})", name=name, folder=folder, reason=translated(reason)
        )
        yield Finding(status="problem", what=what, remedy=_("let yourself write there: chmod u+rwx, or another folder"))
        return
    far = is_on_network(folder, read_mounts())
    told = _("{name}: {folder}, on a network: watch it with --polling", name=name, folder=folder)
    yield Finding(status="note" if far else "ok", what=told if far else f"{name}: {folder}")


def _private(state: Path) -> Iterator[Finding]:
    for path in (state / HISTORY, state / CACHE):
        if path.is_file() and not is_private(path):
            what = _("others on this machine can read {path}", path=path)
            yield Finding(status="warning", what=what, remedy=f"chmod 600 '{path}'")


def _room(folder: Path) -> Iterator[Finding]:
    free, total = room(folder)
    status = room_status(free, total)
    what = _("{size} free on the disk of {folder}", size=told_bytes(free), folder=folder)
    if status == "ok":
        yield Finding(status="ok", what=what)
        return
    remedy = _("make room; `qualia cache clear` frees what is kept")
    yield Finding(status="problem" if status == "failing" else "warning", what=what, remedy=remedy)


def plugins(around: Surroundings) -> Iterator[Finding]:
    """Tell which plugins cannot be used, why, and what to do."""
    told: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", QualiaWarning)
        with Core(around.plugin_dirs, settings=around.settings) as core:
            known = tuple(core.plugins.values())
        told += [translated(str(each.message)) for each in caught if issubclass(each.category, QualiaWarning)]
    usable = [each for each in known if each.state in ("enabled", "loaded")]
    if known:
        status: Status = "ok" if usable else "problem"
        yield Finding(
            status=status, what=_("{usable} of {count} plugins can be used", usable=len(usable), count=len(known))
        )
    else:
        remedy = _("name a folder that holds some with --plugin-dir")
        yield Finding(status="warning", what=_("there are no plugins here"), remedy=remedy)
    for info in known:
        yield from _trouble(info)
    for sentence in told:
        yield Finding(status="warning", what=sentence, remedy=_("mend it or remove it"))


def _trouble(info: PluginInfo) -> Iterator[Finding]:
    if info.state == "disabled":
        remedy = f"qualia plugins enable {info.id}"
        yield Finding(status="note", what=_("{plugin} is switched off", plugin=info.id), remedy=remedy)
    elif info.state in ("unavailable", "failing"):
        told = info.reason.removeprefix(f"plugin {info.id!r} is unavailable: ")
        reason, _semicolon, remedy = told.rpartition("; ")
        # Libraries that are missing are installed in a moment; a manifest nobody can read has to be mended.
        lacks = info.kind is not None and "pip install" in remedy
        what = f"{info.id}: {translated(reason or told)}"
        shown = translated(remedy) if reason else _("`qualia validate {folder}` tells more", folder=info.folder)
        yield Finding(status="warning" if lacks else "problem", what=what, remedy=shown)
    elif info.lifecycle == "deprecated" and info.replaced_by:
        what = _("{plugin} is on its way out", plugin=info.id)
        yield Finding(status="note", what=what, remedy=_("use {plugin}", plugin=info.replaced_by))


def history(around: Surroundings) -> Iterator[Finding]:
    """Read the latest run, and the file's pages when there are few."""
    if around.state is None:
        yield Finding(status="note", what=_("no project here: no run is logged"))
        return
    path = around.state / HISTORY
    if not around.settings.history:
        yield Finding(status="note", what=_("it is switched off: no run is logged"), remedy="history = true")
        return
    if not path.exists():
        yield Finding(status="ok", what=_("no run has been logged here yet"))
        return
    told: list[str] = []
    log = History(path, wall=lambda: around.now_s, warn=told.append)
    try:
        with closing(log):
            latest = log.runs(limit=1)
        trouble = _damage(path)
    except HistoryUnreadable as error:
        remedy = _("move the file away; a new one is begun at the next run")
        yield Finding(status="problem", what=safe_line(sentence_of(error)), remedy=remedy)
        return
    if trouble:
        what = _("{path} is damaged: {reason}", path=path, reason=translated(trouble))
        remedy = _("move the file away; a new one is begun at the next run")
        yield Finding(status="problem", what=what, remedy=remedy)
    elif latest and latest[0].started_at > datetime.fromtimestamp(around.now_s, UTC) + _SLACK:
        what = _("the latest run is dated {moment}, which is not yet", moment=told_moment(latest[0].started_at))
        yield Finding(status="warning", what=what, remedy=_("set the system's clock"))
    else:
        last = told_moment(latest[0].started_at) if latest else _("no run has been logged here yet")
        yield Finding(
            status="ok", what=f"{told_bytes(path.stat().st_size)}; {_('the latest run: {moment}', moment=last)}"
        )
    yield from _set_aside(path, "history.db.damaged-*")


def _damage(path: Path) -> str:
    if path.stat().st_size > _QUICK_BYTES:
        return ""
    db, _is_lasting = connect_to_read(path)
    with closing(db):
        told = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if told == "ok" else told


def cache(around: Surroundings) -> Iterator[Finding]:
    """Look at the cache's file, not at each entry."""
    if around.state is None:
        yield Finding(status="note", what=_("no project here: results are kept in memory only"))
        return
    path = around.state / CACHE
    if not around.settings.cache_disk_max_bytes:
        yield Finding(status="note", what=_("nothing is kept (cache_disk_max_bytes = 0)"))
        return
    trouble = quick_trouble(path)
    if trouble:
        what = _("{path} is damaged: {reason}", path=path, reason=translated(trouble))
        yield Finding(status="problem", what=what, remedy="qualia cache verify --repair")
    elif path.exists():
        bound = told_bytes(around.settings.cache_disk_max_bytes)
        yield Finding(
            status="ok", what=_("{size} kept, of {bound} at most", size=told_bytes(disk_bytes(path)), bound=bound)
        )
    else:
        yield Finding(status="ok", what=_("nothing is kept here"))
    yield from _set_aside(path, "cache.db.damaged")


def _set_aside(path: Path, pattern: str) -> Iterator[Finding]:
    for each in sorted(path.parent.glob(pattern)):
        if not each.name.endswith(("-wal", "-shm", "-journal")):
            what = _("a damaged file was set aside as {path}", path=each)
            yield Finding(status="note", what=what, remedy=_("remove it when you have looked at it"))
