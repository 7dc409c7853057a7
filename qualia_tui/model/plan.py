"""What can be run: pipelines and single plugins as a table, and what one of them would do as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from attrs import frozen

from qualia_tui.lines import Column, Line, Row, Span
from qualia_tui.model import facts
from qualia_tui.model.log import matches
from qualia_tui.model.terms import term
from qualia_tui.model.texts import Paragraph, all_lines
from qualia_tui.words import _, translated

Kind = Literal["pipeline", "plugin"]
_RUNNABLE = frozenset({"enabled", "loaded", ""})


@frozen(kw_only=True)
class Subject:
    """A pipeline or a plugin that can be run."""

    kind: Kind
    name: str
    """What people call it; of a plugin its id."""
    asked: str
    """What the host is asked for: the path of a pipeline's file, or the plugin's id."""
    told: str = ""
    """What it does, in a sentence; of a pipeline in the language its author wrote."""
    sort: str = ""
    """Of a plugin its kind, such as "analyzer"."""
    steps: tuple[tuple[str, str], ...] = ()
    """Of a pipeline each step's id and plugin, as its file lists them."""
    trouble: str = ""
    """Why it cannot be run, in English; empty when nobody knows a reason."""
    state: str = ""
    """Of a plugin its state."""

    @property
    def key(self) -> str:
        """What tells it from the others."""
        return f"{self.kind}:{self.asked}"

    @property
    def request(self) -> dict[str, str]:
        """What tells a host what to run."""
        return {self.kind: self.asked}


def subjects(pipelines: Iterable[facts.Plain], plugins: Iterable[facts.Plain]) -> tuple[Subject, ...]:
    """Return what can be run, pipelines first."""
    return (*map(_pipeline, pipelines), *sorted(map(_plugin, plugins), key=lambda each: each.name))


def _pipeline(told: facts.Plain) -> Subject:
    return Subject(
        kind="pipeline",
        name=facts.text(told, "name"),
        asked=facts.text(told, "path"),
        told=translated(facts.text(told, "description")),
        steps=tuple((facts.text(each, "id"), facts.text(each, "plugin")) for each in facts.items(told, "steps")),
        trouble=facts.text(told, "trouble"),
    )


def _plugin(told: facts.Plain) -> Subject:
    state = facts.text(told, "state")
    return Subject(
        kind="plugin",
        name=facts.text(told, "id"),
        asked=facts.text(told, "id"),
        told=facts.in_words(told, facts.text(told, "summary")),
        sort=facts.text(told, "kind"),
        trouble="" if state in _RUNNABLE else facts.text(told, "reason") or state,
        state=state,
    )


def kind_name(subject: Subject) -> str:
    """Return what a subject is, in a word."""
    if subject.kind == "pipeline":
        return _("pipeline")
    kinds = {"analyzer": _("analyzer"), "document": _("document"), "visualizer": _("visualizer")}
    return kinds.get(subject.sort, subject.sort)


def subject_columns() -> tuple[Column, ...]:
    """Return the columns of the table of what can be run."""
    return (
        Column(title=_("name"), width=20),
        Column(title=_("kind"), width=12),
        Column(title=_("steps"), width=6, right=True, rank=2),
        Column(title=_("what it does"), width=20, grow=1, rank=1),
    )


def subject_rows(found: Iterable[Subject], *, wanted: str = "") -> tuple[Row, ...]:
    """Return what can be run as rows, as far as a filter lets them through."""
    return tuple(_row(each) for each in found if matches(wanted, each.name, kind_name(each), each.told))


def _row(subject: Subject) -> Row:
    name = f"✗ {subject.name}" if subject.trouble else subject.name
    told = translated(subject.trouble) if subject.trouble else subject.told
    style = "bad" if subject.trouble else ""
    steps = str(len(subject.steps)) if subject.kind == "pipeline" and subject.steps else ""
    return Row(
        subject.key, (Span(name, style), Span(kind_name(subject), "dim"), Span(steps), Span(told, style or "dim"))
    )


@frozen(kw_only=True)
class TreeRow:
    """One step of a plan, at its place in the tree."""

    step: str
    plugin: str
    branches: str
    """What is drawn before it."""
    also: tuple[str, ...] = ()
    """Steps it waits for beside the one it stands below."""
    is_added: bool = False
    """Whether the engine added it because another step needs it."""


