"""``qualia batch``: one plugin or pipeline on many files."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from qualia._files import write_whole
from qualia._safe import safe_line
from qualia.cli.batch.asking import asked_again, files_of, open_core, patterns_of, settings_of, work_of
from qualia.cli.batch.crew import Crew, ProcessCrew, ThreadCrew
from qualia.cli.batch.going import Ledger, going
from qualia.cli.batch.names import FAILURES, ROOM, Names, base_of, relative
from qualia.cli.batch.pace import Pace, Tally
from qualia.cli.batch.stopping import Stop
from qualia.cli.batch.telling import (
    Ticker,
    ended_line,
    facts_of,
    failed_line,
    progress_line,
    summary_facts,
    summary_rows,
    ticker_for,
)
from qualia.cli.batch.work import Bench, Ended, Job, Work, foreseen
from qualia.cli.exit_codes import ExitCode
from qualia.cli.output import Face, as_json
from qualia.cli.pretty import table
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _, heading, sentence_of
from qualia.core import Core
from qualia.errors import UnwritableOutput

_MOST_JOBS = 256
_LISTED = 20


@frozen(kw_only=True)
class Plan:
    """What a batch is to do."""

    asked: argparse.Namespace
    work: Work
    files: Sequence[str]
    base: str
    """The folder, as an absolute path, that all of them lie in."""
    jobs: int
    """How many files at the same time."""

    @property
    def again(self) -> str:
        """The command line that goes on with it."""
        return asked_again(self.asked, "batch", self.asked.files)


def jobs_of(asked: argparse.Namespace) -> int:
    """Return how many files are done at the same time.

    Raises:
        WrongUsage: the number makes no sense.
    """
    if asked.jobs is None:
        return min(4, os.cpu_count() or 1)
    if not 1 <= asked.jobs <= _MOST_JOBS:
        raise WrongUsage(_("--jobs {jobs}: give a number from 1 to {most}", jobs=asked.jobs, most=_MOST_JOBS))
    return int(asked.jobs)


def check_folder(output: str | None) -> Path:
    """Return the folder for the outputs.

    Raises:
        WrongUsage: none was given.
        UnwritableOutput: it is a file.
    """
    if output in (None, "", "-"):
        raise WrongUsage(_("give a folder for the outputs, for example -o results"))
    folder = Path(str(output))
    if folder.exists() and not folder.is_dir():
        raise UnwritableOutput(str(folder), "it is a file; name a folder")
    return folder


@contextmanager
def crew_for(work: Work, core: Core, face: Face, *, jobs: int, processes: bool) -> Generator[Crew, None, None]:
    """Open a crew as long as the block lasts."""
    crew = (
        ProcessCrew(work, most=jobs, quiet=not face.is_verbose)
        if processes
        else ThreadCrew(work, core, face, most=jobs)
    )
    try:
        yield crew
    finally:
        crew.close()


def batch(asked: argparse.Namespace, face: Face) -> int:
    """Do every file, or list what would be done; return the code to end with.

    Raises:
        QualiaError: the command, the files or the params are wrong; or a file failed and the work was to end then.
    """
    folder, jobs = check_folder(asked.output), jobs_of(asked)
    with open_core(asked, settings_of(asked, jobs)) as core:
        work = work_of(asked, core)
        files = files_of(asked.files, patterns_of(asked, core), recursive=asked.recursive, outputs=folder)
        plan = Plan(asked=asked, work=work, files=files, base=base_of(asked.files, files), jobs=jobs)
        if asked.dry_run:
            _rehearse(plan, core, face)
            return ExitCode.OK
        with Ledger(folder, base=plan.base, work=work.key, again=asked.again) as ledger:
            return _Batch(plan, ledger, core, face).run()


class _Batch:
    """One batch under way."""

    def __init__(self, plan: Plan, ledger: Ledger, core: Core, face: Face) -> None:
        self._plan: Plan = plan
        self._ledger: Ledger = ledger
        self._core: Core = core
        self._face: Face = face
        self._ticker: Ticker = ticker_for(face)
        self._tally: Tally = Tally(total=len(plan.files))
        self._pace: Pace = Pace(time.monotonic())
        self._first: Ended | None = None

    def run(self) -> int:
        """Do every file and tell of it.

        Raises:
            QualiaError: the first failure, unless failures are to be passed over.
        """
        plan = self._plan
        if self._ledger.is_new and not plan.asked.force:
            self._check_absent()
        with (
            crew_for(plan.work, self._core, self._face, jobs=plan.jobs, processes=plan.asked.processes) as crew,
            Stop(crew.wake) as stop,
            self._ticker.making_room(),
        ):
            window = 2 * plan.jobs + 2
            for ended in going(self._jobs(), crew, stop, window=window, at_end=self._tell_stop):
                self._hear(ended, stop)
        return self._end(stop)

    def _jobs(self) -> Iterator[Job]:
        for path in self._plan.files:
            yield self._ledger.job(path, relative(path, self._plan.base))

    def _check_absent(self) -> None:
        """Make sure that no output of a first batch takes the place of a file that somebody else put there."""
        for job in self._jobs():
            place = self._plan.work.folder / foreseen(self._plan.work, self._core, job.stem)
            if os.path.lexists(place):
                raise UnwritableOutput(str(place), "it is there already; name another folder or give --force")

    def _hear(self, ended: Ended, stop: Stop) -> None:
        sentence = "" if ended.error is None else sentence_of(ended.error)
        self._ledger.add(ended, sentence)
        self._tally.count(ended, sentence)
        (self._pace.keep if ended.status == "kept" else self._pace.work)(time.monotonic())
        if ended.error is not None:
            if not self._plan.asked.continue_on_error and not stop.is_asked:
                self._first = ended
                stop.halt()
            elif self._first is None:
                self._ticker.clear()
                self._face.failure(failed_line(ended, sentence))
        elif self._face.is_verbose:
            self._face.detail(ended_line(ended))
        if self._plan.asked.format == "jsonl":
            self._ticker.clear()
            self._face.data(as_json(facts_of(ended, sentence), indent=None), form="jsonl")
        self._ticker.show(lambda: progress_line(self._tally, self._pace, time.monotonic()))

    def _tell_stop(self) -> None:
        self._ticker.clear()
        if self._first is None:
            self._face.note(_("ending what is under way; Ctrl-C once more leaves at once"))

    def _end(self, stop: Stop) -> int:
        tally, face = self._tally, self._face
        log = self._write_failures()
        again = self._plan.again
        if self._first is not None and self._first.error is not None:
            counts = {"done": tally.done + tally.kept, "total": tally.total}
            sentence = "{file} failed and ended the batch; files done: {done} of {total}"
            face.note(_(sentence, file=self._first.job.path, **counts))
            face.note(_("--continue-on-error goes on past failures; this goes on from here: {command}", command=again))
            raise self._first.error
        self._summarise(log, is_complete=stop.code is None)
        if stop.code is not None:
            face.note(_("interrupted; what is done is kept, and this goes on from here: {command}", command=again))
            return stop.code
        if not tally.failed:
            return ExitCode.OK
        face.note(_("the failures are in {path}; this tries them again: {command}", path=str(log), command=again))
        return ExitCode.PARTIAL if tally.done or tally.kept else ExitCode.FAILED

    def _summarise(self, log: Path | None, *, is_complete: bool) -> None:
        now_s, form = time.monotonic(), self._plan.asked.format
        if form == "pretty":
            rows = summary_rows(self._tally, self._pace, now_s)
            self._face.data(table(rows, headings=(heading("files"), heading("how many")), width=self._face.width))
            return
        facts = {
            **summary_facts(self._tally, self._pace, now_s),
            "complete": is_complete,
            "output": str(self._plan.work.folder),
            "journal": str(self._plan.work.folder / ROOM / "journal.jsonl"),
            "failures": None if log is None else str(log),
        }
        if form == "jsonl":
            self._face.data(as_json({"summary": facts}, indent=None), form="jsonl")
            return
        failed = [{"file": path, "error": error, "message": told} for path, error, told in self._tally.failures]
        self._face.data(as_json({**facts, "failed_files": failed}), form="json")

    def _write_failures(self) -> Path | None:
        """Write the log that names each failure and return where; without one, that of an earlier batch goes."""
        path = self._plan.work.folder / FAILURES
        if not self._tally.failures:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise UnwritableOutput(str(path), (error.strerror or str(error)).lower()) from error
            return None
        lines = [
            as_json({"file": file, "error": error, "message": told}, indent=None)
            for file, error, told in self._tally.failures
        ]
        return write_whole(path, ("\n".join(lines) + "\n").encode())


def _rehearse(plan: Plan, core: Core, face: Face) -> None:
    """List what would be done and where each output goes; nothing is written."""
    form, work = plan.asked.format, plan.work
    kept = 0
    listed: list[dict[str, str]] = []
    for path, output, is_kept in _foreseen(plan, core, face):
        kept += is_kept
        status = "kept" if is_kept else "to do"
        if form == "pretty":
            told = f"{path} -> {work.folder / output}" + (f"  ({_('done by an earlier batch')})" if is_kept else "")
            face.data(safe_line(told))
        elif form == "jsonl":
            face.data(as_json({"file": path, "status": status, "output": output}, indent=None), form="jsonl")
        else:
            listed.append({"file": path, "status": status, "output": output})
    if form == "json":
        facts = {"total": len(plan.files), "kept": kept, "output": str(work.folder), "files": listed}
        face.data(as_json(facts), form="json")
    face.note(
        _(
            "{count} files would be done, {kept} are done already; nothing was written",
            count=len(plan.files) - kept,
            kept=kept,
        )
    )


def _foreseen(plan: Plan, core: Core, face: Face) -> Iterator[tuple[str, str, bool]]:
    """Yield each file, its output, and whether it is done already."""
    if (plan.work.folder / ROOM).is_dir():
        with Ledger(plan.work.folder, base=plan.base, work=plan.work.key, again=plan.asked.again) as ledger:
            bench = Bench(plan.work, core, face)
            for path in plan.files:
                job = ledger.job(path, relative(path, plan.base))
                yield path, foreseen(plan.work, core, job.stem), bench.is_kept(job)
        return
    names = Names()
    for path in plan.files:
        yield path, foreseen(plan.work, core, names.of(relative(path, plan.base))), False
