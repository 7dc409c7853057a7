"""``qualia doctor``: whether everything is here and well, and what to do where it is not."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

from qualia import Settings
from qualia.cli.upkeep import doctor, machine, project
from qualia.cli.upkeep.findings import Check, Finding, Surroundings
from qualia.cli.upkeep.grammar import CHECKS
from qualia.draw import browser
from qualia.history import History, RunEntry

Run = Callable[..., Any]
NOW_S = 1_790_000_000.0


@pytest.fixture
def around(home: Path) -> Surroundings:
    """Return a project without plugins of its own."""
    return Surroundings(
        environ={"LANG": "en_US.UTF-8"},
        project=home,
        settings=Settings(state_dir=home / ".qualia"),
        now_s=NOW_S,
    )


def told(findings: Iterator[Finding]) -> list[tuple[str, str]]:
    """Return status and sentence of each finding."""
    return [(each.status, each.what) for each in findings]


def log_a_run(state: Path, at_s: float) -> None:
    """Log a run that started at a moment."""
    history = History(state / "history.db", wall=lambda: at_s, warn=print)
    started = datetime.fromtimestamp(at_s, UTC)
    history.add(RunEntry(run_id="a", name="a", document=None, started_at=started, elapsed_s=1.0, outcome="ok"))
    history.close()


# --------------------------------------------------------------------------------------------------------- the command


def test_a_healthy_place_is_healthy(home: Path, qualia: Run) -> None:
    """Inside a project and outside, with the plugins that ship alone, nothing is a problem and the code is 0."""
    for project_file in (False, True):
        if project_file:
            (home / "qualia.toml").write_text("", encoding="utf-8")
        ran = qualia("doctor", plugins=False)
        assert ran.code == 0, ran.out
        assert ran.out.splitlines()[-1].startswith("no problems; ")
        data = qualia("doctor", "--format", "json", plugins=False).data
        assert data["status"] == "ok"
        assert {each["check"] for each in data["checks"]} == {check.name for check in doctor.checks()}
        assert {each["status"] for each in data["checks"]} <= {"ok", "note", "warning"}
    assert sorted(path.name for path in home.iterdir()) == ["qualia.toml"]


def test_broken_plugins_are_problems_with_their_remedies(home: Path, qualia: Run, tmp_path: Path) -> None:
    """A manifest nobody can read is a problem; missing libraries are a warning with the command that mends it."""
    broken = tmp_path / "more" / "torn"
    broken.mkdir(parents=True)
    (broken / "plugin.toml").write_text("id = 7\n", encoding="utf-8")
    ran = qualia("--plugin-dir", str(broken.parent), "doctor", "--check", "plugins")
    assert ran.code == 1
    assert (
        "warning  toy_absent: it needs no-such-distribution>=9\n" in ran.out
        and "pip install 'no-such-distribution>=9'" in ran.out
    )
    assert "problem  torn: " in ran.out
    assert "problems: 1, " in ran.out.splitlines()[-1]
    data = qualia("--plugin-dir", str(broken.parent), "doctor", "--check", "plugins", "-f", "json").data
    assert data["status"] == "problem" and all(each["check"] == "plugins" for each in data["checks"])


def test_two_plugins_of_one_id_are_a_problem(home: Path, qualia: Run, plugin_dir: Path, tmp_path: Path) -> None:
    """Both folders are named."""
    shutil.copytree(plugin_dir / "toy_count", tmp_path / "again" / "toy_count")
    ran = qualia("--plugin-dir", str(tmp_path / "again"), "doctor", "--check", "plugins")
    assert ran.code == 1 and "problem  toy_count: two plugins are called" in ran.out
    assert str(tmp_path / "again") in ran.out


def test_no_plugin_is_imported(home: Path, qualia: Run) -> None:
    """Looking at plugins runs none of their code: one that raises at import is not met."""
    ran = qualia("doctor", "--check", "plugins")
    assert "at import" not in ran.out
    assert not [name for name in sys.modules if "toy_broken" in name]


def test_wrong_settings_do_not_stop_the_others(home: Path, qualia: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that is wrong is a problem of its own check; the others look on with defaults."""
    (home / "qualia.toml").write_text("open_s = 'soon'\n", encoding="utf-8")
    monkeypatch.setenv("QUALIA_HISTROY", "1")
    ran = qualia("doctor", plugins=False)
    assert ran.code == 1
    assert "problem  " in ran.out and "setting 'open_s' must be a float" in ran.out
    assert "QUALIA_HISTROY is set, but is no setting" in ran.out and "QUALIA_HISTORY" in ran.out
    assert "clock" in ran.out


