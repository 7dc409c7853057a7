"""Tell somebody when the project is not well."""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from attrs import frozen

from qualia.health import HealthReport
from qualia.operations import Finished, Operation, OperationContext, Progress, Steps
from qualia.plugin import param
from qualia_ops.alerts import told
from qualia_ops.alerts.config import FILE_NAME, Config, read_config
from qualia_ops.alerts.courier import Courier, Told
from qualia_ops.alerts.errors import AlertsFailed, AlertsLocked, NoSuchSink
from qualia_ops.alerts.lookout import Looked, Lookout
from qualia_ops.alerts.notice import Notice, Source
from qualia_ops.alerts.sinks import sink_of
from qualia_ops.alerts.store import WATCH_LOCK, held_alone, recall
from qualia_ops.backup.asking import zone_of

RAISED, UNTOLD, TERMINATED = 1, 3, 143
_NO_PROJECT = 2
_CONFIG = "The file of settings; the project's .qualia/alerts.toml otherwise."


def _config_param() -> Any:
    return param(None, help=_CONFIG)


@frozen
class LookParams:
    """Where the settings are."""

    config: str | None = _config_param()


@frozen
class WatchParams:
    """How often to look."""

    every: float | None = param(None, ge=1, le=86_400, help="Seconds between two looks; every_s otherwise.")
    config: str | None = _config_param()


@frozen
class TestParams:
    """Which sink to try."""

    sink: str | None = param(None, help="Try this one alone.")
    config: str | None = _config_param()


@frozen(kw_only=True)
class _Place:
    """What every operation works with."""

    folder: Path
    config: Config
    source: Source
    language: str


def _place(context: OperationContext[Any], environ: Mapping[str, str]) -> _Place:
    if context.project is None:
        raise _NoProject("no project stands here; go to its folder, or name it with --project")
    folder = context.settings.state_dir or context.project / ".qualia"
    named = context.params.config if hasattr(context.params, "config") else None
    if named is not None and not Path(named).expanduser().is_file():
        raise _NoProject(f"there is no file {named}")
    config = read_config(Path(named).expanduser() if named else folder / FILE_NAME, environ)
    source = Source(project=context.project.resolve().name, machine=socket.gethostname())
    return _Place(folder=folder, config=config, source=source, language=config.language or context.language)


class _NoProject(AlertsFailed):
    """The command cannot be followed here."""

    exit_code = _NO_PROJECT


def _courier(place: _Place) -> Courier:
    # The language of messages may be another than the one of whoever looks.
    return Courier(
        place.config.sinks,
        place.source,
        make=sink_of,
        wall=time.time,
        keep_s=place.config.keep_s,
        language=place.language,
    )


def _lookout(context: OperationContext[Any], place: _Place, courier: Courier) -> Lookout:
    def report() -> HealthReport:
        from qualia.host.look import health_of

        return health_of(context.project, os.environ)

    return Lookout(place.folder, place.config, report=report, courier=courier, wall=time.time)


def _code(looked: Looked) -> int:
    if any(each.error for each in looked.told):
        return UNTOLD
    return RAISED if any(each.severity != "info" for each in looked.raised) else 0


def _check(context: OperationContext[LookParams]) -> Steps:
    place = _place(context, os.environ)
    yield Progress("looking")
    courier = _courier(place)
    try:
        looked = _lookout(context, place, courier).look()
    finally:
        courier.close()
    text = told.looked_text(looked, place.source, zone_of(None))
    return Finished(told.looked_data(looked, place.source), code=_code(looked), text=text)


def _watch(context: OperationContext[WatchParams]) -> Steps:
    place = _place(context, os.environ)
    every_s = context.params.every or place.config.every_s
    courier = _courier(place)
    lookout = _lookout(context, place, courier)
    try:
        with held_alone(place.folder, WATCH_LOCK), _Ending() as ending:
            call_off = context.token.when_cancelled(ending.wake)
            try:
                yield from _looks(lookout, place, ending, every_s)
            finally:
                call_off()
    except OSError as error:
        raise AlertsFailed(f"{place.folder}: {(error.strerror or str(error)).lower()}") from error
    finally:
        courier.close()
    return Finished(None, code=TERMINATED)


def _looks(lookout: Lookout, place: _Place, ending: _Ending, every_s: float) -> Generator[Progress]:
    yield Progress("looking")
    while not ending.is_asked:
        try:
            looked = lookout.look()
        except AlertsLocked:
            # Somebody looks just now, so there is nothing to be seen that would not be told.
            looked = None
        if looked is not None:
            for data, text in told.news(looked, place.source):
                yield Progress(data=data, text=text)
        # Here it may be stopped, whether it could look or not.
        yield Progress("watching")
        ending.wait(every_s)


class _Ending:
    """Hears SIGTERM, and waits for it without missing it; a second one ends the process at once.

    Outside of the main thread signals are nobody's to hear; `wake` ends a wait there.
    """

    def __init__(self) -> None:
        self.is_asked: bool = False
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)
        self._before: Any = None

    def __enter__(self) -> _Ending:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGTERM, self._hear)
        return self

    def __exit__(self, *_how: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGTERM, self._before)
        self._read.close()
        self._write.close()

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked = True
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self.wake()

    def wake(self) -> None:
        """End the wait under way, or else the next one."""
        # It was woken often enough already, or waits no more.
        with suppress(OSError):
            self._write.send(b"x")

    def wait(self, within_s: float) -> None:
        """Wait until somebody wakes it, for so many seconds at most."""
        ready, _none, _nothing = select.select([self._read], [], [], within_s)
        if ready:
            self._read.recv(4096)


def _list(context: OperationContext[LookParams]) -> Steps:
    place = _place(context, os.environ)
    yield Progress("looking")
    recalled = recall(place.folder)
    if recalled.trouble:
        raise AlertsFailed(recalled.trouble)
    return Finished(told.listed_data(recalled.memory), text=told.listed_text(recalled.memory, zone_of(None)))


def _test(context: OperationContext[TestParams]) -> Steps:
    place, name = _place(context, os.environ), context.params.sink
    sinks = tuple(each for each in place.config.sinks if name in (None, each.name))
    if name is not None and not sinks:
        names = ", ".join(each.name for each in place.config.sinks)
        raise NoSuchSink(name, f"there are: {names}" if names else "none is configured")
    courier = _courier(place)
    notice = Notice(kind="test", at_s=time.time())
    results: list[Told] = []
    try:
        for number, sink in enumerate(sinks):
            yield Progress(f"trying {sink.name}", done=number / len(sinks))
            results.append(courier.try_one(sink, notice))
    finally:
        courier.close()
    code = RAISED if any(each.error for each in results) else 0
    return Finished([told.told_data(each) for each in results], code=code, text=told.tested_text(results))


CHECK = Operation(
    name="alerts.check",
    summary="Look once, and tell whoever is to hear of it.",
    run=_check,
    params=LookParams,
    examples=("alerts check", "alerts check --format json"),
)
WATCH = Operation(
    name="alerts.watch",
    summary="Look again and again, and tell whoever is to hear of it.",
    run=_watch,
    params=WatchParams,
    examples=("alerts watch", "alerts watch --every 30"),
)
LIST = Operation(
    name="alerts.list", summary="List what is raised, and since when.", run=_list, params=LookParams, looks=True
)
TEST = Operation(
    name="alerts.test",
    summary="Send a test notice through each sink, and say what became of it.",
    run=_test,
    params=TestParams,
    examples=("alerts test", "alerts test --sink chat"),
)
