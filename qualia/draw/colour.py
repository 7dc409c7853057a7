"""Colours that everybody can tell apart and read: contrast by WCAG, palettes for colour-blind readers, two themes."""

from __future__ import annotations

from typing import Literal, NamedTuple

ThemeName = Literal["light", "dark", "transparent"]
Rgb = tuple[int, int, int]


class Theme(NamedTuple):
    """The colours of one picture; each is ``#rrggbb`` and every ``series`` colour has 3:1 against the background."""

    name: ThemeName
    background: str
    """What lies behind; for "transparent" what is assumed where one colour must be named."""
    ink: str
    """Text."""
    muted: str
    """Text of second rank, axes."""
    grid: str
    """Lines that may recede."""
    series: tuple[str, ...]
    """One colour a category, told apart with normal, protanopic, deuteranopic and tritanopic sight."""
    negative: str
    neutral: str
    positive: str


_LIGHT = Theme(
    name="light",
    background="#ffffff",
    ink="#1b2430",
    muted="#55606e",
    grid="#e1e6ec",
    series=("#0072b2", "#d55e00", "#4a1065", "#06a2ae", "#aa295f", "#ad74ff", "#720211", "#052daa"),
    negative="#c14f00",
    neutral="#6b7684",
    positive="#0072b2",
)
_DARK = Theme(
    name="dark",
    background="#15181e",
    ink="#eef1f5",
    muted="#aeb7c2",
    grid="#303641",
    series=("#56b4e9", "#e69f00", "#cbed2e", "#856af5", "#af599d", "#43f8f2", "#da3e05", "#b1b89c"),
    negative="#f0994a",
    neutral="#9aa4b0",
    positive="#56b4e9",
)
_TRANSPARENT = Theme(
    name="transparent",
    background="#ffffff",
    ink="#6f7782",
    muted="#6f7782",
    grid="#8d95a0",
    series=("#0077bb", "#c95a10", "#ac1377", "#1c9fba", "#ad74ff"),
    negative="#c95a10",
    neutral="#6f7782",
    positive="#0077bb",
)


def theme(name: ThemeName) -> Theme:
    """Return a theme by its name; the colours of "transparent" have 3:1 against white and against black."""
    return {"light": _LIGHT, "dark": _DARK, "transparent": _TRANSPARENT}[name]


def rgb(colour: str) -> Rgb:
    """Return red, green and blue, 0 to 255, of ``#rrggbb``.

    Raises:
        ValueError: the text is no such colour.
    """
    if len(colour) != 7 or colour[0] != "#" or not set(colour[1:]) <= set("0123456789abcdefABCDEF"):
        raise ValueError(f"{colour!r} is no colour; write #rrggbb")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 (black) to 1 (white), as WCAG 2.2 defines it for sRGB."""
    linear = [_linear(channel / 255) for channel in rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _linear(channel: float) -> float:
    # 0.04045 is the value of IEC 61966-2-1; WCAG prints 0.03928, which gives the same for all 8-bit channels.
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"): 3 for shapes and large text."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Return the colour ``share`` (0 to 1) of the way from ``one`` to ``other``, channel by channel."""
    pairs = zip(rgb(one), rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable(colour: str, background: str, *, ratio: float = 3.0) -> str:
    """Return ``colour``, moved towards black or white no further than it takes to reach ``ratio`` on ``background``.

    Args:
        colour: the colour wished for.
        background: what it will lie on.
        ratio: contrast wanted; up to 4.58 can be reached on every background, beyond that the best there is comes back.
    """
    if contrast(colour, background) >= ratio:
        return colour
    pole = ink_on(background)
    for step in range(1, 256):
        candidate = mix(colour, pole, step / 255)
        if contrast(candidate, background) >= ratio:
            return candidate
    return pole


def ink_on(background: str) -> str:
    """Return black or white, whichever reads better on ``background`` (at least 4.58:1)."""
    return max("#000000", "#ffffff", key=lambda ink: contrast(ink, background))
