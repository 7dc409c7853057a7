"""``qualia process`` and ``qualia analyze``: one plugin on one document."""

from __future__ import annotations

import argparse
from typing import Any

from qualia._files import write_whole
from qualia._values import to_plain
from qualia.cli.delivery import check_target
from qualia.cli.inputs import read_given, stem_of
from qualia.cli.opening import open_core, plugin_for, timeout_of, typed_params
from qualia.cli.output import Face, Format, as_json, as_yaml, format_of, safe_text
from qualia.cli.progress import progress
from qualia.cli.readable import readable, reading_told
from qualia.cli.words import _
from qualia.document import Document
from qualia.result import Result

_SUFFIXES = {"json": ".json", "yaml": ".yaml", "pretty": ".txt"}


def process(asked: argparse.Namespace, face: Face) -> None:
    """Run a document plugin; people get the new text, JSON and YAML the document with its provenance.

    Raises:
        QualiaError: the command, the file or the params are wrong, or the plugin cannot answer.
    """
    _run(asked, face, kind="document")


def analyze(asked: argparse.Namespace, face: Face) -> None:
    """Run an analyzer; people get tables, JSON and YAML the value with its provenance.

    Raises:
        QualiaError: the command, the file or the params are wrong, or the plugin cannot answer.
    """
    _run(asked, face, kind="analyzer")


def _run(asked: argparse.Namespace, face: Face, *, kind: str) -> None:
    target = check_target(asked.output, source=asked.file)
    form, timeout_s = format_of(asked.format, target), timeout_of(asked)
    with open_core(asked) as core, progress(core, face):
        plugin_for(core, asked.plugin, kind)
        params = typed_params(core.plugins.params(asked.plugin), asked.params, plugin=asked.plugin)
        given = read_given(asked.file, face, max_bytes=core.settings.max_document_bytes)
        result = core.run(asked.plugin, given, params, timeout_s=timeout_s)
    told = reading_told(result.value.metadata) if isinstance(result.value, Document) else None
    if target is None:
        face.data(_text(result, form, face), form=form)
        _note(told, face)
        return
    if target.is_dir():
        target /= f"{stem_of(asked.file)}_{asked.plugin}{_SUFFIXES[form]}"
        check_target(str(target), source=asked.file)
    text = _text(result, form, None)
    face.note(_("wrote {path}", path=write_whole(target, f"{text}\n".encode())))
    _note(told, face)


def _note(told: str | None, face: Face) -> None:
    if told is not None:
        face.note(told)


def _text(result: Result[Any], form: Format, face: Face | None) -> str:
    """Return a result as text; ``face`` is where people read it, None when it becomes a file."""
    if form == "json":
        return as_json(to_plain(result))
    if form == "yaml":
        return as_yaml(to_plain(result))
    if isinstance(result.value, Document):
        text = result.value.text.rstrip("\n")
        return text if face is None else safe_text(text)
    return readable(result.value, width=None if face is None else face.width)
