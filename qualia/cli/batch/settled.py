"""Which files have come to rest, so that none is read while it is being written; pure, with the time passed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import define

Signature = tuple[int, int]
"""A file's size in bytes and the moment of its last change in nanoseconds."""


@define
class _Seen:
    """What is known of a file."""

    signature: Signature
    since_s: float
    """Since when it has looked so."""
    is_taken: bool = False
    """Whether it was handed out as it looks now."""


class Settled:
    """Hands out each file once it has been the same for ``quiet_s`` seconds, and again when it has changed after that.

    Args:
        quiet_s: seconds.
    """

    def __init__(self, *, quiet_s: float) -> None:
        self._quiet_s: float = quiet_s
        self._files: dict[str, _Seen] = {}

    def see(self, now_s: float, found: Mapping[str, Signature], ages_s: Mapping[str, float] | None = None) -> None:
        """Take note of what there is.

        Args:
            now_s: the time.
            found: each file and how it looks.
            ages_s: for files that are seen for the first time, how long they have not been changed, as far as that is
                known; None when it is of none.
        """
        for path in self._files.keys() - found.keys():
            del self._files[path]
        for path, signature in found.items():
            before = self._files.get(path)
            if before is None:
                age_s = (ages_s or {}).get(path, 0.0)
                self._files[path] = _Seen(signature, now_s - min(max(age_s, 0.0), self._quiet_s))
            elif before.signature != signature:
                self._files[path] = _Seen(signature, now_s)

    def due(self, now_s: float) -> Sequence[str]:
        """Take the files that have come to rest, in the order of their names."""
        ripe = sorted(path for path, seen in self._files.items() if self._is_ripe(seen, now_s))
        for path in ripe:
            self._files[path].is_taken = True
        return ripe

    def wake_s(self, now_s: float) -> float | None:
        """Tell in how many seconds the next file comes to rest if nothing changes; None when none is awaited."""
        times = [seen.since_s + self._quiet_s - now_s for seen in self._files.values() if not seen.is_taken]
        return max(0.0, min(times)) if times else None

    def _is_ripe(self, seen: _Seen, now_s: float) -> bool:
        return not seen.is_taken and now_s - seen.since_s >= self._quiet_s
