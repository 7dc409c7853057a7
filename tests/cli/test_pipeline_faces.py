"""A pipeline behaves the same from Python, from the command line and as the menu writes it."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualia import Core, Document
from qualia._values import to_plain
from qualia.cli import main
from qualia.cli.project.writing import pipeline_text
from qualia.errors import QualiaError, describe
from qualia.pipeline import Pipeline, Step
from qualia.result import Artifact, Result

TEXT = "a a a b b c João\n"
WORDS = st.text("abc ãé\n\"'\\#=[]{}:\u202e\x07", max_size=6)
PARAMS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "toy_upper": st.fixed_dictionaries({}, optional={"mark": WORDS}),
    "toy_count": st.fixed_dictionaries(
        {},
        optional={
            "top": st.integers(1, 50),
            "share": st.floats(0, 1) | st.integers(0, 1),
            "case": st.booleans(),
            "mode": st.sampled_from(["all", "some"]),
            "skip": st.lists(WORDS, max_size=3),
            "name": WORDS,
        },
    ),
    "toy_plain": st.just({}),
    "toy_draw": st.fixed_dictionaries({}, optional={"format": st.sampled_from(["png", "svg"])}),
    "toy_fixed": st.just({}),
}


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """Draw steps whose ids differ and that need none but earlier ones; most of them can be planned."""
    count = draw(st.integers(1, 6))
    plugins = draw(st.lists(st.sampled_from(sorted(PARAMS)), min_size=count, max_size=count))
    found: list[Step] = []
    for number, plugin in enumerate(plugins):
        earlier = [step.id for step in found]
        needs = draw(st.none() | st.lists(st.sampled_from(earlier), unique=True)) if earlier else None
        id_ = draw(st.sampled_from([f"s{number}", f"Passo {number}", f"{plugin}-{number}"]))
        found.append(Step(plugin=plugin, id=id_, params=draw(PARAMS[plugin]), needs=needs))
    return found


PIPELINES = st.builds(Pipeline, name=WORDS.filter(str.strip), description=WORDS, steps=steps())


def from_python(plugin_dir: Path, pipeline: Pipeline, document: Path) -> Any:
    """Return what Python gives for a pipeline: each step's value, key and provenance, or the error."""
    with Core([plugin_dir]) as core:
        try:
            return [plain(*each) for each in core.run_pipeline(pipeline, Document.from_path(document)).items()]
        except QualiaError as error:
            return {"error": type(error).__name__, "message": describe(error)["message"]}


def plain(step: str, result: Result[Any]) -> dict[str, Any]:
    """Return what of a result must be the same wherever it was asked for."""
    value = result.value
    kept = [value.name, len(value.data)] if isinstance(value, Artifact) else to_plain(value)
    return {"id": step, "value": kept, "provenance": timeless(to_plain(result.provenance))}


def timeless(about: dict[str, Any]) -> dict[str, Any]:
    """Return a provenance, and those it rests on, without the moments they were made at."""
    upstream = [timeless(each) for each in about["upstream"]]
    return {name: about[name] for name in about if name != "started_at"} | {"upstream": upstream}


def from_command_line(plugin_dir: Path, file: Path, document: Path) -> Any:
    """Return the same of what the command line gives."""
    out, err = io.StringIO(), io.StringIO()
    words = ["--plugin-dir", str(plugin_dir), "pipeline", str(document), "-c", str(file), "-f", "json", "--lang", "en"]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    data = json.loads(out.getvalue())
    if code != 0:
        return {"error": data["error"], "message": data["message"]}
    return [shown(step) for step in data["steps"]]


def as_written(step: Step) -> dict[str, Any]:
    """Return a step as somebody writes it by hand."""
    needs = {} if step.needs is None else {"needs": list(step.needs)}
    return json.loads(json.dumps({"plugin": step.plugin, "id": step.id, "params": dict(step.params), **needs}))


def shown(step: dict[str, Any]) -> dict[str, Any]:
    """Return what of a step's JSON must be the same as in Python."""
    about = step["provenance"] if "artifact" in step else step["result"]["provenance"]
    if "artifact" in step:
        value: Any = [step["artifact"]["name"], step["artifact"]["size_bytes"]]
    else:
        value = step["result"]["value"]
    return {"id": step["id"], "value": value, "provenance": timeless(about)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a document."""
    folder = tmp_path_factory.mktemp("faces")
    (folder / "notes.txt").write_text(TEXT, encoding="utf-8")
    return folder


@pytest.fixture
def chosen(home: Path) -> None:
    """Let the user's settings say which plugin counts words, for Python and the command line alike."""
    own = home / "no-config" / "qualia"
    own.mkdir(parents=True)
    (own / "qualia.toml").write_text('[producers]\n"word-frequencies/1" = "toy_count"\n', encoding="utf-8")


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(pipeline=PIPELINES)
def test_every_face_gives_the_same(plugin_dir: Path, place: Path, chosen: None, pipeline: Pipeline) -> None:
    """Values, provenance and errors of any pipeline are those of Python, from TOML, JSON and YAML alike."""
    expected = json.loads(json.dumps(from_python(plugin_dir, pipeline, place / "notes.txt")))
    plain_data = {"name": pipeline.name, "steps": [as_written(step) for step in pipeline.steps]}
    for name, text in (
        ("menu.toml", pipeline_text(pipeline)),
        ("hand.json", json.dumps(plain_data)),
        ("hand.yaml", yaml.safe_dump(plain_data, allow_unicode=False)),
    ):
        file = place / name
        file.write_text(text, encoding="utf-8", newline="\n")
        assert from_command_line(plugin_dir, file, place / "notes.txt") == expected
