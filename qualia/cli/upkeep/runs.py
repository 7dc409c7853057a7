"""``qualia history list``, ``show`` and ``prune``: what ran, how it ended, and forgetting it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qualia._safe import safe_line
from qualia._values import dumps, to_plain
from qualia.cli.amounts import told_span
from qualia.cli.colour import bold
from qualia.cli.forms import data_text
from qualia.cli.output import Face, format_of
from qualia.cli.pretty import table
from qualia.cli.upkeep.consent import consented
from qualia.cli.upkeep.places import opened_history, run_meant, state_of
from qualia.cli.upkeep.times import age_of, moment_of, told_moment
from qualia.cli.usage import WrongUsage
from qualia.cli.words import _, heading, translated
from qualia.document import Document
from qualia.history import History, RunEntry, StepEntry
from qualia.settings import Settings

SHORT = 8
"""Characters shown of a run's id; they are enough to name it by."""
_DIGEST = 12
_INDENT = "  "
_WIDE = 72
_FEW_COLUMNS = 3


def list_runs(asked: argparse.Namespace, face: Face) -> None:
    """List runs, the latest first.

    Raises:
        WrongUsage: a filter cannot be understood, or nothing is logged here.
        HistoryUnreadable: the log cannot be read.
    """
    form = format_of(asked.format, None)
    if asked.limit < 1:
        raise WrongUsage(_("--limit {number}: give a whole number of at least 1", number=asked.limit))
    settings, _state = state_of(asked)
    with opened_history(asked) as history:
        conditions = _conditions(asked, history, settings)
        runs = history.runs(**conditions, limit=asked.limit + 1)
        is_empty = not runs and not history.runs(limit=1)
    shown = runs[: asked.limit]
    if form == "csv":
        face.data(data_text([_flat(run) for run in shown], form) if shown else ",".join(_FLAT), form=form)
    elif form != "pretty":
        face.data(data_text([facts_of(run, in_full=False) for run in shown], form), form=form)
    elif shown:
        face.pages(_listed(shown, width=face.width))
    if is_empty:
        face.note(_("no run has been logged here yet"))
    elif not shown:
        face.note(_("no run fits"))
    elif len(runs) > asked.limit:
        face.note(
            _("there are more than these {count}; --limit shows more, --since and --plugin fewer", count=asked.limit)
        )


def _conditions(asked: argparse.Namespace, history: History, settings: Settings) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "plugin": asked.plugin,
        "outcome": asked.outcome,
        "document": None if asked.document is None else _document_id(asked.document, history, settings),
        "since": None if asked.since is None else moment_of(asked.since, option="--since", now=now),
        "until": None if asked.until is None else moment_of(asked.until, option="--until", now=now, is_end=True),
    }


def _document_id(text: str, history: History, settings: Settings) -> str:
    """Return the id of a document that is named by its file, or by the beginning of its id."""
    if Path(text).is_file():
        return Document.from_path(text, max_bytes=settings.max_document_bytes).id
    known = history.beginning(text, of="document", limit=6) if text else ()
    if len(known) == 1:
        return known[0]
    if known:
        sentence = "several documents begin with {text!r}; write more of the id"
        raise WrongUsage(_(sentence, text=text))
    sentence = "--document {text!r}: there is no such file, and no run on a document whose id begins so"
    raise WrongUsage(_(sentence, text=text))


def _listed(runs: Sequence[RunEntry], *, width: int | None) -> str:
    headings = (
        heading("run"),
        heading("started"),
        heading("what ran"),
        heading("outcome"),
        heading("took"),
        heading("steps"),
        _("document"),
    )
    now = datetime.now(UTC)
    rows = [_row(run, now) for run in runs]
    # Where not all fits, what tells runs apart comes first: half an id is of no use.
    count = len(headings) if width is None or width >= _WIDE else _FEW_COLUMNS
    return table([row[:count] for row in rows], headings=headings[:count], width=width)


def _row(run: RunEntry, now: datetime) -> tuple[str, ...]:
    return (
        run.run_id[:SHORT],
        told_moment(run.started_at, now=now),
        run.name or "–",
        ended(run.outcome),
        told_span(run.elapsed_s),
        str(len(run.steps)),
        (run.document or "–")[:SHORT],
    )


def ended(outcome: str) -> str:
    """Return how a run or a step ended, in the language spoken."""
    told = {
        "ok": heading("ok"),
        "failed": heading("failed"),
        "cancelled": heading("cancelled"),
        "skipped": heading("skipped"),
    }
    return told.get(outcome, outcome)


def show_run(asked: argparse.Namespace, face: Face) -> None:
    """Show one run with its steps.

    Raises:
        WrongUsage: there is no such run, or nothing is logged here.
        HistoryUnreadable: the log cannot be read.
    """
    form = format_of(asked.format, None)
    with opened_history(asked) as history:
        run = run_meant(history, asked.run_id)
    if form == "pretty":
        face.pages(_described(run, width=face.width))
    else:
        face.data(data_text(facts_of(run, in_full=True), form), form=form)


