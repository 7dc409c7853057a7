"""Where the words of a cloud stand, and the cloud as PNG."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from attrs import frozen

from qualia.draw import Theme, drawable, font_path, readable, shortened, wrapped
from qualia.records import WordCount

_LONGEST = 40
"""Characters of a word; longer ones would not fit the smallest cloud."""
_SCALE = 2
"""Words are placed on a plane this many times smaller than the picture: three times faster, and as many fit."""


@frozen(kw_only=True)
class Placed:
    """One word in its place."""

    word: str
    size: int
    """Font size in pixels of the picture."""
    x: int
    """Left edge of the ink, in pixels from the left."""
    y: int
    """Upper edge of the ink, in pixels from the top."""
    upright: bool
    """Whether the word runs from bottom to top."""
    colour: str


@frozen(kw_only=True)
class Cloud:
    """A cloud ready to be drawn."""

    width: int
    height: int
    colours: Theme
    placed: tuple[Placed, ...]
    """Largest first."""
    title: tuple[str, ...]
    """Lines above the words; empty for none."""
    title_size: int
    """Font size of the title in pixels."""


def cloud_words(words: Iterable[WordCount], limit: int) -> dict[str, int]:
    """Return what to draw, most frequent first, as the font can show it; words that look the same count together."""
    found: dict[str, int] = {}
    for item in words:
        word = drawable(shortened(item.word, _LONGEST))
        if word and item.count > 0 and (word in found or len(found) < limit):
            found[word] = found.get(word, 0) + item.count
    return found


def laid_out(words: dict[str, int], *, width: int, height: int, colours: Theme, title: str) -> Cloud:
    """Place the words; the same words and size give the same cloud."""
    import wordcloud

    untyped: Any = wordcloud
    title_size = max(16, min(40, height // 18))
    lines = tuple(wrapped(title, width * 0.94, title_size, lines=2, bold=True)) if title else ()
    head = round(len(lines) * title_size * 1.35 + (title_size * 0.8 if lines else 0))
    plane = untyped.WordCloud(
        # Rounded down, so that no word reaches over the edge of a picture with an odd side.
        width=width // _SCALE,
        height=(height - head) // _SCALE,
        scale=_SCALE,
        font_path=font_path(),
        max_words=len(words),
        relative_scaling=0.45,
        random_state=7,
        color_func=_black,
    ).generate_from_frequencies(words)
    placed = tuple(
        Placed(
            word=word,
            size=int(size * _SCALE),
            x=int(x * _SCALE),
            y=int(y * _SCALE) + head,
            upright=turn is not None,
            colour=readable(colours.series[rank % len(colours.series)], colours.background),
        )
        for rank, ((word, _), size, (y, x), turn, _) in enumerate(plane.layout_)
    )
    return Cloud(width=width, height=height, colours=colours, placed=placed, title=lines, title_size=title_size)


def _black(*_: object, **__: object) -> str:
    """Stand in for the library's own colours, which would take time; words get theirs by rank."""
    return "#000000"


def png(cloud: Cloud) -> bytes:
    """Return the cloud as PNG."""
    from PIL import Image, ImageDraw, ImageFont

    clear = cloud.colours.name == "transparent"
    behind = "#00000000" if clear else cloud.colours.background
    image = Image.new("RGBA" if clear else "RGB", (cloud.width, cloud.height), behind)
    brush = ImageDraw.Draw(image)
    bold = ImageFont.truetype(font_path(bold=True), cloud.title_size)
    for row, line in enumerate(cloud.title):
        y = cloud.title_size * (0.6 + 1.35 * row)
        brush.text((cloud.width / 2, y), line, fill=cloud.colours.ink, font=bold, anchor="ma")
    for item in cloud.placed:
        font: Any = ImageFont.truetype(font_path(), item.size)
        if item.upright:
            font = ImageFont.TransposedFont(font, orientation=Image.Transpose.ROTATE_90)
            brush.text((item.x, item.y), item.word, fill=item.colour, font=font)
        else:
            left, top, _, _ = font.getbbox(item.word)
            brush.text((item.x - left, item.y - top), item.word, fill=item.colour, font=font)
    target = io.BytesIO()
    image.save(target, format="PNG")
    return target.getvalue()
