"""Archives that somebody else made: each is refused in one sentence, before a byte of it is written."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from qualia_ops.backup.errors import ArchiveUnsafe
from qualia_ops.backup.manifest import NAME, Entry, Manifest, to_bytes
from qualia_ops.backup.packing import Seal
from qualia_ops.backup.reading import LIMITS, Limits
from qualia_ops.backup.restore import restore_elsewhere
from qualia_ops.backup.tarred import END, header, padding

from tests.ops.conftest import Finish


def entry(path: str, data: bytes = b"", **more: Any) -> Entry:
    """Describe a file."""
    digest = hashlib.sha256(data).hexdigest()
    described = Entry(path=path, kind="file", mode=0o644, mtime_ns=0, size=len(data), sha256=digest)
    return attrs.evolve(described, **more)


def folder(path: str) -> Entry:
    return Entry(path=path, kind="folder", mode=0o755, mtime_ns=0)


def link(path: str, target: str) -> Entry:
    return Entry(path=path, kind="link", mode=0o777, mtime_ns=0, target=target)


def told(*entries: Entry, **more: Any) -> Manifest:
    """Return a manifest that names entries."""
    return attrs.evolve(
        Manifest(
            id="x",
            created_at=datetime(2026, 3, 1, tzinfo=UTC),
            project="p",
            place="0",
            versions={},
            entries=entries,
        ),
        **more,
    )


def members(*entries: Entry, data: bytes = b"") -> bytes:
    """Return entries as a tar holds them; each file holds ``data``."""
    return b"".join(header(each) + (data + padding(len(data)) if each.kind == "file" else b"") for each in entries)


def sealed(tar: bytes, manifest: Manifest | bytes, end: bytes = END) -> bytes:
    """Return an archive with a right seal, whatever it holds."""
    data = manifest if isinstance(manifest, bytes) else to_bytes(manifest)
    last = header(entry(NAME, data), NAME) + data + padding(len(data)) + end
    first = zlib.compress(tar, 6, 31) if tar else b""
    body = first + zlib.compress(last, 6, 31)
    return body + Seal(manifest_at=len(first), digest=hashlib.sha256(body).digest()).to_bytes()


def with_type(kind: bytes, *, name: str = "a", linkname: str = "") -> bytes:
    """Return a member of a kind that is never restored, as an archive whose manifest calls it a file."""
    info = tarfile.TarInfo(f"project/{name}")
    info.type, info.linkname = kind, linkname
    block = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    return sealed(bytes(block[:512]), told(entry(name)))


def patched(place: int, data: bytes) -> bytes:
    """Return an archive with one header altered and its sum made right again."""
    block = bytearray(header(entry("a")))
    block[place : place + len(data)] = data
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block[:512]):06o}\0 ".encode()
    return sealed(bytes(block), told(entry("a")))


def paxed(*records: bytes) -> bytes:
    """Return an archive with an extended header of these records."""
    data = b"".join(f"{len(each) + 4} ".encode() + each + b"\n" if len(each) < 96 else each for each in records)
    block = bytearray(header(entry("a", data)))
    block[156:157] = b"x"
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block[:512]):06o}\0 ".encode()
    return sealed(bytes(block) + data + padding(len(data)) + header(entry("a")), told(entry("a")))


def both(*entries: Entry, data: bytes = b"") -> bytes:
    """Return an archive whose manifest and members agree."""
    return sealed(members(*entries, data=data), told(*entries))


def told_at(moment: str) -> bytes:
    """Return a manifest that says when it was made."""
    return to_bytes(told()).replace(b"2026-03-01T00:00:00+00:00", moment.encode())


def bomb() -> bytes:
    """Return an archive that says it unpacks to 10 GB of zeros, most of which it does not even hold."""
    huge = entry("zeros", size=10 * 1024**3)
    return sealed(header(huge) + bytes(4096), told(huge))


GOOD = both(entry("a", b"hello"), data=b"hello")
CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a step up": (lambda: both(entry("../evil")), "leads out of the folder"),
    "a step up within": (lambda: both(folder("a"), entry("a/../../evil")), "leads out of the folder"),
    "an absolute path": (lambda: both(entry("/etc/evil")), "its path is absolute"),
    "a drive": (lambda: both(entry("C:/evil")), "names a drive"),
    "a backslash": (lambda: both(entry("a\\..\\evil")), "means something else elsewhere"),
    "an empty part": (lambda: both(folder("a"), entry("a//b")), "leads out of the folder"),
    "a dot": (lambda: both(entry("./a")), "leads out of the folder"),
    "a NUL in the manifest": (lambda: both(entry("a\0b")), "means something else elsewhere"),
    "a NUL in a header": (lambda: patched(0, b"project/a\0b"), "a NUL in it"),
    "a long path": (lambda: both(entry("a/" * 600 + "b")), "too long"),
    "a long name": (lambda: both(entry("a" * 256)), "too long"),
    "a character device": (lambda: with_type(b"3"), "is a device"),
    "a block device": (lambda: with_type(b"4"), "is a device"),
    "a pipe": (lambda: with_type(b"6"), "is a pipe"),
    "a hard link": (lambda: with_type(b"1", linkname="/etc/passwd"), "is a hard link"),
    "a contiguous file": (lambda: with_type(b"7"), "is a contiguous file"),
    "a sparse file": (lambda: with_type(b"S"), "is a sparse file"),
    "a header for all": (lambda: with_type(b"g"), "a header for all that follows"),
    "a GNU name": (lambda: with_type(b"L"), "in the manner of GNU"),
    "an unknown kind": (lambda: with_type(b"Z"), "unknown kind"),
    "a link out": (lambda: both(link("a", "../evil")), "leads out of the folder"),
    "a link to the root": (lambda: both(link("a", "/etc")), "absolute place"),
    "a link up behind a link": (
        lambda: both(folder("s"), link("s/up", ".."), link("a", "s/up/../evil")),
        "leads out of the folder",
    ),
    "a file behind a link": (lambda: both(link("a", "."), entry("a/b")), "the folder it lies in is none"),
    "a folder that is missing": (lambda: both(entry("a/b")), "the folder it lies in is none"),
    "a name twice": (lambda: both(entry("a"), entry("a")), "it is there twice"),
    "a file over a link": (lambda: both(link("a", "b"), entry("a")), "it is there twice"),
    "names that differ in case": (lambda: both(entry("a"), entry("A")), "differs from another in case alone"),
    "a wrong digest": (lambda: both(entry("a", b"hello"), data=b"hellO"), "its digest is not the manifest's"),
    "a wrong size": (lambda: sealed(members(entry("a", b"xx"), data=b"xx"), told(entry("a"))), "not what its manifest"),
    "another kind": (lambda: sealed(members(link("a", "b")), told(entry("a"))), "not what its manifest"),
    "another target": (lambda: sealed(members(link("a", "b")), told(link("a", "c"))), "not what its manifest"),
    "a member too many": (lambda: sealed(members(entry("a"), entry("b")), told(entry("a"))), "its manifest is missing"),
    "a member too few": (lambda: sealed(members(entry("a")), told(entry("a"), entry("b"))), "names 'b'"),
    "something behind the end": (lambda: sealed(b"", told(), END + bytes(512)), "something follows its end"),
    "a second manifest": (lambda: sealed(b"", told(), padding(1)[:0] + members(entry("a")) + END), "follows its man"),
    "a bomb": (bomb, "times its own size"),
    "a wrong sum": (lambda: sealed(header(entry("a"))[:150] + b"9" + header(entry("a"))[151:], told(entry("a"))), ""),
    "a number that is none": (lambda: patched(124, b"\x80" + bytes(11)), "number that is none"),
    "an unknown keyword": (lambda: paxed(b"GNU.sparse.major=1"), "which is not restored"),
    "a keyword twice": (lambda: paxed(b"path=project/a", b"path=project/b"), "which is not restored"),
    "a record of no length": (lambda: paxed(b"9999 path=" + b"x" * 200), "makes no sense"),
    "no manifest": (lambda: sealed(members(entry("a")), b""), "cannot be read"),
    "a manifest of nonsense": (lambda: sealed(b"", b"[1]"), "cannot be read"),
    "a manifest too deep": (lambda: sealed(b"", b"[" * 100_000), "cannot be read"),
    "a manifest of tomorrow": (lambda: sealed(b"", to_bytes(told()).replace(b"backup/1", b"backup/2")), "knows qualia"),
    "a mode of other rights": (lambda: both(entry("a", mode=0o4755)), "makes no sense"),
    "a time of change nobody can set": (lambda: both(entry("a", mtime_ns=10**30)), "cannot be read"),
    "a year before calendars": (lambda: sealed(b"", told_at("0001-01-01T00:00:00+14:00")), "no time with a zone"),
    "a year behind them": (lambda: sealed(b"", told_at("9999-12-31T23:59:59-14:00")), "no time with a zone"),
    "a time of no zone": (lambda: sealed(b"", told_at("2026-03-01T00:00:00")), "no time with a zone"),
    "a size below nothing": (
        lambda: sealed(b"", to_bytes(told(entry("a"))).replace(b'"size": 0', b'"size": -1')),
        "read",
    ),
    "a plain tar": (lambda: gzip.compress(members(entry("a")) + END), "no archive that qualia backup made"),
    "cut short": (lambda: GOOD[:-1], "cut short"),
    "without its beginning": (lambda: GOOD[1:], "damaged"),
    "nothing": (lambda: b"", "cut short"),
    "text": (lambda: b"hello" * 100, "no archive that qualia backup made"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_and_nothing_is_written(case: str, tmp_path: Path, finish: Finish[Any]) -> None:
    """One sentence says why, the code is 13, and neither the target nor anything beside it appears."""
    make, sentence = CASES[case]
    room = tmp_path / "room"
    room.mkdir()
    archive = tmp_path / "evil.tar.gz"
    archive.write_bytes(make())
    with pytest.raises(ArchiveUnsafe) as caught:
        finish(restore_elsewhere(archive, room / "to"))
    assert caught.value.code == 13
    assert sentence in str(caught.value)
    assert str(caught.value).startswith("evil.tar.gz: ") and "\n" not in str(caught.value)
    assert list(room.iterdir()) == []


def test_a_good_one_is_taken(tmp_path: Path, finish: Finish[Any]) -> None:
    """What the cases are made with makes archives that are taken."""
    archive = tmp_path / "good.tar.gz"
    archive.write_bytes(
        both(folder("a"), folder("a/b"), link("a/b/up", "../../c"), entry("c", b"hello"), data=b"hello")
    )
    finish(restore_elsewhere(archive, tmp_path / "to"))
    assert (tmp_path / "to" / "a" / "b" / "up").read_bytes() == b"hello"


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(entries=1), "more than 1 entries"),
        (Limits(total_bytes=5), "more than 5 bytes"),
        (Limits(ratio=0.001, ratio_from_bytes=0), "times its own size"),
    ],
)
def test_bounds_can_be_set(limits: Limits, sentence: str, tmp_path: Path, finish: Finish[Any]) -> None:
    """Number, size and ratio are looked at before anything is written."""
    archive = tmp_path / "it.tar.gz"
    archive.write_bytes(both(entry("a", b"hello"), entry("b", b"hello"), data=b"hello"))
    with pytest.raises(ArchiveUnsafe, match=sentence):
        finish(restore_elsewhere(archive, tmp_path / "to", limits=limits))
    finish(restore_elsewhere(archive, tmp_path / "to", limits=LIMITS))
