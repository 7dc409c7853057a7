"""``qualia visualize``: a picture or page from a document or from a result that was written before."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qualia._files import write_whole
from qualia.cli.delivery import check_folder, check_target
from qualia.cli.inputs import read_given
from qualia.cli.opening import open_core, plugin_for, timeout_of, typed_params
from qualia.cli.output import Face, safe_line
from qualia.cli.progress import progress
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _
from qualia.plugin import ParamSpec
from qualia.result import Artifact

_FORMAT = "format"
_SPELLINGS = {".htm": ".html", ".jpeg": ".jpg"}


def visualize(asked: argparse.Namespace, face: Face) -> None:
    """Draw, write the picture and show its path.

    Raises:
        QualiaError: the command, the file or the params are wrong, or the plugin cannot answer.
    """
    target, timeout_s = check_target(asked.output, source=asked.file), timeout_of(asked)
    if asked.output == "-" and face.is_terminal:
        raise WrongUsage(_("-o -: a terminal cannot show a picture; send it into a file or a pipe"))
    with open_core(asked) as core, progress(core, face):
        plugin_for(core, asked.plugin, "visualizer")
        specs = core.plugins.params(asked.plugin)
        params = typed_params(specs, asked.params, plugin=asked.plugin)
        params |= _form(params, specs, asked.format, target, plugin=asked.plugin)
        given = read_given(asked.file, face, max_bytes=core.settings.max_document_bytes)
        artifact = core.run(asked.plugin, given, params, returns=Artifact, timeout_s=timeout_s).value
    if asked.output == "-":
        face.raw(artifact.data)
        return
    place = _place(artifact, target)
    check_target(str(place), source=asked.file)
    face.data(safe_line(str(write_whole(place, artifact.data))))


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
    name = Path(artifact.name.replace("\\", "/")).name or "artifact"
    if target is None or target.is_dir():
        place = Path(name) if target is None else target / name
        check_folder(place)
        return place
    if target.suffix and target.exists() is target.is_file() and _suffix(target) != _suffix(Path(name)):
        raise WrongUsage(_mismatch(target, _suffix(Path(name))))
    return target


def _mismatch(target: Path | None, suffix: str) -> str:
    sentence = "-o {path}: the picture is a {suffix} file; name it so, or ask for another format"
    return _(sentence, path=str(target), suffix=suffix)


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    return _SPELLINGS.get(suffix, suffix)
