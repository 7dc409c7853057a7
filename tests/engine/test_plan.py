"""Planning: every input settled and everything checked before anything runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from qualia import Pipeline, Plan, Step
from qualia._engine.plan import Available, Given, make_plan
from qualia._plugins.catalog import Manifest
from qualia._values import FrozenDict
from qualia.errors import (
    InvalidParam,
    InvalidPipeline,
    PipelineCycle,
    PluginUnavailable,
    UnknownPlugin,
    UnsupportedInput,
)
from qualia.pipeline import DOCUMENT, PlanStep

WORDS, MOOD = "word-frequencies/1", "sentiment/1"
TEXT = Given(media_type="text/plain")
VTT = Given(media_type="text/vtt")


def plugin(
    id_: str,
    kind: Any,
    *,
    produces: str = "",
    consumes: tuple[str, ...] = (),
    consumes_when: Mapping[str, str] | None = None,
    accepts: tuple[str, ...] = (),
) -> Manifest:
    """Make a manifest."""
    return Manifest(
        id=id_,
        kind=kind,
        version="1",
        api="",
        summary="",
        entry="E",
        produces=(produces,) if produces else (),
        consumes=consumes,
        consumes_when=FrozenDict(consumes_when or {}),
        accepts=accepts,
    )


READER = plugin("reader", "document", accepts=("text/vtt",))
CLEANER = plugin("cleaner", "document")
COUNTER = plugin("counter", "analyzer", produces=WORDS)
JUDGE = plugin("judge", "analyzer", produces=MOOD, consumes=(WORDS,))
LENGTHS = plugin("lengths", "analyzer")
CHART = plugin("chart", "visualizer", consumes=(WORDS,))
BOARD = plugin("board", "visualizer", consumes=(MOOD, WORDS))
CLOUD = plugin("cloud", "visualizer", consumes=(WORDS,), consumes_when={MOOD: "colour=mood"})
ALL = (READER, CLEANER, COUNTER, JUDGE, LENGTHS, CHART, BOARD, CLOUD)


def available(*manifests: Manifest, preferred: Mapping[str, str] | None = None) -> Available:
    """Offer some plugins; the param "bad" is always wrong, and "broken" cannot be used."""
    known = {each.id: each for each in manifests or ALL}

    def manifest(id_: str) -> Manifest:
        if id_ == "broken":
            raise PluginUnavailable("broken", "it needs x", "run: pip install x")
        if id_ not in known:
            raise UnknownPlugin(id_)
        return known[id_]

    def params(id_: str, values: Mapping[str, object]) -> object:
        if "bad" in values:
            raise InvalidParam(id_, "bad", "is wrong")
        return FrozenDict(values) if id_ == "cloud" else (id_, *values)

    return Available(manifests=known, manifest=manifest, params=params, preferred=preferred or {})


def planned(*steps: Step | str, given: Given = TEXT, offer: Available | None = None) -> Plan:
    """Plan some steps; a text is a step of that plugin."""
    listed = [Step(plugin=each) if isinstance(each, str) else each for each in steps]
    return make_plan(Pipeline(steps=listed, name="p"), given, offer or available())


def told(plan: Plan) -> list[tuple[str, str | None, dict[str, str], bool]]:
    """Return each step's id, document, records and whether it was added."""
    return [(step.id, step.document, dict(step.records), step.added) for step in plan.steps]


def test_a_step_takes_the_document_given() -> None:
    """An analyzer without a document step before it gets the document of the call."""
    assert told(planned("counter")) == [("counter", DOCUMENT, {}, False)]


def test_documents_chain() -> None:
    """A step takes the document of the nearest document step before it."""
    assert told(planned("cleaner", "lengths", Step(plugin="cleaner", id="again"), "counter")) == [
        ("cleaner", DOCUMENT, {}, False),
        ("lengths", "cleaner", {}, False),
        ("again", "cleaner", {}, False),
        ("counter", "again", {}, False),
    ]