def test_checks_are_chosen_by_name(home: Path, qualia: Run) -> None:
    """Several may be named; an unknown one is a wrong command that names the nearest."""
    data = qualia("doctor", "--check", "clock", "--check", "sqlite", "-f", "json").data
    assert [each["check"] for each in data["checks"]] == ["sqlite", "clock"]
    ran = qualia("doctor", "--check", "clok")
    assert (ran.code, ran.out) == (2, "") and "did you mean clock?" in ran.err
    assert qualia("--project", "nowhere", "doctor").code == 2


def test_a_check_that_raises_is_a_problem_and_no_traceback(around: Surroundings) -> None:
    """What it had found stays, what it raised is told; with --debug it is raised."""

    def look(_around: Surroundings) -> Iterator[Finding]:
        yield Finding(status="ok", what="one")
        raise OSError("the disk is gone")

    check = Check(name="x", title="x", look=look)
    assert told(iter(doctor.made(check, around))) == [
        ("ok", "one"),
        ("problem", "this could not be looked at: OSError: the disk is gone"),
    ]
    with pytest.raises(OSError, match="gone"):
        doctor.made(check, evolve(around, is_debugging=True))


def test_the_grammar_knows_every_check() -> None:
    """The names that may be chosen are those of the checks, in their order."""
    assert tuple(check.name for check in doctor.checks()) == CHECKS


def test_lines_fit_the_terminal() -> None:
    """What is longer than the terminal goes on below itself, and a command is never torn apart inside a word."""
    command = "pip install 'qualia-core[plugins]'"
    findings = [Finding(status="note", what="word " * 40, remedy=command)]
    lines = doctor._shown(Check(name="x", title="title", look=lambda _: ()), findings, 60).splitlines()
    assert all(len(line) <= 60 for line in lines) and len(lines) > 4
    assert lines[-1].endswith(f"-> {command}")
    assert len({len(line) - len(line.lstrip()) for line in lines[2:-1]}) == 1


def test_everything_is_said_in_portuguese(home: Path, qualia: Run) -> None:
    """Titles, statuses, sentences and remedies speak Portuguese when it is asked for."""
    ran = qualia("doctor", "--lang", "pt", plugins=False)
    assert "configurações" in ran.out and "não há projeto aqui: nada é guardado no disco" in ran.out
    assert ran.out.splitlines()[-1].startswith("nenhum problema; ")


# --------------------------------------------------------------------------------------------------------- the machine


def test_an_old_or_poor_sqlite_is_a_problem(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that is too old, and a feature that is missing, are told with the version."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 8, 0))
    assert [each.status for each in machine.sqlite(around)] == ["problem"]
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 60, 0))
    assert [each.status for each in machine.sqlite(around)] == ["ok"]
    monkeypatch.setattr(machine, "_lacking", lambda: "UPSERT")
    assert "cannot do UPSERT" in told(machine.sqlite(around))[0][1]


