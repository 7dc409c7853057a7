"""Where hosts are found: the name of a project's socket, and the folder in which running hosts are listed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import frozen

from qualia._values import is_mapping

SOCKET = "host.sock"
"""The name of a project's socket, in its state folder."""
LONGEST = 103 if sys.platform == "darwin" else 107
"""Bytes a socket's path may have."""
HAS_UNIX_SOCKETS = hasattr(socket, "AF_UNIX")
_RECORD_BYTES = 64 * 1024
_PATIENCE_S = 1.0
# What systems without a name for it in Python call the facts about a peer.
_LOCAL_PEERCRED, _SOL_LOCAL = 1, 0


@frozen(kw_only=True)
class Place:
    """Where a host answers: a Unix socket, or a port of this machine whose file holds a token."""

    path: Path
    """The socket; or the file with port and token."""
    port: int | None = None
    """None for a Unix socket."""
    token: str = ""
    """What hello must carry to a port; empty for a Unix socket, whose file only its owner may open."""


@frozen(kw_only=True)
class Found:
    """A host that is running."""

    place: Place
    name: str
    """What it serves: a project's folder, or what the embedding program calls itself."""
    pid: int
    started_at: str
    """ISO 8601, in UTC."""


def runtime_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of this user's running hosts, there or not.

    Args:
        environ: the environment, usually ``os.environ``.
    """
    given = environ.get("XDG_RUNTIME_DIR", "")
    if given and Path(given).is_absolute():
        return Path(given, "qualia")
    user = os.getuid() if hasattr(os, "getuid") else environ.get("USERNAME", "user")
    return Path(tempfile.gettempdir(), f"qualia-{user}")


def made_private(folder: Path) -> Path:
    """Make a folder that only its owner enters, and return it.

    Raises:
        OSError: it cannot be made, or stands there and is somebody else's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_own_folder(folder):
        told = "it belongs to somebody else; name a folder of your own in XDG_RUNTIME_DIR"
        raise PermissionError(errno.EACCES, told, str(folder))
    if hasattr(os, "getuid") and stat.S_IMODE(folder.lstat().st_mode) & 0o077:
        folder.chmod(0o700)
    return folder


def _is_own_folder(folder: Path) -> bool:
    """Whether a folder is there, is no link, and is this user's."""
    try:
        facts = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and _is_own(facts)


def _is_own(facts: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or facts.st_uid == os.geteuid()


def socket_paths(state_dir: Path | None, environ: Mapping[str, str], *, name: str = "") -> tuple[Path, ...]:
    """Return where the socket of a host may be, the first choice first.

    Args:
        state_dir: the project's state folder; None for no project.
        environ: the environment; it names the runtime folder.
        name: what tells hosts without a project apart.
    """
    runtime = runtime_folder(environ)
    if state_dir is None:
        return (runtime / f"{name or os.getpid()}.sock",)
    whole = Path(os.path.abspath(state_dir))  # noqa: PTH100 - a state folder that is a link is known by its name
    digest = hashlib.sha256(os.fsencode(whole)).hexdigest()[:16]
    own = whole / SOCKET
    # A folder on a deep or a remote path cannot hold a socket; this user's runtime folder can.
    return (own, runtime / f"{digest}.sock") if fits(own) else (runtime / f"{digest}.sock",)


def fits(path: Path) -> bool:
    """Whether a socket may have this path."""
    return len(os.fsencode(path)) <= LONGEST


def opened(place: Place, *, within_s: float | None = _PATIENCE_S) -> socket.socket:
    """Connect to a host.

    Args:
        place: where it answers.
        within_s: seconds to wait at most; None for ever.

    Raises:
        OSError: nobody answers there, or somebody else's process does.
    """
    if place.port is not None:
        return socket.create_connection(("127.0.0.1", place.port), timeout=within_s)
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        link.settimeout(within_s)
        link.connect(str(place.path))
        require_own_peer(link)
    except BaseException:
        link.close()
        raise
    return link


def peer_user(link: Any) -> int | None:
    """Return the user at the other end of a Unix socket; None where the system does not say.

    Args:
        link: the socket, connected; asyncio's will do.
    """
    try:
        if sys.platform == "linux":
            raw = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            return int(struct.unpack("3i", raw)[1])
        if sys.platform == "darwin" or "bsd" in sys.platform:
            return int(struct.unpack_from("=II", link.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, 128))[1])
    except OSError:
        return None
    return None


def require_own_peer(link: Any) -> None:
    """Refuse to speak to a host of another user, who would read texts and paths: in a shared folder anybody can listen.

    Raises:
        PermissionError: the process at the other end is another user's.
    """
    user = peer_user(link)
    if user is not None and user != os.geteuid():
        raise PermissionError(errno.EACCES, "the host there is another user's")


def answers(place: Place) -> bool:
    """Whether somebody listens at a place."""
    try:
        opened(place).close()
    except (TimeoutError, BlockingIOError):
        # It listens, and is busy or has many waiting, which is not the same as being gone.
        return True
    except OSError:
        return False
    return True


def host_at(state_dir: Path | None, environ: Mapping[str, str]) -> Place | None:
    """Return where the running host of a project listens; None when there is none.

    Args:
        state_dir: the project's state folder; None for no project.
        environ: the environment, which names the folder of running hosts.
    """
    if state_dir is None:
        return None
    places = (place_at(path) for path in socket_paths(state_dir, environ))
    return next((place for place in places if place is not None and answers(place)), None)


def place_at(path: Path) -> Place | None:
    """Return the place that a socket or a file with port and token names; None when there is none."""
    try:
        if stat.S_ISSOCK(path.stat().st_mode):
            return Place(path=path)
        record = read_record(path)
    except (OSError, ValueError):
        # No such file, or no name that any file can have.
        return None
    port, token = record.get("port"), record.get("token")
    return Place(path=path, port=port, token=token) if type(port) is int and isinstance(token, str) else None


def read_record(path: Path) -> Mapping[str, Any]:
    """Return what a host wrote about itself; empty when it cannot be read, or another user wrote it."""
    try:
        with path.open("rb") as file:
            data: object = json.loads(file.read(_RECORD_BYTES)) if _is_own(os.fstat(file.fileno())) else None
    except (OSError, ValueError, RecursionError):
        return {}
    return data if is_mapping(data) else {}


def running(environ: Mapping[str, str]) -> tuple[Found, ...]:
    """Return this user's hosts that answer now; what killed ones left in the list is removed.

    Args:
        environ: the environment, usually ``os.environ``.
    """
    return tuple(_listed(runtime_folder(environ)))


def _listed(folder: Path) -> Iterator[Found]:
    if not _is_own_folder(folder):
        # Somebody else may make a folder of this name where all may write, to have this user speak to a host of theirs.
        return
    for path in sorted(folder.glob("*.host")):
        record = read_record(path)
        place = place_at(Path(str(record.get("place", ""))))
        if place is None or not answers(place):
            with suppress(OSError):
                path.unlink()
            continue
        pid: object = record.get("pid")
        yield Found(
            place=place,
            name=str(record.get("name", "")),
            pid=pid if type(pid) is int else 0,
            started_at=str(record.get("started_at", "")),
        )
