"""The ways to tell somebody. Each is handed one notice at a time, and either it arrives or `SinkFailed` says why."""

from __future__ import annotations

from typing import Protocol

from qualia_ops.alerts import config
from qualia_ops.alerts.notice import Notice, Source


class Sink(Protocol):
    """Tells somebody of one notice."""

    def send(self, notice: Notice, source: Source) -> str:
        """Tell it, and return in a few words what the other side said.

        Raises:
            SinkFailed: it did not arrive.
        """
        ...


def sink_of(settings: config.SinkSettings) -> Sink:
    """Return the sink that settings ask for; only its own module is imported."""
    if isinstance(settings, config.CommandSettings):
        from qualia_ops.alerts.sinks.command import CommandSink

        return CommandSink(settings)
    if isinstance(settings, config.WebhookSettings):
        from qualia_ops.alerts.sinks.webhook import WebhookSink

        return WebhookSink(settings)
    if isinstance(settings, config.EmailSettings):
        from qualia_ops.alerts.sinks.mail import EmailSink

        return EmailSink(settings)
    if isinstance(settings, config.SentrySettings):
        from qualia_ops.alerts.sinks.sentry import SentrySink

        return SentrySink(settings)
    if isinstance(settings, config.LogSettings):
        from qualia_ops.alerts.sinks.log import LogSink

        return LogSink(settings)
    raise TypeError(f"{type(settings).__name__} asks for no sink")