def _described(run: RunEntry, *, width: int | None) -> str:
    facts = [
        (heading("run"), run.run_id),
        (heading("what ran"), run.name or "–"),
        (heading("started"), run.started_at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")),
        (heading("took"), told_span(run.elapsed_s)),
        (heading("outcome"), ended(run.outcome)),
        (_("document"), run.document or _("none; it was given records")),
    ]
    if run.error:
        facts.append((_("error"), translated(run.error)))
    parts = [table(facts, width=width)]
    if run.steps:
        headings = (_("step"), _("plugin"), _("version"), heading("outcome"), heading("took"), _("cached"))
        parts.append(table([_step_row(step) for step in run.steps], headings=headings, width=width))
        parts += [_detailed(step, details, width) for step in run.steps if (details := list(_details(step)))]
    return "\n\n".join(parts)


def _step_row(step: StepEntry) -> tuple[str, ...]:
    version = step.provenance.version if step.provenance else "–"
    took = "–" if step.outcome != "ok" else told_span(step.elapsed_s)
    cached = (_("yes") if step.cached else _("no")) if step.outcome == "ok" else "–"
    return step.step, step.plugin, version, ended(step.outcome), took, cached


def _detailed(step: StepEntry, details: Sequence[tuple[str, str]], width: int | None) -> str:
    """Return what is told of a step below its name, indented."""
    text = table(details, width=None if width is None else width - len(_INDENT))
    return "\n".join([bold(safe_line(step.step)), *(f"{_INDENT}{line}" for line in text.splitlines())])


def _details(step: StepEntry) -> Iterator[tuple[str, str]]:
    if step.error:
        yield _("error"), translated(step.error)
    if step.provenance is None:
        return
    if step.provenance.params:
        params = ", ".join(f"{name} = {dumps(value)}" for name, value in sorted(step.provenance.params.items()))
        yield heading("params"), params
    for name, digest in step.provenance.inputs.items():
        made = next((each.plugin for each in step.provenance.upstream if _argument(each.produces) == name), None)
        told = digest[:_DIGEST] if made is None else f"{digest[:_DIGEST]} <- {made}"
        yield f"{heading('input')} {name}", told


def _argument(schema: str | None) -> str:
    return (schema or "").partition("/")[0].replace("-", "_")


def facts_of(run: RunEntry, *, in_full: bool) -> dict[str, Any]:
    """Return a run as plain data; ``in_full`` adds how each step's result came about."""
    return {
        "run_id": run.run_id,
        "name": run.name,
        "document": run.document,
        "started_at": run.started_at.isoformat(),
        "elapsed_s": run.elapsed_s,
        "outcome": run.outcome,
        "error": run.error,
        "steps": [_step_facts(step, in_full=in_full) for step in run.steps],
    }


def _step_facts(step: StepEntry, *, in_full: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "step": step.step,
        "plugin": step.plugin,
        "version": step.provenance.version if step.provenance else None,
        "outcome": step.outcome,
        "elapsed_s": step.elapsed_s,
        "cached": step.cached,
        "error": step.error,
    }
    if in_full:
        facts |= {"key": step.key, "provenance": to_plain(step.provenance)}
    return facts


_FLAT = ("run_id", "started_at", "name", "outcome", "elapsed_s", "document", "steps", "cached", "plugins", "error")


def _flat(run: RunEntry) -> Mapping[str, Any]:
    """Return a run as single values."""
    plugins = " ".join(dict.fromkeys(step.plugin for step in run.steps))
    cached = sum(step.cached for step in run.steps)
    counts = {"steps": len(run.steps), "cached": cached, "plugins": plugins}
    facts = {**facts_of(run, in_full=False), **counts}
    return {name: facts[name] for name in _FLAT}


def prune(asked: argparse.Namespace, face: Face) -> None:
    """Forget runs older than an age, after asking.

    Raises:
        WrongUsage: the age is none, or nobody can be asked and ``--yes`` is missing.
        HistoryUnreadable: the log cannot be read or written.
        WorkUndone: the person asked said no.
    """
    keep_days = age_of(asked.older_than, option="--older-than").total_seconds() / 86_400
    with opened_history(asked) as history:
        count = history.prune(keep_days=keep_days, dry_run=True)
        if asked.dry_run:
            face.data(_("runs that would be forgotten: {count}; --dry-run changes nothing", count=count))
            return
        if count:
            consented(asked, _("Forget the runs older than {age} ({count})?", count=count, age=asked.older_than))
            count = history.prune(keep_days=keep_days)
    face.data(_("runs forgotten: {count}", count=count))
