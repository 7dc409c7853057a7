"""``qualia history``: what ran, once more, cited and archived."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from qualia.cli import main
from qualia.cli.amounts import told_bytes, told_span
from qualia.cli.upkeep.times import age_of, moment_of
from qualia.cli.usage import WrongUsage

Run = Callable[..., Any]
PIPELINE = """
name = "both"
[[steps]]
plugin = "toy_count"
id = "words"
params = { top = 2 }
[[steps]]
plugin = "toy_draw"
id = "chart"
needs = ["words"]
"""


@pytest.fixture
def project(home: Path) -> Path:
    """Make the working folder a project."""
    (home / "qualia.toml").write_text("", encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory, plugin_dir: Path) -> Path:
    """Make a project in which one plugin ran, one failed, and a pipeline ran; in this order."""
    folder = tmp_path_factory.mktemp("past")
    (folder / "qualia.toml").write_text("", encoding="utf-8")
    (folder / "notes.txt").write_text("a a a b b c João\n", encoding="utf-8")
    (folder / "both.toml").write_text(PIPELINE, encoding="utf-8")
    begin = ["--plugin-dir", str(plugin_dir), "--project", str(folder)]
    notes = str(folder / "notes.txt")
    assert main([*begin, "analyze", notes, "-p", "toy_count", "-P", "top=1", "-q"]) == 0
    assert main([*begin, "analyze", notes, "-p", "toy_boom"]) == 1
    assert main([*begin, "pipeline", notes, "-c", str(folder / "both.toml")]) == 0
    return folder


@pytest.fixture
def looked_back(past: Path, home: Path) -> Path:
    """Return a copy of that project, in which the test works."""
    shutil.copytree(past, home, dirs_exist_ok=True)
    return home


# ------------------------------------------------------------------------------------------------------------- listing


def test_runs_are_listed_the_latest_first(looked_back: Path, qualia: Run) -> None:
    """Without a command `history` lists; people get a table, and programs the facts."""
    ran = qualia("history")
    assert ran.code == 0
    assert [line.split()[3] for line in ran.out.splitlines()[1:]] == ["both", "toy_boom", "toy_count"]
    assert "failed" in ran.out
    runs = qualia("history", "list", "--format", "json").data
    assert [run["name"] for run in runs] == ["both", "toy_boom", "toy_count"]
    assert [step["step"] for step in runs[0]["steps"]] == ["words", "chart"]
    assert runs[1]["outcome"] == "failed" and "no luck today" in runs[1]["error"]
    assert qualia("history", "--format", "json").data == runs


def test_lines_and_csv_hold_the_same_runs(looked_back: Path, qualia: Run) -> None:
    """JSON lines have one run each, CSV one row each."""
    lines = qualia("history", "list", "-f", "jsonl").out.splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["both", "toy_boom", "toy_count"]
    rows = list(csv.DictReader(io.StringIO(qualia("history", "list", "-f", "csv").out)))
    assert [(row["name"], row["outcome"], row["steps"]) for row in rows] == [
        ("both", "ok", "2"),
        ("toy_boom", "failed", "1"),
        ("toy_count", "ok", "1"),
    ]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (("--plugin", "toy_count"), ["both", "toy_count"]),
        (("--outcome", "failed"), ["toy_boom"]),
        (("--outcome", "cancelled"), []),
        (("--document", "notes.txt"), ["both", "toy_boom", "toy_count"]),
        (("--since", "1h"), ["both", "toy_boom", "toy_count"]),
        (("--until", "1h"), []),
        (("--since", "2001-01-01", "--until", "2001-12-31"), []),
        (("--plugin", "toy_count", "--limit", "1"), ["both"]),
    ],
)
def test_filters_narrow_the_list(looked_back: Path, qualia: Run, filters: tuple[str, ...], names: list[str]) -> None:
    """Every filter that is given must fit, with the command and without it."""
    assert [run["name"] for run in qualia("history", "list", *filters, "-f", "json").data] == names
    assert [run["name"] for run in qualia("history", *filters, "-f", "json").data] == names


def test_what_is_left_out_is_told(looked_back: Path, qualia: Run) -> None:
    """A list that was cut says so, and an empty one says whether nothing ran or nothing fits."""
    assert "more than these 1" in qualia("history", "--limit", "1").err
    ran = qualia("history", "--outcome", "cancelled")
    assert (ran.out, ran.err) == ("", "no run fits\n")


def test_a_document_is_named_by_the_beginning_of_its_id(looked_back: Path, qualia: Run) -> None:
    """What the table shows of a document is enough to ask for it."""
    shown = qualia("history").out.splitlines()[1].split()[-1]
    assert len(qualia("history", "--document", shown, "-f", "json").data) == 3
    ran = qualia("history", "--document", "nowhere.txt")
    assert ran.code == 2 and "no such file" in ran.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--since", "yesteryear"), "--since 'yesteryear': give a day such as 2026-01-31"),
        (("--until", "2026-13-01"), "--until '2026-13-01': give a day"),
        (("--limit", "0"), "--limit 0: give a whole number of at least 1"),
        (("--outcome", "faild"), "did you mean failed?"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    project: Path, qualia: Run, words: tuple[str, ...], sentence: str
) -> None:
    """A moment, a number or an outcome that cannot be is a wrong command, also where nothing has run."""
    ran = qualia("history", "list", *words)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


# ------------------------------------------------------------------------------------------------- where there is none


def test_outside_a_project_one_sentence_says_so(home: Path, qualia: Run) -> None:
    """Where nothing is kept, every command of `history` and `cache` says why and what to do."""
    for words in (("history",), ("history", "show", "last"), ("cache",), ("cache", "verify")):
        ran = qualia(*words)
        assert ran.code == 2
        assert ran.err == (
            "qualia: error: there is no project here, so nothing is kept on the disk; go to one, or name it with "
            "--project\n"
        )
    assert qualia("history", "--format", "json").data["error"] == "WrongUsage"


def test_before_the_first_run_there_is_an_empty_list(project: Path, qualia: Run) -> None:
    """Nothing has run yet is no failure, and makes no file; showing the last run is a wrong command then."""
    ran = qualia("history", "--format", "json")
    assert (ran.code, ran.data, ran.err) == (0, [], "no run has been logged here yet\n")
    assert qualia("history", "-f", "csv").out.startswith("run_id,")
    assert qualia("history", "show", "last").code == 2
    assert not (project / ".qualia").exists()


def test_a_history_that_is_switched_off_says_so(project: Path, qualia: Run) -> None:
    """With `history = false` and no file, the setting is named."""
    (project / "qualia.toml").write_text("history = false\n", encoding="utf-8")
    ran = qualia("history")
    assert ran.code == 2 and "history = false" in ran.err


def test_what_was_logged_before_it_was_switched_off_is_shown(looked_back: Path, qualia: Run) -> None:
    """Switching the log off hides nothing."""
    (looked_back / "qualia.toml").write_text("history = false\n", encoding="utf-8")
    assert len(qualia("history", "-f", "json").data) == 3


def test_a_damaged_history_is_one_sentence(looked_back: Path, qualia: Run) -> None:
    """A file that is no database ends with 1, and JSON gets an error object."""
    for path in (looked_back / ".qualia").glob("history.db*"):
        path.write_bytes(b"no database " * 500)
    ran = qualia("history", "--format", "json")
    assert (ran.code, ran.data["error"]) == (1, "HistoryUnreadable")
    assert ran.err.count("\n") == 1 and "not a database" in ran.err


def test_a_newer_history_says_which_format_it_has(looked_back: Path, qualia: Run) -> None:
    """What a newer version wrote is read while it makes sense, else told of; it is never pruned."""
    path = looked_back / ".qualia" / "history.db"
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.commit()
    db.close()
    assert len(qualia("history", "-f", "json").data) == 3
    ran = qualia("history", "prune", "--older-than", "0d", "--yes")
    assert ran.code == 1 and "format 99" in ran.err
    db = sqlite3.connect(path)
    db.execute("ALTER TABLE runs RENAME TO journeys")
    db.commit()
    db.close()
    ran = qualia("history")
    assert ran.code == 1 and "format 99 and this version knows 1" in ran.err


# ------------------------------------------------------------------------------------------------------------- showing


def test_a_run_is_shown_with_its_steps(looked_back: Path, qualia: Run) -> None:
    """Params, versions, times, inputs and where they came from are all there."""
    ran = qualia("history", "show", "last")
    assert ran.code == 0
    for told in ("both", "toy_count", "1.0.0", "top = 2", "input word_frequencies", "<- toy_count", "input document"):
        assert told in ran.out
    data = qualia("history", "show", "last", "-f", "json").data
    assert data["steps"][1]["provenance"]["upstream"][0]["plugin"] == "toy_count"
    assert len(data["steps"][0]["key"]) == 64


def test_a_failed_run_shows_its_error(looked_back: Path, qualia: Run) -> None:
    """The sentence of the error is shown, and nothing that steers a terminal."""
    run_id = qualia("history", "--outcome", "failed", "-f", "json").data[0]["run_id"]
    ran = qualia("history", "show", run_id)
    assert "no luck today" in ran.out and "failed" in ran.out
    assert qualia("history", "show", run_id[:6]).out == ran.out


def test_a_run_that_is_not_clearly_one_is_refused(looked_back: Path, qualia: Run) -> None:
    """An id nobody has, and the beginning of several, are wrong commands; the several are named."""
    ran = qualia("history", "show", "zzz")
    assert ran.code == 2 and "no run whose id begins with 'zzz'" in ran.err
    db = sqlite3.connect(looked_back / ".qualia" / "history.db")
    db.execute("UPDATE runs SET run_id = 'abc' || id")
    db.commit()
    db.close()
    ran = qualia("history", "show", "abc")
    assert ran.code == 2 and "several runs begin with 'abc': abc" in ran.err
    assert qualia("history", "show", "").code == 2


# --------------------------------------------------------------------------------------------------------- once more


def test_a_run_gives_the_same_again(looked_back: Path, qualia: Run) -> None:
    """Run again on its document, every last result is the same, and the code is 0."""
    ran = qualia("history", "rerun", "last", "notes.txt")
    assert (ran.code, ran.out) == (0, "chart: the same result, byte for byte\n")
    data = qualia("history", "rerun", "last", "notes.txt", "-f", "json").data
    assert data["same"] is True
    assert [(each["step"], each["verdict"], each["differences"]) for each in data["results"]] == [("chart", "same", [])]


def test_last_is_never_a_rerun(looked_back: Path, qualia: Run) -> None:
    """Running again is logged, and `last` still means the run that was run again."""
    before = qualia("history", "show", "last", "-f", "json").data
    assert qualia("history", "rerun", "last", "notes.txt").code == 0
    assert qualia("history", "list", "--limit", "1", "-f", "json").data[0]["name"] == "rerun toy_draw"
    assert qualia("history", "show", "last", "-f", "json").data == before


def test_another_document_is_refused_plainly(looked_back: Path, qualia: Run) -> None:
    """Nothing is run on a document with another digest; both digests are told."""
    Path("other.txt").write_text("something else", encoding="utf-8")
    ran = qualia("history", "rerun", "last", "other.txt")
    assert (ran.code, ran.out) == (4, "")
    assert "other.txt: is another document (" in ran.err
    assert len(qualia("history", "-f", "json").data) == 3


def test_what_began_with_a_result_is_run_again_on_its_document(looked_back: Path, qualia: Run) -> None:
    """A picture of a saved result is computed anew from the document the result was made of, which is asked for."""
    assert qualia("analyze", "notes.txt", "-p", "toy_count", "-o", "words.json").code == 0
    assert qualia("visualize", "words.json", "-p", "toy_draw", "-o", "chart.png").code == 0
    document = qualia("history", "show", "last", "-f", "json").data["document"]
    assert document is None
    ran = qualia("history", "rerun", "last")
    assert ran.code == 2 and "name its file" in ran.err
    ran = qualia("history", "rerun", "last", "words.json")
    assert ran.code == 4 and "the run began with the document" in ran.err
    assert qualia("history", "rerun", "last", "notes.txt").out == "toy_draw: the same result, byte for byte\n"
    Path("other.txt").write_text("something else", encoding="utf-8")
    assert qualia("history", "rerun", "last", "other.txt").code == 4


def test_the_document_has_to_be_named(looked_back: Path, qualia: Run) -> None:
    """The text of a document is not kept, which is said, with the digest to find it by."""
    document = qualia("history", "show", "last", "-f", "json").data["document"]
    ran = qualia("history", "rerun", "last")
    assert ran.code == 2 and document[:12] in ran.err and "name its file" in ran.err


def test_a_run_without_results_cannot_be_run_again(looked_back: Path, qualia: Run) -> None:
    """A run whose only step failed left nothing to compare with."""
    run_id = qualia("history", "--outcome", "failed", "-f", "json").data[0]["run_id"]
    ran = qualia("history", "rerun", run_id, "notes.txt")
    assert ran.code == 2 and "no step that gave a result" in ran.err
    assert qualia("history", "methods", run_id).code == 2


def test_a_result_that_differs_is_told_with_where(
    looked_back: Path, qualia: Run, plugin_dir: Path, tmp_path: Path
) -> None:
    """When the plugin's code is another, the lines that differ and the versions are told, and the code is 1."""
    first = qualia("history", "-f", "json").data[2]["run_id"]
    source = plugin_dir / "toy_count" / "__init__.py"
    own = tmp_path / "changed" / "toy_count"
    own.mkdir(parents=True)
    code = source.read_text(encoding="utf-8").replace("total=sum(counts.values())", "total=99")
    (own / "__init__.py").write_text(code, encoding="utf-8")
    (own / "plugin.toml").write_text((plugin_dir / "toy_count" / "plugin.toml").read_text(encoding="utf-8"), "utf-8")
    ran = qualia("--plugin-dir", str(own.parent), "history", "rerun", first, "notes.txt", plugins=False)
    assert ran.code == 1
    assert "toy_count: another result than then" in ran.out
    assert "+total: 99" in ran.out and "code of toy_count" in ran.out
    words = ("--plugin-dir", str(own.parent), "history", "rerun", first, "notes.txt", "--lang", "pt")
    assert "código de toy_count: " in qualia(*words, plugins=False).out


