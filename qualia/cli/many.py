"""One plugin on several documents: each in its turn, and a failure of one is told and ends none of the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia._safe import safe_line
from qualia.cli.delivery import file_name
from qualia.cli.exit_codes import ExitCode, code_for
from qualia.cli.failure import sentence
from qualia.cli.inputs import Given, stem_of
from qualia.cli.output import Face
from qualia.cli.progress import Progress
from qualia.cli.sources import STDIN
from qualia.cli.words import _
from qualia.document import Document
from qualia.errors import CircuitHeld, CircuitOpen, DocumentUnreadable, QualiaError
from qualia.result import Result

_CODES_OF_ALL = (ExitCode.USAGE, ExitCode.UNAVAILABLE)


@frozen(kw_only=True)
class Answer:
    """What became of one document."""

    source: str
    """The file, or what one of several results in a file says of itself."""
    stem: str
    """A name for its files that no other has."""
    result: Result[Any] | None = None
    """None when it failed."""
    error: QualiaError | None = None
    """None unless it failed."""


@frozen(kw_only=True)
class Work:
    """How documents are read and what is done with each."""

    read: Callable[[str], Sequence[Given]]
    """Returns what a file holds."""
    plan: Callable[[Any], None]
    """Tells which steps one document or result takes."""
    run: Callable[[Any], Result[Any]]
    """Answers for one document or result."""
    face: Face
    progress: Progress


def answers(work: Work, sources: Sequence[str]) -> Iterator[Answer]:
    """Yield what becomes of each source, in order; failures are told as they happen.

    Raises:
        QualiaError: a failure that every other document would have too: of the command, a param or a plugin that cannot
            be used; or that a file cannot be written.
    """
    stems, taken = stems_of(sources)
    lost: QualiaError | None = None
    for number, source in enumerate(sources, start=1):
        work.progress.about(f"[{number}/{len(sources)}] {_name(source)}:")
        try:
            found = work.read(source)
        except DocumentUnreadable as error:
            yield _failed(error, source, stems[source], work.face)
            continue
        inner = stems_of([each.source for each in found])[0]
        for given in found:
            stem = stems[source] if given.source == source else file_name(inner[given.source], taken)
            if lost is not None:
                yield Answer(source=given.source, stem=stem, error=lost)
                continue
            try:
                yield Answer(source=given.source, stem=stem, result=answer(work, given))
            except QualiaError as error:
                if isinstance(error, (CircuitOpen, CircuitHeld)):
                    lost = error
                elif code_for(error) in _CODES_OF_ALL:
                    raise
                yield _failed(error, given.source, stem, work.face)
    if lost is not None:
        work.face.note(_("documents after that were left out"))


def answer(work: Work, given: Given) -> Result[Any]:
    """Return the answer for one document or result; ``--verbose`` tells what was read and how long it took.

    Raises:
        QualiaError: as `Core.run`.
    """
    face = work.face
    if face.is_verbose:
        face.detail(_("read {source}: {what}", source=_name(given.source), what=_gist(given.value)))
        work.plan(given.value)
    begun_s = time.monotonic()
    result = work.run(given.value)
    seconds = f"{time.monotonic() - begun_s:.2f}"
    face.detail(_("{source}: done in {seconds} s", source=_name(given.source), seconds=seconds))
    return result


def code_of(given: Iterable[Answer]) -> ExitCode:
    """Return the exit code of several answers: that of all failures when there is nothing else."""
    codes = [None if each.error is None else code_for(each.error) for each in given]
    failures = [code for code in codes if code is not None]
    if not failures:
        return ExitCode.OK
    if len(failures) < len(codes):
        return ExitCode.PARTIAL
    return failures[0] if len(set(failures)) == 1 else ExitCode.FAILED


def stems_of(sources: Sequence[str]) -> tuple[Mapping[str, str], set[str]]:
    """Return a name for each source's files, and all names that are taken by that.

    A name is the file's without suffix; where several would have the same, the folders that tell them apart and the
    suffix belong to it, so that it does not depend on which files came before.
    """
    plain = {source: file_name(stem_of(source), set()).casefold() for source in sources}
    counts: dict[str, int] = {}
    for name in plain.values():
        counts[name] = counts.get(name, 0) + 1
    taken: set[str] = set()
    stems: dict[str, str] = {}
    for source in sources:
        if counts[plain[source]] == 1:
            stems[source] = file_name(stem_of(source), taken)
    for source in sources:
        if source not in stems:
            name = source if source == STDIN else str(Path(source))
            stems[source] = file_name("_".join(Path(name).parts[-4:]), taken)
    return stems, taken


def _failed(error: QualiaError, source: str, stem: str, face: Face) -> Answer:
    told = sentence(error)
    face.failure(told if isinstance(error, DocumentUnreadable) else f"{_name(source)}: {told}")
    return Answer(source=source, stem=stem, error=error)


def _name(source: str) -> str:
    return _("standard input") if source == STDIN else safe_line(source)


def _gist(value: Document | Result[Any]) -> str:
    if isinstance(value, Result):
        return _("a result of {plugin}", plugin=value.provenance.plugin)
    size = len(value.text) if value.data is None else len(value.data)
    return f"{value.media_type}, {size} {_('characters') if value.data is None else 'B'}"
