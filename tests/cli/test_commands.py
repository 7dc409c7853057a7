"""What each command gives when all is well."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from qualia._version import __version__
from qualia.core import Core
from qualia.document import Document
from qualia.result import Result

Qualia = Callable[..., Any]
Leftovers = Callable[[], list[str]]

PIPELINE = """
name = "small"
[[steps]]
id = "clean"
plugin = "toy_upper"
[[steps]]
id = "a b.c"
plugin = "toy_count"
params = { top = 2 }
[[steps]]
id = "summary"
plugin = "toy_draw"
params = { format = "svg" }
"""


@pytest.fixture
def pipeline(home: Path, document: Path) -> Path:
    """Return a pipeline of a document, a record and a picture."""
    path = home / "small.toml"
    path.write_text(PIPELINE, encoding="utf-8")
    return path


def test_version_and_help_are_data_on_stdout(qualia: Qualia) -> None:
    """--version, --help and no words at all answer on stdout and end with 0."""
    assert qualia("--version").out == f"qualia {__version__}\n"
    for words in (("--help",), ("analyze", "--help"), ("help",), ("help", "analyze"), ()):
        ran = qualia(*words, plugins=False)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("usage: qualia")


def test_list_shows_every_plugin_and_why_one_cannot_be_used(qualia: Qualia) -> None:
    """Unavailable plugins stand in the list with their reason."""
    ran = qualia("list")
    lines = {line.split()[0]: line for line in ran.out.splitlines()}
    assert ran.code == 0
    assert lines["plugin"].split() == ["plugin", "kind", "version", "state", "summary"]
    assert "A analyzer for tests." in lines["toy_count"]
    assert "pip install 'no-such-distribution>=9'" in lines["toy_absent"]


def test_list_as_json_and_yaml_holds_the_same_facts(qualia: Qualia, plugin_dir: Path) -> None:
    """Both forms hold every fact of a plugin."""
    facts = qualia("list", "--format", "json").data
    assert yaml.safe_load(qualia("list", "--format", "yaml").out) == facts
    assert {fact["id"]: fact for fact in facts}["toy_draw"] == {
        "id": "toy_draw",
        "kind": "visualizer",
        "version": "1.0.0",
        "state": "enabled",
        "reason": "",
        "summary": "A visualizer for tests.",
        "produces": ["image/png", "image/svg+xml"],
        "consumes": ["word-frequencies/1"],
        "accepts": [],
        "dependencies": [],
        "lifecycle": "stable",
        "replaced_by": "",
        "origin": "folder",
        "folder": str(plugin_dir / "toy_draw"),
        "generation": 1,
        "others": [],
    }


def test_list_can_be_of_one_kind(qualia: Qualia) -> None:
    """--kind leaves the others out."""
    kinds = {fact["kind"] for fact in qualia("list", "--kind", "document", "-f", "json").data}
    assert kinds == {"document"}


def test_inspect_shows_params_with_type_default_and_bounds(qualia: Qualia) -> None:
    """Everything -P needs to be typed right is shown."""
    rows = {line.split()[0]: line.split() for line in qualia("inspect", "toy_count").out.splitlines() if line}
    assert rows["top"][:4] == ["top", "int", "3", "1..50"]
    assert rows["mode"][:5] == ["mode", "str", "all", "all,", "some"]
    params = {spec["name"]: spec for spec in qualia("inspect", "toy_count", "-f", "json").data["params"]}
    assert params["name"] == {
        "name": "name",
        "type": "str",
        "default": None,
        "choices": [],
        "ge": None,
        "le": None,
        "optional": True,
        "help": "A name.",
    }


def test_inspect_of_a_plugin_that_cannot_be_loaded_shows_the_rest(qualia: Qualia) -> None:
    """The manifest is shown all the same, and why the params are not."""
    for plugin, reason in (("toy_broken", "ValueError: at import"), ("toy_absent", "no-such-distribution")):
        ran = qualia("inspect", plugin)
        assert ran.code == 0
        assert "A analyzer for tests." in ran.out
        assert "its params cannot be shown" in ran.out
        assert reason in ran.out
        facts = qualia("inspect", plugin, "--format", "json").data
        assert facts["params"] is None
        assert reason in facts["params_error"]["message"]


def test_process_prints_the_text_alone(qualia: Qualia, document: Path) -> None:
    """What stdout holds is the cleaned text and nothing else."""
    ran = qualia("process", "notes.txt", "-p", "toy_upper", "-P", "mark=> ")
    assert (ran.code, ran.out, ran.err) == (0, "> A A A B B C JOÃO\n", "")


def test_process_writes_what_the_suffix_says(qualia: Qualia, home: Path, document: Path) -> None:
    """.txt gets the text, .json and .yaml the result with its provenance; stderr names the file."""
    assert qualia("process", "notes.txt", "-p", "toy_upper", "-o", "clean.txt").err == "wrote clean.txt\n"
    assert (home / "clean.txt").read_text(encoding="utf-8") == "A A A B B C JOÃO\n"
    for name in ("clean.json", "clean.yaml"):
        assert qualia("process", "notes.txt", "-p", "toy_upper", "-o", name).out == ""
    read = json.loads((home / "clean.json").read_text(encoding="utf-8"))
    assert read["value"]["text"] == "A A A B B C JOÃO\n"
    assert read["provenance"]["plugin"] == "toy_upper"
    assert yaml.safe_load((home / "clean.yaml").read_text(encoding="utf-8"))["value"] == read["value"]


def test_params_get_the_types_the_plugin_declares(qualia: Qualia, document: Path) -> None:
    """-P values become int, float, bool, choice, list and None as declared."""
    given = ["top=2", "share=1", "case=yes", "mode=some", "skip=a, b", "name="]
    ran = qualia("analyze", "notes.txt", "-p", "toy_count", "-f", "json", *(w for each in given for w in ("-P", each)))
    assert ran.data["provenance"]["params"] == {
        "top": 2,
        "share": 1.0,
        "case": True,
        "mode": "some",
        "skip": ["a", "b"],
        "name": None,
    }
    assert ran.data["value"]["words"] == [
        {"word": "João", "count": 1, "per_million": None},
        {"word": "c", "count": 1, "per_million": None},
    ]


def test_analyze_pretty_is_tables_that_say_what_they_leave_out(qualia: Qualia, document: Path) -> None:
    """Long lists are cut, and the cut is told."""
    out = qualia("analyze", "notes.txt", "-p", "toy_count").out
    assert out.startswith("total       7\ndistinct    4\n")
    assert out.splitlines()[-3:] == ["a         3", "b         2", "João      1"]
    assert "... and 10 more; --format json shows all" in qualia("analyze", "notes.txt", "-p", "toy_plain").out


def test_analyze_as_json_reads_back_as_the_result(qualia: Qualia, document: Path) -> None:
    """What is printed as JSON is what Result.from_json takes."""
    result = Result.from_json(qualia("analyze", "notes.txt", "-p", "toy_count", "--format", "json").out)
    assert result.provenance.plugin == "toy_count"
    assert result.provenance.produces == "word-frequencies/1"


def test_a_folder_as_output_gets_a_file_named_after_document_and_plugin(
    qualia: Qualia, home: Path, document: Path, leftovers: Leftovers
) -> None:
    """-o FOLDER makes up the name; --format decides the suffix."""
    (home / "out").mkdir()
    assert qualia("analyze", "notes.txt", "-p", "toy_count", "-o", "out", "-f", "json").code == 0
    assert leftovers() == ["notes.txt", "out/notes_toy_count.json"]


def test_standard_input_is_a_document_like_any_other(qualia: Qualia, stdin: Callable[[bytes], None]) -> None:
    """- reads standard input, in UTF-8."""
    stdin("João João b".encode())
    ran = qualia("analyze", "-", "-p", "toy_count", "--format", "json")
    assert ran.data["value"]["words"][0] == {"word": "João", "count": 2, "per_million": None}


@pytest.mark.parametrize("name", ["words.json", "words.yaml"])
def test_visualize_draws_what_analyze_wrote(qualia: Qualia, home: Path, document: Path, name: str) -> None:
    """A result that was written as JSON or YAML is recognised and drawn without its document."""
    assert qualia("analyze", "notes.txt", "-p", "toy_count", "-o", name).code == 0
    ran = qualia("visualize", name, "-p", "toy_draw", "-o", "chart.svg")
    assert (ran.code, ran.out, ran.err) == (0, "chart.svg\n", "")
    assert (home / "chart.svg").read_bytes() == b"svg of 7"


def test_a_result_is_recognised_by_its_content(qualia: Qualia, document: Path, stdin: Callable[[bytes], None]) -> None:
    """Standard input has no suffix, and both forms are known all the same."""
    for form in ("json", "yaml"):
        stdin(qualia("analyze", "notes.txt", "-p", "toy_count", "--format", form).out.encode())
        assert qualia("visualize", "-", "-p", "toy_draw", "-o", f"{form}.png").code == 0


def test_a_processed_document_goes_on_to_an_analyzer(qualia: Qualia, document: Path) -> None:
    """The analyze command takes what process wrote as JSON, and the provenance goes along."""
    qualia("process", "notes.txt", "-p", "toy_upper", "-o", "clean.json")
    ran = qualia("analyze", "clean.json", "-p", "toy_count", "-f", "json")
    assert ran.data["value"]["words"][0] == {"word": "A", "count": 3, "per_million": None}
    assert ran.data["provenance"]["upstream"][0]["plugin"] == "toy_upper"


def test_a_transcript_that_begins_with_a_brace_is_still_a_transcript(qualia: Qualia, home: Path) -> None:
    """Only a mapping with value and provenance is a result."""
    for name, text in (("a.txt", "{laughs} well"), ("b.txt", "value: yes\nwell"), ("c.txt", '{"value": 1}')):
        (home / name).write_text(text, encoding="utf-8")
        ran = qualia("process", name, "-p", "toy_upper")
        assert (ran.code, ran.out) == (0, text.upper() + "\n")


def test_visualize_names_its_file_itself_when_nobody_else_does(
    qualia: Qualia, home: Path, document: Path, leftovers: Leftovers
) -> None:
    """Without -o the picture stands in this folder under the plugin's name for it, whatever folder that names."""
    qualia("analyze", "notes.txt", "-p", "toy_count", "-o", "words.json")
    assert qualia("visualize", "words.json", "-p", "toy_draw").out == "toy-chart.png\n"
    (home / "out").mkdir()
    assert qualia("visualize", "words.json", "-p", "toy_draw", "-f", "svg", "-o", "out").code == 0
    assert leftovers() == ["notes.txt", "out/toy-chart.svg", "toy-chart.png", "words.json"]


