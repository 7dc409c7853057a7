"""Events on their way from a link to whoever iterates over them, in bounded memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from qualia._values import is_mapping

MOST = 10_000


@frozen(kw_only=True)
class HostEvent:
    """One event of a host, or of the link to it."""

    kind: str
    """As `qualia.events.EventKind`; of the host itself "job_changed" and "client_dropped"; of the link "gap" (events
    ``first`` to ``last`` are lost), "restarted" (another host answers now, whose numbers begin anew), and "link", whose
    ``state`` is live, stale or lost."""
    seq: int
    """Its number; of an event of the link, that of the event before it."""
    at_s: float | None = None
    """Wall-clock time of the host, in seconds since 1970; None of an event of the link."""
    run: str | None = None
    """The host's run it belongs to; None when it belongs to none that was begun through the host."""
    run_id: str | None = None
    """The engine's name for that run, as the history has it; None outside a run."""
    step: str | None = None
    plugin: str | None = None
    details: Mapping[str, Any] = field(factory=dict[str, Any])


def event_of(params: Mapping[str, Any]) -> HostEvent | None:
    """Return the event a notification tells of; None when it is none."""
    seq, kind, at_s = params.get("seq"), params.get("kind"), params.get("at_s")
    if type(seq) is not int or not isinstance(kind, str):
        return None
    texts = {name: _text(params.get(name)) for name in ("run", "run_id", "step", "plugin")}
    details: object = params.get("details")
    return HostEvent(
        kind=kind,
        seq=seq,
        at_s=float(at_s) if isinstance(at_s, (int, float)) else None,
        details=details if is_mapping(details) else {},
        **texts,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


class Feed:
    """Keeps events until they are taken; the oldest go when there are too many, and a gap is told in their place.

    Args:
        most: events that may wait.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most: int = most
        self._events: deque[HostEvent] = deque()
        self._lost: tuple[int, int] | None = None
        self._was_restarted: bool = False
        self._more: asyncio.Event = asyncio.Event()
        self._is_over: bool = False
        self._trouble: BaseException | None = None

    def __len__(self) -> int:
        """Return how many events wait."""
        return len(self._events)

    def put(self, event: HostEvent) -> None:
        """Add an event."""
        if len(self._events) >= self._most:
            self._lose(self._events.popleft())
        self._events.append(event)
        self._more.set()

    def end(self, trouble: BaseException | None = None) -> None:
        """Let whoever iterates take what there is, and end; with an error when there is one."""
        self._is_over, self._trouble = True, self._trouble or trouble
        self._more.set()

    async def next(self) -> HostEvent | None:
        """Return the next event, as soon as there is one; None at the end, unless it ended with an error."""
        while not self._events:
            if self._trouble is not None:
                raise self._trouble
            if self._is_over:
                return None
            self._more.clear()
            await self._more.wait()
        if self._was_restarted:
            self._was_restarted = False
            return HostEvent(kind="restarted", seq=0)
        if self._lost is not None:
            (first, last), self._lost = self._lost, None
            return HostEvent(kind="gap", seq=last, details={"first": first, "last": last})
        return self._events.popleft()

    def _lose(self, gone: HostEvent) -> None:
        """Remember what is to be told in the place of an event."""
        if gone.kind == "restarted":
            # The numbers before were another host's.
            self._was_restarted, self._lost = True, None
        elif gone.kind != "link":
            first = gone.details.get("first") if gone.kind == "gap" else gone.seq
            begin = self._lost[0] if self._lost else first
            self._lost = (begin if type(begin) is int else gone.seq, gone.seq)
