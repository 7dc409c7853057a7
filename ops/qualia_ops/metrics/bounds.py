"""Labels that cannot grow without bound: whoever comes too late shares one value."""

from __future__ import annotations

from qualia_ops.metrics.names import OTHER


class Bounded:
    """Gives each of the first names its own value, and all further ones `OTHER`.

    Args:
        most: how many have one of their own.
    """

    def __init__(self, most: int) -> None:
        self._most: int = most
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """Return the label's value for a name."""
        known = self._known.get(name)
        if known is not None:
            return known
        if len(self._known) >= self._most:
            return OTHER
        # Two threads may be here at once with the last place left: one more value than the bound harms nobody.
        return self._known.setdefault(name, name)
