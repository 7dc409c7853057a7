"""Where a host is found: its socket, the lock that says it is alive, and its entry in the list of hosts."""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import field, frozen

from qualia.errors import UnwritableOutput
from qualia.protocol import HostRunning
from qualia.protocol.places import HAS_UNIX_SOCKETS, Place, answers, fits, made_private, place_at

_BACKLOG = 64
# What systems without a name for it in Python call the facts about a peer.
_LOCAL_PEERCRED, _SOL_LOCAL = 1, 0


@frozen(kw_only=True)
class Door:
    """An open place that clients come to."""

    place: Place
    listener: socket.socket
    lock: int | None
    """Descriptor of the file whose lock says that this host is alive; None where files cannot be locked."""
    files: list[Path] = field(factory=list[Path])
    """What is removed when it is shut."""

    def shut(self) -> None:
        """Close the socket and remove its files; the lock goes last."""
        self.listener.close()
        for path in self.files:
            path.unlink(missing_ok=True)
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
        raise UnwritableOutput(str(runtime), (error.strerror or str(error)).lower()) from error
    for path in paths:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            door = _opened(path, tcp=tcp or not HAS_UNIX_SOCKETS)
        except OSError as error:
            trouble = error
            continue
        entry = runtime / f"{os.getpid()}-{secrets.token_hex(4)}.host"
        _write_private(entry, {"place": str(path), **facts})
        door.files.insert(0, entry)
        return door
    raise UnwritableOutput(str(paths[-1]), (trouble.strerror or str(trouble)).lower()) from trouble


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
    return Door(place=place, listener=listener, lock=lock, files=[path] if lock is None else [path, guard])


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
        descriptor = os.open(guard, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
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
    first = path.with_name(f".{secrets.token_hex(2)}.s")
    try:
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


def peer_user(link: socket.socket) -> int | None:
    """Return the user at the other end of a Unix socket; None where the system does not say."""
    try:
        if sys.platform == "linux":
            raw = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            return int(struct.unpack("3i", raw)[1])
        if sys.platform == "darwin" or "bsd" in sys.platform:
            return int(struct.unpack_from("=II", link.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, 128))[1])
    except OSError:
        return None
    return None
