"""The child process in which a plugin is tried: what it imports and does ends with this process.

It tells what happens as lines of JSON in a file, so that a plugin that closes or floods stdout changes nothing.
"""

from __future__ import annotations

import faulthandler
import json
import locale
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from qualia._engine.blame import place_of, standing, told
from qualia._plugins.catalog import read_manifest
from qualia._plugins.manifest import Manifest
from qualia._values import to_plain
from qualia.core import Core
from qualia.errors import InvalidManifest, InvalidOutput, PluginFailed, QualiaError, UnsupportedInput
from qualia.settings import Settings
from qualia.validation.samples import Sample, samples_for, unknown_media

_FILE_BYTES = 256 * 1024 * 1024
_NEVER = 1_000_000


class Log:
    """The file the parent reads; it is opened anew for every line, since a plugin may close any descriptor."""

    def __init__(self, path: Path) -> None:
        self._path: str = str(path)

    def tell(self, **facts: object) -> None:
        """Write one line."""
        with open(self._path, "ab", buffering=0) as file:  # noqa: PTH123 - a plugin may have changed pathlib
            file.write(json.dumps(facts).encode() + b"\n")

    def find(self, rule: str, place: str, **facts: str) -> None:
        """Tell of a finding; ``place`` is a file, or file:line."""
        self.tell(rule=rule, place=place, facts=facts)


def main() -> None:
    """Try the plugin that the JSON on the command line names.

    Raises:
        QualiaError: the engine could not even begin.
    """
    asked: Mapping[str, Any] = json.loads(sys.argv[1])
    folder, log = Path(asked["folder"]), Log(Path(asked["log"]))
    with open(asked["trace"], "wb") as trace:  # noqa: PTH123
        faulthandler.enable(trace)
        faulthandler.dump_traceback_later(asked["timeout_s"], exit=True, file=trace)
        _limit(asked["memory_bytes"])
        _watch_exits(folder, log)
        _try_plugin(folder, log)
        faulthandler.cancel_dump_traceback_later()
        faulthandler.disable()
    log.tell(done=True)


def _limit(memory_bytes: int) -> None:
    """Bound memory, files and core dumps where the system knows how."""
    if sys.platform == "win32":
        return
    import resource

    for limit, bound in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        most = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (bound if most < 0 else min(bound, most), most))


def _watch_exits(folder: Path, log: Log) -> None:
    """Say where the plugin stood when something ended this process without an exception that is caught."""
    leave: Callable[[int], NoReturn] = os._exit

    def leaving(status: int = 0) -> NoReturn:
        log.tell(left=f"os._exit({status})", place=standing(threading.get_ident(), folder))
        leave(status)

    def escaped(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.tell(left=told(error), place=place_of(error, folder))

    os._exit = leaving
    sys.excepthook = escaped


def _try_plugin(folder: Path, log: Log) -> None:
    manifest = read_manifest(folder / "plugin.toml")
    settings = Settings(override_plugins=True, history=False, max_failures=_NEVER)
    before = _shared()
    log.tell(phase="while it is imported")
    with Core([folder], settings=settings) as core:
        if _loads(core, manifest, folder, log):
            _try_samples(core, manifest, folder, log)
        log.tell(phase="while it is closed")
    after = _shared()
    for name in before:
        if before[name] != after[name]:
            log.find("QP510", str(folder), told=name)
    log.tell(phase="when the program ends")


def _loads(core: Core, manifest: Manifest, folder: Path, log: Log) -> bool:
    try:
        core.plugins.params(manifest.id)
    except PluginFailed as error:
        is_loaded = core.plugins[manifest.id].state == "loaded"
        log.find("QP506" if is_loaded else "QP501", error.place, told=error.error)
    except InvalidManifest as error:
        log.find("QP501", error.path, told=error.reason)
    except QualiaError as error:
        log.find("QP501", str(folder), told=str(error))
    except (KeyboardInterrupt, GeneratorExit) as error:
        log.find("QP501", place_of(error, folder), told=told(error))
    else:
        return True
    return False


def _try_samples(core: Core, manifest: Manifest, folder: Path, log: Log) -> None:
    for media_type in unknown_media(manifest):
        log.find("QP512", str(folder / "plugin.toml"), media_type=media_type)
    refused: list[str] = []
    answered = False
    for sample in samples_for(manifest):
        log.tell(phase=f"on {sample.name}")
        try:
            _try_sample(core, manifest, sample, folder, log, again=not answered)
            answered = True
        except UnsupportedInput as error:
            refused.append(error.reason)
        except InvalidOutput as error:
            answered = True
            log.find("QP505", error.place, sample=sample.name, told=error.error)
        except PluginFailed as error:
            answered = True
            log.find("QP504", error.place, sample=sample.name, told=error.error)
        except QualiaError as error:
            answered = True
            log.find("QP504", str(folder), sample=sample.name, told=str(error))
        except (KeyboardInterrupt, GeneratorExit) as error:
            answered = True
            log.find("QP504", place_of(error, folder), sample=sample.name, told=told(error))
    if refused and not answered:
        log.find("QP511", str(folder), told=refused[0])


def _try_sample(core: Core, manifest: Manifest, sample: Sample, folder: Path, log: Log, *, again: bool) -> None:
    given = list(sample.given)
    before = json.dumps(to_plain(given), sort_keys=True, default=repr)
    result = core.run(manifest.id, given)
    if json.dumps(to_plain(given), sort_keys=True, default=repr) != before:
        log.find("QP507", str(folder), sample=sample.name)
    elif again and core.rerun(result, given).same is False:
        log.find("QP508", str(folder), sample=sample.name)


def _shared() -> dict[str, object]:
    """Return what a plugin shares with the program that calls it, by what it would have done to change it."""
    threads = sorted(each.name for each in threading.enumerate() if not each.name.startswith("qualia"))
    return {
        "another working folder": _working_folder(),
        "another sys.path": tuple(sys.path),
        "a thread that is left running": tuple(threads),
        "another handler of a signal": tuple(str(signal.getsignal(each)) for each in sorted(signal.valid_signals())),
        "another locale": locale.setlocale(locale.LC_ALL),
        "another recursion limit": sys.getrecursionlimit(),
        "builtins that are not Python's own": _builtins(),
        "another standard output or error": (_descriptor(1), _descriptor(2), id(sys.stdout), id(sys.stderr)),
    }


def _builtins() -> tuple[tuple[str, int], ...]:
    import builtins

    return tuple(sorted((name, id(value)) for name, value in vars(builtins).items() if name != "_"))


def _working_folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def _descriptor(number: int) -> tuple[int, int]:
    try:
        found = os.fstat(number)
    except OSError:
        return (-1, -1)
    return (found.st_dev, found.st_ino)
