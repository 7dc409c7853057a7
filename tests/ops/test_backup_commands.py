"""The commands of backups as somebody types them: what they print, what they end with, what they change."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from qualia_ops.backup.asking import PruneParams, RestoreParams, keep_days_in, zone_of
from qualia_ops.backup.commands import RESTORE
from qualia_ops.backup.errors import WrongPolicy
from qualia_ops.backup.lock import locked

from qualia.errors import RunCancelled
from qualia.operations import OperationContext, perform
from qualia.settings import Settings
from tests.cli.conftest import Run

pytest_plugins: list[str] = []
PLUGIN = """
from qualia.plugin import Analyzer, NoParams

class Toy(Analyzer[NoParams, dict]):
    def analyze(self, document, params):
        return {}
"""


def test_from_a_snapshot_to_a_restore(backup: Run, project: Path) -> None:
    """Made, listed, shown, verified, looked at and brought back, each tells what it did."""
    made = backup("create", "--note", "first", "--format", "json")
    assert (made.code, made.data["complete"], made.data["note"]) == (0, True, "first")
    assert made.data["health"] == {"reason": "nobody looked"}
    assert [each["path"] for each in made.data["secrets"]] == [".env"]
    name = made.data["id"]
    [listed] = backup("list", "--format", "json").data
    assert (listed["id"], listed["complete"], bool(listed["verified_at"])) == (name, True, True)
    assert f"{name} of interviews" in backup("show", name).out
    assert "texts/one.txt" in backup("show", "--files").out
    assert backup("verify").out == f"{name} is whole: every byte was read and compared\n"
    (project / "texts" / "one.txt").write_text("spoilt\n")
    assert "~ texts/one.txt" in backup("restore", "--dry-run").out
    refused = backup("restore")
    assert (refused.code, "add --yes" in refused.err) == (2, True)
    done = backup("restore", name[:12], "--yes")
    assert (done.code, 'cd "$PWD"' in done.out) == (0, True)
    assert (project / "texts" / "one.txt").read_text() == "one\n"


def test_who_stands_in_the_project_stands_there_after_a_restore(
    backup: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that goes on, such as a host, restores again and again; where its folder is gone, it stands above."""
    monkeypatch.chdir(project / "texts")
    named = ("--yes", "--project", str(project))
    backup("create", "--project", str(project))
    for _round in range(2):
        assert backup("restore", *named).code == 0
        assert Path.cwd() == project / "texts"
    (project / "later").mkdir()
    monkeypatch.chdir(project / "later")
    assert backup("restore", *named).code == 0
    assert Path.cwd() == project


def test_a_process_whose_folder_is_gone_restores(
    backup: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else may have restored the project under it; that is no reason to fail."""
    backup("create")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert backup("restore", "--yes", "--project", str(project)).code == 0


def test_backup_alone_makes_one(backup: Run, archives: Path) -> None:
    """Without a word more it is as if create had been said."""
    assert backup().code == 0
    assert len(list(archives.glob("*.tar.gz"))) == 1


def test_each_outcome_has_its_code(backup: Run, project: Path, archives: Path, tmp_path: Path) -> None:
    """Incomplete is 3, wrong words 2, locked 11, corrupt 13."""
    assert backup("show").code == 2
    assert "make one with `qualia backup create`" in backup("show").err
    (project / "a\\b").touch()
    incomplete = backup("create")
    assert (incomplete.code, "incomplete: 1" in incomplete.out) == (3, True)
    with locked(archives):
        refused = backup("create", "--format", "json")
    assert (refused.code, refused.data["error"]) == (11, "BackupLocked")
    [path] = archives.glob("*.tar.gz")
    path.write_bytes(path.read_bytes()[:-9])
    for words in (("verify", str(path)), ("restore", str(path), "--yes"), ("verify", "--all"), ("show", str(path))):
        assert backup(*words).code == 13
    assert "unusable" in backup("list").out
    assert backup("restore", "nothing", "--yes").code == 2
    assert backup("prune", "--keep-last", "0", *_none(), "--yes").code == 2


def _none() -> list[str]:
    return [word for kind in ("daily", "weekly", "monthly", "yearly") for word in (f"--keep-{kind}", "0")]


def test_pruning_tells_reasons(backup: Run, archives: Path) -> None:
    """A dry run needs nobody's word; the real one removes what it named."""
    backup()
    backup()
    told = backup("prune", "--keep-last", "1", *_none(), "--dry-run")
    assert (told.code, "kept: 1, would go: 1" in told.out) == (0, True)
    assert "last 1 of 1" in told.out
    assert backup("prune", "--keep-last", "1", *_none(), "--yes").code == 0
    assert len(list(archives.glob("*.tar.gz"))) == 1


def test_a_snapshot_goes_elsewhere(backup: Run, tmp_path: Path) -> None:
    """A copy is read before it counts, and a whole project is written into a folder of its own."""
    backup()
    copy = backup("export", "latest", str(tmp_path), "--format", "json").data["path"]
    assert backup("verify", copy).code == 0
    assert backup("export", "latest", copy).code == 1
    assert backup("restore", "--to", str(tmp_path / "then"), "--yes").code == 0
    assert (tmp_path / "then" / "texts" / "one.txt").is_file()
    assert backup("restore", "--to", str(tmp_path / "then"), "--only", "x", "--yes").code == 2


def test_a_place_that_is_none_is_named(backup: Run, tmp_path: Path) -> None:
    """What is told of is what was typed, never a temporary name."""
    assert backup("create").code == 0
    far = backup("export", "latest", str(tmp_path / "far" / "usb"))
    assert (far.code, far.err) == (1, f"qualia: error: there is no folder {tmp_path / 'far'}; make it first\n")
    (tmp_path / "file").write_text("")
    inside = backup("export", "latest", str(tmp_path / "file" / "usb"))
    assert (inside.code, str(tmp_path / "file") in inside.err, ".part" in inside.err) == (1, True, False)
    listed = backup("list", "--folder", str(tmp_path / "file"))
    assert (listed.code, listed.err) == (1, f"qualia: error: {tmp_path / 'file'} is no folder\n")


def test_settings_that_cannot_be_read_are_told_in_few_words(backup: Run, project: Path) -> None:
    """Bytes that are no text, a folder in the file's place, a password that is not there."""
    path = project / ".qualia" / "backup.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\xff\xfe")
    assert backup("list").err == f"qualia: error: {path} cannot be read: it is not UTF-8\n"
    path.unlink()
    path.mkdir()
    assert backup("list").err == f"qualia: error: {path} cannot be read: is a directory\n"


