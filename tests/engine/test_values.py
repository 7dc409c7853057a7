"""Frozen values: equal by content, impossible to change, and the same after every journey."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia import Artifact, Document, Outcome, Provenance, Result, Segment, Settings, Step
from qualia._files import write_whole
from qualia._values import FrozenDict, dumps, flaw, freeze, from_plain, loads, to_plain
from qualia.errors import CircuitOpen, PipelineCycle, PluginFailed, QualiaError, UnknownPlugin, UnwritableOutput
from qualia.records import (
    SCHEMAS,
    SentenceSentiment,
    Sentiment,
    SpeakerSentiment,
    SpeakerWords,
    WordCount,
    WordFrequencies,
    argument_name,
    record_type,
)
from qualia.result import Mapped, Rerun, StepOutcome

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
TEXTS = st.text(max_size=12)
NUMBERS = st.floats(-1, 1)
COUNTS = st.integers(0, 10**9)
WORDS = st.builds(WordCount, TEXTS, COUNTS)
FREQUENCIES = st.builds(
    WordFrequencies,
    words=st.lists(WORDS, max_size=4).map(tuple),
    total=COUNTS,
    distinct=COUNTS,
    hapax=COUNTS,
    speakers=st.lists(
        st.builds(SpeakerWords, speaker=TEXTS, words=st.lists(WORDS, max_size=2).map(tuple), total=COUNTS), max_size=2
    ).map(tuple),
    language=st.none() | TEXTS,
)
LABELS = st.sampled_from(("negative", "neutral", "positive"))
SENTIMENTS = st.builds(
    Sentiment,
    status=st.sampled_from(("ok", "empty", "unsupported")),
    language=st.none() | TEXTS,
    polarity=st.none() | NUMBERS,
    label=st.none() | LABELS,
    sentences=st.lists(
        st.builds(
            SentenceSentiment,
            text=TEXTS,
            start=COUNTS,
            end=COUNTS,
            polarity=NUMBERS,
            subjectivity=NUMBERS,
            label=LABELS,
            begin_s=st.none() | NUMBERS,
        ),
        max_size=3,
    ).map(tuple),
    speakers=st.lists(
        st.builds(
            SpeakerSentiment, speaker=TEXTS, polarity=NUMBERS, subjectivity=NUMBERS, label=LABELS, sentences=COUNTS
        ),
        max_size=2,
    ).map(tuple),
)
PROVENANCES = st.builds(
    Provenance,
    plugin=TEXTS,
    version=TEXTS,
    code_hash=TEXTS,
    params=st.dictionaries(TEXTS, JSON, max_size=3),
    produces=st.none() | TEXTS,
    inputs=st.dictionaries(TEXTS, TEXTS, max_size=3),
    engine_version=TEXTS,
    started_at=st.datetimes(timezones=st.just(UTC)),
    host=st.dictionaries(TEXTS, TEXTS, max_size=3),
)
ARTIFACTS = st.builds(Artifact, media_type=TEXTS, data=st.binary(max_size=20), name=TEXTS)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Make documents whose segments lie inside the text."""
    text = draw(st.text(max_size=30))
    marks = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    times = st.none() | st.floats(0, 1e6) | st.integers(0, 9)
    segments = [
        Segment(start, end, speaker=draw(st.none() | TEXTS), begin_s=draw(times), end_s=draw(times))
        for start, end in zip(marks[::2], marks[1::2], strict=False)
    ]
    return Document(
        text,
        title=draw(st.none() | TEXTS),
        language=draw(st.none() | TEXTS),
        segments=segments,
        metadata=draw(st.dictionaries(st.text(), JSON, max_size=3)),
        data=draw(st.none() | st.binary(max_size=9)),
    )


