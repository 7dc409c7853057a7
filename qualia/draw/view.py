"""One chart in every form: an interactive page, a page without scripts, a picture; decided once, drawn by any."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from qualia.draw.browser import browser_picture
from qualia.draw.colour import Theme
from qualia.draw.interactive import Shown, plotly_page, plotly_text
from qualia.draw.labels import Language, PictureFormat
from qualia.draw.page import data_uri, escape, page
from qualia.draw.static import draw, headline, lacking_note

_PHONE = 358
"""Pixels a phone of 390 has between the margins of a page."""


class View(NamedTuple):
    """Everything one chart is drawn from."""

    title: str
    subtitle: str
    alt: str
    """What the chart shows, for those who do not see it."""
    language: Language
    figure: Callable[[Theme], Mapping[str, Any]]
    """Gives ``data`` and ``layout`` as plotly names them."""
    paint: Callable[[Any, Theme, float], None]
    """Paints a matplotlib figure below its headline, which takes so many pixels."""
    table: str
    """The data, as markup."""
    texts: tuple[str, ...]
    """The words and names drawn, in which the font of pictures may lack a character."""
    height: int
    """Of the interactive chart, in pixels."""
    note: str = ""
    """What a page says below the chart; empty for nothing."""
    left_out: str = ""
    """What a picture of this size says it has no room for; an interactive chart has. Empty for nothing."""


def rendered(
    view_at: Callable[..., View],
    *,
    format: PictureFormat,  # noqa: A002
    interactive: bool,
    browser: bool,
    colours: Theme,
    width: int,
    height: int,
) -> bytes:
    """Return a chart as a page or picture.

    Args:
        view_at: makes the view for a width and height in pixels; a page without scripts asks twice, because what is
            merely shrunk to a phone is too small to read.
        format: kind of file.
        interactive: whether a page has scripts, which answer to the pointer and weigh five megabytes.
        browser: whether a picture is drawn by plotly in a Chromium that is installed, instead of without a browser.
        colours: the theme.
        width: pixels; of a page, the widest the chart may become.
        height: pixels.

    Raises:
        UnsupportedInput: a browser is wanted and there is none, or no kaleido.
    """
    view = view_at(width=width, height=height)
    if format != "html":
        if browser:
            return browser_picture(_headed(view, colours), format=format, width=width, height=height)
        return _still(view, format=format, colours=colours, width=width, height=height)
    heading: dict[str, Any] = {"title": view.title, "alt": view.alt, "language": view.language}
    heading |= {"colours": colours, "width": width, "table": view.table, "note": view.note}
    phone = view_at(width=_PHONE, height=max(420, min(640, height)))
    if interactive:
        small = Shown(figure=phone.figure(colours), height=phone.height, subtitle=phone.subtitle)
        shown = Shown(figure=view.figure(colours), height=view.height, subtitle=view.subtitle)
        return plotly_page(shown, phone=small, **heading)
    size: dict[str, Any] = {"width": width, "height": max(height, view.height)}
    little: dict[str, Any] = {"width": _PHONE, "height": max(420, phone.height)}
    wide = _still(view_at(**size), format="svg", colours=colours, is_headed=False, **size)
    narrow = _still(view_at(**little), format="svg", colours=colours, is_headed=False, **little)
    return light_page(wide, narrow, **heading)


def _still(view: View, *, format: Any, colours: Theme, width: int, height: int, is_headed: bool = True) -> bytes:  # noqa: A002
    note = lacking_note(view.texts, view.language)
    subtitle = " · ".join(each for each in (view.subtitle, view.left_out, note) if each)

    def paint(figure: Any) -> None:
        title = view.title if is_headed else ""
        head = headline(figure, title=title, subtitle=subtitle, colours=colours) if title or subtitle else 10.0
        view.paint(figure, colours, head)

    alt = f"{view.alt} {note}".strip()
    return draw(paint, width=width, height=height, format=format, colours=colours, title=view.title, alt=alt)


def _headed(view: View, colours: Theme) -> dict[str, Any]:
    """Return the figure with what a page would say above it."""
    figure = view.figure(colours)
    layout: Mapping[str, Any] = figure["layout"]
    lines = f"<b>{plotly_text(view.title)}</b><br><sup>{plotly_text(view.subtitle)}</sup>"
    title = {"text": lines, "x": 0.02, "xanchor": "left", "font": {"size": 22, "color": colours.ink}}
    return {"data": figure["data"], "layout": {**layout, "title": title, "margin": {**layout["margin"], "t": 96}}}


def light_page(
    wide: bytes,
    narrow: bytes,
    *,
    title: str,
    alt: str,
    table: str,
    language: Language,
    colours: Theme,
    width: int,
    note: str = "",
) -> bytes:
    """Return a page without scripts: a picture, another one for a phone, and the data.

    Args:
        wide: SVG.
        narrow: SVG for windows of at most 600 pixels.
        title: heads page and window.
        alt: what the picture shows.
        table: the data, as markup.
        language: of the page.
        colours: the theme.
        width: widest the picture may become, in pixels.
        note: a paragraph below the picture; empty for none.
    """
    source = f'<source media="(max-width:600px)" srcset="{data_uri("image/svg+xml", narrow)}">'
    picture = f'<picture>{source}<img src="{data_uri("image/svg+xml", wide)}" alt="{escape(alt)}"></picture>'
    said = f"<p>{escape(note)}</p>" if note else ""
    return page(
        title=title,
        body=f'<h1>{escape(title)}</h1><figure class="drawing">{picture}</figure>{said}{table}',
        language="pt-BR" if language == "pt" else "en",
        colours=colours,
        width=width,
        style="picture{display:block}",
    )