VISUALS: dict[tuple[str, ...], str] = {
    ("toy_draw", "-o", "x.pdf"): "toy_draw draws .png, .svg, not .pdf",
    ("toy_draw", "-o", "x.svg", "--format", "png"): "the picture is a .png file",
    ("toy_draw", "-o", "x.svg", "-P", "format=png"): "the picture is a .png file",
    ("toy_draw", "--format", "png", "-P", "format=svg"): "give one of them",
    ("toy_draw", "--format", "html"): "param 'format' must be one of png, svg",
    ("toy_fixed", "--format", "png"): "toy_fixed has no param 'format'",
    ("toy_fixed", "-o", "x.svg"): "the picture is a .png file",
}


@pytest.mark.parametrize("words", VISUALS, ids=" ".join)
def test_a_picture_never_gets_a_suffix_it_is_not(
    qualia: Qualia, document: Path, leftovers: Leftovers, words: tuple[str, ...]
) -> None:
    """Format, suffix and plugin must agree, or nothing is written."""
    qualia("analyze", "notes.txt", "-p", "toy_count", "-o", "words.json")
    ran = qualia("visualize", "words.json", "-p", *words)
    assert (ran.code, ran.out) == (2, "")
    assert VISUALS[words] in ran.err
    assert leftovers() == ["notes.txt", "words.json"]


