"""A Core: runs, pipelines, events and closing, from any thread and several at a time."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia import Core, Document, Event, Pipeline, Result, Settings, Step
from qualia.errors import (
    CoreClosed,
    InvalidParam,
    InvalidPipeline,
    PluginFailed,
    PluginUnavailable,
    UnknownPlugin,
    UnsupportedInput,
)
from qualia.events import EventKind
from qualia.plugin import ParamSpec
from qualia.records import WordCount, WordFrequencies

WORDS = "word-frequencies/1"
TEXT = Document("gato gato pato")
COUNT = """words = document.text.split()
return WordFrequencies(words=(WordCount(words[0], len(words)),), total=1, distinct=1)"""
DRAW = """word = records['word_frequencies'].words[0]
return Artifact(media_type='text/plain', data=f'{word.word} {word.count}'.encode(), name='n.txt')"""
Write = Callable[..., Path]
MakeCore = Callable[..., Core]
Notes = Callable[[], list[str]]
Listen = Callable[[Core], list[Event]]


@pytest.fixture
def chain(write: Write) -> None:
    """Write a cleaner, a counter and a chart, each noting its calls."""
    write("clean", "note('clean')\nreturn Document(document.text.upper())", kind="document", accepts=["text/vtt"])
    write("count", f"note('count')\n{COUNT}", produces=WORDS, params="top: int = param(5, ge=1, help='N.')")
    write("draw", f"note('draw')\n{DRAW}", kind="visualizer", consumes=[WORDS])


# ------------------------------------------------------------------------------------------------------------ running


@pytest.mark.usefixtures("chain")
def test_a_producer_is_found_and_run(make_core: MakeCore, notes: Notes) -> None:
    """A chart can be asked for with a document alone; what was counted for one chart serves the next."""
    core = make_core()
    drawn = core.run("draw", TEXT)
    assert (drawn.value.data, notes()) == (b"gato 3", ["count", "draw"])
    assert core.run("count", TEXT).cached


@pytest.mark.usefixtures("chain")
def test_a_result_is_input_for_the_next_plugin(make_core: MakeCore, notes: Notes) -> None:
    """Numbers counted before are drawn as they are, and the picture's provenance leads back to them."""
    core = make_core()
    counted = core.run("count", TEXT, {"top": 7})
    drawn = core.run("draw", counted)
    assert (drawn.provenance.upstream, notes()) == ((counted.provenance,), ["count", "draw"])


@pytest.mark.usefixtures("chain")
def test_a_result_read_from_json_is_input_too(make_core: MakeCore) -> None:
    """What was written to a file yesterday is drawn today, to the same key."""
    core = make_core()
    counted = core.run("count", TEXT)
    read = Result.from_json(counted.to_json())
    drawn = core.run("draw", read)
    assert (drawn.key, drawn.provenance.upstream) == (core.run("draw", counted).key, (counted.provenance,))


@pytest.mark.usefixtures("chain")
def test_a_document_result_is_a_document(make_core: MakeCore) -> None:
    """A cleaned document can be given on, from memory or from JSON."""
    core = make_core()
    cleaned = core.run("clean", TEXT)
    assert core.run("count", cleaned).value.words == (WordCount("GATO", 3),)
    assert core.run("count", Result.from_json(cleaned.to_json())).cached


@pytest.mark.usefixtures("chain")
def test_a_document_of_another_type_is_made_plain_first(make_core: MakeCore, notes: Notes) -> None:
    """The plugin that accepts the type runs first, and the provenance shows it."""
    result = make_core().run("count", Document("gato", media_type="text/vtt"))
    assert (result.value.words[0].word, notes()) == ("GATO", ["clean", "count"])
    assert [each.plugin for each in result.provenance.upstream] == ["clean"]


@pytest.mark.usefixtures("chain")
def test_a_document_and_a_record_may_be_given_together(make_core: MakeCore, notes: Notes) -> None:
    """What is given is not made again."""
    record = WordFrequencies(words=(WordCount("a", 1),), total=1, distinct=1)
    assert make_core().run("draw", [TEXT, record]).value.data == b"a 1"
    assert notes() == ["draw"]


def test_returns_gives_the_value_its_type(write: Write, make_core: MakeCore) -> None:
    """A plain value is built into the type asked for; a record passes as it is."""
    write("plain", "return {'word': 'a', 'count': 2}")
    write("count", COUNT, produces=WORDS)
    core = make_core()
    assert core.run("plain", TEXT, returns=WordCount).value == WordCount("a", 2)
    assert core.run("count", TEXT, returns=WordFrequencies).value.total == 1
    with pytest.raises(ValueError, match="not a valid WordFrequencies"):
        core.run("plain", TEXT, returns=WordFrequencies)


