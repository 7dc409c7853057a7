"""Results as an RO-Crate: read back by the library, every link resolved, every hash true."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from qualia import Core, Document, Outcome, Result, export_crate, methods
from qualia.errors import ExtraMissing, UnwritableOutput

PIPELINE = {
    "steps": [
        {"plugin": "clean"},
        {"plugin": "count", "id": "few", "params": {"top": 1}},
        {"plugin": "count", "id": "many", "params": {"top": 9}},
        {"plugin": "draw", "id": "first", "needs": ["few"]},
        {"plugin": "draw", "id": "second", "needs": ["many"]},
    ]
}
DOCUMENT = Document("A confidential text.", title="Interview 7")
COUNT = "return WordFrequencies(words=(WordCount(document.text[:4], params.top),), total=params.top, distinct=1)"


@pytest.fixture
def outcome(write: Callable[..., Path], make_core: Callable[..., Core]) -> Outcome:
    """Return the outcome of a pipeline with two branches that end in pictures of one name."""
    write("clean", kind="document")
    write("count", COUNT, params="top: int = param(3, help='How many.')", produces="word-frequencies/1")
    write("draw", kind="visualizer", consumes=["word-frequencies/1"])
    return make_core().run_pipeline(PIPELINE, DOCUMENT)


def entities(folder: Path) -> dict[str, dict[str, Any]]:
    """Return a crate's entities by id."""
    data = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert data["@context"] == "https://w3id.org/ro/crate/1.1/context"
    found = {each["@id"]: each for each in data["@graph"]}
    assert len(found) == len(data["@graph"])
    return found


def links(value: Any) -> Iterator[str]:
    """Yield every id that a value points to."""
    if isinstance(value, dict):
        if "@id" in value:
            yield value["@id"]
        for each in value.values():
            yield from links(each)
    elif isinstance(value, list):
        for each in value:
            yield from links(each)


def listed(value: Any) -> list[str]:
    """Return the ids in a property that holds one or several."""
    return [each["@id"] for each in (value if isinstance(value, list) else [value])]


