"""Backups kept by restic: the same commands, rules and guarantees as with archives."""

from __future__ import annotations

import base64
import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from qualia_ops.backup.checks import Backups
from qualia_ops.backup.create import create
from qualia_ops.backup.engines import PASSWORDS, choice_in
from qualia_ops.backup.errors import BackupFailed, BackupLocked, NoSuchSnapshot, WrongKey, WrongPolicy
from qualia_ops.backup.manifest import Rules
from qualia_ops.backup.reading import Sink
from qualia_ops.backup.restic import making
from qualia_ops.backup.restic.commands import Snapshot
from qualia_ops.backup.restic.making import make, pattern
from qualia_ops.backup.restic.notes import made, notes_in, removed, verified
from qualia_ops.backup.restic.program import NoRepository, Restic, failure, found, shown
from qualia_ops.backup.restic.repository import STAGE, Repository, tags_of
from qualia_ops.backup.restore import restore_elsewhere_from, restore_from

from qualia.errors import InvalidSetting, OperationUnavailable
from qualia.health import Surroundings
from qualia.operations import OperationContext
from qualia.settings import Settings
from tests.cli.conftest import Run
from tests.ops.conftest import Finish, Look

needs_restic = [pytest.mark.whole, pytest.mark.skipif(shutil.which("restic") is None, reason="restic is not here")]


# Of a repository whose password is hush, with the cheapest key there can be: one of restic's own takes half a second.
_CONFIG = (
    "7/mpzJTg9Zg5BEAEQh7rfG5I6L7HLBKIwoz2oZO0MKF5X8lxWcBNwesAhhGMmWFdI5H6m4oAEJjJaREmIdeKkHf/Pnl1u7WmmCjZ"
    "Y5v4CTZ3jTaBYSH5FmyYj/OJViqDq15QsvK8+o99CQX7KH0YO+2N3V7GsvdM2PCpavnHDrfnFlpxik5vNnIp0pX7wRNDtqt8/ai/"
    "smaOl8E="
)
_SALT = "XFEuHXIcHKj+4MxE0IeuE7LWJxrs3RZJ0exkMucGNxZPh693gF5nAc4TMutxVIfW1thcGilcxSN3yJ7lcO08lA=="
_DATA = (
    "dxdOq+NsVoz9ZhF+Qh42s9zEo4BuwhAWPdUiY4IHoVWuKQHbSufOg/YLkqwEAll+AJeyZds6KZJOo9LqdYbp4yx4eKjT3s11iypi"
    "EUFh0VLzQTjISt6eBb55XC1cuhniX34udFbcx/yMhvR7R5cKJ1Zd3Ll+b9PuD1T2fa9bRsSO6KT7Png3Eh1rSHdgbUzcGR9Ihn/5"
    "yDK20n7AMJruJQ=="
)


def empty_repository(place: Path) -> None:
    """Make a repository without snapshots, which opens at once."""
    facts = {"created": "2026-01-01T00:00:00Z", "username": "", "hostname": "", "kdf": "scrypt", "N": 2, "r": 1, "p": 1}
    key = json.dumps({**facts, "salt": _SALT, "data": _DATA}).encode()
    for name in ("data", "index", "keys", "locks", "snapshots"):
        (place / name).mkdir(parents=True)
    (place / "config").write_bytes(base64.b64decode(_CONFIG))
    (place / "keys" / sha256(key).hexdigest()).write_bytes(key)


