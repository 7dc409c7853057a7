"""What pictures and pages cost, beside wordcloud's own defaults, plotly's ``to_html`` and kaleido."""

from __future__ import annotations

import importlib.util
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.measure import ROOT, Measurement, is_installed
from qualia import Core, Document
from qualia._plugins.catalog import shipped_folder
from qualia.draw import chromium
from qualia.records import WordCount, WordFrequencies

MEETING = Path(ROOT) / "qualia" / "cli" / "material" / "reuniao.vtt"
WORDS = WordFrequencies(
    words=tuple(
        WordCount(f"{root}{end}", 4000 // (at + 2))
        for at, (root, end) in enumerate(
            (root, end)
            for end in ("", "s", "mente", "ção", "inho", "ista", "eiro", "agem", "ável", "dor")
            for root in (
                "casa",
                "água",
                "rua",
                "fila",
                "plano",
                "tempo",
                "gente",
                "desenvolvi",
                "mês",
                "hora",
                "coisa",
                "lista",
                "teste",
                "balcão",
                "doutor",
                "semana",
                "pedido",
                "sistema",
                "horário",
                "vaga",
            )
        )
    ),
    total=40_000,
    distinct=9_000,
    language="pt",
)
_FIRST = """
import importlib.util, sys, time
sys.path[:0] = {path!r}
from benchmarks.pictures import WORDS, loaded
plugin = loaded({plugin!r})
drawer, params = plugin.{entry}(), plugin.Params(**{params!r})
began = time.perf_counter()
drawer.render(params, word_frequencies=WORDS)
print((time.perf_counter() - began) * 1000)
"""
_FIRST_PLOTLY = """
import time
began = time.perf_counter()
import plotly.graph_objects as go
go.Figure(go.Bar(x=["palavra %d" % at for at in range(20)], y=list(range(20)))).to_html(include_plotlyjs=True)
print((time.perf_counter() - began) * 1000)
"""
_FIRST_KALEIDO = """
import time
import plotly.graph_objects as go
figure = go.Figure(go.Bar(x=["palavra %d" % at for at in range(20)], y=list(range(20))))
began = time.perf_counter()
figure.to_image(format="png", width=960, height=540)
print((time.perf_counter() - began) * 1000)
"""


def loaded(plugin: str) -> ModuleType:
    """Import a shipped plugin as a plain package."""
    name, path = f"measured_{plugin}", shipped_folder() / plugin / "__init__.py"
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=[str(path.parent)])
    if spec is None or spec.loader is None:
        raise ImportError(plugin)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def rows() -> Iterator[Measurement]:
    """Yield the figures."""
    yield from _clouds()
    yield from _charts()
    yield from _stills()
    yield from _report()


def _clouds() -> Iterator[Measurement]:
    plugin = loaded("wordcloud_viz")
    drawer = plugin.WordCloudPicture()
    for form, budget in (("png", 700.0), ("svg", 500.0), ("pdf", None), ("html", None)):
        params = plugin.Params(format=form)
        ours = _best(partial(drawer.render, params, word_frequencies=WORDS))
        peer = _best(partial(_their_cloud, form), rounds=2) if form in ("png", "svg") else None
        yield Measurement(
            name=f"cloud of 200 words, 1600x800, {form.upper()}",
            unit="ms",
            ours=ours,
            plain=peer,
            peer="wordcloud's defaults" if peer is not None else "",
            budget=budget,
        )


def _their_cloud(form: str) -> None:
    import io

    import wordcloud

    untyped: Any = wordcloud
    cloud = untyped.WordCloud(width=1600, height=800, random_state=7).generate_from_frequencies(
        {each.word: each.count for each in WORDS.words}
    )
    if form == "svg":
        cloud.to_svg(embed_font=True)
    else:
        cloud.to_image().save(io.BytesIO(), format="PNG")


