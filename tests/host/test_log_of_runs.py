"""The log of runs through a host: filtered, paged, compared, exported, run again."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia import Core, Document
from qualia.history import StepEntry
from qualia.host.about_history import fits
from qualia.host.comparing import MOST_ROWS, differences
from tests.host.conftest import COUNT, Talker

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["word", "n", "x"]), inner, max_size=3),
    max_leaves=15,
)
WORDS = st.lists(
    st.tuples(st.text("abc", min_size=1, max_size=2), st.integers(0, 3)), max_size=8, unique_by=lambda w: w[0]
)


@given(JSON, JSON)
def test_values_differ_where_a_row_says_so(before: object, after: object) -> None:
    """There are rows exactly when two values differ, and the other way round they say the same of the other side."""
    rows, back = differences(before, after), differences(after, before)
    assert bool(rows) == (json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True))
    assert sorted(each["path"] for each in rows) == sorted(each["path"] for each in back)


@given(WORDS, WORDS)
def test_items_with_a_name_are_paired_by_it(before: list[tuple[str, int]], after: list[tuple[str, int]]) -> None:
    """A word that moved in its list is no difference; one that is new, gone or counted otherwise is one row."""
    old, new = ([{"word": word, "count": count} for word, count in each] for each in (before, after))
    if not old or not new:
        return
    changed = {name for name, _count in set(before) ^ set(after)}
    assert len({each["path"].split("]")[0] for each in differences(old, new)}) == len(changed)


def test_rows_are_bounded() -> None:
    """However much differs, a screen's worth is told, and long values are cut."""
    rows = differences([*range(5000)], [*range(1, 5001)])
    assert len(rows) == MOST_ROWS + 1
    assert len(differences("a" * 900, "b")[0]["before"]) == 200


def test_a_record_that_only_one_side_has_stays_a_record() -> None:
    """Whoever shows it names its fields; of a long one the beginning is told."""
    word = {"word": "room", "count": 6}
    assert differences([word], [{"word": "law", "count": 1}])[0] == {
        "path": "[room]",
        "before": word,
        "after": None,
    }
    assert len(differences([*range(900)], None)[0]["before"]) == 200


@given(st.text("ab!C", max_size=3))
def test_a_filter_and_its_inverse_share_the_runs_between_them(text: str) -> None:
    """A run fits a text or its inverse, never both; an empty text fits all."""
    step = StepEntry(step="one", plugin="abba", outcome="ok", elapsed_s=0.0)
    run: Any = type("Run", (), {})()
    run.run_id, run.name, run.outcome, run.document, run.error, run.steps = "1f", "Baab", "ok", None, "", (step,)
    wanted = text.removeprefix("!").strip()
    assert fits(run, text.removeprefix("!")) or wanted
    if wanted and not text.startswith("!"):
        assert fits(run, text) is not fits(run, f"!{text}")


def test_runs_are_filtered_and_paged(core: Core, talker: Talker) -> None:
    """A text is looked for in all that a row shows; going on after a run gives each run once."""
    for number in range(5):
        core.run("toy_count", Document(f"text {number}"))
    with pytest.raises(RuntimeError):
        core.run("toy_boom", Document("a"))
    assert [each["name"] for each in talker.call("history.list", text="BOOM")] == ["toy_boom"]
    assert [each["name"] for each in talker.call("history.list", text="no luck")] == ["toy_boom"]
    assert {each["name"] for each in talker.call("history.list", text="!boom", brief=True)} == {"toy_count"}
    everything = [each["run_id"] for each in talker.call("history.list")]
    paged, before = list[str](), None
    while page := talker.call("history.list", limit=2, brief=True, before=before):
        paged += [each["run_id"] for each in page]
        before = paged[-1]
    assert (paged, len(paged)) == (everything, 6)
    assert talker.call("history.list", brief=True, limit=1)[0]["plugins"] == ["toy_boom"]
    assert "there is no run" in talker.refused("history.list", before="x")["message"]


def test_what_a_run_gave_is_found_in_the_cache_and_nowhere_else(core: Core, talker: Talker) -> None:
    """After the cache was cleared there is no value, and the run is still known."""
    core.run("toy_count", Document("a b"))
    (entry,) = talker.call("history.list")
    run_id = entry["run_id"]
    assert talker.call("history.result", run_id=run_id)["steps"][0]["result"]["value"] == {"words": 2}
    talker.call("cache.clear")
    assert talker.call("history.result", run_id=run_id)["steps"][0]["result"] is None
    assert "has no step 'x'" in talker.refused("history.result", run_id=run_id, step="x")["message"]


