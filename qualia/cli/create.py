"""``qualia create``: the folder of a new plugin, whole or not at all, with code that runs and a test that passes."""

from __future__ import annotations

import argparse
import json
import keyword
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from string import Template

from qualia._safe import safe_line
from qualia.cli.opening import open_core, project_of
from qualia.cli.output import Face
from qualia.cli.quoting import quoted
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _
from qualia.errors import UnwritableOutput

TEMPLATES = Path(__file__).parent / "templates"
_MINIMAL = ("plugin.toml", "__init__.py")
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LONGEST_SUMMARY = 100
# What a template's code calls by name already.
_NAMES = frozenset(
    "Analyzer Any Artifact Counter Document DocumentProcessor Literal Params UnsupportedInput Visualizer WordCount "
    "WordFrequencies".split()
)
_COMMANDS = {"document": "process", "analyzer": "analyze", "visualizer": "visualize"}
_SUMMARIES = {
    "document": "The text without asides in brackets, such as [laughs].",
    "analyzer": "How many questions are asked, in all and by each speaker.",
    "visualizer": "The most frequent words as bars.",
}


def create(asked: argparse.Namespace, face: Face) -> None:
    """Write a new plugin's folder, show its files, and name the commands to go on with.

    Raises:
        WrongUsage: the id cannot be one, or is taken; the summary is no line of text.
        UnwritableOutput: the folder holds something already, or cannot be written.
    """
    plugin = _checked_id(asked.plugin)
    summary = _line(asked.summary, "--summary") or _SUMMARIES[asked.kind]
    with open_core(asked) as core:
        if plugin in core.plugins:
            sentence = "there is a plugin {plugin!r} already, in {folder}; choose another id"
            raise WrongUsage(_(sentence, plugin=plugin, folder=str(core.plugins[plugin].folder)))
    folder = _target(asked, plugin)
    author = _line(asked.author, "--author")
    files = plugin_files(plugin, asked.kind, summary=summary, author=author, minimal=asked.minimal)
    _write(folder, files)
    shown = "\n".join(safe_line(str(folder / name)) for name in files)
    told = "\n".join(f"  {command}" for command in _next_commands(folder, tested=not asked.minimal))
    face.data(f"{shown}\n\n{_('Try next:')}\n{told}")


def plugin_files(plugin: str, kind: str, *, summary: str, author: str = "", minimal: bool = False) -> dict[str, str]:
    """Return the text of each of a new plugin's files, by name.

    Args:
        plugin: its id.
        kind: "document", "analyzer" or "visualizer".
        summary: what it does, in one line.
        author: who writes it; empty leaves it out.
        minimal: whether manifest and code are enough.
    """
    quoted = summary.replace("\\", "\\\\").replace('"', '\\"')
    fields = {
        "id": plugin,
        "kind": kind,
        "name": class_name(plugin),
        "summary": summary,
        "summary_doc": quoted if summary.endswith((".", "!", "?")) else f"{quoted}.",
        "summary_toml": json.dumps(summary, ensure_ascii=False),
        "command": _COMMANDS[kind],
        "by": f"\nBy {author}.\n" if author else "",
    }
    places = {path.name.removesuffix(".txt"): path for room in ("every", kind) for path in _in(room)}
    names = [*_MINIMAL, *(() if minimal else sorted(name for name in places if name not in _MINIMAL))]
    return {
        name.replace("ID", plugin): Template(places[name].read_text(encoding="utf-8")).substitute(fields)
        for name in names
    }


def class_name(plugin: str) -> str:
    """Return what a plugin's class is called: ``word_list`` -> ``WordList``, or ``WordListPlugin`` if that is taken."""
    name = "".join(part[:1].upper() + part[1:] for part in plugin.split("_"))
    return f"{name}Plugin" if name in _NAMES or keyword.iskeyword(name) else name


def suggested_id(text: str) -> str:
    """Return the valid id that is nearest to a text: ``Meu Plugin!`` -> ``meu_plugin``; empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain).lower()
    found = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
    found = re.sub(r"^[0-9_]+", "", found)[:57].rstrip("_")
    return f"{found}_plugin" if found and _is_taken(found) else found


def _is_taken(plugin: str) -> bool:
    """Return whether Python means something else by this name: its test would import that instead of the plugin."""
    if keyword.iskeyword(plugin) or plugin in sys.stdlib_module_names:
        return True
    from importlib.machinery import PathFinder

    here = os.path.realpath(os.curdir)
    path = [folder for folder in sys.path if folder and os.path.realpath(folder) != here]
    spec = PathFinder.find_spec(plugin, path)
    return spec is not None and spec.origin is not None


def _checked_id(text: str) -> str:
    near = suggested_id(text)
    hint = _("; try {near}", near=near) if near else ""
    if not _ID.fullmatch(text):
        sentence = "{text!r} is no id: write lower-case letters, digits and _, at most 64 and a letter first{hint}"
        raise WrongUsage(_(sentence, text=text, hint=hint))
    if _is_taken(text):
        sentence = "{text!r} is no id: Python has a word or a module of that name{hint}"
        raise WrongUsage(_(sentence, text=text, hint=hint))
    return text


def _line(text: str | None, option: str) -> str:
    found = "" if text is None else text.strip()
    if not found.isprintable() or len(found) > _LONGEST_SUMMARY:
        sentence = "{option} must be one line of at most {most} characters"
        raise WrongUsage(_(sentence, option=option, most=_LONGEST_SUMMARY))
    return found


def _in(room: str) -> list[Path]:
    return sorted((TEMPLATES / room).glob("*.txt"))


def _target(asked: argparse.Namespace, plugin: str) -> Path:
    if asked.output is not None:
        return Path(asked.output)
    project = project_of(asked)
    if project is None:
        return Path(plugin)
    return (Path() if project == Path.cwd() else project) / "plugins" / plugin


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write all files or none; whoever looks meanwhile sees no plugin, or a whole one."""
    try:
        there = folder.exists()
        if there and (not folder.is_dir() or next(folder.iterdir(), None) is not None):
            raise UnwritableOutput(str(folder), "it is there already and not an empty folder")
        with _staged(folder, files) as staging:
            if there:
                _move(staging, folder, files)
            else:
                staging.rename(folder)
    except OSError as error:
        raise UnwritableOutput(str(folder), (error.strerror or str(error)).lower()) from error


@contextmanager
def _staged(folder: Path, files: Mapping[str, str]) -> Generator[Path]:
    """Write the files into a hidden folder beside, where no plugin is looked for; nothing is left of it."""
    made = [each for each in folder.absolute().parents if not each.exists()]
    staging = folder.absolute().parent / f".{folder.absolute().name}.{os.urandom(4).hex()}.part"
    try:
        staging.mkdir(parents=True)
        for name, text in files.items():
            (staging / name).write_text(text, encoding="utf-8", newline="\n")
        yield staging
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        with suppress(OSError):
            for each in made:
                each.rmdir()
        raise
    shutil.rmtree(staging, ignore_errors=True)


def _move(staging: Path, folder: Path, files: Mapping[str, str]) -> None:
    """Move the files into an empty folder, the manifest last: without it nobody takes the folder for a plugin."""
    moved: list[Path] = []
    try:
        for name in reversed([*files]):
            moved.append(folder / name)
            (staging / name).rename(folder / name)
    except BaseException:
        for path in moved:
            path.unlink(missing_ok=True)
        raise


def _next_commands(folder: Path, *, tested: bool) -> list[str]:
    commands = ["qualia validate", "qualia dev", *(["pytest"] if tested else [])]
    return [f"{command} {quoted(str(folder))}" for command in commands]
