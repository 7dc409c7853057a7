"""From what was asked to the work that is done with each file, and back to the command line that asks for it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from qualia.cli.batch.work import Work
from qualia.cli.delivery import file_name
from qualia.cli.opening import params_of, project_of, timeout_of
from qualia.cli.quoting import command_line, path_word
from qualia.cli.sources import sources_of
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _, spoken
from qualia.core import Core
from qualia.document import Document
from qualia.errors import (
    DocumentUnreadable,
    InvalidParam,
    InvalidPipeline,
    PipelineCycle,
    UnknownPlugin,
    UnsupportedInput,
)
from qualia.pipeline import Pipeline, Step
from qualia.settings import Settings

READABLE = ("*.txt", "*.md", "*.vtt", "*.srt", "*.sbv", "*.docx")
"""The files of a folder that are meant unless a pattern says otherwise."""
RESULTS = ("*.json", "*.yaml", "*.yml")
"""And those that a visualizer takes besides: results that were written before."""
_TEMPORARY_ENDS = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".swp", ".swx", "~")
_TEMPORARY_BEGINNINGS = ("~$", ".~", "~")
SETTLE_S = 2.0
"""Seconds a file that came must be unchanged before it is read, unless somebody says otherwise."""
_NO_END = 1_000_000_000


def settings_of(asked: argparse.Namespace, jobs: int) -> Settings:
    """Return how the Cores behave that do the work.

    Many bad files in a row say nothing about the next one, so failures do not keep a plugin from being called, unless
    its own manifest says so.
    """
    settings = Settings.read(os.environ, project_of(asked))
    settings = evolve(settings, max_failures=_NO_END, parallel_steps=max(settings.parallel_steps, jobs))
    return settings if asked.isolation is None else evolve(settings, isolation={"*": asked.isolation})


def open_core(asked: argparse.Namespace, settings: Settings) -> Core:
    """Return a Core that behaves so."""
    return Core(asked.plugin_dirs, settings=settings)


def work_of(asked: argparse.Namespace, core: Core) -> Work:
    """Return what is done with each file, everything checked that can be before there is one.

    Raises:
        QualiaError: the plugin, its params or the pipeline are wrong.
    """
    pipeline = None if asked.pipeline is None else Pipeline.from_path(asked.pipeline)
    if pipeline is None:
        # An id that is unknown is told before the first file.
        core.plugins[asked.plugin]
        params: dict[str, Any] = params_of(core, asked)
        name = str(asked.plugin)
    elif asked.params or asked.config is not None:
        raise WrongUsage(_("-P and -c are for --plugin; a pipeline's file holds its params"))
    else:
        for step in pipeline.steps:
            core.plugins[step.plugin]
        params, name = {}, file_name(pipeline.name, set()).replace(".", "_")
    _check(pipeline or Pipeline(steps=(Step(plugin=name, params=params),)), core)
    return Work(
        name=name,
        plugin=asked.plugin,
        params=params,
        pipeline=pipeline,
        form=asked.output_format,
        folder=Path(asked.output),
        timeout_s=timeout_of(asked),
        language=spoken(),
        plugin_dirs=tuple(Path(each) for each in asked.plugin_dirs),
        settings=core.settings,
    )


def _check(pipeline: Pipeline, core: Core) -> None:
    """Refuse what no file could mend: params, plugins, cycles."""
    try:
        core.plan(pipeline, Document("-", title="-"))
    except (PipelineCycle, UnknownPlugin):
        raise
    except (InvalidPipeline, UnsupportedInput) as error:
        if isinstance(error.__cause__, InvalidParam):
            raise
        # What a file is decides about the rest: a transcript is read by a plugin, a result brings a record along.


def patterns_of(asked: argparse.Namespace, core: Core) -> tuple[str, ...]:
    """Return which files of a folder are meant."""
    if asked.patterns:
        return tuple(asked.patterns)
    last = asked.plugin if asked.pipeline is None else Pipeline.from_path(asked.pipeline).steps[0].plugin
    return (*READABLE, *RESULTS) if core.plugins[last].kind == "visualizer" else READABLE


def is_temporary(name: str) -> bool:
    """Tell whether a file's name says that it is being written, or belongs to a program that has it open."""
    lower = name.lower()
    return lower.startswith(_TEMPORARY_BEGINNINGS) or lower.endswith(_TEMPORARY_ENDS)


