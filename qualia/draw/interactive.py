"""Interactive charts: a plotly figure, as plain data, in a page that works without a network."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from qualia.draw.colour import Theme
from qualia.draw.labels import Language, plain
from qualia.draw.page import Script, escape, json_text, page, prepared

_START = """
(function () {
  var figure = JSON.parse(document.getElementById("figure").textContent);
  var place = document.getElementById("chart");
  var shown = figure.phone && window.innerWidth <= 600 ? figure.phone : figure;
  var below = document.getElementById("below");
  if (below && shown.subtitle) { below.textContent = shown.subtitle; }
  place.style.height = shown.height + "px";
  Plotly.register({moduleType: "locale", name: "pt", dictionary: figure.words, format: {}});
  Plotly.newPlot(place, shown.data, shown.layout, figure.config);
})();
"""
_PORTUGUESE = (
    ("Download plot as a PNG", "Baixar como PNG"),
    ("Download plot", "Baixar o gráfico"),
    ("Zoom", "Ampliar uma área"),
    ("Pan", "Mover"),
    ("Zoom in", "Aproximar"),
    ("Zoom out", "Afastar"),
    ("Autoscale", "Ajustar"),
    ("Reset axes", "Voltar ao início"),
    ("Double-click to zoom back out", "Clique duplo para voltar"),
    ("Taking snapshot - this may take a few seconds", "Preparando a imagem"),
    ("Snapshot succeeded", "Imagem pronta"),
)


@cache
def _library() -> Script:
    """Return plotly.js, five megabytes, prepared once for all the pages of a process."""
    from plotly.offline import get_plotlyjs  # heavy, and only charts that are drawn need it

    return prepared(get_plotlyjs())


def plotly_text(text: str) -> str:
    """Return text that plotly shows as it is; its labels otherwise understand ``<b>``, ``<a href>`` and entities."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plotly_layout(colours: Theme, language: Language, **more: Any) -> dict[str, Any]:
    """Return the layout all interactive charts share, with ``more`` on top."""
    behind = "rgba(0,0,0,0)" if colours.name == "transparent" else colours.background
    return {
        "autosize": True,
        "paper_bgcolor": behind,
        "plot_bgcolor": behind,
        "font": {"family": "DejaVu Sans, Verdana, sans-serif", "size": 13, "color": colours.ink},
        "colorway": list(colours.series),
        "separators": ",." if language == "pt" else ".,",
        "margin": {"l": 16, "r": 24, "t": 36, "b": 16},
        "hoverlabel": {"bgcolor": colours.background, "bordercolor": colours.muted, "font": {"color": colours.ink}},
        "showlegend": False,
        **more,
    }


class Shown(NamedTuple):
    """A plotly figure as a page shows it."""

    figure: Mapping[str, Any]
    """``data`` and ``layout`` as plotly names them; every text in them went through `plotly_text`."""
    height: int
    """In pixels."""
    subtitle: str = ""
    """One line above it; empty for none."""


def plotly_page(
    shown: Shown,
    *,
    title: str,
    alt: str,
    table: str,
    language: Language,
    colours: Theme,
    width: int,
    note: str = "",
    phone: Shown | None = None,
) -> bytes:
    """Return a page that holds plotly.js once, the chart and its data, and asks no host for anything.

    Args:
        shown: the chart.
        title: heads page and window.
        alt: what the chart shows, for those who do not see it.
        table: markup behind the chart.
        language: language of the page and of the chart's buttons.
        colours: the theme.
        width: widest the chart may become, in pixels; it shrinks with the window.
        note: a paragraph below the chart; empty for none.
        phone: the chart for windows of at most 600 pixels; None for the same.
    """
    figure = shown.figure
    config = {
        "responsive": True,
        "displaylogo": False,
        "typesetMath": False,
        "locale": "pt" if language == "pt" else "en-US",
        # Newer plotly.js offers to upload the chart to a site of theirs; what is drawn here stays here.
        "showSendToCloud": False,
        "showLink": False,
        "modeBarButtons": [["toImage", *(("zoom2d", "pan2d", "resetScale2d") if "xaxis" in figure["layout"] else ())]],
    }
    words = dict(_PORTUGUESE) if language == "pt" else {}
    spec = {**_spec(shown), "config": config, "words": words}
    if phone is not None:
        spec["phone"] = _spec(phone)
    body = (
        f"<h1>{escape(title)}</h1>"
        + (f'<p class="muted" id="below">{escape(shown.subtitle)}</p>' if shown.subtitle else "")
        + f'<figure><div id="chart" class="chart" role="img" aria-label="{escape(alt)}"></div></figure>'
        + (f"<p>{escape(note)}</p>" if note else "")
        + table
        + f'<script type="application/json" id="figure">{json_text(spec)}</script>'
    )
    return page(
        title=title,
        body=body,
        language="pt-BR" if language == "pt" else "en",
        colours=colours,
        width=width,
        style=f".chart{{width:100%;height:{shown.height}px}}",
        scripts=(_library(), _START),
    )


def _spec(shown: Shown) -> dict[str, Any]:
    """Return a chart as the page's script reads it."""
    figure = shown.figure
    return {
        "data": figure["data"],
        "layout": figure["layout"],
        "height": shown.height,
        "subtitle": plain(shown.subtitle),
    }