def _charts() -> Iterator[Measurement]:
    plugin = loaded("frequency_chart")
    drawer, params = plugin.FrequencyChart(), plugin.Params()
    first = _first("frequency_chart", "FrequencyChart", {})
    yield Measurement(
        name="first chart page", unit="ms", ours=first, plain=_printed(_FIRST_PLOTLY), peer="plotly to_html", budget=250
    )
    yield Measurement(
        name="later chart page",
        unit="ms",
        ours=_best(lambda: drawer.render(params, word_frequencies=WORDS)),
        plain=_best(lambda: _their_figure().to_html(include_plotlyjs=True)),
        peer="plotly to_html",
        budget=40,
    )
    page = drawer.render(params, word_frequencies=WORDS).data.decode()
    spec = re.search(r'<script type="application/json" id="figure">(.*?)</script>', page, re.DOTALL)
    figure: dict[str, Any] = json.loads(spec[1]) if spec is not None else {}
    data = json.dumps({"data": figure["data"], "layout": figure["layout"]}, ensure_ascii=False).encode()
    yield Measurement(
        name="data of a chart, for one width",
        unit="KB",
        ours=len(data) / 1000,
        plain=len(_their_figure().to_html(include_plotlyjs=False, full_html=False).encode()) / 1000,
        peer="plotly's div",
        budget=10,
    )
    light = plugin.Params(interactive=False)
    yield Measurement(
        name="later chart page without scripts",
        unit="ms",
        ours=_best(lambda: drawer.render(light, word_frequencies=WORDS)),
        peer="",
    )


def _stills() -> Iterator[Measurement]:
    has_browser = is_installed("kaleido") and chromium() is not None
    yield Measurement(
        name="first chart as PNG, without a browser",
        unit="ms",
        ours=_first("frequency_chart", "FrequencyChart", {"format": "png"}),
        plain=_printed(_FIRST_KALEIDO, rounds=2) if has_browser else None,
        peer="kaleido",
        budget=1000,
    )
    plugin = loaded("frequency_chart")
    drawer = plugin.FrequencyChart()
    for form in ("png", "svg", "pdf"):
        params = plugin.Params(format=form)
        yield Measurement(
            name=f"later chart as {form.upper()}",
            unit="ms",
            ours=_best(partial(drawer.render, params, word_frequencies=WORDS)),
            peer="",
            budget=1000,
        )
    if has_browser:
        params = plugin.Params(format="png", browser=True)
        ours = _best(lambda: drawer.render(params, word_frequencies=WORDS), rounds=2)
        yield Measurement(name="chart as PNG, through Chromium", unit="ms", ours=ours, peer="")


def _report() -> Iterator[Measurement]:
    document = Document.from_path(MEETING)
    plugin = loaded("meeting_report")
    with Core() as core:
        words, tone = core.run("word_frequency", document).value, core.run("sentiment_analyzer", document).value
    reporter, params = plugin.MeetingReport(), plugin.Params()
    ours = _best(lambda: reporter.render(params, word_frequencies=words, sentiment=tone))
    yield Measurement(name="report of a meeting of 16 minutes", unit="ms", ours=ours, peer="")


def _their_figure() -> Any:
    import plotly.graph_objects as go

    untyped: Any = go
    most = WORDS.words[:20]
    return untyped.Figure(untyped.Bar(x=[each.word for each in most], y=[each.count for each in most]))


def _best(action: Callable[[], object], *, rounds: int = 5) -> float:
    """Return the milliseconds of the fastest of several calls, after one that warms up."""
    action()
    times: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        action()
        times.append((time.perf_counter() - began) * 1000)
    return min(times)


def _first(plugin: str, entry: str, params: dict[str, Any]) -> float:
    return _printed(
        _FIRST.format(path=[ROOT, str(Path(__file__).parents[1])], plugin=plugin, entry=entry, params=params)
    )


def _printed(code: str, *, rounds: int = 5) -> float:
    """Return the median of what fresh interpreters print."""
    found: list[float] = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
        found.append(float(done.stdout.split()[-1]))
    return statistics.median(found)
