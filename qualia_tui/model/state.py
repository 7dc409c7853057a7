"""All that the console knows of a host. Events and answers change it, and it tells which parts they changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Literal

from attrs import Factory, define, evolve, frozen

from qualia._values import is_mapping, is_sequence
from qualia.client import HostEvent
from qualia.errors import QualiaError
from qualia_tui.model import facts
from qualia_tui.model.log import LogLine, log_line
from qualia_tui.model.steady import latest_run_s, steadied

Part = Literal["link", "health", "plugins", "jobs", "log", "pipelines", "history", "operations"]
KEPT_LINES = 2_000
KEPT_JOBS = 200
_KINDS_OF_PLUGINS = frozenset(
    {
        "breaker_moved",
        "plugin_failed",
        "plugin_found",
        "plugin_loaded",
        "plugin_reloaded",
        "plugin_removed",
        "reload_failed",
        "step_failed",
        "step_finished",
    }
)
_STEPS: Mapping[str, str] = {
    "step_started": "running",
    "step_progress": "running",
    "step_finished": "ok",
    "step_failed": "failed",
    "step_skipped": "skipped",
}


@frozen(kw_only=True)
class StepFacts:
    """How one step of a job is."""

    name: str
    plugin: str = ""
    state: str = "waiting"
    """"waiting", "running", "ok", "failed", "skipped" or "cancelled"."""
    done: float | None = None
    """Share that is done, from 0 to 1; None when nobody can tell."""
    elapsed_s: float | None = None


@frozen(kw_only=True)
class JobFacts:
    """A run or an operation that was begun through the host."""

    id: str
    kind: str = "run"
    name: str = ""
    state: str = "waiting"
    """"waiting", "running", "ok", "failed", "cancelled" or "lost"."""
    asked_at_s: float | None = None
    """When somebody asked for it, in seconds since 1970; None when nobody knows."""
    at_s: float | None = None
    """When it was last heard of, in seconds since 1970."""
    run_id: str = ""
    """The name the history has it by; empty before it began."""
    path: str = ""
    """The file it is run on; empty for none, or when nobody told."""
    error: str = ""
    told: str = ""
    """What it says it is doing."""
    done: float | None = None
    """Share that is done, from 0 to 1; None when nobody can tell."""
    steps: Mapping[str, StepFacts] = Factory(dict[str, StepFacts])

    @property
    def is_over(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.state not in {"waiting", "running"}


@define
class Model:
    """What is known of one host. The bridge alone changes it."""

    link: str = "connecting"
    """"connecting", "live", "stale", "lost" or "closed"."""
    host: facts.Plain = Factory(dict[str, Any])
    """What hello told."""
    health: facts.Plain = Factory(dict[str, Any])
    """The latest report, plain; empty before the first."""
    plugins: Mapping[str, facts.Plain] = Factory(dict[str, facts.Plain])
    jobs: dict[str, JobFacts] = Factory(dict[str, JobFacts])
    log: deque[LogLine] = Factory(lambda: deque[LogLine](maxlen=KEPT_LINES))
    pipelines: tuple[facts.Plain, ...] = ()
    history: tuple[facts.Plain, ...] = ()
    operations: tuple[facts.Plain, ...] = ()
    known: set[Part] = Factory(set[Part])
    """Parts that the host has told of, be it that there is nothing."""
    refused: dict[Part, QualiaError] = Factory(dict[Part, QualiaError])
    """Parts that the host does not tell of, and why."""
    wanted: set[Part] = Factory(set[Part])
    """Parts that an event has made old: whoever can asks for them again."""

    def take(self, event: HostEvent) -> frozenset[Part]:
        """Take in an event and return the parts it changed."""
        changed: set[Part] = {"log"}
        self.log.append(log_line(event))
        if event.kind == "link":
            self.link = facts.text(event.details, "state", self.link)
            changed.add("link")
        if event.kind in {"gap", "restarted"}:
            self.wanted.update(("plugins", "jobs", "health", "pipelines", "history", "operations"))
        if event.kind in _KINDS_OF_PLUGINS:
            self.wanted.add("plugins")
            # One call that went well leaves a healthy host healthy; its figures come with the next regular look.
            if event.kind != "step_finished" or facts.text(self.health, "status") != "ok":
                self.wanted.add("health")
        if event.kind in {"run_finished", "run_failed"}:
            self.wanted.add("history")
        if event.run is not None and self._job_changed(event.run, event):
            changed.add("jobs")
        return frozenset(changed)

    def learn(self, part: Part, answer: Any) -> frozenset[Part]:
        """Take in the host's answer about a part and return the parts it changed: that one, or none."""
        self.wanted.discard(part)
        self.refused.pop(part, None)
        is_news = part not in self.known
        self.known.add(part)
        before = getattr(self, part)
        match part:
            case "health":
                self.health = steadied(facts.plain(answer), self.health)
                # Another process may keep runs in the same history, of which no event tells.
                if before and latest_run_s(before) != latest_run_s(self.health):
                    self.wanted.add("history")
            case "plugins":
                self.plugins = {facts.text(each, "id"): each for each in facts.items(answer)}
            case "jobs":
                self.jobs = self._jobs_of(answer)
            case "pipelines":
                self.pipelines = facts.items(answer)
            case "history":
                self.history = facts.items(answer)
            case "operations":
                self.operations = facts.items(answer)
            case _:
                return frozenset()
        return frozenset({part}) if is_news or getattr(self, part) != before else frozenset()

    def refuse(self, part: Part, why: QualiaError) -> frozenset[Part]:
        """Take in that the host does not tell of a part, and return the parts that changed: that one, or none."""
        self.wanted.discard(part)
        before, self.refused[part] = self.refused.get(part), why
        return frozenset() if str(before) == str(why) else frozenset({part})

    def _job_changed(self, run: str, event: HostEvent) -> bool:
        before = self.jobs.get(run, JobFacts(id=run))
        after = changed_job(before, event)
        if after == before and run in self.jobs:
            return False
        self.jobs[run] = after
        if len(self.jobs) > KEPT_JOBS:
            over = next((key for key, job in self.jobs.items() if job.is_over and key != run), None)
            self.jobs.pop(over if over is not None else next(iter(self.jobs)))
        return True

    def _jobs_of(self, answer: Any) -> dict[str, JobFacts]:
        """Return the jobs a list tells of, with the steps that events told of; a list of runs has no operations."""
        found = {key: job for key, job in self.jobs.items() if job.kind == "operation"}
        for each in reversed(facts.items(answer)):
            run = facts.text(each, "run")
            known = self.jobs.get(run, JobFacts(id=run))
            found[run] = evolve(
                known,
                kind=facts.text(each, "kind", known.kind),
                name=facts.text(each, "name", known.name),
                state=facts.text(each, "state", known.state),
                run_id=facts.text(each, "run_id", known.run_id),
                path=facts.text(each, "path", known.path),
                asked_at_s=facts.number(each, "asked_at_s") or known.asked_at_s,
                at_s=facts.number(each, "ended_at_s") or facts.number(each, "asked_at_s") or known.at_s,
                error=_error(each.get("error")) or known.error,
            )
        return found


