"""How the console looks and behaves, as its settings and the terminal want it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

THEMES = ("ansi", "dark", "light", "contrast", "none")
"""The themes, the one for a terminal at the other end of a line first: it sends the fewest bytes."""


@frozen(kw_only=True)
class Look:
    """What was settled when the console started; the theme may be changed while it runs."""

    theme: str = "ansi"
    """One of `THEMES`."""
    ascii_only: bool = False
    """Whether nothing but ASCII is sent."""
    mouse: bool = True
    """Whether the mouse is listened to; over SSH it costs bytes with every move."""
    slow: bool = False
    """Whether the line is slow: what lives on the screen is brought up to date every 5 s instead of every second."""
    language: str = "en"
    read_only: bool = False
    """Whether the console only looks."""
    keys: Mapping[str, str] = field(factory=dict[str, str])
    """Other keys for actions, by the ids that the help shows."""

    @property
    def pace_s(self) -> float:
        """Seconds between two looks at what changes."""
        return 5.0 if self.slow else 1.0

    @property
    def paint_s(self) -> float:
        """Seconds between two times that what changed by itself is painted."""
        return self.pace_s if self.slow else self.pace_s / 16
