"""Pipelines as data and files: read strictly, with file and step in every refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qualia import Pipeline, Step
from qualia.errors import InvalidPipeline

SAME = Pipeline(
    name="meeting",
    description="Counts.",
    steps=[Step(plugin="cleaner"), Step(plugin="counter", id="words", params={"top": 5}, needs=["cleaner"])],
)
FILES = {
    "a.toml": """
name = "meeting"
description = "Counts."
[[steps]]
plugin = "cleaner"
[[steps]]
plugin = "counter"
id = "words"
params = {top = 5}
needs = ["cleaner"]
""",
    "a.json": """{"name": "meeting", "description": "Counts.", "steps": [{"plugin": "cleaner"},
{"plugin": "counter", "id": "words", "params": {"top": 5}, "needs": ["cleaner"]}]}""",
    "a.yaml": """
name: meeting
description: Counts.
steps:
- plugin: cleaner
- {plugin: counter, id: words, params: {top: 5}, needs: [cleaner]}
""",
}


@pytest.mark.parametrize("name", list(FILES))
def test_a_file_is_read_by_its_suffix(tmp_path: Path, name: str) -> None:
    """The same pipeline may be written in TOML, JSON or YAML."""
    if name.endswith(".yaml"):
        pytest.importorskip("yaml")
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    assert Pipeline.from_path(tmp_path / name) == SAME


def test_a_pipeline_without_a_name_is_called_after_its_file(tmp_path: Path) -> None:
    """The file's name without suffix is the name people know it by."""
    (tmp_path / "weekly.toml").write_text('[[steps]]\nplugin = "a"', encoding="utf-8")
    assert Pipeline.from_path(str(tmp_path / "weekly.toml")).name == "weekly"


def test_a_step_is_called_after_its_plugin() -> None:
    """Without an id the plugin's id names the step, and nothing given is needed."""
    step = Pipeline.from_mapping({"steps": [{"plugin": "a", "id": ""}]}).steps[0]
    assert (step.id, step.params, step.needs) == ("a", {}, None)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (3, "pipeline: must be a table of name, description, steps, not a int"),
        ({}, r"pipeline: it has no steps; add at least one \[\[steps\]\] with a plugin"),
        ({"steps": []}, "it has no steps"),
        ({"steps": "a"}, "key 'steps' must be a list, not a str"),
        ({"stepz": []}, "key 'stepz' is unknown; did you mean 'steps'"),
        ({3: []}, "key 3 is unknown"),
        ({"steps": ["a"]}, "pipeline, step 1: must be a table of plugin, id, params, needs, not a str"),
        ({"steps": [{"plugin": "a"}, {}]}, 'pipeline, step 2: names no plugin; add plugin = "..."'),
        ({"steps": [{"plugin": 3}]}, "step 1: key 'plugin' must be a str, not a int"),
        ({"steps": [{"plugin_id": "a"}]}, "step 1: key 'plugin_id' is unknown; did you mean 'plugin'"),
        ({"steps": [{"plugin": "a", "needs": "b"}]}, "step 1: key 'needs' must be a list, not a str"),
        ({"steps": [{"plugin": "a", "needs": [1]}]}, "step 1: key 'needs' must be a list of texts"),
        ({"steps": [{"plugin": "a", "needs": [["b"]]}]}, "step 1: key 'needs' must be a list of texts"),
        ({"steps": [{"plugin": "a", "params": []}]}, "step 1: key 'params' must be a dict, not a list"),
        ({"steps": [{"plugin": "a", "params": {"x": {1}}}]}, "step 1: params hold what JSON cannot: .*x is a set"),
        ({"steps": [{"plugin": "a", "params": {"x": float("nan")}}]}, "step 1: params hold what JSON cannot"),
        ({"steps": [{"plugin": "a"}] * 1001}, "it has 1001 steps; 1000 is the most"),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_data_of_another_shape_is_refused(data: Any, sentence: str) -> None:
    """Each mistake is one sentence that names the place."""
    with pytest.raises(InvalidPipeline, match=sentence):
        Pipeline.from_mapping(data)


def test_params_that_contain_themselves_are_refused() -> None:
    """Data without an end is an invalid pipeline, not a crash."""
    endless: dict[str, Any] = {}
    endless["x"] = endless
    with pytest.raises(InvalidPipeline, match="step 1"):
        Pipeline.from_mapping({"steps": [{"plugin": "a", "params": endless}]})


@pytest.mark.parametrize(
    ("name", "raw", "sentence"),
    [
        ("a.toml", b"steps = [", "is no valid TOML"),
        ("a.json", b"{", "is no valid JSON"),
        ("a.json", b"[" * 100_000, "is no valid JSON"),
        ("a.toml", b"a = " + b"[" * 100_000, "is no valid TOML"),
        ("a.toml", b"\xff", r"cannot be read \(it is not utf-8 text\)"),
        ("a.toml", b" " * 1_048_577, "a pipeline file has at most 1048576 bytes"),
        ("a.json", b"[]", "must be a table of name, description, steps, not a list"),
    ],
    ids=["toml", "json", "deep json", "deep toml", "bytes", "large", "list"],
)
def test_a_file_that_holds_no_pipeline_is_refused(tmp_path: Path, name: str, raw: bytes, sentence: str) -> None:
    """The sentence names the file and what is wrong with it."""
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(InvalidPipeline, match=sentence) as caught:
        Pipeline.from_path(tmp_path / name)
    assert caught.value.place == str(tmp_path / name)


def test_a_yaml_file_that_is_wrong_is_one_sentence(tmp_path: Path) -> None:
    """The parser's many lines are folded into one."""
    pytest.importorskip("yaml")
    (tmp_path / "a.yaml").write_text("steps: [\n", encoding="utf-8")
    with pytest.raises(InvalidPipeline, match="is no valid YAML") as caught:
        Pipeline.from_path(tmp_path / "a.yaml")
    assert "\n" not in str(caught.value)


def test_a_yaml_file_with_an_alias_is_refused(tmp_path: Path) -> None:
    """A few lines of them stand for more than any memory holds, so none is followed."""
    pytest.importorskip("yaml")
    (tmp_path / "a.yaml").write_text("steps:\n- &a {plugin: words}\n- *a\n", encoding="utf-8")
    with pytest.raises(InvalidPipeline, match=r"aliases are not taken \(at line 3, column 3\)"):
        Pipeline.from_path(tmp_path / "a.yaml")


@pytest.mark.parametrize("name", ["none.toml", ".", "a\0b"], ids=["missing", "folder", "nul"])
def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    """A missing file and a folder are refused by name, with what to name instead."""
    with pytest.raises(InvalidPipeline, match=r"cannot be read \(.*\); name a \.toml, \.json or \.yaml file"):
        Pipeline.from_path(tmp_path / name)
