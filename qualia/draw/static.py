"""Pictures without a browser: matplotlib figures as PNG and SVG whose bytes depend on nothing but what they show.

matplotlib keeps its settings in one table for the whole process. A picture is drawn with settings of its own, under
a lock, and the table is put back afterwards: a host program's style changes no picture, and none changes its style.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from functools import cache
from math import fsum
from types import MappingProxyType
from typing import Any, Literal

from qualia.draw.colour import Theme
from qualia.draw.labels import Language, plain
from qualia.draw.page import escape

DPI = 96
"""Pixels per inch of every picture, so that one CSS pixel is one pixel."""

Still = Literal["png", "svg", "pdf"]
_UNSAID: Mapping[Still, tuple[str, ...]] = MappingProxyType(
    {
        "png": ("Software",),
        "svg": ("Date", "Creator", "Format", "Type"),
        "pdf": ("CreationDate", "Creator", "Producer"),
    }
)
"""What the library would write of the moment and of itself."""
_SETTINGS_LOCK = threading.Lock()
_HOST_ONLY = ("backend", "interactive", "toolbar", "webagg", "timezone", "date.", "tk.", "macosx", "savefig.directory")
_SVG_TAG = re.compile(r"<svg\b[^>]*>", re.DOTALL)


def points(pixels: float) -> float:
    """Return a size in points, which matplotlib counts text and lines in."""
    return pixels * 72 / DPI


def draw(
    paint: Callable[[Any], None],
    *,
    width: int,
    height: int,
    format: Still,  # noqa: A002
    colours: Theme,
    title: str,
    alt: str,
) -> bytes:
    """Let ``paint`` fill a matplotlib figure and return it as PNG, SVG or PDF; the same call gives the same bytes.

    Args:
        paint: gets a `matplotlib.figure.Figure` of the right size and background, and adds to it.
        width: pixels.
        height: pixels.
        format: "svg" keeps text as text, so that it can be searched, and names DejaVu Sans with fallbacks; "pdf"
            brings the shapes of its letters.
        colours: the theme.
        title: name of the picture inside an SVG or a PDF.
        alt: description inside an SVG or a PDF, for those who do not see it.
    """
    import io

    with _settings(colours):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        behind = "none" if colours.name == "transparent" else colours.background
        figure: Any = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=behind)
        FigureCanvasAgg(figure)
        paint(figure)
        target = io.BytesIO()
        said = dict.fromkeys(_UNSAID[format])
        if format == "pdf":
            said |= {"Title": plain(title), "Subject": plain(alt)}
        figure.savefig(target, format=format, dpi=DPI, facecolor=behind, metadata=said)
    if format != "svg":
        return target.getvalue()
    return _described(target.getvalue().decode(), width=width, height=height, title=title, alt=alt).encode()


@contextmanager
def _settings(colours: Theme) -> Generator[None]:
    import matplotlib as mpl

    library: Any = mpl
    ours = {key: value for key, value in library.rcParamsDefault.items() if not key.startswith(_HOST_ONLY)}
    ours |= {
        "font.family": ["DejaVu Sans"],
        "font.size": points(13),
        "svg.fonttype": "none",
        "pdf.fonttype": 42,
        "svg.hashsalt": "qualia",
        "text.parse_math": False,
        "axes.unicode_minus": True,
        "axes.edgecolor": colours.muted,
        "axes.labelcolor": colours.muted,
        "axes.facecolor": "none" if colours.name == "transparent" else colours.background,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "grid.color": colours.grid,
        "text.color": colours.ink,
        "xtick.color": colours.muted,
        "ytick.color": colours.muted,
        "xtick.labelcolor": colours.ink,
        "ytick.labelcolor": colours.ink,
        "hatch.linewidth": 0.8,
    }
    with _SETTINGS_LOCK, library.rc_context(ours):
        yield


def _described(svg: str, *, width: int, height: int, title: str, alt: str) -> str:
    found = _SVG_TAG.search(svg)
    start, end = found.span() if found else (0, 0)
    view = re.search(r'viewBox="[^"]*"', svg[start:end])
    tag = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" '
        f'width="{width}" height="{height}" {view.group() if view else ""} role="img">'
        f"<title>{escape(title)}</title><desc>{escape(alt)}</desc>"
    )
    rest = svg[end:].replace("font-family: 'DejaVu Sans'", "font-family: 'DejaVu Sans', Verdana, sans-serif")
    # The document type only points at an address that nothing should ask for.
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tag}{rest}'


def drawable(text: str) -> str:
    """Return `plain` text with an open square for what DejaVu Sans has no shape for, such as emoji and Chinese."""
    return "".join(_shape(character) for character in plain(text))


def _shape(character: str) -> str:
    # Joiners, variation selectors and skin tones only change how emoji look, and the font has none of those forms.
    if character in "\u200d\ufe0e\ufe0f\u20e3" or "\U0001f3fb" <= character <= "\U0001f3ff":
        return ""
    return character if ord(character) in _shapes(bold=False) else "\u25a1"


def lacking(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the characters of ``texts`` that `drawable` shows as a square, each once, in order of appearance."""
    found = dict.fromkeys(character for text in texts for character in plain(text))
    return tuple(character for character in found if _shape(character) == "\u25a1" and character != "\u25a1")


