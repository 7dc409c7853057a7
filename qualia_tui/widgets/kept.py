"""A widget whose picture is kept until it changes."""

from __future__ import annotations

from typing import Any, Self

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget


class Kept(Widget):
    """A widget that is put together anew only after it changed.

    The toolkit goes through every widget on the screen, and its styles, whenever one line changes.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._kept: tuple[Region, Size, list[Strip]] | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a region, those of before if nothing changed."""
        if self._kept is None or self._kept[:2] != (crop, self.size):
            self._kept = crop, self.size, super().render_lines(crop)
        return self._kept[2]

    def refresh(self, *regions: Region, **options: Any) -> Self:
        """Have it, or regions of it, painted again."""
        self._kept = None
        return super().refresh(*regions, **options)

    def notify_style_update(self) -> None:
        """Have it painted again, as it looks different now."""
        self._kept = None
        super().notify_style_update()
