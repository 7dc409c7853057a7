"""What is made of the runs of the log: a paragraph for a paper, files for an archive, the same once more."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from attrs import frozen

from qualia._values import to_plain
from qualia.citation import methods
from qualia.crate import export_crate
from qualia.document import Document
from qualia.errors import RunCancelled, UnsupportedInput
from qualia.history import RunEntry
from qualia.host.again import Compared, documents_of, last_steps
from qualia.host.given import GIVEN, check_given, document_of
from qualia.host.jobs import Job, Jobs
from qualia.host.kept import KeptRuns
from qualia.host.saving import whole_path, written
from qualia.host.verbs import Verb
from qualia.protocol import HostRefused
from qualia.result import Result

_FORMATS = ("crate", "methods", "json", "log")
_DIGEST = 12


@frozen
class AboutReuse:
    """Answers what is asked for of runs of the log."""

    kept: KeptRuns
    jobs: Jobs
    asked_of: Callable[[str], Mapping[str, Any]]
    """Gives what was asked for when a run was begun; empty when nobody knows."""

    def verbs(self) -> tuple[Verb, ...]:
        """Return the verbs."""
        one = {"run_id": str}
        return (
            Verb(
                name="history.methods",
                told="The methods paragraph and the references for what a run gave; `language` is en or pt.",
                call=self.methods,
                takes=one,
                may_take={"language": str},
                slow=True,
            ),
            Verb(
                name="history.export",
                told=f"Write what a run gave to a path; `format` is one of {', '.join(_FORMATS)}.",
                call=self.export,
                takes={"run_id": str, "path": str},
                may_take={"format": str, "language": str, "overwrite": bool},
                changes=True,
                slow=True,
            ),
            Verb(
                name="history.rerun",
                told="Run a run of the log again on its document, and compare; the answer comes at once.",
                call=self.rerun,
                takes=one,
                may_take=GIVEN,
                changes=True,
                slow=True,
            ),
        )

    def methods(self, run_id: str, language: Any = "en") -> dict[str, Any]:
        """Return the methods paragraph and the references."""
        verb = "history.methods"
        told = methods(_made(verb, self.kept.entry(verb, run_id)), language=_language(verb, language))
        return {"language": language, "paragraph": told.paragraph, "citations": list(told.citations)}

    def export(
        self,
        run_id: str,
        path: str,
        format: str = "crate",  # noqa: A002 - the name of the param
        language: str = "en",
        *,
        overwrite: bool = False,
    ) -> dict[str, Any]:
        """Write what a run gave."""
        verb = "history.export"
        if format not in _FORMATS:
            raise HostRefused(verb, f"format is one of {', '.join(_FORMATS)}")
        entry = self.kept.entry(verb, run_id)
        if format == "crate":
            folder = export_crate(self._results(verb, entry), whole_path(verb, path), name=entry.name)
            return {"path": str(folder), "format": format, "bytes": None}
        if format == "methods":
            told = self.methods(run_id, language)
            text = "\n\n".join((told["paragraph"], "\n".join(f"- {each}" for each in told["citations"])))
        elif format == "json":
            text = json.dumps([to_plain(each) for each in self._results(verb, entry)], ensure_ascii=False, indent=2)
        else:
            text = json.dumps(to_plain(entry), ensure_ascii=False, indent=2)
        data = f"{text}\n".encode("utf-8", "replace")
        return {**written(verb, path, data, overwrite=overwrite), "format": format}

    def rerun(
        self, run_id: str, text: str | None = None, path: str | None = None, title: str | None = None
    ) -> dict[str, Any]:
        """Begin a run of the log again; the document is found again where this host knows its file."""
        verb = "history.rerun"
        entry = self.kept.entry(verb, run_id)
        steps = last_steps(entry)
        _made(verb, entry)
        documents = documents_of(steps)
        known = self.asked_of(run_id)
        if text is None and path is None:
            path, title = known.get("path"), known.get("title")
        document = self._document(verb, run_id, documents, text, path, title)

        def work(job: Job) -> list[Compared]:
            given = document()
            _check_same(given, documents, path or "text")
            # Before anything is run: what is computed anew takes the place of what was kept.
            kept = [self.kept.result(step.key) for step, _made_of in steps]
            found: list[Compared] = []
            for (step, made), before in zip(steps, kept, strict=True):
                if job.token.cancelled:
                    raise RunCancelled(entry.name)
                job.told = step.step
                found.append(Compared(step=step, before=before, again=self.kept.core.rerun(before or made, given)))
            return found

        asked = {} if path is None else {"history": run_id, "path": path, "title": title}
        return self.jobs.start(Job("run", entry.name, work, asked=asked)).facts()

    def _document(
        self,
        verb: str,
        run_id: str,
        documents: tuple[str, ...],
        text: str | None,
        path: str | None,
        title: str | None,
    ) -> Callable[[], Document]:
        """Return what gives the document a run was on: what is given, else what this host was given then."""
        began = self.jobs.of_run(run_id)
        if text is None and path is None:
            if began is not None and began.document is not None:
                return began.document
            then = ", ".join(each[:_DIGEST] for each in documents) or "records"
            raise HostRefused(verb, f"it was on {then}, which is not kept; give its path or text")
        check_given(verb, text, path)
        return partial(document_of, self.kept.core, text, path, title)

    def _results(self, verb: str, entry: RunEntry) -> list[Result[Any]]:
        """Return what every step gave.

        Raises:
            HostRefused: the cache has one of them no more, or there was none.
        """
        _made(verb, entry)
        steps = [each for each in entry.steps if each.provenance is not None]
        found = {each.step: self.kept.result(each.key) for each in steps}
        missing = [name for name, result in found.items() if result is None]
        if missing:
            raise HostRefused(verb, f"not in the cache any more: {', '.join(missing)}; run it again first")
        return [result for result in found.values() if result is not None]


def _made(verb: str, entry: RunEntry) -> list[Any]:
    made = [provenance for _step, provenance in last_steps(entry)]
    if not made:
        raise HostRefused(verb, f"run {entry.run_id!r} gave no result, so there is nothing to make of it")
    return made


def _language(verb: str, language: str) -> Any:
    if language not in ("en", "pt"):
        raise HostRefused(verb, "language is en or pt")
    return language


def _check_same(given: Document, documents: tuple[str, ...], name: str) -> None:
    if given.id not in documents:
        then = ", ".join(each[:_DIGEST] for each in documents) or "records"
        reason = f"is another document ({given.id[:_DIGEST]}) than the run was on ({then})"
        raise UnsupportedInput(name, f"{reason}; name the one it was on, or analyse this one anew")