def test_two_runs_are_compared(core: Core, talker: Talker, plugin_dir: Path) -> None:
    """What was asked, the versions, how it went, and the values as far as they are kept."""
    core.run("toy_count", Document("a b"))
    core.run("toy_count", Document("a b c"))
    newer, older = (each["run_id"] for each in talker.call("history.list"))
    told = talker.call("history.compare", first=older, second=newer)
    (step,) = told["steps"]
    assert (told["same_document"], step["outcome"], step["version"]) == (False, ["ok", "ok"], ["1.0.0", "1.0.0"])
    assert step["values"] == {
        "verdict": "different",
        "rows": [{"path": "words", "before": 2, "after": 3}],
        "more": False,
    }
    assert [each["path"] for each in step["inputs"]] == ["document"]
    assert talker.call("history.compare", first=older, second=older)["steps"][0]["values"]["verdict"] == "same"
    talker.call("cache.clear")
    assert talker.call("history.compare", first=older, second=newer)["steps"][0]["values"]["verdict"] == "unknown"


def test_a_run_is_told_for_a_paper_and_exported(core: Core, talker: Talker, project: Path) -> None:
    """Methods in two languages, and files that are never written over unasked."""
    core.run("toy_count", Document("a b"))
    (entry,) = talker.call("history.list")
    run_id = entry["run_id"]
    english, portuguese = (talker.call("history.methods", run_id=run_id, language=each) for each in ("en", "pt"))
    assert english["paragraph"] != portuguese["paragraph"]
    assert "language is en or pt" in talker.refused("history.methods", run_id=run_id, language="xx")["message"]
    path = project / "out"
    for format_ in ("methods", "json", "log"):
        told = talker.call("history.export", run_id=run_id, path=str(path), format=format_, overwrite=True)
        assert (told["format"], told["bytes"]) == (format_, path.stat().st_size)
    assert json.loads(path.read_text(encoding="utf-8"))["run_id"] == run_id
    assert (
        "is there already" in talker.refused("history.export", run_id=run_id, path=str(path), format="log")["message"]
    )
    assert "the whole path" in talker.refused("history.export", run_id=run_id, path="out")["message"]
    assert "format is one of" in talker.refused("history.export", run_id=run_id, path=str(path), format="x")["message"]
    talker.call("cache.clear")
    refused = talker.refused("history.export", run_id=run_id, path=str(path), format="json", overwrite=True)
    assert "not in the cache any more: toy_count" in refused["message"]


@pytest.mark.skipif(find_spec("rocrate") is None, reason="the crate extra is not installed")
def test_a_run_is_exported_as_a_crate(core: Core, talker: Talker, project: Path) -> None:
    """It is a new folder with what the run gave."""
    core.run("toy_count", Document("a b"))
    (entry,) = talker.call("history.list")
    told = talker.call("history.export", run_id=entry["run_id"], path=str(project / "crate"))
    assert (Path(told["path"]) / "ro-crate-metadata.json").is_file()
    again = talker.refused("history.export", run_id=entry["run_id"], path=str(project / "crate"))
    assert again["data"]["error"] == "UnwritableOutput"


def test_a_run_of_the_log_is_run_again_and_compared(talker: Talker, project: Path, plugin_dir: Path) -> None:
    """Its file is known where the host began it; a plugin that was changed since gives another result."""
    file = project / "a.txt"
    file.write_text("a b", encoding="utf-8")
    begun = talker.call("runs.start", plugin="toy_count", path=str(file))["run"]
    run_id = talker.settled(begun)["run_id"]
    again = talker.call("history.rerun", run_id=run_id)["run"]
    assert talker.settled(again)["state"] == "ok"
    (step,) = talker.call("runs.result", run=again)["steps"]
    assert (step["verdict"], step["differences"], step["result"]["value"]) == ("same", [], {"words": 2})
    (plugin_dir / "toy_count" / "__init__.py").write_text(COUNT.replace("len(", "1 + len("), encoding="utf-8")
    talker.call("plugins.reload", plugin="toy_count")
    changed = talker.call("history.rerun", run_id=run_id)["run"]
    assert talker.settled(changed)["state"] == "ok"
    (step,) = talker.call("runs.result", run=changed)["steps"]
    assert (step["verdict"], step["result"]["value"]) == ("different", {"words": 3})
    assert step["differences"]
    file.write_text("another text", encoding="utf-8")
    other = talker.settled(talker.call("history.rerun", run_id=run_id)["run"])
    assert (other["state"], other["error"]["error"]) == ("failed", "UnsupportedInput")


def test_a_run_whose_document_is_not_known_wants_it(core: Core, talker: Talker) -> None:
    """No text is kept: whoever wants it run again brings it."""
    core.run("toy_count", Document("a b"))
    (entry,) = talker.call("history.list")
    refused = talker.refused("history.rerun", run_id=entry["run_id"])
    assert "is not kept; give its path or text" in refused["message"]
    run = talker.call("history.rerun", run_id=entry["run_id"], text="a b")["run"]
    assert talker.settled(run)["state"] == "ok"
    assert talker.call("runs.artifact", run=run)["name"] == "toy_count.json"
    pasted = talker.settled(talker.call("runs.start", plugin="toy_count", text="c d e")["run"])["run_id"]
    again = talker.settled(talker.call("history.rerun", run_id=pasted)["run"])
    assert (again["state"], again["path"]) == ("ok", None)
