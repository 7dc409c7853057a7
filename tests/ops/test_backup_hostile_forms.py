"""The same archives of strangers as zstd and encrypted, and those that only zstd, or the tar around, makes possible."""

from __future__ import annotations

import hashlib
import struct
import zlib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from qualia_ops.backup.ciphering import Keys
from qualia_ops.backup.errors import ArchiveUnsafe
from qualia_ops.backup.frames import codec_of
from qualia_ops.backup.manifest import Manifest, from_bytes
from qualia_ops.backup.opening import member_names, summary_of
from qualia_ops.backup.packing import Seal, seal_bytes
from qualia_ops.backup.restore import restore_elsewhere
from qualia_ops.backup.tarred import END, described, header, member, padding

from tests.ops.conftest import Finish
from tests.ops.test_backup_hostile import CASES, GOOD, both, entry, folder, link, told

HAS_ZSTD = find_spec("backports") is not None or find_spec("compression") is not None
needs_zstd = pytest.mark.skipif(not HAS_ZSTD, reason="no library for zstd is here")


def parts(archive: bytes) -> tuple[bytes, bytes]:
    """Return the tar bytes of an archive made of two frames: its members, and its manifest."""
    body = archive[: -seal_bytes()]
    engine = zlib.decompressobj(31)
    first = engine.decompress(body)
    if not engine.unused_data:
        return b"", first
    return first, zlib.decompress(engine.unused_data, 31)


def as_zstd(archive: bytes) -> bytes:
    first, last = parts(archive)
    codec = codec_of("zst")
    packed = codec.pack([first]) if first else b""
    body = packed + codec.pack([last])
    return body + Seal(manifest_at=len(packed), digest=hashlib.sha256(body).digest()).to_bytes(codec)


def as_encrypted(archive: bytes, recipient: Any) -> bytes:
    """Return an encrypted archive with a right summary, whatever it holds."""
    encrypt: Any = import_module("pyrage").encrypt
    first, last = parts(archive)
    codec = codec_of("gz")
    names = member_names(codec.name)
    packed = {
        names[0]: encrypt(codec.pack([first, last]), [recipient]),
        names[1]: encrypt(codec.pack([last]), [recipient]),
    }
    return outside(packed, manifest_of(last))


def manifest_of(last: bytes) -> Manifest:
    try:
        return from_bytes(last[512:].partition(b"\0")[0])
    except ValueError:
        return told()


def outside(packed: dict[str, bytes], manifest: Manifest) -> bytes:
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in packed.items()}
    at = manifest.created_at
    made = b""
    for name, data in packed.items():
        made += header(described(name, len(data), at), name, is_wide=not made) + data + padding(len(data))
    return made + member("summary.json", summary_of(manifest, "gz", digests).to_bytes(), at) + END


def refused(archive: Path, room: Path, finish: Finish[Any], keys: Keys) -> str:
    room.mkdir()
    with pytest.raises(ArchiveUnsafe) as caught:
        finish(restore_elsewhere(archive, room / "to", keys=keys))
    assert caught.value.code == 13
    assert list(room.iterdir()) == []
    return str(caught.value)


FRAMED = [
    case for case in CASES if case not in ("a plain tar", "cut short", "without its beginning", "nothing", "text")
]


@needs_zstd
@pytest.mark.parametrize("case", FRAMED)
def test_as_zstd_it_is_refused_all_the_same(case: str, tmp_path: Path, finish: Finish[Any]) -> None:
    """The sentence is the same, and nothing is written."""
    make, sentence = CASES[case]
    archive = tmp_path / "evil.tar.zst"
    archive.write_bytes(as_zstd(make()))
    assert sentence in refused(archive, tmp_path / "room", finish, Keys())


@pytest.mark.parametrize("case", FRAMED)
def test_encrypted_it_is_refused_all_the_same(case: str, tmp_path: Path, finish: Finish[Any]) -> None:
    """Whoever knows a public key can encrypt anything for it; the sentence is the same, and nothing is written."""
    pyrage = pytest.importorskip("pyrage")
    own = pyrage.x25519.Identity.generate()
    make, sentence = CASES[case]
    archive = tmp_path / "evil.age.tar"
    archive.write_bytes(as_encrypted(make(), own.to_public()))
    assert sentence in refused(archive, tmp_path / "room", finish, Keys(identities=(str(own),)))


def test_good_ones_of_each_form_are_taken(tmp_path: Path, finish: Finish[Any]) -> None:
    """What the cases are made with makes archives that are taken."""
    pyrage = pytest.importorskip("pyrage")
    own = pyrage.x25519.Identity.generate()
    good = both(folder("a"), link("a/up", "../c"), entry("c", b"hello"), data=b"hello")
    forms = {"a.age.tar": as_encrypted(good, own.to_public()), **({"a.tar.zst": as_zstd(good)} if HAS_ZSTD else {})}
    for name, data in forms.items():
        (tmp_path / name).write_bytes(data)
        to = tmp_path / f"of {name}"
        finish(restore_elsewhere(tmp_path / name, to, keys=Keys(identities=(str(own),))))
        assert (to / "a" / "up").read_bytes() == b"hello"


