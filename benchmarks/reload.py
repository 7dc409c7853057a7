"""What editing a plugin costs: save to answer, the swap, a failed load, an idle watch, a lease, a thousand versions.

The plugin is a package with a submodule, forty functions in all. Beside it stands what `importlib.reload` does to the
same package: how long it takes, and how often it still answers with old code after quick saves of the same length.
"""

from __future__ import annotations

import gc
import importlib
import os
import statistics
import sys
import tempfile
import threading
import time
import tracemalloc
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from queue import SimpleQueue

from attrs import evolve

from benchmarks.measure import MANIFEST, Measurement, each_us
from qualia import Core, Document, Event, Settings
from qualia._plugins.places import Places
from qualia.events import EventKind
from qualia.registry import Registry

SAVES = 60
FAILURES = 9
VERSIONS = 1000
IDLE_S = 10.0
FUNCTIONS = 40
_WAIT_S = 10.0
_TEXT = Document("A text.")
_SETTINGS = Settings(installed_plugins=False)
_ENTRY = """
from qualia.plugin import Analyzer, NoParams
from . import deep

{functions}

class DistinctWords(Analyzer[NoParams, int]):
    def analyze(self, document, params):
        return deep.NUMBER
"""
_FUNCTION = (
    "def work_{n}(a, b={n}):\n    total = a + b\n    for each in range(3):\n        total += each\n    return total\n"
)


def rows(*, saves: int = SAVES, versions: int = VERSIONS, idle_s: float = IDLE_S) -> Iterator[Measurement]:
    """Measure reloading; each row has its budget.

    Args:
        saves: how often a file is saved for each distribution.
        versions: how many versions follow each other in the search for leaks.
        idle_s: how long the idle watch is looked at, in seconds.
    """
    with tempfile.TemporaryDirectory() as room, _core(Path(room)) as core:
        folder = _write(Path(room), "bench")
        yield from _saves(core, folder, saves)
        yield from _swaps(core, folder, saves)
        yield _failures(core, folder)
        yield _idle(core, folder, idle_s)
        yield _lease(Path(room))
    # Results that are kept on purpose are no leak.
    with tempfile.TemporaryDirectory() as room, _core(Path(room), evolve(_SETTINGS, cache_max_bytes=0)) as core:
        yield from _many(core, _write(Path(room), "bench"), versions)
    with tempfile.TemporaryDirectory() as room:
        yield from _peer(Path(room), saves)


@contextmanager
def _core(room: Path, settings: Settings = _SETTINGS) -> Generator[Core]:
    _write(room, "bench")
    with Core(room, settings=settings) as core:
        core.run("bench", _TEXT)
        yield core


def _write(room: Path, name: str) -> Path:
    folder = room / name
    folder.mkdir(exist_ok=True)
    half = FUNCTIONS // 2
    functions = "\n".join(_FUNCTION.format(n=number) for number in range(half))
    deep = "\n".join(_FUNCTION.format(n=number) for number in range(half, FUNCTIONS))
    (folder / "__init__.py").write_text(_ENTRY.format(functions=functions), encoding="utf-8")
    (folder / "deep.py").write_text(f"NUMBER = 1000\n{deep}", encoding="utf-8")
    (folder / "plugin.toml").write_text(MANIFEST.format(id=name), encoding="utf-8")
    return folder


def _save(folder: Path, number: int) -> None:
    """Give the submodule another number of the same length, as editors save: aside, then in one step."""
    path, aside = folder / "deep.py", folder / ".deep.py.swp"
    _line, _end, rest = path.read_text(encoding="utf-8").partition("\n")
    aside.write_text(f"NUMBER = {number}\n{rest}", encoding="utf-8")
    os.replace(aside, path)


@contextmanager
def _watched(core: Core) -> Generator[SimpleQueue[Event]]:
    """Watch; give what happens."""
    heard: SimpleQueue[Event] = SimpleQueue()
    forget = core.subscribe(heard.put, wait=True)
    with core.watch():
        yield heard
    forget()


def _await(heard: SimpleQueue[Event], kind: EventKind) -> None:
    while heard.get(timeout=_WAIT_S).kind is not kind:
        pass


def _saves(core: Core, folder: Path, saves: int) -> Iterator[Measurement]:
    """Measure from before the save until the new version has answered."""
    times: list[float] = []
    with _watched(core) as heard:
        for number in range(2000, 2000 + saves):
            began = time.perf_counter()
            _save(folder, number)
            _await(heard, EventKind.PLUGIN_RELOADED)
            if core.run("bench", _TEXT).value != number:
                raise AssertionError("an old version answered")
            times.append((time.perf_counter() - began) * 1000)
            # People do not save in the rhythm of the watch.
            time.sleep(0.05 + number % 7 * 0.01)
    yield _row("save to the new version's answer, median", statistics.median(times), 50)
    yield _row("save to the new version's answer, 95 %", _share(times, 0.95), 100)


def _swaps(core: Core, folder: Path, swaps: int) -> Iterator[Measurement]:
    times: list[float] = []
    for number in range(3000, 3000 + swaps * 3):
        _save(folder, number)
        began = time.perf_counter()
        core.reload("bench")
        times.append((time.perf_counter() - began) * 1000)
    yield _row("read, compile, check and swap a package, median", statistics.median(times), 5)
    yield _row("read, compile, check and swap a package, 99 %", _share(times, 0.99), 15)


