"""One look: what health says now, what that means, and whom it was told."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from attrs import evolve, frozen

from qualia.errors import QualiaError, UnwritableOutput
from qualia.health import HealthReport
from qualia_ops.alerts.config import Config
from qualia_ops.alerts.courier import Courier, Told, posted
from qualia_ops.alerts.machine import Track, step
from qualia_ops.alerts.notice import Finding, Notice
from qualia_ops.alerts.quiet import sifted
from qualia_ops.alerts.rules import judged, sinks_judged, unseen
from qualia_ops.alerts.store import Memory, held_alone, recall, remember


@frozen(kw_only=True)
class Looked:
    """What one look came to."""

    at_s: float
    """When, in seconds since 1970."""
    status: str
    """The verdict of health; empty when it could not be had."""
    notices: tuple[Notice, ...]
    """What is told now."""
    memory: Memory
    """What is known from now on."""
    told: tuple[Told, ...]
    """What became of each sink for which something waited."""
    troubles: tuple[str, ...] = ()
    """What was wrong with looking itself, one sentence each."""

    @property
    def raised(self) -> tuple[Track, ...]:
        """The alerts that are raised, the longest raised first."""
        return raised_in(self.memory)


def raised_in(memory: Memory) -> tuple[Track, ...]:
    """Return the alerts that are raised, the longest raised first."""
    found = (each for each in memory.tracks.values() if each.raised_s is not None)
    return tuple(sorted(found, key=lambda each: (each.raised_s or 0.0, each.key)))


class Lookout:
    """Looks at one project, again and again.

    Args:
        folder: where it is remembered what was seen and told.
        config: how alerts behave.
        report: gives the present health.
        courier: takes notices to the sinks.
        wall: seconds since 1970.
    """

    def __init__(
        self,
        folder: Path,
        config: Config,
        *,
        report: Callable[[], HealthReport],
        courier: Courier,
        wall: Callable[[], float],
    ) -> None:
        self._folder: Path = folder
        self._config: Config = config
        self._report: Callable[[], HealthReport] = report
        self._courier: Courier = courier
        self._wall: Callable[[], float] = wall
        self._unwritten: Memory | None = None

    def look(self) -> Looked:
        """Look once: judge, remember, tell, and remember what was told.

        What cannot be written, on a full disk say, is told nevertheless; a later look may then tell it again.

        Raises:
            AlertsLocked: somebody else looks just now.
        """
        troubles: list[str] = []
        with self._alone(troubles):
            before = self._recalled(troubles)
            at_s = self._wall()
            status, findings, is_complete = self._seen(before)
            tracks, fresh = step(
                before.tracks,
                findings,
                at_s,
                patience=self._config.patience,
                repeat_s=self._config.repeat_s,
                is_complete=is_complete,
            )
            notices, held = sifted(fresh, before.held, self._config.quiet, at_s)
            waiting = posted(before.outboxes, notices, self._config.sinks)
            after = Memory(tracks=tracks, held=held, outboxes=waiting, looked_s=at_s)
            # Before anybody is told: who dies in between tells it again, and never forgets it.
            self._keep(after, [])
            outboxes, told = self._courier.deliver(waiting)
            after = evolve(after, outboxes=outboxes)
            self._keep(after, troubles)
        return Looked(
            at_s=at_s, status=status, notices=notices, memory=after, told=told, troubles=tuple(dict.fromkeys(troubles))
        )

    def _seen(self, before: Memory) -> tuple[str, tuple[Finding, ...], bool]:
        """Return the verdict, what the rules say, and whether all there is could be seen."""
        rules = self._config.rules
        failing = {
            each.name: before.outboxes[each.name].error for each in self._config.sinks if each.name in before.outboxes
        }
        sinks = sinks_judged(failing, rules)
        try:
            report = self._report()
        except (QualiaError, OSError) as error:
            reason = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
            return "", (*unseen(reason, rules), *sinks), False
        return report.status, (*judged(report, rules), *sinks), True

    def _recalled(self, troubles: list[str]) -> Memory:
        if self._unwritten is not None:
            return self._unwritten
        recalled = recall(self._folder)
        if recalled.trouble:
            troubles.append(recalled.trouble)
        return recalled.memory

    def _keep(self, memory: Memory, troubles: list[str]) -> None:
        try:
            remember(self._folder, memory)
        except UnwritableOutput as error:
            self._unwritten = memory
            trouble = f"what was told cannot be kept ({error.reason}), so it may be told again"
            troubles.append(trouble)
        else:
            self._unwritten = None

    @contextmanager
    def _alone(self, troubles: list[str]) -> Generator[None]:
        try:
            alone = held_alone(self._folder)
            alone.__enter__()
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            trouble = f"nobody can be kept from looking at the same time ({why})"
            troubles.append(trouble)
            yield
            return
        try:
            yield
        finally:
            alone.__exit__(None, None, None)