def zstd_with(frame: bytes) -> bytes:
    codec = codec_of("zst")
    last = codec.pack([parts(GOOD)[1]])
    body = frame + last
    return body + Seal(manifest_at=len(frame), digest=hashlib.sha256(body).digest()).to_bytes(codec)


WINDOW = bytes.fromhex("28b52ffd") + bytes([0x00, (31 - 10) << 3]) + b"\x01\x00\x00"
ZSTD_CASES = {
    "a frame that wants two gigabytes": (WINDOW, "damaged"),
    "a frame of an older zstd": (bytes.fromhex("27b52ffd") + bytes(20), "no archive"),
    "a frame of nonsense": (bytes.fromhex("28b52ffd") + b"\xff" * 40, "damaged"),
    "gzip in zstd": (bytes.fromhex("28b52ffd0001") + GOOD, "damaged"),
    "a dictionary nobody has": (bytes.fromhex("28b52ffd") + b"\x03" + struct.pack("<I", 7) + bytes(9), "damaged"),
}


@needs_zstd
@pytest.mark.parametrize("case", ZSTD_CASES)
def test_frames_that_only_zstd_knows(case: str, tmp_path: Path, finish: Finish[Any]) -> None:
    """What asks for too much room, or is none of its frames, is refused in one sentence."""
    frame, sentence = ZSTD_CASES[case]
    archive = tmp_path / "evil.tar.zst"
    archive.write_bytes(zstd_with(frame))
    assert sentence in refused(archive, tmp_path / "room", finish, Keys())


@needs_zstd
@pytest.mark.parametrize("cut", [1, 20, 60, 200])
def test_a_zstd_archive_that_was_cut_is_refused(cut: int, tmp_path: Path, finish: Finish[Any]) -> None:
    """Wherever it ends too early it is told."""
    archive = tmp_path / "evil.tar.zst"
    archive.write_bytes(as_zstd(GOOD)[:-cut])
    assert "cut short" in refused(archive, tmp_path / "room", finish, Keys())


@needs_zstd
def test_gigabytes_of_zeros_never_reach_the_disk(tmp_path: Path, finish: Finish[Any]) -> None:
    """A frame of a few kilobytes that unpacks to very much is refused by what the manifest says of it."""
    codec = codec_of("zst")
    huge = entry("zeros", size=10 * 1024**3)
    first = codec.pack([header(huge), bytes(64 * 1024 * 1024)])
    last = member("manifest.json", to_manifest(huge), told().created_at) + END
    body = first + codec.pack([last])
    seal = Seal(manifest_at=len(first), digest=hashlib.sha256(body).digest()).to_bytes(codec)
    (tmp_path / "bomb.tar.zst").write_bytes(body + seal)
    assert "times its own size" in refused(tmp_path / "bomb.tar.zst", tmp_path / "room", finish, Keys())


def to_manifest(*entries: Any) -> bytes:
    from qualia_ops.backup.manifest import to_bytes

    return to_bytes(told(*entries))


OUTSIDE: dict[str, Any] = {
    "a member too many": lambda packed: {**packed, "more": b"x"},
    "a member too few": lambda packed: dict(list(packed.items())[:1]),
    "another order": lambda packed: dict(reversed(packed.items())),
    "nothing": lambda packed: {},
    "another payload": lambda packed: {**packed, next(iter(packed)): b"age-encryption.org/v1\n"},
    "a path that leads out": lambda packed: {f"../{name}": data for name, data in packed.items()},
}


@pytest.mark.parametrize("case", OUTSIDE)
def test_the_tar_around_holds_what_it_should(case: str, tmp_path: Path, finish: Finish[Any]) -> None:
    """Members of other names, orders and numbers are refused, and so is one put in place of another."""
    pyrage = pytest.importorskip("pyrage")
    own = pyrage.x25519.Identity.generate()
    first, last = parts(GOOD)
    codec = codec_of("gz")
    names = member_names(codec.name)
    packed = {
        names[0]: pyrage.encrypt(codec.pack([first, last]), [own.to_public()]),
        names[1]: pyrage.encrypt(codec.pack([last]), [own.to_public()]),
    }
    archive = tmp_path / "evil.age.tar"
    archive.write_bytes(outside(OUTSIDE[case](packed), manifest_of(last)))
    refused(archive, tmp_path / "room", finish, Keys(identities=(str(own),)))
