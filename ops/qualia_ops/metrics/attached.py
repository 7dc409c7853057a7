"""Figures of a Core in the program that embeds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from qualia.errors import CoreClosed
from qualia_ops.extras import need
from qualia_ops.metrics.bounds import Bounded
from qualia_ops.metrics.counting import Counting
from qualia_ops.metrics.exposition import exposition
from qualia_ops.metrics.families import Families
from qualia_ops.metrics.looks import add_cache, add_history, add_report
from qualia_ops.metrics.names import METRICS, MOST_COMPONENTS, MOST_PLUGINS

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric as Family

    from qualia.core import Core


PURPOSE = "counting for Prometheus"


def attach(core: Core, *, registry: CollectorRegistry | None = None) -> Attached:
    """Count what a Core does from now on, and show it, with how the Core is, whenever the registry is asked.

    Nothing global is touched. Each Core needs a registry of its own.

    Args:
        core: the Core.
        registry: where the figures are shown; None for a new one, which tells of the process as well.

    Raises:
        ExtraMissing: prometheus_client is not installed.
        ValueError: the registry shows another Core already.
    """
    need("prometheus_client", extra="ops", purpose=PURPOSE)
    return Attached(core, _own_registry() if registry is None else registry)


def _own_registry() -> CollectorRegistry:
    from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


class Attached:
    """Counts a Core's doings until it is closed.

    Attributes:
        registry: where the figures are shown.

    Args:
        core: the Core.
        registry: where the figures are shown.

    Raises:
        ValueError: the registry shows another Core already.
    """

    def __init__(self, core: Core, registry: CollectorRegistry) -> None:
        plugins = Bounded(MOST_PLUGINS)
        counting = Counting(plugins)
        self.registry: CollectorRegistry = registry
        self._collector: _Collector = _Collector(core, counting, plugins)
        try:
            # The registry keeps to collectors by their methods, whatever its annotation says.
            registry.register(self._collector)  # type: ignore[arg-type,unused-ignore]
        except ValueError as error:
            raise ValueError("this registry shows another Core already; give each one of its own") from error
        self._off: Callable[[], None] | None = core.subscribe(counting.hear, wait=True)

    def exposition(self, *, openmetrics: bool = False) -> str:
        """Return all that the registry shows, as Prometheus or OpenMetrics reads it."""
        return exposition(self.registry, openmetrics=openmetrics)

    def close(self) -> None:
        """Count no more and take the figures off the registry. Closing twice is fine."""
        off, self._off = self._off, None
        if off is not None:
            off()
            self.registry.unregister(self._collector)  # type: ignore[arg-type,unused-ignore]

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


class _Collector:
    """What a registry asks: counted figures, and how the Core is at that moment."""

    def __init__(self, core: Core, counting: Counting, plugins: Bounded) -> None:
        self._core: Core = core
        self._counting: Counting = counting
        self._plugins: Bounded = plugins
        self._components: Bounded = Bounded(MOST_COMPONENTS)

    def describe(self) -> Iterator[Family]:
        """Yield the names that are taken, so that the registry looks at nothing to find them out."""
        from prometheus_client.core import Metric as Family

        for each in METRICS:
            if "program" in each.origins:
                yield Family(each.family, each.help, each.kind)

    def collect(self) -> Iterator[Family]:
        """Yield the figures, in the order of the table."""
        families = Families()
        self._counting.add_to(families)
        # What was counted stays true after the Core's end.
        with suppress(CoreClosed):
            add_report(families, self._core.health.report(), self._plugins, self._components)
            add_cache(families, self._core.cache.stats())
            if self._core.history is not None:
                add_history(families, self._core.history)
        return families.collected()
