"""What can be run through a host: one plugin or a pipeline, on pasted text or on a file of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia._values import to_plain
from qualia.core import Core
from qualia.document import Document
from qualia.errors import DocumentUnreadable, InvalidPipeline
from qualia.host.jobs import Job, JobKind, Jobs
from qualia.host.verbs import NUMBER, TEXT_OR_OBJECT, Verb
from qualia.pipeline import Pipeline, Plan
from qualia.protocol import HostRefused
from qualia.result import Outcome
from qualia.settings import user_folder

_RUN: JobKind = "run"
_SUFFIXES = (".toml", ".json", ".yaml", ".yml")
_GIVEN: Mapping[str, Any] = {"text": str, "path": str, "title": str}
_MODES = ("inline", "thread", "process")


@frozen
class AboutRuns:
    """Answers what is asked about pipelines and runs."""

    core: Core
    jobs: Jobs
    project: Path | None

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        one = {"run": str}
        asked: Mapping[str, Any] = {"params": dict, "timeout_s": NUMBER, "isolation": str, "on_error": str}
        return (
            Verb(name="pipelines.list", told="The project's and the user's own pipeline files.", call=self.pipelines),
            Verb(
                name="pipelines.plan",
                told="What a pipeline would run on this, everything checked and nothing run.",
                call=self.plan,
                takes={"pipeline": TEXT_OR_OBJECT},
                may_take=_GIVEN,
            ),
            Verb(
                name="runs.start",
                told="Run a plugin or a pipeline; the answer comes at once, and the run outlives the client.",
                call=self.start,
                may_take={"plugin": str, "pipeline": TEXT_OR_OBJECT, **_GIVEN, **asked},
                changes=True,
            ),
            Verb(name="runs.list", told="The runs begun through this host, the latest first.", call=self.all),
            Verb(name="runs.show", told="One run: its state, times and error.", call=self.show, takes=one),
            Verb(name="runs.progress", told="How far a run is, step by step.", call=self.progress, takes=one),
            Verb(
                name="runs.result",
                told="What a run gave; of a pipeline all steps, or one.",
                call=self.result,
                takes=one,
                may_take={"step": str},
            ),
            Verb(
                name="runs.cancel",
                told="Ask a run to stop; `runs.show` tells when it has.",
                call=self.cancel,
                takes=one,
                changes=True,
            ),
            Verb(name="runs.rerun", told="Run the same again.", call=self.rerun, takes=one, changes=True),
        )

    def pipelines(self) -> list[dict[str, Any]]:
        """Return the pipeline files there are; one that cannot be read says why."""
        return list(self._pipelines())

    def _pipelines(self) -> Iterator[dict[str, Any]]:
        for folder in (self.project, user_folder(os.environ)):
            paths = sorted((folder / "pipelines").glob("*")) if folder is not None else []
            for path in (each for each in paths if each.suffix.lower() in _SUFFIXES):
                facts: dict[str, Any] = {"path": str(path), "name": path.stem, "description": "", "steps": []}
                try:
                    pipeline = Pipeline.from_path(path)
                except InvalidPipeline as error:
                    yield {**facts, "trouble": str(error)}
                    continue
                steps = [{"id": step.id, "plugin": step.plugin} for step in pipeline.steps]
                named = {"name": pipeline.name, "description": pipeline.description}
                yield {**facts, **named, "steps": steps, "trouble": ""}

    def plan(
        self,
        pipeline: str | Mapping[str, Any],
        text: str | None = None,
        path: str | None = None,
        title: str | None = None,
    ) -> dict[str, Any]:
        """Return what a pipeline would run; without text or path, on a plain document."""
        given = self._document("pipelines.plan", text if text or path else " ", path, title)
        plan: Plan = self.core.plan(_pipeline(pipeline), given)
        return {"name": plan.name, "steps": to_plain(plan.steps), "mermaid": plan.to_mermaid()}

    def start(
        self,
        *,
        plugin: str | None = None,
        pipeline: str | Mapping[str, Any] | None = None,
        text: str | None = None,
        path: str | None = None,
        title: str | None = None,
        params: Mapping[str, Any] | None = None,
        timeout_s: float | None = None,
        isolation: Any = None,
        on_error: Any = "raise",
    ) -> dict[str, Any]:
        """Begin a run."""
        verb = "runs.start"
        if (plugin is None) == (pipeline is None):
            raise HostRefused(verb, "give a plugin or a pipeline")
        if isolation not in (None, *_MODES):
            raise HostRefused(verb, f"isolation is one of {', '.join(_MODES)}")
        if on_error not in ("raise", "continue"):
            raise HostRefused(verb, "on_error is raise or continue")
        document = partial(self._document, verb, text, path, title)
        _check_given(verb, text, path)
        bounds: dict[str, Any] = {"timeout_s": timeout_s, "isolation": isolation}
        if plugin is not None:
            # Whether there is such a plugin is known now, and nobody needs to wait for a run to hear of it.
            name = self.core.plugins[plugin].id

            def work(job: Job) -> Any:
                return self.core.run(name, document(), params, cancel=job.token, **bounds)

            return self.jobs.start(Job(_RUN, name, work)).facts()
        asked = Pipeline.of(_pipeline(pipeline))

        def work_all(job: Job) -> Any:
            return self.core.run_pipeline(asked, document(), on_error=on_error, cancel=job.token, **bounds)

        return self.jobs.start(Job(_RUN, asked.name, work_all)).facts()

    def all(self) -> list[dict[str, Any]]:
        """Return the runs."""
        return [job.facts() for job in self.jobs.all(_RUN)]

    def show(self, run: str) -> dict[str, Any]:
        """Return a run."""
        return self.jobs.get("runs.show", run, _RUN).facts()

    def progress(self, run: str) -> dict[str, Any]:
        """Return how far a run is."""
        return self.jobs.get("runs.progress", run, _RUN).progress()

    def result(self, run: str, step: str | None = None) -> dict[str, Any]:
        """Return what a run gave."""
        verb = "runs.result"
        job = self.jobs.get(verb, run, _RUN)
        if not job.is_over:
            raise HostRefused(verb, f"run {run!r} is {job.state}; ask again when it is over")
        facts, given = job.facts(), job.given
        if isinstance(given, Outcome):
            steps = [each for each in given.steps if step in (None, each.step)]
            if not steps:
                raise HostRefused(verb, f"run {run!r} has no step {step!r}")
            return {**facts, "result": None, "steps": [to_plain(each) for each in steps]}
        return {**facts, "result": None if given is None else to_plain(given), "steps": []}

    def cancel(self, run: str) -> dict[str, Any]:
        """Ask a run to stop."""
        job = self.jobs.get("runs.cancel", run, _RUN)
        self.jobs.cancel(job)
        return job.facts()

    def rerun(self, run: str) -> dict[str, Any]:
        """Begin the same run again."""
        before = self.jobs.get("runs.rerun", run, _RUN)
        return self.jobs.start(Job(_RUN, before.name, before.work)).facts()

    def _document(self, verb: str, text: str | None, path: str | None, title: str | None) -> Document:
        _check_given(verb, text, path)
        if path is None:
            return Document(text or "", title=title)
        return Document.from_path(path, title=title, max_bytes=self.core.settings.max_document_bytes)


def _check_given(verb: str, text: str | None, path: str | None) -> None:
    if (text is None) == (path is None):
        raise HostRefused(verb, "give a text or a path")
    if path is not None and not Path(path).is_absolute():
        raise DocumentUnreadable(path, "the host may stand in another folder", "give the whole path, from the root")


def _pipeline(asked: Any) -> Any:
    """Return a pipeline as it was asked for; a file has its whole path.

    Raises:
        InvalidPipeline: it is the path of a file, from nobody knows where.
    """
    if isinstance(asked, str) and not Path(asked).is_absolute():
        raise InvalidPipeline(asked, "the host may stand in another folder; give the whole path, from the root")
    return asked
