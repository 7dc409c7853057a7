"""``qualia pipeline`` on several documents, ``--plan``, and pipelines by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Qualia = Callable[..., Any]

PIPELINE = """\
name = "small"

[[steps]]
id = "clean"
plugin = "toy_upper"

[[steps]]
id = "words"
plugin = "toy_count"
params = { top = 2 }

[[steps]]
plugin = "toy_draw"
"""


@pytest.fixture
def folder(home: Path) -> Path:
    """Return a folder with three documents, two of one name, one of which is refused; and a pipeline."""
    (home / "pipelines").mkdir()
    (home / "pipelines" / "small.toml").write_text(PIPELINE, encoding="utf-8")
    for name, text in (("a.txt", "a b a"), ("more/a.txt", "c"), ("bad.txt", "refuse this")):
        path = home / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return home


def test_each_document_gets_a_folder_of_its_own(qualia: Qualia, folder: Path) -> None:
    """Documents of one name do not collide, one that fails is told of and leaves nothing, and the code says partial."""
    ran = qualia("pipeline", "docs", "-r", "-c", "small", "-o", "results")
    assert ran.code == 3
    made = sorted(str(path.relative_to(folder / "results")) for path in (folder / "results").glob("*/*"))
    files = ["clean.json", "clean.txt", "summary.json", "toy_draw.png", "words.json"]
    assert made == [f"{place}/{name}" for place in ("docs_a.txt", "docs_more_a.txt") for name in files]
    assert ran.out.splitlines() == [
        f"results/{place}/{name}"
        for place in ("docs_a.txt", "docs_more_a.txt")
        for name in ("clean.txt", "clean.json", "words.json", "toy_draw.png", "summary.json")
    ]
    assert "docs/bad.txt: toy_upper: does not read this" in ran.err
    assert "documents done: 2, failed: 1" in ran.err


def test_several_documents_as_json_are_a_list(qualia: Qualia, folder: Path) -> None:
    """Every document has an entry: its steps as when it is alone, or its error."""
    ran = qualia("pipeline", "docs/a.txt", "docs/bad.txt", "-c", "small", "-f", "json")
    alone = qualia("pipeline", "docs/a.txt", "-c", "small", "-f", "json").data
    good, bad = ran.data
    assert (ran.code, good["source"], good["pipeline"]) == (3, "docs/a.txt", "small")
    assert [step["id"] for step in good["steps"]] == [step["id"] for step in alone["steps"]]
    assert good["steps"][1]["result"]["value"] == alone["steps"][1]["result"]["value"]
    assert (bad["source"], bad["error"]) == ("docs/bad.txt", "UnsupportedInput")
    assert yaml.safe_load(qualia("pipeline", "docs", "-c", "small", "-f", "yaml").out)[0]["source"] == "docs/a.txt"


def test_json_lines_are_one_for_each_step(qualia: Qualia, folder: Path) -> None:
    """Each line is a step of a document, or the failure of one."""
    ran = qualia("pipeline", "docs", "-c", "small", "-f", "jsonl")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [(line["source"], line.get("id", line.get("error"))) for line in lines] == [
        ("docs/a.txt", "clean"),
        ("docs/a.txt", "words"),
        ("docs/a.txt", "toy_draw"),
        ("docs/bad.txt", "UnsupportedInput"),
    ]
    alone = qualia("pipeline", "docs/a.txt", "-c", "small", "-f", "jsonl").out.splitlines()
    assert [json.loads(line)["id"] for line in alone] == ["clean", "words", "toy_draw"]


def test_people_get_a_table_for_each_document(qualia: Qualia, folder: Path) -> None:
    """A line with the document's name stands above its steps."""
    out = qualia("pipeline", "docs/a.txt", "docs/more/a.txt", "-c", "small").out
    assert [line for line in out.splitlines() if line.startswith("==>")] == [
        "==> docs/a.txt <==",
        "==> docs/more/a.txt <==",
    ]
    assert out.count("clean") == 2


def test_documents_that_all_fail_end_with_their_own_code(qualia: Qualia, folder: Path) -> None:
    """When nothing was done, the code is that of the failure and not the one for partial success."""
    (folder / "docs" / "bad2.txt").write_text("refuse", encoding="utf-8")
    ran = qualia("pipeline", "docs/bad.txt", "docs/bad2.txt", "-c", "small")
    assert (ran.code, ran.out) == (4, "")
    assert qualia("pipeline", "docs/bad.txt", "docs/bad2.txt", "-c", "small", "-o", "results").code == 4
    assert not (folder / "results").exists()


def test_a_pipeline_nobody_can_run_is_one_error(qualia: Qualia, folder: Path) -> None:
    """A mistake of the pipeline is told once, not once for each document."""
    (folder / "bad.toml").write_text('[[steps]]\nplugin = "toy_cuont"\n', encoding="utf-8")
    ran = qualia("pipeline", "docs", "-r", "-c", "bad.toml", "-o", "results")
    assert (ran.code, ran.err.count("did you mean 'toy_count'")) == (2, 1)
    assert not (folder / "results").exists()


