"""What can be run through a host: one plugin or a pipeline, on pasted text or on files of this machine."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia.core import Core
from qualia.document import Document
from qualia.errors import DocumentUnreadable, QualiaError
from qualia.host.about_pipelines import pipeline_asked, with_params
from qualia.host.given import GIVEN, check_given, document_of
from qualia.host.jobs import Job, JobKind, Jobs
from qualia.host.sample import LANGUAGES, sample
from qualia.host.verbs import NUMBER, TEXT_OR_OBJECT, Verb, Verbs
from qualia.pipeline import Pipeline
from qualia.protocol import HostRefused

_RUN: JobKind = "run"
_MODES = ("inline", "thread", "process")
_SUFFIXES = (".docx", ".md", ".sbv", ".srt", ".txt", ".vtt")
MOST_FILES = 100
"""Files that can be asked for at once."""
_FORCE_S = 0.25
_LONGEST_S = 1e9
_LEFT_BEHIND = "it could not be ended from outside: what it was doing goes on unheard, and no longer counts"
_GOES_ON = "the run is over; steps in threads cannot be ended and go on unheard; isolation process makes that possible"
_ENDED = "it has ended"


@frozen(kw_only=True)
class Asked:
    """What somebody wants to have run, checked."""

    name: str
    call: Callable[[Document, Job], Any]
    plain: Mapping[str, Any]
    """The same as it was asked for, without what it is run on."""


@frozen
class AboutRuns:
    """Answers what is asked about runs."""

    core: Core
    jobs: Jobs

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        one = {"run": str}
        return (
            *self._starting(),
            Verb(
                name="runs.list",
                told="The runs begun through this host, the latest first, and those that a killed host lost.",
                call=self.all,
                may_take={"group": str},
            ),
            Verb(name="runs.show", told="One run: its state, times and error.", call=self.show, takes=one),
            Verb(name="runs.progress", told="How far a run is, step by step.", call=self.progress, takes=one),
            Verb(
                name="runs.cancel",
                told="Ask a run to stop; with `force` no longer wait for it, and tell what could not be ended.",
                call=self.cancel,
                takes=one,
                may_take={"force": bool},
                changes=True,
            ),
            Verb(
                name="runs.cancel_group",
                told="Ask every run of a group to stop.",
                call=self.cancel_group,
                takes={"group": str},
                changes=True,
            ),
            Verb(name="runs.rerun", told="Run the same again.", call=self.rerun, takes=one, changes=True),
        )

    def _starting(self) -> tuple[Verb, ...]:
        """Return the verbs that begin something."""
        what: Mapping[str, Any] = {"plugin": str, "pipeline": TEXT_OR_OBJECT}
        how: Mapping[str, Any] = {"params": dict, "timeout_s": NUMBER, "isolation": str, "on_error": str}
        return (
            Verb(
                name="runs.start",
                told="Run a plugin or a pipeline; the answer comes at once, and the run outlives the client.",
                call=self.start,
                may_take={**what, **GIVEN, **how},
                changes=True,
            ),
            Verb(
                name="runs.start_many",
                told=f"Run it on each of some files, or of a folder's: a run each, {MOST_FILES} at most, as a group.",
                call=self.start_many,
                may_take={**what, "paths": list, "folder": str, "suffixes": list, **how},
                changes=True,
            ),
            Verb(
                name="plugins.sample",
                told="Run a plugin on a small conversation that is built in; `language` is en or pt.",
                call=self.sample,
                takes={"plugin": str},
                may_take={"language": str, **how},
                changes=True,
            ),
        )

    def start(
        self,
        *,
        text: str | None = None,
        path: str | None = None,
        title: str | None = None,
        **asked: Any,
    ) -> dict[str, Any]:
        """Begin a run."""
        verb = "runs.start"
        what = self._asked(verb, **asked)
        check_given(verb, text, path)
        if text is not None:
            return self._begun(what, lambda: document_of(self.core, text, None, title)).facts()
        return self._begun_on(what, str(path), title).facts()

    def start_many(
        self,
        *,
        paths: list[Any] | None = None,
        folder: str | None = None,
        suffixes: list[Any] | None = None,
        **asked: Any,
    ) -> dict[str, Any]:
        """Begin a run on each file; what cannot be run is told with its reason."""
        verb = "runs.start_many"
        if (paths is None) == (folder is None):
            raise HostRefused(verb, "give paths or a folder")
        what = self._asked(verb, **asked)
        files = _files_in(folder, suffixes) if folder is not None else [str(each) for each in paths or ()]
        if not files or len(files) > MOST_FILES:
            raise HostRefused(verb, f"give 1 to {MOST_FILES} files, not {len(files)}")
        group, runs, left_out = secrets.token_hex(4), list[dict[str, Any]](), list[dict[str, str]]()
        for file in files:
            try:
                check_given(verb, None, file)
                if not Path(file).is_file():
                    raise DocumentUnreadable(file, "there is no such file", "name a file that is there")
                runs.append(self._begun_on(what, file, None, group=group).facts())
            except QualiaError as error:
                left_out.append({"path": file, "reason": str(error)})
        return {"group": group, "runs": runs, "left_out": left_out}

    def sample(self, plugin: str, language: str = "en", **asked: Any) -> dict[str, Any]:
        """Begin a run on the built-in conversation."""
        verb = "plugins.sample"
        if language not in LANGUAGES:
            raise HostRefused(verb, f"language is {' or '.join(LANGUAGES)}")
        what = self._asked(verb, plugin=plugin, **asked)
        given = sample(language, self.core.plugins[plugin].accepts)
        if given is None:
            raise HostRefused(verb, f"there is no sample of a kind that {plugin!r} takes; give it a file")
        return self._begun(what, lambda: given).facts()

    def all(self, group: str | None = None) -> list[dict[str, Any]]:
        """Return the runs."""
        return [job.facts() for job in self.jobs.all(_RUN) if group in (None, job.group)]

    def show(self, run: str) -> dict[str, Any]:
        """Return a run."""
        return self.jobs.get("runs.show", run, _RUN).facts()

    def progress(self, run: str) -> dict[str, Any]:
        """Return how far a run is."""
        return self.jobs.get("runs.progress", run, _RUN).progress()

    def cancel(self, run: str, *, force: bool = False) -> dict[str, Any]:
        """Ask a run to stop, or leave it behind."""
        job = self.jobs.get("runs.cancel", run, _RUN)
        if not force:
            self.jobs.cancel(job)
            return job.facts()
        is_left = self.jobs.give_up(job, within_s=_FORCE_S)
        how = "left_behind" if is_left else "goes_on" if job.left else "ended"
        told = {"left_behind": _LEFT_BEHIND, "goes_on": _GOES_ON, "ended": _ENDED}[how]
        return {**job.facts(), "force": how, "told": told}

    def cancel_group(self, group: str) -> list[dict[str, Any]]:
        """Ask every run of a group that is not over to stop."""
        jobs = [job for job in self.jobs.all(_RUN) if job.group == group]
        if not jobs:
            raise HostRefused("runs.cancel_group", f"there is no group {group!r}; this host began none, or forgot it")
        for job in jobs:
            if not job.is_over:
                self.jobs.cancel(job)
        return [job.facts() for job in jobs]

    def rerun(self, run: str) -> dict[str, Any]:
        """Begin the same run again."""
        before = self.jobs.get("runs.rerun", run, _RUN)
        if before.is_past and "path" in before.asked and "history" not in before.asked:
            # From a file, which may hold anything: it is checked as what a client says is.
            facts: dict[str, Any] = Verbs(self._starting()).answer("runs.start", before.asked, may_change=True)
            return facts
        if before.is_past:
            raise HostRefused("runs.rerun", f"what run {run!r} was given is not kept; start it anew")
        again = Job(_RUN, before.name, before.work, asked=before.asked, document=before.document)
        return self.jobs.start(again).facts()

    def _asked(
        self,
        verb: str,
        *,
        plugin: str | None = None,
        pipeline: str | Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        timeout_s: float | None = None,
        isolation: Any = None,
        on_error: Any = "raise",
    ) -> Asked:
        """Check what is to be run: nobody needs to wait for a run to hear that there is no such plugin."""
        if (plugin is None) == (pipeline is None):
            raise HostRefused(verb, "give a plugin or a pipeline")
        if isolation not in (None, *_MODES):
            raise HostRefused(verb, f"isolation is one of {', '.join(_MODES)}")
        if on_error not in ("raise", "continue"):
            raise HostRefused(verb, "on_error is raise or continue")
        if timeout_s is not None and not 0 <= timeout_s <= _LONGEST_S:
            raise HostRefused(verb, f"timeout_s is 0 to {_LONGEST_S:.0f} seconds")
        bounds: dict[str, Any] = {"timeout_s": timeout_s, "isolation": isolation}
        plain = {"plugin": plugin, "pipeline": pipeline, "params": params, **bounds, "on_error": on_error}
        plain = {name: value for name, value in plain.items() if value is not None}
        if plugin is not None:
            name = self.core.plugins[plugin].id

            def call(document: Document, job: Job) -> Any:
                return self.core.run(name, document, params, cancel=job.token, **bounds)

            return Asked(name=name, call=call, plain=plain)
        steps = with_params(Pipeline.of(pipeline_asked(pipeline)), params)

        def call_all(document: Document, job: Job) -> Any:
            return self.core.run_pipeline(steps, document, on_error=on_error, cancel=job.token, **bounds)

        return Asked(name=steps.name, call=call_all, plain=plain)

    def _begun_on(self, what: Asked, path: str, title: str | None, *, group: str | None = None) -> Job:
        plain = {**what.plain, "path": path} | ({} if title is None else {"title": title})
        return self._begun(what, lambda: document_of(self.core, None, path, title), plain, group)

    def _begun(
        self,
        what: Asked,
        document: Callable[[], Document],
        plain: Mapping[str, Any] | None = None,
        group: str | None = None,
    ) -> Job:
        def work(job: Job) -> Any:
            return what.call(document(), job)

        return self.jobs.start(Job(_RUN, what.name, work, asked=plain, group=group, document=document))


def _files_in(folder: str, suffixes: list[Any] | None) -> list[str]:
    """Return the files of a folder, hidden ones left out, in order of name.

    Raises:
        DocumentUnreadable: it is no folder that can be looked into, or holds no files, or too many.
    """
    check_given("runs.start_many", None, folder)
    wanted = tuple(str(each).lower() for each in suffixes) if suffixes else _SUFFIXES
    try:
        found = sorted(each for each in Path(folder).iterdir() if each.suffix.lower() in wanted)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise DocumentUnreadable(folder, reason, "name a folder you may look into") from error
    files = [str(each) for each in found if not each.name.startswith(".") and each.is_file()]
    if not files:
        raise DocumentUnreadable(folder, "no file of a kind that can be read is in it", "name a folder of documents")
    if len(files) > MOST_FILES:
        reason = f"it holds {len(files)} files, and {MOST_FILES} can be run together at most"
        raise DocumentUnreadable(folder, reason, "run them with `qualia batch`")
    return files