@pytest.fixture
def restic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Restic:
    """Return restic with an empty repository beside the project, chosen for every command."""
    empty_repository(tmp_path / "far")
    for name in (*PASSWORDS, "RESTIC_REPOSITORY", "BACKUP_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RESTIC_PASSWORD", "hush")
    monkeypatch.setenv("RESTIC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("BACKUP_ENGINE", "restic")
    monkeypatch.setenv("BACKUP_REPOSITORY", str(tmp_path / "far"))
    return found(str(tmp_path / "far"), dict(os.environ))


class TestWithRestic:
    """What is seen with the program itself."""

    pytestmark = needs_restic

    def test_from_a_snapshot_to_a_restore(
        self, backup: Run, restic: Restic, project: Path, archives: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Made, listed, shown, verified, compared, brought back: each command does there what it does here."""
        made = backup("create", "--note", "first, 100 %", "--format", "json")
        assert (made.code, made.data["complete"], made.data["note"]) == (0, True, "first, 100 %")
        assert ([each["path"] for each in made.data["secrets"]], made.data["secrets_are"]) == ([".env"], "encrypted")
        assert not (project / STAGE).exists()
        name = made.data["id"]
        [listed] = backup("list", "--format", "json").data
        assert (listed["id"], listed["complete"], listed["note"], listed["verified_at"]) == (
            name,
            True,
            "first, 100 %",
            None,
        )
        assert f"{name} is whole" in backup("verify").out
        assert notes_in(archives)[name].verified_at
        shown_text = backup("show", name[:12], "--files").out
        assert "texts/one.txt" in shown_text and STAGE not in shown_text
        (project / "texts" / "one.txt").write_text("spoilt\n")
        (project / ".env").unlink()
        assert "~ texts/one.txt" in backup("restore", "--dry-run").out
        assert backup("restore", "--yes").code == 0
        assert (project / "texts" / "one.txt").read_text() == "one\n"
        assert (project / ".env").read_text() == "TOKEN=hush-hush\n"
        with closing(sqlite3.connect(project / ".qualia" / "history.db")) as db:
            assert db.execute("SELECT count(*) FROM runs").fetchone() == (100,)
        monkeypatch.chdir(project)
        refused = backup("export")
        assert (refused.code, "restic copy" in refused.err) == (2, True)

    def test_what_comes_back_is_what_an_archive_brings_back(
        self, restic: Restic, project: Path, archives: Path, tmp_path: Path, finish: Finish[Any], look: Look
    ) -> None:
        """Strange names, links, modes, times and empty folders come back as they were, whichever engine kept them."""
        for name in ("a b", "line\nbreak", "b[rack]et*?", "$HOME", " led and trailed ", "é", "e\u0301"):
            (project / "texts" / name).write_text(name)
        (project / "left").mkdir()
        (project / "left" / "out.txt").write_text("never")
        rules = Rules(exclude=("left/",))
        made = finish(create(project, archives, rules=rules))
        mine = finish(make(project, archives, restic, rules=rules))
        assert {each.path for each in mine.manifest.entries} == {each.path for each in made.manifest.entries}
        repository = Repository(restic=restic, place=mine.manifest.place)
        source = Snapshot(repository=repository, kept=repository.find("latest"))
        finish(restore_elsewhere_from(source, tmp_path / "then"))
        there, here = look(tmp_path / "then"), look(project)
        gone = {path for path in here if path.startswith((".env", ".git", "left", ".qualia", "plugins/toy/__py"))}
        assert {path: what for path, what in there.items() if not path.startswith(".qualia")} == {
            path: what for path, what in here.items() if path not in gone
        }

    def test_one_damaged_piece_is_found_and_nothing_is_written(
        self, backup: Run, restic: Restic, project: Path, tmp_path: Path, look: Look
    ) -> None:
        """Verify and restore end with 13, and the project stays as it is."""
        assert backup("create").code == 0
        for pack in (tmp_path / "far" / "data").glob("*/*"):
            pack.chmod(0o600)
            data = bytearray(pack.read_bytes())
            data[len(data) // 3] ^= 4
            pack.write_bytes(bytes(data))
        (project / "texts" / "one.txt").write_text("newer\n")
        before = look(project)
        assert {backup(*words).code for words in (("verify",), ("restore", "--yes"))} == {13}
        assert look(project) == before
        assert [path.name for path in project.parent.iterdir()] == ["interviews"]

    def test_rules_keep_and_remove(self, backup: Run, restic: Restic) -> None:
        """The same rules as for archives, with reasons; what is damaged counts as not verified."""
        for _number in range(2):
            assert backup("create").code == 0
        none = [word for kind in ("daily", "weekly", "monthly", "yearly") for word in (f"--keep-{kind}", "0")]
        told = backup("prune", "--keep-last", "1", *none, "--dry-run")
        assert (told.code, "kept: 1, would go: 1" in told.out, "newest that was verified" in told.out) == (
            0,
            True,
            True,
        )
        assert backup("prune", "--keep-last", "1", *none, "--yes").code == 0
        assert len(backup("list", "--format", "json").data) == 1

    def test_wrong_password_and_no_repository_have_their_codes(
        self, backup: Run, restic: Restic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """12 for a password that does not open it or is not given, 2 where nothing was kept yet."""
        shutil.rmtree(restic.repository)
        assert backup("list").out.startswith("there is no snapshot yet")
        assert backup("show").code == 2
        assert "the repository is new" in backup("create").out
        monkeypatch.setenv("RESTIC_PASSWORD", "wrong")
        ran = backup("list")
        assert (ran.code, "does not open" in ran.err) == (12, True)
        monkeypatch.delenv("RESTIC_PASSWORD")
        ran = backup("list")
        assert (ran.code, "RESTIC_PASSWORD_FILE" in ran.err) == (12, True)

    def test_a_lock_of_the_dead_is_removed_and_one_of_the_living_is_not(self, restic: Restic) -> None:
        """Nobody has to unlock anything after a kill; while somebody is at work that one is named."""
        words = [restic.binary, "--repo", restic.repository, "backup", "--stdin"]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(restic.environ)) as holder:
            locks = Path(restic.repository, "locks")
            for _number in range(3000):
                if any(locks.iterdir()):
                    break
                with pytest.raises(subprocess.TimeoutExpired):
                    holder.wait(0.01)
            with pytest.raises(BackupLocked, match=f"process {holder.pid}"):
                Repository(restic=restic, place=None).check()
            holder.kill()
            holder.wait()
        assert any(locks.iterdir())
        Repository(restic=restic, place=None).check()

    def test_a_project_that_changes_is_taken_again(
        self, restic: Restic, project: Path, archives: Path, finish: Finish[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What changes once between our reading and restic's is read again; what always does is told as incomplete."""
        changes = iter(range(1_000))

        def changing(manifest: Any) -> str:
            (project / "texts" / "always.txt").write_text("x" * next(changes))
            if manifest.note == "" and not (project / "once").exists():
                (project / "once").touch()
                (project / "texts" / "one.txt").write_text("two\n")
            return tags(manifest)

        tags = tags_of
        (project / "texts" / "always.txt").write_text("")
        monkeypatch.setattr(making, "tags_of", changing)
        made = finish(make(project, archives, restic))
        assert [each.path for each in made.manifest.problems] == ["texts/always.txt"]
        repository = Repository(restic=restic, place=None)
        [kept] = repository.snapshots()
        assert not kept.is_complete
        finish(repository.read(kept, repository.manifest(kept), Sink()))

    def test_a_restore_called_off_changes_nothing(
        self, restic: Restic, project: Path, archives: Path, finish: Finish[Any], look: Look
    ) -> None:
        """Stopped where it tells of progress, restic is ended and nothing stands beside the project."""
        finish(make(project, archives, restic))
        repository = Repository(restic=restic, place=None)
        before = look(project)
        work = restore_from(Snapshot(repository=repository, kept=repository.find("latest")), project, archives)
        next(work)
        work.close()
        assert look(project) == before
        assert [path.name for path in project.parent.iterdir()] == ["interviews"]

    def test_after_a_loss_a_project_is_known_by_its_name(
        self, restic: Restic, project: Path, archives: Path, tmp_path: Path, finish: Finish[Any]
    ) -> None:
        """Where nothing of its place is, the snapshots of its name count; an id finds anybody's; rules remove none."""
        made = finish(make(project, archives, restic)).manifest
        moved = Repository(restic=restic, place="elsewhere", project="interviews")
        assert [each.id for each in moved.nearest()] == [made.id]
        assert (moved.find("latest").id, moved.snapshots()) == (made.id, ())
        other = Repository(restic=restic, place="elsewhere", project="other")
        assert (other.nearest(), other.find(made.id[:12]).id) == ((), made.id)

    def test_a_repository_far_away_is_passed_through(self, restic: Restic, tmp_path: Path) -> None:
        """An address restic knows reaches it as it is; what fails there is told without its credentials."""
        far = found("rest:http://name:secret@127.0.0.1:1/x/", dict(restic.environ))
        assert not far.is_local
        with pytest.raises(BackupFailed) as caught:
            far.answer("snapshots", "--no-lock", "--json")
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "told", "kind"),
    [
        (12, "", 12),
        (1, "Fatal: wrong password or no key found", 12),
        (11, "", 11),
        (1, "unable to create lock in backend: repository is already locked by PID 41 on x", 11),
        (10, "", 2),
        (1, "Fatal: unable to open config file: stat x: no such file", 2),
        (1, "Fatal: unable to save snapshot: write x: no space left on device", 28),
        (1, "Fatal: repository contains errors", 13),
        (1, "cannot dump file: decrypting blob b3 failed: ciphertext verification failed", 13),
        (1, '{"message_type":"exit_error","code":1,"message":"Fatal: something new"}', 1),
        (130, "", 1),
    ],
)
def test_each_end_of_restic_has_its_code(code: int, told: str, kind: int) -> None:
    """Codes of its own where a version has them, else its sentences."""
    assert failure(code, told, "/far").exit_code == kind