def test_a_result_that_is_not_kept_cannot_be_compared(looked_back: Path, qualia: Run) -> None:
    """Without the cache, what it is made of is compared, which is said; equal is no failure."""
    assert qualia("cache", "clear", "--yes").code == 0
    ran = qualia("history", "rerun", "last", "notes.txt")
    assert ran.code == 0 and "not in the cache any more to be compared" in ran.out
    assert qualia("cache", "clear", "--yes").code == 0
    assert qualia("history", "rerun", "last", "notes.txt", "-f", "json").data["same"] is None


# --------------------------------------------------------------------------------------------- citing and archiving


def test_the_methods_paragraph_follows_the_language(looked_back: Path, qualia: Run) -> None:
    """The paragraph tells the steps, in the language spoken; JSON holds paragraph and citations."""
    ran = qualia("history", "methods", "last")
    assert "The steps were, in this order: (1) toy_count 1.0.0" in ran.out and "References" in ran.out
    ran = qualia("history", "methods", "last", "--lang", "pt")
    assert "As etapas foram, nesta ordem: (1) toy_count" in ran.out and "Referências" in ran.out
    every = [run["run_id"] for run in qualia("history", "--outcome", "ok", "-f", "json").data]
    data = qualia("history", "methods", *every, "-f", "json").data
    assert data["language"] == "en" and any("toy_draw" in each for each in data["citations"])