def test_a_document_nobody_reads_stops_no_other(qualia: Qualia, folder: Path) -> None:
    """A kind of file that no plugin reads is that document's failure, and not the pipeline's."""
    (folder / "docs" / "0.docx").write_bytes(b"PK\x03\x04nothing")
    ran = qualia("pipeline", "docs/0.docx", "docs/a.txt", "-c", "small", "-f", "jsonl", "-o", "results")
    assert (ran.code, len(ran.out.splitlines())) == (3, 4)


def test_a_folder_of_results_is_overwritten_only_when_told_to(qualia: Qualia, folder: Path) -> None:
    """What a run before left is kept; ``--force`` replaces it."""
    words = ("pipeline", "docs/a.txt", "docs/more/a.txt", "-c", "small", "-o", "results")
    assert qualia(*words).code == 0
    again = qualia(*words)
    assert again.code == 4
    assert "it is there already" in again.err
    assert qualia(*words, "--force").code == 0


def test_a_pipeline_is_found_by_its_name(qualia: Qualia, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare name means the project's pipeline of that name, else the user's; a file that is there comes first."""
    own = folder / "config" / "qualia" / "pipelines"
    own.mkdir(parents=True)
    (own / "mine.yaml").write_text("name: mine\nsteps:\n  - plugin: toy_count\n", encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    assert qualia("pipeline", "docs/a.txt", "-c", "mine", "-f", "json").data["pipeline"] == "mine"
    (folder / "small").write_text('name = "here"\n[[steps]]\nplugin = "toy_count"\n', encoding="utf-8")
    assert qualia("pipeline", "docs/a.txt", "-c", "small", "-f", "json").data["pipeline"] == "here"
    assert qualia("pipeline", "docs/a.txt", "-c", "none").code == 2
    assert "no pipeline 'smal'; did you mean 'small'?" in qualia("pipeline", "docs/a.txt", "-c", "smal").err


def test_the_plan_is_a_tree(qualia: Qualia, folder: Path) -> None:
    """Steps hang below what they wait for, with their params that are not defaults and the records they take."""
    ran = qualia("pipeline", "-c", "small", "--plan")
    assert ran.out == (
        "small: 3 steps, 0 added\n"
        "the document\n"
        "└── clean: toy_upper 1.0.0\n"
        "    └── words: toy_count 1.0.0; top = 2\n"
        "        └── toy_draw 1.0.0; takes word-frequencies/1\n"
    )
    assert "planned for a plain text" in ran.err
    assert qualia("pipeline", "-c", "small", "--plan", "docs/a.txt").out.splitlines()[1] == "docs/a.txt"
    assert "top = 2; share = 0.5; case = false" in qualia("pipeline", "-c", "small", "--plan", "-v").out


def test_a_plan_shows_what_the_engine_adds(qualia: Qualia, folder: Path) -> None:
    """A producer that no step names is in the plan, marked, with the params it runs with."""
    (folder / "qualia.toml").write_text('[producers]\n"word-frequencies/1" = "toy_count"\n', encoding="utf-8")
    (folder / "draw.toml").write_text('[[steps]]\nplugin = "toy_draw"\n', encoding="utf-8")
    data = qualia("pipeline", "docs/a.txt", "-c", "draw.toml", "--plan", "json").data
    assert (data["pipeline"], data["source"], data["media_type"]) == ("draw", "docs/a.txt", "text/plain")
    count, draw = data["steps"]
    assert (count["id"], count["added"], count["document"], count["params"]["top"]) == (
        "toy_count",
        True,
        "@document",
        3,
    )
    assert (draw["added"], draw["records"], draw["needs"]) == (
        False,
        {"word-frequencies/1": "toy_count"},
        ["toy_count"],
    )
    assert qualia("pipeline", "-c", "draw.toml", "--plan", "-f", "json").data["steps"] == data["steps"]
    assert "toy_count 1.0.0; added" in qualia("pipeline", "-c", "draw.toml", "--plan").out
    assert qualia("pipeline", "-c", "draw.toml", "--plan", "mermaid").out.startswith("flowchart TD\n")


def test_planning_leaves_nothing_behind(qualia: Qualia, folder: Path) -> None:
    """A plan calls no plugin and writes no result, even when a folder was named."""
    assert qualia("pipeline", "docs/bad.txt", "-c", "small", "--plan", "-o", "results").code == 0
    assert not (folder / "results").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["docs/a.txt"], "name the pipeline with -c"),
        ([], "name the pipeline with -c"),
        (["-c", "small"], "name a document"),
        (["docs/a.txt", "docs/more/a.txt", "-c", "small", "--plan"], "for one document"),
        (["check"], "name the pipelines to check"),
    ],
)
def test_what_is_missing_is_asked_for(qualia: Qualia, folder: Path, words: list[str], said: str) -> None:
    """A command without pipeline or document says how to name it."""
    ran = qualia("pipeline", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