VALUES = documents() | FREQUENCIES | SENTIMENTS | PROVENANCES | ARTIFACTS
RESULTS = st.builds(
    Result, value=VALUES, provenance=PROVENANCES, key=TEXTS, elapsed_s=st.floats(0, 9), cached=st.booleans()
)
ERRORS = st.sampled_from(
    [
        PluginFailed("p", "ValueError: {0} 'x'", "p/__init__.py:3"),
        PipelineCycle("p", ("a", "b", "a")),
        UnknownPlugin("p", ("q",)),
        CircuitOpen("p", 1.5),
    ]
)
STEPS = st.builds(
    StepOutcome,
    step=TEXTS,
    plugin=TEXTS,
    status=st.sampled_from(("ok", "failed", "skipped")),
    result=st.none() | RESULTS,
    error=st.none() | ERRORS,
    reason=TEXTS,
)
OUTCOMES = st.builds(Outcome, st.lists(STEPS, max_size=3).map(tuple))
HAPPENED = (
    STEPS
    | OUTCOMES
    | st.builds(Mapped, index=COUNTS, document=TEXTS, outcome=st.none() | OUTCOMES, error=st.none() | ERRORS)
    | st.builds(
        Rerun, result=RESULTS, differences=st.lists(TEXTS, max_size=2).map(tuple), same=st.none() | st.booleans()
    )
)
DOCUMENT = Document("Oi, João", segments=[Segment(0, 2, speaker="Ana")], metadata={"a": [1, {"b": 2}]})
FROZEN: list[Any] = [
    DOCUMENT,
    DOCUMENT.segments[0],
    WordCount("a", 1),
    WordFrequencies(words=(WordCount("a", 1),), total=1, distinct=1),
    Sentiment(status="empty", language=None),
    Artifact(media_type="text/html", data=b"<p>", name="a.html"),
    Step(plugin="a"),
    Settings(),
]


@pytest.mark.properties
@pytest.mark.parametrize(
    "journey",
    [lambda value: pickle.loads(pickle.dumps(value)), copy.copy, copy.deepcopy],
    ids=["pickle", "copy", "deepcopy"],
)
@given(value=VALUES | RESULTS | HAPPENED)
def test_a_value_is_equal_after_a_journey(journey: Callable[[Any], Any], value: Any) -> None:
    """Pickle, copy and deepcopy give an equal value of the same class with the same hash."""
    arrived = journey(value)
    assert (type(arrived), arrived, hash(arrived)) == (type(value), value, hash(value))


@pytest.mark.properties
@given(value=VALUES)
def test_a_value_comes_back_from_json_equal(value: Any) -> None:
    """Writing a value as JSON and reading it back gives an equal value."""
    assert loads(dumps(value), type(value)) == value


@pytest.mark.properties
@given(document=documents())
def test_a_document_keeps_its_identity_through_json(document: Document) -> None:
    """A document read back from its JSON is equal and has the same id."""
    back = Document.from_json(document.to_json())
    assert (back, back.id) == (document, document.id)


@pytest.mark.properties
@given(result=RESULTS)
def test_a_result_comes_back_from_json_equal(result: Result[Any]) -> None:
    """A result read from JSON holds plain data; `into` gives the value its class back."""
    back = Result.from_json(result.to_json()).into(type(result.value))
    assert back == result
    assert (back.elapsed_s, back.cached) == (result.elapsed_s, result.cached)


@pytest.mark.properties
@given(happened=HAPPENED)
def test_what_happened_comes_back_from_json(happened: Any) -> None:
    """Outcomes, steps, mapped documents and reruns are the same JSON after a journey, their errors what they were."""
    back = type(happened).from_json(happened.to_json())
    assert type(back) is type(happened)
    assert json.loads(back.to_json()) == json.loads(happened.to_json())
    told = [(type(each), str(each)) for each in (getattr(one, "error", None) for one in (happened, back))]
    assert told[0] == told[1]


def test_an_error_this_version_does_not_know_keeps_its_sentence() -> None:
    """A class that is gone, is no error of ours, or takes other facts is a QualiaError that says the same."""
    for name in ("SomethingNew", "Iterable", "PluginFailed"):
        step = {"step": "a", "plugin": "a", "status": "failed"}
        text = json.dumps({**step, "error": {"error": name, "message": "it {broke}", "arguments": ["x"]}})
        error = StepOutcome.from_json(text).error
        assert (type(error), str(error)) == (QualiaError, "it {broke}")


