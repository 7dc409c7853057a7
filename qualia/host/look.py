"""How a project is: its running host is asked, or a Core is opened to look.

One question over a blocking socket: whoever looks every minute from a script would pay for a client and its event loop
with 90 ms of CPU, and use neither.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from attrs import field, frozen

from qualia._values import is_mapping, is_sequence
from qualia.core import Core
from qualia.errors import QualiaError
from qualia.health import Component, HealthReport
from qualia.host.lines import Lines
from qualia.protocol import HELLO, REPLY_LIMIT_BYTES, VERSIONS, HostRefused, HostUnreachable, decoded, encoded
from qualia.protocol.messages import raised
from qualia.protocol.places import Place, host_at, opened
from qualia.settings import Settings

_WITHIN_S = 10.0
_PIECE_BYTES = 64 * 1024
HOST_SILENT = "a host listens at {place} and gives no answer: {reason}"
END_IT = "end the process of that host, and start another with: qualia host"


@frozen(kw_only=True)
class Looked:
    """How a project is, and who said so."""

    report: HealthReport
    host: Mapping[str, Any] | None = None
    """Name, process and counts of the host that was asked; None when a Core was opened to look."""
    runs: Sequence[Mapping[str, Any]] = field(default=())
    """What is under way or waits at that host, the latest first; none without one."""


def health_of(
    project: Path | None, environ: Mapping[str, str], *, plugin_dirs: Sequence[Path] = (), within_s: float = _WITHIN_S
) -> HealthReport:
    """Return how a project is, as its running host says, or a Core that is opened to look.

    Args:
        project: its folder; None for no project.
        environ: the environment, usually ``os.environ``.
        plugin_dirs: more folders of plugins for the Core that is opened; a host has its own.
        within_s: seconds a host has to answer.

    Raises:
        InvalidSetting: a setting is unknown or ill-typed.
    """
    return looked(project, environ, plugin_dirs=plugin_dirs, within_s=within_s).report


def looked(
    project: Path | None, environ: Mapping[str, str], *, plugin_dirs: Sequence[Path] = (), within_s: float = _WITHIN_S
) -> Looked:
    """Return what `health_of` does, and who said so; the arguments and errors are the same.

    A host that listens and does not answer is a component of its own, which is failing.
    """
    with Looking(project, environ, plugin_dirs=plugin_dirs, within_s=within_s) as look:
        return look()


class Looking:
    """Looks again and again, within a ``with`` block: at the host whenever there is one, else with one Core of its own.

    Args:
        project: as in `health_of`, like the others.
        environ: the environment.
        plugin_dirs: more folders of plugins.
        within_s: seconds a host has to answer.

    Raises:
        InvalidSetting: a setting is unknown or ill-typed.
    """

    def __init__(
        self,
        project: Path | None,
        environ: Mapping[str, str],
        *,
        plugin_dirs: Sequence[Path] = (),
        within_s: float = _WITHIN_S,
    ) -> None:
        self._environ: Mapping[str, str] = environ
        self._settings: Settings = Settings.read(environ, project)
        self._plugin_dirs: Sequence[Path] = plugin_dirs
        self._within_s: float = within_s
        self._core: Core | None = None

    def __call__(self) -> Looked:
        """Look now."""
        place = host_at(self._settings.state_dir, self._environ)
        silent: tuple[Component, ...] = ()
        if place is not None:
            try:
                found = _asked(place, self._within_s)
            except QualiaError as error:
                silent = (_silent(place, error),)
            else:
                self._close()
                return found
        if self._core is None:
            self._core = Core(self._plugin_dirs, settings=self._settings)
        own = self._core.health.report()
        return Looked(report=HealthReport.of((*own.components, *silent), at_s=own.at_s, engine=own.engine))

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes what it opened."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close what it opened."""
        self._close()

    def _close(self) -> None:
        if self._core is not None:
            self._core.close()
            self._core = None


def _silent(place: Place, error: QualiaError) -> Component:
    """Return the component of a host that listens and gives no answer."""
    told = error.reason if isinstance(error, (HostRefused, HostUnreachable)) else str(error)
    reason = HOST_SILENT.format(place=place.path, reason=told)
    return Component(name="host", status="failing", reason=reason, remedy=END_IT)


def _asked(place: Place, within_s: float) -> Looked:
    """Ask a host how it is.

    Raises:
        HostUnreachable: it does not answer.
        HostRefused: it speaks no version that is known here, or what it says is no report.
    """
    with _Question(place, within_s) as ask:
        known = {"token": place.token} if place.token else {}
        ask(HELLO, {"versions": list(VERSIONS), "client": "health", "read_only": True, **known})
        plain, facts, runs = ask("health", {}), ask("host.show", {}), ask("runs.list", {})
    try:
        report = HealthReport.from_plain(plain)
    except ValueError as error:
        raise HostRefused("health", str(error)) from error
    rows = [each for each in runs if is_mapping(each)] if is_sequence(runs) else []
    under_way = tuple(each for each in rows if each.get("state") in ("running", "waiting"))
    return Looked(report=report, host=facts if is_mapping(facts) else {}, runs=under_way)


class _Question:
    """Asks a host one thing after the other, and takes no longer than it may for all of them."""

    def __init__(self, place: Place, within_s: float) -> None:
        self._place: Place = place
        self._until_s: float = time.monotonic() + within_s
        self._number: int = 0

    def __enter__(self) -> Self:
        try:
            self._link: socket.socket = opened(self._place, within_s=self._left_s())
        except OSError as error:
            raise self._unreachable(error) from error
        self._lines: Iterator[bytes] = self._read()
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()

    def __call__(self, verb: str, params: Mapping[str, Any]) -> Any:
        self._number += 1
        try:
            self._link.sendall(encoded({"jsonrpc": "2.0", "id": self._number, "method": verb, "params": params}))
            for line in self._lines:
                message: object = decoded(line)
                if is_mapping(message) and message.get("id") == self._number:
                    error: object = message.get("error")
                    if is_mapping(error):
                        raise raised(verb, error)
                    return message.get("result")
        except (OSError, ValueError) as error:
            if isinstance(error, QualiaError):
                raise
            raise self._unreachable(error) from error
        raise HostUnreachable(str(self._place.path), "the host hung up")

    def _read(self) -> Iterator[bytes]:
        """Yield the host's lines."""
        lines = Lines(REPLY_LIMIT_BYTES)
        while True:
            self._link.settimeout(self._left_s())
            data = self._link.recv(_PIECE_BYTES)
            if not data:
                return
            for line in lines.feed(data):
                if line is None:
                    raise ValueError(f"it says more than {REPLY_LIMIT_BYTES} bytes at once")
                yield line

    def _left_s(self) -> float:
        return max(self._until_s - time.monotonic(), 0.001)

    def _unreachable(self, error: Exception) -> HostUnreachable:
        told = "it says nothing" if isinstance(error, TimeoutError) else getattr(error, "strerror", None) or str(error)
        return HostUnreachable(str(self._place.path), str(told).lower())
