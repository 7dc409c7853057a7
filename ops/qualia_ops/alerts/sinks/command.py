"""A program of the operator's own, started for each notice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

from qualia._safe import safe_line, safe_text
from qualia_ops.alerts.config import CommandSettings
from qualia_ops.alerts.errors import SinkFailed
from qualia_ops.alerts.notice import Notice, Source, as_event
from qualia_ops.alerts.wording import line, message

_NEEDED = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE")
_NEEDED_ON_WINDOWS = ("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "APPDATA")
_KEPT_PIECES = 8
_PIECE_BYTES = 512
_LINGER_S = 0.5


class CommandSink:
    """Starts a program with the notice as JSON on its standard input and the main facts in its environment.

    No shell is involved. Of this process's environment it gets what programs need and what the settings name, so no
    secret of another sink. What runs longer than it may is killed with all it has started.

    Args:
        settings: what to start.
    """

    def __init__(self, settings: CommandSettings) -> None:
        self._settings: CommandSettings = settings

    def send(self, notice: Notice, source: Source) -> str:
        """Run the program to its end.

        Raises:
            SinkFailed: it cannot be started, ran too long, or ended with another code than 0.
        """
        settings, text = self._settings, json.dumps(as_event(notice, source), ensure_ascii=True).encode()
        try:
            process = subprocess.Popen(  # noqa: S603 - it is what the operator has configured
                settings.argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=self._environment(notice, source),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
            raise SinkFailed(f"{settings.argv[0]} cannot be started: {why}") from error
        return self._ended(process, text)

    def _ended(self, process: subprocess.Popen[bytes], text: bytes) -> str:
        last: deque[bytes] = deque(maxlen=_KEPT_PIECES)
        hearing = threading.Thread(target=_hear, args=(process.stderr, last), daemon=True)
        telling = threading.Thread(target=_tell, args=(process.stdin, text), daemon=True)
        hearing.start()
        telling.start()
        until_s = time.monotonic() + self._settings.limit_s
        try:
            code = process.wait(timeout=self._settings.limit_s)
        except subprocess.TimeoutExpired as error:
            raise SinkFailed(f"it ran longer than {self._settings.limit_s:g} s and was killed") from error
        finally:
            # What it left running in the background is its own affair only when it ended in time.
            if process.poll() is None:
                _kill(process)
            hearing.join(max(0.0, min(_LINGER_S, until_s - time.monotonic())))
        told = "it ended with code 0"
        if code != 0:
            said = safe_line(b"".join(last).decode("utf-8", "replace"))[-300:]
            raise SinkFailed(f"it ended with code {code}: {said}" if said else f"it ended with code {code}")
        return told

    def _environment(self, notice: Notice, source: Source) -> dict[str, str]:
        names = (*_NEEDED, *(_NEEDED_ON_WINDOWS if os.name == "nt" else ()), *self._settings.keep_env)
        kept = {name: self._settings.environ[name] for name in names if name in self._settings.environ}
        return {**kept, **_facts(notice, source)}


def _facts(notice: Notice, source: Source) -> Mapping[str, str]:
    facts = {
        "KIND": notice.kind,
        "ID": notice.id,
        "RULE": notice.rule,
        "SUBJECT": notice.subject,
        "SEVERITY": notice.severity,
        "LINE": line(notice, source),
        "MESSAGE": message(notice, source),
        "PROJECT": source.project,
    }
    # No environment holds NUL or half a character.
    return {f"QUALIA_ALERT_{name}": safe_text(value) for name, value in facts.items()}


def _tell(stream: IO[bytes] | None, text: bytes) -> None:
    if stream is not None:
        # A program need not read what it is told.
        with suppress(OSError):
            stream.write(text)
            stream.close()


def _hear(stream: IO[bytes] | None, last: deque[bytes]) -> None:
    if stream is not None:
        with stream:
            while piece := os.read(stream.fileno(), _PIECE_BYTES):
                last.append(piece)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