def test_a_record_comes_from_the_nearest_step_that_gives_it() -> None:
    """Of two counts the one listed last before the chart is drawn."""
    plan = planned("counter", Step(plugin="counter", id="second"), "chart", Step(plugin="counter", id="third"))
    assert plan.steps[2].records == {WORDS: "second"}
    assert plan.steps[2].document is None


def test_a_record_given_with_the_call_is_taken() -> None:
    """No producer is run for what the caller has already, and a chart needs no document then."""
    plan = planned("chart", given=Given(schemas=frozenset({WORDS})))
    assert told(plan) == [("chart", None, {WORDS: WORDS}, False)]


def test_a_step_is_preferred_to_a_record_given() -> None:
    """What the pipeline makes itself is meant, when both are there."""
    plan = planned("counter", "chart", given=Given(media_type="text/plain", schemas=frozenset({WORDS})))
    assert plan.steps[1].records == {WORDS: "counter"}


def test_a_missing_producer_is_added_once_and_shared() -> None:
    """Two charts and a judge share one count, which runs right before the first that needs it."""
    assert told(planned("lengths", "chart", "board")) == [
        ("lengths", DOCUMENT, {}, False),
        ("counter", DOCUMENT, {}, True),
        ("chart", None, {WORDS: "counter"}, False),
        ("judge", DOCUMENT, {WORDS: "counter"}, True),
        ("board", None, {MOOD: "judge", WORDS: "counter"}, False),
    ]


def test_an_added_step_has_the_plugins_default_params() -> None:
    """A producer nobody configured runs as it is."""
    assert planned("chart").steps[0].params == ("counter",)


def test_params_for_what_is_added_are_given_with_the_step_that_needs_it() -> None:
    """A param behind a plugin's id and a dot is that plugin's, however deep it is needed."""
    plan = planned(Step(plugin="board", params={"counter.top": 5, "judge.fast": True, "wide": 1}))
    assert [step.params for step in plan.steps] == [("counter", "top"), ("judge", "fast"), ("board", "wide")]


def test_a_reader_is_told_by_the_step_that_needs_it_too() -> None:
    """What makes the document plain is added, and so can be told."""
    plan = planned(Step(plugin="counter", params={"reader.names": False}), given=VTT)
    assert [step.params for step in plan.steps] == [("reader", "names"), ("counter",)]


def test_what_is_told_different_things_is_shared_no_longer() -> None:
    """Two charts share a count when they ask for the same one, and have one each when they do not."""
    top = {"counter.top": 5}
    same = planned(Step(plugin="chart", id="a", params=top), Step(plugin="chart", id="b", params=top))
    assert [step.id for step in same.steps] == ["counter", "a", "b"]
    other = planned(Step(plugin="chart", id="a", params=top), "chart")
    assert told(other) == [
        ("counter", DOCUMENT, {}, True),
        ("a", None, {WORDS: "counter"}, False),
        ("counter_2", DOCUMENT, {}, True),
        ("chart", None, {WORDS: "counter_2"}, False),
    ]


@pytest.mark.parametrize("steps", [("counter",), ("counter", "cleaner")])
def test_a_param_for_what_nobody_adds_is_an_error(steps: tuple[str, ...]) -> None:
    """It would change nothing, and whoever wrote it believes that it does."""
    with pytest.raises(InvalidPipeline, match=r"'counter\.top' is for 'counter', which nothing here adds"):
        planned(*steps, Step(plugin="chart", params={"counter.top": 5}))


def test_a_record_may_be_needed_for_one_value_of_a_param_only() -> None:
    """It is made when the param has that value, and not otherwise."""
    assert told(planned("cloud")) == [
        ("counter", DOCUMENT, {}, True),
        ("cloud", None, {WORDS: "counter"}, False),
    ]
    assert told(planned(Step(plugin="cloud", params={"colour": "mood"}))) == [
        ("counter", DOCUMENT, {}, True),
        ("judge", DOCUMENT, {WORDS: "counter"}, True),
        ("cloud", None, {WORDS: "counter", MOOD: "judge"}, False),
    ]


def test_an_added_producer_reads_the_cleaned_document() -> None:
    """What is added stands where the step that needs it stands."""
    assert told(planned("cleaner", "chart"))[1] == ("counter", "cleaner", {}, True)


