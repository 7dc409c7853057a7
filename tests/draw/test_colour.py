from __future__ import annotations

from itertools import combinations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualia.draw import Theme, ThemeName, contrast, ink_on, luminance, mix, readable, theme

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
THEMES: tuple[ThemeName, ...] = get_args(ThemeName)

# How sRGB looks without one kind of cone: Machado, Oliveira, Fernandes (2009), severity 1, on linear light.
SIGHTS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
# From linear light to OKLab: Ottosson (2020).
CONES = ((0.41222147, 0.53633254, 0.05144599), (0.2119035, 0.68069955, 0.10739696), (0.08830246, 0.28171884, 0.6299787))
LAB = ((0.21045426, 0.7936178, -0.00407205), (1.9779985, -2.4285922, 0.45059371), (0.0259040, 0.78277177, -0.80867577))


def times(matrix: tuple[tuple[float, ...], ...], vector: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def seen(colour: str, sight: str) -> list[float]:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    felt = [min(1.0, max(0.0, value)) for value in times(SIGHTS[sight], light)]
    return times(LAB, [max(0.0, value) ** (1 / 3) for value in times(CONES, felt)])


def test_contrast_is_that_of_the_standard() -> None:
    """Black on white is 21:1, and #767676 on white is the well-known 4.54:1."""
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    assert contrast("#ffffff", "#767676") == contrast("#767676", "#ffffff")
    assert (luminance("#000000"), round(luminance("#ffffff"), 6)) == (0, 1)


@given(COLOURS, COLOURS)
def test_readable_always_reaches_three_to_one(colour: str, background: str) -> None:
    """Whatever the two colours, the one returned has 3:1, and one that had it already comes back as it was."""
    found = readable(colour, background)
    assert contrast(found, background) >= 3
    assert (found == colour) == (contrast(colour, background) >= 3)


@given(COLOURS)
def test_ink_reads_on_every_background(background: str) -> None:
    """Black or white has at least 4.5:1 on any colour."""
    assert contrast(ink_on(background), background) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_every_colour_of_a_theme_can_be_read(name: ThemeName) -> None:
    """Series and states have 3:1 and text 4.5:1 against the background; on transparent, 3:1 against black and white."""
    colours = theme(name)
    behind = ("#ffffff", "#000000") if name == "transparent" else (colours.background,)
    shapes = [*colours.series, colours.negative, colours.neutral, colours.positive]
    texts = [colours.ink, colours.muted]
    assert [each for each in shapes if min(contrast(each, back) for back in behind) < 3] == []
    least = 3 if name == "transparent" else 4.5
    assert [each for each in texts if min(contrast(each, back) for back in behind) < least] == []


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("name", THEMES)
def test_colours_differ_for_every_kind_of_sight(name: ThemeName, sight: str) -> None:
    """No two series colours come closer than 0.08 in OKLab, and no two states, for colour-blind readers either."""
    colours: Theme = theme(name)
    for group in (colours.series, (colours.negative, colours.positive)):
        near = [
            (one, other)
            for one, other in combinations(group, 2)
            if sum((a - b) ** 2 for a, b in zip(seen(one, sight), seen(other, sight), strict=True)) ** 0.5 < 0.08
        ]
        assert near == []


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    """A share of 0 is the first, 1 the second, a half lies between."""
    assert [mix("#000000", "#ff8000", share) for share in (0, 0.5, 1)] == ["#000000", "#804000", "#ff8000"]


@pytest.mark.parametrize("text", ["red", "#fff", "#ggg000", "", "#12345", "url(x)"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    """Only #rrggbb is a colour, so that nothing else reaches a style."""
    with pytest.raises(ValueError, match="#rrggbb"):
        luminance(text)
