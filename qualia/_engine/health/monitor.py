"""What `Core.health` is: it asks every check, within a time, and remembers since when each says what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from attrs import evolve, field, frozen

from qualia._engine.breaker import CircuitBreaker
from qualia._engine.breaker.lock import ForkSafe
from qualia._engine.health import looks
from qualia._engine.health import sentences as say
from qualia._engine.health.asking import Answered, Asking
from qualia._engine.health.brought import Brought, brought
from qualia._engine.health.plugins import plugin_component, self_look
from qualia._engine.health.readers import Readers
from qualia._engine.health.tally import Tally
from qualia._version import __version__
from qualia.cache import CacheBackend
from qualia.errors import CoreClosed, QualiaError
from qualia.events import Observers
from qualia.health import PLUGIN, Check, Component, Fact, HealthReport, Surroundings, worse
from qualia.history import History
from qualia.registry import Registry, Snapshot
from qualia.settings import Settings

Look = Callable[[], Component]
_OWN = ("engine", "cache", "history", "disk", "memory")
_WITHIN_S = 2.0
_KEEP_S = 1.0


@frozen
class Watched:
    """What a Core is made of, as far as its health is concerned."""

    registry: Registry
    settings: Settings
    breaker: Callable[[str], CircuitBreaker] = field(kw_only=True)
    cache: CacheBackend = field(kw_only=True)
    history: History | None = field(kw_only=True)
    search_path: Iterable[str] | None = field(default=None, kw_only=True)
    """Where distributions that bring checks are installed; None for ``sys.path``."""


class Health(ForkSafe):
    """How a Core and its parts are doing.

    A look loads no plugin and calls none, except for `health` of plugins that are at work; it takes 2 s at most,
    whatever a check does.

    Args:
        watched: what is looked at.
        observers: tells how calls ended.
        readers: where facts come from.
        within_s: how long a look may take, in seconds.
        keep_s: how long a report is given again, in seconds.
    """

    def __init__(
        self,
        watched: Watched,
        *,
        observers: Observers,
        readers: Readers | None = None,
        within_s: float = _WITHIN_S,
        keep_s: float = _KEEP_S,
    ) -> None:
        super().__init__()
        self._watched: Watched = watched
        self._readers: Readers = readers or Readers()
        self._tally: Tally = Tally(self._readers.wall)
        observers.tap(self._tally.taps())
        self._within_s: float = within_s
        self._keep_s: float = keep_s
        self._asking: Asking[Component] = Asking(within_s=within_s, clock=self._readers.monotonic)
        self._began_s: float = self._readers.wall()
        self._cache_look: Look = looks.CacheLook(watched.cache, self._readers)
        self._added: tuple[Check, ...] = ()
        self._brought: tuple[Brought, ...] | None = None
        self._since: dict[str, tuple[str, float]] = {}
        self._latest: tuple[HealthReport, float] | None = None
        self._is_closed: bool = False

    def report(self, *, fresh: bool = False) -> HealthReport:
        """Look at everything and return how it is; a report of the last second is given again.

        Args:
            fresh: whether to look again in any case.

        Raises:
            CoreClosed: the Core was closed.
        """
        with self._locked():
            if self._is_closed:
                raise CoreClosed("look at its health")
            now_s = self._readers.monotonic()
            if self._latest is not None and not fresh and 0 <= now_s - self._latest[1] < self._keep_s:
                return self._latest[0]
            at_s = self._readers.wall()
            try:
                components = [self._dated(each, at_s) for each in self._looked(at_s)]
            except RuntimeError as error:
                if self._is_closed:
                    # Meanwhile: the threads that ask are gone.
                    raise CoreClosed("look at its health") from error
                raise
            self._since = {each.name: (each.status, each.since_s) for each in components if each.since_s is not None}
            report = HealthReport.of(components, at_s=at_s, engine=__version__)
            self._latest = report, self._readers.monotonic()
            return report

    def add(self, check: Check) -> Callable[[], None]:
        """Ask a check of yours too, from the next look on; the returned function takes it off again.

        Raises:
            ValueError: something else is called so already.
        """
        name = check.name
        if name in _OWN or name.startswith(PLUGIN) or any(each.name == name for each in self._added):
            raise ValueError(f"there is a component {name!r} already; call your check something else")
        self._added = (*self._added, check)
        self._latest = None
        return lambda: self._remove(check)

    def counts(self, plugin: str) -> dict[str, Fact]:
        """Return how a plugin has done since the Core began; all of nothing for one that was never called."""
        return self._tally.of(plugin)

    def close(self) -> None:
        """Look at nothing any more. Closing twice is fine."""
        self._is_closed = True
        self._asking.close()

    def _remove(self, check: Check) -> None:
        self._added = tuple(each for each in self._added if each is not check)
        self._latest = None

    def _looked(self, at_s: float) -> Iterator[Component]:
        """Ask everything and yield the components: the engine's own, plugins by id, then what was added or brought."""
        watched = self._watched
        others = self._others()
        with watched.registry.leased() as snapshot:
            plugins = [
                plugin_component(entry, watched.breaker, self._tally.of(id_))
                for id_, entry in sorted(snapshot.entries.items())
            ]
            selves = self._selves(snapshot)
            questions = {**self._own(), **{key: look for key, (_name, look) in selves.items()}}
            answers = self._asking.ask(questions | {f"check {name}": each.look for name, each in others.items()})
        yield looks.engine(plugins, began_s=self._began_s, now_s=at_s)
        for name in _OWN[1:-1]:
            yield self._told(name, answers[name])
        yield looks.memory(self._readers)
        said = {name: self._told(name, answers[key]) for key, (name, _look) in selves.items()}
        for each in plugins:
            yield worse(each, said[each.name]) if each.name in said else each
        for name, check in others.items():
            yield self._told(name, answers[f"check {name}"], check)

    def _own(self) -> dict[str, Look]:
        """Return the looks that may take long, as they open files."""
        watched, readers = self._watched, self._readers
        state = watched.settings.state_dir
        path: Path | None = None if state is None else state / "history.db"
        return {
            "cache": self._cache_look,
            "history": lambda: looks.history(watched.history, path, readers),
            "disk": lambda: looks.disk(watched.settings, readers),
        }

    def _selves(self, snapshot: Snapshot) -> dict[str, tuple[str, Look]]:
        """Return what asks the plugins themselves: by generation, as one that hangs says nothing about the next."""
        found: dict[str, tuple[str, Look]] = {}
        for id_, entry in snapshot.entries.items():
            look = None if entry.generation is None else self_look(entry.generation)
            if look is not None and entry.generation is not None:
                found[entry.generation.name] = f"{PLUGIN}{id_}", look
        return found

    def _others(self) -> dict[str, Check]:
        """Return the checks that are not the engine's, by the name of their component."""
        if self._brought is None:
            around = Surroundings(state_dir=self._watched.settings.state_dir, wall=self._readers.wall)
            self._brought = brought(around, self._watched.search_path)
        found: dict[str, Check] = {each.name: each for each in self._added}
        for each in self._brought:
            taken = each.name in found or each.name in _OWN or each.name.startswith(PLUGIN)
            found[f"{each.distribution}.{each.name}" if taken else each.name] = each
        return found

    def _told(self, name: str, answered: Answered[Component], check: Check | None = None) -> Component:
        """Return what a question gave, or that it gave nothing and why."""
        if answered.waited_s is not None:
            late = answered.waited_s > self._within_s + 1
            template, seconds = (say.STILL_NO_ANSWER, answered.waited_s) if late else (say.NO_ANSWER, self._within_s)
            return Component(name=name, status="unknown", reason=template.format(seconds=f"{seconds:.3g}"))
        error, value = answered.error, answered.value
        if error is None and isinstance(value, Component):
            return value if value.name == name else evolve(value, name=name)
        wrong = _sentence(error) if error is not None else f"it gave a {type(value).__name__}"
        if isinstance(check, Brought) and not check.is_loaded:
            reason = say.BROKEN_CHECK.format(distribution=check.distribution, reason=wrong)
            remedy = say.REINSTALL.format(distribution=check.distribution)
            return Component(name=name, status="unknown", reason=reason, remedy=remedy)
        return Component(name=name, status="unknown", reason=say.LOOK_FAILED.format(reason=wrong))

    def _dated(self, component: Component, at_s: float) -> Component:
        """Return a component with the moment since which it is seen as it is."""
        if component.since_s is not None:
            return component
        status, since_s = self._since.get(component.name, (None, at_s))
        return evolve(component, since_s=since_s if status == component.status else at_s)


def _sentence(error: BaseException) -> str:
    if isinstance(error, QualiaError):
        return str(error)
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
