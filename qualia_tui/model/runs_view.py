"""Runs as rows and lines: those under way, those of the history, and what tells two of them apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath

from qualia._values import is_mapping, is_sequence
from qualia_tui.lines import Column, Line, Row, Span, Style, line
from qualia_tui.model import facts
from qualia_tui.model.amounts import duration, moment
from qualia_tui.model.log import matches
from qualia_tui.model.state import JobFacts
from qualia_tui.model.texts import facts_lines, figure, wrapped_lines
from qualia_tui.words import _, translated

JOB = "job:"
"""What the keys of rows begin with that are no entries of the history yet."""
_MARKS: Mapping[str, tuple[str, Style]] = {
    "ok": ("✓", "ok"),
    "failed": ("✗", "bad"),
    "lost": ("✗", "bad"),
    "cancelled": ("×", "warn"),
    "running": ("▸", "accent"),
    "waiting": ("·", "dim"),
}


def columns() -> tuple[Column, ...]:
    """Return the columns of the table."""
    return (
        Column(title="", width=2),
        Column(title=_("begun"), width=16, rank=1),
        Column(title=_("what"), width=16, grow=2),
        Column(title=_("outcome"), width=11),
        Column(title=_("took"), width=7, right=True),
        Column(title=_("steps"), width=6, right=True, rank=3),
        Column(title=_("document"), width=12, grow=2, rank=2),
    )


def rows(
    history: Sequence[facts.Plain], jobs: Iterable[JobFacts], *, wanted: str = "", marked: str = ""
) -> tuple[Row, ...]:
    """Return what is shown: runs under way or lost first, then the history, the latest first.

    Args:
        history: entries of the history, in short form.
        jobs: what was begun through the host.
        wanted: what a row must hold; after ``!`` what it must not.
        marked: the run that another one will be compared with; empty for none.
    """
    told = {facts.text(entry, "run_id") for entry in history}
    all_jobs = [job for job in jobs if job.kind == "run"]
    open_jobs = [job for job in all_jobs if not job.is_over or _is_untold(job, told)]
    under_way = (_job_row(job) for job in reversed(open_jobs) if matches(wanted, *_job_texts(job)))
    files = files_of(all_jobs)
    kept = (entry for entry in history if matches(wanted, *_texts(entry), files.get(facts.text(entry, "run_id"), "")))
    return (*under_way, *(_row(entry, marked=marked, files=files) for entry in kept))


def files_of(jobs: Iterable[JobFacts]) -> Mapping[str, str]:
    """Return the files that runs were on, by the name the history has a run by; the history itself keeps none."""
    return {job.run_id: job.path for job in jobs if job.run_id and job.path}


def _is_untold(job: JobFacts, told: set[str]) -> bool:
    """Whether a job has ended without the history telling of it: lost with its host, or refused before it began."""
    return job.state in {"lost", "failed"} and (not job.run_id or job.run_id not in told)


def _texts(entry: facts.Plain) -> tuple[str, ...]:
    names = ("run_id", "name", "outcome", "error", "document")
    # What stands on the screen can be looked for, too.
    outcome = outcome_span(facts.text(entry, "outcome")).text
    return (*(facts.text(entry, name) for name in names), outcome, *facts.texts(entry, "plugins"))


def _job_texts(job: JobFacts) -> tuple[str, ...]:
    return job.name, job.state, outcome_span(job.state).text, job.error, job.path


def outcome_span(state: str) -> Span:
    """Return an outcome in words, in its style."""
    words = {
        "ok": _("ok"),
        "failed": _("failed"),
        "lost": _("lost"),
        "cancelled": _("cancelled"),
        "running": _("running"),
        "waiting": _("waiting"),
    }
    return Span(words.get(state, state), _MARKS.get(state, ("?", ""))[1])


def _row(entry: facts.Plain, *, marked: str, files: Mapping[str, str]) -> Row:
    run_id, outcome = facts.text(entry, "run_id"), facts.text(entry, "outcome")
    mark, style = _MARKS.get(outcome, ("?", ""))
    steps = facts.number(entry, "steps")
    return Row(
        run_id,
        (
            Span(("→" if run_id == marked else " ") + mark, style),
            Span(begun(entry), "dim"),
            Span(facts.text(entry, "name")),
            outcome_span(outcome),
            Span(duration(facts.number(entry, "elapsed_s"))),
            Span("" if steps is None else str(int(steps))),
            Span(PurePath(files.get(run_id, "")).name or facts.text(entry, "document")[:9], "dim"),
        ),
    )


def _job_row(job: JobFacts) -> Row:
    over = sum(step.state in {"ok", "failed", "skipped"} for step in job.steps.values())
    mark, style = _MARKS.get(job.state, ("?", ""))
    return Row(
        JOB + job.id,
        (
            Span(f" {mark}", style),
            Span(_asked(job), "dim"),
            Span(job.name),
            outcome_span(job.state),
            Span(""),
            Span(f"{over}/{len(job.steps)}" if job.steps else ""),
            Span(PurePath(job.path).name, "dim"),
        ),
    )


def job_lines(job: JobFacts, width: int) -> tuple[Line, ...]:
    """Return what is known of a run that the history does not tell of yet, for beside the table.

    Args:
        job: the run.
        width: characters there are.
    """
    known = {
        _("outcome"): outcome_span(job.state).text,
        _("error"): translated(job.error),
        _("begun"): _asked(job),
        _("file"): job.path,
        _("run"): job.id,
    }
    return (line(job.name, "title"), *facts_lines(known, width))


def _asked(job: JobFacts) -> str:
    return moment(job.asked_at_s)[: -len(":00")]


def begun(entry: facts.Plain) -> str:
    """Return when a run began, in the time of this machine; empty when nobody knows."""
    from datetime import datetime

    try:
        at = datetime.fromisoformat(facts.text(entry, "started_at"))
    except ValueError:
        return ""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def brief_lines(entry: facts.Plain, width: int, *, file: str = "") -> tuple[Line, ...]:
    """Return what the history's short form says of a run, for beside the table.

    Args:
        entry: an entry of the history, in short form.
        width: characters there are.
        file: the file it was on; empty when nobody knows.
    """
    known = {
        _("outcome"): outcome_span(facts.text(entry, "outcome")).text,
        _("error"): translated(facts.text(entry, "error")),
        _("begun"): begun(entry),
        _("took"): duration(facts.number(entry, "elapsed_s")),
        _("plugins"): ", ".join(facts.texts(entry, "plugins")),
        _("file"): file,
        _("document"): facts.text(entry, "document"),
        _("run"): facts.text(entry, "run_id"),
    }
    return (line(facts.text(entry, "name"), "title"), *facts_lines(known, width))


def detail_lines(entry: facts.Plain, width: int, *, file: str = "") -> tuple[Line, ...]:
    """Return all that the history knows of a run: itself, and each step with what it was made of.

    Args:
        entry: the run, as ``history.show`` has it.
        width: characters there are.
        file: the file it was on; empty when nobody knows.
    """
    steps = facts.items(entry, "steps")
    brief = {**facts.plain(entry), "plugins": [facts.text(step, "plugin") for step in steps]}
    found: list[Line] = list(brief_lines(brief, width, file=file))
    for step in steps:
        mark, style = _MARKS.get(facts.text(step, "outcome"), ("?", ""))
        cached = f" ({_('cached')})" if facts.flag(step, "cached") else ""
        found += [(), (Span(f"{mark} ", style), Span(facts.text(step, "step"), "title"), Span(cached, "dim"))]
        made = facts.mapping(step, "provenance")
        given = {name: str(value) for name, value in facts.mapping(made, "params").items()}
        inputs = {name: str(value)[:16] for name, value in facts.mapping(made, "inputs").items()}
        known = {
            _("plugin"): f"{facts.text(step, 'plugin')} {facts.text(made, 'version')}".strip(),
            _("took"): duration(facts.number(step, "elapsed_s")),
            _("error"): translated(facts.text(step, "error")),
            _("code"): facts.text(made, "code_hash")[:16],
            _("engine"): facts.text(made, "engine_version"),
            _("inputs"): " ".join(f"{name}={value}" for name, value in inputs.items()),
            _("params"): " ".join(f"{name}={value}" for name, value in given.items()),
        }
        found += ((Span("  "), *each) for each in facts_lines(known, width - 2))
    return tuple(found)


def compared_lines(answer: facts.Plain, width: int) -> tuple[Line, ...]:
    """Return what tells two runs apart, step by step; what they share is left out.

    Args:
        answer: as ``history.compare`` gives it.
        width: characters there are.
    """
    first, second = facts.mapping(answer, "first"), facts.mapping(answer, "second")
    same = _("the same document") if facts.flag(answer, "same_document") else _("different documents")
    found: list[Line] = [
        (Span("A  ", "key"), Span(f"{begun(first)}  {facts.text(first, 'name')}  {facts.text(first, 'run_id')}")),
        (Span("B  ", "key"), Span(f"{begun(second)}  {facts.text(second, 'name')}  {facts.text(second, 'run_id')}")),
        line(same, "dim"),
    ]
    for step in facts.items(answer, "steps"):
        found += [(), line(facts.text(step, "step"), "title"), *_step_lines(step, width)]
    return tuple(found)


def _step_lines(step: facts.Plain, width: int) -> Iterable[Line]:
    before, after = _pair(step.get("plugin"))
    if not before or not after:
        told = _("only A has this step") if before else _("only B has this step")
        yield (Span("  ! ", "warn"), Span(f"{told}: {before or after}"))
        return
    yield _verdict_line(step)
    for name in ("plugin", "version", "code", "engine", "outcome", "elapsed_s", "error"):
        before, after = _pair(step.get(name))
        # A step that failed was made of nothing.
        is_told = None not in (before, after) or name not in {"version", "code", "engine"}
        if before != after and is_told:
            yield from _difference(_named(name), _worded(name, before), _worded(name, after), width)
    for name in ("params", "inputs", "host"):
        for row in facts.items(step, name):
            yield from _difference(facts.text(row, "path"), row.get("before"), row.get("after"), width)
    values = facts.mapping(step, "values")
    for row in facts.items(values, "rows"):
        yield from _difference(facts.text(row, "path"), row.get("before"), row.get("after"), width)
    if facts.flag(values, "more"):
        yield line("  " + _("and more differences"), "dim")


def _verdict_line(step: facts.Plain) -> Line:
    match facts.text(facts.mapping(step, "values"), "verdict"):
        case "same":
            return (Span("  ✓ ", "ok"), Span(_("the results are the same")))
        case "different":
            return (Span("  ! ", "warn"), Span(_("the results differ")))
        case _ if _pair(step.get("outcome")) != ("ok", "ok"):
            return (Span("  ? ", "dim"), Span(_("there are no two results to compare")))
        case _:
            return (Span("  ? ", "dim"), Span(_("the results are not kept any more, so nobody can compare them")))


def _named(name: str) -> str:
    return {
        "plugin": _("plugin"),
        "version": _("version"),
        "code": _("code"),
        "engine": _("engine"),
        "outcome": _("outcome"),
        "elapsed_s": _("took"),
        "error": _("error"),
    }[name]


def _pair(value: object) -> tuple[object, object]:
    return (value[0], value[1]) if is_sequence(value) and len(value) == 2 else (None, None)


def _worded(name: str, value: object) -> object:
    match name:
        case "elapsed_s":
            return duration(value) if isinstance(value, (int, float)) else ""
        case "outcome":
            return outcome_span(str(value)).text
        case "error":
            return translated(str(value))
        case _:
            return value


def _plain(value: object) -> str:
    """Return a value of a result as people read it: of a record its fields."""
    if is_mapping(value):
        return ", ".join(f"{name}={figure(each)}" for name, each in value.items())
    return ", ".join(map(figure, value)) if is_sequence(value) else figure(value)


def _difference(name: str, before: object, after: object, width: int) -> Iterable[Line]:
    yield line(f"  {name}", "key")
    for mark, value in (("A", before), ("B", after)):
        told = _plain(value) or _("nothing")
        for number, part in enumerate(wrapped_lines(told, width - 7)):
            yield (Span(f"    {mark if number == 0 else ' '}  ", "dim"), *part)
