"""Where a host is found: its socket, the lock that says it is alive, and its entry in the list of hosts."""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import field, frozen

from qualia.errors import UnwritableOutput
from qualia.protocol import HostRunning
from qualia.protocol.places import HAS_UNIX_SOCKETS, Place, answers, fits, made_private, opened, place_at, read_record

_BACKLOG = 64


@frozen
class _Made:
    """A file that a host has made."""

    path: Path
    facts: os.stat_result

    @classmethod
    def at(cls, path: Path) -> _Made:
        """Return the file that has this name now."""
        return cls(path, path.lstat())

    def remove(self) -> None:
        """Remove it, unless another file has its name by now: the folder may have been cleared, and served anew."""
        with suppress(OSError):
            if os.path.samestat(self.path.lstat(), self.facts):
                self.path.unlink()


@frozen(kw_only=True)
class Door:
    """An open place that clients come to."""

    place: Place
    listener: socket.socket
    lock: int | None
    """Descriptor of the file whose lock says that this host is alive; None where files cannot be locked."""
    files: list[_Made] = field(factory=lambda: list[_Made]())
    """What is removed when it is shut."""

    def wake(self) -> None:
        """Let whoever waits for the next client wait no more."""
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            # Where a socket that listens cannot be shut down, one more client wakes it up.
            with suppress(OSError):
                opened(self.place).close()

    def shut(self) -> None:
        """Remove its files and close the socket; the lock goes last."""
        for made in self.files:
            made.remove()
        self.let_go()

    def let_go(self) -> None:
        """Close what is open and leave every file: where this is a copy that a fork made, they are the parent's."""
        self.listener.close()
        if self.lock is not None:
            os.close(self.lock)


def opened_door(paths: Sequence[Path], *, runtime: Path, facts: Mapping[str, Any], tcp: bool) -> Door:
    """Open the first place that can be opened; what a killed host left there is replaced.

    Args:
        paths: where the socket may be, the first choice first; the last one lies in ``runtime``.
        runtime: this user's folder of running hosts.
        facts: what the list of hosts tells of this one.
        tcp: whether to listen at a port of this machine, with a token in a file, instead of at a Unix socket.

    Raises:
        HostRunning: a host answers there.
        UnwritableOutput: no place can be opened.
    """
    trouble: OSError = OSError(errno.EINVAL, "no place was named")
    try:
        made_private(runtime)
    except OSError as error:
        raise UnwritableOutput(str(runtime), _reason(error)) from error
    for path in paths:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            door = _opened(path, tcp=tcp or not HAS_UNIX_SOCKETS)
        except OSError as error:
            trouble = error
            continue
        _strike_out(path, runtime)
        entry = runtime / f"{os.getpid()}-{secrets.token_hex(4)}.host"
        try:
            _write_private(entry, {"place": str(path), **facts})
        except OSError as error:
            door.shut()
            raise UnwritableOutput(str(entry), _reason(error)) from error
        door.files.insert(0, _Made.at(entry))
        return door
    raise UnwritableOutput(str(paths[-1]), _reason(trouble)) from trouble


def _strike_out(path: Path, runtime: Path) -> None:
    """Remove from the list who was killed at a place: they would seem to run, as somebody answers there again."""
    for entry in runtime.glob("*.host"):
        if read_record(entry).get("place") == str(path):
            with suppress(OSError):
                entry.unlink()


def _reason(error: OSError) -> str:
    told = error.strerror or str(error)
    return told[:1].lower() + told[1:]


def _opened(path: Path, *, tcp: bool) -> Door:
    if not tcp and not fits(path):
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    guard = path.with_name(f"{path.name}.lock")
    lock = _locked(guard, path)
    try:
        if lock is None:
            _require_silence(path)
        path.unlink(missing_ok=True)
        place, listener = _at_port(path) if tcp else (Place(path=path), _at_socket(path))
    except BaseException:
        if lock is not None:
            guard.unlink(missing_ok=True)
            os.close(lock)
        raise
    files = [_Made.at(each) for each in ((path,) if lock is None else (path, guard))]
    return Door(place=place, listener=listener, lock=lock, files=files)


def _require_silence(path: Path) -> None:
    known = place_at(path)
    if known is not None and answers(known):
        raise HostRunning(str(path))


def _locked(guard: Path, path: Path) -> int | None:
    """Lock a file as long as this process lives; None where there are no such locks.

    Raises:
        HostRunning: another process holds it.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    while True:
        descriptor = os.open(guard, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), guard.stat()):
                    return descriptor
            # Its holder ended and removed it between the two steps: this lock is on a file nobody sees.
            os.close(descriptor)
        except BlockingIOError as error:
            os.close(descriptor)
            raise HostRunning(str(path)) from error
        except OSError as error:
            os.close(descriptor)
            if error.errno in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
                return None
            raise


def _at_socket(path: Path) -> socket.socket:
    """Listen at a socket that nobody else may open, from the moment it has its name."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Shorter than the name it gets, and always the same: a host that is killed here leaves it to the next one.
    first = path.with_name(f".{path.stem}.s")
    try:
        first.unlink(missing_ok=True)
        listener.bind(str(first))
        first.chmod(0o600)
        listener.listen(_BACKLOG)
        os.replace(first, path)
    except BaseException:
        listener.close()
        first.unlink(missing_ok=True)
        raise
    return listener


def _at_port(path: Path) -> tuple[Place, socket.socket]:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind(("127.0.0.1", 0))
        listener.listen(_BACKLOG)
        place = Place(path=path, port=listener.getsockname()[1], token=secrets.token_urlsafe(32))
        _write_private(path, {"port": place.port, "token": place.token})
    except BaseException:
        listener.close()
        raise
    return place, listener


def _write_private(path: Path, facts: Mapping[str, Any]) -> None:
    """Write a file that only its owner reads; it appears whole."""
    first = path.with_name(f".{secrets.token_hex(4)}.part")
    descriptor = os.open(first, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps(facts).encode())
        os.replace(first, path)
    except BaseException:
        first.unlink(missing_ok=True)
        raise
