"""Notices as lines of the standard library's logging; whoever configures that decides where they go."""

from __future__ import annotations

import logging

from qualia_ops.alerts.config import LogSettings
from qualia_ops.alerts.notice import Notice, Source, as_event
from qualia_ops.alerts.wording import line

_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "critical": logging.CRITICAL}


class LogSink:
    """Logs each notice at the level of its severity; what is over is worth an INFO.

    Args:
        settings: the logger's name.
    """

    def __init__(self, settings: LogSettings) -> None:
        self._logger: logging.Logger = logging.getLogger(settings.logger)

    def send(self, notice: Notice, source: Source) -> str:
        """Log it; the record's ``alert`` holds it as data."""
        told = "it was logged"
        level = logging.INFO if notice.kind in ("resolved", "test") else _LEVELS[notice.severity]
        if self._logger.hasHandlers():
            self._logger.log(level, "%s", line(notice, source), extra={"alert": as_event(notice, source)["data"]})
        else:
            # Python itself would write it to standard error, where whoever looks has it already.
            told = "no log is set up here, so nothing reads it"
        return told
