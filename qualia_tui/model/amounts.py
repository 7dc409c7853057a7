"""Amounts as people read them: seconds, bytes, shares and ages, each short and of about the same width."""

from __future__ import annotations

import time
from typing import TypeGuard

from qualia_tui.words import _, spoken

_SIZES = ("B", "kB", "MB", "GB", "TB")


def decimal(value: float, digits: int) -> str:
    """Return a number with so many digits after the point, which is a comma in Portuguese."""
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if spoken() != "en" else text


def count(value: float | None) -> str:
    """Return how many; empty when nobody knows. Thousands are grouped."""
    if not _is_told(value):
        return ""
    text = f"{int(value):,}"
    return text.replace(",", ".") if spoken() != "en" else text


def duration(value: float | None) -> str:
    """Return how long something took, from fractions of a millisecond to hours; empty when nobody knows.

    Args:
        value: seconds.
    """
    if not _is_told(value):
        return ""
    if value < 0.9995:
        return f"{decimal(value * 1000, 2 if value < 0.001 else 1 if value < 0.00995 else 0)} ms"
    if value < 99.95:
        return f"{decimal(value, 1)} s"
    return f"{value / 60:.0f} min" if value < 5970 else f"{value / 3600:.0f} h"


def size(value: float | None) -> str:
    """Return how large something is, in units of 1,000; empty when nobody knows.

    Args:
        value: bytes.
    """
    if not _is_told(value):
        return ""
    left = float(value)
    for unit in _SIZES:
        if abs(left) < 999.5 or unit == _SIZES[-1]:
            digits = 1 if unit != "B" and abs(left) < 9.95 else 0
            return f"{decimal(left, digits)} {unit}"
        left /= 1000
    raise AssertionError("the last unit takes every size")


def age(value: float | None) -> str:
    """Return how long ago something was, in minutes at least, so that it does not change with every second.

    Args:
        value: seconds; None when nobody knows, which gives an empty text.
    """
    if not _is_told(value):
        return ""
    if value < 60:
        return _("now")
    if value < 3600:
        return f"{value // 60:.0f} min"
    if value < 2 * 86_400:
        return f"{value // 3600:.0f} h"
    return _("{count} d", count=int(value // 86_400))


def ago(value: float | None) -> str:
    """Return how long ago something was, as it stands in a sentence.

    Args:
        value: seconds; None when nobody knows, which gives an empty text.
    """
    told = age(value)
    return told if told in ("", _("now")) else _("{age} ago", age=told)


def clock(at_s: float | None) -> str:
    """Return the time of the day as hours, minutes and seconds; empty when nobody knows.

    Args:
        at_s: seconds since 1970.
    """
    return _told(at_s, "%H:%M:%S")


def moment(at_s: float | None) -> str:
    """Return day and time; empty when nobody knows.

    Args:
        at_s: seconds since 1970.
    """
    return _told(at_s, "%Y-%m-%d %H:%M:%S")


def _is_told(value: float | None) -> TypeGuard[float]:
    """Tell whether something is an amount; what a host that lost its mind says is none."""
    return value is not None and -1e18 < value < 1e18


def _told(at_s: float | None, form: str) -> str:
    if at_s is None:
        return ""
    try:
        return time.strftime(form, time.localtime(at_s))
    except (OverflowError, ValueError, OSError):
        # A host whose clock says something that is no time.
        return "?"


def percent(part: float | None, whole: float | None) -> str:
    """Return a share in whole percent; empty when nobody knows, or of nothing."""
    if not _is_told(part) or not _is_told(whole) or not whole:
        return ""
    return f"{part * 100 / whole:.0f} %"
