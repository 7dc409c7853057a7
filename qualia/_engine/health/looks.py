"""The engine's own checks: itself, the cache, the log of runs, the disk and the memory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qualia._engine.health import sentences as say
from qualia._engine.health.bounds import CALM_S, FULL_PERCENT, percent, room_status
from qualia._engine.health.readers import Readers, nearest_folder
from qualia._version import __version__
from qualia.cache import CacheBackend
from qualia.errors import HistoryUnreadable
from qualia.health import Component, Fact
from qualia.history import History
from qualia.settings import Settings

_MEGABYTE = 1_000_000


def engine(plugins: Iterable[Component], *, began_s: float, now_s: float) -> Component:
    """Return how the engine is, which without a plugin that can be used does nothing."""
    states = [str(each.facts["state"]) for each in plugins]
    usable = sum(each in ("enabled", "loaded") for each in states)
    facts: dict[str, Fact] = {
        "version": __version__,
        "plugins": len(states),
        "usable_plugins": usable,
        "uptime_s": max(now_s - began_s, 0.0),
    }
    if not states:
        return Component(name="engine", status="degraded", reason=say.NO_PLUGINS, remedy=say.NAME_A_FOLDER, facts=facts)
    if not usable and any(each != "disabled" for each in states):
        reason = say.NONE_USABLE.format(count=len(states))
        return Component(name="engine", status="failing", reason=reason, remedy=say.LOOK_AT_THEM, facts=facts)
    return Component(name="engine", status="ok", facts=facts)


class CacheLook:
    """Looks at the cache's own counts; trouble counts for a while, as what was damaged is gone.

    Args:
        cache: what is looked at.
        readers: where the time comes from.
    """

    def __init__(self, cache: CacheBackend, readers: Readers) -> None:
        self._cache: CacheBackend = cache
        self._readers: Readers = readers
        self._seen: tuple[int, int] = (0, 0)
        self._calm: tuple[int, int] = (0, 0)
        self._grew_at_s: float | None = None

    def __call__(self) -> Component:
        """Return how the cache is."""
        rows = self._cache.stats()
        last = rows[-1] if rows else None
        facts: dict[str, Fact] = {
            "bytes": last.size_bytes if last else 0,
            "limit_bytes": last.max_bytes if last else 0,
            "entries": last.entries if last else 0,
            # One place at most answers a call, and a call is missed when the last place has no answer either.
            "hits": sum(each.hits for each in rows),
            "misses": last.misses if last else 0,
            "evictions": last.evictions if last else 0,
            "damaged": sum(each.damaged for each in rows),
            "errors": sum(each.errors for each in rows),
        }
        for each in rows:
            facts |= {f"{each.name}_bytes": each.size_bytes, f"{each.name}_hits": each.hits}
        damaged, errors = self._lately(sum(each.damaged for each in rows), sum(each.errors for each in rows))
        if not damaged and not errors:
            return Component(name="cache", status="ok", facts=facts)
        reason = say.CACHE_TROUBLE.format(damaged=damaged, errors=errors)
        return Component(name="cache", status="degraded", reason=reason, remedy=say.VERIFY_CACHE, facts=facts)

    def _lately(self, damaged: int, errors: int) -> tuple[int, int]:
        """Return what came up since it was last calm."""
        now_s = self._readers.monotonic()
        if (damaged, errors) != self._seen:
            self._seen, self._grew_at_s = (damaged, errors), now_s
        elif self._grew_at_s is not None and now_s - self._grew_at_s >= CALM_S:
            self._calm, self._grew_at_s = self._seen, None
        return max(damaged - self._calm[0], 0), max(errors - self._calm[1], 0)


def history(log: History | None, path: Path | None, readers: Readers) -> Component:
    """Return how the log of runs is: whether it can be read and written; without one all is well."""
    if log is None or path is None:
        return Component(name="history", status="ok", facts={"kept": False})
    size = path.stat().st_size if path.exists() else 0
    facts: dict[str, Fact] = {"kept": True, "bytes": size, "latest_run_s": None}
    try:
        latest = log.runs(limit=1)
    except HistoryUnreadable as error:
        reason = say.CANNOT_BE_LOOKED_UP.format(reason=error.reason)
        return Component(name="history", status="failing", reason=reason, remedy=say.MOVE_AWAY, facts=facts)
    facts["latest_run_s"] = latest[0].started_at.timestamp() if latest else None
    needed = (path, path.parent) if path.exists() else (nearest_folder(path.parent),)
    for each in needed:
        if not readers.may_write(each):
            reason = say.CANNOT_BE_WRITTEN.format(path=each)
            return Component(name="history", status="failing", reason=reason, remedy=say.LET_WRITE, facts=facts)
    if log.trouble:
        reason = say.NOT_LOGGED.format(reason=log.trouble)
        return Component(name="history", status="failing", reason=reason, remedy=say.LOOK_AT_DOCTOR, facts=facts)
    return Component(name="history", status="ok", facts=facts)


def disk(settings: Settings, readers: Readers) -> Component:
    """Return how much room there is where the state is kept; without a state folder nothing needs any."""
    folder = settings.state_dir
    if folder is None:
        return Component(name="disk", status="ok", facts={"folder": None})
    place = nearest_folder(folder)
    free, total = readers.room(place)
    used = percent(total - free, total)
    facts: dict[str, Fact] = {
        "folder": str(place),
        "free_bytes": free,
        "total_bytes": total,
        "used_percent": used,
    }
    status = room_status(free, total)
    if status == "ok":
        return Component(name="disk", status=status, facts=facts)
    tight = say.DISK_TIGHT if used >= FULL_PERCENT else say.DISK_LITTLE
    template = say.DISK_FULL if status == "failing" else tight
    reason = template.format(folder=place, free=free // _MEGABYTE, percent=used)
    return Component(name="disk", status=status, reason=reason, remedy=say.MAKE_ROOM, facts=facts)


def memory(readers: Readers) -> Component:
    """Return how much of the memory that it may use this process uses."""
    used, limit = readers.used_memory(), readers.memory_limit()
    share = None if used is None or limit is None else percent(used, limit)
    facts: dict[str, Fact] = {"used_bytes": used, "limit_bytes": limit, "used_percent": share}
    if share is None:
        return Component(name="memory", status="unknown", reason=say.NO_MEMORY_FACTS, facts=facts)
    if share < FULL_PERCENT:
        return Component(name="memory", status="ok", facts=facts)
    reason = say.MEMORY_TIGHT.format(percent=share)
    return Component(name="memory", status="degraded", reason=reason, remedy=say.FEWER_AT_ONCE, facts=facts)
