"""Logging of a face, or of a program that embeds Qualia."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TextIO

from qualia.events import Event, EventKind
from qualia_ops.extras import need
from qualia_ops.logs.forms import Form, form_for, writer
from qualia_ops.logs.lines import LEVELS, Level, line_of

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from qualia.core import Core

ROOT = "qualia"
_PLUGINS = "qualia.plugins."
_REMEMBERED = 1000
_QUEUE = 10_000
TraceOf = Callable[[str], str | None]


def configure(
    *,
    form: Literal["auto", "json", "console"] = "auto",
    level: Level = "info",
    stream: TextIO | None = None,
    plugin_messages: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Logs:
    """Write log lines from now on: those of the returned `Logs.logger`, and what is logged below ``qualia``.

    Nothing global is changed but the handlers and the level of the logger ``qualia``, which `Logs.close` puts back.

    Args:
        form: one JSON object a line, or lines for people; "auto" goes by whether a terminal reads them.
        level: what is less than this is left out.
        stream: where lines go; None for stderr.
        plugin_messages: whether what plugins themselves log is written too. It may quote documents: nobody can tell.
        environ: the environment: with ``NO_COLOR`` there are no colours.

    Raises:
        ExtraMissing: structlog is not installed.
        ValueError: there is no such form or level.
    """
    need("structlog", extra="ops", purpose="writing log lines")
    if form not in ("auto", "json", "console") or level not in LEVELS:
        raise ValueError(f"form is auto, json or console, and level one of {', '.join(LEVELS)}")
    out = sys.stderr if stream is None else stream
    settled = form_for(form, out)
    colours = settled == "console" and out.isatty() and not environ.get("NO_COLOR")
    return Logs(out, form=settled, level=level, colours=colours, plugin_messages=plugin_messages)


class Logs:
    """Writes log lines until it is closed.

    Attributes:
        logger: takes lines of your own, as ``logs.logger.info("began", port=8080)``.

    Args:
        stream: where lines go.
        form: how they are written.
        level: what is less than this is left out.
        colours: whether lines for people have colours.
        plugin_messages: whether what plugins themselves log is written too.
    """

    def __init__(self, stream: TextIO, *, form: Form, level: Level, colours: bool, plugin_messages: bool) -> None:
        import structlog

        self._write: Callable[[Mapping[str, Any]], str] = writer(form, colours=colours)
        number = logging.getLevelNamesMapping()[level.upper()]
        self.logger: FilteringBoundLogger = structlog.wrap_logger(
            structlog.WriteLogger(stream),
            processors=[structlog.contextvars.merge_contextvars, _stamped, self._written],
            wrapper_class=structlog.make_filtering_bound_logger(number),
        )
        self._handler: _FromLogging = _FromLogging(self, plugin_messages=plugin_messages)
        self._root: logging.Logger = logging.getLogger(ROOT)
        self._level_before: int = self._root.level
        self._root.addHandler(self._handler)
        self._root.setLevel(number)
        self._off: list[Callable[[], None]] = []

    def attach(self, core: Core, *, trace_of: TraceOf | None = None) -> Callable[[], None]:
        """Write a line of each event of a Core from now on; the returned function ends that.

        Lines are written by a thread of their own: no run waits for a disk or a pipe.

        Args:
            core: the Core.
            trace_of: gives the trace of a run, such as `qualia_ops.tracing.Tracing.trace_id`; None takes that of the
                OpenTelemetry span the caller of a run is in, if there is one.
        """
        traces = _Traces() if trace_of is None and "opentelemetry.trace" in sys.modules else None
        ask = traces.trace_id if traces is not None else trace_of
        offs = [core.subscribe(lambda event: self._hear(event, ask), queue=_QUEUE)]
        if traces is not None:
            # The caller's span is known where the event happens, and nowhere else.
            offs.insert(0, core.subscribe(traces.hear, wait=True))

        def off() -> None:
            for each in offs:
                each()

        self._off.append(off)
        return off

    def write(self, level: Level, kind: str, **facts: Any) -> None:
        """Write one line."""
        write: Callable[..., object] = getattr(self.logger, level)
        write(kind, **facts)

    def close(self) -> None:
        """Write no more, and leave the logger ``qualia`` as it was. Closing twice is fine."""
        offs, self._off = self._off, []
        for off in offs:
            off()
        if self._handler in self._root.handlers:
            self._root.removeHandler(self._handler)
            self._root.setLevel(self._level_before)

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _hear(self, event: Event, trace_of: TraceOf | None) -> None:
        line = line_of(
            event.kind.value,
            at_s=event.at_s,
            run=event.run_id,
            step=event.step,
            plugin=event.plugin,
            details=event.details,
            trace_of=trace_of,
        )
        facts = line.as_facts(now_s=event.at_s)
        self.write(line.level, facts.pop("event"), **{name: facts[name] for name in facts if name != "level"})

    def _written(self, _logger: object, _method: str, facts: MutableMapping[str, Any]) -> str:
        return self._write(facts)


class _FromLogging(logging.Handler):
    """Brings what is logged by the standard library's way into the same lines."""

    def __init__(self, logs: Logs, *, plugin_messages: bool) -> None:
        super().__init__()
        self._logs: Logs = logs
        self._plugin_messages: bool = plugin_messages

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line of a record."""
        if record.name.startswith(_PLUGINS) and not self._plugin_messages:
            return
        try:
            facts: dict[str, Any] = {"logger": record.name}
            if record.exc_info and record.exc_info[1] is not None:
                facts |= _failure(record.exc_info[1])
            self._logs.write(_level_of(record.levelno), record.getMessage(), **facts)
        except (TypeError, ValueError, OSError):
            # A message whose values do not fit it, or a stream whose reader is gone: whoever logs goes on.
            self.handleError(record)


class _Traces:
    """Notes the trace that the caller of each run is in."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._order: deque[str] = deque()

    def hear(self, event: Event) -> None:
        """Take in one event, in the caller's own thread."""
        if event.kind is not EventKind.RUN_STARTED or event.run_id is None:
            return
        from opentelemetry.trace import get_current_span

        context = get_current_span().get_span_context()
        if context.is_valid:
            self._known[event.run_id] = f"{context.trace_id:032x}"
            self._order.append(event.run_id)
            while len(self._order) > _REMEMBERED:
                self._known.pop(self._order.popleft(), None)

    def trace_id(self, run_id: str) -> str | None:
        """Return the trace of a run; None of none."""
        return self._known.get(run_id)


def _stamped(_logger: object, method: str, facts: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put time and level first, and in the place of an exception its class and place: its sentence may quote."""
    error: object = facts.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]  # pyright: ignore[reportUnknownVariableType]
    failure = _failure(error) if isinstance(error, BaseException) else {}
    stamp = facts.pop("timestamp", None) or _now()
    return {"timestamp": stamp, "level": method, "event": facts.pop("event", ""), **facts, **failure}


def _failure(error: BaseException) -> dict[str, str]:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
    return {"error_type": type(error).__name__, **({"place": place} if place else {})}


def _now() -> str:
    return str(line_of("", details={}).as_facts(now_s=time.time())["timestamp"])


def _level_of(number: int) -> Level:
    if number >= logging.WARNING:
        return "error" if number >= logging.ERROR else "warning"
    return "info" if number >= logging.INFO else "debug"
