"""Encryption with age: whom an archive is for, who opens it, and streams of it that are never held whole.

An archive is always encrypted to public keys. Where a passphrase protects it, that is to a key made for this archive
alone, which the passphrase encrypts; so the slow work of a passphrase is done once however much there is to read.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from importlib import import_module
from queue import SimpleQueue
from typing import Any

from attrs import field, frozen

from qualia.errors import ExtraMissing
from qualia_ops.backup.errors import ArchiveUnsafe, BackupFailed, WrongArchiveKey, WrongPolicy

_BATCH_BYTES = 512 * 1024
_WAITING = 4


@frozen(kw_only=True)
class Keys:
    """What encrypts and opens archives. Nothing of it is shown where it is printed."""

    recipients: tuple[str, ...] = ()
    """Public keys: age's own, which begin with age1, or those of ssh."""
    identities: tuple[str, ...] = field(default=(), repr=False)
    """Secret keys that belong to them."""
    passphrase: str | None = field(default=None, repr=False)
    """None for none."""

    @property
    def can_encrypt(self) -> bool:
        """Whether an archive can be made that only some can open."""
        return bool(self.recipients) or self.passphrase is not None


NO_KEYS = Keys()


@frozen(kw_only=True)
class Lock:
    """What one archive is encrypted to."""

    recipients: tuple[Any, ...]
    own: Any
    """A secret key of this archive alone, by which whoever makes it can read it again."""
    wrapped: bytes = b""
    """That key, encrypted with the passphrase; empty when there is none and it is forgotten."""


def lock_for(keys: Keys) -> Lock:
    """Return what a new archive is encrypted to.

    Raises:
        WrongPolicy: a public key is none, or both public keys and a passphrase are given.
        ExtraMissing: the library is not installed.
    """
    age = _age()
    if keys.passphrase is not None and keys.recipients:
        raise WrongPolicy("an archive is for public keys or has a password, not both; name one of them")
    own = age.x25519.Identity.generate()
    if keys.passphrase is not None:
        if not keys.passphrase:
            raise WrongPolicy("the password is empty")
        wrapped = bytes(age.passphrase.encrypt(str(own).encode(), keys.passphrase))
        return Lock(recipients=(own.to_public(),), own=own, wrapped=wrapped)
    recipients = tuple(_recipient(age, text) for text in keys.recipients)
    return Lock(recipients=(*recipients, own.to_public()), own=own)


def openers(keys: Keys, wrapped: bytes, archive: str) -> tuple[Any, ...]:
    """Return the secret keys to try on an archive.

    Args:
        keys: what was given.
        wrapped: the archive's own key, encrypted with a passphrase; empty for none.
        archive: what errors call it.

    Raises:
        WrongKey: nothing was given, or the passphrase is another.
        ExtraMissing: the library is not installed.
    """
    age = _age()
    found = [_identity(age, text) for text in keys.identities]
    if wrapped and keys.passphrase is not None:
        try:
            own = age.passphrase.decrypt(wrapped, keys.passphrase)
        except age.DecryptError as error:
            raise WrongArchiveKey(archive, "the password is not the one it was encrypted with") from error
        found.append(age.x25519.Identity.from_str(own.decode()))
    if found:
        return tuple(found)
    if wrapped:
        reason = "it is encrypted; give its password with --password-file FILE, or BACKUP_PASSWORD"
    else:
        reason = "it is encrypted; give its key with --identity FILE, or BACKUP_IDENTITY_FILE"
    raise WrongArchiveKey(archive, reason)


def is_key(text: str) -> bool:
    """Tell whether a text begins as a secret key does that opens archives."""
    return text.startswith(("AGE-SECRET-KEY-", "-----BEGIN OPENSSH PRIVATE KEY-----"))


def encrypted(data: bytes, lock: Lock) -> bytes:
    """Return something short as only a key's owner can read it."""
    return bytes(_age().encrypt(data, list(lock.recipients)))


