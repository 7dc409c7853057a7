"""How cost grows: with the length of a document, the number of steps, and the number of plugins."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import frozen

from benchmarks.measure import write_plugin
from qualia import Core, Document, Settings

WORDS = "in the year the people of the village met under the old tree and spoke "


@frozen(kw_only=True)
class Curve:
    """One cost over one size."""

    title: str
    over: str
    """What the sizes count."""
    sizes: tuple[int, ...]
    lines: dict[str, tuple[float, ...]]
    """Milliseconds by what was measured."""


def curves() -> list[Curve]:
    """Measure how cost grows."""
    with TemporaryDirectory() as folder:
        return [_documents(Path(folder, "documents")), _steps(Path(folder, "steps")), _plugins(Path(folder, "plugins"))]


def _best_ms(action: Callable[[], object], *, tries: int = 3) -> float:
    best = float("inf")
    for _ in range(tries):
        began = time.perf_counter()
        action()
        best = min(best, (time.perf_counter() - began) * 1000)
    return best


def _count(text: str) -> int:
    return len(Counter(text.split()))


def _documents(folder: Path) -> Curve:
    sizes = tuple(10**power for power in range(3, 8))
    plain: list[float] = []
    first: list[float] = []
    again: list[float] = []
    with Core([write_plugin(folder, "counting")], settings=Settings()) as core:
        core.run("counting", Document("a"))
        for size in sizes:
            text = (WORDS * (size // len(WORDS) + 1))[:size]
            fresh = iter([Document(f"{text}{number}") for number in range(3)])
            known = Document(f"{text}0")
            plain.append(_best_ms(partial(_count, text)))
            first.append(_best_ms(lambda: core.run("counting", next(fresh))))  # noqa: B023 - called at once
            again.append(_best_ms(partial(core.run, "counting", known)))
    lines = {"plain Python": tuple(plain), "first run": tuple(first), "from the cache": tuple(again)}
    return Curve(title="Length of a document", over="characters", sizes=sizes, lines=lines)


def _steps(folder: Path) -> Curve:
    sizes = (1, 2, 5, 10, 20, 50, 100, 200)
    first: list[float] = []
    again: list[float] = []
    plugin = write_plugin(folder, "counting")
    with Core([plugin], settings=Settings()) as core, Core([plugin], settings=Settings(cache_max_bytes=0)) as uncached:
        core.run("counting", Document("a"))
        for size in sizes:
            asked = {"steps": [{"plugin": "counting", "id": f"s{number}"} for number in range(size)]}
            known = Document(f"{WORDS}{size}")
            first.append(_best_ms(partial(uncached.run_pipeline, asked, known)))
            again.append(_best_ms(partial(core.run_pipeline, asked, known)))
    lines = {"computed": tuple(first), "from the cache": tuple(again)}
    return Curve(title="Number of steps", over="steps", sizes=sizes, lines=lines)


def _plugins(folder: Path) -> Curve:
    sizes = (1, 3, 10, 30, 100, 300, 1000)
    listing: list[float] = []
    made = 0
    for size in sizes:
        while made < size:
            write_plugin(folder, f"counting_{made}")
            made += 1

        def listed() -> None:
            with Core([folder], settings=Settings()) as core:
                list(core.plugins.values())

        listing.append(_best_ms(listed))
    return Curve(title="Number of plugins", over="plugins", sizes=sizes, lines={"Core() and list": tuple(listing)})


def plot(found: list[Curve], folder: Path) -> list[Path]:
    """Draw one picture for each curve, both axes logarithmic, and return where they are."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    paths: list[Path] = []
    for curve in found:
        figure: Any = Figure(figsize=(6.4, 4), layout="constrained")
        FigureCanvasAgg(figure)
        axes: Any = figure.add_subplot()
        for name, values in curve.lines.items():
            axes.loglog(curve.sizes, values, marker="o", label=name)
        axes.set(title=curve.title, xlabel=curve.over, ylabel="ms")
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
        paths.append(folder / f"{curve.title.lower().replace(' ', '-')}.png")
        figure.savefig(paths[-1], dpi=120)
    return paths
