"""Starts the host of a project when there is none, as a process that outlives whoever started it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from qualia.client.attached import Client, connect, places_of
from qualia.client.link import Link, opened_streams
from qualia.client.timing import Timing
from qualia.errors import QualiaError
from qualia.protocol import CLOSED, HostNotStarted, HostUnreachable
from qualia.protocol.places import Place, made_private, place_at, running, runtime_folder

LOG = "host.log"
"""What a host that was started here says about itself, in the project's state folder."""
_LOG_BYTES = 256 * 1024
_TOLD_BYTES = 4096
_LONGEST = 500
_ANSWER_S = 1.0
_RIVAL_S = 2.0
_LOOK_S = 0.01
_IDLE_EXIT_S = 60.0
_WITHIN_S = 20.0


async def start(
    project: str | Path | None = None,
    *,
    name: str = "",
    read_only: bool = False,
    idle_exit_s: float = _IDLE_EXIT_S,
    options: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    within_s: float = _WITHIN_S,
    timing: Timing | None = None,
) -> Client:
    """Attach to the host of a project, which is started first when there is none, and return the client.

    Args:
        project: the project's folder; None for the folder this process stands in.
        name: what the host calls this client.
        read_only: whether this client only wants to look.
        idle_exit_s: as in `host_for`.
        options: as in `host_for`.
        environ: as in `host_for`.
        within_s: seconds to wait at most.
        timing: how patient the client is afterwards; None for the defaults.

    Raises:
        HostNotStarted: the host could not be started; the reason is its own sentence.
        HostUnreachable: it was not there in time.
        HostRefused: it speaks no version that is known here.
    """
    place = await host_for(project, idle_exit_s=idle_exit_s, options=options, environ=environ, within_s=within_s)
    # By its project where that leads there: the next host may have another port, or a socket elsewhere.
    at = None if any(each == place for each in places_of(None, project)()) else place
    return await connect(at, project=project, name=name, read_only=read_only, within_s=within_s, timing=timing)


async def host_for(
    project: str | Path | None = None,
    *,
    idle_exit_s: float = _IDLE_EXIT_S,
    options: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    within_s: float = _WITHIN_S,
) -> Place:
    """Return where the host of a project answers; when none does, start one and wait until it does.

    The new host is a process of its own, in a session of its own: it ends when nobody needed it for a while, and not
    with whoever started it. Of several that are started at once, one serves and the others give way to it.

    Args:
        project: the project's folder; None for the folder this process stands in.
        idle_exit_s: seconds without clients and runs after which it ends.
        options: words of the command line before ``host``, such as ``("--plugin-dir", "plugins")``.
        environ: the environment of the new process; None for this one's.
        within_s: seconds to wait at most.

    Raises:
        HostNotStarted: the host could not be started; the reason is its own sentence.
        HostUnreachable: it was not there in time.
    """
    folder = Path(os.path.abspath(project or "."))  # noqa: ASYNC240, PTH100 - no file is looked at
    around = os.environ if environ is None else environ
    there = await _found(folder, around)
    if there is not None:
        return there
    command = [sys.executable, "-P", "-m", "qualia", *options, "-q", "--project", str(folder)]
    command += ["host", "--idle-exit", f"{idle_exit_s:g}"]
    try:
        async with asyncio.timeout(within_s):
            while True:
                path, last_words = await _begun(command, folder, around)
                if path:
                    return place_at(Path(path)) or Place(path=Path(path))
                # It ended. Where another one was first, that is the host, and its door opens within a moment.
                was_guarded = _is_guarded(folder)
                there = await _rival(folder, around)
                if there is not None:
                    return there
                if not was_guarded or _is_guarded(folder):
                    raise HostNotStarted(str(folder), last_words)
                # The one that was in the way was about to end, and has.
    except TimeoutError as error:
        raise HostUnreachable(str(folder), f"it was not there within {within_s:g} s") from error


async def _found(folder: Path, environ: Mapping[str, str]) -> Place | None:
    """Return where a project's host answers now; None when there is none."""
    for place in places_of(None, folder)():
        if await _answers(place):
            return place
    # One whose settings keep the project's state elsewhere is known by its entry in the list alone.
    for found in running(environ):
        if found.name == str(folder) and await _answers(found.place):
            return found.place
    return None


