"""How a host and what it keeps are doing: health, cache, history, settings."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

from qualia._values import is_sequence, to_plain
from qualia.core import Core
from qualia.history import History
from qualia.host.about_plugins import AboutPlugins
from qualia.host.verbs import Verb
from qualia.protocol import HostRefused
from qualia.settings import Settings

_SECRET = "qualia.secret"  # noqa: S105 - the mark of settings whose value is never shown
_LITTLE_BYTES = 512 * 1024 * 1024
_OUTCOMES = ("ok", "failed", "cancelled")
_MOST_ENTRIES = 1000


@frozen
class AboutUpkeep:
    """Answers what is asked about the host and what it keeps."""

    core: Core
    plugins: AboutPlugins
    host: Callable[[], Mapping[str, Any]]
    """Gives the host's own facts."""

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        return (
            Verb(name="health", told="A verdict with its reasons, and the facts it rests on.", call=self.health),
            Verb(name="cache.stats", told="How full the cache is and how it was used.", call=self.cache_stats),
            Verb(name="cache.clear", told="Throw the kept results away.", call=self.cache_clear, changes=True),
            Verb(
                name="history.list",
                told="Runs of the log, the latest first.",
                call=self.history_list,
                may_take={"plugin": str, "outcome": str, "document": str, "since": str, "until": str, "limit": int},
            ),
            Verb(name="history.show", told="One run of the log.", call=self.history_show, takes={"run_id": str}),
            Verb(
                name="history.daily",
                told="How each plugin did on each of the last days.",
                call=self.history_daily,
                may_take={"days": int},
            ),
            Verb(
                name="settings.show", told="The settings in force; of a secret, whether it is set.", call=self.settings
            ),
        )

    def health(self) -> dict[str, Any]:
        """Return a verdict: ok, warning or problem, why, and the facts."""
        plugins = self.plugins.all()
        reasons = [*self._troubles(plugins)]
        levels = {each["level"] for each in reasons}
        return {
            "verdict": next((level for level in ("problem", "warning") if level in levels), "ok"),
            "reasons": reasons,
            "host": dict(self.host()),
            "plugins": dict(Counter(each["state"] for each in plugins)),
            "cache": self.cache_stats(),
            "history": self.core.history is not None,
            "memory_bytes": _memory_bytes(),
            "disk_free_bytes": _free_bytes(self.core.settings.state_dir),
        }

    def _troubles(self, plugins: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
        for each in plugins:
            plugin, breaker = each["id"], each["breaker"] or {"state": "closed"}
            if each["state"] == "failing":
                yield _reason("problem", plugin, each["reason"], "mend its code and reload it, or roll it back")
            elif each["state"] == "unavailable":
                yield _reason("warning", plugin, each["reason"], "")
            if breaker["state"] in ("open", "half_open"):
                told = f"its breaker is {breaker['state']}: {each['counts']['last_error']}"
                yield _reason("problem", plugin, told, "mend what fails, then reset its breaker")
            elif breaker["state"] == "forced_open":
                yield _reason("warning", plugin, "somebody opened its breaker", "reset its breaker to use it again")
        for place in self.core.cache.stats():
            if place.damaged or place.errors:
                told = f"the cache {place.name!r} met {place.damaged} damaged entries and {place.errors} errors"
                yield _reason("warning", "cache", told, "run: qualia cache verify --repair")
        free = _free_bytes(self.core.settings.state_dir)
        if free is not None and free < _LITTLE_BYTES:
            yield _reason("warning", "disk", f"{free // 1024**2} MiB are free", "make room on the disk")

    def cache_stats(self) -> list[Any]:
        """Return how the cache is used."""
        return [to_plain(each) for each in self.core.cache.stats()]

    def cache_clear(self) -> list[Any]:
        """Throw the kept results away."""
        self.core.cache.clear()
        return self.cache_stats()

    def history_list(
        self,
        plugin: str | None = None,
        outcome: Any = None,
        document: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int = 50,
    ) -> list[Any]:
        """Return runs of the log."""
        verb = "history.list"
        if outcome not in (None, *_OUTCOMES):
            raise HostRefused(verb, f"outcome is one of {', '.join(_OUTCOMES)}")
        if not 1 <= limit <= _MOST_ENTRIES:
            raise HostRefused(verb, f"limit is 1 to {_MOST_ENTRIES}")
        history = self._history(verb)
        found = history.runs(
            plugin=plugin,
            outcome=outcome,
            document=document,
            since=_moment(verb, since),
            until=_moment(verb, until),
            limit=limit,
        )
        return [to_plain(each) for each in found]

    def history_show(self, run_id: str) -> Any:
        """Return one run of the log."""
        entry = self._history("history.show").run(run_id)
        if entry is None:
            raise HostRefused("history.show", f"there is no run {run_id!r} in the log")
        return to_plain(entry)

    def history_daily(self, days: int = 30) -> list[Any]:
        """Return how each plugin did on each day."""
        if not 1 <= days <= _MOST_ENTRIES:
            raise HostRefused("history.daily", f"days is 1 to {_MOST_ENTRIES}")
        return [to_plain(each) for each in self._history("history.daily").daily(days=days)]

    def settings(self) -> list[dict[str, Any]]:
        """Return the settings in force."""
        return [_setting(self.core.settings, item) for item in attrs.fields(type(self.core.settings))]

    def _history(self, verb: str) -> History:
        if self.core.history is None:
            raise HostRefused(verb, "no history is kept; give the host a project")
        return self.core.history


def _reason(level: str, subject: str, what: str, remedy: str) -> dict[str, str]:
    return {"level": level, "subject": subject, "what": what, "remedy": remedy}


def _setting(settings: Settings, item: attrs.Attribute[Any]) -> dict[str, Any]:
    value, is_secret = getattr(settings, item.name), bool(item.metadata.get(_SECRET))
    if is_secret:
        value = value not in (None, "")
    elif isinstance(value, Path):
        value = str(value)
    elif is_sequence(value):
        value = [str(each) for each in value]
    return {"name": item.name, "value": value, "secret": is_secret}


def _moment(verb: str, text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError as error:
        raise HostRefused(verb, f"{text!r} is no moment; write it as 2026-01-31T12:00:00+00:00") from error


def _free_bytes(folder: Path | None) -> int | None:
    """Return how much room there is where the state is kept; None when nothing is kept."""
    while folder is not None and not folder.exists() and folder != folder.parent:
        folder = folder.parent
    with suppress(OSError):
        return None if folder is None else shutil.disk_usage(folder).free
    return None


def _memory_bytes() -> int | None:
    """Return what this process holds in memory; None where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None
