"""Notices as events of Sentry, one issue for each alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qualia_ops.alerts.config import SentrySettings
from qualia_ops.alerts.errors import SinkFailed
from qualia_ops.alerts.notice import Notice, Source, as_event
from qualia_ops.alerts.wording import line
from qualia_ops.sentry import client_of

if TYPE_CHECKING:
    from sentry_sdk.transport import Transport

_LEVELS = {"info": "info", "warning": "warning", "critical": "fatal"}


class SentrySink:
    """Sends events; without a DSN it is off, which is no failure.

    Args:
        settings: where to.
        transport: how events travel; None for HTTP.
    """

    def __init__(self, settings: SentrySettings, *, transport: type[Transport] | None = None) -> None:
        self._settings: SentrySettings = settings
        self._transport: type[Transport] | None = transport

    def send(self, notice: Notice, source: Source) -> str:
        """Send it, and wait until it has arrived.

        Raises:
            SinkFailed: it did not arrive.
            ExtraMissing: the library is not installed.
        """
        try:
            dsn = self._settings.dsn.reveal()
        except LookupError as error:
            reason = f"off: {error.args[0]}"
            if self._settings.dsn.env is not None:
                return reason
            raise SinkFailed(f"its DSN is missing: {error.args[0]}") from error
        lost: list[str] = []
        try:
            client = client_of(dsn, environment=self._settings.environment, transport=self._transport or _telling(lost))
        except ValueError as error:
            raise SinkFailed(str(error)) from error
        try:
            client.capture_event(_event(notice, source))
            late: list[int] = []
            client.flush(timeout=self._settings.limit_s, callback=lambda count, _s: late.append(count))
        finally:
            client.close(timeout=0)
        told = "Sentry took it"
        if lost:
            raise SinkFailed(f"Sentry did not take it: {lost[0]}")
        return told


def _telling(lost: list[str]) -> type[Transport]:
    """Return the usual transport, which says too why it lost something."""
    from sentry_sdk.transport import HttpTransport

    class Telling(HttpTransport):
        def on_dropped_event(self, _reason: str) -> None:
            lost.append(_reason)

    return Telling


def _event(notice: Notice, source: Source) -> Any:
    data = as_event(notice, source)["data"]
    return {
        "level": "info" if notice.kind in ("resolved", "test") else _LEVELS[notice.severity],
        "logger": "qualia.alerts",
        "platform": "python",
        "timestamp": notice.at_s,
        "message": line(notice, source),
        "fingerprint": ["qualia-alert", source.project, notice.kind if not notice.rule else notice.key],
        "tags": {"rule": notice.rule, "kind": notice.kind, "subject": notice.subject, "project": source.project},
        "contexts": {"alert": {name: value for name, value in data.items() if name not in ("facts", "held")}},
    }
