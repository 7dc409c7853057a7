"""``qualia watch``: every file that comes into a folder, once it has been written."""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack

from attrs import frozen

from qualia._safe import safe_line
from qualia.cli.batch.asking import asked_again, open_core, patterns_of, settings_of, work_of
from qualia.cli.batch.command import check_folder, crew_for, jobs_of
from qualia.cli.batch.crew import Crew
from qualia.cli.batch.going import Ledger, going
from qualia.cli.batch.inbox import Inbox, Look, News, missing
from qualia.cli.batch.names import relative
from qualia.cli.batch.pace import Tally
from qualia.cli.batch.settled import Settled
from qualia.cli.batch.stopping import Stop
from qualia.cli.batch.telling import ended_line, facts_of, failed_line
from qualia.cli.batch.work import Ended, Job
from qualia.cli.exit_codes import ExitCode
from qualia.cli.output import Face, as_json
from qualia.cli.usage import WrongUsage
from qualia.cli.watching import clock
from qualia.cli.words import _, sentence_of
from qualia.errors import DocumentUnreadable

_SWEEP_S = 30.0
"""Seconds after which there is a look though nobody told of news."""
_POLL_S = 1.0


def watch(asked: argparse.Namespace, face: Face) -> int:
    """Do each file that comes, until Ctrl-C, which is how it is meant to end; with ``--once`` what is there.

    Raises:
        QualiaError: the command, the folders or the params are wrong, or nothing can be written.
    """
    outputs, jobs = check_folder(asked.output), jobs_of(asked)
    if os.path.isfile(asked.folder):  # noqa: PTH113 - text with any bytes
        raise DocumentUnreadable(asked.folder, "it is a file", "name the folder to which files come")
    if missing(asked.folder):
        raise DocumentUnreadable(asked.folder, "there is no such folder", "make it, or name another one")
    if not 0 <= asked.settle < math.inf:
        raise WrongUsage(_("--settle {seconds}: give a number of seconds", seconds=f"{asked.settle:g}"))
    if os.path.realpath(outputs) == os.path.realpath(asked.folder):
        raise WrongUsage(_("-o {path!r} is the folder that is watched; give another one", path=asked.output))
    with open_core(asked, settings_of(asked, jobs)) as core, ExitStack() as stack:
        work = work_of(asked, core)
        base = os.path.abspath(asked.folder)  # noqa: PTH100 - text with any bytes
        ledger = stack.enter_context(Ledger(outputs, base=base, work=work.key))
        crew = stack.enter_context(crew_for(work, core, face, jobs=jobs, processes=asked.processes))
        news = News(asked.folder, polling=asked.polling)
        stack.callback(news.close)
        stop = stack.enter_context(Stop(lambda: _wake(crew, news)))
        inbox = Inbox(
            folder=asked.folder,
            patterns=patterns_of(asked, core),
            recursive=asked.recursive,
            without=os.path.realpath(outputs),
        )
        watching = _Watching(asked, face, ledger=ledger, base=base, room=2 * jobs + 2)
        return watching.go_on(_Around(inbox=inbox, crew=crew, news=news, stop=stop))


def _wake(crew: Crew, news: News) -> None:
    crew.wake()
    news.wake()


@frozen(kw_only=True)
class _Around:
    """What a watch stands among."""

    inbox: Inbox
    crew: Crew
    news: News
    stop: Stop


class _Watching:
    """One watch."""

    def __init__(self, asked: argparse.Namespace, face: Face, *, ledger: Ledger, base: str, room: int) -> None:
        self._asked: argparse.Namespace = asked
        self._face: Face = face
        self._ledger: Ledger = ledger
        self._base: str = base
        self._room: int = room
        self._settled: Settled = Settled(quiet_s=asked.settle)
        self._tally: Tally = Tally(total=0, is_open_ended=True)
        self._is_gone: bool = False

    def go_on(self, around: _Around) -> int:
        """Do what comes and tell of it; return the code to end with."""
        self._begin()
        look = self._look(around, ages=True)
        while True:
            self._do(self._settled.due(time.monotonic()), around)
            wake_s = self._settled.wake_s(time.monotonic())
            if around.stop.is_asked or (self._asked.once and wake_s is None):
                break
            is_new = around.news.arm(look)
            if not is_new:
                self._wait(around.news, wake_s)
            if around.stop.is_asked:
                break
            look = self._look(around)
        return self._end(around.stop)

    def _wait(self, news: News, wake_s: float | None) -> None:
        pause_s = _SWEEP_S if news.is_told else _POLL_S
        news.wait(pause_s if wake_s is None else min(pause_s, max(wake_s, 0.01)))

    def _look(self, around: _Around, *, ages: bool = False) -> Look:
        look = around.inbox.look()
        now = time.time()
        # Of what lies there already at the beginning, its own date tells for how long.
        known: Mapping[str, float] = {path: now - at[1] / 1e9 for path, at in look.files.items()} if ages else {}
        self._settled.see(time.monotonic(), look.files, known)
        if (not look.folders) is not self._is_gone:
            self._is_gone = not look.folders
            folder = self._asked.folder
            gone = _("{folder} is gone; waiting for it", folder=folder)
            self._face.note(gone if self._is_gone else _("{folder} is back", folder=folder))
        return look

    def _begin(self) -> None:
        if self._asked.format == "pretty":
            sentence = "watching {folder}; Ctrl-C ends it"
            self._face.note(safe_line(_(sentence, folder=self._asked.folder)))

    def _jobs(self, paths: Iterable[str]) -> Iterator[Job]:
        for path in paths:
            self._tally.total += 1
            yield self._ledger.job(path, relative(path, self._base))

    def _do(self, paths: Iterable[str], around: _Around) -> None:
        for ended in going(self._jobs(paths), around.crew, around.stop, window=self._room, at_end=self._tell_stop):
            self._hear(ended)

    def _tell_stop(self) -> None:
        self._face.note(_("ending what is under way; Ctrl-C once more leaves at once"))

    def _hear(self, ended: Ended) -> None:
        sentence = "" if ended.error is None else sentence_of(ended.error)
        self._ledger.add(ended, sentence)
        self._tally.count(ended, sentence)
        if self._asked.format != "pretty":
            self._face.data(as_json(facts_of(ended, sentence), indent=None), form="jsonl")
        elif ended.error is None and (ended.status == "done" or self._face.is_verbose):
            self._face.data(f"{clock(time.time())}  {ended_line(ended)}")
        if ended.error is not None:
            self._face.failure(failed_line(ended, sentence))

    def _end(self, stop: Stop) -> int:
        tally = self._tally
        counts = {"done": tally.done, "kept": tally.kept, "failed": tally.failed}
        self._face.note(_("watching is over; done {done}, from earlier {kept}, failed {failed}", **counts))
        if not self._asked.once:
            self._face.note(_("this goes on from here: {command}", command=self._again()))
            return ExitCode.OK
        if stop.code is not None:
            return stop.code
        if not tally.failed:
            return ExitCode.OK
        return ExitCode.PARTIAL if tally.done or tally.kept else ExitCode.FAILED

    def _again(self) -> str:
        return asked_again(self._asked, "watch", [self._asked.folder])
