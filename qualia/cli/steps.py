"""``qualia pipeline``: every step of a pipeline file on documents, shown or written into folders."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia._safe import safe_line
from qualia.cli.colour import bold
from qualia.cli.delivery import check_absent, check_folder, deliver_all, make_folder
from qualia.cli.exit_codes import ExitCode, code_for
from qualia.cli.failure import facts, sentence
from qualia.cli.inputs import read_given
from qualia.cli.many import Answer, code_of, stems_of
from qualia.cli.narration import narrated
from qualia.cli.opening import open_core, timeout_of
from qualia.cli.output import Face, Format, as_json, as_yaml, format_of
from qualia.cli.progress import Progress, progress
from qualia.cli.project.outcomes import (
    foreseen,
    outcome_data,
    outcome_files,
    outcome_table,
    step_data,
    summary_data,
)
from qualia.cli.project.places import known_pipeline
from qualia.cli.project.planning import FORMS, show_plan
from qualia.cli.sources import names_one, sources_of
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _
from qualia.core import Core
from qualia.document import Document
from qualia.errors import CircuitOpen, DocumentUnreadable, QualiaError, UnsupportedInput, UnwritableOutput
from qualia.pipeline import Pipeline
from qualia.result import Outcome

_CODES_OF_ALL = (ExitCode.USAGE, ExitCode.UNAVAILABLE)


@frozen(kw_only=True)
class _Run:
    """A pipeline that is asked for on documents."""

    core: Core
    pipeline: Pipeline
    face: Face
    form: Format
    folder: Path | None
    """Where results are written; None shows them."""
    force: bool
    timeout_s: float | None
    progress: Progress


def run_pipeline(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Run a pipeline and show what each step gave, or write it into a folder; or show its plan, or check pipelines.

    Raises:
        QualiaError: the command, a file or a step is wrong, or a plugin cannot answer.
    """
    files = list(asked.files)
    if asked.plan not in (None, *FORMS):
        # The word behind --plan was a document.
        files.append(asked.plan)
        asked.plan = FORMS[0]
    if asked.config is None:
        from qualia.cli.project.verdicts import check_pipelines

        if files[:1] == ["check"]:
            return check_pipelines(asked, files[1:], face)
        raise WrongUsage(_("name the pipeline with -c PIPELINE; `qualia pipeline check PIPELINE` looks for mistakes"))
    asked.config = known_pipeline(asked.config, asked)
    if asked.plan is not None:
        show_plan(asked, files, face)
        return ExitCode.OK
    if not files:
        raise WrongUsage(_("name a document to run the pipeline on, or - for standard input"))
    return _run(asked, files, face)


def _run(asked: argparse.Namespace, files: Sequence[str], face: Face) -> ExitCode:
    form, timeout_s = format_of(asked.format, None), timeout_of(asked)
    folder = None if asked.output in (None, "-") else Path(asked.output)
    pipeline = Pipeline.from_path(asked.config)
    sources = sources_of(files, recursive=asked.recursive)
    with open_core(asked) as core, progress(core, face) as shown, narrated(core, face):
        run = _Run(
            core=core,
            pipeline=pipeline,
            face=face,
            form=form,
            folder=folder,
            force=asked.force,
            timeout_s=timeout_s,
            progress=shown,
        )
        if names_one(files):
            _show_one(run, sources[0], _outcome(run, sources[0], folder))
            return ExitCode.OK
        return _show_all(run, sources)


def _outcome(run: _Run, source: str, folder: Path | None) -> Outcome:
    """Run the pipeline on one document, once it is clear that its results can be written.

    Raises:
        QualiaError: it cannot be read, planned or run.
    """
    given = read_given(source, run.face, max_bytes=run.core.settings.max_document_bytes)
    plan = run.core.plan(run.pipeline, given)
    if folder is not None:
        visualizers = [info.id for info in run.core.plugins.values() if info.kind == "visualizer"]
        check_absent(folder, foreseen(plan, visualizers), force=run.force)
    return run.core.run_pipeline(run.pipeline, given, timeout_s=run.timeout_s)


