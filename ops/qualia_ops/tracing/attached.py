"""Traces a Core in the program that embeds it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from qualia._version import __version__
from qualia_ops.extras import need
from qualia_ops.tracing.context import PURPOSE, traceparent_of
from qualia_ops.tracing.spans import Spans

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

    from qualia.core import Core


def attach(core: Core, *, tracer_provider: TracerProvider | None = None) -> Tracing:
    """Make a span of each run, step and call of a plugin from now on; a run's is part of the caller's current span.

    No span says anything of a document: neither its text, nor its name, nor what an error's sentence quotes.

    Args:
        core: the Core.
        tracer_provider: where spans go; None for the program's own, as ``opentelemetry.trace`` knows it.

    Raises:
        ExtraMissing: opentelemetry-api is not installed.
    """
    need("opentelemetry.trace", extra="tracing", purpose=PURPOSE)
    from opentelemetry.trace import get_tracer

    return Tracing(core, Spans(get_tracer("qualia", __version__, tracer_provider)))


class Tracing:
    """Traces a Core until it is closed.

    Args:
        core: the Core.
        spans: makes the spans.
    """

    def __init__(self, core: Core, spans: Spans) -> None:
        self._spans: Spans = spans
        # A span has to become current where the run goes on, so it is told of on the spot.
        self._off: Callable[[], None] | None = core.subscribe(spans.hear, wait=True)

    def trace_id(self, run_id: str) -> str | None:
        """Return the trace of a run, as 32 hexadecimal digits; None of one that is not known, or ended long ago."""
        return self._spans.trace_id(run_id)

    def traceparent(self, run_id: str) -> str | None:
        """Return what makes work elsewhere part of a run that is under way, as a header; None of any other."""
        span = self._spans.span_of(run_id)
        return None if span is None else traceparent_of(span)

    def close(self) -> None:
        """Trace no more, and end what has not ended. Closing twice is fine."""
        off, self._off = self._off, None
        if off is not None:
            off()
            self._spans.end_all()

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
