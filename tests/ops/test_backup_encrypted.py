"""Encrypted archives: secrets go along, who has no key learns only that there is one, and a wrong key is 12."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from qualia_ops.backup.asking import CreateParams
from qualia_ops.backup.ciphering import Keys, decrypted, encrypted, lock_for
from qualia_ops.backup.create import create
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.drill import drill
from qualia_ops.backup.errors import ArchiveUnsafe, NoSpace, WrongKey, WrongPolicy
from qualia_ops.backup.keying import compress_in, keys_in
from qualia_ops.backup.manifest import Rules
from qualia_ops.backup.opening import check_outside, read_summary
from qualia_ops.backup.reading import Sink, read_archive, read_manifest
from qualia_ops.backup.restore import peek, restore, restore_elsewhere
from qualia_ops.backup.retention import Policy
from qualia_ops.backup.store import find, note_check, snapshots
from qualia_ops.backup.upkeep import prune, verify

from qualia.errors import ExtraMissing
from qualia.operations import OperationContext
from qualia.settings import Settings
from tests.ops.conftest import Finish, Look

pyrage = pytest.importorskip("pyrage")
SECRETS = Rules(with_secrets=True)


@pytest.fixture
def own() -> Any:
    """Return a secret key."""
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def archive(project: Path, archives: Path, own: Any, finish: Finish[Any]) -> Path:
    """Return an encrypted snapshot of the project."""
    keys = Keys(recipients=(str(own.to_public()),))
    path: Path = finish(create(project, archives, rules=SECRETS, keys=keys)).path
    return path


def opening(own: Any) -> Keys:
    return Keys(identities=(str(own),))


def test_secrets_go_along_and_nobody_reads_a_name(project: Path, archive: Path, own: Any, finish: Finish[Any]) -> None:
    """It holds what a plain one leaves out, the manifest says so, and its bytes tell neither names nor text."""
    manifest = read_manifest(archive, keys=opening(own))
    assert manifest.rules.with_secrets
    assert [each.path for each in manifest.secrets] == [".env"]
    assert ".env" in {entry.path for entry in manifest.entries}
    data = archive.read_bytes()
    assert not any(word in data for word in (b"hush-hush", b"TOKEN", b"qualia.toml", b"one.txt", b"BEGIN"))
    assert finish(verify(archive, keys=opening(own))) == manifest


def test_a_list_needs_no_key(project: Path, archives: Path, archive: Path, own: Any) -> None:
    """Time, size and number of files are told to anybody; what it holds is not."""
    [each] = snapshots(archives)
    assert (each.is_encrypted, each.trouble, each.path) == (True, "", archive)
    manifest = read_manifest(archive, keys=opening(own))
    assert (each.files, each.content_bytes) == (8, manifest.size_bytes)
    assert each.manifest is not None and each.manifest.entries == ()
    assert find(archives, "latest") == archive == find(archives, manifest.id)
    with tarfile.open(archive) as tar:
        assert tar.getnames() == ["project.tar.gz.age", "manifest.tar.gz.age", "summary.json"]


def test_without_the_libraries_the_rest_goes_on(
    project: Path, archives: Path, archive: Path, finish: Finish[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list and a plain archive need neither; what does need one says which extra brings it."""
    for name in ("pyrage", "backports.zstd", "compression.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    [each] = snapshots(archives)
    assert (each.trouble, each.is_encrypted) == ("", True)
    finish(create(project, archives))
    for compress, keys in (("zst", Keys()), ("gz", Keys(recipients=("age1x",)))):
        with pytest.raises(ExtraMissing, match="ops"):
            finish(create(project, archives, compress=compress, keys=keys))
    with pytest.raises(ExtraMissing, match="encryption needs"):
        finish(verify(archive, keys=Keys(identities=("AGE-SECRET-KEY-1",))))


def test_without_the_right_key_nothing_is_done(
    project: Path, archives: Path, archive: Path, look: Look, finish: Finish[Any], tmp_path: Path
) -> None:
    """Neither no key nor another one reads, restores or rehearses; the code is 12 and nothing is written."""
    then, other = look(project), opening(pyrage.x25519.Identity.generate())
    for keys, sentence in ((Keys(), "it is encrypted; give its key with --identity"), (other, "none of the keys")):
        for work in (
            lambda keys=keys: finish(verify(archive, keys=keys)),
            lambda keys=keys: read_manifest(archive, keys=keys),
            lambda keys=keys: peek(archive, project, archives, keys=keys),
            lambda keys=keys: finish(restore(archive, project, archives, keys=keys)),
            lambda keys=keys: finish(restore_elsewhere(archive, tmp_path / "to", keys=keys)),
            lambda keys=keys: finish(drill(archive, keys=keys)),
        ):
            with pytest.raises(WrongKey, match=sentence) as caught:
                work()
            assert caught.value.code == 12
    assert look(project) == then
    assert not (tmp_path / "to").exists()


def test_a_wrong_key_is_told_before_the_payload_is_read(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large an archive is, the key is tried on its manifest, which is small."""
    from qualia_ops.backup import opening as module

    asked: list[str] = []
    real = module._Outer.raw

    def raw(outer: Any, name: str) -> Any:
        asked.append(name)
        return real(outer, name)

    monkeypatch.setattr(module._Outer, "raw", raw)
    with pytest.raises(WrongKey):
        read_manifest(archive, keys=opening(pyrage.x25519.Identity.generate()))
    assert asked == ["manifest.tar.gz.age"]


def test_a_project_comes_back_with_its_secrets(
    project: Path, archives: Path, archive: Path, own: Any, look: Look, finish: Finish[Any], tmp_path: Path
) -> None:
    """Restored in place a changed secret is what it was; elsewhere it stands, too."""
    (project / ".env").write_text("TOKEN=newer\n")
    _manifest, difference = peek(archive, project, archives, keys=opening(own))
    assert ".env" in difference.changed and ".env" not in difference.kept
    finish(restore(archive, project, archives, keys=opening(own)))
    assert (project / ".env").read_text() == "TOKEN=hush-hush\n"
    finish(restore_elsewhere(archive, tmp_path / "to", keys=opening(own)))
    assert (tmp_path / "to" / ".env").read_text() == "TOKEN=hush-hush\n"
    assert finish(drill(archive, keys=opening(own))).databases == {".qualia/history.db": ""}


def test_a_pattern_leaves_a_secret_out_even_then(project: Path, archives: Path, own: Any, finish: Finish[Any]) -> None:
    """What is excluded by name is no part of an encrypted archive either."""
    rules = Rules(with_secrets=True, exclude=(".env",))
    keys = Keys(recipients=(str(own.to_public()),))
    manifest = finish(create(project, archives, rules=rules, keys=keys)).manifest
    assert ".env" not in {entry.path for entry in manifest.entries}
    assert manifest.secrets == ()


def test_secrets_are_never_put_where_anybody_reads_them(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """Asked for without a key they are refused, and no archive is made."""
    with pytest.raises(WrongPolicy, match="encrypted archives alone"):
        finish(create(project, archives, rules=SECRETS))
    assert snapshots(archives) == ()


def test_keys_that_are_none_are_refused(project: Path, archives: Path, finish: Finish[Any]) -> None:
    """A word that is no public key, an empty password, and both kinds at once make no archive."""
    for keys in (Keys(recipients=("age1nonsense",)), Keys(passphrase=""), Keys(recipients=("age1x",), passphrase="y")):
        with pytest.raises(WrongPolicy):
            finish(create(project, archives, keys=keys))
    assert not archives.exists() or snapshots(archives) == ()


@pytest.mark.parametrize("compress", ["gz", "zst"])
def test_tar_and_age_open_it_by_hand(
    compress: str, project: Path, archives: Path, own: Any, finish: Finish[Any], tmp_path: Path
) -> None:
    """Without this program, the tools of the system bring every file back."""
    if shutil.which("age") is None or shutil.which("tar") is None or (compress == "zst" and not shutil.which("zstd")):
        pytest.skip("age, tar or zstd is not here")
    keys = Keys(recipients=(str(own.to_public()),))
    path = finish(create(project, archives, keys=keys, compress=compress)).path
    (tmp_path / "key").write_text(f"{own}\n")
    unpack = {"gz": "gzip -dc", "zst": "zstd -dc"}[compress]
    script = f'tar xOf "$1" project.tar.{compress}.age | age -d -i key | {unpack} | tar xf -'
    subprocess.run(["sh", "-c", script, "sh", str(path)], cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "project" / "texts" / "ação.txt").read_text(encoding="utf-8") == "dois\n" * 900


def test_every_flipped_bit_is_found_with_and_without_the_key(
    archive: Path, own: Any, finish: Finish[Any], tmp_path: Path
) -> None:
    """In a member, a header, the summary or what stands between them."""
    data = archive.read_bytes()
    places = {
        *range(0, len(data), max(1, len(data) // 60)),
        *range(0, 1536, 60),
        *range(len(data) - 2500, len(data), 40),
    }
    for place in sorted(places):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place % 8
        archive.write_bytes(flipped)
        with pytest.raises(ArchiveUnsafe):
            finish(read_archive(archive, Sink(), keys=opening(own)))
        with pytest.raises(ArchiveUnsafe):
            check_outside(archive)


def test_pruning_and_copies_need_no_key(project: Path, archives: Path, archive: Path, finish: Finish[Any]) -> None:
    """That no byte changed is told by the digests around what is encrypted."""
    from datetime import UTC

    finish(create(project, archives, keys=Keys(recipients=(str(pyrage.x25519.Identity.generate().to_public()),))))
    newest = snapshots(archives)[0]
    done = finish(prune(project, archives, Policy(last=1, daily=0, weekly=0, monthly=0, yearly=0), zone=UTC))
    assert [each.id for each, _why in done.kept] == [newest.id]
    assert check_outside(newest.path).id == newest.id
    summary = read_summary(newest.path)
    assert summary is not None and summary.files == 7
    note_check(newest.path, None)


def test_a_disk_that_fills_up_is_told_from_the_thread_that_encrypts(
    project: Path, archives: Path, own: Any, finish: Finish[Any]
) -> None:
    """Whatever the disk says to that thread ends the whole, and nothing is left."""

    class Full(Disk):
        count = 0

        def write(self, file: Any, data: Any) -> None:
            Full.count += 1
            if Full.count > 2:
                raise OSError(28, "No space left on device")
            super().write(file, data)

    with pytest.raises(NoSpace):
        finish(create(project, archives, keys=Keys(recipients=(str(own.to_public()),)), disk=Full()))
    assert [path.name for path in archives.iterdir()] == [".lock"]


def test_a_stream_that_nobody_reads_to_its_end_is_given_up(own: Any) -> None:
    """The thread that decrypts ends with whoever wanted the bytes."""
    lock = lock_for(Keys(recipients=(str(own.to_public()),)))
    data = encrypted(os.urandom(8_000_000), lock)
    pieces = decrypted([data[at : at + 100_000] for at in range(0, len(data), 100_000)], [own], "it")
    assert len(next(pieces)) > 0
    pieces.close()


@pytest.mark.whole
def test_a_password_opens_what_it_closed(project: Path, archives: Path, finish: Finish[Any], tmp_path: Path) -> None:
    """The same password reads and restores it, another one is a wrong key, and none is asked for by its name."""
    path = finish(create(project, archives, rules=SECRETS, keys=Keys(passphrase="sesame ação"))).path
    finish(restore_elsewhere(path, tmp_path / "to", keys=Keys(passphrase="sesame ação")))
    assert (tmp_path / "to" / ".env").exists()
    with pytest.raises(WrongKey, match="the password is not the one"):
        finish(verify(path, keys=Keys(passphrase="other")))
    with pytest.raises(WrongKey, match="--password-file"):
        finish(verify(path))


def context(project: Path, **asked: Any) -> OperationContext[Any]:
    return OperationContext(params=CreateParams(**asked), project=project, settings=Settings())


def test_keys_come_from_files_input_and_variables(project: Path, tmp_path: Path, own: Any) -> None:
    """What is asked for comes first, then variables, then the project's file."""
    (tmp_path / "pw").write_text("sesame\nmore\n")
    (tmp_path / "id").write_text(f"# made today\n{own}\n")
    public = str(own.to_public())
    assert keys_in(context(project), {}) == Keys()
    assert keys_in(context(project, recipient=(public,)), {"BACKUP_PASSWORD": "x"}) == Keys(recipients=(public,))
    assert keys_in(context(project, password_file="-"), {}, lambda: "typed\n").passphrase == "typed"
    assert keys_in(context(project, password_file=str(tmp_path / "pw")), {}).passphrase == "sesame"
    assert keys_in(context(project), {"BACKUP_PASSWORD_FILE": str(tmp_path / "pw")}).passphrase == "sesame"
    assert keys_in(context(project), {"BACKUP_RECIPIENTS": f"{public} {public}"}).recipients == (public, public)
    assert keys_in(context(project), {"BACKUP_IDENTITY_FILE": str(tmp_path / "id")}).identities == (str(own),)
    (project / ".qualia" / "backup.toml").write_text(f'recipients = "{public}"\ncompress = "zst"\n')
    assert keys_in(context(project), {}).recipients == (public,)
    assert compress_in(context(project), {}) == "zst"
    assert compress_in(context(project, compress="gz"), {}) == "gz"
    with pytest.raises(WrongPolicy, match="not 'lzma'"):
        compress_in(context(project), {"BACKUP_COMPRESS": "lzma"})


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [("BACKUP_PASSWORD_FILE", "\n", "no password"), ("BACKUP_IDENTITY_FILE", "age1x", "no secret key")],
)
def test_files_without_a_key_are_told_of(name: str, text: str, sentence: str, project: Path, tmp_path: Path) -> None:
    """An empty file, one of another kind and a missing one are named."""
    (tmp_path / "file").write_text(text)
    with pytest.raises(WrongPolicy, match=sentence):
        keys_in(context(project), {name: str(tmp_path / "file")})
    with pytest.raises(WrongPolicy, match="cannot be read"):
        keys_in(context(project), {name: str(tmp_path / "missing")})


def test_a_key_is_never_shown(own: Any) -> None:
    """Printed, keys tell only what is public."""
    shown = repr(Keys(recipients=("age1x",), identities=(str(own),), passphrase="sesame"))
    assert "age1x" in shown and "SECRET" not in shown and "sesame" not in shown
