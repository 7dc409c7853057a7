"""A host: one Core, a door, and the clients that came in."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from qualia._values import to_plain
from qualia.core import Core
from qualia.events import Event, EventKind
from qualia.host.about_files import AboutFiles
from qualia.host.about_history import AboutHistory
from qualia.host.about_operations import AboutOperations
from qualia.host.about_pipelines import AboutPipelines
from qualia.host.about_plugins import AboutPlugins
from qualia.host.about_results import AboutResults
from qualia.host.about_reuse import AboutReuse
from qualia.host.about_runs import AboutRuns
from qualia.host.about_upkeep import AboutUpkeep
from qualia.host.clients import Clients, Ended
from qualia.host.connection import Connection, Manners
from qualia.host.door import Door
from qualia.host.jobs import Bounds, Job, Jobs, JobState
from qualia.host.journal import NAME, Fate, Journal
from qualia.host.kept import KeptRuns
from qualia.host.log import EventLog
from qualia.host.past import fate_of, job_of, settled
from qualia.host.recent import Recent
from qualia.host.verbs import Verb, Verbs
from qualia.operations import Offer, offered
from qualia.protocol.places import Place

_QUEUE = 10_000
_CLOSE_S = 5.0
_TOLD_FOR_S = 7 * 86_400.0
"""How long lists show what a host before this one lost."""


class Host:
    """Serves one Core to other processes of this machine, from threads of its own, until it is closed.

    The Core stays its owner's: closing the host does not close it.

    Attributes:
        place: where it answers.
        log: its events.

    Args:
        core: what is served.
        door: where clients come in.
        name: what it is called in lists.
        project: the project's folder; None for none.
        manners: how clients are treated.
        bounds: how many runs it takes on.
        offers: gives the operations that are installed.
    """

    def __init__(
        self,
        core: Core,
        door: Door,
        *,
        name: str,
        project: Path | None,
        manners: Manners,
        bounds: Bounds,
        offers: Callable[[], tuple[Offer, ...]] = offered,
    ) -> None:
        self.place: Place = door.place
        self.log: EventLog = EventLog()
        self.epoch: str = secrets.token_hex(8)
        self._door: Door = door
        self._name: str = name
        self._project: Path | None = project
        self._manners: Manners = manners
        self._began_s: float = time.time()
        self._changed: threading.Condition = threading.Condition()
        self._over_at_s: float = time.monotonic()
        self._is_closed: bool = False
        self._telling: threading.Lock = threading.Lock()
        self._jobs: Jobs = Jobs(self._tell_job, bounds=bounds)
        state = core.settings.state_dir
        self._journal: Journal = Journal(None if state is None else state / NAME)
        self._past: Mapping[str, Fate] = {}
        self._recent: Recent = Recent(time.monotonic)
        self._clients: Clients = Clients(
            door, most=manners.most_clients, meet=self._meet, drop=self._note_dropped, changed=self._changed
        )
        self._verbs: Verbs = Verbs(self._answered(core, offers))
        self._recover(core)
        # The first finds out which run an event belongs to, in no time; the second writes it down, in its own thread.
        self._unsubscribe: tuple[Callable[[], None], ...] = (
            core.subscribe(self._jobs.hear, wait=True),
            core.subscribe(self._keep, queue=_QUEUE),
        )
        if hasattr(os, "register_at_fork"):
            _register_at_fork(weakref.WeakMethod(self._let_go))
        self._clients.begin()

    def _answered(self, core: Core, offers: Callable[[], tuple[Offer, ...]]) -> tuple[Verb, ...]:
        """Return all that can be asked for."""
        kept = KeptRuns(core)
        rooms = (
            AboutPlugins(core, self._recent),
            AboutPipelines(core, self._project),
            AboutRuns(core, self._jobs),
            AboutResults(self._jobs),
            AboutFiles(self._project),
            AboutHistory(kept),
            AboutReuse(kept, self._jobs, self._asked_of),
            AboutOperations(core, self._jobs, self._project, offers),
            AboutUpkeep(core, self._own_facts, self._jobs),
        )
        own = (
            Verb(name="ping", told="Nothing, as a sign of life.", call=dict[str, Any]),
            Verb(name="verbs", told="What can be asked for.", call=self._table),
        )
        return (*own, *(verb for room in rooms for verb in room.verbs()))

    @property
    def facts(self) -> Mapping[str, Any]:
        """What hello tells of it."""
        project = None if self._project is None else str(self._project)
        return {"name": self._name, "pid": os.getpid(), "project": project, "began_at_s": self._began_s}

    @property
    def clients(self) -> int:
        """How many clients there are now."""
        return len(self._clients)

    def answer(self, verb: str, params: Mapping[str, Any], *, may_change: bool) -> Any:
        """Answer a request, as plain data.

        Raises:
            QualiaError: it cannot be answered.
        """
        return self._verbs.answer(verb, params, may_change=may_change)

    def is_slow(self, verb: str) -> bool:
        """Whether answering a request may take a while."""
        return self._verbs.is_slow(verb)

    def verbs(self) -> tuple[Verb, ...]:
        """Return what it can be asked for, in order of name."""
        return self._verbs.table()

    def wait(self, *, idle_exit_s: float | None = None) -> bool:
        """Wait until it is closed, or had no client and no run for a while; tell whether that was why.

        It takes no client in any more then: whoever is in knows that it will not end meanwhile.

        Args:
            idle_exit_s: how long without clients and runs, in seconds; None waits for ever.
        """
        with self._changed:
            while not self._is_closed:
                left_s = None
                if idle_exit_s is not None and self._is_quiet():
                    left_s = max(self._over_at_s, self._clients.left_at_s) + idle_exit_s - time.monotonic()
                    if left_s <= 0:
                        self._clients.take_no_more()
                        return True
                self._changed.wait(left_s)
        return False

    def close(self) -> None:
        """Cancel its runs, say goodbye to its clients and leave no file. Closing twice is fine."""
        if self._is_closed:
            # Asked before the lock is: in a forked process nobody may be left to release that.
            return
        with self._changed:
            if self._is_closed:
                return
            self._is_closed = True
            self._clients.take_no_more()
            self._changed.notify_all()
        self._jobs.close(within_s=_CLOSE_S)
        for off in reversed(self._unsubscribe):
            off()
        self._clients.leave()
        self._journal.close()
        self._door.shut()

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _let_go(self) -> None:
        """Leave everything to the process this one was forked from, which alone is the host.

        A child that lives on would hold its lock and its sockets, so that no other host could follow a killed one.
        """
        if self._is_closed:
            return
        self._is_closed = True
        self._door.let_go()
        self._clients.let_go()

    def _meet(self, link: socket.socket, ended: Ended) -> Connection:
        """Return the connection of a client that came in."""
        token = self._door.place.token
        return Connection(link, behind=self, log=self.log, manners=self._manners, token=token, ended=ended)

    # ------------------------------------------------------------------------------------------------ the past

    def _recover(self, core: Core) -> None:
        """Find out what became of the runs of hosts before this one."""
        found = self._journal.opened()
        known = [*settled(found, core)]
        news = {each.run for each in found if each.state != "lost"}
        if known == found and not self._journal.is_long:
            self._journal.resume()
        else:
            self._journal.begin(known)
        self._past = {each.run_id: each for each in known if each.run_id is not None}
        since_s = time.time() - _TOLD_FOR_S
        for job in (job_of(each) for each in known if each.state == "lost" and each.at_s >= since_s):
            self._jobs.remember(job)
            if job.id in news:
                self._note_job(job, job.state)

    def _asked_of(self, run_id: str) -> Mapping[str, Any]:
        """Return what was asked for when an engine's run was begun here or by a host before; empty when unknown."""
        job = self._jobs.of_run(run_id)
        if job is not None:
            return job.asked
        return self._past[run_id].asked if run_id in self._past else {}

    # ------------------------------------------------------------------------------------------------ facts

    def _is_quiet(self) -> bool:
        return not self._clients and all(job.is_over for job in self._jobs.all())

    def _own_facts(self) -> Mapping[str, Any]:
        states = [job.state for job in self._jobs.all()]
        return {
            **self.facts,
            "uptime_s": time.time() - self._began_s,
            "clients": self.clients,
            "dropped": self._clients.dropped,
            "running": states.count("running"),
            "waiting": states.count("waiting"),
            "read_only": self._manners.read_only,
        }

    def _table(self) -> list[dict[str, Any]]:
        return [
            {
                "verb": each.name,
                "told": each.told,
                "takes": [*each.takes],
                "may_take": [*each.may_take],
                "changes": each.changes,
            }
            for each in self._verbs.table()
        ]

    def _keep(self, event: Event) -> None:
        """Write an event down."""
        self._recent.hear(event)
        job = self._jobs.of_run(event.run_id)
        if job is not None and event.kind is EventKind.RUN_STARTED:
            with self._telling:
                self._journal.note(fate_of(job))
        self.log.add(
            {
                "kind": event.kind.value,
                "at_s": event.at_s,
                "run": None if job is None else job.id,
                "run_id": event.run_id,
                "step": event.step,
                "plugin": event.plugin,
                "details": to_plain(event.details),
            }
        )

    def _tell_job(self, job: Job) -> None:
        if job.is_over:
            with self._changed:
                self._over_at_s = time.monotonic()
                self._changed.notify_all()
        # One at a time, and each state once: whoever began a job may come here later than who has done it by then.
        with self._telling:
            state = job.state
            if state != job.told_state:
                job.told_state = state
                self._journal.note(fate_of(job))
                self._note_job(job, state)

    def _note_job(self, job: Job, state: JobState) -> None:
        more: dict[str, Any] = {}
        if job.asked.get("path"):
            more["path"] = job.asked["path"]
        if job.error is not None and job.kind == "operation":
            # Why a run failed, an event of its own tells.
            more["error"] = str(job.error)
        if job.only_looks:
            more["looks"] = True
        self._note("job_changed", run=job.id, run_id=job.run_id, job=job.kind, name=job.name, state=state, **more)

    def _note_dropped(self, reason: str, client: str) -> None:
        self._note("client_dropped", reason=reason, client=client)

    def _note(self, kind: str, *, run: str | None = None, run_id: str | None = None, **details: Any) -> None:
        """Write down something that happened to the host itself."""
        about = {"run": run, "run_id": run_id, "step": None, "plugin": None}
        self.log.add({"kind": kind, "at_s": time.time(), **about, "details": details})


def _register_at_fork(let_go: weakref.WeakMethod[Callable[[], None]]) -> None:
    """Have a host let go in every process that is forked from this one, as long as there is that host."""

    def after() -> None:
        there = let_go()
        if there is not None:
            there()

    os.register_at_fork(after_in_child=after)


def started_now() -> str:
    """Return this moment as lists of hosts show it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
