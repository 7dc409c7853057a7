"""W3C trace context, in and out."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qualia_ops.extras import need

if TYPE_CHECKING:
    from opentelemetry.trace import Span

PURPOSE = "tracing with OpenTelemetry"


@contextmanager
def continued(traceparent: str, tracestate: str = "") -> Generator[None]:
    """Make runs of this block part of the trace that somebody else began; what is no traceparent changes nothing.

    Args:
        traceparent: as the header of this name carries it.
        tracestate: as the header of this name carries it; empty for none.

    Raises:
        ExtraMissing: opentelemetry-api is not installed.
    """
    need("opentelemetry.trace", extra="tracing", purpose=PURPOSE)
    from opentelemetry import context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers = {"traceparent": traceparent, **({"tracestate": tracestate} if tracestate else {})}
    token = context.attach(TraceContextTextMapPropagator().extract(headers))
    try:
        yield
    finally:
        context.detach(token)


def traceparent_of(span: Span) -> str | None:
    """Return what makes work elsewhere part of a span, as the header carries it; None of no real span."""
    from opentelemetry.trace import set_span_in_context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(headers, set_span_in_context(span))
    return headers.get("traceparent")