def lacking_note(texts: Iterable[str], language: Language, *, most: int = 3) -> str:
    """Return a line that names the characters shown as squares, such as "□: PARTY POPPER"; empty when there are none.

    Args:
        texts: what is drawn.
        language: of the line; the names of characters, which are English, stand in English lines only.
        most: how many are named; of the others the line says how many.
    """
    import unicodedata

    missing = lacking(texts)
    if not missing:
        return ""
    known = [unicodedata.name(each, "").title() if language == "en" else "" for each in missing[:most]]
    names = [f"U+{ord(each):04X} {name}".strip() for each, name in zip(missing[:most], known, strict=True)]
    more = f" +{len(missing) - most}" if len(missing) > most else ""
    without = "sem forma na fonte" if language == "pt" else "not in the font"
    return f"\u25a1 {without}: {', '.join(names)}{more}"


def font_path(*, bold: bool = False) -> str:
    """Return where the font of all pictures lies: DejaVu Sans, which comes with matplotlib."""
    import matplotlib as mpl

    return f"{mpl.get_data_path()}/fonts/ttf/DejaVuSans{'-Bold' if bold else ''}.ttf"


@cache
def _shapes(*, bold: bool) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(font_path(bold=bold)).get_charmap())


@cache
def _advance(character: str, *, bold: bool) -> float:
    from matplotlib.ft2font import FT2Font

    font = FT2Font(font_path(bold=bold))
    font.set_size(100, 72)
    return float(font.load_char(ord(character)).linearHoriAdvance) / 65536 / 100


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide `drawable` text is without kerning, in the unit of its size."""
    return fsum(_advance(character, bold=bold) for character in text) * size


def fitted(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return `drawable` text cut with an ellipsis to fit ``room`` (in the unit of ``size``); empty if nothing fits."""
    clean = drawable(text)
    if text_width(clean, size, bold=bold) <= room:
        return clean

    def wide(length: int) -> float:
        return text_width(clean[:length] + "\u2026", size, bold=bold)

    # Halving, because a word may be as long as its text.
    kept = clean[: max(0, bisect_right(range(len(clean) + 1), room, key=wide) - 1)]
    return kept.rstrip() + "\u2026" if len(kept) > 1 else ""


def wrapped(text: str, room: float, size: float, *, lines: int, bold: bool = False) -> list[str]:
    """Return `drawable` text in at most ``lines`` lines that fit ``room``; the last is cut with an ellipsis."""
    words, done = drawable(text).split(" "), list[str]()
    while words and len(done) < lines - 1:
        taken = 1
        while taken < len(words) and text_width(" ".join(words[: taken + 1]), size, bold=bold) <= room:
            taken += 1
        done.append(fitted(" ".join(words[:taken]), room, size, bold=bold))
        words = words[taken:]
    return [*done, fitted(" ".join(words), room, size, bold=bold)] if words else done


def size_of(figure: Any) -> tuple[float, float]:
    """Return width and height of a matplotlib figure in pixels."""
    width, height = figure.get_size_inches()
    return float(width) * DPI, float(height) * DPI


def frame(figure: Any, *, left: float, top: float, width: float, height: float) -> Any:
    """Return new matplotlib axes whose data area is placed by pixels from the top left, 24 or more wide and high.

    matplotlib's own layout engines give up, with a warning, where labels leave little room; these do not.
    """
    whole = size_of(figure)
    wide, tall = max(24.0, width), max(24.0, height)
    return figure.add_axes((left / whole[0], 1 - (top + tall) / whole[1], wide / whole[0], tall / whole[1]))


def headline(figure: Any, *, title: str, subtitle: str, colours: Theme) -> float:
    """Write title and subtitle at the top left and return how many pixels they take, with the space below them."""
    width, height = size_of(figure)
    large, small, edge = (22.0, 13.0, 20.0) if width >= 560 else (16.0, 11.0, 12.0)
    y = edge
    for text, size, colour, bold in (
        *((line, large, colours.ink, True) for line in wrapped(title, width - 2 * edge, large, lines=2, bold=True)),
        *((line, small, colours.muted, False) for line in wrapped(subtitle, width - 2 * edge, small, lines=2)),
    ):
        weight = "bold" if bold else "normal"
        place = {"va": "top", "ha": "left", "size": points(size), "color": colour, "weight": weight}
        figure.text(edge / width, 1 - y / height, text, **place)
        y += size * 1.45
    return y + 8