def test_an_added_step_gives_way_to_an_asked_one_of_its_name() -> None:
    """Names stay unique, whatever the caller calls the steps."""
    plan = planned(Step(plugin="chart", id="counter"), Step(plugin="lengths", id="counter_2"))
    assert [step.id for step in plan.steps] == ["counter_3", "counter", "counter_2"]


def test_one_producer_runs_once_for_each_document() -> None:
    """A count of the raw text and one of the clean text are two steps."""
    plan = planned("chart", "cleaner", Step(plugin="chart", id="clean"))
    assert [(step.plugin, step.document) for step in plan.steps if step.added] == [
        ("counter", DOCUMENT),
        ("counter", "cleaner"),
    ]


def test_one_producer_runs_once_for_each_record_it_takes() -> None:
    """Two branches with counts of their own get judgements of their own."""
    plan = planned(
        Step(plugin="counter", id="a", needs=[]),
        Step(plugin="counter", id="b", needs=[]),
        Step(plugin="board", id="of_a", needs=["a"]),
        Step(plugin="board", id="of_b", needs=["b"]),
    )
    steps = {step.id: step for step in plan.steps}
    judged = [dict(steps[steps[board].records[MOOD]].records) for board in ("of_a", "of_b")]
    assert judged == [{WORDS: "a"}, {WORDS: "b"}]


def test_needs_make_branches_and_joins() -> None:
    """A step takes its inputs from the steps it names and from those they name, nearest first."""
    plan = planned(
        Step(plugin="cleaner", id="left", needs=[]),
        Step(plugin="cleaner", id="right", needs=[]),
        Step(plugin="counter", id="words", needs=["left"]),
        Step(plugin="judge", id="mood", needs=["right", "words"]),
        Step(plugin="board", needs=["mood", "words"]),
    )
    assert told(plan)[2:] == [
        ("words", "left", {}, False),
        ("mood", "right", {WORDS: "words"}, False),
        ("board", None, {MOOD: "mood", WORDS: "words"}, False),
    ]


def test_a_step_reaches_what_the_steps_it_needs_were_made_from() -> None:
    """The judge names the count alone, and reads the document the count was made of."""
    plan = planned(
        Step(plugin="cleaner", needs=[]),
        Step(plugin="counter", id="words", needs=["cleaner"]),
        Step(plugin="judge", needs=["words"]),
    )
    assert told(plan)[2] == ("judge", "cleaner", {WORDS: "words"}, False)


def test_a_step_sees_what_a_step_it_needs_took_without_being_told() -> None:
    """Words were counted in the clean text because it stood before them; who needs the words reads the clean text."""
    plan = planned("cleaner", Step(plugin="counter", id="words"), Step(plugin="judge", needs=["words"]))
    assert told(plan)[2] == ("judge", "cleaner", {WORDS: "words"}, False)


def test_a_step_sees_the_very_document_its_need_saw() -> None:
    """Where a need had two documents to choose from, the one it took is nearer than the one it left."""
    plan = planned(
        Step(plugin="cleaner", id="left", needs=[]),
        Step(plugin="cleaner", id="right", needs=[]),
        Step(plugin="counter", id="words", needs=["left", "right"]),
        Step(plugin="judge", needs=["words"]),
    )
    assert [(step.id, step.document) for step in plan.steps[2:]] == [("words", "right"), ("judge", "right")]


def test_a_step_sees_what_was_added_for_its_need() -> None:
    """The count that was added for the chart serves the board that needs the chart, with the reader before it."""
    plan = planned("chart", Step(plugin="board", needs=["chart"]), given=VTT)
    assert told(plan) == [
        ("reader", DOCUMENT, {}, True),
        ("counter", "reader", {}, True),
        ("chart", None, {WORDS: "counter"}, False),
        ("judge", "reader", {WORDS: "counter"}, True),
        ("board", None, {MOOD: "judge", WORDS: "counter"}, False),
    ]


