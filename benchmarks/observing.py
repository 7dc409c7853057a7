"""What it costs a run to be counted, traced and logged, beside a program that does the same by hand."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Measurement, each_us, is_installed, write_plugin
from qualia import Core, Document, Settings
from qualia.events import Event

NEEDED = ("prometheus_client", "structlog", "opentelemetry", "qualia_ops")
DOCUMENT = Document("a")
Action = Callable[[], object]


def rows() -> list[Measurement]:
    """Measure runs of a plugin that does nothing, with the cache off, alone and with each observer."""
    if not all(is_installed(name) for name in NEEDED) or not is_installed("opentelemetry.sdk"):
        return []
    with ExitStack() as stack:
        cores = {name: stack.enter_context(_core()) for name in ("alone", "heard", "counted", "traced", "logged")}
        cores["heard"].subscribe(lambda _event: None, wait=True)
        scrape = _observe(stack, cores)
        actions = {name: _run(core) for name, core in cores.items()}
        ours = _hearing(cores["alone"])
        found = each_us({**actions, **ours, "counts": _counts(), "spans": _spans(stack)}, calls=300)
        scraped = each_us({"scrape": scrape}, calls=20, batches=5)["scrape"]
    heard = found["heard"]

    def row(
        name: str, ours: float, plain: float | None = None, peer: str = "", budget: float | None = None
    ) -> Measurement:
        return Measurement(name=name, unit="us", ours=ours, plain=plain, peer=peer, budget=budget)

    return [
        row("core.run that somebody hears of", heard, found["alone"], "nobody hears of it"),
        row("core.run that is counted", found["counted"], heard, "somebody hears of it"),
        row("counting a run's four events", found["counting"], found["counts"], "prometheus_client by hand", 5),
        row("core.run that is traced", found["traced"], heard, "somebody hears of it"),
        row("tracing a run's four events", found["tracing"], found["spans"], "OpenTelemetry by hand"),
        row("core.run that is logged", found["logged"], heard, "somebody hears of it"),
        row("a scrape", scraped),
    ]


@contextmanager
def _core() -> Generator[Core]:
    with TemporaryDirectory() as folder:
        idle = write_plugin(Path(folder), "idle", body="len(document.text)")
        with Core([idle], settings=Settings(cache_max_bytes=0)) as core:
            yield core


def _run(core: Core) -> Action:
    return lambda: core.run("idle", DOCUMENT)


def _observe(stack: ExitStack, cores: dict[str, Core]) -> Action:
    """Attach each observer to its Core and return what a scrape does."""
    from opentelemetry.sdk.trace import TracerProvider
    from qualia_ops import logs, metrics, tracing

    counted = stack.enter_context(metrics.attach(cores["counted"]))
    provider = TracerProvider(shutdown_on_exit=False)
    stack.enter_context(tracing.attach(cores["traced"], tracer_provider=provider))
    written = stack.enter_context(logs.configure(form="json", stream=io.StringIO()))
    written.attach(cores["logged"])
    return counted.exposition


def _hearing(core: Core) -> dict[str, Action]:
    """Return what counting and tracing do with the events of one run, which are made beforehand."""
    from opentelemetry.sdk.trace import TracerProvider
    from qualia_ops.metrics.bounds import Bounded
    from qualia_ops.metrics.counting import Counting
    from qualia_ops.metrics.names import MOST_PLUGINS
    from qualia_ops.tracing.spans import Spans

    events: list[Event] = []
    core.run("idle", DOCUMENT)
    off = core.subscribe(events.append, wait=True)
    core.run("idle", DOCUMENT)
    off()
    counting = Counting(Bounded(MOST_PLUGINS))
    spans = Spans(TracerProvider(shutdown_on_exit=False).get_tracer("bench"))

    def told(hear: Callable[[Event], object]) -> Action:
        def tell() -> None:
            for event in events:
                hear(event)

        return tell

    return {"counting": told(counting.hear), "tracing": told(spans.hear)}


def _counts() -> Action:
    """Return what a program writes that counts a call of its own: outcome, duration, and what is under way."""
    from prometheus_client import Counter, Gauge, Histogram

    ended = Counter("ended", "Ended.", ["name", "outcome"], registry=None)
    took = Histogram("took_seconds", "Took.", ["name"], registry=None)
    under_way = Gauge("under_way", "Under way.", ["name"], registry=None)

    def count() -> None:
        # A run and its step are counted, so the same twice.
        for name in ("run", "idle"):
            under_way.labels(name).inc()
            took.labels(name).observe(0.001)
            ended.labels(name, "ok").inc()
            under_way.labels(name).dec()

    return count


def _spans(stack: ExitStack) -> Action:
    """Return what a program writes that traces a run, its step and its plugin."""
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(shutdown_on_exit=False)
    stack.callback(provider.shutdown)
    tracer = provider.get_tracer("bench")

    def trace() -> None:
        with (
            tracer.start_as_current_span("run", attributes={"run_id": "1", "name": "idle", "steps": 1}),
            tracer.start_as_current_span("step", attributes={"run_id": "1", "step": "idle", "plugin": "idle"}) as step,
            tracer.start_as_current_span("plugin", attributes={"plugin": "idle"}),
        ):
            step.set_attribute("cached", value=False)

    return trace
