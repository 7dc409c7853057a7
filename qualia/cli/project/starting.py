"""``qualia init``: a project's folder to begin with. What is there already is left as it is."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from qualia._files import write_whole
from qualia._safe import safe_line
from qualia.cli.output import Face, as_json, as_yaml, format_of
from qualia.cli.project.places import core_for_checks
from qualia.cli.project.templates import settings_text
from qualia.cli.project.writing import toml_value
from qualia.cli.quoting import command_line
from qualia.cli.tour import MATERIAL
from qualia.cli.words import _, spoken
from qualia.errors import UnwritableOutput
from qualia.settings import FILE_NAME

_IGNORED = ".qualia/\nresults/\n"
_EXAMPLE = "pipelines/example.toml"


def init(asked: argparse.Namespace, face: Face) -> None:
    """Write a project's files, show them, and name the commands to go on with; nothing is ever replaced.

    Raises:
        QualiaError: the folder cannot be written, or an option is wrong.
    """
    form = format_of(asked.format, None)
    folder = Path(asked.folder or ".")
    if folder.exists() and not folder.is_dir():
        raise UnwritableOutput(str(folder), "it is a file; name a folder")
    files = project_files(minimal=asked.minimal, draws=not asked.minimal and _draws(asked))
    written = [name for name in files if not os.path.lexists(folder / name)]
    if not asked.dry_run:
        _write(folder, {name: files[name] for name in written})
    following = [] if asked.minimal else next_commands(folder)
    left = [name for name in files if name not in written]
    if form != "pretty":
        data = {"folder": str(folder), "written": [*written], "left": left, "next": following, "dry_run": asked.dry_run}
        face.data(as_json(data) if form == "json" else as_yaml(data), form=form)
        return
    if left:
        names = ", ".join(safe_line(str(folder / name)) for name in left)
        face.note(_("left as they are: {names}", names=names))
        if ".gitignore" in left and not _ignores_state(folder / ".gitignore"):
            face.note(_("add .qualia/ to .gitignore: it holds kept results and the history of runs"))
    if asked.dry_run and written:
        face.note(_("nothing was written; these would be:"))
    parts = ["\n".join(safe_line(str(folder / name)) for name in written)] if written else []
    if following and not asked.dry_run:
        parts.append("\n".join((_("Try next:"), *(f"  {command}" for command in following))))
    if parts:
        face.data("\n\n".join(parts))


def project_files(*, minimal: bool, draws: bool) -> Mapping[str, bytes]:
    """Return the files of a new project by name.

    Args:
        minimal: whether settings and what git leaves out are enough.
        draws: whether the example draws, which needs the plugins' libraries.
    """
    files = {FILE_NAME: settings_text(), ".gitignore": _IGNORED}
    if minimal:
        return {name: text.encode() for name, text in files.items()}
    sample = MATERIAL / _sample()
    files |= {
        "README.md": _readme(),
        _EXAMPLE: _pipeline(draws=draws),
        "plugins/README.md": _("Folders of plugins in here belong to this project: `qualia create` makes one.") + "\n",
    }
    return {**{name: text.encode() for name, text in files.items()}, f"data/{sample.name}": sample.read_bytes()}


def next_commands(folder: Path) -> list[str]:
    """Return commands that work as they stand, one after the other, once the project is there."""
    commands = [
        ["qualia", "pipeline", f"data/{_sample()}", "-c", _EXAMPLE, "-o", "results"],
        ["qualia", "pipeline", "-c", _EXAMPLE, "--plan"],
        ["qualia", "config", "validate"],
    ]
    enter = [] if folder.resolve() == Path.cwd() else [["cd", str(folder)]]
    return [command_line(command) for command in (*enter, *commands)]


def _ignores_state(path: Path) -> bool:
    """Tell whether git leaves a project's state out; a file that cannot be read is taken to say so."""
    try:
        return ".qualia" in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True


def _sample() -> str:
    return "reuniao.vtt" if spoken() == "pt-BR" else "meeting.vtt"


def _draws(asked: argparse.Namespace) -> bool:
    """Tell whether the plugin that draws words can be used here."""
    with core_for_checks(asked) as core:
        chart = core.plugins.get("frequency_chart")
        return chart is not None and chart.state in ("enabled", "loaded")


def _pipeline(*, draws: bool) -> str:
    chart = ["[[steps]]", 'id = "chart"', 'plugin = "frequency_chart"', "[steps.params]", 'format = "svg"']
    missing = _("The words as a picture, once `pip install 'qualia-core[plugins]'` was run.")
    parts = (
        (
            f"# {_('Run it with: {command}', command=next_commands(Path())[0])}",
            'name = "example"',
            f"description = {toml_value(_('The words of a meeting, cleaned, counted and drawn.'))}",
        ),
        (
            f"# {_('The text without times and system messages; what follows works on it.')}",
            *("[[steps]]", 'id = "clean"', 'plugin = "teams_cleaner"'),
        ),
        (
            f"# {_('How often each word occurs. `qualia inspect word_frequency` shows its params.')}",
            *("[[steps]]", 'id = "words"', 'plugin = "word_frequency"', "[steps.params]", "top = 50"),
        ),
        (
            f"# {_('The words as a picture.') if draws else missing}",
            *(chart if draws else [f"# {line}" for line in chart]),
        ),
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _readme() -> str:
    lines = (
        ("qualia.toml", _("settings; each line says what it means")),
        ("data/", _("documents; one sample to begin with")),
        ("pipelines/", _("steps that belong together; example.toml runs as it is")),
        ("plugins/", _("plugins of your own")),
        ("results/", _("what pipelines write; left out of git")),
        (".qualia/", _("kept results and the history of runs; left out of git")),
    )
    table = "\n".join(f"- `{name}`: {told}" for name, told in lines)
    commands = "\n".join(next_commands(Path()))
    return f"# {_('A project for Qualia')}\n\n{table}\n\n```console\n{commands}\n```\n"


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnwritableOutput(str(path), (error.strerror or str(error)).lower()) from error
        write_whole(path, data)
