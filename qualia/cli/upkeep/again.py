"""``qualia history rerun``: a run once more, compared with what it gave then."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from qualia._safe import safe_line
from qualia._values import to_plain
from qualia.cli.colour import is_coloured
from qualia.cli.comparing import difference, lines_of, shown
from qualia.cli.exit_codes import ExitCode
from qualia.cli.forms import data_text
from qualia.cli.inputs import read_given
from qualia.cli.opening import open_core
from qualia.cli.output import Face, format_of
from qualia.cli.progress import progress
from qualia.cli.upkeep.places import opened_history, run_meant
from qualia.cli.upkeep.runs import SHORT
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _, translated
from qualia.document import Document
from qualia.errors import UnsupportedInput
from qualia.history import RunEntry
from qualia.host.again import Compared, documents_of, last_steps, verdict_of
from qualia.result import Artifact, Result

_MOST_LINES = 20
_DIGEST = 12


def rerun(asked: argparse.Namespace, face: Face) -> ExitCode:
    """Run a logged run again on its document and compare the results; it ends with 1 when one is different.

    Raises:
        WrongUsage: there is no such run, it left nothing to run again, or no document was given.
        UnsupportedInput: what was given is not what it ran on.
        QualiaError: it cannot be run as it was.
    """
    form = format_of(asked.format, None)
    with opened_history(asked) as history:
        run = run_meant(history, asked.run_id)
    steps = last_steps(run)
    if not steps:
        sentence = "run {run} has no step that gave a result, so there is nothing to run again"
        raise WrongUsage(_(sentence, run=run.run_id[:SHORT]))
    documents = documents_of(steps)
    if asked.file is None:
        raise WrongUsage(_missing(run, documents))
    with open_core(asked) as core, progress(core, face) as shown_progress:
        given = read_given(asked.file, face, max_bytes=core.settings.max_document_bytes)
        _check_given(given, documents, asked.file)
        # Before anything is run: what is computed anew takes the place of what was kept.
        kept = [core.cache.get(step.key) if step.key else None for step, _made in steps]
        compared: list[Compared] = []
        for (step, made), before in zip(steps, kept, strict=True):
            shown_progress.about(f"{safe_line(step.step)}:")
            compared.append(Compared(step=step, before=before, again=core.rerun(before or made, given)))
    if form == "pretty":
        face.data("\n".join(line for each in compared for line in _told(each)))
    else:
        face.data(data_text(_facts(run, compared), form), form=form)
    return ExitCode.FAILED if any(each.verdict == "different" for each in compared) else ExitCode.OK


def _missing(run: RunEntry, documents: Sequence[str]) -> str:
    if not documents:
        sentence = "run {run} was given records, which are not kept; name the file that holds them"
        return _(sentence, run=run.run_id[:SHORT])
    sentence = (
        "run {run} was on the document {document}, whose text is not kept; "
        "name its file: qualia history rerun {run} FILE"
    )
    return _(sentence, run=run.run_id[:SHORT], document=", ".join(each[:_DIGEST] for each in documents))


def _check_given(given: Document | Result[Any], documents: Sequence[str], file: str) -> None:
    value = given.value if isinstance(given, Result) else given
    if not documents:
        return
    then = ", ".join(each[:_DIGEST] for each in documents)
    if not isinstance(value, Document):
        raise UnsupportedInput(file, f"holds a record, and the run began with the document {then}; name its file")
    if value.id not in documents:
        reason = f"is another document ({value.id[:_DIGEST]}) than the run was on ({then})"
        raise UnsupportedInput(file, f"{reason}; name the one it was on, or analyse this one anew")


def _told(compared: Compared) -> list[str]:
    name = f"{safe_line(compared.step.step)}: "
    lines: list[str] = []
    if compared.verdict == "same":
        lines.append(name + _("the same result, byte for byte"))
    elif compared.verdict == "unknown":
        sentence = "it is made of the same as then; the result of then is not in the cache any more to be compared"
        lines.append(name + _(sentence))
    elif compared.before is None:
        lines.append(name + _("not what it was then; the result of then is not in the cache any more to be compared"))
    else:
        lines.append(name + _("another result than then"))
        lines += [f"  {line}" for line in _where(compared.before.value, compared.again.result.value)]
    if compared.again.differences:
        lines.append("  " + _("what is not as it was:"))
        lines += [f"    {safe_line(translated(each))}" for each in compared.again.differences]
    return lines


def _where(before: object, after: object) -> list[str]:
    """Return the lines in which two values differ."""
    if isinstance(before, Artifact) and isinstance(after, Artifact):
        return [_artifact(before, after)]
    changed = difference(lines_of(to_plain(before)), lines_of(to_plain(after)))
    if changed is None:
        return [_("the difference is too long to show")]
    more = len(changed) - _MOST_LINES
    rest = [_("... and {more} more lines", more=more)] if more > 0 else []
    return [*shown(changed, most=_MOST_LINES, is_coloured=is_coloured()), *rest]


def _artifact(before: Artifact, after: Artifact) -> str:
    at = next(
        (place for place, (old, new) in enumerate(zip(before.data, after.data, strict=False)) if old != new),
        min(len(before.data), len(after.data)),
    )
    sentence = "{name}: {then} bytes then, {now} bytes now, the first other one at {place}"
    return _(sentence, name=safe_line(after.name), then=len(before.data), now=len(after.data), place=at)


def _facts(run: RunEntry, compared: list[Compared]) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "same": verdict_of([each.verdict for each in compared]),
        "results": [
            {
                "step": each.step.step,
                "plugin": each.step.plugin,
                "verdict": each.verdict,
                "differences": list(each.again.differences),
            }
            for each in compared
        ],
    }
