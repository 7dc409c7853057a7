"""Where hosts are found: the name of a project's socket, and the folder in which running hosts are listed."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
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
    if hasattr(os, "getuid"):
        facts = folder.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
            raise PermissionError(f"{folder} belongs to somebody else")
        if stat.S_IMODE(facts.st_mode) & 0o077:
            folder.chmod(0o700)
    return folder


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
        OSError: nobody answers there.
    """
    if place.port is not None:
        return socket.create_connection(("127.0.0.1", place.port), timeout=within_s)
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        link.settimeout(within_s)
        link.connect(str(place.path))
    except BaseException:
        link.close()
        raise
    return link


def answers(place: Place) -> bool:
    """Whether somebody listens at a place."""
    try:
        opened(place).close()
    except TimeoutError:
        # It listens and is busy, which is not the same as being gone.
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
    except OSError:
        return None
    port, token = record.get("port"), record.get("token")
    return Place(path=path, port=port, token=token) if type(port) is int and isinstance(token, str) else None


def read_record(path: Path) -> Mapping[str, Any]:
    """Return what a host wrote about itself; empty when it cannot be read."""
    try:
        with path.open("rb") as file:
            data: object = json.loads(file.read(_RECORD_BYTES))
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
    for path in sorted(folder.glob("*.host")):
        record = read_record(path)
        place = place_at(Path(str(record.get("place", ""))))
        if place is None or not answers(place):
            path.unlink(missing_ok=True)
            continue
        pid: object = record.get("pid")
        yield Found(
            place=place,
            name=str(record.get("name", "")),
            pid=pid if type(pid) is int else 0,
            started_at=str(record.get("started_at", "")),
        )
