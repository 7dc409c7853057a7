"""What people read of a notice, in the language spoken: a line, and a message."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path

import qualia
from qualia._safe import safe_line
from qualia.words import Words
from qualia_ops.alerts.notice import Notice, Severity, Source
from qualia_ops.words import _

_ENGINE = str(Path(qualia.__file__).parent / "cli" / "words.py")
"""Beside it stand the translations of what the engine says of itself."""


def line(notice: Notice, source: Source) -> str:
    """Return a notice as one line, such as the subject of a message."""
    return safe_line(f"[{source.project}] {_headline(notice)}")


def _headline(notice: Notice) -> str:
    if notice.kind == "held":
        return _("{count} notices from the quiet hours", count=len(notice.about))
    if notice.kind == "test":
        return _("a test: whoever reads this hears of alerts")
    reason = said(notice.reason) or name_of(notice.rule, notice.subject)
    if notice.kind == "resolved":
        return _("over: {reason}", reason=reason)
    if notice.kind == "repeated":
        return _("still: {reason}", reason=reason)
    if notice.severity == "critical":
        return _("critical: {reason}", reason=reason)
    return reason


def message(notice: Notice, source: Source, zone: tzinfo | None = None) -> str:
    """Return a notice as a message of several lines.

    Args:
        notice: what is told.
        source: where it comes from.
        zone: the time zone of its times; None for UTC.
    """
    if notice.kind == "held":
        lines = [_("This was held back during the quiet hours:"), ""]
        lines += [f"- {_headline(each)} ({when(each.at_s, zone)})" for each in notice.about]
    else:
        lines = [_headline(notice), ""]
        remedy = said(notice.remedy)
        if remedy and notice.kind != "resolved":
            lines += [_("What to do: {remedy}", remedy=remedy), ""]
        if notice.raised_s is not None:
            lines.append(_("Since: {when}", when=when(notice.raised_s, zone)))
        if notice.rule:
            lines.append(
                _(
                    "Alert: {name}, {severity}",
                    name=name_of(notice.rule, notice.subject),
                    severity=severity_word(notice.severity),
                )
            )
    lines.append(_("Project: {project} on {machine}", project=source.project, machine=source.machine))
    return "\n".join(safe_line(each) for each in lines)


def said(sentence: str) -> str:
    """Return a composed sentence of this package or the engine in the language spoken."""
    return Words(str(Path(__file__).parents[1] / "words.py"), further=lambda: (_ENGINE,)).translated(sentence)


def name_of(rule: str, subject: str) -> str:
    """Return what an alert is called in lists."""
    return f"{rule} {subject}".strip()


def severity_word(severity: Severity) -> str:
    """Return a severity as people read it."""
    if severity == "critical":
        return _("critical")
    return _("warning") if severity == "warning" else _("info")


def when(at_s: float, zone: tzinfo | None = None) -> str:
    """Return a moment as people read it."""
    return datetime.fromtimestamp(int(at_s), zone or UTC).strftime("%Y-%m-%d %H:%M:%S %Z")
