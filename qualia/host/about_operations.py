"""What operators trigger through a host: the operations that installed distributions bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from qualia._values import to_plain
from qualia.core import Core
from qualia.errors import OperationUnavailable, QualiaError
from qualia.host.jobs import Job, JobKind, Jobs
from qualia.host.verbs import Verb, only_looking
from qualia.operations import Finished, Offer, Operation, OperationContext, Progress, offered, perform
from qualia.plugin import build_params
from qualia.protocol import HostRefused
from qualia.words import Words, brought, language_of, speaking

_OPERATION: JobKind = "operation"


@frozen
class AboutOperations:
    """Answers what is asked about operations."""

    core: Core
    jobs: Jobs
    project: Path | None
    offers: Callable[[], tuple[Offer, ...]] = offered
    words: Words = field(factory=lambda: Words(__file__, further=brought))
    """What translates the sentences of operations."""

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        one, name, language = {"run": str}, {"operation": str}, {"language": str}
        return (
            Verb(
                name="operations.list",
                told="The operations that are installed; none is loaded.",
                call=self.all,
                slow=True,
            ),
            Verb(
                name="operations.show",
                told="One operation, with its params and whether it needs somebody's word.",
                call=self.show,
                takes=name,
                may_take=language,
                slow=True,
            ),
            Verb(
                name="operations.run",
                told="Begin an operation; one that needs somebody's word wants `confirmed`, unless it only looks.",
                call=self.run,
                takes=name,
                may_take={"params": dict, "confirmed": bool, **language},
                judges=True,
                slow=True,
            ),
            Verb(name="operations.runs", told="The operations begun through this host.", call=self.runs),
            Verb(name="operations.progress", told="How far one is.", call=self.progress, takes=one),
            Verb(name="operations.result", told="What one gave.", call=self.result, takes=one, may_take=language),
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

    def show(self, operation: str, language: str = "en") -> dict[str, Any]:
        """Return one operation, its summary and the help of its params in the language asked for."""
        found = self._loaded(operation)
        with speaking(language_of(language)):
            summary = self.words.translated(found.summary)
            specs = [evolve(spec, help=self.words.translated(spec.help)) for spec in found.specs]
        return {
            "operation": found.name,
            "summary": summary,
            "params": to_plain(specs),
            "arguments": list(found.arguments),
            "destructive": found.destructive,
            "needs_confirmation": found.needs_confirmation,
            "looks": "sometimes" if callable(found.looks) else "always" if found.looks else "never",
        }

    def run(
        self,
        operation: str,
        params: Mapping[str, Any] | None = None,
        *,
        confirmed: bool = False,
        language: str = "en",
        may_change: bool = True,
    ) -> dict[str, Any]:
        """Begin an operation, which tells of itself in the language asked for."""
        verb = "operations.run"
        found = self._loaded(operation)
        checked = build_params(found.params, params or {}, plugin=operation)
        if not found.only_looks(checked):
            if not may_change:
                raise only_looking(verb)
            if found.needs_confirmation and not confirmed:
                raise HostRefused(verb, f"{operation!r} needs somebody's word; ask, and say confirmed")

        def work(job: Job) -> Finished:
            def tell(progress: Progress) -> None:
                job.told = self.words.translated(progress.told) or job.told
                job.done = progress.done

            context = OperationContext[Any](
                params=checked,
                project=self.project,
                settings=self.core.settings,
                token=job.token,
                language=language_of(language),
            )
            return perform(found, context, tell)

        job = Job(_OPERATION, operation, work)
        job.only_looks = found.only_looks(checked)
        return self.jobs.start(job).facts()

    def runs(self) -> list[dict[str, Any]]:
        """Return the operations that were begun."""
        return [job.facts() for job in self.jobs.all(_OPERATION)]

    def progress(self, run: str) -> dict[str, Any]:
        """Return how far one is."""
        return self.jobs.get("operations.progress", run, _OPERATION).progress()

    def result(self, run: str, language: str = "en") -> dict[str, Any]:
        """Return what one gave; how it failed is ``told`` in the language asked for."""
        verb = "operations.result"
        job = self.jobs.get(verb, run, _OPERATION)
        if not job.is_over:
            raise HostRefused(verb, f"operation {run!r} is {job.state}; ask again when it is over")
        given: Finished | None = job.given
        finished = None if given is None else {"value": to_plain(given.value), "code": given.code, "text": given.text}
        with speaking(language_of(language)):
            told = self.words.sentence_of(job.error) if isinstance(job.error, QualiaError) else ""
        return {**job.facts(), "result": finished, "told": told}

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
