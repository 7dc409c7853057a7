"""Figures of a project: with its host, without one, as text and as a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("prometheus_client")


from qualia_ops.metrics.commands import METRICS as OPERATION
from qualia_ops.metrics.commands import Params
from qualia_ops.metrics.errors import MetricsFailed
from qualia_ops.metrics.exposition import exposition
from qualia_ops.metrics.names import METRICS
from qualia_ops.metrics.project import Seen
from qualia_ops.metrics.textfile import write_textfile

from qualia import Document, Settings
from qualia.errors import PluginFailed
from qualia.health import Component, HealthReport
from qualia.history import DayCount
from qualia.host import expose
from qualia.operations import Finished, OperationContext, Progress, offered, perform
from tests.ops.figures import figures, open_families
from tests.ops.toys import LENGTH, NUMBER, toys, write_toy


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with two plugins whose log knows of three runs, in surroundings of its own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    for name in [name for name in os.environ if name.startswith("QUALIA_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "interviews"
    folder.mkdir()
    (folder / "qualia.toml").write_text("installed_plugins = false\n", encoding="utf-8")
    write_toy(folder / "plugins", "good", LENGTH)
    write_toy(folder / "plugins", "bad", NUMBER)
    with toys(folder, {"good": LENGTH, "bad": NUMBER}, state=True) as core:
        core.run("good", Document("a"))
        core.run("good", Document("a"))
        with pytest.raises(PluginFailed):
            core.run("bad", Document("b"))
    return folder


def asked(project: Path | None, **params: Any) -> Finished:
    """Run the operation as a face does."""
    settings = Settings.read(os.environ, project)
    context = OperationContext(params=Params(**params), project=project, settings=settings)
    return perform(OPERATION, context, lambda _progress: None)


def test_without_a_host_the_log_tells_what_was_run(home: Path) -> None:
    """Counts come from the log, each with the project's name; what only a running engine knows is left out."""
    found = figures(f"{asked(home).text}\n")
    assert found["qualia_plugin_runs_total{outcome=ok,plugin=good,project=interviews}"] == 1
    assert found["qualia_plugin_runs_total{outcome=cached,plugin=good,project=interviews}"] == 1
    assert found["qualia_plugin_runs_total{outcome=failed,plugin=bad,project=interviews}"] == 1
    assert found["qualia_plugin_run_seconds_count{plugin=good,project=interviews}"] == 1
    assert found["qualia_host_up{project=interviews}"] == 0
    assert found["qualia_cache_entries{cache=disk,project=interviews}"] == 1
    only_live = ("qualia_breaker_state", "qualia_cache_hits", "qualia_memory", "qualia_host_runs")
    assert [name for name in found if name.startswith(only_live)] == []


def test_a_host_is_asked_when_one_runs(home: Path) -> None:
    """Breakers, memory and the cache's use are those of the host."""
    with toys(home, {"good": LENGTH, "bad": NUMBER}, state=True, max_failures=2) as core, expose(core, project=home):
        core.run("good", Document("a"))
        for text in ("x", "y"):
            with pytest.raises(PluginFailed):
                core.run("bad", Document(text))
        found = figures(f"{asked(home).text}\n")
    assert found["qualia_host_up{project=interviews}"] == 1
    assert found["qualia_host_runs{project=interviews,state=running}"] == 0
    assert found["qualia_breaker_state{plugin=bad,project=interviews,state=open}"] == 1
    assert found["qualia_cache_hits_total{cache=disk,project=interviews}"] == 1
    assert found["qualia_memory_used_bytes{project=interviews}"] > 0
    assert found["qualia_plugin_runs_total{outcome=failed,plugin=bad,project=interviews}"] == 3


def test_a_project_that_never_ran_has_figures_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a log there are no counts, and looking makes no file."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    new = tmp_path / "new"
    new.mkdir()
    (new / "qualia.toml").touch()
    found = figures(f"{asked(new).text}\n")
    assert [name for name in found if "plugin_runs" in name] == []
    assert "qualia_build_info" in "".join(found)
    assert not (new / ".qualia" / "history.db").exists()


def test_a_file_for_node_exporter_is_readable_by_everybody_and_whole(home: Path, tmp_path: Path) -> None:
    """In a folder it is called after the project, and whatever the umask, another user may read it."""
    folder = tmp_path / "textfiles"
    folder.mkdir()
    before = os.umask(0o077)
    try:
        done = asked(home, textfile=str(folder))
    finally:
        os.umask(before)
    path = folder / "qualia-interviews.prom"
    assert [each.name for each in folder.iterdir()] == [path.name]
    assert done.value == {"path": str(path), "figures": len(figures(path.read_text(encoding="utf-8")))}
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert path.read_text(encoding="utf-8").endswith("\n")