def test_a_need_that_takes_from_the_step_itself_is_a_cycle() -> None:
    """A cleaner that needs words counted in what it gives cannot be planned, and the path says so."""
    with pytest.raises(PipelineCycle, match="cleaner -> counter -> cleaner"):
        planned(Step(plugin="cleaner", needs=["counter"]), "counter")


def test_of_two_needs_the_one_named_last_is_nearest() -> None:
    """The order of the needs decides, as the order of the list does without them."""
    both = [Step(plugin="counter", id="a", needs=[]), Step(plugin="counter", id="b", needs=[])]
    assert planned(*both, Step(plugin="chart", needs=["a", "b"])).steps[2].records == {WORDS: "b"}
    assert planned(*both, Step(plugin="chart", needs=["b", "a"])).steps[2].records == {WORDS: "a"}


def test_a_needed_step_may_be_listed_later() -> None:
    """Needs decide the order, and the rest stays as listed."""
    plan = planned(Step(plugin="chart", needs=["counter"]), "lengths", "counter")
    assert [step.id for step in plan.steps] == ["counter", "chart", "lengths"]


def test_needs_without_names_take_only_what_was_given() -> None:
    """An empty list of needs cuts a step off from the steps before it."""
    assert planned("cleaner", Step(plugin="lengths", needs=[])).steps[1].document == DOCUMENT


def test_a_document_of_another_type_is_read_by_a_plugin_that_accepts_it() -> None:
    """The reader is added, and shared by everything that needs plain text."""
    assert told(planned("lengths", "chart", given=VTT)) == [
        ("reader", DOCUMENT, {}, True),
        ("lengths", "reader", {}, False),
        ("counter", "reader", {}, True),
        ("chart", None, {WORDS: "counter"}, False),
    ]


def test_a_document_plugin_gets_the_document_as_it_came() -> None:
    """A reader asked for by name is not preceded by itself."""
    assert told(planned("reader", "lengths", given=VTT)) == [
        ("reader", DOCUMENT, {}, False),
        ("lengths", "reader", {}, False),
    ]


def test_a_document_plugin_that_cannot_read_the_type_gets_it_read_first() -> None:
    """A cleaner of plain text on a VTT file works on what the reader gives, and so does all that follows."""
    assert told(planned("cleaner", "lengths", given=VTT)) == [
        ("reader", DOCUMENT, {}, True),
        ("cleaner", "reader", {}, False),
        ("lengths", "cleaner", {}, False),
    ]


def test_two_readers_of_a_type_are_named_for_a_document_plugin_too() -> None:
    """The engine does not guess whom a cleaner should have its text from."""
    second = plugin("second", "document", accepts=("text/vtt",))
    with pytest.raises(InvalidPipeline, match="which 'reader' and 'second' give; choose with the setting producers"):
        planned("cleaner", given=VTT, offer=available(READER, second, CLEANER))


def test_a_document_plugin_gets_text_that_nobody_reads_as_it_came() -> None:
    """Markdown reaches the cleaner; bytes that are no text do not."""
    assert planned("cleaner", given=Given(media_type="text/markdown")).steps[0].document == DOCUMENT
    with pytest.raises(InvalidPipeline, match="needs application/zip"):
        planned("cleaner", given=Given(media_type="application/zip"))


def test_text_that_no_plugin_accepts_is_text_all_the_same() -> None:
    """Markdown can be counted; bytes that are no text cannot."""
    assert planned("lengths", given=Given(media_type="text/markdown")).steps[0].document == DOCUMENT
    with pytest.raises(InvalidPipeline, match="needs application/zip, and no plugin that is ready gives or reads it"):
        planned("lengths", given=Given(media_type="application/zip"))


OTHER = plugin("other", "analyzer", produces=WORDS)


def test_two_producers_of_one_record_are_named_with_the_setting() -> None:
    """The engine never guesses between two, and says how to choose."""
    sentence = "needs word-frequencies/1, which 'counter' and 'other' give; choose with the setting producers"
    with pytest.raises(InvalidPipeline, match=sentence):
        planned("chart", offer=available(COUNTER, OTHER, CHART))


