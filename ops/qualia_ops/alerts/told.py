"""What a look, the list and a test say: the data, and the same in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from qualia_ops.alerts.courier import Told
from qualia_ops.alerts.lookout import Looked, raised_in
from qualia_ops.alerts.machine import Track
from qualia_ops.alerts.notice import Notice, Source, as_event, stamp
from qualia_ops.alerts.store import Memory
from qualia_ops.alerts.wording import line, name_of, said, severity_word, when
from qualia_ops.words import _


def looked_data(looked: Looked, source: Source) -> dict[str, Any]:
    """Return a look as data."""
    return {
        "at": stamp(looked.at_s),
        "health": looked.status or None,
        "notices": [as_event(each, source) for each in looked.notices],
        **memory_data(looked.memory),
        "sinks": [told_data(each) for each in looked.told],
        "troubles": list(looked.troubles),
    }


def memory_data(memory: Memory) -> dict[str, Any]:
    """Return what is known as data."""
    return {
        "raised": [_track_data(each) for each in raised_in(memory)],
        "suspected": [_track_data(each) for each in _suspected(memory)],
        "held_back": len(memory.held),
    }


def listed_data(memory: Memory) -> dict[str, Any]:
    """Return what is known, and what waits to be told, as data."""
    looked = None if memory.looked_s is None else stamp(memory.looked_s)
    waiting = [
        {"sink": name, "waiting": len(each.waiting), "error": each.error, "dropped": each.dropped}
        for name, each in memory.outboxes.items()
        if each.waiting or each.error
    ]
    return {"looked_at": looked, **memory_data(memory), "sinks": waiting}


def _track_data(track: Track) -> dict[str, Any]:
    return {
        "rule": track.rule,
        "subject": track.subject,
        "severity": track.severity,
        "reason": track.reason,
        "remedy": track.remedy,
        "bad_since": stamp(track.first_s),
        "raised_at": None if track.raised_s is None else stamp(track.raised_s),
    }


def _suspected(memory: Memory) -> tuple[Track, ...]:
    return tuple(each for each in memory.tracks.values() if each.raised_s is None)


def told_data(told: Told) -> dict[str, Any]:
    """Return what became of one sink's notices as data."""
    return {
        "sink": told.sink,
        "sent": len(told.sent),
        "answer": told.answer,
        "error": told.error,
        "waiting": told.waiting,
        "dropped": told.dropped,
    }


def looked_text(looked: Looked, source: Source, zone: tzinfo) -> str:
    """Return a look in words: what is new, what is raised, and who could not be told."""
    lines = [f"{_mark(each)} {line(each, source)}" for each in looked.notices]
    lines += raised_lines(looked.memory, zone)
    lines += sink_lines(looked.told)
    lines += [said(each) for each in looked.troubles]
    return "\n".join(lines)


def news(looked: Looked, source: Source) -> list[tuple[dict[str, Any], str]]:
    """Return what a look has to say that the one before had not, as data and in words."""
    found = [(as_event(each, source), f"{_mark(each)} {line(each, source)}") for each in looked.notices]
    turned = [each for each in looked.told if each.turned or each.dropped]
    found += [(told_data(each), "\n".join(sink_lines([each]))) for each in turned]
    return [*found, *(({"trouble": each}, said(each)) for each in looked.troubles)]


def _mark(notice: Notice) -> str:
    return {"resolved": "-", "held": "*", "test": "*", "repeated": "="}.get(notice.kind, "+")


def listed_text(memory: Memory, zone: tzinfo) -> str:
    """Return what is known in words."""
    if memory.looked_s is None:
        return _("nobody has looked yet; look with: qualia alerts check")
    lines = raised_lines(memory, zone)
    for name, each in memory.outboxes.items():
        if each.error:
            lines.append(
                _(
                    "{sink}: {count} wait since {when}: {reason}",
                    sink=name,
                    count=len(each.waiting),
                    when=when(each.failing_since_s or 0.0, zone),
                    reason=said(each.error),
                )
            )
    lines.append(_("looked last: {when}", when=when(memory.looked_s, zone)))
    return "\n".join(lines)


def raised_lines(memory: Memory, zone: tzinfo) -> list[str]:
    """Return what is raised since when, what is only suspected, and what is held back, in words."""
    lines: list[str] = []
    raised, suspected = raised_in(memory), _suspected(memory)
    if not raised:
        lines.append(_("nothing is raised"))
    for each in raised:
        lines.append(f"{severity_word(each.severity)}: {said(each.reason) or name_of(each.rule, each.subject)}")
        name = name_of(each.rule, each.subject)
        lines.append("  " + _("{name}, since {when}", name=name, when=when(each.raised_s or 0.0, zone)))
        if each.remedy:
            lines.append("  " + _("What to do: {remedy}", remedy=said(each.remedy)))
    lines += [
        _("not raised yet: {reason}", reason=said(each.reason) or name_of(each.rule, each.subject))
        for each in suspected
    ]
    if memory.held:
        lines.append(_("held back until the quiet hours end: {count}", count=len(memory.held)))
    return lines


def sink_lines(told: Iterable[Told]) -> list[str]:
    """Return what became of each sink's notices in words."""
    lines: list[str] = []
    for each in told:
        if each.error:
            lines.append(
                _(
                    "{sink}: not told, {count} wait: {reason}",
                    sink=each.sink,
                    count=each.waiting,
                    reason=said(each.error),
                )
            )
        else:
            lines.append(
                _("{sink}: told {count}, {answer}", sink=each.sink, count=len(each.sent), answer=said(each.answer))
            )
        if each.dropped:
            lines.append(_("{sink}: {count} were given up", sink=each.sink, count=each.dropped))
    return lines


def tested_text(told: Iterable[Told]) -> str:
    """Return what a test came to in words."""
    lines = [
        _("{sink}: failed: {reason}", sink=each.sink, reason=said(each.error))
        if each.error
        else _("{sink}: {answer}", sink=each.sink, answer=said(each.answer))
        for each in told
    ]
    return "\n".join(lines) or _("no sink is configured")
