"""``qualia dev``: on every save the plugin runs again, and what is different is shown."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from qualia._plugins.scan import Signature, look
from qualia._safe import safe_line
from qualia.cli.answers import Answers
from qualia.cli.delivery import check_target
from qualia.cli.exit_codes import ExitCode, code_for
from qualia.cli.opening import timeout_of, typed_params
from qualia.cli.output import Face
from qualia.cli.pointing import pointed
from qualia.cli.usage import WrongUsage
from qualia.cli.watching import Heard, cause_of, clock, kept_of, next_of, told_of
from qualia.cli.words import _, sentence_of, translated
from qualia.cli.workbench import folder_of, open_bench, plugin_of, sample_for
from qualia.core import Core
from qualia.errors import PluginFailed, QualiaError
from qualia.events import Event, EventKind
from qualia.registry import PluginInfo
from qualia.result import Provenance, Result

_TIMEOUT_S = 10.0
_FRESH_S = 5.0
"""A file older than that was not saved just now."""
_OWN_WRITES = 3
_QUIET_S = 1.0
_QUICK_S = 0.05
_SWAPS = (EventKind.PLUGIN_RELOADED, EventKind.PLUGIN_FOUND)


def dev(asked: argparse.Namespace, face: Face) -> int:
    """Run a plugin on a sample now and after every save, until Ctrl-C; with ``--once`` now alone.

    Raises:
        QualiaError: the command, the folders or the settings are wrong, or stdout cannot be written.
    """
    timeout_s = timeout_of(asked, _TIMEOUT_S if asked.contained else None)
    folder = folder_of(asked)
    with open_bench(asked, folder) as core, TemporaryDirectory(prefix="qualia-dev-") as scratch:
        info = plugin_of(core, asked, folder)
        # What one run draws is to be looked at after it.
        target = check_target(asked.output) or Path(mkdtemp(prefix="qualia-dev-") if asked.once else scratch)
        if Path(os.path.realpath(target)).is_relative_to(os.path.realpath(info.folder)):
            sentence = "-o {path!r} lies in the plugin's own folder, so that every run would be a save"
            raise WrongUsage(_(sentence, path=asked.output))
        bench = _Bench(core, info.folder, asked=asked, face=face, answers=Answers(face, target), timeout_s=timeout_s)
        if asked.once:
            code = bench.run()
            bench.check()
            return code
        bench.go_on()
    return ExitCode.OK


class _Bench:
    """One plugin that is being worked on.

    Args:
        core: runs it.
        folder: where it lies; its id may change.
        asked: the command.
        face: where everything is shown.
        answers: shows what it gives.
        timeout_s: how long a run may take; None for as long as it likes.
    """

    def __init__(
        self,
        core: Core,
        folder: Path,
        *,
        asked: argparse.Namespace,
        face: Face,
        answers: Answers,
        timeout_s: float | None,
    ) -> None:
        self._core: Core = core
        self._folder: Path = folder
        self._asked: argparse.Namespace = asked
        self._face: Face = face
        self._answers: Answers = answers
        self._timeout_s: float | None = timeout_s
        self._used: frozenset[str] = frozenset()
        self._findings: tuple[str, ...] = ()
        self._check_s: float = 0.0
        self._check_due_s: float | None = None
        self._own_writes: int = 0
        self._written: frozenset[str] = frozenset()
        self._at_run: Signature = ()

    def go_on(self) -> None:
        """Run it now and after every save, until Ctrl-C."""
        heard: Heard = SimpleQueue()
        self._core.subscribe(heard.put, wait=True)
        self._core.subscribe(self._tell_slow)
        try:
            with self._core.watch(polling=self._asked.polling):
                self._face.data(safe_line(_("watching {folder}; Ctrl-C ends it", folder=self._folder)))
                self._try()
                while True:
                    self._hear(self._next(heard))
        except KeyboardInterrupt:
            self._face.note(_("watching is over"))

    def run(self, event: Event | None = None) -> int:
        """Run it and show what it gives, or what went wrong; return the code for that.

        Args:
            event: what tells of the save; None when there was none.

        Raises:
            KeyboardInterrupt: Ctrl-C during the only run.
        """
        self._at_run = self._signature()
        try:
            result = self._result()
        except QualiaError as error:
            self._face.data(self._failure(error))
            return code_for(error)
        except KeyboardInterrupt:
            if self._asked.once:
                raise
            self._face.data(_("the run was interrupted; Ctrl-C again ends the watching"))
            return ExitCode.INTERRUPTED
        took = _("its call took {ms} ms", ms=f"{result.elapsed_s * 1000:.3g}")
        took = _("as the same code gave before") if result.cached else took
        self._used = frozenset(_plugins_of(result.provenance))
        info = self._info()
        head = f"{info.id} {info.version}, {_('generation {generation}', generation=info.generation)}"
        saved = "" if event is None else self._saved(event, info.id)
        self._answers.show(", ".join(part for part in (head, saved, took) if part), result)
        self._look_for_own_writes()
        return ExitCode.OK

    def _result(self) -> Result[Any]:
        info = self._info()
        params = typed_params(self._core.plugins.params(info.id), self._asked.params, plugin=info.id)
        given = sample_for(self._core, info, self._asked, self._face)
        return self._core.run(info.id, given, params, timeout_s=self._timeout_s)

    def check(self) -> None:
        """Show what `qualia validate` finds without running anything, if that is something else than before."""
        from qualia.cli.validate import line_of
        from qualia.validation import validate

        began_s = time.monotonic()
        try:
            report = validate(self._folder, smoke=False, known=tuple(self._core.plugins.values()))
        except QualiaError:
            return
        self._check_s = time.monotonic() - began_s
        found = tuple(line_of(each) for each in report.findings)
        if found != self._findings:
            new = [line for line in found if line not in self._findings]
            gone = len([line for line in self._findings if line not in found])
            new += [_("no longer found: {count}", count=gone)] if gone else []
            self._findings = found
            self._face.data("\n".join(new))

    def _try(self, event: Event | None = None) -> None:
        self.run(event)
        self._check_due_s = time.monotonic() + (_QUIET_S if self._check_s > _QUICK_S else 0.0)

    def _next(self, heard: Heard) -> Event:
        """Wait for an event; check meanwhile, at once if that was quick the last time, or else after a quiet moment."""
        if self._check_due_s is not None:
            try:
                return next_of(heard, within_s=max(0.0, self._check_due_s - time.monotonic()))
            except Empty:
                self._check_due_s = None
                self.check()
        return next_of(heard)

    def _hear(self, event: Event) -> None:
        if not self._matters(event):
            return
        if event.kind is EventKind.RELOAD_FAILED:
            head = f"{_('failed')} {event.plugin}; {kept_of(event)}"
            self._face.data(_failed(event.at_s, head, pointed(event.details["place"]), cause_of(event)))
        elif event.kind is EventKind.PLUGIN_REMOVED:
            self._face.data(f"{clock(event.at_s)}  {told_of(event)}")
        elif self._own_writes < _OWN_WRITES or self._is_saved():
            self._try(event)

    def _matters(self, event: Event) -> bool:
        if event.kind not in (*_SWAPS, EventKind.PLUGIN_REMOVED, EventKind.RELOAD_FAILED):
            return False
        return event.plugin in self._used or event.plugin in (self._folder.name, self._id_or_none())

    def _info(self) -> PluginInfo:
        """Return what is known of the plugin in the folder, whatever its id is now.

        Raises:
            WrongUsage: there is none any more.
        """
        for info in self._core.plugins.values():
            if info.folder == self._folder:
                return info
        raise WrongUsage(_("the plugin is no longer in {folder}", folder=self._folder))

    def _id_or_none(self) -> str | None:
        return next((each.id for each in self._core.plugins.values() if each.folder == self._folder), None)

    def _failure(self, error: QualiaError) -> str:
        at_s, place = time.time(), str(getattr(error, "place", ""))
        if isinstance(error, PluginFailed):
            head = f"{_('failed')} {error.plugin}"
            return _failed(at_s, head, pointed(place, error.__cause__), translated(error.error))
        return _failed(at_s, f"{_('failed')}: {sentence_of(error)}", pointed(place), "")

    def _saved(self, event: Event, plugin: str) -> str:
        """Say how long after the save the new version was there; empty when the files do not tell."""
        if event.plugin != plugin:
            return _("after {plugin} was reloaded", plugin=event.plugin)
        newest_s = max((each[1] for each in self._signature()), default=0) / 1e9
        after_s = event.at_s - newest_s
        return _("{ms:.0f} ms after the save", ms=after_s * 1000) if 0 <= after_s < _FRESH_S else ""

    def _signature(self) -> Signature:
        return look([self._folder]).folders.get(self._folder, ())

    def _look_for_own_writes(self) -> None:
        """Notice a plugin whose every run changes its own folder, which would go on for ever."""
        written = frozenset(each[0] for each in set(self._at_run) ^ set(self._signature()))
        # What somebody saves while it runs looks the same, but not run after run.
        again = self._written & written
        self._own_writes = self._own_writes + 1 if again else min(1, len(written))
        self._written = again or written
        if self._own_writes == _OWN_WRITES:
            sentence = "each run changes {files} in the plugin's own folder and so makes a new version; write elsewhere"
            files = ", ".join(sorted(self._written))
            self._face.data(safe_line(f"{_('warning')}: {_(sentence, files=files)}"))

    def _is_saved(self) -> bool:
        """Tell whether a file is not as it was at the last run, other than what the runs themselves change."""
        changed = set(self._at_run) ^ set(self._signature())
        return any(each[0] not in self._written for each in changed)

    def _tell_slow(self, event: Event) -> None:
        if event.kind is EventKind.PLUGIN_SLOW:
            self._face.note(told_of(event))


def _plugins_of(provenance: Provenance) -> set[str]:
    return {provenance.plugin}.union(*(_plugins_of(each) for each in provenance.upstream))


def _failed(at_s: float, head: str, place: Sequence[str], cause: str) -> str:
    """Return a failure as lines: what, where, and why."""
    below = [*place, safe_line(cause)] if cause else place
    return "\n".join([f"{clock(at_s)}  {safe_line(head)}", *(f"  {line}" for line in below)])