def test_the_sentence_of_a_failure_is_restics() -> None:
    """The fatal line is told, out of JSON too, without credentials."""
    assert str(failure(1, "x\nFatal: no luck at s3://me:key@host\ny", "/far")) == (
        "restic ended with 1: no luck at s3://***@host"
    )
    assert str(failure(9, '{"message":"Fatal: no luck"}', "/far")) == "restic ended with 9: no luck"
    assert str(failure(9, "", "/far")) == "restic ended with 9: it said nothing"
    assert "PID" not in str(failure(1, "already locked by PID 41", "/far")) and "41" in str(
        failure(1, "already locked by PID 41", "/far")
    )
    assert shown("rest:https://me:key@host/x") == "rest:https://***@host/x"
    assert isinstance(failure(10, "", "/far"), NoRepository)


def test_without_the_program_the_remedy_is_told(tmp_path: Path) -> None:
    """One sentence says that it is missing and how it comes."""
    with pytest.raises(OperationUnavailable, match="apt install restic"):
        found("/far", {"PATH": str(tmp_path), "RESTIC_PASSWORD": "x"})


@pytest.fixture
def binary(tmp_path: Path) -> dict[str, str]:
    """Return variables under which something called restic is found."""
    program = tmp_path / "bin" / "restic"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    return {"PATH": str(program.parent)}