def test_a_preferred_producer_decides() -> None:
    """With the setting the plan uses the producer it names."""
    plan = planned("chart", offer=available(COUNTER, OTHER, CHART, preferred={WORDS: "other"}))
    assert plan.steps[0].plugin == "other"


def test_a_preferred_reader_decides() -> None:
    """The setting settles media types as it settles records."""
    second = plugin("second", "document", accepts=("text/vtt",))
    offer = available(READER, second, LENGTHS, preferred={"text/vtt": "second"})
    assert planned("lengths", given=VTT, offer=offer).steps[0].plugin == "second"


@pytest.mark.parametrize("wrong", ["judge", "lengths", "cleaner", "chart"])
def test_a_preferred_producer_must_give_the_record(wrong: str) -> None:
    """A setting that names a plugin of another kind is an error, not a wrong input."""
    with pytest.raises(InvalidPipeline, match=f"'producers' names '{wrong}', which does not give or read word-freq"):
        planned("chart", offer=available(*ALL, preferred={WORDS: wrong}))


def test_a_preferred_producer_that_is_unknown_is_an_error() -> None:
    """The name in the setting is looked up like any other."""
    with pytest.raises(InvalidPipeline, match="there is no plugin 'nobody'"):
        planned("chart", offer=available(*ALL, preferred={WORDS: "nobody"}))


def test_an_analyzer_is_never_taken_for_a_reader() -> None:
    """Only a document plugin makes a document plain."""
    odd = plugin("odd", "analyzer", accepts=("text/vtt",))
    assert planned("lengths", given=VTT, offer=available(odd, LENGTHS)).steps[0].document == DOCUMENT


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (Step(plugin="nobody"), r"p, step 3 \(nobody\): there is no plugin 'nobody'"),
        (Step(plugin="counter", params={"bad": 1}), r"p, step 3 \(counter\): counter: param 'bad' is wrong"),
        (Step(plugin="counter", needs=["non"]), r"p, step 3 \(counter\): need 'non' is unknown; did you mean 'one'"),
        (Step(plugin="counter", id="one"), r"p, step 3 \(one\): another step is called 'one' too; give one of them"),
    ],
    ids=["plugin", "param", "need", "id"],
)
def test_a_bad_step_is_refused_by_number_and_name(step: Step, sentence: str) -> None:
    """Whatever is wrong with step 3, planning says so and names step 3."""
    with pytest.raises(InvalidPipeline, match=sentence):
        planned(Step(plugin="lengths", id="one", needs=[]), Step(plugin="lengths", id="two", needs=["one"]), step)


def test_the_step_named_is_the_wrong_one_and_not_one_that_needs_it() -> None:
    """A step that needs a wrong step is not to blame."""
    with pytest.raises(InvalidPipeline, match=r"step 2 \(b\): there is no plugin 'nobody'"):
        planned(Step(plugin="counter", id="a", needs=["b"]), Step(plugin="nobody", id="b"))


def test_a_plugin_that_cannot_be_used_says_why() -> None:
    """The plugin's own error comes through, with its remedy."""
    with pytest.raises(PluginUnavailable, match="run: pip install x"):
        planned("counter", "broken")


@pytest.mark.parametrize("id_", [DOCUMENT, WORDS, "../up", "a/b", "", "a\nb", " "])
def test_a_step_cannot_have_a_name_that_means_something_else(id_: str) -> None:
    """References of the engine and parts of paths are no step names."""
    with pytest.raises(InvalidPipeline, match="an id begins with a letter or digit"):
        planned(Step(plugin="counter", id=id_), given=Given(media_type="text/plain", schemas=frozenset({WORDS})))


@pytest.mark.parametrize("id_", ["Contagem por falante", "1", "a-b.c_d", "ação"])
def test_a_step_may_have_a_name_people_read(id_: str) -> None:
    """Words, digits, spaces, dots, dashes and underscores are fine, in any script."""
    assert planned(Step(plugin="counter", id=id_)).steps[0].id == id_


