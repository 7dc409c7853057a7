"""``qualia pipeline check``: every mistake of a pipeline at once, without running it; and how verdicts are shown."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from qualia.cli.exit_codes import ExitCode
from qualia.cli.output import Face, Format, as_json, as_yaml, format_of
from qualia.cli.project.checking import check_file
from qualia.cli.project.places import core_for_checks, pipeline_named, readable_in
from qualia.cli.project.problems import Checked
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _


def check_pipelines(asked: argparse.Namespace, names: Sequence[str], face: Face) -> ExitCode:
    """Show all that is wrong with pipelines; `ExitCode.USAGE` when something is.

    Raises:
        QualiaError: none was named, a folder is wrong, or stdout cannot be written.
    """
    files = [each for name in names for each in _meant(name, asked)]
    if not files:
        raise WrongUsage(_("name the pipelines to check, for example: qualia pipeline check pipelines/meeting.toml"))
    form = format_of(asked.format, None)
    with core_for_checks(asked) as core:
        return show(face, form, [check_file(each, core, kind="pipeline") for each in files])


def show(face: Face, form: Format, found: Sequence[Checked]) -> ExitCode:
    """Show what was found in files and return the code for it.

    Raises:
        UnwritableOutput: stdout cannot be written.
    """
    is_fine = not any(each.problems for each in found)
    if form == "pretty":
        face.data("\n".join([*(each.told() for each in found), *_counted(found)]))
    elif form == "jsonl":
        face.data("\n".join(as_json(each.facts, indent=None) for each in found), form=form)
    else:
        data = {"ok": is_fine, "files": [each.facts for each in found]}
        face.data(as_json(data) if form == "json" else as_yaml(data), form=form)
    return ExitCode.OK if is_fine else ExitCode.USAGE


def _counted(found: Sequence[Checked]) -> Iterable[str]:
    count = sum(len(each.problems) for each in found)
    if len(found) > 1 or count > 1:
        yield _("files: {files}, problems: {problems}", files=len(found), problems=count)


def _meant(name: str, asked: argparse.Namespace) -> Iterator[str]:
    """Yield the files of a folder, or the one file a name means."""
    if Path(name).is_dir():
        yield from map(str, readable_in(Path(name)))
    else:
        yield pipeline_named(name, asked)
