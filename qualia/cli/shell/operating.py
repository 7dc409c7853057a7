"""Running a command that a distribution brings: its options become params, its progress lines on stderr."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any, NoReturn

from qualia._safe import safe_text
from qualia._values import is_sequence
from qualia.cli.consent import agreed
from qualia.cli.exit_codes import ExitCode
from qualia.cli.failure import tell
from qualia.cli.opening import project_of
from qualia.cli.output import Face, as_json, as_yaml
from qualia.cli.progress import PATIENCE_S
from qualia.cli.readable import readable
from qualia.cli.words import _, spoken, translated
from qualia.errors import OperationFailed
from qualia.operations import Operation, OperationContext, Progress, perform
from qualia.plugin import build_params, parse_text
from qualia.settings import Settings

_EACH_S = 1.0


def operate(asked: argparse.Namespace, face: Face) -> int:
    """Run the operation that was asked for and write what it returns; its own code is the command's.

    Raises:
        InvalidParam: a param is wrong.
        WrongUsage: it wants somebody's word, and there is nobody to ask and no ``--yes``.
        OperationFailed: it did not reach its end.
        QualiaError: whatever else it raised on purpose.
    """
    operation: Operation = asked.operation
    params = _params_of(operation, asked)
    is_harmless = not operation.needs_confirmation or getattr(params, "dry_run", False) is True
    if not is_harmless and not asked.yes and not _agreed(operation):
        face.note(_("nothing was done"))
        return ExitCode.FAILED
    project = project_of(asked)
    settings = Settings.read(os.environ, project)
    context = OperationContext[Any](params=params, project=project, settings=settings, language=spoken())
    form: str = asked.format or "pretty"
    try:
        finished = perform(operation, context, Telling(face, form))
    except OperationFailed as error:
        tell(error, form=form, has_trace=bool(getattr(asked, "debug", False)))
        return error.code
    if finished.text is not None and form == "pretty":
        if finished.text:
            # Said in the language spoken already; what is data in it, nobody here can tell.
            face.data(safe_text(finished.text))
    elif finished.value is not None:
        _write(finished.value, form, face)
    return finished.code


def refuse(asked: argparse.Namespace, face: Face) -> NoReturn:
    """Say why a command that is brought cannot be used.

    Raises:
        OperationUnavailable: always.
    """
    raise asked.trouble


class Telling:
    """Hears an operation's progress; once it takes longer than a moment, people at a terminal hear of it too.

    Args:
        face: where it is told.
        form: the format asked for: data that come before the end are written at once where that can be.
        clock: monotonic time in seconds.
    """

    def __init__(self, face: Face, form: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._face: Face = face
        self._form: str = form
        self._clock: Callable[[], float] = clock
        self._next_s: float = clock() + PATIENCE_S
        self._last: str = ""

    def __call__(self, progress: Progress) -> None:
        """Hear how far it is."""
        if progress.text is not None and self._form == "pretty":
            self._face.data(safe_text(progress.text))
        elif progress.data is not None and self._form in ("pretty", "jsonl"):
            _write(progress.data, self._form, self._face)
        if not self._face.shows_progress or self._clock() < self._next_s:
            return
        share = "" if progress.done is None else f" {min(1.0, max(0.0, progress.done)):.0%}"
        line = f"{translated(progress.told)}{share}".strip()
        if line and line != self._last:
            self._face.note(f"{line} ...")
            self._last, self._next_s = line, self._clock() + _EACH_S


def _params_of(operation: Operation, asked: argparse.Namespace) -> Any:
    values: dict[str, Any] = {}
    for spec in operation.specs:
        given: Any = getattr(asked, f"param_{spec.name}", None)
        if given is None or given == []:
            continue
        if spec.kind == "list":
            values[spec.name] = tuple(given)
        else:
            values[spec.name] = parse_text(spec, given, plugin=operation.name)
    return build_params(operation.params, values, plugin=operation.name)


def _agreed(operation: Operation) -> bool:
    """Ask whoever sits at the terminal.

    Raises:
        WrongUsage: nobody does.
    """
    command = f"qualia {operation.name.replace('.', ' ')}"
    sentence = "{command} wants to be sure and nobody is here to be asked; add --yes to do it"
    what = translated(operation.summary).rstrip(".")
    question = _("{command}: {what}. Go on? [y/N]", command=command, what=what)
    return agreed(question, nobody=_(sentence, command=command))


def _write(value: Any, form: str, face: Face) -> None:
    """Write plain data in the form asked for; of a list each item is a line of its own in ``jsonl``."""
    if form == "json":
        face.data(as_json(value), form="json")
    elif form == "jsonl":
        for each in value if is_sequence(value) else (value,):
            face.data(as_json(each, indent=None), form="jsonl")
    elif form == "yaml":
        face.data(as_yaml(value), form="yaml")
    else:
        face.data(readable(value, width=face.width))
