"""From Pipeline to Plan: every input of every step settled and every param checked before anything runs.

A step takes the document of the nearest document step before it, or the one given. A record it consumes comes from
the nearest step that produces it, else from the call, else from a producer the engine adds and shares. "Before" means
listed earlier; for a step with ``needs``, the steps it names and whatever those took or need in turn.

A param named ``plugin.param`` is one of a plugin that the engine adds for the step: that is how the whole of a run that
was asked for with one plugin's id is told what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from attrs import field, frozen

from qualia._digest import digest
from qualia._plugins.catalog import Manifest
from qualia._plugins.resolve import Cycle, stable_order
from qualia._values import FrozenDict
from qualia.errors import (
    InputError,
    InvalidParam,
    InvalidPipeline,
    InvalidSetting,
    PipelineCycle,
    UnsupportedInput,
    unknown_name,
)
from qualia.pipeline import DOCUMENT, Pipeline, Plan, PlanStep, Step

# Never a reference of the engine ("@document", "sentiment/1"), and safe as a part of a file's name.
_STEP_NAME = re.compile(r"\w[\w .-]*")


@frozen(kw_only=True)
class Given:
    """What a run starts from."""

    media_type: str | None = None
    """The document's media type; None when no document was given."""
    schemas: frozenset[str] = frozenset()
    """Schemas of the records given."""


@frozen(kw_only=True)
class Available:
    """What a plan may draw on. Each lookup raises the error that says what is wrong with a plugin."""

    manifests: Mapping[str, Manifest]
    """Usable plugins by id."""
    manifest: Callable[[str], Manifest]
    """The manifest of an id, or the error that says why there is none."""
    params: Callable[[str, Mapping[str, object]], object]
    """Checks params against a plugin's declaration and fills in the defaults."""
    preferred: Mapping[str, str] = field(factory=dict[str, str])
    """Schema or media type -> the plugin to take when several could."""


def make_plan(pipeline: Pipeline, given: Given, available: Available, *, named: bool = True) -> Plan:
    """Return the plan of a pipeline.

    Args:
        pipeline: what is asked.
        given: what the run starts from.
        available: the plugins.
        named: whether errors name the step; not wanted when one plugin was asked for.

    Raises:
        InvalidPipeline: a step that cannot be planned; its number and name are given.
        PipelineCycle: steps that need each other.
        InputError: as above, without the step's name, when ``named`` is False.
    """
    planner = _Planner(pipeline, given, available)
    numbered = list(enumerate(pipeline.steps, 1))
    # Every plugin is looked up first: settling a step asks about the steps before it. A step is settled after those
    # it names, because what it can take includes what they took.
    todo = [
        *((planner.look_up, *each) for each in numbered),
        *((planner.add, *each) for each in sorted(numbered, key=lambda each: planner.place(each[1]))),
    ]
    for settle, number, step in todo:
        try:
            settle(step)
        except PipelineCycle:
            raise
        except InputError as error:
            if not named:
                raise
            raise InvalidPipeline(f"{pipeline.name}, step {number} ({step.id})", str(error)) from error
    return planner.plan()


