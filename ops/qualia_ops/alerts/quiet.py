"""Hours in which nobody is to be woken, and what is said when they end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, tzinfo

from attrs import frozen

from qualia_ops.alerts.notice import Notice, digest_of


@frozen(kw_only=True)
class QuietHours:
    """From when until when, by the clock on the wall; the end may lie on the next day."""

    begins: time
    ends: time
    zone: tzinfo
    critical_passes: bool = True
    """Whether what is critical is told nevertheless."""

    def holds(self, at_s: float) -> bool:
        """Return whether it is quiet then."""
        now = datetime.fromtimestamp(at_s, UTC).astimezone(self.zone).time()
        if self.begins < self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends


def sifted(
    notices: Iterable[Notice], held: Sequence[Notice], quiet: QuietHours | None, at_s: float
) -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """Return what is told now, and what is held back.

    Of each alert the last word is held back; that it lasts is not. When it is quiet no longer, one notice says all.

    Args:
        notices: what is to be told.
        held: what was held back before.
        quiet: the quiet hours; None for none.
        at_s: now, in seconds since 1970.
    """
    if quiet is not None and quiet.holds(at_s):
        kept = {each.key: each for each in held}
        told: list[Notice] = []
        for notice in notices:
            if notice.severity == "critical" and quiet.critical_passes:
                # What is told now supersedes what was held back of the same alert.
                kept.pop(notice.key, None)
                told.append(notice)
            elif notice.kind != "repeated":
                kept.pop(notice.key, None)
                kept[notice.key] = notice
        return tuple(told), tuple(kept.values())
    if not held:
        return tuple(notices), ()
    fresh = tuple(notices)
    spoken = {each.key for each in fresh if each.kind != "repeated"}
    late = {each.key for each in held}
    rest = tuple(each for each in fresh if each.kind != "repeated" or each.key not in late)
    still = tuple(each for each in held if each.key not in spoken)
    return ((digest_of(still, at_s), *rest) if still else rest), ()