def _show_one(run: _Run, source: str, outcome: Outcome) -> None:
    name, form, face = run.pipeline.name, run.form, run.face
    if run.folder is not None:
        written = outcome_files(name, source, outcome)
        paths = deliver_all(run.folder, written.files, force=run.force)
        if form == "pretty":
            face.data("\n".join(safe_line(str(path)) for path in paths))
        else:
            _put(face, form, summary_data(name, source, outcome, written.by_step))
        return
    if form == "pretty":
        face.data(outcome_table(outcome, width=face.width))
        face.note(_("nothing was saved; -o FOLDER writes every step's result"))
    elif form == "jsonl":
        for step, result in outcome.items():
            face.data(as_json(step_data(step, result), indent=None), form=form)
    else:
        _put(face, form, outcome_data(name, outcome))


def _show_all(run: _Run, sources: Sequence[str]) -> ExitCode:
    """Show or write what becomes of each document as soon as it is there; JSON and YAML come as one at the end."""
    if run.folder is not None:
        check_folder(run.folder)
        if run.folder.exists() and not run.folder.is_dir():
            raise UnwritableOutput(str(run.folder), "it is a file; name a folder")
    kept: list[Answer] = []
    data: list[dict[str, Any]] = []
    for answer, found in _each(run, sources):
        kept.append(answer)
        if run.form in ("json", "yaml"):
            data.append(found)
        elif run.form == "jsonl":
            for line in _lines(found):
                run.face.data(as_json(line, indent=None), form="jsonl")
    if data:
        _put(run.face, run.form, data)
    failed = sum(each.error is not None for each in kept)
    if failed:
        run.face.note(_("documents done: {done}, failed: {failed}", done=len(kept) - failed, failed=failed))
    elif run.folder is None and run.form == "pretty":
        run.face.note(_("nothing was saved; -o FOLDER writes every step's result"))
    return code_of(kept)


def _each(run: _Run, sources: Sequence[str]) -> Iterator[tuple[Answer, dict[str, Any]]]:
    """Yield what became of each document, and that as plain data; people have been told of it by then.

    Raises:
        QualiaError: a failure that every other document would have too, as when no step can be planned.
    """
    stems = stems_of(sources)[0]
    for number, source in enumerate(sources, start=1):
        run.progress.about(f"[{number}/{len(sources)}] {source}:")
        stem = stems[source]
        try:
            found = _one_of_many(run, source, None if run.folder is None else run.folder / stem)
        except QualiaError as error:
            if _is_of_all(run, error):
                raise
            told = sentence(error)
            run.face.failure(told if isinstance(error, DocumentUnreadable) else f"{source}: {told}")
            yield Answer(source=source, stem=stem, error=error), {"source": source, **facts(error)}
        else:
            yield Answer(source=source, stem=stem), {"source": source, **found}


def _is_of_all(run: _Run, error: QualiaError) -> bool:
    """Tell whether every other document would fail in the same way."""
    if code_for(error) not in _CODES_OF_ALL or isinstance(error, CircuitOpen):
        return False
    if not isinstance(error.__cause__, UnsupportedInput):
        return True
    try:
        run.core.plan(run.pipeline, Document("text"))
    except QualiaError:
        return True
    return False


def _one_of_many(run: _Run, source: str, folder: Path | None) -> dict[str, Any]:
    name, face = run.pipeline.name, run.face
    # In a folder that is not there yet nothing can be in the way; it is made with the first results.
    outcome = _outcome(run, source, folder if folder is not None and folder.parent.is_dir() else None)
    if folder is None:
        if run.form == "pretty":
            face.data(f"{bold(f'==> {safe_line(source)} <==')}\n{outcome_table(outcome, width=face.width)}\n")
            return {}
        return outcome_data(name, outcome)
    written = outcome_files(name, source, outcome)
    make_folder(folder.parent)
    paths = deliver_all(folder, written.files, force=run.force)
    if run.form == "pretty":
        face.data("\n".join(safe_line(str(path)) for path in paths))
        return {}
    return {"folder": str(folder), **summary_data(name, source, outcome, written.by_step)}


def _lines(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a line for each step of a document, or one for its failure."""
    if "steps" not in found:
        yield found
        return
    about = {name: value for name, value in found.items() if name != "steps"}
    for step in found["steps"]:
        yield {**about, **step}


def _put(face: Face, form: Format, data: object) -> None:
    if form == "jsonl":
        face.data(as_json(data, indent=None), form=form)
    else:
        face.data(as_json(data) if form == "json" else as_yaml(data), form=form)
