"""``qualia history methods`` and ``export``: what logged runs give to a paper and to an archive."""

from __future__ import annotations

import argparse
from typing import Any

from qualia._safe import safe_text
from qualia.citation import methods as methods_of
from qualia.cli.forms import data_text
from qualia.cli.inputs import read_given
from qualia.cli.opening import open_core
from qualia.cli.output import Face, format_of
from qualia.cli.upkeep.places import WorkUndone, opened_history, run_meant
from qualia.cli.upkeep.runs import SHORT
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _, spoken
from qualia.core import Core
from qualia.crate import export_crate
from qualia.document import Document
from qualia.errors import UnsupportedInput
from qualia.history import RunEntry
from qualia.host.again import documents_of, last_steps
from qualia.result import Result


def methods(asked: argparse.Namespace, face: Face) -> None:
    """Write the methods paragraph and the references for what runs gave, in the language spoken.

    Raises:
        WrongUsage: there is no such run, or it gave no result.
        HistoryUnreadable: the log cannot be read.
    """
    form = format_of(asked.format, None)
    made = [provenance for run in _runs(asked) for _step, provenance in last_steps(run)]
    told = methods_of(made, language="pt" if spoken() == "pt-BR" else "en")
    if form != "pretty":
        facts = {"language": spoken(), "paragraph": told.paragraph, "citations": list(told.citations)}
        face.data(data_text(facts, form), form=form)
        return
    references = "\n".join(f"- {each}" for each in told.citations)
    face.data(safe_text(f"{told.paragraph}\n\n{_('References')}\n\n{references}"))


def export(asked: argparse.Namespace, face: Face) -> None:
    """Write what runs gave as an RO-Crate.

    Raises:
        WrongUsage: there is no such run, or it gave no result.
        WorkUndone: a result is not in the cache any more.
        ExtraMissing: the ``crate`` extra is not installed.
        QualiaError: a document is not one of theirs, or the folder cannot be written.
    """
    runs = _runs(asked)
    with open_core(asked) as core:
        results = _results(core, runs)
        documents = [_document(file, runs, core, face) for file in asked.document]
    named = {} if asked.name is None else {"name": asked.name}
    folder = export_crate(results, asked.output, documents=documents, licence=asked.licence, **named)
    face.note(_("wrote {path}", path=folder))


def _runs(asked: argparse.Namespace) -> tuple[RunEntry, ...]:
    """Return the runs that are meant, each once.

    Raises:
        WrongUsage: there is no such run, or one gave no result.
    """
    with opened_history(asked) as history:
        found = {run.run_id: run for run in (run_meant(history, each) for each in asked.run_ids)}
    for run in found.values():
        if not last_steps(run):
            sentence = "run {run} gave no result, so there is nothing to tell of it"
            raise WrongUsage(_(sentence, run=run.run_id[:SHORT]))
    return tuple(found.values())


def _results(core: Core, runs: tuple[RunEntry, ...]) -> list[Result[Any]]:
    """Return every step's result, from the cache.

    Raises:
        WorkUndone: one is not there any more; every one that is missing is named.
    """
    found: dict[str, Result[Any]] = {}
    missing: list[str] = []
    lacking: dict[str, None] = {}
    for run in runs:
        for step in run.steps:
            if step.provenance is None:
                continue
            result = core.cache.get(step.key) if step.key else None
            if result is not None:
                found[step.key] = result
            else:
                missing.append(f"{run.run_id[:SHORT]} {step.step}")
                lacking[run.run_id[:SHORT]] = None
    if missing:
        sentence = (
            "not in the cache any more: {missing}; `qualia history rerun {run} FILE` computes it again; "
            "where a plugin has changed since, run it anew and export the new run"
        )
        raise WorkUndone(_(sentence, missing=", ".join(missing), run=next(iter(lacking))))
    return list(found.values())


def _document(file: str, runs: tuple[RunEntry, ...], core: Core, face: Face) -> Document:
    given = read_given(file, face, max_bytes=core.settings.max_document_bytes)
    value = given.value if isinstance(given, Result) else given
    known = {each for run in runs for each in (run.document, *documents_of(last_steps(run)))}
    if not isinstance(value, Document) or value.id not in known:
        reason = "is none of the documents these runs were on; name one of theirs"
        raise UnsupportedInput(file, reason)
    return value