async def _rival(folder: Path, environ: Mapping[str, str]) -> Place | None:
    """Return where another host answers, as soon as it does; None when none does within a moment."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_RIVAL_S):
            while (there := await _found(folder, environ)) is None and _is_guarded(folder):  # noqa: ASYNC110 - of a door
                await asyncio.sleep(_LOOK_S)
            return there
    return None


def _is_guarded(folder: Path) -> bool:
    """Whether some host has, or had, the door of a project: beside the socket lies the file it locks."""
    return any(os.path.exists(f"{each.path}.lock") for each in places_of(None, folder)())  # noqa: PTH110 - or unseen


async def _answers(place: Place) -> bool:
    """Whether a host is there, and stays: one that takes this client in begins anew to wait for somebody."""
    goodbyes: list[str] = []

    def hear(name: str, params: Mapping[str, Any]) -> None:
        if name == "goodbye":
            goodbyes.append(str(params.get("reason", "")))

    try:
        link = Link(*await opened_streams(place, within_s=_ANSWER_S), place, heard=hear)
    except HostUnreachable:
        return False
    try:
        async with asyncio.timeout(_ANSWER_S):
            await link.hello({"client": "start", "read_only": True})
    except HostUnreachable:
        # It hung up: sent away by one that has no room is not the same as met by one that ends.
        return any(each != CLOSED for each in goodbyes)
    except (QualiaError, TimeoutError):
        # It speaks another version, or is busy: whoever attaches is told.
        return True
    finally:
        await link.close()
    return True


async def _begun(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> tuple[str, str]:
    """Start a host and wait until it says where it answers; return that and, when it ended first, its last words."""
    loop = asyncio.get_running_loop()
    first: asyncio.Future[str] = loop.create_future()

    def tell(line: str) -> None:
        if not first.done():
            first.set_result(line)

    log = _log_of(folder, environ)
    with log:
        log.seek(0, os.SEEK_END)
        before = log.tell()
        try:
            process = _detached(command, folder, environ, log)
        except OSError as error:
            raise HostNotStarted(str(folder), (error.strerror or str(error)).lower()) from error

        def watch() -> None:
            line = process.stdout.readline().decode(errors="replace").strip()
            process.stdout.close()
            with suppress(RuntimeError):
                # The loop may be gone by now: nobody waits for it any more.
                loop.call_soon_threadsafe(tell, line)
            # Somebody has to hear of its end, or it stays in the system's list of processes.
            process.wait()

        threading.Thread(target=watch, name="qualia-client-host", daemon=True).start()
        told = await first
        log.seek(before)
        return told, "" if told else _last_words(log.read(_TOLD_BYTES).decode(errors="replace"))


def _detached(command: Sequence[str], folder: Path, environ: Mapping[str, str], log: IO[bytes]) -> Any:
    """Start a process that neither Ctrl-C nor the end of this one's terminal reaches."""
    import subprocess

    how: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        how = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
    return subprocess.Popen(  # noqa: S603 - this interpreter, with words of the caller's
        command,
        cwd=folder,
        env={**environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        **how,
    )


def _log_of(folder: Path, environ: Mapping[str, str]) -> IO[bytes]:
    """Open the file that a new host's words go to; one that has grown long is begun anew.

    Raises:
        HostNotStarted: the project's folder is none, or nothing can be written for it.
    """
    if not folder.is_dir():
        raise HostNotStarted(str(folder), "there is no such folder")
    trouble = OSError()
    for place in (folder / ".qualia", runtime_folder(environ)):
        try:
            if place.parent == folder:
                place.mkdir(exist_ok=True)
            else:
                made_private(place)
            path = place / LOG
            is_long = path.exists() and path.stat().st_size > _LOG_BYTES
            how = os.O_RDWR | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if is_long else 0) | getattr(os, "O_NOFOLLOW", 0)
            return os.fdopen(os.open(path, how, 0o600), "wb+", buffering=0)
        except OSError as error:
            trouble = error
    raise HostNotStarted(str(folder), (trouble.strerror or str(trouble)).lower()) from trouble


def _last_words(text: str) -> str:
    """Return what a host that ended said last, without what it says of itself."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = next((line for line in reversed(lines) if line.startswith("qualia: ")), lines[-1] if lines else "")
    parts = said.split(": ", 2)
    last = parts[2] if said.startswith("qualia: ") and len(parts) == 3 else said
    return last[:_LONGEST] or "it ended without a word"
