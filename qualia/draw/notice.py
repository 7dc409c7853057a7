"""A picture that says in words why there is nothing to draw."""

from __future__ import annotations

from typing import Any

from qualia.draw.colour import Theme
from qualia.draw.labels import Language, PictureFormat
from qualia.draw.page import escape, page
from qualia.draw.static import draw, headline, points, wrapped


def notice(
    format: PictureFormat,  # noqa: A002
    *,
    title: str,
    message: str,
    detail: str,
    language: Language,
    colours: Theme,
    width: int,
    height: int,
) -> bytes:
    """Return the picture: ``message`` large ("no data"), ``detail`` below it (why)."""
    if format == "html":
        body = (
            f"<h1>{escape(title)}</h1>"
            f'<div class="notice"><strong>{escape(message)}</strong><p class="muted">{escape(detail)}</p></div>'
        )
        tag = "pt-BR" if language == "pt" else "en"
        return page(title=title, body=body, language=tag, colours=colours, width=width)

    def paint(figure: Any) -> None:
        headline(figure, title=title, subtitle="", colours=colours)
        large, small = (24.0, 14.0) if width >= 560 else (17.0, 12.0)
        figure.text(0.5, 0.5, message, ha="center", va="bottom", size=points(large), color=colours.ink, weight="bold")
        lines = wrapped(detail, width * 0.8, small, lines=4)
        place = {"ha": "center", "va": "top", "size": points(small), "color": colours.muted, "linespacing": 1.5}
        figure.text(0.5, 0.5 - 10 / height, "\n".join(lines), **place)

    alt = f"{message}. {detail}".strip()
    return draw(paint, width=width, height=height, format=format, colours=colours, title=title, alt=alt)
