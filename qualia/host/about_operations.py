"""What operators trigger through a host: the operations that installed distributions bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia._values import to_plain
from qualia.core import Core
from qualia.errors import OperationUnavailable
from qualia.host.jobs import Job, JobKind, Jobs
from qualia.host.verbs import Verb
from qualia.operations import Finished, Offer, Operation, OperationContext, Progress, offered, perform
from qualia.plugin import build_params
from qualia.protocol import HostRefused

_OPERATION: JobKind = "operation"


@frozen
class AboutOperations:
    """Answers what is asked about operations."""

    core: Core
    jobs: Jobs
    project: Path | None
    offers: Callable[[], tuple[Offer, ...]] = offered

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        one, name = {"run": str}, {"operation": str}
        return (
            Verb(name="operations.list", told="The operations that are installed; none is loaded.", call=self.all),
            Verb(
                name="operations.show",
                told="One operation, with its params and whether it needs somebody's word.",
                call=self.show,
                takes=name,
            ),
            Verb(
                name="operations.run",
                told="Begin an operation; one that needs somebody's word wants `confirmed`.",
                call=self.run,
                takes=name,
                may_take={"params": dict, "confirmed": bool},
                changes=True,
            ),
            Verb(name="operations.runs", told="The operations begun through this host.", call=self.runs),
            Verb(name="operations.progress", told="How far one is.", call=self.progress, takes=one),
            Verb(name="operations.result", told="What one gave.", call=self.result, takes=one),
            Verb(name="operations.cancel", told="Ask one to stop.", call=self.cancel, takes=one, changes=True),
        )

    def all(self) -> list[dict[str, Any]]:
        """Return what is offered."""
        return [
            {
                "operation": each.name,
                "distribution": each.distribution,
                "version": each.version,
                "trouble": each.trouble,
            }
            for each in self.offers()
        ]

    def show(self, operation: str) -> dict[str, Any]:
        """Return one operation."""
        found = self._loaded(operation)
        return {
            "operation": found.name,
            "summary": found.summary,
            "params": to_plain(found.specs),
            "arguments": list(found.arguments),
            "destructive": found.destructive,
            "needs_confirmation": found.needs_confirmation,
        }

    def run(
        self, operation: str, params: Mapping[str, Any] | None = None, *, confirmed: bool = False
    ) -> dict[str, Any]:
        """Begin an operation."""
        found = self._loaded(operation)
        if found.needs_confirmation and not confirmed:
            raise HostRefused("operations.run", f"{operation!r} needs somebody's word; ask, and say confirmed")
        checked = build_params(found.params, params or {}, plugin=operation)

        def work(job: Job) -> Finished:
            def tell(progress: Progress) -> None:
                job.told = progress.told or job.told
                job.done = progress.done

            context = OperationContext[Any](
                params=checked, project=self.project, settings=self.core.settings, token=job.token
            )
            return perform(found, context, tell)

        return self.jobs.start(Job(_OPERATION, operation, work)).facts()

    def runs(self) -> list[dict[str, Any]]:
        """Return the operations that were begun."""
        return [job.facts() for job in self.jobs.all(_OPERATION)]

    def progress(self, run: str) -> dict[str, Any]:
        """Return how far one is."""
        return self.jobs.get("operations.progress", run, _OPERATION).progress()

    def result(self, run: str) -> dict[str, Any]:
        """Return what one gave."""
        verb = "operations.result"
        job = self.jobs.get(verb, run, _OPERATION)
        if not job.is_over:
            raise HostRefused(verb, f"operation {run!r} is {job.state}; ask again when it is over")
        given: Finished | None = job.given
        finished = None if given is None else {"value": to_plain(given.value), "code": given.code, "text": given.text}
        return {**job.facts(), "result": finished}

    def cancel(self, run: str) -> dict[str, Any]:
        """Ask one to stop."""
        job = self.jobs.get("operations.cancel", run, _OPERATION)
        self.jobs.cancel(job)
        return job.facts()

    def _loaded(self, name: str) -> Operation:
        offer = next((each for each in self.offers() if each.name == name), None)
        if offer is None:
            raise OperationUnavailable(name, "it is not installed", "ask for operations.list to see what is")
        return offer.load()
