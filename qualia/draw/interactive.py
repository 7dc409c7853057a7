"""Interactive charts: a plotly figure, as plain data, in a page that works without a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qualia.draw.colour import Theme
from qualia.draw.labels import Language, plain
from qualia.draw.page import escape, json_text, page

_START = """
(function () {
  var figure = JSON.parse(document.getElementById("figure").textContent);
  Plotly.register({moduleType: "locale", name: "pt", dictionary: figure.words, format: {}});
  Plotly.newPlot("chart", figure.data, figure.layout, figure.config);
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


def plotly_text(text: str) -> str:
    """Return text that plotly shows as it is; its labels otherwise understand ``<b>``, ``<a href>`` and entities."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plotly_layout(colours: Theme, language: Language, **more: Any) -> dict[str, Any]:
    """Return the layout all interactive charts share, with ``more`` on top."""
    return {
        "autosize": True,
        "paper_bgcolor": colours.background,
        "plot_bgcolor": colours.background,
        "font": {"family": "DejaVu Sans, Verdana, sans-serif", "size": 13, "color": colours.ink},
        "colorway": list(colours.series),
        "separators": ",." if language == "pt" else ".,",
        "margin": {"l": 16, "r": 24, "t": 36, "b": 16},
        "hoverlabel": {"bgcolor": colours.background, "bordercolor": colours.muted, "font": {"color": colours.ink}},
        "showlegend": False,
        **more,
    }


def plotly_page(
    figure: Mapping[str, Any],
    *,
    title: str,
    subtitle: str,
    alt: str,
    table: str,
    language: Language,
    colours: Theme,
    width: int,
    height: int,
) -> bytes:
    """Return a page that holds plotly.js once, the chart and its data table, and asks no host for anything.

    Args:
        figure: ``data`` and ``layout`` as plotly names them; every text in them went through `plotly_text`.
        title: heads page and window.
        subtitle: one line below it; empty for none.
        alt: what the chart shows, for those who do not see it.
        table: markup behind the chart.
        language: language of the page and of the chart's buttons.
        colours: the theme.
        width: widest the chart may become, in pixels; it shrinks with the window.
        height: height of the chart, in pixels.
    """
    from plotly.offline import get_plotlyjs  # heavy, and only charts that are drawn need it

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
    spec = {"data": figure["data"], "layout": figure["layout"], "config": config, "words": words}
    body = (
        f"<h1>{escape(title)}</h1>"
        + (f'<p class="muted">{escape(subtitle)}</p>' if subtitle else "")
        + f'<figure><div id="chart" class="chart" role="img" aria-label="{escape(alt)}"></div></figure>'
        + table
        + f'<script type="application/json" id="figure">{json_text(spec)}</script>'
    )
    return page(
        title=title,
        body=body,
        language="pt-BR" if language == "pt" else "en",
        colours=colours,
        width=width,
        style=f".chart{{width:100%;height:{height}px}}",
        scripts=(get_plotlyjs(), _START),
    )
