"""The page's style: the palette of the pictures as variables; light, dark, or as the reader's device asks."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from qualia.draw import mix, theme


def style(choice: Literal["auto", "light", "dark"]) -> str:
    """Return the style sheet."""
    rules = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
    if choice != "auto":
        return _variables(choice) + rules
    dark = f"@media screen and (prefers-color-scheme:dark){{{_variables('dark')}}}"
    return f"{_variables('light')}{dark}{rules}"


def _variables(name: Literal["light", "dark"]) -> str:
    chosen = theme(name)
    colours = {
        "page": chosen.background,
        "tint": mix(chosen.background, chosen.ink, 0.04),
        "ink": chosen.ink,
        "muted": chosen.muted,
        "line": chosen.grid,
        "accent": chosen.series[0],
        "up": chosen.positive,
        "down": chosen.negative,
        **{f"s{place}": colour for place, colour in enumerate(chosen.series)},
    }
    said = "".join(f"--{key}:{value};" for key, value in colours.items())
    return f":root{{color-scheme:{name};{said}}}"