def test_extras_are_told_with_what_installs_them(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is here is told with versions; what is missing or too old is a note with the pip command."""
    lines = [
        "attrs>=25.4",
        'rich>=13.9; extra == "cli"',
        'rocrate>=0.16; extra == "crate"',
        "pywin32>=1; sys_platform == 'win32' and extra == 'cli'",
        'nox>=1; extra == "dev"',
        'qualia-core[cli,crate]; extra == "all"',
    ]
    monkeypatch.setattr("importlib.metadata.requires", lambda _name: lines)
    monkeypatch.setattr(machine, "installed_versions", lambda _path: {"rich": "14.0", "rocrate": "0.1"})
    found = list(machine.extras(around))
    assert [(each.status, each.what, each.remedy) for each in found] == [
        ("ok", "cli: rich 14.0", ""),
        ("note", "crate: without rocrate>=0.16", "pip install 'qualia-core[crate]'"),
    ]


def test_extras_of_a_checkout_are_those_of_its_pyproject(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package is not installed, the checkout says what belongs to an extra; without one it cannot be told."""
    from importlib.metadata import PackageNotFoundError

    def absent(name: str) -> list[str]:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.requires", absent)
    monkeypatch.setattr(machine, "_of_checkout", lambda: {"cli": ["no-such-distribution>=9"]})
    assert [each.remedy for each in machine.extras(around)] == ["pip install 'qualia-core[cli]'"]
    monkeypatch.setattr(machine, "_of_checkout", dict)
    assert [each.status for each in machine.extras(around)] == ["note"]


def test_missing_fonts_and_browsers_are_told(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No matplotlib is a note, a matplotlib without its fonts a problem, and no browser a note."""
    monkeypatch.setattr(browser, "chromium", lambda: None)
    monkeypatch.setattr(machine, "find_spec", lambda _name: None)
    assert [each.status for each in machine.pictures(around)] == ["note", "note"]
    assert [each.remedy for each in machine.pictures(around)][1].startswith("pip install kaleido; install Chromium")
    monkeypatch.setattr(machine, "find_spec", lambda _name: SimpleNamespace(origin=str(tmp_path / "__init__.py")))
    assert [each.status for each in machine.pictures(around)] == ["problem", "note"]
    fonts = tmp_path / "mpl-data" / "fonts" / "ttf"
    fonts.mkdir(parents=True)
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        (fonts / name).touch()
    monkeypatch.setattr(browser, "chromium", lambda: "/usr/bin/chromium")
    assert [each.status for each in machine.pictures(around)] == ["ok", "ok"]


def test_the_fonts_that_are_looked_for_are_those_that_are_drawn_with() -> None:
    """Where the check looks is where the pictures' fonts come from."""
    pytest.importorskip("matplotlib")
    from qualia.draw.static import font_path

    assert Path(font_path()).is_file() and Path(font_path()).name == "DejaVuSans.ttf"
    assert Path(font_path()).parent.parts[-3:] == ("mpl-data", "fonts", "ttf")


def test_an_encoding_that_lacks_characters_is_a_warning(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Output as ASCII is told with the variable it comes from, and with what mends it."""
    monkeypatch.setattr("sys.stdout", SimpleNamespace(encoding="ascii", isatty=lambda: False))
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "iso8859-1")
    monkeypatch.setattr("locale.getpreferredencoding", lambda *_: "ASCII")
    found = list(machine.terminal(evolve(around, environ={"LC_ALL": "C"})))
    assert [each.status for each in found] == ["warning", "warning", "note", "ok"]
    assert "ascii (LC_ALL=C)" in found[0].what and "PYTHONUTF8=1" in found[0].remedy
    monkeypatch.setattr("sys.stdout", SimpleNamespace(encoding="utf-8", isatty=lambda: True))
    what = [each.what for each in machine.terminal(evolve(around, environ={"TERM": "dumb"}))]
    assert what[0] == "output is written as UTF-8 (no LANG is set)" and what[-1].endswith(", without colours")


def test_few_watches_are_a_warning(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that are low, or used up, are told with what raises them; elsewhere than on Linux all is well."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(machine, "_refused", lambda: "")
    monkeypatch.setattr(machine, "_limit", lambda name: {"max_user_watches": 100, "max_user_instances": 128}[name])
    found = list(machine.watching(around))
    assert [(each.status, each.remedy) for each in found] == [
        ("warning", "sudo sysctl fs.inotify.max_user_watches=65536")
    ]
    monkeypatch.setattr(machine, "_limit", lambda _name: None)
    assert [each.status for each in machine.watching(around)] == ["ok"]
    monkeypatch.setattr(machine, "_refused", lambda: "too many open files")
    assert "--polling" in next(iter(machine.watching(around))).remedy
    monkeypatch.setattr(sys, "platform", "darwin")
    assert [each.status for each in machine.watching(around)] == ["ok"]


def test_a_clock_that_cannot_be_right_is_a_problem(around: Surroundings) -> None:
    """A moment before this version was made, or far ahead, is told."""
    assert [each.status for each in machine.clock(around)] == ["ok"]
    for now_s in (0.0, 1e10):
        assert [each.status for each in machine.clock(evolve(around, now_s=now_s))] == ["problem"]


# --------------------------------------------------------------------------------------------------------- the project


def test_folders_that_cannot_be_written_are_problems(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each folder is tried; the reason is told."""
    assert {each.status for each in project.folders(around)} == {"ok"}
    monkeypatch.setattr(project, "temporary", lambda _folder: ("permission denied",))
    found = [each for each in project.folders(around) if each.status == "problem"]
    assert len(found) == 2 and "permission denied" in found[0].what


def test_a_folder_on_a_network_and_a_full_disk_are_told(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network folder is a note, little room a warning, hardly any a problem."""
    monkeypatch.setattr(project, "read_mounts", lambda: "server:/ / nfs4 rw 0 0\n")
    assert "note" in {each.status for each in project.folders(around)}
    for free, status in ((10_000_000, "problem"), (100_000_000, "warning"), (10_000_000_000, "ok")):
        monkeypatch.setattr("shutil.disk_usage", lambda _folder, free=free: SimpleNamespace(free=free, used=0))
        assert [each.status for each in project.folders(around)][-1] == status


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_files_that_others_can_read_are_a_warning(around: Surroundings) -> None:
    """Results and runs may quote what was said in confidence."""
    assert around.state is not None
    log_a_run(around.state, NOW_S)
    path = around.state / "history.db"
    assert "warning" not in {each.status for each in project.folders(around)}
    path.chmod(0o644)
    found = next(each for each in project.folders(around) if each.status == "warning")
    assert found.remedy == f"chmod 600 '{path}'"


def test_the_history_is_read_and_its_pages_are_looked_at(around: Surroundings) -> None:
    """No history is fine, and so is a sound one; runs of the future, damage and files set aside are told."""
    assert around.state is not None
    assert told(project.history(around)) == [("ok", "no run has been logged here yet")]
    log_a_run(around.state, NOW_S)
    assert [each.status for each in project.history(around)] == ["ok"]
    assert [each.status for each in project.history(evolve(around, now_s=NOW_S - 86_400))] == ["warning"]
    (around.state / "history.db.damaged-1").touch()
    (around.state / "history.db.damaged-1-wal").touch()
    assert [each.status for each in project.history(around)] == ["ok", "note"]
    path = around.state / "history.db"
    with path.open("r+b") as file:
        file.seek(2048)
        file.write(b"\xff" * (path.stat().st_size - 2048))
    assert next(each.status for each in project.history(around)) == "problem"
    path.write_bytes(b"no database " * 100)
    found = next(iter(project.history(around)))
    assert found.status == "problem" and "not a database" in found.what


def test_the_cache_is_looked_at(around: Surroundings) -> None:
    """No cache is fine; damage is a problem with the command that repairs it; switched off is a note."""
    assert around.state is not None
    assert told(project.cache(around)) == [("ok", "nothing is kept here")]
    around.state.mkdir()
    (around.state / "cache.db").write_bytes(b"no database " * 100)
    found = next(iter(project.cache(around)))
    assert (found.status, found.remedy) == ("problem", "qualia cache verify --repair")
    off = evolve(around, settings=Settings(state_dir=around.state, cache_disk_max_bytes=0, history=False))
    assert [each.status for each in project.cache(off)] == ["note"]
    assert [each.status for each in project.history(off)] == ["note"]


def test_plugins_switched_off_and_damaged_decisions_are_told(home: Path, qualia: Run) -> None:
    """A plugin that somebody switched off is a note; a file of decisions nobody can read is a warning."""
    (home / "qualia.toml").write_text("", encoding="utf-8")
    assert qualia("plugins", "disable", "toy_count").code == 0
    assert "note     toy_count is switched off" in qualia("doctor", "--check", "plugins").out
    (home / ".qualia" / "plugins.json").write_text("{", encoding="utf-8")
    ran = qualia("doctor", "--check", "plugins")
    assert "plugins.json" in ran.out and "warning" in ran.out
    assert ran.err == ""
