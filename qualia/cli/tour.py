"""``qualia demo``: the shipped pipeline on the shipped meetings, and what to try next."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from qualia._safe import safe_line
from qualia.cli.delivery import check_absent
from qualia.cli.opening import open_core
from qualia.cli.output import Face, as_json, as_yaml, format_of
from qualia.cli.progress import progress
from qualia.cli.quoting import command_line
from qualia.cli.words import _, spoken

MATERIAL = Path(__file__).parent / "material"


def run_demo(asked: argparse.Namespace, face: Face) -> None:
    """Write the demo's files, show their paths, and name the next three commands to try.

    Raises:
        QualiaError: the folder cannot be written, or a plugin cannot answer.
    """
    from qualia.cli.demo import run

    form = format_of(asked.format, None)
    folder = Path(asked.output)
    check_absent(folder, {}, force=True)
    with open_core(asked) as core, progress(core, face):
        paths = run(folder, core=core, tell=face.note, language="pt" if spoken() == "pt-BR" else "en")
    commands = next_commands(folder, paths)
    if form != "pretty":
        data = {"folder": str(folder), "written": [str(path) for path in paths], "next": commands}
        face.data(as_json(data) if form == "json" else as_yaml(data), form=form)
        return
    told = "\n".join(f"  {command}" for command in commands)
    shown = "\n".join(safe_line(str(path)) for path in paths)
    face.data(f"{shown}\n\n{_('Try next:')}\n{told}")


def next_commands(folder: Path, written: Sequence[Path]) -> list[str]:
    """Return three commands that work as they stand: on what the demo wrote, or else on the material that ships."""
    stem = _in("meeting", "reuniao")
    meeting = MATERIAL / f"{stem}.vtt"
    clean, words = (folder / stem / name for name in ("clean.json", "words.json"))
    drawn, results = folder / _in("pie.svg", "pizza.svg"), folder / _in("my-results", "meus-resultados")
    pie = ("-P", "chart=pie", "-o", str(drawn))
    commands = (
        ("analyze", str(clean if clean in written else meeting), "-p", "word_frequency", "-P", "top=20"),
        ("visualize", str(words if words in written else meeting), "-p", "frequency_chart", *pie),
        ("pipeline", str(meeting), "-c", str(MATERIAL / "meeting.toml"), "-o", str(results)),
    )
    return [command_line(("qualia", *command)) for command in commands]


def _in(english: str, portuguese: str) -> str:
    return portuguese if spoken() == "pt-BR" else english
