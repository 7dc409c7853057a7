"""Taking notices to where they belong, so that one that hangs, fails or is gone stops none of the others."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextvars import copy_context

from attrs import evolve, frozen

from qualia._engine.threads import Threads
from qualia.errors import QualiaError
from qualia.words import speaking
from qualia_ops.alerts.config import SinkSettings
from qualia_ops.alerts.errors import SinkFailed
from qualia_ops.alerts.notice import Notice, Source, rank
from qualia_ops.alerts.sinks import Sink
from qualia_ops.alerts.store import Outbox

_MOST = 200
_FIRST_S, _LONGEST_S = 30.0, 3600.0
_GRACE_S = 2.0


@frozen(kw_only=True)
class Told:
    """What became of one sink's notices."""

    sink: str
    sent: tuple[Notice, ...] = ()
    answer: str = ""
    """What the other side said last; empty when nothing was sent."""
    error: str = ""
    """Why the last one did not arrive; empty when it did, or there was none."""
    turned: bool = False
    """Whether this is the first failure, or the first success after failures: both are said once."""
    waiting: int = 0
    """Notices that are kept for later."""
    dropped: int = 0
    """Notices that were given up just now."""


def posted(
    outboxes: Mapping[str, Outbox], notices: Iterable[Notice], sinks: Iterable[SinkSettings]
) -> dict[str, Outbox]:
    """Return the outboxes with new notices in those they are for.

    What is not severe enough for a sink is left out, and so is what is said of the sink itself. Of too many the oldest
    are given up. A sink that is no longer configured loses what waited.
    """
    fresh = tuple(notices)
    after: dict[str, Outbox] = {}
    for sink in sinks:
        outbox = outboxes.get(sink.name, Outbox())
        own = tuple(each for each in fresh if _is_for(sink, each))
        waiting = (*outbox.waiting, *own)
        lost = max(0, len(waiting) - _MOST)
        after[sink.name] = evolve(outbox, waiting=waiting[lost:], dropped=outbox.dropped + lost)
    return after


def _is_for(sink: SinkSettings, notice: Notice) -> bool:
    is_own = notice.rule == "sink" and notice.subject == sink.name
    return not is_own and rank(notice.severity) >= rank(sink.least)


@frozen
class _Delivery:
    """One sink's delivery under way: what it has sent so far grows while it goes on."""

    sent: list[Notice]
    answers: list[str]
    end: Future[None] | None
    """None when the one before still hangs, so that none was begun."""