@pytest.mark.parametrize("text", ["", "[", "[]", "{}", "3", '{"steps": 1}', '{"steps": [{"step": "a"}]}'])
def test_json_that_is_no_outcome_is_a_value_error(text: str) -> None:
    """Whatever the text holds, reading it as an outcome gives an outcome or a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        Outcome.from_json(text)


@pytest.mark.properties
@given(data=JSON)
def test_frozen_plain_data_writes_the_same_json(data: object) -> None:
    """Freezing changes containers and nothing a reader of the JSON could see."""
    assert json.loads(dumps(freeze(data))) == data


@pytest.mark.parametrize("value", FROZEN, ids=lambda value: type(value).__name__)
def test_a_field_of_a_value_cannot_be_set(value: Any) -> None:
    """Setting any field raises and leaves the value as it was."""
    name = attrs.fields(type(value))[0].name
    before = getattr(value, name)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(value, name, None)
    assert getattr(value, name) == before


@pytest.mark.parametrize("value", FROZEN, ids=lambda value: type(value).__name__)
def test_a_value_has_slots_and_a_hash(value: Any) -> None:
    """Values have no dict to put strays into, and can be members of a set."""
    assert not hasattr(value, "__dict__")
    assert len({value, copy.deepcopy(value)}) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda mapping: mapping.__setitem__("a", 2),
        lambda mapping: mapping.__delitem__("a"),
        lambda mapping: mapping.update(a=2),
        lambda mapping: mapping.pop("a"),
        lambda mapping: mapping.popitem(),
        lambda mapping: mapping.setdefault("b", 2),
        lambda mapping: mapping.clear(),
        lambda mapping: mapping.__ior__({"a": 2}),
    ],
    ids=["set", "del", "update", "pop", "popitem", "setdefault", "clear", "ior"],
)
def test_a_frozen_mapping_refuses_every_change(change: Callable[[Any], object]) -> None:
    """No method of dict changes a frozen mapping."""
    mapping = FrozenDict({"a": 1})
    with pytest.raises(TypeError, match="frozen"):
        change(mapping)
    assert mapping == {"a": 1}


def test_a_frozen_mapping_equals_the_dict_it_holds_in_any_order() -> None:
    """Equality and hash do not depend on the order of keys."""
    one, other = FrozenDict({"a": 1, "b": (2,)}), FrozenDict({"b": (2,), "a": 1})
    assert one == other == {"a": 1, "b": (2,)}
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    ("value", "error", "sentence"),
    [
        ({"a": {1}}, TypeError, r"value\.a is a set"),
        ([0, [object()]], TypeError, r"value\[1\]\[0\] is a object"),
        ({1: 2}, TypeError, "key 1; keys are text"),
        (b"x", TypeError, "value is a bytes"),
        ({"a": [float("nan")]}, ValueError, r"value\.a\[0\] is nan"),
        (float("-inf"), ValueError, "value is -inf"),
    ],
)
def test_freezing_names_the_place_of_what_json_cannot_hold(
    value: object, error: type[Exception], sentence: str
) -> None:
    """Anything but plain data is refused, and the path to it is named."""
    with pytest.raises(error, match=sentence):
        freeze(value)


def test_freezing_takes_subclasses_down_to_plain_types() -> None:
    """Only exact types come out, so nothing of a plugin's own classes stays alive in a result."""

    class Word(str):
        __slots__ = ()

    class Number(int):
        pass

    class Share(float):
        pass

    frozen = freeze([Word("a"), Number(1), Share(0.5), True])
    assert [type(each) for each in frozen] == [str, int, float, bool]


def test_metadata_is_frozen_to_the_bottom() -> None:
    """Neither the mapping given nor a list inside it is shared with the document."""
    inner = [1]
    given_metadata = {"a": inner}
    document = Document("x", metadata=given_metadata)
    inner.append(2)
    given_metadata["b"] = inner
    assert document.metadata == {"a": (1,)}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"word": "a"}, WordCount),
        ({"word": "a", "count": "1"}, WordCount),
        ({"word": "a", "count": True}, WordCount),
        ({"word": "a", "count": 1.0}, WordCount),
        ({"word": 1, "count": 1}, WordCount),
        ([], WordCount),
        (None, WordCount),
        ({"status": "fine", "language": None}, Sentiment),
        ({"media_type": "x", "data": "no base64!", "name": "x"}, Artifact),
    ],
)
def test_plain_data_of_another_shape_is_refused(data: object, kind: type[Any]) -> None:
    """Nothing is converted on the way back: a wrong shape is a ValueError that names the class."""
    with pytest.raises(ValueError, match=f"not a valid {kind.__name__}"):
        from_plain(data, kind)


@pytest.mark.parametrize("text", ["", "{", "[1", "[" * 100_000, '{"value": 1}', "[]", "3", '{"value": NaN}'])
def test_json_that_is_no_result_is_a_value_error(text: str) -> None:
    """Whatever the text holds, reading it as a result gives a result or a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        Result.from_json(text)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", "null", '{"text": 1}', '{"text": "a", "segments": 1}'])
def test_json_that_is_no_document_is_a_value_error(text: str) -> None:
    """Whatever the text holds, reading it as a document gives a document or a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        Document.from_json(text)