def changed_job(job: JobFacts, event: HostEvent) -> JobFacts:
    """Return a job as it is after an event of it."""
    details = event.details
    if event.kind == "job_changed":
        return evolve(
            job,
            kind=facts.text(details, "job", job.kind),
            name=facts.text(details, "name", job.name),
            state=facts.text(details, "state", job.state),
            told=facts.text(details, "told", job.told),
            done=facts.number(details, "done"),
            run_id=event.run_id or job.run_id,
            path=facts.text(details, "path", job.path),
            error=_error(details.get("error")) or job.error,
            asked_at_s=event.at_s if job.asked_at_s is None and details.get("state") == "waiting" else job.asked_at_s,
            at_s=event.at_s,
        )
    state = _STEPS.get(event.kind)
    if state is None or event.step is None:
        return job
    if facts.text(details, "error_type") == "RunCancelled":
        state = "cancelled"
    before = job.steps.get(event.step, StepFacts(name=event.step))
    share = facts.number(details, "done")
    after = evolve(
        before,
        plugin=event.plugin or before.plugin,
        state=state,
        done=share if share is not None else before.done,
        elapsed_s=facts.number(details, "elapsed_s") if state != "running" else before.elapsed_s,
    )
    return evolve(job, steps={**job.steps, event.step: after}, at_s=event.at_s)


def _error(value: object) -> str:
    if isinstance(value, str):
        return value
    if is_mapping(value):
        return facts.text(value, "message") or facts.text(value, "error")
    return str(value[0]) if is_sequence(value) and value else ""
