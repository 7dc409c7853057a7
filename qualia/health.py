"""How a Core and its parts are doing, as frozen facts: one component for each part, and a verdict over all of them.

`qualia.Core.health` makes the report; ``docs/reference/health.md`` says when a component is what. Anybody may add a
check of their own, which is an object with a name and a `Check.look`::

    class Model:
        name = "model"

        def look(self) -> Component:
            free = model.free_slots()
            if free:
                return Component(name=self.name, status="ok", facts={"free_slots": free})
            return Component(name=self.name, status="degraded", reason="every slot of the model is taken")

    core.health.add(Model())

A distribution brings one through an entry point of the group ``qualia.checks``, whose value names a function that takes
`Surroundings` and returns a check. Nothing of it is imported before a report is asked for.

Sentences are English and composed from templates, so that faces translate them as they do those of errors: see
`qualia.words`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, Self, cast, get_args

from attrs import evolve, field, frozen

from qualia._values import frozen_mapping, is_mapping, is_sequence

Status = Literal["ok", "degraded", "failing", "unknown"]
"""How something is: "ok"; "degraded", it works and not as well as it should; "failing", it does not do what it is for;
"unknown", nobody could find out, or there is nothing to find out."""

Fact = int | float | str | bool | None
GROUP = "qualia.checks"
"""Entry point group whose values name a function that takes `Surroundings` and returns a `Check`."""
PLUGIN = "plugin:"
"""What the name of a plugin's component begins with; its id follows."""

_STATUSES: tuple[str, ...] = get_args(Status)
_WEIGHTS: Mapping[str, int] = {"unknown": 0, "ok": 1, "degraded": 2, "failing": 3}
_CONTAINED = ("cache",)
"""Components without which every run still gives its result: failing, they make the whole degraded."""


def _known_status(_instance: object, _item: object, value: str) -> None:
    if value not in _STATUSES:
        raise ValueError(f"a status is one of {', '.join(_STATUSES)}, not {value!r}")


def _plain_facts(facts: Mapping[str, Fact]) -> Mapping[str, Fact]:
    for name, value in facts.items():
        if value is not None and type(value) not in (int, float, str, bool):
            raise TypeError(f"the fact {name!r} is a {type(value).__name__}; facts are numbers, texts and truths")
    return frozen_mapping(facts)


@frozen(kw_only=True)
class Component:
    """How one part is.

    Raises:
        ValueError: the status is none, or a fact is no finite number.
        TypeError: a fact is no number, text or truth.
    """

    name: str
    """"engine", "cache", "history", "disk", "memory", ``plugin:`` and a plugin's id, or what a check is called."""
    status: Status = field(validator=_known_status)
    reason: str = ""
    """Why it is not ok, in one clear sentence; empty when it is."""
    remedy: str = ""
    """What to do about it, in one clear sentence; empty when there is nothing to do."""
    since_s: float | None = None
    """Since when it is seen to have this status, in seconds since 1970; None when nobody can tell."""
    facts: Mapping[str, Fact] = field(factory=dict[str, Fact], converter=_plain_facts)
    """Measurements by name: times end in ``_s``, sizes in ``_bytes``, shares in ``_percent``; None: not known."""

    @property
    def plugin(self) -> str | None:
        """Id of the plugin it is about; None when it is about something else."""
        return self.name.removeprefix(PLUGIN) if self.name.startswith(PLUGIN) else None