class Encrypting:
    """Encrypts what is written to it, in a thread of its own, and hands it on.

    Args:
        write: takes encrypted bytes, in that thread.
        lock: whom they are for.
    """

    def __init__(self, write: Callable[[bytes], object], lock: Lock) -> None:
        self._write: Callable[[bytes], object] = write
        self._source: _Pipe = _Pipe()
        self._error: BaseException | None = None
        recipients = list(lock.recipients)
        self._thread: threading.Thread = threading.Thread(target=self._run, args=(recipients,), daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Take more; whatever went wrong with what came before is raised."""
        self._source.put(data)
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Wait until all is handed on; whatever went wrong is raised."""
        self._source.put(b"")
        self._thread.join()
        if self._error is not None:
            raise self._error

    def abandon(self) -> None:
        """Stop; what was not handed on is lost."""
        self._error = self._error or BackupFailed("it was called off")
        self._source.put(b"")
        self._thread.join()

    def _run(self, recipients: list[Any]) -> None:
        try:
            _age().encrypt_io(self._source, _Taker(self._hand_on), recipients)
        except BaseException as error:  # noqa: BLE001 - it is raised where the data come from
            self._error = self._error or error
        self._source.drain()

    def _hand_on(self, data: bytes) -> None:
        if self._error is not None:
            raise self._error
        try:
            self._write(data)
        except BaseException as error:
            # The library tells its own story of what was raised in it.
            self._error = error
            raise


def decrypted(pieces: Iterable[bytes], identities: Iterable[Any], archive: str) -> Generator[bytes]:
    """Yield what encrypted bytes hold, in pieces of bounded size.

    Raises:
        WrongKey: none of the keys opens it.
        ArchiveUnsafe: it is damaged.
    """
    age, pipe, found = _age(), _Pipe(), list[BaseException]()

    def run() -> None:
        batch = _Batches(pipe.put)
        try:
            age.decrypt_io(_Source(iter(pieces), found), _Taker(batch.add), list(identities))
            batch.flush()
        except BaseException as error:  # noqa: BLE001 - it is raised where the data are wanted
            found.append(error)
        pipe.put(b"")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while data := pipe.get():
            yield data
    finally:
        pipe.stop()
        thread.join()
    if found:
        _raise(age, found[0], archive)


def _raise(age: Any, error: BaseException, archive: str) -> None:
    if isinstance(error, age.DecryptError) and "key" in str(error).lower():
        raise WrongArchiveKey(archive, "none of the keys given opens it") from error
    if isinstance(error, age.DecryptError) or (type(error) is OSError and error.errno is None):
        raise ArchiveUnsafe(archive, f"it is damaged ({error})") from error
    raise error


class _Stopped(Exception):
    pass


class _Pipe:
    """Carries bytes from one thread to another, few at a time; an empty piece ends it."""

    def __init__(self) -> None:
        self._pieces: SimpleQueue[bytes] = SimpleQueue()
        self._room: threading.Semaphore = threading.Semaphore(_WAITING)
        self._is_stopped: bool = False
        self._rest: memoryview = memoryview(b"")
        self._has_ended: bool = False

    def put(self, data: bytes) -> None:
        if data:
            self._room.acquire()
            if self._is_stopped:
                self._room.release()
                raise _Stopped
        self._pieces.put(data)

    def get(self) -> bytes:
        data = self._pieces.get()
        if data:
            self._room.release()
        return data

    def stop(self) -> None:
        """Let whoever puts learn that nothing is taken any more."""
        self._is_stopped = True
        self._room.release()

    def drain(self) -> None:
        """Take what is put until the end, for nothing."""
        while not self._has_ended:
            self._has_ended = not self.get()

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes, as a file does; nothing at the end."""
        if not self._rest and not self._has_ended:
            data = self.get()
            self._rest, self._has_ended = memoryview(data), not data
        taken, self._rest = self._rest[:size], self._rest[size:]
        return bytes(taken)


class _Source:
    """A file to read from, made of pieces; what goes wrong in making them is kept."""

    def __init__(self, pieces: Iterator[bytes], found: list[BaseException]) -> None:
        self._pieces: Iterator[bytes] = pieces
        self._found: list[BaseException] = found
        self._file: io.BytesIO = io.BytesIO()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        if data:
            return data
        try:
            self._file = io.BytesIO(next(self._pieces, b""))
        except BaseException as error:
            self._found.append(error)
            raise
        return self._file.read(size)


class _Batches:
    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put: Callable[[bytes], None] = put
        self._held: bytearray = bytearray()

    def add(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= _BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        if self._held:
            self._put(bytes(self._held))
            self._held.clear()


class _Taker:
    """A file to write to."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take: Callable[[bytes], object] = take

    def write(self, data: bytes) -> int:
        self._take(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: whoever takes the bytes waits for the disk."""


def _recipient(age: Any, text: str) -> Any:
    try:
        return (age.ssh if text.startswith("ssh-") else age.x25519).Recipient.from_str(text)
    except age.RecipientError as error:
        raise WrongPolicy(f"{text[:80]!r} is no public key; one of age begins with age1") from error


def _identity(age: Any, text: str) -> Any:
    try:
        if text.startswith("-----BEGIN"):
            return age.ssh.Identity.from_buffer(text.encode())
        return age.x25519.Identity.from_str(text)
    except age.IdentityError as error:
        raise WrongPolicy("the file of keys holds one that cannot be read") from error


def _age() -> Any:
    try:
        return import_module("pyrage")
    except ImportError as error:
        raise ExtraMissing("ops", "encryption") from error
