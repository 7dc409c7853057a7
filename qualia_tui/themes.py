"""Themes: what each style of a span looks like. A state is never told by its colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from rich.style import Style
from textual.theme import Theme

_ANSI: Mapping[str, str] = {
    "title": "bold",
    "tab": "",
    "here": "reverse bold",
    "head": "bold underline",
    "key": "bold",
    "dim": "bright_black",
    "ok": "green",
    "warn": "yellow",
    "bad": "bold red",
    "accent": "cyan",
    "cursor": "reverse",
    "bar": "cyan",
    "match": "bold underline",
}
_NONE: Mapping[str, str] = {
    **dict.fromkeys(_ANSI, ""),
    "title": "bold",
    "here": "reverse bold",
    "head": "underline",
    "key": "bold",
    "bad": "bold",
    "warn": "bold",
    "cursor": "reverse",
    "match": "underline",
}
_DARK: Mapping[str, str] = {
    **_ANSI,
    "here": "bold #10141a on #8fb8de",
    "dim": "#8b98a5",
    "ok": "#7fc98a",
    "warn": "#e5c07b",
    "bad": "bold #ff8b7e",
    "accent": "#8fb8de",
    "bar": "#8fb8de",
    "cursor": "#ffffff on #2f4a66",
}
_LIGHT: Mapping[str, str] = {
    **_ANSI,
    "here": "bold #ffffff on #1f5b94",
    "dim": "#5c6670",
    "ok": "#1d6b2c",
    "warn": "#8a5a00",
    "bad": "bold #b3261e",
    "accent": "#1f5b94",
    "bar": "#1f5b94",
    "cursor": "#10141a on #cfe3f6",
}
_CONTRAST: Mapping[str, str] = {
    **_ANSI,
    "here": "bold #000000 on #ffff00",
    "dim": "#ffffff",
    "ok": "bold #00ff00",
    "warn": "bold #ffff00",
    "bad": "bold #000000 on #ff8080",
    "accent": "bold #00ffff",
    "bar": "#00ffff",
    "cursor": "bold #000000 on #ffffff",
}
_GROUNDS: Mapping[str, str] = {
    "dark": "#e6edf3 on #10141a",
    "light": "#10141a on #ffffff",
    "contrast": "#ffffff on #000000",
}
"""What stands where nothing else is said; the other themes leave that to the terminal."""
_STYLES: Mapping[str, Mapping[str, str]] = {
    "ansi": _ANSI,
    "dark": _DARK,
    "light": _LIGHT,
    "contrast": _CONTRAST,
    "none": _NONE,
}


@cache
def style_of(theme: str, name: str) -> Style:
    """Return how a style looks in a theme; a name that none knows looks plain, on the theme's own ground."""
    return Style.parse(_GROUNDS.get(theme, "none")) + Style.parse(_STYLES[theme].get(name, "") or "none")


def textual_theme(theme: str) -> Theme:
    """Return what Textual's own widgets, such as input lines, look like in a theme."""
    if theme in {"ansi", "none"}:
        return _plain_theme(theme)
    dark, back, front, accent = {
        "dark": (True, "#10141a", "#e6edf3", "#8fb8de"),
        "light": (False, "#ffffff", "#10141a", "#1f5b94"),
        "contrast": (True, "#000000", "#ffffff", "#ffff00"),
    }[theme]
    return Theme(
        name=f"qualia-{theme}",
        dark=dark,
        primary=accent,
        secondary=accent,
        accent=accent,
        foreground=front,
        background=back,
        surface=back,
        panel=back,
        boost=back,
    )


def _plain_theme(theme: str) -> Theme:
    """Return a theme of the terminal's own colours, or of none."""

    def colour(name: str) -> str:
        return name if theme == "ansi" else "ansi_default"

    return Theme(
        name=f"qualia-{theme}",
        ansi=True,
        primary="ansi_default",
        secondary="ansi_default",
        warning=colour("ansi_yellow"),
        error=colour("ansi_red"),
        success=colour("ansi_green"),
        accent=colour("ansi_cyan"),
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables={
            "ansi-background": "ansi_default",
            "ansi-foreground": "ansi_default",
            "input-cursor-text-style": "reverse",
            "input-selection-background": colour("ansi_bright_blue"),
            "screen-selection-background": colour("ansi_bright_blue"),
        },
    )
