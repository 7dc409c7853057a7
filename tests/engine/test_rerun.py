"""Running again what a provenance tells of: equal bytes, or exactly what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualia import Core, Document, Outcome, Result
from qualia._engine.record import compared
from qualia.errors import InputError, InvalidParam, UnknownPlugin, UnsupportedInput
from qualia.records import WordCount, WordFrequencies
from qualia.settings import Settings

WORDS = "word-frequencies/1"
MOOD = "sentiment/1"
OPTIONS = """
whole: int = param(0, help='A number.')
share: float = param(0.0, help='A part.')
sure: bool = param(False, help='Whether.')
word: str = param('', help='A word.')
"""
COUNT = "return WordFrequencies(words=(WordCount('{0}'+repr(params)+{1}, 1),), total=len(repr(records)), distinct=1)"
JUDGE = "return Sentiment(status='ok', language='en', polarity=0.5, method='{0}'+repr(params)+{1})"
TEXT = "str(hash_of(document.text)) + str(sorted(map(repr, records.values())))"
HASH = "from hashlib import sha256\ndef hash_of(text): return sha256(text.encode()).hexdigest()[:8]"
# What a test of all kinds of steps needs: documents, both records, their consumers, and what draws.
TOYS: dict[str, dict[str, Any]] = {
    "upper": {"kind": "document", "body": "return Document(document.text.upper() + repr(params))"},
    "twice": {"kind": "document", "body": "return Document(document.text * 2 + repr(params))"},
    "count": {"produces": WORDS, "body": COUNT.format("count", TEXT)},
    "tally": {"produces": WORDS, "consumes": [MOOD], "body": COUNT.format("tally", TEXT)},
    "judge": {"produces": MOOD, "body": JUDGE.format("judge", TEXT)},
    "weigh": {"produces": MOOD, "consumes": [WORDS], "body": JUDGE.format("weigh", TEXT)},
    "both": {"consumes": [WORDS, MOOD], "body": f"return {{'both': repr(params) + {TEXT}}}"},
    "draw": {
        "kind": "visualizer",
        "consumes": [WORDS, MOOD],
        "body": "return Artifact(media_type='text/plain', data=repr((params, records)).encode(), name='d.txt')",
    },
}


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory, write_plugin: Callable[..., Path]) -> Path:
    """Write the toys into one folder."""
    folder = tmp_path_factory.mktemp("toys")
    for id_, said in TOYS.items():
        write_plugin(folder, id_, params=OPTIONS, head=HASH, **said)
    return folder


@pytest.fixture(scope="module")
def core(toys: Path) -> Iterator[Core]:
    """Return a Core that sees the toys."""
    chosen = {WORDS: "count", MOOD: "judge"}
    with Core([toys], settings=Settings(producers=chosen, parallel_steps=2)) as core:
        yield core


options = st.fixed_dictionaries(
    {},
    optional={
        "whole": st.sampled_from([0, 1]),
        "share": st.sampled_from([0.0, -0.0, 1.0]),
        "sure": st.booleans(),
        "word": st.sampled_from(["", "1"]),
    },
)


@st.composite
def pipelines(draw: st.DrawFn) -> dict[str, Any]:
    """Draw steps in any order of plugins, with like and unlike params, needing any of those before them, or unsaid."""
    steps: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 6))):
        step: dict[str, Any] = {"id": f"s{number}", "plugin": draw(st.sampled_from(sorted(TOYS)))}
        step["params"] = draw(options)
        if draw(st.booleans()):
            step["needs"] = (
                draw(st.lists(st.sampled_from([each["id"] for each in steps]), unique=True)) if steps else []
            )
        steps.append(step)
    return {"name": "drawn", "steps": steps}


def ran(core: Core, pipeline: dict[str, Any], document: Document) -> Outcome:
    """Return what a pipeline gave; nothing when it cannot be planned."""
    try:
        return core.run_pipeline(pipeline, document)
    except InputError:
        return Outcome(())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pipelines(), st.text(min_size=1, max_size=5))
def test_every_step_of_every_pipeline_can_be_run_again(core: Core, pipeline: dict[str, Any], text: str) -> None:
    """Whatever the branches and joins, each result is computed anew, equal, and nothing is said to differ."""
    document = Document(text)
    for result in ran(core, pipeline, document).values():
        again = core.rerun(result, document)
        assert (again.same, again.differences, again.result.cached) == (True, (), False)
        assert again.result.key == result.key
        assert core.rerun(result.provenance, document).differences == ()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pipelines())
def test_a_result_read_from_json_can_be_run_again(core: Core, pipeline: dict[str, Any]) -> None:
    """A result that was written down and read back is compared by what it holds, though its types are gone."""
    document = Document("a text")
    for result in ran(core, pipeline, document).values():
        again = core.rerun(Result.from_json(result.to_json()), document)
        assert (again.same, again.differences) == (True, ())


def test_each_input_is_taken_from_where_it_came(core: Core) -> None:
    """A record made from a cleaned text, joined with the text itself, is so joined again."""
    document = Document("a text")
    words = core.run("count", core.run("upper", document))
    joined = core.run("weigh", [document, words])
    assert joined.value != core.run("weigh", [core.run("upper", document), words]).value
    again = core.rerun(joined, document)
    assert (again.same, again.differences) == (True, ())


def test_steps_that_did_the_same_are_run_once(core: Core) -> None:
    """What two inputs have in common is computed once in a rerun, as it was the first time."""
    document = Document("a text")
    picture = core.run_pipeline({"steps": [{"plugin": each} for each in ("upper", "count", "judge", "draw")]}, document)
    started: list[str | None] = []
    stop = core.subscribe(lambda event: started.append(event.plugin) if event.kind == "step_started" else None)
    core.rerun(picture["draw"], document)
    stop()
    assert sorted(map(str, started)) == ["count", "draw", "judge", "upper"]


def test_records_that_were_given_are_given_again(core: Core) -> None:
    """A picture of a record that no plugin made is drawn again from the same record, and not from another's."""
    words = WordFrequencies(words=(WordCount("a", 1),), total=1, distinct=1)
    result = core.run("weigh", [Document("a text"), words])
    again = core.rerun(result, [Document("a text"), words])
    assert (again.same, again.differences) == (True, ())
    with pytest.raises(UnsupportedInput, match="weigh: was given the record 'word_frequencies'; give the same one"):
        core.rerun(result, Document("a text"))
    with pytest.raises(UnsupportedInput, match="weigh: was given a document; give the same one"):
        core.rerun(result, words)