def _failures(core: Core, folder: Path) -> Measurement:
    good = (folder / "__init__.py").read_text(encoding="utf-8")
    times: list[float] = []
    with _watched(core) as heard:
        for number in range(FAILURES):
            began = time.perf_counter()
            (folder / "__init__.py").write_text(f"{good}\nx = ({number}\n", encoding="utf-8")
            _await(heard, EventKind.RELOAD_FAILED)
            times.append((time.perf_counter() - began) * 1000)
            (folder / "__init__.py").write_text(f"{good}\n# {number}\n", encoding="utf-8")
            _await(heard, EventKind.PLUGIN_RELOADED)
    return _row("a save that cannot be loaded to its event, worst", max(times), 500)


def _idle(core: Core, folder: Path, idle_s: float) -> Measurement:
    """Measure the processor time of a watch over six plugins while nothing happens."""
    for name in "abcde":
        _write(folder.parent, f"bench_{name}")
    with core.watch():
        time.sleep(1.0)
        began, busy = time.perf_counter(), time.process_time()
        time.sleep(idle_s)
        share = (time.process_time() - busy) / (time.perf_counter() - began) * 100
    return Measurement(name="an idle watch", unit="% of a core", ours=share, peer="", budget=0.1)


def _lease(room: Path) -> Measurement:
    """Measure what it costs a run that its versions stay alive meanwhile, beside a `with` block that does nothing."""
    registry = Registry(Places(folders=(("folder", room),), installed=False))

    def within(block: Callable[[], AbstractContextManager[object]]) -> Callable[[], object]:
        def action() -> object:
            with block() as given:
                return given

        return action

    found = each_us({"ours": within(registry.leased), "plain": within(nullcontext)}, calls=20_000)
    return Measurement(
        name="lease of a snapshot", unit="us", ours=found["ours"], plain=found["plain"], peer="an empty with block"
    )


def _many(core: Core, folder: Path, versions: int) -> Iterator[Measurement]:
    """Reload again and again, and see what stays behind."""
    gone: list[weakref.ref[object]] = []
    for number in range(1000, 1050):
        _reloaded(core, folder, number, gone)
    gone.clear()
    before = _resources()
    tracemalloc.start()
    memory = _settled_memory()
    for number in range(2000, 2000 + versions):
        _reloaded(core, folder, number, gone)
    grown = (_settled_memory() - memory) / versions / 1024
    tracemalloc.stop()
    after = _resources()
    alive = sum(each() is not None for each in gone[:-1])
    yield _row(f"{versions:,} reloads: retired versions alive", alive, 0, unit="")
    for name, was in before.items():
        yield _row(f"{versions:,} reloads: more {name}", max(0, after[name] - was), 0, unit="")
    yield _row(f"{versions:,} reloads: memory for each", grown, 1, unit="KiB")


def _reloaded(core: Core, folder: Path, number: int, gone: list[weakref.ref[object]]) -> None:
    retired = threading.Event()

    def hear(event: Event) -> None:
        if event.kind is EventKind.PLUGIN_RETIRED:
            retired.set()

    forget = core.subscribe(hear, wait=True)
    _save(folder, number)
    core.reload("bench")
    core.run("bench", _TEXT)
    gone.append(weakref.ref(_module()))
    retired.wait(_WAIT_S)
    forget()


def _module() -> object:
    """Return the newest module of the plugin."""
    return sys.modules[[name for name in list(sys.modules) if name.startswith("_qualia_plugin_")][-1]]


def _settled_memory() -> int:
    gc.collect()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _resources() -> dict[str, int]:
    gc.collect()
    descriptors = Path("/proc/self/fd")
    open_files = len(list(descriptors.iterdir())) if descriptors.is_dir() else 0
    return {"threads": threading.active_count(), "open files": open_files, "modules": len(sys.modules)}


def _peer(room: Path, saves: int) -> Iterator[Measurement]:
    """Measure `importlib.reload` of the same code, module by module, and count its stale answers."""
    name, folder = "peer_of_bench", _write(room, "peer_of_bench")
    with Core(room, settings=_SETTINGS) as core:
        stale = _stale(lambda: core.reload(name), lambda: core.run(name, _TEXT).value, folder, saves)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    sys.path.insert(0, str(room))
    package = importlib.import_module(name)

    def reload() -> None:
        # The banned function is what is measured.
        again: Callable[[object], object] = vars(importlib)["reload"]
        again(package.deep)
        again(package)

    theirs = _stale(reload, lambda: int(package.deep.NUMBER), folder, saves)
    sys.path.remove(str(room))
    sys.dont_write_bytecode = before
    for each in [each for each in sys.modules if each.startswith(name)]:
        del sys.modules[each]
    peer = "importlib.reload"
    what = f"{saves} quick saves: answers of old code"
    yield Measurement(name=what, unit="", ours=stale[0], plain=theirs[0], peer=peer, budget=0)
    yield Measurement(name="one of them, median", unit="ms", ours=stale[1], plain=theirs[1], peer=peer)


def _stale(reload: Callable[[], object], answer: Callable[[], int], folder: Path, saves: int) -> tuple[int, float]:
    """Return how many answers were old, and the median time of a reload in milliseconds."""
    count, times = 0, list[float]()
    for number in range(5000, 5000 + saves):
        _save(folder, number)
        began = time.perf_counter()
        reload()
        times.append((time.perf_counter() - began) * 1000)
        count += answer() != number
    return count, statistics.median(times)


def _share(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def _row(name: str, ours: float, budget: float, *, unit: str = "ms") -> Measurement:
    return Measurement(name=name, unit=unit, ours=ours, peer="", budget=budget)
