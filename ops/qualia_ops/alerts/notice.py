"""What rules find and what is told of it: frozen values, and the plain data that travels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

from attrs import evolve, field, frozen

Severity = Literal["info", "warning", "critical"]
Verdict = Literal["bad", "between", "good", "unknown"]
Kind = Literal["raised", "worse", "repeated", "resolved", "held", "test"]
Fact = int | float | str | bool | None
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")


def rank(severity: Severity) -> int:
    """Return how severe it is, as a number that grows."""
    return SEVERITIES.index(severity)


@frozen(kw_only=True)
class Finding:
    """What one rule says of one subject at one look."""

    rule: str
    subject: str = ""
    """Of what it is said: a plugin, a check, a sink; empty when there is only one."""
    verdict: Verdict
    """"between" lies below the bound that raises and above the one that clears; "unknown" changes nothing."""
    severity: Severity = "warning"
    reason: str = ""
    """What is wrong, in one sentence; empty when nothing is."""
    remedy: str = ""
    """What to do; empty when nothing has to be, or nobody knows."""
    grace_s: float = 0.0
    """Seconds it must have been bad at least before it is raised."""
    facts: Mapping[str, Fact] = field(factory=dict[str, Fact])

    @property
    def key(self) -> str:
        """What makes two findings speak of the same alert."""
        return f"{self.rule}:{self.subject}"


@frozen(kw_only=True)
class Notice:
    """Something that is told once."""

    kind: Kind
    at_s: float
    """When, in seconds since 1970."""
    rule: str = ""
    subject: str = ""
    severity: Severity = "info"
    reason: str = ""
    remedy: str = ""
    raised_s: float | None = None
    """Since when the alert is raised; None where none is spoken of."""
    facts: Mapping[str, Fact] = field(factory=dict[str, Fact])
    about: tuple[Notice, ...] = ()
    """What was held back during quiet hours; empty for every other kind."""

    @property
    def key(self) -> str:
        """The alert it speaks of."""
        return f"{self.rule}:{self.subject}"

    @property
    def id(self) -> str:
        """What makes a second delivery of it known as such."""
        return f"msg_{_digest(f'{self.kind}|{self.key}|{self.raised_s!r}|{self.at_s!r}')}"

    @property
    def alert_id(self) -> str:
        """What notices of one alert have in common, from when it is raised until it is resolved."""
        return _digest(f"{self.key}|{self.raised_s!r}")


@frozen(kw_only=True)
class Source:
    """Where notices come from."""

    project: str
    """The project's name."""
    machine: str
    """The machine's name."""


def as_event(notice: Notice, source: Source) -> dict[str, Any]:
    """Return a notice as the JSON object that webhooks and commands get."""
    return {"type": f"qualia.alert.{notice.kind}", "timestamp": stamp(notice.at_s), "data": _data(notice, source)}


def _data(notice: Notice, source: Source) -> dict[str, Any]:
    data: dict[str, Any] = {"id": notice.id, "project": source.project, "machine": source.machine}
    if notice.kind == "held":
        return {**data, "severity": notice.severity, "held": [_alert(each) for each in notice.about]}
    return {**data, **_alert(notice)}


def _alert(notice: Notice) -> dict[str, Any]:
    return {
        "alert": notice.alert_id,
        "kind": notice.kind,
        "rule": notice.rule,
        "subject": notice.subject,
        "severity": notice.severity,
        "reason": notice.reason,
        "remedy": notice.remedy,
        "raised_at": None if notice.raised_s is None else stamp(notice.raised_s),
        "facts": dict(notice.facts),
    }


def stamp(at_s: float) -> str:
    """Return a moment as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(int(at_s), UTC).isoformat().replace("+00:00", "Z")


def digest_of(notices: tuple[Notice, ...], at_s: float) -> Notice:
    """Return one notice that says what was held back."""
    severity = SEVERITIES[max(rank(each.severity) for each in notices)]
    return Notice(kind="held", at_s=at_s, severity=severity, about=tuple(evolve(each, about=()) for each in notices))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
