"""Words packed into a shape, the larger the more often they occur: where each stands, and the cloud as PNG and PDF.

The places are found by the library ``wordcloud``, which the plugin that calls declares, as it does Pillow.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import cos, fsum, pi, sin, sqrt
from typing import Any, Literal, NamedTuple

from qualia.draw.colour import Theme
from qualia.draw.static import draw, fitted, font_path, points, text_width, wrapped

Shape = Literal["rectangle", "ellipse", "diamond", "heart", "star", "cloud", "bubble"]

_SCALE = 3
"""Words are placed on a plane this many times smaller than the picture: many times faster, and as many fit."""
_TRIES = 4
_SCALING = 0.45
"""How much a word's size follows its frequency, and how much its rank, as the library has it."""
_FILLED = 0.55
"""Share of the plane that many words can be expected to cover; a few can cover more."""
_FEW = 40
_LEAST = 240
"""Pixels the plane has on its shorter side, at least."""


class Placed(NamedTuple):
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


class Key(NamedTuple):
    """One entry of a cloud's legend."""

    name: str
    colour: str
    x: int
    y: int
    """Middle of the line, in pixels from the top."""


class Cloud(NamedTuple):
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
    keys: tuple[Key, ...]
    note: tuple[str, ...]
    """Lines at the bottom; empty for none."""
    small: int
    """Font size of legend and note in pixels."""


