"""Moments and ages as people write them, and moments as they read them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from qualia.cli.usage import WrongUsage
from qualia.cli.words import _

_AGE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(m|min|h|d|w|y)")
_UNITS_S = {"m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0, "y": 31_536_000.0}


def age_of(text: str, *, option: str) -> timedelta:
    """Return an age such as ``90d``, ``12h`` or ``4w``.

    Raises:
        WrongUsage: it is none.
    """
    match = _AGE.fullmatch(text.strip().lower())
    if match is None:
        sentence = "{option} {text!r}: give an age, such as 30d, 12h or 4w"
        raise WrongUsage(_(sentence, option=option, text=text))
    return timedelta(seconds=float(match[1]) * _UNITS_S[match[2]])


def moment_of(text: str, *, option: str, now: datetime, is_end: bool = False) -> datetime:
    """Return a moment: a day or a time as ISO 8601 writes it, here where no zone is named; or so long ago.

    Args:
        text: what was written.
        option: what to name in a complaint.
        now: the present moment.
        is_end: whether a day means its end; it means its beginning otherwise.

    Raises:
        WrongUsage: it is none.
    """
    told = text.strip()
    if _AGE.fullmatch(told.lower()):
        return before(now, age_of(told, option=option))
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", told):
            day = datetime.combine(date.fromisoformat(told), datetime.min.time())
            return (day + timedelta(days=1 if is_end else 0)).astimezone()
        moment = datetime.fromisoformat(told)
        return moment if moment.tzinfo is not None else moment.astimezone()
    except (ValueError, OverflowError, OSError) as error:
        sentence = (
            "{option} {text!r}: give a day such as 2026-01-31, a time such as 2026-01-31T14:30, or an age such as 7d"
        )
        raise WrongUsage(_(sentence, option=option, text=text)) from error


def before(now: datetime, age: timedelta) -> datetime:
    """Return the moment that lies so far back, at the earliest one of 1971, before which nothing is kept."""
    try:
        return now - age
    except OverflowError:
        return datetime.min.replace(year=1971, tzinfo=UTC)


def told_moment(moment: datetime, *, now: datetime | None = None) -> str:
    """Return a moment in the zone of this machine, to the minute; the year is left out when ``now`` is in the same."""
    here = moment.astimezone()
    if now is not None and now.astimezone().year == here.year:
        return here.strftime("%m-%d %H:%M")
    return here.strftime("%Y-%m-%d %H:%M")
