"""Files that let the system make backups by itself, read as that system reads them."""

from __future__ import annotations

import configparser
import os
import plistlib
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from qualia_ops.backup.schedule import Plan, units

from tests.cli.conftest import Run

ANALYZE = shutil.which("systemd-analyze")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Return a plan for a project with a name that is trouble everywhere."""
    folder = tmp_path / "100% \"mine\" & $HOME 'too' <b>"
    folder.mkdir()
    return Plan(project=folder, at="23:15")


def test_units_of_systemd_catch_up_and_spread(plan: Plan, tmp_path: Path) -> None:
    """A night switched off is made up for, not everybody begins at once, and the drill follows the backup."""
    service, timer, drill, weekly = units("systemd", plan, home=tmp_path, python="/usr/bin/python3")
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
    parsed.read_string(timer.text)
    assert parsed["Timer"] == {"oncalendar": "*-*-* 23:15:00", "persistent": "true", "randomizeddelaysec": "15min"}
    parsed.read_string(weekly.text)
    assert parsed["Timer"] == {"oncalendar": "Mon *-*-* 00:15:00", "persistent": "true", "randomizeddelaysec": "2h"}
    assert '"backup" "create"' in service.text and '"prune" "--yes"' in service.text and '"drill"' in drill.text


@pytest.mark.whole
@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")
def test_systemd_takes_its_units(plan: Plan, tmp_path: Path) -> None:
    """systemd-analyze has nothing to say against the units, and knows when they begin."""
    paths: list[Path] = []
    for unit in units("systemd", plan, home=tmp_path):
        unit.path.parent.mkdir(parents=True, exist_ok=True)
        unit.path.write_text(unit.text)
        paths.append(unit.path)
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path), "SYSTEMD_LOG_LEVEL": "warning"}
    words = [str(ANALYZE), "verify", "--user", "--man=no", *map(str, paths)]
    done = subprocess.run(words, capture_output=True, text=True, env=environ, timeout=60, check=False)
    ours = [line for line in done.stderr.splitlines() if any(path.stem in line for path in paths)]
    assert (done.returncode, ours) == (0, [])
    times = re.findall(r"OnCalendar=(.*)", "".join(path.read_text() for path in paths))
    assert (
        subprocess.run([str(ANALYZE), "calendar", *times], capture_output=True, timeout=60, check=False).returncode == 0
    )


def test_the_words_of_a_unit_are_those_of_the_command(plan: Plan, tmp_path: Path) -> None:
    """Quoted for systemd and read back by its rules, the project's path is what it was."""
    service = units("systemd", plan, home=tmp_path)[0]
    lines = re.findall(r"(?m)^ExecStart=(.*)$", service.text)
    words = [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r'"((?:\\.|[^"\\])*)"', lines[0])]
    assert words[1:5] == ["-m", "qualia", "backup", "create"]
    assert words[-1].replace("%%", "%").replace("$$", "$") == str(plan.project.resolve())


def test_lines_of_a_crontab_are_read_by_cron_and_the_shell(plan: Plan, tmp_path: Path) -> None:
    """Five fields in their ranges, per cent signs escaped, and a command that a shell parses into the right words."""
    [table] = units("cron", plan, home=tmp_path)
    rows = [line for line in table.text.splitlines() if not line.startswith("#")]
    assert len(rows) == 2
    for row, times in zip(rows, ("15 23 * * *", "15 0 * * 1"), strict=True):
        *fields, command = row.split(" ", 5)
        assert " ".join(fields) == times
        assert re.search(r"(?<!\\)%", command) is None
        line = command.replace("\\%", "%")
        waiting, *runs = line.split(" ; ")
        assert re.fullmatch(r"sleep \d+", waiting) and int(waiting.split()[1]) < 900
        assert all(shlex.split(run)[-1] == str(plan.project.resolve()) for run in runs)
        assert subprocess.run(["/bin/sh", "-n", "-c", line], check=False).returncode == 0