def tree_of(answer: object) -> tuple[TreeRow, ...]:
    """Return a plan as rows of a tree.

    Args:
        answer: of ``pipelines.plan``.
    """
    told = facts.items(answer, "tree")
    depths = [max(0, int(facts.number(each, "depth") or 0)) for each in told]
    return tuple(
        TreeRow(
            step=facts.text(each, "step"),
            plugin=facts.text(each, "plugin"),
            branches=branches(depths, place),
            also=facts.texts(each, "also"),
            is_added=each.get("added") is True,
        )
        for place, each in enumerate(told)
    )


def branches(depths: Sequence[int], place: int) -> str:
    """Return what is drawn before a row of a tree whose rows have these depths: ``│ ├ └`` and spaces."""
    depth = depths[place]
    if depth == 0:
        return ""
    drawn = ["└ " if _is_last(depths, place, depth) else "├ "]
    drawn.extend("  " if _is_last(depths, place, level) else "│ " for level in range(depth - 1, 0, -1))
    return "".join(reversed(drawn))


def _is_last(depths: Sequence[int], place: int, level: int) -> bool:
    """Return whether nothing of a level follows below the same parent."""
    for depth in depths[place + 1 :]:
        if depth == level:
            return False
        if depth < level:
            return True
    return True


def tree_lines(rows: Iterable[TreeRow], width: int) -> Iterator[Line]:
    """Yield a plan as lines: steps below those they wait for."""
    for row in rows:
        plugin = f"  {row.plugin}" if row.plugin != row.step else ""
        told = [_("also needs {steps}", steps=", ".join(row.also))] if row.also else []
        told += [_("added because it is needed")] if row.is_added else []
        lead = (Span(row.branches, "dim"), Span(row.step), Span(plugin, "accent"))
        yield from all_lines(
            [Paragraph(text=f"({'; '.join(told)})" if told else "", lead=(*lead, Span("  ")), style="dim")], width
        )


def tree_columns() -> tuple[Column, ...]:
    """Return the columns of a plan's tree."""
    return (
        Column(title=_("step"), width=26, grow=1),
        Column(title=_("plugin"), width=20),
        Column(title=_("needs"), width=20, grow=1, rank=1),
    )


def tree_rows(rows: Iterable[TreeRow], changed: Mapping[str, int]) -> tuple[Row, ...]:
    """Return a plan as rows; a star says of which steps params were changed.

    Args:
        rows: the tree.
        changed: how many params were changed, by step.
    """
    found: list[Row] = []
    for row in rows:
        count = changed.get(row.step, 0)
        name = f"{row.branches}{'* ' if count else ''}{row.step}"
        told = [_("also needs {steps}", steps=", ".join(row.also))] if row.also else []
        told += [_("added because it is needed")] if row.is_added else []
        cells = (Span(name, "accent" if count else ""), Span(row.plugin, "dim"), Span("; ".join(told), "dim"))
        found.append(Row(row.step, cells))
    return tuple(found)


def plan_lines(subject: Subject, plan: object, width: int) -> Iterator[Line]:
    """Yield what a pipeline would do: its plan, its steps as its file has them, or why there is no plan.

    Args:
        subject: the pipeline.
        plan: what the host answered; a text says why it has none, None that it was not asked yet.
        width: cells there are.
    """
    rows = tree_of(plan)
    if isinstance(plan, str):
        yield from all_lines([Paragraph(text=plan, lead=(Span("✗ ", "bad"),), style="bad")], width)
    elif rows:
        yield from tree_lines(rows, width)
    else:
        yield from ((Span(step), Span(f"  {plugin}", "dim")) for step, plugin in subject.steps)


def about_lines(subject: Subject, width: int) -> Iterator[Line]:
    """Yield what is known of a pipeline or a plugin without asking: its name, what it does, what is wrong with it."""
    told = [Paragraph(lead=(Span(subject.name, "title"), Span(f"  {kind_name(subject)}", "dim")))]
    if subject.told:
        told.append(Paragraph(text=subject.told))
    if subject.kind == "pipeline":
        told.append(Paragraph(text=subject.asked, style="dim"))
    elif subject.state:
        told.append(Paragraph(text=term(subject.state), lead=(Span(_("state") + ": ", "accent"),)))
    if subject.trouble:
        told.append(Paragraph(text=translated(subject.trouble), lead=(Span("✗ ", "bad"),), style="bad"))
    told.append(Paragraph())
    yield from all_lines(told, width)