class Courier:
    """Delivers what waits, to all sinks at the same time.

    Args:
        sinks: how each sink is reached.
        source: where the notices come from.
        make: gives the sink of some settings.
        wall: seconds since 1970.
        keep_s: seconds after which a notice that cannot be delivered is given up.
        language: what messages are written in, one of `qualia.words.LANGUAGES`.
        chance: a number from 0 to 1, so that not all try again at once.
    """

    def __init__(
        self,
        sinks: Iterable[SinkSettings],
        source: Source,
        *,
        make: Callable[[SinkSettings], Sink],
        wall: Callable[[], float],
        keep_s: float,
        language: str = "en",
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._sinks: tuple[SinkSettings, ...] = tuple(sinks)
        self._source: Source = source
        self._make: Callable[[SinkSettings], Sink] = make
        self._wall: Callable[[], float] = wall
        self._keep_s: float = keep_s
        self._language: str = language
        self._chance: Callable[[], float] = chance
        self._threads: Threads = Threads("qualia-alerts")
        self._hanging: dict[str, Future[None]] = {}

    def deliver(self, outboxes: Mapping[str, Outbox]) -> tuple[dict[str, Outbox], tuple[Told, ...]]:
        """Try what is due, and return what waits from now on and what became of each sink that was tried."""
        after = {each.name: outboxes.get(each.name, Outbox()) for each in self._sinks}
        due = [each for each in self._sinks if self._is_due(after[each.name])]
        begun = [(each, self._begun(each, after[each.name].waiting)) for each in due]
        told: list[Told] = []
        for settings, delivery in begun:
            after[settings.name], said = self._became(settings, after[settings.name], delivery)
            told.append(said)
        return after, tuple(told)

    def try_one(self, settings: SinkSettings, notice: Notice) -> Told:
        """Send one notice through one sink, whatever waits there, and return what became of it."""
        return self._became(settings, Outbox(waiting=(notice,)), self._begun(settings, (notice,)))[1]

    def close(self) -> None:
        """Let the threads go; what hangs is left behind."""
        self._threads.shutdown(wait=False)

    def _is_due(self, outbox: Outbox) -> bool:
        now_s = self._wall()
        # A clock that was put back must not make anybody wait for longer than usual.
        return bool(outbox.waiting) and not now_s < outbox.next_s <= now_s + 2 * _LONGEST_S

    def _begun(self, settings: SinkSettings, waiting: Iterable[Notice]) -> _Delivery:
        sent: list[Notice] = []
        answers: list[str] = []
        before = self._hanging.get(settings.name)
        if before is not None and not before.done():
            return _Delivery(sent, answers, None)

        def work() -> None:
            sink, until_s = self._make(settings), time.monotonic() + settings.limit_s
            for notice in waiting:
                if sent and time.monotonic() > until_s:
                    return
                answers.append(sink.send(notice, self._source))
                sent.append(notice)

        with speaking(self._language):
            context = copy_context()
        return _Delivery(sent, answers, self._threads.submit(lambda: context.run(work)))

    def _became(self, settings: SinkSettings, outbox: Outbox, delivery: _Delivery) -> tuple[Outbox, Told]:
        error = self._error_of(settings, delivery)
        sent, answer = tuple(delivery.sent), delivery.answers[-1] if delivery.answers else ""
        if error is None:
            turned, rest = outbox.failing_since_s is not None, outbox.waiting[len(sent) :]
            told = Told(sink=settings.name, sent=sent, answer=answer, turned=turned, waiting=len(rest))
            return Outbox(waiting=rest), told
        kept = evolve(outbox, waiting=outbox.waiting[len(sent) :])
        after, told = self._failed(settings, kept, _as_failure(error))
        return after, evolve(told, sent=sent, answer=answer)

    def _error_of(self, settings: SinkSettings, delivery: _Delivery) -> BaseException | None:
        """Return what went wrong with a delivery, once it has ended or may take no longer."""
        late = SinkFailed(f"it did not end within {settings.limit_s:g} s")
        if delivery.end is None:
            return late
        try:
            # The last of several notices may be begun just before the limit.
            return delivery.end.exception(timeout=2 * settings.limit_s + _GRACE_S)
        except TimeoutError:
            self._hanging[settings.name] = delivery.end
            return late

    def _failed(self, settings: SinkSettings, outbox: Outbox, error: SinkFailed) -> tuple[Outbox, Told]:
        now_s = self._wall()
        since_s = now_s if outbox.failing_since_s is None else min(outbox.failing_since_s, now_s)
        kept = tuple(each for each in outbox.waiting if now_s - each.at_s < self._keep_s)
        lost = len(outbox.waiting) - len(kept)
        pause_s = min(_LONGEST_S, _FIRST_S * 2**outbox.tries) * (0.5 + self._chance() / 2)
        after = evolve(
            outbox,
            waiting=kept,
            failing_since_s=since_s,
            tries=min(outbox.tries + 1, 20),
            next_s=now_s + min(_LONGEST_S, max(pause_s, error.retry_after_s or 0.0)),
            error=error.reason,
            dropped=outbox.dropped + lost,
        )
        told = Told(
            sink=settings.name,
            error=error.reason,
            turned=outbox.failing_since_s is None,
            waiting=len(kept),
            dropped=lost,
        )
        return after, told


def _as_failure(error: BaseException) -> SinkFailed:
    if isinstance(error, SinkFailed):
        return error
    # A stranger's sentence may quote an address or a secret.
    return SinkFailed(str(error) if isinstance(error, QualiaError) else f"it failed with {type(error).__name__}")
