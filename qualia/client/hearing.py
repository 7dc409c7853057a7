"""Where a client is in the events of a host: over any links, each is heard once and in order, and none is missed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qualia.client.feed import HostEvent, event_of


class Hearing:
    """What was heard last, and of which host.

    Attributes:
        last: the number of the last event; None before the first subscription tells of one.
        epoch: what tells the host it was heard from apart from others at the same place; None before the first.

    Args:
        since: the number after which events are wanted; None for new ones only.
    """

    def __init__(self, since: int | None) -> None:
        self.last: int | None = since
        self.epoch: str | None = None
        self._is_begun: bool = False

    def ask(self) -> Mapping[str, Any]:
        """Return the params of a subscription that goes on here; what comes before its answer is of an older one."""
        self._is_begun = False
        return {"since": self.last, "epoch": self.epoch}

    def begin(self, told: Mapping[str, Any]) -> HostEvent | None:
        """Take in the answer to a subscription; return what is to be told: that another host answers now."""
        is_another = bool(told.get("restarted"))
        if is_another:
            self.last = 0
        elif self.last is None:
            self.last = _number(told.get("since"))
        self.epoch, self._is_begun = str(told.get("epoch")), True
        return HostEvent(kind="restarted", seq=0) if is_another else None

    def take(self, name: str, params: Mapping[str, Any]) -> HostEvent | None:
        """Take in a notification; return the event it is, None for one that was heard already and for anything else.

        Raises:
            ValueError: events before it never arrived, so that the link is no good.
        """
        if not self._is_begun:
            return None
        heard = self.last or 0
        if name == "gap":
            self.last = max(heard, _number(params.get("last")))
            return HostEvent(kind="gap", seq=self.last, details=dict(params))
        if name == "beat" and _number(params.get("last")) > heard:
            raise ValueError("events were lost on the way")
        event = event_of(params) if name == "event" else None
        if event is None or event.seq <= heard:
            return None
        if event.seq > heard + 1:
            raise ValueError("events were lost on the way")
        self.last = event.seq
        return event


def _number(value: object) -> int:
    return value if type(value) is int else 0