def files_of(words: Sequence[str], patterns: Iterable[str], *, recursive: bool, outputs: Path) -> list[str]:
    """Return the files that words name, in the order of their names; nothing that lies among the outputs.

    Args:
        words: files, folders and patterns.
        patterns: which files of a folder are meant.
        recursive: whether those in the folders below it are too.
        outputs: where the outputs go.

    Raises:
        DocumentUnreadable: a word names nothing, or standard input.
    """
    named: dict[str, str] = {}
    for word in words:
        if word == "-":
            raise DocumentUnreadable(word, "a batch works on files, not on standard input", "name files or a folder")
        for path in _files_in(word, patterns, recursive=recursive):
            # Two spellings of one name have one output, and would write it at the same time.
            named.setdefault(os.path.abspath(path), path)  # noqa: PTH100 - text with any bytes
    found = set(named.values())
    absent = next((path for path in words if path in found and not os.path.lexists(path)), None)
    if absent is not None:
        raise DocumentUnreadable(absent, "there is no such file", "check the name and the folder")
    inside = os.path.realpath(outputs) + os.sep
    near = {os.path.dirname(path) for path in found}  # noqa: PTH120 - text with any bytes
    ours = {folder for folder in near if (os.path.realpath(folder) + os.sep).startswith(inside)}
    kept = sorted(path for path in found if os.path.dirname(path) not in ours)  # noqa: PTH120 - as above
    if not kept:
        reason = "all that it names lies in the folder of the outputs"
        raise DocumentUnreadable(" ".join(words), reason, "give another folder with -o")
    return kept


def _files_in(word: str, patterns: Iterable[str], *, recursive: bool) -> list[str]:
    if not os.path.isdir(word):  # noqa: PTH112 - as above
        return list(sources_of([word], recursive=recursive))
    found: list[str] = []
    for pattern in patterns:
        try:
            found += sources_of([word], recursive=recursive, pattern=pattern)
        except DocumentUnreadable:
            continue
    kept = [path for path in found if not is_temporary(os.path.basename(path))]  # noqa: PTH119 - as above
    if not kept:
        reason = f"no file in it matches {', '.join(patterns)}"
        remedy = "say with --pattern which ones are meant" + ("" if recursive else ", or give --recursive")
        raise DocumentUnreadable(word, reason, remedy)
    return kept


def asked_again(asked: argparse.Namespace, command: str, words: Sequence[str]) -> str:
    """Return the words that ask for the same again, as a shell takes them."""
    parts = ["qualia", command, *map(path_word, words)]
    for option, value in (
        ("--plugin", asked.plugin),
        ("--pipeline", asked.pipeline),
        ("--config", asked.config),
        ("--output", path_word(asked.output)),
        ("--isolation", asked.isolation),
        ("--timeout", asked.timeout),
        ("--project", asked.project),
        ("--lang", getattr(asked, "lang", None)),
    ):
        parts += [] if value is None else [option, str(value)]
    for option, values in (
        ("--param", asked.params),
        ("--pattern", asked.patterns),
        ("--plugin-dir", asked.plugin_dirs),
    ):
        for each in values:
            parts += [f"{option}={each}"] if each.startswith("-") else [option, each]
    if asked.output_format != "json":
        parts += ["--output-format", asked.output_format]
    if asked.format != "pretty":
        parts += ["--format", asked.format]
    if getattr(asked, "settle", SETTLE_S) != SETTLE_S:
        parts += ["--settle", f"{asked.settle:g}"]
    if asked.jobs is not None:
        parts += ["--jobs", str(asked.jobs)]
    for option in ("recursive", "processes", "continue_on_error", "polling", "once"):
        if getattr(asked, option, False):
            parts.append("--" + option.replace("_", "-"))
    return command_line(parts)
