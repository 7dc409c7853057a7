"""``qualia export``: results as files that other programs open."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from qualia._files import write_whole
from qualia._safe import safe_line, safe_text
from qualia.cli.delivery import check_target, deliver_all, file_name
from qualia.cli.export.forms import Form, all_forms
from qualia.cli.export.gathering import Gathered, exported_with, gather
from qualia.cli.export.reading import Given, read_all
from qualia.cli.export.tables import Table
from qualia.cli.inputs import stem_of
from qualia.cli.opening import project_of
from qualia.cli.output import Face, as_json, as_yaml
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _
from qualia.errors import nearest
from qualia.settings import Settings

_ABOUT = ".provenance.json"


def export(asked: argparse.Namespace, face: Face) -> None:
    """Write results as tables, or show them.

    Raises:
        QualiaError: the command is wrong, an input holds no result, or the output cannot be written.
    """
    output = asked.output.rstrip("/" + os.sep) if _is_folder(asked.output) else asked.output
    target = check_target(output)
    form = _form_of(asked, target)
    settings = Settings.read(os.environ, project_of(asked))
    given = read_all(asked.inputs, face, max_bytes=settings.max_document_bytes)
    _check_sources(output, given)
    gathered = gather(given)
    tables = _picked(gathered, asked.table)
    if asked.list:
        _list(tables, asked.format, face)
    elif form is None:
        _preview(tables, face)
    elif target is not None and (_is_folder(asked.output) or target.is_dir()):
        files = _files(form, gathered, tables, asked)
        for name in files:
            _check_sources(str(target / name) if target.is_dir() else None, given)
        for path in deliver_all(target, files, force=asked.force):
            face.note(_("wrote {path}", path=path))
    else:
        _write_file(form, gathered, tables, target, asked, face)


def _check_sources(output: str | None, given: Sequence[Given]) -> None:
    """Make sure that nothing which was read is written over.

    Raises:
        WrongUsage: it would be.
    """
    for file in dict.fromkeys(each.file for each in given):
        check_target(output, source=file)


def _is_folder(output: str | None) -> bool:
    return output is not None and output.endswith(("/", os.sep)) and output.strip("/" + os.sep) != ""


def _form_of(asked: argparse.Namespace, target: Path | None) -> Form | None:
    """Return the form to write; None to show the tables to people.

    Raises:
        WrongUsage: nothing names a form, or it takes an option that was given for another.
        ExtraMissing: the library it takes is not installed.
    """
    forms = all_forms(excel=asked.excel)
    name = asked.format
    if name is None and target is not None and not asked.list:
        by_suffix = {suffix: form.name for form in forms for suffix in form.suffixes}
        name = by_suffix.get(target.suffix.lower())
        if name is None:
            sentence = "-o {path}: the suffix names no form; use {known}, or give --format"
            raise WrongUsage(_(sentence, path=str(target), known=", ".join(form.suffixes[0] for form in forms)))
    form = next((form for form in forms if form.name == name), None)
    _check_options(asked, form, target)
    if form is not None and form.module is not None and not asked.list and find_spec(form.module) is None:
        from qualia.cli.usage import ExtraMissing

        raise ExtraMissing(form.extra, (form.module,))
    return form


def _check_options(asked: argparse.Namespace, form: Form | None, target: Path | None) -> None:
    if asked.list:
        return
    if asked.excel and (form is None or form.name != "csv"):
        raise WrongUsage(_("{option} goes with {form} only", option="--excel", form="--format csv"))
    if asked.provenance and (form is None or not form.is_by_table or target is None):
        raise WrongUsage(
            _("{option} goes with {form} only", option="--provenance", form="-o, --format csv|jsonl|parquet")
        )
    if form is None and target is not None:
        raise WrongUsage(_("-f pretty is for people who read it here; give another form with -o"))


def _picked(gathered: Gathered, name: str | None) -> tuple[Table, ...]:
    if name is None:
        return gathered.tables
    known = {table.name: table for table in gathered.tables}
    if name in known:
        return (known[name],)
    near = nearest(name, known)
    hint = (
        _("did you mean {near}?", near=_(" or ").join(near))
        if near
        else _("known: {choices}", choices=", ".join(known))
    )
    raise WrongUsage(_("there is no table {name!r}; {hint}", name=name, hint=hint))


def _list(tables: Sequence[Table], form: str | None, face: Face) -> None:
    if form in ("json", "yaml"):
        told = [{"name": each.name, "rows": len(each.rows), "columns": list(each.columns)} for each in tables]
        face.data(as_json(told) if form == "json" else as_yaml(told), form="json" if form == "json" else "yaml")
        return
    from qualia.cli.pretty import table

    headings = (_("table"), _("rows"), _("columns"))
    rows = [(each.name, f"{len(each.rows)}", ", ".join(each.columns)) for each in tables]
    face.data(table(rows, headings=headings, width=face.width))


def _preview(tables: Sequence[Table], face: Face) -> None:
    from qualia.cli.pretty import pretty

    parts: list[str] = []
    for each in tables:
        rows = [dict(zip(each.columns, row, strict=True)) for row in each.rows]
        parts.append(f"{safe_line(each.name)}\n{pretty(rows, width=face.width)}")
    face.pages("\n\n".join(parts))


def _write_file(
    form: Form,
    gathered: Gathered,
    tables: Sequence[Table],
    target: Path | None,
    asked: argparse.Namespace,
    face: Face,
) -> None:
    if target is None and not form.is_text and face.is_terminal:
        raise WrongUsage(_("{form} is nothing to show in a terminal; give -o FILE", form=form.name))
    data = form.make(gathered, tables)
    if target is None and face.is_terminal:
        shown = safe_text(data.decode().removeprefix("\ufeff")).rstrip("\n")
        face.data(shown, form="json" if form.name == "json" else "pretty")
    elif target is None:
        face.raw(data)
    else:
        if asked.provenance:
            write_whole(target.with_name(target.name + _ABOUT), _about(gathered))
        face.note(_("wrote {path}", path=write_whole(target, data)))
    if form.has_one_table and len(tables) > 1:
        sentence = "this is the table {name} of {count}; --table NAME writes another, -o FOLDER/ all, --list shows them"
        face.note(_(sentence, name=tables[0].name, count=len(tables)))


def _files(form: Form, gathered: Gathered, tables: Sequence[Table], asked: argparse.Namespace) -> Mapping[str, bytes]:
    """Return the files that a folder gets, by name."""
    taken: set[str] = set()
    suffix = form.suffixes[0]
    if form.is_by_table:
        files = {f"{file_name(each.name, taken)}{suffix}": form.make(gathered, [each]) for each in tables}
    else:
        name = stem_of(asked.inputs[0]) if len(asked.inputs) == 1 else "results"
        files = {f"{file_name(name, taken)}{suffix}": form.make(gathered, tables)}
    if asked.provenance:
        files[_ABOUT.lstrip(".")] = _about(gathered)
    return files


def _about(gathered: Gathered) -> bytes:
    told: Mapping[str, object] = {"results": list(gathered.results), "exported_with": exported_with()}
    return f"{as_json(told)}\n".encode()