def test_steps_that_need_each_other_are_a_cycle_with_its_path() -> None:
    """The error starts and ends with the same step and says what to do."""
    with pytest.raises(PipelineCycle, match="a -> b -> c -> a is a cycle; remove one of these needs") as caught:
        planned(*(Step(plugin="counter", id=id_, needs=[need]) for id_, need in ("ab", "bc", "ca")))
    assert caught.value.cycle == ("a", "b", "c", "a")


def test_producers_that_need_each_other_are_a_cycle() -> None:
    """Plugins whose records need each other cannot be added."""
    egg = plugin("egg", "analyzer", produces=WORDS, consumes=(MOOD,))
    hen = plugin("hen", "analyzer", produces=MOOD, consumes=(WORDS,))
    with pytest.raises(PipelineCycle, match="egg -> hen -> egg"):
        planned("chart", offer=available(egg, hen, CHART))


@pytest.mark.parametrize(
    ("plugin_id", "sentence"),
    [("counter", "counter: needs a document; give one"), ("chart", "chart: needs a document, or a result that holds")],
)
def test_nothing_given_is_said_by_the_plugin_that_needs_it(plugin_id: str, sentence: str) -> None:
    """Without document and record the sentence names the plugin and what it needs."""
    pipeline = Pipeline(steps=[Step(plugin=plugin_id)])
    with pytest.raises(UnsupportedInput, match=sentence):
        make_plan(pipeline, Given(), available(), named=False)


def test_a_single_plugin_is_not_called_a_step() -> None:
    """When one plugin was asked for, its error comes as it is."""
    with pytest.raises(UnknownPlugin):
        make_plan(Pipeline(steps=[Step(plugin="no/body")]), TEXT, available(), named=False)


@st.composite
def pipelines(draw: st.DrawFn) -> Pipeline:
    """Make pipelines of any plugins with any needs, sensible or not."""
    count = draw(st.integers(1, 6))
    ids = [f"s{number}" for number in range(count)]
    steps = [
        Step(
            plugin=draw(st.sampled_from([each.id for each in ALL])),
            id=id_,
            needs=draw(st.none() | st.lists(st.sampled_from(ids[: max(1, number)]), max_size=2, unique=True)),
        )
        for number, id_ in enumerate(ids)
    ]
    return Pipeline(steps=draw(st.permutations(steps)) if draw(st.booleans()) else steps)


@pytest.mark.properties
@given(
    pipeline=pipelines(),
    media_type=st.sampled_from((None, "text/plain", "text/vtt")),
    schemas=st.frozensets(st.sampled_from((WORDS, MOOD))),
)
def test_a_plan_is_sound_whatever_was_asked(
    pipeline: Pipeline, media_type: str | None, schemas: frozenset[str]
) -> None:
    """Each asked step is there once, every reference points to an earlier step that gives what is taken."""
    start = Given(media_type=media_type, schemas=schemas)
    try:
        plan = make_plan(pipeline, start, available())
    except InvalidPipeline:
        return
    manifests = {each.id: each for each in ALL}
    asked = {step.id: step for step in pipeline.steps}
    assert sorted(step.id for step in plan.steps if not step.added) == sorted(asked)
    earlier: dict[str, Manifest] = {}
    for step in plan.steps:
        manifest = manifests[step.plugin]
        assert (step.document is None) == (manifest.kind == "visualizer")
        assert step.document in (None, DOCUMENT) or earlier[str(step.document)].kind == "document"
        assert tuple(step.records) == manifest.consumes
        for schema, source in step.records.items():
            assert source == schema if source in start.schemas else schema in earlier[source].produces
        assert step.added or set(asked[step.id].needs or ()) <= set(earlier)
        earlier[step.id] = manifest
    assert len({(step.plugin, step.document, step.records) for step in plan.steps if step.added}) == len(
        [step for step in plan.steps if step.added]
    )
    assert make_plan(pipeline, start, available()) == plan