def test_pipeline_shows_every_step(qualia: Qualia, pipeline: Path) -> None:
    """Without -o the outcome is shown, and that nothing was saved is said on stderr."""
    ran = qualia("pipeline", "notes.txt", "-c", "small.toml")
    assert [re.split("  +", line)[:2] for line in ran.out.splitlines()[1:]] == [
        ["clean", "toy_upper"],
        ["a b.c", "toy_count"],
        ["summary", "toy_draw"],
    ]
    assert ran.err == "nothing was saved; -o FOLDER writes every step's result\n"
    assert qualia("pipeline", "notes.txt", "-c", "small.toml", "-q").err == ""


def test_pipeline_as_json_holds_every_result(qualia: Qualia, pipeline: Path) -> None:
    """Records and documents come whole, pictures by their facts."""
    data = qualia("pipeline", "notes.txt", "-c", "small.toml", "--format", "json").data
    clean, words, chart = data["steps"]
    assert data["pipeline"] == "small"
    assert (clean["id"], clean["plugin"], clean["cached"]) == ("clean", "toy_upper", False)
    assert clean["result"]["value"]["text"] == "A A A B B C JOÃO\n"
    assert words["result"]["provenance"]["params"]["top"] == 2
    assert chart["artifact"]["size_bytes"] == len(b"svg of 7")
    assert yaml.safe_load(qualia("pipeline", "notes.txt", "-c", "small.toml", "-f", "yaml").out).keys() == data.keys()