def test_another_document_is_named(core: Core) -> None:
    """A rerun on another text says which input differs, of the step that took it and of those after it."""
    result = core.run("weigh", Document("a text"))
    again = core.rerun(result, Document("another text"))
    assert again.same is False
    assert [each.partition(":")[0] for each in again.differences] == [
        "input document of weigh",
        "input word_frequencies of weigh",
        "input document of count",
    ]


def test_how_an_input_was_come_by_makes_no_difference(core: Core) -> None:
    """A record that was given bare may be given with its history the second time: its bytes are what counts."""
    words = core.run("count", Document("a text"))
    bare = core.run("weigh", [Document("a text"), words.value])
    again = core.rerun(bare, [Document("a text"), words])
    assert (again.same, again.differences) == (True, ())


def test_a_rerun_of_a_provenance_has_nothing_to_compare_the_value_with(core: Core) -> None:
    """Without the earlier value nobody can say that it is the same."""
    assert core.rerun(core.run("count", Document("a text")).provenance, Document("a text")).same is None


def test_facts_that_changed_are_named_one_by_one(core: Core) -> None:
    """Versions, code, engine, Python, libraries and params each have their own sentence; 1 and true are two values."""
    result = core.run("count", Document("a text"), {"sure": True})
    before = evolve(
        result.provenance,
        version="0.9.0",
        code_hash="f" * 64,
        engine_version="0.0.1",
        host={"python": "3.9.1", "numpy": "1.0"},
        params={**result.provenance.params, "sure": 1, "gone": "x"},
    )
    now = result.provenance
    assert compared(before, result).differences == (
        "version of count: 0.9.0 then, 1.0.0 now",
        f"code of count: ffffffffffff then, {now.code_hash[:12]} now",
        f"engine: 0.0.1 then, {now.engine_version} now",
        "param gone of count: x then, none now",
        "param sure of count: 1 then, true now",
        "numpy: 1.0 then, none now",
        f"python: 3.9.1 then, {now.host['python']} now",
    )


