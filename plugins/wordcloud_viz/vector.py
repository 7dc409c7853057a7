"""The cloud as SVG that carries its own font, and as a page around it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from qualia.draw import Language, data_uri, escape, folded, font_path, number, page, percent, table
from qualia.records import WordCount

from .cloud import Cloud, Placed


def svg(cloud: Cloud, *, title: str, alt: str) -> str:
    """Return a standalone SVG: text stays text, and looks the same where the font is not installed."""
    text = "".join(placed.word for placed in cloud.placed)
    rules = _face("Cloud", text, bold=False) + "text{font-family:Cloud,'DejaVu Sans',Verdana,sans-serif}"
    if cloud.title:
        rules += _face("CloudTitle", "".join(cloud.title), bold=True)
        rules += ".t{font-family:CloudTitle,'DejaVu Sans',Verdana,sans-serif;font-weight:bold;text-anchor:middle}"
    clear = cloud.colours.name == "transparent"
    behind = "" if clear else f'<rect width="100%" height="100%" fill="{cloud.colours.background}"/>'
    lines = [
        f'<text class="t" x="{cloud.width / 2:g}" y="{cloud.title_size * (1.53 + 1.35 * row):.0f}" '
        f'font-size="{cloud.title_size}" fill="{cloud.colours.ink}">{escape(line)}</text>'
        for row, line in enumerate(cloud.title)
    ]
    return "\n".join(
        (
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{cloud.width}" height="{cloud.height}" '
                f'viewBox="0 0 {cloud.width} {cloud.height}" role="img"><title>{escape(title)}</title>'
                f"<desc>{escape(alt)}</desc><style>{rules}</style>{behind}"
            ),
            *lines,
            *(_text(placed) for placed in cloud.placed),
            "</svg>\n",
        )
    )


def _text(placed: Placed) -> str:
    """Return one word; what is known is where its ink begins, what SVG asks for is where its baseline begins."""
    font = _font(placed.size)
    left, top, right, _ = font.getbbox(placed.word)
    rise = font.getmetrics()[0] - top
    if placed.upright:
        place = f"translate({placed.x + rise:g},{placed.y + right:g}) rotate(-90)"
    else:
        place = f"translate({placed.x - left:g},{placed.y + rise:g})"
    return f'<text transform="{place}" font-size="{placed.size}" fill="{placed.colour}">{escape(placed.word)}</text>'


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(font_path(), size)


def _face(family: str, characters: Iterable[str], *, bold: bool) -> str:
    """Return the CSS that brings along the shapes of these characters."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(hinting=False, layout_features=["kern", "mark", "mkmk", "ccmp"], notdef_outline=True)
    options.drop_tables = [*options.drop_tables, "FFTM"]  # a time stamp of the font's editor
    with TTFont(font_path(bold=bold), recalcTimestamp=False, lazy=True) as font:
        chosen: Any = subset.Subsetter(options)
        chosen.populate(text="".join(sorted(set(characters))))
        chosen.subset(font)
        font.flavor = "woff"
        target = io.BytesIO()
        font.save(target)
    return f"@font-face{{font-family:{family};src:url({data_uri('font/woff', target.getvalue())}) format('woff')}}"


def cloud_page(
    cloud: Cloud, words: Sequence[WordCount], *, total: int, title: str, alt: str, language: Language
) -> bytes:
    """Return a page with the cloud and a table of ``words``, of ``total`` counted; it has no scripts."""
    rows = [
        [item.word, number(item.count, language), percent(item.count / max(total, item.count), language)]
        for item in words
        if item.count > 0
    ]
    portuguese = language == "pt"
    columns = ["Palavra", "Ocorrências", "Parte do total"] if portuguese else ["Word", "Occurrences", "Share of all"]
    data = table(caption=title, columns=columns, rows=rows, numbers=(1, 2))
    drawing = f'<figure class="drawing">{svg(cloud, title=title, alt=alt)}</figure>'
    return page(
        title=title,
        body=f"<h1>{escape(title)}</h1>{drawing}{folded('Dados' if portuguese else 'Data', data)}",
        language="pt-BR" if portuguese else "en",
        colours=cloud.colours,
        width=cloud.width,
    )