@pytest.mark.parametrize(
    ("given_value", "sentence"),
    [
        ("gato", "input: is a str; give a Document, a Result or a record"),
        (None, "input: is a NoneType; give a Document"),
        ({"text": "a"}, "input: is a dict"),
        ([], "needs a document; give one"),
        ([TEXT, TEXT], "input: was given twice as document; give each kind once"),
        ([[TEXT]], "input: is a list"),
        (WordCount("a", 1), "input: is a WordCount"),
    ],
    ids=["text", "none", "mapping", "nothing", "twice", "nested", "part"],
)
def test_what_is_no_input_is_refused(write: Write, make_core: MakeCore, given_value: Any, sentence: str) -> None:
    """The sentence says what came and what may come."""
    write("a")
    with pytest.raises(UnsupportedInput, match=sentence):
        make_core().run("a", given_value)


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (('"words": [', '"words": [3, '), "damaged result: not a valid WordFrequencies"),
        (("word-frequencies/1", "word-frequencies/9"), "holds a word-frequencies/9, which this version does not know"),
    ],
    ids=["shape", "schema"],
)
def test_a_damaged_result_is_refused(make_core: MakeCore, damage: tuple[str, str], sentence: str) -> None:
    """A file somebody edited is wrong input, not a crash."""
    core = make_core()
    text = core.run("count", TEXT).to_json().replace(*damage)
    with pytest.raises(UnsupportedInput, match=sentence):
        core.run("draw", Result.from_json(text))


