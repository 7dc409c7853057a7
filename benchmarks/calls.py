"""What one call through the engine costs over the same work called directly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measure import Measurement, each_us, is_installed, write_plugin
from qualia import Core, Document, Settings
from qualia._engine.call import Call
from qualia._engine.inputs import Input
from qualia._engine.runner import Runner
from qualia.cancel import Control

TEXT = "".join(f"word{number} of a text " for number in range(500))


def rows() -> list[Measurement]:
    """Measure calls of a plugin that does nothing, so that only the engine is left, and of one that counts words."""
    with _cores() as (idle, cached, counting):
        document, text = Document("a"), Document(TEXT)
        fresh = iter([Document(f"{TEXT}{number}") for number in range(11 * 100)])
        guarded, hit = _guarded(idle, document), _guarded(cached, document)
        key = cached.run("idle", document).key
        kept = {key: document}
        quick: dict[str, Callable[[], object]] = {
            "plain": lambda: len(document.text),
            "guard": guarded,
            "guard hit": hit,
            "memory hit": lambda: cached.cache.get(key),
            "dict": lambda: kept.get(key),
        }
        if is_installed("pluggy"):
            quick["pluggy"] = _hook(document)
        found = each_us(quick, calls=2000)
        run = each_us(
            {"off": lambda: idle.run("idle", document), "hit": lambda: cached.run("idle", document)}, calls=500
        )
        whole = each_us(
            {
                "plain": lambda: len(Counter(TEXT.split())),
                "first": lambda: counting.run("counting", next(fresh)),
                "hit": lambda: counting.run("counting", text),
            },
            calls=100,
        )
    return _measurements(found, run, whole)


def _measurements(found: dict[str, float], run: dict[str, float], whole: dict[str, float]) -> list[Measurement]:
    plain, group, unit = found["plain"], "call", "us"
    hook = found["pluggy"] - plain if "pluggy" in found else None
    over = "over the plugin's own time"

    def row(name: str, ours: float, beside: float | None, peer: str, budget: float | None = None) -> Measurement:
        return Measurement(group=group, unit=unit, name=name, ours=ours, plain=beside, peer=peer, budget=budget)

    return [
        row(f"guarded call, cache off, {over}", found["guard"] - plain, hook, "pluggy hook", 5),
        row("memory hit, the cache alone", found["memory hit"], found["dict"], "dict", 2),
        row("guarded call, memory hit", found["guard hit"], hook, "pluggy hook"),
        row(f"core.run, cache off, {over}", run["off"] - plain, hook, "pluggy hook"),
        row("core.run, memory hit", run["hit"], hook, "pluggy hook"),
        row("count 2,000 words, first time", whole["first"], whole["plain"], "plain call"),
        row("count 2,000 words, again", whole["hit"], whole["plain"], "plain call"),
    ]


@contextmanager
def _cores() -> Generator[tuple[Core, Core, Core]]:
    """Open a Core without cache and one with, both with a plugin that does nothing, and one that counts words."""
    with TemporaryDirectory() as folder:
        idle = write_plugin(Path(folder), "idle", body="len(document.text)")
        counting = write_plugin(Path(folder), "counting")
        with (
            Core([idle], settings=Settings(cache_max_bytes=0)) as off,
            Core([idle], settings=Settings()) as on,
            Core([counting], settings=Settings()) as words,
        ):
            yield off, on, words


def _guarded(core: Core, document: Document) -> Callable[[], object]:
    """Return a call of the guard itself, without planning and running around it."""
    # The guard has no public door: everybody else comes through `Core.run`, which is measured too.
    core.run("idle", document)
    engine: object = vars(core)["_built"]
    runner: Runner = vars(engine)["_runner"]
    guard = runner.guard
    call = Call(
        plugin="idle",
        plugins=runner.registry.snapshot,
        params=guard.params(runner.registry.snapshot, "idle", {}),
        inputs={"document": Input(value=document)},
        run_id="bench",
        step="idle",
        control=Control(name="bench", clock=lambda: 0.0),
    )
    return lambda: guard.call(call)


def _hook(document: Document) -> Callable[[], object]:
    """Return a call of a pluggy hook with one plugin that does the same nothing."""
    import pluggy

    class Spec:
        """What is asked."""

        @pluggy.HookspecMarker("bench")
        def analyze(self, document: Document) -> int:
            """Say how long a text is."""
            raise NotImplementedError

    class Plugin:
        """Who answers."""

        @pluggy.HookimplMarker("bench")
        def analyze(self, document: Document) -> int:
            """Say how long a text is."""
            return len(document.text)

    manager: Any = pluggy.PluginManager("bench")
    manager.add_hookspecs(Spec)
    manager.register(Plugin())
    return lambda: manager.hook.analyze(document=document)