class _Planner:
    def __init__(self, pipeline: Pipeline, given: Given, available: Available) -> None:
        self._pipeline: Pipeline = pipeline
        self._given: Given = given
        self._available: Available = available
        self._asked: dict[str, Step] = {step.id: step for step in pipeline.steps}
        self._planned: dict[str, PlanStep] = {}
        self._added: dict[tuple[str, str | None, Mapping[str, str], str], str] = {}
        self._told: Mapping[str, Mapping[str, object]] = {}
        """Params for the plugins that are added for the step being settled, by plugin."""
        self._heard: set[str] = set()
        """Those of these plugins that were added."""
        _check_ids(pipeline)
        self._needs: dict[str, tuple[str, ...]] = {step.id: step.needs or () for step in pipeline.steps}
        self._places: dict[str, int] = {id_: place for place, id_ in enumerate(self._ordered())}

    def place(self, step: Step) -> int:
        """Return a step's place among the asked ones when each stands behind those it names."""
        return self._places[step.id]

    def look_up(self, step: Step) -> None:
        """Raise what is wrong with an asked step's plugin, if anything is."""
        self._available.manifest(step.plugin)

    def add(self, step: Step) -> None:
        """Settle one asked step's inputs and params."""
        manifest = self._available.manifest(step.plugin)
        candidates = tuple(self._candidates(step))
        own, self._told = _sorted_params(step.params)
        self._heard = set()
        params = self._available.params(step.plugin, own)
        document = self._document(manifest, candidates)
        records = {schema: self._record(schema, manifest, candidates, ()) for schema in manifest.consumed(params)}
        self._plan(step.id, step.plugin, params, document, records)
        for plugin in sorted(self._told.keys() - self._heard):
            name = f"{plugin}.{min(self._told[plugin])}"
            reason = f"is for {plugin!r}, which nothing here adds; give it to the step that runs it, or leave it out"
            raise InvalidParam(step.plugin, name, reason)

    def plan(self) -> Plan:
        """Return the steps in order, those the engine added right before the first that needs them."""
        order = self._ordered()
        return Plan(name=self._pipeline.name, steps=tuple(self._planned[id_] for id_ in order))

    def _ordered(self) -> tuple[str, ...]:
        try:
            return stable_order(self._needs)
        except Cycle as error:
            raise PipelineCycle(self._pipeline.name, error.path) from error

    def _plan(
        self,
        id_: str,
        plugin: str,
        params: object,
        document: str | None,
        records: Mapping[str, str],
        *,
        added: bool = False,
    ) -> None:
        sources = dict.fromkeys((document, *records.values(), *(self._needs.get(id_) or ())))
        given = {None, DOCUMENT, *self._given.schemas}
        needs = tuple(each for each in sources if each is not None and each not in given)
        self._planned[id_] = PlanStep(
            id=id_, plugin=plugin, params=params, document=document, records=records, needs=needs, added=added
        )
        self._needs[id_] = needs

    def _candidates(self, step: Step) -> Iterator[str]:
        """Yield the steps whose output a step may take, nearest first."""
        if step.needs is None:
            listed = list(self._asked)
            yield from reversed(listed[: listed.index(step.id)])
            return
        level = step.needs[::-1]
        seen = {step.id, *level}
        while level:
            yield from level
            above = [source for id_ in level for source in self._sources(id_)]
            level = tuple(each for each in dict.fromkeys(above) if each not in seen)
            seen.update(level)

    def _sources(self, id_: str) -> Iterator[str]:
        """Yield the steps a settled step waits for, those whose output it took first: who needs it sees the same."""
        step = self._planned.get(id_)
        if step is None:
            return  # it needs the step that asks; the order of the whole plan will say so
        taken = {step.document, *step.records.values()}
        yield from (each for each in step.needs if each in taken)
        yield from (each for each in reversed(step.needs) if each not in taken)

    def _manifest(self, id_: str) -> Manifest:
        """Return the manifest of the plugin of an asked or an added step."""
        return self._available.manifest((self._asked.get(id_) or self._planned[id_]).plugin)

    def _document(self, manifest: Manifest, candidates: tuple[str, ...]) -> str | None:
        if manifest.kind == "visualizer":
            return None
        return next((each for each in candidates if self._manifest(each).kind == "document"), None) or self._source(
            manifest
        )

    def _source(self, manifest: Manifest) -> str:
        """Return the given document, made plain by a document plugin first when this plugin could not read it."""
        media_type = self._given.media_type
        if media_type is None:
            raise UnsupportedInput(manifest.id, "needs a document; give one, or a path to one")
        reads = manifest.kind == "document" and media_type in manifest.accepts
        if reads or media_type == "text/plain":
            return DOCUMENT
        documents = (each for each in self._available.manifests.values() if each.kind == "document")
        readers = [each for each in documents if media_type in each.accepts]
        if not readers and media_type.startswith("text/"):
            return DOCUMENT
        return self._shared(self._one_of(readers, media_type, manifest), DOCUMENT, {})

    def _record(self, schema: str, consumer: Manifest, candidates: tuple[str, ...], above: tuple[str, ...]) -> str:
        for id_ in candidates:
            if self._gives(id_, schema):
                return id_
        if schema in self._given.schemas:
            return schema
        producers = [
            each for each in self._available.manifests.values() if each.kind == "analyzer" and schema in each.produces
        ]
        if self._given.media_type is None and not candidates:
            reason = f"needs a document, or a result that holds {schema}"
            raise UnsupportedInput(consumer.id, reason)
        producer = self._one_of(producers, schema, consumer)
        if producer.id in above:
            cycle = above[above.index(producer.id) :]
            raise PipelineCycle(self._pipeline.name, (*cycle, producer.id))
        document = self._document(producer, candidates)
        chain = (*above, producer.id)
        params = self._available.params(producer.id, self._told.get(producer.id, {}))
        records = {each: self._record(each, producer, candidates, chain) for each in producer.consumed(params)}
        return self._shared(producer, document, records)

    def _gives(self, id_: str, schema: str) -> bool:
        manifest = self._manifest(id_)
        return manifest.kind == "analyzer" and schema in manifest.produces

    def _one_of(self, choices: list[Manifest], wanted: str, consumer: Manifest) -> Manifest:
        preferred = self._available.preferred.get(wanted)
        if preferred is not None:
            manifest = self._available.manifest(preferred)
            if manifest not in choices:
                reason = f"names {preferred!r}, which does not give or read {wanted}"
                raise InvalidSetting("settings", "producers", reason)
            return manifest
        if not choices:
            raise UnsupportedInput(consumer.id, f"needs {wanted}, and no plugin that is ready gives or reads it")
        if len(choices) > 1:
            names = " and ".join(repr(each.id) for each in choices)
            reason = f"needs {wanted}, which {names} give; choose with the setting producers.{wanted!r}"
            raise UnsupportedInput(consumer.id, reason)
        return choices[0]

    def _shared(self, producer: Manifest, document: str | None, records: Mapping[str, str]) -> str:
        """Return the step the engine adds for a producer; steps with the same need share it."""
        told = self._told.get(producer.id, {})
        self._heard.add(producer.id)
        need = (producer.id, document, FrozenDict(records), digest(told))
        known = self._added.get(need)
        if known is not None:
            return known
        id_, number = producer.id, 2
        while id_ in self._asked or id_ in self._planned:
            id_, number = f"{producer.id}_{number}", number + 1
        self._added[need] = id_
        self._plan(id_, producer.id, self._available.params(producer.id, told), document, records, added=True)
        return id_


def _sorted_params(params: Mapping[str, object]) -> tuple[Mapping[str, object], Mapping[str, Mapping[str, object]]]:
    """Return the params that are a step's own, and those for plugins that are added for it, by plugin."""
    own: dict[str, object] = {}
    others: dict[str, dict[str, object]] = {}
    for name, value in params.items():
        plugin, dot, param = name.partition(".")
        if dot:
            others.setdefault(plugin, {})[param] = value
        else:
            own[name] = value
    return own, others


def _check_ids(pipeline: Pipeline) -> None:
    seen: set[str] = set()
    known = [step.id for step in pipeline.steps]
    for number, step in enumerate(pipeline.steps, 1):
        place = f"{pipeline.name}, step {number} ({step.id})"
        if step.id in seen:
            raise InvalidPipeline(place, f"another step is called {step.id!r} too; give one of them an id of its own")
        seen.add(step.id)
        if step.id != step.plugin and not _STEP_NAME.fullmatch(step.id):
            raise InvalidPipeline(place, "an id begins with a letter or digit; spaces, dots, - and _ may follow")
        for need in step.needs or ():
            if need not in known:
                raise InvalidPipeline(place, f"need {need!r} {unknown_name(need, known)}")
