"""``qualia config create``, ``validate``, ``list`` and ``schema``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from qualia._files import write_whole
from qualia.cli.delivery import check_target
from qualia.cli.exit_codes import ExitCode
from qualia.cli.opening import open_core
from qualia.cli.output import Face, as_json, as_yaml, format_of
from qualia.cli.pretty import table
from qualia.cli.project.checking import check_file
from qualia.cli.project.places import core_for_checks, files_in, files_meant, homes
from qualia.cli.project.problems import Checked, kind_told
from qualia.cli.project.schemas import params_schema, settings_schema
from qualia.cli.project.templates import params_text, settings_text
from qualia.cli.project.verdicts import show
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _, heading
from qualia.errors import UnwritableOutput
from qualia.settings import FILE_NAME, user_folder

_SUFFIXES = {".toml": "toml", ".yaml": "yaml", ".yml": "yaml", ".json": "json"}


def create(asked: argparse.Namespace, face: Face) -> None:
    """Write a file of a plugin's params, or of all settings, to stdout or where ``-o`` says.

    Raises:
        QualiaError: the plugin is unknown, the format does not fit, or the file is there already.
    """
    output: str = asked.output or "-"
    target = None if output == "-" else Path(output)
    form = asked.format or _SUFFIXES.get("" if target is None else target.suffix.lower(), "toml")
    if target is not None and (target.is_dir() or output.endswith(("/", os.sep))):
        name = FILE_NAME if asked.plugin is None else f"{asked.plugin}.{form}"
        target /= name
    if target is not None and _SUFFIXES.get(target.suffix.lower(), form) != form:
        sentence = "-o {path} does not end as a file of {form} does; leave --format out, or change the name"
        raise WrongUsage(_(sentence, path=str(target), form=form))
    text = _text(asked, form, target)
    if target is None:
        face.data(text.rstrip("\n"))
        face.note(_("nothing was saved; -o FILE writes it"))
        return
    check_target(str(target))
    if target.exists() and not asked.force:
        raise UnwritableOutput(str(target), "it is there already; name another file or give --force")
    face.note(_("wrote {path}", path=write_whole(target, text.encode())))


def _text(asked: argparse.Namespace, form: str, target: Path | None) -> str:
    if asked.plugin is None:
        if form != "toml":
            raise WrongUsage(_("settings are written as TOML alone; give -p PLUGIN for a plugin's params"))
        return settings_text()
    with open_core(asked) as core:
        specs = core.plugins.params(asked.plugin)
        return params_text(core.plugins[asked.plugin], specs, form, None if target is None else str(target))


def validate(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Show all that is wrong with files, or with the project's; `ExitCode.USAGE` when something is.

    Raises:
        QualiaError: no file was named and there is none, a folder is wrong, or stdout cannot be written.
    """
    named = [each for path in asked.files for each in files_meant(path)]
    files = named if asked.files else [each for home in homes(asked) for each in files_in(home)]
    if not files:
        raise WrongUsage(_("there is no qualia.toml, pipeline or file of params here; name the files"))
    with core_for_checks(asked) as core:
        found = [check_file(each, core, plugin=asked.plugin) for each in files]
    return show(face, format_of(asked.format, None), found)


def list_files(asked: argparse.Namespace, face: Face) -> None:
    """List the files of settings, pipelines and params of the project and of the user, and whether they are valid.

    Raises:
        QualiaError: a folder is wrong, or stdout cannot be written.
    """
    form = format_of(asked.format, None)
    own = user_folder(os.environ)
    with core_for_checks(asked) as core:
        found = [(home, check_file(each, core)) for home in homes(asked) for each in files_in(home)]
    if form != "pretty":
        data = [{**each.facts, "of": "user" if home == own else "project"} for home, each in found]
        face.data(as_json(data) if form == "json" else as_yaml(data), form=form)
        return
    if not found:
        face.note(_("there are none; `qualia init` begins a project, `qualia config create` writes such files"))
        return
    rows = [(each.file, kind_told(each.kind), each.name, _validity(each)) for _home, each in found]
    face.data(
        table(rows, headings=(heading("file"), heading("kind"), heading("name"), heading("validity")), width=face.width)
    )
    if any(each.problems for _home, each in found):
        face.note(_("`qualia config validate` says what is wrong"))


def schema(asked: argparse.Namespace, face: Face) -> None:
    """Show the JSON schema of the settings, or of a plugin's params.

    Raises:
        QualiaError: the plugin is unknown or cannot be loaded, or stdout cannot be written.
    """
    if asked.plugin is None:
        face.data(as_json(settings_schema()), form="json")
        return
    with open_core(asked) as core:
        specs = core.plugins.params(asked.plugin)
        face.data(as_json(params_schema(core.plugins[asked.plugin], specs)), form="json")


def _validity(each: Checked) -> str:
    if not each.problems:
        return heading("fine")
    return _("problems: {count}", count=len(each.problems))