def edited(folder: Path, path: str, old: str, new: str) -> None:
    """Edit a file of a plugin."""
    file = folder / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def result(write: Callable[..., Path], make_core: Callable[..., Core], plugin_folder: Path) -> Result[Any]:
    """Return the result of a plugin that takes the outcome of another."""
    words = "return WordFrequencies(words=(), total=params.top, distinct=0)"
    write("words", words, params="top: int = param(3, ge=1, help='How many.')", produces=WORDS)
    write("chart", kind="visualizer", consumes=[WORDS])
    return make_core().run("chart", Document("a text"))


def test_a_plugin_that_was_edited_is_named(
    result: Result[Any], make_core: Callable[..., Core], plugin_folder: Path
) -> None:
    """A changed file of a plugin further back is found, though the value is the same."""
    edited(plugin_folder, "words/__init__.py", "class Entry", "# A remark.\nclass Entry")
    again = make_core().rerun(result, Document("a text"))
    assert again.same is True
    assert [each.partition(":")[0] for each in again.differences] == ["code of words"]


def test_an_edit_that_changes_the_value_shows_in_what_it_is_taken_for(
    result: Result[Any], make_core: Callable[..., Core], plugin_folder: Path
) -> None:
    """The changed output of one step is the changed input of the next."""
    edited(plugin_folder, "words/__init__.py", "total=params.top", "total=params.top + 1")
    again = make_core().rerun(result, Document("a text"))
    assert [each.partition(":")[0] for each in again.differences] == [
        "input word_frequencies of chart",
        "code of words",
    ]


def test_a_param_that_is_no_longer_taken_is_told_with_both_versions(
    result: Result[Any], make_core: Callable[..., Core], plugin_folder: Path
) -> None:
    """A renamed param stops a rerun with the plugin, the param and the versions that differ."""
    edited(plugin_folder, "words/__init__.py", "top", "most")
    edited(plugin_folder, "words/plugin.toml", '"1.0.0"', '"2.0.0"')
    with pytest.raises(InvalidParam, match=r"words: param 'top' .*run with version 1.0.0, and 2.0.0 is here now"):
        make_core().rerun(result, Document("a text"))


def test_a_param_that_is_new_is_named_with_its_default(
    result: Result[Any], make_core: Callable[..., Core], plugin_folder: Path
) -> None:
    """A param that did not exist then is in force now, and said to be."""
    new = "    least: int = param(7, help='How few.')\n    top: int"
    edited(plugin_folder, "words/__init__.py", "    top: int", new)
    again = make_core().rerun(result, Document("a text"))
    assert "param least of words: none then, 7 now" in again.differences


def test_a_plugin_that_takes_other_inputs_now_is_not_run(
    result: Result[Any], make_core: Callable[..., Core], plugin_folder: Path
) -> None:
    """A plugin that has come to consume another record is told apart from one that fails."""
    edited(plugin_folder, "chart/plugin.toml", f'["{WORDS}"]', f'["{MOOD}"]')
    with pytest.raises(UnsupportedInput, match=r"took word_frequencies in version 1.0.0, and takes sentiment"):
        make_core().rerun(result, Document("a text"))


def test_a_plugin_that_is_gone_is_named(
    result: Result[Any], make_core: Callable[..., Core], plugin_folder: Path
) -> None:
    """A rerun that needs a plugin which is not here says which."""
    (plugin_folder / "words" / "plugin.toml").unlink()
    with pytest.raises(UnknownPlugin, match="'words'"):
        make_core().rerun(result, Document("a text"))


def test_a_plugin_that_gives_another_answer_each_time_is_found_out(
    write: Callable[..., Path], make_core: Callable[..., Core]
) -> None:
    """When nothing differs but the value, that is what is said."""
    write("dice", "import secrets\nreturn {'thrown': secrets.token_hex(8)}")
    core = make_core()
    again = core.rerun(core.run("dice", Document("a text")), Document("a text"))
    assert again.same is False
    assert again.differences == ("value of dice: not equal, although nothing it is made of differs",)


def test_a_rerun_is_logged_like_any_run(
    write: Callable[..., Path], make_core: Callable[..., Core], tmp_path: Path
) -> None:
    """The log shows the rerun beside the run, and what it logged can be run again in turn."""
    write("count")
    core = make_core(state_dir=tmp_path / "state")
    core.run("count", Document("a text"))
    assert core.history is not None
    logged = core.history.runs()[0].steps[0].provenance
    assert logged is not None
    assert core.rerun(logged, Document("a text")).differences == ()
    assert [run.name for run in core.history.runs()] == ["rerun count", "count"]