def test_two_results_are_equal_when_value_and_provenance_are() -> None:
    """How long it took and whether it came from the cache do not count."""
    provenance = Provenance(
        plugin="a",
        version="1",
        code_hash="",
        params={},
        produces=None,
        inputs={},
        engine_version="1",
        started_at=datetime(2024, 1, 1, tzinfo=UTC),
        host={},
    )
    one = Result(value=1, provenance=provenance, key="k", elapsed_s=1.0)
    assert one == Result(value=1, provenance=provenance, key="k", elapsed_s=2.0, cached=True)
    assert one != Result(value=2, provenance=provenance, key="k", elapsed_s=1.0)


def test_an_outcome_is_a_mapping_in_the_order_of_the_steps() -> None:
    """Results stand by step name, in the order they ran, and the mapping cannot change."""
    steps: list[Any] = [StepOutcome(step=name, plugin="p", status="ok", result=cast("Any", name)) for name in "ba"]
    outcome: Any = Outcome((*steps, StepOutcome(step="c", plugin="p", status="failed", reason="why")))
    assert (list(outcome), outcome["a"], len(outcome), "c" in outcome, outcome.ok) == (["b", "a"], "a", 2, False, False)
    with pytest.raises(KeyError, match="'c' was failed: why"):
        outcome["c"]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_schema_has_a_class_and_an_argument_name(schema: str) -> None:
    """A record's class carries its schema, and the argument it arrives under is an identifier."""
    assert record_type(schema).schema == schema
    assert argument_name(schema).isidentifier()


def test_an_unknown_schema_is_a_key_error() -> None:
    """There is no class for a schema nobody defined."""
    with pytest.raises(KeyError):
        record_type("word-frequencies/2")


def test_an_artifact_is_saved_under_the_name_given_or_its_own(tmp_path: Path) -> None:
    """A file name is taken as it is; a folder takes the artifact's own name."""
    artifact = Artifact(media_type="text/html", data=b"<p>", name="page.html")
    assert artifact.save(tmp_path / "x.html") == tmp_path / "x.html"
    assert artifact.save(tmp_path) == tmp_path / "page.html"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"x.html": b"<p>", "page.html": b"<p>"}


@pytest.mark.parametrize("name", ["../../page.html", "/tmp/page.html", "..\\page.html", "page.html"])
def test_an_artifact_names_a_file_and_never_a_folder(tmp_path: Path, name: str) -> None:
    """A plugin's word cannot lead out of the folder it is saved in."""
    artifact = Artifact(media_type="text/html", data=b"<p>", name=name)
    assert artifact.save(tmp_path) == tmp_path / "page.html"


@pytest.mark.parametrize("name", ["", "..", "a/", ". ."])
def test_an_artifact_without_a_usable_name_gets_one(name: str) -> None:
    """Dots and nothing are no file names."""
    assert Artifact(media_type="a/b", data=b"", name=name).file_name == "artifact"