def test_a_run_is_exported_with_what_is_kept(looked_back: Path, qualia: Run) -> None:
    """The crate holds every step's result, and the document only when it is named."""
    pytest.importorskip("rocrate")
    ran = qualia("history", "export", "last", "-o", "crate", "--document", "notes.txt", "--name", "One")
    assert (ran.code, ran.out) == (0, "")
    assert "wrote crate" in ran.err
    files = sorted(path.relative_to("crate").as_posix() for path in Path("crate").rglob("*") if path.is_file())
    assert [each for each in files if each.startswith("results/")] == [
        "results/toy-chart.png",
        "results/toy_count.json",
        "results/toy_draw.json",
    ]
    assert any(each.startswith("inputs/") for each in files)
    assert '"One"' in Path("crate/ro-crate-metadata.json").read_text(encoding="utf-8")
    assert qualia("history", "export", "last", "-o", "crate").code == 4


def test_a_result_that_is_missing_is_named_with_the_remedy(looked_back: Path, qualia: Run) -> None:
    """Nothing is written when results are gone from the cache; once they are computed again, it works."""
    pytest.importorskip("rocrate")
    assert qualia("cache", "clear", "--plugin", "toy_draw", "--yes").code == 0
    ran = qualia("history", "export", "last", "-o", "crate", "-q")
    assert ran.code == 1 and "chart" in ran.err and "words" not in ran.err and "qualia history rerun" in ran.err
    assert not Path("crate").exists()
    assert qualia("history", "rerun", "last", "notes.txt").code == 0
    assert qualia("history", "export", "last", "-o", "crate").code == 0