def brute_force(pipeline: Pipeline) -> dict[str, tuple[str | None, dict[str, str]]]:
    """Settle a pipeline of explicit needs and no added steps: look at every step behind a step, the nearest first."""
    manifests = {each.id: each for each in ALL}
    asked = {step.id: step for step in pipeline.steps}
    taken: dict[str, list[str]] = {}
    settled: dict[str, tuple[str | None, dict[str, str]]] = {}

    def behind(id_: str) -> list[str]:
        rings, ring = [], [*reversed(asked[id_].needs or ())]
        while ring:
            rings += ring
            ring = [each for one in ring for each in taken[one]]
        return rings

    while len(settled) < len(asked):
        id_ = next(one for one in asked if one not in settled and set(asked[one].needs or ()) <= set(settled))
        manifest = manifests[asked[id_].plugin]
        found = [(each, manifests[asked[each].plugin]) for each in behind(id_)]
        document = next((each for each, one in found if one.kind == "document"), DOCUMENT)
        records = {
            schema: next((each for each, one in found if schema in one.produces), "") for schema in manifest.consumes
        }
        settled[id_] = (None if manifest.kind == "visualizer" else document, records)
        used = [each for each in (settled[id_][0], *records.values()) if each in asked]
        taken[id_] = [*dict.fromkeys(used), *(each for each in reversed(asked[id_].needs or ()) if each not in used)]
    return settled


@pytest.mark.properties
@given(pipeline=pipelines())
def test_inputs_are_those_a_look_at_every_step_behind_finds(pipeline: Pipeline) -> None:
    """With explicit needs, each step takes what brute force says, unless a producer had to be added for it."""
    explicit = Pipeline(steps=[evolve(step, needs=step.needs or ()) for step in pipeline.steps])
    try:
        plan = make_plan(explicit, TEXT, available())
    except InvalidPipeline:
        return
    if any(step.added for step in plan.steps):
        return
    assert {step.id: (step.document, dict(step.records)) for step in plan.steps} == brute_force(explicit)


# ------------------------------------------------------------------------------------------------------------- diagrams


def test_a_plan_can_be_drawn() -> None:
    """What was given is slanted, added steps are round, and an arrow says which record it carries."""
    plan = planned("cleaner", "chart", Step(plugin="board", id="my board", needs=["chart"]), given=VTT)
    assert plan.to_mermaid().splitlines() == [
        "flowchart TD",
        '  g0[/"document"/]',
        '  s0("reader")',
        '  s1["cleaner"]',
        '  s2("counter")',
        '  s3["chart"]',
        '  s4("judge")',
        '  s5["my board: board"]',
        "  g0 --> s0",
        "  s0 --> s1",
        "  s1 --> s2",
        '  s2 -->|"word-frequencies/1"| s3',
        "  s1 --> s4",
        '  s2 -->|"word-frequencies/1"| s4',
        '  s4 -->|"sentiment/1"| s5',
        '  s2 -->|"word-frequencies/1"| s5',
        "  s3 --> s5",
    ]


def test_records_that_were_given_are_drawn_too() -> None:
    """A chart of numbers somebody brought stands on them."""
    assert planned("chart", given=Given(schemas=frozenset({WORDS}))).to_mermaid().splitlines() == [
        "flowchart TD",
        '  g0[/"word-frequencies/1"/]',
        '  s0["chart"]',
        "  g0 --> s0",
    ]


@pytest.mark.properties
@given(id_=st.text(min_size=1, max_size=20), plugin_id=st.text(min_size=1, max_size=20))
def test_no_name_in_a_diagram_is_read_as_anything_else(id_: str, plugin_id: str) -> None:
    """Whatever a step is called, its line has one label between two quotes, without HTML, lists or line breaks."""
    plan = Plan(name="p", steps=(PlanStep(id=id_, plugin=plugin_id, params=None, document=None),))
    head, line = plan.to_mermaid().removesuffix("\n").split("\n")
    label = line.removeprefix('  s0["').removesuffix('"]')
    assert (head, line) == ("flowchart TD", f'  s0["{label}"]')
    assert all(char.isalnum() or char in " _-/:#;" for char in label)
    decoded = re.sub(r"#(\d+);", lambda match: chr(int(match[1])), label)
    assert decoded == (id_ if id_ == plugin_id else f"{id_}: {plugin_id}")
