"""What a worker keeps of the inputs it was sent. The host has a shelf just like it, so it knows what is there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_INPUTS = 64


class Shelf(Generic[T]):
    """Keeps the inputs that were used last; two shelves that are used alike keep the same.

    Args:
        most_bytes: how much it keeps, in bytes as they were sent.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes: int = most_bytes
        self._kept: OrderedDict[str, tuple[int, T]] = OrderedDict()
        self._bytes: int = 0

    def __contains__(self, digest: str) -> bool:
        return digest in self._kept

    def put(self, digest: str, size: int, value: T) -> None:
        """Keep an input; it is the one used last."""
        self._bytes += size - self._kept.pop(digest, (0, value))[0]
        self._kept[digest] = size, value

    def used(self, digest: str) -> T:
        """Return an input; it is the one used last.

        Raises:
            KeyError: it is not there.
        """
        self._kept.move_to_end(digest)
        return self._kept[digest][1]

    def trim(self, wanted: Collection[str]) -> None:
        """Drop what was used longest ago until the rest fits; what is wanted now stays, whatever its size."""
        while (self._bytes > self._most_bytes or len(self._kept) > MOST_INPUTS) and len(self._kept) > len(wanted):
            _, (size, _) = self._kept.popitem(last=False)
            self._bytes -= size