def test_only_a_document_of_the_runs_is_taken_along(looked_back: Path, qualia: Run) -> None:
    """Another document than those the runs were on is refused."""
    Path("other.txt").write_text("something else", encoding="utf-8")
    ran = qualia("history", "export", "last", "-o", "crate", "--document", "other.txt")
    assert ran.code == 4 and "none of the documents" in ran.err


# ----------------------------------------------------------------------------------------------------------- forgetting


def grow_old(project: Path) -> None:
    """Date the two oldest runs back by a hundred days."""
    db = sqlite3.connect(project / ".qualia" / "history.db")
    days = 100 * 86_400
    oldest = "SELECT id FROM runs ORDER BY id LIMIT 2"
    db.execute(f"UPDATE run_plugins SET run = run - {days}000000 WHERE run IN ({oldest})")
    db.execute(f"UPDATE runs SET started_s = started_s - {days}, id = id - {days}000000 WHERE id IN ({oldest})")
    db.commit()
    db.close()


def test_old_runs_are_forgotten_when_it_is_wanted(looked_back: Path, qualia: Run) -> None:
    """A dry run changes nothing, a real one needs --yes where nobody can be asked, and tells how many went."""
    grow_old(looked_back)
    words = ("history", "prune", "--older-than", "90d")
    assert "runs that would be forgotten: 2" in qualia(*words, "--dry-run").out
    ran = qualia(*words)
    assert (ran.code, ran.out) == (2, "") and "say it with --yes" in ran.err
    assert len(qualia("history", "-f", "json").data) == 3
    assert qualia(*words, "--yes").out == "runs forgotten: 2\n"
    assert len(qualia("history", "-f", "json").data) == 1
    assert qualia(*words).out == "runs forgotten: 0\n"
    assert qualia("history", "prune", "--older-than", "soon").code == 2
    assert qualia("history", "prune", "--older-than", "999999y", "--yes").out == "runs forgotten: 0\n"