def test_an_unknown_plugin_comes_with_its_nearest(write: Write, make_core: MakeCore) -> None:
    """A misspelled id is told what was probably meant, by every method."""
    write("word_frequency")
    core = make_core()
    for ask in (
        lambda: core.run("word_freqency", TEXT),
        lambda: core.plugins["wordfrequency"],
        lambda: core.plugins.params("word_freq"),
    ):
        with pytest.raises(UnknownPlugin, match="did you mean 'word_frequency'"):
            ask()


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"tpo": 1}, "param 'tpo' is unknown; did you mean 'top'"),
        ({"top": "5"}, "param 'top' must be an int"),
        ({"top": True}, "param 'top' must be an int"),
        ({"top": 0}, "param 'top' must be at least 1"),
        ({"top": {1}}, r"param 'top' cannot be used: it\.top is a set"),
        ({"top": float("nan")}, r"param 'top' cannot be used: it\.top is nan"),
        ({"top": Path()}, "param 'top' cannot be used"),
        ({3: 1}, "param '3' cannot be used: it has the key 3; keys are text"),
        ([("top", 5)], "cannot be a list; give a mapping of names to values"),
        ([], "cannot be a list; give a mapping"),
        ("top=5", "cannot be a str; give a mapping"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_wrong_params_are_refused_by_name(write: Write, make_core: MakeCore, params: Any, sentence: str) -> None:
    """Whatever is given as params, the error is InvalidParam and names plugin and param."""
    write("a", params="top: int = param(1, ge=1, help='N.')")
    with pytest.raises(InvalidParam, match=sentence) as caught:
        make_core().run("a", TEXT, params)
    assert caught.value.plugin == "a"


# ---------------------------------------------------------------------------------------------------------- pipelines


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize("form", ["mapping", "object", "path", "text"])
def test_a_pipeline_gives_every_steps_result_by_name(make_core: MakeCore, tmp_path: Path, form: str) -> None:
    """However it is given, the outcome holds each step in the order they ran, added ones too."""
    data = {"steps": [{"plugin": "clean"}, {"plugin": "draw", "id": "chart"}]}
    path = tmp_path / "p.toml"
    path.write_text('[[steps]]\nplugin = "clean"\n[[steps]]\nplugin = "draw"\nid = "chart"\n', encoding="utf-8")
    asked: Any = {"mapping": data, "object": Pipeline.from_mapping(data), "path": path, "text": str(path)}[form]
    outcome = make_core().run_pipeline(asked, TEXT)
    assert list(outcome) == ["clean", "count", "chart"]
    assert outcome["chart"].value.data == b"GATO 3"


@pytest.mark.usefixtures("chain")
def test_the_same_pipeline_again_calls_nobody(make_core: MakeCore, notes: Notes) -> None:
    """Every step comes from the cache, and another document does not."""
    core = make_core()
    steps = {"steps": [{"plugin": "clean"}, {"plugin": "draw"}]}
    core.run_pipeline(steps, TEXT)
    again = core.run_pipeline(steps, TEXT)
    assert ([each.cached for each in again.values()], len(notes())) == ([True] * 3, 3)
    core.run_pipeline(steps, Document("outro"))
    assert len(notes()) == 6


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(
    ("step", "error"),
    [
        (Step(plugin="nobody"), InvalidPipeline),
        (Step(plugin="count", id="again", params={"top": 0}), InvalidPipeline),
        (Step(plugin="count", id="again", needs=["none"]), InvalidPipeline),
        (Step(plugin="broken"), PluginFailed),
        (Step(plugin="lacking"), PluginUnavailable),
    ],
    ids=["unknown", "param", "need", "broken", "unavailable"],
)
def test_a_bad_third_step_is_refused_before_the_first_runs(
    write: Write, make_core: MakeCore, notes: Notes, step: Step, error: type[Exception]
) -> None:
    """Nothing is called and nobody is told of a run."""
    write("broken", code="def broken(:")
    write("lacking", dependencies=["no-such-distribution"])
    core = make_core()
    heard: list[str] = []
    core.subscribe(lambda event: heard.append(event.kind), wait=True)
    with pytest.raises(error):
        core.run_pipeline(Pipeline(steps=[Step(plugin="clean"), Step(plugin="count"), step]), TEXT)
    assert (notes(), [kind for kind in heard if not kind.startswith("plugin_")]) == ([], [])


@pytest.mark.usefixtures("chain")
def test_planning_runs_nothing(make_core: MakeCore, notes: Notes) -> None:
    """A plan shows what would run, params filled in."""
    plan = make_core().plan({"steps": [{"plugin": "draw"}]}, TEXT)
    assert [(step.id, step.added) for step in plan.steps] == [("count", True), ("draw", False)]
    assert (plan.steps[0].params.top, notes()) == (5, [])


def test_the_first_failure_ends_the_run(write: Write, make_core: MakeCore, notes: Notes) -> None:
    """Steps behind it are not called; those before it are cached."""
    write("good", "note('good')\nreturn 1")
    write("bad", "note('bad')\nraise ValueError")
    steps = [Step(plugin="good"), Step(plugin="bad"), Step(plugin="good", id="after")]
    core = make_core(parallel_steps=1)
    with pytest.raises(PluginFailed):
        core.run_pipeline(Pipeline(steps=steps), TEXT)
    assert notes() == ["good", "bad"]
    assert core.run("good", TEXT).cached


def test_the_preferred_producer_is_a_setting(write: Write, make_core: MakeCore) -> None:
    """Two producers need a choice; the setting makes it."""
    write("one", COUNT, produces=WORDS)
    write("two", COUNT, produces=WORDS)
    write("draw", DRAW, kind="visualizer", consumes=[WORDS])
    with pytest.raises(UnsupportedInput, match="'one' and 'two' give; choose with the setting producers"):
        make_core().run("draw", TEXT)
    result = make_core(producers={WORDS: "two"}).run("draw", TEXT)
    assert result.provenance.upstream[0].plugin == "two"


# ------------------------------------------------------------------------------------------------------------- events


@pytest.mark.usefixtures("chain")
def test_a_run_is_told_from_start_to_end(make_core: MakeCore, listen: Listen) -> None:
    """Events come in order, carry one run id, and say what came from the cache."""
    core = make_core()
    core.run("count", TEXT)
    heard = listen(core)
    core.run("draw", TEXT)
    assert [(event.kind.value, event.step) for event in heard] == [
        ("plugin_loaded", None),
        ("run_started", None),
        ("step_started", "count"),
        ("cache_hit", "count"),
        ("step_finished", "count"),
        ("step_started", "draw"),
        ("step_finished", "draw"),
        ("run_finished", None),
    ]
    assert len({event.run_id for event in heard if event.run_id}) == 1
    assert [event.details["cached"] for event in heard if event.kind == "step_finished"] == [True, False]


def test_a_failing_run_is_told(write: Write, make_core: MakeCore, listen: Listen) -> None:
    """Step and run are told as failed, and the circuit's move between them."""
    write("a", "raise ValueError('no')", limits={"max_failures": 1})
    core = make_core()
    heard = listen(core)
    with pytest.raises(PluginFailed) as caught:
        core.run("a", TEXT)
    kinds = ["plugin_loaded", "run_started", "step_started", "breaker_moved", "step_failed", "run_failed"]
    assert [event.kind for event in heard] == kinds
    assert (heard[3].details, heard[4].details["error"]) == ({"before": "closed", "state": "open"}, str(caught.value))


def test_an_observer_that_raises_harms_no_run(write: Write, make_core: MakeCore) -> None:
    """The result is the plugin's, whatever listeners do."""
    write("a", "return 1")
    core = make_core()
    core.subscribe(lambda _: 1 // 0)
    assert core.run("a", TEXT).value == 1


def test_an_observer_may_use_the_core(write: Write, make_core: MakeCore) -> None:
    """Nothing is locked while somebody is told, not even for another thread."""
    write("a", "raise ValueError", limits={"max_failures": 1})
    write("b", "return 1")
    core = make_core()
    seen: list[Any] = []

    def observer(event: Event) -> None:
        if event.kind in ("breaker_moved", "plugin_loaded") and event.plugin == "a":
            thread = threading.Thread(target=lambda: seen.append(core.run("b", TEXT).value), daemon=True)
            thread.start()
            thread.join(10)

    core.subscribe(observer, wait=True)
    with pytest.raises(PluginFailed):
        core.run("a", TEXT)
    assert seen == [1, 1]


# ---------------------------------------------------------------------------------------------------- what is there


def test_plugins_are_listed_without_being_loaded(write: Write, make_core: MakeCore) -> None:
    """Usable or not, each is there with its state, and a use changes the state."""
    write("good", version="1.1.0")
    write("lacking", dependencies=["no-such-distribution"])
    write("wrong", kind="visualizer", entry="not a name")
    core = make_core()
    before = set(sys.modules)
    assert {each.id: each.state for each in core.plugins.values()} == {
        "good": "enabled",
        "lacking": "unavailable",
        "wrong": "unavailable",
    }
    assert set(sys.modules) == before
    core.run("good", TEXT)
    info = core.plugins["good"]
    assert (info.state, info.kind, info.version, info.reason) == ("loaded", "analyzer", "1.1.0", "")
    assert (core.plugins["wrong"].kind, "entry 'not a name'" in core.plugins["wrong"].reason) == (None, True)


def test_the_params_of_a_plugin_can_be_asked_for(write: Write, make_core: MakeCore) -> None:
    """What a face shows as a form is what the plugin declares."""
    write("a", params="top: int = param(5, ge=1, help='N.')")
    assert make_core().plugins.params("a") == (ParamSpec(name="top", kind="int", default=5, help="N.", ge=1),)


def test_one_folder_may_be_given_as_it_is(write: Write, plugin_folder: Path) -> None:
    """A single path is one folder, not a list of letters."""
    write("a", "return 1")
    for folder in (str(plugin_folder), plugin_folder):
        with Core(folder, settings=Settings()) as core:
            assert core.run("a", TEXT).value == 1


def test_two_cores_are_independent(write_plugin: Write, make_core: MakeCore, tmp_path: Path) -> None:
    """Folders, modules, caches, circuits and observers are each Core's own."""
    for name in ("one", "two"):
        body = f"STATE.append(1)\nreturn ['{name}', len(STATE)]"
        write_plugin(tmp_path / name, "a", body, head="STATE = []", limits={"max_failures": 1})
    write_plugin(tmp_path / "two", "only_two")
    one, two, again = make_core(tmp_path / "one"), make_core(tmp_path / "two"), make_core(tmp_path / "one")
    heard: list[Event] = []
    two.subscribe(heard.append, wait=True)
    assert one.run("a", TEXT).value == ("one", 1)
    assert one.run("a", Document("x")).value == ("one", 2)
    assert again.run("a", TEXT).value == ("one", 1)
    assert heard == []
    assert two.run("a", TEXT).value == ("two", 1)
    assert list(one.plugins) == ["a"]
    one.close()
    assert two.run("a", TEXT).cached


# ------------------------------------------------------------------------------------------------------------ closing


def plugin_modules() -> set[str]:
    """Name the modules of loaded plugins; the engine's own are imported at first use and stay."""
    return {name for name in sys.modules if name.startswith("_qualia_plugin_")}


def test_a_closed_core_says_so(write: Write, make_core: MakeCore) -> None:
    """Every use names what cannot be done; closing again is fine; nothing of its plugins stays loaded."""
    write("a")
    before = plugin_modules(), list(sys.meta_path)
    core = make_core()
    with core:
        core.run("a", TEXT)
    core.close()
    uses: list[tuple[Callable[[], object], str]] = [
        (lambda: core.run("a", TEXT), "run plugins"),
        (lambda: core.plan({}, TEXT), "plan pipelines"),
        (lambda: core.run_pipeline({}, TEXT), "run pipelines"),
        (lambda: core.plugins.params("a"), "load plugins"),
        (core.__enter__, "be entered"),
    ]
    for use, action in uses:
        with pytest.raises(CoreClosed, match=f"was closed and cannot {action} any more; create a new one"):
            use()
    assert (plugin_modules(), list(sys.meta_path)) == before
    assert core.cache.stats()[0].entries == 0


def test_a_core_that_was_forgotten_warns() -> None:
    """Leaving a Core unclosed is a ResourceWarning; closing it is silence."""
    core = Core(settings=Settings())
    with pytest.warns(ResourceWarning, match="with Core"):
        core.__del__()
    core.close()
    core.__del__()


def test_leaving_the_block_by_an_error_closes_too(make_core: MakeCore) -> None:
    """The error goes on, the Core is closed."""
    core = make_core()
    with pytest.raises(ZeroDivisionError), core:
        raise ZeroDivisionError
    with pytest.raises(CoreClosed):
        core.run("a", TEXT)


# ------------------------------------------------------------------------------------------------------------ threads


def test_eight_threads_share_a_core(write: Write, make_core: MakeCore) -> None:
    """400 runs over two plugins give each caller the result of its own text, and the figures add up."""
    write("one", "return ['one', document.text]")
    write("two", "return ['two', document.text]")
    core = make_core()

    def work(seed: int) -> list[tuple[object, object]]:
        found: list[tuple[object, object]] = []
        for number in range(50):
            plugin, text = ("one", "two")[number % 2], str((number * (seed + 1)) % 25)
            found.append((core.run(plugin, Document(text)).value, (plugin, text)))
        return found

    with ThreadPoolExecutor(8) as pool:
        pairs = [pair for done in pool.map(work, range(8)) for pair in done]
    stats = core.cache.stats()[0]
    assert [pair for pair in pairs if pair[0] != pair[1]] == []
    assert (len(pairs), stats.hits + stats.misses) == (400, 400)


def test_a_plugin_is_loaded_and_opened_once_by_many_threads(
    write: Write, make_core: MakeCore, notes: Notes, listen: Listen
) -> None:
    """Eight first calls at once share one generation, and it is told once."""
    write("a", "return document.text", head="note('import')", methods="def open(self):\n    note('open')")
    core = make_core()
    heard = listen(core)
    start = threading.Barrier(8)

    def work(number: int) -> Any:
        start.wait()
        return core.run("a", Document(str(number))).value

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == list("01234567")
    assert notes() == ["import", "open"]
    assert [event.kind for event in heard].count(EventKind.PLUGIN_LOADED) == 1


def test_a_core_works_off_the_main_thread(write: Write, plugin_folder: Path) -> None:
    """Making, using and closing need no signal handler and no event loop."""
    write("a", "return 1")

    def work() -> Any:
        with Core([plugin_folder], settings=Settings()) as core:
            return core.run("a", TEXT).value

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(work).result() == 1


# --------------------------------------------------------------------------------------------------------- properties


@pytest.fixture(scope="module")
def echo(write_plugin: Write, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run a plugin that gives back what it got."""
    folder = tmp_path_factory.mktemp("echo")
    write_plugin(folder, "echo", "return [document.text, params.mark]", params="mark: str = param('', help='A mark.')")
    with Core([folder], settings=Settings()) as core:
        yield lambda text, mark: core.run("echo", Document(text), {"mark": mark})


@pytest.mark.properties
@given(calls=st.lists(st.tuples(st.text(max_size=5), st.text(max_size=2)), min_size=2, max_size=6))
def test_a_result_belongs_to_exactly_its_input(echo: Callable[..., Result[Any]], calls: list[tuple[str, str]]) -> None:
    """Whatever texts and params are run in whatever order, each gets its own answer, and equal calls share a key."""
    keys: dict[str, Any] = {}
    for text, mark in calls:
        result = echo(text, mark)
        assert result.value == (Document(text).text, mark)
        assert keys.setdefault(result.key, result.value) == result.value
        assert echo(text, mark).cached
    assert len(keys) == len({(Document(text).text, mark) for text, mark in calls})
