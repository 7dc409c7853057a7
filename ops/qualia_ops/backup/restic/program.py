"""Running restic: found or asked for, its lines read as they come, and what it ends with told as errors of ours.

Versions before 0.17 end with 1 whatever went wrong, so their sentences are read; later ones have codes of their own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from attrs import frozen

from qualia._files import why_unread
from qualia.errors import OperationUnavailable
from qualia_ops.backup.engines import PASSWORDS, is_far
from qualia_ops.backup.errors import ArchiveUnsafe, BackupFailed, BackupLocked, NoSpace, WrongKey, WrongPolicy

INCOMPLETE = 3
"""What restic ends a backup with that could not read everything, in every version."""
_PATIENCE_S = 30
_CODES: Mapping[int, str] = {10: "absent", 11: "locked", 12: "key"}
_DAMAGED = (
    r"ciphertext verification failed|does not match|contains errors|damaged|hash mismatch|invalid data returned"
    r"|not found in (the )?(index|snapshot)|index .*(is invalid|could not be loaded)|unexpected EOF|decrypting blob"
    r"|pack .*(missing|not exist)|corrupt|truncated|invalid character|load(ing)? (index|tree|snapshot)"
)
_SENTENCES = (
    ("key", r"wrong password|no key found|empty password|Resolving password failed|unable to read password"),
    ("locked", r"already locked|unable to create lock|failed to lock"),
    ("space", r"no space left on device|disk quota exceeded"),
    ("absent", r"unable to open config file|repository does not exist|no such bucket|Is there a repository"),
    ("damaged", _DAMAGED),
)
_HOLDER = re.compile(r"locked (?:exclusively )?by PID (\d+)")
_CREDENTIALS = re.compile(r"//[^/@\s]*@")


class NoRepository(BackupFailed):
    """There is no repository of restic where one was looked for."""

    template = "there is no restic repository at {place}; `qualia backup create --engine restic` makes one"
    exit_code = 2

    def __init__(self, place: str) -> None:
        super().__init__("there is no restic repository")
        self.args = (place,)
        self.place: str = place


def shown(repository: str) -> str:
    """Return a repository's address as it may be shown: without a name and password in it."""
    return _CREDENTIALS.sub("//***@", repository)


@frozen(kw_only=True)
class Restic:
    """The program and the repository it is to work on."""

    binary: str
    repository: str
    """A folder, or an address that restic knows, such as ``sftp:``, ``s3:`` or ``rclone:``."""
    environ: Mapping[str, str]
    """What the program is given, the password or where it is among it."""

    @property
    def is_local(self) -> bool:
        """Whether the repository is a folder of this machine."""
        return not is_far(self.repository)

    @contextmanager
    def started(self, *words: str, cwd: str | None = None) -> Generator[Running]:
        """Run a command as long as the block lasts; left early, it is stopped and puts its locks away.

        Raises:
            BackupFailed: it ended with a failure, told by its code or its sentence.
            OSError: it cannot be started.
        """
        command = [self.binary, "--repo", self.repository, *words]
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(  # noqa: S603 - words of ours, and an address that begins with no dash
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=cwd,
                env=dict(self.environ),
                # A Ctrl-C at the terminal is ours to pass on, once.
                start_new_session=os.name == "posix",
            )
            out = process.stdout or BytesIO()
            running = Running(process=process, out=out, errors=errors)
            try:
                yield running
                while out.read(1 << 16):
                    pass
                code = process.wait()
            finally:
                _stop(process)
            if code and not (code == INCOMPLETE and words[0] == "backup"):
                raise failure(code, running.told(), self.repository)

    def lines(self, *words: str, cwd: str | None = None) -> Generator[dict[str, Any]]:
        """Run a command and yield each object it writes as a line of JSON; other lines are passed over.

        Raises:
            BackupFailed: as `started`.
        """
        with self.started(*words, "--json", cwd=cwd) as running:
            for line in running.out:
                yield from _objects(line)
            running.process.wait()
            yield from (each for line in running.told().splitlines() for each in _objects(line.encode()))

    def answer(self, *words: str) -> bytes:
        """Run a command and return what it writes.

        Raises:
            BackupFailed: as `started`.
        """
        with self.started(*words) as running:
            return running.out.read()


