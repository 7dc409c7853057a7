"""A run while it goes on: how far each step is, and what became of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, field, frozen

from qualia_tui.lines import Line, Span
from qualia_tui.model import facts
from qualia_tui.model.amounts import duration
from qualia_tui.model.charts import progress_bar
from qualia_tui.model.state import JobFacts, StepFacts
from qualia_tui.model.texts import Paragraph, all_lines, cells
from qualia_tui.words import _, translated

_MARKS: Mapping[str, tuple[str, str]] = {
    "ok": ("✓", "ok"),
    "failed": ("✗", "bad"),
    "skipped": ("×", "warn"),
    "running": ("▸", "accent"),
    "waiting": ("·", "dim"),
    "cancelled": ("×", "warn"),
    "lost": ("✗", "bad"),
}


@frozen(kw_only=True)
class Doing:
    """What is known of a run, from the list of runs, its events and what was asked about it."""

    job: JobFacts
    step_count: int = 0
    """Steps there will be; 0 when nobody knows yet."""
    cached: frozenset[str] = frozenset()
    """Steps that were not computed."""
    reasons: Mapping[str, str] = field(factory=dict[str, str])
    """Why steps were skipped, in English."""
    is_cancelling: bool = False
    left: tuple[str, ...] = ()
    """Steps that go on although the run is over."""
    told: str = ""
    """What came of forcing it; in English."""

    def with_job(self, job: JobFacts) -> Doing:
        """Return it with what the model knows by now; steps and errors it learned otherwise stay."""
        after = evolve(job, steps={**self.job.steps, **job.steps}, error=job.error or self.job.error)
        # A list that was asked for before something happened is older than what events told.
        has_begun = any(step.state != "waiting" for step in after.steps.values())
        state = "running" if job.state == "waiting" and has_begun else job.state
        ended = {name for name, step in after.steps.items() if step.state not in ("waiting", "running")}
        left = tuple(each for each in self.left if each not in ended)
        return evolve(self, job=evolve(after, state=self._state(state)), left=left)

    def _state(self, told: str) -> str:
        """Return the state to go on with: an end stays an end."""
        is_end = told not in ("waiting", "running")
        return told if is_end or not self.job.is_over else self.job.state

    def with_facts(self, told: object) -> Doing:
        """Return it with the answer of ``runs.show``, ``runs.start`` or ``runs.cancel``."""
        error = facts.mapping(told, "error")
        job = evolve(
            self.job,
            name=facts.text(told, "name", self.job.name),
            state=self._state(facts.text(told, "state", self.job.state)),
            error=facts.text(error, "message") or self.job.error,
        )
        return evolve(
            self,
            job=job,
            is_cancelling=facts.plain(told).get("is_cancelling") is True,
            left=facts.texts(told, "left"),
            told=facts.text(told, "told", self.told),
        )

    def with_progress(self, told: object) -> Doing:
        """Return it with the answer of ``runs.progress``: what events told before anybody listened."""
        steps = {facts.text(each, "step"): _step(each) for each in facts.items(told, "steps")}
        cached = {facts.text(each, "step") for each in facts.items(told, "steps") if each.get("cached") is True}
        return evolve(
            self,
            job=evolve(
                self.job,
                steps={**self.job.steps, **steps},
                state=self._state(facts.text(told, "state", self.job.state)),
            ),
            step_count=int(facts.number(told, "step_count") or 0),
            cached=frozenset(cached),
            reasons={facts.text(each, "step"): facts.text(each, "reason") for each in facts.items(told, "steps")},
            is_cancelling=facts.plain(told).get("is_cancelling") is True,
        )


def _step(told: facts.Plain) -> StepFacts:
    return StepFacts(
        name=facts.text(told, "step"),
        plugin=facts.text(told, "plugin"),
        state=facts.text(told, "state", "waiting"),
        done=facts.number(told, "done"),
        elapsed_s=facts.number(told, "elapsed_s"),
    )


def state_span(state: str) -> Span:
    """Return a state as a mark and a word."""
    mark, style = _MARKS.get(state, ("·", ""))
    return Span(f"{mark} {state_name(state)}", style)


def state_name(state: str) -> str:
    """Return a state in the language spoken."""
    names = {
        "ok": _("done"),
        "failed": _("failed"),
        "skipped": _("skipped"),
        "running": _("running"),
        "waiting": _("waiting"),
        "cancelled": _("stopped"),
        "lost": _("lost"),
    }
    return names.get(state, state)


def steps_told(job: JobFacts) -> str:
    """Return what a run is doing in a few words: the steps under way, with how far they are where they tell it."""
    under_way = [step for step in job.steps.values() if step.state == "running"]
    is_only = len(job.steps) == 1
    told = [("" if is_only else step.name, "" if step.done is None else f"{step.done:.0%}") for step in under_way]
    return ", ".join(" ".join(filter(None, each)) for each in told if any(each))


def counts_line(jobs: Iterable[JobFacts], *, left_out: int = 0) -> Line:
    """Return how several runs are, in one line.

    Args:
        jobs: the runs.
        left_out: how many were never begun.
    """
    states = [job.state for job in jobs]
    over = sum(state not in ("waiting", "running") for state in states)
    failed = sum(state in ("failed", "lost") for state in states)
    parts = [Span(_("{over} of {count} are over", over=over, count=len(states)))]
    if failed:
        parts.append(Span("  " + _("{count} failed", count=failed), "bad"))
    if stopped := states.count("cancelled"):
        parts.append(Span("  " + _("{count} stopped", count=stopped), "warn"))
    if left_out:
        parts.append(Span("  " + _("{count} left out", count=left_out), "warn"))
    return tuple(parts)


def doing_line(doing: Doing) -> Line:
    """Return how a run is, in one line."""
    job = doing.job
    if not job.is_over and doing.is_cancelling:
        return (Span("▸ " + _("asked to stop; X no longer waits for it"), "warn"),)
    over = sum(each.state in ("ok", "failed", "skipped", "cancelled") for each in job.steps.values())
    count = max(doing.step_count, len(job.steps))
    steps = f"  {over}/{count}" if count > 1 else ""
    return (state_span(job.state), Span(steps, "dim"))


def doing_lines(doing: Doing, width: int, *, link: str = "live") -> tuple[Line, ...]:
    """Return how far a run is, step by step, and what became of it.

    Args:
        doing: what is known.
        width: cells there are.
        link: state of the link to its host.
    """
    longest = max((cells(name) for name in doing.job.steps), default=0)
    lines = [_step_line(step, doing, min(longest, 30), width) for step in doing.job.steps.values()]
    if not lines and not doing.job.is_over:
        lines.append((Span(_("nothing has begun yet"), "dim"),))
    return (*lines, (), *all_lines(_fate(doing, link), width))


def _step_line(step: StepFacts, doing: Doing, longest: int, width: int) -> Line:
    is_stopped = step.state == "running" and doing.job.is_over and step.name not in doing.left
    state = state_span("cancelled" if is_stopped else step.state)
    name = step.name[:longest] + " " * max(0, longest - cells(step.name))
    spans = [Span(f"{state.text[:2]}", state.style), Span(name)]
    if step.state == "running" and not is_stopped:
        share = f" {step.done:.0%}" if step.done is not None else ""
        spans.append(Span(f"  {progress_bar(step.done, max(8, min(30, width - longest - 24)))}{share}", "bar"))
    elif step.name in doing.cached:
        spans.append(Span("  " + _("kept from before"), "dim"))
    elif step.state == "ok":
        spans.append(Span(f"  {duration(step.elapsed_s)}", "dim"))
    else:
        reason = translated(doing.reasons.get(step.name, ""))
        spans.append(Span(f"  {state.text[2:]}{': ' if reason else ''}{reason}", state.style))
    if step.plugin and step.plugin != step.name:
        spans.append(Span(f"  {step.plugin}", "dim"))
    return tuple(spans)


def _fate(doing: Doing, link: str) -> Iterator[Paragraph]:
    job = doing.job
    if not job.is_over and link != "live":
        told = _("the host cannot be heard now: nobody knows how the run is until it answers again")
        yield Paragraph(text=told, style="warn")
    elif job.state == "lost":
        told = _("the host was ended while this was running: it gave nothing, and does not go on")
        yield Paragraph(text=told, lead=(Span("✗ ", "bad"),), style="bad")
    elif job.state == "cancelled":
        yield Paragraph(text=_("it was stopped, and gave nothing"), lead=(Span("× ", "warn"),), style="warn")
    if job.error and job.state != "cancelled":
        yield Paragraph(text=translated(job.error), style="bad")
    if doing.left:
        told = _("still at work, unheard, in threads nobody can end: {steps}", steps=", ".join(doing.left))
        yield Paragraph(text=told, style="warn")
    if doing.told:
        yield Paragraph(text=translated(doing.told), style="warn")
