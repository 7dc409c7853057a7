"""``qualia process`` and ``qualia analyze``: one plugin on one document, or on several."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from qualia._files import write_whole
from qualia._safe import safe_line, safe_text
from qualia._values import to_plain
from qualia.cli.colour import bold
from qualia.cli.delivery import check_target, check_unread, is_folder, make_folder, target_of
from qualia.cli.exit_codes import ExitCode
from qualia.cli.export.neutral import whole
from qualia.cli.failure import facts
from qualia.cli.forms import csv_text, data_text
from qualia.cli.inputs import read_all
from qualia.cli.many import Answer, Work, answer, answers, code_of, stems_of
from qualia.cli.narration import narrated, tell_plan
from qualia.cli.opening import open_core, params_of, plugin_for, timeout_of
from qualia.cli.output import Face, Format, format_of
from qualia.cli.progress import progress
from qualia.cli.readable import readable, reading_told
from qualia.cli.sources import names_one, sources_of
from qualia.cli.words import _
from qualia.document import Document
from qualia.result import Result

_SUFFIXES = {"json": ".json", "jsonl": ".jsonl", "yaml": ".yaml", "csv": ".csv", "pretty": ".txt"}


@frozen(kw_only=True)
class _How:
    """What is written and where people read about it."""

    form: Format
    plugin: str
    face: Face


def process(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Run a document plugin; people get the new text, JSON and YAML the document with its provenance.

    Raises:
        QualiaError: the command, the file or the params are wrong, or the plugin cannot answer.
    """
    return _run(asked, face, kind="document")


def analyze(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Run an analyzer; people get tables, JSON and YAML the value with its provenance.

    Raises:
        QualiaError: the command, the file or the params are wrong, or the plugin cannot answer.
    """
    return _run(asked, face, kind="analyzer")


def _run(asked: argparse.Namespace, face: Face, *, kind: str) -> ExitCode:
    sources = sources_of(asked.files, recursive=asked.recursive)
    is_one = names_one(asked.files)
    target = target_of(asked.output, sources=sources, is_one=is_one)
    form, timeout_s = format_of(asked.format, target), timeout_of(asked)
    with open_core(asked) as core, progress(core, face) as shown, narrated(core, face):
        plugin_for(core, asked.plugin, kind)
        params = params_of(core, asked)
        work = Work(
            read=partial(read_all, face=face, max_bytes=core.settings.max_document_bytes),
            plan=lambda given: tell_plan(core, asked.plugin, params, given, face),
            run=lambda given: core.run(asked.plugin, given, params, timeout_s=timeout_s),
            face=face,
            progress=shown,
        )
        how = _How(form=form, plugin=asked.plugin, face=face)
        if is_one:
            given = work.read(sources[0])
            if len(given) == 1 and given[0].source == sources[0]:
                _deliver(answer(work, given[0]), how, sources[0], target)
                return ExitCode.OK
            work = evolve(work, read={sources[0]: given}.__getitem__)
        if target is not None and is_folder(target):
            return _write_each(answers(work, sources), how, sources, target)
        return _write_together(answers(work, sources), how, target)


def _deliver(result: Result[Any], how: _How, source: str, target: Path | None) -> None:
    """Show the one result, or write it."""
    form, face = how.form, how.face
    told = reading_told(result.value.metadata) if isinstance(result.value, Document) else None
    if target is None:
        text = _text(result, form, face)
        face.pages(text) if form == "pretty" else face.data(text, form=form)
    else:
        if target.is_dir():
            target /= f"{stems_of([source])[0][source]}_{how.plugin}{_SUFFIXES[form]}"
            check_target(str(target), source=source)
        text = _text(result, form, None)
        face.note(_("wrote {path}", path=write_whole(target, _bytes(text))))
    if told is not None:
        face.note(told)


def _write_each(found: Iterable[Answer], how: _How, sources: Sequence[str], folder: Path) -> ExitCode:
    """Write each result into a file of its own, as soon as it is there."""
    kept: list[Answer] = []
    make_folder(folder)
    for each in found:
        kept.append(evolve(each, result=None))
        if each.result is None:
            continue
        path = folder / f"{each.stem}_{how.plugin}{_SUFFIXES[how.form]}"
        check_unread(path, sources)
        how.face.note(_("wrote {path}", path=write_whole(path, _bytes(_text(each.result, how.form, None)))))
    return code_of(kept)


def _write_together(found: Iterable[Answer], how: _How, target: Path | None) -> ExitCode:
    """Show all results as one, or write them into one file; JSON lines are shown as they come."""
    kept: list[Answer] = []
    for each in found:
        kept.append(each)
        if how.form == "jsonl" and target is None:
            how.face.data(data_text(_plain(each), "jsonl"), form="jsonl")
            kept[-1] = evolve(each, result=None)
    code = code_of(kept)
    if how.form == "jsonl" and target is None:
        return code
    if all(each.result is None for each in kept) and (how.form in ("pretty", "csv") or target is not None):
        return code
    text = _together(kept, how.form, None if target is not None else how.face)
    if target is not None:
        how.face.note(_("wrote {path}", path=write_whole(target, _bytes(text))))
    elif how.form == "pretty":
        how.face.pages(text)
    else:
        how.face.data(text, form=how.form)
    return code


def _together(found: Sequence[Answer], form: Format, face: Face | None) -> str:
    done = [(each, each.result) for each in found if each.result is not None]
    if form == "pretty":
        parts = [f"{bold(f'==> {safe_line(each.source)} <==')}\n{_text(result, form, face)}" for each, result in done]
        return "\n\n".join(parts)
    if form == "csv":
        return csv_text((each.source, to_plain(result.value), result.provenance.produces) for each, result in done)
    return data_text([_plain(each) for each in found], form)


def _plain(each: Answer) -> dict[str, Any]:
    """Return an answer as plain data; that of one that failed is its error."""
    if each.error is not None:
        return {"source": each.source, **facts(each.error)}
    return {"source": each.source, **to_plain(each.result)}


def _bytes(text: str) -> bytes:
    return f"{whole(text)}\n".encode()


def _text(result: Result[Any], form: Format, face: Face | None) -> str:
    """Return a result as text; ``face`` is where people read it, None when it becomes a file."""
    if form == "csv":
        return csv_text([(None, to_plain(result.value), result.provenance.produces)])
    if form != "pretty":
        return data_text(to_plain(result), form)
    if isinstance(result.value, Document):
        text = result.value.text.rstrip("\n")
        return text if face is None else safe_text(text)
    return readable(result.value, width=None if face is None else face.width)