def test_an_artifact_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """A missing folder is one error that names the path."""
    with pytest.raises(UnwritableOutput, match="no such file or directory") as caught:
        Artifact(media_type="a/b", data=b"", name="a").save(tmp_path / "none" / "a")
    assert caught.value.path == str(tmp_path / "none" / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    """When the write fails half-way, the name holds what it held before."""
    target = tmp_path / "a"
    target.write_bytes(b"old")
    with pytest.raises(TypeError):
        write_whole(target, "text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"old")]


def test_a_notebook_is_shown_what_the_media_type_says() -> None:
    """Exactly one of the notebook hooks answers for a picture or page."""
    data = {
        kind: Artifact(media_type=kind, data=b"x", name="x") for kind in ("text/html", "image/svg+xml", "image/png")
    }
    shown = {kind: (each._repr_html_(), each._repr_svg_(), each._repr_png_()) for kind, each in data.items()}
    assert shown == {
        "text/html": ("x", None, None),
        "image/svg+xml": (None, "x", None),
        "image/png": (None, None, b"x"),
    }


def result_of(value: Any) -> Result[Any]:
    """Make a result that holds a value."""
    provenance = Provenance(
        plugin="<b>count</b>",
        version="1.0.0",
        code_hash="",
        params={},
        produces=None,
        inputs={},
        engine_version="1",
        started_at=datetime(2024, 1, 1, tzinfo=UTC),
        host={},
    )
    return Result(value=value, provenance=provenance, key="k", elapsed_s=0.25)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (WordFrequencies(words=(WordCount("<i>", 2),), total=3, distinct=2), ["<td>total</td><td>3</td>", "&lt;i&gt;"]),
        (Document("<script>", segments=[Segment(0, 3, speaker="Ana & Bia")]), ["&lt;script&gt;", "Ana &amp; Bia"]),
        ({"a": 1, "rows": [{"n": 1.23456}, {"m": None}]}, ["<td>a</td><td>1</td>", "<th>n</th><th>m</th>", "1.235"]),
        ([1, 2], ["<tr><td>1</td></tr><tr><td>2</td></tr>"]),
        ("text", ["<td>text</td>"]),
        (None, ["<td></td>"]),
        (
            Artifact(media_type="image/png", data=b"x", name='a".png'),
            ['src="data:image/png;base64,eA=="', "a&quot;.png"],
        ),
        (Artifact(media_type="text/html", data=b'<p class="a">', name="a"), ['srcdoc="&lt;p class=&quot;a&quot;&gt;"']),
        (Artifact(media_type="application/pdf", data=b"123", name="a.pdf"), ["<td>a.pdf</td>", "<td>3</td>"]),
    ],
    ids=["record", "document", "mapping", "list", "text", "nothing", "picture", "page", "file"],
)
def test_a_result_is_a_table_in_a_notebook(value: Any, shown: list[str]) -> None:
    """Facts and lists are tables, pictures pictures, and nothing of a value is read as HTML."""
    page = result_of(freeze(value) if isinstance(value, (dict, list)) else value)._repr_html_()
    assert [each for each in shown if each not in page] == []
    assert "&lt;b&gt;count&lt;/b&gt; 1.0.0 · 0.25 s" in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    "value",
    [
        Document("x" * 10**6, segments=[Segment(0, 1)] * 10**4),
        WordFrequencies(words=(WordCount("w" * 10**4, 1),) * 1000, total=1, distinct=1),
        freeze({f"list{number}": [{"a": [1] * 1000}] * 100 for number in range(50)}),
        freeze([[["x" * 10**5]] * 100] * 100),
    ],
    ids=["document", "record", "many lists", "nested"],
)
def test_a_large_result_stays_small_on_the_screen(value: Any) -> None:
    """Neither the table nor the repr of a result grows with its value."""
    result = result_of(value)
    assert len(result._repr_html_()) < 100_000
    assert len(repr(result)) < 10_000


def test_an_outcome_is_a_table_in_a_notebook() -> None:
    """One line for each step, with what it gave or why it did not."""
    picture = Artifact(media_type="image/png", data=b"x", name="a.png")
    ok = StepOutcome(step="draw", plugin="p", status="ok", result=result_of(picture))
    failed = StepOutcome(step="<b>", plugin="p", status="failed", reason="no & luck")
    page = Outcome((ok, failed))._repr_html_()
    assert "<td>draw</td><td>p</td><td>ok</td><td>0.25</td><td>a.png</td>" in page
    assert "<td>&lt;b&gt;</td><td>p</td><td>failed</td><td></td><td>no &amp; luck</td>" in page


def test_plain_data_holds_only_what_json_has() -> None:
    """Bytes become base64 and times ISO 8601."""
    plain = to_plain(Artifact(media_type="a/b", data=b"\x00\xff", name="n"))
    assert plain == {"media_type": "a/b", "data": "AP8=", "name": "n"}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (WordCount("a", 1), None),
        (Document("a", metadata={"a": [1]}), None),
        (WordFrequencies(words=(WordCount("a", 1),), total=1, distinct=1), None),
        (WordCount("a", [1]), ".count is a list;"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (Segment(0, 1, begin_s=float("inf")), ".begin_s is inf, which JSON cannot hold"),
        ((1, ("a", {})), "[1][1] is a dict;"),
        (bytearray(b"a"), " is a bytearray;"),
    ],
    ids=["count", "document", "frequencies", "list", "inf", "dict", "bytearray"],
)
def test_a_flaw_in_a_frozen_value_is_found_with_its_path(value: object, found: str | None) -> None:
    """What could change, or what JSON cannot hold, is named by the way to it."""
    told = flaw(value)
    assert told is None if found is None else (told or "").startswith(found)