@pytest.mark.parametrize("words", [("show", "\udcff"), ("list", "--document", "\udcff"), ("rerun", "\udcff", "x.txt")])
def test_an_id_of_bytes_that_are_no_text_is_none(looked_back: Path, qualia: Run, words: tuple[str, ...]) -> None:
    """What no log can hold is not in it."""
    ran = qualia("history", *words)
    assert (ran.code, ran.out) == (2, "") and "unexpected" not in ran.err


def test_a_plugin_of_bytes_that_are_no_text_has_no_runs(looked_back: Path, qualia: Run) -> None:
    """The list is empty, as it is for any other name that is nobody's."""
    assert qualia("history", "list", "--plugin", "\udcff", "-f", "json").data == []


@pytest.mark.parametrize(("answer", "count"), [("y\n", 1), ("sim\n", 1), ("n\n", 3), ("", 3), ("\n", 3)])
def test_a_person_is_asked(
    looked_back: Path, qualia: Run, monkeypatch: pytest.MonkeyPatch, answer: str, count: int
) -> None:
    """At a terminal only a yes goes on; no answer and the end of input mean no, which ends with 1."""
    grow_old(looked_back)
    monkeypatch.setattr("qualia.cli.consent.is_terminal", lambda _stream: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    ran = qualia("history", "prune", "--older-than", "90d")
    assert "Forget the runs older than 90d (2)? [y/N]" in ran.err
    assert ran.code == (0 if count == 1 else 1)
    assert len(qualia("history", "-f", "json").data) == count


# --------------------------------------------------------------------------------------------------- moments and ages


def test_ages_and_moments_are_read_as_people_write_them() -> None:
    """Ages have a unit; a day begins at its beginning and ends at its end; a time without zone is one of here."""
    now = datetime(2026, 5, 17, 12, 0, tzinfo=UTC)
    assert age_of("36h", option="--x") == timedelta(hours=36) == age_of("1.5 d", option="--x")
    assert moment_of("7d", option="--x", now=now) == now - timedelta(days=7)
    begin = moment_of("2026-03-01", option="--x", now=now)
    assert begin == datetime(2026, 3, 1).astimezone()
    assert moment_of("2026-03-01", option="--x", now=now, is_end=True) == datetime(2026, 3, 2).astimezone()
    assert moment_of("2026-03-01T10:00+02:00", option="--x", now=now) == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert moment_of("2026-03-01 10:00", option="--x", now=now) == datetime(2026, 3, 1, 10).astimezone()
    assert moment_of("999999y", option="--x", now=now).year == 1971
    for wrong in ("", "d", "7", "7 years", "-7d", "10000-01-01", "2026-02-30"):
        with pytest.raises(WrongUsage):
            moment_of(wrong, option="--x", now=now)


def test_spans_and_sizes_are_told_in_a_fitting_unit() -> None:
    """From milliseconds to hours, and from bytes to gigabytes."""
    assert [told_span(each) for each in (0.0042, 2.25, 75, 3725)] == ["4 ms", "2.2 s", "1 min 15 s", "1 h 02 min"]
    assert [told_bytes(each) for each in (0, 999, 1500, 250_000, 2_500_000_000)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "250 kB",
        "2.5 GB",
    ]


def test_everything_is_said_in_portuguese(looked_back: Path, qualia: Run) -> None:
    """Tables, sentences and refusals speak Portuguese when it is asked for."""
    assert qualia("history", "--lang", "pt").out.split()[:2] == ["execução", "início"]
    assert "o que rodou" in qualia("history", "show", "last", "--lang", "pt").out
    ran = qualia("history", "rerun", "last", "notes.txt", "--lang", "pt")
    assert ran.out == "chart: o mesmo resultado, byte a byte\n"
    assert "não há execução" in qualia("history", "show", "zzz", "--lang", "pt").err
