"""Which snapshots are kept and why, as a pure function of their times, the rules and the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, tzinfo

from attrs import frozen

from qualia_ops.backup.errors import WrongPolicy


@frozen(kw_only=True)
class Policy:
    """How many are kept of each kind; 0 for none. Of each hour, day, week, month and year the newest one counts."""

    last: int = 3
    hourly: int = 0
    daily: int = 7
    weekly: int = 5
    monthly: int = 12
    yearly: int = 3
    within_days: float = 0
    """Everything younger than so many days is kept, too."""

    @property
    def is_empty(self) -> bool:
        """Whether it would keep nothing."""
        return not any((self.last, self.hourly, self.daily, self.weekly, self.monthly, self.yearly, self.within_days))


@frozen(kw_only=True)
class Dated:
    """A snapshot, as far as rules look at it."""

    id: str
    created_at: datetime
    """With its time zone."""
    is_verified: bool = False
    """Whether every byte of it was found to be right."""


@frozen(kw_only=True)
class Verdict:
    """What becomes of a snapshot."""

    id: str
    reasons: tuple[str, ...]
    """Why it is kept; empty when it goes."""

    @property
    def is_kept(self) -> bool:
        """Whether it stays."""
        return bool(self.reasons)


def decide(snapshots: Iterable[Dated], policy: Policy, *, now: datetime, zone: tzinfo) -> tuple[Verdict, ...]:
    """Return what becomes of each snapshot, the newest first.

    The newest verified one is always kept. One whose time lies ahead is kept and takes nobody's place.

    Args:
        snapshots: in any order.
        policy: how many are kept.
        now: the time, with its zone.
        zone: where hours, days, weeks, months and years begin and end.

    Raises:
        WrongPolicy: it would keep nothing.
    """
    if policy.is_empty:
        raise WrongPolicy("a rule that keeps nothing would remove every snapshot; say how many are to be kept")
    ordered = sorted(snapshots, key=lambda each: (each.created_at.astimezone(zone).timestamp(), each.id), reverse=True)
    reasons: dict[str, list[str]] = {each.id: [] for each in ordered}
    for each in ordered:
        if each.created_at > now:
            reasons[each.id].append("its time lies ahead")
    past = [each for each in ordered if each.created_at <= now]
    for name, count, period in _rules(policy, zone):
        for number, each in enumerate(_newest_of_each(past, period)[:count]):
            reasons[each.id].append(f"{name} {number + 1} of {count}")
    if policy.within_days:
        oldest = now - timedelta(days=policy.within_days)
        for each in past:
            if each.created_at >= oldest:
                reasons[each.id].append(f"younger than {policy.within_days:g} days")
    verified = next((each for each in past if each.is_verified), None)
    verified = verified or next((each for each in ordered if each.is_verified), None)
    if verified is not None:
        reasons[verified.id].append("the newest that was verified")
    return tuple(Verdict(id=each.id, reasons=tuple(reasons[each.id])) for each in ordered)


Period = Callable[[Dated], object]


def _rules(policy: Policy, zone: tzinfo) -> tuple[tuple[str, int, Period], ...]:
    def local(each: Dated) -> datetime:
        return each.created_at.astimezone(zone)

    def hour(each: Dated) -> object:
        # The hour that comes twice when clocks are put back is two hours: its offset tells them apart.
        time = local(each)
        return (time.date(), time.hour, time.utcoffset())

    return (
        ("last", policy.last, lambda each: each.id),
        ("hourly", policy.hourly, hour),
        ("daily", policy.daily, lambda each: local(each).date()),
        ("weekly", policy.weekly, lambda each: local(each).isocalendar()[:2]),
        ("monthly", policy.monthly, lambda each: (local(each).year, local(each).month)),
        ("yearly", policy.yearly, lambda each: local(each).year),
    )


def _newest_of_each(ordered: Iterable[Dated], period: Period) -> list[Dated]:
    """Return the newest of each period; ``ordered`` is newest first."""
    found: dict[object, Dated] = {}
    for each in ordered:
        found.setdefault(period(each), each)
    return list(found.values())