def test_a_file_without_a_password_is_named(binary: dict[str, str], tmp_path: Path) -> None:
    """That the file is missing is told before restic says that the password is wrong."""
    with pytest.raises(WrongPolicy, match="nowhere cannot be read: no such file"):
        found(str(tmp_path / "kept"), binary, str(tmp_path / "nowhere"))


def test_a_password_is_never_an_argument(binary: dict[str, str], tmp_path: Path) -> None:
    """It comes from restic's variables or a file; a file that is named is stronger; without any nothing is started."""
    with pytest.raises(WrongKey, match="--password-file"):
        found("/far", binary)
    (tmp_path / "key").write_text("y")
    restic = found("far", {**binary, "RESTIC_PASSWORD": "x", "RESTIC_REPOSITORY": "/other"}, str(tmp_path / "key"))
    assert restic.environ["RESTIC_PASSWORD_FILE"] == str(tmp_path / "key")
    assert not {"RESTIC_PASSWORD", "RESTIC_REPOSITORY"} & {*restic.environ}
    assert restic.repository == str(Path("far").absolute())
    with pytest.raises(BackupFailed, match="no address"):
        found("-o", {**binary, "RESTIC_PASSWORD": "x"})


def test_what_is_an_archives_is_refused_and_a_password_may_be_read(
    backup: Any, binary: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys and compression of archives mean nothing to restic; ``-`` reads the password from standard input."""
    monkeypatch.setenv("PATH", binary["PATH"])
    for name in PASSWORDS:
        monkeypatch.delenv(name, raising=False)
    refused = backup("create", "--engine", "restic", "--compress", "gz")
    assert (refused.code, "leave --compress out" in refused.err) == (2, True)
    refused = backup("list", "--engine", "restic", "--repository", "elsewhere")
    assert (refused.code, "--password-file" in refused.err) == (12, True)
    Path(binary["PATH"], "restic").write_text('#!/bin/sh\n[ "$RESTIC_PASSWORD" = typed ] && echo "[]"\n')
    assert backup("list", "--engine", "restic", "--password-file", "-", typed="typed\n").code == 0
    Path("key").write_text("y")
    inside = backup("list", "--engine", "restic", "--repository", "texts", "--password-file", "key")
    assert (inside.code, "a restore would remove it" in inside.err) == (2, True)


def test_lines_that_are_no_json_are_passed_over(binary: dict[str, str], tmp_path: Path) -> None:
    """Whatever a version adds in between, objects are found, on stderr and in lists too; strange ones harm nothing."""
    program = tmp_path / "bin" / "restic"
    program.write_text("#!/bin/sh\necho noise; echo '{\"a\": 1}'; echo '[{\"b\": 2}, 3]'; echo '{\"c\": 3}' >&2\n")
    restic = found("/far", {**binary, "RESTIC_PASSWORD": "x"})
    assert list(restic.lines("snapshots")) == [{"a": 1}, {"b": 2}, {"c": 3}]
    foreign = json.dumps([{"id": "1", "tags": ["qualia-backup", "id=x"]}, {"id": 2}, {"tags": None}, {"id": "3"}])
    program.write_text(f"#!/bin/sh\necho '{foreign}'\n")
    assert Repository(restic=restic, place=None).snapshots() == ()
    with pytest.raises(NoSuchSnapshot, match="there is none"):
        Repository(restic=restic, place=None).find("latest")


def test_health_knows_the_newest_without_asking_restic(project: Path, archives: Path) -> None:
    """Notes tell when a snapshot was made and found whole; what cannot be read counts as none."""
    at = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
    days = iter([0.0, 0.0, 3.0, 9.0, 9.0, 9.0])
    around = Surroundings(state_dir=project / ".qualia", wall=lambda: at.timestamp() + 60 + 86_400 * next(days))
    check = Backups(around, environ={"BACKUP_ENGINE": "restic"})
    assert check.look().status == "unknown"
    made(archives, "a", at)
    assert (check.look().status, check.look().facts["age_s"]) == ("ok", 60.0)
    assert check.look().reason == "the newest snapshot is 72 hours old"
    made(archives, "b", at + timedelta(days=9))
    assert check.look().reason == "no snapshot was read through for 9 days"
    verified(archives, "b", at + timedelta(days=9), at + timedelta(days=9))
    assert (check.look().status, check.look().facts["verified"]) == ("ok", True)
    removed(archives, {"a"})
    assert [*notes_in(archives)] == ["b"]
    (archives / "restic.json").write_text("[3]")
    assert notes_in(archives) == {}


def test_a_pattern_means_one_path() -> None:
    """What restic would read as more than a letter is escaped."""
    assert pattern("/a b/c*[d]$E\\\n\udcff") == b"/a[ ]b/c\\*\\[d\\]$$E\\\\??"


def test_the_engine_is_chosen_once(project: Path) -> None:
    """A param is stronger than a variable, that than .qualia/backup.toml; without any it is the archive."""
    from qualia_ops.backup.asking import FolderParams

    def chosen(environ: dict[str, str], **params: Any) -> tuple[Any, ...]:
        context = OperationContext(params=FolderParams(**params), project=project, settings=Settings())
        choice = choice_in(context, environ)
        return choice.engine, choice.repository, choice.password_file

    assert chosen({}) == ("archive", None, None)
    path = project / ".qualia" / "backup.toml"
    path.write_text('engine = "restic"\nrepository = "s3:host/bucket"\npassword_file = "~/key"\n')
    assert chosen({}) == ("restic", "s3:host/bucket", "~/key")
    assert chosen({"RESTIC_PASSWORD": "x", "BACKUP_REPOSITORY": "/far"}) == ("restic", "/far", None)
    assert chosen({"BACKUP_ENGINE": "archive"}, engine="restic", password_file="k") == ("restic", "s3:host/bucket", "k")
    for text in ("engine = 3\n", 'passwort = "x"\n', "engine = \n"):
        path.write_text(text)
        with pytest.raises((WrongPolicy, InvalidSetting)):
            chosen({})
    path.unlink()
    with pytest.raises(WrongPolicy, match="no engine 'borg'"):
        chosen({"BACKUP_ENGINE": "borg"})
