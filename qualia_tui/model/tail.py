"""What is new at the end of a log that forgets its beginning."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from qualia_tui.model.log import LogLine


@frozen
class News:
    """What came since the last look."""

    lines: tuple[LogLine, ...]
    """The oldest first."""
    is_anew: bool
    """Whether what was known before is gone: these lines are all there is."""


class Tail:
    """Remembers how far a log was read."""

    def __init__(self) -> None:
        self._last: LogLine | None = None

    def news(self, log: Sequence[LogLine]) -> News:
        """Return the lines that came since the last look, in as much time as there are new ones."""
        found: list[LogLine] = []
        for entry in reversed(log):
            if entry is self._last:
                return self._read(log, News(tuple(reversed(found)), is_anew=False))
            found.append(entry)
        return self._read(log, News(tuple(reversed(found)), is_anew=self._last is not None))

    def _read(self, log: Sequence[LogLine], news: News) -> News:
        self._last = log[-1] if log else None
        return news