def laid_out(
    words: Mapping[str, float],
    *,
    width: int,
    height: int,
    colours: Theme,
    title: str,
    fill: Callable[[str, int], str],
    shape: Shape = "rectangle",
    legend: Sequence[tuple[str, str]] = (),
    note: str = "",
    turned: bool = True,
) -> Cloud:
    """Place the words; the same words and size give the same cloud.

    Args:
        words: how large each is, as a number above 0, largest first; as the font can show them.
        width: pixels.
        height: pixels.
        colours: the theme.
        title: above the words; empty for none.
        fill: gives a word's colour by the word and its rank from 0 on.
        shape: what the words fill.
        legend: names and colours below the words.
        note: a line below the words; empty for none.
        turned: whether some words run from bottom to top.
    """
    title_size, small = max(16, min(40, height // 18)), max(11, min(20, height // 40))
    lines = tuple(wrapped(title, width * 0.94, title_size, lines=2, bold=True)) if title else ()
    head = round(len(lines) * title_size * 1.35 + (title_size * 0.8 if lines else 0))
    noted = tuple(wrapped(note, width * 0.94, small, lines=2)) if note else ()
    keys, below = _keyed(legend, width, small)
    foot = round(below + len(noted) * small * 1.4 + (small * 0.8 if noted or keys else 0))
    # Rounded down, so that no word reaches over the edge of a picture with an odd side.
    scale = max(1, min(_SCALE, min(width, height - head - foot) // _LEAST))
    wide, tall = width // scale, max(40, (height - head - foot) // scale)
    found = _packed(words, width=wide, height=tall, mask=_mask(shape, wide, tall), scale=scale, turned=turned)
    placed = tuple(
        Placed(
            word=word,
            size=int(size * scale),
            x=int(x * scale),
            y=int(y * scale) + head,
            upright=turn is not None,
            colour=fill(word, rank),
        )
        for rank, ((word, _), size, (y, x), turn, _) in enumerate(found)
    )
    shifted = tuple(each._replace(y=each.y + height - foot) for each in keys)
    return Cloud(
        width=width,
        height=height,
        colours=colours,
        placed=placed,
        title=lines,
        title_size=title_size,
        keys=shifted,
        note=noted,
        small=small,
    )


def _packed(
    words: Mapping[str, float], *, width: int, height: int, mask: Any, scale: int, turned: bool
) -> Sequence[Any]:
    """Return the library's layout; where words were left without a place, one that starts with smaller ones."""
    import wordcloud

    untyped: Any = wordcloud
    best: Sequence[Any] = ()
    open_share = 1.0 if mask is None else float((mask == 0).mean())
    least = max(3, 8 // scale)
    largest = _largest(words, width * height * open_share, min(width, height))
    for _ in range(_TRIES):
        plane = untyped.WordCloud(
            width=width,
            height=height,
            mask=mask,
            scale=scale,
            font_path=font_path(),
            max_words=len(words),
            max_font_size=largest,
            relative_scaling=_SCALING,
            prefer_horizontal=0.9 if turned else 1.0,
            min_font_size=least,
            # Words in a row would read as one; the library's own two pixels do for small ones only.
            margin=max(2, largest // (5 if len(words) <= _FEW else 8)),
            random_state=7,
            color_func=_black,
        ).generate_from_frequencies(dict(words))
        if len(plane.layout_) > len(best):
            best = plane.layout_
        # Words too rare for the smallest size are left out whatever the first one's.
        if len(best) == len(words) or (best and best[-1][1] <= least + 1):
            break
        largest = max(4, int(largest * 0.75))
    return best


def _largest(words: Mapping[str, float], area: float, side: int) -> int:
    """Return the font size of the first word with which all of them cover as much as can be filled.

    The library would try sizes downwards from the height of the plane, word by word, which takes most of its time.
    """
    sizes, counts = [1.0], list(words.values())
    for before, count in pairwise(counts):
        sizes.append(sizes[-1] * (_SCALING * count / before + 1 - _SCALING))
    widths = [text_width(word, 1.0) for word in words]
    # Marks that stand on nothing have no width.
    covered = fsum(max(0.1, wide) * size * size for wide, size in zip(widths, sizes, strict=True))
    return max(4, int(min(sqrt((_FILLED if len(words) > _FEW else _FILLED + 0.1) * area / covered), side * 0.9)))


def _black(*_: object, **__: object) -> str:
    """Stand in for the library's own colours, which would take time; words get theirs by rank."""
    return "#000000"


def _keyed(legend: Sequence[tuple[str, str]], width: int, size: int) -> tuple[list[Key], float]:
    """Return the entries of the legend in rows, and how many pixels the rows take."""
    keys: list[Key] = []
    x, row = size, 0
    for name, colour in legend:
        shown = fitted(name, min(260.0, width - 4.0 * size), size)
        taken = round(text_width(shown, size) + 2.6 * size)
        if x > size and x + taken > width:
            x, row = size, row + 1
        keys.append(Key(name=shown, colour=colour, x=x, y=round((row + 0.7) * size * 1.5)))
        x += taken
    return keys, (row + 1) * size * 1.5 if keys else 0.0


def _mask(shape: Shape, width: int, height: int) -> Any:
    """Return what the library calls a mask: 255 where no word may stand; None for a rectangle."""
    if shape == "rectangle":
        return None
    import numpy as np
    from PIL import Image, ImageDraw

    image = Image.new("L", (width, height), 255)
    brush = ImageDraw.Draw(image)
    if shape == "ellipse":
        brush.ellipse((0, 0, width - 1, height - 1), fill=0)
    elif shape == "cloud":
        for left, top, right, bottom in _PUFFS:
            brush.ellipse((left * width, top * height, right * width, bottom * height), fill=0)
    elif shape == "bubble":
        brush.rounded_rectangle((0, 0, width - 1, height * 0.84), radius=min(width, height) * 0.16, fill=0)
        tail = ((0.16, 0.8), (0.36, 0.8), (0.16, 1.0))
        brush.polygon([(x * width, y * height) for x, y in tail], fill=0)
    else:
        brush.polygon([(x * (width - 1), y * (height - 1)) for x, y in _outline(shape)], fill=0)
    return np.asarray(image)


_PUFFS = (
    (0.0, 0.36, 0.4, 0.98),
    (0.14, 0.08, 0.56, 0.8),
    (0.42, 0.0, 0.84, 0.8),
    (0.62, 0.34, 1.0, 0.98),
    (0.2, 0.4, 0.8, 0.98),
)


def _outline(shape: Shape) -> Iterator[tuple[float, float]]:
    """Yield the corners of a shape in a square from 0 to 1, y downwards."""
    if shape == "diamond":
        yield from ((0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5))
    elif shape == "star":
        for corner in range(10):
            reach, turn = (0.5 if corner % 2 == 0 else 0.27), corner * pi / 5
            # A star of five points is not as tall as it is wide; it is stretched to fill the square.
            yield 0.5 + reach * sin(turn) / 0.951, (0.5 - reach * cos(turn)) / 0.9045
    else:
        for step in range(80):
            turn = step * pi / 40
            y = 13 * cos(turn) - 5 * cos(2 * turn) - 2 * cos(3 * turn) - cos(4 * turn)
            yield (16 + 16 * sin(turn) ** 3) / 32, (11.97 - y) / 28.97


def cloud_png(cloud: Cloud) -> bytes:
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
    small = ImageFont.truetype(font_path(), cloud.small)
    half = cloud.small * 0.4
    for key in cloud.keys:
        box = (key.x, key.y - half, key.x + 2 * half, key.y + half)
        brush.rectangle(box, fill=key.colour)
        brush.text((key.x + cloud.small * 1.2, key.y), key.name, fill=cloud.colours.ink, font=small, anchor="lm")
    for y, line in note_lines(cloud):
        brush.text((cloud.small, y), line, fill=cloud.colours.muted, font=small, anchor="ls")
    target = io.BytesIO()
    image.save(target, format="PNG", compress_level=4)
    return target.getvalue()


def note_lines(cloud: Cloud) -> Iterator[tuple[float, str]]:
    """Yield the baseline, in pixels from the top, and the text of each line of the note."""
    for row, line in enumerate(reversed(cloud.note)):
        yield cloud.height - cloud.small * (0.6 + 1.4 * row), line


def baseline(item: Placed) -> tuple[float, float]:
    """Return where the baseline of a word begins: what is known is where its ink begins."""
    from PIL import ImageFont

    font = ImageFont.truetype(font_path(), item.size)
    left, top, right, _ = font.getbbox(item.word)
    rise = font.getmetrics()[0] - top
    return (item.x + rise, item.y + right) if item.upright else (item.x - left, item.y + rise)


def cloud_pdf(cloud: Cloud, *, title: str, alt: str) -> bytes:
    """Return the cloud as PDF, with text that can be searched."""

    def paint(figure: Any) -> None:
        def write(x: float, y: float, text: str, size: float, colour: str, **more: Any) -> None:
            place = {"va": "baseline", "rotation_mode": "anchor", **more}
            figure.text(x / cloud.width, 1 - y / cloud.height, text, size=points(size), color=colour, **place)

        for row, line in enumerate(cloud.title):
            y = cloud.title_size * (1.53 + 1.35 * row)
            write(cloud.width / 2, y, line, cloud.title_size, cloud.colours.ink, ha="center", weight="bold")
        for item in cloud.placed:
            write(*baseline(item), item.word, item.size, item.colour, rotation=90 if item.upright else 0)
        for key in cloud.keys:
            write(key.x, key.y + cloud.small * 0.35, "\u25a0", cloud.small, key.colour)
            write(key.x + cloud.small * 1.2, key.y + cloud.small * 0.35, key.name, cloud.small, cloud.colours.ink)
        for y, line in note_lines(cloud):
            write(cloud.small, y, line, cloud.small, cloud.colours.muted)

    size = {"width": cloud.width, "height": cloud.height}
    return draw(paint, format="pdf", colours=cloud.colours, title=title, alt=alt, **size)