@frozen(kw_only=True)
class HealthReport:
    """How everything was at one moment."""

    at_s: float
    """When it was looked at, in seconds since 1970."""
    status: Status = field(validator=_known_status)
    """The verdict, as `verdict` gives it."""
    engine: str
    """Version of the engine."""
    components: tuple[Component, ...] = ()

    @classmethod
    def of(cls, components: Iterable[Component], *, at_s: float, engine: str) -> Self:
        """Return the report of some components, with the verdict over them."""
        seen = tuple(components)
        return cls(at_s=at_s, status=verdict(seen), engine=engine, components=seen)

    def component(self, name: str) -> Component | None:
        """Return a component by its name; None when there is none."""
        return next((each for each in self.components if each.name == name), None)

    def worst(self) -> tuple[Component, ...]:
        """Return the components that are failing or degraded, the worst first, otherwise in order."""
        troubled = (each for each in self.components if each.status in ("failing", "degraded"))
        return tuple(sorted(troubled, key=lambda each: -_WEIGHTS[each.status]))

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain data, which `from_plain` reads again."""
        return {
            "at_s": self.at_s,
            "status": self.status,
            "engine": self.engine,
            "components": [_plain(each) for each in self.components],
        }

    @classmethod
    def from_plain(cls, data: object) -> Self:
        """Read what `to_plain` made of one; fields that a newer version has added are left out.

        Raises:
            ValueError: the data is no report.
        """
        if not is_mapping(data):
            raise ValueError("not a valid HealthReport: it is no object")
        try:
            return cls(
                at_s=_number(data["at_s"]),
                status=cast("Status", data["status"]),
                engine=str(data["engine"]),
                components=tuple(_component(each) for each in _rows(data["components"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a valid HealthReport: {error}") from error


class Check(Protocol):
    """Looks at one thing. A check that raises, or takes too long, is told of as such and harms nobody."""

    @property
    def name(self) -> str:
        """What its component is called."""
        ...

    def look(self) -> Component:
        """Return how the thing is now. It may be called from any thread, and must not run a plugin."""
        ...


@frozen(kw_only=True)
class Surroundings:
    """What the check of a distribution is given to look at."""

    state_dir: Path | None
    """The folder of cache, history and backups; None when nothing is kept on the disk."""
    wall: Callable[[], float]
    """Seconds since 1970."""

    @property
    def project(self) -> Path | None:
        """The project's folder, in which the state folder lies; None for none."""
        return None if self.state_dir is None else self.state_dir.parent


def verdict(components: Iterable[Component]) -> Status:
    """Return how the whole is.

    The worst component counts. A single plugin that fails, or the cache, makes the whole degraded, as all the rest goes
    on working; when more than half of the plugins in use fail, it is failing. What is unknown never counts; a plugin
    that is unknown, or switched off, is not in use. Of nothing known the verdict is "unknown".
    """
    worst: Status = "unknown"
    in_use = failing = 0
    for each in components:
        status: Status = each.status
        if each.plugin is not None and status != "unknown" and each.facts.get("state") != "disabled":
            in_use += 1
            failing += status == "failing"
        if status == "failing" and (each.plugin is not None or each.name in _CONTAINED):
            status = "degraded"
        worst = status if _WEIGHTS[status] > _WEIGHTS[worst] else worst
    return "failing" if failing * 2 > in_use else worst


def worse(one: Component, other: Component) -> Component:
    """Return the first component with status, reason and remedy of the other where that is worse, and facts of both."""
    facts = {**other.facts, **one.facts}
    if _WEIGHTS[other.status] > _WEIGHTS[one.status] or (one.status == "ok" and other.status == "unknown"):
        return evolve(one, status=other.status, reason=other.reason, remedy=other.remedy, facts=facts)
    return evolve(one, facts=facts)


def _plain(component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "status": component.status,
        "reason": component.reason,
        "remedy": component.remedy,
        "since_s": component.since_s,
        "facts": dict(component.facts),
    }


def _rows(data: object) -> Sequence[object]:
    if not is_sequence(data):
        raise TypeError("components is no list")
    return data


def _component(data: object) -> Component:
    if not is_mapping(data):
        raise TypeError("a component is no object")
    facts, since_s = data.get("facts", {}), data.get("since_s")
    if not is_mapping(facts):
        raise TypeError("facts is no object")
    return Component(
        name=str(data["name"]),
        status=cast("Status", data["status"]),
        reason=str(data.get("reason", "")),
        remedy=str(data.get("remedy", "")),
        since_s=None if since_s is None else _number(since_s),
        facts=facts,
    )


def _number(value: object) -> float:
    if type(value) not in (int, float):
        raise TypeError(f"{value!r} is no number of seconds")
    return float(cast("float", value))