def test_agents_of_launchd_are_property_lists(plan: Plan, tmp_path: Path) -> None:
    """Each is read as a property list, begins at its time, and holds a line that a shell parses."""
    daily, weekly = (plistlib.loads(agent.text.encode()) for agent in units("launchd", plan, home=tmp_path))
    assert daily["StartCalendarInterval"] == {"Hour": 23, "Minute": 15}
    assert weekly["StartCalendarInterval"] == {"Hour": 0, "Minute": 15, "Weekday": 1}
    for each in (daily, weekly):
        shell, option, line = each["ProgramArguments"]
        assert subprocess.run([shell, "-n", option, line], check=False).returncode == 0
        assert shlex.split(line)[-1] == str(plan.project.resolve())
        assert each["Label"].startswith("org.qualia.")


def test_showing_writes_nothing(backup: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word, and with --print, the files are told; contradictions and times that are none are refused."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for words in ((), ("--print",), ("--systemd",), ("--cron",), ("--launchd",)):
        ran = backup("schedule", *words)
        assert (ran.code, "nothing was written" in ran.out) == (0, True)
    assert not (tmp_path / "home").exists()
    for refused in (("--systemd", "--cron"), ("--at", "25:00"), ("--print", "--write")):
        assert backup("schedule", *refused).code == 2


def test_units_are_written_when_asked_for(backup: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They stand whole where the system looks for them, and the next command is told."""
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    told = backup("schedule", "--systemd", "--format", "json").data
    assert {each["state"] for each in told} == {"missing"}
    assert "systemctl --user enable --now" in backup("schedule", "--systemd", "--write").out
    Path(told[0]["path"]).write_text("[Unit]\n")
    states = [each["state"] for each in backup("schedule", "--systemd", "--format", "json").data]
    assert states == ["other", "same", "same", "same"]
    found = sorted(path.suffix for path in (home / ".config" / "systemd" / "user").iterdir())
    assert found == [".service", ".service", ".timer", ".timer"]
    ran = backup("schedule", "--cron", "--write", "--format", "json")
    assert [each["written"] for each in ran.data] == [True]
    assert Path(ran.data[0]["path"]).read_text() == ran.data[0]["text"]
    assert "launchctl load" in backup("schedule", "--launchd", "--write").out


def test_the_engine_goes_along(backup: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What variables choose, which nobody sets at night, stands in the commands; no password does."""
    for name in ("RESTIC_PASSWORD_FILE", "RESTIC_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RESTIC_PASSWORD", "hush")
    monkeypatch.setenv("BACKUP_ENGINE", "restic")
    refused = backup("schedule", "--cron")
    assert (refused.code, "--password-file" in refused.err) == (2, True)
    monkeypatch.setenv("BACKUP_REPOSITORY", "s3:host/bucket")
    told = backup("schedule", "--cron", "--password-file", str(tmp_path / "key")).out
    assert f"--engine restic --repository s3:host/bucket --password-file {tmp_path / 'key'}" in told
    assert "hush" not in told


def test_archives_made_at_night_are_encrypted_as_those_made_by_day(
    backup: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What variables say of keys stands in the commands, each where it belongs; a password has to be in a file."""
    monkeypatch.setenv("BACKUP_RECIPIENTS", "age1abc, age1def")
    monkeypatch.setenv("BACKUP_IDENTITY_FILE", str(tmp_path / "key"))
    create, drill = [line for line in backup("schedule", "--cron").out.splitlines() if " -m qualia " in line]
    made, pruned = create.split(" ; ")[1:]
    assert "--recipient age1abc --recipient age1def" in made
    assert "--recipient" not in pruned + drill and f"--identity {tmp_path / 'key'}" in drill
    monkeypatch.delenv("BACKUP_RECIPIENTS")
    monkeypatch.setenv("BACKUP_PASSWORD", "hush")
    refused = backup("schedule", "--cron")
    assert (refused.code, "name a file with --password-file" in refused.err) == (2, True)
    monkeypatch.setenv("BACKUP_PASSWORD_FILE", str(tmp_path / "word"))
    told = backup("schedule", "--cron").out
    assert told.count(f"--password-file {tmp_path / 'word'}") == 3 and "hush" not in told