def test_pipeline_writes_every_step_into_a_folder(qualia: Qualia, home: Path, pipeline: Path) -> None:
    """Documents as text and JSON, records as JSON, pictures as they are; names are safe; the paths are printed."""
    ran = qualia("pipeline", "notes.txt", "-c", "small.toml", "-o", "results")
    names = ["clean.txt", "clean.json", "a_b.c.json", "summary_2.svg", "summary.json"]
    assert ran.out.splitlines() == [str(Path("results", name)) for name in names]
    assert sorted(path.name for path in (home / "results").iterdir()) == sorted(names)
    saved = Result.from_json((home / "results" / "clean.json").read_bytes()).into(Document)
    assert saved.value.text == "A A A B B C JOÃO\n"
    summary = json.loads((home / "results" / "summary.json").read_text(encoding="utf-8"))
    assert [step["files"] for step in summary["steps"]] == [names[:2], names[2:3], names[3:4]]
    assert summary["steps"][2]["provenance"]["upstream"][0]["plugin"] == "toy_count"


def test_pipeline_overwrites_only_when_told_to(
    qualia: Qualia, home: Path, pipeline: Path, leftovers: Leftovers
) -> None:
    """A second run into the same folder is refused before it runs, and --force replaces."""
    words = ("pipeline", "notes.txt", "-c", "small.toml", "-o", "results")
    qualia(*words)
    (home / "results" / "clean.txt").write_text("mine", encoding="utf-8")
    before = leftovers()
    refused = qualia(*words)
    assert refused.code == 4
    assert "it is there already; name another folder or give --force" in refused.err
    assert (home / "results" / "clean.txt").read_text(encoding="utf-8") == "mine"
    assert qualia(*words, "--force", "--format", "json").data["pipeline"] == "small"
    assert (home / "results" / "clean.txt").read_text(encoding="utf-8") == "A A A B B C JOÃO\n"
    assert leftovers() == before


