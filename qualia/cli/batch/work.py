"""One file, from its bytes to the outputs that tell of it; the same in a thread as in a process of its own."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen

from qualia._digest import digest
from qualia._plugins.loader import Source
from qualia._values import frozen_mapping
from qualia._version import __version__
from qualia.cli.batch.journal import Entry
from qualia.cli.batch.names import ROOM
from qualia.cli.batch.rendering import Form, rendered, suffix_of
from qualia.cli.inputs import read_given
from qualia.cli.output import Face
from qualia.cli.words import speaking
from qualia.core import Core
from qualia.errors import DocumentUnreadable, QualiaError, UnwritableOutput
from qualia.pipeline import Pipeline
from qualia.result import Outcome, Provenance, Result
from qualia.settings import Settings

STAGE = "stage"
"""The folder, in the room of the batch, where outputs are written before they get their names."""


@frozen(kw_only=True)
class Work:
    """What is done with each file; it travels to worker processes."""

    name: str
    """The plugin's id, or the pipeline's name as a file name; it stands in the outputs' names."""
    plugin: str | None
    """None for a pipeline."""
    params: Mapping[str, Any] = field(converter=frozen_mapping)
    """The plugin's, as far as they were given."""
    pipeline: Pipeline | None
    """None for a plugin."""
    form: Form
    folder: Path
    """Where the outputs go."""
    timeout_s: float | None
    """Seconds for each file; None for as long as it takes."""
    language: str
    """What tables in outputs are in."""
    plugin_dirs: tuple[Path, ...]
    settings: Settings

    @cached_property
    def key(self) -> str:
        """What makes two batches the same work: all that shapes an output but for the plugins' code."""
        steps = () if self.pipeline is None else self.pipeline.steps
        asked = tuple((step.plugin, step.id, step.params, step.needs) for step in steps)
        language = self.language if self.form == "txt" else ""
        return digest((__version__, self.name, self.plugin, self.params, asked, self.form, language))


@frozen(kw_only=True)
class Job:
    """One file to be done."""

    path: str
    source: str
    """Its place below the base."""
    stem: str
    """What its outputs' names begin with."""
    entry: Entry | None = None
    """What the journal has about it; None when nothing."""


@frozen(kw_only=True)
class Ended:
    """What became of a file."""

    job: Job
    status: Literal["done", "kept", "failed"]
    """"kept" when its outputs are there from earlier."""
    digest: str = ""
    """sha256 (hex) of its bytes; empty when they cannot be read."""
    outputs: Mapping[str, str] = frozen_mapping({})
    """sha256 (hex) of each output, by its place in the folder."""
    code: Mapping[str, str] = frozen_mapping({})
    """The code hash of each plugin that had a part in it."""
    elapsed_s: float = 0.0
    """Seconds it took."""
    error: QualiaError | None = None
    """Why it failed; None when it did not."""

    def entry(self, work: str) -> Entry:
        """Return what the journal is told."""
        return Entry(
            source=self.job.source,
            stem=self.job.stem,
            digest=self.digest,
            work=work,
            outputs=self.outputs,
            code=self.code,
            elapsed_s=self.elapsed_s,
        )


class Bench:
    """Does the work on one file after the other, for several threads at once.

    Args:
        work: what is done.
        core: runs plugins.
        face: told what should be told.
    """

    def __init__(self, work: Work, core: Core, face: Face) -> None:
        self._work: Work = work
        self._core: Core = core
        self._face: Face = face
        self._code: dict[str, str] = {}

    def do(self, job: Job) -> Ended:
        """Do one file, unless what the journal has about it still holds."""
        began_s, seen = time.perf_counter(), ""
        with speaking(self._work.language):
            try:
                # Before it is read: a file that changes in between is then done again the next time.
                seen = digest_of(job.path)
                if job.entry is not None and self._holds(job.entry, seen):
                    entry = job.entry
                    return Ended(job=job, status="kept", digest=seen, outputs=entry.outputs, code=entry.code)
                results = self._run(job.path)
                outputs = self._write(job.stem, results)
            except QualiaError as error:
                return Ended(
                    job=job, status="failed", digest=seen, error=error, elapsed_s=time.perf_counter() - began_s
                )
        return Ended(
            job=job,
            status="done",
            digest=seen,
            outputs=outputs,
            code=_code_of(results),
            elapsed_s=time.perf_counter() - began_s,
        )

    def is_kept(self, job: Job) -> bool:
        """Tell whether what the journal has about a file still holds."""
        try:
            return job.entry is not None and self._holds(job.entry, digest_of(job.path))
        except DocumentUnreadable:
            return False

    def _run(self, path: str) -> Mapping[str, Result[Any]]:
        work = self._work
        given = read_given(path, self._face, max_bytes=self._core.settings.max_document_bytes)
        if work.pipeline is not None:
            outcome: Outcome = self._core.run_pipeline(work.pipeline, given, timeout_s=work.timeout_s)
            return dict(outcome)
        name = str(work.plugin)
        result = self._core.run(name, given, work.params, timeout_s=work.timeout_s)
        return {name: result}

    def _write(self, stem: str, results: Mapping[str, Result[Any]]) -> dict[str, str]:
        work = self._work
        if work.pipeline is None:
            name, data = rendered(results[str(work.plugin)], work.form)
            files = {f"{stem}.{work.name}{name}": data}
            place(work.folder, files)
        else:
            folder = f"{stem}.{work.name}.steps"
            inner: dict[str, bytes] = {}
            for step, result in results.items():
                suffix, data = rendered(result, work.form)
                inner[f"{step_name(step, inner)}{suffix}"] = data
            place_folder(work.folder, folder, inner)
            files = {f"{folder}/{name}": data for name, data in inner.items()}
        return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}

    def _holds(self, entry: Entry, seen: str) -> bool:
        if entry.digest != seen:
            return False
        if any(self._code_now(plugin) != code for plugin, code in entry.code.items()):
            return False
        return all(_digest_or_none(self._work.folder / name) == there for name, there in entry.outputs.items())

    def _code_now(self, plugin: str) -> str:
        """Return the hash of a plugin's code; empty when there is none."""
        if plugin not in self._code:
            info = self._core.plugins.get(plugin)
            try:
                self._code[plugin] = "" if info is None else Source.read(info.folder).code_hash
            except OSError:
                self._code[plugin] = ""
        return self._code[plugin]


