"""When a finding becomes an alert, and when that is over: a state machine without clock, files or network.

An alert is raised by so many bad looks in a row, or once it has been bad for so long, and cleared by so many good ones;
in between, where neither bound is passed, it stays what it is. Each is told when it begins, when it gets worse, again
after a while, and when it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve, field, frozen

from qualia_ops.alerts.notice import Fact, Finding, Kind, Notice, Severity, rank


@frozen(kw_only=True)
class Patience:
    """How long something must be bad, or good again, to count."""

    looks: int = 1
    """Bad looks in a row that raise."""
    after_s: float = 0.0
    """Seconds of bad looks in a row that raise too, however few they are; 0 to go by looks alone."""
    clear_looks: int = 1
    """Good looks in a row that clear."""


@frozen(kw_only=True)
class Track:
    """What is known of one alert, raised or only suspected."""

    rule: str
    subject: str = ""
    severity: Severity
    """As of the last bad look; of a raised one the gravest so far."""
    reason: str = ""
    remedy: str = ""
    facts: Mapping[str, Fact] = field(factory=dict[str, Fact])
    first_s: float
    """When it was bad first, in seconds since 1970."""
    bad_looks: int = 0
    good_looks: int = 0
    raised_s: float | None = None
    """Since when it is raised; None while it is only suspected."""
    told_s: float = 0.0
    """When it was told last."""

    @property
    def key(self) -> str:
        """The alert's name among others."""
        return f"{self.rule}:{self.subject}"


Tracks = Mapping[str, Track]


def step(
    tracks: Tracks,
    findings: Iterable[Finding],
    at_s: float,
    *,
    patience: Mapping[str, Patience],
    repeat_s: float,
    is_complete: bool = True,
) -> tuple[dict[str, Track], tuple[Notice, ...]]:
    """Take one look into account, and return what is tracked from now on and what is to be told.

    Args:
        tracks: what is tracked so far, by key.
        findings: what the rules say now.
        at_s: when that was seen, in seconds since 1970; it may lie before the last look when a clock was put back.
        patience: by rule; one that is missing raises and clears at once.
        repeat_s: seconds after which a raised alert is told again; 0 for never.
        is_complete: whether what is not spoken of is gone; otherwise it could not be seen and stays as it is.
    """
    here = {finding.key: finding for finding in findings}
    gone = () if not is_complete else tuple(key for key in tracks if key not in here)
    after: dict[str, Track] = {}
    notices: list[Notice] = []
    for key in (*here, *(key for key in tracks if key not in here)):
        before = tracks.get(key)
        if before is not None:
            before = evolve(before, first_s=min(before.first_s, at_s), told_s=min(before.told_s, at_s))
        rule = here[key].rule if key in here else tracks[key].rule
        if key in gone:
            track, kind = _gone(before)
        elif key in here:
            track, kind = _moved(before, here[key], at_s, patience.get(rule, Patience()))
        else:
            track, kind = before, None
        if track is not None and track.raised_s is not None:
            if kind is None and 0 < repeat_s <= at_s - track.told_s:
                kind = "repeated"
            track = evolve(track, told_s=at_s) if kind is not None else track
        if kind is not None:
            notices.append(_notice(kind, track or before, at_s))
        if track is not None:
            after[key] = track
    return after, tuple(notices)


def _gone(before: Track | None) -> tuple[Track | None, Kind | None]:
    return None, "resolved" if before is not None and before.raised_s is not None else None


def _moved(before: Track | None, finding: Finding, at_s: float, patience: Patience) -> tuple[Track | None, Kind | None]:
    if finding.verdict == "unknown":
        return before, None
    if finding.verdict == "bad":
        return _worse(before, finding, at_s, patience)
    if before is None or before.raised_s is None:
        return None, None
    good = before.good_looks + 1 if finding.verdict == "good" else 0
    if good >= patience.clear_looks:
        return None, "resolved"
    return evolve(before, good_looks=good, bad_looks=0), None


def _worse(before: Track | None, finding: Finding, at_s: float, patience: Patience) -> tuple[Track, Kind | None]:
    known = before or Track(rule=finding.rule, subject=finding.subject, severity=finding.severity, first_s=at_s)
    is_raised = known.raised_s is not None
    is_graver = rank(finding.severity) > rank(known.severity)
    now = evolve(
        known,
        severity=finding.severity if is_graver or not is_raised else known.severity,
        reason=finding.reason,
        remedy=finding.remedy,
        facts=finding.facts,
        bad_looks=known.bad_looks + 1,
        good_looks=0,
    )
    if is_raised:
        return now, "worse" if is_graver else None
    lasted_s = at_s - now.first_s
    is_enough = now.bad_looks >= patience.looks or 0 < patience.after_s <= lasted_s
    if is_enough and lasted_s >= finding.grace_s:
        return evolve(now, raised_s=at_s), "raised"
    return now, None


def _notice(kind: Kind, track: Track | None, at_s: float) -> Notice:
    if track is None:
        raise ValueError(f"{kind} is told of an alert")
    return Notice(
        kind=kind,
        at_s=at_s,
        rule=track.rule,
        subject=track.subject,
        severity=track.severity,
        reason=track.reason,
        remedy=track.remedy,
        raised_s=track.raised_s,
        facts=track.facts,
    )
