"""A pipeline written as TOML is the same pipeline when it is read again."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualia.cli.project.writing import pipeline_text, toml, toml_value
from qualia.errors import InvalidPipeline
from qualia.pipeline import Pipeline, Step

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = TEXTS.filter(bool)
SCALARS: st.SearchStrategy[Any] = (
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
STEPS = st.builds(
    Step,
    plugin=NAMES,
    id=NAMES,
    params=st.dictionaries(TEXTS, VALUES, max_size=3),
    needs=st.none() | st.lists(TEXTS, max_size=3),
) | st.builds(Step, plugin=NAMES)
PIPELINES = st.builds(Pipeline, name=TEXTS, description=TEXTS, steps=st.lists(STEPS, min_size=1, max_size=4))


@settings(max_examples=60)
@given(PIPELINES)
def test_what_was_written_reads_back_equal(pipeline: Pipeline) -> None:
    """Names, needs, params of any shape and their types come back from the text as they were."""
    read = Pipeline.from_mapping(tomllib.loads(pipeline_text(pipeline)), place="elsewhere.toml")
    assert read == pipeline
    written, kept = (json.dumps([step.params for step in each.steps], sort_keys=True) for each in (pipeline, read))
    assert kept == written


@settings(max_examples=60)
@given(PIPELINES)
def test_nothing_in_the_text_steers_a_terminal(pipeline: Pipeline) -> None:
    """Control characters of names and params stand there as escapes."""
    assert [char for char in pipeline_text(pipeline) if not char.isprintable() and char in "\x1b\x07\x9b\u202e"] == []


def test_a_text_that_people_like_to_read(tmp_path: Path) -> None:
    """Each step has a heading, its params stand below their own, and what is as usual is left out."""
    steps = (Step(plugin="clean"), Step(plugin="count", id="words", params={"top": 5}, needs=["clean"]))
    text = pipeline_text(Pipeline(name="small", steps=steps))
    expected = """\
name = "small"

[[steps]]
plugin = "clean"

[[steps]]
plugin = "count"
id = "words"
needs = ["clean"]
[steps.params]
top = 5
"""
    assert text == expected
    (tmp_path / "small.toml").write_text(text, encoding="utf-8")
    assert Pipeline.from_path(tmp_path / "small.toml") == Pipeline(name="small", steps=steps)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([], "it has no steps"),
        ([Step(plugin="")], "names no plugin"),
        ([Step(plugin="count", id="")], "empty id"),
        ([Step(plugin="count", params={"deep": {"list": [1, None]}})], "params.deep.list.1 is None"),
        ([Step(plugin="count", params={"text": "\ud800"})], "TOML cannot hold it"),
    ],
    ids=["no steps", "no plugin", "no id", "none", "half a character"],
)
def test_what_no_file_can_hold_is_refused(steps: list[Step], said: str) -> None:
    """A pipeline that would read back as another, or not at all, is not written."""
    with pytest.raises(InvalidPipeline, match=said):
        pipeline_text(Pipeline(name="odd", steps=steps))


@given(st.lists(SCALARS) | SCALARS)
def test_a_value_stands_behind_its_key(value: Any) -> None:
    """A single value and a table are written by the same rules."""
    assert tomllib.loads(f"key = {toml_value(value)}") == tomllib.loads(toml({"key": value})) == {"key": value}
