"""The work of a batch or a watch: files go to the crew, what became of them into the journal."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from qualia._engine.cache.locks import LockFile, shared_lock_file
from qualia.cli.batch.crew import Crew
from qualia.cli.batch.journal import Journal
from qualia.cli.batch.names import ROOM, Names, is_below
from qualia.cli.batch.stopping import Stop
from qualia.cli.batch.work import STAGE, Ended, Job
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _
from qualia.errors import UnwritableOutput

_LOCK, _JOURNAL, _KEY = "lock", "journal.jsonl", "batch"
_GRACE_S = 1.0
_LOOK_S = 0.2


class Ledger:
    """The folder of the outputs, held for one batch: its lock, its journal and the names in it.

    Args:
        folder: where the outputs go; made if need be.
        base: the folder that all inputs lie in, as an absolute path.
        work: what is done, as `Work.key` has it.
        again: whether what is done already is done again.

    Attributes:
        names: what the outputs of each input are called.
        is_new: whether no batch was here before.

    Raises:
        WrongUsage: another batch is at work there, or its inputs lie elsewhere.
        UnwritableOutput: nothing can be written there.
    """

    def __init__(self, folder: Path, *, base: str, work: str, again: bool = False) -> None:
        self._folder: Path = folder
        self._again: bool = again
        self._work: str = work
        self.names: Names = Names()
        room = folder / ROOM
        try:
            (room / STAGE).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnwritableOutput(str(folder), (error.strerror or str(error)).lower()) from error
        self._lock: LockFile = shared_lock_file(room / _LOCK)
        self._lock.join()
        if not self._lock.acquire(_KEY):
            self._lock.leave()
            sentence = "another batch is at work in {folder!r}; wait for its end, or give another folder with -o"
            raise WrongUsage(_(sentence, folder=str(folder)))
        with contextlib.ExitStack() as held:
            held.callback(self._release)
            self._journal: Journal = held.enter_context(Journal(room / _JOURNAL, base=base))
            self.is_new: bool = self._journal.is_new
            self._take_up()
            self._prefix: str = self._below(base)
            self._held: contextlib.ExitStack = held.pop_all()

    def _below(self, base: str) -> str:
        """Return what stands before the place of each input, because the journal's base lies further up."""
        mine, first = os.path.realpath(base), os.path.realpath(self._journal.base)
        if mine == first:
            return ""
        if is_below(mine, first):
            return os.path.relpath(mine, first).replace(os.sep, "/") + "/"
        if not len(self.names):
            self._journal.restart(base)
            return ""
        sentence = "{folder!r} holds the outputs of files in {first!r}, and {base!r} lies outside; give another -o"
        raise WrongUsage(_(sentence, folder=str(self._folder), first=first, base=base))

    def _take_up(self) -> None:
        """Learn what earlier batches did, and clear away what they left half-written."""
        for entry in self._journal.read(self._work):
            self.names.put(entry.source, entry.stem)
        stage = self._folder / ROOM / STAGE
        with os.scandir(stage) as left:
            for each in left:
                if each.is_dir(follow_symlinks=False):
                    shutil.rmtree(each.path, ignore_errors=True)
                else:
                    with contextlib.suppress(OSError):
                        Path(each.path).unlink()

    def job(self, path: str, place: str) -> Job:
        """Return what is to be done for a file; ``place`` is where it lies below the base."""
        source = self._prefix + place
        entry = None if self._again else self._journal.last(source)
        return Job(path=path, source=source, stem=self.names.of(source), entry=entry)

    def add(self, ended: Ended, sentence: str) -> None:
        """Write down what became of a file; ``sentence`` says why it failed.

        Raises:
            UnwritableOutput: the disk is full.
        """
        if ended.status == "done":
            self._journal.add(ended.entry(self._work))
        elif ended.status == "failed":
            error = type(ended.error).__name__
            self._journal.add_failure(ended.job.source, ended.digest, self._work, error, sentence)

    def _release(self) -> None:
        self._lock.release(_KEY)
        self._lock.leave()

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes the journal and gives the folder free."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._held.close()


def going(
    jobs: Iterable[Job],
    crew: Crew,
    stop: Stop,
    *,
    window: int,
    at_end: Callable[[], None],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Ended]:
    """Yield what becomes of each file, in the order in which they end.

    Once an end is asked for no further file begins. Those under way have a moment; then they are cancelled, and after
    one more moment left behind.

    Args:
        jobs: taken as there is room for them.
        crew: does them.
        stop: whether an end is asked for.
        window: how many are under way at most.
        at_end: called once when an end is asked for while files are under way.
        clock: monotonic time in seconds.
    """
    source, under_way, asked_s, is_cancelled, is_over = iter(jobs), 0, None, False, False
    while True:
        while not stop.is_asked and not is_over and under_way < window:
            job = next(source, None)
            if job is None:
                is_over = True
            else:
                crew.submit(job)
                under_way += 1
        if not under_way:
            return
        ended = crew.next(_LOOK_S)
        if ended is not None:
            under_way -= 1
            if not (is_cancelled and ended.status == "failed"):
                yield ended
        if stop.is_asked:
            if asked_s is None:
                asked_s = clock()
                at_end()
            if clock() - asked_s >= 2 * _GRACE_S:
                return
            if clock() - asked_s >= _GRACE_S and not is_cancelled:
                is_cancelled = True
                crew.cancel()
