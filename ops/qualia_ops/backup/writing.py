"""Two kinds of archive, written the same way: one that anybody reads, and one that is encrypted."""

from __future__ import annotations

import hashlib
from typing import BinaryIO, Protocol

from qualia_ops.backup.ciphering import Encrypting, Keys, Lock, encrypted, lock_for
from qualia_ops.backup.disk import Disk
from qualia_ops.backup.frames import Codec
from qualia_ops.backup.manifest import NAME, Manifest, to_bytes
from qualia_ops.backup.opening import ENCRYPTED_SUFFIX, KEY, SUMMARY, member_names, summary_of
from qualia_ops.backup.packing import Packer
from qualia_ops.backup.tarred import BLOCK, END, described, header, member, padding


class Writing(Protocol):
    """An archive that is written."""

    reader_keys: Keys
    """What opens it again, for whoever writes it."""

    def add(self, *pieces: bytes) -> None:
        """Take more of the tar file."""
        ...

    def seal(self, manifest: Manifest) -> int:
        """Write the manifest and what closes the archive; return the whole size."""
        ...

    def close(self) -> None:
        """Let go of the threads."""
        ...


def suffix_of(codec: Codec, lock: Lock | None) -> str:
    """Return what the name of an archive ends in."""
    return codec.suffix if lock is None else ENCRYPTED_SUFFIX


def locks_of(keys: Keys) -> Lock | None:
    """Return what a new archive is encrypted to; None for not at all.

    Raises:
        WrongPolicy: a public key is none, or both public keys and a passphrase are given.
        ExtraMissing: the library is not installed.
    """
    return lock_for(keys) if keys.can_encrypt else None


def writing_to(file: BinaryIO, disk: Disk, codec: Codec, lock: Lock | None) -> Writing:
    """Begin an archive; whoever calls closes what is returned."""
    return _Plain(file, disk, codec) if lock is None else _Encrypted(file, disk, codec, lock)


def framed(manifest: Manifest) -> bytes:
    """Return the manifest as the last member of a tar file."""
    return member(NAME, to_bytes(manifest), manifest.created_at) + END


class _Plain:
    def __init__(self, file: BinaryIO, disk: Disk, codec: Codec) -> None:
        self._packer: Packer = Packer(lambda data: disk.write(file, data), codec=codec)
        self.add = self._packer.add
        self.reader_keys: Keys = Keys()

    def seal(self, manifest: Manifest) -> int:
        self._packer.finish(framed(manifest))
        return self._packer.seal()

    def close(self) -> None:
        self._packer.close()


class _Encrypted:
    def __init__(self, file: BinaryIO, disk: Disk, codec: Codec, lock: Lock) -> None:
        self._file: BinaryIO = file
        self._disk: Disk = disk
        self._codec: Codec = codec
        self._lock: Lock = lock
        self._digest = hashlib.sha256()
        self._size: int = 0
        # Its header says how long the first member is, which is known in the end.
        disk.write(file, bytes(3 * BLOCK))
        self._cipher: Encrypting | None = Encrypting(self._hand_on, lock)
        self._packer: Packer = Packer(self._cipher.write, codec=codec)
        self.add = self._packer.add
        self.reader_keys: Keys = Keys(identities=(str(lock.own),))

    def _hand_on(self, data: bytes) -> None:
        self._digest.update(data)
        self._size += len(data)
        self._disk.write(self._file, data)

    def seal(self, manifest: Manifest) -> int:
        data = framed(manifest)
        self._packer.finish(data)
        if self._cipher is not None:
            self._cipher.close()
            self._cipher = None
        project, manifests = member_names(self._codec.name)
        at = manifest.created_at
        short = {manifests: encrypted(self._codec.pack([data]), self._lock)}
        if self._lock.wrapped:
            short[KEY] = self._lock.wrapped
        digests = {project: self._digest.hexdigest()}
        digests |= {name: hashlib.sha256(data).hexdigest() for name, data in short.items()}
        summary = summary_of(manifest, self._codec.name, digests).to_bytes()
        rest = padding(self._size) + b"".join(member(name, data, at) for name, data in short.items())
        rest += member(SUMMARY, summary, at) + END
        self._disk.write(self._file, rest)
        self._file.seek(0)
        first = header(described(project, self._size, at), project, is_wide=True)
        self._disk.write(self._file, first)
        return len(first) + self._size + len(rest)

    def close(self) -> None:
        self._packer.close()
        if self._cipher is not None:
            self._cipher.abandon()
            self._cipher = None
