"""The check of a project's backups: how old the newest is and whether it was verified, told without opening one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from qualia_ops.backup.checks import OLD_S, Backups, backups, kept_in
from qualia_ops.backup.create import create
from qualia_ops.backup.moment import moment_of
from qualia_ops.backup.store import note_check

from qualia.errors import InvalidSetting
from qualia.health import Component, Surroundings
from tests.ops.conftest import Finish

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def looked(project: Path | None, *, after_s: float = 60, environ: Any = None) -> Component:
    state = None if project is None else project / ".qualia"
    around = Surroundings(state_dir=state, wall=lambda: AT.timestamp() + after_s)
    return Backups(around, environ or {}).look()


@pytest.fixture
def made(project: Path, archives: Path, finish: Finish[Any]) -> Path:
    """Return a snapshot that was verified."""
    path: Path = finish(create(project, archives, clock=lambda: AT)).path
    note_check(path, AT)
    return path


def test_a_fresh_project_is_not_worse_for_having_none(project: Path) -> None:
    """Unknown counts for nothing; the remedy says how to make one."""
    component = looked(project)
    assert (component.status, component.facts["count"]) == ("unknown", 0)
    assert "qualia backup create" in component.remedy
    assert looked(None).status == "unknown"


def test_a_verified_one_of_today_is_well(project: Path, made: Path) -> None:
    """Its age, its time and that it was verified are facts."""
    component = looked(project, after_s=3600)
    assert (component.status, component.reason) == ("ok", "")
    assert component.facts == {
        "count": 1,
        "unverified": 0,
        "newest_at_s": AT.timestamp(),
        "age_s": 3600.0,
        "verified": True,
        "newest_verified_at_s": AT.timestamp(),
    }


def test_a_name_that_only_looks_like_an_archives_does_no_harm(project: Path, made: Path) -> None:
    """A file of a day that no calendar has is none of the archives."""
    (made.parent / "interviews-20269999T999999Z-abcdef.tar.gz").touch()
    assert looked(project, after_s=3600).facts["count"] == 1


def test_an_old_one_is_told_of(project: Path, made: Path) -> None:
    """After a day and two hours it is degraded, with what to do."""
    assert looked(project, after_s=OLD_S - 1).status == "ok"
    component = looked(project, after_s=OLD_S + 1)
    assert (component.status, component.reason) == ("degraded", "the newest snapshot is 26 hours old")


def test_one_that_changed_since_counts_as_not_verified(
    project: Path, archives: Path, made: Path, finish: Finish[Any]
) -> None:
    """With no other it is failing; beside one that is whole it is degraded."""
    with made.open("ab") as file:
        file.write(b"x")
    assert looked(project).status == "failing"
    newer = finish(create(project, archives, clock=lambda: AT.replace(hour=13))).path
    note_check(newer, AT)
    assert looked(project).status == "ok"
    note_check(newer, None)
    note_check(made, AT)
    component = looked(project)
    assert (component.status, component.facts["unverified"]) == ("degraded", 1)


def test_archives_of_other_projects_do_not_count(project: Path, made: Path, tmp_path: Path) -> None:
    """In a folder of several projects each is told of its own."""
    far = tmp_path / "far"
    far.mkdir()
    for name in (made.name, made.name.replace("interviews", "others"), "by-hand.tar.gz"):
        (far / name).write_bytes(made.read_bytes())
    assert len(kept_in(far)) == 2
    assert looked(project, environ={"BACKUP_DIR": str(far)}).facts["count"] == 1


def test_what_another_program_keeps_is_not_looked_at(project: Path, made: Path) -> None:
    """A repository may be far away and need a password."""
    (project / ".qualia" / "backup.toml").write_text('engine = "restic"\n')
    assert looked(project).status == "unknown"
    assert backups(Surroundings(state_dir=project / ".qualia", wall=lambda: 0.0)).name == "backups"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('engine = "borg"', "there is no engine 'borg'"),
        ("engine = 3", "setting 'engine' must be a text, not 3"),
        ("motor = 'restic'", "setting 'motor' is unknown"),
        ("engine = ", "backup.toml cannot be read"),
    ],
)
def test_settings_nobody_can_follow_are_worse_than_none(project: Path, made: Path, text: str, told: str) -> None:
    """No timer makes a snapshot with them, and nobody else would say so."""
    (project / ".qualia" / "backup.toml").write_text(text, encoding="utf-8")
    component = looked(project)
    assert (component.status, told in component.reason) == ("degraded", True), component.reason
    assert "qualia backup list" in component.remedy


def test_a_repository_without_a_snapshot_has_none(project: Path) -> None:
    """An alert for the first that never came needs the number."""
    (project / ".qualia").mkdir(exist_ok=True)
    (project / ".qualia" / "backup.toml").write_text('engine = "restic"\n', encoding="utf-8")
    assert looked(project).facts["count"] == 0


def test_the_report_of_the_moment_is_in_the_manifest(
    project: Path, archives: Path, finish: Finish[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the report of health as plain data; where nobody can tell, it is why."""
    moment = moment_of(project, {})
    assert moment["status"] in ("ok", "degraded", "failing", "unknown") and moment["components"]
    manifest = finish(create(project, archives, look=lambda: moment)).manifest
    assert json.loads(json.dumps(moment)) == manifest.health

    def refuse(*_words: Any, **_more: Any) -> None:
        raise InvalidSetting("history", "maybe", "it is neither")

    monkeypatch.setattr("qualia.host.look.health_of", refuse)
    assert "maybe" in moment_of(project, {})["reason"]