def test_the_seeds_variables_are_understood(
    backup: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BACKUP_DIR says where archives are kept and BACKUP_KEEP_DAYS how long."""
    monkeypatch.setenv("BACKUP_DIR", str(tmp_path / "far"))
    backup()
    assert len(list((tmp_path / "far").glob("*.tar.gz"))) == 1
    context = OperationContext(params=PruneParams(), project=project, settings=Settings())
    assert keep_days_in(context, {"BACKUP_KEEP_DAYS": "30"}) == 30
    assert keep_days_in(context, {}) == 0
    with pytest.raises(WrongPolicy, match="must be a number of days"):
        keep_days_in(context, {"BACKUP_KEEP_DAYS": "soon"})
    with pytest.raises(WrongPolicy, match="no time zone"):
        zone_of("Europe/Nowhere")


def test_without_a_project_it_says_what_to_do(backup: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no project stands nothing is guessed."""
    (tmp_path / "bare").mkdir()
    monkeypatch.chdir(tmp_path / "bare")
    ran = backup()
    assert (ran.code, "name it with --project" in ran.err) == (2, True)


def test_a_drill_finds_what_could_not_be_worked_with(backup: Run, project: Path) -> None:
    """Databases are checked and the project's own plugins loaded, in a process of their own; nothing is left behind."""
    shutil.rmtree(project / "plugins")
    backup()
    good = backup("drill", "--format", "json")
    assert (good.code, good.data["good"], good.data["databases"]) == (0, True, {".qualia/history.db": ""})


@pytest.mark.whole
def test_a_drill_loads_plugins(backup: Run, project: Path) -> None:
    """One that works is loaded, and of one that does not it is told why."""
    manifest = 'kind = "analyzer"\nversion = "1.0.0"\napi = ">=1,<2"\nsummary = "A toy."\nentry = "Toy"\n'
    for name, code in (("toy", PLUGIN), ("torn", "import no_such_module_at_all\n")):
        folder = project / "plugins" / name
        folder.mkdir(exist_ok=True)
        (folder / "plugin.toml").write_text(f'id = "{name}"\n{manifest}')
        (folder / "__init__.py").write_text(code)
    backup()
    ran = backup("drill", "--format", "json")
    assert (ran.code, ran.data["plugins"]["toy"]) == (1, "")
    assert "no_such_module_at_all" in ran.data["plugins"]["torn"]


def test_a_restore_that_is_called_off_changes_nothing(backup: Run, project: Path, archives: Path) -> None:
    """Cancelled where it tells of progress, it leaves the project and nothing beside it."""
    backup()
    (project / "texts" / "one.txt").write_text("newer\n")
    context = OperationContext(params=RestoreParams(), project=project, settings=Settings())
    with pytest.raises(RunCancelled):
        perform(RESTORE, context, lambda _progress: context.token.cancel())
    assert (project / "texts" / "one.txt").read_text() == "newer\n"
    assert [path.name for path in project.parent.iterdir()] == ["interviews"]


def test_an_old_history_comes_back_whole(backup: Run, project: Path) -> None:
    """After a restore the database answers as it did when the snapshot was made."""
    backup()
    with closing(sqlite3.connect(project / ".qualia" / "history.db")) as db, db:
        db.execute("DROP TABLE runs")
    assert backup("restore", "--yes").code == 0
    with closing(sqlite3.connect(project / ".qualia" / "history.db")) as db:
        assert db.execute("SELECT count(*) FROM runs").fetchone() == (100,)
    assert zone_of("UTC").utcoffset(None) in (None, UTC.utcoffset(None))


def test_the_fast_way_is_the_usual_one_where_its_library_is(
    backup: Any, archives: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to ask for zstd; where no library for it is installed archives are gzip, and nothing fails."""
    monkeypatch.delenv("BACKUP_COMPRESS")
    assert backup("create").code == 0
    monkeypatch.setattr("qualia_ops.backup.frames.import_module", _absent)
    assert backup("create").code == 0
    assert sorted(path.suffix for path in archives.glob("*.tar.*")) == [".gz", ".zst"]


def _absent(name: str) -> Any:
    raise ImportError(name)