@frozen(kw_only=True)
class Running:
    """A command under way."""

    process: subprocess.Popen[bytes]
    out: IO[bytes]
    errors: IO[bytes]

    def told(self) -> str:
        """Return what it has said on stderr."""
        self.errors.seek(0)
        return self.errors.read(1 << 20).decode("utf-8", "replace")


def found(repository: str, environ: Mapping[str, str], password_file: str | None = None) -> Restic:
    """Return restic, with what it takes to open a repository.

    Args:
        repository: its address, or a folder.
        environ: variables it gets, such as ``RESTIC_PASSWORD`` and those of a store.
        password_file: a file with the password; None leaves it to the variables.

    Raises:
        OperationUnavailable: it is not installed.
        WrongKey: nothing says what the password is.
        WrongPolicy: there is no such file with the password.
        BackupFailed: the address is none.
    """
    binary = shutil.which("restic", path=environ.get("PATH"))
    if binary is None:
        remedy = "install it (apt install restic, brew install restic), or leave --engine restic out"
        raise OperationUnavailable("backup --engine restic", "the program restic is not here", remedy)
    if repository.startswith("-"):
        raise BackupFailed(f"{repository!r} is no address of a restic repository")
    given = {name: value for name, value in environ.items() if not name.startswith("RESTIC_REPOSITORY")}
    if password_file is not None:
        given = {name: value for name, value in given.items() if name not in PASSWORDS}
        place = Path(password_file).expanduser().absolute()
        try:
            place.stat()
        except OSError as error:
            raise WrongPolicy(f"{place} cannot be read: {why_unread(error)}") from error
        given["RESTIC_PASSWORD_FILE"] = str(place)
    if not any(given.get(name) for name in PASSWORDS):
        raise WrongKey(
            "a restic repository has a password; set RESTIC_PASSWORD_FILE or RESTIC_PASSWORD, or name a file with"
            " --password-file"
        )
    if not is_far(repository):
        repository = str(Path(repository.removeprefix("local:")).expanduser().absolute())
    return Restic(binary=binary, repository=repository, environ={"RESTIC_PROGRESS_FPS": "4", **given})


def failure(code: int, told: str, repository: str) -> BackupFailed:
    """Return what an end of restic means, by its code where it has one of its own, else by what it said."""
    sentence = _sentence(told)
    kind = _CODES.get(code) or next((name for name, words in _SENTENCES if re.search(words, told, re.IGNORECASE)), "")
    place = shown(repository)
    if kind == "key":
        return WrongKey(f"the password does not open the restic repository at {place}")
    if kind == "locked":
        holder = _HOLDER.search(told)
        return BackupLocked(holder[1] if holder else "")
    if kind == "space":
        return NoSpace(place)
    if kind == "absent":
        return NoRepository(place)
    if kind == "damaged":
        return ArchiveUnsafe(place, f"restic says: {sentence}")
    return BackupFailed(f"restic ended with {code}: {sentence}")


def _sentence(told: str) -> str:
    """Return the line of stderr that says most: the fatal one, else the last."""
    lines = [str(each.get("message", "")) for line in told.splitlines() for each in _objects(line.encode())]
    lines = [line.strip() for line in (lines or told.splitlines()) if line.strip()]
    fatal = [line for line in lines if "Fatal:" in line]
    line = (fatal or lines or ["it said nothing"])[-1]
    return _CREDENTIALS.sub("//***@", line.rpartition("Fatal: ")[2])[:300]


def _objects(line: bytes) -> Generator[dict[str, Any]]:
    try:
        found: Any = json.loads(line)
    except ValueError:
        return
    for each in found if isinstance(found, list) else [found]:  # pyright: ignore[reportUnknownVariableType]
        if isinstance(each, dict):
            yield each


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a command that is still at work; asked first, it removes its locks."""
    if process.stdout is not None:
        process.stdout.close()
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
