"""``qualia visualize``: a picture or page from a document or from a result that was written before."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from attrs import evolve

from qualia._files import write_whole
from qualia._safe import safe_line
from qualia.cli.delivery import check_folder, check_target, check_unread, is_folder, make_folder, target_of
from qualia.cli.exit_codes import ExitCode
from qualia.cli.inputs import read_all
from qualia.cli.many import Answer, Work, answer, answers, code_of
from qualia.cli.narration import narrated, tell_plan
from qualia.cli.opening import open_core, params_of, plugin_for, timeout_of
from qualia.cli.output import Face
from qualia.cli.pictures import has_sixel, open_file, opener, protocol_of, shown
from qualia.cli.progress import progress
from qualia.cli.sources import names_one, sources_of
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _
from qualia.plugin import ParamSpec
from qualia.result import Artifact

_FORMAT = "format"
_SPELLINGS = {".htm": ".html", ".jpeg": ".jpg"}


def visualize(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Draw, write the pictures and show their paths.

    Raises:
        QualiaError: the command, the file or the params are wrong, or the plugin cannot answer.
    """
    sources = sources_of(asked.files, recursive=asked.recursive)
    is_one, timeout_s = names_one(asked.files), timeout_of(asked)
    target = target_of(asked.output, sources=sources, is_one=is_one)
    if asked.output == "-" and face.is_terminal and not asked.show:
        raise WrongUsage(_("-o -: a terminal cannot show a picture; send it into a file or a pipe"))
    with open_core(asked) as core, progress(core, face) as heard, narrated(core, face):
        plugin_for(core, asked.plugin, "visualizer")
        specs, params = core.plugins.params(asked.plugin), params_of(core, asked)
        params |= _form(params, specs, asked.format, target, plugin=asked.plugin)
        if asked.show and _FORMAT not in params:
            is_known = any(spec.name == _FORMAT and "png" in spec.choices for spec in specs)
            params |= {_FORMAT: "png"} if is_known else {}
        work = Work(
            read=partial(read_all, face=face, max_bytes=core.settings.max_document_bytes),
            plan=lambda given: tell_plan(core, asked.plugin, params, given, face),
            run=lambda given: core.run(asked.plugin, given, params, returns=Artifact, timeout_s=timeout_s),
            face=face,
            progress=heard,
        )
        if is_one:
            given = work.read(sources[0])
            is_listed = given[0].source != sources[0] and target is not None and is_folder(target)
            if len(given) == 1 and not is_listed:
                _deliver(answer(work, given[0]).value, asked, sources[0], target, face)
                _offer(asked, face)
                return ExitCode.OK
            work = evolve(work, read={sources[0]: given}.__getitem__)
        code = _each(work, sources, asked, target)
    _offer(asked, face)
    return code


def _offer(asked: argparse.Namespace, face: Face) -> None:
    """Tell people in front of a terminal that pictures can be opened."""
    if face.is_terminal and face.shows_progress and not asked.open and not asked.show:
        face.note(_("--open opens it"))


def _deliver(artifact: Artifact, asked: argparse.Namespace, source: str, target: Path | None, face: Face) -> None:
    if asked.output == "-" and not face.is_terminal:
        face.raw(artifact.data)
        return
    if asked.output != "-":
        place = _place(artifact, target)
        check_target(str(place), source=source)
        _written(place, artifact, asked, face)
    if asked.show:
        _show(artifact, face)


def _each(work: Work, sources: Sequence[str], asked: argparse.Namespace, folder: Path | None) -> ExitCode:
    """Draw several; each picture is named after what it was drawn from."""
    if asked.output == "-" or (folder is not None and not is_folder(folder)):
        raise WrongUsage(_("-o {path}: several pictures do not go into one file; name a folder", path=asked.output))
    if folder is not None:
        make_folder(folder)
    kept: list[Answer] = []
    for each in answers(work, sources):
        kept.append(evolve(each, result=None))
        if each.result is None:
            continue
        artifact = each.result.value
        place = (folder or Path()) / f"{each.stem}_{asked.plugin}{_own_suffix(artifact)}"
        check_unread(place, sources)
        _written(place, artifact, asked, work.face)
        if asked.show:
            _show(artifact, work.face)
    return code_of(kept)