def of_kind(graph: dict[str, dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Return the entities of a type."""
    return [each for each in graph.values() if each["@type"] == kind]


def test_every_link_in_the_graph_leads_somewhere(outcome: Outcome, tmp_path: Path) -> None:
    """No entity points to one that is not described, but for the profile the metadata file itself names."""
    graph = entities(export_crate(outcome, tmp_path / "crate", documents=[DOCUMENT]))
    targets = {link for entity in graph.values() for link in links({k: v for k, v in entity.items() if k != "@id"})}
    assert targets - set(graph) == {"https://w3id.org/ro/crate/1.1"}
    reached, todo = set(), ["ro-crate-metadata.json"]
    while todo:
        id_ = todo.pop()
        if id_ in graph and id_ not in reached:
            reached.add(id_)
            todo += links({k: v for k, v in graph[id_].items() if k != "@id"})
    assert reached == set(graph)


def test_the_library_reads_it_back(outcome: Outcome, tmp_path: Path) -> None:
    """The crate opens with rocrate, which finds its files, and each file's hash is the one that is told."""
    from rocrate.rocrate import ROCrate

    folder = export_crate(outcome, tmp_path / "crate", name="Study 7")
    crate = ROCrate(folder)
    assert crate.name == "Study 7"
    files = [each for each in crate.get_entities() if each.type == "File"]
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {each.id for each in files} == on_disk - {"ro-crate-metadata.json"}
    for each in files:
        content = (folder / each.id).read_bytes()
        assert each["identifier"]["value"] == hashlib.sha256(content).hexdigest()
        assert each["contentSize"] == str(len(content))


def test_each_step_is_an_action_with_plugin_inputs_params_and_outputs(outcome: Outcome, tmp_path: Path) -> None:
    """Steps that several results share are one action; each tells its instrument, what it took and what it gave."""
    graph = entities(export_crate(outcome, tmp_path / "crate"))
    actions = {each["@id"]: each for each in of_kind(graph, "CreateAction")}
    assert list(actions) == ["#step-1-clean", "#step-2-count", "#step-3-count", "#step-4-draw", "#step-5-draw"]
    assert listed(graph["./"]["mentions"]) == list(actions)
    count = actions["#step-2-count"]
    plugin = graph[count["instrument"]["@id"]]
    provenance = outcome["few"].provenance
    assert (plugin["@type"], plugin["name"], plugin["softwareVersion"]) == ("SoftwareApplication", "count", "1.0.0")
    assert graph[plugin["identifier"]["@id"]]["value"] == provenance.code_hash
    required = {graph[each]["name"]: graph[each]["softwareVersion"] for each in listed(plugin["softwareRequirements"])}
    assert required == {"Qualia Core": provenance.engine_version, "python": provenance.host["python"]}
    taken = [graph[each] for each in listed(count["object"])]
    assert [(each["name"], each["value"]) for each in taken if each["@type"] == "PropertyValue"] == [("top", "1")]
    assert count["startTime"] == provenance.started_at.isoformat(timespec="milliseconds")
    assert count["endTime"] >= count["startTime"]
    cleaned = next(each["@id"] for each in taken if each["@type"] == "CreativeWork")
    assert graph[graph[cleaned]["identifier"]["@id"]]["value"] == provenance.inputs["document"]
    assert cleaned in listed(actions["#step-1-clean"]["result"])
    assert "results/count.json" in listed(count["result"])


def test_results_and_artifacts_are_files(outcome: Outcome, tmp_path: Path) -> None:
    """Each result is JSON that can be read again, each artifact its own bytes, and no file replaces another."""
    folder = export_crate(outcome, tmp_path / "crate")
    names = sorted(path.name for path in (folder / "results").iterdir())
    assert names == [
        "clean.json",
        "count-2.json",
        "count.json",
        "draw-2.json",
        "draw.json",
        "drawn-2.txt",
        "drawn.txt",
    ]
    again = Result.from_json((folder / "results" / "count-2.json").read_bytes())
    assert again.provenance == outcome["many"].provenance
    assert again.into(type(outcome["many"].value)).value == outcome["many"].value
    assert (folder / "results" / "drawn.txt").read_bytes() == outcome["first"].value.data


def test_no_text_goes_out_unless_it_is_given(outcome: Outcome, tmp_path: Path) -> None:
    """An input is told by its digest alone; given as a document it is a file that can be read again."""
    chart = outcome["first"]
    kept = export_crate(chart, tmp_path / "kept")
    assert [path.name for path in kept.rglob("*") if path.is_file() and b"onfidential" in path.read_bytes()] == []
    graph = entities(kept)
    assert graph[graph[f"#input-{DOCUMENT.id[:16]}"]["identifier"]["@id"]]["value"] == DOCUMENT.id
    given = export_crate(chart, tmp_path / "given", documents=[DOCUMENT])
    path = f"inputs/{DOCUMENT.id[:16]}.json"
    assert Document.from_json((given / path).read_bytes()) == DOCUMENT
    graph = entities(given)
    assert path in listed(graph["./"]["hasPart"])
    assert path in listed(graph["#step-1-clean"]["object"])
    assert f"#input-{DOCUMENT.id[:16]}" not in graph


@pytest.mark.parametrize(
    ("licence", "id_", "says"),
    [
        (None, "#licence", "No licence was named"),
        ("For the members of the project only.", "#licence", "For the members of the project only."),
        ("https://spdx.org/licenses/CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0", "https://spdx.org"),
    ],
)
def test_the_licence_is_told(outcome: Outcome, tmp_path: Path, licence: str | None, id_: str, says: str) -> None:
    """A crate says under which licence it may be used, or that none was named."""
    graph = entities(export_crate(outcome, tmp_path / "crate", licence=licence))
    assert graph["./"]["license"] == {"@id": id_}
    assert says in graph[id_]["description"]


def test_the_crate_holds_the_methods_and_the_references(outcome: Outcome, tmp_path: Path) -> None:
    """What a paper would say of these results stands in the crate."""
    graph = entities(export_crate(outcome, tmp_path / "crate"))
    told = methods(outcome)
    assert graph["./"]["description"] == told.paragraph
    assert tuple(graph[each]["name"] for each in listed(graph["./"]["citation"])) == told.citations


def test_a_folder_with_something_in_it_is_left_alone(outcome: Outcome, tmp_path: Path) -> None:
    """Nothing is ever overwritten; an empty folder is used."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for name in ("mine", "file"):
        with pytest.raises(UnwritableOutput, match="name a new folder"):
            export_crate(outcome, tmp_path / name)
    export_crate(outcome, tmp_path / "empty")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "plugins") == ["empty", "file", "mine"]


def test_a_crate_that_cannot_be_finished_leaves_nothing(
    outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full in the middle leaves neither the crate nor a part of it."""
    written: list[Any] = []

    def fail(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(UnwritableOutput, match="no space left on device"):
        export_crate(outcome, tmp_path / "crate")
    assert [path.name for path in tmp_path.iterdir() if path.name != "plugins"] == []


def test_a_folder_that_cannot_be_made_is_told(outcome: Outcome, tmp_path: Path) -> None:
    """A path through a file cannot become a folder."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(UnwritableOutput, match="not a directory"):
        export_crate(outcome, tmp_path / "file" / "crate")


def test_results_from_elsewhere_are_exported_too(outcome: Outcome, tmp_path: Path) -> None:
    """A result read from JSON, with another plugin's odd names in it, is described like any other."""
    odd = Result.from_json(outcome["few"].to_json())
    odd = evolve(odd, provenance=evolve(odd.provenance, params={"a b/c": "x#y", "ção": [1, {"z": None}]}))
    graph = entities(export_crate([odd, outcome], tmp_path / "crate"))
    values = {each["name"]: each["value"] for each in of_kind(graph, "PropertyValue")}
    assert (values["a b/c"], values["ção"]) == ("x#y", '[1, {"z": null}]')
    targets = {link for entity in graph.values() for link in links({k: v for k, v in entity.items() if k != "@id"})}
    assert targets - set(graph) == {"https://w3id.org/ro/crate/1.1"}


def test_nothing_makes_no_crate(tmp_path: Path) -> None:
    """Without a result there is nothing to export, and no folder."""
    with pytest.raises(ValueError, match="no result"):
        export_crate([], tmp_path / "crate")
    assert not (tmp_path / "crate").exists()


def test_without_the_extra_the_error_says_what_to_install(
    outcome: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who lacks the library is told the command that installs it."""
    monkeypatch.setattr("qualia.crate.find_spec", lambda name: None)
    with pytest.raises(ExtraMissing, match=r"pip install 'qualia-core\[crate\]'"):
        export_crate(outcome, tmp_path / "crate")


def test_the_library_is_loaded_when_a_crate_is_made() -> None:
    """Importing the function costs nothing of the library, which brings a web client with it."""
    code = "import sys; from qualia import export_crate, methods; print('rocrate' in sys.modules)"
    paths = {"PYTHONPATH": str(Path(sys.modules["qualia"].__file__ or "").parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=paths)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("name", ["../../picture.png", "..\\..\\picture.png", "/tmp/deep/picture.png", "..", ""])
def test_a_name_with_folders_leads_nowhere_else(tmp_path: Path, outcome: Outcome, name: str) -> None:
    """Whatever a plugin calls its file, it lies in the crate's folder of results."""
    drawn = outcome["first"]
    given = evolve(drawn, value=evolve(drawn.value, name=name))
    folder = export_crate(given, tmp_path / "outer" / "inner" / "crate")
    inside = sorted(path.name for path in (folder / "results").iterdir())
    assert inside == sorted(["draw.json", "picture.png" if "picture" in name else "artifact"])
    assert [path.name for path in tmp_path.rglob("*.png")] == (["picture.png"] if "picture" in name else [])
