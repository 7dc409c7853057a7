"""What shall be run, on what and how; and what was run last, to begin with it the next time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen

from qualia._form import Form
from qualia_tui.model import facts
from qualia_tui.model.given import Given
from qualia_tui.model.plan import Subject


@frozen(kw_only=True)
class Order:
    """What shall be run, on what, and how."""

    subject: Subject
    given: Given
    forms: Mapping[str, Form] = field(factory=dict[str, Form])
    """Params as they were typed: of a plugin below its id, of a pipeline by step."""

    def request(self) -> dict[str, Any]:
        """Return what the host is asked for: only params that are not as their defaults are named."""
        values = {name: form.values() for name, form in self.forms.items() if form.texts}
        params: Mapping[str, Any] = values if self.subject.kind == "pipeline" else values.get(self.subject.asked, {})
        return {**self.subject.request, **self.given.request(), **({"params": dict(params)} if params else {})}


@frozen
class Begun:
    """A run that was begun, or several together."""

    title: str
    where: str = ""
    """The host that was asked: its project, or its name."""
    run: str = ""
    """The host's id of it; empty for several."""
    many: facts.Plain = field(factory=dict[str, Any])
    """What ``runs.start_many`` answered; empty for one."""

    @property
    def runs(self) -> tuple[str, ...]:
        """The host's ids of all of them."""
        return (self.run,) if self.run else tuple(facts.text(each, "run") for each in facts.items(self.many, "runs"))


@frozen(kw_only=True)
class Memory:
    """What was run last, on what, and with which params."""

    given: Given | None = None
    """None before the first run."""
    forms: Mapping[str, Mapping[str, Form]] = field(factory=dict[str, Mapping[str, Form]])
    """Params as they were typed, by what was run."""
    last: Begun | None = None
    """What was begun last; None before the first."""

    def with_order(self, order: Order) -> Memory:
        """Return it with what was just asked for."""
        given = order.given if order.given.kind != "sample" else self.given
        return evolve(self, given=given, forms={**self.forms, order.subject.key: order.forms})

    def with_begun(self, begun: Begun) -> Memory:
        """Return it with what was just begun."""
        return evolve(self, last=begun)