def _written(place: Path, artifact: Artifact, asked: argparse.Namespace, face: Face) -> None:
    """Write a picture, show its path, and open it when that was asked for."""
    face.data(safe_line(str(write_whole(place, artifact.data))))
    if not asked.open:
        return
    command = opener(os.environ)
    if command is None or not open_file(place, command):
        face.note(_("there is no program here that opens it"))


def _show(artifact: Artifact, face: Face) -> None:
    """Show a picture within the terminal, or say why that cannot be."""
    if not face.is_terminal:
        face.note(_("--show is for a terminal, and standard output is none"))
        return
    protocol = protocol_of(os.environ)
    data = None if protocol is None else shown(artifact, protocol)
    if data is not None:
        face.raw(data)
    elif protocol is None:
        face.note(_("this terminal shows no pictures (kitty, iTerm2, WezTerm and others do); --open opens it"))
    elif protocol == "sixel" and not has_sixel():
        face.note(_("this terminal shows sixel pictures, which the program img2sixel makes; it is not installed"))
    else:
        face.note(_("this terminal cannot show {media_type}; try --format png", media_type=artifact.media_type))


def _form(
    params: dict[str, Any], specs: Sequence[ParamSpec], asked: str | None, target: Path | None, *, plugin: str
) -> dict[str, Any]:
    """Return the format to add to the params: the one asked for, else the one the target's suffix names."""
    spec = next((each for each in specs if each.name == _FORMAT), None)
    suffix = "" if target is None or target.is_dir() else _suffix(target)
    if asked is not None and spec is None:
        raise WrongUsage(_("{plugin} has no param 'format', so --format says nothing to it", plugin=plugin))
    wanted = asked or params.get(_FORMAT)
    if asked is not None and params.get(_FORMAT, asked) != asked:
        raise WrongUsage(
            _("--format {asked} and -P format={other}: give one of them", asked=asked, other=params[_FORMAT])
        )
    if spec is None or (not suffix and wanted is None):
        return {}
    if wanted is None:
        if spec.choices and suffix[1:] not in spec.choices:
            known = ", ".join(f".{choice}" for choice in spec.choices)
            sentence = "-o {path}: {plugin} draws {known}, not {suffix}"
            raise WrongUsage(_(sentence, path=str(target), plugin=plugin, known=known, suffix=suffix))
        return {_FORMAT: suffix[1:]}
    if suffix and suffix[1:] != wanted and wanted in spec.choices:
        raise WrongUsage(_mismatch(target, f".{wanted}"))
    return {_FORMAT: wanted}


def _place(artifact: Artifact, target: Path | None) -> Path:
    """Return where an artifact goes. Its own name is a plugin's word, so only the last part of it counts."""
    name = artifact.file_name
    if target is None or target.is_dir():
        place = Path(name) if target is None else target / name
        check_folder(place)
        return _free(place, artifact.data)
    if target.suffix and target.exists() is target.is_file() and _suffix(target) != _suffix(Path(name)):
        raise WrongUsage(_mismatch(target, _suffix(Path(name))))
    return target


def _own_suffix(artifact: Artifact) -> str:
    suffix = Path(artifact.file_name).suffix
    return suffix if suffix[1:].isalnum() else ""


def _free(place: Path, data: bytes) -> Path:
    """Return a place for a picture that nobody named: beside another picture of that name, not in its stead."""
    free, number = place, 2
    while free.exists() and not _holds(free, data):
        free, number = place.with_stem(f"{place.stem}-{number}"), number + 1
    return free


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _mismatch(target: Path | None, suffix: str) -> str:
    sentence = "-o {path}: the picture is a {suffix} file; name it so, or ask for another format"
    return _(sentence, path=str(target), suffix=suffix)


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    return _SPELLINGS.get(suffix, suffix)
