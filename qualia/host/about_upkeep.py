"""How a host and what it keeps are doing: health, cache, settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

from qualia._values import is_sequence, to_plain
from qualia.core import Core
from qualia.health import Component, HealthReport
from qualia.host.jobs import Jobs
from qualia.host.verbs import Verb
from qualia.settings import Settings

_SECRET = "qualia.secret"  # noqa: S105 - the mark of settings whose value is never shown
_FULL_PERCENT = 90
QUEUE_FULL = "{waiting} runs wait, and {most} may"
WAIT_OR_CANCEL = "wait, or cancel some of them"


@frozen
class AboutUpkeep:
    """Answers what is asked about the host and what it keeps."""

    core: Core
    host: Callable[[], Mapping[str, Any]]
    """Gives the host's own facts."""
    jobs: Jobs

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        return (
            Verb(
                name="health",
                told="The health report: a verdict, and each component with its reason, remedy and facts.",
                call=self.health,
                may_take={"fresh": bool},
                slow=True,
            ),
            Verb(name="host.show", told="The host itself: process, clients, runs, what was dropped.", call=self.host),
            Verb(
                name="cache.stats", told="How full the cache is and how it was used.", call=self.cache_stats, slow=True
            ),
            Verb(
                name="cache.clear", told="Throw the kept results away.", call=self.cache_clear, changes=True, slow=True
            ),
            Verb(
                name="settings.show", told="The settings in force; of a secret, whether it is set.", call=self.settings
            ),
        )

    def health(self, *, fresh: bool = False) -> dict[str, Any]:
        """Return the Core's report, with the host's queue."""
        seen = self.core.health.report(fresh=fresh)
        whole = HealthReport.of((*seen.components, self._queue()), at_s=seen.at_s, engine=seen.engine)
        return whole.to_plain()

    def _queue(self) -> Component:
        states = Counter(job.state for job in self.jobs.all())
        waiting, most = states["waiting"], self.jobs.bounds.waiting
        facts = {"running": states["running"], "waiting": waiting, "most_waiting": most}
        if waiting * 100 < most * _FULL_PERCENT:
            return Component(name="queue", status="ok", facts=facts)
        reason = QUEUE_FULL.format(waiting=waiting, most=most)
        return Component(name="queue", status="degraded", reason=reason, remedy=WAIT_OR_CANCEL, facts=facts)

    def cache_stats(self) -> list[Any]:
        """Return how the cache is used."""
        return [to_plain(each) for each in self.core.cache.stats()]

    def cache_clear(self) -> list[Any]:
        """Throw the kept results away."""
        self.core.cache.clear()
        return self.cache_stats()

    def settings(self) -> list[dict[str, Any]]:
        """Return the settings in force."""
        return [_setting(self.core.settings, item) for item in attrs.fields(type(self.core.settings))]


def _setting(settings: Settings, item: attrs.Attribute[Any]) -> dict[str, Any]:
    value, is_secret = getattr(settings, item.name), bool(item.metadata.get(_SECRET))
    if is_secret:
        value = value not in (None, "")
    elif isinstance(value, Path):
        value = str(value)
    elif is_sequence(value):
        value = [str(each) for each in value]
    return {"name": item.name, "value": value, "secret": is_secret}