def foreseen(work: Work, core: Core, stem: str) -> str:
    """Return where a file's output goes, as far as that is certain before it is made."""
    if work.pipeline is not None:
        return f"{stem}.{work.name}.steps"
    info = core.plugins[str(work.plugin)]
    if info.kind != "visualizer":
        return f"{stem}.{work.name}{suffix_of(work.form)}"
    format_ = work.params.get("format")
    if format_ is None:
        spec = next((each for each in core.plugins.params(info.id) if each.name == "format"), None)
        format_ = None if spec is None else spec.default
    return f"{stem}.{work.name}.{format_ if isinstance(format_, str) else '*'}"


def digest_of(path: str) -> str:
    """Return the sha256 (hex) of a file's bytes.

    Raises:
        DocumentUnreadable: it cannot be read.
    """
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - text with any bytes, thousands at a time
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise DocumentUnreadable(path, "it is no ordinary file", "name a file that holds text")
            return hashlib.file_digest(file, "sha256").hexdigest()
    except IsADirectoryError as error:
        raise DocumentUnreadable(path, "it is a folder", "name a file in it") from error
    except FileNotFoundError as error:
        raise DocumentUnreadable(path, "there is no such file", "check the name and the folder") from error
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise DocumentUnreadable(path, reason, "check the name and the permissions") from error


def _digest_or_none(path: Path) -> str | None:
    try:
        return digest_of(str(path))
    except DocumentUnreadable:
        return None


def _code_of(results: Mapping[str, Result[Any]]) -> dict[str, str]:
    """Return the code hash of every plugin that results tell of."""
    found: dict[str, str] = {}
    open_: list[Provenance] = [result.provenance for result in results.values()]
    while open_:
        each = open_.pop()
        if each.plugin not in found:
            found[each.plugin] = each.code_hash
            open_ += each.upstream
    return dict(sorted(found.items()))


def step_name(step: str, taken: Mapping[str, object]) -> str:
    """Return a step's name as a file name that none of ``taken`` begins with."""
    from qualia.cli.delivery import file_name

    return file_name(step, {Path(name).stem.casefold() for name in taken})


def place(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put files into a folder, each whole or not at all.

    Raises:
        UnwritableOutput: one cannot be written.
    """
    for name, data in files.items():
        target = folder / name
        try:
            staged = _staged(folder, data)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(staged, target)
            except BaseException:
                Path(staged).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise UnwritableOutput(str(target), (error.strerror or str(error)).lower()) from error


def place_folder(folder: Path, name: str, files: Mapping[str, bytes]) -> None:
    """Put a folder of files into another one, in place of one that is there.

    Raises:
        UnwritableOutput: it cannot be written.
    """
    target, staged = folder / name, folder / ROOM / STAGE / os.urandom(8).hex()
    try:
        staged.mkdir(parents=True)
        for each, data in files.items():
            (staged / each).write_bytes(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            os.replace(target, staged.with_suffix(".old"))
        os.replace(staged, target)
    except OSError as error:
        raise UnwritableOutput(str(target), (error.strerror or str(error)).lower()) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        shutil.rmtree(staged.with_suffix(".old"), ignore_errors=True)


def _staged(folder: Path, data: bytes) -> str:
    """Write bytes aside and return where; only a rename is missing then."""
    staged = f"{folder}/{ROOM}/{STAGE}/{os.urandom(8).hex()}"
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    descriptor = os.open(staged, flags, 0o666)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            written = 0
            while written < len(data):
                # Not synced, which would take most of the time: what a power failure takes, its digest tells.
                written += file.write(data[written:])
    except BaseException:
        Path(staged).unlink(missing_ok=True)
        raise
    return staged
