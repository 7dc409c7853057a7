"""A cloud of words as SVG that carries its own font; fontTools, which makes it small, is declared by who calls."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from qualia.draw.cloud import Cloud, Placed, baseline, note_lines
from qualia.draw.page import data_uri, escape
from qualia.draw.static import font_path

Link = Callable[[str], str | None]
"""Gives the name of the place in the page a word leads to; None for none."""


def cloud_svg(cloud: Cloud, *, title: str, alt: str, link: Link | None = None) -> str:
    """Return a standalone SVG: text stays text, and looks the same where the font is not installed."""
    text = "".join((*(placed.word for placed in cloud.placed), *(key.name for key in cloud.keys), *cloud.note))
    rules = _face("Cloud", text, bold=False) + "text{font-family:Cloud,'DejaVu Sans',Verdana,sans-serif}"
    if cloud.title:
        rules += _face("CloudTitle", "".join(cloud.title), bold=True)
        rules += ".t{font-family:CloudTitle,'DejaVu Sans',Verdana,sans-serif;font-weight:bold;text-anchor:middle}"
    clear = cloud.colours.name == "transparent"
    behind = "" if clear else f'<rect width="100%" height="100%" fill="{cloud.colours.background}"/>'
    # What a picture holds is hidden from those who hear the page; links must not be.
    role = "img" if link is None else "group"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{cloud.width}" height="{cloud.height}" '
        f'viewBox="0 0 {cloud.width} {cloud.height}" role="{role}"><title>{escape(title)}</title>'
        f"<desc>{escape(alt)}</desc><style>{rules}</style>{behind}"
    )
    words = (_linked(placed, link) for placed in cloud.placed)
    return "\n".join((head, *_titles(cloud), *words, *_foot(cloud), "</svg>\n"))


def _titles(cloud: Cloud) -> Iterable[str]:
    for row, line in enumerate(cloud.title):
        yield (
            f'<text class="t" x="{cloud.width / 2:g}" y="{cloud.title_size * (1.53 + 1.35 * row):.0f}" '
            f'font-size="{cloud.title_size}" fill="{cloud.colours.ink}">{escape(line)}</text>'
        )


def _foot(cloud: Cloud) -> Iterable[str]:
    size = cloud.small
    for key in cloud.keys:
        yield (
            f'<rect x="{key.x}" y="{key.y - size * 0.4:g}" width="{size * 0.8:g}" height="{size * 0.8:g}" '
            f'fill="{key.colour}"/><text class="n" x="{key.x + size * 1.2:g}" y="{key.y + size * 0.35:g}" '
            f'font-size="{size}" fill="{cloud.colours.ink}">{escape(key.name)}</text>'
        )
    for y, line in note_lines(cloud):
        place = f'x="{size}" y="{y:g}" font-size="{size}"'
        yield f'<text class="n" {place} fill="{cloud.colours.muted}">{escape(line)}</text>'


def _linked(placed: Placed, link: Link | None) -> str:
    anchor = None if link is None else link(placed.word)
    return _text(placed) if anchor is None else f'<a href="#{anchor}">{_text(placed)}</a>'


def _text(placed: Placed) -> str:
    x, y = baseline(placed)
    place = f"translate({x:g},{y:g})" + (" rotate(-90)" if placed.upright else "")
    return f'<text transform="{place}" font-size="{placed.size}" fill="{placed.colour}">{escape(placed.word)}</text>'


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
