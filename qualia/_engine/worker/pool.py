"""The workers of one Core: found or started for a call, given back after it, replaced when they are worn or dead."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from qualia._engine.worker.process import NotStarted, Origin
from qualia._engine.worker.remote import Remote
from qualia._engine.worker.work import Bounds, Work
from qualia.cancel import Control
from qualia.errors import CoreClosed, PluginUnavailable
from qualia.plugin import ParamSpec

T = TypeVar("T")

_LOOK_UP_S = 0.5
"""How often a call that waits for a worker looks whether Ctrl-C was pressed."""


class _Team:
    """The workers of one generation.

    A worker is taken and given back without a lock, for taking from a list and adding to it are atomic.
    """

    def __init__(self) -> None:
        self.idle: list[Remote] = []
        self.size: int = 0
        """How many there are, those that are being started among them."""
        self.waiting: int = 0
        """Calls that wait for one."""
        self.is_retired: bool = False
        """Whether each ends as soon as it is given back."""


class _Crew:
    """The workers of one process; a forked child has a crew of its own."""

    def __init__(self, origin: Origin, *, is_closed: bool = False) -> None:
        self.origin: Origin = origin
        self.pid: int = os.getpid()
        self.turn: threading.Condition = threading.Condition()
        self.spare: Remote | None = None
        self.teams: dict[str, _Team] = {}
        self.running: dict[Remote, tuple[str, str]] = {}
        """The run and step of each worker that makes a call."""
        self.is_closed: bool = is_closed

    def keep(self, spare: Remote) -> bool:
        """Keep a worker that has loaded nothing, unless there is one, or all is over; return whether it is kept."""
        if self.spare is not None or self.is_closed:
            return False
        self.spare = spare
        return True

    def dissolved(self) -> list[Remote]:
        """Take out all workers that have nothing to do."""
        found = [] if self.spare is None else [self.spare]
        self.spare = None
        for team in self.teams.values():
            found += team.idle
            team.idle = []
        return found


class Workers:
    """Processes that make plugins' calls. None is started before the first call; `close` ends them all.

    It may be used by any number of threads. A forked child has workers of its own.

    Args:
        clock: monotonic time in seconds.
        recycle_calls: calls after which a worker is replaced.
        recycle_bytes: growth of its peak memory after which it is, too.
        frame_bytes: largest input and result.
        most: workers of one generation at the same time, further calls wait; None for as many as there are processors.
        spawn: whether each worker is a new interpreter; None where there is no fork.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        recycle_calls: int = Bounds().recycle_calls,
        recycle_bytes: int = Bounds().recycle_bytes,
        frame_bytes: int = Bounds().frame_bytes,
        most: int | None = None,
        spawn: bool | None = None,
    ) -> None:
        self._clock: Callable[[], float] = clock
        self._bounds: Bounds = Bounds(
            recycle_calls=recycle_calls,
            recycle_bytes=recycle_bytes,
            frame_bytes=frame_bytes,
            most=most or os.cpu_count() or 1,
        )
        self._spawn: bool = sys.platform == "win32" if spawn is None else spawn
        self._crew: _Crew = _Crew(self._origin())

    def call(self, work: Work, control: Control) -> Any:
        """Make a call in a process of its own and return what the plugin gave.

        Raises:
            PluginFailed: the plugin raised; what it raised is told by the cause.
            InvalidOutput: it gave something that cannot leave its process.
            PluginCrashed: its process died, or sent what is no answer.
            PluginHung: it took longer than the work's ``call_s``, or did not get ready in time.
            UnsupportedInput: it refuses this input.
            DeadlineExceeded: the run's time was over; ``place`` says where the plugin stood.
            RunCancelled: the run was cancelled.
            CoreClosed: the Core, or these workers, were closed.
            PluginUnavailable: no process could be started.
        """
        return self._with_worker(work, control, Remote.call)

    def specs(self, work: Work) -> tuple[ParamSpec, ...]:
        """Load a plugin in a process of its own and return the params it declares.

        Only ``manifest``, ``source``, ``module``, ``limits`` and ``log`` of the work are looked at; ``call_s`` bounds
        the loading.

        Raises:
            InvalidManifest: there is no such plugin as its manifest says.
            PluginError: as `call`.
        """
        control = Control(name=work.manifest.id, clock=self._clock)
        return self._with_worker(work, control, Remote.specs)

    def place(self, run_id: str, step: str) -> str:
        """Return file:line of where a call stands now in its plugin; empty when there is no such call, or no answer."""
        asked = run_id, step
        for remote, call in list(self._own_crew().running.items()):
            if call == asked:
                return remote.where()
        return ""

    def retire(self, module: str) -> None:
        """Let the workers of a generation finish their call, close the plugin and end.

        Those that are idle have ended when this returns; they have two seconds.
        """
        crew = self._own_crew()
        with crew.turn:
            team = crew.teams.pop(module, None)
            if team is None:
                return
            team.is_retired = True
            idle, team.idle = team.idle, []
        self._end(idle)

    def close(self) -> None:
        """End all workers and whatever they started; calls under way raise `CoreClosed`. A second time does nothing."""
        crew = self._own_crew()
        with crew.turn:
            if crew.is_closed:
                return
            crew.is_closed = True
            idle = crew.dissolved()
            for remote in list(crew.running):
                remote.shut()
            crew.turn.notify_all()
        self._end(idle)
        with crew.turn:
            # Those who made the calls let go of their workers themselves.
            crew.turn.wait_for(lambda: not crew.running, self._bounds.end_s)
        crew.origin.close()

    def __del__(self) -> None:
        """Leave nothing behind when nobody closed it."""
        with suppress(AttributeError):
            self.close()

    def _with_worker(self, work: Work, control: Control, action: Callable[[Remote, Work, Control], T]) -> T:
        control.check()
        crew = self._crew if self._crew.pid == os.getpid() else self._own_crew()
        team = crew.teams.get(work.module)
        found: Remote | None = None
        if team is not None and team.idle:
            # Another thread may have taken it meanwhile.
            with suppress(IndexError):
                found = team.idle.pop()
        if team is None or found is None or not found.can_go_on or crew.is_closed:
            team, found = self._taken(crew, work, control, found)
        remote: Remote = found
        crew.running[remote] = work.run_id, work.step
        try:
            return action(remote, work, control)
        finally:
            self._give_back(crew, team, remote)

    def _taken(self, crew: _Crew, work: Work, control: Control, found: Remote | None) -> tuple[_Team, Remote]:
        """Return a worker that has loaded the generation, or none yet; ``found`` is one that is perhaps dead.

        Raises:
            QualiaError: the run is over, the workers were closed, or none can be started.
        """
        with crew.turn:
            team = crew.teams.setdefault(work.module, _Team())
        while True:
            if found is not None and found.can_go_on and not crew.is_closed:
                return team, found
            if found is not None:
                found.kill()
            with crew.turn:
                team.size -= found is not None
                if crew.is_closed:
                    raise CoreClosed(f"finish {control.name!r}")
                found = team.idle.pop() if team.idle else None
                if found is None and team.size < self._bounds.most:
                    team.size += 1
                    break
                if found is None:
                    self._wait(crew, team, control)
        return team, self._fresh(crew, team, work)

    def _wait(self, crew: _Crew, team: _Team, control: Control) -> None:
        """Wait for something to change; the crew's turn is held."""

        def wake() -> None:
            with crew.turn:
                crew.turn.notify_all()

        offs = control.when_over(wake), control.halt.when_cancelled(wake)
        team.waiting += 1
        try:
            if team.idle:
                return
            left_s = control.remaining_s
            crew.turn.wait(_LOOK_UP_S if left_s is None else min(_LOOK_UP_S, left_s))
            control.check()
        finally:
            team.waiting -= 1
            for off in offs:
                off()

    def _fresh(self, crew: _Crew, team: _Team, work: Work) -> Remote:
        """Return a worker that has loaded nothing, and have another got ready for the next who needs one."""
        with crew.turn:
            remote, crew.spare = crew.spare, None
        try:
            if remote is not None and not remote.can_go_on:
                remote.kill()
                remote = None
            found = remote or self._started(crew)
            extra = self._started(crew)
        except NotStarted as error:
            with crew.turn:
                team.size -= 1
                crew.turn.notify_all()
            told = f"no process of its own could be started ({error})"
            raise PluginUnavailable(work.manifest.id, told, "run it with isolation inline or thread") from error
        with crew.turn:
            is_kept = crew.keep(extra)
            if crew.is_closed:
                found.shut()
        if not is_kept:
            extra.kill()
        return found

    def _started(self, crew: _Crew) -> Remote:
        line, process = crew.origin.start()
        return Remote(line, process, clock=self._clock, bounds=self._bounds)

    def _give_back(self, crew: _Crew, team: _Team, remote: Remote) -> None:
        stays = remote.is_whole and not remote.is_worn
        if stays:
            team.idle.append(remote)
            if team.is_retired or crew.is_closed:
                with crew.turn:
                    # Whoever retired it may have found it there in time.
                    stays = remote not in team.idle
                    if not stays:
                        team.idle.remove(remote)
        if not stays:
            # Before its place is free, so that there are never more of them than there may be.
            remote.leave() if remote.is_whole else remote.kill()
        crew.running.pop(remote, None)
        if not stays or team.waiting or crew.is_closed:
            with crew.turn:
                team.size -= not stays
                crew.turn.notify_all()

    def _end(self, workers: list[Remote]) -> None:
        until_s = self._clock() + self._bounds.end_s
        for remote in workers:
            remote.say_end()
        for remote in workers:
            remote.await_end(until_s)

    def _own_crew(self) -> _Crew:
        crew = self._crew
        if crew.pid == os.getpid():
            return crew
        # What the parent's workers are doing is none of this process's business, and its locks may be held for ever.
        self._crew = own = _Crew(self._origin(), is_closed=crew.is_closed)
        for remote in (*crew.dissolved(), *crew.running):
            remote.forget()
        crew.origin.forget()
        return own

    def _origin(self) -> Origin:
        bounds = self._bounds
        if self._spawn:
            from qualia._engine.worker.spawning import Spawner

            return Spawner(clock=self._clock, frame_bytes=bounds.frame_bytes, children=bounds.children)
        from qualia._engine.worker.nursery import Nursery

        return Nursery(clock=self._clock, frame_bytes=bounds.frame_bytes, children=bounds.children)