def test_a_file_that_cannot_be_written_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure on the way harms neither the figures that are there nor the folder."""
    path = tmp_path / "qualia.prom"
    path.write_text("old 1\n", encoding="utf-8")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MetricsFailed, match="no space left"):
        write_textfile(path, "new 1\n")
    assert [each.read_text(encoding="utf-8") for each in tmp_path.iterdir()] == ["old 1\n"]


def test_a_file_that_the_collector_would_not_read_is_refused(tmp_path: Path) -> None:
    """A name without the collector's suffix would be written for nobody."""
    with pytest.raises(MetricsFailed, match=r"let it end in \.prom") as refused:
        write_textfile(tmp_path / "qualia.txt", "a 1\n")
    assert refused.value.code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_label_leads_to_no_other_folder(home: Path, tmp_path: Path) -> None:
    """Whatever a project is called, its file is in the folder that was asked for, and the label says it all."""
    folder = tmp_path / "textfiles"
    folder.mkdir()
    done = asked(home, textfile=str(folder), label='../../up "x"\n\udc80')
    assert [each.name for each in folder.iterdir()] == ["qualia-..-..-up-x-udc80.prom"]
    found = figures((folder / Path(done.value["path"]).name).read_text(encoding="utf-8"))
    assert found['qualia_host_up{project=../../up "x"\n\\udc80}'] == 0


def test_openmetrics_is_what_its_parser_takes(home: Path) -> None:
    """The other form holds the same figures and ends as it has to."""
    text = f"{asked(home, openmetrics=True).text}\n"
    assert text.endswith("# EOF\n")
    names = {family.name for family in open_families(text)}
    assert names <= {each.family for each in METRICS if "project" in each.origins}


def test_the_value_holds_the_same_figures_as_the_text(home: Path) -> None:
    """Whoever asks for JSON gets each figure with its labels."""
    done = asked(home, label="ours")
    rows = {row["name"]: row for row in done.value if row["name"] == "qualia_host_up"}
    assert rows == {"qualia_host_up": {"name": "qualia_host_up", "labels": {"project": "ours"}, "value": 0.0}}
    assert len(done.value) == len(figures(f"{done.text}\n"))


def test_what_cannot_be_asked_for_is_said(home: Path) -> None:
    """Without a project, and for a file in a form nobody reads, the error says what to do."""
    with pytest.raises(MetricsFailed, match="--project"):
        asked(None)
    with pytest.raises(MetricsFailed, match="--openmetrics"):
        asked(home, textfile=str(home), openmetrics=True)


def test_the_operation_is_offered_by_its_name() -> None:
    """The entry point leads to the operation."""
    offer = next(each for each in offered() if each.name == "metrics")
    assert offer.load() is OPERATION


def test_a_project_with_very_many_plugins_has_bounded_labels() -> None:
    """The first 200 that ever ran keep labels of their own, so that no count of theirs sinks; the others add up."""
    days = [
        DayCount(
            day=f"2026-01-{1 + number % 28:02}",
            plugin=f"p{number:03}",
            outcome="ok",
            steps=2,
            cached=1,
            total_s=1.0,
            longest_s=1.0,
        )
        for number in range(260)
    ]
    report = HealthReport.of([Component(name=f"check{each}", status="ok") for each in range(60)], at_s=0.0, engine="1")
    seen = Seen(project="x", report=report, days=tuple(days), at_s=0.0)
    found = figures(exposition(seen))
    counts = {name: value for name, value in found.items() if name.startswith("qualia_plugin_runs_total{outcome=ok")}
    assert len(counts) == 201
    assert counts["qualia_plugin_runs_total{outcome=ok,plugin=other,project=x}"] == 60
    more = Seen(
        project="x",
        report=report,
        days=(
            *days,
            DayCount(day="2026-02-01", plugin="a", outcome="ok", steps=1, cached=0, total_s=1.0, longest_s=1.0),
        ),
        at_s=0.0,
    )
    later = figures(exposition(more))
    assert all(later[name] >= value for name, value in counts.items())
    components = {name for name in found if name.startswith("qualia_health_status") and "status=ok" in name}
    assert len(components) == 42


def test_progress_is_told_before_it_looks(home: Path) -> None:
    """Whoever waits hears what is done."""
    told: list[Progress] = []
    context = OperationContext(params=Params(), project=home, settings=Settings.read({}, home))
    perform(OPERATION, context, told.append)
    assert [each.told for each in told] == ["looking"]