def test_a_step_that_fails_leaves_no_file_of_the_others(qualia: Qualia, home: Path, pipeline: Path) -> None:
    """All of a pipeline's files appear, or none."""
    pipeline.write_text(PIPELINE + '[[steps]]\nplugin = "toy_boom"\n', encoding="utf-8")
    before = sorted(home.iterdir())
    assert qualia("pipeline", "notes.txt", "-c", "small.toml", "-o", "results").code == 1
    assert sorted(home.iterdir()) == before


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_demo_shows_what_it_wrote_and_what_to_try_next(
    qualia: Qualia, home: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """The paths and three commands that can be typed as they stand are data; what goes on meanwhile is not."""
    asked: list[str] = []

    def run(folder: Path, *, core: Core, tell: Callable[[str], None], language: str) -> list[Path]:
        assert core.plugins.values()
        asked.append(language)
        tell("Working ...")
        return [folder / "report.html", folder / "meeting" / "clean.json"]

    monkeypatch.setattr("qualia.cli.demo.run", run)
    ran = qualia("demo", "-o", "here", "--lang", language)
    assert (ran.code, ran.err, asked) == (0, "Working ...\n", [language[:2]])
    lines = ran.out.splitlines()
    assert lines[:2] == [str(Path("here", "report.html")), str(Path("here", "meeting", "clean.json"))]
    assert [line.split()[:2] for line in lines[-3:]] == [
        ["qualia", "analyze"],
        ["qualia", "visualize"],
        ["qualia", "pipeline"],
    ]
    data = qualia("demo", "-q", "-f", "json", "--lang", language).data
    assert (data["folder"], len(data["written"]), len(data["next"])) == ("qualia-demo", 2, 3)
    assert qualia("demo", "-o", "no/where").code == 4


def test_a_project_here_brings_its_settings_and_plugins(qualia: Qualia, home: Path, document: Path) -> None:
    """A folder with qualia.toml is the project when nothing else is named."""
    (home / "qualia.toml").write_text("max_document_bytes = 3\n", encoding="utf-8")
    assert "the limit is" in qualia("analyze", "notes.txt", "-p", "toy_count").err
    (home / "qualia.toml").write_text("max_document_byte = 3\n", encoding="utf-8")
    ran = qualia("list")
    assert ran.code == 2
    assert "setting 'max_document_byte' is unknown" in ran.err


def test_common_options_stand_before_or_behind_the_command(qualia: Qualia, plugin_dir: Path) -> None:
    """-q, --plugin-dir and --lang mean the same in both places."""
    folder = str(plugin_dir / "toy_count")
    for words in (("--plugin-dir", folder, "-q", "list"), ("list", "--plugin-dir", folder, "-q")):
        ran = qualia(*words, "-f", "json", plugins=False)
        assert "toy_count" in {fact["id"] for fact in ran.data}
    assert qualia("--lang", "pt-BR", "list").out.startswith("plugin")
    assert "estado" in qualia("list", "--lang=pt-BR").out


def test_a_plugin_that_hangs_can_be_run_in_a_process_and_given_up(tmp_path: Path, qualia: Qualia) -> None:
    """``--isolation process --timeout`` ends in time, with the line where the plugin stood and exit code 1."""
    folder = tmp_path / "hangs"
    folder.mkdir()
    manifest = 'id = "hangs"\nkind = "analyzer"\nversion = "1.0.0"\napi = ">=1,<2"\nsummary = "s"\nentry = "Hangs"\n'
    (folder / "plugin.toml").write_text(manifest, encoding="utf-8")
    code = """from qualia.plugin import Analyzer, NoParams
class Hangs(Analyzer[NoParams, int]):
    def analyze(self, document, params):
        while True:
            pass
"""
    (folder / "__init__.py").write_text(code, encoding="utf-8")
    (tmp_path / "a.txt").write_text("Oi", encoding="utf-8")
    ran = qualia("analyze", str(tmp_path / "a.txt"), "-p", "hangs", "--plugin-dir", str(folder), *WITHIN)
    assert (ran.code, ran.out) == (1, "")
    assert re.search(r"'hangs' was not done in time \(it stood at .*__init__\.py:\d+\)", ran.err)


WITHIN = ("--isolation", "process", "--timeout", "1")


def test_a_timeout_is_a_number_of_seconds(qualia: Qualia, document: Path) -> None:
    """Zero and less are refused before anything is run."""
    ran = qualia("analyze", str(document), "-p", "toy_count", "--timeout", "0")
    assert (ran.code, ran.err.strip()) == (2, "qualia: error: --timeout 0: give a number of seconds of more than 0")
